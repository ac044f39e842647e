//! Bad input is ignored or does what its docs say; it never panics. Bad JSON is the subject of
//! `tests/wire.rs`, bad pacing that of `tests/pacing.rs`.

use std::time::Duration;

use revgate::gate::{
    Candidate, FetchId, Input, News, Options, OptionsBuilder, OptionsError, Output, Settlement,
};
use revgate::{Backoff, Epoch, Pacing, PacingError, Revision, Version};

use super::bench::{
    Bench, SECOND, announced, announced_with, fetch_id, ms, offered, paced, report, version,
};
use super::gate_test;

const LARGEST: Version = Version::new(Epoch::new(u64::MAX), Revision::new(u64::MAX));

#[gate_test(unsupported = test)]
fn a_result_of_a_fetch_that_was_never_made_is_not_applied() {
    let id = FetchId::default();
    let mut bench = Bench::live(version(1));
    assert_eq!(bench.input(Input::FetchFailed { id }), []);
    let next = fetch_id(&bench.answer(id, version(9)));
    assert_eq!((bench.gate.applied(), bench.gate.wanted()), (Some(version(1)), Some(version(9))));
    assert_eq!(bench.answer(next, version(9)), [Output::Apply(Candidate::Fetched)]);
}

#[gate_test(unsupported = test)]
fn a_result_that_comes_twice_is_not_applied_twice() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(announced(2));
    bench.answer(id, version(2));
    assert_eq!(bench.answer(id, version(2)), []);
    assert_eq!(bench.input(Input::FetchFailed { id }), []);
    assert_eq!((bench.gate.applied(), bench.deadline()), (Some(version(2)), None));
    bench.fetch_after(Input::Fetched { id, version: version(3) });
    assert_eq!(bench.gate.applied(), Some(version(2)));
}

#[gate_test(unsupported = test)]
fn a_result_after_stop_is_ignored() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(announced(2));
    bench.input(Input::Stop);
    assert_eq!(bench.answer(id, version(2)), []);
    assert_eq!(bench.gate.applied(), Some(version(1)));
}

#[gate_test(unsupported = test)]
fn a_verdict_on_nothing_is_ignored() {
    let mut bench = Bench::live(version(1));
    bench.fetch_after(announced(2));
    let before = bench.gate.clone();
    assert_eq!(bench.input(Input::Applied), []);
    assert_eq!(bench.input(Input::ApplyFailed), []);
    assert_eq!(bench.gate, before);
}

#[gate_test(unsupported = test)]
fn a_subscription_that_nobody_asked_for_is_ignored() {
    for mut bench in [Bench::new(), Bench::live(version(1))] {
        let before = bench.gate.clone();
        assert_eq!(bench.input(Input::Subscribed), []);
        assert_eq!(bench.input(Input::SubscribeFailed), []);
        assert_eq!(bench.gate, before);
    }
}

#[gate_test(unsupported = test)]
fn the_end_of_a_subscription_that_does_not_stand_is_ignored() {
    let subscribing = {
        let mut bench = Bench::new();
        bench.input(Input::Start);
        bench
    };
    let resubscribing = {
        let mut bench = Bench::live(version(1));
        bench.input(Input::SubscriptionEnded);
        bench
    };
    for mut bench in [Bench::new(), subscribing, resubscribing] {
        let before = bench.gate.clone();
        assert_eq!(bench.input(Input::SubscriptionEnded), []);
        assert_eq!(bench.gate, before);
    }
}

#[gate_test(unsupported = test)]
fn before_the_start_nothing_is_heard() {
    let mut bench = Bench::new();
    let before = bench.gate.clone();
    for input in [announced(2), announced_with(2, News::State), offered(2), Input::Tick] {
        assert_eq!(bench.input(input), [], "{input:?}");
    }
    assert_eq!(bench.gate, before);
}

#[gate_test(unsupported = test)]
fn what_is_not_polled_is_kept_in_order_and_beyond_its_room_inputs_are_ignored() {
    let mut bench = Bench::new();
    let busy = [Input::Start, Input::Subscribed, Input::SubscriptionEnded, Input::Refresh];
    busy.into_iter().for_each(|input| bench.gate.handle(bench.now, input));
    bench.gate.handle(bench.now, Input::Subscribed);
    let before = bench.gate.clone();
    for input in [announced(9), Input::Refresh] {
        bench.gate.handle(bench.now, input);
        assert_eq!(bench.gate, before, "{input:?}");
    }
    let mut stopped = before;
    stopped.handle(bench.now, Input::Stop);
    let outputs: Vec<_> = (0..10).map(|_| stopped.poll_output()).collect();
    assert!(outputs.contains(&Output::Unsubscribe), "a stop is always heard: {outputs:?}");
    let settled = outputs.iter().any(|it| matches!(it, Output::Settle(_, Settlement::Stopped)));
    assert!(settled && outputs.ends_with(&[Output::Wait(None)]), "{outputs:?}");
    assert_eq!(bench.gate.poll_output(), Output::Subscribe);
    assert!(matches!(bench.gate.poll_output(), Output::Fetch(_)));
    assert!(matches!(bench.gate.poll_output(), Output::Report(_)));
    bench.gate.handle(bench.now, announced(9));
    assert_eq!(bench.gate.wanted(), Some(version(9)), "there is room again");
    assert_eq!(bench.gate.poll_output(), Output::Subscribe);
    assert!(matches!(bench.gate.poll_output(), Output::Fetch(_)));
    assert!(matches!(bench.gate.poll_output(), Output::Wait(_)));
}

