//! Members that a window creates and removes.

use revgate::wire::Refusal;
use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::{Fate, Status};
use wasm_bindgen_test::wasm_bindgen_test as window_test;

use crate::harness::{Faults, Network, ms, version};
use crate::{Doc, Window, doc, live};

/// Two windows that are far from their backend, which has the member `a`.
fn apart() -> (Memory, Network, [Window<Network>; 2]) {
    let backend = Memory::new().with_family::<Doc>();
    backend.set_member("a", &doc("a"));
    let time = VirtualTime::new();
    let network = Network::new(&backend, &time, 1, Faults::none(ms(5)));
    network.bring();
    let windows = [network.clone(), network.beside()].map(|way| Window::open(&time, &way));
    time.advance(ms(100));
    windows.iter().for_each(|window| drop(window.seen.news()));
    (backend, network, windows)
}

#[window_test(unsupported = test)]
fn what_one_window_creates_and_removes_comes_and_goes_in_all() {
    let (backend, _, [here, there]) = apart();
    let created = here.docs.create("b", doc("b"));
    assert_eq!(here.end(created), Ok(version(1)));
    assert_eq!(here.titles(), "ab", "it has ended when it is shown");
    assert_eq!(here.end(here.docs.update("b", |doc| doc.title.push('!'))), Ok(version(2)));
    here.time.advance(ms(100));
    assert_eq!(there.titles(), "ab!");
    let removed = there.docs.remove("b");
    assert_eq!(there.end(removed), Ok(there.docs.version().expect("live")));
    assert_eq!(there.titles(), "a", "it has ended when it is gone");
    here.time.advance(ms(100));
    assert_eq!((here.titles(), backend.member::<Doc>("b")), ("a".to_owned(), None));
    assert_eq!(backend.subscriptions(), 2, "of the family alone");
    for window in [here, there] {
        assert_eq!(*window.seen.errors.borrow(), []);
    }
}

#[window_test(unsupported = test)]
fn what_is_there_already_is_refused_and_stays() {
    let (backend, _, [here, there]) = apart();
    let both = [&here, &there].map(|window| window.docs.create("b", doc(window.titles().as_str())));
    let [first, second] = both.map(|created| here.end(created));
    assert_eq!(first, Ok(version(1)));
    let error = second.expect_err("it was there by then");
    assert_eq!(error.fate, Some(Fate::Refused));
    let exists = Refusal::Exists { topic: "doc:b".to_owned() };
    assert_eq!(error.refusal.as_deref(), Some(&exists));
    assert!(error.reason.contains("`doc:b`"), "{error}");
    assert_eq!(*there.seen.errors.borrow(), [error]);
    assert_eq!(backend.member::<Doc>("b"), Some(doc("a")));
}

#[window_test(unsupported = test)]
fn an_edit_of_what_another_window_removes_is_refused_and_nothing_comes_back() {
    let (backend, _, [here, there]) = apart();
    let edit = here.docs.update("a", |doc| doc.title.push('!'));
    let removed = there.docs.remove("a");
    // Whatever arrives first, one is made after the other.
    backend.remove_member::<Doc>("a");
    let error = here.end(edit).expect_err("it is gone");
    assert_eq!(error.fate, Some(Fate::Refused));
    assert!(matches!(error.refusal.as_deref(), Some(Refusal::UnknownTopic(_))), "{error}");
    assert!(there.end(removed).is_ok(), "it is gone, whoever has removed it");
    here.time.advance(ms(5_000));
    assert_eq!((here.titles(), here.docs.replicas()), (String::new(), 0));
    assert_eq!(backend.members::<Doc>(), []);
}

#[window_test(unsupported = test)]
fn it_ends_also_if_the_announcement_is_lost_and_if_there_is_no_answer() {
    let (_, network, [here, there]) = apart();
    network.set_faults(Faults { loss: 1.0, ..Faults::none(ms(5)) });
    assert_eq!(here.end(here.docs.create("b", doc("b"))), Ok(version(1)));
    assert_eq!(here.titles(), "ab", "it was fetched");
    assert!(here.end(here.docs.remove("a")).is_ok());
    assert_eq!((here.titles(), there.titles()), ("b".to_owned(), "a".to_owned()));
    network.set_faults(Faults::none(ms(60_000)));
    let error = here.end(here.docs.create("c", doc("c"))).expect_err("nobody answers");
    assert_eq!(error.fate, Some(Fate::Unknown), "{error}");
    network.set_faults(Faults::none(ms(5)));
    here.time.advance(ms(600_000));
    assert_eq!((here.titles(), there.titles()), ("bc".to_owned(), "bc".to_owned()));
}

#[window_test(unsupported = test)]
fn what_cannot_be_is_not_asked_for() {
    let (backend, window) = live();
    let calls = backend.calls();
    let malformed = window.end(window.docs.create("not a key", doc("c"))).expect_err("no key");
    assert_eq!(malformed.fate, Some(Fate::NotSent));
    assert!(window.end(window.docs.remove("")).is_err());
    window.docs.stop();
    assert_eq!(window.docs.status(), Status::Stopped);
    let stopped = window.end(window.docs.create("c", doc("c"))).expect_err("it has stopped");
    assert!(stopped.reason.contains("stopped"), "{stopped}");
    assert_eq!((backend.calls(), backend.members::<Doc>().len()), (calls, 2));
}

#[window_test(unsupported = test)]
fn one_that_is_created_again_is_newer_than_what_any_window_remembers() {
    let (backend, window) = live();
    assert!(window.end(window.docs.update("a", |doc| doc.title.push('!'))).is_ok());
    assert!(window.end(window.docs.remove("a")).is_ok());
    let again = window.end(window.docs.create("a", doc("again"))).expect("it is free");
    assert!(again > version(2), "{again}");
    assert_eq!(window.titles(), "againb");
    assert_eq!(backend.member::<Doc>("a"), Some(doc("again")));
}
