//! Many deeds at once, beside one after the other.

use std::cell::Cell;

use super::*;
use crate::outbox::play_each;

type Refused<T> = Vec<(Seq, Deed<T>, String)>;

fn numbered<T>(deeds: &[Deed<T>]) -> Vec<(Seq, &Deed<T>)> {
    (1..).map(Seq::new).zip(deeds).collect()
}

fn one_by_one<T: Topic>(
    deeds: &[Deed<T>],
    mut state: Option<State<T>>,
) -> (Option<State<T>>, Refused<T>) {
    let mut refused = Vec::new();
    for (seq, deed) in numbered(deeds) {
        match deed.play(&state) {
            Ok(next) => state = next,
            Err(why) => refused.push((seq, deed.clone(), why)),
        }
    }
    (state, refused)
}

fn said<T>(refused: &Refused<T>) -> Vec<(Seq, &str)> {
    refused.iter().map(|(seq, _, why)| (*seq, &**why)).collect()
}

fn edit_board(random: &mut fastrand::Rng, board: &mut Board) {
    let key = ["a", "b", "c"][random.usize(0..3)].to_owned();
    match random.u8(0..7) {
        0 => board.title = ["T", "P", "closed"][random.usize(0..3)].to_owned(),
        1 => board.count = random.u32(0..10),
        2 => drop(board.cards.remove(&key)),
        3 => drop(board.cards.insert(key, Card::default())),
        4 => board.list.push(random.u8(0..9).to_string()),
        _ => board.cards.values_mut().for_each(|card| {
            card.done = random.bool();
            card.text = random.u8(0..9).to_string();
        }),
    }
}

fn board_deed(random: &mut fastrand::Rng, board: &mut Option<Board>) -> Deed<Board> {
    let Some(before) = board.clone() else {
        *board = Some(super::board());
        return Deed::create(&super::board()).expect("JSON");
    };
    match random.u8(0..12) {
        0 => {
            *board = None;
            Deed::remove()
        }
        1..4 => {
            let json = RawValue::from_string("0".to_owned()).expect("JSON");
            Deed::actions(vec![Told::new(Context::new(0, random.u64(..)), json)])
        }
        _ => {
            let mut after = before.clone();
            edit_board(random, &mut after);
            let deed = Deed::between(&before, &after).expect("JSON");
            *board = Some(after);
            deed
        }
    }
}

#[test]
fn all_at_once_comes_to_the_same_as_one_by_one() {
    let mut random = fastrand::Rng::with_seed(3);
    let (mut at_once, mut some_refused) = (0, 0);
    for _ in 0..500 {
        let mut mine = Some(board());
        let deeds: Vec<_> =
            (0..random.usize(1..16)).map(|_| board_deed(&mut random, &mut mine)).collect();
        let mut theirs = board();
        (0..random.usize(0..4)).for_each(|_| edit_board(&mut random, &mut theirs));
        let theirs = Some(State::new(Arc::new(theirs)).expect("JSON"));
        at_once += usize::from(Deed::play_all(deeds.iter(), &theirs).is_some());
        let (made, refused) = play_each(&numbered(&deeds), theirs.clone());
        let (same, also) = one_by_one(&deeds, theirs);
        some_refused += usize::from(!also.is_empty());
        assert_eq!(said(&refused), said(&also), "{deeds:?}");
        assert!(made == same, "{made:?}, not {same:?}: {deeds:?}");
    }
    assert!(at_once > 50 && some_refused > 50, "{at_once} {some_refused}");
}

fn edit_room(random: &mut fastrand::Rng, room: &mut Room) {
    let key = ["a", "b"][random.usize(0..2)].to_owned();
    match random.u8(0..9) {
        0 => room.low = random.u32(0..9),
        1 => room.high = random.u32(0..9),
        2 => room.alarm = Alarm::At { hour: random.u32(0..9) },
        3 => room.alarm = Alarm::Timer { seconds: random.u32(0..9) },
        4 => room.shape = Shape::Circle { radius: random.u32(0..9) },
        5 => room.shape = Shape::Square { side: random.u32(0..9) },
        6 => drop(room.tags.insert(key, random.u8(..))),
        7 => drop(room.tags.remove(&key)),
        _ => drop(room.doors.insert(key, Door { name: String::new(), is_open: random.bool() })),
    }
}

