//! The quiet corner: is this window in sync, how new is its state, and if not, why.

use leptos::prelude::*;
use revgate_leptos::use_topic;
use revgate_leptos::{Status, Unsynced};
use revgate_settings::Settings;

use crate::icons::{Glyph, Icon};
use crate::labels::{Labels, use_labels};
#[cfg(feature = "machines")]
use crate::machines::use_unsynced;
use crate::window::has_backend;

/// The bottom of every window.
#[component]
pub(crate) fn StatusBar() -> impl IntoView {
    let settings = use_topic::<Settings>();
    let unsynced = use_unsynced();
    let labels = use_labels();
    let fault = move || {
        let error = settings.error().map(|error| (error.reason.clone(), error.to_string()));
        error.or_else(|| {
            let reason = unsynced.with(|it| refusal(it.as_ref()?).map(str::to_owned))?;
            Some((reason.clone(), reason))
        })
    };
    let word = move || match (settings.status(), unsynced.get()) {
        (Status::Live, Some(unsynced)) => unsynced_words(&unsynced, labels.get()),
        (status, _) => status_word(&status, labels.get()).to_owned(),
    };
    // Why, for who asks: being offline is nothing to be warned of.
    let offline = move || unsynced.with(|it| it.as_ref()?.offline.clone());

    view! {
        <footer class="status-bar" class:is-apart=move || unsynced.with(Option::is_some)>
            // The revision is outside: a screen reader should not read every step of a drag.
            <div class="status-words" role="status" aria-live="polite">
                <Show when=move || fault().is_some()>
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
                <span class="status-word" title=offline>{word}</span>
            </div>
            {move || {
                let version = settings.version()?;
                let title = format!("{} {version}", labels.get().revision);
                Some(view! { <span class="status-revision" title=title>"r" {version.revision.to_string()}</span> })
            }}
        </footer>
    }
}

/// There are no other machines.
#[cfg(not(feature = "machines"))]
fn use_unsynced() -> Signal<Option<Unsynced>> {
    Signal::stored(None)
}

/// Why this machine and the others do not have the same, if that is to last.
fn refusal(unsynced: &Unsynced) -> Option<&str> {
    unsynced.topics.values().find_map(|waiting| waiting.refused.as_deref())
}

fn unsynced_words(unsynced: &Unsynced, labels: &Labels) -> String {
    let offline = unsynced.offline.is_some().then_some(labels.offline);
    let waiting = match refusal(unsynced) {
        Some(_) => Some(labels.apart),
        None => (!unsynced.topics.is_empty()).then_some(labels.waiting),
    };
    offline.into_iter().chain(waiting).collect::<Vec<_>>().join(" · ")
}

fn status_word(status: &Status, labels: &Labels) -> &'static str {
    match status {
        Status::Loading => labels.loading,
        Status::Live => labels.live,
        Status::Retrying { .. } => labels.retrying,
        Status::Stopped => labels.stopped,
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use serde_json::{from_value, json};

    use super::unsynced_words;
    use crate::labels::Language;

    #[test]
    fn what_other_machines_lack_is_said_in_words() {
        let waiting = |refused: Option<&str>| json!({ "settings": { "changes": 2, "sinceMs": 1, "refused": refused } });
        for (offline, topics, words) in [
            (Some("gone"), json!({}), "Offline"),
            (Some("gone"), waiting(None), "Offline · Changes wait"),
            (None, waiting(None), "Changes wait"),
            (None, waiting(Some("too large")), "Not in sync"),
        ] {
            let unsynced = from_value(json!({ "offline": offline, "topics": topics }));
            let unsynced = unsynced.expect("as the backend says it");
            assert_eq!(unsynced_words(&unsynced, Language::English.labels()), words);
        }
    }
}
