//! What a state consists of, so that an edit of a large one costs what the edit costs.

#[cfg(feature = "std")]
mod containers;
#[cfg(feature = "std")]
mod differ;
#[cfg(feature = "std")]
mod patching;
#[cfg(feature = "std")]
mod place;
#[cfg(feature = "std")]
mod values;

use core::fmt;

#[cfg(feature = "std")]
use serde::{Serialize, de::DeserializeOwned};

use crate::Topic;
use crate::json::Patch;

#[cfg(feature = "std")]
#[doc(hidden)]
pub use differ::Differ;
#[cfg(feature = "std")]
#[doc(hidden)]
pub use patching::{Fields, Patching};

/// What can be compared, written and read without all that it is a part of.
///
/// The types of the standard library are, and those for which [`parts!`](crate::parts!) says of what
/// they consist. There is nothing to call: see [`Topic::PARTS`].
#[cfg(feature = "std")]
pub trait Part: Serialize + DeserializeOwned {
    /// Whether both are the same as JSON. Two of which that cannot be told count as different ones.
    #[doc(hidden)]
    fn is_same(&self, other: &Self) -> bool;

    /// Whether this is what serde reads in a field that was left out for what it was: nothing, that is.
    #[doc(hidden)]
    fn is_nothing(&self) -> bool {
        false
    }

    /// Writes what makes this of `old`, which is not the same; `None` if that cannot be said by parts.
    #[doc(hidden)]
    fn diff(&self, old: &Self, differ: &mut Differ) -> Option<()> {
        differ.replace(self, old)
    }

    /// Changes what the pointer `path` leads to, which is within this; `None` if that cannot be done
    /// here: then this is of no use any more.
    #[doc(hidden)]
    fn patch(&mut self, path: &str, patching: &mut Patching<'_>) -> Option<()> {
        patching.patch_whole(self, path)
    }
}

/// What can be the key of a map whose values are [parts](Part): text, numbers, and what is written as
/// one of those. **Two keys are to be equal if, and only if, they are the same as JSON.**
///
/// ```
/// use revgate::parts::Key;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
/// struct DocId(u64);
///
/// impl Key for DocId {}
/// ```
#[cfg(feature = "std")]
pub trait Key: Serialize + DeserializeOwned {}

/// How a topic's state is compared and changed by its [parts](Part): see [`Topic::PARTS`].
pub struct Parts<T>(Option<Known<T>>);

struct Known<T> {
    is_same: fn(&T, &T) -> bool,
    diff: fn(&T, &T, usize) -> Option<Patch>,
    apply: fn(&mut T, &str) -> Option<bool>,
}

impl<T: Topic> Parts<T> {
    /// Nobody knows: each edit looks at the whole state.
    pub const NONE: Self = Self(None);

    /// Those that the type says itself. Needs the feature `std`.
    #[cfg(feature = "std")]
    pub const fn of() -> Self
    where
        T: Part,
    {
        Self(Some(Known { is_same: T::is_same, diff: differ::diff, apply: patching::apply }))
    }

    /// Whether they are known.
    pub const fn is_some(&self) -> bool {
        self.0.is_some()
    }

    /// Whether it is known that both states are the same as JSON.
    pub fn is_same(&self, one: &T, other: &T) -> bool {
        self.0.as_ref().is_some_and(|known| (known.is_same)(one, other))
    }

    /// What makes `new` of `old`, of at most `limit` bytes. **It is read before it is told**: what it
    /// brings makes what there is in `new`.
    ///
    /// `None` if it is longer than that, if the parts are not known, or if something that has changed
    /// is read or written otherwise than its parts are: then the states as a whole tell.
    #[must_use]
    pub fn diff(&self, old: &T, new: &T, limit: usize) -> Option<Patch> {
        (self.0.as_ref()?.diff)(old, new, limit)
    }

    /// Makes of `state` what the patch (RFC 6902) `patch` does, which is JSON: the same as if it were
    /// applied to the whole state as JSON, and that read. Whether anything has become another. The
    /// state is not [validated](Topic::validate).
    ///
    /// `None` if that cannot be done by parts; then `state` is of no use any more.
    #[must_use]
    pub fn apply(&self, state: &mut T, patch: &str) -> Option<bool> {
        (self.0.as_ref()?.apply)(state, patch)
    }
}

