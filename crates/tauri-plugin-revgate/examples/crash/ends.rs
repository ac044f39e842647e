//! Apps with Tauri's own event loop, and their ends.

use std::fs;
use std::path::Path;
use std::process;
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use tauri::test::{mock_context, noop_assets};
use tauri::{App, AppHandle, RunEvent, WindowEvent, Wry};
use tauri_plugin_revgate::persistence::FlushError;
use tauri_plugin_revgate::{TopicHandle, UpdateError};

use crate::counter::{Counts, Doc};
use crate::topics::{Failure, Topics, acknowledged, plugin, say, step};
use crate::windowed;

/// Between two writes of a topic: the pipe is slower than they are.
const PAUSE: Duration = Duration::from_micros(300);

/// Set once the event loop runs.
static TOPICS: OnceLock<Topics> = OnceLock::new();

/// An app that writes once its event loop runs, and then does as `begin` says.
fn app(
    folder: &Path,
    storage: &str,
    setup: impl FnOnce(&mut App<Wry>) -> Result<(), Failure> + Send + 'static,
) -> Result<App<Wry>, Failure> {
    say("begun");
    let builder = tauri::Builder::<Wry>::new().plugin(plugin(folder, storage)?.build());
    let builder = windowed::serve(builder).setup(move |app| {
        TOPICS.get_or_init(|| Topics::open(app).expect("they are registered"));
        setup(app)
    });
    Ok(builder.build(windowed::with_page(mock_context(noop_assets())))?)
}

/// What happens while the app runs: its own handlers write as well.
fn hear(event: &RunEvent, begin: &mut Option<impl FnOnce()>) {
    let Some(topics) = TOPICS.get() else { return };
    match event {
        RunEvent::Ready => {
            write(topics);
            say("running");
            begin.take().into_iter().for_each(|begin| begin());
        }
        RunEvent::Exit | RunEvent::WindowEvent { event: WindowEvent::Destroyed, .. } => {
            write_once(&topics.late);
            write_once(&topics.draft);
        }
        // Only the app itself ends it.
        RunEvent::ExitRequested { code: None, api, .. } if !windowed::is_to_end_with_windows() => {
            api.prevent_exit();
        }
        _ => {}
    }
}

/// Writes all topics, from a thread for each, until the app ends.
fn write(topics: &Topics) {
    let Topics { ledger, draft, docs, late } = topics.clone();
    thread::spawn(move || while write_once(&ledger) {});
    thread::spawn(move || while write_once(&draft) {});
    thread::spawn(move || while write_once(&late) {});
    thread::spawn(
        move || while docs.open("a", Doc::default()).is_ok_and(|doc| write_once(&doc)) {},
    );
}

/// Whether the app goes on. **What is answered is promised**, be it durable or not.
fn write_once<T: Counts>(topic: &TopicHandle<T>) -> bool {
    match step(topic) {
        Ok(done) => acknowledged(topic, done),
        Err(UpdateError::Ending(_) | UpdateError::NotDurable { error: FlushError::Ended, .. }) => {
            return false;
        }
        Err(error) => say(format_args!("incident {error}")),
    }
    thread::sleep(PAUSE);
    true
}

/// Writes until a signal ends it.
pub(crate) fn run(folder: &Path, storage: &str) -> Result<(), Failure> {
    let app = app(folder, storage, |_| Ok(()))?;
    let mut begin = None::<fn()>;
    app.run(move |_, event| hear(&event, &mut begin));
    Ok(())
}

/// Ends in this way after so many microseconds.
pub(crate) fn exit(folder: &Path, storage: &str, way: &str, life: u64) -> Result<(), Failure> {
    let life = Duration::from_micros(life);
    let ends_itself = way == "in-handler";
    let way = way.to_owned();
    let app = app(folder, storage, |_| Ok(()))?;
    let handle = app.handle().clone();
    let returns = way == "return";
    let begin = move || {
        if way == "window" {
            windowed::open(&handle);
        }
        thread::spawn(move || {
            thread::sleep(life);
            end(&handle, &way);
        });
    };
    let mut begin = Some(begin);
    let hear = move |_: &AppHandle, event: RunEvent| {
        if matches!(event, RunEvent::Exit) && ends_itself {
            process::exit(0);
        }
        hear(&event, &mut begin);
    };
    if !returns {
        app.run(hear);
        return Ok(());
    }
    app.run_return(hear);
    let late = TOPICS.get().map(|topics| step(&topics.late));
    match late {
        Some(Err(UpdateError::Ending(_))) => Ok(()),
        other => Err(format!("a write after the end: {other:?}").into()),
    }
}

fn end(app: &AppHandle, way: &str) {
    match way {
        "thread" | "in-handler" | "return" => app.exit(0),
        "main" => {
            let ending = app.clone();
            app.run_on_main_thread(move || ending.exit(0)).expect("the loop runs");
        }
        "window" => windowed::close(app),
        // As updaters do.
        "cleanup" => {
            app.cleanup_before_exit();
            process::exit(0);
        }
        _ => say(format_args!("incident there is no way `{way}`")),
    }
}

/// Restarts itself, as often as the file says.
pub(crate) fn restart(folder: &Path, storage: &str) -> Result<(), Failure> {
    let file = folder.join("restarts");
    let left: u64 = fs::read_to_string(&file)?.trim().parse()?;
    let Some(rest) = left.checked_sub(1) else {
        let app = app(folder, storage, |_| Ok(()))?;
        let handle = app.handle().clone();
        let begin = move || {
            say("done");
            handle.exit(0);
        };
        let mut begin = Some(begin);
        app.run(move |_, event| hear(&event, &mut begin));
        return Ok(());
    };
    fs::write(&file, rest.to_string())?;
    let way = way(left);
    let restart_in_setup = move |app: &mut App<Wry>| {
        if way == "setup" {
            let topics = TOPICS.get().ok_or("they are not open")?;
            write_once(&topics.late);
            write_once(&topics.draft);
            say("restarting setup");
            app.handle().restart();
        }
        Ok(())
    };
    let app = app(folder, storage, restart_in_setup)?;
    let handle = app.handle().clone();
    let begin = move || {
        if matches!(way, "menu" | "command" | "async-command") {
            windowed::open(&handle);
        }
        thread::spawn(move || {
            // Up to 30 ms, another time in each run.
            thread::sleep(Duration::from_micros(left * 7919 % 30_000));
            begin_anew(&handle, way);
        });
    };
    let mut begin = Some(begin);
    app.run(move |_, event| hear(&event, &mut begin));
    Ok(())
}

/// One with a window takes much longer: those are few.
fn way(left: u64) -> &'static str {
    match left % 20 {
        17 => "menu",
        18 => "command",
        19 => "async-command",
        other => ["main", "thread", "request", "setup"][usize::try_from(other % 4).unwrap_or(0)],
    }
}

fn begin_anew(app: &AppHandle, way: &str) {
    let handle = app.clone();
    match way {
        "menu" | "command" | "async-command" => windowed::ask_to_restart(app, way),
        "main" => {
            let restart = move || {
                say("restarting main");
                handle.restart();
            };
            app.run_on_main_thread(restart).expect("the loop runs");
        }
        "thread" => {
            say("restarting thread");
            handle.restart();
        }
        _ => {
            say("restarting request");
            handle.request_restart();
        }
    }
}
