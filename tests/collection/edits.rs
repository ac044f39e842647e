//! Members that a window changes.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use revgate::Version;
use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::{ActError, Fate, Observer, Pending, Status, SyncError, Undo};

use wasm_bindgen_test::wasm_bindgen_test as window_test;

use crate::harness::{Faults, Network, ms, version};
use crate::{Doc, ENOUGH, Like, Window, doc, live};

#[window_test(unsupported = test)]
fn an_edit_is_shown_here_at_once_and_then_everywhere() {
    let backend = Memory::new().with_family::<Doc>();
    backend.set_member("a", &doc("a"));
    let time = VirtualTime::new();
    let network = Network::new(&backend, &time, 1, Faults::none(ms(5)));
    network.bring();
    let (here, there) = (Window::open(&time, &network), Window::open(&time, &network.beside()));
    time.advance(ms(100));
    here.seen.news();
    let edit = here.docs.update("a", |doc| doc.title.push('!'));
    assert_eq!(here.title("a").as_deref(), Some("a!"), "in the moment that it is made");
    time.settle();
    assert_eq!((here.seen.news(), backend.writes()), ((vec!["a".to_owned()], false), 0));
    assert_eq!(here.end(edit), Ok(version(2)));
    time.advance(ms(100));
    assert_eq!((here.titles(), there.titles()), ("a!".to_owned(), "a!".to_owned()));
    assert_eq!(here.seen.news().0.len(), 0, "nor is it shown a second time");
    assert_eq!((backend.subscriptions(), backend.fetches()), (2, 2), "of the family alone");
}

#[window_test(unsupported = test)]
fn edits_of_both_windows_are_kept() {
    let (backend, here) = live();
    let there = Window::open(&here.time, &backend);
    here.time.settle();
    let edits = [
        here.docs.update("a", |doc| doc.title.push('1')),
        there.docs.update("a", |doc| doc.likes += 1),
        here.docs.update("b", |doc| doc.title.push('2')),
    ];
    for edit in edits {
        here.end(edit).expect("made");
    }
    for window in [here, there] {
        window.time.settle();
        assert_eq!(window.docs.get("a").as_deref(), Some(&Doc { title: "a1".into(), likes: 1 }));
        assert_eq!(window.title("b").as_deref(), Some("b2"));
    }
}

#[window_test(unsupported = test)]
fn an_action_is_done_to_a_member_once_and_refused_in_its_own_words() {
    let (backend, window) = live();
    assert_eq!(window.end(window.docs.act("a", Like)), Ok(version(2)));
    assert_eq!(window.docs.get("a").map(|doc| doc.likes), Some(1));
    assert_eq!(backend.actions(), 1);
    backend.set_member("a", &Doc { likes: ENOUGH, ..doc("a") });
    let refused = window.end(window.docs.act("a", Like));
    assert!(matches!(&refused, Err(ActError::Refused(why)) if why == "it is liked enough"));
}

#[window_test(unsupported = test)]
fn what_is_no_member_cannot_be_changed() {
    let (backend, window) = live();
    for key in ["c", "not a key"] {
        let error = window.end(window.docs.update(key, |doc| doc.likes += 1)).expect_err(key);
        assert_eq!((error.fate, error.reason.contains(key)), (Some(Fate::NotSent), true));
        assert!(window.end(window.docs.act(key, Like)).is_err());
    }
    assert_eq!((backend.writes(), window.seen.errors.borrow().len()), (0, 4));
}

#[window_test(unsupported = test)]
fn an_edit_before_the_first_state_waits_for_it() {
    let backend = Memory::new().with_family::<Doc>();
    backend.set_member("a", &doc("a"));
    let window = Window::open(&VirtualTime::new(), &backend);
    let edit = window.docs.update("a", |doc| doc.title.push('!'));
    assert_eq!(window.end(edit), Ok(version(2)));
    assert_eq!(window.title("a").as_deref(), Some("a!"));
    assert_eq!(backend.subscriptions(), 1);
}

#[window_test(unsupported = test)]
fn an_edit_that_nobody_waits_for_is_made_and_its_replica_ends() {
    let (backend, window) = live();
    drop(window.docs.update("a", |doc| doc.title.push('!')));
    window.time.settle();
    assert_eq!(window.title("a").as_deref(), Some("a!"));
    window.time.advance(ms(2_000));
    assert_eq!(window.docs.replicas(), 0);
    assert_eq!(window.title("a").as_deref(), Some("a!"), "the collection knows it");
    backend.set_member("a", &doc("A"));
    assert_eq!(window.title("a").as_deref(), Some("A"));
}

