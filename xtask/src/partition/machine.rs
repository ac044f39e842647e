//! One of the machines: its app, its folder, and its way to the server.

use std::{
    collections::VecDeque,
    io::Write,
    path::PathBuf,
    process::{ChildStdin, Stdio},
    sync::mpsc::Receiver,
    thread,
    time::Duration,
};

use serde_json::Value;
use xtask::{
    Error,
    process::Guarded,
    proxy::{Proxy, Way},
    workspace::Workspace,
};

use super::{edit::Edit, program};

/// It answers within this time, or it hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// What became of an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is on the disk.
    Done,
    /// It could not be done, for this reason.
    Refused(String),
    /// The app was killed before it answered.
    Unknown,
}

/// What an app has reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Incident {
    pub(super) text: String,
    /// The topic of which a change is undone, if that is what it says.
    pub(super) undone: Option<String>,
}

pub(super) struct Machine<'a> {
    workspace: &'a Workspace,
    folder: PathBuf,
    proxy: Proxy,
    way: Way,
    app: Option<App>,
    /// What the app has reported, since somebody has taken it.
    pub(super) incidents: Vec<Incident>,
}

/// A running app.
struct App {
    process: Guarded,
    input: ChildStdin,
    lines: Receiver<String>,
    /// Told, and not yet answered.
    pending: VecDeque<Edit>,
    is_asleep: bool,
}

impl<'a> Machine<'a> {
    pub(super) fn new(
        workspace: &'a Workspace,
        folder: PathBuf,
        server: u16,
    ) -> Result<Self, Error> {
        let proxy = Proxy::to(server)?;
        Ok(Self { workspace, folder, proxy, way: Way::Open, app: None, incidents: Vec::new() })
    }

    pub(super) fn is_up(&self) -> bool {
        self.app.is_some()
    }

    pub(super) fn is_asleep(&self) -> bool {
        self.app.as_ref().is_some_and(|app| app.is_asleep)
    }

    /// What becomes of what it sends, and is sent.
    pub(super) fn way(&self) -> Way {
        self.way
    }

    /// Opens or closes its way.
    pub(super) fn set(&mut self, way: Way) {
        self.way = way;
        self.proxy.set(way);
    }

    /// Starts its app on what is saved.
    pub(super) fn start(&mut self) -> Result<(), Error> {
        let mut command = self.workspace.command(program(self.workspace));
        command.arg(&self.folder).arg(self.proxy.url());
        command.stdout(Stdio::piped());
        let mut process = Guarded::spawn_with_input(&mut command)?;
        let (input, lines) = process.stdin().zip(process.lines()).ok_or_else(|| gone(&process))?;
        let pending = VecDeque::new();
        self.app = Some(App { process, input, lines, pending, is_asleep: false });
        match self.read()? {
            line if line == "ready" => Ok(()),
            line => Err(Error::Other(format!("the app begins with `{line}`"))),
        }
    }

    /// Tells the app to do this, and waits for no answer.
    pub(super) fn tell(&mut self, edit: Edit) -> Result<(), Error> {
        let app = self.app()?;
        app.say(&edit.to_string())?;
        app.pending.push_back(edit);
        Ok(())
    }

    /// The answers to all that it was told.
    pub(super) fn answers(&mut self) -> Result<Vec<(Edit, Outcome)>, Error> {
        let mut answers = Vec::new();
        while let Some(edit) = self.app.as_ref().and_then(|app| app.pending.front().copied()) {
            let line = self.read()?;
            answers.push((edit, outcome(&line)?));
            self.app()?.pending.pop_front();
        }
        Ok(answers)
    }

    /// What it has; after [`Machine::answers`].
    pub(super) fn look(&mut self) -> Result<Value, Error> {
        self.app()?.say("tell")?;
        let line = self.read()?;
        let told = line.strip_prefix("told ").and_then(|told| serde_json::from_str(told).ok());
        told.ok_or_else(|| Error::Other(format!("asked what it has, the app says `{line}`")))
    }

