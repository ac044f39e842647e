//! The desk at times that the tests choose, and the thread where only a real one will do.

mod ending;
mod faults;

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, SystemTime};

use revgate::{Epoch, Invalid, Revision};

use super::*;
use crate::{Item, Limit, Memory, Persistence, Save, StorageError};

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// A topic whose state is a number, and its version too.
struct Number {
    track: Track,
    now: AtomicU64,
    saves: AtomicUsize,
}

impl Number {
    fn new(name: &str, save: Save) -> Arc<Self> {
        let name = name.parse().expect("a name");
        let track = Track::new(name, Arc::new(Persistence::new().save(save)));
        Arc::new(Self { track, now: AtomicU64::new(0), saves: AtomicUsize::new(0) })
    }

    fn saves(&self) -> usize {
        self.saves.load(Ordering::SeqCst)
    }
}

impl Subject for Number {
    fn track(&self) -> &Track {
        &self.track
    }

    fn encode(&self, _: bool) -> Result<Encoded, CodecError> {
        let number = self.now.load(Ordering::SeqCst);
        let version = Version::new(Epoch::default(), Revision::new(number));
        match number {
            13 => Err(CodecError::new("13 cannot be written")),
            14 => panic!("14 is worse"),
            _ => Ok(Encoded {
                version,
                bytes: Some(number.to_string().into_bytes()),
                is_beside_new: false,
            }),
        }
    }

    fn saved(&self) {
        self.saves.fetch_add(1, Ordering::SeqCst);
    }

    fn edited(&self, bytes: &[u8]) -> Result<bool, Fault> {
        let text = String::from_utf8_lossy(bytes);
        let number =
            text.parse().map_err(|_| Invalid::new("", format!("`{text}` is no number")))?;
        self.now.fetch_max(number, Ordering::SeqCst);
        Ok(false)
    }
}

/// A storage in memory that fails, and counts its turns.
#[derive(Clone, Debug, Default)]
struct Disk {
    memory: Memory,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    turns: usize,
    is_full: bool,
    /// Names of topics that another program has changed since they were last loaded or saved.
    changed: Vec<String>,
    /// Panics in the next turn.
    panics: bool,
    /// Why nothing can be read.
    unreadable: Option<io::ErrorKind>,
    /// Why nothing could be read at the start.
    was_unreadable: Option<io::ErrorKind>,
    limits: Vec<(Limit, StorageError)>,
    /// As many turns to come find that somebody else has hold of the files.
    busy: usize,
    /// The next turn fails after all has been written.
    fails_late: bool,
}

impl Disk {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn edit(&self, topic: &Number, text: &str) {
        let topic = topic.track.topic();
        let item = Item { topic, bytes: text.as_bytes(), overwrite: true };
        assert!(self.memory.save(&[item])[0].is_ok());
        self.state().changed.push(topic.to_string());
    }

    fn text(&self, topic: &Number) -> Option<String> {
        let bytes = self.memory.load(topic.track.topic()).expect("it loads")?;
        Some(String::from_utf8(bytes).expect("text"))
    }
}

impl Storage for Disk {
    fn begin_session(&self, after: u64) -> Result<u64, StorageError> {
        self.memory.begin_session(after)
    }

    fn topics(&self) -> Result<Vec<revgate::TopicName>, StorageError> {
        self.memory.topics()
    }

    fn load(&self, topic: &revgate::TopicName) -> Result<Option<Vec<u8>>, StorageError> {
        let mut state = self.state();
        if let Some(kind) = state.unreadable {
            return Err(StorageError::io("reading", topic)(kind.into()));
        }
        state.changed.retain(|name| name != topic.as_str());
        self.memory.load(topic)
    }

    fn load_backup(&self, topic: &revgate::TopicName) -> Result<Option<Vec<u8>>, StorageError> {
        self.memory.load_backup(topic)
    }

