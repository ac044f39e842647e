//! Step by step, what the model cannot tell apart: it comes to the same, and sooner.

use revgate::action::{Seq, Source};

use super::machine::{Deed, List};
use crate::joiner::{Answer, Ask, Input, Joiner, Options, Output, Seen, Status, Ticket, Value};
use crate::{Acks, Edit, Missing, Outbox};

const OTHER: Source = Source::new(2);

fn seen(revision: u64, last: u64, list: &[u8]) -> Seen<List> {
    let acks = Acks::default().with(OTHER, Seq::new(last));
    Seen { revision, value: Value::State(acks, list.to_vec()) }
}

/// One that is in step with a store, whose topic has this revision.
fn in_step(revision: u64) -> Joiner<Deed> {
    let outbox = Outbox::new(Source::new(1));
    let mut joiner = Joiner::new(outbox, List::new(), Options::default());
    joiner.handle(Input::Linked(seen(revision, 1, &[9])));
    assert!(matches!(joiner.poll_output(), Some(Output::Show(list)) if list == [9]));
    assert!(matches!(asked(&mut joiner), (_, Ask::Rest(_))));
    assert_eq!(joiner.status(), Status::InStep);
    joiner
}

fn asked(joiner: &mut Joiner<Deed>) -> (Ticket, Ask<List>) {
    match joiner.poll_output() {
        Some(Output::Ask(ticket, ask)) => (ticket, ask),
        other => panic!("{other:?}"),
    }
}

fn edit(joiner: &mut Joiner<Deed>, number: u8) {
    let edit = Deed(vec![number]);
    let state = edit.play(joiner.state()).expect("it can be done");
    joiner.handle(Input::Edited { edits: vec![edit], state });
}

#[test]
fn a_store_that_goes_back_is_read_at_once() {
    let mut joiner = in_step(7);
    joiner.handle(Input::Heard(seen(1, 1, &[9])));
    assert!(matches!(asked(&mut joiner), (_, Ask::Read)));
}

#[test]
fn so_it_is_if_it_goes_back_while_something_is_written() {
    let mut joiner = in_step(7);
    edit(&mut joiner, 2);
    let (ticket, _) = asked(&mut joiner);
    joiner.handle(Input::Heard(seen(1, 1, &[9])));
    joiner.handle(Input::Answered(ticket, Answer::Written(8)));
    assert!(matches!(asked(&mut joiner), (_, Ask::Read)));
}

#[test]
fn what_cannot_be_read_is_never_overwritten() {
    let mut joiner = in_step(7);
    let unreadable = || Seen { revision: 8, value: Value::Unreadable("it is newer".to_owned()) };
    joiner.handle(Input::Heard(unreadable()));
    let (ticket, ask) = asked(&mut joiner);
    assert!(matches!(ask, Ask::Rest(_)), "{ask:?}");
    edit(&mut joiner, 2);
    assert!(joiner.poll_output().is_none(), "and read again in its own time");
    assert_eq!(joiner.status(), Status::Refused("it is newer".to_owned()));
    joiner.handle(Input::Answered(ticket, Answer::Rested));
    let (ticket, _) = asked(&mut joiner);
    joiner.handle(Input::Answered(ticket, Answer::Read(unreadable())));
    assert!(matches!(asked(&mut joiner), (_, Ask::Rest(_))));
    // A program that can read it has made something else of it.
    joiner.handle(Input::Heard(seen(9, 2, &[9, 3])));
    assert!(matches!(joiner.poll_output(), Some(Output::Show(list)) if list == [9, 3, 2]));
    assert!(matches!(asked(&mut joiner), (_, Ask::Write { expected: 9, .. })));
    assert_eq!(joiner.status(), Status::Waiting);
}

#[test]
fn what_the_store_refuses_waits_and_is_tried_with_what_is_edited_next() {
    let mut joiner = in_step(7);
    edit(&mut joiner, 2);
    let (ticket, _) = asked(&mut joiner);
    joiner.handle(Input::Answered(ticket, Answer::Refused("it is too large".to_owned())));
    let (ticket, ask) = asked(&mut joiner);
    assert_eq!(ask, Ask::Rest(Options::default().retry_edited));
    assert_eq!(joiner.status(), Status::Refused("it is too large".to_owned()));
    assert_eq!(joiner.outbox().waiting().count(), 1);
    // Of what is dragged, not each step.
    edit(&mut joiner, 3);
    edit(&mut joiner, 4);
    assert!(joiner.poll_output().is_none());
    joiner.handle(Input::Answered(ticket, Answer::Rested));
    let (ticket, ask) = asked(&mut joiner);
    assert!(matches!(ask, Ask::Write { expected: 7, .. }));
    joiner.handle(Input::Answered(ticket, Answer::Refused("it is too large".to_owned())));
    let (ticket, _) = asked(&mut joiner);
    joiner.handle(Input::Answered(ticket, Answer::Rested));
    let (_, ask) = asked(&mut joiner);
    assert_eq!(ask, Ask::Rest(Options::default().retry_refused), "nothing was edited");
    edit(&mut joiner, 5);
    let (ticket, ask) = asked(&mut joiner);
    assert!(matches!(ask, Ask::Write { expected: 7, .. }));
    joiner.handle(Input::Answered(ticket, Answer::Written(8)));
    assert_eq!((joiner.status(), joiner.outbox().waiting().count()), (Status::InStep, 0));
}