    /// Kills its app after so long; what it was told may be under way. What it has said counts.
    pub(super) fn kill(&mut self, after: Duration) -> Result<Vec<(Edit, Outcome)>, Error> {
        let Some(App { mut process, lines, pending, input, .. }) = self.app.take() else {
            return Ok(Vec::new());
        };
        thread::sleep(after);
        process.kill();
        drop(input);
        let mut said = Vec::new();
        for line in lines {
            if let Some(answer) = answer(&mut self.incidents, line) {
                said.push(outcome(&answer)?);
            }
        }
        let rest = std::iter::repeat(Outcome::Unknown);
        Ok(pending.into_iter().zip(said.into_iter().chain(rest)).collect())
    }

    /// Closes the lid, or opens it.
    pub(super) fn sleep(&mut self, is_asleep: bool) -> Result<(), Error> {
        let app = self.app()?;
        app.is_asleep = is_asleep;
        halt(&app.process, is_asleep)
    }

    /// The next line of the app that is no incident.
    fn read(&mut self) -> Result<String, Error> {
        let app = self.app.as_ref().ok_or_else(is_down)?;
        loop {
            let line = app.lines.recv_timeout(PATIENCE).map_err(|_| gone(&app.process))?;
            if let Some(answer) = answer(&mut self.incidents, line) {
                return Ok(answer);
            }
        }
    }

    fn app(&mut self) -> Result<&mut App, Error> {
        self.app.as_mut().ok_or_else(is_down)
    }
}

impl App {
    fn say(&mut self, line: &str) -> Result<(), Error> {
        let written = writeln!(self.input, "{line}").and_then(|()| self.input.flush());
        written.map_err(Error::io(format!("telling `{}`", self.process.command())))
    }
}

/// By its words, as the plugin reports it. The change is not among them.
impl From<&str> for Incident {
    fn from(text: &str) -> Self {
        let topic = text.strip_prefix("a change of the topic `");
        let undone = topic.and_then(|topic| topic.split_once("` is undone"));
        Self { text: text.to_owned(), undone: undone.map(|(topic, _)| topic.to_owned()) }
    }
}

/// The line, unless it tells of an incident, which is put to the others.
fn answer(incidents: &mut Vec<Incident>, line: String) -> Option<String> {
    match line.strip_prefix("incident ") {
        Some(text) => incidents.push(text.into()),
        None => return Some(line),
    }
    None
}

fn outcome(line: &str) -> Result<Outcome, Error> {
    match line.split_once(' ') {
        None if line == "done" => Ok(Outcome::Done),
        Some(("refused", why)) => Ok(Outcome::Refused(why.to_owned())),
        _ => Err(Error::Other(format!("the app answers `{line}`"))),
    }
}

fn gone(process: &Guarded) -> Error {
    Error::Other(format!("`{}` says nothing", process.command()))
}

fn is_down() -> Error {
    Error::Other("the machine is down".to_owned())
}

#[cfg(unix)]
fn halt(process: &Guarded, is_halted: bool) -> Result<(), Error> {
    use nix::sys::signal::Signal::{SIGCONT, SIGSTOP};
    process.signal(if is_halted { SIGSTOP } else { SIGCONT })
}

#[cfg(not(unix))]
fn halt(_: &Guarded, _: bool) -> Result<(), Error> {
    Err(Error::Other("this system has no signals".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_undone_is_known_from_what_else_an_app_reports() {
        let of = |text: &str| Incident::from(text).undone;
        let undone = "a change of the topic `card:a` is undone, as it cannot be made of what is in \
            bucket `partition` at 127.0.0.1:4222: it was removed";
        assert_eq!(of(undone), Some("card:a".to_owned()));
        let missing = "changes of the topic `card:a` that were made here are missing in \
            bucket `partition` at 127.0.0.1:4222";
        assert_eq!(of(missing), None);
    }
}