    fn save(&self, items: &[Item<'_>]) -> Vec<Result<(), StorageError>> {
        let mut state = self.state();
        state.turns += 1;
        assert!(!std::mem::take(&mut state.panics), "the storage panics");
        let fails_late = std::mem::take(&mut state.fails_late);
        let is_busy = state.busy > 0;
        state.busy -= usize::from(is_busy);
        let save = |item: &Item<'_>| {
            let place = item.topic.to_string();
            if state.is_full || is_busy {
                let kind =
                    if is_busy { io::ErrorKind::ResourceBusy } else { io::ErrorKind::StorageFull };
                return Err(StorageError::Io {
                    act: "writing",
                    place,
                    cause: Arc::new(kind.into()),
                });
            }
            if state.changed.contains(&place) && !item.overwrite {
                return Err(StorageError::Changed { place });
            }
            // It is compared with what is to be replaced.
            if let Some(kind) = state.unreadable {
                return Err(StorageError::io("reading", place)(kind.into()));
            }
            let saved = self.memory.save(&[*item]).remove(0);
            let late = StorageError::io("syncing", place);
            if fails_late { Err(late(io::ErrorKind::Other.into())) } else { saved }
        };
        items.iter().map(save).collect()
    }

    fn remove(&self, topic: &revgate::TopicName) -> Result<(), StorageError> {
        self.memory.remove(topic)
    }

    fn set_aside(
        &self,
        topic: &revgate::TopicName,
        at: SystemTime,
    ) -> Result<String, StorageError> {
        self.memory.set_aside(topic, at)
    }

    fn place(&self, topic: &revgate::TopicName) -> String {
        topic.to_string()
    }

    fn unread(&self, topic: &revgate::TopicName) -> Option<StorageError> {
        let kind = self.state().was_unreadable?;
        Some(StorageError::io("reading", topic)(kind.into()))
    }

    fn take_limits(&self) -> Vec<(Limit, StorageError)> {
        std::mem::take(&mut self.state().limits)
    }
}

/// A disk whose first turn lasts until it is told to end.
#[derive(Debug)]
struct Stuck(Mutex<mpsc::Receiver<()>>, Mutex<mpsc::Sender<()>>, Memory);

impl Storage for Stuck {
    fn begin_session(&self, after: u64) -> Result<u64, StorageError> {
        self.2.begin_session(after)
    }
    fn topics(&self) -> Result<Vec<revgate::TopicName>, StorageError> {
        self.2.topics()
    }
    fn load(&self, topic: &revgate::TopicName) -> Result<Option<Vec<u8>>, StorageError> {
        self.2.load(topic)
    }
    fn load_backup(&self, topic: &revgate::TopicName) -> Result<Option<Vec<u8>>, StorageError> {
        self.2.load_backup(topic)
    }
    fn save(&self, items: &[Item<'_>]) -> Vec<Result<(), StorageError>> {
        let _ = self.1.lock().expect("no panic").send(());
        let _ = self.0.lock().expect("no panic").recv();
        self.2.save(items)
    }
    fn remove(&self, topic: &revgate::TopicName) -> Result<(), StorageError> {
        self.2.remove(topic)
    }
    fn set_aside(
        &self,
        topic: &revgate::TopicName,
        at: SystemTime,
    ) -> Result<String, StorageError> {
        self.2.set_aside(topic, at)
    }
    fn place(&self, topic: &revgate::TopicName) -> String {
        topic.to_string()
    }
}

/// A desk at times that the test chooses.
struct Bench {
    disk: Disk,
    desk: Desk,
    mail: Vec<Mail>,
    incidents: Arc<Mutex<Vec<String>>>,
}

impl Bench {
    fn new() -> Self {
        Self::on(Disk::default())
    }

    fn on(disk: Disk) -> Self {
        let incidents = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&incidents);
        let report: Report = Arc::new(move |incident: Incident| {
            heard.lock().expect("no panic").push(incident.to_string());
        });
        let desk = Desk::new(Arc::new(disk.clone()), report);
        Self { disk, desk, mail: Vec::new(), incidents }
    }

