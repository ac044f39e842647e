mod acts;
mod awaited;
mod baseline;
mod edits;
mod messages;
mod parts;
mod threads;
mod told;
mod topic_parts;

use super::*;

use std::sync::mpsc::{self, Receiver};

use revgate::Topic;
use revgate::wire::{Announcement, Payload};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tauri::ipc::{Channel, InvokeResponseBody};

use crate::family::Family;
use crate::handle::TopicHandle;
use crate::options::TopicOptions;
use crate::registry::Registry;
use crate::view::Feed;

type News = Announcement<Value, json_patch::Patch, Value>;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Counter {
    count: u64,
}

impl Topic for Counter {
    const NAME: &'static str = "counter";
}

fn nowhere() -> Emit {
    Box::new(|_, _| Ok(()))
}

/// What is to be proved is proved there and then.
fn outlets(emit: Emit) -> Outlets {
    Outlets { emit, prove: Box::new(|proof| proof()) }
}

fn topic<T: Topic>(registry: &Registry, initial: T, options: TopicOptions) -> TopicHandle<T> {
    registry.register(initial, options).expect("valid");
    TopicHandle::find(registry).expect("registered")
}

/// Subscribes a window, and gives what it hears.
fn subscribe<T: Topic>(topic: &TopicHandle<T>, window: &str) -> Receiver<String> {
    listen(topic, window, false)
}

/// The same of one that does itself what others do.
fn follow<T: Topic>(topic: &TopicHandle<T>, window: &str) -> Receiver<String> {
    listen(topic, window, true)
}

fn listen<T: Topic>(topic: &TopicHandle<T>, window: &str, acts: bool) -> Receiver<String> {
    let (sender, heard) = mpsc::channel();
    let channel = Channel::new(move |body| {
        let InvokeResponseBody::Json(json) = body else { panic!("announcements are JSON") };
        sender.send(json).expect("the test listens");
        Ok(())
    });
    topic.cell.subscribe(window, channel, acts);
    heard
}

fn parse(json: &str) -> News {
    serde_json::from_str(json).expect("an announcement")
}

fn revision(json: &str) -> u64 {
    parse(json).invalidation.revision.number()
}

fn revisions(heard: &Receiver<String>) -> Vec<u64> {
    heard.try_iter().map(|json| revision(&json)).collect()
}

/// The sender without its thread and its clock.
struct Bench {
    registry: Registry,
    schedule: Schedule,
}

impl Bench {
    fn new() -> Self {
        Self { registry: Registry::default(), schedule: Schedule::new(outlets(nowhere())) }
    }

    fn turn(&mut self, micros: u64) {
        let topics = self.registry.sender().take();
        self.schedule.turn(Duration::from_micros(micros), topics);
    }
}

#[test]
fn a_burst_is_a_message_per_period_and_its_last_state_arrives() {
    let mut sender = Bench::new();
    let counter = topic(&sender.registry, Counter::default(), TopicOptions::new());
    let windows = [subscribe(&counter, "main"), subscribe(&counter, "settings")];
    for now in 0..10_000 {
        counter.update(|counter| counter.count += 1).expect("valid");
        sender.turn(now);
    }
    assert_eq!(sender.schedule.next(), Some(Duration::from_millis(16)));
    sender.turn(16_000);
    for heard in windows {
        assert_eq!(revisions(&heard), [2, 8_002, 10_001], "at 0, 8 and 16 ms");
    }
    assert_eq!(sender.schedule.next(), None, "nothing more to say");
}

#[test]
fn the_first_write_after_a_rest_is_announced_at_once() {
    let mut sender = Bench::new();
    let period = Duration::from_millis(100);
    let counter = topic(&sender.registry, Counter::default(), TopicOptions::new().period(period));
    let heard = subscribe(&counter, "main");
    for (at, expected) in [(0, vec![2]), (99_999, vec![]), (100_000, vec![4]), (500_000, vec![5])] {
        counter.update(|counter| counter.count += 1).expect("valid");
        sender.turn(at);
        assert_eq!(revisions(&heard), expected, "at {at} µs");
    }
}

#[test]
fn an_answer_is_announced_at_once_and_who_goes_on_talking_waits() {
    let mut sender = Bench::new();
    let counter = topic(&sender.registry, Counter::default(), TopicOptions::new());
    let heard = subscribe(&counter, "main");
    let says = |source: Option<&str>| {
        let next = |counter: &Counter| Ok(Counter { count: counter.count + 1 });
        assert!(counter.cell.live.write(None, source, next).is_ok());
    };
    for (at, source, expected) in [
        (0, Some("a"), vec![2]),
        (1_000, Some("b"), vec![3]),
        (2_000, Some("a"), vec![4]),
        (3_000, None, vec![5]),
        (4_000, None, vec![]),
        // What waits already comes with the answer.
        (5_000, Some("a"), vec![7]),
        // Not when it was to come without that.
        (11_000, Some("a"), vec![]),
        (12_999, Some("a"), vec![]),
        (13_000, Some("a"), vec![10]),
        (13_500, None, vec![11]),
    ] {
        says(source);
        sender.turn(at);
        assert_eq!(revisions(&heard), expected, "at {at} µs");
    }
}

