use std::fmt;

use serde_json::Value;

/// Why a WebDriver command failed. Every variant names the command.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The driver answered with an error.
    Refused {
        /// The command, in the standard's words.
        command: String,
        /// The HTTP status.
        status: u16,
        /// The standard's error code, such as `no such element`.
        kind: String,
        /// The driver's own words.
        message: String,
    },
    /// The driver did not answer.
    Transport {
        /// The command, in the standard's words.
        command: String,
        /// What went wrong on the way.
        reason: String,
    },
    /// The driver answered with something else than the standard says.
    Shape {
        /// The command, in the standard's words.
        command: String,
        /// What came.
        seen: String,
    },
}

impl Error {
    pub(super) fn refused(command: &str, status: u16, value: &Value) -> Self {
        let text = |key: &str| value[key].as_str().unwrap_or_default().trim().to_owned();
        let (command, kind, message) = (command.to_owned(), text("error"), text("message"));
        Self::Refused { command, status, kind, message }
    }

    pub(super) fn shape(command: &str, value: &Value) -> Self {
        Self::Shape { command: command.to_owned(), seen: value.to_string() }
    }

    /// The standard's error code, such as `no such window`; `None` if the driver did not answer.
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        match self {
            Self::Refused { kind, .. } => Some(kind),
            Self::Transport { .. } | Self::Shape { .. } => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { command, status, kind, message } => {
                write!(f, "WebDriver refused `{command}` ({status} {kind})")?;
                if message.is_empty() { Ok(()) } else { write!(f, ": {message}") }
            }
            Self::Transport { command, reason } => {
                write!(f, "WebDriver did not answer `{command}`: {reason}")
            }
            Self::Shape { command, seen } => {
                write!(f, "WebDriver answered `{command}` with something unexpected: {seen}")
            }
        }
    }
}

impl std::error::Error for Error {}
