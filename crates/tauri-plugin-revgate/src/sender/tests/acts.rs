//! What actions on a large state cost, counted: its copies, and how often it is walked through.

use super::*;

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use revgate::action::{Actions, Context};
use revgate::json::{Fingerprint, fingerprint};
use revgate::wire::Refusal;
use revgate::{Action, Version};
use serde_json::json;

use super::baseline::probe::{Probe, Touched, touched};
use crate::error::{ActError, UpdateError};
use crate::look::LARGE;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Shelf {
    probe: Probe,
    pub(super) books: u64,
    weight: f64,
    label: Option<String>,
    rows: Vec<String>,
}

impl Topic for Shelf {
    const NAME: &'static str = "shelf";
    const ACTIONS: Actions<Self> = Actions::of::<ShelfAction>();
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum ShelfAction {
    Add(u64),
    Label(Option<String>),
    Weigh(f64),
    Grow,
    /// Leaves half of it done.
    Refuse,
    Break,
}

impl Action for ShelfAction {
    type Topic = Shelf;
    type Error = String;

    fn name(&self) -> &'static str {
        "any"
    }

    fn apply(&self, shelf: &mut Shelf, context: &Context) -> Result<(), String> {
        match self {
            Self::Add(books) => shelf.books += books,
            Self::Label(label) => shelf.label = label.clone(),
            // It came as JSON, or it could not be one.
            Self::Weigh(by) => shelf.weight /= by,
            Self::Grow => shelf.rows.push(context.id(0)),
            Self::Refuse => {
                shelf.books = 0;
                return Err("refused".to_owned());
            }
            Self::Break => {
                shelf.rows.clear();
                panic!("it is broken");
            }
        }
        Ok(())
    }
}

/// Twice as large as what is looked at after each action.
pub(super) fn large() -> Shelf {
    let rows = vec!["x".repeat(1024); 2 * LARGE / 1024];
    Shelf { probe: Probe, books: 0, weight: 0.0, label: Some(String::new()), rows }
}

pub(super) fn small() -> Shelf {
    Shelf { rows: Vec::new(), ..large() }
}

pub(super) fn shelf(sender: &Bench, initial: Shelf) -> TopicHandle<Shelf> {
    topic(&sender.registry, initial, TopicOptions::new().period(Duration::ZERO))
}

/// How often the state is copied and written meanwhile.
pub(super) fn counted<R>(act: impl FnOnce() -> R) -> (R, u64, u64) {
    let (done, Touched { copies, writes, .. }) = touched(act);
    (done, copies, writes)
}

pub(super) fn add(shelf: &TopicHandle<Shelf>) -> Version {
    shelf.act(ShelfAction::Add(1)).expect("done")
}

pub(super) fn acts(shelf: &TopicHandle<Shelf>, times: usize) {
    for _ in 0..times {
        add(shelf);
    }
}

/// So that there are states to be caught up: nobody else ever lets go of the first one.
pub(super) fn warm(shelf: &TopicHandle<Shelf>) {
    let ((), copies, _) = counted(|| acts(shelf, 3));
    assert_eq!(copies, 2);
}

#[test]
fn nothing_is_copied_or_looked_at() {
    let sender = Bench::new();
    let shelf = shelf(&sender, large());
    warm(&shelf);
    let ((), copies, walks) = counted(|| acts(&shelf, 1_000));
    assert_eq!((copies, walks), (0, 0));
    assert_eq!(shelf.snapshot().data.books, 1_003);
}

#[test]
fn an_announcement_is_one_walk_and_no_copy() {
    let mut sender = Bench::new();
    let shelf = shelf(&sender, large());
    let heard = subscribe(&shelf, "main");
    warm(&shelf);
    // The state that windows have fetched is written once, too; and the one that was announced is held
    // until the next one is.
    sender.turn(0);
    acts(&shelf, 2);
    let ((), copies, walks) = counted(|| {
        for now in 1..=100 {
            add(&shelf);
            add(&shelf);
            sender.turn(now);
        }
    });
    assert_eq!((copies, walks), (0, 100));
    let news: Vec<_> = heard.try_iter().collect();
    assert!(news.iter().all(|json| json.len() <= 200), "{news:?}");
    let Payload::Patch { patch, .. } = parse(&news[100]).payload else { panic!("no patch") };
    let expected = json!([{"op": "replace", "path": "/books", "value": 205}]);
    assert_eq!(serde_json::to_value(patch).expect("JSON"), expected);
}

