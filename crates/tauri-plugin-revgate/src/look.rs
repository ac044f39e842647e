//! What is known of a state as JSON.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use revgate::Invalid;
use revgate::json::{Fingerprint, fingerprint, fingerprint_up_to, measured_fingerprint};
use serde::Serialize;

use crate::decode::size;

/// The largest state, roughly in bytes of JSON, that is looked at after each action.
pub(crate) const LARGE: usize = 16 * 1024;

/// Whether a state is JSON, and what tells it from others. Cheap to clone.
///
/// To know it costs a way through the whole state. **After an action on a large one, nobody goes it
/// until somebody wants to know**: an action costs what it does, and not what it is done to. Nor is
/// one gone twice: what was found out of a large one is known as long as that is.
#[derive(Clone)]
pub(crate) struct Look(Arc<Known>);

struct Known {
    is_large: bool,
    /// Nobody has looked at it when it was made.
    is_unseen: bool,
    /// It is known to be JSON, if not from its fingerprint.
    is_json: AtomicBool,
    print: OnceLock<Result<Fingerprint, Invalid>>,
    /// Of a large one.
    text: OnceLock<String>,
    /// It is no longer than that.
    most: OnceLock<u64>,
}

impl Look {
    /// Looks at all of a state.
    ///
    /// # Errors
    ///
    /// If it cannot be JSON.
    pub(crate) fn at<T: Serialize>(state: &T) -> Result<Self, Invalid> {
        let (print, size) = measured_fingerprint(state)?;
        Ok(Self::seen(print, size > LARGE))
    }

    /// At a large state whose JSON is `text`.
    pub(crate) fn of_text(text: String) -> Self {
        let known = Known { is_json: true.into(), text: text.into(), ..Known::nothing() };
        Self(Arc::new(Known { is_unseen: false, ..known }))
    }

    /// Looks at what actions have made of a state that looked like `before`, unless that was large:
    /// then this one counts as large, too.
    ///
    /// # Errors
    ///
    /// If it is seen that it cannot be JSON.
    pub(crate) fn after_actions<T: Serialize>(before: &Self, state: &T) -> Result<Self, Invalid> {
        let print = match before.is_large() {
            true => None,
            false => fingerprint_up_to(LARGE, state)?,
        };
        let unseen = || Self(Arc::new(Known::nothing()));
        Ok(print.map_or_else(unseen, |print| Self::seen(print, false)))
    }

    /// At what a patch has made, part by part, of a large state that looked like `before`, and which is
    /// no longer than `most`, if that is known: **nobody looks at it until somebody wants to know**. What
    /// the patch has brought is JSON.
    pub(crate) fn after_parts(before: &Self, most: Option<u64>) -> Self {
        let is_json = before.0.is_json.load(Ordering::Relaxed).into();
        let most = most.map_or_else(OnceLock::new, OnceLock::from);
        Self(Arc::new(Known { is_json, most, ..Known::nothing() }))
    }

    fn seen(print: Fingerprint, is_large: bool) -> Self {
        let known = Known { is_large, is_unseen: false, ..Known::nothing() };
        Self(Arc::new(Known { is_json: true.into(), print: Ok(print).into(), ..known }))
    }

    /// Whether it is not looked at after actions.
    pub(crate) fn is_large(&self) -> bool {
        self.0.is_large
    }

    /// Whether nobody has looked at it when it was made.
    pub(crate) fn is_unseen(&self) -> bool {
        self.0.is_unseen
    }

    /// The fingerprint, if somebody has made it.
    pub(crate) fn known_print(&self) -> Option<Fingerprint> {
        self.0.print.get().and_then(|print| print.clone().ok())
    }

    /// The fingerprint of `state`, of which this is the look; `None` if it is no JSON.
    pub(crate) fn print<T: Serialize>(&self, state: &T) -> Option<Fingerprint> {
        self.see(state).as_ref().ok().copied()
    }

    /// The same.
    ///
    /// # Errors
    ///
    /// If it is no JSON.
    pub(crate) fn try_print<T: Serialize>(&self, state: &T) -> Result<Fingerprint, Invalid> {
        self.see(state).clone()
    }

    /// How long the JSON of a state may be, of which this is the look; `None` if it cannot be written. It is
    /// found out once; from then on it is known what patches have brought at most.
    pub(crate) fn most<T: Serialize>(&self, state: &T) -> Option<u64> {
        if let Some(text) = self.0.text.get() {
            return Some(text.len() as u64);
        }
        let most = self.known_most().or_else(|| size(state).ok())?;
        Some(*self.0.most.get_or_init(|| most))
    }

    /// The same, if somebody has asked for it.
    pub(crate) fn known_most(&self) -> Option<u64> {
        self.0.most.get().copied()
    }

