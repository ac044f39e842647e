//! Pacing: each option through the gate. What it means exactly is in `tests/pacing.rs`.

use revgate::Pacing;
use revgate::gate::{Candidate, Input, News, Output};

use super::bench::{
    Bench, SECOND, announced, announced_with, fetch_id, ms, offered, paced, version,
};
use super::gate_test;

/// How many fetches come of an announcement every 10 ms for 2 s, each answered at once with the
/// newest; the last of them is always shown in the end.
fn fetches_of_sustained_traffic(pacing: Pacing) -> usize {
    let mut bench = Bench::live_with(paced(pacing), version(1));
    let mut fetches = 0;
    let mut respond = |bench: &mut Bench, outputs: Vec<Output>, revision| {
        if let [.., Output::Fetch(id)] = outputs[..] {
            fetches += 1;
            bench.answer(id, version(revision));
        }
    };
    for revision in 2..=201 {
        let outputs = bench.input(announced(revision));
        respond(&mut bench, outputs, revision);
        bench.now += ms(10);
        let outputs = bench.input(Input::Tick);
        respond(&mut bench, outputs, revision);
    }
    while bench.deadline().is_some() {
        let outputs = bench.tick();
        respond(&mut bench, outputs, 201);
    }
    assert_eq!(bench.gate.applied(), Some(version(201)));
    fetches
}

#[gate_test(unsupported = test)]
fn without_options_every_announcement_leads_to_a_fetch() {
    assert_eq!(fetches_of_sustained_traffic(Pacing::none()), 200);
}

#[gate_test(unsupported = test)]
fn a_debounced_burst_costs_one_fetch_when_it_is_over() {
    let mut bench = Bench::live_with(paced(Pacing::debounce(ms(50))), version(1));
    for revision in 2..=11 {
        assert_eq!(bench.input(announced(revision)), []);
        bench.now += ms(10);
    }
    let held = (bench.gate.paced_until(), bench.deadline());
    assert_eq!(held, (Some(bench.now + ms(40)), Some(bench.now + ms(40))));
    let id = fetch_id(&bench.tick());
    bench.answer(id, version(11));
    assert_eq!(bench.deadline(), None);
}

#[gate_test(unsupported = test)]
fn sustained_traffic_gets_through_every_max_wait() {
    let pacing = Pacing::debounce(ms(50)).max_wait(ms(200));
    assert_eq!(fetches_of_sustained_traffic(pacing), 10);
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
fn sustained_traffic_gets_through_every_throttle_period() {
    let throttled = Pacing::none().throttle(ms(100));
    assert_eq!(fetches_of_sustained_traffic(throttled.clone()), 21, "at 0, 100, … 2000 ms");
    assert_eq!(fetches_of_sustained_traffic(throttled.leading(false)), 20, "at 100, … 2000 ms");
}

#[gate_test(unsupported = test)]
fn a_leading_debounce_fetches_the_first_of_a_burst_at_once_and_the_last_when_it_is_over() {
    let mut bench = Bench::live_with(paced(Pacing::debounce(ms(50)).leading(true)), version(1));
    let id = bench.fetch_after(announced(2));
    bench.answer(id, version(2));
    bench.now += ms(10);
    assert_eq!(bench.input(announced(3)), []);
    assert_eq!(bench.deadline(), Some(bench.now + ms(50)));
    let id = fetch_id(&bench.tick());
    bench.answer(id, version(3));
    assert_eq!(bench.deadline(), None);
}

#[gate_test(unsupported = test)]
fn a_throttle_that_does_not_lead_waits_for_a_period_first() {
    let pacing = Pacing::none().throttle(ms(100)).leading(false);
    let mut bench = Bench::live_with(paced(pacing), version(1));
    assert_eq!(bench.input(announced(2)), []);
    assert_eq!(bench.deadline(), Some(bench.now + ms(100)));
    fetch_id(&bench.tick());
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
    assert_eq!(bench.input(offered(2)), [Output::Apply(Candidate::Offered)]);
    assert_eq!(bench.input(announced(3)), []);
    bench.fetch_after(Input::Refresh);
}

#[gate_test(unsupported = test)]
fn what_waits_is_forgotten_once_it_came_another_way() {
    let pacing = Pacing::debounce(ms(50)).max_wait(ms(100));
    let mut bench = Bench::live_with(paced(pacing), version(1));
    assert_eq!(bench.input(announced(2)), []);
    bench.input(offered(2));
    assert_eq!(bench.deadline(), None);
    bench.now += ms(90);
    assert_eq!(bench.input(announced(3)), []);
    assert_eq!(bench.deadline(), Some(bench.now + ms(50)), "it has waited for nobody so far");
}

#[gate_test(unsupported = test)]
fn what_is_at_hand_comes_when_it_may_whatever_is_on_its_way() {
    let fetching = |bench: &mut Bench| drop(bench.input(Input::Refresh));
    let backing_off = |bench: &mut Bench| {
        let id = bench.fetch_after(Input::Shown);
        bench.input(Input::FetchFailed { id });
    };
    let phases: [fn(&mut Bench); 2] = [fetching, backing_off];
    for phase in phases {
        let mut bench = Bench::live_with(paced(Pacing::debounce(ms(50))), version(1));
        phase(&mut bench);
        let next = bench.deadline();
        bench.input(announced(2));
        assert_eq!(bench.deadline(), next, "its state is on its way");
        bench.input(announced_with(3, News::State));
        assert_eq!(bench.deadline(), Some(bench.now + ms(50)));
        assert_eq!(bench.tick(), [Output::Apply(Candidate::Announced(version(3)))]);
    }
}
