//! What went wrong in the main window. Not a notification: it is shown whether those are on or off,
//! and stays until it is put right or dismissed.

use leptos::prelude::*;
use thiserror::Error;

use super::desk::Desk;
use crate::icons::{Glyph, Icon};
use crate::labels::{Labels, use_labels};

/// What went wrong, with the reason as the browser or the backend gave it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum Trouble {
    /// The notes are not saved.
    #[error("the notes are not saved: {0}")]
    Save(String),
    /// The stored notes are unreadable, and were set aside.
    #[error("the stored notes are unreadable: {0}")]
    Load(String),
    /// The settings window does not open.
    #[error("the settings window does not open: {0}")]
    SettingsWindow(String),
}

impl Trouble {
    /// Over once the notes are saved.
    pub(super) fn is_about_saving(&self) -> bool {
        matches!(self, Self::Save(_))
    }

    /// Over once the settings window opens.
    pub(super) fn is_about_the_settings_window(&self) -> bool {
        matches!(self, Self::SettingsWindow(_))
    }

    fn words(&self, labels: &Labels) -> &'static str {
        match self {
            Self::Save(_) => labels.save_failed,
            Self::Load(_) => labels.load_failed,
            Self::SettingsWindow(_) => labels.open_settings_failed,
        }
    }

    fn reason(&self) -> String {
        match self {
            Self::Save(reason) | Self::Load(reason) | Self::SettingsWindow(reason) => {
                reason.clone()
            }
        }
    }
}

/// The message, while there is one.
#[component]
pub(super) fn TroubleBar(desk: Desk) -> impl IntoView {
    let labels = use_labels();

    view! {
        <div role="alert">
            {move || {
                let trouble = desk.trouble.get()?;
                Some(
                    view! {
                        <div class="trouble">
                            <Glyph icon=Icon::Warning />
                            <p>
                                {trouble.words(labels.get())} " "
                                <span class="trouble-reason" lang="en" dir="auto">
                                    {trouble.reason()}
                                </span>
                            </p>
                            <button
                                type="button"
                                class="icon-button"
                                aria-label=labels.get().dismiss
                                title=labels.get().dismiss
                                on:click=move |_| desk.trouble.set(None)
                            >
                                <Glyph icon=Icon::Cross />
                            </button>
                        </div>
                    },
                )
            }}
        </div>
    }
}
