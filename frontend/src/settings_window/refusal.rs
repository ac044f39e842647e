//! Why what was set was refused, next to the control that it was set with.

use leptos::prelude::*;

/// The reason, while there is one, as the topic gives it.
#[component]
pub(super) fn Refusal(
    /// Why.
    of: impl Fn() -> Option<String> + Send + Sync + 'static,
) -> impl IntoView {
    view! {
        <p class="refusal" role="alert" lang="en" dir="auto">
            {of}
        </p>
    }
}
