//! Which window this page is shown in.

use leptos::prelude::window;
use revgate_leptos::window_label;

/// The app's windows, by their Tauri label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WindowKind {
    /// The note editor.
    Main,
    /// The settings.
    Settings,
}

impl WindowKind {
    /// The window that this page is in: by its label, or outside Tauri by the address's query.
    pub(crate) fn current() -> Self {
        if let Some(label) = window_label() {
            return Self::from_label(&label);
        }
        let query = window().location().search().unwrap_or_default();
        Self::from_query(&query)
    }

    /// The label, which is also the value of `data-window`.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Settings => "settings",
        }
    }

    fn from_label(label: &str) -> Self {
        if label == Self::Settings.as_str() { Self::Settings } else { Self::Main }
    }

    fn from_query(query: &str) -> Self {
        let mut pairs = query.trim_start_matches('?').split('&');
        let label = pairs.find_map(|pair| pair.strip_prefix("window="));
        Self::from_label(label.unwrap_or_default())
    }
}

/// Whether a Tauri backend is behind this page.
pub(crate) fn inside_tauri() -> bool {
    window_label().is_some()
}

/// Whether anything keeps the settings: a backend, or the tabs of a browser among themselves.
pub(crate) fn has_backend() -> bool {
    cfg!(feature = "tabs") || inside_tauri()
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::WindowKind;

    #[test]
    fn a_label_names_its_window() {
        for kind in [WindowKind::Main, WindowKind::Settings] {
            assert_eq!(WindowKind::from_label(kind.as_str()), kind);
        }
        assert_eq!(WindowKind::from_label("another"), WindowKind::Main);
    }

    #[test]
    fn a_query_picks_the_window_in_a_plain_browser() {
        for (query, kind) in [
            ("", WindowKind::Main),
            ("?", WindowKind::Main),
            ("?window=main", WindowKind::Main),
            ("?window=settings", WindowKind::Settings),
            ("?debug&window=settings", WindowKind::Settings),
            ("?window=", WindowKind::Main),
            ("?my-window=settings", WindowKind::Main),
        ] {
            assert_eq!(WindowKind::from_query(query), kind, "{query}");
        }
    }
}
