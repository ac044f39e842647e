//! What an action costs against the size of the state: `cargo bench -p tauri-plugin-revgate --bench
//! act`. Beside it what of that grows with the state.

#[path = "../tests/common/mod.rs"]
mod common;

use divan::{Bencher, black_box};
use revgate::action::Context;
use revgate::json::fingerprint;
use revgate::{Action, Topic};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tauri::App;
use tauri::test::MockRuntime;
use tauri_plugin_revgate::{Builder, RevgateExt};

use common::{call, capability, window};

/// Roughly so many bytes of JSON.
const SIZES: [usize; 4] = [100, 10_000, 1_000_000, 10_000_000];

fn main() {
    divan::main();
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Library {
    plays: u64,
    songs: Vec<Song>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Song {
    title: String,
    stars: u8,
}

impl Topic for Library {
    const NAME: &'static str = "library";
}

impl Library {
    fn of(bytes: usize) -> Self {
        let song = |number| Song { title: format!("A song with a number, {number:09}"), stars: 3 };
        Self { plays: 0, songs: (0..bytes / 54).map(song).collect() }
    }
}

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
        Ok(())
    }
}

fn app(bytes: usize) -> App<MockRuntime> {
    let act = json!({"identifier": "revgate:act", "allow": [{"topic": "*"}]});
    let read = json!({"identifier": "revgate:read", "allow": [{"topic": "*"}]});
    let plugin = Builder::new().topic(Library::of(bytes)).actions::<Play>();
    common::app(plugin, &[capability(&["*"], json!([act, read]))])
}

/// By Rust, while nobody listens.
#[divan::bench(args = SIZES)]
fn act(bencher: Bencher, bytes: usize) {
    let app = app(bytes);
    let library = app.topic::<Library>().expect("registered");
    bencher.bench_local(|| library.act(Play).expect("done"));
}

/// By a window's command, one and sixty-four at once, while a window listens.
#[divan::bench(args = SIZES, consts = [1, 64])]
fn command<const COUNT: u64>(bencher: Bencher, bytes: usize) {
    let app = app(bytes);
    let window = window(&app, "main");
    call(&window, "subscribe", json!({"topic": "library", "news": "__CHANNEL__:1"}))
        .expect("it stands");
    let mut seq = 0;
    bencher.bench_local(|| {
        let actions: Vec<_> = (0..COUNT)
            .map(|_| {
                seq += 1;
                json!({"seq": format!("{seq}"), "at": "0", "action": null})
            })
            .collect();
        let body = json!({"topic": "library", "source": "1", "actions": actions});
        call(&window, "act", body).expect("done")
    });
}

#[divan::bench(args = SIZES)]
fn part_copy(bencher: Bencher, bytes: usize) {
    let library = Library::of(bytes);
    bencher.bench_local(|| black_box(&library).clone());
}

#[divan::bench(args = SIZES)]
fn part_fingerprint(bencher: Bencher, bytes: usize) {
    let library = Library::of(bytes);
    bencher.bench_local(|| fingerprint(black_box(&library)).expect("JSON"));
}

/// For the announcement, at most once a period.
#[divan::bench(args = SIZES)]
fn part_patch(bencher: Bencher, bytes: usize) {
    let library = Library::of(bytes);
    let next = Library { plays: 1, ..library.clone() };
    bencher.bench_local(|| {
        let value = |it| serde_json::to_value(black_box(it)).expect("JSON");
        json_patch::diff(&value(&library), &value(&next))
    });
}

/// For the disk, when it is saved.
#[divan::bench(args = SIZES)]
fn part_encode(bencher: Bencher, bytes: usize) {
    let library = Library::of(bytes);
    bencher.bench_local(|| serde_json::to_vec(black_box(&library)).expect("JSON"));
}