#[test]
fn who_was_first_and_has_been_heard_of_need_not_be_read() {
    let mut joiner = in_step(7);
    edit(&mut joiner, 2);
    let (ticket, _) = asked(&mut joiner);
    joiner.handle(Input::Heard(seen(8, 2, &[9, 3])));
    assert!(matches!(joiner.poll_output(), Some(Output::Show(list)) if list == [9, 3, 2]));
    joiner.handle(Input::Answered(ticket, Answer::Conflict));
    assert!(matches!(asked(&mut joiner), (_, Ask::Write { expected: 8, .. })));
}

#[test]
fn what_fails_again_and_again_waits_ever_longer() {
    let mut joiner = in_step(7);
    edit(&mut joiner, 2);
    let mut spans = Vec::new();
    for _ in 0..12 {
        let (ticket, ask) = asked(&mut joiner);
        let answer = match ask {
            Ask::Rest(span) => {
                spans.push(span.as_millis());
                Answer::Rested
            }
            _ => Answer::Unknown("it times out".to_owned()),
        };
        joiner.handle(Input::Answered(ticket, answer));
    }
    assert_eq!(spans, [20, 40, 80, 160, 320]);
}

#[test]
fn a_store_that_has_lost_what_is_shown_gets_it_back_and_nothing_else_is_shown() {
    let mut joiner = in_step(7);
    joiner.handle(Input::Unlinked);
    let lost = Seen { revision: 3, value: Value::State(Acks::default(), List::new()) };
    joiner.handle(Input::Linked(lost));
    let (_, ask) = asked(&mut joiner);
    let acks = Acks::default().with(OTHER, Seq::new(1));
    assert_eq!(ask, Ask::Write { expected: 3, acks, state: vec![9] });
}

#[test]
fn whose_edits_are_missing_is_said_if_others_have_written_since() {
    let mut joiner = in_step(7);
    joiner.handle(Input::Unlinked);
    let third = Source::new(3);
    let acks = Acks::default().with(third, Seq::new(1));
    joiner.handle(Input::Linked(Seen { revision: 3, value: Value::State(acks, vec![6]) }));
    let missing = joiner.poll_output();
    let Some(Output::Missing(missing)) = missing else { panic!("{missing:?}") };
    assert_eq!(missing, Missing { machine: OTHER, after: Seq::new(0), to: Seq::new(1) });
    assert!(matches!(joiner.poll_output(), Some(Output::Show(list)) if list == [6]));
}

#[test]
fn what_is_missing_for_good_is_said_once() {
    let options = Options { keep: 0, ..Options::default() };
    let mut joiner = Joiner::new(Outbox::new(Source::new(1)), List::new(), options);
    edit(&mut joiner, 2);
    joiner.handle(Input::Linked(Seen { revision: 0, value: Value::Nothing }));
    let (ticket, _) = asked(&mut joiner);
    joiner.handle(Input::Answered(ticket, Answer::Written(8)));
    asked(&mut joiner);
    joiner.handle(Input::Unlinked);
    joiner.handle(Input::Linked(seen(3, 1, &[9])));
    let missing = joiner.poll_output();
    let Some(Output::Missing(missing)) = missing else { panic!("{missing:?}") };
    let own = Missing { machine: Source::new(1), after: Seq::new(0), to: Seq::new(1) };
    assert_eq!(missing, own);
    assert!(matches!(joiner.poll_output(), Some(Output::Show(list)) if list == [9]));
    asked(&mut joiner);
    joiner.handle(Input::Heard(seen(4, 2, &[9, 3])));
    assert!(matches!(joiner.poll_output(), Some(Output::Show(list)) if list == [9, 3]));
}