#[test]
fn whoever_writes_without_a_pause_is_a_message_per_period() {
    for writer in [None, Some("a")] {
        let mut sender = Bench::new();
        let counter = topic(&sender.registry, Counter::default(), TopicOptions::new());
        let heard = subscribe(&counter, "main");
        for now in (0..3_000_000).step_by(100) {
            let next = |counter: &Counter| Ok(Counter { count: counter.count + 1 });
            assert!(counter.cell.live.write(None, writer, next).is_ok());
            sender.turn(now);
        }
        assert_eq!(revisions(&heard).len(), 3_000 / 8, "{writer:?}");
    }
}

#[test]
fn nobody_who_writes_without_a_pause_holds_up_a_dialogue() {
    // One window writes every 4 ms, and the other 2 ms after it, each when it is answered.
    for third in [vec![], vec![(None, 100)], vec![(Some("c"), 500)]] {
        let mut sender = Bench::new();
        let counter = topic(&sender.registry, Counter::default(), TopicOptions::new());
        let heard = subscribe(&counter, "main");
        let mut messages = 0;
        for now in (0..1_000_000).step_by(100) {
            let says = |source: Option<&str>| {
                let next = |counter: &Counter| Ok(Counter { count: counter.count + 1 });
                assert!(counter.cell.live.write(None, source, next).is_ok());
            };
            third.iter().filter(|(_, every)| now % every == 0).for_each(|(who, _)| says(*who));
            let window = [Some("a"), None, Some("b"), None][(now / 1_000 % 4) as usize];
            let window = window.filter(|_| now % 1_000 == 0);
            if window.is_some() {
                says(window);
            }
            sender.turn(now);
            let revisions = revisions(&heard);
            messages += revisions.len();
            if window.is_some() {
                let newest = counter.snapshot().revision.number();
                assert_eq!(revisions.last(), Some(&newest), "{third:?}, {window:?} at {now} µs");
            }
        }
        // Each of 500 writes of the dialogue, and one at most of the third after each.
        assert!(messages <= 1_000, "{messages}, {third:?}");
    }
}

#[test]
fn a_period_of_zero_announces_whenever_the_sender_turns() {
    let mut sender = Bench::new();
    let options = TopicOptions::new().period(Duration::ZERO);
    let counter = topic(&sender.registry, Counter::default(), options);
    let heard = subscribe(&counter, "main");
    for _ in 0..3 {
        counter.update(|counter| counter.count += 1).expect("valid");
        sender.turn(0);
    }
    assert_eq!(revisions(&heard), [2, 3, 4]);
}

#[test]
fn a_channel_that_fails_or_panics_stops_no_other() {
    let mut sender = Bench::new();
    let counter = topic(&sender.registry, Counter::default(), TopicOptions::new());
    counter.cell.subscribe("closed", Channel::new(|_| Err(tauri::Error::WebviewNotFound)), false);
    counter.cell.subscribe("broken", Channel::new(|_| panic!("it breaks")), false);
    let heard = subscribe(&counter, "main");
    for now in [0, 8_000] {
        counter.update(|counter| counter.count += 1).expect("valid");
        sender.turn(now);
    }
    assert_eq!(revisions(&heard), [2, 3]);
}

#[test]
fn an_event_that_panics_stops_no_other_topic() {
    let registry = Registry::default();
    let schedule = Schedule::new(outlets(Box::new(|_, _| panic!("a listener breaks"))));
    let mut sender = Bench { registry, schedule };
    let first = topic(&sender.registry, Big::default(), TopicOptions::new().event("big"));
    let second = topic(&sender.registry, Counter::default(), TopicOptions::new());
    let heard = subscribe(&second, "main");
    first.update(|big| big.title.push('!')).expect("valid");
    second.update(|counter| counter.count += 1).expect("valid");
    sender.turn(0);
    assert_eq!(revisions(&heard), [2]);
}

#[test]
fn a_removed_topic_is_silent() {
    let mut sender = Bench::new();
    sender.registry.register_family::<Counter>(TopicOptions::new()).expect("a new name");
    let family = Family::<Counter>::find(&sender.registry).expect("registered");
    let counter = family.create("1", Counter::default()).expect("new");
    let before = subscribe(&counter, "main");
    counter.update(|counter| counter.count += 1).expect("valid");
    family.remove("1");
    let after = subscribe(&counter, "late");
    sender.turn(0);
    assert_eq!((revisions(&before), revisions(&after)), (vec![], vec![]));
}

/// A state of about 1 MB.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Big {
    title: String,
    rows: Vec<String>,
}

impl Default for Big {
    fn default() -> Self {
        Self { title: String::new(), rows: vec!["x".repeat(100); 10_000] }
    }
}

impl Topic for Big {
    const NAME: &'static str = "big";
}
