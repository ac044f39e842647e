//! Who is told of what goes wrong with what is saved.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use revgate_persistence::Incident;

/// How long the end of the app waits for its callback to return. One that asks the main thread
/// something then waits for an answer that does not come.
const LAST_WORDS: Duration = Duration::from_millis(500);

type Tell = dyn Fn(&Incident) + Send + Sync;

/// Logs incidents, and tells the app of them. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Incidents {
    /// The app's own.
    tell: Option<Arc<Tell>>,
    telling: Arc<(Mutex<Telling>, Condvar)>,
    /// Whether all topics have begun.
    has_started: Arc<AtomicBool>,
}

/// What is told by a thread of its own, which lives as long as there is something to tell.
#[derive(Default)]
struct Telling {
    waiting: VecDeque<Incident>,
    has_thread: bool,
}

impl Incidents {
    pub(crate) fn told_to(tell: impl Fn(&Incident) + Send + Sync + 'static) -> Self {
        Self { tell: Some(Arc::new(tell)), ..Self::default() }
    }

    /// From now on nobody is told while a call of the app's goes on: it may hold what the teller asks for.
    pub(crate) fn start(&self) {
        self.has_started.store(true, Ordering::Release);
    }

    pub(crate) fn has_started(&self) -> bool {
        self.has_started.load(Ordering::Acquire)
    }

    /// Tells of it before this returns: while the app starts.
    pub(crate) fn now(&self, incident: &Incident) {
        tracing::warn!("{incident}");
        self.tell(incident);
    }

    /// Tells of it soon, in the order of their coming. Waits for nobody: the thread that saves must
    /// not wait for the app, as the main thread waits for it when the app ends.
    pub(crate) fn soon(&self, incident: Incident) {
        tracing::warn!("{incident}");
        if self.tell.is_none() {
            return;
        }
        let mut telling = self.telling();
        telling.waiting.push_back(incident);
        if !telling.has_thread {
            let teller = self.clone();
            let thread = thread::Builder::new().name("revgate-incidents".to_owned());
            match thread.spawn(move || teller.run()) {
                Ok(_) => telling.has_thread = true,
                Err(error) => tracing::error!("the app is not told of an incident: {error}"),
            }
        }
    }

    /// Waits until all has been told, but not for long.
    pub(crate) fn last_words(&self) {
        let changed = &self.telling.1;
        let telling = self.telling();
        drop(changed.wait_timeout_while(telling, LAST_WORDS, |telling| telling.has_thread));
    }

    fn run(&self) {
        loop {
            let mut telling = self.telling();
            let Some(incident) = telling.waiting.pop_front() else {
                telling.has_thread = false;
                self.telling.1.notify_all();
                return;
            };
            drop(telling);
            self.tell(&incident);
        }
    }

    fn tell(&self, incident: &Incident) {
        let Some(tell) = &self.tell else { return };
        if catch_unwind(AssertUnwindSafe(|| tell(incident))).is_err() {
            tracing::error!("the report of an incident panicked");
        }
    }

    fn telling(&self) -> MutexGuard<'_, Telling> {
        // Whole after every statement, so a panic elsewhere spoils nothing.
        self.telling.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
