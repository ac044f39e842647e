//! Never lose a wake-up: whatever goes wrong leaves a timer or a fetch, as long as a state is
//! missing.

use revgate::gate::{Cause, Input, News, Output};
use revgate::{Pacing, Phase};

use super::bench::{
    Bench, SECOND, announced, announced_with, fetch_id, ms, offered, paced, report, version,
};
use super::gate_test;

/// A gate that wants version 2, and how the fetch for it went.
fn after(mishap: impl FnOnce(&mut Bench) -> Vec<Output>) -> Bench {
    let mut bench = Bench::live(version(1));
    let outputs = mishap(&mut bench);
    let retries = |output: &Output| matches!(output, Output::Report(it) if it.retry_in.is_some());
    assert!(outputs.iter().any(retries), "{outputs:?}");
    bench
}

/// It wakes up by itself, and gets there.
fn assert_wakes_up(mut bench: Bench) {
    assert_eq!(bench.gate.applied(), Some(version(1)));
    let id = fetch_id(&bench.tick());
    bench.answer(id, version(2));
    assert_eq!((bench.gate.applied(), bench.deadline()), (Some(version(2)), None));
}

#[gate_test(unsupported = test)]
fn a_failed_fetch_leaves_a_timer() {
    assert_wakes_up(after(|bench| {
        let id = bench.fetch_after(announced(2));
        bench.input(Input::FetchFailed { id })
    }));
}

#[gate_test(unsupported = test)]
fn a_timed_out_fetch_leaves_a_timer() {
    assert_wakes_up(after(|bench| {
        bench.fetch_after(announced(2));
        bench.tick()
    }));
}

#[gate_test(unsupported = test)]
fn an_answer_that_is_too_old_leaves_a_timer() {
    assert_wakes_up(after(|bench| {
        let id = bench.fetch_after(announced(2));
        bench.answer(id, version(1))
    }));
}

#[gate_test(unsupported = test)]
fn a_failed_apply_is_not_taken_for_applied() {
    let bench = after(|bench| {
        let id = bench.fetch_after(announced(2));
        let fetched = Input::Fetched { id, version: version(2) };
        let outputs = bench.input_applying(fetched, Input::ApplyFailed);
        let [Output::Apply(_), Output::Report(report)] = outputs[..] else { panic!("{outputs:?}") };
        assert_eq!((report.phase, report.cause), (Phase::Apply, Cause::Failed));
        outputs
    });
    assert_wakes_up(bench);
}

#[gate_test(unsupported = test)]
fn a_failed_apply_of_what_nobody_announced_leaves_a_timer() {
    assert_wakes_up(after(|bench| {
        let id = bench.fetch_after(Input::Refresh);
        bench.input_applying(Input::Fetched { id, version: version(2) }, Input::ApplyFailed)
    }));
}

#[gate_test(unsupported = test)]
fn a_failed_apply_of_an_offered_state_leads_to_a_fetch() {
    assert_wakes_up(after(|bench| bench.input_applying(offered(2), Input::ApplyFailed)));
}

#[gate_test(unsupported = test)]
fn news_that_cannot_be_applied_lead_to_a_fetch() {
    for during_a_fetch in [false, true] {
        let mut bench = Bench::live(version(1));
        let under_way = during_a_fetch.then(|| bench.fetch_after(announced(2)));
        bench.input_applying(announced_with(3, News::State), Input::ApplyFailed);
        let outputs = match under_way {
            Some(id) => bench.answer(id, version(2)),
            None => bench.tick(),
        };
        let id = fetch_id(&outputs);
        bench.answer(id, version(3));
        assert_eq!(bench.gate.applied(), Some(version(3)));
    }
}

#[gate_test(unsupported = test)]
fn news_that_cannot_be_applied_at_the_end_of_a_pause_lead_to_another() {
    let mut bench = Bench::live_with(paced(Pacing::debounce(ms(600))), version(1));
    bench.input(announced(2));
    let id = fetch_id(&bench.tick());
    bench.input(Input::FetchFailed { id });
    bench.input(announced_with(3, News::State));
    bench.now += ms(600);
    let outputs = bench.input_applying(Input::Tick, Input::ApplyFailed);
    let [Output::Apply(_), Output::Report(report)] = outputs[..] else { panic!("{outputs:?}") };
    assert_eq!((report.attempt, report.retry_in), (2, Some(SECOND)));
    assert_eq!(bench.deadline(), Some(bench.now + SECOND));
}

#[gate_test(unsupported = test)]
fn news_that_cannot_be_applied_during_a_pause_leave_it_as_it_is() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(announced(2));
    bench.input(Input::FetchFailed { id });
    let deadline = bench.deadline();
    let outputs = bench.input_applying(announced_with(2, News::State), Input::ApplyFailed);
    assert_eq!(report(&outputs[1..]).retry_in, None, "the next try has its time set");
    assert_eq!(bench.deadline(), deadline);
    assert_wakes_up(bench);
}

#[gate_test(unsupported = test)]
fn an_early_tick_changes_nothing() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(announced(2));
    let deadline = bench.deadline();
    assert_eq!(bench.input(Input::Tick), []);
    assert_eq!(bench.deadline(), deadline);
    bench.input(Input::FetchFailed { id });
    let deadline = bench.deadline();
    assert_eq!(bench.input(Input::Tick), []);
    assert_eq!(bench.deadline(), deadline);
}

#[gate_test(unsupported = test)]
fn a_subscription_that_ends_leaves_a_timer_whatever_was_under_way() {
    let quiet = Bench::live(version(1));
    let mut fetching = Bench::live(version(1));
    fetching.fetch_after(announced(2));
    let mut backing_off = Bench::live(version(1));
    let id = backing_off.fetch_after(announced(2));
    backing_off.input(Input::FetchFailed { id });
    let mut pacing = Bench::live_with(paced(Pacing::debounce(SECOND)), version(1));
    pacing.input(announced_with(2, News::State));
    for mut bench in [quiet, fetching, backing_off, pacing] {
        let report = report(&bench.input(Input::SubscriptionEnded));
        assert_eq!(bench.deadline(), report.retry_in.map(|pause| bench.now + pause));
        assert_eq!(bench.tick(), [Output::Subscribe]);
        assert_eq!(bench.deadline(), Some(bench.now + 10 * SECOND), "its time-out");
        let id = bench.fetch_after(Input::Subscribed);
        bench.answer(id, version(2));
        assert_eq!((bench.gate.applied(), bench.deadline()), (Some(version(2)), None));
    }
}

#[gate_test(unsupported = test)]
fn the_fetch_after_a_subscription_has_ended_is_tried_until_it_is_answered() {
    let mut bench = Bench::live(version(1));
    bench.input(Input::SubscriptionEnded);
    bench.tick();
    // Nothing was announced, and yet a write may have gone unheard.
    let id = bench.fetch_after(Input::Subscribed);
    assert!(report(&bench.input(Input::FetchFailed { id })).retry_in.is_some());
    assert_wakes_up(bench);
}
