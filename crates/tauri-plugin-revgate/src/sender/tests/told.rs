//! What is told of actions to windows that do them themselves, and what that costs.

use super::acts::{Shelf, ShelfAction, acts, add, counted, large, shelf, small, warm};
use super::*;

use std::sync::Arc;

use revgate::action::Told;
use revgate::json::fingerprint;
use revgate::{Revision, Version};
use serde_json::json;

use crate::options::Delivery;

/// A window that does what others do.
struct Follower {
    heard: Receiver<String>,
    state: Shelf,
    version: Version,
}

impl Follower {
    fn open(shelf: &TopicHandle<Shelf>) -> Self {
        let heard = follow(shelf, "main");
        let snapshot = shelf.snapshot();
        Self { heard, state: Shelf::clone(&snapshot.data), version: snapshot.version() }
    }

    /// What it has heard, done to its state: how many actions, and how many patches.
    fn hear(&mut self) -> (usize, usize) {
        let (mut done, mut patches) = (0, 0);
        for json in self.heard.try_iter() {
            let News { invalidation, payload, .. } = parse(&json);
            match payload {
                Payload::Actions { base, actions } => {
                    assert_eq!(base, self.version);
                    for Told { at, seed, action } in actions {
                        let context = Told { at, seed, action: () }.context();
                        let did =
                            Shelf::ACTIONS.play(&mut self.state, &action.to_string(), &context);
                        assert_eq!(did, Ok(()));
                        done += 1;
                    }
                }
                Payload::Patch { base, patch } => {
                    assert_eq!(base, self.version);
                    let mut state = serde_json::to_value(&self.state).expect("JSON");
                    json_patch::patch(&mut state, &patch).expect("it applies");
                    self.state = serde_json::from_value(state).expect("a shelf");
                    patches += 1;
                }
                other => panic!("{other:?}"),
            }
            self.version = invalidation.version();
        }
        (done, patches)
    }

    fn is_at(&self, shelf: &TopicHandle<Shelf>) -> bool {
        let newest = shelf.snapshot();
        (self.version, &self.state) == (newest.version(), &*newest.data)
    }
}

#[test]
fn where_all_windows_do_it_themselves_an_action_is_no_walk_and_no_copy() {
    let mut sender = Bench::new();
    let shelf = shelf(&sender, large());
    let mut window = Follower::open(&shelf);
    warm(&shelf);
    // The one that was announced is held until the next one is.
    sender.turn(0);
    acts(&shelf, 2);
    let ((), copies, walks) = counted(|| {
        for now in 1..=100 {
            acts(&shelf, 2);
            shelf.act(ShelfAction::Grow).expect("done");
            sender.turn(now);
        }
    });
    assert_eq!((copies, walks), (0, 0));
    assert_eq!(window.hear(), (305, 0));
    assert!(window.is_at(&shelf), "ids and all");
}

#[test]
fn each_window_is_told_in_its_own_way() {
    let mut sender = Bench::new();
    let shelf = shelf(&sender, large());
    let (mut window, reader) = (Follower::open(&shelf), subscribe(&shelf, "reader"));
    warm(&shelf);
    sender.turn(0);
    reader.try_iter().for_each(drop);
    let ((), _, walks) = counted(|| {
        add(&shelf);
        sender.turn(1);
    });
    assert_eq!(walks, 1, "for the patch");
    let told = parse(&reader.try_recv().expect("news")).payload;
    let base = Version { revision: Revision::new(4), ..shelf.snapshot().version() };
    let patch = json!([{"op": "replace", "path": "/books", "value": 4}]);
    let patch = serde_json::from_value(patch).expect("a patch");
    assert_eq!(told, Payload::Patch { base, patch });
    assert_eq!(window.hear(), (4, 0));
    assert!(window.is_at(&shelf));
}

