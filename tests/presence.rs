//! What windows tell of themselves, under a virtual clock: the newest word arrives whatever the
//! network does, one message at a time, and ends with who has said it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use futures_util::FutureExt;
use revgate::action::Seq;
use revgate::presence::Visit;
use revgate::wire::Presented;
use revgate::{Invalid, Presence, Present, TopicName, Version};
use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::{
    Change, Entry, Fate, Observer, Options, Presenter, Replica, Status, SyncError, Transport,
    TransportError,
};
use serde::{Deserialize, Serialize};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test as window_test;

use harness::{ms, patience};
use revgate_client::testing::{Faults, Network, STALL};

mod harness;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Spot {
    x: f64,
}

impl Presence for Spot {
    const NAME: &'static str = "spot";

    fn validate(&self) -> Result<(), Invalid> {
        if self.x < 0.0 { Err(Invalid::new("x", "it is outside")) } else { Ok(()) }
    }
}

fn spot(x: u32) -> Spot {
    Spot { x: x.into() }
}

fn topic() -> TopicName {
    TopicName::of::<Present<Spot>>()
}

fn options() -> Options {
    let gate = patience().build().expect("sensible options");
    Options { gate, write_timeout: ms(100), ..Options::default() }
}

/// A window that tells where it is.
struct Window {
    presenter: Presenter<Spot, Network, VirtualTime>,
    errors: Rc<RefCell<Vec<SyncError>>>,
    /// How often it was told that all is well again.
    mended: Rc<Cell<usize>>,
}

impl Window {
    fn open(time: &VirtualTime, network: &Network, label: &str) -> Self {
        let errors = Rc::new(RefCell::new(Vec::new()));
        let (transport, host, heard) = (network.of_window(label), time.clone(), Rc::clone(&errors));
        let mended = Rc::new(Cell::new(0));
        let well = Rc::clone(&mended);
        let hears = move |error: Option<&SyncError>| match error {
            Some(error) => heard.borrow_mut().push(error.clone()),
            None => well.set(well.get() + 1),
        };
        let presenter = Presenter::start(topic(), label, transport, host, options(), hears);
        Self { presenter, errors, mended }
    }

    fn set(&self, x: u32) {
        self.presenter.set(&spot(x));
    }

    fn only_error(&self) -> SyncError {
        let errors = self.errors.take();
        let [error] = &errors[..] else { panic!("one error expected: {errors:?}") };
        error.clone()
    }
}

/// A backend that answers after 10 ms, and the way to it.
fn far_away() -> (Memory, VirtualTime, Network) {
    let (backend, time) = (Memory::new().with_presence::<Spot>(), VirtualTime::new());
    let network = Network::new(&backend, &time, 1, Faults::none(ms(5)));
    (backend, time, network)
}

/// Lets everything happen that is to happen.
fn rest(time: &VirtualTime) {
    time.settle();
    while time.advance_to_next_timer() {}
}

fn present(backend: &Memory) -> Value {
    backend.state::<Present<Spot>>().expect("registered")
}

#[window_test(unsupported = test)]
fn of_a_drag_the_newest_spot_is_sent_and_one_message_at_a_time() {
    let (backend, time, network) = far_away();
    let window = Window::open(&time, &network, "main");
    // A second at 1,000 Hz, against a round trip of 10 ms.
    for x in 1..=1_000 {
        window.set(x);
        time.advance(ms(1));
    }
    rest(&time);
    assert_eq!(present(&backend), json!({"main": {"x": 1_000.0}}));
    assert!((100..=103).contains(&backend.presented()), "{}", backend.presented());
    assert_eq!(*window.errors.borrow(), []);
}

#[window_test(unsupported = test)]
fn what_was_said_ends_when_it_is_cleared_or_its_teller_dropped() {
    let (backend, time, network) = far_away();
    let [main, other] = ["main", "other"].map(|label| Window::open(&time, &network, label));
    main.set(1);
    other.set(2);
    rest(&time);
    assert_eq!(present(&backend), json!({"main": {"x": 1.0}, "other": {"x": 2.0}}));
    main.presenter.clear();
    rest(&time);
    assert_eq!(present(&backend), json!({"other": {"x": 2.0}}));
    main.set(3);
    rest(&time);
    let messages = backend.presented();
    drop(main);
    // While a message is under way, and another waits behind it.
    other.set(4);
    other.set(5);
    drop(other);
    rest(&time);
    assert_eq!(present(&backend), json!({}));
    assert_eq!(backend.presented(), messages + 3, "the first, its word, and its end");
}

