//! What a window tells the others of itself: its newest word, one message at a time.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;
use std::time::Duration;

use revgate::action::Seq;
use revgate::json::fingerprint;
use revgate::presence::Visit;
use revgate::wire::{Presented, Refusal};
use revgate::{Phase, Presence, Present, TopicName, Version};
use serde_json::value::to_raw_value;

use crate::error::Why;
use crate::guard::{self, Guarded};
use crate::{Fate, Host, Json, Options, SyncError, Transport, TransportError, say};

/// What a window tells of itself, on its way to the backend.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The visit that the backend has told the page; `None` if it has told none yet.
    pub visit: Option<Visit>,
    /// Its number. **Once one has arrived, none before it counts.**
    pub seq: Seq,
    /// What is told; `None`: nothing any more.
    pub value: Option<Json>,
}

/// Tells the others of this window, until it is dropped. What they see is the topic
/// [`Present<P>`](Present), which a [`Replica`](crate::Replica) follows as any other.
///
/// **The newest word counts.** One message is under way at a time, and what is said meanwhile
/// waits, only the last of it: a drag that moves sixty times a second sends no more than the way to
/// the backend takes. A message that is lost is sent again, with what is the newest by then; and
/// so it is, in another visit, if the backend takes the page for gone. Which it may at any time: the
/// first word of a page is answered by its visit, and counts when it comes again.
///
/// One for each topic and page: what another says in its place ends the first.
///
/// ```ignore-wasm32,standalone_crate
/// use revgate::{Presence, Present, TopicName};
/// use revgate_client::host::VirtualTime;
/// use revgate_client::memory::Memory;
/// use revgate_client::{Options, Presenter};
/// use serde::{Deserialize, Serialize};
/// use serde_json::json;
///
/// #[derive(Clone, Serialize, Deserialize)]
/// struct Cursor { line: u32 }
///
/// impl Presence for Cursor {
///     const NAME: &'static str = "cursor";
/// }
///
/// let (time, backend) = (VirtualTime::new(), Memory::new().with_presence::<Cursor>());
/// let topic = TopicName::of::<Present<Cursor>>();
/// let main = backend.window("main");
/// let presenter = Presenter::start(topic, "main", main, time.clone(), Options::default(), |_| {});
/// presenter.set(&Cursor { line: 1 });
/// time.settle();
/// assert_eq!(backend.state::<Present<Cursor>>(), Some(json!({"main": {"line": 1}})));
/// drop(presenter);
/// time.settle();
/// assert_eq!(backend.state::<Present<Cursor>>(), Some(json!({})));
/// ```
#[must_use = "what it tells ends when it is dropped"]
pub struct Presenter<P: Presence, X: Transport, H: Host> {
    inner: Rc<Inner<X, H>>,
    words: PhantomData<fn(&P)>,
}

/// Hears of a failure, or that something was told after it.
type Hear = dyn Fn(Option<&SyncError>);

struct Inner<X, H: Host> {
    topic: TopicName,
    /// The label of this webview.
    window: String,
    transport: X,
    host: H,
    options: Options,
    hears: Box<Hear>,
    speech: RefCell<Speech<H::Timer>>,
}

struct Speech<T> {
    /// As the backend has told it last.
    visit: Option<Visit>,
    /// Of the last message.
    seq: Seq,
    /// What the others are to be told; `None`: nothing.
    word: Option<Json>,
    /// Whether it is still to be sent.
    is_due: bool,
    /// The time-out of the message under way; or, after a failure, what the next one waits for.
    /// **As long as it is set, none is sent.**
    timer: Option<T>,
    /// Whether a message is under way.
    is_speaking: bool,
    /// The version that has what was told last.
    told: Option<Version>,
    /// The newest version that was seen without it, till that has led to a message: **each state
    /// leads to one at most**.
    missing: Option<Version>,
    /// How many messages have been lost in a row.
    failures: u32,
    /// How many visits it was given since the others were told anything.
    visits: u32,
    /// The newest message that there was when something went wrong, until a later one was told.
    failed_at: Option<Seq>,
    end: End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It goes on.
    None,
    /// Another speaks for the window.
    Followed,
    /// It was stopped, and takes back what it has said.
    Stopped,
}

/// How often a presenter that was stopped tries to take back what it has said.
const LAST_ATTEMPTS: u32 = 5;

/// How many visits in a row are spoken in at once. A backend that gives more takes the page for gone
/// each time, and is not asked as fast as it answers.
const MOST_VISITS: u32 = 3;