    fn topic(&mut self, name: &str, save: Save) -> Arc<Number> {
        let topic = Number::new(name, save);
        self.mail.push(Mail::Added(topic.clone()));
        topic
    }

    /// Writes as a topic does, at this time.
    fn write(&mut self, topic: &Arc<Number>, at: u64, number: u64) {
        topic.now.store(number, Ordering::SeqCst);
        if topic.track.mark(ms(at)) {
            self.mail.push(Mail::Changed(topic.clone()));
        }
    }

    fn ask(&mut self, topic: &Arc<Number>, overwrite: bool) -> Flush {
        let (answer, answered) = oneshot::channel();
        self.mail.push(Mail::Asked { subject: topic.clone(), overwrite, answer });
        Flush(Some(answered))
    }

    fn turn(&mut self, at: u64) {
        let mail = std::mem::take(&mut self.mail);
        self.desk.turn(ms(at), mail);
    }

    /// The system says that another program has written; it does not go on to do so.
    fn notice(&mut self, topic: &Number, at: u64) {
        self.mail.push(Mail::Edited(topic.track.topic().clone()));
        for at in [at, at + 50, at + 100] {
            self.turn(at);
        }
    }

    /// The app ends, as the thread does it. Returns when that is over.
    fn end(&mut self, at: u64) -> Duration {
        self.turn(at);
        self.desk.settle(ms(at), None);
        let mut now = ms(at);
        while let Some(next) = self.desk.next_of_the_end() {
            now = now.max(next);
            self.desk.turn(now, Vec::new());
        }
        self.desk.end();
        now
    }

    fn next(&self) -> Option<Duration> {
        self.desk.next()
    }

    fn turns(&self) -> usize {
        self.disk.state().turns
    }

    fn incidents(&self) -> Vec<String> {
        std::mem::take(&mut self.incidents.lock().expect("no panic"))
    }
}

#[test]
fn a_change_is_saved_when_it_has_been_quiet_and_at_the_latest_after_the_longest_wait() {
    let mut bench = Bench::new();
    let topic = bench.topic("a", Save::after(ms(100)));
    bench.write(&topic, 0, 1);
    bench.turn(0);
    assert_eq!(bench.next(), Some(ms(100)));
    for at in (50..=1000).step_by(50) {
        bench.write(&topic, at, at);
        bench.turn(at);
    }
    assert_eq!(bench.disk.text(&topic).as_deref(), Some("1000"), "ten times 100 ms");
    assert_eq!((bench.turns(), bench.next()), (1, None));

    bench.write(&topic, 2000, 2000);
    bench.turn(2000);
    bench.write(&topic, 2060, 2060);
    bench.turn(2100);
    assert_eq!((bench.turns(), bench.next()), (1, Some(ms(2160))), "quiet since 2060");
    bench.turn(2160);
    assert_eq!((bench.disk.text(&topic).as_deref(), bench.turns()), (Some("2060"), 2));
}

#[test]
fn an_interval_saves_once_in_each_while_there_are_changes() {
    let mut bench = Bench::new();
    let topic = bench.topic("a", Save::every(ms(100)));
    for at in 0..1000 {
        bench.write(&topic, at, at + 1000);
        bench.turn(at);
    }
    assert_eq!(bench.turns(), 9, "at 100, 200, … 900");
    bench.turn(1000);
    assert_eq!((bench.disk.text(&topic).as_deref(), bench.next()), (Some("1999"), None));
}

#[test]
fn what_is_saved_only_at_the_end_or_by_hand_waits_for_that() {
    let mut bench = Bench::new();
    let (exit, hand) = (bench.topic("exit", Save::OnExit), bench.topic("hand", Save::Manually));
    bench.write(&exit, 0, 1);
    bench.write(&hand, 0, 1);
    bench.turn(0);
    assert_eq!((bench.next(), bench.turns()), (None, 0));
    bench.end(1);
    assert_eq!(bench.disk.text(&exit).as_deref(), Some("1"));
    assert_eq!(bench.disk.text(&hand), None);

    bench.write(&hand, 2, 2);
    let flush = bench.ask(&hand, false);
    bench.turn(2);
    assert!(flush.wait().is_ok());
    assert_eq!(bench.disk.text(&hand).as_deref(), Some("2"));
}

