//! A window that shows one part of a large state.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use gloo_timers::future::sleep;
use leptos::mount::mount_to;
use leptos::prelude::*;
use revgate::{Topic, TopicPart};
use revgate_leptos::{TopicSignal, use_topic_part};
use serde::{Deserialize, Serialize};
use wasm_bindgen_test::wasm_bindgen_test;

use super::page::{backend, install, tell};
use super::{Mounted, until};
use crate::harness::ms;

#[derive(Clone, Default, Serialize, Deserialize)]
struct Board {
    docs: BTreeMap<u32, Doc>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Doc {
    title: String,
}

impl Topic for Board {
    const NAME: &'static str = "board";
}

type DocSignal = TopicSignal<TopicPart<Doc>>;

/// Mounts so many components that show the title, and count how often they do.
fn mount(components: usize, shown: &Rc<Cell<usize>>) -> (DocSignal, impl Drop) {
    let slot = Rc::new(Cell::new(None));
    let (inner, shown) = (Rc::clone(&slot), Rc::clone(shown));
    let body = document().body().expect("a page has one");
    let handle = mount_to(body, move || {
        for _ in 0..components {
            let doc = use_topic_part::<Board, Doc>("/docs/42").expect("a pointer");
            let title = doc.select(|doc| doc.value.as_ref().map(|doc| doc.title.clone()));
            let shown = Rc::clone(&shown);
            Effect::new(move |_| {
                title.with(|_| shown.set(shown.get() + 1));
            });
            inner.set(Some(doc));
        }
    });
    (slot.get().expect("it is mounted at once"), Mounted(Some(handle)))
}

fn title(doc: DocSignal) -> Option<String> {
    doc.get_untracked().value.map(|doc| doc.title)
}

#[wasm_bindgen_test]
async fn a_part_is_a_signal_of_its_own_with_one_subscription_for_all() {
    install("board#/docs/42", "{ value: { title: 'a' } }");
    let shown = Rc::new(Cell::new(0));
    let (doc, _mounted) = mount(100, &shown);
    until(|| title(doc).as_deref() == Some("a")).await;
    assert_eq!(["subscriptions", "snapshots"].map(backend), ["1", "1"]);
    sleep(ms(20)).await;

    let before = shown.get();
    tell("set({ value: { title: 'b' } })");
    until(|| title(doc).as_deref() == Some("b")).await;
    sleep(ms(20)).await;
    assert_eq!(shown.get() - before, 100, "each is told once");

    let rename = |part: &mut TopicPart<Doc>| {
        part.value.iter_mut().for_each(|doc| "c".clone_into(&mut doc.title));
    };
    assert!(doc.update(rename).await.is_ok());
    assert_eq!(backend("state"), r#"{"value":{"title":"c"}}"#);

    tell("refuse('docs.42.title', 'no')");
    assert!(doc.replace(TopicPart { value: None }).await.is_err());
    assert!(doc.error().is_some_and(|error| error.to_string().contains("docs.42.title: no")));
    assert_eq!(title(doc).as_deref(), Some("c"));

    tell("set({})");
    until(|| title(doc).is_none()).await;
    assert_eq!(["subscriptions", "snapshots"].map(backend), ["1", "1"]);
}

#[wasm_bindgen_test]
fn what_is_no_pointer_is_an_error_that_says_so() {
    let error = use_topic_part::<Board, Doc>("docs").err().map(|error| error.to_string());
    assert!(error.is_some_and(|error| error.starts_with("`docs` leads to no part of `board`")));
}
