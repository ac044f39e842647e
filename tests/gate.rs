//! The gate's rules, each a scenario by name, natively and in a browser from the same file.

use std::time::Duration;

use revgate::gate::{
    Candidate, Cause, FetchId, Gate, Input, News, Options, Output, Report, Settlement, Status,
};
use revgate::{Epoch, Pacing, Phase, Revision, Version};
use wasm_bindgen_test::wasm_bindgen_test as gate_test;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

const SECOND: Duration = Duration::from_secs(1);

/// A gate, the time, and what the gate asked for.
struct Bench {
    gate: Gate,
    now: Duration,
}

impl Bench {
    fn new() -> Self {
        Self::with(Options::default())
    }

    fn with(options: Options) -> Self {
        Self { gate: Gate::new(options), now: SECOND }
    }

    /// A gate that listens and shows `version`.
    fn live(version: Version) -> Self {
        Self::live_with(Options::default(), version)
    }

    fn live_with(options: Options, version: Version) -> Self {
        let mut bench = Self::with(options);
        bench.input(Input::Start);
        let id = bench.fetch_after(Input::Subscribed);
        bench.answer(id, version);
        bench
    }

    /// Hands in one input and answers every `Apply` with success. Ends at the first `Wait`.
    fn input(&mut self, input: Input) -> Vec<Output> {
        self.input_applying(input, Input::Applied)
    }

    fn input_applying(&mut self, input: Input, verdict: Input) -> Vec<Output> {
        let mut outputs = Vec::new();
        self.gate.handle(self.now, input);
        loop {
            match self.gate.poll_output() {
                Output::Wait(_) => return outputs,
                output => outputs.push(output),
            }
            if let Some(Output::Apply(_)) = outputs.last() {
                self.gate.handle(self.now, verdict);
            }
        }
    }

    fn fetch_after(&mut self, input: Input) -> FetchId {
        let outputs = self.input(input);
        let [Output::Fetch(id)] = outputs[..] else { panic!("one fetch expected: {outputs:?}") };
        id
    }

    fn answer(&mut self, id: FetchId, version: Version) -> Vec<Output> {
        self.input(Input::Fetched { id, version })
    }

    fn deadline(&mut self) -> Option<Duration> {
        match self.gate.poll_output() {
            Output::Wait(deadline) => deadline,
            output => panic!("the drain had ended, and yet: {output:?}"),
        }
    }

    /// Sleeps until the gate's deadline and ticks.
    fn tick(&mut self) -> Vec<Output> {
        self.now = self.deadline().expect("a timer is set");
        self.input(Input::Tick)
    }
}

const fn version(revision: u64) -> Version {
    Version::new(Epoch::new(0), Revision::new(revision))
}

const fn announced(revision: u64) -> Input {
    Input::Announced { version: version(revision), news: News::Version }
}

#[gate_test(unsupported = test)]
fn listens_first_then_fetches() {
    let mut bench = Bench::new();
    assert_eq!(bench.input(Input::Start), [Output::Subscribe]);
    assert_eq!(bench.input(Input::Start), [], "a second start changes nothing");
    assert_eq!(bench.input(announced(3)), [], "heard, but nothing is fetched yet");
    let id = bench.fetch_after(Input::Subscribed);
    assert_eq!(bench.answer(id, version(3)), [Output::Apply(Candidate::Fetched)]);
    assert_eq!(bench.gate.applied(), Some(version(3)));
    assert_eq!(bench.gate.status(), Status::Live);
}

#[gate_test(unsupported = test)]
fn a_burst_that_the_fetch_in_flight_covers_costs_no_other() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(announced(2));
    for revision in 3..1000 {
        assert_eq!(bench.input(announced(revision)), []);
    }
    assert_eq!(bench.answer(id, version(999)), [Output::Apply(Candidate::Fetched)]);
}

