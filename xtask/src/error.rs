//! Everything that can go wrong in the harness, each with what the person can do about it.

use std::{fmt, io, path::PathBuf, time::Duration};

use crate::webdriver;

/// Why a command of xtask, or a real-window test, could not go on.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// SIGINT, SIGTERM or SIGHUP arrived: no further process is started.
    Interrupted,
    /// A program could not be started; usually it is not installed.
    Spawn {
        /// The command line.
        command: String,
        /// What the system said.
        source: io::Error,
    },
    /// A command ended with a failure.
    Failed {
        /// The command line.
        command: String,
        /// How it ended, as the system words it.
        status: String,
        /// The last lines of its output.
        tail: Vec<String>,
        /// The file with the whole output, if one was written.
        log: Option<PathBuf>,
    },
    /// A command ran longer than it may and was ended.
    TimedOut {
        /// The command line.
        command: String,
        /// How long it was given.
        limit: Duration,
        /// The last lines of its output.
        tail: Vec<String>,
    },
    /// A file or a socket could not be used.
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        source: io::Error,
    },
    /// The WebDriver refused a command or was not understood.
    WebDriver(webdriver::Error),
    /// The windows do not show what they should.
    Windows(String),
    /// A named step failed.
    Step {
        /// What was being done.
        step: String,
        /// Why it failed.
        source: Box<Self>,
        /// What the person can do.
        advice: String,
    },
    /// Anything that one sentence explains, advice included.
    Other(String),
}

impl Error {
    /// Wraps an [`io::Error`], saying what was tried.
    pub fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }

    /// Puts the failing step's name and a piece of advice around the error.
    #[must_use]
    pub fn in_step(self, step: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::Step { step: step.into(), source: Box::new(self), advice: advice.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interrupted => write!(f, "interrupted"),
            Self::Spawn { command, source } => write!(f, "cannot start `{command}`: {source}"),
            Self::Failed { command, status, tail, log } => {
                write!(f, "`{command}` ended with {status}")?;
                write_tail(f, tail)?;
                match log {
                    Some(log) => write!(f, "\n  its whole output: {}", log.display()),
                    None => Ok(()),
                }
            }
            Self::TimedOut { command, limit, tail } => {
                write!(f, "`{command}` did not end within {} s", limit.as_secs())?;
                write_tail(f, tail)
            }
            Self::Io { what, source } => write!(f, "{what}: {source}"),
            Self::WebDriver(error) => error.fmt(f),
            Self::Windows(text) | Self::Other(text) => f.write_str(text),
            Self::Step { step, source, advice } => {
                write!(f, "step `{step}` failed: {source}")?;
                if advice.is_empty() { Ok(()) } else { write!(f, "\n  what to do: {advice}") }
            }
        }
    }
}

fn write_tail(f: &mut fmt::Formatter<'_>, tail: &[String]) -> fmt::Result {
    if tail.is_empty() {
        return write!(f, "; it printed nothing");
    }
    write!(f, "; its last lines:")?;
    tail.iter().try_for_each(|line| write!(f, "\n  | {line}"))
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Spawn { source, .. } | Self::Io { source, .. } => Some(source),
            Self::WebDriver(error) => Some(error),
            Self::Step { source, .. } => Some(source.as_ref()),
            _ => None,
        }
    }
}

impl From<webdriver::Error> for Error {
    fn from(error: webdriver::Error) -> Self {
        Self::WebDriver(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_names_the_step_the_command_its_output_and_the_way_out() {
        let error = Error::Failed {
            command: "cargo install trunk".into(),
            status: "exit status: 101".into(),
            tail: vec!["error: no space left on device".into()],
            log: None,
        }
        .in_step("install trunk", "free some space");
        let text = error.to_string();
        for part in ["`install trunk`", "cargo install trunk", "101", "no space", "free some"] {
            assert!(text.contains(part), "{part} is not in: {text}");
        }
    }
}
