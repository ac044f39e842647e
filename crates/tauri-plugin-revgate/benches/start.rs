//! How long an app takes to start with many topics: `cargo bench -p tauri-plugin-revgate --features
//! database --bench start`.

#[path = "../tests/common/mod.rs"]
mod common;

use std::path::Path;

use divan::Bencher;
use revgate::Topic;
use serde::{Deserialize, Serialize};
use tauri::App;
use tauri::test::MockRuntime;
use tauri_plugin_revgate::persistence::{Database, Files, Persistence, Save};
use tauri_plugin_revgate::{Builder, RevgateExt, TopicOptions};
use tempfile::TempDir;

use common::{end, everything};

/// About 1 KB of JSON.
#[derive(Clone, Serialize, Deserialize)]
struct Doc {
    text: String,
}

impl Topic for Doc {
    const NAME: &'static str = "doc";
}

/// An app; its end is not timed.
struct Running(Option<App<MockRuntime>>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.take().into_iter().for_each(end);
    }
}

fn main() {
    divan::main();
}

fn open(folder: &Path, in_files: bool) -> Running {
    let options = TopicOptions::new().persist(Persistence::new().save(Save::OnExit));
    let plugin = Builder::new().family_with::<Doc>(options).data_folder(folder);
    let plugin = match in_files {
        true => plugin.storage(|folder| Files::open(folder)),
        false => plugin.storage(|folder| Database::open(folder.join("topics.redb"))),
    };
    Running(Some(common::app(plugin, &[everything()])))
}

/// A folder with so many documents.
fn filled(count: usize, in_files: bool) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let running = open(folder.path(), in_files);
    let docs = running.0.as_ref().map(|app| app.family::<Doc>().expect("registered"));
    for number in 0..count {
        let doc = Doc { text: "x".repeat(960) };
        docs.as_ref().expect("it runs").create(&number.to_string(), doc).expect("free");
    }
    drop(running);
    folder
}

fn start(bencher: Bencher, count: usize, in_files: bool) {
    let folder = filled(count, in_files);
    bencher.bench_local(|| {
        let running = open(folder.path(), in_files);
        let docs = running.0.as_ref().map(|app| app.family::<Doc>().expect("registered").keys());
        assert_eq!(docs.map(|docs| docs.len()), Some(count));
        running
    });
}

#[divan::bench(args = [1_000, 10_000], sample_count = 5, sample_size = 1)]
fn database(bencher: Bencher, count: usize) {
    start(bencher, count, false);
}

#[divan::bench(args = [1_000, 10_000], sample_count = 5, sample_size = 1)]
fn files(bencher: Bencher, count: usize) {
    start(bencher, count, true);
}
