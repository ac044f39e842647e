//! Where a rule begins and ends: what would still pass if the gate were off by one.

use revgate::gate::{Candidate, Gate, Input, News, Options, Output, Settlement, Status};
use revgate::{Backoff, Pacing};

use super::bench::{Bench, SECOND, announced, announced_with, ms, paced, version};
use super::gate_test;

#[gate_test(unsupported = test)]
fn options_say_what_they_were_built_of() {
    let pacing = Pacing::debounce(ms(50));
    let backoff = Backoff { first: ms(20), cap: ms(30), jitter_seed: Some(7) };
    let builder = Options::builder().pacing(pacing.clone()).fetch_timeout(ms(40)).backoff(backoff);
    let options = builder.resync(ms(60)).pause_while_hidden(true).build();
    let options = options.expect("sensible options");
    assert_eq!(options.pacing(), &pacing);
    assert_eq!(options.fetch_timeout(), ms(40));
    assert_eq!(options.backoff(), backoff);
    assert_eq!(options.resync(), Some(ms(60)));
    assert!(options.pauses_while_hidden());

    let options = Options::default();
    assert_eq!(options.resync(), None);
    assert!(!options.pauses_while_hidden());
}

#[gate_test(unsupported = test)]
fn says_that_it_is_loading_until_the_first_state_is_applied() {
    let mut bench = Bench::new();
    assert_eq!(bench.gate.status(), Status::Loading);
    bench.input(Input::Start);
    assert_eq!(bench.gate.status(), Status::Loading);
    let id = bench.fetch_after(Input::Subscribed);
    assert_eq!(bench.gate.status(), Status::Loading, "listening is not yet showing");
    bench.answer(id, version(1));
    assert_eq!(bench.gate.status(), Status::Live);
}

#[gate_test(unsupported = test)]
fn it_is_drained_when_the_next_output_is_to_wait() {
    let mut gate = Gate::new(Options::default());
    assert!(gate.is_drained());
    assert_eq!(gate.poll_output(), Output::Wait(None));
    gate.handle(SECOND, Input::Start);
    assert!(!gate.is_drained());
    assert_eq!(gate.poll_output(), Output::Subscribe);
    assert!(gate.is_drained());
    assert_eq!(gate.poll_output(), Output::Wait(gate.deadline()));
}

#[gate_test(unsupported = test)]
fn an_early_tick_does_not_subscribe_again() {
    let mut bench = Bench::new();
    bench.input(Input::Start);
    bench.input(Input::SubscribeFailed);
    assert_eq!(bench.input(Input::Tick), []);
    assert_eq!(bench.tick(), [Output::Subscribe]);
}

#[gate_test(unsupported = test)]
fn what_is_not_newer_leaves_the_gate_as_it_was() {
    let mut bench = Bench::live(version(7));
    let before = bench.gate.clone();
    for revision in [7, 6, 0] {
        bench.input(announced_with(revision, News::State));
        bench.input(Input::Offered { version: version(revision) });
        assert_eq!(bench.gate, before, "{revision}");
    }
}

#[gate_test(unsupported = test)]
fn an_announcement_that_comes_again_does_not_prolong_the_wait() {
    let mut bench = Bench::live_with(paced(Pacing::debounce(ms(50))), version(1));
    bench.input(announced(2));
    let deadline = bench.deadline();
    bench.now += ms(30);
    bench.input(announced(2));
    assert_eq!(bench.deadline(), deadline);
}

#[gate_test(unsupported = test)]
fn a_wait_that_was_forgotten_does_not_shorten_the_next() {
    let mut bench = Bench::live_with(paced(Pacing::debounce(ms(50))), version(1));
    bench.input(announced(2));
    bench.input(Input::Offered { version: version(2) });
    bench.now += 60 * SECOND;
    assert_eq!(bench.input(announced(3)), []);
    assert_eq!(bench.deadline(), Some(bench.now + ms(50)));
}

#[gate_test(unsupported = test)]
fn news_that_wait_outlive_an_older_answer() {
    let mut bench = Bench::live_with(paced(Pacing::debounce(ms(50))), version(1));
    let id = bench.fetch_after(Input::Refresh);
    bench.input(announced_with(3, News::State));
    let settled = Output::Settle(bench.gate.asked(), Settlement::Fresh);
    assert_eq!(bench.answer(id, version(2)), [Output::Apply(Candidate::Fetched), settled]);
    assert_eq!(bench.tick(), [Output::Apply(Candidate::Announced(version(3)))]);
}

