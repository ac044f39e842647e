//! Notifications: a short word that something was done, gone by itself.

use leptos::prelude::*;
use revgate_leptos::use_topic;
use revgate_settings::Settings;

use super::desk::Desk;
use crate::icons::{Glyph, Icon};
use crate::labels::{Labels, isolated, use_labels};

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Toast {
    /// The notes were saved.
    Saved,
    /// The note with this title was deleted.
    Deleted(String),
}

impl Toast {
    fn icon(&self) -> Icon {
        match self {
            Self::Saved => Icon::Check,
            Self::Deleted(_) => Icon::Bin,
        }
    }

    fn words(&self, labels: &Labels) -> String {
        match self {
            Self::Saved => labels.notes_saved.to_owned(),
            Self::Deleted(title) if title.trim().is_empty() => {
                (labels.note_deleted)(labels.untitled)
            }
            Self::Deleted(title) => (labels.note_deleted)(&isolated(title)),
        }
    }
}

/// Where notifications appear, while the settings allow them.
#[component]
pub(super) fn ToastArea(desk: Desk) -> impl IntoView {
    let labels = use_labels();
    let enabled = use_topic::<Settings>().select(|settings| settings.notifications_enabled);

    view! {
        <div class="toast-area" role="status" aria-live="polite">
            {move || {
                let toast = desk.toast.get().filter(|_| enabled.get())?;
                Some(
                    view! {
                        <p class="toast">
                            <Glyph icon=toast.icon() />
                            <span>{toast.words(labels.get())}</span>
                        </p>
                    },
                )
            }}
        </div>
    }
}
