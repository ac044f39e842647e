//! A replica of any topic, for scripts.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use revgate::{TopicName, Version};
use revgate_client::host::Browser;
use revgate_client::{Observer, Options, Replica, Status, SyncError, Transport};
use serde::Serialize;
use serde_json::Value;

use crate::topics::{Deed, Edit};

/// How many edits were kept, in time.
pub(crate) type Kept = Pin<Box<dyn Future<Output = u32>>>;

pub(crate) trait Replicated {
    fn look(&self) -> Look;
    fn edit(&self, what: String, number: u32, times: u32) -> Kept;
    fn edit_at_once(&self, what: &str, number: u32, times: u32) -> Kept;
    fn act_at_once(&self, what: &str, number: u32, times: u32) -> Kept;
    fn flush(&self);
}

/// What a window shows, and has shown.
#[derive(Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Look {
    pub(crate) state: Value,
    pub(crate) version: Option<Version>,
    pub(crate) status: String,
    pub(crate) changes: u32,
    pub(crate) went_back: bool,
    pub(crate) errors: Vec<String>,
}

/// Starts a replica.
pub(crate) fn replicate<T: Edit, X: Transport + 'static>(
    topic: TopicName,
    transport: X,
) -> Box<dyn Replicated> {
    let seen = Seen::default();
    let replica: Replica<T, _, _> =
        Replica::start(topic, transport, Browser, Options::default(), seen.clone());
    Box::new(Shown { replica: Rc::new(replica), seen })
}

struct Shown<T: Edit, X: Transport> {
    replica: Rc<Replica<T, X, Browser>>,
    seen: Seen,
}

#[derive(Clone, Default)]
struct Seen(Rc<RefCell<Look>>);

impl<T: Edit, X: Transport + 'static> Replicated for Shown<T, X> {
    fn look(&self) -> Look {
        self.seen.0.borrow().clone()
    }

    fn edit(&self, what: String, number: u32, times: u32) -> Kept {
        let replica = Rc::clone(&self.replica);
        Box::pin(async move {
            let mut kept = 0;
            for _ in 0..times {
                let what = what.clone();
                let written = replica.update(move |state| state.edit(&what, number.into()));
                kept += u32::from(written.await.is_ok());
            }
            kept
        })
    }

    fn edit_at_once(&self, what: &str, number: u32, times: u32) -> Kept {
        let edit = |_| {
            let what = what.to_owned();
            self.replica.update(move |state| state.edit(&what, number.into()))
        };
        let written: Vec<_> = (0..times).map(edit).collect();
        Box::pin(async move {
            let mut kept = 0;
            for written in written {
                kept += u32::from(written.await.is_ok());
            }
            kept
        })
    }

    fn act_at_once(&self, what: &str, number: u32, times: u32) -> Kept {
        let act = |_| self.replica.act(Deed::of(what, number.into()));
        let acting: Vec<_> = (0..times).map(act).collect();
        Box::pin(async move {
            let mut kept = 0;
            for acting in acting {
                kept += u32::from(acting.await.is_ok());
            }
            kept
        })
    }

    fn flush(&self) {
        self.replica.flush();
    }
}

impl<T: Serialize> Observer<T> for Seen {
    fn changed(&self, state: &Arc<T>, version: Version) -> Result<(), String> {
        let mut look = self.0.borrow_mut();
        look.state = serde_json::to_value(&**state).map_err(|error| error.to_string())?;
        look.went_back |= Some(version) < look.version;
        look.version = Some(version);
        look.changes += 1;
        Ok(())
    }

    fn status(&self, status: Status) {
        self.0.borrow_mut().status = format!("{status:?}");
    }

    fn failed(&self, error: &SyncError) {
        self.0.borrow_mut().errors.push(error.to_string());
    }
}
