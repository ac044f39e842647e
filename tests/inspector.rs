//! What happens at the gates of real replicas is recorded, and played once more by times alone: with
//! equal outputs, whatever the network did.

use std::cell::Cell;
use std::rc::Rc;

use revgate::Time;
use revgate::gate::Output;
use revgate::inspect::{Event, Kind, Moment, Session, Story, Tape, What, replay};
use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::{Host, recorder};
use revgate_settings::Settings;

use harness::{Faults, Network, Window, ms};

mod harness;

/// Records what these windows do to each other, from the beginning or from the middle of it.
fn record(seed: u64, from_middle: bool) -> Vec<Moment> {
    let (backend, time) = (Memory::new().with_topic(&Settings::default()), VirtualTime::new());
    let faults =
        Faults { loss: 0.2, duplication: 0.2, failure: 0.1, stall: 0.05, delay: ms(1)..ms(40) };
    let network = Network::new(&backend, &time, seed, faults);
    let wakes = Rc::new(Cell::new(0));
    let listen = || {
        let wakes = Rc::clone(&wakes);
        recorder::listen(move || wakes.set(wakes.get() + 1));
    };
    if !from_middle {
        listen();
    }
    let windows = [Window::open(&time, &network), Window::open(&time, &network.beside())];
    let (mut moments, mut batches) = (Vec::new(), 0);
    for step in 0..60 {
        if from_middle && step == 20 {
            listen();
        }
        let font_size = 8 + step % 60;
        let edit = windows[(step % 2) as usize].replica.update(move |it| it.font_size = font_size);
        drop(edit);
        time.advance(ms(30));
        if let Some(batch) = recorder::take(time.now()) {
            batches += 1;
            moments.extend(batch.notes.into_iter().map(|note| Moment::told(note.now, "one", note)));
        }
    }
    recorder::stop();
    assert_eq!(wakes.get(), batches, "told once of what there was to take");
    moments
}

#[test]
fn gates_do_once_more_what_was_recorded_whatever_the_network_did() {
    let mut all = (0, 0);
    for seed in 0..100 {
        let session = Session::new(record(seed, seed % 2 == 1));
        let played = replay(&session).unwrap_or_else(|other| panic!("seed {seed}: {other}"));
        assert!(played.gates > 0 && played.unknown == 0, "seed {seed}: {played:?}");
        all.0 += played.inputs;
        all.1 += played.outputs;
    }
    assert!(all.0 > 3_000 && all.1 > 4_000, "little has happened: {all:?}");
}

#[test]
fn each_output_that_is_another_is_found_out() {
    let moments = record(1, false);
    let outputs =
        |moment: &Moment| matches!(&moment.what, What::Gate { event: Event::Output(_), .. });
    let places = moments.iter().enumerate().filter(|(_, moment)| outputs(moment));
    for (place, _) in places.collect::<Vec<_>>() {
        let mut moments = moments.clone();
        let What::Gate { event: Event::Output(output), .. } = &mut moments[place].what else {
            panic!("an output")
        };
        let recorded = match output {
            Output::Wait(Some(at)) => Output::Wait(Some(*at + ms(1))),
            _ => Output::Wait(None),
        };
        if std::mem::replace(output, recorded) == recorded {
            continue;
        }
        let other = replay(&Session::new(moments)).expect_err("another one");
        assert_eq!(other.recorded, recorded, "moment {place}");
    }
}

#[test]
fn a_tape_that_has_forgotten_the_beginning_can_be_played() {
    let moments = record(2, false);
    for most in [1, 7, 100, moments.len()] {
        let mut tape = Tape::new(most);
        moments.iter().cloned().for_each(|moment| tape.push(moment));
        let session = tape.session();
        let played = replay(&session).unwrap_or_else(|other| panic!("the last {most}: {other}"));
        assert_eq!(played.unknown, 0, "the last {most}");
        assert_eq!(session.moments.last(), moments.last());
    }
}

#[test]
fn a_session_is_read_as_it_was_written_and_one_of_another_format_is_refused() {
    let session = Session::new(record(3, false));
    let json = session.write().expect("JSON");
    assert_eq!(Session::read(&json).expect("as written"), session);
    let error = Session::read(r#"{"format":999,"moments":[{"of":"the future"}]}"#);
    let error = error.expect_err("of the future").to_string();
    assert!(error.contains("the format 999") && error.contains("reads 1"), "{error}");
    let error = Session::read("[]").expect_err("no session").to_string();
    assert!(error.starts_with("this is no recorded session"), "{error}");
}

#[test]
fn nothing_is_kept_while_nobody_listens() {
    let (backend, time) = (Memory::new().with_topic(&Settings::default()), VirtualTime::new());
    let window = Window::open(&time, &backend);
    window.settle();
    assert!(recorder::take(time.now()).is_none());
    recorder::listen(|| {});
    backend.set(&harness::with_font_size(20));
    recorder::stop();
    assert!(recorder::take(time.now()).is_none(), "it is let go of");
}

/// Recorded by `cargo xtask app --inspector --headless --shots DIR`, which leaves it in `DIR`.
#[test]
fn the_recorded_session_of_two_real_windows_is_played_with_equal_outputs() {
    let session = Session::read(include_str!("inspector/two-windows.json")).expect("readable");
    let played = replay(&session).unwrap_or_else(|other| panic!("{other}"));
    assert!(played.gates >= 2 && played.outputs > 50 && played.unknown == 0, "{played:?}");
    let mut story = Story::new(50);
    let lines =
        session.moments.iter().filter_map(|moment| story.tell(moment).expect("as recorded"));
    let lines: Vec<_> = lines.collect();
    for window in ["main", "settings"] {
        for kind in [Kind::Announced, Kind::Applied, Kind::Called] {
            let has =
                lines.iter().any(|it| it.kind == kind && it.window.as_deref() == Some(window));
            assert!(has, "{kind:?} in `{window}`");
        }
    }
    assert!(story.delays().count() > 0 && story.states("settings").count() > 1);
    assert!(session.moments.iter().any(|moment| moment.at > Time::ZERO));
}
