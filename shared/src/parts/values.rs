//! What has no parts of its own.

use alloc::boxed::Box;
use alloc::collections::{BTreeSet, VecDeque};
use alloc::string::String;
use core::hash::{BuildHasher, Hash};
use core::time::Duration;
use std::collections::HashSet;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Key, Part};

macro_rules! values {
    ($($type:ty,)*) => {$(
        impl Part for $type {
            fn is_same(&self, other: &Self) -> bool {
                self == other
            }

            fn is_nothing(&self) -> bool {
                *self == Self::default()
            }
        }
    )*};
}

macro_rules! keys {
    ($($type:ty,)*) => {$(
        impl Key for $type {}

        impl Part for $type {
            fn is_same(&self, other: &Self) -> bool {
                self == other
            }

            fn is_nothing(&self) -> bool {
                *self == Self::default()
            }
        }
    )*};
}

keys! {
    String, Box<str>, char, bool, u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize,
}

values! { (), Duration, }

impl Part for serde_json::Value {
    /// Its `PartialEq` takes zero and negative zero for one number.
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(one), Self::Number(other)) if one.is_f64() && other.is_f64() => {
                one.as_f64().map(f64::to_bits) == other.as_f64().map(f64::to_bits)
            }
            (Self::Array(one), Self::Array(other)) => one.is_same(other),
            (Self::Object(one), Self::Object(other)) => {
                let is_same = |(key, one): (&String, &Self)| {
                    other.get(key).is_some_and(|other| one.is_same(other))
                };
                one.len() == other.len() && one.iter().all(is_same)
            }
            (one, other) => one == other,
        }
    }

    fn is_nothing(&self) -> bool {
        self.is_null()
    }
}

impl Part for f32 {
    /// Zero and negative zero are two numbers in JSON; NaN is none, as whoever writes it finds.
    fn is_same(&self, other: &Self) -> bool {
        self.to_bits() == other.to_bits()
    }

    fn is_nothing(&self) -> bool {
        self.to_bits() == 0
    }
}

impl Part for f64 {
    /// Zero and negative zero are two numbers in JSON; NaN is none, as whoever writes it finds.
    fn is_same(&self, other: &Self) -> bool {
        self.to_bits() == other.to_bits()
    }

    fn is_nothing(&self) -> bool {
        self.to_bits() == 0
    }
}

impl<V: PartialEq + Serialize + DeserializeOwned + Ord> Part for BTreeSet<V> {
    fn is_same(&self, other: &Self) -> bool {
        self == other
    }

    fn is_nothing(&self) -> bool {
        self.is_empty()
    }
}

impl<V: Serialize + DeserializeOwned + Hash + Eq, S: BuildHasher + Default> Part for HashSet<V, S> {
    fn is_same(&self, other: &Self) -> bool {
        self == other
    }

    fn is_nothing(&self) -> bool {
        self.is_empty()
    }
}

impl<V: Part> Part for VecDeque<V> {
    fn is_same(&self, other: &Self) -> bool {
        let mut both = self.iter().zip(other);
        self.len() == other.len() && both.all(|(one, other)| one.is_same(other))
    }

    fn is_nothing(&self) -> bool {
        self.is_empty()
    }
}

impl<V: Part, const N: usize> Part for [V; N]
where
    Self: Serialize + DeserializeOwned,
{
    fn is_same(&self, other: &Self) -> bool {
        self.iter().zip(other).all(|(one, other)| one.is_same(other))
    }
}

macro_rules! tuples {
    ($(($($part:ident $index:tt),*))*) => {$(
        impl<$($part: Part),*> Part for ($($part,)*) {
            fn is_same(&self, other: &Self) -> bool {
                $(self.$index.is_same(&other.$index))&&*
            }
        }
    )*};
}

tuples! {
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
}
