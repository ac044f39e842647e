//! What is to be saved when. Reads no clock.

mod ending;

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::mem;
use std::ptr;
use std::sync::{Arc, Weak};
use std::time::Duration;

use revgate::pacing::Pacer;
use revgate::{Backoff, TopicName, Version};

use super::edits::Edits;
use super::inbox::Mail;
use super::pending::Pending;
use super::track::{Saving, Track};
use super::{Encoded, FlushError, Report, Subject, guarded};
use crate::{Fault, Incident, Limit, Storage, StorageError};
use ending::Ending;

/// How long to wait between failures.
const BACKOFF: Backoff =
    Backoff { first: Duration::from_millis(100), cap: Duration::from_secs(10), jitter_seed: None };

pub(super) struct Desk {
    storage: Arc<dyn Storage>,
    report: Report,
    /// Every topic that is saved, to be found by its name.
    topics: HashMap<TopicName, Weak<dyn Subject>>,
    /// The topics with states that are not on the disk.
    pending: BTreeMap<TopicName, Pending>,
    /// When topics were last saved that must not be again too soon.
    paced: HashMap<TopicName, Pacer>,
    edits: Edits,
    /// What keeps the whole storage from saving, as has been said; until something is saved again.
    ailing: Option<String>,
    /// All is to be saved now.
    ending: Option<Ending>,
}

impl Desk {
    pub(super) fn new(storage: Arc<dyn Storage>, report: Report) -> Self {
        let mut desk = Self {
            storage,
            report,
            topics: HashMap::new(),
            pending: BTreeMap::new(),
            paced: HashMap::new(),
            edits: Edits::default(),
            ailing: None,
            ending: None,
        };
        desk.tell_limits();
        desk
    }

    /// When the next topic may be saved.
    pub(super) fn next(&self) -> Option<Duration> {
        let saves = self.pending.values().filter_map(|pending| pending.due);
        saves.chain(self.edits.next()).min()
    }

    /// Reads the mail and saves what is due.
    pub(super) fn turn(&mut self, now: Duration, mails: Vec<Mail>) {
        for mail in mails {
            self.read(now, mail);
        }
        self.look(now);
        let due = self.take(|pending| pending.is_due(now));
        self.save(now, due);
        self.settled(now);
    }

    fn read(&mut self, now: Duration, mail: Mail) {
        match mail {
            Mail::Added(subject) => {
                let name = subject.track().topic().clone();
                self.forget(&name);
                self.topics.insert(name, Arc::downgrade(&subject));
                // What could not be read may be readable by now.
                if let Some(fault) = self.storage.unread(subject.track().topic()) {
                    subject.track().found_unread(fault.into());
                    self.pending(subject).due = Some(now);
                }
            }
            // Of one that is gone; another may have its name by now.
            Mail::Changed(subject) | Mail::Asked { subject, .. } | Mail::Removed(subject)
                if !self.knows(&subject) => {}
            Mail::Changed(subject) => self.pending(subject).schedule(now),
            Mail::Asked { subject, overwrite, answer } => {
                let pending = self.pending(subject);
                pending.answers.push(answer);
                pending.overwrite |= overwrite;
                pending.due = Some(now);
            }
            Mail::Edited(topic) => self.edits.sign(topic, now),
            Mail::Settle(answer) => self.settle(now, Some(answer)),
            Mail::Run(run) => run(&*self.storage),
            Mail::Removed(subject) => {
                let topic = subject.track().topic().clone();
                self.forget(&topic);
                subject.track().change(|saving| *saving = Saving::default());
                if let Err(error) = self.storage.remove(&topic) {
                    (self.report)(Incident::NotRemoved { topic, fault: error.into() });
                }
            }
        }
    }

    /// Whether this is the topic of its name.
    fn knows(&self, subject: &Arc<dyn Subject>) -> bool {
        let known = self.topics.get(subject.track().topic());
        known.is_some_and(|known| ptr::addr_eq(known.as_ptr(), Arc::as_ptr(subject)))
    }

    fn forget(&mut self, topic: &TopicName) {
        self.topics.remove(topic);
        self.pending.remove(topic);
        self.paced.remove(topic);
        self.edits.forget(topic);
    }