#[test]
fn what_is_no_action_or_too_much_is_a_patch_from_what_was_announced() {
    let mut sender = Bench::new();
    let shelf = shelf(&sender, large());
    let mut window = Follower::open(&shelf);
    for (now, (acted, edited)) in (0..).zip([(1, true), (0, true), (3, false), (300, false)]) {
        acts(&shelf, acted);
        if edited {
            shelf.update(|shelf| shelf.books += 10).expect("valid");
        }
        sender.turn(now);
        let expected = if acted == 3 { (3, 0) } else { (0, 1) };
        assert_eq!(window.hear(), expected, "{acted}, {edited}");
        assert!(window.is_at(&shelf));
    }
}

#[test]
fn of_a_small_state_and_by_a_delivery_without_patches_no_action_is_told() {
    let mut sender = Bench::new();
    let small = shelf(&sender, small());
    let heard = follow(&small, "main");
    add(&small);
    sender.turn(0);
    assert!(matches!(parse(&heard.recv().expect("news")).payload, Payload::State(_)));
    for delivery in [Delivery::Pull, Delivery::Inline { up_to: 2_000 }] {
        let mut sender = Bench::new();
        let options = TopicOptions::new().delivery(delivery);
        let shelf = topic(&sender.registry, large(), options);
        let heard = follow(&shelf, "main");
        add(&shelf);
        sender.turn(0);
        assert_eq!(parse(&heard.recv().expect("news")).payload, Payload::None);
    }
}

#[test]
fn what_cannot_be_told_is_announced_as_any_other_change() {
    let mut sender = Bench::new();
    let shelf = shelf(&sender, large());
    let mut window = Follower::open(&shelf);
    // As JSON it would be another action.
    shelf.act(ShelfAction::Weigh(f64::INFINITY)).expect("done");
    sender.turn(0);
    assert_eq!(window.hear(), (0, 1));
    assert!(window.is_at(&shelf));
}

#[test]
fn a_window_that_follows_is_told_the_fingerprint_of_what_it_should_have() {
    let mut sender = Bench::new();
    let shelf = shelf(&sender, large());
    let mut window = Follower::open(&shelf);
    add(&shelf);
    sender.turn(0);
    assert_eq!(window.hear(), (1, 0));
    let due = sender.schedule.next().expect("a second later");
    sender.turn(due.as_micros() as u64);
    let told = parse(&window.heard.recv().expect("the fingerprint")).fingerprint;
    assert_eq!(told, Some(fingerprint(&window.state).expect("JSON")));
}

#[test]
fn no_announcement_waits_for_a_proof() {
    let (prover, proofs) = mpsc::channel();
    let prove = Box::new(move |proof| drop(prover.send(proof)));
    let schedule = Schedule::new(Outlets { emit: nowhere(), prove });
    let mut sender = Bench { registry: Registry::default(), schedule };
    let shelf = shelf(&sender, large());
    let mut window = Follower::open(&shelf);
    warm(&shelf);
    sender.turn(0);
    acts(&shelf, 2);
    let ((), copies, walks) = counted(|| sender.turn(2_000_000));
    assert_eq!((copies, walks, window.hear()), (0, 0, (5, 0)));
    let (version, print) = (window.version, fingerprint(&window.state).expect("JSON"));
    add(&shelf);
    sender.turn(2_100_000);
    assert_eq!(window.hear(), (1, 0));

    let proof: Proof = proofs.try_recv().expect("it is due");
    let ((), copies, walks) = counted(proof);
    assert_eq!((copies, walks), (0, 1));
    let News { invalidation, payload, fingerprint } =
        parse(&window.heard.try_recv().expect("the fingerprint"));
    let of = (invalidation.version(), payload, fingerprint);
    assert_eq!(of, (version, Payload::None, Some(print)), "of what was announced by then");
}

#[test]
fn what_was_announced_is_held_only_until_the_next_is() {
    let mut sender = Bench::new();
    let shelf = shelf(&sender, large());
    let _heard = follow(&shelf, "main");
    let edit = || shelf.update(|shelf| shelf.books += 1).expect("valid");
    edit();
    sender.turn(0);
    let former = Arc::downgrade(&shelf.snapshot().data);
    edit();
    assert_eq!(former.strong_count(), 1, "a patch may be made from it");
    sender.turn(1);
    assert_eq!(former.strong_count(), 0);
}
