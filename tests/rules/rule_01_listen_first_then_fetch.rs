//! Listen first, then fetch: no write falls between the subscription and the first snapshot.

use revgate::gate::{Candidate, Input, News, Output};

use super::bench::{Bench, announced, announced_with, fetch_id, offered, version};
use super::gate_test;

#[gate_test(unsupported = test)]
fn nothing_is_fetched_before_the_subscription_stands() {
    let mut bench = Bench::new();
    assert_eq!(bench.input(Input::Start), [Output::Subscribe]);
    assert_eq!(bench.input(announced(3)), [], "heard, but nothing is fetched yet");
    assert_eq!(bench.gate.wanted(), Some(version(3)));
    let id = bench.fetch_after(Input::Subscribed);
    assert_eq!(bench.answer(id, version(3)), [Output::Apply(Candidate::Fetched)]);
    assert_eq!(bench.gate.applied(), Some(version(3)));
    assert_eq!(bench.deadline(), None);
}

#[gate_test(unsupported = test)]
fn a_write_announced_during_the_first_fetch_is_fetched_too() {
    let mut bench = Bench::new();
    bench.input(Input::Start);
    let id = bench.fetch_after(Input::Subscribed);
    assert_eq!(bench.input(announced(2)), []);
    let id = fetch_id(&bench.answer(id, version(1)));
    bench.answer(id, version(2));
    assert_eq!((bench.gate.applied(), bench.deadline()), (Some(version(2)), None));
}

#[gate_test(unsupported = test)]
fn a_state_announced_before_the_first_answer_does_not_stand_in_for_it() {
    let mut bench = Bench::new();
    bench.input(Input::Start);
    assert_eq!(bench.input(announced_with(2, News::State)), []);
    let id = bench.fetch_after(Input::Subscribed);
    assert_eq!(bench.input(announced_with(3, News::State)), []);
    assert_eq!(bench.answer(id, version(4)), [Output::Apply(Candidate::Fetched)]);
}

#[gate_test(unsupported = test)]
fn a_state_offered_before_the_subscription_stands_is_only_wanted() {
    let mut bench = Bench::new();
    bench.input(Input::Start);
    assert_eq!(bench.input(offered(4)), []);
    assert_eq!(bench.gate.wanted(), Some(version(4)));
    bench.fetch_after(Input::Subscribed);
}

#[gate_test(unsupported = test)]
fn a_state_offered_before_the_first_answer_does_not_stand_in_for_it() {
    let mut bench = Bench::new();
    bench.input(Input::Start);
    let id = bench.fetch_after(Input::Subscribed);
    // Version 3 was written before the subscription stood, and announced to nobody.
    assert_eq!(bench.input(offered(2)), []);
    bench.input(Input::FetchFailed { id });
    let id = fetch_id(&bench.tick());
    assert_eq!(bench.answer(id, version(3)), [Output::Apply(Candidate::Fetched)]);
}
