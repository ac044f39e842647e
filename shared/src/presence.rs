//! State of a window that ends with it: who has which document open, a selection, a drag.

mod attendance;

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub use attendance::{Attendance, Heard, Visit};

use crate::{Invalid, Topic};

/// What a window tells the others of itself, for as long as it is there. Implement it once, in the
/// crate that backend and windows both depend on.
///
/// All windows together are the topic [`Present<Self>`](Present), of this name: it is read as any
/// other. **Each window sets its own entry and no other's**, and the entry ends with the page that
/// has set it, however that ends: its window is closed, it is loaded anew or left for another, its
/// process is killed. It is never saved.
///
/// On Windows a process that is killed is noticed when its page is loaded anew or its window closed.
/// A window that is hidden stays present, as does one on a machine that sleeps: no entry ends by
/// itself.
///
/// ```
/// use revgate::presence::{Presence, Present};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
/// struct Cursor { line: u32 }
///
/// impl Presence for Cursor {
///     const NAME: &'static str = "cursor";
/// }
///
/// let present: Present<Cursor> =
///     serde_json::from_str(r#"{"main":{"line":7},"settings":{"line":1}}"#)?;
/// assert_eq!(present.get("main"), Some(&Cursor { line: 7 }));
/// let others: Vec<_> = present.others("main").collect();
/// assert_eq!(others, [("settings", &Cursor { line: 1 })]);
/// # Ok::<(), serde_json::Error>(())
/// ```
pub trait Presence: Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The topic's name: see [`Topic::NAME`].
    const NAME: &'static str;

    /// Whether a window may tell this of itself: see [`Topic::validate`].
    ///
    /// # Errors
    ///
    /// The first fault found; the window's entry stays as it was.
    fn validate(&self) -> Result<(), Invalid> {
        Ok(())
    }
}

/// Who is there: what each window tells of itself, by the window's label; of a window with several
/// webviews, by the label of the webview. A window that tells nothing is not in it.
///
/// Rust may add entries of its own, for a task in the background, say, under keys that are no
/// window's label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Present<P>(BTreeMap<String, P>);

impl<P> Present<P> {
    /// What this window tells of itself.
    pub fn get(&self, window: &str) -> Option<&P> {
        self.0.get(window)
    }

    /// All who are there, in the order of their labels.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &P)> {
        self.0.iter().map(|(window, entry)| (&**window, entry))
    }

    /// All but this window.
    pub fn others<'a>(&'a self, window: &'a str) -> impl Iterator<Item = (&'a str, &'a P)> {
        self.iter().filter(move |(other, _)| *other != window)
    }

    /// Whether nobody is there.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Sets what is told of `window`.
    pub fn insert(&mut self, window: impl Into<String>, entry: P) {
        self.0.insert(window.into(), entry);
    }

    /// Ends what is told of `window`, and gives it.
    pub fn remove(&mut self, window: &str) -> Option<P> {
        self.0.remove(window)
    }
}

impl<P> Default for Present<P> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<P: Presence> Topic for Present<P> {
    const NAME: &'static str = P::NAME;
    const ENTRIES: Option<Entries<Self>> = Some(Entries { take, leave });

    fn validate(&self) -> Result<(), Invalid> {
        self.0.iter().try_for_each(|(window, entry)| {
            entry.validate().map_err(|Invalid { path, reason }| {
                let dot = if path.is_empty() || path.starts_with('[') { "" } else { "." };
                Invalid::new(format!("{window}{dot}{path}"), reason)
            })
        })
    }
}

/// How a state is put together of what windows tell of themselves: what the backend knows of
/// [`Present`], whatever its entries are.
#[doc(hidden)]
#[derive(Debug)]
pub struct Entries<T> {
    /// Takes the entry of this window, and nothing else, over from another state.
    pub take: fn(&mut T, T, &str),
    /// Ends the entry of this window.
    pub leave: fn(&mut T, &str),
}

fn take<P>(present: &mut Present<P>, mut from: Present<P>, window: &str) {
    if let Some(entry) = from.0.remove(window) {
        present.0.insert(window.to_owned(), entry);
    }
}

fn leave<P>(present: &mut Present<P>, window: &str) {
    present.0.remove(window);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Spot(u8);

    impl Presence for Spot {
        const NAME: &'static str = "spot";

        fn validate(&self) -> Result<(), Invalid> {
            match self.0 {
                0..=9 => Ok(()),
                over => Err(Invalid::new("", format!("{over} is beyond the edge"))),
            }
        }
    }

    fn present(entries: &[(&str, u8)]) -> Present<Spot> {
        let mut present = Present::default();
        entries.iter().for_each(|(window, at)| present.insert(*window, Spot(*at)));
        present
    }

    #[test]
    fn a_window_takes_part_by_its_own_entry_alone() {
        let entries = Present::<Spot>::ENTRIES.expect("it is made of entries");
        let mut now = present(&[("main", 1), ("settings", 2)]);
        let sent = present(&[("main", 7), ("settings", 8), ("third", 9)]);
        (entries.take)(&mut now, sent.clone(), "main");
        assert_eq!(now, present(&[("main", 7), ("settings", 2)]));
        (entries.take)(&mut now, sent, "fourth");
        assert_eq!(now, present(&[("main", 7), ("settings", 2)]));
        (entries.leave)(&mut now, "main");
        (entries.leave)(&mut now, "fourth");
        assert_eq!(now, present(&[("settings", 2)]));
    }

    #[test]
    fn a_fault_in_an_entry_names_its_window() {
        let fault = present(&[("main", 1), ("settings", 12)]).validate().expect_err("too far");
        assert_eq!(fault, Invalid::new("settings", "12 is beyond the edge"));
        assert!(present(&[("main", 9)]).validate().is_ok());
    }

    #[test]
    fn the_others_are_all_but_oneself() {
        let now = present(&[("a", 1), ("b", 2), ("c", 3)]);
        assert_eq!(now.others("b").collect::<Vec<_>>(), [("a", &Spot(1)), ("c", &Spot(3))]);
        assert_eq!(now.others("z").count(), 3);
        assert!(!now.is_empty());
        assert!(Present::<Spot>::default().is_empty());
    }
}