#[gate_test(unsupported = test)]
fn a_state_offered_before_a_verdict_is_only_wanted() {
    let mut bench = Bench::live(version(1));
    bench.gate.handle(bench.now, offered(2));
    assert_eq!(bench.gate.poll_output(), Output::Apply(Candidate::Offered));
    bench.gate.handle(bench.now, offered(3));
    bench.gate.handle(bench.now, Input::Applied);
    assert_eq!(bench.gate.applied(), Some(version(2)), "not what came in between");
    assert_eq!(bench.gate.wanted(), Some(version(3)));
    assert!(matches!(bench.gate.poll_output(), Output::Fetch(_)));
}

#[gate_test(unsupported = test)]
fn a_patch_on_no_older_version_leads_to_a_fetch() {
    for base in [2, 3, u64::MAX] {
        let mut bench = Bench::live(version(1));
        let patch = announced_with(2, News::Patch { base: version(base) });
        let id = bench.fetch_after(patch);
        assert_eq!(bench.answer(id, version(2)), [Output::Apply(Candidate::Fetched)]);
        assert_eq!(bench.deadline(), None);
    }
}

#[gate_test(unsupported = test)]
fn the_largest_revision_and_the_largest_epoch_are_versions_like_any_other() {
    let last_revision = version(u64::MAX);
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(announced(u64::MAX));
    assert_eq!(bench.answer(id, last_revision), [Output::Apply(Candidate::Fetched)]);
    assert_eq!(bench.input(announced(u64::MAX)), [], "there is no newer one in this epoch");
    let outputs = bench.input(Input::Announced { version: LARGEST, news: News::State });
    assert_eq!(outputs, [Output::Apply(Candidate::Announced(LARGEST))]);
    assert_eq!(bench.input(announced(u64::MAX)), []);
    let id = bench.fetch_after(Input::Refresh);
    bench.answer(id, last_revision);
    assert_eq!((bench.gate.applied(), bench.deadline()), (Some(LARGEST), None));
}

#[gate_test(unsupported = test)]
fn a_clock_that_jumps_back_only_delays() {
    let mut debounced = Bench::live_with(paced(Pacing::debounce(ms(50))), version(1));
    debounced.input(announced(2));
    let mut backing_off = Bench::live(version(1));
    let id = backing_off.fetch_after(announced(2));
    backing_off.input(Input::FetchFailed { id });
    for mut bench in [debounced, backing_off] {
        let (began, deadline) = (bench.now, bench.deadline());
        bench.now = Duration::ZERO;
        assert_eq!(bench.input(Input::Tick), []);
        assert_eq!(bench.input(announced(3)), []);
        assert_eq!(bench.deadline(), deadline);
        bench.now = began;
        let id = fetch_id(&bench.tick());
        bench.now = Duration::ZERO;
        assert_eq!(bench.answer(id, version(3)), [Output::Apply(Candidate::Fetched)]);
    }
}

#[gate_test(unsupported = test)]
fn the_end_of_time_is_no_trouble() {
    let options = Options::builder().resync(Duration::MAX).build().expect("sensible options");
    let mut bench = Bench::live_with(options, version(1));
    assert_eq!(bench.deadline(), None);
    bench.now = Duration::MAX;
    let id = bench.fetch_after(announced(2));
    assert_eq!(bench.deadline(), None, "there is no time left for a time-out");
    assert!(report(&bench.input(Input::FetchFailed { id })).retry_in.is_some());
    assert_eq!(bench.deadline(), None);
    let id = bench.fetch_after(Input::Refresh);
    let settled = Output::Settle(bench.gate.asked(), Settlement::Fresh);
    assert_eq!(bench.answer(id, version(2)), [Output::Apply(Candidate::Fetched), settled]);
}

