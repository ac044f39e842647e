//! Members whose states are large.

use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;

use wasm_bindgen_test::wasm_bindgen_test as window_test;

use crate::harness::{ms, version};
use crate::{Doc, Window, doc};

fn large(letter: char) -> Doc {
    doc(&letter.to_string().repeat(7_000))
}

/// A backend with a large document and a small one, and a window.
fn opened() -> (Memory, Window<Memory>) {
    let backend = Memory::new().with_family::<Doc>();
    backend.set_member("large", &large('a'));
    backend.set_member("small", &doc("small"));
    let window = Window::open(&VirtualTime::new(), &backend);
    window.time.settle();
    window.seen.news();
    (backend, window)
}

fn letter(window: &Window<Memory>) -> Option<char> {
    window.title("large").and_then(|title| title.chars().next())
}

#[window_test(unsupported = test)]
fn a_large_member_is_fetched_when_somebody_wants_it() {
    let (backend, window) = opened();
    assert_eq!((window.docs.len(), backend.fetches()), (2, 1));
    assert_eq!(window.docs.get("large"), None);
    window.time.settle();
    assert_eq!(window.seen.news(), (vec!["large".to_owned()], false));
    assert_eq!((letter(&window), backend.fetches()), (Some('a'), 2));
    window.time.advance(ms(2_000));
    assert_eq!((letter(&window), window.docs.replicas()), (Some('a'), 0), "it is kept");
    assert_eq!((backend.fetches(), backend.subscriptions()), (2, 1));
}

#[window_test(unsupported = test)]
fn a_newer_one_is_fetched_if_somebody_wants_it_and_the_older_shown_till_then() {
    let (backend, window) = opened();
    window.docs.get("large");
    window.time.advance(ms(2_000));
    window.seen.news();
    backend.set_member("large", &large('b'));
    window.time.settle();
    assert_eq!(window.seen.news(), (vec!["large".to_owned()], false));
    assert_eq!((letter(&window), backend.fetches()), (Some('a'), 2), "nobody wanted it");
    window.time.settle();
    assert_eq!((letter(&window), backend.fetches()), (Some('b'), 3));
    backend.set_member("large", &doc("small now"));
    window.time.settle();
    assert_eq!((window.title("large").as_deref(), backend.fetches()), (Some("small now"), 3));
}

#[window_test(unsupported = test)]
fn a_large_member_can_be_edited_by_a_subscription_of_its_own() {
    let (backend, window) = opened();
    let edit = window.docs.update("large", |doc| doc.likes += 1);
    assert_eq!(window.end(edit), Ok(version(2)));
    assert_eq!(backend.subscriptions(), 2);
    assert_eq!(window.docs.get("large").map(|doc| doc.likes), Some(1));
    window.time.advance(ms(2_000));
    assert_eq!((backend.subscriptions(), window.docs.replicas()), (1, 0));
    assert_eq!(window.docs.get("large").map(|doc| doc.likes), Some(1));
}
