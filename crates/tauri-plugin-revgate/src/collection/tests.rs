use super::*;

use std::cell::Cell;
use std::sync::mpsc::{self, Receiver};
use std::thread;

use allocation_counter::measure;
use revgate::Topic;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Value, json};
use tauri::ipc::{Channel, InvokeResponseBody};

use crate::family::Family;
use crate::options::Delivery;
use crate::registry::Registry;
use crate::sender::{Outlets, Schedule};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Doc {
    title: String,
}

impl Topic for Doc {
    const NAME: &'static str = "doc";
}

/// A family whose name begins with the other's.
#[derive(Clone, Serialize, Deserialize)]
struct Page;

impl Topic for Page {
    const NAME: &'static str = "doc:page";
}

fn nowhere() -> Outlets {
    Outlets { emit: Box::new(|_, _| Ok(())), prove: Box::new(|proof| proof()) }
}

/// The backend without its threads and its clock.
struct Bench {
    registry: Registry,
    docs: Family<Doc>,
    schedule: Schedule,
}

impl Bench {
    fn new() -> Self {
        Self::with(TopicOptions::new())
    }

    fn with(options: TopicOptions) -> Self {
        let registry = Registry::default();
        registry.register_family::<Doc>(options).expect("a new name");
        registry.register_family::<Page>(TopicOptions::new()).expect("a new name");
        let docs = Family::find(&registry).expect("registered");
        Self { registry, docs, schedule: Schedule::new(nowhere()) }
    }

    fn create(&self, key: &str) {
        self.docs.create(key, doc(key)).expect("new");
    }

    fn set(&self, key: &str, title: &str) {
        self.docs.get(key).expect("there").replace(doc(title)).expect("valid");
    }

    fn feed(&self) -> Arc<dyn Feed> {
        self.registry.feed("doc:*").expect("registered")
    }

    /// Subscribes a window, and gives what it hears.
    fn subscribe(&self, window: &str) -> Receiver<String> {
        self.subscribe_to("doc:*", window)
    }

    fn subscribe_to(&self, feed: &str, window: &str) -> Receiver<String> {
        let (channel, heard) = channel();
        let feed = self.registry.feed(feed).expect("registered");
        feed.subscribe(window, channel, false).expect("room");
        heard
    }

    fn fetch(&self, known: Option<u64>) -> Value {
        let known = known.map(|known| Version::new(Epoch::default(), Revision::new(known)));
        let json = self.feed().snapshot(known).expect("there");
        serde_json::from_str(&json).expect("JSON")
    }

    fn turn(&mut self, millis: u64) {
        let topics = self.registry.sender().take();
        self.schedule.turn(Duration::from_millis(millis), topics);
    }
}

fn doc(title: &str) -> Doc {
    Doc { title: title.to_owned() }
}

/// What a window subscribes with, and what it hears.
fn channel() -> (Channel, Receiver<String>) {
    let (sender, heard) = mpsc::channel();
    let channel = Channel::new(move |body| {
        let InvokeResponseBody::Json(json) = body else { panic!("announcements are JSON") };
        sender.send(json).expect("the test listens");
        Ok(())
    });
    (channel, heard)
}

/// What was heard, without the time.
fn news(heard: &Receiver<String>) -> Vec<Value> {
    let parse = |json: String| {
        let mut news: Value = serde_json::from_str(&json).expect("an announcement");
        news.as_object_mut().expect("an object").remove("timestampMs");
        news
    };
    heard.try_iter().map(parse).collect()
}

#[test]
fn each_creation_change_and_removal_is_announced_as_the_next_version() {
    let mut bench = Bench::new();
    bench.create("a");
    let heard = bench.subscribe("main");
    assert_eq!(
        bench.fetch(None),
        json!({"revision": "1", "data": {"a": {"revision": "1", "data": {"title": "a"}}}})
    );
    bench.create("b");
    bench.turn(100);
    bench.set("a", "A");
    bench.turn(200);
    bench.docs.remove("b");
    bench.turn(300);
    bench.create("b");
    bench.turn(400);
    let told = |revision: u8, patch: Value| {
        let base = json!({"revision": (revision - 1).to_string()});
        json!({"topic": "doc", "revision": revision.to_string(), "base": base, "patch": patch})
    };
    assert_eq!(
        news(&heard),
        [
            told(2, json!({"b": {"revision": "1", "data": {"title": "b"}}})),
            told(3, json!({"a": {"revision": "2", "data": {"title": "A"}}})),
            told(4, json!({"b": null})),
            told(5, json!({"b": {"revision": "1", "epoch": "1", "data": {"title": "b"}}})),
        ]
    );
}

