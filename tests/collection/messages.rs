//! What comes, and what is asked for.

use revgate::wire::Refusal;
use revgate::{Phase, TopicName};
use revgate_client::TransportError;
use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use serde_json::json;

use wasm_bindgen_test::wasm_bindgen_test as window_test;

use crate::harness::{Faults, Network, ms, version};
use crate::{Doc, Window, doc, live};

#[window_test(unsupported = test)]
fn a_window_shows_all_members_sorted_after_one_message() {
    let (backend, window) = live();
    assert_eq!((window.keys(), window.docs.len()), (vec!["a".to_owned(), "b".to_owned()], 2));
    assert_eq!(window.title("b").as_deref(), Some("b"));
    assert_eq!(window.docs.version(), Some(version(2)));
    assert_eq!((backend.subscriptions(), backend.calls()), (1, 1));
    assert_eq!(window.end(window.docs.started()), Ok(version(2)));
}

#[window_test(unsupported = test)]
fn a_change_is_told_of_its_member_alone_and_costs_no_fetch() {
    let (backend, window) = live();
    let keys = window.docs.keys();
    backend.set_member("a", &doc("A"));
    assert_eq!(window.title("a").as_deref(), Some("A"));
    assert_eq!(window.seen.news(), (vec!["a".to_owned()], false));
    assert!(std::rc::Rc::ptr_eq(&keys, &window.docs.keys()));
    assert_eq!((window.docs.version(), backend.fetches()), (Some(version(3)), 1));
}

#[window_test(unsupported = test)]
fn members_come_and_go_and_come_again() {
    let (backend, window) = live();
    backend.set_member("c", &doc("C"));
    assert_eq!((window.keys().join(""), window.seen.news()), ("abc".into(), (vec![], true)));
    assert!(backend.remove_member::<Doc>("a"));
    assert_eq!(window.seen.news(), (vec!["a".to_owned()], true));
    assert_eq!((window.keys().join(""), window.title("a")), ("bc".into(), None));
    backend.set_member("a", &doc("again"));
    assert_eq!(window.title("a").as_deref(), Some("again"));
    assert_eq!(backend.fetches(), 1, "all of it was announced");
}

#[window_test(unsupported = test)]
fn after_a_lost_announcement_what_has_changed_is_fetched() {
    let (backend, window) = live();
    backend.set_member_silently("a", &doc("A"));
    backend.set_member_silently("c", &doc("C"));
    assert_eq!(window.title("a").as_deref(), Some("a"), "nobody has told");
    backend.set_member("b", &doc("B"));
    window.time.settle();
    assert_eq!(window.keys().join(""), "abc");
    assert_eq!(window.titles(), "ABC");
    assert_eq!(backend.fetches(), 2);
}

#[window_test(unsupported = test)]
fn a_backend_that_begins_anew_is_fetched_whole_and_what_it_lacks_is_gone() {
    let (backend, window) = live();
    backend.set_member_silently("b", &doc("B"));
    backend.restart_family::<Doc>();
    window.time.settle();
    assert_eq!(window.title("b").as_deref(), Some("B"));
    assert_eq!(window.docs.version().map(|version| version.epoch.number()), Some(1));
    backend.remove_member::<Doc>("a");
    window.time.settle();
    assert_eq!(window.keys(), ["b"]);
}

#[window_test(unsupported = test)]
fn a_burst_too_large_for_an_announcement_is_fetched_once() {
    let backend = Memory::new().with_family::<Doc>();
    backend.set_member("first", &doc("first"));
    let time = VirtualTime::new();
    let network = Network::new(&backend, &time, 1, Faults::none(ms(5)));
    network.bring();
    let window = Window::open(&time, &network);
    time.advance(ms(100));
    assert_eq!((window.docs.len(), backend.fetches()), (1, 1));
    for number in 0..1_000 {
        backend.set_member_silently(&number.to_string(), &doc("row"));
    }
    backend.set_member("last", &doc("last"));
    time.advance(ms(100));
    assert_eq!((window.docs.len(), backend.fetches()), (1_002, 2));
}

