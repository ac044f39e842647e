mod many;
mod removal;
mod reshape;

use std::collections::BTreeMap;

use revgate::Action;
use revgate::action::{Actions, Context, Seq, Source};

use super::*;
use crate::{Acks, Options, Outbox};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Board {
    title: String,
    count: u32,
    cards: BTreeMap<String, Card>,
    list: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Card {
    text: String,
    done: bool,
}

impl Topic for Board {
    const NAME: &'static str = "board";
    const ACTIONS: Actions<Self> = Actions::of::<Count>();

    fn validate(&self) -> Result<(), Invalid> {
        match self.count {
            0..=9 => Ok(()),
            99 => panic!("it is {} too much", 90),
            _ => Err(Invalid::new("count", "it is more than 9")),
        }
    }
}

#[derive(Clone, Serialize, Deserialize)]
struct Count(u32);

impl Action for Count {
    type Topic = Board;
    type Error = String;

    fn name(&self) -> &'static str {
        "count"
    }

    fn apply(&self, board: &mut Board, context: &Context) -> Result<(), String> {
        if board.title == "closed" {
            return Err("the board is closed".to_owned());
        }
        assert_ne!(board.title, "broken", "the board is broken");
        board.count += self.0;
        board.list.push(context.id(0));
        Ok(())
    }
}

fn board() -> Board {
    let card = |text: &str| (text.to_owned(), Card { text: text.to_owned(), done: false });
    let cards = ["a", "b"].map(card).into();
    Board { title: "T".to_owned(), count: 1, cards, list: vec!["x".to_owned()] }
}

fn edited(edit: impl FnOnce(&mut Board)) -> Board {
    let mut board = board();
    edit(&mut board);
    board
}

/// What comes of what was done here, done again to what was done there; saved and loaded in between.
fn both(here: impl FnOnce(&mut Board), there: impl FnOnce(&mut Board)) -> Result<Board, String> {
    let deed = Deed::between(&board(), &edited(here)).expect("JSON");
    play(&deed, edited(there))
}

fn play(deed: &Deed<Board>, board: Board) -> Result<Board, String> {
    let saved = serde_json::to_string(deed).expect("JSON");
    let deed: Deed<Board> = serde_json::from_str(&saved).expect(&saved);
    let state = State::new(Arc::new(board)).expect("JSON");
    deed.play(&Some(state)).map(|state| Board::clone(&state.expect("it is there").data))
}

#[test]
fn what_was_done_to_different_parts_is_all_there() {
    let made = both(
        |here| {
            here.title = "mine".to_owned();
            here.cards.get_mut("a").expect("a card").done = true;
            here.cards.remove("b");
            here.cards.insert("c".to_owned(), Card::default());
            here.list.push("y".to_owned());
        },
        |there| {
            there.count = 7;
            there.cards.get_mut("a").expect("a card").text = "theirs".to_owned();
            there.cards.insert("d".to_owned(), Card::default());
        },
    );
    let expected = Board {
        title: "mine".to_owned(),
        count: 7,
        cards: [
            ("a", Card { text: "theirs".to_owned(), done: true }),
            ("c", Card::default()),
            ("d", Card::default()),
        ]
        .map(|(name, card)| (name.to_owned(), card))
        .into(),
        list: vec!["x".to_owned(), "y".to_owned()],
    };
    assert_eq!(made, Ok(expected));
}

#[test]
fn of_the_same_part_what_is_done_last_stands() {
    let made = both(|here| here.count = 5, |there| there.count = 7);
    assert_eq!(made.map(|board| board.count), Ok(5));
}

