//! Disks that fail: said once, and nothing is lost.

use std::io::ErrorKind;

use super::*;

#[test]
fn the_same_fault_is_said_once_until_it_is_mended() {
    let mut bench = Bench::new();
    let topic = bench.topic("a", Save::default());
    for round in 0..2 {
        bench.disk.state().is_full = true;
        bench.write(&topic, round * 1_000_000, round + 1);
        bench.turn(round * 1_000_000);
        for _ in 0..20 {
            let due = bench.next().expect("it is tried again");
            bench.desk.turn(due, Vec::new());
        }
        let incidents = bench.incidents();
        assert_eq!(incidents.len(), 1, "round {round}: {incidents:?}");
        assert!(topic.track.saving().attempts > 18);
        bench.disk.state().is_full = false;
        let due = bench.next().expect("it is tried again");
        bench.desk.turn(due, Vec::new());
        assert_eq!(bench.disk.text(&topic), Some((round + 1).to_string()));
        assert_eq!(bench.incidents(), [] as [&str; 0]);
    }
}

#[test]
fn what_reached_the_disk_though_its_save_failed_gives_way_to_the_state_of_before() {
    let mut bench = Bench::new();
    let topic = bench.topic("a", Save::default());
    bench.write(&topic, 0, 1);
    bench.turn(0);
    bench.disk.state().fails_late = true;
    bench.write(&topic, 1000, 2);
    bench.turn(1000);
    assert_eq!(bench.disk.text(&topic).as_deref(), Some("2"));
    bench.write(&topic, 1010, 1);
    let due = bench.next().expect("it is tried again");
    bench.desk.turn(due, Vec::new());
    assert_eq!(bench.disk.text(&topic).as_deref(), Some("1"), "it was taken back");
}

#[test]
fn a_full_disk_is_said_once_for_all_topics() {
    let mut bench = Bench::new();
    let topics: Vec<_> =
        (0..20).map(|number| bench.topic(&format!("doc:{number}"), Save::default())).collect();
    bench.disk.state().is_full = true;
    topics.iter().for_each(|topic| bench.write(topic, 0, 1));
    for at in [0, 100, 200, 400] {
        bench.turn(at);
    }
    assert_eq!(bench.incidents().len(), 1);
    bench.disk.state().is_full = false;
    bench.turn(20_000);
    assert!(topics.iter().all(|topic| bench.disk.text(topic).as_deref() == Some("1")));
    assert_eq!(bench.incidents(), [] as [&str; 0]);
}

#[test]
fn what_the_storage_has_to_do_without_is_said_once_and_its_consequences_are_not() {
    let disk = Disk::default();
    let full = StorageError::io("writing", "the session")(ErrorKind::StorageFull.into());
    disk.state().limits.push((Limit::Saving, full));
    disk.state().is_full = true;
    let mut bench = Bench::on(disk);
    let full = ErrorKind::StorageFull;
    let expected = format!("writing the session: {full}: nothing is saved until that has changed");
    assert_eq!(bench.incidents(), [expected]);
    let topic = bench.topic("a", Save::default());
    bench.write(&topic, 0, 1);
    for at in [0, 100, 200, 400] {
        bench.turn(at);
    }
    assert_eq!(bench.incidents(), [] as [&str; 0], "said already");
    assert!(topic.track.saving().fault.is_some());

    bench.disk.state().is_full = false;
    let locks = StorageError::io("locking", "a")(ErrorKind::Unsupported.into());
    bench.disk.state().limits.push((Limit::Locks, locks));
    bench.turn(20_000);
    assert_eq!(bench.disk.text(&topic).as_deref(), Some("1"));
    let incidents = bench.incidents();
    let expected = "another instance of the app would not be noticed";
    assert!(incidents.len() == 1 && incidents[0].ends_with(expected), "{incidents:?}");
}

#[test]
fn what_could_not_be_read_at_the_start_is_not_overwritten_and_taken_over_once_it_can_be() {
    for is_backup in [false, true] {
        let mut bench = Bench::new();
        let topic = Number::new("a", Save::default());
        bench.disk.edit(&topic, "50");
        if is_backup {
            bench.disk.edit(&topic, "60");
            let aside = bench.disk.memory.set_aside(topic.track.topic(), SystemTime::UNIX_EPOCH);
            aside.expect("it was there");
        }
        let denied = ErrorKind::PermissionDenied;
        bench.disk.state().unreadable = Some(denied);
        bench.disk.state().was_unreadable = Some(denied);
        bench.mail.push(Mail::Added(topic.clone()));
        bench.write(&topic, 0, 1);
        let flush = bench.ask(&topic, false);
        for at in [0, 100, 20_000] {
            bench.turn(at);
        }
        assert!(
            matches!(flush.wait(), Err(FlushError::NotSaved { fault, .. }) if matches!(*fault, Fault::Storage(_)))
        );
        assert_eq!(bench.turns(), 0, "nothing was written");
        assert_eq!(bench.incidents(), [] as [&str; 0], "said when it was loaded");

        bench.disk.state().unreadable = None;
        bench.turn(40_000);
        assert_eq!(topic.now.load(Ordering::SeqCst), 50, "without a change here");
        assert!(!topic.track.saving().is_held);
        assert_eq!(bench.disk.text(&topic).as_deref(), Some("50"));
    }
}

