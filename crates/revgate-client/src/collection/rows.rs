//! What a window holds of a family.

use std::collections::BTreeMap;
use std::mem;
use std::rc::Rc;
use std::sync::Arc;

use revgate::Version;
use revgate::wire::{Changes, Members, Written};

/// The key of a member, as everybody holds it.
pub type Key = Arc<str>;

/// The members, sorted by their keys.
pub(super) struct Rows<T> {
    rows: BTreeMap<Key, Row<T>>,
    /// The keys, once somebody has asked for them.
    keys: Option<Rc<[Key]>>,
    /// States that are no longer held: to drop them is other people's code.
    left: Vec<Arc<T>>,
}

/// A member. **Its version only grows as long as it is there.**
pub(super) struct Row<T> {
    pub(super) version: Version,
    /// The newest state that is known.
    pub(super) state: Option<Arc<T>>,
    /// The state is of an older version: a newer one has been told of that is large.
    pub(super) is_stale: bool,
}

/// What was different afterwards.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Shift {
    pub(super) come: Vec<Key>,
    /// Those of which something else is known, and which were there before.
    pub(super) changed: Vec<Key>,
    pub(super) gone: Vec<Key>,
}

impl<T> Rows<T> {
    pub(super) fn new() -> Self {
        Self { rows: BTreeMap::new(), keys: None, left: Vec::new() }
    }

    /// The states that are no longer held, to be dropped while nothing is borrowed.
    pub(super) fn take_left(&mut self) -> Vec<Arc<T>> {
        mem::take(&mut self.left)
    }

    pub(super) fn get(&self, key: &str) -> Option<&Row<T>> {
        self.rows.get(key)
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The key as it is held here.
    pub(super) fn key(&self, key: &str) -> Option<Key> {
        self.rows.get_key_value(key).map(|(key, _)| Arc::clone(key))
    }

    pub(super) fn keys(&mut self) -> Rc<[Key]> {
        let rows = &self.rows;
        Rc::clone(self.keys.get_or_insert_with(|| rows.keys().cloned().collect()))
    }

    /// These are all members: what is not among them is gone.
    pub(super) fn replace(&mut self, members: Members<T>) -> Shift {
        let is_gone = |key: &&Key| !members.contains_key(&***key);
        let gone: Vec<_> = self.rows.keys().filter(is_gone).cloned().collect();
        let gone = gone.into_iter().map(|key| (key.to_string(), None));
        let told = members.into_iter().map(|(key, told)| (key, Some(told)));
        self.take(gone.chain(told))
    }

    /// These members have changed, and no others.
    pub(super) fn change(&mut self, changes: Changes<T>) -> Shift {
        self.take(changes.into_iter())
    }

    fn take(&mut self, told: impl Iterator<Item = (String, Option<Written<T>>)>) -> Shift {
        let mut shift = Shift::default();
        for (key, told) in told {
            match (told, self.rows.get_mut(&*key)) {
                (Some(told), Some(row)) => {
                    if row.take(told, &mut self.left) {
                        shift.changed.extend(self.key(&key));
                    }
                }
                (Some(told), None) => {
                    let key = Key::from(key);
                    self.rows.insert(Key::clone(&key), Row::new(told));
                    shift.come.push(key);
                }
                (None, _) => {
                    if let Some((key, row)) = self.rows.remove_entry(&*key) {
                        self.left.extend(row.state);
                        shift.gone.push(key);
                    }
                }
            }
        }
        if shift.has_other_keys() {
            self.keys = None;
        }
        shift
    }

    /// The member is known to be so by another way.
    pub(super) fn learn(&mut self, key: &str, version: Version, state: Arc<T>) {
        if let Some(row) = self.rows.get_mut(key)
            && row.is_news(version)
        {
            let before = mem::replace(row, Row { version, state: Some(state), is_stale: false });
            self.left.extend(before.state);
        }
    }
}

impl Shift {
    /// Whether members have come or gone.
    pub(super) fn has_other_keys(&self) -> bool {
        !self.come.is_empty() || !self.gone.is_empty()
    }
}

impl<T> Row<T> {
    fn new(told: Written<T>) -> Self {
        let version = told.version();
        let state = told.data.map(Arc::new);
        Self { version, is_stale: state.is_none(), state }
    }