#[gate_test(unsupported = test)]
fn news_that_have_become_needless_are_forgotten() {
    let after = |news| {
        let mut bench = Bench::live(version(1));
        let id = bench.fetch_after(announced(2));
        bench.input(announced_with(2, news));
        bench.answer(id, version(2));
        bench.gate
    };
    let unfit = News::Patch { base: version(0) };
    assert_eq!(after(unfit), after(News::Version));
}

#[gate_test(unsupported = test)]
fn news_that_cannot_be_applied_during_a_pause_do_not_prolong_it() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(announced(2));
    bench.input(Input::FetchFailed { id });
    let deadline = bench.deadline();
    bench.now += ms(100);
    let outputs = bench.input_applying(announced_with(3, News::State), Input::ApplyFailed);
    let [Output::Apply(_), Output::Report(report)] = outputs[..] else { panic!("{outputs:?}") };
    assert_eq!((report.attempt, report.retry_in), (1, None));
    assert_eq!(bench.deadline(), deadline);
}

#[gate_test(unsupported = test)]
fn of_the_news_that_wait_the_newest_are_applied_in_whatever_order_they_came() {
    let mut bench = Bench::live_with(paced(Pacing::debounce(ms(50))), version(1));
    bench.input(announced_with(3, News::State));
    bench.input(announced_with(2, News::State));
    assert_eq!(bench.tick(), [Output::Apply(Candidate::Announced(version(3)))]);
}

#[gate_test(unsupported = test)]
fn of_a_state_and_a_patch_of_one_version_the_state_is_applied() {
    let unfit = News::Patch { base: version(0) };
    for (first, second) in [(unfit, News::State), (News::State, unfit)] {
        let mut bench = Bench::live_with(paced(Pacing::debounce(ms(50))), version(1));
        bench.input(announced_with(2, first));
        bench.input(announced_with(2, second));
        assert_eq!(bench.tick(), [Output::Apply(Candidate::Announced(version(2)))]);
    }
}

#[gate_test(unsupported = test)]
fn a_hidden_window_that_pauses_makes_no_further_try_until_it_is_shown() {
    let pause = Options::builder().pause_while_hidden(true).build().expect("sensible options");
    let mut bench = Bench::live_with(pause, version(1));
    let id = bench.fetch_after(announced(2));
    bench.input(Input::Hidden);
    bench.input(Input::FetchFailed { id });
    assert_eq!(bench.deadline(), None);
    bench.now += 60 * SECOND;
    assert_eq!(bench.input(Input::Tick), []);
    bench.input(Input::Shown);
    assert!(bench.deadline().is_some_and(|deadline| deadline <= bench.now));
    bench.fetch_after(Input::Tick);
}

#[gate_test(unsupported = test)]
fn an_offered_state_that_is_not_all_that_is_wanted_does_not_end_the_pause() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(announced(3));
    bench.input(Input::FetchFailed { id });
    let deadline = bench.deadline();
    let outputs = bench.input(Input::Offered { version: version(2) });
    assert_eq!(outputs, [Output::Apply(Candidate::Offered)]);
    assert_eq!(bench.gate.status(), Status::Retrying { attempt: 1 });
    assert_eq!(bench.deadline(), deadline);
}

#[gate_test(unsupported = test)]
fn an_offered_state_does_not_stand_in_for_the_refresh_under_way() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(Input::Refresh);
    let outputs = bench.input(Input::Offered { version: version(2) });
    assert_eq!(outputs, [Output::Apply(Candidate::Offered)]);
    let settled = Output::Settle(bench.gate.asked(), Settlement::Fresh);
    assert_eq!(bench.answer(id, version(2)), [settled]);
}

#[gate_test(unsupported = test)]
fn announcements_before_the_start_and_after_stop_are_not_heeded() {
    let mut bench = Bench::new();
    assert_eq!(bench.input(announced(9)), []);
    assert_eq!(bench.gate.wanted(), None);
    bench.input(Input::Start);
    bench.input(Input::Stop);
    assert_eq!(bench.input(announced(9)), []);
    assert_eq!(bench.gate.wanted(), None);
}