#[test]
fn what_cannot_be_read_any_more_is_said_once_and_stays() {
    let mut bench = Bench::new();
    let topic = bench.topic("a", Save::default());
    bench.disk.edit(&topic, "50");
    bench.disk.state().unreadable = Some(ErrorKind::PermissionDenied);
    bench.write(&topic, 0, 1);
    for at in [0, 100, 200, 20_000, 40_000] {
        bench.turn(at);
    }
    let incidents = bench.incidents();
    assert_eq!(incidents.len(), 1, "{incidents:?}");
    let expected = "a cannot be read and is left as it is: reading a: ";
    assert!(incidents[0].contains(expected), "{incidents:?}");
    assert_eq!(bench.disk.text(&topic).as_deref(), Some("50"));

    bench.disk.state().unreadable = None;
    bench.turn(60_000);
    assert_eq!(topic.now.load(Ordering::SeqCst), 50);
    assert!(!topic.track.saving().is_held);
}

#[test]
fn what_cannot_be_read_when_it_is_to_be_replaced_is_said_once() {
    let mut bench = Bench::new();
    let topic = bench.topic("a", Save::default());
    bench.disk.state().unreadable = Some(ErrorKind::PermissionDenied);
    bench.write(&topic, 0, 1);
    bench.turn(0);
    bench.turn(200);
    assert!(!topic.track.saving().is_held);
    bench.notice(&topic, 300);
    assert!(topic.track.saving().is_held, "the system has told of it");
    bench.turn(20_000);
    let incidents = bench.incidents();
    assert_eq!(incidents.len(), 1, "{incidents:?}");
    assert!(incidents[0].contains("(attempt 1): reading a: "), "{incidents:?}");

    bench.disk.state().unreadable = None;
    bench.turn(40_000);
    assert_eq!(bench.disk.text(&topic).as_deref(), Some("1"));
    assert_eq!(bench.incidents(), [] as [&str; 0]);
}

#[test]
fn what_is_removed_is_saved_again() {
    let mut bench = Bench::new();
    let (topic, hand) = (bench.topic("a", Save::default()), bench.topic("b", Save::Manually));
    for (at, topic) in [(0, &topic), (1000, &hand)] {
        bench.write(topic, at, 1);
        drop(bench.ask(topic, false));
        bench.turn(at);
        bench.disk.memory.remove(topic.track.topic()).expect("there");
        bench.notice(topic, at + 100);
    }
    bench.turn(2000);
    assert_eq!(bench.disk.text(&topic).as_deref(), Some("1"));
    assert_eq!(bench.disk.text(&hand), None, "only when the app asks");
    assert_eq!(bench.incidents(), [] as [&str; 0]);
}

#[test]
fn what_the_app_asks_for_is_saved_though_somebody_else_has_changed_and_then_removed_the_file() {
    let mut bench = Bench::new();
    let topic = bench.topic("a", Save::Manually);
    bench.write(&topic, 0, 1);
    drop(bench.ask(&topic, false));
    bench.turn(0);
    bench.disk.edit(&topic, "5");
    bench.write(&topic, 1000, 2);
    let flush = bench.ask(&topic, false);
    bench.turn(1000);
    assert_eq!(bench.disk.text(&topic).as_deref(), Some("5"), "it is looked at first");
    bench.disk.memory.remove(topic.track.topic()).expect("there");
    for at in [1060, 1120, 3000] {
        bench.turn(at);
    }
    assert_eq!(bench.disk.text(&topic).as_deref(), Some("2"));
    flush.wait().expect("it is on the disk");
}

#[test]
fn halves_of_what_is_never_left_alone_are_not_taken_for_the_whole() {
    let mut bench = Bench::new();
    let topic = bench.topic("a", Save::default());
    for at in (0..=5010).step_by(30) {
        bench.disk.edit(&topic, "5x");
        bench.mail.push(Mail::Edited(topic.track.topic().clone()));
        bench.turn(at);
    }
    assert!(!topic.track.saving().is_held);
    assert_eq!(bench.incidents(), [] as [&str; 0]);
    for at in [5060, 5110] {
        bench.turn(at);
    }
    assert!(topic.track.saving().is_held, "it has come to an end");
    assert_eq!(bench.incidents().len(), 1);
}
