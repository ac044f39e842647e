//! Listen first, then fetch: no write falls between the subscription and the first snapshot.

use revgate::Phase;
use revgate::gate::{Candidate, Cause, Input, News, Output, Status};

use super::bench::{Bench, announced, announced_with, fetch_id, offered, report, version};
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

#[gate_test(unsupported = test)]
fn a_subscription_that_ends_is_made_again_and_another_fetch_after_it() {
    let mut bench = Bench::live(version(1));
    let report = report(&bench.input(Input::SubscriptionEnded));
    assert_eq!((report.phase, report.cause), (Phase::Subscribe, Cause::Failed));
    assert_eq!(bench.gate.status(), Status::Retrying { attempt: 1 });
    assert_eq!(bench.deadline(), report.retry_in.map(|pause| bench.now + pause));
    assert_eq!(bench.tick(), [Output::Subscribe]);

    let id = bench.fetch_after(Input::Subscribed);
    assert_eq!(bench.answer(id, version(2)), [Output::Apply(Candidate::Fetched)]);
    assert_eq!((bench.gate.status(), bench.deadline()), (Status::Live, None));
}

#[gate_test(unsupported = test)]
fn after_a_subscription_has_ended_nothing_is_fetched_before_another_stands() {
    let mut bench = Bench::live(version(1));
    bench.input(Input::SubscriptionEnded);
    for input in [announced(2), announced_with(3, News::State), Input::Shown] {
        assert_eq!(bench.input(input), [], "{input:?}");
    }
    assert_eq!(bench.input(Input::Refresh), [Output::Subscribe]);
    assert_eq!(
        (bench.gate.applied(), bench.gate.wanted(), bench.gate.kept()),
        (Some(version(1)), Some(version(3)), Some(version(3)))
    );
    bench.fetch_after(Input::Subscribed);
}

#[gate_test(unsupported = test)]
fn an_own_write_is_shown_though_the_subscription_has_ended() {
    let mut bench = Bench::live(version(1));
    bench.input(Input::SubscriptionEnded);
    let deadline = bench.deadline();
    assert_eq!(bench.input(offered(2)), [Output::Apply(Candidate::Offered)]);
    assert_eq!((bench.gate.applied(), bench.deadline()), (Some(version(2)), deadline));
    assert_eq!(bench.gate.status(), Status::Retrying { attempt: 1 });
}

#[gate_test(unsupported = test)]
fn a_subscription_that_ends_before_a_verdict_is_made_again_too() {
    for verdict in [Input::Applied, Input::ApplyFailed] {
        let mut bench = Bench::live(version(1));
        let id = bench.fetch_after(announced(2));
        bench.gate.handle(bench.now, Input::Fetched { id, version: version(2) });
        assert_eq!(bench.gate.poll_output(), Output::Apply(Candidate::Fetched));
        bench.gate.handle(bench.now, Input::SubscriptionEnded);
        bench.input(verdict);
        assert_eq!(bench.gate.status(), Status::Retrying { attempt: 1 });
        assert_eq!(bench.tick(), [Output::Subscribe]);
        let id = bench.fetch_after(Input::Subscribed);
        bench.answer(id, version(2));
        assert_eq!((bench.gate.applied(), bench.deadline()), (Some(version(2)), None));
    }
}
