//! What of a family has changed since when.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Bound::{Excluded, Unbounded};

use crate::{Epoch, Revision, Version};

/// Counts the changes of a family: each creation, change and removal of a member gives its next
/// version. `M` is how its owner finds a member.
///
/// It grows with the members, and not with their changes: **each is recorded once, at the revision
/// of its newest change**, so that whoever knows an older version is told of those that have changed
/// since, however often. Of members that are gone it remembers the last [`MOST_GONE`](Self::MOST_GONE);
/// who knows a version from before is told of all that there are.
///
/// ```
/// use revgate::family::{History, Record};
/// use revgate::{Epoch, Revision};
///
/// let mut docs = History::new(Epoch::default());
/// let a = docs.changed(None, "a");
/// let b = docs.changed(None, "b");
/// let before = docs.version();
/// docs.changed(Some(a), "a");
/// docs.removed(b, "b".to_owned());
///
/// let since = docs.since(Some(before));
/// assert_eq!(since.base, Some(before));
/// assert_eq!(since.records, [Record::Member("a"), Record::Gone("b".to_owned())]);
/// assert_eq!(docs.since(None).records, [Record::Member("a")]);
/// ```
#[derive(Clone, Debug)]
pub struct History<M> {
    version: Version,
    records: BTreeMap<Revision, Record<M>>,
    /// Where those are recorded that are gone, the oldest first.
    gone: VecDeque<Revision>,
    /// Where the last one was that is forgotten.
    forgotten: Revision,
}

/// What was last heard of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record<M> {
    /// It was created, or has changed.
    Member(M),
    /// The one of this key was removed.
    Gone(String),
}

/// What brings whoever knows an older version up to date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Since<M> {
    /// The version that it leads to.
    pub version: Version,
    /// The version that it leads from, which was known; `None` if these are all members.
    pub base: Option<Version>,
    /// In the order of their newest changes.
    pub records: Vec<Record<M>>,
}

impl<M: Clone> History<M> {
    /// How many members that are gone are remembered.
    pub const MOST_GONE: usize = 1024;

    /// Of a family that has no members yet.
    pub fn new(epoch: Epoch) -> Self {
        let (version, forgotten) = (Version::new(epoch, Revision::default()), Revision::default());
        Self { version, records: BTreeMap::new(), gone: VecDeque::new(), forgotten }
    }

    /// The newest version.
    pub fn version(&self) -> Version {
        self.version
    }

    /// A member was created or has changed, which was recorded at `place` until now. Returns where
    /// it is recorded from now on.
    pub fn changed(&mut self, place: Option<Revision>, member: M) -> Revision {
        self.record(place, Record::Member(member))
    }

    /// The member recorded at `place` was removed.
    pub fn removed(&mut self, place: Revision, key: String) {
        let place = self.record(Some(place), Record::Gone(key));
        self.gone.push_back(place);
        if self.gone.len() > Self::MOST_GONE
            && let Some(oldest) = self.gone.pop_front()
        {
            self.records.remove(&oldest);
            self.forgotten = oldest;
        }
    }

    /// What brings whoever knows `known` up to date.
    pub fn since(&self, known: Option<Version>) -> Since<M> {
        let (base, records) = self.after(known);
        Since { version: self.version, base, records: records.cloned().collect() }
    }

    /// As [`since`](Self::since), if that is no more than `most` records, and not all members.
    pub fn few_since(&self, known: Version, most: usize) -> Option<Since<M>> {
        let (base, records) = self.after(Some(known));
        let records: Vec<_> = records.take(most.saturating_add(1)).cloned().collect();
        let is_few = base.is_some() && records.len() <= most;
        is_few.then_some(Since { version: self.version, base, records })
    }

    fn after(&self, known: Option<Version>) -> (Option<Version>, impl Iterator<Item = &Record<M>>) {
        let is_recorded =
            |known: &Version| known.epoch == self.version.epoch && known.revision >= self.forgotten;
        let base = known.filter(is_recorded);
        let from = base.map_or(Unbounded, |base| Excluded(base.revision));
        let records = self.records.range((from, Unbounded)).map(|(_, record)| record);
        (base, records.filter(move |it| base.is_some() || matches!(it, Record::Member(_))))
    }

    fn record(&mut self, place: Option<Revision>, record: Record<M>) -> Revision {
        if let Some(place) = place {
            self.records.remove(&place);
        }
        // It does not end: at one change a nanosecond it takes centuries.
        let revision = self.version.revision.next().unwrap_or(self.version.revision);
        self.version.revision = revision;
        self.records.insert(revision, record);
        revision
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Docs = History<&'static str>;

    fn docs() -> (Docs, [Revision; 3]) {
        let mut docs = History::new(Epoch::new(2));
        let places = ["a", "b", "c"].map(|key| docs.changed(None, key));
        (docs, places)
    }

    fn version(revision: u64) -> Version {
        Version::new(Epoch::new(2), Revision::new(revision))
    }

    #[test]
    fn a_member_that_changes_often_is_told_once() {
        let (mut docs, [a, ..]) = docs();
        let known = docs.version();
        let place = (0..100).fold(a, |place, _| docs.changed(Some(place), "a"));
        assert_eq!(place, docs.version().revision);
        let since = docs.since(Some(known));
        assert_eq!((since.version, since.base), (version(103), Some(known)));
        assert_eq!(since.records, [Record::Member("a")]);
        assert_eq!(docs.records.len(), 3, "its memory does not grow with the changes");
    }

    #[test]
    fn who_knows_nothing_or_another_life_is_told_of_all_that_there_are() {
        let (mut docs, [_, b, _]) = docs();
        docs.removed(b, "b".to_owned());
        let other = Version::new(Epoch::new(1), Revision::new(2));
        for known in [None, Some(other), Some(Version { epoch: Epoch::new(3), ..other })] {
            let all = docs.since(known);
            assert_eq!((all.version, all.base), (version(4), None));
            assert_eq!(all.records, [Record::Member("a"), Record::Member("c")]);
        }
    }

    #[test]
    fn removals_are_told_as_long_as_they_are_remembered() {
        let (mut docs, [_, _, c]) = docs();
        let known = docs.version();
        docs.removed(c, "c".to_owned());
        assert_eq!(docs.since(Some(known)).records, [Record::Gone("c".to_owned())]);
        for _ in 0..Docs::MOST_GONE {
            let place = docs.changed(None, "x");
            docs.removed(place, "x".to_owned());
        }
        let since = docs.since(Some(known));
        assert_eq!((since.base, since.records.len()), (None, 2), "the first is forgotten");
        let known = version(4);
        assert_eq!(docs.since(Some(known)).base, Some(known), "but no other");
        assert_eq!(docs.records.len(), 2 + Docs::MOST_GONE);
    }

    #[test]
    fn few_are_told_only_if_they_are_few() {
        let (mut docs, [a, b, _]) = docs();
        let known = docs.version();
        docs.changed(Some(a), "a");
        docs.changed(Some(b), "b");
        assert_eq!(docs.few_since(known, 2), Some(docs.since(Some(known))));
        assert_eq!(docs.few_since(known, 1), None);
        assert_eq!(docs.few_since(Version::default(), 9), None, "all members");
    }
}