#[window_test(unsupported = test)]
fn a_member_has_all_that_a_replica_has() {
    let (backend, window) = live();
    let member = window.docs.member("a").expect("well-formed");
    member.undoable(Undo::default());
    assert!(window.end(member.started()).is_ok());
    window.end(member.update(|doc| doc.title.push('!'))).expect("made");
    backend.set_member("a", &Doc { likes: 7, ..doc("a!") });
    assert_eq!(window.end(member.undo()).map(drop), Ok(()));
    window.time.settle();
    assert_eq!(window.docs.get("a").as_deref(), Some(&Doc { likes: 7, ..doc("a") }));
    assert_eq!(member.state(), Some(Doc { likes: 7, ..doc("a") }));
    assert_eq!(member.status(), Status::Live);
    assert_eq!((backend.subscriptions(), backend.fetches()), (1, 1), "of the family alone");
}

/// Keeps what it was told can be undone, and is under way.
#[derive(Clone, Default)]
struct Buttons(Rc<Cell<(bool, bool, bool)>>);

impl Observer<Doc> for Buttons {
    fn changed(&self, _: &Arc<Doc>, _: Version) -> Result<(), String> {
        Ok(())
    }

    fn status(&self, _: Status) {}

    fn undoable(&self, can_undo: bool, can_redo: bool) {
        self.0.set((can_undo, can_redo, self.0.get().2));
    }

    fn pending(&self, is_pending: bool) {
        let (can_undo, can_redo, _) = self.0.get();
        self.0.set((can_undo, can_redo, is_pending));
    }

    fn failed(&self, _: &SyncError) {}
}

#[window_test(unsupported = test)]
fn who_takes_a_member_up_again_is_told_what_can_be_undone_and_is_under_way() {
    let (_, window) = live();
    let open = || {
        let buttons = Buttons::default();
        let member = window.docs.observed("a", buttons.clone()).expect("well-formed");
        (member, buttons)
    };
    let (member, buttons) = open();
    member.undoable(Undo::default());
    window.end(member.update(|doc| doc.title.push('!'))).expect("made");
    assert_eq!(buttons.0.get(), (true, false, false));
    let edit = member.update(|doc| doc.likes += 1);
    drop(member);
    let (member, buttons) = open();
    assert_eq!(buttons.0.get(), (true, false, true));
    window.end(edit).expect("made");
    assert_eq!(buttons.0.get(), (true, false, false));
    window.end(member.undo()).expect("made");
    assert_eq!(buttons.0.get(), (false, true, false), "both edits are one step");
}

/// Keeps the titles that it was shown.
#[derive(Clone, Default)]
struct Titles(Rc<RefCell<Vec<String>>>);

impl Observer<Doc> for Titles {
    fn changed(&self, doc: &Arc<Doc>, _: Version) -> Result<(), String> {
        self.0.borrow_mut().push(doc.title.clone());
        Ok(())
    }

    fn status(&self, _: Status) {}

    fn failed(&self, _: &SyncError) {}
}

#[window_test(unsupported = test)]
fn all_who_hold_a_member_share_its_replica_and_are_told_till_they_let_go() {
    let (backend, window) = live();
    let (first, second) = (Titles::default(), Titles::default());
    let one = window.docs.observed("a", first.clone()).expect("well-formed");
    window.time.settle();
    let other = window.docs.observed("a", second.clone()).expect("well-formed");
    assert_eq!(*second.0.borrow(), ["a"], "as it is");
    drop(window.docs.update("a", |doc| doc.title.push('!')));
    window.time.settle();
    drop(other);
    backend.set_member("a", &doc("A"));
    first.0.borrow_mut().dedup();
    assert_eq!(*first.0.borrow(), ["a", "a!", "A"]);
    second.0.borrow_mut().dedup();
    assert_eq!(*second.0.borrow(), ["a", "a!"]);
    window.time.advance(ms(2_000));
    assert_eq!(window.docs.replicas(), 1, "somebody holds it");
    drop(one);
    window.time.advance(ms(2_000));
    assert_eq!(window.docs.replicas(), 0);
}

#[window_test(unsupported = test)]
fn a_member_that_is_removed_is_gone_with_its_edits_and_can_come_again() {
    let (backend, window) = live();
    let member = window.docs.member("a").expect("well-formed");
    assert!(window.end(member.started()).is_ok());
    backend.remove_member::<Doc>("a");
    window.time.settle();
    assert_eq!(window.docs.get("a"), None);
    assert!(matches!(member.status(), Status::Retrying { .. }));
    backend.set_member("a", &doc("again"));
    window.time.settle();
    assert_eq!(member.status(), Status::Live);
    window.end(member.update(|doc| doc.title.push('!'))).expect("made");
    assert_eq!(window.title("a").as_deref(), Some("again!"));
    window.end(window.docs.update("a", |doc| doc.title.push('?'))).expect("made");
    assert_eq!(member.state(), Some(doc("again!?")), "by the same replica");
    assert_eq!((backend.subscriptions(), window.docs.replicas()), (1, 1));
}

