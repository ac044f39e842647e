//! The backend by the plugin, and what the tests have it do from Rust.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use revgate::{Snapshot, Version};
use revgate_settings::Settings;
use serde::{Serialize, Serializer};
use tauri::{AppHandle, Builder, Wry};
use tauri_plugin_revgate::{RegistryError, RevgateExt, TopicOptions, UpdateError};

use crate::alone;
use crate::delivery::{self, Channels};
use crate::topics::{Counters, Deed, Doc, Edit, Library, Spot};

/// What a command of the app fails with, as text for the window.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
enum Error {
    Registry(#[from] RegistryError),
    Update(#[from] UpdateError),
}

pub(crate) fn serve(builder: Builder<Wry>) -> Builder<Wry> {
    let settings = TopicOptions::new().event("settings:invalidated");
    let plugin = tauri_plugin_revgate::Builder::new()
        .topic_with(Settings::default(), settings)
        .topic(Counters::default())
        .actions::<Deed<Counters>>()
        .topic(Library::default())
        .actions::<Deed<Library>>()
        .family::<Doc>()
        .presence::<Spot>()
        .build();
    builder.plugin(plugin).manage(Channels::default()).invoke_handler(tauri::generate_handler![
        get_settings,
        update_settings,
        add_from_threads,
        add_each_millisecond,
        grow,
        play,
        create_doc,
        remove_doc,
        alone::open_alone,
        delivery::hear,
        delivery::send_by,
        delivery::pull,
    ])
}

/// The snapshot as a window of the state-sync protocol asks for it.
#[tauri::command]
fn get_settings(app: AppHandle) -> Result<Snapshot<Arc<Settings>>, Error> {
    Ok(app.topic::<Settings>()?.snapshot())
}

/// A write as a window of the state-sync protocol makes it.
#[tauri::command]
fn update_settings(app: AppHandle, settings: Settings) -> Result<Snapshot<Arc<Settings>>, Error> {
    let topic = app.topic::<Settings>()?;
    topic.replace(settings)?;
    Ok(topic.snapshot())
}

/// Adds 1 to the left counter so many times on each of so many threads at once. Returns the newest
/// version.
#[tauri::command]
async fn add_from_threads(app: AppHandle, threads: u32, times: u32) -> Result<Version, Error> {
    let counters = app.topic::<Counters>()?;
    thread::scope(|scope| {
        let add = || (0..times).try_for_each(|_| counters.update(|it| it.left += 1).map(drop));
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(add)).collect();
        running
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })?;
    Ok(counters.snapshot().version())
}

/// Adds 1 to the left counter each millisecond, until the right one has come so far. Returns the
/// left one.
#[tauri::command]
async fn add_each_millisecond(app: AppHandle, until_right: u64) -> Result<u64, Error> {
    let counters = app.topic::<Counters>()?;
    while counters.snapshot().data.right < until_right {
        counters.update(|it| it.left += 1)?;
        thread::sleep(Duration::from_millis(1));
    }
    Ok(counters.snapshot().data.left)
}

/// Makes the text larger by 1, so many times one right after the other.
#[tauri::command]
async fn grow(app: AppHandle, times: u32) -> Result<Version, Error> {
    let settings = app.topic::<Settings>()?;
    for _ in 0..times {
        settings.update(|settings| settings.font_size += 1)?;
    }
    Ok(settings.snapshot().version())
}

/// Changes one field of one song.
#[tauri::command]
async fn play(app: AppHandle, song: u64) -> Result<Version, Error> {
    Ok(app.topic::<Library>()?.update(|library| library.edit("play", song))?)
}

#[tauri::command]
async fn create_doc(app: AppHandle, key: String, title: String) -> Result<(), Error> {
    app.family::<Doc>()?.create(&key, Doc { title })?;
    Ok(())
}

#[tauri::command]
async fn remove_doc(app: AppHandle, key: String) -> Result<bool, Error> {
    Ok(app.family::<Doc>()?.remove(&key))
}

impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
