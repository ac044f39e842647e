use super::*;

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Barrier, Mutex, mpsc};
use std::task::{Context, Wake, Waker};
use std::thread;
use std::time::Duration;

use revgate::{Epoch, Invalid, Revision};
use revgate_settings::{Settings, Theme};

use crate::family::Family;
use crate::options::TopicOptions;
use crate::registry::Registry;

impl<T: Topic> TopicHandle<T> {
    /// For one of many threads that write at once: on a busy machine the others may be before it for
    /// longer than a write waits, which has changed nothing then.
    pub(crate) fn update_in_turn(&self, edit: impl Fn(&mut T)) {
        let is_made = |made: &Result<_, _>| !matches!(made, Err(UpdateError::Busy { .. }));
        let made = (0..120).map(|_| self.update(&edit)).find(is_made);
        made.expect("its turn comes").expect("valid");
    }
}

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
fn a_write_that_changes_nothing_makes_no_version() {
    let settings = settings();
    let watch = settings.cell.live.store.watch();
    assert_eq!(settings.update(|_| {}).expect("valid"), revision(1));
    assert_eq!(settings.update(|draft| draft.font_size += 0).expect("valid"), revision(1));
    assert_eq!(settings.replace(Settings::default()).expect("valid"), revision(1));
    assert_eq!(settings.reset().expect("valid"), revision(1));
    assert!(!watch.has_changed().expect("it lives"), "nobody is woken");
    settings.update(|draft| draft.font_size = 20).expect("valid");
    assert_eq!(settings.update(|draft| draft.font_size = 20).expect("valid"), revision(2));
    assert!(watch.has_changed().expect("it lives"));
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
        assert!(matches!(replaced, Err(UpdateError::Reentrant(_))));
        draft.font_size = 20;
    });
    assert!(matches!(inner, Some(Err(UpdateError::Reentrant(_)))));
    assert_eq!(outer.expect("valid"), revision(2));
    assert_eq!(settings.snapshot().data.font_size, 20);
    assert_eq!(settings.reset().expect("no longer within one"), revision(3));
}

#[test]
fn after_a_panic_other_threads_write_on() {
    let settings = settings();
    let panicked = settings.update(|draft| {
        draft.font_size = 20;
        panic!("half-way");
    });
    let told = panicked.expect_err("it panicked").to_string();
    assert_eq!(told, "the update of the topic `settings` panicked: half-way");
    assert_eq!(*settings.snapshot().data, Settings::default());
    let other = settings.clone();
    let written = thread::spawn(move || other.update(|draft| draft.font_size = 21)).join();
    assert_eq!(written.expect("no panic").expect("valid"), revision(2));
}

/// A state whose validation may panic.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
struct Fragile(u8);

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
    registry.register(Fragile(0), TopicOptions::new()).expect("valid");
    let fragile = TopicHandle::<Fragile>::find(&registry).expect("registered");
    BREAKS.store(true, Ordering::SeqCst);
    let panicked = fragile.update(|it| it.0 = 1).expect_err("it breaks");
    assert_eq!(panicked.to_string(), "the update of the topic `fragile` panicked: it breaks");
    let words = fragile.update(|_| panic!("{} words", 2)).expect_err("its own words");
    assert_eq!(words.to_string(), "the update of the topic `fragile` panicked: 2 words");
    BREAKS.store(false, Ordering::SeqCst);
    assert_eq!(fragile.update(|it| it.0 = 1).expect("whole again"), revision(2));
}

#[derive(Clone, Default, serde::Serialize, serde::Deserialize)]
struct Doc(u32);

impl Topic for Doc {
    const NAME: &'static str = "doc";
}

