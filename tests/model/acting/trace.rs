//! A violation as a script that a person can follow.

use std::fmt::Write;

use revgate_client::model::Message;

use super::Acting;
use super::parcels::Parcel;
use super::topic::List;
use super::world::{Event, What, World};
use crate::driver::Violation;
use crate::search::Scene;

/// What happened, step by step, and what the window shows then: in the scene that was searched, as
/// only that one knows its parcels.
pub(crate) fn script(acting: &mut Acting, events: &[Event], violation: &Violation) -> String {
    let (bounds, mut world) = (acting.bounds, acting.first());
    let mut script = format!("world \"{}\": violation after {} steps\n", bounds.name, events.len());
    for (&event, number) in events.iter().zip(1..) {
        let what = describe(event, acting);
        // A `String` takes whatever is written to it.
        let _ = write!(script, "{number:4}. {what}");
        match world.after(event, acting) {
            Ok(next) => world = next,
            Err(_) => break,
        }
        let _ = writeln!(script, "{}", result(event, &world, acting));
    }
    script + "\n      violation: " + &violation.0
}

fn result(event: Event, world: &World, acting: &Acting) -> String {
    let backend = acting.backends.at(world.backend);
    match event {
        Event::Window(number, what) if !matches!(what, What::Read | What::Lose(_)) => {
            let view = acting.desks.view(world.windows[usize::from(number)].desk);
            let held = format!("{} {:?}", backend.version, backend.list.0);
            match &view.shown {
                Some((version, list)) => format!(" → shows {version} {:?}, of {held}", list.0),
                None => format!(" → shows nothing, of {held}"),
            }
        }
        Event::Window(..) => String::new(),
        _ => format!(" → {} {:?}", backend.version, backend.list.0),
    }
}

fn describe(event: Event, acting: &Acting) -> String {
    let parcel = |parcel| parcel_in_words(acting.parcels.at(parcel));
    let Event::Window(number, what) = event else { return format!("backend: {event:?}") };
    let what = match what {
        What::Do => "does the next of its script".to_owned(),
        What::Read => "the backend's state is read for it".to_owned(),
        What::Learn => "it is told what was read".to_owned(),
        What::Arrive(it) => format!("{} arrives", parcel(it)),
        What::ArriveAgain(it) => format!("{} arrives, and will once more", parcel(it)),
        What::Lose(it) => format!("{} is lost", parcel(it)),
        What::TimeOut => "no answer has come in time".to_owned(),
        What::GiveUp => "no answer has come in all the time there is".to_owned(),
        What::Flush => "the page is about to go, and stays".to_owned(),
        What::Reload => "the page is loaded anew".to_owned(),
    };
    format!("window {number}: {what}")
}

fn parcel_in_words(parcel: &Parcel) -> String {
    let batch = |batch: &revgate_client::Batch| {
        let seqs: Vec<_> = batch.actions.iter().map(|asked| asked.seq.to_string()).collect();
        format!("actions {}, first sent on {}", seqs.join(" "), batch.known)
    };
    let message = |message: &Message<List>| match message {
        Message::Act { attempt, batch: it, .. } => format!("message {attempt} with {}", batch(it)),
        Message::Change { change, .. } => {
            format!("the change of {} to {:?}", change.base, change.new)
        }
    };
    match parcel {
        Parcel::Message(it) => message(it),
        Parcel::Unawaited(it) => format!("{}, answered to nobody,", message(it)),
        Parcel::Acted { attempt, answer: Ok(acted), .. } => {
            let refused: Vec<_> = acted.refused.iter().map(|it| it.seq.to_string()).collect();
            let version = acted.version();
            format!("the answer to message {attempt}: {version}, all but {refused:?}")
        }
        Parcel::Acted { attempt, answer: Err(error), .. } => {
            format!("the answer to message {attempt}: {error}")
        }
        Parcel::Written { answer: Ok(made), .. } => format!("the answer, {}", made.version()),
        Parcel::Written { answer: Err(error), .. } => format!("the answer: {error}"),
    }
}