    /// Takes over what others have written and left alone since, or do not leave alone.
    fn look(&mut self, now: Duration) {
        for due in self.edits.take_due(now) {
            let subject = self.topics.get(&due.topic).and_then(Weak::upgrade);
            let Some(subject) = subject else { continue };
            match self.take_over(&*subject) {
                Ok(Taken::Removed | Taken::Unsaved) => self.pending(subject).schedule(now),
                Ok(Taken::Edit | Taken::Nothing) => {}
                Err(fault) => {
                    let unusable = fault.sign();
                    if !due.stays(&unusable) {
                        self.edits.found(due.topic, unusable, now);
                        continue;
                    }
                    self.hold(subject.track(), fault);
                }
            }
            if let Some(pending) = self.pending.get_mut(&due.topic)
                && mem::take(&mut pending.is_put_off)
            {
                pending.due = Some(now);
            }
        }
    }

    fn pending(&mut self, subject: Arc<dyn Subject>) -> &mut Pending {
        let name = subject.track().topic().clone();
        let paced = &mut self.paced;
        let new = |name: &TopicName| Pending::new(subject, paced.remove(name));
        self.pending.entry(name).or_insert_with_key(new)
    }

    /// Takes out the topics that are `wanted`.
    fn take(&mut self, mut wanted: impl FnMut(&mut Pending) -> bool) -> Vec<Pending> {
        let mut names = Vec::new();
        for (name, pending) in &mut self.pending {
            if wanted(pending) {
                names.push(name.clone());
            }
        }
        names.iter().filter_map(|name| self.pending.remove(name)).collect()
    }

    fn save(&mut self, now: Duration, topics: Vec<Pending>) {
        let mut ready = Vec::new();
        for pending in topics {
            if self.edits.is_doubtful(pending.track().topic()) && !pending.overwrite {
                self.put_off(pending);
                continue;
            }
            match self.prepare(now, &pending) {
                Ok(Some(encoded)) => ready.push((pending, encoded)),
                Ok(None) => self.done(now, pending),
                Err(fault) => self.failed(now, pending, None, fault),
            }
        }
        if ready.is_empty() {
            return;
        }
        let items: Vec<_> = ready.iter().map(|(pending, (_, bytes))| pending.item(bytes)).collect();
        let results = guarded("the storage", || Ok(self.storage.save(&items)));
        self.tell_limits();
        for (index, (pending, (version, _))) in ready.into_iter().enumerate() {
            let result = match &results {
                Ok(results) => results.get(index).cloned().unwrap_or_else(unanswered),
                Err(fault) => {
                    self.failed(now, pending, Some(version), fault.clone());
                    continue;
                }
            };
            match result {
                Ok(()) => {
                    self.ailing = None;
                    pending.subject.saved();
                    // What was there and could not be read is so no longer.
                    pending.track().read();
                    pending.track().change(|saving| {
                        saving.saved = saving.saved.max(Some(version));
                        (saving.fault, saving.attempts, saving.is_held) = (None, 0, false);
                    });
                    self.done(now, pending);
                }
                Err(StorageError::Changed { .. }) => self.edited(now, pending),
                Err(error) => self.failed(now, pending, Some(version), error.into()),
            }
        }
    }

    /// The newest state, if it is not on the disk yet.
    fn prepare(
        &self,
        now: Duration,
        pending: &Pending,
    ) -> Result<Option<(Version, Vec<u8>)>, Fault> {
        let track = pending.track();
        if track.saving().is_held && !pending.overwrite {
            // It may have been mended without a word from the system.
            match self.take_over(&*pending.subject) {
                Err(fault) if fault.is_of_the_content() && self.sets_aside(now, pending) => {
                    self.set_aside(track, fault)?;
                }
                taken => drop(taken.inspect_err(|fault| self.hold(track, fault.clone()))?),
            }
        }
        track.unmark();
        // What has failed may have reached the disk all the same.
        let Saving { saved, fault, .. } = track.saving();
        let is_saved = saved.is_some() && fault.is_none() && !pending.overwrite;
        let encoded = guarded("encoding it", || Ok(pending.subject.encode(is_saved)?))?;
        let Encoded { version, bytes: Some(bytes), is_beside_new } = encoded else {
            track.change(|saving| saving.saved = saving.saved.max(Some(encoded.version)));
            return Ok(None);
        };
        let is_new = !is_saved || is_beside_new || saved < Some(version);
        Ok(is_new.then_some((version, bytes)))
    }

    fn done(&mut self, now: Duration, pending: Pending) {
        let Pending { subject, mut pacer, answers, .. } = pending;
        subject.track().done();
        answers.into_iter().for_each(|answer| drop(answer.send(Ok(()))));
        pacer.delivered(now);
        self.paced.insert(subject.track().topic().clone(), pacer);
    }