#[test]
fn no_topic_is_written_within_an_edit_of_another() {
    let registry = Registry::default();
    registry.register(Settings::default(), TopicOptions::new()).expect("valid");
    registry.register_family::<Doc>(TopicOptions::new()).expect("a new name");
    let settings = TopicHandle::<Settings>::find(&registry).expect("registered");
    let docs = Family::<Doc>::find(&registry).expect("registered");
    let doc = docs.create("1", Doc(0)).expect("new");
    let outer = settings.update(|draft| {
        assert!(matches!(doc.update(|doc| doc.0 = 1), Err(UpdateError::Reentrant(_))));
        assert!(matches!(doc.replace(Doc(2)), Err(UpdateError::Reentrant(_))));
        assert!(matches!(doc.reset(), Err(UpdateError::Reentrant(_))));
        let new = docs.create("2", Doc(0)).expect("a topic may come");
        assert!(matches!(new.update(|doc| doc.0 = 1), Err(UpdateError::Reentrant(_))));
        assert!(docs.remove("2"), "and go");
        draft.font_size = 20;
    });
    assert_eq!(outer.expect("valid"), revision(2));
    assert_eq!(doc.snapshot().version(), revision(1));
    assert_eq!(doc.update(|doc| doc.0 = 1).expect("after it"), revision(2));
}

/// As a circle of threads, each of which edits the next one's topic within an edit of its own.
fn edit_in_a_circle(threads: usize) {
    let registry = Registry::default();
    registry.register_family::<Doc>(TopicOptions::new()).expect("a new name");
    let docs = Family::<Doc>::find(&registry).expect("registered");
    let create = |key: usize| docs.create(&key.to_string(), Doc(0)).expect("new");
    let docs: Vec<_> = (0..threads).map(create).collect();
    let all_edit = Barrier::new(threads);
    thread::scope(|scope| {
        for (own, doc) in docs.iter().enumerate() {
            let (next, all_edit) = (&docs[(own + 1) % threads], &all_edit);
            scope.spawn(move || {
                let outer = doc.update(|draft| {
                    all_edit.wait();
                    let inner = next.update(|draft| draft.0 += 100);
                    assert!(matches!(inner, Err(UpdateError::Reentrant(_))));
                    draft.0 += 1;
                });
                assert_eq!(outer.expect("valid"), revision(2));
            });
        }
    });
    assert!(docs.iter().all(|doc| doc.snapshot().data.0 == 1));
}

#[test]
fn two_or_three_threads_that_edit_each_others_topics_end() {
    edit_in_a_circle(2);
    edit_in_a_circle(3);
}

/// A task that writes whatever wakes it, on the thread that does.
struct Writes(TopicHandle<Doc>, AtomicBool);

impl Wake for Writes {
    fn wake(self: Arc<Self>) {
        let Self(doc, is_refused) = &*self;
        let written = doc.update(|doc| doc.0 = 7);
        is_refused.store(matches!(written, Err(UpdateError::Reentrant(_))), Ordering::SeqCst);
    }
}

#[test]
fn a_watch_that_writes_on_the_writers_thread_is_refused() {
    let registry = Registry::default();
    registry.register(Doc(0), TopicOptions::new()).expect("valid");
    let doc = TopicHandle::<Doc>::find(&registry).expect("registered");
    let writes = Arc::new(Writes(doc.clone(), AtomicBool::new(false)));
    let waker = Waker::from(Arc::clone(&writes));
    let mut watch = doc.watch();
    let mut changed = pin!(watch.changed());
    assert!(changed.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    doc.update(|doc| doc.0 = 1).expect("valid");
    assert!(writes.1.load(Ordering::SeqCst));
    assert_eq!(doc.snapshot().data.0, 1);
}

/// A state that has itself written while it is written as JSON.
#[derive(Clone, serde::Deserialize)]
struct Selfish(u8);

static SELFISH: Mutex<Option<TopicHandle<Selfish>>> = Mutex::new(None);

impl serde::Serialize for Selfish {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(own) = SELFISH.try_lock().ok().and_then(|own| own.clone()) {
            assert!(matches!(own.update(|own| own.0 = 9), Err(UpdateError::Reentrant(_))));
        }
        serializer.serialize_u8(self.0)
    }
}

impl Topic for Selfish {
    const NAME: &'static str = "selfish";
}

#[test]
fn a_state_that_writes_while_it_is_written_is_refused() {
    let registry = Registry::default();
    registry.register(Selfish(0), TopicOptions::new()).expect("valid");
    let own = TopicHandle::<Selfish>::find(&registry).expect("registered");
    *SELFISH.lock().expect("no panic") = Some(own.clone());
    assert_eq!(own.update(|own| own.0 = 1).expect("valid"), revision(2));
    *SELFISH.lock().expect("no panic") = None;
    assert_eq!(own.snapshot().data.0, 1);
}
