//! Against whoever writes faster than a message takes.

use revgate_client::Fate;

use super::*;

/// Half of a round trip, in microseconds, of each race.
const fn way(round_trip: u64) -> Duration {
    Duration::from_micros(round_trip * 500)
}

/// Two windows each do 500 actions, one each millisecond, as Rust writes.
fn race(round_trip: u64) {
    // A browser is slower.
    const EACH: u64 = if cfg!(target_arch = "wasm32") { 50 } else { 500 };
    let (backend, time) = (backend(), VirtualTime::new());
    let network = Network::new(&backend, &time, 1, Faults::none(way(round_trip)));
    let windows = [1, 2].map(|number| Window::open(number, &network, &time));
    time.advance(ms(200));
    let writing = write_each_millisecond(&backend, &time);
    for _ in 0..EACH {
        windows.iter().for_each(Window::add);
        time.advance(ms(1));
    }
    writing.set(false);
    time.advance(ms(2_000));
    let newest = book(&backend);
    assert!(newest.ticks >= EACH, "{}", newest.ticks);
    let numbers: Vec<_> = (1..=EACH).collect();
    for window in &windows {
        assert_eq!(window.look(), 0, "all have ended, at {round_trip} ms");
        assert_eq!(*window.done.borrow(), numbers, "{:?}", window.seen.errors.borrow());
        assert_eq!(window.numbers(&newest), numbers, "each once and in order");
        assert_eq!(window.shown(), newest, "at {round_trip} ms");
    }
    assert_eq!((backend.actions() as u64, backend.writes()), (2 * EACH, 0));
}

/// The same race with edits by a function: how many of all were made. The others are said to have
/// lost, and are not there.
fn race_of_edits(round_trip: u64) -> (usize, usize) {
    let (backend, time) = (backend(), VirtualTime::new());
    let network = Network::new(&backend, &time, 1, Faults::none(way(round_trip)));
    let windows = [1, 2].map(|number| Window::open(number, &network, &time));
    time.advance(ms(200));
    let writing = write_each_millisecond(&backend, &time);
    let mut edits = Vec::new();
    for number in 1..=50 {
        for window in &windows {
            let entry = Entry(window.number, number, String::new());
            let edit = window.replica.update(move |book| book.entries.push(entry.clone()));
            edits.push((window.number, number, edit));
        }
        time.advance(ms(1));
    }
    // As long as a hundred tries take, and some.
    time.advance(ms(250 * round_trip));
    writing.set(false);
    time.advance(ms(2_000));
    let (newest, all) = (book(&backend), edits.len());
    let mut made = 0;
    for (window, number, edit) in edits {
        let count = newest.entries.iter().filter(|it| (it.0, it.1) == (window, number)).count();
        match edit.now_or_never().expect("it has ended") {
            Ok(_) => made += 1,
            Err(error) => assert_eq!((error.fate, count), (Some(Fate::Outraced), 0), "{error}"),
        }
    }
    assert_eq!(newest.entries.len(), made, "each that was made is there once");
    assert!(windows.iter().all(|window| window.shown() == newest));
    (made, all)
}

#[window_test(unsupported = test)]
fn while_rust_writes_each_millisecond_all_of_a_thousand_actions_are_done_at_1_ms() {
    race(1);
}

#[window_test(unsupported = test)]
fn while_rust_writes_each_millisecond_all_of_a_thousand_actions_are_done_at_2_ms() {
    race(2);
}

#[window_test(unsupported = test)]
fn while_rust_writes_each_millisecond_all_of_a_thousand_actions_are_done_at_5_ms() {
    race(5);
}

#[window_test(unsupported = test)]
fn while_rust_writes_each_millisecond_all_of_a_thousand_actions_are_done_at_10_ms() {
    race(10);
}

#[window_test(unsupported = test)]
fn while_rust_writes_each_millisecond_all_of_a_thousand_actions_are_done_at_20_ms() {
    race(20);
}

#[window_test(unsupported = test)]
fn while_rust_writes_each_millisecond_all_of_a_thousand_actions_are_done_at_50_ms() {
    race(50);
}

#[window_test(unsupported = test)]
fn in_the_same_race_edits_by_a_function_lose_and_are_told_so() {
    // A browser is slower.
    let round_trips =
        if cfg!(target_arch = "wasm32") { &[2, 5][..] } else { &[1, 2, 5, 10, 20, 50] };
    for &round_trip in round_trips {
        let (made, all) = race_of_edits(round_trip);
        println!("edits by a function at {round_trip} ms: {made} of {all}");
        assert!(round_trip < 2 || made == 0, "at {round_trip} ms {made} of {all} were made");
    }
}

#[window_test(unsupported = test)]
fn what_the_window_shows_meanwhile_has_each_of_its_actions_once() {
    let (backend, network, time, window) = near();
    let other = Window::open(2, &network, &time);
    time.advance(ms(100));
    let writing = write_each_millisecond(&backend, &time);
    for step in 0..300_u64 {
        window.add();
        if step % 3 == 0 {
            other.add();
        }
        assert_eq!(window.numbers(&window.shown()), (1..=step + 1).collect::<Vec<_>>());
        time.advance(ms(1));
        assert_eq!(window.numbers(&window.shown()), (1..=step + 1).collect::<Vec<_>>());
    }
    writing.set(false);
    time.advance(ms(1_000));
    assert_eq!((window.shown(), other.shown()), (book(&backend), book(&backend)));
}

#[window_test(unsupported = test)]
fn alone_a_window_knows_the_state_and_fetches_nothing() {
    let (backend, _, time, window) = near();
    let before = backend.fetches();
    for _ in 0..20 {
        window.add();
        // Less than the resync takes.
        time.advance(ms(20));
    }
    assert_eq!((window.look(), window.shown()), (0, book(&backend)));
    assert_eq!(window.replica.version().map(|version| version.revision.number()), Some(21));
    assert_eq!(backend.fetches() - before, 0);
}
