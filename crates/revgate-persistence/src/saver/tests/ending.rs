//! The end of the app.

use super::*;
use crate::MigrationError;

/// A saver of one topic, on a disk that hangs until `go_on` is dropped.
struct Hanging {
    saver: Saver,
    thread: SaverThread,
    topic: Arc<Number>,
    go_on: mpsc::Sender<()>,
    begins: mpsc::Receiver<()>,
}

impl Hanging {
    /// An end waits so long for it.
    fn new(limit: Duration) -> Self {
        let ((go_on, gate), (begun, begins)) = (mpsc::channel(), mpsc::channel());
        let storage = Arc::new(Stuck(Mutex::new(gate), Mutex::new(begun), Memory::default()));
        let started = Saver::start_with(storage, Arc::new(|_| {}), limit);
        let (saver, thread) = started.expect("a thread");
        let topic = Number::new("a", Save::OnExit);
        saver.add(topic.clone());
        Self { saver, thread, topic, go_on, begins }
    }

    fn write(&self, number: u64) {
        assert!(write(&self.saver, &self.topic, number));
    }
}

fn start(storage: impl Storage) -> (Saver, SaverThread) {
    Saver::start(Arc::new(storage), Arc::new(|_| {})).expect("a thread")
}

fn write(saver: &Saver, topic: &Arc<Number>, number: u64) -> bool {
    topic.now.store(number, Ordering::SeqCst);
    saver.changed(&topic.track, || topic.clone())
}

#[test]
fn a_last_save_that_fails_once_is_tried_again() {
    let mut bench = Bench::new();
    let topic = bench.topic("a", Save::OnExit);
    bench.write(&topic, 0, 1);
    bench.disk.state().busy = 1;
    let over = bench.end(10);
    assert_eq!((bench.disk.text(&topic).as_deref(), over), (Some("1"), ms(60)));
    let incidents = bench.incidents();
    assert!(incidents.len() == 1 && incidents[0].contains("(attempt 1)"), "{incidents:?}");
}

#[test]
fn what_fails_for_a_second_is_lost_and_said_once() {
    let mut bench = Bench::new();
    let topics = ["a", "b"].map(|name| bench.topic(name, Save::default()));
    topics.iter().for_each(|topic| bench.write(topic, 0, 1));
    bench.disk.state().is_full = true;
    assert_eq!(bench.end(0), ms(1000));
    let incidents = bench.incidents();
    assert_eq!(incidents.len(), 3, "the full disk, and what is lost by it: {incidents:?}");
    for (incident, name) in incidents[1..].iter().zip(["a", "b"]) {
        let start = format!(
            "the app ends without the newest state of the topic `{name}` in {name}: writing "
        );
        assert!(incident.starts_with(&start), "{incident}");
    }
}

#[test]
fn another_programs_change_just_before_the_end_is_taken_over_and_ours_is_saved() {
    let mut bench = Bench::new();
    let topic = bench.topic("a", Save::default());
    bench.write(&topic, 0, 70);
    bench.disk.edit(&topic, "50");
    let over = bench.end(0);
    // The larger of two numbers is what both changes make.
    assert_eq!(bench.disk.text(&topic).as_deref(), Some("70"));
    assert_eq!((topic.now.load(Ordering::SeqCst), over), (70, ms(50)));

    bench.write(&topic, 100, 80);
    bench.disk.edit(&topic, "90");
    bench.end(100);
    assert_eq!(topic.now.load(Ordering::SeqCst), 90, "theirs");
    assert_eq!(bench.disk.text(&topic).as_deref(), Some("90"));
    assert_eq!(bench.incidents(), [] as [&str; 0]);
}

