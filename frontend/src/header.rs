//! The top of a window, which says which one it is.

use leptos::prelude::*;

use crate::icons::{Glyph, Icon};

/// The window's mark, name and line of explanation, with its buttons at the end.
#[component]
pub(crate) fn Header(
    /// The window's mark.
    icon: Icon,
    /// The window's name.
    #[prop(into)]
    title: Signal<&'static str>,
    /// What the window is for.
    #[prop(into)]
    subtitle: Signal<&'static str>,
    /// The buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <header class="header">
            <span class="header-mark">
                <Glyph icon />
            </span>
            <div class="header-text">
                <h1>{title}</h1>
                <p>{subtitle}</p>
            </div>
            {children.map(|buttons| view! { <div class="header-buttons">{buttons()}</div> })}
        </header>
    }
}
