//! Self-heal: after an interval without news, when the window is shown again, when the machine
//! wakes, until a fetch is answered; so that even a lost last announcement heals.

use revgate::gate::{Candidate, Cause, FetchId, Input, News, Options, Output, Settlement, Status};

use super::bench::{
    Bench, SECOND, announced, announced_with, fetch_id, ms, offered, report, version,
};
use super::gate_test;

fn resyncing() -> Bench {
    let options = Options::builder().resync(30 * SECOND).build().expect("sensible options");
    Bench::live_with(options, version(1))
}

fn pausing() -> Bench {
    let options = Options::builder().pause_while_hidden(true).build().expect("sensible options");
    Bench::live_with(options, version(1))
}

#[gate_test(unsupported = test)]
fn a_lost_announcement_is_healed_by_the_resync() {
    let mut bench = resyncing();
    assert_eq!(bench.deadline(), Some(bench.now + 30 * SECOND));
    bench.now += 29 * SECOND;
    assert_eq!(bench.input(Input::Tick), [], "not before its time");
    let id = fetch_id(&bench.tick());
    assert_eq!(bench.answer(id, version(2)), [Output::Apply(Candidate::Fetched)]);
    assert_eq!(bench.deadline(), Some(bench.now + 30 * SECOND));
    let id = fetch_id(&bench.tick());
    assert_eq!(bench.answer(id, version(2)), [], "nothing was lost");
    assert_eq!(bench.deadline(), Some(bench.now + 30 * SECOND));
}

#[gate_test(unsupported = test)]
fn any_good_answer_puts_the_resync_off() {
    let mut bench = resyncing();
    bench.now += 20 * SECOND;
    let id = bench.fetch_after(announced(2));
    bench.answer(id, version(2));
    assert_eq!(bench.deadline(), Some(bench.now + 30 * SECOND));
}

#[gate_test(unsupported = test)]
fn so_does_any_news_that_is_shown() {
    let mut bench = resyncing();
    for input in [announced_with(2, News::State), offered(3)] {
        bench.now += 20 * SECOND;
        assert!(matches!(bench.input(input)[..], [Output::Apply(_)]));
        assert_eq!(bench.deadline(), Some(bench.now + 30 * SECOND));
    }
    bench.now += 20 * SECOND;
    let deadline = bench.deadline();
    for input in [announced(3), announced_with(3, News::State), offered(2)] {
        bench.input(input);
        assert_eq!(bench.deadline(), deadline, "{input:?} is no news");
    }
    fetch_id(&bench.tick());
}

#[gate_test(unsupported = test)]
fn a_hidden_window_that_pauses_makes_no_resync_until_it_is_shown() {
    let options = Options::builder().resync(30 * SECOND).pause_while_hidden(true);
    let mut bench = Bench::live_with(options.build().expect("sensible options"), version(1));
    bench.input(Input::Hidden);
    assert_eq!(bench.deadline(), None);
    bench.now += 3600 * SECOND;
    assert_eq!(bench.input(Input::Tick), []);
    let id = bench.fetch_after(Input::Shown);
    bench.answer(id, version(1));
    assert_eq!(bench.deadline(), Some(bench.now + 30 * SECOND));
}

#[gate_test(unsupported = test)]
fn a_window_that_is_shown_again_fetches() {
    let mut bench = Bench::live(version(1));
    assert_eq!(bench.input(Input::Hidden), []);
    let id = bench.fetch_after(announced(2));
    bench.answer(id, version(2));
    let id = bench.fetch_after(Input::Shown);
    assert_eq!(bench.answer(id, version(3)), [Output::Apply(Candidate::Fetched)]);
    assert_eq!(bench.deadline(), None);
}

#[gate_test(unsupported = test)]
fn a_machine_that_wakes_fetches_though_the_window_was_never_hidden() {
    let mut bench = Bench::live(version(1));
    bench.now += 3600 * SECOND;
    let id = bench.fetch_after(Input::Shown);
    assert_eq!(bench.answer(id, version(2)), [Output::Apply(Candidate::Fetched)]);
}

