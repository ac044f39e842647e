//! All is to be saved now, as the app may end.

use std::sync::Weak;
use std::sync::mpsc;
use std::time::Duration;

use super::Desk;
use crate::aside::set_aside;
use crate::saver::pending::Pending;
use crate::saver::{Saving, Track};
use crate::{Fault, Incident};

/// How long what fails is tried again: a virus scanner or a backup lets go of a file by then.
const LAST_TRIES: Duration = Duration::from_secs(1);

/// How long to wait between those tries.
const PAUSE: Duration = Duration::from_millis(50);

pub(super) struct Ending {
    until: Duration,
    /// Who waits for it.
    answers: Vec<mpsc::Sender<()>>,
}

impl Desk {
    /// Has all saved now that is not saved [manually](crate::Save::Manually); what comes later is
    /// saved as ever.
    pub(in crate::saver) fn settle(&mut self, now: Duration, answer: Option<mpsc::Sender<()>>) {
        // The mail of some writes may still be on its way; and where somebody else has put what is of no use,
        // the next start would fall back on the backup.
        let known: Vec<_> = self.topics.values().filter_map(Weak::upgrade).collect();
        let is_missing = |track: &Track| track.is_marked() || track.saving().is_held;
        for subject in known.into_iter().filter(|subject| is_missing(subject.track())) {
            self.pending(subject);
        }
        for pending in self.pending.values_mut().filter(|it| it.is_wanted_at_the_end()) {
            pending.due = Some(now);
            // What cannot be read waits for a person, who will not come within a second.
            let Saving { is_held, fault, .. } = pending.track().saving();
            pending.sets_aside = is_held && fault.is_some_and(|fault| fault.is_of_the_content());
            pending.is_last = !is_held || pending.sets_aside;
        }
        let until = now.saturating_add(LAST_TRIES);
        let ending = self.ending.get_or_insert(Ending { until, answers: Vec::new() });
        ending.answers.extend(answer);
    }

    /// When there is something to be done for the end; `None` if that is over.
    pub(in crate::saver) fn next_of_the_end(&self) -> Option<Duration> {
        self.ending.as_ref().and_then(|_| self.next())
    }

    /// Ends the haste if nothing is left to be tried.
    pub(super) fn settled(&mut self, now: Duration) {
        let is_over = |ending: &mut Ending| {
            ending.until <= now || !self.pending.values().any(|pending| pending.is_last)
        };
        let Some(ending) = self.ending.take_if(|ending| is_over(ending)) else { return };
        for pending in self.pending.values_mut() {
            (pending.is_last, pending.sets_aside) = (false, false);
        }
        for answer in ending.answers {
            // Who does not wait any more has given up.
            let _ = answer.send(());
        }
    }

    /// When what has failed is tried again for the end.
    pub(super) fn retry_for_the_end(pending: &Pending) -> Option<Duration> {
        pending.is_last.then_some(PAUSE)
    }

    /// Whether the end has no time left for somebody to mend what is of no use: what was written just before
    /// may be a half.
    pub(super) fn sets_aside(&self, now: Duration, pending: &Pending) -> bool {
        let is_over = |ending: &Ending| pending.is_last && ending.until <= now;
        pending.sets_aside || self.ending.as_ref().is_some_and(is_over)
    }

    /// Keeps what somebody else has written, and is of no use, under another name, and makes room for the
    /// newest state.
    pub(super) fn set_aside(&self, track: &Track, fault: Fault) -> Result<(), Fault> {
        let (topic, place) = (track.topic().clone(), self.storage.place(track.topic()));
        let kept = set_aside(&*self.storage, &topic)?;
        track.change(|saving| *saving = Saving::default());
        (self.report)(Incident::SetAside { topic, place, fault, kept });
        Ok(())
    }

    /// Tells of what is lost.
    pub(in crate::saver) fn end(&self) {
        for pending in self.pending.values().filter(|it| it.is_wanted_at_the_end()) {
            let (topic, fault) = (pending.track().topic().clone(), pending.track().saving().fault);
            let place = self.storage.place(&topic);
            (self.report)(Incident::Lost { topic, place, fault });
        }
    }
}
