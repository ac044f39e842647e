//! How fast a topic is written from Rust: `cargo bench -p tauri-plugin-revgate`.

#[path = "../tests/common/mod.rs"]
mod common;

use divan::Bencher;
use divan::counter::ItemsCount;
use revgate_settings::Settings;
use tauri::App;
use tauri::test::MockRuntime;
use tauri_plugin_revgate::{Builder, RevgateExt};

use common::{call, everything, window};

/// So many updates are timed at once.
const UPDATES: u32 = 10_000;

fn main() {
    divan::main();
}

/// An app with this many windows, each subscribed to the settings.
fn app(windows: usize) -> App<MockRuntime> {
    let app = common::app(Builder::new().topic(Settings::default()), &[everything()]);
    for number in 0..windows {
        let window = window(&app, &format!("window-{number}"));
        let subscribe = serde_json::json!({"topic": "settings", "news": "__CHANNEL__:1"});
        call(&window, "subscribe", subscribe).expect("it stands");
    }
    app
}

/// Updates by one thread, while the sender serves the windows.
#[divan::bench(args = [0, 2, 50])]
fn update(bencher: Bencher, windows: usize) {
    let app = app(windows);
    let settings = app.topic::<Settings>().expect("registered");
    bencher.counter(ItemsCount::new(UPDATES)).bench_local(|| {
        for number in 0..UPDATES {
            let size = 8 + number % 64;
            settings.update(|settings| settings.font_size = size).expect("valid");
        }
    });
}

/// Reads by one thread.
#[divan::bench]
fn snapshot(bencher: Bencher) {
    let app = app(0);
    let settings = app.topic::<Settings>().expect("registered");
    bencher
        .counter(ItemsCount::new(UPDATES))
        .bench_local(|| (0..UPDATES).map(|_| settings.snapshot().data.font_size).sum::<u32>());
}