#[test]
fn what_another_program_has_half_written_at_the_end_is_waited_for() {
    let mut bench = Bench::new();
    let topic = bench.topic("a", Save::default());
    bench.write(&topic, 0, 1);
    bench.disk.edit(&topic, "5x");
    bench.turn(0);
    bench.desk.settle(ms(0), None);
    for at in [0, 50, 100] {
        bench.turn(at);
    }
    assert_eq!(bench.disk.text(&topic).as_deref(), Some("5x"), "it is theirs");
    bench.disk.edit(&topic, "55");
    bench.turn(150);
    assert_eq!(bench.disk.text(&topic).as_deref(), Some("55"));
    assert_eq!(bench.desk.next_of_the_end(), None);
}

#[test]
fn what_is_held_since_long_is_tried_once_more_and_holds_no_end_up() {
    let mut bench = Bench::new();
    let topic = bench.topic("a", Save::default());
    bench.disk.edit(&topic, "oops");
    bench.notice(&topic, 0);
    assert_eq!(bench.incidents().len(), 1, "it is held");
    bench.write(&topic, 60, 7);
    bench.disk.edit(&topic, "5");
    assert_eq!(bench.end(100), ms(100));
    assert_eq!(bench.disk.text(&topic).as_deref(), Some("7"));
    assert_eq!(bench.incidents(), [] as [&str; 0], "it was mended");
}

#[test]
fn what_cannot_be_read_at_the_end_stays_and_what_is_lost_by_it_is_said() {
    let mut bench = Bench::new();
    let topic = bench.topic("a", Save::default());
    bench.disk.edit(&topic, "50");
    bench.disk.state().unreadable = Some(io::ErrorKind::PermissionDenied);
    bench.notice(&topic, 0);
    assert!(topic.track.saving().is_held);
    bench.write(&topic, 60, 7);
    assert_eq!(bench.end(100), ms(100), "a person does not come within a second");
    assert_eq!(bench.disk.text(&topic).as_deref(), Some("50"));
    let incidents = bench.incidents();
    let lost = incidents.iter().filter(|it| it.contains("the app ends without")).count();
    assert_eq!((lost, incidents.len()), (1, 2), "{incidents:?}");
}

#[test]
fn an_unusable_edit_is_set_aside_at_the_end_for_the_newest_state_written_since_or_not() {
    for (is_written, since) in [(true, 9), (true, 1000), (false, 1000)] {
        let mut bench = Bench::new();
        let topic = bench.topic("a", Save::default());
        bench.write(&topic, 0, 6);
        for at in [0, 100] {
            bench.turn(at);
        }
        bench.disk.edit(&topic, "oops");
        if since > 100 {
            bench.notice(&topic, 200);
            assert!(topic.track.saving().is_held);
        } else {
            // Nobody has looked at it yet.
            bench.mail.push(Mail::Edited(topic.track.topic().clone()));
        }
        if is_written {
            bench.write(&topic, 400, 7);
        }
        let over = bench.end(400);
        assert_eq!(over, ms(if since > 100 { 400 } else { 1400 }), "a half may become whole");
        let newest = if is_written { "7" } else { "6" };
        assert_eq!(bench.disk.text(&topic).as_deref(), Some(newest));
        let aside = bench.disk.memory.unreadable();
        assert!(
            matches!(&aside[..], [(_, bytes)] if bytes == b"oops"),
            "nothing is lost: {aside:?}"
        );
        let backup = bench.disk.load_backup(topic.track.topic()).expect("it loads");
        assert_ne!(backup.as_deref(), Some(&b"oops"[..]), "what is of no use is no backup");
        let incidents = bench.incidents();
        let told = "the topic `a` is saved in a again, which was changed to what is unusable (the state: \
                    `oops` is no number) and is kept as a.unreadable-";
        assert!(incidents.last().is_some_and(|it| it.starts_with(told)), "{incidents:?}");
        assert_eq!(incidents.iter().filter(|it| it.contains("not saved")).count(), 1);
        assert!(topic.track.saving().fault.is_none());
    }
}