#[gate_test(unsupported = test)]
fn a_resync_that_fails_is_made_again_with_backoff_until_it_is_answered() {
    let mut bench = resyncing();
    let mut id = fetch_id(&bench.tick());
    for (attempt, pause) in [(1, ms(500)), (2, SECOND), (3, 2 * SECOND)] {
        let report = report(&bench.input(Input::FetchFailed { id }));
        assert_eq!((report.attempt, report.retry_in), (attempt, Some(pause)));
        assert_eq!(bench.gate.status(), Status::Retrying { attempt });
        assert_eq!(bench.deadline(), Some(bench.now + pause));
        id = fetch_id(&bench.tick());
    }
    assert_eq!(bench.answer(id, version(2)), [Output::Apply(Candidate::Fetched)]);
    assert_eq!(bench.gate.status(), Status::Live);
    assert_eq!(bench.deadline(), Some(bench.now + 30 * SECOND));
}

#[gate_test(unsupported = test)]
fn a_fetch_for_a_shown_window_is_made_again_with_backoff_until_it_is_answered() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(Input::Shown);
    let failed = report(&bench.input(Input::FetchFailed { id }));
    assert_eq!(failed.retry_in, Some(ms(500)));
    fetch_id(&bench.tick());
    let timed_out = report(&bench.tick());
    assert_eq!((timed_out.cause, timed_out.retry_in), (Cause::TimedOut, Some(SECOND)));
    let id = fetch_id(&bench.tick());
    assert_eq!(bench.answer(id, version(1)), [], "nothing was lost");
    assert_eq!((bench.gate.status(), bench.deadline()), (Status::Live, None));
}

#[gate_test(unsupported = test)]
fn a_state_at_hand_does_not_stand_in_for_the_answer() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(Input::Shown);
    bench.input(Input::FetchFailed { id });
    let deadline = bench.deadline();
    bench.input(offered(2));
    bench.input(announced_with(3, News::State));
    assert_eq!((bench.gate.applied(), bench.deadline()), (Some(version(3)), deadline));
    let id = fetch_id(&bench.tick());
    assert_eq!(bench.answer(id, version(4)), [Output::Apply(Candidate::Fetched)]);
    assert_eq!(bench.deadline(), None);
}

#[gate_test(unsupported = test)]
fn an_answer_older_than_announced_does_not_count() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(announced(3));
    bench.input(Input::FetchFailed { id });
    assert_eq!(bench.input(Input::Shown), [], "the next try has its time set");
    let id = fetch_id(&bench.tick());
    bench.answer(id, version(2));
    assert_eq!(bench.gate.status(), Status::Retrying { attempt: 2 });
    bench.input(offered(3));
    let id = fetch_id(&bench.tick());
    assert_eq!(bench.answer(id, version(4)), [Output::Apply(Candidate::Fetched)]);
    assert_eq!(bench.deadline(), None);
}

#[gate_test(unsupported = test)]
fn a_fetch_begun_before_the_window_was_shown_proves_nothing() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(announced(2));
    assert_eq!(bench.input(Input::Shown), [], "one fetch at a time");
    let id = fetch_id(&bench.answer(id, version(2)));
    bench.answer(id, version(2));
    assert_eq!(bench.deadline(), None);

    let id = bench.fetch_after(Input::Refresh);
    bench.input(Input::Shown);
    bench.input(Input::FetchFailed { id });
    assert_eq!(bench.deadline(), Some(bench.now + ms(500)), "no fetch at once after a failure");
    fetch_id(&bench.tick());
}

#[gate_test(unsupported = test)]
fn a_refresh_that_fails_puts_the_resync_off_and_leaves_no_tick_at_once() {
    let mut bench = resyncing();
    bench.now += 29 * SECOND;
    let id = bench.fetch_after(Input::Refresh);
    bench.now += 5 * SECOND;
    let outputs = bench.input(Input::FetchFailed { id });
    let failed = Output::Settle(bench.gate.asked(), Settlement::Failed);
    assert_eq!(outputs[1..], [failed]);
    assert_eq!(bench.deadline(), Some(bench.now + 30 * SECOND));
}

