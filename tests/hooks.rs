//! The hooks in a real browser, against a page that plays the backend.

#![cfg(target_arch = "wasm32")]

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use gloo_timers::future::sleep;
use leptos::mount::mount_to;
use leptos::prelude::*;
use revgate::{Topic, TopicName, Version};
use revgate_client::host::Browser;
use revgate_client::tauri::Tauri;
use revgate_client::{Fate, Observer, Options, Replica, Status, SyncError, Undo, UndoError};
use revgate_leptos::{TopicSignal, use_topic};
use serde::{Deserialize, Serialize};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

use harness::ms;
use page::{backend, install, tell};

mod harness;

#[path = "hooks/bound.rs"]
mod bound;
#[path = "hooks/families.rs"]
mod families;
#[path = "hooks/page.rs"]
mod page;
#[path = "hooks/ready.rs"]
mod ready;
#[path = "hooks/signals.rs"]
mod signals;
#[path = "hooks/stores.rs"]
mod stores;
#[path = "hooks/topic_parts.rs"]
mod topic_parts;

wasm_bindgen_test_configure!(run_in_browser);

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Row(Vec<u8>);

impl Topic for Row {
    const NAME: &'static str = "row";
}

impl Row {
    fn put_in_order(&mut self) {
        self.0.sort_unstable();
        self.0.dedup();
    }
}

async fn until(reached: impl Fn() -> bool) {
    while !reached() {
        sleep(ms(1)).await;
    }
}

/// Mounts a component that uses the topic.
fn mount(with: impl Fn(TopicSignal<Row>) + 'static) -> (TopicSignal<Row>, impl Drop) {
    let slot = Rc::new(Cell::new(None));
    let inner = Rc::clone(&slot);
    let body = document().body().expect("a page has one");
    let handle = mount_to(body, move || {
        let row = use_topic::<Row>();
        with(row);
        inner.set(Some(row));
    });
    (slot.get().expect("it is mounted at once"), Mounted(Some(handle)))
}

/// Unmounts when dropped.
struct Mounted<H>(Option<H>);

impl<H> Drop for Mounted<H> {
    fn drop(&mut self) {
        drop(self.0.take());
    }
}

#[wasm_bindgen_test]
async fn a_task_that_outlives_its_component_is_told_so() {
    install("row", "[1]");
    let (row, mounted) = mount(|_| {});
    until(|| row.version().is_some()).await;
    assert!(row.update(|row| row.0.push(2)).await.is_ok(), "while it lives");
    drop(mounted);
    let edited = row.update(|row| row.0.push(3));
    let tried = row.try_update(|row| if row.0.is_empty() { Err("empty") } else { Ok(()) });
    let refreshed = row.refresh();
    for pending in [edited, tried, refreshed] {
        let error = pending.await.expect_err("its component has gone");
        assert_eq!((error.topic.as_str(), error.fate), ("row", Some(Fate::NotSent)), "{error}");
    }
    assert_eq!((row.try_get(), backend("state")), (None, "[1,2]".to_owned()));
}

/// The other window's replica, once it is there.
type Slot = Rc<Cell<Option<Rc<Replica<Row, Tauri, Browser>>>>>;

/// Another window, which puts the row in order whenever it changes, as an effect does.
struct Tidy(Slot);

impl Observer<Row> for Tidy {
    fn changed(&self, _: &Arc<Row>, _: Version) -> Result<(), String> {
        let replica = self.0.take();
        if let Some(replica) = &replica {
            drop(replica.update(Row::put_in_order));
        }
        self.0.set(replica);
        Ok(())
    }

    fn status(&self, _: Status) {}

    fn failed(&self, _: &SyncError) {}
}

#[wasm_bindgen_test]
async fn effects_that_put_the_state_in_order_come_to_rest() {
    install("row", "[]");
    let (row, mounted) = mount(|row| {
        Effect::new(move |_| {
            row.get();
            drop(row.update(Row::put_in_order));
        });
    });
    let slot = Slot::default();
    let (topic, options) = (TopicName::of::<Row>(), Options::default());
    let other = Replica::start(topic, Tauri, Browser, options, Tidy(Rc::clone(&slot)));
    let other = Rc::new(other);
    slot.set(Some(Rc::clone(&other)));
    until(|| row.version().is_some() && other.version().is_some()).await;

    tell("set([3,1,3])");
    until(|| backend("state") == "[1,3]").await;
    // Ten round trips and more, for whoever would go on.
    for _ in 0..50 {
        sleep(ms(1)).await;
    }
    let writes: u32 = backend("writes").parse().expect("a number");
    assert!((1..=2).contains(&writes), "{writes} writes");
    assert_eq!((row.get_untracked(), other.state()), (Row(vec![1, 3]), Some(Row(vec![1, 3]))));
    slot.take();
    drop(mounted);
}

#[wasm_bindgen_test]
async fn what_a_component_did_can_be_undone_and_done_again_by_signals() {
    install("row", "[1]");
    let told = Rc::new(RefCell::new(Vec::new()));
    let (inner, history) = (Rc::clone(&told), Rc::new(Cell::new(None)));
    let slot = Rc::clone(&history);
    let (row, mounted) = mount(move |row| {
        let (history, told) = (row.undoable(Undo::default()), Rc::clone(&inner));
        slot.set(Some(history));
        Effect::new(move |_| told.borrow_mut().push((history.can_undo(), history.can_redo())));
    });
    let history = history.get().expect("it is mounted at once");
    until(|| row.version().is_some()).await;
    row.update(|row| row.0.push(2)).await.expect("it is made");
    tell("set([0,1,2])");
    until(|| row.get_untracked() == Row(vec![0, 1, 2])).await;
    history.undo().await.expect("it is made");
    assert_eq!((row.get_untracked(), backend("state")), (Row(vec![0, 1]), "[0,1]".to_owned()));
    until(|| told.borrow().last() == Some(&(false, true))).await;
    history.redo().await.expect("it is made");
    assert_eq!(backend("state"), "[0,1,2]");
    until(|| told.borrow().last() == Some(&(true, false))).await;
    assert_eq!(*told.borrow(), [(false, false), (true, false), (false, true), (true, false)]);
    drop(mounted);
    let Err(UndoError::Failed(error)) = history.undo().await else { panic!("it has gone") };
    assert_eq!((error.topic.as_str(), error.fate), ("row", Some(Fate::NotSent)), "{error}");
}
