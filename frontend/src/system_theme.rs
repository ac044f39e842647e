//! Whether the desktop prefers a dark look, followed while the window is open.

use leptos::prelude::*;
use revgate_settings::Theme;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{MediaQueryList, MediaQueryListEvent};

/// Whether `theme` is dark, here and now: `system` is as the desktop has it.
pub(crate) fn use_is_dark(theme: Memo<Theme>) -> Memo<bool> {
    let system_is_dark = use_system_is_dark();
    Memo::new(move |_| match theme.get() {
        Theme::Light => false,
        Theme::Dark => true,
        Theme::System => system_is_dark.get(),
    })
}

/// `false` where the browser cannot tell.
fn use_system_is_dark() -> ReadSignal<bool> {
    let (dark, set_dark) = signal(false);
    let Ok(Some(query)) = window().match_media("(prefers-color-scheme: dark)") else {
        return dark;
    };
    set_dark.set(query.matches());
    // Kept by the component that asked, and dropped with it.
    StoredValue::new_local(Watch::new(query, set_dark));
    dark
}

/// A listener on the media query, removed on drop.
struct Watch {
    query: MediaQueryList,
    listener: Closure<dyn FnMut(MediaQueryListEvent)>,
}

impl Watch {
    fn new(query: MediaQueryList, set_dark: WriteSignal<bool>) -> Self {
        let listener =
            Closure::new(move |event: MediaQueryListEvent| set_dark.set(event.matches()));
        if let Err(error) =
            query.add_event_listener_with_callback("change", listener.as_ref().unchecked_ref())
        {
            tracing::warn!("the desktop's look is not followed: {error:?}");
        }
        Self { query, listener }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let listener = self.listener.as_ref().unchecked_ref();
        if let Err(error) = self.query.remove_event_listener_with_callback("change", listener) {
            tracing::warn!("a listener on the desktop's look stays behind: {error:?}");
        }
    }
}
