//! What an action costs against the size of the state, and beside it what of a write by closure
//! grows with the state: `cargo bench -p tauri-plugin-revgate --bench act`. Each line is one figure
//! as JSON: `{"step", "shape", "bytes", "ns"}`, the median of many rounds; `cargo xtask bench` makes
//! a table of them.

#[path = "../tests/common/mod.rs"]
mod common;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use revgate::action::Context;
use revgate::json::{diff, fingerprint};
use revgate::{Action, Topic};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tauri::App;
use tauri::test::MockRuntime;
use tauri_plugin_revgate::{Builder, RevgateExt, TopicHandle, TopicOptions};

use common::{call_for_bytes, capability, window};

/// Roughly so many bytes of JSON.
const SIZES: [usize; 4] = [1_000, 100_000, 1_000_000, 10_000_000];
/// How long a figure is measured at least, unless it takes its rounds sooner.
const TIME: Duration = Duration::from_millis(300);
const ROUNDS: usize = 2_000;

#[derive(Clone, Default, Serialize, Deserialize)]
struct Library {
    plays: u64,
    songs: Vec<Song>,
    by_id: BTreeMap<String, Song>,
    notes: Notes,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Song {
    title: String,
    stars: u8,
}

/// A struct that is large by what is in its fields.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Notes {
    title: String,
    first: String,
    second: String,
}

impl Topic for Library {
    const NAME: &'static str = "library";
}

/// What most of the state is in.
#[derive(Clone, Copy)]
enum Shape {
    Map,
    List,
    Struct,
}

impl Shape {
    const ALL: [(&'static str, Self); 3] =
        [("map", Self::Map), ("list", Self::List), ("struct", Self::Struct)];

    fn of(self, bytes: usize) -> Library {
        let song = |number| Song { title: format!("A song with a number, {number:09}"), stars: 3 };
        let mut library = Library::default();
        match self {
            Self::Map => {
                let numbers = 0..bytes / 68;
                library.by_id = numbers.map(|it| (format!("id-{it:08}"), song(it))).collect();
            }
            Self::List => library.songs = (0..bytes / 54).map(song).collect(),
            Self::Struct => {
                let text = "A line of text. ".repeat(bytes / 32);
                library.notes =
                    Notes { title: "Notes".to_owned(), first: text.clone(), second: text };
            }
        }
        library
    }
}

/// Changes one field, in the midst of what is large.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Play;

impl Action for Play {
    type Topic = Library;
    type Error = String;

    fn name(&self) -> &'static str {
        "play"
    }

    fn apply(&self, library: &mut Library, _: &Context) -> Result<(), String> {
        library.plays += 1;
        let middle = library.songs.len() / 2;
        if let Some(song) = library.songs.get_mut(middle) {
            song.stars ^= 1;
        }
        if let Some(song) = library.by_id.get_mut("id-00000005") {
            song.stars ^= 1;
        }
        library.notes.title = format!("Notes {}", library.plays);
        Ok(())
    }
}

fn app(library: Library) -> App<MockRuntime> {
    let act = json!({"identifier": "revgate:act", "allow": [{"topic": "*"}]});
    let options = TopicOptions::new().max_bytes(1 << 30);
    let plugin = Builder::new().topic_with(library, options).actions::<Play>();
    common::app(plugin, &[capability(&["*"], json!([act]))])
}

fn act(topic: &TopicHandle<Library>) {
    topic.act(Play).expect("done");
}

fn update(topic: &TopicHandle<Library>) {
    topic.update(|library| library.plays += 1).expect("valid");
}

/// The median time of what is done again and again, in nanoseconds.
fn median(mut step: impl FnMut()) -> u128 {
    (0..5).for_each(|_| step());
    let since = Instant::now();
    let mut times = Vec::new();
    while times.len() < ROUNDS && (since.elapsed() < TIME || times.len() < 5) {
        let begin = Instant::now();
        step();
        times.push(begin.elapsed().as_nanos());
    }
    times.sort_unstable();
    times[times.len() / 2]
}

fn main() {
    for (name, shape) in Shape::ALL {
        for bytes in SIZES {
            let print = |step: &str, ns: u128| {
                println!("{}", json!({"step": step, "shape": name, "bytes": bytes, "ns": ns}));
            };
            let library = shape.of(bytes);
            let app = app(library.clone());
            let topic = app.topic::<Library>().expect("registered");
            print("act by Rust", median(|| act(&topic)));
            let main = window(&app, "main");
            let mut seq = 0_u64;
            print(
                "act by a window",
                median(|| {
                    seq += 1;
                    let asked = json!([{"seq": seq.to_string(), "at": "0", "action": null}]);
                    let asked = asked.to_string();
                    let body = json!({"topic": "library", "source": "1", "actions": asked, "form": "text"});
                    call_for_bytes(&main, "act", body).expect("done");
                }),
            );
            print("update by Rust", median(|| update(&topic)));
            // What the sender does for an announcement, at most once a period.
            let next = &*topic.snapshot().data;
            let text = |state: &Library| serde_json::to_string(black_box(state)).expect("JSON");
            let (old, new) = (text(&library), text(next));
            print("announce: text", median(|| drop(text(next))));
            print("announce: diff", median(|| drop(diff(black_box(&old), &new, 2048))));
            // What neither does.
            print("copy", median(|| drop(black_box(&library).clone())));
            print("fingerprint", median(|| drop(fingerprint(black_box(&library)))));
            if bytes <= 1_000_000 {
                let value = |it| serde_json::to_value(black_box(it)).expect("JSON");
                let values = || json_patch::diff(&value(&library), &value(next));
                print("diff of values", median(|| drop(values())));
            }
        }
    }
}
