//! The news that an announcement brought, kept until the gate has it applied.

use json_patch::Patch;
use revgate::action::Told;
use revgate::wire::Payload;
use revgate::{Topic, Version};

use crate::{Announcement, Json};

type News<T> = Payload<T, Patch, Json>;

/// At most one: the one that the gate counts on.
pub(super) struct Kept<T> {
    news: Option<(Version, News<T>)>,
}

/// What to make a state of.
pub(super) enum Material<T> {
    State(T),
    /// To be made on the state of the version `base`.
    Patch {
        base: Version,
        patch: Patch,
    },
    /// To be done to the state of the version `base`.
    Actions {
        base: Version,
        actions: Vec<Told<Json>>,
    },
}

impl<T: Topic> Kept<T> {
    pub(super) fn new() -> Self {
        Self { news: None }
    }

    /// Keeps what came with the announcement of `version`, as the gate does: of two the newer, of
    /// the same version the one that can be applied to any.
    pub(super) fn keep(&mut self, announcement: Announcement<T>) {
        let Announcement { invalidation, payload: news, .. } = announcement;
        let version = invalidation.version();
        let outdated = match (&self.news, &news) {
            (_, News::None) => false,
            (None, _) => true,
            (Some((kept, _)), News::State(_)) => *kept <= version,
            (Some((kept, _)), News::Patch { .. } | News::Actions { .. }) => *kept < version,
        };
        if outdated {
            self.news = Some((version, news));
        }
    }

    /// Lets go of what the gate does not count on.
    pub(super) fn retain(&mut self, kept: Option<Version>) {
        self.news = self.news.take().filter(|(version, _)| Some(*version) == kept);
    }

    /// What the announcement of `version` brought.
    pub(super) fn take(&mut self, version: Version) -> Option<Material<T>> {
        match self.news.take() {
            Some((kept, News::State(state))) if kept == version => Some(Material::State(state)),
            Some((kept, News::Patch { base, patch })) if kept == version => {
                Some(Material::Patch { base, patch })
            }
            Some((kept, News::Actions { base, actions })) if kept == version => {
                Some(Material::Actions { base, actions })
            }
            _ => None,
        }
    }
}
