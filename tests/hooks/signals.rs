//! A topic as the signal that it is, and what has failed of it.

use std::cell::Cell;
use std::rc::Rc;

use gloo_timers::future::sleep;
use leptos::mount::mount_to;
use leptos::prelude::*;
use revgate::wire::Refusal;
use revgate::{Invalid, Topic};
use revgate_client::{Fate, Status};
use revgate_leptos::{TopicSignal, use_topic_of_or, use_topic_or};
use serde::{Deserialize, Serialize};
use wasm_bindgen_test::wasm_bindgen_test;

use super::page::{backend, install, tell};
use super::{Mounted, until};
use crate::harness::ms;

/// It has no default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Door {
    Open,
    Shut { by: String },
}

impl Topic for Door {
    const NAME: &'static str = "door";

    fn validate(&self) -> Result<(), Invalid> {
        match self {
            Self::Shut { by } if by.is_empty() => Err(Invalid::new("Shut.by", "nobody shuts it")),
            _ => Ok(()),
        }
    }
}

fn shut(by: &str) -> Door {
    Door::Shut { by: by.to_owned() }
}

/// A component that uses the topic, and what else `of` makes there.
fn mount<U: 'static>(of: fn(TopicSignal<Door>) -> U) -> (TopicSignal<Door>, U, impl Drop) {
    let slot = Rc::new(Cell::new(None));
    let filled = Rc::clone(&slot);
    let handle = mount_to(document().body().expect("a page has one"), move || {
        let door = use_topic_or(|| Door::Open);
        filled.set(Some((door, of(door))));
    });
    let (door, made) = slot.take().expect("it is mounted at once");
    (door, made, Mounted(Some(handle)))
}

async fn turns() {
    for _ in 0..5 {
        sleep(ms(1)).await;
    }
}

#[wasm_bindgen_test]
async fn a_topic_is_a_signal_that_needs_no_default() {
    install("door", r#"{ Shut: { by: "wind" } }"#);
    tell("hold()");
    let (door, (signal, seen), _mounted) = mount(|door| {
        let signal: Signal<Door> = door.into();
        let seen = RwSignal::new(Vec::new());
        // Whatever reads a signal tracks it: the topic itself, and what it was made into.
        Effect::new(move |_| {
            let is_open = door.with(|door| *door == Door::Open);
            seen.update(|seen| seen.push((is_open, signal.get())));
        });
        (signal, seen)
    });
    turns().await;
    assert_eq!((door.is_ready(), door.get_untracked()), (false, Door::Open), "till then");
    tell("release()");
    until(|| untrack(|| door.is_ready())).await;
    turns().await;
    assert_eq!(seen.get_untracked(), [(true, Door::Open), (false, shut("wind"))]);
    tell("set('Open')");
    until(|| *door.read_untracked() == Door::Open).await;
    turns().await;
    assert_eq!(seen.get_untracked().last(), Some(&(true, Door::Open)));
    assert_eq!(signal.get_untracked(), Door::Open);
    assert!(use_topic_of_or("no name", || Door::Open).is_err());
}

#[wasm_bindgen_test]
async fn a_refused_write_is_the_last_word_until_the_next_write_or_somebody_has_read_it() {
    install("door", "'Open'");
    let (door, (), _mounted) = mount(|_| ());
    until(|| untrack(|| door.is_ready())).await;
    let refused_by = |whom: &'static str| async move {
        let error = door.update(move |door| *door = shut(whom)).await.expect_err("refused");
        assert_eq!(untrack(|| door.write_error()), Some(error.clone()));
        error
    };

    // By the backend, and here.
    tell("refuse('Shut.by', 'not today')");
    let error = refused_by("wind").await;
    let invalid = Box::new(Refusal::Invalid(Invalid::new("Shut.by", "not today")));
    assert_eq!((error.fate, error.path()), (Some(Fate::Refused), Some("Shut.by")));
    assert_eq!(error.refusal, Some(invalid));
    for by in ["one", "two", "three"] {
        tell(&format!("set({{ Shut: {{ by: '{by}' }} }})"));
        until(|| door.get_untracked() == shut(by)).await;
        assert_eq!(untrack(|| door.status()), Status::Live);
        let [any, write, link] = untrack(|| [door.error(), door.write_error(), door.link_error()]);
        assert_eq!((any, write, link), (Some(error.clone()), Some(error.clone()), None));
    }

    let written = door.update(|door| *door = Door::Open);
    assert_eq!(untrack(|| door.write_error()), None, "something else is written");
    written.await.expect("it is taken");
    let writes = backend("writes");
    let error = refused_by("").await;
    assert_eq!((error.fate, error.path()), (Some(Fate::NotSent), Some("Shut.by")));
    assert_eq!(backend("writes"), writes);
    door.dismiss_error();
    assert_eq!(untrack(|| door.error()), None);

    // What ails the link takes nobody's place, and goes by itself.
    let error = refused_by("").await;
    tell("listeners.forEach(listener => listener({ index: 0, message: 'no news' }))");
    until(|| untrack(|| door.link_error()).is_some()).await;
    assert_eq!(untrack(|| door.error()), Some(error.clone()));
    tell("set({ Shut: { by: 'four' } })");
    until(|| untrack(|| door.link_error()).is_none()).await;
    assert_eq!(untrack(|| door.error()), Some(error));
}

#[wasm_bindgen_test]
async fn whether_a_window_may_write_is_known_once_the_state_is_there() {
    for (what, expected) in
        [("revision", true), ("mayWrite = false", false), ("denied = true", false)]
    {
        install("door", "'Open'");
        tell(what);
        tell("hold()");
        let (door, seen, _mounted) = mount(|door| {
            let seen = RwSignal::new(Vec::new());
            Effect::new(move |_| {
                let may = door.can_write();
                seen.update(|seen| seen.push(may));
            });
            seen
        });
        turns().await;
        assert_eq!(seen.get_untracked(), [false], "not before there is something");
        tell("release()");
        until(|| untrack(|| door.is_ready())).await;
        turns().await;
        assert_eq!(untrack(|| door.can_write()), expected, "{what}");
        assert_eq!(seen.get_untracked().last(), Some(&expected));
    }
}
