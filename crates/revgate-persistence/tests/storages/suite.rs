//! What every storage does.

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use revgate::TopicName;
use revgate_persistence::{Item, Storage};

use crate::Home;

pub(crate) fn topic(name: &str) -> TopicName {
    name.parse().expect("well-formed")
}

pub(crate) fn save(storage: &impl Storage, topic: &TopicName, bytes: &[u8]) {
    let saved = storage.save(&[Item { topic, bytes, overwrite: false }]);
    assert!(matches!(saved[..], [Ok(())]), "{saved:?}");
}

pub(crate) fn load(storage: &impl Storage, topic: &TopicName) -> Option<Vec<u8>> {
    storage.load(topic).expect("loaded")
}

pub(crate) fn backup(storage: &impl Storage, topic: &TopicName) -> Option<Vec<u8>> {
    storage.load_backup(topic).expect("loaded")
}

fn seconds(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

pub(crate) fn nothing_is_there_before_it_is_saved<H: Home>() {
    let (home, settings) = (H::default(), topic("settings"));
    let storage = home.open();
    assert_eq!(storage.topics().expect("listed"), []);
    assert_eq!(load(&storage, &settings), None);
    assert_eq!(backup(&storage, &settings), None);
    assert!(!storage.is_read_only());
    assert!(storage.save(&[]).is_empty());
}

pub(crate) fn what_was_saved_is_loaded_whole<H: Home>() {
    let (home, settings) = (H::default(), topic("settings"));
    let large: Vec<u8> = (0..3_000_000_u32).map(|number| number.to_le_bytes()[0]).collect();
    for bytes in [&b"{}"[..], b"", &[0; 100], &large, b"short again"] {
        let storage = home.open();
        load(&storage, &settings);
        save(&storage, &settings, bytes);
        assert!(load(&storage, &settings).as_deref() == Some(bytes));
        drop(storage);
        assert!(load(&home.open(), &settings).as_deref() == Some(bytes), "after a restart");
    }
}

pub(crate) fn the_backup_is_what_was_saved_before<H: Home>() {
    let (home, settings) = (H::default(), topic("settings"));
    let storage = home.open();
    save(&storage, &settings, b"1");
    assert_eq!(backup(&storage, &settings), None);
    for (before, now) in [(b"1", b"2"), (b"2", b"3"), (b"3", b"3"), (b"3", b"4")] {
        save(&storage, &settings, now);
        assert_eq!(load(&storage, &settings).as_deref(), Some(&now[..]));
        assert_eq!(backup(&storage, &settings).as_deref(), Some(&before[..]));
    }
    drop(storage);
    assert_eq!(backup(&home.open(), &settings).as_deref(), Some(&b"3"[..]), "after a restart");
    assert_eq!(home.open().topics().expect("listed"), [settings]);
}

pub(crate) fn many_topics_are_saved_at_once<H: Home>() {
    let home = H::default();
    let names = ["settings", "Settings", "doc:1", "doc/1", "con", "lpt9", "-", "_", "0", "backup"];
    let topics = names.map(topic);
    let storage = home.open();
    let items = topics.each_ref().map(|topic| {
        let bytes = topic.as_str().as_bytes();
        Item { topic, bytes, overwrite: false }
    });
    let saved = storage.save(&items);
    assert!(saved.len() == names.len() && saved.iter().all(Result::is_ok), "{saved:?}");
    drop(storage);
    let storage = home.open();
    let sorted: BTreeSet<_> = topics.iter().cloned().collect();
    assert_eq!(storage.topics().expect("listed"), sorted.into_iter().collect::<Vec<_>>());
    for topic in &topics {
        assert_eq!(load(&storage, topic).as_deref(), Some(topic.as_str().as_bytes()), "{topic}");
    }
}

pub(crate) fn a_removed_topic_is_forgotten<H: Home>() {
    let (home, settings, other) = (H::default(), topic("settings"), topic("other"));
    let storage = home.open();
    storage.remove(&settings).expect("nothing to do");
    save(&storage, &other, b"other");
    save(&storage, &settings, b"1");
    save(&storage, &settings, b"2");
    storage.remove(&settings).expect("removed");
    assert_eq!((load(&storage, &settings), backup(&storage, &settings)), (None, None));
    drop(storage);
    let storage = home.open();
    assert_eq!((load(&storage, &settings), backup(&storage, &settings)), (None, None));
    assert_eq!(storage.topics().expect("listed"), [other]);
    save(&storage, &settings, b"3");
    assert_eq!(load(&storage, &settings).as_deref(), Some(&b"3"[..]));
}

pub(crate) fn what_is_set_aside_is_kept<H: Home>() {
    let (home, settings) = (H::default(), topic("settings"));
    let storage = home.open();
    storage.set_aside(&settings, seconds(0)).expect_err("there is nothing");
    save(&storage, &settings, b"good");
    let mut places = Vec::new();
    for (at, bytes) in [(7, "bad 1"), (7, "bad 2"), (7, "bad 3"), (8, "bad 4")] {
        save(&storage, &settings, bytes.as_bytes());
        let place = storage.set_aside(&settings, seconds(at)).expect("set aside");
        assert!(place.contains(&format!("settings.unreadable-19700101T00000{at}Z")), "{place}");
        assert_eq!(load(&storage, &settings), None);
        assert_eq!(storage.topics().expect("listed"), []);
        places.push((place, bytes));
    }
    assert_eq!(backup(&storage, &settings).as_deref(), Some(&b"good"[..]), "it stays");
    storage.set_aside(&settings, seconds(9)).expect_err("there is nothing any more");
    drop(storage);
    let storage = home.open();
    for (place, bytes) in places {
        assert_eq!(H::aside(&storage, &place).as_deref(), Some(bytes.as_bytes()), "{place}");
    }
}

pub(crate) fn sessions_are_counted_without_end<H: Home>() {
    let home = H::default();
    let begin = |after| home.open().begin_session(after).expect("counted");
    assert_eq!([0, 0, 2, 10, 3, 0].map(begin), [1, 2, 3, 11, 12, 13]);
    assert_eq!(home.open().topics().expect("listed"), []);
}

pub(crate) fn no_session_follows_the_last<H: Home>() {
    let home = H::default();
    home.open().begin_session(u64::MAX).expect_err("no larger number");
    assert_eq!(home.open().begin_session(u64::MAX - 1).expect("counted"), u64::MAX);
    home.open().begin_session(0).expect_err("no larger number");
}

pub(crate) fn readers_see_whole_states<H: Home>() {
    let (home, settings) = (H::default(), topic("settings"));
    let storage = home.open();
    let is_whole = |bytes: Option<Vec<u8>>| match bytes.as_deref() {
        None | Some([]) => true,
        Some([first, rest @ ..]) => {
            rest.len() == 9_999 + usize::from(*first) && rest.iter().all(|byte| byte == first)
        }
    };
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for byte in 0..=255_u8 {
                save(&storage, &settings, &vec![byte; 10_000 + usize::from(byte)]);
            }
        });
        while !writer.is_finished() {
            assert!(is_whole(load(&storage, &settings)));
            assert!(is_whole(backup(&storage, &settings)));
        }
    });
}

pub(crate) fn places_are_for_people<H: Home>() {
    let home = H::default();
    let place = home.open().place(&topic("settings"));
    assert!(place.contains("settings"), "{place}");
}