#[window_test(unsupported = test)]
fn who_has_said_nothing_takes_nothing_back() {
    let (backend, time, network) = far_away();
    let window = Window::open(&time, &network, "main");
    window.presenter.clear();
    drop(window);
    rest(&time);
    assert_eq!(backend.presented(), 0);
}

#[window_test(unsupported = test)]
fn who_has_stopped_says_nothing_more() {
    let (backend, time, network) = far_away();
    let window = Window::open(&time, &network, "main");
    window.set(1);
    rest(&time);
    window.presenter.stop();
    window.set(2);
    window.presenter.resume();
    rest(&time);
    assert_eq!((present(&backend), backend.presented()), (json!({}), 3));
}

#[window_test(unsupported = test)]
fn a_message_that_is_lost_is_sent_again_with_what_is_the_newest_by_then() {
    let (backend, time, network) = far_away();
    let window = Window::open(&time, &network, "main");
    network.set_faults(Faults { failure: 1.0, ..Faults::none(ms(5)) });
    window.set(1);
    time.advance(ms(60));
    window.set(2);
    let error = window.errors.borrow()[0].clone();
    assert_eq!((error.fate, error.attempt), (Some(Fate::Unknown), 1), "{error}");
    assert_eq!(error.retry_in, Some(harness::PAUSE));
    network.set_faults(Faults::none(ms(5)));
    rest(&time);
    assert_eq!(present(&backend), json!({"main": {"x": 2.0}}));
    window.set(3);
    rest(&time);
    assert_eq!(window.mended.get(), 1, "once, when it was told after all");
}

#[window_test(unsupported = test)]
fn a_message_that_is_overtaken_changes_nothing() {
    let (backend, time, network) = far_away();
    let window = Window::open(&time, &network, "main");
    window.set(0);
    rest(&time);
    let messages = backend.presented();
    network.set_faults(Faults { stall: 1.0, ..Faults::none(ms(5)) });
    window.set(1);
    time.advance(ms(10));
    network.set_faults(Faults::none(ms(5)));
    window.set(2);
    // The first has been given up, and arrives after the second.
    time.advance(ms(400));
    assert_eq!(present(&backend), json!({"main": {"x": 2.0}}));
    assert_eq!(backend.presented(), messages + 1);
    time.advance(STALL);
    rest(&time);
    assert_eq!(present(&backend), json!({"main": {"x": 2.0}}));
    assert_eq!(backend.presented(), messages + 2);
}

#[window_test(unsupported = test)]
fn what_cannot_be_said_is_not_sent() {
    let (backend, time, network) = far_away();
    let window = Window::open(&time, &network, "main");
    window.set(1);
    for (x, reason) in [(-1.0, "x: it is outside"), (f64::NAN, "NaN")] {
        window.presenter.set(&Spot { x });
        let error = window.only_error();
        assert_eq!(error.fate, Some(Fate::NotSent));
        assert!(error.reason.contains(reason), "{error}");
    }
    rest(&time);
    assert_eq!((present(&backend), backend.presented()), (json!({"main": {"x": 1.0}}), 2));
}

#[window_test(unsupported = test)]
fn what_is_refused_is_not_said_again_but_what_follows_is() {
    /// A topic that is none of presence refuses each message.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Plain;

    impl revgate::Topic for Plain {
        const NAME: &'static str = "spot";
    }

    let (backend, time) = (Memory::new().with_topic(&Plain), VirtualTime::new());
    let network = Network::new(&backend, &time, 1, Faults::none(ms(5)));
    let window = Window::open(&time, &network, "main");
    for said in 1..=2 {
        window.set(said);
        rest(&time);
        let error = window.only_error();
        assert_eq!((error.fate, error.retry_in), (Some(Fate::Refused), None), "{error}");
        assert_eq!(backend.presented(), said as usize);
    }
}

