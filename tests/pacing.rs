//! Pacing: what each option promises, and a naive simulation that the arithmetic must agree with.

use std::time::Duration;

use proptest::prelude::*;
use revgate::{Pacing, PacingError};
use wasm_bindgen_test::wasm_bindgen_test as pacing_test;

use oracle::{Plan, Traffic};
use recording::Pacer;
use runner::check;

#[path = "pacing/oracle.rs"]
mod oracle;
mod recording;
#[path = "properties/runner.rs"]
mod runner;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// When the pacer delivers, if events come at these times and each is delivered in time.
fn deliveries(pacing: &Pacing, events: impl IntoIterator<Item = u64>) -> Vec<u64> {
    let events = events.into_iter().collect();
    run(pacing, &Traffic { events, busy: 0, timer_first: false })
}

/// Jumps from one event or deadline to the next, as a driver does.
fn run(pacing: &Pacing, traffic: &Traffic) -> Vec<u64> {
    assert_eq!(pacing.check(), Ok(()));
    let mut pacer = Pacer::new(pacing.clone());
    let mut deliveries: Vec<Duration> = Vec::new();
    let due = |pacer: &Pacer, deliveries: &[Duration]| {
        let free = deliveries.last().map_or(Duration::ZERO, |last| *last + ms(traffic.busy));
        pacer.deadline().map(|at| at.max(free))
    };
    let mut events = traffic.events.iter().map(|&at| ms(at)).peekable();
    loop {
        let next = events.peek().copied();
        let timer = due(&pacer, &deliveries);
        let timer_is_next = match (timer, next) {
            (Some(timer), Some(next)) => timer < next || timer == next && traffic.timer_first,
            (timer, _) => timer.is_some(),
        };
        let now = match (timer.filter(|_| timer_is_next), next) {
            (Some(timer), _) => timer,
            (None, Some(event)) => {
                pacer.event(event);
                events.next();
                event
            }
            (None, None) => return deliveries.iter().map(|at| at.as_millis() as u64).collect(),
        };
        // An event that may be delivered at once is, before the next one of the same moment.
        if due(&pacer, &deliveries).is_some_and(|at| at <= now) {
            pacer.delivered(now);
            deliveries.push(now);
        }
    }
}

#[pacing_test(unsupported = test)]
fn without_options_every_event_is_delivered_at_once() {
    assert_eq!(deliveries(&Pacing::none(), [0, 1, 1, 7]), [0, 1, 1, 7]);
    assert_eq!(Pacing::none(), Pacing::default());
}

#[pacing_test(unsupported = test)]
fn debounce_waits_until_it_is_quiet() {
    let pacing = Pacing::debounce(ms(50));
    assert_eq!(deliveries(&pacing, [0]), [50]);
    assert_eq!(deliveries(&pacing, [0, 30, 60, 200]), [110, 250]);
    assert_eq!(deliveries(&pacing, [0, 49]), [99]);
    assert_eq!(deliveries(&pacing, [0, 51]), [50, 101]);
}

#[pacing_test(unsupported = test)]
fn sustained_traffic_is_delivered_every_max_wait() {
    let pacing = Pacing::debounce(ms(50)).max_wait(ms(200));
    assert_eq!(deliveries(&pacing, (0..1000).step_by(10)), [200, 410, 620, 830, 1040]);
}

#[pacing_test(unsupported = test)]
fn max_wait_is_ten_debounce_periods_by_default() {
    assert_eq!(deliveries(&Pacing::debounce(ms(5)), 0..150), [50, 101, 152]);
}

#[pacing_test(unsupported = test)]
fn throttle_delivers_the_first_event_at_once_and_keeps_the_others_apart() {
    let pacing = Pacing::none().throttle(ms(100));
    assert_eq!(deliveries(&pacing, [0]), [0]);
    assert_eq!(deliveries(&pacing, [0, 10, 20, 300]), [0, 100, 300]);
    assert_eq!(deliveries(&pacing, 0..400), [0, 100, 200, 300, 400]);
}

#[pacing_test(unsupported = test)]
fn throttle_without_a_leading_edge_begins_with_a_period_of_waiting_and_does_not_starve() {
    let pacing = Pacing::none().throttle(ms(100)).leading(false);
    assert_eq!(deliveries(&pacing, [0]), [100]);
    assert_eq!(deliveries(&pacing, [0, 150, 500]), [100, 200, 600]);
    assert_eq!(deliveries(&pacing, 0..400), [100, 200, 300, 400]);
}

#[pacing_test(unsupported = test)]
fn a_leading_debounce_delivers_the_first_of_a_burst_and_then_its_end() {
    let pacing = Pacing::debounce(ms(50)).leading(true);
    assert_eq!(deliveries(&pacing, [0]), [0], "a burst of one has no end to deliver");
    assert_eq!(deliveries(&pacing, [0, 30, 60]), [0, 110]);
    assert_eq!(deliveries(&pacing, [0, 30, 100, 150]), [0, 80, 100, 150], "80 ms: quiet again");
}

#[pacing_test(unsupported = test)]
fn a_leading_debounce_under_sustained_traffic_is_delivered_every_max_wait() {
    let pacing = Pacing::debounce(ms(50)).max_wait(ms(200)).leading(true);
    assert_eq!(deliveries(&pacing, (0..600).step_by(10)), [0, 210, 420, 630]);
}

#[pacing_test(unsupported = test)]
fn debounce_and_throttle_together_do_not_starve() {
    let pacing = Pacing::debounce(ms(50)).max_wait(ms(60)).throttle(ms(100));
    assert_eq!(deliveries(&pacing, (0..400).step_by(10)), [60, 160, 260, 360, 460]);
    let pacing = Pacing::debounce(ms(50)).max_wait(ms(200)).throttle(ms(100));
    assert_eq!(deliveries(&pacing, (0..600).step_by(10)), [200, 410, 620]);
    let leading = pacing.leading(true);
    assert_eq!(deliveries(&leading, (0..600).step_by(10)), [0, 210, 420, 630]);
}