impl<T> Clone for Parts<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Parts<T> {}

impl<T> Clone for Known<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Known<T> {}

impl<T> fmt::Debug for Parts<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Parts::of()" } else { "Parts::NONE" })
    }
}

/// Says of what a type consists: see [`Topic::PARTS`].
///
/// Of a struct and of each variant of an enum it names all fields; those of a tuple by their numbers.
/// How serde names them is none of its business. A type that is to be taken as a whole, and is
/// [`PartialEq`], is named alone: what that takes for equal is no change.
///
/// **A field that serde always leaves out (`skip`), or has by a function (`with`), has its type taken as a
/// whole**: when others change something in it, all of it is read anew, and such a field has its default, as
/// without parts. So it belongs into a small type, not beside the map of all rows. One with
/// `skip_serializing_if` costs nothing while it is left out for being `None`, empty, zero or `false`.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// struct Board { columns: BTreeMap<String, Vec<Card>>, zoom: f32 }
///
/// #[derive(Serialize, Deserialize)]
/// enum Card { Note(String), Task { title: String, state: State }, Empty }
///
/// #[derive(PartialEq, Serialize, Deserialize)]
/// enum State { Open, Done }
///
/// revgate::parts!(struct Board { columns, zoom });
/// revgate::parts!(enum Card { Note { 0 }, Task { title, state }, Empty {} });
/// revgate::parts!(State);
/// ```
///
/// A field that is left out does not compile:
///
/// ```compile_fail,E0027
/// # use serde::{Deserialize, Serialize};
/// #[derive(Serialize, Deserialize)]
/// struct Board { title: String, zoom: f32 }
///
/// revgate::parts!(struct Board { title });
/// ```
#[cfg(feature = "std")]
#[macro_export]
macro_rules! parts {
    (struct $type:ident { $($field:tt),* $(,)? }) => {
        $crate::parts!(@of $type { Self { $($field),* } });
    };
    (enum $type:ident { $($variant:ident { $($field:tt),* $(,)? }),* $(,)? }) => {
        $crate::parts!(@of $type { $(Self::$variant { $($field),* })* });
    };
    (@of $type:ident { $($of:path { $($field:tt),* })* }) => {
        #[allow(irrefutable_let_patterns, unreachable_patterns, unused_mut, unused_variables)]
        impl $crate::parts::Part for $type {
            fn is_same(&self, other: &Self) -> bool {
                match self {
                    $($of { $($field: _),* } => {})*
                }
                let is_alike = match (self, other) {
                    $(($of { .. }, $of { .. }) => true,)*
                    _ => false,
                };
                is_alike $($(&& match (self, other) {
                    ($of { $field: one, .. }, $of { $field: other, .. }) => {
                        $crate::parts::Part::is_same(one, other)
                    }
                    _ => true,
                })*)*
            }

            fn diff(
                &self,
                old: &Self,
                differ: &mut $crate::parts::Differ,
            ) -> ::core::option::Option<()> {
                match (self, old) {
                    $(($of { .. }, $of { .. }) => {})*
                    _ => return differ.replace(self, old),
                }
                $($(if let ($of { $field: new, .. }, $of { $field: before, .. }) = (self, old) {
                    if !differ.part((self, new), (old, before))? {
                        return differ.replace(self, old);
                    }
                })*)*
                ::core::option::Option::Some(())
            }

            fn patch(
                &mut self,
                path: &str,
                patching: &mut $crate::parts::Patching<'_>,
            ) -> ::core::option::Option<()> {
                let mut fields = patching.fields(&*self);
                $($(if let $of { $field: part, .. } = &*self {
                    fields.look_at(part);
                })*)*
                if fields.are_all_told() {
                    $($(if let $of { $field: part, .. } = &*self {
                        if let ::core::option::Option::Some(rest) = patching.within(self, part, path) {
                            if let $of { $field: part, .. } = self {
                                return patching.apply(part, rest);
                            }
                        }
                    })*)*
                }
                patching.patch_whole(self, path)
            }
        }
    };
    ($type:ty) => {
        impl $crate::parts::Part for $type {
            fn is_same(&self, other: &Self) -> bool {
                self == other
            }
        }
    };
}

#[cfg(all(test, feature = "std"))]
mod tests;