#[test]
fn only_what_was_changed_is_kept() {
    let deed = Deed::between(&board(), &edited(|board| board.count = 5)).expect("JSON");
    let saved = serde_json::to_string(&deed).expect("JSON");
    assert_eq!(saved, r#"{"change":[{"count":1},{"count":5}]}"#);
}

#[test]
fn what_panics_is_refused_in_its_words() {
    let count = |number: u32| {
        let json = RawValue::from_string(number.to_string()).expect("JSON");
        Deed::actions(vec![Told::new(Context::new(0, 0), json)])
    };
    let broken = edited(|board| board.title = "broken".to_owned());
    let refused = play(&count(1), broken).expect_err("it is broken");
    assert!(refused.contains("it panicked") && refused.contains("is broken"), "{refused}");
    assert_eq!(play(&count(98), board()), Err("it panicked: it is 90 too much".to_owned()));
    let change = both(|board| board.count = 99, |board| board.title = "theirs".to_owned());
    assert_eq!(change, Err("it panicked: it is 90 too much".to_owned()));
}

#[test]
fn an_action_is_done_again_as_it_was() {
    let context = Context::new(1_700_000_000_000, 7);
    let json = || RawValue::from_string("3".to_owned()).expect("JSON");
    let deed = Deed::actions(vec![Told::new(context, json()), Told::new(context, json())]);
    let made = play(&deed, board()).expect("it can be done");
    assert_eq!((made.count, made.list), (7, vec!["x".to_owned(), context.id(0), context.id(0)]));
    let refused = play(&deed, edited(|board| board.title = "closed".to_owned()));
    assert_eq!(refused, Err("the board is closed".to_owned()));
}

#[test]
fn what_would_not_be_valid_is_refused() {
    let context = Context::new(0, 0);
    let deed = Deed::actions(vec![Told::new(
        context,
        RawValue::from_string("3".to_owned()).expect("JSON"),
    )]);
    let made = play(&deed, edited(|board| board.count = 8));
    assert_eq!(made, Err("count: it is more than 9".to_owned()));
}

#[test]
fn of_what_two_have_created_at_once_both_are_there() {
    let created = edited(|board| {
        board.title = "mine".to_owned();
        board.cards.get_mut("b").expect("a card").done = true;
        board.cards.insert("c".to_owned(), Card::default());
        board.list = vec!["y".to_owned()];
    });
    let there = edited(|board| {
        board.cards.remove("a");
        board.cards.insert("d".to_owned(), Card::default());
    });
    let made = play(&Deed::create(&created).expect("JSON"), there.clone()).expect("it can be done");
    let expected = Board {
        cards: created
            .cards
            .iter()
            .chain(&there.cards)
            .map(|(name, card)| (name.clone(), card.clone()))
            .collect(),
        list: vec!["y".to_owned(), "x".to_owned()],
        ..there
    };
    assert_eq!(made, expected);
}

#[test]
fn what_is_created_is_there_as_it_was_and_what_is_removed_is_not() {
    let created = Deed::create(&board()).expect("JSON").play(&None).expect("it can be done");
    assert_eq!(*created.as_ref().expect("it is there").data, board());
    let again = Deed::create(&board()).expect("JSON").play(&created).expect("it can be done");
    assert!(again == created);
    let remove = Deed::<Board>::remove();
    assert!(matches!(remove.play(&created), Ok(None)) && matches!(remove.play(&None), Ok(None)));
}

#[test]
fn what_was_removed_is_edited_no_more() {
    let change = Deed::between(&board(), &edited(|board| board.count = 5)).expect("JSON");
    let actions = Deed::<Board>::actions(Vec::new());
    for deed in [change, actions] {
        assert_eq!(deed.play(&None).map(drop), Err("it was removed".to_owned()));
    }
}

#[test]
fn what_could_not_be_saved_so_is_not_created() {
    let deed = Deed::create(&edited(|board| board.count = 10)).expect("JSON");
    assert_eq!(deed.play(&None).map(drop), Err("count: it is more than 9".to_owned()));
}

#[test]
fn changes_that_follow_each_other_are_one_and_actions_are_not() {
    let between = |one: &Board, other: &Board| Deed::between(one, other).expect("JSON");
    let [one, two, three] = [1, 2, 3].map(|count| edited(|board| board.count = count));
    let fused = between(&one, &two).fuse(&between(&two, &three)).expect("they are changes");
    assert_eq!(
        serde_json::to_string(&fused).expect("JSON"),
        r#"{"change":[{"count":1},{"count":3}]}"#
    );
    for other in [Deed::actions(Vec::new()), Deed::remove(), Deed::create(&one).expect("JSON")] {
        assert!(fused.fuse(&other).is_none() && other.fuse(&fused).is_none());
    }
}

#[test]
fn what_the_store_has_is_kept_by_number_and_by_bytes_and_what_waits_whatever_it_takes() {
    let title = |length: usize| {
        let after = edited(|board| board.title = "x".repeat(length));
        Deed::between(&board(), &after).expect("JSON")
    };
    let bytes = title(1_000).bytes();
    assert_eq!(bytes, serde_json::to_vec(&title(1_000)).expect("JSON").len());
    let kept = |options: Options, made: u64| {
        let mut outbox = Outbox::new(Source::new(1));
        for _ in 0..9 {
            outbox.push(title(1_000));
            // So that they stay apart.
            outbox.close();
        }
        outbox.acknowledge(Acks::default().with(Source::new(1), Seq::new(made)), &options);
        let saved = serde_json::to_value(&outbox).expect("JSON");
        (saved["edits"].as_array().expect("a list").len(), outbox.waiting().count())
    };
    let few = Options { keep_bytes: 3 * bytes, ..Options::default() };
    assert_eq!(kept(few, 9), (3, 0));
    assert_eq!(kept(few, 4), (3 + 5, 5));
    assert_eq!(kept(Options { keep: 2, ..few }, 9), (2, 0));
    assert_eq!(kept(Options::default(), 9), (9, 0));
    assert_eq!(kept(Options { keep_bytes: 0, ..few }, 0), (9, 9));
}

/// A topic whose parts depend on each other, and have defaults.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Room {
    name: String,
    low: u32,
    high: u32,
    alarm: Alarm,
    shape: Shape,
    doors: BTreeMap<String, Door>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    tags: BTreeMap<String, u8>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
enum Shape {
    Circle { radius: u32 },
    Square { side: u32 },
}

impl Default for Shape {
    fn default() -> Self {
        Self::Circle { radius: 0 }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
enum Alarm {
    #[default]
    Off,
    Timer {
        seconds: u32,
    },
    At {
        hour: u32,
    },
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Door {
    name: String,
    is_open: bool,
}

impl Topic for Room {
    const NAME: &'static str = "room";

    fn validate(&self) -> Result<(), Invalid> {
        match self.low <= self.high {
            true => Ok(()),
            false => Err(Invalid::new("low", "it is above `high`")),
        }
    }
}

/// What comes of `here`, made of the same as `there`, on top of that.
fn two_rooms(
    base: &Room,
    here: impl FnOnce(&mut Room),
    there: impl FnOnce(&mut Room),
) -> Result<Room, String> {
    let (mut mine, mut theirs) = (base.clone(), base.clone());
    here(&mut mine);
    there(&mut theirs);
    let deed = Deed::between(base, &mine).expect("JSON");
    let state = State::new(Arc::new(theirs)).expect("JSON");
    deed.play(&Some(state)).map(|state| Room::clone(&state.expect("it is there").data))
}

/// The same of a room with something in it.
fn rooms(here: fn(&mut Room), there: fn(&mut Room)) -> Result<Room, String> {
    let room = Room {
        name: "Hall".to_owned(),
        low: 1,
        high: 5,
        alarm: Alarm::Timer { seconds: 9 },
        shape: Shape::Circle { radius: 1 },
        doors: [("front".to_owned(), Door::default())].into(),
        tags: [("old".to_owned(), 1)].into(),
        notes: Vec::new(),
    };
    two_rooms(&room, here, there)
}

#[test]
fn what_cannot_be_beside_what_others_did_is_refused_as_a_whole() {
    type Edited = fn(&mut Room);
    let cases: [(Edited, Edited, &str); 5] = [
        (|room| room.low = 4, |room| room.high = 3, "it is above `high`"),
        (
            |room| room.alarm = Alarm::At { hour: 7 },
            |room| room.alarm = Alarm::Off,
            "`alarm` is not there any more",
        ),
        (
            |room| room.shape = Shape::Circle { radius: 5 },
            |room| room.shape = Shape::Square { side: 2 },
            "`shape.radius` is not there any more",
        ),
        (
            |room| room.doors.values_mut().for_each(|door| door.is_open = true),
            |room| room.doors.clear(),
            "`doors.front` is not there any more",
        ),
        (
            |room| {
                room.tags.clear();
                room.doors.values_mut().for_each(|door| door.is_open = true);
            },
            |room| room.doors.clear(),
            "`doors.front` is not there any more",
        ),
    ];
    for (here, there, why) in cases {
        let refused = rooms(here, there).expect_err(why);
        assert!(refused.contains(why), "{refused}, not {why}");
    }
}

#[test]
fn what_is_empty_may_not_be_written_and_is_there_all_the_same() {
    let tagged: fn(&mut Room) = |room| room.tags.extend([("new".to_owned(), 2)]);
    let room = rooms(tagged, |room| room.tags.clear()).expect("nothing is in the way");
    assert_eq!(room.tags, [("new".to_owned(), 2)].into());
    let retagged: fn(&mut Room) = |room| room.tags.extend([("old".to_owned(), 2)]);
    let room = rooms(retagged, |room| room.tags.clear()).expect("of one value the last stands");
    assert_eq!(room.tags, [("old".to_owned(), 2)].into());
}

#[test]
fn the_first_and_the_last_of_what_is_not_written_while_empty_are_merged_as_others_are() {
    let empty = Room::default();
    let tag = |name: &'static str| move |room: &mut Room| room.tags.extend([(name.into(), 2)]);
    let made = two_rooms(&empty, tag("mine"), tag("theirs")).map(|room| room.tags);
    assert_eq!(made, Ok([("mine".to_owned(), 2), ("theirs".to_owned(), 2)].into()));
    let note = |text: &'static str| move |room: &mut Room| room.notes.push(text.to_owned());
    let made = two_rooms(&empty, note("mine"), note("theirs")).map(|room| room.notes);
    assert_eq!(made.map(|notes| notes.len()), Ok(2));

    let mut one = Room::default();
    tag("old")(&mut one);
    note("old")(&mut one);
    let clear = |room: &mut Room| {
        room.tags.clear();
        room.notes.clear();
    };
    let add = |room: &mut Room| {
        tag("new")(room);
        note("new")(room);
    };
    for made in [two_rooms(&one, clear, add), two_rooms(&one, add, clear)] {
        let made = made.map(|room| (room.tags, room.notes));
        assert_eq!(made, Ok(([("new".to_owned(), 2)].into(), vec!["new".to_owned()])));
    }
    let made = two_rooms(&one, clear, clear);
    assert_eq!(made, Ok(empty));
}

/// What can be written, and is, is not there if it is not written.
#[test]
fn an_entry_that_is_removed_here_and_changed_there_stays_removed() {
    let mut base = board();
    base.cards.insert("c".to_owned(), Card::default());
    let mut removed = base.clone();
    removed.cards.remove("c");
    let deed = Deed::between(&base, &removed).expect("JSON");
    base.cards.get_mut("c").expect("a card").text = "theirs".to_owned();
    assert_eq!(play(&deed, base), Ok(removed));
}

#[test]
fn what_is_refused_takes_no_other_edit_with_it() {
    let saved = |deed: &Deed<Board>| serde_json::to_string(deed).expect("JSON");
    let between = |one: &Board, other: &Board| Deed::between(one, other).expect("JSON");
    let with = |edit: fn(&mut Board), board: &Board| {
        let mut next = board.clone();
        edit(&mut next);
        next
    };
    let first = with(|board| board.title = "P".to_owned(), &board());
    let second = with(|board| board.title = "Plans".to_owned(), &first);
    let third = with(|board| board.cards.values_mut().for_each(|card| card.done = true), &second);
    let typed = between(&board(), &first).fuse(&between(&first, &second));
    assert_eq!(typed.as_ref().map(saved), Some(saved(&between(&board(), &second))));
    assert!(between(&first, &second).fuse(&between(&second, &third)).is_none());
}
