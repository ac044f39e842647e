//! A violation as a script that a person can follow.

use std::fmt::Write;

use revgate::gate::{Input, News, Output};

use crate::backend::{Backend, Kind, Made};
use crate::bounds::Bounds;
use crate::driver::{Driver, Violation};
use crate::world::{Action, Event, World};

/// What happened, step by step: who was told what, and what the gate asked in turn.
pub(crate) fn script(bounds: &Bounds, actions: &[Action], violation: &Violation) -> String {
    let mut driver = Driver::new(bounds);
    let mut world = World::new();
    let mut script =
        format!("world \"{}\": violation after {} steps\n", bounds.name, actions.len());
    for (&action, number) in actions.iter().zip(1..) {
        let next = world.apply(action, &mut driver);
        let backend = next.as_ref().ok().and_then(Option::as_ref).unwrap_or(&world).backend;
        let outputs = driver.last.as_ref().map_or(&[][..], |step| &step.outputs);
        let outputs: Vec<_> = outputs.iter().map(describe_output).collect();
        let arrow = if outputs.is_empty() { "" } else { " → " };
        let what = describe(action, backend);
        // A `String` takes whatever is written to it.
        let _ = writeln!(script, "{number:4}. {what}{arrow}{}", outputs.join(", "));
        match next {
            Ok(next) => world = next.unwrap_or(world),
            Err(_) => break,
        }
    }
    script + "      violation: " + &violation.0
}

fn describe(action: Action, backend: Backend) -> String {
    let version = |made: Made| backend.version(made).to_string();
    match action {
        Action::Write(kind) => {
            let with = match kind {
                Kind::Version => "",
                Kind::State => ", announced with its state",
                Kind::Patch => ", announced with a patch from the one before",
                Kind::LongPatch => ", announced with a patch from two before",
            };
            format!("backend: writes {}{with}", version(backend.newest))
        }
        Action::Restart => format!("backend: restarts with {}", version(backend.newest)),
        Action::Window { index, event, fails } => {
            let fails = if fails { ", and the apply fails" } else { "" };
            format!("window {index}: {}{fails}", describe_event(event, backend))
        }
    }
}

fn describe_event(event: Event, backend: Backend) -> String {
    let announcement = |made: Made| match backend.announcement(made) {
        Input::Announced { version, news: News::State } => format!("{version} with its state"),
        Input::Announced { version, news: News::Patch { base } } => {
            format!("{version} with a patch from {base}")
        }
        _ => backend.version(made).to_string(),
    };
    match event {
        Event::Announced(made) => format!("Announced {}", announcement(made)),
        Event::AnnouncedAgain(made) => format!("Announced {}, one of two", announcement(made)),
        Event::Lost(made) => format!("the announcement of {} is lost", announcement(made)),
        Event::Register => "the backend takes its subscription".to_owned(),
        Event::Answer => format!("the backend reads {} for it", backend.version(backend.newest)),
        Event::AnswerOld => "the backend reads the state before the newest for it".to_owned(),
        Event::FetchedLate => "Fetched, the answer to a fetch given up".to_owned(),
        Event::FetchFailedLate => "FetchFailed, for a fetch given up".to_owned(),
        Event::Write => format!("its own write makes {}", backend.version(backend.newest)),
        Event::Reborn => "a new gate, Start".to_owned(),
        Event::Tick => "Tick at its deadline".to_owned(),
        Event::Elapse => "time goes on by one".to_owned(),
        plain => format!("{plain:?}"),
    }
}

fn describe_output(output: &Output) -> String {
    match output {
        Output::Report(report) => format!("Report({:?}, {:?})", report.phase, report.cause),
        Output::Fetch(_) => "Fetch".to_owned(),
        output => format!("{output:?}"),
    }
}
