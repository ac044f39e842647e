//! The quiet corner: is this window in sync, how new is its state, and if not, why.

use leptos::prelude::*;
use revgate_leptos::Status;
use revgate_leptos::use_topic;
use revgate_settings::Settings;

use crate::icons::{Glyph, Icon};
use crate::labels::{Labels, use_labels};
use crate::window::has_backend;

/// The bottom of every window.
#[component]
pub(crate) fn StatusBar() -> impl IntoView {
    let settings = use_topic::<Settings>();
    let labels = use_labels();
    let fault = move || {
        let error = settings.error()?;
        Some((error.reason.clone(), error.to_string()))
    };

    view! {
        <footer class="status-bar">
            // The revision is outside: a screen reader should not read every step of a drag.
            <div class="status-words" role="status" aria-live="polite">
                <Show when=move || settings.error().is_some()>
                    <p class="status-fault">
                        <Glyph icon=Icon::Warning />
                        <span>
                            {move || (!has_backend()).then(|| labels.get().no_backend)}
                            <span class="status-reason" lang="en" dir="auto" title=move || fault().map(|(_, whole)| whole)>
                                {move || fault().map(|(reason, _)| reason)}
                            </span>
                        </span>
                    </p>
                </Show>
                <span class="status-dot" aria-hidden="true"></span>
                <span class="status-word">{move || status_word(&settings.status(), labels.get())}</span>
            </div>
            {move || {
                let version = settings.version()?;
                let title = format!("{} {version}", labels.get().revision);
                Some(view! { <span class="status-revision" title=title>"r" {version.revision.to_string()}</span> })
            }}
        </footer>
    }
}

fn status_word(status: &Status, labels: &Labels) -> &'static str {
    match status {
        Status::Loading => labels.loading,
        Status::Live => labels.live,
        Status::Retrying { .. } => labels.retrying,
        Status::Stopped => labels.stopped,
    }
}
