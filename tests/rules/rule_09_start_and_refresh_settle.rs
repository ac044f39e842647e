//! Start settles when data is applied, and is tried again until then; a refresh settles when a
//! state as new as its asking is applied, or with the failure, and cuts every pause short.

use revgate::Phase;
use revgate::gate::{Candidate, Cause, FetchId, Input, News, Options, Output, Settlement, Status};

use super::bench::{Bench, SECOND, announced, announced_with, fetch_id, offered, report, version};
use super::gate_test;

#[gate_test(unsupported = test)]
fn a_window_is_loading_until_its_first_state_is_applied() {
    let mut bench = Bench::new();
    assert_eq!(bench.gate.status(), Status::Loading);
    bench.input(Input::Start);
    assert_eq!(bench.input(Input::Start), [], "a second start changes nothing");
    assert_eq!(bench.gate.status(), Status::Loading);
    let id = bench.fetch_after(Input::Subscribed);
    assert_eq!(bench.gate.status(), Status::Loading);
    bench.gate.handle(bench.now, Input::Fetched { id, version: version(1) });
    assert_eq!(bench.gate.status(), Status::Loading, "it has come, and is not applied");
    assert_eq!(bench.gate.poll_output(), Output::Apply(Candidate::Fetched));
    bench.gate.handle(bench.now, Input::Applied);
    assert_eq!(bench.gate.status(), Status::Live);
}

#[gate_test(unsupported = test)]
fn a_failed_subscription_is_made_again() {
    let mut bench = Bench::new();
    bench.input(Input::Start);
    let report = report(&bench.input(Input::SubscribeFailed));
    assert_eq!((report.phase, report.cause), (Phase::Subscribe, Cause::Failed));
    assert_eq!(bench.gate.status(), Status::Retrying { attempt: 1 });
    assert_eq!(bench.tick(), [Output::Subscribe]);
    bench.fetch_after(Input::Subscribed);
}

#[gate_test(unsupported = test)]
fn a_failed_first_fetch_is_made_again() {
    let mut bench = Bench::new();
    bench.input(Input::Start);
    let id = bench.fetch_after(Input::Subscribed);
    let report = report(&bench.input(Input::FetchFailed { id }));
    assert_eq!((report.phase, report.cause), (Phase::GetSnapshot, Cause::Failed));
    assert_eq!(bench.gate.status(), Status::Retrying { attempt: 1 });
    let id = fetch_id(&bench.tick());
    bench.answer(id, version(1));
    assert_eq!(bench.gate.status(), Status::Live);
}

#[gate_test(unsupported = test)]
fn a_first_state_that_cannot_be_applied_is_fetched_again() {
    let mut bench = Bench::new();
    bench.input(Input::Start);
    let id = bench.fetch_after(Input::Subscribed);
    bench.input_applying(Input::Fetched { id, version: version(1) }, Input::ApplyFailed);
    assert_eq!(bench.gate.status(), Status::Retrying { attempt: 1 });
    fetch_id(&bench.tick());
}

#[gate_test(unsupported = test)]
fn a_start_that_keeps_failing_can_be_stopped() {
    let mut bench = Bench::new();
    bench.input(Input::Start);
    let mut id = bench.fetch_after(Input::Subscribed);
    for _ in 0..3 {
        bench.input(Input::FetchFailed { id });
        id = fetch_id(&bench.tick());
    }
    bench.input(Input::FetchFailed { id });
    assert_eq!(bench.input(Input::Stop), [Output::Unsubscribe]);
    assert_eq!((bench.gate.status(), bench.deadline()), (Status::Stopped, None));
}

#[gate_test(unsupported = test)]
fn a_refresh_ends_when_a_fetch_begun_after_it_is_applied() {
    let mut bench = Bench::live(version(1));
    let before = bench.fetch_after(announced(2));
    assert_eq!(bench.input(Input::Refresh), [], "one fetch at a time");
    assert_eq!(bench.input(Input::Refresh), []);
    let both = bench.gate.asked();
    let outputs = bench.answer(before, version(2));
    let [Output::Apply(_), Output::Fetch(after)] = outputs[..] else { panic!("{outputs:?}") };
    let outputs = bench.answer(after, version(2));
    assert_eq!(outputs, [Output::Settle(both, Settlement::Fresh)], "nothing newer is fresh too");
    assert_eq!(bench.deadline(), None);
}

#[gate_test(unsupported = test)]
fn a_state_at_hand_does_not_end_a_refresh() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(Input::Refresh);
    let offer = bench.input(offered(2));
    let news = bench.input(announced_with(3, News::State));
    assert!(matches!((&offer[..], &news[..]), ([Output::Apply(_)], [Output::Apply(_)])));
    let settled = Output::Settle(bench.gate.asked(), Settlement::Fresh);
    assert_eq!(bench.answer(id, version(3)), [settled]);
}