#[test]
fn nothing_changed_is_nothing_written() {
    let mut bench = Bench::new();
    let topic = bench.topic("a", Save::default());
    bench.write(&topic, 0, 1);
    for at in [0, 100] {
        bench.turn(at);
    }
    assert_eq!(bench.turns(), 1);
    let flush = bench.ask(&topic, false);
    bench.turn(200);
    bench.end(300);
    assert!(flush.wait().is_ok(), "it is on the disk already");
    assert_eq!((bench.turns(), topic.saves()), (1, 1));
}

#[test]
fn many_that_wait_share_one_turn_of_the_disk() {
    let mut bench = Bench::new();
    let topics: Vec<_> =
        (0..8).map(|number| bench.topic(&format!("doc:{number}"), Save::OnExit)).collect();
    let mut flushes = Vec::new();
    for topic in topics.iter().cycle().take(64) {
        bench.write(topic, 0, 1);
        flushes.push(bench.ask(topic, false));
    }
    bench.turn(0);
    assert!(flushes.into_iter().all(|flush| flush.wait().is_ok()));
    assert_eq!(bench.turns(), 1);
}

#[test]
fn a_failure_reaches_who_waits_and_the_report_and_is_tried_again_ever_more_slowly() {
    let mut bench = Bench::new();
    let topic = bench.topic("a", Save::default());
    bench.disk.state().is_full = true;
    bench.write(&topic, 0, 1);
    let flush = bench.ask(&topic, false);
    bench.turn(0);
    let error = flush.wait().expect_err("the disk is full").to_string();
    assert!(error.starts_with("not saved in a: writing a: "), "{error}");
    let reported = bench.incidents();
    assert!(reported[0].starts_with("the topic `a` was not saved (attempt 1): writing a: "));
    assert_eq!(bench.next(), Some(ms(100)));
    bench.turn(100);
    assert_eq!(bench.next(), Some(ms(300)), "twice as long");
    let saving = topic.track.saving();
    assert_eq!((saving.attempts, saving.saved, saving.fault.is_some()), (2, None, true));

    bench.disk.state().is_full = false;
    bench.write(&topic, 200, 2);
    bench.turn(300);
    assert_eq!(bench.disk.text(&topic).as_deref(), Some("2"), "the newest");
    let saving = topic.track.saving();
    assert_eq!((saving.attempts, saving.fault.is_some(), bench.next()), (0, false, None));
}

#[test]
fn what_cannot_be_encoded_harms_no_other() {
    let mut bench = Bench::new();
    let (bad, good) = (bench.topic("bad", Save::default()), bench.topic("good", Save::default()));
    for number in [13, 14] {
        bench.write(&bad, 0, number);
        bench.write(&good, 0, number + 100);
        let (bad, good) = (bench.ask(&bad, false), bench.ask(&good, false));
        bench.turn(0);
        let told = bad.wait().expect_err("no number that can be encoded").to_string();
        assert!(told.starts_with("not saved in bad: "), "{told}");
        assert!(good.wait().is_ok());
    }
    assert_eq!(bench.disk.text(&good).as_deref(), Some("114"));
    assert_eq!(bench.disk.text(&bad), None);
}

#[test]
fn a_storage_that_panics_fails_that_turn_and_no_later_one() {
    let mut bench = Bench::new();
    let topic = bench.topic("a", Save::default());
    bench.disk.state().panics = true;
    bench.write(&topic, 0, 1);
    let flush = bench.ask(&topic, false);
    bench.turn(0);
    assert!(flush.wait().expect_err("it panicked").to_string().contains("panicked"));
    bench.turn(100);
    assert_eq!(bench.disk.text(&topic).as_deref(), Some("1"));
}

