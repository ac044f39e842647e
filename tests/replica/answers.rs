//! What answers tell: of edits that failed, and of versions that nobody announced.

use std::sync::Arc;

use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::{Fate, Host, Options, Status, TransportError};
use revgate_settings::Settings;

use super::desk::{Desk, Sheet, desk, sheet, stored};
use super::harness::{
    FETCH_TIMEOUT, Faults, Network, Window, far_away, ms, patience, version, with_font_size,
};
use super::strict::{Strict, invalid};
use super::window_test;
use revgate_client::testing::STALL;

#[window_test(unsupported = test)]
fn a_failed_write_says_whether_it_may_have_been_made() {
    let failed = || TransportError::Failed("the wire is cut".to_owned());
    let malformed = || TransportError::Malformed("half an answer".to_owned());
    for (error, fate) in [
        (invalid("no"), Fate::Refused),
        (TransportError::Rejected("not allowed".to_owned()), Fate::Refused),
        (TransportError::NoBackend, Fate::NotSent),
        (failed(), Fate::Unknown),
        (malformed(), Fate::Unknown),
    ] {
        let backend = Memory::new().with_topic(&sheet(&[1]));
        let strict = Strict::new(&backend, move |_| Some(error.clone()));
        let desk = Desk::open(&VirtualTime::new(), &strict);
        desk.time.settle();
        let told = desk.end(desk.replica.update(|sheet| sheet.rows.push(2))).expect_err("it fails");
        assert_eq!(told.fate, Some(fate), "{told}");
        let hint = told.to_string().ends_with("(it may have been made)");
        assert_eq!(hint, fate == Fate::Unknown, "{told}");
    }
}

/// A window far away whose write gets no answer in time.
fn unanswered() -> (Memory, Network, Window<Network>, revgate_client::Pending) {
    let (backend, time) = (Memory::new().with_topic(&Settings::default()), VirtualTime::new());
    let network = Network::new(&backend, &time, 1, Faults::none(ms(5)));
    let gate = patience().build().expect("sensible options");
    let options = Options { gate, write_timeout: ms(100), ..Options::default() };
    let window = Window::with_options(&time, &network, options);
    window.until(|| window.replica.status() == Status::Live);
    let written = window.replica.update(|settings| settings.font_size = 20);
    time.settle();
    // On its way there it is prompt, on the way back it is not; and nobody hears of it.
    network.set_faults(Faults { stall: 1.0, loss: 1.0, ..Faults::none(ms(5)) });
    (backend, network, window, written)
}

#[window_test(unsupported = test)]
fn a_write_without_an_answer_is_unknown_and_its_late_answer_is_news() {
    let (backend, network, window, written) = unanswered();
    let error = window.end(written).expect_err("nobody answered");
    assert_eq!(error.fate, Some(Fate::Unknown), "{error}");
    assert_eq!(window.time.now(), ms(20) + ms(100));
    assert_eq!(window.seen.shown(), Settings::default(), "taken back");
    assert_eq!(backend.state::<Settings>(), serde_json::to_value(with_font_size(20)).ok());
    let fetches = backend.fetches();
    window.until(|| network.under_way() == 0);
    assert!(window.time.now() >= STALL);
    assert_eq!(window.seen.shown(), with_font_size(20), "the late answer");
    assert_eq!((window.replica.version(), backend.fetches()), (Some(version(2)), fetches));
}

#[window_test(unsupported = test)]
fn a_fetch_that_was_given_up_still_tells_what_exists() {
    let (backend, network, window) = far_away();
    window.until(|| window.replica.status() == Status::Live);
    backend.set_silently(&with_font_size(20));
    network.set_faults(Faults { stall: 1.0, ..Faults::none(ms(5)) });
    let refreshed = window.replica.refresh();
    let asked = window.time.now();
    window.end(refreshed).expect_err("it took too long");
    assert_eq!(window.time.now(), asked + FETCH_TIMEOUT);
    network.set_faults(Faults { failure: 1.0, ..Faults::none(ms(5)) });
    // Its second half fails, or the state would come at once.
    network.set_faults(Faults::none(ms(5)));
    window.until(|| network.under_way() == 0);
    assert_eq!(window.seen.shown(), with_font_size(20));
    assert_eq!(window.replica.status(), Status::Live);
}

#[window_test(unsupported = test)]
fn a_conflict_tells_of_a_version_whose_announcement_was_lost() {
    let (backend, desk) = desk(&[1]);
    backend.set_silently(&sheet(&[1, 2]));
    let error = desk.end(desk.replica.update(|sheet| sheet.rows.push(9)));
    assert_eq!(error, Ok(version(3)));
    assert_eq!(desk.shown(), sheet(&[1, 2, 9]));

    // Its own edit cannot be made on it, so nothing but the conflict brought the state.
    backend.set_silently(&sheet(&[4, 5, 6]));
    let error = desk.end(desk.replica.update(|sheet| {
        sheet.rows.push(0);
        sheet.rows.remove(0);
        sheet.rows.truncate(3);
        assert_eq!(sheet.rows[0], 2, "only so");
    }));
    assert_eq!(error.map_err(|error| error.fate), Err(Some(Fate::NotSent)));
    assert_eq!((desk.shown(), desk.replica.version()), (sheet(&[4, 5, 6]), Some(version(4))));
}

#[window_test(unsupported = test)]
fn a_type_whose_reading_panics_is_an_answer_that_cannot_be_read() {
    #[derive(Clone, serde::Serialize)]
    struct Moody(u32);

    impl revgate::Topic for Moody {
        const NAME: &'static str = "moody";
    }

    impl<'de> serde::Deserialize<'de> for Moody {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let number = u32::deserialize(deserializer)?;
            assert_ne!(number, 13, "not that one");
            Ok(Self(number))
        }
    }

    struct Blind;

    impl revgate_client::Observer<Moody> for Blind {
        fn changed(&self, _: &Arc<Moody>, _: revgate::Version) -> Result<(), String> {
            Ok(())
        }
        fn status(&self, _: Status) {}
        fn failed(&self, _: &revgate_client::SyncError) {}
    }

    let (time, backend) = (VirtualTime::new(), Memory::new().with_topic(&Moody(1)));
    let gate = patience().build().expect("sensible options");
    let options = Options { gate, ..Options::default() };
    let topic = revgate::TopicName::of::<Moody>();
    let replica =
        revgate_client::Replica::start(topic, backend.clone(), time.clone(), options, Blind);
    time.settle();
    backend.set(&Moody(13));
    time.advance(ms(50));
    assert!(matches!(replica.status(), Status::Retrying { .. }));
    backend.set(&Moody(14));
    time.advance(ms(50));
    assert_eq!((replica.state().map(|state| state.0), replica.status()), (Some(14), Status::Live));
}

#[window_test(unsupported = test)]
fn a_resync_heals_the_last_announcement_that_was_lost() {
    let backend = Memory::new().with_topic(&sheet(&[1]));
    let time = VirtualTime::new();
    let gate = patience().resync(ms(30_000)).build().expect("sensible options");
    let desk = Desk::with(&time, &backend, Options { gate, ..Options::default() });
    time.settle();
    backend.set_silently(&Sheet { title: "unheard".to_owned(), ..sheet(&[1]) });
    time.advance(ms(29_999));
    assert_eq!(desk.shown(), sheet(&[1]));
    time.advance(ms(1));
    assert_eq!(desk.shown(), stored(&backend));
}
