//! A topic with a state that is not on the disk.

use std::sync::Arc;
use std::time::Duration;

use revgate::Pacing;
use revgate::pacing::Pacer;

use super::inbox::Answer;
use super::{Subject, Track};
use crate::{Item, Save};

pub(super) struct Pending {
    pub(super) subject: Arc<dyn Subject>,
    pub(super) pacer: Pacer,
    /// The last write that the pacer has been told of.
    noticed: Option<Duration>,
    /// When it may be saved; `None` if only when asked for, or at the end.
    pub(super) due: Option<Duration>,
    /// It was due, and somebody else had written: that is looked at first.
    pub(super) is_put_off: bool,
    /// Who waits for it.
    pub(super) answers: Vec<Answer>,
    pub(super) overwrite: bool,
    /// The end waits for it.
    pub(super) is_last: bool,
    /// What is of no use gives way to it: that was so before the end came.
    pub(super) sets_aside: bool,
}

impl Pending {
    /// With the pacer of its last save, if it must not be saved again too soon.
    pub(super) fn new(subject: Arc<dyn Subject>, pacer: Option<Pacer>) -> Self {
        let pacing = match &subject.track().persistence().save {
            Save::OnChange(pacing) => pacing.clone(),
            Save::OnExit | Save::Manually => Pacing::none(),
        };
        let pacer = pacer.unwrap_or_else(|| Pacer::new(pacing));
        Self {
            subject,
            pacer,
            noticed: None,
            due: None,
            is_put_off: false,
            answers: Vec::new(),
            overwrite: false,
            is_last: false,
            sets_aside: false,
        }
    }

    pub(super) fn track(&self) -> &Track {
        self.subject.track()
    }

    /// There has been a write; that of a topic whose time is set already changes nothing.
    pub(super) fn schedule(&mut self, now: Duration) {
        if let Save::OnChange(_) = self.track().persistence().save
            && self.due.is_none()
        {
            self.notice(now);
        }
    }

    /// Whether its time has come, which later writes may have put off.
    pub(super) fn is_due(&mut self, now: Duration) -> bool {
        let Some(due) = self.due.filter(|due| *due <= now) else { return false };
        let last = self.track().last_write();
        let is_paced = !self.is_last && self.answers.is_empty() && self.noticed.is_some();
        if !is_paced || self.noticed >= Some(last) {
            return due <= now;
        }
        self.notice(last);
        self.due <= Some(now)
    }

    /// Whether the app may not end without it.
    pub(super) fn is_wanted_at_the_end(&self) -> bool {
        let is_manual = self.track().persistence().save == Save::Manually;
        !is_manual || !self.answers.is_empty()
    }

    fn notice(&mut self, write: Duration) {
        self.noticed = Some(write);
        self.pacer.event(write);
        self.due = self.pacer.deadline();
    }

    pub(super) fn item<'a>(&'a self, bytes: &'a [u8]) -> Item<'a> {
        Item { topic: self.track().topic(), bytes, overwrite: self.overwrite }
    }
}