/// A gate that waits for a time of this length, since [`Bench::now`].
fn waiting_for(length: Duration) -> [(&'static str, Bench); 8] {
    let builder = Options::builder;
    let with = |options: OptionsBuilder| options.build().expect("any length is fine");
    let backoff = Backoff { first: length, cap: length, jitter_seed: None };
    let pacing = |pacing| Bench::live_with(paced(pacing), version(1));
    let after = |mut bench: Bench, inputs: &[Input]| {
        inputs.iter().for_each(|input| drop(bench.input(*input)));
        bench
    };
    let failing = |mut bench: Bench| {
        let id = bench.fetch_after(announced(2));
        after(bench, &[Input::FetchFailed { id }])
    };
    let throttled = |mut bench: Bench| {
        let id = bench.fetch_after(announced(2));
        bench.answer(id, version(2));
        after(bench, &[announced(3)])
    };
    [
        ("resync", Bench::live_with(with(builder().resync(length)), version(1))),
        (
            "fetch_timeout of a fetch",
            after(
                Bench::live_with(with(builder().fetch_timeout(length)), version(1)),
                &[announced(2)],
            ),
        ),
        (
            "fetch_timeout of a subscription",
            after(Bench::with(with(builder().fetch_timeout(length))), &[Input::Start]),
        ),
        (
            "backoff of a fetch",
            failing(Bench::live_with(with(builder().backoff(backoff)), version(1))),
        ),
        (
            "backoff of a subscription",
            after(
                Bench::with(with(builder().backoff(backoff))),
                &[Input::Start, Input::SubscribeFailed],
            ),
        ),
        ("debounce", after(pacing(Pacing::debounce(length)), &[announced(2)])),
        ("throttle", throttled(pacing(Pacing::none().throttle(length)))),
        (
            "throttle without a leading edge",
            after(pacing(Pacing::none().throttle(length).leading(false)), &[announced(2)]),
        ),
    ]
}

#[gate_test(unsupported = test)]
fn a_time_of_any_length_is_waited_for() {
    for days in [30, 50, 36_500] {
        let length = Duration::from_secs(days * 24 * 3600);
        for (option, mut bench) in waiting_for(length) {
            assert_eq!(bench.deadline(), Some(bench.now + length), "{option}");
            bench.now += length - ms(1);
            assert_eq!(bench.input(Input::Tick), [], "{option}");
            assert_ne!(bench.tick(), [], "{option}");
        }
    }
}

#[gate_test(unsupported = test)]
fn a_time_beyond_the_clocks_range_never_comes() {
    for length in [Duration::MAX, Duration::MAX - Duration::from_millis(1)] {
        for (option, mut bench) in waiting_for(length) {
            assert_eq!((bench.deadline(), bench.gate.paced_until()), (None, None), "{option}");
            bench.now = Duration::MAX;
            assert_eq!(bench.input(Input::Tick), [], "{option}");
            bench.input(Input::Stop);
        }
    }
    let sustained = Pacing::debounce(SECOND).max_wait(Duration::MAX);
    let mut bench = Bench::live_with(paced(sustained), version(1));
    bench.input(announced(2));
    assert_eq!(
        bench.deadline(),
        Some(bench.now + SECOND),
        "the end of the burst comes all the same"
    );
}

#[gate_test(unsupported = test)]
fn every_contradiction_of_options_names_both() {
    let refused = |builder: OptionsBuilder| builder.build().expect_err("refused");
    let backoff = |first, cap| Backoff { first, cap, jitter_seed: None };
    let builder = Options::builder;

    let error = refused(builder().pacing(Pacing::debounce(ms(50)).max_wait(ms(20))));
    assert!(matches!(error, OptionsError::Pacing(PacingError::MaxWaitTooShort { .. })));
    names(&error, &["`max_wait` (20ms)", "`debounce` (50ms)"]);

    let error = refused(builder().fetch_timeout(ms(0)));
    assert_eq!(error, OptionsError::NoTimeForFetch);
    names(&error, &["`fetch_timeout`"]);

    let error = refused(builder().backoff(backoff(ms(0), ms(10))));
    assert_eq!(error, OptionsError::NoBackoff);
    names(&error, &["`backoff.first`"]);

    let error = refused(builder().backoff(backoff(ms(20), ms(10))));
    assert_eq!(error, OptionsError::BackoffBeginsAboveCap { first: ms(20), cap: ms(10) });
    names(&error, &["`backoff.first` (20ms)", "`backoff.cap` (10ms)"]);

    let error = refused(builder().fetch_timeout(ms(30)).resync(ms(20)));
    let (resync, fetch_timeout) = (ms(20), ms(30));
    assert_eq!(error, OptionsError::ResyncTooOften { resync, fetch_timeout });
    names(&error, &["`resync` (20ms)", "`fetch_timeout` (30ms)"]);

    let edge = builder().fetch_timeout(ms(30)).resync(ms(30)).backoff(backoff(ms(10), ms(10)));
    let edge = edge.build().expect("they just agree");
    assert_eq!((edge.fetch_timeout(), edge.backoff()), (ms(30), backoff(ms(10), ms(10))));
}

fn names(error: &dyn std::error::Error, options: &[&str]) {
    let text = error.to_string();
    options.iter().for_each(|option| assert!(text.contains(option), "{option}: {text}"));
}
