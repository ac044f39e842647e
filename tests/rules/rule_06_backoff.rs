//! Backoff between failures: exponential, with a cap and jitter; reported.

use std::time::Duration;

use revgate::gate::{Candidate, Cause, Input, Options, Output, Report, Status};
use revgate::{Backoff, Phase};

use super::bench::{Bench, SECOND, announced, fetch_id, ms, report, version};
use super::gate_test;

/// How long the gate pauses after each of some failures in a row.
fn pauses(backoff: Backoff) -> Vec<Duration> {
    let options = Options::builder().backoff(backoff).build().expect("sensible options");
    let mut bench = Bench::live_with(options, version(1));
    let mut id = bench.fetch_after(announced(2));
    let fail = |_| {
        let report = report(&bench.input(Input::FetchFailed { id }));
        assert_eq!(bench.deadline(), report.retry_in.map(|pause| bench.now + pause));
        id = fetch_id(&bench.tick());
        report.retry_in.expect("a state is missing")
    };
    (0..8).map(fail).collect()
}

#[gate_test(unsupported = test)]
fn a_failed_fetch_is_made_again_ever_more_slowly() {
    let mut bench = Bench::live(version(1));
    let mut id = bench.fetch_after(announced(2));
    for (attempt, delay) in [(1, 500), (2, 1000), (3, 2000), (4, 4000), (5, 8000), (6, 10_000)] {
        let delay = ms(delay);
        let outputs = bench.input(Input::FetchFailed { id });
        let cause = Cause::Failed;
        let report = Report { phase: Phase::GetSnapshot, cause, attempt, retry_in: Some(delay) };
        assert_eq!(outputs, [Output::Report(report)]);
        assert_eq!(bench.gate.status(), Status::Retrying { attempt });
        assert_eq!(bench.input(announced(2)), [], "news does not cut the pause short");
        assert_eq!(bench.deadline(), Some(bench.now + delay));
        id = fetch_id(&bench.tick());
    }
    assert_eq!(bench.answer(id, version(2)), [Output::Apply(Candidate::Fetched)]);
    assert_eq!(bench.gate.status(), Status::Live);
}

#[gate_test(unsupported = test)]
fn newer_announcements_do_not_cut_a_pause_short() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(announced(2));
    bench.input(Input::FetchFailed { id });
    let deadline = bench.deadline();
    for revision in 3..10 {
        assert_eq!(bench.input(announced(revision)), []);
    }
    assert_eq!(bench.deadline(), deadline);
}

#[gate_test(unsupported = test)]
fn a_success_ends_the_row_of_failures() {
    let mut bench = Bench::live(version(1));
    for revision in 2..5 {
        let id = bench.fetch_after(announced(revision));
        let report = report(&bench.input(Input::FetchFailed { id }));
        assert_eq!((report.attempt, report.retry_in), (1, Some(ms(500))));
        let id = fetch_id(&bench.tick());
        bench.answer(id, version(revision));
        assert_eq!(bench.gate.status(), Status::Live);
    }
}

#[gate_test(unsupported = test)]
fn a_failed_subscription_is_made_again_ever_more_slowly() {
    let mut bench = Bench::new();
    bench.input(Input::Start);
    for (attempt, delay) in [(1, 500), (2, 1000), (3, 2000)] {
        let report = report(&bench.input(Input::SubscribeFailed));
        let cause = Cause::Failed;
        let retry_in = Some(ms(delay));
        assert_eq!(report, Report { phase: Phase::Subscribe, cause, attempt, retry_in });
        assert_eq!(bench.deadline(), Some(bench.now + ms(delay)));
        assert_eq!(bench.input(Input::Tick), [], "not before its time");
        assert_eq!(bench.tick(), [Output::Subscribe]);
    }
    let id = bench.fetch_after(Input::Subscribed);
    let report = report(&bench.input(Input::FetchFailed { id }));
    assert_eq!(report.attempt, 1, "it subscribed: another row begins");
}

#[gate_test(unsupported = test)]
fn the_first_pause_and_the_longest_are_options() {
    let backoff = Backoff { first: ms(30), cap: ms(100), jitter_seed: None };
    assert_eq!(pauses(backoff)[..4], [ms(30), ms(60), ms(100), ms(100)]);
}

#[gate_test(unsupported = test)]
fn a_jitter_seed_shortens_each_pause_by_up_to_a_half_and_sets_windows_apart() {
    let plain = pauses(Backoff::default());
    let seeded = |seed| pauses(Backoff { jitter_seed: Some(seed), ..Backoff::default() });
    assert_eq!(plain.last(), Some(&(10 * SECOND)));
    for seed in 0..20 {
        let jittered = seeded(seed);
        let within =
            |(pause, plain): (&Duration, &Duration)| *plain / 2 <= *pause && pause <= plain;
        assert!(jittered.iter().zip(&plain).all(within), "{jittered:?}");
        assert_eq!(jittered, seeded(seed), "the seed is all the chance there is");
        assert_ne!(jittered, seeded(seed + 1));
    }
}
