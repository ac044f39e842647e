//! One fetch in flight; after its deadline, of its late result only the version counts. To
//! subscribe has the same deadline, but a late subscription counts.

use revgate::Phase;
use revgate::gate::{Candidate, Cause, FetchId, Input, News, Options, Output, Status};

use super::bench::{
    Bench, SECOND, announced, announced_with, fetch_id, ms, offered, report, version,
};
use super::gate_test;

#[gate_test(unsupported = test)]
fn no_two_inputs_begin_a_second_fetch() {
    let stranger = FetchId::default();
    let inputs = [
        Input::Start,
        Input::Subscribed,
        Input::SubscribeFailed,
        announced(3),
        announced_with(4, News::State),
        announced_with(5, News::Patch { base: version(1) }),
        announced_with(6, News::Patch { base: version(5) }),
        offered(7),
        Input::Fetched { id: stranger, version: version(8) },
        Input::FetchFailed { id: stranger },
        Input::Applied,
        Input::ApplyFailed,
        Input::Refresh,
        Input::Hidden,
        Input::Shown,
        Input::Tick,
    ];
    for first in inputs {
        for second in inputs {
            let mut bench = Bench::live(version(1));
            bench.fetch_after(announced(2));
            let mut outputs = bench.input(first);
            outputs.extend(bench.input(second));
            let is_fetch = |output: &Output| matches!(output, Output::Fetch(_));
            assert!(!outputs.iter().any(is_fetch), "{first:?}, {second:?}: {outputs:?}");
        }
    }
}

#[gate_test(unsupported = test)]
fn a_fetch_may_take_ten_seconds_or_what_the_options_say() {
    let options = Options::builder().fetch_timeout(ms(300)).build().expect("sensible options");
    for (options, limit) in [(Options::default(), 10 * SECOND), (options, ms(300))] {
        let mut bench = Bench::live_with(options, version(1));
        bench.fetch_after(announced(2));
        assert_eq!(bench.deadline(), Some(bench.now + limit));
        bench.now += limit - ms(1);
        assert_eq!(bench.input(Input::Tick), []);
        let report = report(&bench.tick());
        assert_eq!((report.phase, report.cause), (Phase::GetSnapshot, Cause::TimedOut));
    }
}

#[gate_test(unsupported = test)]
fn to_subscribe_may_take_as_long() {
    let options = Options::builder().fetch_timeout(ms(300)).build().expect("sensible options");
    for (options, limit) in [(Options::default(), 10 * SECOND), (options, ms(300))] {
        let mut bench = Bench::with(options);
        assert_eq!(bench.input(Input::Start), [Output::Subscribe]);
        for attempt in 1..4 {
            assert_eq!(bench.deadline(), Some(bench.now + limit));
            bench.now += limit - ms(1);
            assert_eq!(bench.input(Input::Tick), []);
            let report = report(&bench.tick());
            assert_eq!((report.phase, report.cause), (Phase::Subscribe, Cause::TimedOut));
            assert_eq!(report.attempt, attempt);
            assert_eq!(bench.deadline(), report.retry_in.map(|pause| bench.now + pause));
            assert_eq!(bench.tick(), [Output::Subscribe]);
        }
    }
}

#[gate_test(unsupported = test)]
fn a_subscription_that_stands_late_is_as_good_as_any() {
    let mut bench = Bench::new();
    bench.input(Input::Start);
    bench.tick();
    let id = bench.fetch_after(Input::Subscribed);
    bench.answer(id, version(1));
    assert_eq!((bench.gate.status(), bench.deadline()), (Status::Live, None));

    let mut bench = Bench::new();
    bench.input(Input::Start);
    bench.tick();
    assert_eq!(bench.tick(), [Output::Subscribe]);
    let id = bench.fetch_after(Input::Subscribed);
    bench.answer(id, version(1));
    assert_eq!(bench.input(Input::Subscribed), [], "the second attempt's replaces the first's");
    assert_eq!(bench.input(Input::SubscribeFailed), [], "or fails, and the first's stands");
    assert_eq!((bench.gate.status(), bench.deadline()), (Status::Live, None));
}

#[gate_test(unsupported = test)]
fn a_late_failure_to_subscribe_counts_once() {
    let mut bench = Bench::new();
    bench.input(Input::Start);
    bench.tick();
    let deadline = bench.deadline();
    assert_eq!(bench.input(Input::SubscribeFailed), [], "its pause has begun already");
    assert_eq!(
        (bench.deadline(), bench.gate.status()),
        (deadline, Status::Retrying { attempt: 1 })
    );
}

