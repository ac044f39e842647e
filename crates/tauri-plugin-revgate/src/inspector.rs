//! What an inspector is told, and what it has the backend do wrong.
//!
//! Nothing is noted unless a window records. It asks, again and again, for what has happened since: so
//! there is no thread, and should it not ask any more, what waits for it is bounded.

mod recording;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use revgate::inspect::{Batch, Fault, Faults, Moment, Outcome, What};
use revgate::wire::Refusal;
use revgate::{Time, Topic, TopicName, Version};
use serde_json::Value;
use tauri::async_runtime::spawn_blocking;
use tauri::ipc::Channel;
use tauri::{Manager, Runtime, WebviewUrl, WebviewWindowBuilder};

pub(crate) use revgate::inspect::Call;

use self::recording::Recording;
use crate::form::Refused;
use crate::message::json_up_to;
use crate::store::Published;
use crate::subscribers::Subscriber;

/// The label of the inspector's window, which its capability names.
pub const LABEL: &str = "revgate-inspector";

/// Opens the inspector at Ctrl+Shift+R, in any window that may.
pub(crate) const SCRIPT: &str = include_str!("inspector/open.js");

/// The largest state that is recorded, in bytes of JSON.
const MOST_STATE: usize = 256 * 1024;

/// Opens the inspector's window, or brings it to the front. Its page is the app's own, which shows the
/// inspector in the window of the label [`LABEL`]: in Leptos, `revgate_leptos::inspector::Inspector`.
///
/// The window needs a capability, which no app has by default: **it sees the states of all topics, and
/// has the backend do wrong what it wants**.
///
/// ```json
/// { "identifier": "inspector", "windows": ["revgate-inspector"], "permissions": ["revgate:inspector"] }
/// ```
///
/// A window that is to open it by Ctrl+Shift+R needs `revgate:allow-open-inspector`. Rust needs nothing;
/// on Windows, it may not be called by the main thread while that handles a command or an event.
///
/// ```no_run
/// fn add_to_menu(app: &tauri::AppHandle) -> tauri::Result<()> {
///     tauri_plugin_revgate::inspector::open(app)
/// }
/// ```
///
/// # Errors
///
/// If the window cannot be opened, with Tauri's words.
pub fn open<R: Runtime>(app: &impl Manager<R>) -> tauri::Result<()> {
    if let Some(window) = app.get_webview_window(LABEL) {
        return window.set_focus();
    }
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default());
    let window = window.title("Revgate inspector").inner_size(1120.0, 680.0);
    window.zoom_hotkeys_enabled(true).build()?;
    Ok(())
}

/// What is recorded, and what is done wrong.
#[derive(Default)]
pub(crate) struct Inspector {
    /// Whether a window records, so that nothing else is looked at while none does.
    is_on: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    recording: Option<Recording>,
    /// The windows that tell what happens at their gates, by their labels.
    reporters: BTreeMap<String, Channel>,
    faults: Faults,
}

/// A call that has not been answered.
pub(crate) struct Calling<'a> {
    inspector: &'a Inspector,
    window: String,
    topic: String,
    call: Call,
    since: Instant,
}

impl Inspector {
    /// This state is about to be announced.
    pub(crate) fn published<T: Topic>(&self, topic: &TopicName, state: &Published<T>) {
        self.note(|| {
            let source = state.source.as_deref().map(str::to_owned);
            let json = json_up_to(MOST_STATE, &*state.data).ok().flatten();
            let json = json.and_then(|json| serde_json::from_str(json.get()).ok());
            let what = What::Published { version: state.version, source, state: json };
            (topic.to_string(), what)
        });
    }

    /// Whoever is to be told of this version, of those who listen.
    pub(crate) fn reach(
        &self,
        topic: impl Fn() -> String,
        version: Version,
        subscribers: Vec<Subscriber>,
    ) -> Vec<Subscriber> {
        if !self.is_on.load(Ordering::Relaxed) || subscribers.is_empty() {
            return subscribers;
        }
        let is_lost = self.lock().faults.take_drop();
        for subscriber in &subscribers {
            let window = subscriber.window.to_string();
            self.note(|| (topic(), What::Announced { version, window, is_lost }));
        }
        if is_lost { Vec::new() } else { subscribers }
    }

