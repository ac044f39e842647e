//! Members that are let go of while something of them is under way.

use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::{Acting, Fate, Member, Undo};

use wasm_bindgen_test::wasm_bindgen_test as window_test;

use crate::harness::{Faults, Network, ms, version};
use crate::{Doc, Like, Window, doc};

type Held = Member<Doc, Network, VirtualTime>;

/// A window 5 ms from its backend, which shows the document `a` of version 1.
fn far() -> (Window<Network>, Memory) {
    let backend = Memory::new().with_family::<Doc>().with_actions::<Like>();
    backend.set_member("a", &doc("a"));
    let time = VirtualTime::new();
    let network = Network::new(&backend, &time, 1, Faults::none(ms(5)));
    network.bring();
    let window = Window::open(&time, &network);
    time.advance(ms(100));
    window.seen.news();
    (window, backend)
}

fn member(window: &Window<Network>) -> Held {
    let member = window.docs.member("a").expect("well-formed");
    member.undoable(Undo::default());
    window.time.settle();
    member
}

/// Changes a member, and does not wait for what comes of it.
type Change = fn(&Held);

/// Each way by which a member is changed, and what it is then.
fn changes() -> [(Change, Doc); 3] {
    [
        (|member| drop(member.update(|doc| doc.title.push('!'))), doc("a!")),
        (|member| drop::<Acting<Like>>(member.act(Like)), Doc { likes: 1, ..doc("a") }),
        (
            |member| {
                drop(member.update(|doc| doc.title.push('!')));
                drop(member.update(|doc| doc.likes = 1));
            },
            Doc { likes: 1, ..doc("a!") },
        ),
    ]
}

#[window_test(unsupported = test)]
fn what_is_under_way_stays_shown_when_nobody_holds_the_member() {
    for (change, expected) in changes() {
        let (window, backend) = far();
        let held = member(&window);
        change(&held);
        drop(held);
        while window.docs.replicas() > 0 {
            assert_eq!(window.docs.get("a").as_deref(), Some(&expected));
            assert!(window.time.advance_to_next_timer(), "nothing is left to happen");
        }
        assert_eq!(window.docs.get("a").as_deref(), Some(&expected), "the collection knows it");
        assert_eq!(backend.member::<Doc>("a"), Some(expected));
        assert_eq!(window.seen.errors.borrow().len(), 0);
    }
}

#[window_test(unsupported = test)]
fn so_does_what_was_undone() {
    let (window, backend) = far();
    let held = member(&window);
    window.end(held.update(|doc| doc.title.push('!'))).expect("made");
    drop(held.undo());
    window.time.settle();
    drop(held);
    while window.docs.replicas() > 0 {
        assert_eq!(window.title("a").as_deref(), Some("a"));
        assert!(window.time.advance_to_next_timer(), "nothing is left to happen");
    }
    assert_eq!((window.title("a").as_deref(), backend.member("a")), (Some("a"), Some(doc("a"))));
}

#[window_test(unsupported = test)]
fn what_is_refused_after_that_is_taken_back_and_told() {
    let (window, backend) = far();
    let held = member(&window);
    let edit = held.update(|doc| doc.title.push('!'));
    drop(held);
    backend.remove_member::<Doc>("a");
    let error = window.end(edit).expect_err("there is none");
    assert_eq!(error.fate, Some(Fate::Refused));
    window.time.advance(ms(5_000));
    assert_eq!((window.title("a"), window.docs.replicas()), (None, 0));
    assert_eq!(*window.seen.errors.borrow(), [error]);
}

#[window_test(unsupported = test)]
fn whoever_takes_the_member_up_finds_it_there() {
    let (window, _backend) = far();
    let held = member(&window);
    let edit = held.update(|doc| doc.title.push('!'));
    drop(held);
    let next = window.docs.member("a").expect("well-formed");
    assert_eq!(next.state(), Some(doc("a!")));
    assert_eq!(window.end(edit), Ok(version(2)));
}