#[gate_test(unsupported = test)]
fn a_refresh_that_fails_ends_with_the_failure_and_is_not_made_again() {
    let mishaps: [fn(&mut Bench) -> Vec<Output>; 2] = [
        |bench| {
            let id = bench.fetch_after(Input::Refresh);
            bench.input(Input::FetchFailed { id })
        },
        |bench| {
            bench.fetch_after(Input::Refresh);
            bench.tick()
        },
    ];
    for mishap in mishaps {
        let mut bench = Bench::live(version(1));
        let outputs = mishap(&mut bench);
        let [Output::Report(report), Output::Settle(through, settlement)] = outputs[..] else {
            panic!("{outputs:?}")
        };
        assert_eq!(report.retry_in, None, "nothing is wanting");
        assert_eq!((through, settlement), (bench.gate.asked(), Settlement::Failed));
        assert_eq!((bench.gate.status(), bench.deadline()), (Status::Live, None));
    }
}

#[gate_test(unsupported = test)]
fn a_refresh_whose_state_cannot_be_applied_ends_with_that_and_the_state_is_fetched_again() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(Input::Refresh);
    let fetched = Input::Fetched { id, version: version(2) };
    let outputs = bench.input_applying(fetched, Input::ApplyFailed);
    let [Output::Apply(_), Output::Report(report), settled] = outputs[..] else {
        panic!("{outputs:?}")
    };
    assert_eq!(report.phase, Phase::Apply);
    assert_eq!(settled, Output::Settle(bench.gate.asked(), Settlement::Failed));
    let id = fetch_id(&bench.tick());
    assert_eq!(bench.answer(id, version(2)), [Output::Apply(Candidate::Fetched)]);
}

/// The outputs are a report that nothing stands, and the end of all refreshes asked for.
fn assert_fails(bench: &Bench, outputs: &[Output]) {
    let [Output::Report(report), settled] = outputs else { panic!("{outputs:?}") };
    assert_eq!(report.phase, Phase::Subscribe);
    assert!(report.retry_in.is_some(), "to subscribe is tried again all the same");
    assert_eq!(*settled, Output::Settle(bench.gate.asked(), Settlement::Failed));
}

#[gate_test(unsupported = test)]
fn a_refresh_asked_while_to_subscribe_keeps_failing_ends_with_that_failure() {
    let failures: [fn(&mut Bench) -> Vec<Output>; 2] =
        [|bench| bench.input(Input::SubscribeFailed), Bench::tick];
    for fail in failures {
        let mut bench = Bench::new();
        bench.input(Input::Start);
        for _ in 0..3 {
            report(&fail(&mut bench));
            assert_eq!(bench.tick(), [Output::Subscribe]);
            assert_eq!(bench.input(Input::Refresh), [], "the attempt under way will tell");
            bench.input(Input::Refresh);
            let outputs = fail(&mut bench);
            assert_fails(&bench, &outputs);
            assert_eq!(bench.tick(), [Output::Subscribe]);
        }
        let id = bench.fetch_after(Input::Subscribed);
        assert_eq!(bench.answer(id, version(1)), [Output::Apply(Candidate::Fetched)]);
    }
}

#[gate_test(unsupported = test)]
fn a_refresh_asked_before_the_start_ends_if_to_subscribe_fails() {
    let mut bench = Bench::new();
    bench.input(Input::Refresh);
    bench.input(Input::Start);
    let outputs = bench.input(Input::SubscribeFailed);
    assert_fails(&bench, &outputs);
}

#[gate_test(unsupported = test)]
fn a_refresh_asked_during_the_pause_before_the_next_attempt_does_not_wait_for_it() {
    let mut bench = Bench::new();
    bench.input(Input::Start);
    bench.input(Input::SubscribeFailed);
    assert_eq!(bench.input(Input::Refresh), [Output::Subscribe]);
    assert_eq!(bench.input(Input::Refresh), [], "one attempt at a time");
    assert_eq!(bench.deadline(), Some(bench.now + 10 * SECOND), "its time-out, no pause");
    let outputs = bench.input(Input::SubscribeFailed);
    assert_fails(&bench, &outputs);
    assert_eq!(bench.gate.status(), Status::Retrying { attempt: 2 }, "the row of failures goes on");

    assert_eq!(bench.input(Input::Refresh), [Output::Subscribe]);
    let id = bench.fetch_after(Input::Subscribed);
    let fresh = Output::Settle(bench.gate.asked(), Settlement::Fresh);
    assert_eq!(bench.answer(id, version(1)), [Output::Apply(Candidate::Fetched), fresh]);
}

#[gate_test(unsupported = test)]
fn a_refresh_asked_of_a_hidden_window_that_pauses_ends_if_to_subscribe_fails() {
    let pause = Options::builder().pause_while_hidden(true).build().expect("sensible options");
    let mut bench = Bench::live_with(pause, version(1));
    bench.input(Input::Hidden);
    bench.input(Input::SubscriptionEnded);
    bench.input(Input::Refresh);
    let outputs = bench.input(Input::SubscribeFailed);
    assert_fails(&bench, &outputs);
    assert_eq!(bench.tick(), [Output::Subscribe], "it listens again, hidden or not");
    assert_eq!(bench.input(Input::Subscribed), [], "and fetches when it is shown");
}