#[gate_test(unsupported = test)]
fn a_burst_that_outruns_the_fetch_costs_one_more_at_once() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(announced(2));
    bench.input(announced(5));
    let outputs = bench.answer(id, version(2));
    let [Output::Apply(Candidate::Fetched), Output::Fetch(id)] = outputs[..] else {
        panic!("applied, and fetched again at once: {outputs:?}")
    };
    assert_eq!(bench.answer(id, version(5)), [Output::Apply(Candidate::Fetched)]);
    assert_eq!(bench.deadline(), None);
}

#[gate_test(unsupported = test)]
fn what_is_not_newer_costs_nothing() {
    let mut bench = Bench::live(version(7));
    for revision in [7, 6, 0] {
        assert_eq!(bench.input(announced(revision)), []);
        assert_eq!(bench.input(Input::Offered { version: version(revision) }), []);
    }
    assert_eq!(bench.deadline(), None);
}

#[gate_test(unsupported = test)]
fn never_goes_back() {
    let mut bench = Bench::live(version(7));
    let id = bench.fetch_after(announced(9));
    let outputs = bench.answer(id, version(6));
    assert!(!outputs.contains(&Output::Apply(Candidate::Fetched)), "{outputs:?}");
    assert_eq!(bench.gate.applied(), Some(version(7)));
}

#[gate_test(unsupported = test)]
fn a_snapshot_older_than_announced_is_fetched_again_after_a_pause() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(announced(5));
    let outputs = bench.answer(id, version(3));
    let stale = Cause::Stale { fetched: version(3), wanted: version(5) };
    let delay = Duration::from_millis(500);
    let report =
        Report { phase: Phase::GetSnapshot, cause: stale, attempt: 1, retry_in: Some(delay) };
    assert_eq!(outputs, [Output::Apply(Candidate::Fetched), Output::Report(report)]);
    assert_eq!(bench.gate.applied(), Some(version(3)), "news all the same");
    assert_eq!(bench.deadline(), Some(bench.now + delay));
    assert!(matches!(bench.tick()[..], [Output::Fetch(_)]));
}

#[gate_test(unsupported = test)]
fn a_new_epoch_is_news_whatever_its_revision() {
    let mut bench = Bench::live(version(50));
    let restarted = Version::new(Epoch::new(1), Revision::new(1));
    let id = bench.fetch_after(Input::Announced { version: restarted, news: News::Version });
    assert_eq!(bench.answer(id, restarted), [Output::Apply(Candidate::Fetched)]);
    assert_eq!(bench.input(announced(51)), [], "the old epoch is over");
}

#[gate_test(unsupported = test)]
fn a_failed_fetch_is_made_again_ever_more_slowly() {
    let mut bench = Bench::live(version(1));
    let mut id = bench.fetch_after(announced(2));
    for (attempt, delay) in [(1, 500), (2, 1000), (3, 2000), (4, 4000), (5, 8000), (6, 10_000)] {
        let delay = Duration::from_millis(delay);
        let outputs = bench.input(Input::FetchFailed { id });
        let cause = Cause::Failed;
        let report = Report { phase: Phase::GetSnapshot, cause, attempt, retry_in: Some(delay) };
        assert_eq!(outputs, [Output::Report(report)]);
        assert_eq!(bench.gate.status(), Status::Retrying { attempt });
        assert_eq!(bench.input(announced(2)), [], "news does not cut the pause short");
        assert_eq!(bench.deadline(), Some(bench.now + delay));
        let outputs = bench.tick();
        let [Output::Fetch(next)] = outputs[..] else { panic!("{outputs:?}") };
        id = next;
    }
    assert_eq!(bench.answer(id, version(2)), [Output::Apply(Candidate::Fetched)]);
    assert_eq!(bench.gate.status(), Status::Live);
}

#[gate_test(unsupported = test)]
fn an_early_tick_changes_nothing() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(announced(2));
    let deadline = bench.deadline();
    assert_eq!(bench.input(Input::Tick), []);
    assert_eq!(bench.deadline(), deadline);
    bench.input(Input::FetchFailed { id });
    assert_eq!(bench.input(Input::Tick), []);
}