impl<P: Presence, X: Transport, H: Host> Presenter<P, X, H> {
    /// Speaks for the webview labelled `window`, in the topic [`Present<P>`](Present) or one of that
    /// family. Says nothing before it is [told](Presenter::set) to. `hears` is called with what goes wrong,
    /// which is also logged, and with `None` once something was told after that.
    ///
    /// Of the options, [`Options::write_timeout`] and the gate's backoff count.
    pub fn start(
        topic: TopicName,
        window: impl Into<String>,
        transport: X,
        host: H,
        options: Options,
        hears: impl Fn(Option<&SyncError>) + 'static,
    ) -> Self {
        let speech = Speech {
            visit: None,
            seq: Seq::default(),
            word: None,
            is_due: false,
            timer: None,
            is_speaking: false,
            told: None,
            missing: None,
            failures: 0,
            visits: 0,
            failed_at: None,
            end: End::None,
        };
        let (hears, speech) = (Box::new(hears), RefCell::new(speech));
        let window = window.into();
        let inner = Rc::new(Inner { topic, window, transport, host, options, hears, speech });
        Self { inner, words: PhantomData }
    }

    /// Tells the others this, in place of what was told before. What does not pass
    /// [`Presence::validate`], or is no JSON, is not sent, and the error is heard.
    pub fn set(&self, entry: &P) {
        match guard::call(|| written(entry)).unwrap_or_else(|panicked| Err(panicked.to_string())) {
            Ok(word) => self.inner.say(Some(word)),
            Err(reason) => self.inner.report(Fate::NotSent, reason.into(), None),
        }
    }

    /// Tells the others nothing any more.
    pub fn clear(&self) {
        self.inner.say(None);
    }

    /// Takes note of what the backend has, to be called with each state of a replica: an entry that
    /// is missing there, as the backend or the topic has been started anew, is sent again.
    pub fn seen(&self, present: &Present<P>, version: Version) {
        if present.get(&self.inner.window).is_none() {
            self.inner.is_missing_at(version);
        }
    }

    /// Tells the others once more what was told last: for a page that the browser had put aside when
    /// another followed, and shows again (`pageshow` with `persisted`). The backend has taken it for
    /// gone.
    pub fn resume(&self) {
        self.inner.resume();
    }

    /// Takes back what was told, as dropping it does, and ends.
    pub fn stop(&self) {
        self.inner.stop();
    }
}

impl<P: Presence, X: Transport, H: Host> Drop for Presenter<P, X, H> {
    fn drop(&mut self) {
        self.stop();
    }
}

fn written<P: Presence>(entry: &P) -> Result<Json, String> {
    let checked = entry.validate().and_then(|()| fingerprint(entry));
    checked.map_err(|invalid| invalid.to_string())?;
    to_raw_value(entry).map_err(|error| error.to_string())
}

impl<X: Transport, H: Host> Inner<X, H> {
    fn say(self: &Rc<Self>, word: Option<Json>) {
        {
            let mut speech = self.speech.borrow_mut();
            if speech.end == End::Stopped {
                return;
            }
            speech.is_due |= word.is_some() || speech.has_spoken();
            speech.word = word;
        }
        self.send();
    }

    fn is_missing_at(self: &Rc<Self>, version: Version) {
        {
            let mut speech = self.speech.borrow_mut();
            speech.missing = speech.missing.max(Some(version));
        }
        self.send();
    }

    fn resume(self: &Rc<Self>) {
        {
            let mut speech = self.speech.borrow_mut();
            if speech.end != End::None {
                return;
            }
            // What was under way when it was put aside may never be answered.
            (speech.is_speaking, speech.failures) = (false, 0);
            (speech.timer, speech.told) = (None, None);
            speech.is_due = speech.word.is_some();
        }
        self.send();
    }

    fn stop(self: &Rc<Self>) {
        {
            let mut speech = self.speech.borrow_mut();
            speech.is_due = speech.end != End::Followed && speech.has_spoken();
            speech.end = End::Stopped;
            speech.word = None;
            // What was lost is not worth waiting for.
            if !speech.is_speaking {
                speech.timer = None;
            }
        }
        self.send();
    }

    /// Sends what is due, unless it has to wait. **Whatever it sets going keeps this alive**, so that
    /// a presenter that was dropped takes back what it has said.
    fn send(self: &Rc<Self>) {
        let entry = {
            let mut speech = self.speech.borrow_mut();
            if speech.timer.is_some() || speech.end == End::Followed {
                return;
            }
            if !speech.take_loss() && !speech.is_due {
                return;
            }
            speech.is_due = false;
            speech.is_speaking = true;
            speech.seq = speech.seq.next();
            Entry { visit: speech.visit, seq: speech.seq, value: speech.word.clone() }
        };
        let (seq, timeout) = (entry.seq, self.options.write_timeout);
        self.set_timer(timeout, move |inner| {
            inner.answered(seq, Err(TransportError::no_answer(timeout)));
        });
        let present = Guarded::new(self.transport.present(&self.topic, entry));
        let inner = Rc::clone(self);
        self.host.spawn(async move {
            let answer = present.await.unwrap_or_else(|panicked| {
                Err(TransportError::Failed(format!("the transport {panicked}")))
            });
            inner.answered(seq, answer);
        });
    }