    /// It has turned out to be JSON.
    pub(crate) fn found_json(&self) {
        self.0.is_json.store(true, Ordering::Relaxed);
    }

    /// # Errors
    ///
    /// If `state`, of which this is the look, cannot be JSON.
    pub(crate) fn check<T: Serialize>(&self, state: &T) -> Result<(), Invalid> {
        if self.0.is_json.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.see(state).as_ref().map(drop).map_err(Invalid::clone)
    }

    /// What `serde_json` makes of `state`, of which this is the look: it may still be no JSON, and have
    /// null where there is a NaN. It is probably as long as what `like` has made.
    ///
    /// # Errors
    ///
    /// If that cannot be written.
    pub(crate) fn text<T: Serialize>(
        &self,
        state: &T,
        like: Option<&Self>,
    ) -> Result<Cow<'_, str>, Invalid> {
        if let Some(text) = self.0.text.get() {
            return Ok(Cow::Borrowed(text));
        }
        let length = like.and_then(|like| like.0.text.get()).map_or(128, String::len);
        let text = write(state, length)?;
        if !self.is_large() {
            return Ok(Cow::Owned(text));
        }
        Ok(Cow::Borrowed(self.0.text.get_or_init(|| text)))
    }

    /// Whether `state`, of which this is the look, is the same as JSON as `old`, which looks like
    /// `before`. What nobody has looked at counts as another one.
    pub(crate) fn is_same<T: Serialize>(&self, state: &T, before: &Self, old: &T) -> bool {
        if Arc::ptr_eq(&self.0, &before.0) {
            return true;
        }
        match self.0.text.get() {
            None if self.0.print.get().is_none() => return false,
            Some(text) if before.is_large() => {
                // It is written for the announcement in any case.
                let other = catch_unwind(AssertUnwindSafe(|| before.text(old, Some(self))));
                let Ok(Ok(other)) = other else { return false };
                if *text == *other {
                    return true;
                }
                if !may_be_same(text.as_bytes(), other.as_bytes()) {
                    return false;
                }
            }
            _ => {}
        }
        let print = self.print(state);
        print.is_some() && print == before.print(old)
    }

    fn see<T: Serialize>(&self, state: &T) -> &Result<Fingerprint, Invalid> {
        let see = || catch_unwind(AssertUnwindSafe(|| fingerprint(state)));
        let panicked = |_| Err(Invalid::new("", "its `Serialize` panicked"));
        self.0.print.get_or_init(|| see().unwrap_or_else(panicked))
    }
}

impl Known {
    /// Of a large state.
    fn nothing() -> Self {
        let (is_large, is_unseen, is_json) = (true, true, AtomicBool::new(false));
        let (print, text, most) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Self { is_large, is_unseen, is_json, print, text, most }
    }
}

/// The JSON of `state`, which is roughly so many bytes long.
///
/// # Errors
///
/// If it cannot be written.
pub(crate) fn write<T: Serialize>(state: &T, length: usize) -> Result<String, Invalid> {
    let mut json = Vec::with_capacity(length + length / 16);
    serde_json::to_writer(&mut json, state).map_err(no_json)?;
    String::from_utf8(json).map_err(no_json)
}

/// Whether two texts of JSON can be of the same state, which only a way through it would tell: then
/// they have the same bytes but for their order, and for what numbers have more or less of, as 1.0 and
/// 1 do. Hardly a change is like that.
fn may_be_same(one: &[u8], other: &[u8]) -> bool {
    /// A number has fewer bytes than that: each is whole in what is looked at, on either side.
    const CHUNK: usize = 128;
    let chunks = one.chunks_exact(CHUNK).zip(other.chunks_exact(CHUNK));
    let same = chunks.take_while(|(one, other)| one == other).count();
    let begin = CHUNK * same.saturating_sub(1);
    let (one, other) = (&one[begin..], &other[begin..]);
    let chunks = one.rchunks_exact(CHUNK).zip(other.rchunks_exact(CHUNK));
    let same = chunks.take_while(|(one, other)| one == other).count();
    let end = CHUNK * same.saturating_sub(1);
    let (one, other) = (&one[..one.len() - end], &other[..other.len() - end]);
    let has_exponent =
        |text: &[u8]| text.windows(2).any(|pair| pair[0].is_ascii_digit() && pair[1] == b'e');
    let mut counts = [0_isize; 256];
    one.iter().for_each(|byte| counts[usize::from(*byte)] += 1);
    other.iter().for_each(|byte| counts[usize::from(*byte)] -= 1);
    (counts[usize::from(b'0')], counts[usize::from(b'.')]) = (0, 0);
    counts == [0; 256] || has_exponent(one) || has_exponent(other)
}

pub(crate) fn no_json(error: impl ToString) -> Invalid {
    Invalid::new("", error.to_string())
}
