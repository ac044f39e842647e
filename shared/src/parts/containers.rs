//! What holds parts: maps, lists, and what is there or not.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::marker::PhantomData;
use std::collections::HashMap;

use serde::de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::patching::{Towards, first_index, first_step};
use super::{Differ, Key, Part, Patching};
use crate::json::{fingerprint_up_to, key_text};

impl<K: Key + Ord, V: Part> Part for BTreeMap<K, V> {
    fn is_same(&self, other: &Self) -> bool {
        let is_same = |((key, one), (as_key, other)): ((&K, &V), _)| {
            key.cmp(as_key) == Ordering::Equal && one.is_same(other)
        };
        self.len() == other.len() && self.iter().zip(other).all(is_same)
    }

    fn is_nothing(&self) -> bool {
        self.is_empty()
    }

    fn diff(&self, old: &Self, differ: &mut Differ) -> Option<()> {
        let (mut news, mut olds) = (self.iter().peekable(), old.iter().peekable());
        loop {
            let order = match (news.peek(), olds.peek()) {
                (None, None) => return Some(()),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some((new, _)), Some((old, _))) => new.cmp(old),
            };
            let new = if order.is_le() { news.next() } else { None };
            let old = if order.is_ge() { olds.next() } else { None };
            match (new, old) {
                (Some((key, new)), Some((_, old))) => differ.member(key, new, old)?,
                (Some((key, new)), None) => differ.add(key, new)?,
                (None, Some((key, _))) => differ.remove(key)?,
                (None, None) => {}
            }
        }
    }

    fn patch(&mut self, path: &str, patching: &mut Patching<'_>) -> Option<()> {
        patch_map(self, path, patching)
    }
}

impl<K: Key + Hash + Eq, V: Part, S: BuildHasher + Default> Part for HashMap<K, V, S> {
    fn is_same(&self, other: &Self) -> bool {
        let is_same = |(key, one): (&K, &V)| other.get(key).is_some_and(|it| one.is_same(it));
        self.len() == other.len() && self.iter().all(is_same)
    }

    fn is_nothing(&self) -> bool {
        self.is_empty()
    }

    fn diff(&self, old: &Self, differ: &mut Differ) -> Option<()> {
        old.keys().filter(|key| !self.contains_key(*key)).try_for_each(|key| differ.remove(key))?;
        self.iter().try_for_each(|(key, new)| match old.get(key) {
            Some(old) => differ.member(key, new, old),
            None => differ.add(key, new),
        })
    }

    fn patch(&mut self, path: &str, patching: &mut Patching<'_>) -> Option<()> {
        patch_map(self, path, patching)
    }
}

/// A map of either kind.
trait Map {
    type Key: Key;
    type Value: Part;

    fn value(&mut self, key: &Self::Key) -> Option<&mut Self::Value>;
    fn put(&mut self, key: Self::Key, value: Self::Value);
    fn take(&mut self, key: &Self::Key) -> Option<Self::Value>;
}

impl<K: Key + Ord, V: Part> Map for BTreeMap<K, V> {
    type Key = K;
    type Value = V;

    fn value(&mut self, key: &K) -> Option<&mut V> {
        self.get_mut(key)
    }

    fn put(&mut self, key: K, value: V) {
        self.insert(key, value);
    }

    fn take(&mut self, key: &K) -> Option<V> {
        self.remove(key)
    }
}

impl<K: Key + Hash + Eq, V: Part, S: BuildHasher> Map for HashMap<K, V, S> {
    type Key = K;
    type Value = V;

    fn value(&mut self, key: &K) -> Option<&mut V> {
        self.get_mut(key)
    }

    fn put(&mut self, key: K, value: V) {
        self.insert(key, value);
    }

    fn take(&mut self, key: &K) -> Option<V> {
        self.remove(key)
    }
}

fn patch_map<M: Map>(map: &mut M, path: &str, patching: &mut Patching<'_>) -> Option<()> {
    let (step, rest) = first_step(path)?;
    let key = read_key(&step)?;
    match (map.value(&key), patching.op()) {
        (Some(value), _) if !rest.is_empty() => patching.apply(value, rest),
        (Some(value), "add" | "replace") => patching.put(value),
        (Some(_), "remove") => {
            patching.changed();
            map.take(&key).map(drop)
        }
        (None, "add") if rest.is_empty() => {
            patching.changed();
            map.put(key, patching.read()?);
            Some(())
        }
        _ => None,
    }
}