#[gate_test(unsupported = test)]
fn a_hidden_window_that_pauses_fetches_nothing_until_it_is_shown() {
    let mut bench = pausing();
    bench.input(Input::Hidden);
    assert_eq!(bench.input(announced(2)), []);
    assert_eq!(bench.input(announced_with(3, News::State)), []);
    assert_eq!(bench.deadline(), None);
    let id = bench.fetch_after(Input::Shown);
    assert_eq!(bench.answer(id, version(3)), [Output::Apply(Candidate::Fetched)]);
}

#[gate_test(unsupported = test)]
fn a_hidden_window_that_pauses_tries_again_when_it_is_shown() {
    let mut bench = pausing();
    let id = bench.fetch_after(Input::Shown);
    bench.input(Input::Hidden);
    bench.input(Input::FetchFailed { id });
    assert_eq!(bench.deadline(), None);
    bench.now += SECOND;
    bench.input(Input::Shown);
    fetch_id(&bench.tick());
}

#[gate_test(unsupported = test)]
fn a_hidden_window_that_pauses_answers_a_refresh_all_the_same() {
    let mut bench = pausing();
    bench.input(Input::Hidden);
    let id = bench.fetch_after(Input::Refresh);
    let settled = Output::Settle(bench.gate.asked(), Settlement::Fresh);
    assert_eq!(bench.answer(id, version(2)), [Output::Apply(Candidate::Fetched), settled]);
}

#[gate_test(unsupported = test)]
fn a_hidden_window_that_pauses_listens_again_and_fetches_when_it_is_shown() {
    let mut bench = pausing();
    bench.input(Input::Hidden);
    bench.input(Input::SubscriptionEnded);
    assert_eq!(bench.tick(), [Output::Subscribe]);
    assert_eq!(bench.input(Input::Subscribed), []);
    assert_eq!((bench.gate.status(), bench.deadline()), (Status::Live, None));
    let id = bench.fetch_after(Input::Shown);
    assert_eq!(bench.answer(id, version(2)), [Output::Apply(Candidate::Fetched)]);
}

#[gate_test(unsupported = test)]
fn a_hidden_window_that_pauses_answers_a_refresh_once_it_listens_again() {
    let mut bench = pausing();
    bench.input(Input::Hidden);
    bench.input(Input::SubscriptionEnded);
    assert_eq!(bench.input(Input::Refresh), [Output::Subscribe]);
    bench.fetch_after(Input::Subscribed);
}

/// What the driver may hear of a version that is at hand, or of an older one.
const NOT_NEWER: [u64; 3] = [0, 4, 5];

#[gate_test(unsupported = test)]
fn an_answer_no_newer_than_what_is_shown_is_never_applied() {
    let causes: [fn(&mut Bench) -> FetchId; 3] = [
        |bench| fetch_id(&bench.tick()),
        |bench| bench.fetch_after(Input::Shown),
        |bench| bench.fetch_after(Input::Refresh),
    ];
    for (cause, revision) in causes.iter().flat_map(|cause| NOT_NEWER.map(|it| (cause, it))) {
        let mut bench = resyncing();
        bench.input(offered(5));
        let id = cause(&mut bench);
        let outputs = bench.answer(id, version(revision));
        let is_settled = |output: &Output| matches!(output, Output::Settle(_, Settlement::Fresh));
        assert!(outputs.iter().all(is_settled), "{revision}: {outputs:?}");
        assert_eq!(bench.gate.applied(), Some(version(5)));
        assert_eq!(bench.deadline(), Some(bench.now + 30 * SECOND), "and that is all");
    }
}

#[gate_test(unsupported = test)]
fn an_answer_no_newer_than_what_is_shown_does_not_stand_in_for_what_is_wanted() {
    for revision in NOT_NEWER {
        let mut bench = Bench::live(version(5));
        let id = bench.fetch_after(announced(6));
        let cause = report(&bench.answer(id, version(revision))).cause;
        assert_eq!(cause, Cause::Stale { fetched: version(revision), wanted: version(6) });
        let id = fetch_id(&bench.tick());
        assert_eq!(bench.answer(id, version(6)), [Output::Apply(Candidate::Fetched)]);
    }
}
