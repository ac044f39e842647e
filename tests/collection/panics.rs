//! Other people's code that fails: a `Clone`, a `Drop`, an observer.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use revgate::{Topic, Version};
use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::{Collection, Member, Observer, Options, Status, SyncError};
use serde::{Deserialize, Serialize};

use wasm_bindgen_test::wasm_bindgen_test as window_test;

use crate::harness::ms;
use crate::{Doc, Seen, doc, live};

/// Fails as it was told.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Note(String);

thread_local! {
    static CLONE_PANICS: Cell<bool> = const { Cell::new(false) };
    static DROP_PANICS: Cell<bool> = const { Cell::new(false) };
}

impl Topic for Note {
    const NAME: &'static str = "note";
}

impl Clone for Note {
    fn clone(&self) -> Self {
        assert!(!CLONE_PANICS.get(), "its `Clone` panics");
        Self(self.0.clone())
    }
}

impl Drop for Note {
    fn drop(&mut self) {
        assert!(!DROP_PANICS.get() || std::thread::panicking(), "its `Drop` panics");
    }
}

fn note(text: &str) -> Note {
    Note(text.to_owned())
}

/// A window that shows the notes `a` and `b`, and holds `a`.
struct Notes {
    backend: Memory,
    time: VirtualTime,
    notes: Collection<Note, Memory, VirtualTime>,
    held: Member<Note, Memory, VirtualTime>,
    seen: Seen,
}

impl Notes {
    fn open() -> Self {
        let backend = Memory::new().with_family::<Note>();
        for key in ["a", "b"] {
            backend.set_member(key, &note(key));
        }
        let (time, seen) = (VirtualTime::new(), Seen::default());
        let notes =
            Collection::start(backend.clone(), time.clone(), Options::default(), seen.clone());
        time.settle();
        let held = notes.member("a").expect("well-formed");
        time.settle();
        seen.news();
        Self { backend, time, notes, held, seen }
    }

    fn text(&self, key: &str) -> Option<String> {
        self.notes.get(key).map(|note| note.0.clone())
    }
}

#[window_test(unsupported = test)]
fn a_clone_that_panics_hides_no_news_of_others() {
    let window = Notes::open();
    CLONE_PANICS.set(true);
    // Both with one announcement.
    window.backend.set_member_silently("b", &note("B"));
    window.backend.set_member("a", &note("A"));
    window.time.settle();
    CLONE_PANICS.set(false);
    assert_eq!(window.text("b").as_deref(), Some("B"));
    assert!(window.seen.news().0.contains(&"b".to_owned()));
    window.time.advance(ms(60_000));
    assert_eq!(window.text("a").as_deref(), Some("A"), "fetched in place of copied");
    assert_eq!(window.held.state(), Some(note("A")));
}

#[window_test(unsupported = test)]
fn a_clone_that_panics_hides_no_coming_and_going() {
    let window = Notes::open();
    CLONE_PANICS.set(true);
    window.backend.set_member_silently("a", &note("A"));
    window.backend.set_member_silently("c", &note("C"));
    drop(window.notes.refresh());
    window.time.settle();
    CLONE_PANICS.set(false);
    assert_eq!(window.text("c").as_deref(), Some("C"));
    assert!(window.seen.news().1, "told that one has come");
    window.time.advance(ms(60_000));
    assert_eq!(window.text("a").as_deref(), Some("A"));
}

#[window_test(unsupported = test)]
fn a_drop_that_panics_hides_no_news() {
    let window = Notes::open();
    let (b, c) = (note("B"), note("C"));
    DROP_PANICS.set(true);
    window.backend.set_member_silently("b", &b);
    window.backend.set_member_silently("c", &c);
    drop(window.notes.refresh());
    window.time.settle();
    DROP_PANICS.set(false);
    assert_eq!(window.seen.news(), (vec!["b".to_owned()], true));
    assert_eq!((window.text("b").as_deref(), window.text("c").as_deref()), (Some("B"), Some("C")));
}

/// Keeps the titles that it was shown, and answers as it was told.
#[derive(Clone)]
struct Told {
    titles: Rc<RefCell<Vec<String>>>,
    answer: Answer,
}

type Answer = fn() -> Result<(), String>;

impl Told {
    fn new(answer: Answer) -> Self {
        Self { titles: Rc::default(), answer }
    }
}

impl Observer<Doc> for Told {
    fn changed(&self, doc: &Arc<Doc>, _: Version) -> Result<(), String> {
        self.titles.borrow_mut().push(doc.title.clone());
        (self.answer)()
    }

    fn status(&self, _: Status) {
        drop((self.answer)());
    }

    fn failed(&self, _: &SyncError) {
        drop((self.answer)());
    }
}

const PANIC: Answer = || panic!("it panics");

#[window_test(unsupported = test)]
fn an_observer_of_a_member_that_refuses_or_panics_keeps_no_other_from_being_told() {
    let refuse = || Err("it cannot be shown here".to_owned());
    let reasons: [(Answer, &str); 2] =
        [(refuse, "it cannot be shown here"), (PANIC, "the observer panicked")];
    for (answer, reason) in reasons {
        let (backend, window) = live();
        let (first, second) = (Told::new(answer), Told::new(|| Ok(())));
        let _first = window.docs.observed("a", first.clone()).expect("well-formed");
        let _second = window.docs.observed("a", second.clone()).expect("well-formed");
        window.time.settle();
        backend.set_member("a", &doc("A"));
        // The replica tries again what the first has refused.
        assert!(window.time.advance_to_next_timer());
        assert_eq!(second.titles.borrow().last().map(String::as_str), Some("A"));
        let errors = window.seen.errors.borrow();
        assert!(errors.iter().any(|error| error.reason.starts_with(reason)), "{errors:?}");
    }
}

#[window_test(unsupported = test)]
fn an_observer_that_panics_at_once_is_told_of_what_comes() {
    let (backend, window) = live();
    let _held = window.docs.member("a").expect("well-formed");
    window.time.settle();
    let told = Told::new(PANIC);
    let _observed = window.docs.observed("a", told.clone()).expect("well-formed");
    backend.set_member("a", &doc("A"));
    window.time.settle();
    assert_eq!(*told.titles.borrow(), ["a", "A"]);
}
