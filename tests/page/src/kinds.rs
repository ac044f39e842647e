//! Each kind of state on its way between this window and the plugin, both ways.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use js_sys::{Array, Promise};
use revgate::json::fingerprint;
use revgate::wire::{Fetched, Refusal};
use revgate::{Invalid, Snapshot, TopicName, Version};
use revgate_client::host::Browser;
use revgate_client::tauri::Tauri;
use revgate_client::{
    Change, Observer, Options, Replica, Status, SyncError, Transport, TransportError, WriteError,
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use crate::kinds_of_states::{Kind, Visitor, each, is_same};

/// What went wrong, and how many states went both ways.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) faults: Vec<String>,
    pub(crate) carried: u32,
    pub(crate) refused: u32,
}

/// Takes all kinds, side by side.
pub(crate) async fn take_all() -> Report {
    #[derive(Default)]
    struct Start(Array, Rc<RefCell<Report>>);

    impl Visitor for Start {
        fn visit<T: Kind>(&mut self) {
            let all = Rc::clone(&self.1);
            let run = future_to_promise(async move {
                let Report { faults, carried, refused } = take::<T>().await;
                let mut all = all.borrow_mut();
                all.faults.extend(faults);
                all.carried += carried;
                all.refused += refused;
                Ok(JsValue::UNDEFINED)
            });
            self.0.push(&run);
        }
    }

    let mut runs = Start::default();
    each(&mut runs);
    // No run is rejected.
    let _ = JsFuture::from(Promise::all(&runs.0)).await;
    runs.1.take()
}

async fn take<T: Kind>() -> Report {
    let mut report = Report::default();
    let shown = Shown::default();
    let replica: Replica<T, _, _> =
        Replica::start(TopicName::of::<T>(), Tauri, Browser, Options::default(), shown.clone());
    if let Err(error) = replica.started().await {
        report.faults.push(format!("{}: {error}", T::NAME));
        return report;
    }
    for number in 0..T::values().len() {
        match both_ways(&replica, number).await {
            Ok(true) => report.carried += 1,
            Ok(false) => report.refused += 1,
            Err(fault) => {
                report.faults.push(format!("{}, value {number}: {fault}", T::NAME));
                return report;
            }
        }
    }
    report.faults.extend(shown.0.take());
    report
}

/// Whether the state was carried; if not, it was refused as it should be.
async fn both_ways<T: Kind>(
    replica: &Replica<T, Tauri, Browser>,
    number: usize,
) -> Result<bool, String> {
    let (topic, state) = (TopicName::of::<T>(), T::values().remove(number));
    let first = T::values().remove(0);
    let expected = fingerprint(&state).err();

    // From Rust to the window, as news and as an answer.
    set::<T>(0).await?;
    let told = set::<T>(number).await;
    match (&expected, told) {
        (None, Ok(())) => {}
        (Some(fault), Err(reason)) if reason.contains(&fault.to_string()) => {}
        (_, told) => return Err(format!("the backend says {told:?}, expected {expected:?}")),
    }
    let here = if expected.is_none() { &state } else { &first };
    let snapshot = fetch::<T>(&topic).await?;
    same("fetched", &snapshot.data, here)?;
    until_shown(replica, snapshot.version()).await?;
    same("shown", &replica.state().ok_or("nothing is shown")?, here)?;

    // From the window to Rust: a write of its own, which loses if it is made once more, and an
    // edit.
    set::<T>(0).await?;
    let base = fetch::<T>(&topic).await?.version();
    let change = || Change::new(base, first.clone(), state.clone());
    match (&expected, Tauri.write(&topic, change()).await) {
        (None, Ok(written)) => same("written", &*written.data, &state)?,
        (Some(fault), Err(error)) if refusal(&error) == Some(fault) => {
            return Ok(false);
        }
        (_, written) => return Err(format!("written {written:?}, expected {expected:?}")),
    }
    arrived::<T>(number).await?;
    if !is_same(&state, &first) {
        match Tauri.write(&topic, change()).await {
            Err(WriteError::Conflict(current)) => same("in the conflict", &current.data, &state)?,
            written => return Err(format!("no conflict: {written:?}")),
        }
    }
    set::<T>(0).await?;
    // Else the edit may find that there is nothing to do.
    until_shown(replica, fetch::<T>(&topic).await?.version()).await?;
    let target = state.clone();
    let edited = replica.update(move |shown: &mut T| *shown = target.clone()).await;
    edited.map_err(|error| error.to_string())?;
    arrived::<T>(number).await?;
    Ok(true)
}

fn same<T: Kind>(way: &str, found: &T, expected: &T) -> Result<(), String> {
    if is_same(found, expected) {
        return Ok(());
    }
    let mut difference = format!("{way}: {found:?}, not {expected:?}");
    difference.truncate(300);
    Err(difference)
}

fn refusal<T>(error: &WriteError<T>) -> Option<&Invalid> {
    match error {
        WriteError::Transport(TransportError::Refused(Refusal::Invalid(invalid))) => Some(invalid),
        _ => None,
    }
}

async fn fetch<T: Kind>(topic: &TopicName) -> Result<Snapshot<T>, String> {
    match Tauri.fetch::<T>(topic, None).await {
        Ok(Fetched::State(snapshot)) => Ok(snapshot),
        other => Err(format!("fetched {other:?}")),
    }
}

/// Waits for news of this version.
async fn until_shown<T: Kind>(
    replica: &Replica<T, Tauri, Browser>,
    version: Version,
) -> Result<(), String> {
    // A minute, beside all the others.
    for _ in 0..6_000 {
        if replica.version() >= Some(version) {
            return Ok(());
        }
        script("new Promise(done => setTimeout(done, 10))").await?;
    }
    Err(format!("version {version} is not shown, but {:?}", replica.version()))
}

async fn set<T: Kind>(number: usize) -> Result<(), String> {
    ask::<T>("set_kind", number).await.map(drop)
}

async fn arrived<T: Kind>(number: usize) -> Result<(), String> {
    match ask::<T>("is_kind", number).await? {
        true => Ok(()),
        false => Err("the backend has another state".to_owned()),
    }
}

async fn ask<T: Kind>(command: &str, number: usize) -> Result<bool, String> {
    let topic = T::NAME;
    let call = format!(
        "window.__TAURI_INTERNALS__.invoke('{command}', {{ topic: '{topic}', value: {number} }})"
    );
    Ok(script(&call).await?.is_truthy())
}

/// What the promise that a script gives comes to.
async fn script(code: &str) -> Result<JsValue, String> {
    let say = |error: JsValue| error.as_string().unwrap_or_else(|| format!("{error:?}"));
    let promise: Promise = js_sys::eval(code).map_err(say)?.unchecked_into();
    JsFuture::from(promise).await.map_err(say)
}

#[derive(Clone, Default)]
struct Shown(Rc<RefCell<Vec<String>>>);

impl<T> Observer<T> for Shown {
    fn changed(&self, _: &Arc<T>, _: Version) -> Result<(), String> {
        Ok(())
    }

    fn status(&self, _: Status) {}

    fn failed(&self, error: &SyncError) {
        self.0.borrow_mut().push(error.to_string());
    }
}