#[gate_test(unsupported = test)]
fn a_refresh_ends_with_the_subscription_that_its_fetch_rests_on() {
    let mut bench = Bench::live(version(1));
    let late = bench.fetch_after(Input::Refresh);
    bench.input(Input::Refresh);
    let outputs = bench.input(Input::SubscriptionEnded);
    assert_fails(&bench, &outputs);
    assert_eq!(bench.answer(late, version(1)), []);
    bench.tick();
    let id = bench.fetch_after(Input::Subscribed);
    assert_eq!(bench.answer(id, version(1)), [], "nobody waits any more");
}

#[gate_test(unsupported = test)]
fn a_refresh_ends_though_the_backend_ends_every_subscription() {
    let mut bench = Bench::live(version(1));
    for _ in 0..3 {
        bench.input(Input::SubscriptionEnded);
        assert_eq!(bench.input(Input::Refresh), [Output::Subscribe]);
        bench.fetch_after(Input::Subscribed);
        let outputs = bench.input(Input::SubscriptionEnded);
        assert_fails(&bench, &outputs);
    }
}

#[gate_test(unsupported = test)]
fn a_subscription_that_ends_before_a_verdict_ends_the_refresh_once() {
    for verdict in [Input::Applied, Input::ApplyFailed] {
        let mut bench = Bench::live(version(1));
        let id = bench.fetch_after(Input::Refresh);
        bench.gate.handle(bench.now, Input::Fetched { id, version: version(2) });
        assert_eq!(bench.gate.poll_output(), Output::Apply(Candidate::Fetched));
        let outputs = bench.input(Input::SubscriptionEnded);
        assert_fails(&bench, &outputs);
        let is_settled = |output: &Output| matches!(output, Output::Settle(..));
        assert!(!bench.input(verdict).iter().any(is_settled), "{verdict:?}");
    }
}

#[gate_test(unsupported = test)]
fn a_refresh_cuts_a_pause_short() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(announced(2));
    bench.input(Input::FetchFailed { id });
    bench.fetch_after(Input::Refresh);
    assert_eq!(bench.deadline(), Some(bench.now + 10 * SECOND), "its time-out, no pause");
}

#[gate_test(unsupported = test)]
fn a_refresh_asked_before_a_fetch_fails_does_not_wait_for_the_pause_after_it() {
    let failures: [fn(&mut Bench, FetchId) -> Vec<Output>; 2] = [
        |bench, id| {
            bench.input(Input::Refresh);
            bench.input(Input::FetchFailed { id })
        },
        // Asked by whoever is shown the state, and then refuses it.
        |bench, id| {
            bench.gate.handle(bench.now, Input::Fetched { id, version: version(2) });
            assert_eq!(bench.gate.poll_output(), Output::Apply(Candidate::Fetched));
            assert_eq!(bench.input(Input::Refresh), [], "the verdict comes first");
            bench.input(Input::ApplyFailed)
        },
    ];
    for fail in failures {
        let mut bench = Bench::live(version(1));
        let id = bench.fetch_after(announced(2));
        let outputs = fail(&mut bench, id);
        let [Output::Report(_), Output::Fetch(id)] = outputs[..] else { panic!("{outputs:?}") };
        let fresh = Output::Settle(bench.gate.asked(), Settlement::Fresh);
        assert_eq!(bench.answer(id, version(2)), [Output::Apply(Candidate::Fetched), fresh]);
    }
}

#[gate_test(unsupported = test)]
fn a_refresh_asked_before_a_state_at_hand_is_refused_does_not_wait_for_the_pause_after_it() {
    let mut bench = Bench::live(version(1));
    bench.gate.handle(bench.now, offered(2));
    assert_eq!(bench.gate.poll_output(), Output::Apply(Candidate::Offered));
    assert_eq!(bench.input(Input::Refresh), [], "the verdict comes first");
    let outputs = bench.input(Input::ApplyFailed);
    let [Output::Report(_), Output::Fetch(id)] = outputs[..] else { panic!("{outputs:?}") };
    let fresh = Output::Settle(bench.gate.asked(), Settlement::Fresh);
    assert_eq!(bench.answer(id, version(2)), [Output::Apply(Candidate::Fetched), fresh]);
}

#[gate_test(unsupported = test)]
fn a_refresh_asked_before_the_start_is_answered_by_the_first_fetch() {
    let mut bench = Bench::new();
    assert_eq!(bench.input(Input::Refresh), []);
    bench.input(Input::Start);
    let id = bench.fetch_after(Input::Subscribed);
    let outputs = bench.answer(id, version(1));
    let settled = Output::Settle(bench.gate.asked(), Settlement::Fresh);
    assert_eq!(outputs, [Output::Apply(Candidate::Fetched), settled]);
}
