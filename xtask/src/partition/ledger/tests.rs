use Outcome::{Done, Refused, Unknown};
use serde_json::json;

use super::*;

mod honest;

type Told<'a> = (usize, Edit, &'a Outcome);

/// Once these came to rest.
fn after(ledger: &mut Ledger, done: &[Told<'_>], told: &Value) -> String {
    for (machine, edit, outcome) in done {
        ledger.enter(*machine, *edit, outcome);
    }
    ledger.rest(told);
    ledger.to_string()
}

fn told(journal: &[u32], both: u32, cards: Value) -> Value {
    json!({ "journal": journal, "board": { "one": 0, "both": both }, "cards": cards })
}

fn cards(cards: Value) -> Value {
    told(&[], 0, cards)
}

/// Where a card has been with these numbers at the last rest.
fn with_a(numbers: &[u32]) -> Ledger {
    let mut ledger = Ledger::new();
    let notes = numbers.iter().map(|number| (0, Edit::Note("a", *number), &Done));
    let done: Vec<_> = std::iter::once((0, Edit::Create("a"), &Done)).chain(notes).collect();
    assert_eq!(after(&mut ledger, &done, &cards(json!({ "a": numbers }))), FINE);
    ledger
}

fn refused() -> Outcome {
    Refused("no".to_owned())
}

fn undone(topic: &str) -> Incident {
    Incident { text: "it is undone".to_owned(), undone: Some(topic.to_owned()) }
}

const FINE: &str = "lost=0 twice=0 unequal=0";
const LOST: &str = "lost=1 twice=0 unequal=0";
const TWICE: &str = "lost=0 twice=1 unequal=0";

#[test]
fn what_is_done_is_there_once_and_what_is_not_known_may_be() {
    let done = [
        (0, Edit::Add(1), &Done),
        (1, Edit::Add(2), &Unknown),
        (0, Edit::Set("both", 3), &Done),
        (1, Edit::Set("both", 4), &Done),
        (0, Edit::Create("a"), &Done),
        (1, Edit::Note("a", 5), &Done),
    ];
    for (shown, verdict) in [
        (told(&[1], 3, json!({ "a": [5] })), FINE),
        (told(&[2, 1], 4, json!({ "a": [5] })), FINE),
        (told(&[2], 3, json!({ "a": [5] })), LOST),
        (told(&[1, 2, 1], 3, json!({ "a": [5] })), TWICE),
        (told(&[1], 0, json!({ "a": [5] })), LOST),
        (told(&[1], 3, json!({ "a": [] })), LOST),
        (told(&[1], 3, json!({ "a": [5, 5] })), TWICE),
        (told(&[1], 3, json!({})), LOST),
    ] {
        let mut ledger = Ledger::new();
        assert_eq!(after(&mut ledger, &done, &shown), verdict, "{shown}");
        assert_eq!(ledger.faults.len(), usize::from(verdict != FINE), "{shown}");
        // It is said once.
        assert_eq!(after(&mut ledger, &[], &shown), verdict, "{shown}");
    }
}

#[test]
fn what_nobody_has_asked_for_is_nowhere() {
    let was_refused = [(1, Edit::Note("a", 7), &refused())];
    assert_eq!(after(&mut with_a(&[5]), &was_refused, &cards(json!({ "a": [5, 7] }))), TWICE);
    let elsewhere = [(1, Edit::Create("b"), &Done)];
    let shown = cards(json!({ "a": [5], "b": [5] }));
    assert_eq!(after(&mut with_a(&[5]), &elsewhere, &shown), TWICE);
    assert_eq!(after(&mut with_a(&[5]), &[], &cards(json!({ "a": [5], "c": [] }))), LOST);
    assert_eq!(after(&mut with_a(&[5]), &[], &told(&[5], 0, json!({ "a": [5] }))), TWICE);
    assert_eq!(after(&mut with_a(&[5]), &[], &told(&[], 5, json!({ "a": [5] }))), LOST);
    let nowhere = [(0, Edit::Note("a", 5), &Done)];
    assert_eq!(after(&mut Ledger::new(), &nowhere, &cards(json!({}))), LOST);
}

#[test]
fn of_what_one_machine_writes_the_last_stands_and_of_two_one_of_them() {
    let done = [(0, Edit::Set("both", 3), &Done), (0, Edit::Set("both", 4), &Done)];
    let other = (1, Edit::Set("both", 5), &Done);
    let written = |done: &[Told<'_>], both| {
        let mut ledger = Ledger::new();
        after(&mut ledger, done, &told(&[], both, json!({})))
    };
    assert_eq!(written(&done, 4), FINE);
    assert_eq!(written(&done, 3), LOST);
    let both = [&done[..], &[other]].concat();
    assert_eq!((written(&both, 4), written(&both, 5)), (FINE.to_owned(), FINE.to_owned()));
    assert_eq!(written(&both, 3), LOST);
}

#[test]
fn with_empty_disks_everything_begins_anew_but_what_is_wrong() {
    let mut ledger = with_a(&[5]);
    after(&mut ledger, &[(0, Edit::Add(6), &Done)], &cards(json!({ "a": [5] })));
    ledger.begin_anew();
    assert_eq!(after(&mut ledger, &[], &cards(json!({}))), LOST);
}

#[test]
fn what_one_machine_removes_is_gone_with_what_the_other_notes() {
    let (there, gone) = (cards(json!({ "a": [5] })), cards(json!({})));
    for (outcome, shown, verdict) in [
        (Done, &gone, FINE),
        (Done, &there, LOST),
        (Unknown, &gone, FINE),
        (Unknown, &there, FINE),
        (refused(), &gone, LOST),
        (refused(), &there, FINE),
    ] {
        let removed = [(0, Edit::Remove("a"), &outcome)];
        assert_eq!(after(&mut with_a(&[5]), &removed, shown), verdict, "{outcome:?} {shown}");
    }
    let both = [(1, Edit::Note("a", 6), &Done), (0, Edit::Remove("a"), &Done)];
    assert_eq!(after(&mut with_a(&[5]), &both, &gone), FINE);
}

#[test]
fn what_a_machine_does_after_its_own_removal_stands() {
    let anew = [
        (0, Edit::Remove("a"), &Done),
        (0, Edit::Create("a"), &Done),
        (0, Edit::Note("a", 7), &Done),
    ];
    let (mine, none) = (cards(json!({ "a": [7] })), cards(json!({})));
    let (old, empty) = (cards(json!({ "a": [5, 7] })), cards(json!({ "a": [] })));
    for (shown, verdict) in [(&mine, FINE), (&none, LOST), (&empty, LOST), (&old, TWICE)] {
        assert_eq!(after(&mut with_a(&[5]), &anew, shown), verdict, "{shown}");
    }
    let noted = [&anew[..], &[(1, Edit::Note("a", 6), &Done)]].concat();
    let both = cards(json!({ "a": [7, 6] }));
    for (shown, verdict) in [(&mine, FINE), (&both, FINE), (&none, LOST), (&old, TWICE)] {
        assert_eq!(after(&mut with_a(&[5]), &noted, shown), verdict, "{shown}");
    }
    let removed = [&anew[..], &[(1, Edit::Remove("a"), &Done)]].concat();
    for (shown, verdict) in [(&mine, FINE), (&none, FINE), (&empty, LOST)] {
        assert_eq!(after(&mut with_a(&[5]), &removed, shown), verdict, "{shown}");
    }
}

#[test]
fn what_a_killed_app_has_sent_comes_before_anything_newer_or_never() {
    let sent = [(0, Edit::Note("a", 6), &Unknown)];
    let (before, late) = (cards(json!({ "a": [5] })), cards(json!({ "a": [5, 6] })));
    let mut ledger = with_a(&[5]);
    assert_eq!(after(&mut ledger, &sent, &before), FINE);
    assert_eq!(after(&mut ledger, &[], &late), FINE);
    let newer = [(1, Edit::Note("a", 7), &Done)];
    let mut ledger = with_a(&[5]);
    assert_eq!(after(&mut ledger, &sent, &before), FINE);
    assert_eq!(after(&mut ledger, &newer, &cards(json!({ "a": [5, 7] }))), FINE);
    assert_eq!(after(&mut ledger, &[], &cards(json!({ "a": [5, 7, 6] }))), TWICE);
}

#[test]
fn the_last_of_two_removals_may_come_when_both_show_it_already() {
    let [one, other] = [0, 1].map(|machine| (machine, Edit::Remove("a"), &Done));
    let created = [(1, Edit::Create("a"), &Done)];
    let none = cards(json!({}));
    let mut ledger = with_a(&[5]);
    assert_eq!(after(&mut ledger, &[one, other], &none), FINE);
    assert_eq!(after(&mut ledger, &created, &none), FINE);
    let mut ledger = with_a(&[5]);
    assert_eq!(after(&mut ledger, &[one], &none), FINE);
    assert_eq!(after(&mut ledger, &created, &none), LOST);
}

#[test]
fn what_is_said_to_be_undone_is_not_there() {
    let noted = [(1, Edit::Note("a", 6), &Done)];
    let both = [noted[0], (0, Edit::Remove("a"), &Done)];
    let (there, gone) = (cards(json!({ "a": [5, 6] })), cards(json!({})));
    let mut ledger = with_a(&[5]);
    ledger.hear(1, &undone("card:a"));
    assert_eq!(after(&mut ledger, &noted, &there), TWICE);
    // It may be said late, but not for ever.
    for (rests, verdict) in [(0, FINE), (1, TWICE)] {
        let mut ledger = with_a(&[5]);
        assert_eq!(after(&mut ledger, &both, &gone), FINE);
        (0..rests).for_each(|_| drop(after(&mut ledger, &[], &gone)));
        ledger.hear(1, &undone("card:a"));
        assert_eq!(after(&mut ledger, &[], &gone), verdict, "after {rests}");
    }
    let mut ledger = with_a(&[5]);
    ledger.kill(1);
    ledger.hear(1, &undone("card:a"));
    assert_eq!(after(&mut ledger, &noted, &there), FINE, "and done when the app started again");
}

#[test]
fn any_other_incident_is_a_loss() {
    let lost = Incident { text: "changes are missing".to_owned(), undone: None };
    for incident in [undone("board"), lost] {
        let mut ledger = Ledger::new();
        ledger.hear(0, &incident);
        assert_eq!((ledger.to_string(), ledger.faults.len()), (LOST.to_owned(), 1));
    }
}

#[test]
fn who_refuses_what_nothing_is_in_the_way_of_is_at_fault() {
    let mut ledger = Ledger::new();
    assert_eq!(after(&mut ledger, &[(0, Edit::Add(1), &refused())], &cards(json!({}))), FINE);
    assert_eq!(ledger.faults.len(), 1);
}
