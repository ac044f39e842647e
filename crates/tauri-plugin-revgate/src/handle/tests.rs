use super::*;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use revgate::settings::{Settings, Theme};
use revgate::{Epoch, Invalid, Revision};

use crate::options::TopicOptions;
use crate::registry::Registry;

fn settings() -> TopicHandle<Settings> {
    let registry = Registry::default();
    registry.register(Settings::default(), TopicOptions::new()).expect("valid");
    TopicHandle::find(&registry).expect("registered")
}

fn revision(number: u64) -> Version {
    Version::new(Epoch::default(), Revision::new(number))
}

#[test]
fn a_reset_brings_back_the_registered_state_as_a_new_version() {
    let settings = settings();
    settings.update(|settings| settings.font_size = 20).expect("valid");
    assert_eq!(settings.reset().expect("valid"), revision(3));
    assert_eq!(*settings.snapshot().data, Settings::default());
}

#[test]
fn an_edit_that_changes_nothing_makes_a_version() {
    assert_eq!(settings().update(|_| {}).expect("valid"), revision(2));
}

#[test]
fn a_snapshot_copies_no_state() {
    let settings = settings();
    assert!(Arc::ptr_eq(&settings.snapshot().data, &settings.snapshot().data));
}

#[test]
fn a_snapshot_within_an_edit_is_the_state_before() {
    let settings = settings();
    let update = settings.update(|draft| {
        draft.font_size = 20;
        assert_eq!(settings.snapshot().data.font_size, 14);
    });
    assert_eq!(update.expect("valid"), revision(2));
}

#[test]
fn readers_do_not_wait_for_an_edit() {
    let settings = settings();
    let (begun, wait) = mpsc::channel();
    let (finish, finished) = mpsc::channel::<()>();
    let (read, seen) = mpsc::channel();
    let writer = settings.clone();
    thread::scope(|scope| {
        scope.spawn(move || {
            writer.update(|draft| {
                draft.theme = Theme::Dark;
                begun.send(()).expect("the test waits");
                finished.recv().expect("the test lets it finish");
            })
        });
        wait.recv().expect("the edit begins");
        scope.spawn(|| read.send(settings.snapshot().version()).expect("the test waits"));
        let before = seen.recv_timeout(Duration::from_secs(60));
        finish.send(()).expect("the edit waits");
        assert_eq!(before, Ok(revision(1)));
    });
    assert_eq!(settings.snapshot().data.theme, Theme::Dark);
}

#[test]
fn an_update_within_an_update_is_refused_and_changes_nothing() {
    let settings = settings();
    let mut inner = None;
    let outer = settings.update(|draft| {
        inner = Some(settings.update(|nested| nested.font_size = 30));
        let replaced = settings.replace(Settings { font_size: 31, ..Settings::default() });
        assert!(matches!(replaced, Err(UpdateError::Reentrant)));
        draft.font_size = 20;
    });
    assert!(matches!(inner, Some(Err(UpdateError::Reentrant))));
    assert_eq!(outer.expect("valid"), revision(2));
    assert_eq!(settings.snapshot().data.font_size, 20);
    assert_eq!(settings.update(|_| {}).expect("no longer within one"), revision(3));
}

#[test]
fn after_a_panic_other_threads_write_on() {
    let settings = settings();
    let panicked = settings.update(|draft| {
        draft.font_size = 20;
        panic!("half-way");
    });
    assert!(matches!(panicked, Err(UpdateError::Panicked)));
    assert_eq!(*settings.snapshot().data, Settings::default());
    let other = settings.clone();
    let written = thread::spawn(move || other.update(|draft| draft.font_size = 21)).join();
    assert_eq!(written.expect("no panic").expect("valid"), revision(2));
}

/// A state whose validation may panic.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
struct Fragile;

static BREAKS: AtomicBool = AtomicBool::new(false);

impl Topic for Fragile {
    const NAME: &'static str = "fragile";

    fn validate(&self) -> Result<(), Invalid> {
        assert!(!BREAKS.load(Ordering::SeqCst), "it breaks");
        Ok(())
    }
}

#[test]
fn a_panic_in_validation_is_an_error_too() {
    let registry = Registry::default();
    registry.register(Fragile, TopicOptions::new()).expect("valid");
    let fragile = TopicHandle::<Fragile>::find(&registry).expect("registered");
    BREAKS.store(true, Ordering::SeqCst);
    assert!(matches!(fragile.update(|_| {}), Err(UpdateError::Panicked)));
    BREAKS.store(false, Ordering::SeqCst);
    assert_eq!(fragile.update(|_| {}).expect("whole again"), revision(2));
}