/// What windows are told of fingerprints.
fn proofs(heard: &Receiver<String>) -> Vec<(u64, Fingerprint)> {
    let proof = |json: String| {
        let News { invalidation, fingerprint, .. } = parse(&json);
        fingerprint.map(|print| (invalidation.revision.number(), print))
    };
    heard.try_iter().filter_map(proof).collect()
}

#[test]
fn a_second_after_an_action_windows_are_told_by_one_more_walk_what_they_should_have() {
    let mut sender = Bench::new();
    let shelf = shelf(&sender, large());
    let heard = subscribe(&shelf, "main");
    let print = || fingerprint(&*shelf.snapshot().data).expect("JSON");
    for now in [5, 400_000, 999_999] {
        add(&shelf);
        sender.turn(now);
    }
    assert_eq!(proofs(&heard), [], "an announcement costs no more");
    assert_eq!(sender.schedule.next(), Some(Duration::from_micros(1_000_005)));
    let ((), copies, walks) = counted(|| sender.turn(1_000_005));
    assert_eq!((copies, walks), (0, 1));
    let told = heard.try_recv().expect("the version once more");
    let News { invalidation, payload, fingerprint } = parse(&told);
    assert_eq!(invalidation.version(), shelf.snapshot().version());
    assert_eq!((payload, fingerprint), (Payload::None, Some(print())));
    assert!(told.len() <= 200, "{told}");
    assert_eq!((sender.schedule.next(), heard.try_iter().count()), (None, 0));

    // As long as there are actions, a second after the first since, with the news.
    let mut revisions = Vec::new();
    for now in 2_000..6_000 {
        add(&shelf);
        sender.turn(now * 1_000);
        for (revision, told) in proofs(&heard) {
            assert_eq!(told, print());
            revisions.push(revision);
        }
    }
    assert_eq!(revisions, [1_005, 2_006, 3_007]);
    assert_eq!(sender.schedule.next(), Some(Duration::from_millis(6_003)));
}

#[test]
fn of_what_windows_are_told_otherwise_no_fingerprint_is_announced() {
    let mut sender = Bench::new();
    let (small, large) = (shelf(&sender, small()), large());
    let heard = subscribe(&small, "main");
    add(&small);
    sender.turn(0);
    assert_eq!((proofs(&heard), sender.schedule.next()), (vec![], None), "the answer has it");

    sender = Bench::new();
    let large = shelf(&sender, large);
    add(&large);
    sender.turn(0);
    let ((), _, walks) = counted(|| sender.turn(2_000_000));
    assert_eq!(walks, 0, "nobody listens");
    let heard = subscribe(&large, "main");
    large.update(|shelf| shelf.books = 7).expect("valid");
    sender.turn(3_000_000);
    assert_eq!((revisions(&heard).len(), sender.schedule.next()), (1, None), "no action made it");
}

#[test]
fn who_holds_a_state_costs_a_copy_and_who_lets_go_none() {
    let sender = Bench::new();
    let shelf = shelf(&sender, large());
    warm(&shelf);
    // One is read while the other is caught up.
    let mut reader = shelf.snapshot();
    let ((), copies, _) = counted(|| acts(&shelf, 100));
    assert_eq!((copies, reader.data.books), (1, 3));
    let ((), copies, _) = counted(|| {
        for _ in 0..100 {
            reader = shelf.snapshot();
            add(&shelf);
        }
    });
    assert_eq!(copies, 0);
    let mut held = Vec::new();
    let ((), copies, _) = counted(|| {
        for _ in 0..100 {
            held.push(shelf.snapshot().data);
            add(&shelf);
        }
    });
    assert!(copies >= 98, "{copies}: each of them is held");
    held.clear();
    let ((), copies, _) = counted(|| acts(&shelf, 100));
    assert_eq!(copies, 0);
}