#[test]
fn what_a_newer_program_has_put_there_is_not_set_aside() {
    let newer = MigrationError::Newer { found: 2, known: 1 };
    assert!(!Fault::from(newer).is_of_the_content());
    let older = MigrationError::TooOld { found: 1, oldest: 2 };
    assert!(Fault::from(older).is_of_the_content());
}

#[test]
fn an_app_that_only_may_end_saves_at_once_and_goes_on_as_before() {
    let mut bench = Bench::new();
    let saves = [("soon", Save::after(ms(100))), ("exit", Save::OnExit), ("hand", Save::Manually)];
    let [soon, exit, hand] = saves.map(|(name, save)| bench.topic(name, save));
    for topic in [&soon, &exit, &hand] {
        bench.write(topic, 0, 1);
    }
    let (answer, answered) = mpsc::channel();
    bench.mail.push(Mail::Settle(answer));
    bench.turn(10);
    assert!(answered.try_recv().is_ok());
    assert_eq!(bench.disk.text(&soon).as_deref(), Some("1"));
    assert_eq!(bench.disk.text(&exit).as_deref(), Some("1"));
    assert_eq!(bench.disk.text(&hand), None, "only by hand");

    bench.write(&soon, 20, 2);
    bench.write(&exit, 20, 2);
    bench.turn(20);
    assert_eq!(bench.next(), Some(ms(120)), "as ever");
    bench.turn(120);
    assert_eq!(bench.disk.text(&soon).as_deref(), Some("2"));
    assert_eq!(bench.disk.text(&exit).as_deref(), Some("1"));
}

#[test]
fn a_write_whose_mail_is_still_on_its_way_is_saved_by_the_end() {
    let mut bench = Bench::new();
    let topic = bench.topic("a", Save::default());
    bench.turn(0);
    topic.now.store(3, Ordering::SeqCst);
    assert!(topic.track.mark(ms(1)), "the thread that marks it is suspended here");
    bench.end(2);
    assert_eq!(bench.disk.text(&topic).as_deref(), Some("3"));
}

#[test]
fn a_write_after_the_end_is_not_taken_for_one_that_will_be_saved() {
    let disk = Disk::default();
    let (saver, thread) = start(disk.clone());
    let topic = Number::new("a", Save::default());
    saver.add(topic.clone());
    assert!(saver.is_open() && write(&saver, &topic, 1));
    assert!(saver.settle());
    assert_eq!(disk.text(&topic).as_deref(), Some("1"));
    assert!(write(&saver, &topic, 2), "it goes on");
    assert!(thread.close());
    assert_eq!(disk.text(&topic).as_deref(), Some("2"));

    // The first marks the topic, the second finds it marked.
    for number in [3, 4] {
        assert!(!saver.is_open() && !write(&saver, &topic, number));
    }
    assert!(!saver.remove(topic.clone()));
    assert!(saver.settle() && thread.close(), "there is nothing to wait for");
    assert_eq!(disk.text(&topic).as_deref(), Some("2"));
}

#[test]
fn whatever_was_promised_before_the_end_is_saved_however_many_write() {
    for _ in 0..200 {
        let disk = Disk::default();
        let (saver, thread) = start(disk.clone());
        let topic = Number::new("a", Save::after(ms(1)));
        // None of the numbers that cannot be saved.
        topic.now.store(100, Ordering::SeqCst);
        saver.add(topic.clone());
        let last_promised = || {
            let mut promised = 0;
            loop {
                let number = topic.now.fetch_add(1, Ordering::SeqCst) + 1;
                match saver.changed(&topic.track, || topic.clone()) {
                    true => promised = number,
                    false => return promised,
                }
            }
        };
        let promised = thread::scope(|scope| {
            let writers = [0, 1, 2].map(|_| scope.spawn(last_promised));
            assert!(thread.close());
            writers.map(|writer| writer.join().expect("no panic")).into_iter().max()
        });
        let saved = disk.text(&topic).map_or(0, |text| text.parse().expect("a number"));
        assert!(Some(saved) >= promised, "{saved} is saved, {promised:?} was promised");
    }
}