#[test]
fn another_programs_change_is_taken_over_before_it_is_replaced() {
    let mut bench = Bench::new();
    let topic = bench.topic("a", Save::default());
    bench.disk.edit(&topic, "50");
    bench.write(&topic, 0, 1);
    for at in [0, 100, 150] {
        bench.turn(at);
    }
    assert_eq!(topic.now.load(Ordering::SeqCst), 50);
    assert_eq!(bench.disk.text(&topic).as_deref(), Some("50"));
    assert_eq!(bench.incidents(), [] as [&str; 0]);

    bench.disk.edit(&topic, "60");
    bench.notice(&topic, 200);
    assert_eq!(topic.now.load(Ordering::SeqCst), 60, "without a change here");
}

#[test]
fn another_programs_change_has_nothing_saved_before_its_time() {
    let mut bench = Bench::new();
    let saves = [("soon", Save::after(ms(500))), ("exit", Save::OnExit), ("hand", Save::Manually)];
    let topics = saves.map(|(name, save)| {
        let topic = bench.topic(name, save);
        bench.write(&topic, 0, 70);
        bench.disk.edit(&topic, "50");
        bench.notice(&topic, 0);
        assert_eq!(bench.disk.text(&topic).as_deref(), Some("50"), "{name}");
        topic
    });
    let [soon, exit, hand] = &topics;
    bench.turn(500);
    bench.end(600);
    let saved = [soon, exit, hand].map(|topic| bench.disk.text(topic));
    assert_eq!(saved.each_ref().map(Option::as_deref), [Some("70"), Some("70"), Some("50")]);
    assert_eq!(bench.incidents(), [] as [&str; 0]);
}

#[test]
fn an_unusable_change_is_reported_once_and_stays_until_it_is_mended_or_overwritten() {
    let mut bench = Bench::new();
    let topic = bench.topic("a", Save::default());
    bench.disk.edit(&topic, "oops");
    bench.notice(&topic, 0);
    let expected = "the topic `a` is not saved any more, as a was changed to what is unusable: \
                    the state: `oops` is no number; mend it, or have the app `overwrite()` it, \
                    else it is set aside when the app ends";
    assert_eq!(bench.incidents(), [expected]);

    bench.write(&topic, 100, 1);
    bench.turn(100);
    let flush = bench.ask(&topic, false);
    bench.turn(120);
    assert!(
        matches!(flush.wait(), Err(FlushError::NotSaved { fault, .. }) if matches!(*fault, Fault::Invalid(_)))
    );
    assert_eq!(bench.disk.text(&topic).as_deref(), Some("oops"), "the person's bytes");
    assert!(topic.track.saving().is_held);
    assert_eq!(bench.incidents(), [] as [&str; 0], "said already");

    bench.disk.edit(&topic, "5");
    bench.notice(&topic, 130);
    assert_eq!(bench.disk.text(&topic).as_deref(), Some("5"));
    assert!(!topic.track.saving().is_held);

    bench.disk.edit(&topic, "again");
    bench.notice(&topic, 200);
    bench.write(&topic, 300, 77);
    let flush = bench.ask(&topic, true);
    bench.turn(300);
    assert!(flush.wait().is_ok(), "the app was told to");
    assert_eq!(bench.disk.text(&topic).as_deref(), Some("77"));
}

#[test]
fn what_another_program_has_half_written_is_left_alone() {
    let mut bench = Bench::new();
    let topic = bench.topic("a", Save::default());
    for (at, text) in [(0, ""), (30, "5x"), (60, "55")] {
        bench.disk.edit(&topic, text);
        bench.mail.push(Mail::Edited(topic.track.topic().clone()));
        bench.turn(at);
    }
    assert_eq!(bench.next(), Some(ms(110)));
    bench.turn(110);
    assert_eq!(topic.now.load(Ordering::SeqCst), 55);
    assert_eq!(bench.incidents(), [] as [&str; 0]);
}

