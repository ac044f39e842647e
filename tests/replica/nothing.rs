//! Nothing to say, nothing said.

use revgate::Version;
use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::{Host, Status};
use revgate_settings::Settings;

use super::desk::{Asked, Desk, desk, sheet, stored};
use super::harness::{far_away, ms, version, with_font_size};
use super::window_test;

#[window_test(unsupported = test)]
fn an_edit_that_changes_nothing_is_neither_sent_nor_shown() {
    let (backend, desk) = desk(&[1, 2]);
    let written = desk.replica.update(|sheet| sheet.rows[0] = 1);
    assert_eq!(desk.end(written), Ok(version(1)));
    assert_eq!(backend.writes(), 0);
    assert!(desk.seen.asked.take().is_empty(), "nobody is told");
    desk.assert_lives(&backend);
}

#[window_test(unsupported = test)]
fn a_number_written_otherwise_and_a_map_in_another_order_change_nothing() {
    let (backend, desk) = desk(&[1]);
    let written = desk.replica.update(|sheet| sheet.zoom = 1.0f32.into());
    assert_eq!(desk.end(written), Ok(version(1)));
    assert_eq!(desk.end(desk.replica.update(|sheet| sheet.zoom = -0.0)), Ok(version(2)));
    assert_eq!(desk.end(desk.replica.update(|sheet| sheet.zoom = 0.0)), Ok(version(3)));
    assert_eq!(backend.writes(), 2, "0 and -0 are two numbers");
}

#[window_test(unsupported = test)]
fn edits_that_wait_and_come_to_nothing_are_not_sent() {
    let (backend, _network, window) = far_away();
    window.until(|| window.replica.status() == Status::Live);
    let first = window.replica.update(|settings| settings.font_size = 20);
    let there = window.replica.update(|settings| settings.auto_save = !settings.auto_save);
    let back = window.replica.update(|settings| settings.auto_save = !settings.auto_save);
    for pending in [first, there, back] {
        assert_eq!(window.end(pending), Ok(version(2)));
    }
    assert_eq!((backend.writes(), window.seen.shown()), (1, with_font_size(20)));
}

#[window_test(unsupported = test)]
fn an_edit_that_changes_nothing_behind_one_that_fails_is_made_after_all() {
    let (backend, network, window) = far_away();
    window.until(|| window.replica.status() == Status::Live);
    let first = window.replica.update(|settings| settings.font_size = 20);
    let same = window.replica.update(|settings| settings.font_size = 20);
    network
        .set_faults(super::harness::Faults { failure: 1.0, ..super::harness::Faults::none(ms(5)) });
    window.time.advance(ms(5));
    network.set_faults(super::harness::Faults::none(ms(5)));
    assert!(window.end(first).is_err());
    assert_eq!(window.end(same), Ok(version(2)));
    assert_eq!(backend.state::<Settings>(), serde_json::to_value(with_font_size(20)).ok());
}

#[window_test(unsupported = test)]
fn an_edit_before_the_first_state_that_changes_nothing_of_it_ends_with_it() {
    let backend = Memory::new().with_topic(&sheet(&[1]));
    let desk = Desk::open(&VirtualTime::new(), &backend);
    let written = desk.replica.update(|sheet| sheet.rows.truncate(1));
    assert_eq!((desk.end(written), backend.writes()), (Ok(version(1)), 0));
    assert_eq!(desk.take_shown(), [sheet(&[1])], "once");
    assert_eq!(desk.time.timers(), 0, "nothing is waited for any more");
}

/// Windows that each sort the rows and take out what is there twice, whenever they change.
fn tidy_windows(count: usize) -> (VirtualTime, Memory, Vec<Desk>) {
    let (time, backend) = (VirtualTime::new(), Memory::new().with_topic(&sheet(&[])));
    let desks: Vec<_> = (0..count).map(|_| Desk::open(&time, &backend)).collect();
    for desk in &desks {
        desk.observe(|replica, asked| {
            if let Asked::Changed(..) = asked {
                drop(replica.update(|sheet| {
                    sheet.rows.sort_unstable();
                    sheet.rows.dedup();
                }));
            }
            Ok(())
        });
    }
    time.settle();
    (time, backend, desks)
}

#[window_test(unsupported = test)]
fn windows_that_put_the_state_in_order_on_every_change_come_to_rest() {
    for count in [1, 2, 3] {
        let (time, backend, desks) = tidy_windows(count);
        backend.set(&sheet(&[3, 1, 3]));
        time.advance(ms(1000));
        assert_eq!(stored(&backend), sheet(&[1, 3]), "{count} windows");
        assert!(desks.iter().all(|desk| desk.shown() == sheet(&[1, 3])));
        assert!(backend.writes() <= count, "{} writes of {count} windows", backend.writes());
        assert_eq!(time.timers(), 0, "they rest");

        let edited = desks[0].replica.update(|sheet| sheet.rows = vec![9, 8]);
        desks[0].end(edited).expect("it is made");
        time.advance(ms(1000));
        assert!(desks.iter().all(|desk| desk.shown() == sheet(&[8, 9])));
        assert_eq!((stored(&backend), time.timers()), (sheet(&[8, 9]), 0));
    }
}

#[window_test(unsupported = test)]
fn a_write_that_the_backend_finds_to_be_its_state_makes_no_version() {
    let backend = Memory::new().with_topic(&sheet(&[1]));
    let before = backend.set(&sheet(&[1]));
    assert_eq!(before, Version::new(revgate::Epoch::default(), revgate::Revision::FIRST));
    let time = VirtualTime::new();
    let desk = Desk::open(&time, &backend);
    time.settle();
    assert_eq!((desk.replica.version(), time.now()), (Some(before), ms(0)));
}
