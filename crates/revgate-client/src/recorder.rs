//! What happens at the gates of this page, while an inspector wants to know.
//!
//! Nothing is kept unless somebody [listens](listen). Each gate is noted as it is when it is first heard
//! of, and from then on with all that it is told and asks for, so that it can be played again.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use revgate::Gate;
use revgate::inspect::{Batch, Event, Note};

/// More notes than this wait for nobody: then all that waits is let go of, and each gate begins anew.
const MOST_WAITING: usize = 20_000;

#[derive(Default)]
struct Recorder {
    /// Counts recordings; `None` while nobody listens.
    recording: Option<u64>,
    recordings: u64,
    notes: Vec<Note>,
    /// Is told of the first note since the last [`take`].
    wake: Option<Rc<dyn Fn()>>,
}

thread_local! {
    static RECORDER: RefCell<Recorder> = RefCell::default();
}

/// A gate's own place in the record.
pub(crate) struct Recorded {
    gate: u32,
    /// The recording that knows how it was.
    known_to: Cell<u64>,
}

impl Recorded {
    /// That of a gate which is told from all others by a random number.
    pub(crate) fn new(random: u64) -> Self {
        Self { gate: random as u32, known_to: Cell::new(0) }
    }

    /// Has it known how the gate is. **To be called before each change of the gate.**
    pub(crate) fn begin(&self, now: Duration, topic: impl Fn() -> String, gate: &RefCell<Gate>) {
        let Some(recording) = RECORDER.with_borrow(|recorder| recorder.recording) else { return };
        if self.known_to.replace(recording) != recording {
            self.push(now, topic(), Event::Began(Box::new(gate.borrow().clone())));
        }
    }

    /// Notes what happened, if somebody listens who knows the gate.
    pub(crate) fn note(&self, now: Duration, topic: impl Fn() -> String, event: impl Into<Event>) {
        let recording = RECORDER.with_borrow(|recorder| recorder.recording);
        if recording == Some(self.known_to.get()) {
            self.push(now, topic(), event.into());
        }
    }

    fn push(&self, now: Duration, topic: String, event: Event) {
        let note = Note { now: now.into(), topic, gate: self.gate, event };
        let wake = RECORDER.with_borrow_mut(|recorder| {
            if recorder.notes.len() >= MOST_WAITING {
                recorder.begin();
                return None;
            }
            recorder.notes.push(note);
            recorder.wake.clone().filter(|_| recorder.notes.len() == 1)
        });
        // It may set a timer, which is the browser's code.
        if let Some(wake) = wake {
            wake();
        }
    }
}

impl Recorder {
    fn begin(&mut self) {
        self.recordings += 1;
        self.recording = Some(self.recordings);
        self.notes.clear();
    }
}

/// Records all gates of the page from now on, from how they are. `wake` is called when there is something
/// to [`take`], once until that was taken.
///
/// ```
/// use revgate_client::recorder;
///
/// recorder::listen(|| {});
/// assert!(recorder::take(std::time::Duration::ZERO).is_none(), "nothing has happened");
/// recorder::stop();
/// ```
pub fn listen(wake: impl Fn() + 'static) {
    RECORDER.with_borrow_mut(|recorder| {
        recorder.begin();
        recorder.wake = Some(Rc::new(wake));
    });
}

/// Records nothing from now on.
pub fn stop() {
    RECORDER.with_borrow_mut(|recorder| {
        recorder.recording = None;
        recorder.notes = Vec::new();
        recorder.wake = None;
    });
}

/// What has happened since this was last called; `None` if nothing has. It is `now`, by the clock that the
/// gates go by.
pub fn take(now: Duration) -> Option<Batch> {
    let notes = RECORDER.with_borrow_mut(|recorder| std::mem::take(&mut recorder.notes));
    (!notes.is_empty()).then(|| Batch { now: now.into(), notes })
}
