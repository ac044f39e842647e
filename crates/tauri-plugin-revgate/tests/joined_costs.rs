//! What a thousand topics that are joined cost the app and the server.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use revgate::Topic;
use revgate_nats::{Nats, Options};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tauri::App;
use tauri::test::{MockRuntime, mock_builder, mock_context, noop_assets};
use tauri_plugin_revgate::persistence::Persistence;
use tauri_plugin_revgate::upstream::Status;
use tauri_plugin_revgate::{Builder, RevgateExt, TopicHandle, TopicOptions};
use xtask::desktop::free_port;
use xtask::nats::Server;
use xtask::process::poll;
use xtask::workspace::Workspace;

const TOPICS: usize = 1_000;
/// For a busy machine, and no measure of anything.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Clone, Default, Serialize, Deserialize)]
struct Card {
    title: String,
}

impl Topic for Card {
    const NAME: &'static str = "card";
}

/// An app with a family of cards, which are joined if there is a server.
fn app(folder: &Path, server: Option<u16>) -> App<MockRuntime> {
    let options = TopicOptions::new().persist(Persistence::new());
    let plugin = Builder::new().data_folder(folder);
    let plugin = match server {
        Some(port) => {
            let server = Options::new(format!("nats://127.0.0.1:{port}"), "cards");
            plugin.upstream(Nats::new(server)).family_with::<Card>(options.joined())
        }
        None => plugin.family_with::<Card>(options),
    };
    mock_builder().plugin(plugin.build()).build(mock_context(noop_assets())).expect("an app")
}

/// What the server says of itself.
fn ask(port: u16, path: &str) -> Value {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    write!(stream, "GET {path} HTTP/1.0\r\n\r\n").expect("asked");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    serde_json::from_str(body).expect("JSON")
}

/// The elements of all lists of this name, at any depth.
fn count(value: &Value, name: &str) -> usize {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(field, value)| match value.as_array().filter(|_| field == name) {
                Some(list) => list.len(),
                None => count(value, name),
            })
            .sum(),
        Value::Array(list) => list.iter().map(|value| count(value, name)).sum(),
        _ => 0,
    }
}

/// The names of this process's threads; none on a system that does not say.
fn threads() -> Vec<String> {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let mut names: Vec<_> = tasks
        .filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok())
        .map(|name| name.trim_end().to_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn a_thousand_topics_cost_one_connection_one_watch_and_no_thread() {
    let workspace = Workspace::find().expect("a checkout");
    let monitor = free_port(None).expect("a port");
    let server =
        Server::start(&workspace, &format!("http: \"127.0.0.1:{monitor}\"")).expect("a server");
    let folders = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));

    // Every app of Tauri has its threads.
    tauri::async_runtime::block_on(async {});
    let before = threads();
    let alone = app(folders[0].path(), None);
    alone.family::<Card>().expect("a family").create("0", Card::default()).expect("a card");
    let with_alone = threads();
    let joined = app(folders[1].path(), Some(server.port()));
    let cards = joined.family::<Card>().expect("a family");
    let all: Vec<_> = (0..TOPICS)
        .map(|key| cards.create(&key.to_string(), Card::default()).expect("a card"))
        .collect();
    let in_step = poll(PATIENCE, || {
        let status = |card: &TopicHandle<Card>| card.syncing().map(|it| it.status);
        all.iter().all(|card| status(card) == Some(Status::InStep)).then_some(())
    });
    assert!(in_step.is_some(), "all are in the store");
    // Those that looked up the server's address end by themselves.
    let added = with_alone.len() - before.len();
    let as_alone = poll(PATIENCE, || (threads().len() <= with_alone.len() + added).then_some(()));
    assert!(as_alone.is_some(), "{:?}, without a store {with_alone:?}", threads());

    assert_eq!(count(&ask(monitor, "/connz"), "connections"), 1);
    let jetstream = ask(monitor, "/jsz?consumers=1");
    assert_eq!(count(&jetstream, "consumer_detail"), 1, "{jetstream}");
    let stored = ask(monitor, "/jsz");
    assert_eq!(stored["messages"], TOPICS, "{stored}");
}