/// What is not valid in between may be at the end: then more can be made.
#[test]
fn what_can_be_made_one_by_one_comes_to_the_same_where_parts_depend_on_each_other() {
    let mut random = fastrand::Rng::with_seed(4);
    let (mut equal, mut more) = (0, 0);
    for _ in 0..500 {
        let mut room = Room::default();
        (0..3).for_each(|_| edit_room(&mut random, &mut room));
        let (mut theirs, mut deeds) = (room.clone(), Vec::new());
        for _ in 0..random.usize(1..9) {
            let before = room.clone();
            edit_room(&mut random, &mut room);
            deeds.push(Deed::between(&before, &room).expect("JSON"));
        }
        (0..random.usize(0..3)).for_each(|_| edit_room(&mut random, &mut theirs));
        let theirs = Some(State::new(Arc::new(theirs)).expect("JSON"));
        let (made, refused) = play_each(&numbered(&deeds), theirs.clone());
        let (same, also) = one_by_one(&deeds, theirs);
        match also.is_empty() {
            true => {
                equal += 1;
                assert_eq!(said(&refused), []);
                assert!(made == same, "{made:?}, not {same:?}: {deeds:?}");
            }
            false => more += usize::from(refused.len() < also.len()),
        }
    }
    assert!(equal > 50 && more > 10, "{equal} {more}");
}

#[test]
fn what_is_passed_over_among_many_is_refused_as_by_itself() {
    let circle = Room { shape: Shape::Circle { radius: 1 }, ..Room::default() };
    let larger = Room { shape: Shape::Circle { radius: 5 }, ..Room::default() };
    let named = Room { name: "Hall".to_owned(), ..larger.clone() };
    let between = |one, other| Deed::between(one, other).expect("JSON");
    let deeds = [between(&circle, &larger), between(&larger, &named)];
    let square = Room { shape: Shape::Square { side: 2 }, ..Room::default() };
    let theirs = Some(State::new(Arc::new(square.clone())).expect("JSON"));
    let (made, refused) = play_each(&numbered(&deeds), theirs);
    assert_eq!(said(&refused), [(Seq::new(1), "`shape.radius` is not there any more")]);
    let named = Room { name: "Hall".to_owned(), ..square };
    assert_eq!(*made.expect("it is there").data, named);
}

thread_local! {
    /// How often a state was read, and validated.
    static COUNTED: Cell<[usize; 2]> = const { Cell::new([0; 2]) };
}

fn count(what: usize) {
    let mut counted = COUNTED.get();
    counted[what] += 1;
    COUNTED.set(counted);
}

/// Counts how often it is read and validated.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Counting {
    #[serde(deserialize_with = "counted")]
    cards: BTreeMap<String, Card>,
}

fn counted<'de, D: serde::Deserializer<'de>>(from: D) -> Result<BTreeMap<String, Card>, D::Error> {
    count(0);
    BTreeMap::deserialize(from)
}

impl Topic for Counting {
    const NAME: &'static str = "counting";

    fn validate(&self) -> Result<(), Invalid> {
        count(1);
        Ok(())
    }
}

#[test]
fn of_a_thousand_changes_the_state_is_read_and_validated_once() {
    let card = |key: u32| (key.to_string(), Card::default());
    let mut mine = Counting { cards: (0..1_000).map(card).collect() };
    let mut deeds = Vec::new();
    for key in 0..1_000 {
        let before = mine.clone();
        mine.cards.get_mut(&key.to_string()).expect("a card").done = true;
        deeds.push(Deed::between(&before, &mine).expect("JSON"));
    }
    let play = |theirs| {
        let theirs = Counting { cards: Iterator::map(theirs, card).collect() };
        let theirs = Some(State::new(Arc::new(theirs)).expect("JSON"));
        COUNTED.set([0; 2]);
        let (made, refused) = play_each(&numbered(&deeds), theirs);
        let done = made.expect("it is there").data.cards.values().filter(|card| card.done).count();
        (done, refused.len(), COUNTED.get())
    };
    assert_eq!(play(0..1_001), (1_000, 0, [1, 1]));
    assert_eq!(play(1..1_000), (999, 1, [2, 1]), "whether what is not there is only empty");
}
