//! A field for a document's title, to be typed in.

use leptos::mount::mount_to_body;
use leptos::prelude::*;
use revgate_leptos::{bind, use_topic_of};

use crate::topics::Doc;

/// Shows the field once the document of this key is there, for as long as the page is.
pub(crate) fn show(key: String) {
    mount_to_body(move || view! { <Suspense>{field(&key)}</Suspense> });
}

fn field(key: &str) -> impl IntoView + use<> {
    let doc = use_topic_of::<Doc>(key).ok()?;
    let title = doc.bind_text(|doc| doc.title.clone(), |doc, title| doc.title = title);
    Some(view! {
        <input use:bind=title />
        <output>{move || doc.pending().to_string()}</output>
    })
}
