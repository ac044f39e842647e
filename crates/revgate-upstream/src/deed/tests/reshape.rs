//! What waits, brought to a new schema.

use std::collections::BTreeMap;

use revgate::Action;
use revgate::action::{Actions, Context, Source, Told};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::*;
use crate::outbox::play_each;
use crate::{Acks, Answer, Ask, Edit, Input, Joiner, Missing, Options, Output, Seen, Value};

/// The state in its new shape, in which `colour` was `dark`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Look {
    colour: String,
    sizes: BTreeMap<String, u8>,
}

impl Topic for Look {
    const NAME: &'static str = "look";
    const ACTIONS: Actions<Self> = Actions::of::<Grow>();
}

/// By one.
#[derive(Clone, Serialize, Deserialize)]
struct Grow(String);

impl Action for Grow {
    type Topic = Look;
    type Error = String;

    fn name(&self) -> &'static str {
        "grow"
    }

    fn apply(&self, look: &mut Look, _: &Context) -> Result<(), String> {
        let size = look.sizes.get_mut(&self.0).ok_or("there is no such size")?;
        *size += 1;
        Ok(())
    }
}

fn grow(name: &str) -> Deed<Look> {
    let json = serde_json::to_string(name).and_then(RawValue::from_string).expect("JSON");
    Deed::actions(vec![Told::new(Context::new(0, 0), json)])
}

fn look(colour: &str, sizes: &[(&str, u8)]) -> Look {
    let sizes = sizes.iter().map(|(name, size)| ((*name).to_owned(), *size)).collect();
    Look { colour: colour.to_owned(), sizes }
}

/// As an older program has saved it: the first of two changes is in the store.
fn outbox(second: &str) -> Outbox<Deed<Look>> {
    let first = r#"{"change":[{"dark":false},{"dark":true}]}"#;
    let saved = format!(
        r#"{{"machine":"1","acks":{{"1":"1"}},"edits":[["1",{first}],["2",{second}]],
            "last":"2","forgotten":"0"}}"#
    );
    serde_json::from_str(&saved).expect("what was saved")
}

#[test]
fn what_waits_is_one_edit_to_the_state_as_it_was_migrated() {
    let second = r#"{"change":[{"dark":true},{"dark":false}]}"#;
    let mine = look("white", &[("a", 1)]);
    let theirs = look("black", &[("a", 1), ("b", 2)]);
    let there = Some(State::new(Arc::new(theirs)).expect("JSON"));
    let last = |outbox: &Outbox<Deed<Look>>| {
        let (seq, deed) = outbox.waiting().last().expect("it waits");
        (seq, deed.play(&there).map(|look| Look::clone(&look.expect("it is there").data)))
    };
    let mut outbox = outbox(second);
    let refused = Err("`dark` is not there any more".to_owned());
    assert_eq!(last(&outbox), (Seq::new(2), refused));
    outbox.reshape(None, Some(&mine)).expect("JSON");
    let both = look("white", &[("a", 1), ("b", 2)]);
    assert_eq!((outbox.waiting().count(), last(&outbox)), (1, (Seq::new(3), Ok(both))));
    assert_eq!(outbox.take_missing(&Acks::default()), [missing(1)], "kept no longer");
    assert_eq!(outbox.all().of(Source::new(1)), Seq::new(3));
}

