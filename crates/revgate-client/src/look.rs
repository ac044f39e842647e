//! What is known of a state as JSON.

use std::cell::{OnceCell, RefCell};
use std::ptr;
use std::rc::{Rc, Weak};

use revgate::json::{Fingerprint, Patch, diff, fingerprint, fingerprint_up_to, has_wide_integer};
use revgate::{Invalid, Topic};

use crate::guard;

/// The largest state, roughly in bytes of JSON, that is looked at after each action. **A larger one
/// that actions have made counts as another state than the one before, and as large, too**: so an
/// action costs what it does, and not what it is done to.
pub(crate) const LARGE: usize = 16 * 1024;

/// What has been found out about a state. Each of it costs a way through all of it, once.
#[derive(Debug, Default)]
pub(crate) struct Look {
    is_large: OnceCell<bool>,
    /// What tells it from other states; `None` if it is no JSON.
    print: OnceCell<Option<Fingerprint>>,
    text: RefCell<Option<Text>>,
    /// Whether all its integers have 64 bits at most.
    is_narrow: OnceCell<bool>,
    /// What makes the state of another one, which looks so.
    since: Option<(Weak<Self>, Patch)>,
}

/// The JSON of a state.
#[derive(Clone, Debug)]
enum Text {
    /// As it is written.
    Own(Rc<str>),
    /// As it was read: it may have what the state has not, and numbers that are written otherwise.
    Read(Rc<str>),
}

impl Look {
    /// At a state that edits have made.
    ///
    /// # Errors
    ///
    /// If it could not be sent.
    pub(crate) fn at<T: Topic>(state: &T) -> Result<Self, Invalid> {
        Ok(Self { print: OnceCell::from(Some(fingerprint(state)?)), ..Self::default() })
    }

    /// At a state that edits have made of the state `before`, which looks like this. **Of two large
    /// ones, their parts are compared, or their texts**: what is the same in both could be sent before.
    ///
    /// # Errors
    ///
    /// If it could not be sent.
    pub(crate) fn after_edits<T: Topic>(
        self: &Rc<Self>,
        before: &T,
        state: &T,
    ) -> Result<Self, Invalid> {
        let by_text = || {
            let (old, new) = (self.text(before).ok()?, serde_json::to_string(state).ok()?);
            let patch = diff(&old, &new, new.len()).filter(|patch| patch.is_plain)?;
            let is_large = OnceCell::from(new.len() > LARGE);
            let text = Some(Text::Own(new.into())).into();
            let since = Some((Rc::downgrade(self), patch));
            Some(Self { is_large, text, since, ..Self::default() })
        };
        if !self.is_large(before) {
            return Self::at(state);
        }
        let by_parts = || {
            let patch = T::PARTS.diff(before, state, LARGE)?;
            let since = Some((Rc::downgrade(self), patch));
            Some(Self { is_large: OnceCell::from(true), since, ..Self::default() })
        };
        by_parts().or_else(by_text).map_or_else(|| Self::at(state), Ok)
    }

    /// What makes the state of the one that looks like `old`, if that is known.
    pub(crate) fn since(&self, old: &Self) -> Option<&Patch> {
        let since = self.since.as_ref().filter(|(look, _)| ptr::eq(look.as_ptr(), old));
        since.map(|(_, patch)| patch)
    }

    /// At a state that actions have made of the state `before`, which looks like this.
    ///
    /// # Errors
    ///
    /// If it is seen that it could not be sent.
    pub(crate) fn after_actions<T: Topic>(&self, before: &T, state: &T) -> Result<Self, Invalid> {
        let print = match self.is_large(before) {
            true => None,
            false => fingerprint_up_to(LARGE, state)?,
        };
        let is_large = OnceCell::from(print.is_none());
        let print = print.map_or_else(OnceCell::new, |print| OnceCell::from(Some(print)));
        Ok(Self { is_large, print, ..Self::default() })
    }

    /// At a state of the backend's that was read from `text`, which is what values have made of this
    /// one.
    pub(crate) fn of_read(&self, text: String) -> Self {
        let (is_large, is_narrow) = (OnceCell::from(text.len() > LARGE), self.is_narrow.clone());
        Self { is_large, is_narrow, text: Some(Text::Read(text.into())).into(), ..Self::default() }
    }

    /// The fingerprint, if somebody has asked for it.
    pub(crate) fn known_print(&self) -> Option<Fingerprint> {
        self.print.get().copied().flatten()
    }

    /// Whether the state is known to be large.
    pub(crate) fn is_known_large(&self) -> bool {
        self.is_large.get() == Some(&true)
    }

    /// The fingerprint of `state`, of which this is the look; `None` if it is no JSON.
    pub(crate) fn print<T: Topic>(&self, state: &T) -> Option<Fingerprint> {
        let see = || guard::call(|| fingerprint(state).ok()).ok().flatten();
        *self.print.get_or_init(see)
    }

    /// Whether `state`, of which this is the look, is not looked at after actions.
    pub(crate) fn is_large<T: Topic>(&self, state: &T) -> bool {
        let see = || guard::call(|| fingerprint_up_to(LARGE, state));
        *self.is_large.get_or_init(|| matches!(see(), Ok(Ok(None))))
    }

    /// What `serde_json` makes of `state`, of which this is the look: null of a NaN, for one.
    ///
    /// # Errors
    ///
    /// If that cannot be written.
    pub(crate) fn text<T: Topic>(&self, state: &T) -> serde_json::Result<Rc<str>> {
        if let Some(Text::Own(text)) = &*self.text.borrow() {
            return Ok(Rc::clone(text));
        }
        let text: Rc<str> = serde_json::to_string(state)?.into();
        self.text.replace(Some(Text::Own(Rc::clone(&text))));
        Ok(text)
    }

    /// Whether all integers have 64 bits at most in `state`, of which this is the look.
    pub(crate) fn is_narrow<T: Topic>(&self, state: &T) -> bool {
        let see = || match &*self.text.borrow() {
            Some(Text::Own(text)) => !has_wide_integer(text),
            _ => serde_json::to_string(state).is_ok_and(|text| !has_wide_integer(&text)),
        };
        *self.is_narrow.get_or_init(see)
    }

    /// It is as narrow as `other`, as far as is known: nothing else is new in it than such integers.
    pub(crate) fn inherit_narrow(&self, other: &Self) {
        if let Some(is_narrow) = other.is_narrow.get() {
            let _ = self.is_narrow.set(*is_narrow);
        }
    }

    /// A JSON from which `state`, of which this is the look, is read.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub(crate) fn any_text<T: Topic>(&self, state: &T) -> serde_json::Result<Rc<str>> {
        if let Some(Text::Own(text) | Text::Read(text)) = &*self.text.borrow() {
            return Ok(Rc::clone(text));
        }
        self.text(state)
    }
}
