//! All documents of the family, for scripts.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use revgate::Version;
use revgate_client::host::Browser;
use revgate_client::tauri::Tauri;
use revgate_client::{Collection, CollectionObserver, Key, Options, Status, SyncError};

use crate::replicated::{Kept, Look, Replicated};
use crate::topics::{Deed, Doc, Edit};

/// Starts to hold all documents. **What is edited is named by the key of the document.**
pub(crate) fn hold() -> Box<dyn Replicated> {
    let seen = Seen::default();
    let docs = Collection::start(Tauri, Browser, Options::default(), seen.clone());
    Box::new(Held { docs: Rc::new(docs), seen })
}

struct Held {
    docs: Rc<Collection<Doc, Tauri, Browser>>,
    seen: Seen,
}

/// What has changed, but the documents themselves.
#[derive(Clone, Default)]
struct Seen(Rc<RefCell<Look>>);

impl Replicated for Held {
    fn look(&self) -> Look {
        let shown = |key: &Key| Some((key.to_string(), Doc::clone(&*self.docs.get(key)?)));
        let state: BTreeMap<_, _> = self.docs.keys().iter().filter_map(shown).collect();
        let look = self.seen.0.borrow().clone();
        Look { state: serde_json::to_value(state).unwrap_or_default(), ..look }
    }

    fn edit(&self, key: String, number: u32, times: u32) -> Kept {
        let docs = Rc::clone(&self.docs);
        Box::pin(async move {
            let mut kept = 0;
            for _ in 0..times {
                let written = docs.update(&key, move |doc| doc.edit("title", number.into()));
                kept += u32::from(written.await.is_ok());
            }
            kept
        })
    }

    fn edit_at_once(&self, key: &str, number: u32, times: u32) -> Kept {
        let edit = |_| self.docs.update(key, move |doc| doc.edit("title", number.into()));
        let written: Vec<_> = (0..times).map(edit).collect();
        Box::pin(async move {
            let mut kept = 0;
            for written in written {
                kept += u32::from(written.await.is_ok());
            }
            kept
        })
    }

    fn act_at_once(&self, key: &str, number: u32, times: u32) -> Kept {
        let act = |_| self.docs.act(key, Deed::of("title", number.into()));
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
        self.docs.flush();
    }
}

impl CollectionObserver for Seen {
    fn changed(&self, _: &Key) {
        self.0.borrow_mut().changes += 1;
    }

    fn keys(&self) {}

    fn version(&self, version: Version) {
        let mut look = self.0.borrow_mut();
        look.went_back |= Some(version) < look.version;
        look.version = Some(version);
    }

    fn status(&self, status: Status) {
        self.0.borrow_mut().status = format!("{status:?}");
    }

    fn failed(&self, error: &SyncError) {
        self.0.borrow_mut().errors.push(error.to_string());
    }
}
