//! How fast a topic is written from Rust: `cargo bench -p tauri-plugin-revgate`.

use divan::Bencher;
use divan::counter::ItemsCount;
use revgate::settings::Settings;
use tauri::ipc::{CallbackFn, InvokeBody};
use tauri::test::{
    INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder, mock_context, noop_assets,
};
use tauri::utils::acl::ExecutionContext;
use tauri::webview::InvokeRequest;
use tauri::{App, WebviewWindowBuilder};
use tauri_plugin_revgate::{Builder, RevgateExt};

/// So many updates are timed at once.
const UPDATES: u32 = 10_000;

fn main() {
    divan::main();
}

/// An app with this many windows, each subscribed to the settings.
fn app(windows: usize) -> App<MockRuntime> {
    let mut context = mock_context(noop_assets());
    let authority = context.runtime_authority_mut();
    authority.__allow_command("plugin:revgate|subscribe".to_owned(), ExecutionContext::Local);
    let plugin = Builder::new().topic(Settings::default()).build();
    let app = mock_builder().plugin(plugin).build(context).expect("the app starts");
    for number in 0..windows {
        let label = format!("window-{number}");
        let window = WebviewWindowBuilder::new(&app, label, Default::default());
        let window = window.build().expect("a window opens");
        let body = serde_json::json!({"topic": "settings", "news": "__CHANNEL__:1"});
        let subscribe = InvokeRequest {
            cmd: "plugin:revgate|subscribe".to_owned(),
            callback: CallbackFn(0),
            error: CallbackFn(1),
            url: "tauri://localhost".parse().expect("a URL"),
            body: InvokeBody::Json(body),
            headers: Default::default(),
            invoke_key: INVOKE_KEY.to_owned(),
        };
        get_ipc_response(&window, subscribe).expect("it stands");
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