#[window_test(unsupported = test)]
fn who_takes_the_place_of_another_is_not_fought_over_it() {
    let (backend, time, network) = far_away();
    let [first, second] = [(); 2].map(|()| Window::open(&time, &network, "main"));
    first.set(1);
    rest(&time);
    second.set(2);
    rest(&time);
    first.set(3);
    rest(&time);
    let error = first.only_error();
    assert!(error.reason.contains("another page"), "{error}");
    first.set(4);
    drop(first);
    rest(&time);
    assert_eq!((present(&backend), backend.presented()), (json!({"main": {"x": 2.0}}), 5));
}

#[window_test(unsupported = test)]
fn a_page_that_was_put_aside_speaks_again_when_it_is_shown() {
    let (backend, time, network) = far_away();
    let window = Window::open(&time, &network, "main");
    window.set(1);
    rest(&time);
    // Another page follows in the same window while something is said, and the first comes back.
    network.set_faults(Faults { stall: 1.0, ..Faults::none(ms(5)) });
    window.set(2);
    time.advance(ms(10));
    backend.window("main").leave();
    assert_eq!(present(&backend), json!({}));
    network.set_faults(Faults::none(ms(5)));
    window.presenter.resume();
    time.advance(ms(30));
    assert_eq!(present(&backend), json!({"main": {"x": 2.0}}));
    rest(&time);
    window.set(3);
    rest(&time);
    assert_eq!(present(&backend), json!({"main": {"x": 3.0}}));
    assert_eq!(*window.errors.borrow(), []);
}

/// A message of a page that hears no answer.
fn arrives(backend: &Memory, visit: Option<Visit>, seq: u64) -> Presented {
    let value = Some(to_raw_value(&spot(1)).expect("JSON"));
    let entry = Entry { visit, seq: Seq::new(seq), value };
    let presented = backend.window("main").present(&topic(), entry).now_or_never();
    presented.expect("at once").expect("well-formed")
}

#[window_test(unsupported = test)]
fn a_message_of_a_page_that_has_gone_does_not_bring_it_back() {
    let (backend, time, network) = far_away();
    let Presented::Outside { visit } = arrives(&backend, None, 1) else { panic!("the first") };
    assert!(matches!(arrives(&backend, Some(visit), 2), Presented::Told(_)));
    // What follows is on its way while the page is loaded anew.
    backend.window("main").leave();
    for late in [Some(visit), None] {
        assert!(matches!(arrives(&backend, late, 3), Presented::Outside { .. }));
        assert_eq!(present(&backend), json!({}));
    }
    let new = Window::open(&time, &network, "main");
    new.set(3);
    rest(&time);
    assert!(matches!(arrives(&backend, Some(visit), 4), Presented::Outside { .. }));
    assert_eq!(present(&backend), json!({"main": {"x": 3.0}}));
}

#[window_test(unsupported = test)]
fn the_first_word_of_a_page_that_has_gone_does_not_stay() {
    let (backend, ..) = far_away();
    let Presented::Outside { visit } = arrives(&backend, None, 1) else { panic!("the first") };
    // Nobody has spoken yet.
    backend.window("main").leave();
    for late in [Some(visit), None] {
        assert!(matches!(arrives(&backend, late, 2), Presented::Outside { .. }));
        assert_eq!(present(&backend), json!({}));
    }
}

#[window_test(unsupported = test)]
fn a_page_that_is_taken_for_gone_though_it_is_there_says_its_word_again() {
    for gone_after in 0..=30 {
        let (backend, time, network) = far_away();
        let window = Window::open(&time, &network, "main");
        window.set(1);
        rest(&time);
        window.set(2);
        time.advance(ms(gone_after));
        backend.window("main").leave();
        window.set(3);
        rest(&time);
        assert_eq!(present(&backend), json!({"main": {"x": 3.0}}), "after {gone_after} ms");
        assert_eq!(*window.errors.borrow(), []);
    }
}

#[window_test(unsupported = test)]
fn a_page_that_is_taken_for_gone_with_each_message_does_not_ask_as_fast_as_it_is_answered() {
    let (backend, time, network) = far_away();
    let window = Window::open(&time, &network, "main");
    window.set(1);
    // A hundred round trips.
    for _ in 0..1_000 {
        backend.window("main").leave();
        time.advance(ms(1));
    }
    let error = window.errors.borrow()[0].clone();
    assert!(error.reason.contains("takes the page for gone"), "{error}");
    assert!(backend.presented() < 50, "{}", backend.presented());
    rest(&time);
    assert_eq!(present(&backend), json!({"main": {"x": 1.0}}));
}