/// Of one who writes beside the machines: by what lies there nobody can tell the older state.
#[test]
fn a_read_that_comes_late_shows_nothing_older() {
    let mut joiner = in_step(7);
    edit(&mut joiner, 2);
    let (ticket, _) = asked(&mut joiner);
    joiner.handle(Input::Answered(ticket, Answer::Unknown("it times out".to_owned())));
    let (ticket, ask) = asked(&mut joiner);
    assert_eq!(ask, Ask::Read);
    let acks = Acks::default().with(OTHER, Seq::new(1)).with(Source::new(1), Seq::new(1));
    let seen =
        |revision, list: &[u8]| Seen { revision, value: Value::State(acks.clone(), list.to_vec()) };
    joiner.handle(Input::Heard(seen(10, &[9, 2, 5])));
    assert!(matches!(joiner.poll_output(), Some(Output::Show(list)) if list == [9, 2, 5]));
    joiner.handle(Input::Answered(ticket, Answer::Read(seen(9, &[9, 2]))));
    let mut reads = 0;
    loop {
        let (ticket, ask) = asked(&mut joiner);
        let answer = match ask {
            Ask::Read => {
                reads += 1;
                Answer::Read(seen(if reads == 3 { 10 } else { 9 }, &[9, 2, 5]))
            }
            Ask::Rest(_) if joiner.status() == Status::InStep && reads == 3 => break,
            Ask::Rest(_) => Answer::Rested,
            Ask::Write { .. } => panic!("nothing is to be written"),
        };
        joiner.handle(Input::Answered(ticket, answer));
    }
    assert_eq!(joiner.state(), &[9, 2, 5]);
}

