//! Which versions a gate knows of.

use super::News;
use crate::Version;

/// What the window shows, what it is to show, and what is at hand for that.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "inspector", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Versions {
    /// The version that the window shows. Only ever grows.
    applied: Option<Version>,
    /// The newest version heard of, by whatever way. Only ever grows, and is never older than
    /// `applied`.
    wanted: Option<Version>,
    /// The newest news that the driver keeps. Newer than `applied`.
    kept: Option<Kept>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "inspector", derive(serde::Serialize, serde::Deserialize))]
struct Kept {
    version: Version,
    /// The version that it can be applied to; `None` for any.
    base: Option<Version>,
}

impl Versions {
    pub(super) fn applied(&self) -> Option<Version> {
        self.applied
    }

    pub(super) fn wanted(&self) -> Option<Version> {
        self.wanted
    }

    pub(super) fn kept(&self) -> Option<Version> {
        self.kept.map(|kept| kept.version)
    }

    /// Whether the window shows less than this.
    pub(super) fn is_news(&self, version: Version) -> bool {
        self.applied < Some(version)
    }

    /// Whether the window shows less than it is to show.
    pub(super) fn is_wanting(&self) -> bool {
        self.applied < self.wanted
    }

    /// Whether a state is missing: the first, or one that was heard of.
    pub(super) fn is_due(&self) -> bool {
        self.applied.is_none() || self.is_wanting()
    }

    /// The news at hand, if they are all that is wanted and fit on what is shown.
    pub(super) fn usable(&self) -> Option<Version> {
        // The first state comes by the fetch that begins after the subscription.
        let applied = self.applied?;
        let fits = |kept: &Kept| kept.base.is_none_or(|base| base == applied);
        let kept = self.kept.filter(|kept| Some(kept.version) == self.wanted && fits(kept))?;
        Some(kept.version)
    }

    /// This version exists. Whether none as new was heard of before.
    pub(super) fn hear(&mut self, version: Version) -> bool {
        let is_newest = self.wanted < Some(version);
        if is_newest {
            self.wanted = Some(version);
        }
        is_newest
    }

    /// The driver keeps these news. Of two, the newer are kept; of the same version, those that
    /// can be applied to any.
    pub(super) fn keep(&mut self, version: Version, news: News) {
        let base = match news {
            News::Version => return,
            News::State => None,
            News::Patch { base } => Some(base),
        };
        let is_better =
            |kept: Kept| kept.version < version || base.is_none() && kept.version == version;
        if self.is_news(version) && self.kept.is_none_or(is_better) {
            self.kept = Some(Kept { version, base });
        }
    }

    /// The window shows this version, of which the gate has heard.
    pub(super) fn apply(&mut self, version: Version) {
        self.applied = Some(version);
        self.kept = self.kept.filter(|kept| kept.version > version);
    }

    /// The driver need keep nothing.
    pub(super) fn let_go(&mut self) {
        self.kept = None;
    }
}