#[test]
fn what_waits_is_what_was_changed_where_that_is_known_and_nothing_else() {
    let mut outbox = outbox(r#"{"change":[{"dark":true},{"dark":false}]}"#);
    let base = look("black", &[("a", 1), ("b", 1), ("c", 1)]);
    let mine = look("white", &[("a", 2), ("c", 1)]);
    assert_eq!(outbox.reshape(Some((Seq::new(1), &base)), Some(&mine)), Ok(true));
    let theirs = look("black", &[("b", 1), ("d", 4)]);
    let there = Some(State::new(Arc::new(theirs)).expect("JSON"));
    let (_, deed) = outbox.waiting().next().expect("it waits");
    let made = deed.play(&there).expect("it can be done").expect("it is there");
    assert_eq!(*made.data, look("white", &[("a", 2), ("d", 4)]));
}

#[test]
fn what_was_created_or_removed_is_so_in_the_new_shape() {
    let mut created = outbox(r#"{"create":{"dark":true}}"#);
    created.reshape(None, Some(&look("black", &[]))).expect("JSON");
    let (_, deed) = created.waiting().next().expect("it waits");
    let made = deed.play(&None).expect("it can be done").expect("it is there");
    assert_eq!(*made.data, look("black", &[]));

    let mut removed = outbox(r#""remove""#);
    removed.reshape(None, None).expect("JSON");
    let (_, deed) = removed.waiting().next().expect("it waits");
    assert!(matches!(deed.play(&Some(made)), Ok(None)));
}

const MACHINE: Source = Source::new(1);

fn missing(to: u64) -> Missing {
    Missing { machine: MACHINE, after: Seq::default(), to: Seq::new(to) }
}

/// Of what was done since, and of that the store has the first.
fn done(deeds: &[Deed<Look>], has: u64) -> Outbox<Deed<Look>> {
    let mut outbox = Outbox::new(MACHINE);
    for deed in deeds {
        outbox.push(deed.clone());
        outbox.close();
    }
    let acks = Acks::default().with(MACHINE, Seq::new(has));
    outbox.acknowledge(acks, &Options::default());
    outbox
}

fn change(before: &Look, after: &Look) -> Deed<Look> {
    Deed::between(before, after).expect("JSON")
}

/// What waits, done to `there`; and its numbers.
fn made(outbox: &Outbox<Deed<Look>>, there: Look) -> (Look, Vec<u64>) {
    let waiting: Vec<_> = outbox.waiting().collect();
    let there = Some(State::new(Arc::new(there)).expect("JSON"));
    let (made, refused) = play_each(&waiting, there);
    assert_eq!(refused.len(), 0);
    let made = Look::clone(&made.expect("it is there").data);
    (made, waiting.into_iter().map(|(seq, _)| seq.number()).collect())
}

#[test]
fn actions_that_wait_stay_though_the_store_has_a_change_of_an_older_shape() {
    let [black, white] = ["black", "white"].map(|colour| look(colour, &[("a", 0)]));
    let deeds = [grow("a"), change(&black, &white), grow("a"), grow("a"), grow("a")];
    let mut outbox = done(&deeds, 3);
    let mine = look("white", &[("a", 4)]);
    assert!(!outbox.has_shape());
    assert_eq!(outbox.reshape(None, Some(&mine)), Ok(false));
    let theirs = look("white", &[("a", 8)]);
    assert_eq!(made(&outbox, theirs), (look("white", &[("a", 10)]), vec![4, 5]));
    let kept: Vec<_> = outbox.after(Seq::default()).map(|(seq, _)| seq.number()).collect();
    assert_eq!(kept, [1, 3, 4, 5], "without the change");
    assert_eq!(outbox.take_missing(&Acks::default()), [missing(2)], "so it is said");
}

#[test]
fn what_was_done_before_a_creation_is_not_done_to_what_was_there_before() {
    let created = Deed::create(&look("black", &[("a", 0)])).expect("JSON");
    let mut outbox = done(&[grow("a"), Deed::remove(), created, grow("a"), grow("a")], 4);
    assert_eq!(outbox.reshape(None, Some(&look("black", &[("a", 2)]))), Ok(false));
    let kept: Vec<_> = outbox.after(Seq::default()).map(|(seq, _)| seq.number()).collect();
    assert_eq!(kept, [4, 5]);
}

#[test]
fn actions_stay_actions_beside_changes_and_what_else_was_changed_is_one_change() {
    let [base, titled, added] = [
        look("black", &[("a", 0)]),
        look("white", &[("a", 1)]),
        look("white", &[("a", 2), ("b", 0)]),
    ];
    let deeds = [
        grow("a"),
        change(&look("black", &[("a", 1)]), &titled),
        grow("a"),
        change(&look("white", &[("a", 2)]), &added),
        // It cannot be done without the change before it.
        grow("b"),
        grow("a"),
    ];
    let mine = look("white", &[("a", 3), ("b", 1)]);
    let theirs = look("black", &[("a", 10), ("c", 7)]);
    let both = look("white", &[("a", 13), ("b", 1), ("c", 7)]);
    let mut outbox = done(&deeds, 0);
    assert_eq!(outbox.reshape(Some((Seq::default(), &base)), Some(&mine)), Ok(true));
    assert_eq!(made(&outbox, theirs.clone()), (both, vec![1, 3, 6, 7]));
    assert_eq!(made(&outbox, base.clone()).0, mine);

    // Nothing is left for a change.
    let mut outbox = done(&[change(&base, &base), grow("a")], 0);
    let mine = look("black", &[("a", 1)]);
    assert_eq!(outbox.reshape(Some((Seq::default(), &base)), Some(&mine)), Ok(true));
    assert_eq!(made(&outbox, theirs).1, [2]);
}

#[test]
fn what_was_removed_and_created_anew_is_so_whatever_others_have_done() {
    let (old, new) = (look("black", &[("a", 1)]), look("white", &[("b", 2)]));
    let deeds =
        [grow("a"), Deed::remove(), Deed::create(&look("white", &[])).expect("JSON"), grow("b")];
    for base in [Some((Seq::default(), &old)), None] {
        let mut outbox = done(&deeds, 0);
        outbox.reshape(base, Some(&new)).expect("JSON");
        let waiting: Vec<_> = outbox.waiting().collect();
        let edited = State::new(Arc::new(look("red", &[("a", 5)]))).expect("JSON");
        for there in [None, Some(edited)] {
            let (made, refused) = play_each(&waiting, there);
            assert_eq!(refused.len(), 0);
            assert_eq!(*made.expect("it is there").data, new);
        }
    }
}

#[test]
fn what_had_no_shape_before_the_base_stays_as_it_is() {
    let [base, mine] = ["black", "white"].map(|colour| look(colour, &[("a", 2)]));
    let mut outbox = done(&[grow("a"), grow("a"), change(&base, &mine)], 0);
    assert_eq!(outbox.reshape(Some((Seq::new(2), &base)), Some(&mine)), Ok(true));
    let theirs = look("black", &[("a", 5)]);
    assert_eq!(made(&outbox, theirs), (look("white", &[("a", 7)]), vec![1, 2, 4]));

    // A base with something in it that had one is none.
    let mut outbox = done(&[change(&mine, &base), grow("a"), change(&base, &mine)], 0);
    assert_eq!(outbox.reshape(Some((Seq::new(1), &base)), Some(&mine)), Ok(false));
    assert_eq!(made(&outbox, look("red", &[("b", 1)])).0, look("white", &[("a", 2), ("b", 1)]));
}

#[test]
fn a_change_that_was_written_is_not_made_once_more_with_one_that_waits() {
    let look = |sizes: [u8; 2]| look("black", &[("a", sizes[0]), ("b", sizes[1])]);
    let state = |sizes| Some(State::new(Arc::new(look(sizes))).expect("JSON"));
    let mut joiner = Joiner::new(Outbox::new(MACHINE), state([0, 0]), Options::default());
    let value = Value::State(Acks::default().with(Source::new(2), Seq::new(1)), state([0, 0]));
    joiner.handle(Input::Linked(Seen { revision: 1, value }));
    let mut ticket = None;
    for (before, after) in [([0, 0], [1, 0]), ([1, 0], [1, 1])] {
        let edit = change(&look(before), &look(after));
        joiner.handle(Input::Edited { edits: vec![edit], state: state(after) });
        while let Some(output) = joiner.poll_output() {
            if let Output::Ask(asked, Ask::Write { .. }) = output {
                ticket = Some(asked);
            }
        }
    }
    let ticket = ticket.expect("the first is written");
    joiner.handle(Input::Answered(ticket, Answer::Written(2)));
    joiner.handle(Input::Unlinked);
    // The app is updated, and another machine has changed what was written.
    let mut outbox = joiner.outbox().clone();
    let (after, base) = joiner.base();
    let base = base.as_ref().expect("it is there");
    assert_eq!(outbox.reshape(Some((after, &base.data)), Some(&look([1, 1]))), Ok(true));
    assert_eq!(made(&outbox, look([5, 0])).0, look([5, 1]));
}