#[window_test(unsupported = test)]
fn a_window_that_may_not_read_all_is_told_so_and_tries_again() {
    let backend = Memory::new();
    let window = Window::open(&VirtualTime::new(), &backend);
    window.time.settle();
    let error = window.seen.errors.borrow().first().cloned().expect("there is no such family");
    assert_eq!((error.topic, error.phase), (TopicName::of::<Doc>(), Phase::Subscribe));
    assert!(error.reason.contains("no topic `doc:*` is registered"), "{}", error.reason);
    assert!(error.retry_in.is_some());
    let _registered = backend.with_family::<Doc>();
    assert!(window.end(window.docs.started()).is_ok());
}

#[window_test(unsupported = test)]
fn an_answer_that_leads_from_what_the_window_does_not_have_is_refused() {
    let (backend, window) = live();
    let patch = json!({"revision": "9", "base": {"revision": "5"}, "patch": {"a": null}});
    backend.answer_next_fetch(Ok(patch));
    let refreshed = window.end(window.docs.refresh());
    assert_eq!(refreshed.map_err(|error| error.phase), Err(Phase::Protocol));
    assert_eq!(window.keys().join(""), "ab");
    backend.answer_next_fetch(Ok(json!({"revision": "9"})));
    let refreshed = window.end(window.docs.refresh());
    assert_eq!(refreshed.map_err(|error| error.phase), Err(Phase::Protocol));
}

#[window_test(unsupported = test)]
fn news_that_cannot_be_read_cost_a_fetch_and_nothing_else() {
    let (backend, window) = live();
    backend.set_member_silently("a", &doc("A"));
    let broken = json!({
        "topic": "doc", "revision": "3", "base": {"revision": "2"}, "patch": {"a": {"data": 5}}
    });
    backend.announce_to_family(&broken, &TopicName::of::<Doc>());
    window.time.settle();
    assert_eq!(window.title("a").as_deref(), Some("A"));
    assert_eq!((backend.fetches(), window.seen.errors.borrow().len()), (2, 0));
}

#[window_test(unsupported = test)]
fn a_failing_fetch_is_reported_and_tried_again() {
    let (backend, window) = live();
    backend.answer_next_fetch(Err(TransportError::Refused(Refusal::Failed {
        reason: "not now".to_owned(),
    })));
    backend.set_member_silently("a", &doc("A"));
    backend.set_member("b", &doc("B"));
    window.time.settle();
    assert_eq!(window.seen.errors.borrow()[0].reason, "not now");
    assert_eq!(window.title("a").as_deref(), Some("a"));
    assert!(window.time.advance_to_next_timer());
    assert_eq!(window.title("a").as_deref(), Some("A"));
}

#[window_test(unsupported = test)]
fn what_is_stopped_shows_and_asks_nothing_more() {
    let (backend, window) = live();
    window.docs.stop();
    backend.set_member("a", &doc("A"));
    window.time.settle();
    assert_eq!((window.title("a").as_deref(), window.seen.news()), (Some("a"), (vec![], false)));
    assert_eq!(backend.subscriptions(), 0);
    assert!(window.end(window.docs.refresh()).is_err());
    assert!(window.end(window.docs.update("a", |doc| doc.likes += 1)).is_err());
}

#[window_test(unsupported = test)]
fn a_page_that_comes_back_subscribes_anew() {
    let (backend, window) = live();
    backend.end_subscriptions_silently();
    backend.set_member("a", &doc("A"));
    window.docs.resume();
    window.time.settle();
    assert_eq!(window.title("a").as_deref(), Some("A"));
    assert_eq!(backend.subscriptions(), 1);
}

#[window_test(unsupported = test)]
fn what_comes_with_a_subscription_is_not_shown_if_newer_was_announced_meanwhile() {
    let backend = Memory::new().with_family::<Doc>();
    backend.set_member("a", &doc("a"));
    let time = VirtualTime::new();
    let network = Network::new(&backend, &time, 1, Faults::none(ms(5)));
    network.bring();
    let window = Window::open(&time, &network);
    // The backend has answered, the window has not heard it.
    time.advance(ms(7));
    backend.set_member("b", &doc("b"));
    time.advance(ms(100));
    assert_eq!((window.titles(), backend.fetches()), ("ab".to_owned(), 1), "news on what came");
    let late = Window::open(&time, &network.beside());
    time.advance(ms(7));
    for row in 0..100 {
        backend.set_member_silently(&row.to_string(), &doc("row"));
    }
    backend.set_member("c", &doc("c"));
    time.advance(ms(100));
    assert_eq!(
        (late.docs.len(), backend.fetches()),
        (103, 4),
        "each fetches once what was too much"
    );
}