#[test]
fn one_that_cannot_be_done_costs_a_copy_and_does_nothing() {
    let sender = Bench::new();
    let shelf = shelf(&sender, large());
    warm(&shelf);
    for number in 4..14 {
        let ((), copies, _) = counted(|| {
            let action = if number % 2 == 0 { ShelfAction::Refuse } else { ShelfAction::Break };
            shelf.act(action).expect_err("it fails");
            add(&shelf);
        });
        assert!(copies <= 1, "{copies}");
        let Shelf { books, rows, .. } = &*shelf.snapshot().data;
        assert_eq!((*books, rows.len()), (number, large().rows.len()));
    }
}

#[test]
fn an_edit_of_another_kind_lets_go_of_what_is_kept_for_actions() {
    let sender = Bench::new();
    let shelf = shelf(&sender, large());
    warm(&shelf);
    let former = Arc::downgrade(&shelf.snapshot().data);
    add(&shelf);
    assert!(former.strong_count() > 0, "it is kept");
    shelf.update(|shelf| shelf.books = 100).expect("valid");
    assert_eq!(former.strong_count(), 0);
    add(&shelf);
    assert_eq!(shelf.snapshot().data.books, 101);
}

#[test]
fn whether_a_large_state_has_changed_is_not_looked_at() {
    let sender = Bench::new();
    for (initial, is_news) in [(small(), false), (large(), true)] {
        let registry = Bench::new();
        let shelf = shelf(&registry, initial);
        let before = shelf.snapshot().version();
        let after = shelf.act(ShelfAction::Add(0)).expect("done");
        assert_eq!(after > before, is_news);
    }
    // By an edit of another kind, it is.
    let shelf = shelf(&sender, large());
    let acted = add(&shelf);
    assert_eq!(shelf.update(|_| ()).expect("valid"), acted);
}

