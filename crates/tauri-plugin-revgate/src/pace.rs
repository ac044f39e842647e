//! When news may be announced.

use std::sync::Arc;
use std::time::Duration;

use revgate::Pacing;
use revgate::pacing::Pacer;

/// Whoever writes without a pause is announced once a period; **whoever answers somebody else, at
/// once**. Windows that answer each other would wait for a period at every turn, and none of them can
/// write a second time before it is answered. Nor does a third who writes without a pause hold them
/// up: what is held back of that one comes along with the answer.
pub(crate) struct Pace {
    pacer: Pacer,
    /// Who wrote what was announced last: a window, or the backend.
    speaker: Option<Arc<str>>,
    /// Somebody else has written since.
    hurries: bool,
    /// When the newest is to be announced: not before, whoever else has a reason to call.
    due: Duration,
    /// It is held back until then.
    waits: bool,
}

impl Pace {
    pub(crate) fn new(period: Duration) -> Self {
        let pacer = Pacer::new(Pacing::none().throttle(period));
        Self { pacer, speaker: None, hurries: false, due: Duration::ZERO, waits: false }
    }

    /// This writer has news. Whether what is held back is to be announced for that.
    pub(crate) fn hear(&mut self, writer: Option<&str>) -> bool {
        let answers = self.speaker.as_deref() != writer;
        let begins = answers && !self.hurries;
        self.hurries |= answers;
        begins && self.waits
    }

    /// When the news that are there now may be announced.
    pub(crate) fn due(&mut self, now: Duration) -> Duration {
        self.pacer.event(now);
        let paced = self.pacer.deadline().unwrap_or(now);
        self.due = if self.hurries { now } else { paced };
        self.waits = self.due > now;
        self.due
    }

    /// Whether to announce now. If not, it is to be asked again when that is due.
    pub(crate) fn begin(&mut self, now: Duration) -> bool {
        let begins = now >= self.due;
        if begins {
            (self.waits, self.hurries) = (false, false);
        }
        begins
    }

    /// What this one wrote is announced.
    pub(crate) fn announced(&mut self, now: Duration, speaker: Option<Arc<str>>) {
        self.pacer.delivered(now);
        self.speaker = speaker;
    }
}
