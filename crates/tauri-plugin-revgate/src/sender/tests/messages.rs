//! What announcements carry, and how large they are.

use super::*;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use revgate::action::Context;
use revgate::{Action, Epoch, Revision, Version};
use serde::Serializer;
use serde_json::{json, to_value};

use crate::options::Delivery;

/// What a window hears of each of these edits, made one after the other.
fn hear<T: Topic>(initial: T, delivery: Delivery, edits: &[fn(&mut T)]) -> Vec<String> {
    let mut sender = Bench::new();
    let options = TopicOptions::new().delivery(delivery).period(Duration::ZERO);
    let topic = topic(&sender.registry, initial, options);
    let heard = subscribe(&topic, "main");
    for edit in edits {
        topic.update(edit).expect("valid");
        sender.turn(0);
    }
    heard.try_iter().collect()
}

fn title(big: &mut Big) {
    big.title.push('!');
}

fn rows(big: &mut Big) {
    big.rows.iter_mut().for_each(|row| row.push('y'));
}

fn version(number: u64) -> Version {
    Version::new(Epoch::default(), Revision::new(number))
}

#[test]
fn a_small_state_is_sent_whole() {
    let heard = hear(Counter::default(), Delivery::Auto, &[|counter| counter.count = 7]);
    assert_eq!(heard.len(), 1);
    assert_eq!(parse(&heard[0]).payload, Payload::State(json!({"count": 7})));
    assert!(heard[0].starts_with(r#"{"topic":"counter","revision":"2","timestampMs":"#));
}

#[test]
fn a_field_of_a_large_state_is_sent_as_a_patch() {
    let heard = hear(Big::default(), Delivery::Auto, &[title, title]);
    assert!(to_value(Big::default()).expect("plain data").to_string().len() > 1_000_000);
    let mut window = to_value(Big::default()).expect("plain data");
    for (json, base) in heard.iter().zip([version(1), version(2)]) {
        assert!(json.len() < 300, "{json}");
        let Payload::Patch { base: made_for, patch } = parse(json).payload else {
            panic!("not a patch: {json}")
        };
        assert_eq!(made_for, base);
        json_patch::patch(&mut window, &patch).expect("it applies");
    }
    assert_eq!((heard.len(), &window["title"]), (2, &json!("!!")));
}

#[test]
fn a_large_change_of_a_large_state_is_its_version_alone() {
    let heard = hear(Big::default(), Delivery::Auto, &[rows, title]);
    assert_eq!(parse(&heard[0]).payload, Payload::None);
    assert!(heard[0].len() < 100, "{}", heard[0]);
    // The next patch is made from the state announced, not from the last one sent.
    let Payload::Patch { base, .. } = parse(&heard[1]).payload else { panic!("a small change") };
    assert_eq!(base, version(2));
}

#[derive(Clone, Serialize, Deserialize)]
struct Wide(Vec<u128>);

impl Topic for Wide {
    const NAME: &'static str = "wide";
}

#[test]
fn an_integer_that_no_value_holds_is_in_no_patch() {
    let initial = Wide(vec![0; 4_000]);
    let edits: &[fn(&mut Wide)] =
        &[|wide| wide.0[7] = u64::MAX.into(), |wide| wide.0[7] += 1, |wide| wide.0[7] = 0];
    let heard = hear(initial, Delivery::Auto, edits);
    let is_patch = |json: &String| matches!(parse(json).payload, Payload::Patch { .. });
    assert_eq!(heard.iter().map(is_patch).collect::<Vec<_>>(), [true, false, true]);
}

#[test]
fn the_limit_of_a_delivery_is_exact() {
    let state = to_value(Counter { count: 7 }).expect("plain data").to_string().len();
    let edit: &[fn(&mut Counter)] = &[|counter| counter.count = 7];
    let payload = |delivery| parse(&hear(Counter::default(), delivery, edit)[0]).payload;
    assert!(matches!(payload(Delivery::Inline { up_to: state }), Payload::State(_)));
    assert_eq!(payload(Delivery::Inline { up_to: state - 1 }), Payload::None);
    let patch = r#"[{"op":"replace","path":"/count","value":7}]"#.len();
    assert!(matches!(payload(Delivery::Patch { up_to: patch }), Payload::Patch { .. }));
    assert_eq!(payload(Delivery::Patch { up_to: patch - 1 }), Payload::None);
    assert_eq!(payload(Delivery::Pull), Payload::None);
}

#[test]
fn a_coalesced_patch_covers_all_the_writes_since_the_last() {
    let mut sender = Bench::new();
    let big = topic(&sender.registry, Big::default(), TopicOptions::new());
    let heard = subscribe(&big, "main");
    for now in [0, 1, 2, 8_000] {
        big.update(title).expect("valid");
        sender.turn(now);
    }
    let bases = heard.try_iter().map(|json| parse(&json).news());
    let patch = |number| revgate::gate::News::Patch { base: version(number) };
    assert_eq!(bases.collect::<Vec<_>>(), [patch(1), patch(2)]);
}

#[test]
fn without_a_window_no_state_is_kept() {
    let mut sender = Bench::new();
    let big = topic(&sender.registry, Big::default(), TopicOptions::new());
    big.cell.subscribe("main", Channel::new(|_| Ok(())), false);
    big.cell.subscribers().remove_window("main");
    for now in [0, 8_000] {
        big.update(title).expect("valid");
        sender.turn(now);
    }
    // The topic holds it, and this test.
    assert_eq!(Arc::strong_count(&big.snapshot().data), 2);
}

static WRITTEN: AtomicUsize = AtomicUsize::new(0);

/// A state that counts how often it is written by the sender.
#[derive(Clone, Deserialize)]
struct Counted(u8);

impl Serialize for Counted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        WRITTEN.fetch_add(1, Ordering::SeqCst);
        serializer.serialize_u8(self.0)
    }
}

