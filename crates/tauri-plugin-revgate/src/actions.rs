//! What can be done to a topic: its actions, as windows ask for them and as Rust does.

mod play;

use std::any::type_name;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use revgate::action::{Context, Round, Seq, Source, Told};
use revgate::json::fingerprint;
use revgate::wire::{Acted, Asked, Denied, Refusal, Unacted};
use revgate::{Action, Topic, Version};
use serde_json::value::to_raw_value;

use crate::cell::TopicCell;
use crate::error::{ActError, UpdateError};
use crate::form::{self, Json};
use crate::pending::Deeds;
use crate::random::random;
use crate::spares::Done;
use crate::store::{Edit, Made, Published, Written};
use play::{Fault, Faults, Played, Reversals, Step, play};

/// The actions of a topic of the type `T`, of whatever type they are.
pub(crate) struct Actions<T>(Arc<dyn Act<T>>);

/// What a window asks for.
pub(crate) struct Request<'a> {
    /// The newest version that it knew when it first asked for any of these.
    pub(crate) known: Version,
    pub(crate) source: Source,
    /// Whether it may want to undo them, and may be told how.
    pub(crate) undo: bool,
    pub(crate) asked: Vec<Asked<Json>>,
    /// Whether the window may do the action of this name.
    pub(crate) may: &'a dyn Fn(&str) -> bool,
    /// Its label.
    pub(crate) window: &'a str,
}

trait Act<T>: Send + Sync {
    fn act(&self, cell: &TopicCell<T>, request: &Request<'_>)
    -> Result<Acted<Json>, form::Refused>;
}

struct Of<A>(PhantomData<fn() -> A>);

impl<T: Topic> Actions<T> {
    pub(crate) fn of<A: Action<Topic = T>>() -> Self {
        Self(Arc::new(Of::<A>(PhantomData)))
    }

    /// Does what the window asks for, each action once, and those that are refused left out alone.
    ///
    /// # Errors
    ///
    /// If none can be done.
    pub(crate) fn act(
        &self,
        cell: &TopicCell<T>,
        request: &Request<'_>,
    ) -> Result<Acted<Json>, form::Refused> {
        self.0.act(cell, request)
    }
}

impl<T> Clone for Actions<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<A: Action> Act<A::Topic> for Of<A> {
    fn act(
        &self,
        cell: &TopicCell<A::Topic>,
        request: &Request<'_>,
    ) -> Result<Acted<Json>, form::Refused> {
        let topic = &cell.live.name;
        let read = |asked: &Asked<Json>| read::<A>(asked, request, topic.as_str());
        let asked: Vec<_> = request.asked.iter().map(read).collect();
        cell.check_writable().map_err(failed)?;
        let mut edit = cell.live.store.edit(topic).map_err(failed)?;
        let Version { epoch, .. } = edit.current.version;
        if epoch != request.known.epoch {
            return Err(Refusal::OtherEpoch { epoch });
        }
        let (acted, written) = once(&mut edit, request, asked).map_err(failed)?;
        drop(edit);
        if let Some(written) = &written {
            cell.live.tell(written);
        }
        let is_news = written.is_some_and(|written| written.is_news);
        let not_durable = cell.confirm(acted.version(), is_news).err();
        Ok(Acted { not_durable: not_durable.map(|error| error.to_string()), ..acted })
    }
}

/// An action that was asked for, if it can be read and may be done.
type Readable<A> = (Seq, Result<Step<A>, Unacted<Json>>);

fn read<A: Action>(asked: &Asked<Json>, request: &Request<'_>, topic: &str) -> Readable<A> {
    let step = match serde_json::from_str::<A>(asked.action.get()) {
        // It is remembered, and serde repeats what it was given.
        Err(error) => Err(Unacted::Unreadable { reason: brief(&error.to_string()) }),
        Ok(action) if !(request.may)(action.name()) => {
            Err(Unacted::Denied(Denied::of_action(topic, action.name())))
        }
        Ok(action) => Ok(Step { action, context: asked.context(request.source) }),
    };
    (asked.seq, step)
}

/// The beginning of `words`, if they are many.
fn brief(words: &str) -> String {
    const MOST: usize = 200;
    match words.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", words.get(..end).unwrap_or_default()),
        None => words.to_owned(),
    }
}

/// What the window is told, and what was written, if anything was.
type Answered<T> = (Acted<Json>, Option<Written<T>>);

/// Does those that have not been done yet, in one write, and remembers how each ended.
fn once<A: Action>(
    edit: &mut Edit<'_, A::Topic>,
    request: &Request<'_>,
    asked: Vec<Readable<A>>,
) -> Result<Answered<A::Topic>, UpdateError> {
    let &Request { source, known, undo, window, .. } = request;
    let mut round = Round::new(source, known, edit.current.version);
    // Those that are to be done, with their places among `steps`.
    let (mut new, mut steps) = (Vec::new(), Vec::new());
    for (seq, step) in asked {
        if round.admits(edit.ledger(), seq) {
            let place = step.map(|step| {
                steps.push(step);
                steps.len() - 1
            });
            new.push((seq, place));
        }
    }
    let Performed { written, faults, mut reversals } =
        perform(edit, steps, Some(window), round.tells(undo))?;
    let Published { version, look, .. } = &edit.current;
    let (version, print) = (*version, look.known_print());
    let ended = new.into_iter().map(|(seq, place)| {
        let ended = place.and_then(|place| match faults.get(&place) {
            Some(fault) => Err(unacted(fault)),
            None => Ok(reversals.remove(&place)),
        });
        (seq, ended)
    });
    let acted = round.end(edit.ledger(), version, print, ended);
    Ok((acted, written))
}