#[gate_test(unsupported = test)]
fn a_late_answer_is_not_applied_during_the_pause_nor_during_the_next_fetch() {
    let mut bench = Bench::live(version(1));
    let late = bench.fetch_after(announced(2));
    bench.tick();
    assert_eq!(bench.answer(late, version(2)), []);
    assert_eq!(bench.input(Input::FetchFailed { id: late }), []);

    let id = fetch_id(&bench.tick());
    assert_ne!(id, late);
    assert_eq!(bench.answer(late, version(2)), []);
    assert_eq!(bench.input(Input::FetchFailed { id: late }), []);
    assert_eq!(bench.gate.applied(), Some(version(1)));
    assert_eq!(bench.answer(id, version(2)), [Output::Apply(Candidate::Fetched)]);
}

#[gate_test(unsupported = test)]
fn a_late_answer_that_tells_of_a_newer_version_leads_to_a_fetch() {
    let mut bench = Bench::live(version(1));
    let late = bench.fetch_after(Input::Refresh);
    bench.tick();
    assert_eq!(bench.deadline(), None, "the refresh has failed, and nothing is wanting");
    // Its announcement was lost.
    let id = fetch_id(&bench.answer(late, version(2)));
    assert_eq!((bench.gate.applied(), bench.gate.wanted()), (Some(version(1)), Some(version(2))));
    assert_eq!(bench.answer(id, version(2)), [Output::Apply(Candidate::Fetched)]);
    assert_eq!(bench.answer(late, version(2)), [], "no news any more");
    assert_eq!(bench.deadline(), None);
}

#[gate_test(unsupported = test)]
fn a_late_answer_tells_what_to_want_whatever_is_under_way() {
    let subscribing = |bench: &mut Bench| {
        bench.input(Input::SubscriptionEnded);
        bench.tick();
    };
    let backing_off = |bench: &mut Bench| drop(bench.tick());
    let fetching = |bench: &mut Bench| {
        bench.tick();
        bench.tick();
    };
    let phases: [fn(&mut Bench); 3] = [subscribing, backing_off, fetching];
    for phase in phases {
        let mut bench = Bench::live(version(1));
        let late = bench.fetch_after(announced(2));
        phase(&mut bench);
        let deadline = bench.deadline();
        assert_eq!(bench.answer(late, version(3)), []);
        assert_eq!((bench.gate.wanted(), bench.deadline()), (Some(version(3)), deadline));
    }
}

#[gate_test(unsupported = test)]
fn a_fetch_under_way_is_given_up_when_the_subscription_ends() {
    let mut bench = Bench::live(version(1));
    let late = bench.fetch_after(announced(2));
    bench.input(Input::SubscriptionEnded);
    assert_eq!(bench.answer(late, version(2)), []);
    bench.tick();
    let id = bench.fetch_after(Input::Subscribed);
    assert_ne!(id, late);
    assert_eq!(bench.answer(late, version(2)), []);
    assert_eq!(bench.answer(id, version(3)), [Output::Apply(Candidate::Fetched)]);
}

#[gate_test(unsupported = test)]
fn a_subscription_that_stands_late_serves_after_another_has_ended() {
    let mut bench = Bench::new();
    bench.input(Input::Start);
    bench.tick();
    assert_eq!(bench.tick(), [Output::Subscribe]);
    let id = bench.fetch_after(Input::Subscribed);
    bench.answer(id, version(1));
    bench.input(Input::SubscriptionEnded);
    let id = bench.fetch_after(Input::Subscribed);
    bench.answer(id, version(2));
    assert_eq!((bench.gate.status(), bench.deadline()), (Status::Live, None));
}

#[gate_test(unsupported = test)]
fn fetches_and_refreshes_are_numbered_from_1() {
    let mut bench = Bench::live(version(1));
    let second = bench.fetch_after(announced(2));
    assert_eq!((second.number(), FetchId::new(2)), (2, second));
    bench.answer(second, version(2));
    let third = bench.fetch_after(Input::Refresh);
    bench.input(Input::Refresh);
    assert_eq!((third.number(), bench.gate.asked().number()), (3, 2));
}