#[test]
fn what_changes_within_a_period_is_one_announcement_and_each_member_once() {
    let mut bench = Bench::new();
    ["a", "b", "c"].into_iter().for_each(|key| bench.create(key));
    let heard = bench.subscribe("main");
    bench.set("a", "first");
    bench.turn(0);
    for round in 0..100 {
        bench.set("a", &format!("A{round}"));
        bench.set("b", &format!("B{round}"));
        bench.turn(1);
    }
    bench.docs.remove("c");
    bench.turn(8);
    let news = news(&heard);
    assert_eq!(news.len(), 2, "{news:?}");
    assert_eq!(news[1]["base"], json!({"revision": "4"}));
    assert_eq!(
        news[1]["patch"],
        json!({
            "a": {"revision": "102", "data": {"title": "A99"}},
            "b": {"revision": "101", "data": {"title": "B99"}},
            "c": null,
        })
    );
}

#[test]
fn who_answers_another_is_not_held_up() {
    let mut bench = Bench::new();
    ["a", "b"].into_iter().for_each(|key| bench.create(key));
    let heard = bench.subscribe("main");
    let says = |key: &str, source: Option<&str>| {
        let topic = bench.docs.get(key).expect("there");
        let longer = |doc: &Doc| Ok(Doc { title: format!("{}!", doc.title) });
        assert!(topic.cell.live.write(None, source, longer).is_ok());
    };
    let mut turns = Vec::new();
    for (key, source) in [("a", Some("main")), ("b", Some("other")), ("a", None), ("b", None)] {
        says(key, source);
        let topics = bench.registry.sender().take();
        bench.schedule.turn(Duration::from_millis(1), topics);
        turns.push(news(&heard).len());
    }
    assert_eq!(turns, [1, 1, 1, 0], "only who goes on talking waits");
}

#[test]
fn ten_thousand_created_at_once_are_a_few_short_messages_and_one_fetch() {
    let mut bench = Bench::new();
    let heard = bench.subscribe("main");
    for key in 0..10_000 {
        bench.create(&key.to_string());
        bench.turn(0);
    }
    bench.turn(8);
    let news = news(&heard);
    assert_eq!(news.len(), 2, "the first, and all others together");
    assert_eq!(news[1], json!({"topic": "doc", "revision": "10000"}), "too much to be told");
    let fetched = bench.fetch(Some(1));
    assert_eq!(
        (&fetched["revision"], &fetched["base"]),
        (&json!("10000"), &json!({"revision": "1"}))
    );
    assert_eq!(fetched["patch"].as_object().map(|it| it.len()), Some(9_999));
}

/// Counts how often one is written as JSON.
#[derive(Clone, Deserialize)]
struct Row(String);

thread_local! {
    static WRITTEN: Cell<usize> = const { Cell::new(0) };
}

impl Topic for Row {
    const NAME: &'static str = "row";
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        WRITTEN.set(WRITTEN.get() + 1);
        self.0.serialize(serializer)
    }
}

#[test]
fn of_ten_thousand_one_that_changes_is_one_short_message_and_no_other_is_looked_at() {
    let mut bench = Bench::new();
    bench.registry.register_family::<Row>(TopicOptions::new()).expect("a new name");
    let rows = Family::<Row>::find(&bench.registry).expect("registered");
    for key in 0..10_000 {
        rows.create(&key.to_string(), Row(format!("{key:0100}"))).expect("new");
    }
    let heard = bench.subscribe_to("row:*", "main");
    let written = WRITTEN.get();
    rows.get("4711").expect("there").replace(Row("x".repeat(100))).expect("valid");
    bench.turn(0);
    let messages: Vec<_> = heard.try_iter().collect();
    assert_eq!(messages.len(), 1);
    assert!(messages[0].len() < 400, "{} bytes", messages[0].len());
    let patch = &serde_json::from_str::<Value>(&messages[0]).expect("JSON")["patch"];
    assert_eq!(patch.as_object().map(|it| it.len()), Some(1));
    // To look whether it has changed, and to tell.
    assert_eq!(WRITTEN.get() - written, 2, "no walk of the others");
}

