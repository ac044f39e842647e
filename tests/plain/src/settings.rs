//! The settings as plain signals: fetched, set by a command, and fetched again when the backend says that
//! somebody has set them. What was set here can be taken back, with whatever others have set since.

use std::fmt;

use leptos::prelude::*;
use revgate_settings::Settings;
use serde::{Deserialize, Serialize};

use crate::Status;
use crate::ipc::{NoArguments, invoke, listen, spawn};

/// The settings as a component sees them. The type's parameter is there for the views, which name it.
pub(crate) struct TopicSignal<T: 'static> {
    state: RwSignal<T>,
    version: RwSignal<Option<Version>>,
    error: RwSignal<Option<Failure>>,
    is_sending: StoredValue<bool>,
    past: RwSignal<Vec<T>>,
    future: RwSignal<Vec<T>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version {
    pub(crate) epoch: u64,
    pub(crate) revision: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) reason: String,
}

#[derive(Deserialize)]
struct Snapshot {
    revision: String,
    data: Settings,
}

/// That there are newer settings.
#[derive(Deserialize)]
struct Invalidated {
    revision: String,
}

#[derive(Serialize)]
struct Updating<'a> {
    settings: &'a Settings,
}

/// How much can be undone: all of it.
#[derive(Default)]
pub(crate) struct Undo(());

/// What can be undone, and done again.
pub(crate) struct History<T: 'static>(TopicSignal<T>);

/// The settings that the root component has made.
pub(crate) fn use_topic<T: Send + Sync>() -> TopicSignal<T> {
    expect_context()
}

/// Follows the settings, for all components of the window.
pub(crate) fn share() -> TopicSignal<Settings> {
    let settings = TopicSignal {
        state: RwSignal::default(),
        version: RwSignal::default(),
        error: RwSignal::default(),
        is_sending: StoredValue::default(),
        past: RwSignal::default(),
        future: RwSignal::default(),
    };
    provide_context(settings);
    spawn(async move {
        listen("settings:invalidated", move |news: Invalidated| settings.hear(&news)).await?;
        settings.fetch().await;
        Ok(())
    });
    settings
}

impl TopicSignal<Settings> {
    fn hear(self, news: &Invalidated) {
        if self.version.get_untracked() < Version::parse(&news.revision) {
            spawn(async move {
                self.fetch().await;
                Ok(())
            });
        }
    }

    async fn fetch(self) {
        match invoke("get_settings", &NoArguments {}).await {
            Ok(snapshot) => self.take(snapshot),
            Err(reason) => self.error.set(Some(Failure { reason })),
        }
    }

    fn take(self, snapshot: Snapshot) {
        let version = Version::parse(&snapshot.revision);
        // What is shown is newer while it is being sent.
        if !self.is_sending.get_value() && self.version.get_untracked() < version {
            self.version.set(version);
            self.state.set(snapshot.data);
            self.error.set(None);
        }
    }

    pub(crate) fn update(self, change: impl FnOnce(&mut Settings)) {
        let before = self.state.get_untracked();
        let mut after = before.clone();
        change(&mut after);
        if after != before {
            self.past.update(|past| past.push(before));
            self.future.set(Vec::new());
            self.set(after);
        }
    }

    /// Shown at once, and taken back if it is refused. What is shown is sent one at a time, as commands that
    /// are under way together may be done in another order, and the slider's last value not last.
    fn set(self, settings: Settings) {
        let before = self.state.get_untracked();
        self.state.set(settings);
        if !self.is_sending.get_value() {
            self.is_sending.set_value(true);
            spawn(async move {
                let sent = self.send(before).await;
                self.is_sending.set_value(false);
                match sent {
                    Ok(snapshot) => self.take(snapshot),
                    Err((before, reason)) => {
                        self.state.set(before);
                        self.error.set(Some(Failure { reason }));
                    }
                }
                // What others have set meanwhile was not shown.
                self.fetch().await;
                Ok(())
            });
        }
    }

    /// Sends what is shown until the backend has it, or refuses it: then it has what was there before.
    async fn send(self, mut before: Settings) -> Result<Snapshot, (Settings, String)> {
        loop {
            let settings = self.state.get_untracked();
            let answer = invoke("update_settings", &Updating { settings: &settings }).await;
            let snapshot: Snapshot = match answer {
                Ok(snapshot) => snapshot,
                Err(reason) => return Err((before, reason)),
            };
            if self.state.get_untracked() == settings {
                return Ok(snapshot);
            }
            before = snapshot.data;
        }
    }

    /// Sets what was there before, and keeps what is there now, which it returns.
    fn go_back(
        self,
        to: RwSignal<Vec<Settings>>,
        from: RwSignal<Vec<Settings>>,
    ) -> Option<Settings> {
        let settings = to.try_update(Vec::pop).flatten()?;
        let now = self.state.get_untracked();
        from.update(|from| from.push(now.clone()));
        self.set(settings);
        Some(now)
    }

    pub(crate) fn undoable(self, _: Undo) -> History<Settings> {
        History(self)
    }
}

impl<T: Clone + Send + Sync> TopicSignal<T> {
    pub(crate) fn get_untracked(self) -> T {
        self.state.get_untracked()
    }

    pub(crate) fn with<U>(self, read: impl FnOnce(&T) -> U) -> U {
        self.state.with(read)
    }

    pub(crate) fn select<U>(self, part: impl Fn(&T) -> U + Send + Sync + 'static) -> Memo<U>
    where
        U: PartialEq + Send + Sync + 'static,
    {
        Memo::new(move |_| self.state.with(&part))
    }

    pub(crate) fn is_ready(self) -> bool {
        self.version.get().is_some()
    }

    pub(crate) fn version(self) -> Option<Version> {
        self.version.get()
    }

    pub(crate) fn status(self) -> Status {
        match self.error.with(Option::is_some) {
            true => Status::Stopped,
            false if self.is_ready() => Status::Live,
            false => Status::Loading,
        }
    }

    pub(crate) fn error(self) -> Option<Failure> {
        self.error.get()
    }
}

impl History<Settings> {
    pub(crate) fn undo(self) -> Option<Settings> {
        self.0.go_back(self.0.past, self.0.future)
    }

    pub(crate) fn redo(self) -> Option<Settings> {
        self.0.go_back(self.0.future, self.0.past)
    }

    pub(crate) fn can_undo(self) -> bool {
        self.0.past.with(|past| !past.is_empty())
    }

    pub(crate) fn can_redo(self) -> bool {
        self.0.future.with(|future| !future.is_empty())
    }
}

impl Version {
    /// `None` if it is no number.
    fn parse(revision: &str) -> Option<Self> {
        revision.parse().ok().map(|revision| Self { epoch: 0, revision })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.epoch, self.revision)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the settings: {}", self.reason)
    }
}

impl<T> Clone for TopicSignal<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for TopicSignal<T> {}

impl<T> Clone for History<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for History<T> {}