#[gate_test(unsupported = test)]
fn a_fetch_without_answer_times_out_and_its_late_answer_is_ignored() {
    let mut bench = Bench::live(version(1));
    let late = bench.fetch_after(announced(2));
    assert_eq!(bench.deadline(), Some(bench.now + 10 * SECOND));
    let outputs = bench.tick();
    let [Output::Report(report)] = outputs[..] else { panic!("{outputs:?}") };
    assert_eq!((report.phase, report.cause), (Phase::GetSnapshot, Cause::TimedOut));

    let outputs = bench.tick();
    let [Output::Fetch(id)] = outputs[..] else { panic!("{outputs:?}") };
    assert_eq!(bench.answer(late, version(2)), []);
    assert_eq!(bench.input(Input::FetchFailed { id: late }), []);
    assert_eq!(bench.answer(id, version(2)), [Output::Apply(Candidate::Fetched)]);
}

#[gate_test(unsupported = test)]
fn a_failed_first_fetch_is_made_again() {
    let mut bench = Bench::new();
    bench.input(Input::Start);
    let id = bench.fetch_after(Input::Subscribed);
    bench.input(Input::FetchFailed { id });
    assert_eq!(bench.gate.status(), Status::Retrying { attempt: 1 });
    assert!(matches!(bench.tick()[..], [Output::Fetch(_)]));
}

#[gate_test(unsupported = test)]
fn a_failed_subscription_is_made_again() {
    let mut bench = Bench::new();
    bench.input(Input::Start);
    let outputs = bench.input(Input::SubscribeFailed);
    let [Output::Report(report)] = outputs[..] else { panic!("{outputs:?}") };
    assert_eq!((report.phase, report.cause), (Phase::Subscribe, Cause::Failed));
    assert_eq!(bench.tick(), [Output::Subscribe]);
    bench.fetch_after(Input::Subscribed);
}

#[gate_test(unsupported = test)]
fn a_failed_apply_is_not_taken_for_applied() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(announced(2));
    let fetched = Input::Fetched { id, version: version(2) };
    let outputs = bench.input_applying(fetched, Input::ApplyFailed);
    let [Output::Apply(_), Output::Report(report)] = outputs[..] else { panic!("{outputs:?}") };
    assert_eq!((report.phase, report.cause), (Phase::Apply, Cause::Failed));
    assert_eq!(bench.gate.applied(), Some(version(1)));
    assert!(matches!(bench.tick()[..], [Output::Fetch(_)]));
}

#[gate_test(unsupported = test)]
fn a_failed_apply_of_an_offered_state_leads_to_a_fetch() {
    let mut bench = Bench::live(version(1));
    let offered = Input::Offered { version: version(2) };
    bench.input_applying(offered, Input::ApplyFailed);
    assert_eq!(bench.gate.applied(), Some(version(1)));
    assert!(matches!(bench.tick()[..], [Output::Fetch(_)]));
}

#[gate_test(unsupported = test)]
fn an_offered_state_is_applied_without_a_fetch_and_its_echo_costs_nothing() {
    let mut bench = Bench::live(version(1));
    let outputs = bench.input(Input::Offered { version: version(2) });
    assert_eq!(outputs, [Output::Apply(Candidate::Offered)]);
    assert_eq!(bench.input(announced(2)), []);
    assert_eq!(bench.deadline(), None);
}

#[gate_test(unsupported = test)]
fn an_offered_state_overtakes_the_fetch_in_flight() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(announced(2));
    let outputs = bench.input(Input::Offered { version: version(3) });
    assert_eq!(outputs, [Output::Apply(Candidate::Offered)]);
    assert_eq!(bench.answer(id, version(2)), [], "old by now, and nothing is wanting");
    assert_eq!(bench.gate.applied(), Some(version(3)));
    assert_eq!(bench.deadline(), None);
}

#[gate_test(unsupported = test)]
fn an_offered_state_ends_a_pause_that_waited_for_it() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(announced(2));
    bench.input(Input::FetchFailed { id });
    bench.input(Input::Offered { version: version(2) });
    assert_eq!(bench.gate.status(), Status::Live);
    assert_eq!(bench.deadline(), None);
}