    fn set_timer(self: &Rc<Self>, delay: Duration, call: impl FnOnce(&Rc<Self>) + 'static) {
        let inner = Rc::clone(self);
        let timer = self.host.after(delay, move || call(&inner));
        self.speech.borrow_mut().timer = Some(timer);
    }

    fn answered(self: &Rc<Self>, seq: Seq, answer: Result<Presented, TransportError>) {
        let (timer, has_stopped) = {
            let mut speech = self.speech.borrow_mut();
            // What was given up may be answered after all.
            if !speech.is_speaking || speech.seq != seq {
                return;
            }
            speech.is_speaking = false;
            (speech.timer.take(), speech.end == End::Stopped)
        };
        drop(timer);
        match answer {
            Ok(Presented::Told(version)) => {
                let mut speech = self.speech.borrow_mut();
                (speech.told, speech.failures, speech.visits) = (Some(version), 0, 0);
                let is_mended = speech.failed_at.take_if(|failed| *failed < seq).is_some();
                drop(speech);
                if is_mended {
                    self.hear(None);
                }
            }
            Ok(Presented::Outside { visit }) => self.move_to(visit),
            Ok(Presented::Overtaken) if has_stopped => self.speech.borrow_mut().is_due = false,
            Ok(Presented::Overtaken) => {
                self.speech.borrow_mut().end = End::Followed;
                let reason = "another page, or another part of this one, tells of the window since";
                self.report(Fate::Refused, reason.into(), None);
            }
            Err(error) if is_lost(&error) => self.try_again(&error),
            Err(error) => self.report(Fate::Refused, (&error).into(), None),
        }
        self.send();
    }

    /// The others see nothing of it; they are told again in this visit.
    fn move_to(self: &Rc<Self>, visit: Visit) {
        let is_in_a_circle = {
            let mut speech = self.speech.borrow_mut();
            speech.visit = Some(visit);
            speech.told = None;
            speech.is_due = speech.word.is_some();
            speech.visits = speech.visits.saturating_add(1);
            speech.is_due && speech.visits > MOST_VISITS
        };
        if is_in_a_circle {
            let reason = "the backend takes the page for gone with each message".to_owned();
            self.try_again(&TransportError::Failed(reason));
        }
    }

    fn try_again(self: &Rc<Self>, error: &TransportError) {
        let (failures, is_last) = {
            let mut speech = self.speech.borrow_mut();
            speech.failures = speech.failures.saturating_add(1);
            let is_last = speech.end == End::Stopped && speech.failures >= LAST_ATTEMPTS;
            speech.is_due = !is_last;
            (speech.failures, is_last)
        };
        if is_last {
            return self.report(Fate::Unknown, error.into(), None);
        }
        let delay = self.options.gate.backoff().delay(failures);
        self.report(Fate::Unknown, error.into(), Some((failures, delay)));
        self.set_timer(delay, |inner| {
            let timer = inner.speech.borrow_mut().timer.take();
            drop(timer);
            inner.send();
        });
    }

    fn report(&self, fate: Fate, why: Why, retry: Option<(u32, Duration)>) {
        let error = SyncError {
            topic: self.topic.clone(),
            phase: Phase::Write,
            reason: why.reason,
            fate: Some(fate),
            refusal: why.refusal,
            attempt: retry.map_or(1, |(attempt, _)| attempt),
            retry_in: retry.map(|(_, delay)| delay),
            applied: None,
            wanted: None,
        };
        say::warn(format_args!("{error}"));
        {
            let speech = &mut *self.speech.borrow_mut();
            speech.failed_at = Some(speech.seq);
        }
        self.hear(Some(&error));
    }

    fn hear(&self, error: Option<&SyncError>) {
        let is_heard = self.speech.borrow().end != End::Stopped;
        if is_heard && let Err(panicked) = guard::call(|| (self.hears)(error)) {
            say::error(format_args!("topic `{}`: what hears of failures {panicked}", self.topic));
        }
    }
}

impl<T> Speech<T> {
    /// Whether the others may see anything of it.
    fn has_spoken(&self) -> bool {
        self.word.is_some() || self.is_speaking || self.is_due
    }

    /// Whether the word was told, and is gone since. An older state may well be without it; and
    /// whether one is older, only the answer says, which a newer one may overtake.
    fn take_loss(&mut self) -> bool {
        let is_lost = self.word.is_some() && self.told.is_some() && self.told <= self.missing;
        if is_lost {
            self.missing = None;
        }
        is_lost
    }
}

/// Whether the message may have failed on its way, or the topic is not there yet: another one may
/// fare better.
fn is_lost(error: &TransportError) -> bool {
    let is_too_early = |refusal: &Refusal<()>| {
        matches!(refusal, Refusal::UnknownTopic(_) | Refusal::Failed { .. })
    };
    error.fate() == Fate::Unknown
        || matches!(error, TransportError::Refused(refusal) if is_too_early(refusal))
}