#[test]
fn a_half_whose_sign_has_not_come_yet_is_left_alone() {
    let mut bench = Bench::new();
    let topic = bench.topic("a", Save::default());
    let edited = || Mail::Edited(topic.track.topic().clone());
    bench.disk.edit(&topic, "5");
    bench.mail.push(edited());
    bench.turn(0);
    // It writes once more just as that is looked at.
    bench.disk.edit(&topic, "");
    bench.turn(50);
    bench.disk.edit(&topic, "55");
    bench.mail.push(edited());
    bench.turn(60);
    // And again in the same way.
    bench.disk.edit(&topic, "");
    bench.turn(110);
    bench.mail.push(edited());
    bench.turn(120);
    bench.turn(170);
    bench.disk.edit(&topic, "56");
    bench.turn(220);
    assert_eq!(topic.now.load(Ordering::SeqCst), 56);
    assert_eq!(bench.incidents(), [] as [&str; 0]);
}

#[test]
fn a_half_that_has_been_looked_at_is_overwritten_by_no_save() {
    for save in [Save::after(ms(60)), Save::OnExit] {
        let mut bench = Bench::new();
        let topic = bench.topic("a", save);
        bench.write(&topic, 0, 50);
        bench.disk.edit(&topic, "5x");
        for at in [0, 20] {
            bench.mail.push(Mail::Edited(topic.track.topic().clone()));
            bench.turn(at);
        }
        bench.turn(70);
        // The storage has seen it, and takes a save for one in its place.
        bench.mail.push(Mail::Settle(mpsc::channel().0));
        bench.turn(75);
        assert_eq!(bench.disk.text(&topic).as_deref(), Some("5x"), "it is theirs");
        bench.disk.edit(&topic, "55");
        bench.mail.push(Mail::Edited(topic.track.topic().clone()));
        for at in [80, 130] {
            bench.turn(at);
        }
        bench.end(140);
        assert_eq!(bench.disk.text(&topic).as_deref(), Some("55"), "the larger of the two");
        assert_eq!(bench.incidents(), [] as [&str; 0]);
    }
}

#[test]
fn what_another_program_never_stops_writing_is_taken_over_after_a_second() {
    let mut bench = Bench::new();
    let topic = bench.topic("a", Save::default());
    for at in (0..=3000).step_by(30) {
        bench.disk.edit(&topic, &(at + 1).to_string());
        bench.mail.push(Mail::Edited(topic.track.topic().clone()));
        bench.turn(at);
        // The thread wakes when the desk has asked for it.
        let due = bench.next().filter(|due| *due < ms(at + 30));
        due.inspect(|due| bench.desk.turn(*due, Vec::new()));
        let age = at.saturating_sub(topic.now.load(Ordering::SeqCst));
        assert!(age <= 1000, "at {at} it is {age} ms behind");
    }
    assert_eq!(bench.incidents(), [] as [&str; 0]);
}

#[test]
fn a_held_topic_is_looked_at_again_without_a_word_from_the_system() {
    let mut bench = Bench::new();
    let topic = bench.topic("a", Save::default());
    bench.disk.edit(&topic, "oops");
    bench.write(&topic, 0, 1);
    for at in [0, 100, 150, 200] {
        bench.turn(at);
    }
    assert_eq!((bench.incidents().len(), bench.next()), (1, Some(ms(10_200))));
    bench.disk.edit(&topic, "5");
    bench.turn(10_200);
    assert_eq!((bench.disk.text(&topic).as_deref(), bench.next()), (Some("5"), None));
}

#[test]
fn what_is_removed_is_forgotten_and_a_late_write_does_not_bring_it_back() {
    let mut bench = Bench::new();
    let topic = bench.topic("a", Save::default());
    bench.write(&topic, 0, 1);
    for at in [0, 100] {
        bench.turn(at);
    }
    bench.write(&topic, 200, 2);
    let flush = bench.ask(&topic, false);
    bench.mail.push(Mail::Removed(topic.clone()));
    bench.mail.push(Mail::Changed(topic.clone()));
    let late = bench.ask(&topic, false);
    bench.turn(200);
    bench.end(400);
    assert!(matches!(flush.wait(), Err(FlushError::Ended)));
    assert!(matches!(late.wait(), Err(FlushError::Ended)));
    assert_eq!(bench.disk.text(&topic), None);
}