    /// Whether it is another afterwards.
    fn take(&mut self, told: Written<T>, left: &mut Vec<Arc<T>>) -> bool {
        let version = told.version();
        match told.data {
            Some(state) if self.is_news(version) => {
                (self.version, self.is_stale) = (version, false);
                left.extend(self.state.replace(Arc::new(state)));
                true
            }
            None if self.version < version => {
                (self.version, self.is_stale) = (version, true);
                true
            }
            outdated => {
                left.extend(outdated.map(Arc::new));
                false
            }
        }
    }

    /// Whether a state of this version is newer than the one at hand.
    fn is_news(&self, version: Version) -> bool {
        self.version < version || self.is_stale && self.version == version
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use revgate::{Epoch, Revision};

    use super::*;

    fn told(revision: u64, state: impl Into<Option<u8>>) -> Written<u8> {
        Written::new(Version::new(Epoch::default(), Revision::new(revision)), state.into())
    }

    fn rows() -> Rows<u8> {
        let mut rows = Rows::new();
        let members = [("b", told(2, 20)), ("a", told(1, 10))];
        let shift = rows.replace(members.map(|(key, told)| (key.to_owned(), told)).into());
        assert_eq!(shift, Shift { come: vec!["a".into(), "b".into()], ..Shift::default() });
        rows
    }

    fn change(rows: &mut Rows<u8>, key: &str, told: Option<Written<u8>>) -> Shift {
        rows.change(BTreeMap::from([(key.to_owned(), told)]))
    }

    fn state(rows: &Rows<u8>, key: &str) -> Option<u8> {
        rows.get(key).and_then(|row| row.state.as_deref().copied())
    }

    #[test]
    fn keys_are_sorted_and_the_same_until_members_come_or_go() {
        let mut rows = rows();
        let keys = rows.keys();
        assert_eq!(*keys, ["a".into(), "b".into()] as [Key; 2]);
        assert_eq!(change(&mut rows, "a", Some(told(2, 11))).changed, ["a".into()]);
        assert!(Rc::ptr_eq(&keys, &rows.keys()));
        assert_eq!(change(&mut rows, "c", Some(told(1, 1))).come, ["c".into()]);
        assert_eq!(rows.keys().len(), 3);
        assert_eq!(change(&mut rows, "a", None).gone, ["a".into()]);
        assert_eq!(change(&mut rows, "a", None), Shift::default(), "gone already");
        assert_eq!(*rows.keys(), ["b".into(), "c".into()] as [Key; 2]);
    }

    #[test]
    fn an_older_state_never_takes_the_place_of_a_newer_one() {
        let mut rows = rows();
        for old in [told(1, 9), told(2, 9), told(1, None), told(2, None)] {
            assert_eq!(change(&mut rows, "b", Some(old)), Shift::default());
        }
        let all = [("b", told(1, 9)), ("c", told(1, 1))];
        let shift = rows.replace(all.map(|(key, told)| (key.to_owned(), told)).into());
        let [come, gone] = ["c", "a"].map(|key| vec![key.into()]);
        assert_eq!(shift, Shift { come, changed: vec![], gone });
        assert_eq!((state(&rows, "b"), state(&rows, "c")), (Some(20), Some(1)));
        rows.learn("b", told(1, 9).version(), Arc::new(9));
        assert_eq!(state(&rows, "b"), Some(20));
        rows.learn("b", told(3, 9).version(), Arc::new(30));
        assert_eq!(state(&rows, "b"), Some(30));
    }

    #[test]
    fn a_large_state_is_missing_until_it_is_learnt() {
        let mut rows = rows();
        assert_eq!(change(&mut rows, "a", Some(told(5, None))).changed, ["a".into()]);
        let is_stale = |rows: &Rows<u8>| rows.get("a").is_some_and(|row| row.is_stale);
        assert_eq!((state(&rows, "a"), is_stale(&rows)), (Some(10), true), "what was known");
        rows.learn("a", told(4, 0).version(), Arc::new(40));
        assert!(is_stale(&rows), "too old");
        rows.learn("a", told(5, 0).version(), Arc::new(50));
        assert_eq!((state(&rows, "a"), is_stale(&rows)), (Some(50), false));
    }
}