#[gate_test(unsupported = test)]
fn a_fetch_that_fails_when_nothing_is_wanting_is_not_made_again() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(announced(2));
    bench.input(Input::Offered { version: version(2) });
    let outputs = bench.input(Input::FetchFailed { id });
    let [Output::Report(report)] = outputs[..] else { panic!("{outputs:?}") };
    assert_eq!(report.retry_in, None);
    assert_eq!(bench.gate.status(), Status::Live);
    assert_eq!(bench.deadline(), None);
}

#[gate_test(unsupported = test)]
fn a_state_offered_before_the_subscription_stands_is_only_wanted() {
    let mut bench = Bench::new();
    bench.input(Input::Start);
    assert_eq!(bench.input(Input::Offered { version: version(4) }), []);
    assert_eq!(bench.gate.wanted(), Some(version(4)));
    bench.fetch_after(Input::Subscribed);
}

#[gate_test(unsupported = test)]
fn a_state_offered_before_the_first_answer_does_not_stand_in_for_it() {
    let mut bench = Bench::new();
    bench.input(Input::Start);
    let id = bench.fetch_after(Input::Subscribed);
    // Version 3 was written before the subscription stood, and announced to nobody.
    assert_eq!(bench.input(Input::Offered { version: version(2) }), []);
    bench.input(Input::FetchFailed { id });
    let id = fetch_id(&bench.tick());
    assert_eq!(bench.answer(id, version(3)), [Output::Apply(Candidate::Fetched)]);
}

#[gate_test(unsupported = test)]
fn stop_is_final_and_quiet() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(announced(2));
    assert_eq!(bench.input(Input::Stop), [Output::Unsubscribe]);
    assert_eq!(bench.deadline(), None);
    for input in [
        Input::Fetched { id, version: version(2) },
        Input::FetchFailed { id },
        announced(9),
        Input::Offered { version: version(9) },
        Input::Subscribed,
        Input::Tick,
        Input::Start,
        Input::Stop,
    ] {
        assert_eq!(bench.input(input), [], "{input:?}");
    }
    assert_eq!(bench.gate.applied(), Some(version(1)));
    assert_eq!(bench.gate.status(), Status::Stopped);
}

#[gate_test(unsupported = test)]
fn a_subscription_that_completes_after_stop_is_undone() {
    let mut bench = Bench::new();
    bench.input(Input::Start);
    assert_eq!(bench.input(Input::Stop), []);
    assert_eq!(bench.input(Input::Subscribed), [Output::Unsubscribe]);
    assert_eq!(bench.input(Input::Subscribed), []);
}

#[gate_test(unsupported = test)]
fn stop_between_two_subscriptions_leaves_no_timer() {
    let mut bench = Bench::new();
    bench.input(Input::Start);
    bench.input(Input::SubscribeFailed);
    bench.input(Input::Stop);
    assert_eq!(bench.deadline(), None);
    bench.now += 60 * SECOND;
    assert_eq!(bench.input(Input::Tick), []);
}

#[gate_test(unsupported = test)]
fn the_largest_versions_and_a_clock_that_jumps_back_are_no_trouble() {
    let largest = Version::new(Epoch::new(u64::MAX), Revision::new(u64::MAX));
    let mut bench = Bench::live(version(1));
    bench.now = Duration::MAX;
    let id = bench.fetch_after(Input::Announced { version: largest, news: News::Version });
    assert_eq!(bench.deadline(), Some(Duration::MAX));
    bench.now = Duration::ZERO;
    assert_eq!(bench.input(Input::Tick), []);
    assert_eq!(bench.answer(id, largest), [Output::Apply(Candidate::Fetched)]);
    assert_eq!(bench.input(announced(u64::MAX)), []);
}

const fn announced_with(revision: u64, news: News) -> Input {
    Input::Announced { version: version(revision), news }
}

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn paced(pacing: Pacing) -> Options {
    Options::builder().pacing(pacing).build().expect("sensible options")
}

fn fetch_id(outputs: &[Output]) -> FetchId {
    let [.., Output::Fetch(id)] = outputs else { panic!("a fetch expected: {outputs:?}") };
    *id
}