#[test]
fn one_that_takes_the_name_of_another_is_not_removed_with_it() {
    let mut bench = Bench::new();
    let old = bench.topic("a", Save::default());
    bench.write(&old, 0, 1);
    let new = bench.topic("a", Save::default());
    bench.write(&new, 1, 2);
    bench.mail.push(Mail::Removed(old.clone()));
    for at in [1, 101] {
        bench.turn(at);
    }
    assert_eq!((bench.disk.text(&new).as_deref(), old.saves(), new.saves()), (Some("2"), 0, 1));
}

#[test]
fn the_thread_saves_and_at_its_end_what_is_left() {
    let disk = Disk::default();
    let (saver, thread) = Saver::start(Arc::new(disk.clone()), Arc::new(|_| {})).expect("a thread");
    let (quick, late) =
        (Number::new("quick", Save::after(ms(1))), Number::new("late", Save::OnExit));
    for topic in [&quick, &late] {
        saver.add(topic.clone());
        topic.now.store(7, Ordering::SeqCst);
        assert!(saver.changed(&topic.track, || topic.clone()));
    }
    assert!(saver.flush(quick.clone()).wait().is_ok());
    assert_eq!(disk.text(&quick).as_deref(), Some("7"));
    drop(thread);
    assert_eq!(disk.text(&late).as_deref(), Some("7"));
    assert!(matches!(saver.flush(quick).wait(), Err(FlushError::Ended)), "it has ended");
}

#[test]
fn writers_wait_for_no_disk() {
    let ((go_on, gate), (begun, begins)) = (mpsc::channel(), mpsc::channel());
    let storage = Stuck(Mutex::new(gate), Mutex::new(begun), Memory::default());
    let (saver, thread) = Saver::start(Arc::new(storage), Arc::new(|_| {})).expect("a thread");
    let topic = Number::new("a", Save::OnExit);
    saver.add(topic.clone());
    topic.now.store(1, Ordering::SeqCst);
    assert!(saver.changed(&topic.track, || topic.clone()));
    let first = saver.flush(topic.clone());
    begins.recv().expect("the disk turns");
    // Written while it does; nothing here would end if a writer waited.
    for number in 2..=10_000 {
        topic.now.store(number, Ordering::SeqCst);
        assert!(saver.changed(&topic.track, || topic.clone()));
    }
    let second = saver.flush(topic.clone());
    drop(go_on);
    assert!(first.wait().is_ok() && second.wait().is_ok());
    assert_eq!(topic.saves(), 2, "ten thousand writes in one turn");
    drop(thread);
}

#[test]
fn what_else_is_done_with_the_storage_is_done_by_the_thread_that_saves_until_its_end() {
    let storage = Arc::new(Memory::default());
    let (saver, thread) = Saver::start(storage, Arc::new(|_| ())).expect("a thread");
    let topic = Number::new("a", Save::Manually);
    topic.now.store(7, Ordering::SeqCst);
    saver.add(topic.clone());
    saver.flush(topic.clone()).wait().expect("saved");
    let name = topic.track.topic().clone();
    let load = move |storage: &dyn Storage| {
        let thread = std::thread::current().name().map(str::to_owned);
        (thread, storage.load(&name).expect("it loads"))
    };
    let found = saver.run(load.clone());
    assert_eq!(found, Some((Some("revgate-saver".to_owned()), Some(b"7".to_vec()))));

    let panicked = catch_unwind(AssertUnwindSafe(|| saver.run(|_| -> () { panic!("of its own") })));
    let words = panicked.expect_err("so does who asked");
    assert_eq!(words.downcast_ref(), Some(&"of its own"));
    assert!(saver.run(load.clone()).is_some(), "the thread goes on");

    assert!(thread.close());
    assert!(saver.run(load).is_none());
}