#[pacing_test(unsupported = test)]
fn what_has_reached_the_window_by_another_way_is_not_delivered() {
    let mut pacer = Pacer::new(Pacing::debounce(ms(50)));
    pacer.event(ms(0));
    pacer.forget();
    assert_eq!(pacer.deadline(), None);
    pacer.event(ms(10));
    assert_eq!(pacer.deadline(), Some(ms(60)));
}

#[pacing_test(unsupported = test)]
fn a_clock_that_jumps_back_only_delays() {
    let mut pacer = Pacer::new(Pacing::debounce(ms(50)).max_wait(ms(80)).throttle(ms(20)));
    pacer.event(ms(1000));
    pacer.event(ms(400));
    assert_eq!(pacer.deadline(), Some(ms(1050)), "the burst is no older than it was");
    pacer.event(ms(1060));
    assert_eq!(pacer.deadline(), Some(ms(1080)), "nor younger");
    pacer.delivered(ms(1080));
    pacer.event(ms(500));
    assert_eq!(pacer.deadline(), Some(ms(1110)));
}

#[pacing_test(unsupported = test)]
fn the_largest_durations_are_no_trouble() {
    const NEVER: Duration = Duration::MAX;
    for pacing in [
        Pacing::debounce(NEVER),
        Pacing::debounce(NEVER).max_wait(NEVER).throttle(NEVER),
        Pacing::none().throttle(NEVER).leading(false),
    ] {
        let mut pacer = Pacer::new(pacing.clone());
        pacer.event(ms(1));
        assert_eq!((pacer.deadline(), pacer.is_holding(NEVER)), (None, true), "{pacing:?}");
        pacer.delivered(NEVER);
        assert!(!pacer.is_holding(NEVER), "nothing waits");
        pacer.event(NEVER);
        assert_eq!((pacer.deadline(), pacer.is_holding(NEVER)), (None, true), "{pacing:?}");
    }
    let mut pacer = Pacer::new(Pacing::debounce(ms(50)).max_wait(NEVER));
    pacer.event(ms(1));
    assert_eq!(pacer.deadline(), Some(ms(51)));
    assert!(pacer.is_holding(ms(50)) && !pacer.is_holding(ms(51)));
}

#[pacing_test(unsupported = test)]
fn every_contradiction_of_a_pacing_names_both_options() {
    let too_short = Pacing::debounce(ms(50)).max_wait(ms(20)).check().expect_err("too short");
    let (max_wait, debounce) = (ms(20), ms(50));
    assert_eq!(too_short, PacingError::MaxWaitTooShort { max_wait, debounce });
    names(&too_short, &["`max_wait` (20ms)", "`debounce` (50ms)"]);

    let alone = Pacing::none().throttle(ms(10)).max_wait(ms(20)).check().expect_err("alone");
    assert_eq!(alone, PacingError::MaxWaitWithoutDebounce);
    names(&alone, &["`max_wait`", "`debounce`"]);

    for at_once in [false, true] {
        let idle = Pacing::none().leading(at_once).check().expect_err("nothing to lead");
        assert_eq!(idle, PacingError::LeadingWithoutPacing);
        names(&idle, &["`leading`", "`debounce`", "`throttle`"]);
    }
    assert_eq!(Pacing::debounce(ms(50)).max_wait(ms(50)).check(), Ok(()));
}

fn names(error: &dyn std::error::Error, options: &[&str]) {
    let text = error.to_string();
    options.iter().for_each(|option| assert!(text.contains(option), "{option}: {text}"));
}

#[pacing_test(unsupported = test)]
fn the_pacer_delivers_when_the_naive_simulation_does() {
    check(1000, (Plan::any(), Traffic::any()), |(plan, traffic)| {
        prop_assert_eq!(run(&plan.pacing(), &traffic), plan.simulate(&traffic));
        Ok(())
    });
}

#[pacing_test(unsupported = test)]
fn deliveries_are_apart_and_none_waits_too_long() {
    check(1000, (Plan::any(), Traffic::any()), |(plan, traffic)| {
        let deliveries = run(&plan.pacing(), &traffic);
        for pair in deliveries.windows(2) {
            prop_assert!(pair[1] - pair[0] >= plan.throttle, "{:?}", deliveries);
        }
        let longest = plan.longest_wait().max(plan.throttle).max(traffic.busy);
        for event in &traffic.events {
            let delivery = deliveries.iter().find(|at| *at >= event);
            let Some(delivery) = delivery else { return Err(TestCaseError::fail("lost")) };
            prop_assert!(delivery - event <= longest, "{} waits until {}", event, delivery);
        }
        Ok(())
    });
}

#[pacing_test(unsupported = test)]
fn a_pacing_is_refused_exactly_if_an_option_has_nothing_to_work_on() {
    let option = || proptest::option::of(0..4u64);
    let options = (0..4u64, option(), 0..4u64, proptest::option::of(any::<bool>()));
    check(1000, options, |(debounce, max_wait, throttle, leading)| {
        let plan = Plan { debounce, max_wait, throttle, leading };
        let limit_works = max_wait.is_none_or(|limit| debounce > 0 && limit >= debounce);
        let leading_works = leading.is_none() || debounce + throttle > 0;
        let sensible = limit_works && leading_works;
        prop_assert_eq!(plan.pacing().check().is_ok(), sensible);
        Ok(())
    });
}