impl Topic for Counted {
    const NAME: &'static str = "counted";
}

#[test]
fn a_message_is_written_once_for_all_windows() {
    let mut sender = Bench::new();
    let counted = topic(&sender.registry, Counted(0), TopicOptions::new());
    let windows: Vec<_> = (0..50).map(|n| subscribe(&counted, &format!("w{n}"))).collect();
    counted.update(|counted| counted.0 += 1).expect("valid");
    WRITTEN.store(0, Ordering::SeqCst);
    sender.turn(0);
    assert!(windows.iter().all(|heard| revisions(heard) == [2]));
    assert_eq!(WRITTEN.load(Ordering::SeqCst), 1);
}

static FAILS: AtomicBool = AtomicBool::new(false);
static PANICS: AtomicBool = AtomicBool::new(false);

/// A state that can no longer be written, though it could: it fails, or panics.
#[derive(Clone, Deserialize)]
struct Fickle(u8);

impl Serialize for Fickle {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        assert!(!PANICS.load(Ordering::SeqCst), "it panics");
        if FAILS.load(Ordering::SeqCst) {
            return Err(serde::ser::Error::custom("it fails"));
        }
        serializer.serialize_u8(self.0)
    }
}

impl Topic for Fickle {
    const NAME: &'static str = "fickle";
}

#[test]
fn a_state_that_cannot_be_written_is_announced_by_version() {
    let mut sender = Bench::new();
    let options = TopicOptions::new().period(Duration::ZERO);
    let fickle = topic(&sender.registry, Fickle(0), options);
    let heard = subscribe(&fickle, "main");
    for (number, breaks) in [(2, &FAILS), (3, &PANICS)] {
        fickle.update(|fickle| fickle.0 += 1).expect("valid");
        breaks.store(true, Ordering::SeqCst);
        sender.turn(0);
        breaks.store(false, Ordering::SeqCst);
        let news = heard.try_recv().expect("it is announced");
        assert_eq!((revision(&news), parse(&news).payload), (number, Payload::None));
    }
}

/// A number that is written as null if it is none.
#[derive(Clone, Serialize, Deserialize)]
struct Gain {
    gain: Option<f64>,
    number: u32,
    text: String,
}

impl Topic for Gain {
    const NAME: &'static str = "gain";
}

#[derive(Clone, Serialize, Deserialize)]
struct Lose(u32);

impl Action for Lose {
    type Topic = Gain;
    type Error = String;

    fn name(&self) -> &'static str {
        "lose"
    }

    fn apply(&self, gain: &mut Gain, _: &Context) -> Result<(), String> {
        (gain.gain, gain.number) = (Some(f64::NAN), self.0);
        Ok(())
    }
}

#[test]
fn what_is_no_number_is_found_where_a_null_was() {
    let mut sender = Bench::new();
    let initial = Gain { gain: None, number: 0, text: "x".repeat(100_000) };
    let options = TopicOptions::new().period(Duration::ZERO);
    let gain = topic(&sender.registry, initial, options);
    let heard = subscribe(&gain, "main");
    gain.act(Lose(1)).expect("it is done");
    sender.turn(0);
    let told = heard.try_recv().expect("it is announced");
    assert_eq!((revision(&told), parse(&told).payload), (2, Payload::None));
}
