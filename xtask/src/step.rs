//! One command run to its end: its output kept, its progress shown, its time bounded.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Read, Write},
    path::PathBuf,
    process::{Command, ExitStatus, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread,
    time::{Duration, Instant},
};

use crate::{Error, process::Guarded, report};

/// How many of the last lines an error shows.
const TAIL: usize = 30;
/// How often a quiet step says that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// How long after the end of the command its output may still trickle in. A grandchild that
/// inherited the pipe would keep it open for ever.
const DRAIN: Duration = Duration::from_millis(500);

/// What is shown of a command's output while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Show {
    Lines,
    Heartbeat,
    Nothing,
}

/// A command to run to its end.
#[derive(Debug)]
pub struct Step {
    command: Command,
    show: Show,
    limit: Option<Duration>,
    log: Option<PathBuf>,
}

/// What a command that ended left behind.
#[derive(Debug)]
pub struct Done {
    /// How it ended.
    pub status: ExitStatus,
    /// Its standard output and standard error, as the lines came.
    pub lines: Vec<String>,
    /// How long it took.
    pub took: Duration,
}

impl Step {
    /// Shows every line; no time limit, no log.
    #[must_use]
    pub fn new(command: Command) -> Self {
        Self { command, show: Show::Lines, limit: None, log: None }
    }

    /// Shows no output but, every 20 s, the time and the latest line.
    #[must_use]
    pub fn heartbeat(mut self) -> Self {
        self.show = Show::Heartbeat;
        self
    }

    /// Shows nothing: for questions that are answered at once.
    #[must_use]
    pub fn silent(mut self) -> Self {
        self.show = Show::Nothing;
        self
    }

    /// Ends the command after this long.
    #[must_use]
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Writes the whole output to this file.
    #[must_use]
    pub fn log(mut self, path: PathBuf) -> Self {
        self.log = Some(path);
        self
    }

    /// Runs it; a failure of the command is an error.
    ///
    /// # Errors
    /// [`Error::Failed`] with the last lines of the output, and all of [`Step::finish`]'s.
    pub fn run(self) -> Result<Done, Error> {
        let command = crate::process::describe(&self.command);
        let log = self.log.clone();
        let done = self.finish()?;
        if done.status.success() {
            return Ok(done);
        }
        Err(Error::Failed {
            command,
            status: done.status.to_string(),
            tail: tail(&done.lines),
            log,
        })
    }

    /// Runs it; how the command ended is for the caller to judge.
    ///
    /// # Errors
    /// [`Error::Spawn`], [`Error::TimedOut`], [`Error::Interrupted`], or [`Error::Io`] for the log.
    pub fn finish(mut self) -> Result<Done, Error> {
        let mut output = Output::new(self.show, self.log)?;
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = Guarded::spawn(&mut self.command)?;
        let (sender, receiver) = mpsc::channel();
        forward(child.stdout(), &sender);
        forward(child.stderr(), &sender);
        drop(sender);

        let status = loop {
            match receiver.recv_timeout(Duration::from_millis(50)) {
                Ok(line) => {
                    output.take(line);
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => break child.wait()?,
                Err(RecvTimeoutError::Timeout) => {}
            }
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if let Some(limit) = self.limit.filter(|limit| output.since.elapsed() > *limit) {
                child.end();
                let command = child.command().to_owned();
                return Err(Error::TimedOut { command, limit, tail: tail(&output.lines) });
            }
            output.beat();
        };
        output.drain(&receiver);
        Ok(Done { status, lines: output.lines, took: output.since.elapsed() })
    }
}

fn tail(lines: &[String]) -> Vec<String> {
    lines[lines.len().saturating_sub(TAIL)..].to_vec()
}

/// Sends each line of a pipe to the channel until the pipe closes.
fn forward(pipe: Option<impl Read + Send + 'static>, sender: &Sender<String>) {
    let Some(pipe) = pipe else { return };
    let sender = sender.clone();
    thread::spawn(move || {
        let mut reader = BufReader::new(pipe);
        let mut bytes = Vec::new();
        while matches!(reader.read_until(b'\n', &mut bytes), Ok(1..)) {
            let line = String::from_utf8_lossy(&bytes);
            // A progress bar overwrites its line: only what it shows last is of interest.
            let line = line.trim_end().rsplit('\r').next().unwrap_or_default().to_owned();
            if sender.send(line).is_err() {
                return;
            }
            bytes.clear();
        }
    });
}

struct Output {
    lines: Vec<String>,
    show: Show,
    log: Option<File>,
    since: Instant,
    spoke: Instant,
}

impl Output {
    fn new(show: Show, log: Option<PathBuf>) -> Result<Self, Error> {
        let log = log.map(|path| {
            let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
            let file = folder.and_then(|()| File::create(&path));
            file.map_err(Error::io(format!("writing {}", path.display())))
        });
        let now = Instant::now();
        Ok(Self { lines: Vec::new(), show, log: log.transpose()?, since: now, spoke: now })
    }

    fn take(&mut self, line: String) {
        if let Some(log) = &mut self.log {
            // The log is a convenience: a full disk shows in the command itself.
            let _ = writeln!(log, "{line}");
        }
        if self.show == Show::Lines {
            report::say(&line);
            self.spoke = Instant::now();
        }
        self.lines.push(line);
        self.beat();
    }

    fn beat(&mut self) {
        if self.show == Show::Nothing || self.spoke.elapsed() < HEARTBEAT {
            return;
        }
        self.spoke = Instant::now();
        let latest = self.lines.iter().rev().find(|line| !line.trim().is_empty());
        let latest = latest.map_or("no output yet", |line| line.trim());
        report::say(format_args!("    … {}: {latest}", report::seconds(self.since.elapsed())));
    }

    /// Takes what the command wrote before it ended.
    fn drain(&mut self, receiver: &Receiver<String>) {
        let since = Instant::now();
        while let Ok(line) = receiver.recv_timeout(DRAIN.saturating_sub(since.elapsed())) {
            self.take(line);
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Step {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        Step::new(command).silent()
    }

    #[test]
    fn both_streams_are_kept() {
        let done = shell("echo out; echo err >&2").run().expect("it ends well");
        assert!(done.lines.contains(&"out".to_owned()) && done.lines.contains(&"err".to_owned()));
    }

    #[test]
    fn a_failure_shows_the_command_and_its_last_lines() {
        let error = shell("echo first; echo last words; exit 3").run().expect_err("it fails");
        let text = error.to_string();
        assert!(
            text.contains("last words") && text.contains('3') && text.contains("sh -c"),
            "{text}"
        );
    }

    #[test]
    fn a_command_that_takes_too_long_is_ended() {
        let step = shell("sleep 300").limit(Duration::from_millis(100));
        assert!(matches!(step.run(), Err(Error::TimedOut { .. })));
    }

    #[test]
    fn a_grandchild_that_keeps_the_pipe_open_does_not_hold_the_step_up() {
        let since = Instant::now();
        shell("sleep 300 & echo done").run().expect("it ends well");
        assert!(since.elapsed() < Duration::from_secs(20));
    }
}
