//! What the backend does for a write and for a window that starts, counted, and compared with what it
//! was: `cargo xtask bench --check`.

#[path = "../../../../../tests/baseline/compare.rs"]
mod compare;
#[path = "../../../../../tests/baseline/counts.rs"]
mod counts;
#[path = "../../../../../tests/baseline/library.rs"]
mod library;
#[path = "../../../../../tests/baseline/probe.rs"]
pub(super) mod probe;

use super::*;

use revgate::Version;
use revgate::action::Source;
use serde_json::json;

use self::counts::{Counts, sizes};
use self::library::{Library, Play, SIZES};
use crate::actions::Request;
use crate::form::Sent;
use crate::view::{View, Writable};

const WRITTEN_DOWN: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/baseline/backend.json");
/// A source is a number of 64 bits.
const SOURCE: Source = Source::new(u64::MAX);

/// How windows subscribe.
type Listen = fn(&TopicHandle<Library>, &str) -> Receiver<String>;

/// A backend with two windows.
struct Backend {
    sender: Bench,
    library: TopicHandle<Library>,
    windows: [Receiver<String>; 2],
    now: u64,
}

impl Backend {
    fn of(bytes: usize, listen: Listen) -> Self {
        let sender = Bench::new();
        let library = topic(&sender.registry, Library::of(bytes), TopicOptions::new());
        sender.registry.register_actions::<Play>().expect("the topic is there");
        let windows = ["main", "settings"].map(|window| listen(&library, window));
        Self { sender, library, windows, now: 0 }
    }

    /// After a rest, so that it is announced at once; but not a second, after which there is a proof.
    fn turn(&mut self) {
        self.now += 20_000;
        self.sender.turn(self.now);
    }

    fn version(&self) -> Version {
        self.library.snapshot().version()
    }

    /// What the second window has heard.
    fn heard(&self) -> Vec<String> {
        self.windows[0].try_iter().for_each(drop);
        self.windows[1].try_iter().collect()
    }

    fn plays(&self) -> u64 {
        self.library.snapshot().data.plays
    }

    /// An action of the window `main`, as it sends them. Returns its answer.
    fn act(&self, seq: u64) -> String {
        let asked = json!([{"seq": seq.to_string(), "at": "1790000000000", "action": null}]);
        let asked = self.library.cell.asked(Sent::Text(asked.to_string())).expect("well-formed");
        let known = self.version();
        let request =
            Request { known, source: SOURCE, undo: false, asked, may: &|_| true, window: "main" };
        let acted = self.library.cell.act(&request).expect("done");
        serde_json::to_string(&acted).expect("JSON")
    }

    /// An edit of the window `main`, as it sends them. Returns its answer.
    fn edit(&self) -> String {
        let plays = self.plays() + 1;
        let patch = json!([{"op": "replace", "path": "/plays", "value": plays}]).to_string();
        let base = Some(self.version());
        let written = self.library.cell.patch(Sent::Text(patch), base, "main").expect("valid");
        serde_json::to_string(&written).expect("JSON")
    }
}

/// Counts a write, once it has been made a few times: what it takes in all, what is answered, and what
/// another window is told of it.
fn write(
    counts: &mut Counts,
    scene: &str,
    (bytes, listen): (usize, Listen),
    write: impl Fn(&Backend, u64) -> String,
) {
    let mut backend = Backend::of(bytes, listen);
    for number in 1..=5 {
        write(&backend, number);
        backend.turn();
    }
    assert_eq!(backend.heard().len(), 5, "{scene}");
    let before = backend.plays();
    let answer = counts.count(scene, || {
        let answer = write(&backend, 6);
        backend.turn();
        answer
    });
    assert_eq!(backend.plays(), before + 1, "{scene}");
    let heard = backend.heard();
    counts.note(scene, "messages to a window", heard.len() as u64);
    counts.note(scene, "bytes told", heard.iter().map(|json| json.len() as u64).sum());
    counts.note(scene, "bytes answered", answer.len() as u64);
}

/// Counts a thousand writes of Rust within a millisecond.
fn burst(counts: &mut Counts, scene: &str, bytes: usize, write: impl Fn(&Backend)) {
    let mut backend = Backend::of(bytes, subscribe);
    (0..5).for_each(|_| write(&backend));
    backend.turn();
    backend.heard();
    backend.now += 20_000;
    counts.count(scene, || {
        for _ in 0..1_000 {
            write(&backend);
            backend.sender.turn(backend.now);
            backend.now += 1;
        }
        backend.turn();
    });
    let heard = backend.heard();
    counts.note(scene, "messages to a window", heard.len() as u64);
    assert_eq!(revision(&heard[heard.len() - 1]), backend.version().revision.number());
}

/// Counts what a window asks for that begins.
fn start(counts: &mut Counts, scene: &str, bytes: usize) {
    let backend = Backend::of(bytes, subscribe);
    let answer = counts.count(scene, || {
        let _heard = subscribe(&backend.library, "another");
        backend.library.cell.snapshot(None).expect("JSON")
    });
    counts.note(scene, "bytes answered", answer.len() as u64);
}

#[test]
fn the_backend_does_no_more_than_was_written_down() {
    let mut counts = Counts::beside(WRITTEN_DOWN);
    let update = |backend: &Backend| {
        backend.library.update(|library| library.plays += 1).expect("valid");
    };
    let act = |backend: &Backend| {
        backend.library.act(Play).expect("done");
    };
    for (size, bytes) in sizes() {
        let patched: (usize, Listen) = (bytes, subscribe);
        write(&mut counts, &format!("edit by Rust, {size}"), patched, |backend, _| {
            update(backend);
            String::new()
        });
        write(&mut counts, &format!("edit by a window, {size}"), patched, |backend, _| {
            backend.edit()
        });
        // To windows in JavaScript, and to those that do the same themselves.
        for (kind, listen) in [("action", subscribe as Listen), ("told action", follow)] {
            write(
                &mut counts,
                &format!("{kind} by Rust, {size}"),
                (bytes, listen),
                |backend, _| {
                    act(backend);
                    String::new()
                },
            );
            let scene = format!("{kind} by a window, {size}");
            write(&mut counts, &scene, (bytes, listen), Backend::act);
        }
        burst(&mut counts, &format!("burst of 1000 actions by Rust, {size}"), bytes, act);
        start(&mut counts, &format!("start of a window, {size}"), bytes);
    }
    let (size, bytes) = SIZES[0];
    burst(&mut counts, &format!("burst of 1000 edits by Rust, {size}"), bytes, update);
    counts.check();
}
