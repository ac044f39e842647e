//! Stop is final and quiet: nothing applied after it, a pending subscription undone when it
//! completes, timers gone, waiters told.

use revgate::Pacing;
use revgate::gate::{Input, News, Options, Output, Settlement, Status};

use super::bench::{Bench, SECOND, announced, announced_with, offered, paced, version};
use super::gate_test;

#[gate_test(unsupported = test)]
fn nothing_is_applied_fetched_or_said_after_it() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(announced(2));
    assert_eq!(bench.input(Input::Stop), [Output::Unsubscribe]);
    assert_eq!(bench.deadline(), None);
    for input in [
        Input::Fetched { id, version: version(2) },
        Input::FetchFailed { id },
        announced(9),
        announced_with(9, News::State),
        offered(9),
        Input::Applied,
        Input::SubscribeFailed,
        Input::SubscriptionEnded,
        Input::Hidden,
        Input::Shown,
        Input::Tick,
        Input::Start,
        Input::Stop,
    ] {
        assert_eq!(bench.input(input), [], "{input:?}");
        assert_eq!(bench.deadline(), None, "{input:?}");
    }
    assert_eq!(bench.gate.applied(), Some(version(1)));
    assert_eq!(bench.gate.status(), Status::Stopped);
}

#[gate_test(unsupported = test)]
fn a_subscription_that_completes_after_it_is_undone() {
    let mut bench = Bench::new();
    bench.input(Input::Start);
    assert_eq!(bench.input(Input::Stop), []);
    assert_eq!(bench.input(Input::Subscribed), [Output::Unsubscribe]);
    assert_eq!((bench.gate.status(), bench.deadline()), (Status::Stopped, None));
}

#[gate_test(unsupported = test)]
fn so_is_each_of_several_attempts_to_subscribe() {
    let mut bench = Bench::new();
    bench.input(Input::Start);
    bench.tick();
    assert_eq!(bench.tick(), [Output::Subscribe]);
    assert_eq!(bench.input(Input::Stop), []);
    assert_eq!(bench.input(Input::Subscribed), [Output::Unsubscribe]);
    assert_eq!(bench.input(Input::SubscribeFailed), []);
    assert_eq!(bench.input(Input::Subscribed), [Output::Unsubscribe]);
}

#[gate_test(unsupported = test)]
fn a_subscription_that_fails_after_it_leaves_nothing_to_undo() {
    let mut bench = Bench::new();
    bench.input(Input::Start);
    bench.input(Input::Stop);
    assert_eq!(bench.input(Input::SubscribeFailed), []);
    assert_eq!(bench.deadline(), None);
}

#[gate_test(unsupported = test)]
fn a_subscription_that_ended_before_it_leaves_nothing_to_undo() {
    let mut bench = Bench::live(version(1));
    bench.input(Input::SubscriptionEnded);
    assert_eq!(bench.input(Input::Stop), []);
    assert_eq!(bench.input(offered(2)), []);
    assert_eq!((bench.gate.status(), bench.deadline()), (Status::Stopped, None));
}

#[gate_test(unsupported = test)]
fn a_gate_stopped_before_its_start_never_starts() {
    let mut bench = Bench::new();
    assert_eq!(bench.input(Input::Stop), []);
    assert_eq!(bench.input(Input::Start), []);
    assert_eq!((bench.gate.status(), bench.deadline()), (Status::Stopped, None));
}

#[gate_test(unsupported = test)]
fn whatever_it_waited_for_no_timer_is_left() {
    let resync = Options::builder().resync(30 * SECOND).build().expect("sensible options");
    let resubscribing = {
        let mut bench = Bench::new();
        bench.input(Input::Start);
        bench.input(Input::SubscribeFailed);
        bench
    };
    let fetching = {
        let mut bench = Bench::live(version(1));
        bench.fetch_after(announced(2));
        bench
    };
    let backing_off = {
        let mut bench = Bench::live(version(1));
        let id = bench.fetch_after(announced(2));
        bench.input(Input::FetchFailed { id });
        bench
    };
    let pacing = {
        let mut bench = Bench::live_with(paced(Pacing::debounce(SECOND)), version(1));
        bench.input(announced_with(2, News::State));
        bench
    };
    let resyncing = Bench::live_with(resync, version(1));
    for mut bench in [resubscribing, fetching, backing_off, pacing, resyncing] {
        assert!(bench.deadline().is_some());
        bench.input(Input::Stop);
        assert_eq!(bench.deadline(), None);
        bench.now += 60 * SECOND;
        assert_eq!(bench.input(Input::Tick), []);
    }
}

#[gate_test(unsupported = test)]
fn it_tells_who_waits_and_who_comes_later() {
    let mut bench = Bench::live(version(1));
    bench.fetch_after(Input::Refresh);
    let stopped = Output::Settle(bench.gate.asked(), Settlement::Stopped);
    assert_eq!(bench.input(Input::Stop), [Output::Unsubscribe, stopped]);
    let outputs = bench.input(Input::Refresh);
    assert_eq!(outputs, [Output::Settle(bench.gate.asked(), Settlement::Stopped)]);
}
