//! What an edit of a large state costs that says of what it consists, and that it comes to the same.

use super::*;

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use revgate::action::{Actions, Context};
use revgate::parts::Parts;
use revgate::wire::{Refusal, Written};
use revgate::{Action, Invalid, Version, parts};
use serde_json::json;

use super::baseline::probe::{Probe, Touched, touched};
use crate::form::{Json, Refused, Sent};
use crate::look::LARGE;
use crate::options::UnknownFields;
use crate::view::Writable;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Chest {
    probe: Probe,
    pub(super) coin_count: u64,
    pub(super) rows: BTreeMap<String, Row>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Row {
    weight: f64,
    pub(super) title: String,
    #[serde(skip)]
    token: u8,
}

parts!(struct Chest { probe, coin_count, rows });
parts!(struct Row { weight, title, token });

impl Topic for Chest {
    const NAME: &'static str = "chest";
    const ACTIONS: Actions<Self> = Actions::of::<ChestAction>();
    const PARTS: Parts<Self> = Parts::of();

    fn validate(&self) -> Result<(), Invalid> {
        let is_rich = self.coin_count > 1_000_000;
        if is_rich { Err(Invalid::new("coinCount", "too many")) } else { Ok(()) }
    }

    fn keep_skipped(&mut self, before: &Self) {
        for (row, before) in
            self.rows.iter_mut().filter_map(|(key, row)| Some((row, before.rows.get(key)?)))
        {
            row.token = before.token;
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum ChestAction {
    Pay(u64),
    Weigh(usize, f64),
}

impl Action for ChestAction {
    type Topic = Chest;
    type Error = String;

    fn name(&self) -> &'static str {
        "any"
    }

    fn apply(&self, chest: &mut Chest, _: &Context) -> Result<(), String> {
        match self {
            Self::Pay(coins) => chest.coin_count += coins,
            Self::Weigh(number, by) => {
                let row =
                    chest.rows.get_mut(&format!("row {number}")).ok_or("there is no such row")?;
                // It came as JSON, or it could not be one.
                row.weight /= by;
            }
        }
        Ok(())
    }
}

fn row(number: usize) -> Row {
    Row { weight: 0.5, title: format!("The title of the row number {number:09}"), token: 7 }
}

fn chest() -> Chest {
    let rows = (0..LARGE / 64).map(|number| (format!("row {number}"), row(number)));
    Chest { probe: Probe, coin_count: 0, rows: rows.collect() }
}

pub(super) fn open(sender: &Bench) -> TopicHandle<Chest> {
    let options = TopicOptions::new().period(Duration::ZERO);
    topic(&sender.registry, chest(), options.unknown_fields(UnknownFields::Ignore))
}

pub(super) fn patch(chest: &TopicHandle<Chest>, patch: &Value) -> Result<Written<Json>, Refused> {
    let base = Some(chest.snapshot().version());
    chest.cell.patch(Sent::Text(patch.to_string()), base, "main")
}

pub(super) fn title(row: usize, title: &str) -> Value {
    json!([{"op": "replace", "path": format!("/rows/row {row}/title"), "value": title}])
}

/// The patch of the next announcement.
fn told(heard: &Receiver<String>) -> Value {
    let json = heard.try_recv().expect("it is announced");
    let Payload::Patch { patch, .. } = parse(&json).payload else { panic!("no patch: {json}") };
    serde_json::to_value(patch).expect("JSON")
}

pub(super) const UNTOUCHED: Touched = Touched { copies: 0, writes: 0, reads: 0 };

#[test]
fn an_edit_of_a_window_copies_writes_and_reads_nothing_but_what_it_changes() {
    let mut sender = Bench::new();
    let chest = open(&sender);
    let heard = [subscribe(&chest, "main"), follow(&chest, "settings")];
    for number in 0..3 {
        patch(&chest, &title(number, "warm")).expect("made");
        sender.turn(number as u64);
    }
    heard.iter().for_each(|heard| assert_eq!(heard.try_iter().count(), 3));
    for number in 3..100 {
        let ((), cost) = touched(|| {
            let edit = title(number, "other");
            let written = patch(&chest, &edit).expect("made");
            assert!(written.data.is_none());
            sender.turn(number as u64);
            heard.iter().for_each(|heard| assert_eq!(told(heard), edit));
        });
        assert_eq!(cost, UNTOUCHED, "edit {number}");
    }
    let rows = &chest.snapshot().data.rows;
    let title = |number: usize| {
        (&*rows[&format!("row {number}")].title, rows[&format!("row {number}")].token)
    };
    assert_eq!([title(0), title(99)], [("warm", 7), ("other", 7)]);
    assert_eq!(chest.snapshot().version().revision.number(), 101);
}

#[test]
fn nor_does_an_edit_of_rust_s() {
    let mut sender = Bench::new();
    let chest = open(&sender);
    let heard = subscribe(&chest, "main");
    for number in 0..100 {
        let ((), cost) = touched(|| {
            chest.update(|chest| chest.coin_count += 1).expect("valid");
            sender.turn(number);
        });
        assert!(number < 3 || cost == UNTOUCHED, "{number}: {cost:?}");
        let expected = json!([{"op": "replace", "path": "/coinCount", "value": number + 1}]);
        assert_eq!(told(&heard), expected);
    }
}

#[test]
fn nor_does_an_action_of_which_a_window_is_told_that_cannot_do_it() {
    let mut sender = Bench::new();
    let chest = open(&sender);
    let heard = [subscribe(&chest, "main"), subscribe(&chest, "settings")];
    for number in 0..100 {
        let ((), cost) = touched(|| {
            chest.act(ChestAction::Pay(1)).expect("done");
            chest.act(ChestAction::Weigh(number, 2.0)).expect("done");
            sender.turn(number as u64);
        });
        assert!(number < 3 || cost == UNTOUCHED, "{number}: {cost:?}");
        let expected = json!([
            {"op": "replace", "path": "/coinCount", "value": number + 1},
            {"op": "replace", "path": format!("/rows/row {number}/weight"), "value": 0.25},
        ]);
        heard.iter().for_each(|heard| assert_eq!(told(heard), expected));
    }
}

#[test]
fn what_an_action_has_made_no_json_no_window_is_told_by_parts_either() {
    let mut sender = Bench::new();
    let chest = open(&sender);
    let heard = subscribe(&chest, "main");
    let payload = || parse(&heard.try_recv().expect("it is announced")).payload;
    chest.act(ChestAction::Weigh(1, 0.0)).expect("done");
    sender.turn(0);
    assert_eq!(payload(), Payload::None, "infinity is no JSON");
    // The rest of it is: yet there is no window that has the rest.
    chest.act(ChestAction::Pay(1)).expect("done");
    sender.turn(1);
    assert_eq!(payload(), Payload::None);
    let right = json!([{"op": "replace", "path": "/rows/row 1/weight", "value": 1}]);
    patch(&chest, &right).expect("made");
    sender.turn(2);
    assert_eq!(told(&heard), right, "on what no window has: it fetches the whole");
    chest.act(ChestAction::Pay(1)).expect("done");
    sender.turn(3);
    assert_eq!(told(&heard), json!([{"op": "replace", "path": "/coinCount", "value": 2}]));
}

#[test]
fn several_edits_are_told_as_one_patch() {
    let mut sender = Bench::new();
    let chest = open(&sender);
    let heard = subscribe(&chest, "main");
    patch(&chest, &title(1, "a")).expect("made");
    chest.update(|chest| chest.coin_count = 5).expect("valid");
    patch(&chest, &json!([{"op": "remove", "path": "/rows/row 2"}])).expect("made");
    sender.turn(0);
    let mut all = title(1, "a").as_array().expect("operations").clone();
    all.push(json!({"op": "replace", "path": "/coinCount", "value": 5}));
    all.push(json!({"op": "remove", "path": "/rows/row 2"}));
    assert_eq!(told(&heard), Value::from(all));
}

#[test]
fn what_changes_nothing_makes_no_version() {
    let mut sender = Bench::new();
    let chest = open(&sender);
    let heard = subscribe(&chest, "main");
    let before = chest.snapshot().version();
    for edit in [json!([{"op": "replace", "path": "/coinCount", "value": 0}]), json!([])] {
        assert_eq!(patch(&chest, &edit).expect("made").version(), before);
    }
    assert_eq!(chest.update(|_| {}).expect("valid"), before);
    // It is no part of the JSON, and the state from now on all the same.
    let token = |chest: &mut Chest| chest.rows.values_mut().for_each(|row| row.token = 8);
    assert_eq!(chest.update(token).expect("valid"), before);
    assert!(sender.registry.sender().take().is_empty());
    assert_eq!(heard.try_iter().count(), 0);
    patch(
        &chest,
        &json!([{"op": "add", "path": "/rows/row 1", "value": {"weight": 1, "title": ""}}]),
    )
    .expect("made");
    patch(&chest, &title(2, "x")).expect("made");
    sender.turn(0);
    assert!(chest.snapshot().data.rows.values().all(|row| row.token == 8));
}

#[test]
fn what_cannot_be_done_by_parts_is_refused_or_answered_as_ever() {
    let sender = Bench::new();
    let chest = open(&sender);
    let before = chest.snapshot();
    let rich = json!([{"op": "replace", "path": "/coinCount", "value": 2_000_000}]);
    let Err(Refusal::Invalid(invalid)) = patch(&chest, &rich) else { panic!("it is not valid") };
    assert_eq!(invalid, Invalid::new("coinCount", "too many"));
    let wrong = json!([{"op": "replace", "path": "/rows/row 1/weight", "value": "x"}]);
    let Err(Refusal::Invalid(Invalid { path, .. })) = patch(&chest, &wrong) else {
        panic!("it is no number")
    };
    assert_eq!(path, "rows.row 1.weight");
    let missing = json!([{"op": "remove", "path": "/rows/none"}]);
    assert!(matches!(patch(&chest, &missing), Err(Refusal::PatchFailed(_))));
    let old =
        chest.cell.patch(Sent::Text(title(1, "x").to_string()), Some(Version::default()), "main");
    assert!(matches!(old, Err(Refusal::Conflict(_))));
    assert!(Arc::ptr_eq(&chest.snapshot().data, &before.data));
    // What the type does not know goes, and the window is told.
    let more =
        json!([{"op": "add", "path": "/rows/new", "value": {"weight": 1, "title": "", "x": 0}}]);
    let answer = patch(&chest, &more).expect("made").data.expect("another state");
    assert!(answer.get().contains(r#""new":{"weight":1.0,"title":""}"#), "{answer}");
}

#[test]
fn what_a_topic_may_not_have_is_denied_part_by_part_too() {
    let sender = Bench::new();
    let size = serde_json::to_string(&chest()).expect("JSON").len() as u64;
    let options = TopicOptions::new().max_bytes(size + 200);
    let chest = topic(&sender.registry, chest(), options);
    let more =
        json!([{"op": "add", "path": "/rows/new", "value": {"weight": 1, "title": "", "x": 0}}]);
    let Err(Refusal::Invalid(invalid)) = patch(&chest, &more) else { panic!("it is unknown") };
    assert_eq!(invalid, Invalid::new("rows.new.x", "unknown field"));
    // The same place again and again makes it no larger, whatever that is reckoned to be at most.
    for number in 0..20 {
        patch(&chest, &title(1, &format!("{number:0100}"))).expect("there is room for one");
    }
    let two = patch(&chest, &title(2, &format!("{:0200}", 0))).expect_err("too large");
    assert!(matches!(two, Refusal::TooLarge { .. }), "{two:?}");
}

#[test]
fn a_second_later_it_is_proven() {
    let mut sender = Bench::new();
    let chest = open(&sender);
    let heard = subscribe(&chest, "main");
    patch(&chest, &title(1, "x")).expect("made");
    sender.turn(0);
    assert_eq!(heard.try_iter().count(), 1);
    sender.turn(1_000_000);
    let proof = parse(&heard.try_recv().expect("it is proven"));
    let print = revgate::json::fingerprint(&*chest.snapshot().data).expect("JSON");
    assert_eq!((proof.payload, proof.fingerprint), (Payload::None, Some(print)));
}

#[derive(Clone, Debug)]
enum Step {
    Patch(Value),
    Update(u64),
    Act(u64),
    Hold,
    LetGo,
    Announce,
}

fn step() -> impl Strategy<Value = Step> {
    let place = prop_oneof![
        Just("/rows/row 1"),
        Just("/rows/row 2"),
        Just("/rows/new"),
        Just("/rows/row 1/title"),
        Just("/rows/row 2/weight"),
        Just("/coinCount"),
    ];
    let value = prop_oneof![
        Just(json!("x")),
        (0..5).prop_map(|number| json!(number)),
        Just(json!({"weight": 1, "title": "y"})),
        Just(json!({"weight": 1, "title": "y", "z": 0})),
    ];
    let op = prop_oneof![Just("replace"), Just("add"), Just("remove")];
    let operation = (op, place, value).prop_map(|(op, path, value)| match op {
        "remove" => json!({"op": op, "path": path}),
        _ => json!({"op": op, "path": path, "value": value}),
    });
    prop_oneof![
        12 => vec(operation, 1..3).prop_map(|all| Step::Patch(all.into())),
        3 => (0..9_u64).prop_map(Step::Update),
        3 => (0..9_u64).prop_map(Step::Act),
        1 => Just(Step::Hold),
        2 => Just(Step::LetGo),
        4 => Just(Step::Announce),
    ]
}

/// What a patch makes of the whole.
fn whole(state: &Value, patch: &Value) -> Option<Value> {
    let mut state = state.clone();
    let patch: json_patch::Patch = serde_json::from_value(patch.clone()).ok()?;
    json_patch::patch(&mut state, &patch).ok()?;
    let state: Chest = serde_json::from_value(state).ok()?;
    serde_json::to_value(state).ok()
}

#[test]
fn edits_by_parts_make_what_they_make_of_the_whole() {
    let rng_seed = RngSeed::Fixed(7);
    let config = Config { cases: 60, rng_seed, failure_persistence: None, ..Config::default() };
    let run = |steps: Vec<Step>| {
        let mut sender = Bench::new();
        let chest = open(&sender);
        let heard = subscribe(&chest, "main");
        let mut state = serde_json::to_value(&*chest.snapshot().data).expect("JSON");
        let mut window = state.clone();
        let mut held = Vec::new();
        for (now, step) in (0..).zip(steps) {
            let before = chest.snapshot().version();
            let expected = match &step {
                Step::Patch(edit) => {
                    let expected = whole(&state, edit);
                    prop_assert_eq!(patch(&chest, edit).is_ok(), expected.is_some(), "{}", edit);
                    expected.unwrap_or(state.clone())
                }
                Step::Update(coins) => {
                    chest.update(|chest| chest.coin_count = *coins).expect("valid");
                    let mut expected = state.clone();
                    expected["coinCount"] = json!(coins);
                    expected
                }
                Step::Act(coins) => {
                    chest.act(ChestAction::Pay(*coins)).expect("done");
                    let mut expected = state.clone();
                    expected["coinCount"] =
                        json!(state["coinCount"].as_u64().expect("a number") + coins);
                    expected
                }
                Step::Hold => {
                    held.push((chest.snapshot().data, state.clone()));
                    state.clone()
                }
                Step::LetGo => {
                    held.clear();
                    state.clone()
                }
                Step::Announce => {
                    sender.turn(now);
                    state.clone()
                }
            };
            let after = chest.snapshot();
            prop_assert_eq!(
                &serde_json::to_value(&*after.data).expect("JSON"),
                &expected,
                "{:?}",
                step
            );
            prop_assert!(expected == state || after.version() != before, "{:?}", step);
            state = expected;
            for (held, was) in &held {
                prop_assert_eq!(&serde_json::to_value(&**held).expect("JSON"), was);
            }
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
        // As a window reads it.
        let window: Chest = serde_json::from_value(window).expect("a state");
        prop_assert_eq!(serde_json::to_value(window).expect("JSON"), state);
        Ok(())
    };
    TestRunner::new(config).run(&vec(step(), 1..40), run).expect("the same");
}
