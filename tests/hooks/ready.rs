//! What is shown before the first state, and while something is under way.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::future::sleep;
use leptos::mount::mount_to;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;
use revgate::Topic;
use revgate_leptos::{TopicSignal, use_topic, use_topic_of};
use serde::{Deserialize, Serialize};
use wasm_bindgen_test::wasm_bindgen_test;

use super::page::{backend, install, tell};
use super::{Mounted, until};
use crate::harness::ms;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Doc {
    title: String,
}

impl Topic for Doc {
    const NAME: &'static str = "paper";
}

/// A place in the page, and what is mounted there.
struct Place {
    host: HtmlElement,
    _mounted: Box<dyn Any>,
}

fn mount<V: IntoView + 'static>(view: impl FnOnce() -> V + 'static) -> Place {
    let host: HtmlElement = document().create_element("div").expect("a div").unchecked_into();
    document().body().expect("a page has one").append_child(&host).expect("it takes it");
    let handle = mount_to(host.clone(), view);
    Place { host, _mounted: Box::new(Mounted(Some(handle))) }
}

impl Place {
    fn text(&self) -> String {
        self.host.text_content().unwrap_or_default()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.host.remove();
    }
}

async fn turns() {
    for _ in 0..5 {
        sleep(ms(1)).await;
    }
}

#[component]
fn Title() -> impl IntoView {
    let doc = use_topic::<Doc>();
    view! { <p>"title: " {move || doc.get().title}</p> }
}

#[wasm_bindgen_test]
async fn in_a_suspense_nothing_is_shown_with_defaults() {
    install("paper", "{ title: 'first' }");
    tell("hold()");
    let place = mount(|| view! { <Suspense fallback=|| "wait"><Title /></Suspense> });
    turns().await;
    assert_eq!(place.text(), "wait");
    tell("release()");
    until(|| place.text() != "wait").await;
    assert_eq!(place.text(), "title: first");
    tell("set({ title: 'second' })");
    until(|| place.text() != "title: first").await;
    assert_eq!(place.text(), "title: second", "nothing waits any more");
}

#[wasm_bindgen_test]
async fn what_was_used_outside_holds_the_suspense_that_it_is_read_in() {
    install("paper", "{ title: 'first' }");
    tell("hold()");
    let place = mount(|| {
        let doc = use_topic::<Doc>();
        view! { <Suspense fallback=|| "wait"><p>{move || doc.with(|doc| doc.title.clone())}</p></Suspense> }
    });
    turns().await;
    assert_eq!(place.text(), "wait");
    tell("release()");
    until(|| place.text() == "first").await;
}

#[wasm_bindgen_test]
async fn a_component_that_is_gone_holds_no_suspense() {
    install("paper", "{ title: 'first' }");
    tell("hold()");
    let is_there = RwSignal::new(true);
    let place = mount(move || {
        view! {
            <Suspense fallback=|| "wait">
                <Show when=move || is_there.get() fallback=|| "without it">
                    <Title />
                </Show>
            </Suspense>
        }
    });
    turns().await;
    assert_eq!(place.text(), "wait");
    is_there.set(false);
    until(|| place.text() == "without it").await;
    tell("release()");
}

#[wasm_bindgen_test]
async fn a_transition_shows_what_was_there_until_the_next_has_come() {
    install("paper", "{ title: 'first' }");
    let key = RwSignal::new("1");
    let place = mount(move || {
        let title = move || {
            let (key, doc) = (key.get(), use_topic_of::<Doc>(key.get()));
            Suspend::new(async move {
                let doc = doc.ok()?;
                doc.loaded().await.ok()?;
                doc.try_get().map(|doc| format!("{key}: {}", doc.title))
            })
        };
        view! { <Transition fallback=|| "wait">{title}</Transition> }
    });
    until(|| place.text() == "1: first").await;
    tell("hold()");
    key.set("2");
    turns().await;
    assert_eq!(place.text(), "1: first");
    tell("release()");
    until(|| place.text() == "2: first").await;
}

/// Mounts nothing that is seen.
fn mount_unseen(with: impl Fn(TopicSignal<Doc>) + 'static) -> (TopicSignal<Doc>, Place) {
    let slot = Rc::new(Cell::new(None));
    let inner = Rc::clone(&slot);
    let place = mount(move || {
        let doc = use_topic::<Doc>();
        with(doc);
        inner.set(Some(doc));
    });
    (slot.get().expect("it is mounted at once"), place)
}

#[wasm_bindgen_test]
async fn ready_wakes_its_readers_once_and_pending_when_something_is_under_way() {
    install("paper", "{ title: 'first' }");
    let told = Rc::new(RefCell::new(Vec::new()));
    let inner = Rc::clone(&told);
    let (doc, _place) = mount_unseen(move |doc| {
        let (ready, pending) = (Rc::clone(&inner), Rc::clone(&inner));
        Effect::new(move |_| ready.borrow_mut().push(("ready", doc.is_ready())));
        Effect::new(move |_| pending.borrow_mut().push(("pending", doc.pending())));
    });
    doc.loaded().await.expect("it comes");
    turns().await;
    assert_eq!(told.take(), [("ready", false), ("pending", false), ("ready", true)]);
    tell("hold()");
    let edited = doc.update(|doc| doc.title.push('!'));
    turns().await;
    assert_eq!(told.take(), [("pending", true)]);
    tell("release()");
    edited.await.expect("it is made");
    turns().await;
    assert_eq!(told.take(), [("pending", false)]);
    tell("refuse('title', 'no')");
    let refused = doc.update(|doc| doc.title.push('?'));
    refused.await.expect_err("it is refused");
    turns().await;
    assert_eq!(told.take(), [("pending", true), ("pending", false)]);
    tell("set({ title: 'second' })");
    until(|| doc.get_untracked().title == "second").await;
    turns().await;
    assert_eq!(told.take(), []);
}

#[wasm_bindgen_test]
async fn replace_sets_the_state_whatever_it_is_by_then() {
    install("paper", "{ title: 'first' }");
    let (doc, _place) = mount_unseen(|_| {});
    doc.loaded().await.expect("it comes");
    tell("hold()");
    let replaced = doc.replace(Doc { title: "mine".to_owned() });
    assert_eq!(doc.get_untracked().title, "mine", "shown at once");
    turns().await;
    tell("set({ title: 'theirs' })");
    tell("release()");
    replaced.await.expect("it is made");
    assert_eq!(
        (doc.get_untracked().title, backend("state.title")),
        ("mine".to_owned(), "\"mine\"".to_owned())
    );
}
