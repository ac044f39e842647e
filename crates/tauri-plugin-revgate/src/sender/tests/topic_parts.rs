//! Parts of topics: what windows hear of them, what they write, and what that costs.

use super::*;

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use revgate::json::{fingerprint, part};
use revgate::wire::{Fetched, Refusal, Written};
use revgate::{TopicName, TopicPart, Version};
use serde_json::json;

use super::baseline::probe::{Probe, touched};
use super::parts::{Chest, ChestAction, Row, UNTOUCHED, open, patch, title};
use crate::erased::ErasedTopic;
use crate::form::{Json, Refused, Sent};
use crate::options::Delivery;
use crate::store::Base;
use crate::view::Writable;

type Part = Arc<dyn Writable>;

fn part_of<T: Topic>(topic: &TopicHandle<T>, pointer: &str) -> Part {
    let name = TopicName::of::<T>().part(pointer).expect("a pointer");
    Arc::clone(&topic.cell).part(name)
}

/// Subscribes a window, and gives what it hears.
fn hear(part: &Part, window: &str) -> Receiver<String> {
    let (sender, heard) = mpsc::channel();
    let channel = Channel::new(move |body| {
        let InvokeResponseBody::Json(json) = body else { panic!("announcements are JSON") };
        // One that has gone does not listen.
        drop(sender.send(json));
        Ok(())
    });
    part.subscribe(window, channel, false).expect("there is room");
    heard
}

fn fetch(part: &Part) -> (Version, Value) {
    let json = part.snapshot(None).expect("JSON");
    match serde_json::from_str(&json).expect("a snapshot") {
        Fetched::State(snapshot) => (snapshot.version(), snapshot.data),
        Fetched::NotNewer(version) => panic!("nobody knows {version}"),
    }
}

/// The versions and states that a window is told.
fn told(heard: &Receiver<String>) -> Vec<(Version, Value)> {
    let state = |json: String| {
        let news = parse(&json);
        let Payload::State(state) = news.payload else { panic!("no state: {json}") };
        (news.invalidation.version(), state)
    };
    heard.try_iter().map(state).collect()
}

/// A patch as a window sends it.
fn edit(part: &Part, base: Version, patch: Value) -> Result<Written<Json>, Refused> {
    part.patch(Sent::Text(patch.to_string()), Some(base), "main")
}

fn retitled(title: &str) -> Value {
    json!([{"op": "replace", "path": "/value/title", "value": title}])
}

/// A large state that does not say of what it consists.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Bag {
    before: Probe,
    list: Vec<Option<u64>>,
    by_name: BTreeMap<String, String>,
    after: Probe,
}

impl Topic for Bag {
    const NAME: &'static str = "bag";
}

fn bag() -> Bag {
    let text = |number: u32| (format!("name {number}"), "text".repeat(10));
    let (list, by_name) = ((0..5).map(Some).collect(), (0..1_000).map(text).collect());
    Bag { before: Probe, list, by_name, after: Probe }
}

#[test]
fn a_window_on_a_part_hears_of_that_alone_and_to_find_out_reads_nothing() {
    let mut sender = Bench::new();
    let chest = open(&sender);
    let heard = hear(&part_of(&chest, "/rows/row 7"), "main");
    for number in 0..3 {
        patch(&chest, &title(1, &format!("warm {number}"))).expect("made");
        sender.turn(number);
    }
    for number in 3..100 {
        let ((), cost) = touched(|| {
            patch(&chest, &title(1, &number.to_string())).expect("made");
            sender.turn(number);
        });
        assert_eq!(cost, UNTOUCHED, "write {number}");
    }
    assert_eq!(heard.try_iter().count(), 0);
    let ((), cost) = touched(|| {
        patch(&chest, &title(7, "mine")).expect("made");
        sender.turn(100);
    });
    assert_eq!(cost, UNTOUCHED);
    let message = heard.try_recv().expect("it is told");
    assert!(message.len() < 200, "{message}");
    let news = parse(&message);
    assert_eq!(news.invalidation.topic.as_str(), "chest#/rows/row 7");
    assert_eq!(news.invalidation.version(), chest.snapshot().version());
    let state = json!({"value": {"weight": 0.5, "title": "mine"}});
    assert_eq!(news.payload, Payload::State(state));
    assert_eq!(heard.try_iter().count(), 0, "one message");
}

