//! When to look at what other programs write. Reads no clock.

use std::collections::HashMap;
use std::time::Duration;

use revgate::pacing::Pacer;
use revgate::{Pacing, TopicName};

/// How long what another program writes is left alone after its last sign: some write a file in
/// several steps.
const SETTLING: Duration = Duration::from_millis(50);
/// The longest that it is left alone: some never stop.
const LONGEST: Duration = Duration::from_secs(1);

/// The topics that other programs are writing.
#[derive(Default)]
pub(super) struct Edits(HashMap<TopicName, Edit>);

struct Edit {
    pacer: Pacer,
    last_sign: Duration,
}

impl Edits {
    /// The system says that somebody has written.
    pub(super) fn sign(&mut self, topic: TopicName, now: Duration) {
        let pacing = Pacing::debounce(SETTLING).max_wait(LONGEST);
        let edit = self.0.entry(topic);
        let edit = edit.or_insert_with(|| Edit { pacer: Pacer::new(pacing), last_sign: now });
        edit.pacer.event(now);
        edit.last_sign = now;
    }

    /// When the next is due.
    pub(super) fn next(&self) -> Option<Duration> {
        self.0.values().filter_map(|edit| edit.pacer.deadline()).min()
    }

    /// Takes out what is due, and whether it has been left alone: else it may be a half.
    pub(super) fn take_due(&mut self, now: Duration) -> Vec<(TopicName, bool)> {
        let is_due = |_: &TopicName, edit: &mut Edit| edit.pacer.deadline() <= Some(now);
        let due = self.0.extract_if(is_due);
        let is_settled = |edit: Edit| edit.last_sign.saturating_add(SETTLING) <= now;
        due.map(|(topic, edit)| (topic, is_settled(edit))).collect()
    }

    pub(super) fn forget(&mut self, topic: &TopicName) {
        self.0.remove(topic);
    }
}