#[window_test(unsupported = test)]
fn what_is_left_of_an_edit_goes_with_its_member_and_says_nothing() {
    let (backend, window) = live();
    window.end(window.docs.update("a", |doc| doc.title.push('!'))).expect("made");
    assert_eq!(window.docs.replicas(), 1, "kept for the next edit");
    let calls = backend.calls();
    backend.remove_member::<Doc>("a");
    window.time.settle();
    assert_eq!((window.titles(), window.docs.replicas()), ("b".to_owned(), 0));
    backend.set_member("a", &doc("again"));
    window.time.advance(ms(2_000));
    assert_eq!((window.titles(), backend.calls()), ("againb".to_owned(), calls));
    assert_eq!(*window.seen.errors.borrow(), []);
    window.end(window.docs.update("a", |doc| doc.title.push('!'))).expect("made");
    assert_eq!(window.title("a").as_deref(), Some("again!"));
}

/// A window far from its backend, and its edit of the member `a`, which has not arrived yet.
fn editing() -> (Window<Network>, Memory, Pending) {
    let backend = Memory::new().with_family::<Doc>();
    backend.set_member("a", &doc("a"));
    let time = VirtualTime::new();
    let network = Network::new(&backend, &time, 1, Faults::none(ms(5)));
    network.bring();
    let window = Window::open(&time, &network);
    time.advance(ms(100));
    let edit = window.docs.update("a", |doc| doc.title.push('!'));
    time.advance(ms(1));
    (window, backend, edit)
}

#[window_test(unsupported = test)]
fn an_edit_under_way_when_its_member_goes_fails_and_no_more_is_said() {
    let (window, backend, edit) = editing();
    backend.remove_member::<Doc>("a");
    let error = window.end(edit).expect_err("it came too late");
    assert_eq!(error.fate, Some(Fate::Refused), "{error}");
    window.time.advance(ms(5_000));
    assert_eq!((window.titles(), window.docs.replicas()), (String::new(), 0));
    assert_eq!(*window.seen.errors.borrow(), [error], "nor that nobody subscribes to it");
}

#[window_test(unsupported = test)]
fn whoever_takes_up_what_is_left_of_an_edit_hears_that_its_member_has_gone() {
    let (window, backend, _) = editing();
    backend.remove_member::<Doc>("a");
    window.time.advance(ms(6));
    let member = window.docs.member("a").expect("well-formed");
    window.time.advance(ms(100));
    assert!(matches!(member.status(), Status::Retrying { .. }));
    backend.set_member("a", &doc("again"));
    window.time.advance(ms(100));
    assert_eq!((member.status(), member.state()), (Status::Live, Some(doc("again"))));
}

#[window_test(unsupported = test)]
fn an_edit_under_way_when_its_member_goes_and_comes_again_is_made_on_that() {
    let (window, backend, edit) = editing();
    backend.remove_member::<Doc>("a");
    window.time.advance(ms(1));
    backend.set_member("a", &doc("again"));
    assert!(window.end(edit).is_ok(), "it is made again on that");
    window.time.advance(ms(100));
    assert_eq!(window.titles(), "again!");
    assert_eq!(*window.seen.errors.borrow(), []);
}

#[window_test(unsupported = test)]
fn a_member_that_comes_again_is_shown_at_once_by_who_observes_it_and_can_be_edited() {
    let (backend, window) = live();
    let titles = Titles::default();
    let member = window.docs.observed("a", titles.clone()).expect("well-formed");
    window.time.settle();
    backend.remove_member::<Doc>("a");
    window.time.advance(ms(120_000));
    assert!(matches!(member.status(), Status::Retrying { .. }));
    backend.set_member("a", &doc("again"));
    window.time.settle();
    assert_eq!(titles.0.borrow().last().map(String::as_str), Some("again"));
    drop(member.update(|doc| doc.title.push('!')));
    assert_eq!(window.title("a").as_deref(), Some("again!"));
    window.time.settle();
    assert_eq!(backend.member::<Doc>("a"), Some(doc("again!")));
    assert_eq!(backend.subscriptions(), 1, "of the family alone");
}

#[window_test(unsupported = test)]
fn a_member_outlives_the_collection_by_a_subscription_of_its_own() {
    let (backend, window) = live();
    let member = window.docs.member("a").expect("well-formed");
    assert!(window.end(member.started()).is_ok());
    window.docs.stop();
    while backend.subscriptions() == 0 {
        assert!(window.time.advance_to_next_timer());
    }
    backend.set_member("a", &doc("A"));
    window.time.settle();
    assert_eq!(member.state(), Some(doc("A")));
}