#[test]
fn of_a_state_that_says_nothing_of_its_parts_just_the_part_is_read() {
    let mut sender = Bench::new();
    let bag = topic(&sender.registry, bag(), TopicOptions::new().period(Duration::ZERO));
    let heard = ["/list/4", "/by_name/name 7"].map(|pointer| hear(&part_of(&bag, pointer), "main"));
    let rename = |name: &str, number: u64| {
        let (name, text) = (name.to_owned(), number.to_string());
        bag.update(move |bag| drop(bag.by_name.insert(name, text))).expect("valid")
    };
    for number in 0..100 {
        let (_, writing) = touched(|| rename("name 500", number));
        let ((), telling) = touched(|| sender.turn(number));
        assert!(writing.writes > 0, "the whole is looked at by who writes");
        assert_eq!(telling, UNTOUCHED, "write {number}");
    }
    assert!(heard.iter().all(|heard| heard.try_iter().count() == 0));
    let version = rename("name 7", 7);
    let ((), telling) = touched(|| sender.turn(100));
    assert_eq!(telling, UNTOUCHED);
    assert_eq!(told(&heard[1]), [(version, json!({"value": "7"}))]);
    assert_eq!(heard[0].try_iter().count(), 0);
}

#[test]
fn a_part_comes_and_goes_and_null_is_one() {
    let mut sender = Bench::new();
    let bag = topic(&sender.registry, bag(), TopicOptions::new().period(Duration::ZERO));
    let item = part_of(&bag, "/list/5");
    let heard = hear(&item, "main");
    assert_eq!(fetch(&item), (bag.snapshot().version(), json!({})));
    for (change, expected) in [
        ((|bag| bag.list.push(None)) as fn(&mut Bag), json!({"value": null})),
        (|bag| bag.list[5] = Some(6), json!({"value": 6})),
        (|bag| bag.list.insert(0, Some(9)), json!({"value": 4})),
        (|bag| bag.list.clear(), json!({})),
    ] {
        let version = bag.update(change).expect("valid");
        sender.turn(version.revision.number());
        assert_eq!(told(&heard), [(version, expected.clone())]);
        assert_eq!(fetch(&item), (version, expected));
    }
    sender.registry.remove(&TopicName::of::<Bag>(), None).expect("nobody edits it");
    assert!(item.subscribers().is_empty());
}

