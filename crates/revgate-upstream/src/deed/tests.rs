mod removal;

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

/// What comes of a session that was fused into one change, and what of it is refused.
fn salvaged(
    here: impl FnOnce(&mut Board),
    there: impl FnOnce(&mut Board),
) -> (Board, serde_json::Value, String) {
    let deed = Deed::between(&board(), &edited(here)).expect("JSON");
    let state = Some(State::new(Arc::new(edited(there))).expect("JSON"));
    let whole = deed.play(&state).expect_err("it cannot be made as a whole");
    let Salvaged { made, state: left, refused, refusal } = deed.salvage(&state).expect("a part");
    assert_eq!(refusal, whole, "it is said of which part");
    assert_eq!(made.play(&state), Ok(left.clone()), "so it can be made again");
    let left = Board::clone(&left.expect("it is there").data);
    (left, serde_json::to_value(&refused).expect("JSON"), refusal)
}

#[test]
fn an_edit_of_an_entry_that_is_removed_meanwhile_is_refused_and_nothing_else_is() {
    let (left, refused, refusal) = salvaged(
        |board| {
            board.title = "Plans".to_owned();
            board.cards.get_mut("a").expect("a card").done = true;
            board.cards.get_mut("b").expect("a card").done = true;
            board.list.push("y".to_owned());
        },
        |board| drop(board.cards.remove("a")),
    );
    assert_eq!(refusal, "`cards.a` is not there any more");
    let refused_part = |done: bool| serde_json::json!({ "cards": { "a": { "done": done } } });
    assert_eq!(refused, serde_json::json!({ "change": [refused_part(false), refused_part(true)] }));
    let b = Card { text: "b".to_owned(), done: true };
    let cards = [("b".to_owned(), b)].into();
    let list = vec!["x".to_owned(), "y".to_owned()];
    assert_eq!(left, Board { title: "Plans".to_owned(), count: 1, cards, list });
}

/// A topic whose parts depend on each other, and have defaults.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Room {
    name: String,
    low: u32,
    high: u32,
    alarm: Alarm,
    door: Option<Door>,
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

/// What is left of `here` on top of `there`, both made of the same, and why the rest is not.
fn rooms(room: &Room, here: fn(&mut Room), there: fn(&mut Room)) -> (Room, String) {
    let edited = |edit: fn(&mut Room)| {
        let mut edited = room.clone();
        edit(&mut edited);
        edited
    };
    let deed = Deed::between(room, &edited(here)).expect("JSON");
    let state = Some(State::new(Arc::new(edited(there))).expect("JSON"));
    let _whole = deed.play(&state).expect_err("it cannot be made as a whole");
    let salvaged = deed.salvage(&state).expect("a part");
    (Room::clone(&salvaged.state.expect("it is there").data), salvaged.refusal)
}

#[test]
fn what_cannot_be_beside_what_others_did_is_refused_and_what_belongs_together_stays_so() {
    let room = Room {
        name: "Hall".to_owned(),
        low: 1,
        high: 5,
        alarm: Alarm::Timer { seconds: 9 },
        door: Some(Door { name: "Front".to_owned(), is_open: false }),
    };

    let (left, refusal) = rooms(
        &room,
        |room| (room.low, room.name, room.alarm) = (4, "Kitchen".to_owned(), Alarm::At { hour: 7 }),
        |room| room.high = 3,
    );
    assert!(refusal.contains("it is above `high`"), "{refusal}");
    let name = || "Kitchen".to_owned();
    assert_eq!(left, Room { high: 3, name: name(), alarm: Alarm::At { hour: 7 }, ..room.clone() });

    let (left, _) = rooms(
        &room,
        |room| (room.name, room.alarm) = ("Kitchen".to_owned(), Alarm::At { hour: 7 }),
        |room| room.alarm = Alarm::Off,
    );
    assert_eq!(left, Room { name: name(), alarm: Alarm::Off, ..room.clone() });

    let (left, refusal) = rooms(
        &room,
        |room| {
            room.name = "Kitchen".to_owned();
            room.door.as_mut().expect("a door").is_open = true;
        },
        |room| room.door = None,
    );
    assert_eq!(refusal, "`door` is not there any more");
    assert_eq!(left, Room { name: name(), door: None, ..room.clone() });
}

#[test]
fn of_much_that_cannot_be_made_little_is_tried_and_all_else_is_made() {
    let cards = || (0..2_000).map(|at| (at.to_string(), Card::default()));
    let before = Board { cards: cards().collect(), ..board() };
    let mut after = before.clone();
    after.cards.values_mut().for_each(|card| card.done = true);
    after.title = "Plans".to_owned();
    let deed = Deed::between(&before, &after).expect("JSON");
    // Every second one was removed meanwhile.
    let odd = cards().skip(1).step_by(2).collect();
    let state = Some(State::new(Arc::new(Board { cards: odd, ..board() })).expect("JSON"));
    let left = deed.salvage(&state).expect("a part").state.expect("it is there").data;
    assert_eq!((&*left.title, left.cards.len()), ("Plans", 1_000));
    assert!(left.cards.values().all(|card| card.done));
}
