//! The test app on one of two machines that a NATS server joins, and beside it what an app writes by hand
//! for that, to measure one against the other.
//!
//! `latency PAGES SERVER FOLDER LABEL=PAGE`: a window with that page, and a topic that is joined.

#[path = "../src/pages.rs"]
mod pages;

use std::path::PathBuf;
use std::time::Instant;

use async_nats::{Client, ConnectOptions};
use futures_util::StreamExt;
use revgate::Topic;
use revgate_nats::{Nats, Options};
use serde::{Deserialize, Serialize};
use tauri::async_runtime::{block_on, spawn};
use tauri::{AppHandle, Emitter, State, WebviewUrl, WebviewWindowBuilder};
use tauri_plugin_revgate::TopicOptions;
use tauri_plugin_revgate::persistence::Persistence;

use crate::pages::Folder;

const USAGE: &str = "latency PAGES SERVER FOLDER LABEL=PAGE";

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What the windows count in: each counts one of them.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Counters {
    left: u64,
    right: u64,
}

impl Topic for Counters {
    const NAME: &'static str = "counters";
}

/// Tells the other machine's windows.
#[tauri::command]
async fn say_by_glue(client: State<'_, Client>, field: String, turn: u64) -> Result<(), String> {
    let sent = client.publish(format!("glue.{field}"), turn.to_string().into()).await;
    sent.map_err(|error| error.to_string())
}

/// So many turns of both processes without any window; what each has taken, in milliseconds.
#[tauri::command]
async fn bare(client: State<'_, Client>, times: u32) -> Result<Vec<f64>, String> {
    turns(&client, times).await.map_err(|error| error.to_string())
}

async fn turns(client: &Client, times: u32) -> Result<Vec<f64>, Failure> {
    let mut answers = client.subscribe("bare.right").await?;
    let mut took = Vec::new();
    for turn in 0..times {
        let since = Instant::now();
        client.publish("bare.left", turn.to_string().into()).await?;
        answers.next().await.ok_or("the connection has ended")?;
        took.push(since.elapsed().as_secs_f64() * 1_000.0);
    }
    Ok(took)
}

/// Has the other process answered, and the windows told.
async fn hear(app: AppHandle, client: Client) -> Result<(), Failure> {
    let mut bare = client.subscribe("bare.left").await?;
    let mut glue = client.subscribe("glue.*").await?;
    let answering = client.clone();
    spawn(async move {
        while let Some(message) = bare.next().await {
            if answering.publish("bare.right", message.payload).await.is_err() {
                return;
            }
        }
    });
    while let Some(message) = glue.next().await {
        let turn: u64 = std::str::from_utf8(&message.payload)?.parse()?;
        app.emit(&message.subject.replace('.', "-"), turn)?;
    }
    Ok(())
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [pages, server, folder, window] = &*arguments else { return Err(USAGE.into()) };
    let (label, page) = window.split_once('=').ok_or(USAGE)?;
    let mut context = tauri::generate_context!();
    context.set_assets(Box::new(Folder(PathBuf::from(pages))));

    let client = ConnectOptions::new().no_echo().connect(server);
    let client = block_on(client)?;
    let plugin = tauri_plugin_revgate::Builder::new()
        .data_folder(folder)
        .upstream(Nats::new(Options::new(server, "machines")))
        .topic_with(Counters::default(), TopicOptions::new().persist(Persistence::new()).joined())
        .build();
    let app = tauri::Builder::default()
        .plugin(plugin)
        .manage(client.clone())
        .invoke_handler(tauri::generate_handler![say_by_glue, bare])
        .build(context)?;
    let handle = app.handle().clone();
    spawn(async move {
        if let Err(error) = hear(handle, client).await {
            eprintln!("error: {error}");
        }
    });
    WebviewWindowBuilder::new(&app, label, WebviewUrl::App(page.into()))
        .position(if label.ends_with('1') { 20.0 } else { 620.0 }, 20.0)
        .inner_size(560.0, 420.0)
        .build()?;
    app.run(|_, _| {});
    Ok(())
}
