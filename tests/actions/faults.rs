//! A network that loses, repeats, delays and fails, and a backend that starts anew.

use std::ops::Range;

use revgate_client::Fate;

use super::*;

/// One run for each; `SIMULATION_SEEDS` overrides how many.
fn seeds() -> Range<u64> {
    let default = if cfg!(target_arch = "wasm32") { 2 } else { 12 };
    0..std::env::var("SIMULATION_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(default)
}

/// What happened in all runs.
#[derive(Debug, Default)]
struct Sum {
    done: usize,
    unknown: usize,
    restarts: usize,
    repeated: usize,
    failed: usize,
    stalled: usize,
}

fn run(seed: u64, restarts: bool, sum: &mut Sum) {
    let (backend, time) = (backend(), VirtualTime::new());
    let delay = ms(1)..ms(30);
    let faults = Faults { delay, loss: 0.1, duplication: 0.2, failure: 0.1, stall: 0.03 };
    let network = Network::new(&backend, &time, seed, faults);
    let mut random = fastrand::Rng::with_seed(seed);
    let windows = [1, 2, 3].map(|number| Window::open(number, &network, &time));
    time.advance(ms(3_000));
    for _ in 0..300 {
        let window = &windows[random.usize(..3)];
        match random.u8(..) {
            0..200 => window.add(),
            200..230 => drop(window.replica.update(|book| book.ticks += 1)),
            230..240 => window.replica.flush(),
            240..243 if restarts => {
                // With what it had saved, which is all that it knows.
                backend.restart(&book(&backend));
                sum.restarts += 1;
            }
            _ => {
                let mut newest = book(&backend);
                newest.ticks += 1;
                backend.set(&newest);
            }
        }
        time.advance(Duration::from_micros(random.u64(100..20_000)));
    }
    network.set_faults(Faults::none(ms(5)));
    time.advance(ms(10_000));
    let newest = book(&backend);
    for window in &windows {
        assert_eq!(window.look(), 0, "seed {seed}: all have ended");
        let mut numbers = window.numbers(&newest);
        assert!(numbers.is_sorted(), "seed {seed}: in order: {numbers:?}");
        let all = numbers.len();
        numbers.dedup();
        assert_eq!(numbers.len(), all, "seed {seed}: none is done twice");
        for number in window.done.borrow().iter() {
            assert!(numbers.contains(number), "seed {seed}: {number} was acknowledged");
        }
        let unknown = window.unknown.borrow();
        for number in &numbers {
            let is_accounted = window.done.borrow().contains(number) || unknown.contains(number);
            assert!(is_accounted, "seed {seed}: {number} is there");
        }
        let errors = window.seen.errors.borrow();
        let not_sent = errors.iter().filter(|it| matches!(it.fate, Some(Fate::NotSent)));
        // An edit behind an action waits for a state that may be long in coming.
        let mut others = not_sent.filter(|it| !it.reason.contains("no state to make it on"));
        assert_eq!(others.next(), None, "seed {seed}: what was sent is never said not to be");
        assert_eq!(window.shown(), newest, "seed {seed}, window {}", window.number);
        sum.done += window.done.borrow().len();
        sum.unknown += unknown.len();
    }
    let harm = network.harm();
    sum.repeated += harm.repeated;
    sum.failed += harm.failed;
    sum.stalled += harm.stalled;
}

#[window_test(unsupported = test)]
fn whatever_the_network_does_each_action_is_done_once_and_all_windows_agree() {
    let mut sum = Sum::default();
    seeds().for_each(|seed| run(seed, false, &mut sum));
    println!("{sum:?}");
    assert!(sum.done > 0 && sum.repeated > 0 && sum.failed > 0 && sum.stalled > 0, "{sum:?}");
    // What is stalled each time that it is sent, or fails.
    assert!(sum.unknown * 200 < sum.done, "each is sent until it is answered: {sum:?}");
}

#[window_test(unsupported = test)]
fn a_backend_that_starts_anew_does_nothing_twice_and_what_nobody_knows_is_said() {
    let mut sum = Sum::default();
    seeds().for_each(|seed| run(seed, true, &mut sum));
    println!("{sum:?}");
    assert!(sum.restarts > 0 && sum.done > 0 && sum.unknown > 0, "{sum:?}");
}

#[window_test(unsupported = test)]
fn an_action_whose_answer_is_lost_is_sent_again_and_done_once() {
    let (backend, network, time, window) = near();
    window.add();
    time.advance(ms(6));
    assert_eq!(backend.actions(), 1, "it was done");
    network.set_faults(Faults { failure: 1.0, ..Faults::none(ms(5)) });
    time.advance(ms(6));
    network.set_faults(Faults::none(ms(5)));
    assert_eq!(window.look(), 1, "no answer yet");
    time.advance(ms(600));
    assert_eq!((window.look(), window.done.take(), backend.actions()), (0, vec![1], 1));
    assert_eq!((window.numbers(&book(&backend)), window.shown()), (vec![1], book(&backend)));
}

#[window_test(unsupported = test)]
fn who_hears_no_answer_for_three_time_outs_gives_up_and_says_that_nobody_knows() {
    let (backend, network, time, window) = near();
    network.set_faults(Faults { failure: 1.0, ..Faults::none(ms(5)) });
    window.add();
    let begun = time.now();
    while window.look() > 0 {
        assert!(time.advance_to_next_timer());
    }
    let took = time.now() - begun;
    assert!(took > ms(800) && took <= ms(900), "{took:?}");
    assert_eq!((window.unknown.take(), backend.actions()), (vec![1], 0));
    let errors = window.seen.errors.borrow();
    let fates: Vec<_> = errors.iter().filter_map(|error| error.fate).collect();
    assert_eq!(fates, [Fate::Unknown]);
    assert_eq!(window.shown(), Book::default(), "taken back");
}

#[window_test(unsupported = test)]
fn an_action_that_meets_another_life_of_the_topic_is_not_done_there() {
    let (backend, _, time, window) = near();
    window.add();
    backend.restart(&Book::default());
    time.advance(ms(1_000));
    assert_eq!((window.look(), window.unknown.take(), backend.actions()), (0, vec![1], 0));
    window.add();
    time.advance(ms(1_000));
    assert_eq!((window.look(), window.done.take()), (0, vec![2]));
    assert_eq!(window.shown(), book(&backend));
}

#[window_test(unsupported = test)]
fn a_page_that_goes_sends_nothing_again_that_may_have_been_done_in_another_life() {
    let (backend, network, time, window) = near();
    window.add();
    time.advance(ms(6));
    network.set_faults(Faults { failure: 1.0, ..Faults::none(ms(5)) });
    time.advance(ms(6));
    network.set_faults(Faults::none(ms(1)));
    // It starts anew with what it has saved, and the window hears of that before it tries again.
    backend.restart(&book(&backend));
    time.advance(ms(5));
    window.add();
    window.replica.flush();
    time.advance(ms(1_000));
    assert_eq!((window.look(), window.unknown.take(), window.done.take()), (0, vec![1], vec![2]));
    assert_eq!(window.numbers(&book(&backend)), [1, 2]);
    assert_eq!(window.shown(), book(&backend));
}
