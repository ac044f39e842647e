mod parts;

use revgate::action::{Context, Seq, Source};
use revgate::json::fingerprint;
use revgate::wire::Acted;
use revgate::{Epoch, Invalid, Revision};
use serde::{Deserialize, Serialize};

use super::*;
use crate::pending::Pending;

/// At most 100.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Count(u32);

impl Topic for Count {
    const NAME: &'static str = "count";

    fn validate(&self) -> Result<(), Invalid> {
        if self.0 > 100 { Err(Invalid::new("", "too many")) } else { Ok(()) }
    }
}

fn version(number: u64) -> Version {
    Version::new(Epoch::default(), Revision::new(number))
}

fn snapshot(number: u64, count: u32) -> Snapshot<Arc<Count>> {
    Snapshot::new(version(number), Arc::new(Count(count)))
}

fn edit(change: impl Fn(&mut Count) -> Result<(), String> + 'static) -> Edit<Count> {
    let topic = revgate::TopicName::of::<Count>();
    Edit::closure(change, Pending::new(&topic).0)
}

fn add(number: u32) -> Edit<Count> {
    edit(move |count| {
        count.0 += number;
        Ok(())
    })
}

fn at_one(count: u32) -> Optimistic<Count> {
    let mut optimistic = Optimistic::new();
    optimistic.learn(snapshot(1, count));
    optimistic
}

fn shown(optimistic: &Optimistic<Count>) -> Option<u32> {
    optimistic.top().map(|top| top.data.0)
}

/// The backend's state of this version, if it is at hand.
fn at(optimistic: &Optimistic<Count>, version: Version) -> Option<u32> {
    optimistic.base(version).map(|(layer, _)| layer.data.0)
}

fn keep(optimistic: &mut Optimistic<Count>, edit: Edit<Count>) {
    assert!(matches!(optimistic.push(edit), Pushed::Kept));
}

/// The next write: from where to where, and on which version.
fn next_write(optimistic: &mut Optimistic<Count>) -> Option<(u32, u32, Version)> {
    match optimistic.next_write() {
        Next::Write(Change { base, old, new, .. }) => Some((old.0, new.0, base)),
        Next::Wait => None,
        Next::Nothing(..) => panic!("they change something"),
        Next::Act => panic!("there are no actions"),
    }
}

#[test]
fn an_edit_shows_at_once_and_counts_once() {
    let mut optimistic = at_one(10);
    keep(&mut optimistic, add(1));
    assert_eq!(shown(&optimistic), Some(11));
    assert_eq!(next_write(&mut optimistic), Some((10, 11, version(1))));
    optimistic.learn(snapshot(2, 11));
    assert_eq!(shown(&optimistic), Some(11), "its own echo, ahead of the answer");
    assert_eq!(optimistic.accepted(snapshot(2, 11)).len(), 1);
    assert_eq!(shown(&optimistic), Some(11));
}

#[test]
fn edits_made_meanwhile_wait_for_the_next_write() {
    let mut optimistic = at_one(10);
    keep(&mut optimistic, add(1));
    next_write(&mut optimistic).expect("an edit waits");
    keep(&mut optimistic, add(2));
    assert_eq!(next_write(&mut optimistic), None, "one write at a time");
    assert_eq!(shown(&optimistic), Some(13));
    optimistic.accepted(snapshot(2, 11));
    assert_eq!(next_write(&mut optimistic), Some((11, 13, version(2))));
}

#[test]
fn a_write_that_lost_is_made_again_on_the_winner() {
    let mut optimistic = at_one(10);
    keep(&mut optimistic, add(1));
    next_write(&mut optimistic).expect("an edit waits");
    optimistic.lost_against(snapshot(2, 50));
    assert_eq!(shown(&optimistic), Some(51));
    assert_eq!(next_write(&mut optimistic), Some((50, 51, version(2))));
}

#[test]
fn a_refused_edit_leaves_the_newest_state() {
    let mut optimistic = at_one(10);
    keep(&mut optimistic, add(1));
    next_write(&mut optimistic).expect("an edit waits");
    assert_eq!(optimistic.unmade(Unmade::ByContent).len(), 1);
    assert_eq!(shown(&optimistic), Some(10));
}

#[test]
fn an_edit_before_the_first_state_waits_for_it() {
    let mut optimistic = Optimistic::new();
    keep(&mut optimistic, add(1));
    assert_eq!((next_write(&mut optimistic), shown(&optimistic)), (None, None));
    optimistic.learn(snapshot(1, 10));
    assert_eq!(next_write(&mut optimistic), Some((10, 11, version(1))));
}

#[test]
fn what_is_older_is_not_learnt() {
    let mut optimistic = at_one(10);
    optimistic.learn(snapshot(3, 30));
    optimistic.learn(snapshot(2, 20));
    assert_eq!((shown(&optimistic), at(&optimistic, version(2))), (Some(30), None));
    assert_eq!(at(&optimistic, version(3)), Some(30));
}

