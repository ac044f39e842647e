use super::*;

use std::pin::pin;
use std::task::{Context, Waker};
use std::thread;

use revgate::{Epoch, Revision};
use revgate_settings::Settings;
use serde_json::to_value;

use crate::form::Sent;
use crate::handle::TopicHandle;
use crate::options::TopicOptions;
use crate::registry::Registry;
use crate::view::Writable;

fn settings() -> TopicHandle<Settings> {
    let registry = Registry::default();
    registry.register(Settings::default(), TopicOptions::new()).expect("valid");
    TopicHandle::find(&registry).expect("registered")
}

fn set(settings: &TopicHandle<Settings>, font_size: u32) -> Version {
    settings.update(|settings| settings.font_size = font_size).expect("valid")
}

#[test]
fn a_change_has_old_new_version_and_source() {
    let settings = settings();
    set(&settings, 10);
    let mut watch = settings.watch();
    let version = set(&settings, 11);
    let change = watch.blocking_changed().expect("there is one");
    assert_eq!((change.old.font_size, change.new.font_size), (10, 11), "from the watch on");
    assert_eq!((change.version, change.source), (version, None));

    let data = to_value(Settings::default()).expect("plain data");
    assert!(settings.cell.replace(Sent::Value(data), None, "main").is_ok());
    let change = watch.blocking_changed().expect("there is one");
    assert_eq!((change.old.font_size, change.source.as_deref()), (11, Some("main")));
}

#[test]
fn a_slow_reader_gets_the_newest_only() {
    let settings = settings();
    let mut watch = settings.watch();
    for size in 20..=40 {
        set(&settings, size);
    }
    let change = watch.blocking_changed().expect("there is one");
    assert_eq!((change.old.font_size, change.new.font_size), (14, 40));
    let next = pin!(watch.changed()).poll(&mut Context::from_waker(Waker::noop()));
    assert!(next.is_pending(), "nothing piled up");
}

#[test]
fn changes_are_contiguous_and_never_go_back() {
    const WRITES: u64 = 20_000;
    let settings = settings();
    let mut watch = settings.watch();
    let reader = thread::spawn(move || {
        let (mut last, mut at) = (None::<Arc<Settings>>, Version::default());
        while let Some(change) = watch.blocking_changed() {
            assert!(change.version > at);
            assert!(last.is_none_or(|last| Arc::ptr_eq(&last, &change.old)));
            (last, at) = (Some(change.new), change.version);
        }
        at
    });
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..WRITES / 4 {
                    settings.update_in_turn(|settings| settings.font_size ^= 1);
                }
            });
        }
    });
    // The topic ends with its last handle, and the watch with the topic, but not before its end.
    drop(settings);
    let last = Version::new(Epoch::default(), Revision::new(WRITES + 1));
    assert_eq!(reader.join().expect("no panic"), last);
}