#[gate_test(unsupported = test)]
fn news_of_the_whole_state_is_applied_without_a_fetch() {
    let mut bench = Bench::live(version(1));
    let outputs = bench.input(announced_with(2, News::State));
    assert_eq!(outputs, [Output::Apply(Candidate::Announced(version(2)))]);
    assert_eq!(bench.input(announced(2)), [], "the plain announcement of it is an echo");
    assert_eq!(bench.input(announced_with(2, News::State)), []);
    assert_eq!(bench.deadline(), None);
}

#[gate_test(unsupported = test)]
fn a_patch_is_applied_on_its_base_and_fetched_on_any_other() {
    let mut bench = Bench::live(version(1));
    let patch = |base| News::Patch { base: version(base) };
    let outputs = bench.input(announced_with(2, patch(1)));
    assert_eq!(outputs, [Output::Apply(Candidate::Announced(version(2)))]);
    let outputs = bench.input(announced_with(4, patch(3)));
    let id = fetch_id(&outputs);
    assert_eq!(bench.answer(id, version(4)), [Output::Apply(Candidate::Fetched)]);
    assert_eq!(bench.deadline(), None);
}

#[gate_test(unsupported = test)]
fn news_that_another_announcement_has_outdated_are_not_applied() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(announced(3));
    assert_eq!(bench.input(announced_with(2, News::State)), [], "older than wanted");
    assert_eq!(bench.answer(id, version(3)), [Output::Apply(Candidate::Fetched)]);
}

#[gate_test(unsupported = test)]
fn news_that_come_during_a_fetch_overtake_it() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(announced(2));
    let outputs = bench.input(announced_with(3, News::State));
    assert_eq!(outputs, [Output::Apply(Candidate::Announced(version(3)))]);
    assert_eq!(bench.answer(id, version(2)), []);
    assert_eq!((bench.gate.applied(), bench.deadline()), (Some(version(3)), None));
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
        assert_eq!(bench.answer(id, version(3)), [Output::Apply(Candidate::Fetched)]);
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
fn a_debounced_burst_costs_one_fetch_when_it_is_over() {
    let mut bench = Bench::live_with(paced(Pacing::debounce(ms(50))), version(1));
    for revision in 2..=11 {
        assert_eq!(bench.input(announced(revision)), []);
        bench.now += ms(10);
    }
    assert_eq!(bench.deadline(), Some(bench.now + ms(40)));
    let id = fetch_id(&bench.tick());
    bench.answer(id, version(11));
    assert_eq!(bench.deadline(), None);
}

#[gate_test(unsupported = test)]
fn sustained_traffic_gets_through_every_max_wait() {
    let pacing = Pacing::debounce(ms(50)).max_wait(ms(200));
    let mut bench = Bench::live_with(paced(pacing), version(1));
    let mut fetches = 0;
    for revision in 2..=201 {
        let mut outputs = bench.input(announced(revision));
        bench.now += ms(10);
        outputs.extend(bench.input(Input::Tick));
        if let [Output::Fetch(id)] = outputs[..] {
            fetches += 1;
            bench.answer(id, version(revision));
        }
    }
    assert_eq!(fetches, 10, "2 s of announcements every 10 ms");
}

#[gate_test(unsupported = test)]
fn a_throttled_burst_is_fetched_at_once_and_then_once_a_period() {
    let mut bench = Bench::live_with(paced(Pacing::none().throttle(ms(100))), version(1));
    let id = bench.fetch_after(announced(2));
    bench.answer(id, version(2));
    bench.now += ms(10);
    assert_eq!(bench.input(announced(3)), []);
    assert_eq!(bench.deadline(), Some(bench.now + ms(90)));
    let id = fetch_id(&bench.tick());
    bench.answer(id, version(3));
    assert_eq!(bench.deadline(), None);
}

#[gate_test(unsupported = test)]
fn paced_news_are_applied_when_their_turn_comes() {
    let mut bench = Bench::live_with(paced(Pacing::debounce(ms(50))), version(1));
    assert_eq!(bench.input(announced_with(2, News::State)), []);
    assert_eq!(bench.input(announced_with(3, News::State)), []);
    assert_eq!(bench.tick(), [Output::Apply(Candidate::Announced(version(3)))]);
    assert_eq!(bench.deadline(), None);
}