#[test]
fn the_one_that_the_backend_refuses_is_found_by_halves() {
    let mut optimistic = at_one(0);
    (1..=8).for_each(|number| keep(&mut optimistic, add(number)));
    let mut sums = Vec::new();
    let (mut revision, mut guilty) = (1, 0);
    while let Some((old, new, _)) = next_write(&mut optimistic) {
        sums.push((old, new));
        assert_eq!(shown(&optimistic), Some(36 - guilty), "nothing flickers");
        // The fifth brings it from 10 to 15.
        if old < 15 && new >= 15 && guilty == 0 {
            let refused = optimistic.unmade(Unmade::ByContent);
            guilty = if refused.is_empty() { 0 } else { 5 };
        } else {
            revision += 1;
            optimistic.accepted(snapshot(revision, new));
        }
    }
    assert_eq!(sums, [(0, 36), (0, 10), (10, 21), (10, 15), (10, 31)]);
    assert_eq!(shown(&optimistic), Some(31), "1 to 8 without the 5");
}

#[test]
fn an_edit_that_a_newer_state_makes_impossible_falls_alone() {
    let mut optimistic = at_one(10);
    keep(&mut optimistic, add(1));
    keep(&mut optimistic, add(50));
    keep(&mut optimistic, edit(|count| if count.0 > 90 { Err("odd".into()) } else { Ok(()) }));
    keep(&mut optimistic, add(2));
    next_write(&mut optimistic).expect("edits wait");
    optimistic.lost_against(snapshot(2, 90));
    let fallen = optimistic.take_fallen();
    let faults: Vec<_> = fallen.into_iter().map(|(_, fault)| fault.to_string()).collect();
    assert_eq!(faults, ["the state: too many", "odd"]);
    assert_eq!(next_write(&mut optimistic), Some((90, 93, version(2))));
}

#[test]
fn edits_whose_sum_is_nothing_are_not_written() {
    let mut optimistic = at_one(10);
    keep(&mut optimistic, add(1));
    let take_one = |count: &mut Count| {
        count.0 -= 1;
        Ok(())
    };
    keep(&mut optimistic, edit(take_one));
    let Next::Nothing(edits, of) = optimistic.next_write() else { panic!("a write") };
    assert_eq!((edits.len(), of, shown(&optimistic)), (2, version(1), Some(10)));
    assert!(matches!(optimistic.push(add(0)), Pushed::Nothing(_, of) if of == version(1)));
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Add(u32);

impl revgate::Action for Add {
    type Topic = Count;
    type Error = String;

    fn name(&self) -> &'static str {
        "add"
    }

    fn apply(&self, count: &mut Count, _: &Context) -> Result<(), String> {
        count.0 += self.0;
        Ok(())
    }
}

#[test]
fn actions_are_known_as_the_backend_did_them_unless_a_fingerprint_says_otherwise() {
    let print = |count| fingerprint(&Count(count)).ok();
    // Of a large state there is none.
    for (print, is_known) in [(None, true), (print(5), true), (print(6), false)] {
        let mut optimistic = at_one(2);
        let asking = Asking::new(&Add(3), Source::new(7), Seq::new(1), 0).expect("JSON");
        keep(&mut optimistic, asking.edit(Box::new(|_, _| ())));
        assert!(matches!(optimistic.next_write(), Next::Act));
        assert!(matches!(optimistic.next_actions(), Some(NextActions::Send(_))));
        let acted = Acted { fingerprint: print, ..Acted::new(version(2), Some(version(1))) };
        assert_eq!(optimistic.acted(&acted).is_known, is_known);
        assert_eq!(shown(&optimistic), Some(5), "in any case");
        assert_eq!(at(&optimistic, version(2)).is_some(), is_known);
    }
}

#[test]
fn of_a_state_that_is_not_the_backends_nothing_is_made_until_the_backends_is_there() {
    let print = |count| fingerprint(&Count(count)).expect("JSON");
    let acts = |optimistic: &mut Optimistic<Count>, seq| {
        let asking = Asking::new(&Add(3), Source::new(7), Seq::new(seq), 0).expect("JSON");
        keep(optimistic, asking.edit(Box::new(|_, _| ())));
        assert!(matches!(optimistic.next_write(), Next::Act));
        assert!(matches!(optimistic.next_actions(), Some(NextActions::Send(_))));
    };
    let acted = |revision| Acted::new(version(revision), Some(version(revision - 1)));
    let mut optimistic = at_one(2);
    acts(&mut optimistic, 1);
    assert!(optimistic.acted(&acted(2)).is_known, "it is taken at its word");
    optimistic.prove(version(1), print(9));
    assert_eq!(optimistic.take_doubt(), None, "of another version");
    optimistic.prove(version(2), print(5));
    assert_eq!((optimistic.take_doubt(), shown(&optimistic)), (None, Some(5)));

    optimistic.prove(version(2), print(6));
    optimistic.prove(version(2), print(6));
    assert_eq!((optimistic.take_doubt(), optimistic.take_doubt()), (Some(version(2)), None));
    assert!(at(&optimistic, version(2)).is_none(), "nor is it patched");
    acts(&mut optimistic, 2);
    assert!(!optimistic.acted(&acted(3)).is_known, "nor is an action done to it");
    assert_eq!(shown(&optimistic), Some(8), "but for what is shown");
    optimistic.learn(snapshot(2, 6));
    assert_eq!((optimistic.is_doubted(), shown(&optimistic)), (false, Some(9)));
    optimistic.learn(snapshot(2, 7));
    assert_eq!(shown(&optimistic), Some(9), "there is one already");

    // What is heard of a version before it is made here counts as well.
    optimistic.prove(version(3), print(10));
    optimistic.learn(snapshot(3, 9));
    assert_eq!(optimistic.take_doubt(), Some(version(3)));
}