/// Does one action, asked for by Rust.
pub(crate) fn act<A: Action>(
    cell: &TopicCell<A::Topic>,
    action: A,
) -> Result<Version, ActError<A::Error>> {
    let step = Step { action, context: context() };
    cell.check_writable()?;
    let mut edit = cell.live.store.edit(&cell.live.name)?;
    let Performed { written, mut faults, .. } = perform(&mut edit, vec![step], None, false)?;
    let version = edit.current.version;
    drop(edit);
    if let Some(fault) = faults.remove(&0) {
        return Err(match fault {
            Fault::Refused(error) => ActError::Refused(error),
            Fault::Invalid(invalid) => UpdateError::Invalid(invalid).into(),
            Fault::Panicked(message) => {
                UpdateError::Panicked { topic: cell.live.name.clone(), message }.into()
            }
        });
    }
    if let Some(written) = &written {
        cell.live.tell(written);
    }
    cell.confirm(version, written.is_some_and(|written| written.is_news))?;
    Ok(version)
}

/// What an action of Rust's may know. No two are the same.
fn context() -> Context {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let at = now.as_millis().try_into().unwrap_or(u64::MAX);
    Context::new(at, random())
}

struct Performed<A: Action> {
    /// `None` if none of them can be done.
    written: Option<Written<A::Topic>>,
    faults: Faults<A::Error>,
    reversals: Reversals,
}

/// Publishes what the actions make of the newest state, if any of them can be done.
fn perform<A: Action>(
    edit: &mut Edit<'_, A::Topic>,
    steps: Vec<Step<A>>,
    source: Option<&str>,
    tells: bool,
) -> Result<Performed<A>, UpdateError> {
    let spare = edit.spare();
    // Other machines can have nothing but JSON.
    let looks_at_all = edit.is_joined();
    let Played { draft, faults, reversals } =
        play(edit.topic(), &edit.current, spare, &steps, tells, looks_at_all)?;
    for (place, fault) in &faults {
        if let (Fault::Panicked(message), Some(step)) = (fault, steps.get(*place)) {
            let (topic, action) = (edit.topic(), step.action.name());
            tracing::error!(%topic, action, "an action of {} panicked: {message}", type_name::<A>());
        }
    }
    let Some(draft) = draft else { return Ok(Performed { written: None, faults, reversals }) };
    let done = steps.into_iter().enumerate().filter(|(place, _)| !faults.contains_key(place));
    let done: Vec<_> = done.map(|(_, step)| step).collect();
    // Nobody is told the actions on a state that can be sent as it is, but for other machines.
    let told = if draft.look.is_large() || edit.is_joined() { told(&done) } else { None };
    let made = Made { draft, done: Some(again(done)), told };
    let written = Some(edit.publish(made, source)?);
    Ok(Performed { written, faults, reversals })
}

/// These actions for whoever does them himself, if they are told at all.
fn told<A: Action>(steps: &[Step<A>]) -> Option<Deeds> {
    if !A::Topic::ACTIONS.is_of::<A>() {
        return None;
    }
    let json = |Step { action, context }: &Step<A>| {
        // JSON has no NaN, and `serde_json` writes null for it.
        fingerprint(action).ok()?;
        Some(Told::new(*context, to_raw_value(action).ok()?))
    };
    // It is done, also if it cannot be told.
    let told = catch_unwind(AssertUnwindSafe(|| steps.iter().map(json).collect()));
    told.ok().flatten().map(Deeds::Actions)
}

/// What does these actions once more.
fn again<A: Action>(steps: Vec<Step<A>>) -> Done<A::Topic> {
    let names = steps.iter().map(|step| step.action.name()).collect();
    let replay = move |state: &mut A::Topic| {
        steps.iter().all(|Step { action, context }| action.apply(state, context).is_ok())
    };
    Done { names: Some(names), replay: Arc::new(replay) }
}

fn unacted<E: serde::Serialize>(fault: &Fault<E>) -> Unacted<Json> {
    match fault {
        Fault::Refused(error) => match to_raw_value(error) {
            Ok(error) => Unacted::Refused(error),
            Err(error) => Unacted::Invalid(revgate::Invalid::new(
                "",
                format!("the error is no JSON: {error}"),
            )),
        },
        Fault::Invalid(invalid) => Unacted::Invalid(invalid.clone()),
        Fault::Panicked(_) => Unacted::Panicked,
    }
}

fn failed(error: UpdateError) -> form::Refused {
    Refusal::Failed { reason: error.to_string() }
}