#[window_test(unsupported = test)]
fn a_message_that_comes_twice_is_no_other_presenters() {
    let (backend, time, network) = far_away();
    network.set_faults(Faults { duplication: 1.0, ..Faults::none(ms(5)) });
    let window = Window::open(&time, &network, "main");
    for x in 1..=20 {
        window.set(x);
        rest(&time);
        assert_eq!(present(&backend), json!({"main": {"x": f64::from(x)}}));
    }
    assert_eq!(*window.errors.borrow(), []);
}

/// Shows a presenter what its replica has.
struct Watching(Rc<Presenter<Spot, Network, VirtualTime>>);

impl Observer<Present<Spot>> for Watching {
    fn changed(&self, state: &Arc<Present<Spot>>, version: Version) -> Result<(), String> {
        self.0.seen(state, version);
        Ok(())
    }

    fn status(&self, _: Status) {}

    fn failed(&self, _: &SyncError) {}
}

/// The window `main`, whose presenter sees what its replica shows.
struct Watched {
    presenter: Rc<Presenter<Spot, Network, VirtualTime>>,
    replica: Replica<Present<Spot>, Network, VirtualTime>,
}

impl Watched {
    fn open(time: &VirtualTime, network: &Network) -> Self {
        let (transport, host) = (network.of_window("main"), || time.clone());
        let presenter =
            Presenter::start(topic(), "main", transport.clone(), host(), options(), |_| {});
        let presenter = Rc::new(presenter);
        let watching = Watching(Rc::clone(&presenter));
        let replica = Replica::start(topic(), transport, host(), options(), watching);
        Self { presenter, replica }
    }
}

#[window_test(unsupported = test)]
fn it_is_said_again_after_the_backend_has_started_anew_and_not_for_older_states() {
    let (backend, time, network) = far_away();
    let Watched { presenter, replica } = Watched::open(&time, &network);
    presenter.set(&spot(1));
    for x in 2..=50 {
        time.advance(ms(7));
        presenter.set(&spot(x));
    }
    rest(&time);
    let said = backend.presented();
    assert!(said <= 50, "each once, though older states were seen without it: {said}");
    assert_eq!(present(&backend), json!({"main": {"x": 50.0}}));
    for round in 1..=3 {
        backend.restart(&Present::<Spot>::default());
        rest(&time);
        assert_eq!(present(&backend), json!({"main": {"x": 50.0}}));
        // In the visit that has ended, and in the one that it is told.
        assert_eq!(backend.presented(), said + 2 * round);
    }
    // Taken for gone by mistake, with nothing more to say.
    backend.window("main").leave();
    rest(&time);
    assert_eq!(present(&backend), json!({"main": {"x": 50.0}}));
    assert_eq!(backend.presented(), said + 8);
    presenter.clear();
    rest(&time);
    backend.restart(&Present::<Spot>::default());
    rest(&time);
    assert_eq!((present(&backend), backend.presented()), (json!({}), said + 9));
    drop(replica);
}

/// How what a window has said can go though its page is there.
const WAYS_TO_GO: [fn(&Memory); 2] = [
    |backend| backend.window("main").leave(),
    |backend| {
        backend.restart(&Present::<Spot>::default());
    },
];

/// A word that the backend has had, and that is seen missing before its answer is heard.
fn gone_before_its_answer(go: fn(&Memory)) -> (Memory, VirtualTime, Network, Watched) {
    let (backend, time, network) = far_away();
    let main = Watched::open(&time, &network);
    main.presenter.set(&spot(1));
    rest(&time);
    main.presenter.set(&spot(2));
    time.advance(ms(4));
    // The answer takes its time, and the news do not.
    network.set_faults(Faults::none(ms(50)));
    time.advance(ms(2));
    assert_eq!((present(&backend), backend.presented()), (json!({"main": {"x": 2.0}}), 3));
    network.set_faults(Faults::none(ms(1)));
    go(&backend);
    time.advance(ms(10));
    assert!(main.replica.state().is_some_and(|state| state.get("main").is_none()));
    (backend, time, network, main)
}

