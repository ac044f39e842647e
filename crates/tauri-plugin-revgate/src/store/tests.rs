use super::*;

use std::sync::mpsc;
use std::thread;

use revgate::Revision;
use revgate_settings::Settings;
use serde::{Deserialize, Serialize};

fn store(version: Version) -> Store<Settings> {
    Store::new(version, Arc::new(Settings::default())).expect("JSON")
}

fn name() -> TopicName {
    TopicName::of::<Settings>()
}

fn larger(settings: &Settings) -> Result<Settings, UpdateError> {
    Ok(Settings { font_size: settings.font_size + 1, ..settings.clone() })
}

#[test]
fn the_last_revision_stands_until_a_new_epoch() {
    let last = Version::new(Epoch::new(3), Revision::new(u64::MAX));
    let store = store(last);
    let written = store.write(&name(), None, None, larger);
    assert!(matches!(written, Err(WriteError::Update(UpdateError::Exhausted(_)))));
    assert_eq!(store.published().version, last);
    let unchanged = store.write(&name(), None, None, |settings| Ok(settings.clone()));
    assert!(unchanged.is_ok_and(|written| !written.is_news), "it needs no version");
}

#[test]
fn a_write_on_an_older_version_gets_the_newest() {
    let store = store(Version::default());
    let written = store.write(&name(), Some(Version::default().into()), Some("main"), larger);
    assert!(written.is_ok_and(|written| written.is_news));
    assert_eq!(store.published().source.as_deref(), Some("main"));
    for draft in [larger, |settings: &Settings| Ok(settings.clone())] {
        let Err(WriteError::Conflict(newest)) =
            store.write(&name(), Some(Version::default().into()), None, draft)
        else {
            panic!("the base is not the newest, changed or not")
        };
        assert_eq!((newest.version.revision, newest.data.font_size), (Revision::FIRST, 15));
    }
}

#[derive(Clone, Default, Serialize, Deserialize)]
struct Account {
    name: String,
    #[serde(skip)]
    token: String,
}

impl Topic for Account {
    const NAME: &'static str = "account";
}

#[test]
fn what_serde_skips_changes_without_a_version() {
    let store = Store::new(Version::default(), Arc::new(Account::default())).expect("JSON");
    let watch = store.watch();
    let token = |account: &Account| Ok(Account { token: "new".to_owned(), ..account.clone() });
    let written = store.write(&name(), None, Some("main"), token);
    assert!(written.is_ok_and(|written| !written.is_news));
    let Published { version, data, source, .. } = store.published();
    assert_eq!((version, &*data.token, source), (Version::default(), "new", None));
    assert!(!watch.has_changed().expect("the store lives"));
}

#[test]
fn a_write_that_an_edit_waits_for_is_refused_and_not_waited_for() {
    let store = store(Version::default());
    let (tell, told) = mpsc::channel();
    let outer = thread::scope(|scope| {
        store.write(&name(), None, None, |settings| {
            let other = scope.spawn(|| store.write(&name(), None, None, larger));
            tell.send(matches!(
                other.join().expect("no panic"),
                Err(WriteError::Update(UpdateError::Busy { .. }))
            ))
            .expect("the test listens");
            larger(settings)
        })
    });
    assert!(outer.is_ok_and(|written| written.is_news), "the edit itself is as good as any");
    assert_eq!(told.recv(), Ok(true));
}
