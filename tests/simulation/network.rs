//! The network does to messages what it is told to, and nothing else.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use futures_util::FutureExt;
use revgate::Version;
use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::{Announcement, Change, Host, Interruption, Transport, WriteError};
use revgate_settings::Settings;
use wasm_bindgen_test::wasm_bindgen_test as window_test;

use super::harness::{ms, settings, version, with_font_size};
use revgate_client::testing::{Event, Faults, Harm, Network, STALL, Subscription};

/// A subscriber, and when it heard what.
struct Bench {
    backend: Memory,
    time: VirtualTime,
    network: Network,
    heard: Rc<RefCell<Vec<(Duration, Version)>>>,
    subscription: Subscription,
}

impl Bench {
    /// Subscribes at 10 ms.
    fn new(seed: u64) -> Self {
        let (backend, time) = (Memory::new().with_topic(&Settings::default()), VirtualTime::new());
        let network = Network::new(&backend, &time, seed, Faults::none(ms(5)));
        let heard = Rc::new(RefCell::new(Vec::new()));
        let (clock, sink) = (time.clone(), Rc::clone(&heard));
        let news = move |news: Result<Announcement<Settings>, Interruption>| {
            let version = news.expect("it is well-formed").invalidation.version();
            sink.borrow_mut().push((clock.now(), version));
        };
        let subscription = end(&time, network.subscribe(&settings(), news));
        let subscription = subscription.expect("nothing fails yet");
        Self { backend, time, network, heard, subscription }
    }

    /// Ten announcements under these faults: when each copy was heard, and of which.
    fn announce_ten(seed: u64, faults: Faults) -> (Vec<(Duration, Version)>, Harm) {
        let bench = Self::new(seed);
        bench.network.set_faults(faults);
        for size in 20..30 {
            bench.backend.set(&with_font_size(size));
        }
        while bench.time.advance_to_next_timer() {}
        assert_eq!(bench.network.under_way(), 0);
        (bench.heard.take(), bench.network.harm())
    }
}

/// A change of the first state.
fn to_font_size(size: u32) -> Change<Settings> {
    Change::new(version(1), Settings::default(), with_font_size(size))
}

/// Lets time go on until this has ended.
fn end<A>(time: &VirtualTime, call: impl Future<Output = A>) -> A {
    let mut call = Box::pin(call);
    loop {
        if let Some(answer) = (&mut call).now_or_never() {
            return answer;
        }
        assert!(time.advance_to_next_timer(), "nothing is left to happen");
    }
}

const PROMPT: Faults =
    Faults { delay: ms(5)..ms(5), loss: 0.0, duplication: 0.0, failure: 0.0, stall: 0.0 };

#[window_test(unsupported = test)]
fn without_faults_each_message_comes_once_in_order_and_in_time() {
    let (heard, harm) = Bench::announce_ten(1, PROMPT);
    assert_eq!(heard, (2..12).map(|n| (ms(15), version(n))).collect::<Vec<_>>());
    assert_eq!(harm, Harm::default());
}

#[window_test(unsupported = test)]
fn announcements_are_lost_repeated_and_stalled_and_each_is_counted() {
    let lost = Bench::announce_ten(1, Faults { loss: 1.0, ..PROMPT });
    assert_eq!(lost, (vec![], Harm { lost: 10, ..Harm::default() }));

    let (heard, harm) = Bench::announce_ten(1, Faults { duplication: 1.0, ..PROMPT });
    let twice = (2..12).flat_map(|n| [(ms(15), version(n)); 2]).collect::<Vec<_>>();
    assert_eq!((heard, harm), (twice, Harm { repeated: 10, ..Harm::default() }));

    let (heard, harm) = Bench::announce_ten(1, Faults { stall: 1.0, ..PROMPT });
    assert!(heard.iter().all(|&(at, _)| at == ms(15) + STALL), "{heard:?}");
    assert_eq!((heard.len(), harm), (10, Harm { stalled: 10, ..Harm::default() }));
}

#[window_test(unsupported = test)]
fn a_wide_range_of_delays_reorders_by_the_seed() {
    let run = |seed| Bench::announce_ten(seed, Faults { delay: ms(0)..ms(100), ..PROMPT }).0;
    let heard = run(1);
    assert!(heard.is_sorted_by_key(|&(at, _)| at) && heard.iter().all(|(at, _)| *at < ms(110)));
    assert!(!heard.is_sorted_by_key(|&(_, version)| version), "{heard:?}");
    assert_eq!(heard.len(), 10);
    assert_eq!(heard, run(1), "the same seed, the same run");
    assert_ne!(heard, run(2));
}

#[window_test(unsupported = test)]
fn a_call_fails_on_its_way_there_or_back() {
    let Bench { backend, time, network, .. } = Bench::new(1);
    network.set_faults(Faults { failure: 1.0, ..PROMPT });
    assert!(end(&time, network.fetch::<Settings>(&settings(), None)).is_err());
    assert_eq!(backend.fetches(), 0, "on its way there");

    network.set_faults(PROMPT);
    let write = network.write(&settings(), to_font_size(20));
    let breaks = time.after(ms(7), {
        let network = network.clone();
        move || network.set_faults(Faults { failure: 1.0, ..PROMPT })
    });
    let written = end(&time, write);
    assert!(matches!(written, Err(WriteError::Transport(_))), "{written:?}");
    assert_eq!(backend.state::<Settings>(), serde_json::to_value(with_font_size(20)).ok());
    drop(breaks);

    let subscribed = end(&time, network.subscribe::<Settings>(&settings(), |_| {}));
    assert!(subscribed.is_err());
    assert_eq!((backend.subscriptions(), network.harm().failed), (0, 3));
}

#[window_test(unsupported = test)]
fn nothing_is_delivered_after_the_subscription_was_dropped() {
    let Bench { backend, time, network, heard, subscription } = Bench::new(1);
    backend.set(&with_font_size(20));
    time.settle();
    assert_eq!(network.under_way(), 1);
    drop(subscription);
    while time.advance_to_next_timer() {}
    assert_eq!((heard.take(), backend.subscriptions()), (vec![], 0));
}

#[window_test(unsupported = test)]
fn the_log_of_a_window_keeps_what_came_through_for_it_alone() {
    let Bench { backend, time, network, subscription: _subscription, .. } = Bench::new(1);
    let other = network.beside();
    backend.set(&with_font_size(20));
    time.advance(ms(5));
    end(&time, network.fetch::<Settings>(&settings(), None)).expect("nothing fails");
    end(&time, network.write(&settings(), to_font_size(21))).expect_err("stale");
    let log: Vec<_> = network.log().iter().map(|entry| (entry.at, entry.event)).collect();
    let (newest, begun) = (version(2), ms(25));
    assert_eq!(
        log,
        [
            (ms(10), Event::Subscribed),
            (ms(15), Event::Heard(newest)),
            (ms(15), Event::FetchBegun(0)),
            (ms(20), Event::FetchRead(0)),
            (ms(25), Event::FetchEnded(0, Some(newest))),
            (ms(25), Event::WriteBegun(version(1))),
            (ms(35), Event::WriteEnded { begun, version: Some(newest) }),
        ]
    );
    assert!(other.log().is_empty());
}