#[test]
fn once_the_end_is_near_a_write_is_confirmed_when_it_is_on_the_disk() {
    let disk = Disk::default();
    let (saver, thread) = start(disk.clone());
    let [topic, hand] = [("a", Save::OnExit), ("hand", Save::Manually)].map(|(name, save)| {
        let topic = Number::new(name, save);
        saver.add(topic.clone());
        topic
    });
    let version = |number| Version::new(Epoch::default(), Revision::new(number));
    assert!(write(&saver, &topic, 1));
    assert!(saver.confirm(&topic.track, version(1)).is_ok());
    assert_eq!(disk.text(&topic), None, "there is time");
    assert!(saver.end_is_near());
    assert_eq!(disk.text(&topic).as_deref(), Some("1"));
    for number in 2..5 {
        assert!(write(&saver, &topic, number) && write(&saver, &hand, number));
        assert!(saver.confirm(&topic.track, version(number)).is_ok());
        assert_eq!(disk.text(&topic), Some(number.to_string()));
        assert!(saver.confirm(&hand.track, version(number)).is_ok());
        assert_eq!(disk.text(&hand), None, "only by hand");
    }
    assert!(write(&saver, &topic, 13), "which cannot be encoded");
    let confirmed = saver.confirm(&topic.track, version(13));
    assert!(
        matches!(&confirmed, Err(FlushError::NotSaved { fault, .. }) if matches!(**fault, Fault::Codec(_))),
        "{confirmed:?}"
    );
    assert!(thread.close());
    let confirmed = saver.confirm(&topic.track, version(15));
    assert!(confirmed.is_err(), "it has ended");
}

#[test]
fn an_end_waits_for_a_disk_that_hangs_no_longer_than_its_limit_and_only_once() {
    let hanging = Hanging::new(ms(1));
    hanging.write(1);
    // Nothing here would return before the disk does, if it waited for that.
    assert!(!hanging.saver.settle());
    hanging.begins.recv().expect("the disk turns");
    let Hanging { saver, thread, topic, go_on, .. } = hanging;
    assert!(!saver.settle() && !saver.end_is_near());
    let confirmed = saver.confirm(&topic.track, Version::new(Epoch::default(), Revision::new(1)));
    assert!(matches!(confirmed, Err(FlushError::Ended)));
    assert!(!thread.close());
    drop(go_on);
}

#[test]
fn what_is_overdue_is_not_waited_for_once_more() {
    let end = End::new(Duration::MAX);
    let (answer, answered) = mpsc::channel();
    answer.send(()).expect("it is there");
    assert!(end.wait(answered) && end.is_in_time());
    let (overdue, answered) = mpsc::channel::<()>();
    assert!(!End::new(ms(1)).wait(answered));
    drop(overdue);

    let end = End::new(ms(1));
    let (overdue, answered) = mpsc::channel();
    assert!(!end.wait(answered));
    let (answer, answered) = mpsc::channel();
    answer.send(()).expect("it is there");
    assert!(!end.wait(answered), "not even looked at");
    overdue.send(()).expect("it is there");
    assert!(end.is_in_time(), "it has answered at last");
}

#[test]
fn a_disk_that_answers_late_is_waited_for_again() {
    // Longer than the last save takes on a busy machine.
    let hanging = Hanging::new(ms(2000));
    hanging.write(1);
    assert!(!hanging.saver.settle());
    hanging.begins.recv().expect("the disk turns");
    let Hanging { saver, thread, topic, go_on, begins: _begins } = hanging;
    drop(go_on);
    assert!(saver.flush(topic.clone()).wait().is_ok());
    assert!(write(&saver, &topic, 2));
    assert!(thread.close(), "what was overdue is not any more");
    drop((saver, thread));
    assert_eq!(topic.saves(), 2);
}