    fn failed(&mut self, now: Duration, pending: Pending, version: Option<Version>, fault: Fault) {
        let track = pending.track();
        let (before, attempt, is_held) = track.change(|saving| {
            saving.attempts = saving.attempts.saturating_add(1);
            (saving.fault.replace(fault.clone()), saving.attempts, saving.is_held)
        });
        // What is held has been reported already, and waits for a person.
        let retry_in = match Self::retry_for_the_end(&pending) {
            Some(soon) => soon,
            None if is_held => BACKOFF.cap,
            None => BACKOFF.delay(attempt),
        };
        if !is_held && self.is_news(&fault, before) {
            let topic = track.topic().clone();
            let fault = fault.clone();
            (self.report)(Incident::NotSaved { topic, version, attempt, retry_in, fault });
        }
        self.again(pending, now.saturating_add(retry_in), &fault);
    }

    /// Whether a fault is another than was said last: of its topic, or of the whole storage.
    fn is_news(&mut self, fault: &Fault, before: Option<Fault>) -> bool {
        let sign = fault.sign();
        if before.is_some_and(|before| before.sign() == sign) || self.ailing.as_ref() == Some(&sign)
        {
            return false;
        }
        if fault.is_of_the_disk() {
            self.ailing = Some(sign);
        }
        true
    }

    /// Reports what the storage has to do without.
    fn tell_limits(&mut self) {
        for (limit, fault) in self.storage.take_limits() {
            let fault = Fault::from(fault);
            if limit == Limit::Saving {
                self.ailing = Some(fault.sign());
            }
            (self.report)(Incident::Limited { limit, fault });
        }
    }

    /// Somebody else has changed what was to be replaced, and may not have come to an end with it.
    fn edited(&mut self, now: Duration, pending: Pending) {
        self.edits.sign(pending.track().topic().clone(), now);
        self.put_off(pending);
    }

    /// Until what somebody else has written has been looked at.
    fn put_off(&mut self, mut pending: Pending) {
        (pending.due, pending.is_put_off) = (None, true);
        self.pending.insert(pending.track().topic().clone(), pending);
    }

    /// Makes the topic's state of what somebody else has written, if they have.
    fn take_over(&self, subject: &dyn Subject) -> Result<Taken, Fault> {
        let track = subject.track();
        let found = match self.storage.load(track.topic()) {
            // It began with neither of the two, as one of them could not be read.
            Ok(None) if track.is_unread() => self.storage.load_backup(track.topic()),
            found => found,
        };
        let taken = match found {
            Ok(Some(bytes)) => {
                let edited = guarded("taking it over", || subject.edited(&bytes));
                edited.map(|is_unsaved| if is_unsaved { Taken::Unsaved } else { Taken::Edit })
            }
            Ok(None) => Ok(Taken::Nothing),
            Err(error) => Err(error.into()),
        };
        let taken = taken?;
        track.read();
        let was_saved = track.change(|saving| {
            if mem::take(&mut saving.is_held) {
                (saving.fault, saving.attempts) = (None, 0);
            }
            taken == Taken::Nothing && saving.saved.take().is_some()
        });
        Ok(if was_saved { Taken::Removed } else { taken })
    }

    /// Saves nothing of the topic any more, as what somebody else has written would be lost.
    fn hold(&self, track: &Track, fault: Fault) {
        // A save that was to replace it may have said so.
        let known = track.change(|saving| {
            saving.is_held = true;
            saving.fault.replace(fault.clone()).map(|fault| fault.sign())
        });
        if known != Some(fault.sign()) {
            let (topic, place) = (track.topic().clone(), self.storage.place(track.topic()));
            (self.report)(match fault {
                Fault::Storage(_) => Incident::Unread { topic, place, fault },
                _ => Incident::Edited { topic, place, fault },
            });
        }
    }

    /// Keeps what could not be saved, for another attempt.
    fn again(&mut self, mut pending: Pending, due: Duration, fault: &Fault) {
        let topic = pending.track().topic().clone();
        for answer in pending.answers.drain(..) {
            let (place, fault) = (self.storage.place(&topic), fault.clone().into());
            let _ = answer.send(Err(FlushError::NotSaved { place, fault }));
        }
        pending.due = Some(due);
        self.pending.insert(topic, pending);
    }
}

/// What was found in the place of what was saved.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Taken {
    /// A state.
    Edit,
    /// A state that is to be saved all the same.
    Unsaved,
    /// Nothing, though something was saved: that is to be done again.
    Removed,
    /// Nothing, as nothing was saved.
    Nothing,
}

/// A storage that returns too few results has broken its promise.
fn unanswered() -> Result<(), StorageError> {
    let cause = Arc::new(io::Error::other("the storage says nothing of it"));
    Err(StorageError::Io { act: "saving", place: "a topic".to_owned(), cause })
}