#[test]
fn what_is_no_json_is_refused_or_told_of_until_it_is_put_right() {
    let mut sender = Bench::new();
    let refused = shelf(&sender, small()).act(ShelfAction::Weigh(0.0)).expect_err("0 / 0");
    assert!(matches!(refused, ActError::Update(UpdateError::Invalid(_))), "{refused}");

    sender = Bench::new();
    let shelf = shelf(&sender, large());
    let heard = subscribe(&shelf, "main");
    shelf.act(ShelfAction::Weigh(0.0)).expect("nobody has looked");
    let fetch = || shelf.cell.snapshot(None);
    let refusal = || match fetch() {
        Err(Refusal::Failed { reason }) => reason,
        other => panic!("{other:?}"),
    };
    let expected = "the state cannot be written as JSON: weight: NaN is no number that JSON has";
    assert_eq!(refusal(), expected, "before it is announced");
    sender.turn(0);
    let told = heard.try_recv().expect("it is announced");
    assert_eq!(parse(&told).payload, Payload::None);
    assert_eq!(refusal(), expected, "and after");
    add(&shelf);
    sender.turn(1);
    assert_eq!(parse(&heard.recv().expect("again")).payload, Payload::None);

    shelf.update(|shelf| shelf.weight = 2.0).expect("valid");
    sender.turn(2);
    // No patch leads there from what windows have.
    assert_eq!(parse(&heard.recv().expect("again")).payload, Payload::None);
    let now = serde_json::to_string(&*shelf.snapshot().data).expect("JSON");
    let fetched = fetch().expect("it is JSON");
    assert!(fetched.ends_with(&format!(r#""data":{now}}}"#)), "{fetched}");
}

#[test]
fn a_null_that_is_one_is_announced_after_a_look_at_the_state() {
    let mut sender = Bench::new();
    let shelf = shelf(&sender, large());
    let heard = subscribe(&shelf, "main");
    for (now, (label, expected)) in
        [(Some("a"), 1), (None, 2), (Some("b"), 1)].into_iter().enumerate()
    {
        shelf.act(ShelfAction::Label(label.map(str::to_owned))).expect("done");
        if now == 0 {
            sender.turn(0);
            assert_eq!(heard.try_iter().count(), 1);
            continue;
        }
        let ((), _, walks) = counted(|| sender.turn(now as u64));
        assert_eq!(walks, expected, "{label:?}");
        let told = heard.try_recv().expect("it is announced");
        assert!(matches!(parse(&told).payload, Payload::Patch { .. }), "{told}");
    }
}

#[derive(Clone, Debug)]
enum Step {
    Act(ShelfAction),
    Write(u64),
    Hold,
    LetGo,
    Announce,
}

fn step() -> impl Strategy<Value = Step> {
    use ShelfAction::{Add, Break, Grow, Label, Refuse};
    let action = prop_oneof![
        6 => (0..3_u64).prop_map(Add),
        3 => Just(Grow),
        1 => Just(Label(Some("x".to_owned()))),
        1 => Just(Refuse),
        1 => Just(Break),
    ];
    prop_oneof![
        12 => action.prop_map(Step::Act),
        1 => any::<u64>().prop_map(|books| Step::Write(books / 2)),
        2 => Just(Step::Hold),
        2 => Just(Step::LetGo),
        2 => Just(Step::Announce),
    ]
}

/// Whatever comes between the actions: the state is what they make of it one after the other, and
/// a window that follows has the same.
#[test]
fn the_state_is_what_all_that_was_done_makes_of_it() {
    let rng_seed = RngSeed::Fixed(7);
    let config = Config { cases: 300, rng_seed, failure_persistence: None, ..Config::default() };
    let steps = (any::<bool>(), vec(step(), 1..60));
    let run = |(is_large, steps): (bool, Vec<Step>)| {
        let mut sender = Bench::new();
        let initial = if is_large { large() } else { small() };
        let shelf = shelf(&sender, initial.clone());
        let heard = subscribe(&shelf, "main");
        let mut window = serde_json::to_value(&initial).expect("JSON");
        let (mut books, mut rows) = (0, initial.rows.len());
        let mut held: Vec<(Arc<Shelf>, Shelf)> = Vec::new();
        for (now, step) in (0..).zip(steps) {
            match step {
                Step::Act(action) => {
                    let done = shelf.act(action.clone());
                    prop_assert_eq!(
                        done.is_err(),
                        matches!(action, ShelfAction::Refuse | ShelfAction::Break)
                    );
                    books += if let ShelfAction::Add(books) = action { books } else { 0 };
                    rows += usize::from(matches!(action, ShelfAction::Grow));
                }
                Step::Write(number) => {
                    books = number;
                    shelf.update(|shelf| shelf.books = number).expect("valid");
                }
                Step::Hold => {
                    let state = shelf.snapshot().data;
                    let copy = Shelf::clone(&state);
                    held.push((state, copy));
                }
                Step::LetGo => held.clear(),
                Step::Announce => sender.turn(now),
            }
            let Shelf { books: now_books, rows: now_rows, .. } = &*shelf.snapshot().data;
            prop_assert_eq!((*now_books, now_rows.len()), (books, rows));
            let mut ids: Vec<_> = now_rows.iter().filter(|row| row.len() == 32).collect();
            ids.dedup();
            prop_assert_eq!(ids.len(), rows - initial.rows.len(), "each with an id of its own");
            prop_assert!(held.iter().all(|(state, copy)| **state == *copy));
        }
        sender.turn(1_000);
        for json in heard.try_iter() {
            match parse(&json).payload {
                Payload::State(state) => window = state,
                Payload::Patch { patch, .. } => {
                    json_patch::patch(&mut window, &patch).expect("it applies");
                }
                Payload::None | Payload::Actions { .. } => panic!("{json}"),
            }
        }
        prop_assert_eq!(window, serde_json::to_value(&*shelf.snapshot().data).expect("JSON"));
        Ok(())
    };
    TestRunner::new(config).run(&steps, run).expect("the state that was to be expected");
}
