//! Families as a whole in a window, over the in-memory backend.

mod harness;

#[path = "collection/edits.rs"]
mod edits;
#[path = "collection/large.rs"]
mod large;
#[path = "collection/making.rs"]
mod making;
#[path = "collection/messages.rs"]
mod messages;
#[path = "collection/panics.rs"]
mod panics;
#[path = "collection/released.rs"]
mod released;
#[path = "collection/schedules.rs"]
mod schedules;

use std::cell::RefCell;
use std::rc::Rc;

use futures_util::FutureExt;
use revgate::action::Context;
use revgate::{Action, Topic, Version};
use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::{Collection, CollectionObserver, Key, Options, Status, SyncError, Transport};
use serde::{Deserialize, Serialize};

use harness::patience;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Doc {
    pub(crate) title: String,
    pub(crate) likes: u64,
}

impl Topic for Doc {
    const NAME: &'static str = "doc";
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Like;

impl Action for Like {
    type Topic = Doc;
    type Error = String;

    fn name(&self) -> &'static str {
        "like"
    }

    fn apply(&self, doc: &mut Doc, _: &Context) -> Result<(), String> {
        match doc.likes {
            ENOUGH => Err("it is liked enough".to_owned()),
            _ => {
                doc.likes += 1;
                Ok(())
            }
        }
    }
}

pub(crate) const ENOUGH: u64 = u64::MAX;

pub(crate) fn doc(title: &str) -> Doc {
    Doc { title: title.to_owned(), likes: 0 }
}

/// A window that shows all documents.
pub(crate) struct Window<X: Transport> {
    pub(crate) time: VirtualTime,
    pub(crate) docs: Collection<Doc, X, VirtualTime>,
    pub(crate) seen: Seen,
}

/// All that a collection has said.
#[derive(Clone, Default)]
pub(crate) struct Seen {
    pub(crate) changed: Rc<RefCell<Vec<String>>>,
    pub(crate) keys: Rc<RefCell<usize>>,
    pub(crate) versions: Rc<RefCell<Vec<Version>>>,
    pub(crate) statuses: Rc<RefCell<Vec<Status>>>,
    pub(crate) errors: Rc<RefCell<Vec<SyncError>>>,
}

impl CollectionObserver for Seen {
    fn changed(&self, key: &Key) {
        self.changed.borrow_mut().push(key.to_string());
    }

    fn keys(&self) {
        *self.keys.borrow_mut() += 1;
    }

    fn version(&self, version: Version) {
        self.versions.borrow_mut().push(version);
    }

    fn status(&self, status: Status) {
        self.statuses.borrow_mut().push(status);
    }

    fn failed(&self, error: &SyncError) {
        self.errors.borrow_mut().push(error.clone());
    }
}

impl Seen {
    /// What has changed since the last call, and whether members have come or gone.
    pub(crate) fn news(&self) -> (Vec<String>, bool) {
        (self.changed.take(), self.keys.take() > 0)
    }
}

impl<X: Transport> Window<X> {
    pub(crate) fn open(time: &VirtualTime, transport: &X) -> Self {
        let gate = patience().build().expect("sensible options");
        let options = Options { gate, ..Options::default() };
        let seen = Seen::default();
        let docs = Collection::start(transport.clone(), time.clone(), options, seen.clone());
        Self { time: time.clone(), docs, seen }
    }

    pub(crate) fn keys(&self) -> Vec<String> {
        self.docs.keys().iter().map(|key| key.to_string()).collect()
    }

    pub(crate) fn title(&self, key: &str) -> Option<String> {
        self.docs.get(key).map(|doc| doc.title.clone())
    }

    /// All titles, in the order of the keys.
    pub(crate) fn titles(&self) -> String {
        self.docs.keys().iter().filter_map(|key| self.title(key)).collect()
    }

    /// Lets time go on until this has ended.
    pub(crate) fn end<F: Future + Unpin>(&self, mut pending: F) -> F::Output {
        self.time.settle();
        loop {
            if let Some(outcome) = (&mut pending).now_or_never() {
                return outcome;
            }
            assert!(self.time.advance_to_next_timer(), "nothing is left to happen");
        }
    }
}

/// A backend with the documents `a` and `b`, and a window that shows them.
pub(crate) fn live() -> (Memory, Window<Memory>) {
    let backend = Memory::new().with_family::<Doc>().with_actions::<Like>();
    for key in ["a", "b"] {
        backend.set_member(key, &doc(key));
    }
    let window = Window::open(&VirtualTime::new(), &backend);
    window.time.settle();
    assert_eq!(window.docs.status(), Status::Live);
    window.seen.news();
    (backend, window)
}