#[test]
fn what_was_said_to_be_refused_is_not_done_later() {
    let mut joiner = in_step(7);
    edit(&mut joiner, 4);
    let (ticket, _) = asked(&mut joiner);
    joiner.handle(Input::Answered(ticket, Answer::Conflict));
    let (ticket, _) = asked(&mut joiner);
    // Somebody else's claim was first.
    joiner.handle(Input::Answered(ticket, Answer::Read(seen(8, 2, &[9, 1]))));
    let refused = joiner.poll_output();
    let Some(Output::Refused { edit: Deed(numbers), .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(numbers, [4]);
    assert!(matches!(joiner.poll_output(), Some(Output::Show(list)) if list == [9, 1]));
    assert!(matches!(asked(&mut joiner), (_, Ask::Rest(_))), "there is nothing to be written");
    joiner.handle(Input::Heard(seen(9, 3, &[9])));
    assert!(matches!(joiner.poll_output(), Some(Output::Show(list)) if list == [9]));
    assert!(matches!(asked(&mut joiner), (_, Ask::Rest(_))));
}

#[test]
fn what_is_edited_while_nothing_is_sent_is_one_edit() {
    let outbox = Outbox::new(Source::new(1));
    let mut joiner = Joiner::new(outbox, List::new(), Options::default());
    let waiting = |joiner: &Joiner<Deed>| -> Vec<_> {
        joiner.outbox().waiting().map(|(_, Deed(numbers))| numbers.clone()).collect()
    };
    [0, 2, 3].into_iter().for_each(|number| edit(&mut joiner, number));
    assert_eq!(waiting(&joiner), [[0, 2, 3]]);
    joiner.handle(Input::Linked(Seen { revision: 0, value: Value::Nothing }));
    assert!(matches!(asked(&mut joiner), (_, Ask::Write { .. })));
    [5, 6].into_iter().for_each(|number| edit(&mut joiner, number));
    assert_eq!(waiting(&joiner), [vec![0, 2, 3], vec![5, 6]], "what is on its way stays as it is");
}

#[test]
fn who_finds_its_number_taken_has_another_one_from_then_on_and_loses_nothing() {
    let mut outbox = Outbox::new(Source::new(1));
    outbox.number_after(Seq::new(10));
    let mut joiner = Joiner::new(outbox, List::new(), Options::default());
    edit(&mut joiner, 2);
    let copy = Acks::default().with(Source::new(1), Seq::new(21));
    let value = Value::State(copy.clone(), vec![9]);
    joiner.handle(Input::Linked(Seen { revision: 7, value }));
    let Some(Output::Twin { was, now }) = joiner.poll_output() else { panic!("it is said") };
    assert!(was == Source::new(1) && now != was && joiner.outbox().machine() == now);
    assert!(matches!(joiner.poll_output(), Some(Output::Show(list)) if list == [9, 2]));
    let (_, ask) = asked(&mut joiner);
    assert_eq!(
        ask,
        Ask::Write { expected: 7, acks: copy.with(now, Seq::new(11)), state: vec![9, 2] }
    );
}

#[test]
fn what_fails_again_and_again_is_said_and_who_may_not_read_writes_all_the_same() {
    let mut joiner = in_step(7);
    edit(&mut joiner, 2);
    let mut writes = 0;
    loop {
        let (ticket, ask) = asked(&mut joiner);
        let answer = match ask {
            Ask::Rest(_) => Answer::Rested,
            Ask::Read => Answer::Unknown("it may not read".to_owned()),
            Ask::Write { expected, .. } => {
                assert_eq!(expected, 7);
                writes += 1;
                match writes {
                    4 => Answer::Written(8),
                    _ => Answer::Unknown("it times out".to_owned()),
                }
            }
        };
        joiner.handle(Input::Answered(ticket, answer));
        match writes {
            1 => assert_eq!(joiner.status(), Status::Waiting),
            3 => assert!(matches!(joiner.status(), Status::Refused(why) if why.contains("it "))),
            4 => break,
            _ => {}
        }
    }
    assert_eq!(joiner.status(), Status::InStep);
}

#[test]
fn what_comes_to_be_in_step_by_others_is_refused_no_more_and_is_read_seldom() {
    let mut joiner = in_step(7);
    edit(&mut joiner, 2);
    let (ticket, ask) = asked(&mut joiner);
    let Ask::Write { acks, state, .. } = ask else { panic!("{ask:?}") };
    joiner.handle(Input::Answered(ticket, Answer::Refused("it may not".to_owned())));
    let Options { retry_edited, recheck, .. } = Options::default();
    let (ticket, ask) = asked(&mut joiner);
    assert_eq!(ask, Ask::Rest(retry_edited));
    // It was made all the same.
    joiner.handle(Input::Heard(Seen { revision: 8, value: Value::State(acks, state) }));
    assert_eq!(joiner.status(), Status::InStep);
    joiner.handle(Input::Answered(ticket, Answer::Rested));
    assert_eq!(asked(&mut joiner).1, Ask::Rest(recheck));
}

#[test]
fn what_was_written_is_what_the_rest_is_done_to() {
    let mut joiner = in_step(7);
    assert_eq!(joiner.base(), (Seq::new(0), &vec![9]));
    edit(&mut joiner, 2);
    let (ticket, _) = asked(&mut joiner);
    edit(&mut joiner, 3);
    assert_eq!(joiner.base(), (Seq::new(0), &vec![9]));
    joiner.handle(Input::Answered(ticket, Answer::Written(8)));
    joiner.handle(Input::Unlinked);
    assert_eq!(joiner.base(), (Seq::new(1), &vec![9, 2]), "though nobody has told of it yet");
    assert_eq!(joiner.outbox().waiting().count(), 1);
    // What it began with, as long as nothing else is known.
    let outbox = joiner.outbox().clone();
    let anew = Joiner::new(outbox.clone(), vec![9, 2, 3], Options::default());
    assert_eq!(anew.base(), (Seq::new(2), &vec![9, 2, 3]));
    assert_eq!(anew.with_base(Seq::new(1), vec![9, 2]).base(), (Seq::new(1), &vec![9, 2]));
}

/// Adds itself, and panics where there would be more than 9.
#[derive(Clone, Debug)]
struct Fragile(u32);

impl Edit for Fragile {
    type State = u32;
    type Refusal = ();

    fn play(&self, state: &u32) -> Result<u32, ()> {
        assert!(state + self.0 <= 9, "it is too much");
        Ok(state + self.0)
    }
}

#[test]
fn an_edit_that_panics_takes_none_with_it_and_what_others_made_is_not_overwritten() {
    let mut outbox = Outbox::new(Source::new(1));
    (1..=3).for_each(|number| outbox.push(Fragile(number)));
    let mut joiner = Joiner::new(outbox, 6, Options::default());
    let seen = |revision, state| {
        let acks = Acks::default().with(OTHER, Seq::new(revision));
        Seen { revision, value: Value::State(acks, state) }
    };
    let link = std::panic::AssertUnwindSafe(|| joiner.handle(Input::Linked(seen(1, 5))));
    std::panic::catch_unwind(link).expect_err("it is too much");
    assert_eq!(joiner.outbox().waiting().count(), 3);
    joiner.handle(Input::Linked(seen(2, 1)));
    assert!(matches!(joiner.poll_output(), Some(Output::Show(7))));
    let Some(Output::Ask(_, ask)) = joiner.poll_output() else { panic!("it is to be written") };
    assert!(matches!(ask, Ask::Write { expected: 2, state: 7, .. }));
}