#[test]
fn it_takes_little_memory_for_each_member_and_none_for_each_change() {
    let bench = Bench::new();
    (0..10_000).for_each(|key| bench.create(&key.to_string()));
    let begun = measure(|| drop(bench.feed())).bytes_current;
    assert!(begun < 10_000 * 64, "{begun} bytes for ten thousand");
    let collection = bench.registry.collections().swap_remove(0);
    let live = &bench.docs.get("4711").expect("there").cell.live;
    let changed = || collection.changed(Arc::clone(live) as Arc<dyn Member>, None);
    let grown = measure(|| (0..1_000).for_each(|_| changed())).bytes_current;
    assert!(grown < 1_000, "{grown} bytes for a thousand changes");
}

#[test]
fn a_large_member_is_told_by_its_version_alone() {
    let mut bench = Bench::new();
    ["large", "small"].into_iter().for_each(|key| bench.create(key));
    let heard = bench.subscribe("main");
    bench.set("large", &"x".repeat(Delivery::AUTO));
    bench.turn(0);
    let large = json!({"large": {"revision": "2"}});
    assert_eq!(news(&heard)[0]["patch"], large);
    assert_eq!(bench.fetch(Some(2))["patch"], large);
    let small = json!({"revision": "1", "data": {"title": "small"}});
    assert_eq!(bench.fetch(None)["data"], json!({"large": {"revision": "2"}, "small": small}));
}

#[test]
fn with_delivery_by_pull_no_member_is_announced() {
    let mut bench = Bench::with(TopicOptions::new().delivery(Delivery::Pull));
    bench.create("a");
    let heard = bench.subscribe("main");
    bench.set("a", "A");
    bench.turn(0);
    assert_eq!(news(&heard), [json!({"topic": "doc", "revision": "2"})]);
    assert_eq!(bench.fetch(Some(1))["patch"]["a"]["data"], json!({"title": "A"}));
}