#[gate_test(unsupported = test)]
fn neither_start_nor_refresh_nor_own_writes_are_paced() {
    let mut bench = Bench::with(paced(Pacing::debounce(SECOND)));
    bench.input(Input::Start);
    let id = bench.fetch_after(Input::Subscribed);
    bench.answer(id, version(1));
    let outputs = bench.input(Input::Offered { version: version(2) });
    assert_eq!(outputs, [Output::Apply(Candidate::Offered)]);
    bench.fetch_after(Input::Refresh);
}

#[gate_test(unsupported = test)]
fn what_waits_is_forgotten_once_it_came_another_way() {
    let mut bench = Bench::live_with(paced(Pacing::debounce(SECOND)), version(1));
    assert_eq!(bench.input(announced(2)), []);
    bench.input(Input::Offered { version: version(2) });
    assert_eq!(bench.deadline(), None);
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
fn a_refresh_that_fails_ends_with_the_failure() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(Input::Refresh);
    let asked = bench.gate.asked();
    let outputs = bench.input(Input::FetchFailed { id });
    let [Output::Report(report), Output::Settle(through, settlement)] = outputs[..] else {
        panic!("{outputs:?}")
    };
    assert_eq!(report.retry_in, None, "nothing is wanting");
    assert_eq!((through, settlement), (asked, Settlement::Failed));
}

#[gate_test(unsupported = test)]
fn a_refresh_cuts_a_pause_short() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(announced(2));
    bench.input(Input::FetchFailed { id });
    bench.fetch_after(Input::Refresh);
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

#[gate_test(unsupported = test)]
fn stop_tells_who_waits_and_who_comes_later() {
    let mut bench = Bench::live(version(1));
    bench.fetch_after(Input::Refresh);
    let stopped = Output::Settle(bench.gate.asked(), Settlement::Stopped);
    assert_eq!(bench.input(Input::Stop), [Output::Unsubscribe, stopped]);
    let outputs = bench.input(Input::Refresh);
    assert_eq!(outputs, [Output::Settle(bench.gate.asked(), Settlement::Stopped)]);
}

#[gate_test(unsupported = test)]
fn a_window_that_is_shown_again_fetches() {
    let mut bench = Bench::live(version(1));
    assert_eq!(bench.input(Input::Hidden), []);
    let id = bench.fetch_after(announced(2));
    bench.answer(id, version(2));
    let id = bench.fetch_after(Input::Shown);
    assert_eq!(bench.answer(id, version(2)), []);
}

#[gate_test(unsupported = test)]
fn a_hidden_window_that_pauses_fetches_nothing_until_it_is_shown() {
    let pause = Options::builder().pause_while_hidden(true).build().expect("sensible options");
    let mut bench = Bench::live_with(pause, version(1));
    bench.input(Input::Hidden);
    assert_eq!(bench.input(announced(2)), []);
    assert_eq!(bench.input(announced_with(3, News::State)), []);
    assert_eq!(bench.deadline(), None);
    let id = bench.fetch_after(Input::Shown);
    assert_eq!(bench.answer(id, version(3)), [Output::Apply(Candidate::Fetched)]);
}

#[gate_test(unsupported = test)]
fn a_lost_announcement_is_healed_by_the_resync() {
    let resync = Options::builder().resync(30 * SECOND).build().expect("sensible options");
    let mut bench = Bench::live_with(resync, version(1));
    assert_eq!(bench.deadline(), Some(bench.now + 30 * SECOND));
    let id = fetch_id(&bench.tick());
    assert_eq!(bench.answer(id, version(2)), [Output::Apply(Candidate::Fetched)]);
    assert_eq!(bench.deadline(), Some(bench.now + 30 * SECOND));
    let id = fetch_id(&bench.tick());
    bench.input(Input::FetchFailed { id });
    assert_eq!(bench.deadline(), Some(bench.now + 30 * SECOND), "the next one is its retry");
}