#[test]
fn writes_elsewhere_are_no_conflict_and_one_in_the_part_is() {
    let sender = Bench::new();
    let chest = open(&sender);
    let row = part_of(&chest, "/rows/row 7");
    let (base, _) = fetch(&row);
    patch(&chest, &title(1, "elsewhere")).expect("made");
    assert_eq!(fetch(&row).0, base);
    let made = edit(&row, base, retitled("mine")).expect("no conflict");
    assert_eq!((made.version(), made.data.is_none()), (chest.snapshot().version(), true));
    assert_eq!(chest.snapshot().data.rows["row 7"].title, "mine");
    patch(&chest, &title(7, "theirs")).expect("made");
    let Err(Refusal::Conflict(newest)) = edit(&row, made.version(), retitled("again")) else {
        panic!("it has changed")
    };
    assert_eq!(newest.data.get(), r#"{"value":{"weight":0.5,"title":"theirs"}}"#);
    assert_eq!(newest.version(), chest.snapshot().version());
}

#[test]
fn an_edit_of_a_part_of_a_large_state_costs_what_it_changes() {
    let mut sender = Bench::new();
    let chest = open(&sender);
    let row = part_of(&chest, "/rows/row 7");
    let heard = hear(&row, "main");
    let mut base = fetch(&row).0;
    for number in 0..20 {
        let (written, cost) = touched(|| {
            let written = edit(&row, base, retitled(&number.to_string())).expect("made");
            sender.turn(number);
            written
        });
        assert!(number < 3 || cost == UNTOUCHED, "{number}: {cost:?}");
        base = written.version();
    }
    assert_eq!(heard.try_iter().count(), 20);
}

#[test]
fn what_a_window_makes_of_a_part_it_makes_of_the_topic_or_is_told_why_not() {
    let sender = Bench::new();
    let chest = open(&sender);
    let whole = |part: &Part, json: &str| {
        let base = Some(Base::from(fetch(part).0));
        part.replace(Sent::Text(json.to_owned()), base, "main")
    };
    let row = part_of(&chest, "/rows/row 7");
    whole(&row, "{}").expect("it is removed");
    assert!(!chest.snapshot().data.rows.contains_key("row 7"));
    assert_eq!(fetch(&row).1, json!({}));
    let before = chest.snapshot().version();
    assert_eq!(whole(&row, "{}").expect("so it is").version(), fetch(&row).0);
    assert_eq!(chest.snapshot().version(), before);
    let new = r#"{"value":{"weight":1,"title":"new","unknown":1}}"#;
    let made = whole(&row, new).expect("it is added");
    let told = made.data.expect("it is not what was sent");
    assert_eq!(told.get(), r#"{"value":{"weight":1.0,"title":"new"}}"#);
    let Row { title, .. } = &chest.snapshot().data.rows["row 7"];
    assert_eq!(title, "new");

    let coins = part_of(&chest, "/coinCount");
    let Err(Refusal::Invalid(invalid)) = whole(&coins, r#"{"value":2000000}"#) else {
        panic!("it is too many")
    };
    assert_eq!((&*invalid.path, &*invalid.reason), ("coinCount", "too many"));
    let Err(Refusal::Invalid(_)) = whole(&coins, "{}") else { panic!("it cannot be without") };
    let Err(Refusal::Invalid(_)) = whole(&coins, "7") else { panic!("it is no part") };
    let nowhere = part_of(&chest, "/none/x");
    let Err(Refusal::PatchFailed(fault)) = whole(&nowhere, r#"{"value":7}"#) else {
        panic!("there is nothing to add it to")
    };
    assert_eq!(fault.path, "/none/x");
    let out = json!([{"op": "replace", "path": "/coinCount", "value": 1}]);
    let Err(Refusal::PatchFailed(fault)) = edit(&row, fetch(&row).0, out) else {
        panic!("it leads out of the part")
    };
    assert_eq!(fault.path, "/coinCount");
    assert_eq!(chest.snapshot().data.coin_count, 0);
}

#[test]
fn what_is_sent_behind_a_write_counts_if_that_was_made_or_not() {
    let sender = Bench::new();
    let chest = open(&sender);
    let coins = part_of(&chest, "/coinCount");
    let state = |coins: u64| json!({ "value": coins }).to_string();
    let (base, _) = fetch(&coins);
    let print = |coins: u64| fingerprint(&TopicPart { value: Some(coins) }).expect("JSON");
    let behind = |ahead: u64, to: u64| {
        let base = Some(Base { version: base, ahead: Some(print(ahead)) });
        coins.replace(Sent::Text(state(to)), base, "main")
    };
    let first = coins.replace(Sent::Text(state(1)), Some(base.into()), "main").expect("made");
    chest.act(ChestAction::Pay(0)).expect("done");
    patch(&chest, &title(1, "elsewhere")).expect("made");
    assert!(matches!(behind(5, 6), Err(Refusal::Conflict(_))), "another's");
    let second = behind(1, 2).expect("it follows that write");
    assert!(second.version() > first.version());
    assert!(matches!(behind(2, 3), Err(Refusal::Conflict(_))), "base is too old");
    assert_eq!(chest.snapshot().data.coin_count, 2);
    let sent = Sent::Value(json!({"value": 2}));
    assert_eq!(coins.fingerprint(&sent).expect("JSON"), print(2));
}

#[test]
fn who_subscribes_is_not_told_of_what_comes_with_that() {
    let mut sender = Bench::new();
    let chest = open(&sender);
    let coins = part_of(&chest, "/coinCount");
    let first = hear(&coins, "main");
    chest.update(|chest| chest.coin_count = 1).expect("valid");
    let second = hear(&coins, "settings");
    sender.turn(0);
    assert_eq!((told(&first).len(), told(&second).len()), (1, 1), "the first has to be told");
    sender.registry.drop_window("main");
    sender.registry.drop_window("settings");
    chest.update(|chest| chest.coin_count = 2).expect("valid");
    let again = hear(&coins, "main");
    assert_eq!(fetch(&coins).1, json!({"value": 2}));
    sender.turn(1);
    assert_eq!(told(&again), []);
}

#[test]
fn a_large_part_is_told_by_its_version_and_fetched() {
    let mut sender = Bench::new();
    let pull = TopicOptions::new().delivery(Delivery::Pull).period(Duration::ZERO);
    for (options, pointer) in [(TopicOptions::new(), "/by_name"), (pull, "/by_name/new")] {
        sender.registry.remove(&TopicName::of::<Bag>(), None).expect("nobody edits it");
        let bag = topic(&sender.registry, bag(), options);
        let part = part_of(&bag, pointer);
        let heard = hear(&part, "main");
        let version = bag.update(|bag| drop(bag.by_name.insert("new".into(), "x".into())));
        sender.turn(0);
        let news = parse(&heard.try_recv().expect("it is told"));
        assert_eq!(
            (news.payload, Ok(news.invalidation.version())),
            (Payload::None, version.map_err(drop))
        );
        let expected = part::text(&*bag.snapshot().data, pointer).expect("JSON");
        assert_eq!(fetch(&part).1.to_string().len(), expected.len());
    }
}

#[test]
fn what_is_no_json_is_no_part_until_it_is_put_right() {
    #[derive(Clone, Serialize, Deserialize)]
    struct Odd {
        zoom: f64,
        title: String,
        filling: String,
    }
    impl Topic for Odd {
        const NAME: &'static str = "odd";
    }
    let mut sender = Bench::new();
    // An action may make a large one so; here it is what Rust begins with that is put right.
    let odd = Odd { zoom: 1.0, title: "a".into(), filling: "x".repeat(20_000) };
    let odd = topic(&sender.registry, odd, TopicOptions::new().period(Duration::ZERO));
    let parts = ["/zoom", "/title"].map(|pointer| part_of(&odd, pointer));
    let heard = parts.each_ref().map(|part| hear(part, "main"));
    assert!(odd.update(|odd| odd.zoom = f64::NAN).is_err(), "Rust is told so");
    odd.update(|odd| odd.title = "b".into()).expect("JSON");
    sender.turn(0);
    assert_eq!(heard.map(|heard| heard.try_iter().count()), [0, 1]);
}

#[derive(Clone, Debug)]
enum Step {
    /// Replaces the title of this row, by a patch of the topic.
    Title(usize, u8),
    /// Adds or removes a row.
    Toggle(usize),
    Coins(u8),
    Act(u8),
    /// A window's edit of a part of this row.
    Edit(usize, u8),
    /// A window's edit that removes or adds it.
    Remove(usize),
    Fetch(usize),
    Come(usize),
    Go(usize),
    Announce,
}

fn step() -> impl Strategy<Value = Step> {
    let row = || 0..3_usize;
    prop_oneof![
        4 => (row(), 0..4_u8).prop_map(|(row, title)| Step::Title(row, title)),
        2 => row().prop_map(Step::Toggle),
        2 => (0..4_u8).prop_map(Step::Coins),
        2 => (0..3_u8).prop_map(Step::Act),
        4 => (row(), 0..4_u8).prop_map(|(row, title)| Step::Edit(row, title)),
        1 => row().prop_map(Step::Remove),
        2 => row().prop_map(Step::Fetch),
        2 => row().prop_map(Step::Come),
        1 => row().prop_map(Step::Go),
        6 => Just(Step::Announce),
    ]
}

/// What a window that shows a row knows.
struct Shown {
    heard: Receiver<String>,
    version: Version,
    state: Value,
}

impl Shown {
    fn take(&mut self, version: Version, state: Value) {
        if version > self.version {
            (self.version, self.state) = (version, state);
        }
    }
}

#[test]
fn each_shown_part_is_the_backend_s_of_that_time() {
    const KEYS: [&str; 3] = ["row 1", "row 2", "new"];
    let pointer = |row: usize| format!("/rows/{}", KEYS[row]);
    let config = Config { cases: 40, failure_persistence: None, ..Config::default() };
    let config = Config { rng_seed: RngSeed::Fixed(11), ..config };
    let run = |steps: Vec<Step>| {
        let mut sender = Bench::new();
        let chest = open(&sender);
        let parts = [0, 1, 2].map(|row| part_of(&chest, &pointer(row)));
        let mut windows: Vec<Option<Shown>> = vec![None, None, None];
        // By version of the topic.
        let mut history: BTreeMap<Version, Arc<Chest>> = BTreeMap::new();
        let now_at = |history: &BTreeMap<Version, Arc<Chest>>, version: Version, row: usize| {
            let text = part::text(&**history.get(&version)?, &pointer(row)).ok()?;
            serde_json::from_str::<Value>(&text).ok()
        };
        for (now, step) in (0..).zip(steps) {
            let rows = chest.snapshot().data;
            match step.clone() {
                Step::Title(row, title) => {
                    let path = format!("{}/title", pointer(row));
                    let op = json!([{"op": "replace", "path": path, "value": title.to_string()}]);
                    prop_assert_eq!(patch(&chest, &op).is_ok(), rows.rows.contains_key(KEYS[row]));
                }
                Step::Toggle(row) => {
                    let key = KEYS[row];
                    let other = rows.rows["row 3"].clone();
                    let toggle = move |chest: &mut Chest| {
                        if chest.rows.remove(key).is_none() {
                            chest.rows.insert(key.to_owned(), other.clone());
                        }
                    };
                    chest.update(toggle).expect("valid");
                }
                Step::Coins(coins) => {
                    chest.update(move |chest| chest.coin_count = coins.into()).expect("valid");
                }
                Step::Act(coins) => drop(chest.act(ChestAction::Pay(coins.into())).expect("done")),
                Step::Edit(row, title) => {
                    let Some(shown) = &mut windows[row] else { continue };
                    if shown.state == json!({}) {
                        continue;
                    }
                    match edit(&parts[row], shown.version, retitled(&title.to_string())) {
                        Ok(written) => {
                            prop_assert!(written.data.is_none());
                            let mut state = shown.state.clone();
                            state["value"]["title"] = json!(title.to_string());
                            history.insert(chest.snapshot().version(), chest.snapshot().data);
                            shown.take(written.version(), state);
                        }
                        Err(Refusal::Conflict(newest)) => {
                            prop_assert!(newest.version() > shown.version);
                            let version = newest.version();
                            shown.take(
                                version,
                                serde_json::from_str(newest.data.get()).expect("JSON"),
                            );
                        }
                        Err(refused) => prop_assert!(false, "{refused:?}"),
                    }
                }
                Step::Remove(row) => {
                    let Some(shown) = &windows[row] else { continue };
                    let base = Some(shown.version.into());
                    drop(parts[row].replace(Sent::Text("{}".into()), base, "main"));
                }
                Step::Fetch(row) => {
                    let (version, state) = fetch(&parts[row]);
                    if let Some(shown) = &mut windows[row] {
                        shown.take(version, state);
                    }
                }
                Step::Come(row) => {
                    let heard = hear(&parts[row], &format!("window {now}"));
                    let (version, state) = fetch(&parts[row]);
                    windows[row] = Some(Shown { heard, version, state });
                }
                Step::Go(row) => windows[row] = None,
                Step::Announce => sender.turn(now),
            }
            history.insert(chest.snapshot().version(), chest.snapshot().data);
            for (row, shown) in windows.iter_mut().enumerate() {
                let Some(shown) = shown else { continue };
                let mut last = Version::default();
                for (version, state) in told(&shown.heard) {
                    prop_assert!(version > last, "told in order: {version} after {last}");
                    last = version;
                    shown.take(version, state);
                }
                let expected = now_at(&history, shown.version, row);
                prop_assert_eq!(Some(&shown.state), expected.as_ref(), "{:?}", step);
            }
        }
        sender.turn(10_000);
        for (row, shown) in windows.iter_mut().enumerate() {
            let Some(shown) = shown else { continue };
            told(&shown.heard).into_iter().for_each(|(version, state)| shown.take(version, state));
            let newest = now_at(&history, chest.snapshot().version(), row);
            prop_assert_eq!(Some(&shown.state), newest.as_ref(), "told of the newest");
        }
        Ok(())
    };
    TestRunner::new(config).run(&vec(step(), 1..60), run).expect("the same");
}