/// The key of which JSON has this text.
fn read_key<K: Key>(text: &str) -> Option<K> {
    // As the map itself would be read: a number is one without quotes.
    let json = format!("{{{}:0}}", serde_json::Value::from(text));
    let First(key) = serde_json::from_str(&json).ok()?;
    (key_text(&key).as_deref() == Some(text)).then_some(key)
}

/// The first key of a map.
struct First<K>(K);

impl<'de, K: DeserializeOwned> Deserialize<'de> for First<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FirstOf<K>(PhantomData<K>);

        impl<'de, K: DeserializeOwned> Visitor<'de> for FirstOf<K> {
            type Value = First<K>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<First<K>, A::Error> {
                let entry = map.next_entry::<K, IgnoredAny>()?;
                let none = || serde::de::Error::custom("no key");
                entry.map(|(key, _)| First(key)).ok_or_else(none)
            }
        }

        deserializer.deserialize_map(FirstOf(PhantomData))
    }
}

impl<V: Part> Part for Vec<V> {
    fn is_same(&self, other: &Self) -> bool {
        let mut both = self.iter().zip(other);
        self.len() == other.len() && both.all(|(one, other)| one.is_same(other))
    }

    fn is_nothing(&self) -> bool {
        self.is_empty()
    }

    /// As that of two texts, from both ends: what was done at one place is just that.
    fn diff(&self, old: &Self, differ: &mut Differ) -> Option<()> {
        let is_same = |(new, old): &(&V, &V)| new.is_same(old);
        let before = self.iter().zip(old).take_while(is_same).count();
        let (new, old) = (self.get(before..)?, old.get(before..)?);
        let behind = new.iter().rev().zip(old.iter().rev()).take_while(is_same).count();
        let (new, old) = (new.get(..new.len() - behind)?, old.get(..old.len() - behind)?);
        for (index, (new, old)) in (before..).zip(new.iter().zip(old)) {
            differ.member(index, new, old)?;
        }
        let replaced = new.len().min(old.len());
        (replaced..old.len()).try_for_each(|_| differ.remove(before + replaced))?;
        let mut added = (before..).zip(new).skip(replaced);
        added.try_for_each(|(index, new)| differ.add(index, new))
    }

    fn patch(&mut self, path: &str, patching: &mut Patching<'_>) -> Option<()> {
        let index = match first_index(path)? {
            Towards::Within(index, rest) => return patching.apply(self.get_mut(index)?, rest),
            Towards::Member(index) => index,
        };
        if patching.op() == "replace" {
            return patching.put(self.get_mut(index)?);
        }
        patching.changed();
        patching.shift(self.len().checked_sub(index)?)?;
        match patching.op() {
            "add" => self.insert(index, patching.read()?),
            "remove" if index < self.len() => drop(self.remove(index)),
            _ => return None,
        }
        Some(())
    }
}

impl<V: Part> Part for Option<V> {
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Some(one), Some(other)) => one.is_same(other),
            (one, other) => one.is_none() && other.is_none(),
        }
    }

    fn is_nothing(&self) -> bool {
        self.is_none()
    }

    fn diff(&self, old: &Self, differ: &mut Differ) -> Option<()> {
        match (self, old) {
            // Some of what is null would be read as nothing.
            (Some(new), Some(old)) if fingerprint_up_to(0, self).is_ok() => new.diff(old, differ),
            _ => differ.replace(self, old),
        }
    }

    fn patch(&mut self, path: &str, patching: &mut Patching<'_>) -> Option<()> {
        self.as_mut()?.patch(path, patching)
    }
}

impl<V: Part> Part for Box<V> {
    fn is_same(&self, other: &Self) -> bool {
        V::is_same(self, other)
    }

    fn is_nothing(&self) -> bool {
        V::is_nothing(self)
    }

    fn diff(&self, old: &Self, differ: &mut Differ) -> Option<()> {
        V::diff(self, old, differ)
    }

    fn patch(&mut self, path: &str, patching: &mut Patching<'_>) -> Option<()> {
        V::patch(self, path, patching)
    }
}

/// With the feature `rc` of serde. What two states share is the same without a look.
impl<V: Part + Clone> Part for Arc<V>
where
    Self: Serialize + DeserializeOwned,
{
    fn is_same(&self, other: &Self) -> bool {
        Self::ptr_eq(self, other) || V::is_same(self, other)
    }

    fn is_nothing(&self) -> bool {
        V::is_nothing(self)
    }

    fn diff(&self, old: &Self, differ: &mut Differ) -> Option<()> {
        V::diff(self, old, differ)
    }

    fn patch(&mut self, path: &str, patching: &mut Patching<'_>) -> Option<()> {
        V::patch(Self::make_mut(self), path, patching)
    }
}
