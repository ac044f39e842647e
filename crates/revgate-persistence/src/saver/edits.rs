//! When to look at what other programs write. Reads no clock.

use std::collections::HashMap;
use std::time::Duration;

use revgate::pacing::Pacer;
use revgate::{Pacing, TopicName};

/// How long what another program writes is left alone after its last sign: some write a file in
/// several steps.
pub(crate) const SETTLING: Duration = Duration::from_millis(50);
/// The longest that it is left alone: some never stop.
pub(crate) const LONGEST: Duration = Duration::from_secs(1);

/// The topics that other programs are writing.
#[derive(Default)]
pub(super) struct Edits(HashMap<TopicName, Edit>);

struct Edit {
    pacer: Pacer,
    last_sign: Duration,
    /// When it was found to be unusable, and how.
    unusable: Option<(Duration, String)>,
}

/// What has been left alone for long enough to be looked at.
pub(super) struct Due {
    pub(super) topic: TopicName,
    is_settled: bool,
    /// What it was found to be, if there has been no sign since.
    unusable: Option<String>,
}

impl Due {
    /// Whether what is unusable in this way stays so, as far as can be told. What is found for the
    /// first time may be a half whose sign has not come yet.
    pub(super) fn stays(&self, unusable: &str) -> bool {
        self.is_settled && self.unusable.as_deref() == Some(unusable)
    }
}

impl Edits {
    /// The system says that somebody has written.
    pub(super) fn sign(&mut self, topic: TopicName, now: Duration) {
        let pacing = Pacing::debounce(SETTLING).max_wait(LONGEST);
        let edit = self.0.entry(topic);
        let edit = edit.or_insert_with(|| Edit {
            pacer: Pacer::new(pacing),
            last_sign: now,
            unusable: None,
        });
        edit.pacer.event(now);
        edit.last_sign = now;
    }

    /// It is unusable, and to be looked at once more.
    pub(super) fn found(&mut self, topic: TopicName, unusable: String, now: Duration) {
        self.sign(topic.clone(), now);
        if let Some(edit) = self.0.get_mut(&topic) {
            edit.unusable = Some((now, unusable));
        }
    }

    /// Whether it is unusable as far as is known, and may be a half: nothing is to take its place.
    pub(super) fn is_doubtful(&self, topic: &TopicName) -> bool {
        self.0.get(topic).is_some_and(|edit| edit.unusable.is_some())
    }

    /// When the next is due.
    pub(super) fn next(&self) -> Option<Duration> {
        self.0.values().filter_map(|edit| edit.pacer.deadline()).min()
    }

    /// Takes out what is due.
    pub(super) fn take_due(&mut self, now: Duration) -> Vec<Due> {
        let is_due = |_: &TopicName, edit: &mut Edit| edit.pacer.deadline() <= Some(now);
        let due = self.0.extract_if(is_due);
        let due = due.map(|(topic, Edit { last_sign, unusable, .. })| Due {
            topic,
            is_settled: last_sign.saturating_add(SETTLING) <= now,
            unusable: unusable.filter(|(at, _)| *at == last_sign).map(|(_, unusable)| unusable),
        });
        due.collect()
    }

    pub(super) fn forget(&mut self, topic: &TopicName) {
        self.0.remove(topic);
    }
}