#[test]
fn a_fetch_brings_what_has_changed_since_the_known_version_or_all() {
    let bench = Bench::new();
    ["a", "b", "c"].into_iter().for_each(|key| bench.create(key));
    assert_eq!(bench.fetch(None)["revision"], json!("3"));
    bench.set("a", "A");
    bench.docs.remove("b");
    let a = json!({"revision": "2", "data": {"title": "A"}});
    assert_eq!(
        bench.fetch(Some(3)),
        json!({"revision": "5", "base": {"revision": "3"}, "patch": {"a": a, "b": null}})
    );
    assert_eq!(bench.fetch(Some(4))["patch"], json!({"b": null}));
    assert_eq!(bench.fetch(Some(5)), json!({"revision": "5"}));
    let other = Version::new(Epoch::default(), Revision::new(3));
    let of_another_life = Some(Version { epoch: Epoch::new(1), ..other });
    let json = bench.feed().snapshot(of_another_life).expect("there");
    assert_eq!(json, r#"{"revision":"5"}"#, "the backend cannot be older than what is known");
}

#[test]
fn what_was_never_subscribed_to_has_no_history_and_begins_with_all() {
    let bench = Bench::new();
    ["a", "b"].into_iter().for_each(|key| bench.create(key));
    bench.set("a", "A");
    bench.docs.remove("b");
    let collection = bench.docs.get("a").expect("there");
    let kinship = collection.cell.live.kinship.get().expect("it has a family");
    assert_eq!(kinship.place.load(Ordering::Relaxed), NOWHERE);
    assert_eq!(bench.fetch(None)["data"].as_object().map(|all| all.len()), Some(1));
    assert_ne!(kinship.place.load(Ordering::Relaxed), NOWHERE);
}

#[test]
fn a_write_that_ends_after_the_removal_does_not_bring_the_member_back() {
    let bench = Bench::new();
    bench.create("a");
    bench.fetch(None);
    let topic = bench.docs.get("a").expect("there");
    assert!(bench.docs.remove("a"));
    // As a write does that was published just before.
    let live = &topic.cell.live;
    live.tell(&crate::store::Written { state: live.store.published(), is_news: true });
    assert_eq!(bench.fetch(None)["data"], json!({}));
}

#[test]
fn families_whose_names_overlap_are_told_apart() {
    let mut bench = Bench::new();
    let pages = Family::<Page>::find(&bench.registry).expect("registered");
    bench.create("a");
    pages.create("1", Page).expect("new");
    let heard = bench.subscribe("main");
    pages.create("2", Page).expect("new");
    bench.turn(0);
    assert_eq!(bench.fetch(None)["data"].as_object().map(|all| all.len()), Some(1));
    assert!(news(&heard).is_empty());
    assert!(bench.registry.feed("docs:*").is_none());
    assert!(bench.registry.feed("doc:page:*").is_some());
}

#[test]
fn who_subscribes_while_another_does_keeps_it_from_no_news() {
    let mut bench = Bench::new();
    bench.create("a");
    bench.fetch(None);
    let collection = bench.registry.collections().swap_remove(0);
    let mut held = collection.history().expect("begun");
    let (began, begins) = mpsc::channel();
    let late = Arc::clone(&collection);
    let first = thread::spawn(move || {
        began.send(()).expect("the test listens");
        late.subscribe("first", Channel::new(|_| Ok(())), false).expect("room");
    });
    begins.recv().expect("it subscribes");
    // Long enough to look whether it is the only one: should it be slower, the test proves nothing.
    thread::sleep(Duration::from_millis(50));
    let (channel, heard) = channel();
    collection.subscribers.add("second", channel, false).expect("room");
    let topic = bench.docs.get("a").expect("there");
    record(&mut held, &(Arc::clone(&topic.cell.live) as Arc<dyn Member>));
    drop(held);
    first.join().expect("it has subscribed");
    collection.mark(None);
    bench.turn(0);
    assert_eq!(news(&heard).len(), 1, "of the change that came after it had subscribed");
}

#[test]
fn a_window_takes_its_subscription_with_it() {
    let mut bench = Bench::new();
    bench.create("a");
    let (gone, stays) = (bench.subscribe("gone"), bench.subscribe("stays"));
    assert_eq!(bench.registry.drop_window("gone").len(), 1);
    bench.set("a", "A");
    bench.turn(0);
    assert_eq!((news(&gone).len(), news(&stays).len()), (0, 1));
}

/// Panics, or is no JSON, as its text says.
#[derive(Clone, Debug, Deserialize)]
struct Broken(String);

impl Topic for Broken {
    const NAME: &'static str = "broken";
}

impl Serialize for Broken {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &*self.0 {
            "panics" if !IS_CALM.get() => panic!("as it was told"),
            text => text.serialize(serializer),
        }
    }
}

thread_local! {
    static IS_CALM: Cell<bool> = const { Cell::new(true) };
}

#[test]
fn a_member_that_cannot_be_written_keeps_no_other_from_being_told() {
    let mut bench = Bench::new();
    bench.registry.register_family::<Broken>(TopicOptions::new()).expect("a new name");
    let family = Family::<Broken>::find(&bench.registry).expect("registered");
    for key in ["panics", "fine"] {
        family.create(key, Broken(key.to_owned())).expect("new");
    }
    let heard = bench.subscribe_to("broken:*", "main");
    family.get("fine").expect("there").replace(Broken("finer".to_owned())).expect("valid");
    family.remove("panics");
    family.create("panics", Broken("panics".to_owned())).expect("new");
    IS_CALM.set(false);
    bench.turn(0);
    let patch = &news(&heard)[0]["patch"];
    assert_eq!(patch["fine"], json!({"revision": "2", "data": "finer"}));
    assert_eq!(patch["panics"], json!({"revision": "1", "epoch": "1"}));
}