    /// A window calls. Waits as long as the inspector wants it to.
    ///
    /// # Errors
    ///
    /// If the inspector wants it refused.
    pub(crate) async fn call(
        &self,
        window: &str,
        topic: &str,
        call: Call,
    ) -> Result<Calling<'_>, Refused> {
        let (window, topic) = (window.to_owned(), topic.to_owned());
        let calling = Calling { inspector: self, window, topic, call, since: Instant::now() };
        if !self.is_on.load(Ordering::Relaxed) {
            return Ok(calling);
        }
        let delay = self.lock().faults.take_call(call);
        match delay {
            Ok(Time::ZERO) => Ok(calling),
            Ok(delay) => {
                // One thread for each that waits is no matter where a person watches.
                let wait = spawn_blocking(move || thread::sleep(delay.duration()));
                wait.await.map_err(|error| Refusal::Failed { reason: error.to_string() })?;
                Ok(calling)
            }
            Err(reason) => calling.end(Err(Refusal::Failed { reason: reason.to_owned() })),
        }
    }

    /// A page has gone.
    pub(crate) fn forget(&self, window: &str) {
        let mut state = self.lock();
        let reporter = state.reporters.remove(window);
        let ended = state.recording.take_if(|recording| recording.by == window);
        let reporters = if ended.is_some() { self.end(&mut state) } else { Vec::new() };
        drop(state);
        drop(reporter);
        tell(reporters, false);
    }

    /// This window tells what happens at its gates, when it is told on this channel that somebody wants
    /// to know.
    pub(crate) fn report(&self, window: &str, listen: Channel) {
        let mut state = self.lock();
        let before = state.reporters.insert(window.to_owned(), listen.clone());
        let is_on = state.recording.is_some();
        drop(state);
        drop(before);
        if is_on {
            tell(vec![listen], true);
        }
    }

    /// What has happened at the gates of this window.
    pub(crate) fn told(&self, window: &str, batch: Batch) {
        let mut state = self.lock();
        if let Some(recording) = &mut state.recording {
            recording.told(window, batch);
        }
        self.end_if_forgotten(state);
    }

    /// Records for this window from now on, and no other. These are the states by now.
    pub(crate) fn begin(&self, window: &str, states: Vec<(String, Version, Option<Value>)>) {
        let mut state = self.lock();
        let mut recording = Recording::new(window);
        for (topic, version, state) in states {
            recording.note(topic, What::Published { version, source: None, state });
        }
        state.recording = Some(recording);
        self.is_on.store(true, Ordering::Relaxed);
        let reporters = state.reporters.values().cloned().collect();
        drop(state);
        tell(reporters, true);
    }

    /// What has happened since this was asked last, and what is done wrong.
    ///
    /// # Errors
    ///
    /// If nothing is recorded for this window.
    pub(crate) fn take(&self, window: &str) -> Result<(Vec<Moment>, Faults), Refused> {
        let mut state = self.lock();
        let recording = state.recording.as_mut().filter(|recording| recording.by == window);
        let Some(recording) = recording else {
            let reason = "nothing is recorded for this window, or not any more: begin anew";
            return Err(Refusal::Failed { reason: reason.to_owned() });
        };
        Ok((recording.take(), state.faults))
    }

    /// Has something done wrong, or not any more.
    pub(crate) fn hurt(&self, fault: Fault) {
        self.lock().faults.set(fault);
    }

    fn note(&self, moment: impl FnOnce() -> (String, What)) {
        if !self.is_on.load(Ordering::Relaxed) {
            return;
        }
        // To write a state is the topic's own code, which is not to be run under the lock.
        let (topic, what) = moment();
        let mut state = self.lock();
        if let Some(recording) = &mut state.recording {
            recording.note(topic, what);
        }
        self.end_if_forgotten(state);
    }

    /// Nobody asks for what is recorded any more.
    fn end_if_forgotten(&self, mut state: MutexGuard<'_, State>) {
        if state.recording.take_if(|recording| recording.is_forgotten()).is_none() {
            return;
        }
        let reporters = self.end(&mut state);
        drop(state);
        tell(reporters, false);
    }

    /// All is done right again, and nothing noted. Whoever is to be told.
    fn end(&self, state: &mut State) -> Vec<Channel> {
        self.is_on.store(false, Ordering::Relaxed);
        state.faults = Faults::default();
        state.reporters.values().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // It is whole after every statement, so a panic elsewhere spoils nothing.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Calling<'_> {
    /// It is answered so.
    pub(crate) fn end<A>(self, answer: Result<A, Refused>) -> Result<A, Refused> {
        let Self { inspector, window, topic, call, since } = self;
        inspector.note(|| {
            let outcome = match &answer {
                Ok(_) => Outcome::Done,
                Err(Refusal::Conflict(_)) => Outcome::Conflict,
                Err(refused) => Outcome::Refused(refused.to_string()),
            };
            (topic, What::Called { window, call, outcome, took: since.elapsed().into() })
        });
        answer
    }
}

/// Whether anybody wants to know what happens at their gates.
fn tell(reporters: Vec<Channel>, is_on: bool) {
    for reporter in reporters {
        let body = tauri::ipc::InvokeResponseBody::Json(is_on.to_string());
        if let Err(error) = reporter.send(body) {
            tracing::warn!(%error, "a window does not hear of the inspector");
        }
    }
}

/// The time that a recording counts from.
fn elapsed(since: Instant) -> Time {
    Duration::into(since.elapsed())
}