#[window_test(unsupported = test)]
fn what_goes_missing_before_its_answer_is_heard_is_said_again_and_once() {
    for go in WAYS_TO_GO {
        let (backend, time, network, main) = gone_before_its_answer(go);
        // Each of its words is one more state without the entry.
        let other = Window::open(&time, &network, "other");
        for x in 1..=5 {
            other.set(x);
            time.advance(ms(4));
        }
        let said = backend.presented();
        assert_eq!(said, 3 + 6, "the answer is still on its way");
        rest(&time);
        assert_eq!(present(&backend), json!({"main": {"x": 2.0}, "other": {"x": 5.0}}));
        // In the visit that has ended, and in the one that it is told.
        assert_eq!(backend.presented(), said + 2);
        drop(main);
    }
}

#[window_test(unsupported = test)]
fn what_goes_missing_before_its_answer_is_heard_is_not_said_by_who_has_stopped_or_cleared_it() {
    for go in WAYS_TO_GO {
        for end in [Presenter::stop, Presenter::clear] {
            let (backend, time, _, main) = gone_before_its_answer(go);
            end(&main.presenter);
            rest(&time);
            assert_eq!((present(&backend), backend.presented()), (json!({}), 3 + 1));
        }
    }
}

#[window_test(unsupported = test)]
fn what_goes_missing_before_its_answer_is_heard_is_said_when_the_page_is_shown_again() {
    for go in WAYS_TO_GO {
        let (backend, time, _, main) = gone_before_its_answer(go);
        main.presenter.resume();
        rest(&time);
        assert_eq!((present(&backend), backend.presented()), (json!({"main": {"x": 2.0}}), 3 + 2));
    }
}

#[window_test(unsupported = test)]
fn a_window_cannot_write_the_whole_nor_be_present_in_what_is_none() {
    let (backend, time, _) = far_away();
    let (old, new) = (Present::<Spot>::default(), Present::<Spot>::default());
    let change = Change::new(Version::default(), old, new);
    let refused = backend.write(&topic(), change).now_or_never().expect("at once");
    assert!(refused.expect_err("refused").to_string().contains("its own entry"));
    let value = to_raw_value(&spot(1)).expect("JSON");
    let entry = Entry { visit: None, seq: Seq::new(1), value: Some(value) };
    let absent = "absent".parse().expect("well-formed");
    let refused = backend.present(&absent, entry).now_or_never().expect("at once");
    assert!(matches!(refused, Err(TransportError::Refused(_))), "{refused:?}");
    drop(time);
}

#[window_test(unsupported = test)]
fn whatever_the_network_does_all_come_to_rest_with_the_newest_words() {
    for seed in 0..200 {
        let (backend, time) = (Memory::new().with_presence::<Spot>(), VirtualTime::new());
        let faults =
            Faults { failure: 0.2, stall: 0.05, duplication: 0.1, loss: 0.0, delay: ms(1)..ms(30) };
        let network = Network::new(&backend, &time, seed, faults);
        let mut random = fastrand::Rng::with_seed(seed);
        let windows: Vec<_> =
            ["a", "b", "c"].map(|label| Window::open(&time, &network, label)).into();
        let mut words = [None; 3];
        for x in 1..=40 {
            let which = random.usize(..3);
            if random.u8(..8) == 0 {
                // Taken for gone by mistake; its next word is heard.
                backend.window(["a", "b", "c"][which]).leave();
            }
            if random.u8(..4) == 0 {
                windows[which].presenter.clear();
                words[which] = None;
            } else {
                windows[which].set(x);
                words[which] = Some(x);
            }
            time.advance(ms(random.u64(..40)));
        }
        network.set_faults(Faults::none(ms(1)));
        rest(&time);
        let mut expected = json!({});
        for (label, x) in ["a", "b", "c"].iter().zip(words) {
            x.into_iter().for_each(|x| expected[*label] = json!({"x": f64::from(x)}));
        }
        assert_eq!(present(&backend), expected, "seed {seed}");
        drop(windows);
        rest(&time);
        assert_eq!(present(&backend), json!({}), "seed {seed}");
    }
}
