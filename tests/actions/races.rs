//! Against whoever writes faster than a message takes.

use super::*;

#[window_test(unsupported = test)]
fn while_rust_writes_each_millisecond_two_windows_do_all_of_a_thousand_actions() {
    // A browser is slower.
    const EACH: u64 = if cfg!(target_arch = "wasm32") { 50 } else { 500 };
    for round_trip in [1, 5, 20, 50] {
        let (backend, time) = (backend(), VirtualTime::new());
        let faults = Faults::none(Duration::from_micros(round_trip * 500));
        let network = Network::new(&backend, &time, 1, faults);
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
        for window in &windows {
            assert_eq!(window.look(), 0, "all have ended, at {round_trip} ms");
            assert_eq!(
                window.done.borrow().len() as u64,
                EACH,
                "{:?}",
                window.seen.errors.borrow()
            );
            let numbers: Vec<_> = (1..=EACH).collect();
            assert_eq!(window.numbers(&newest), numbers, "each once and in order");
            assert_eq!(window.shown(), newest, "at {round_trip} ms");
        }
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
