//! What a window shows, and whether all windows show the same.

use std::collections::BTreeMap;

use serde_json::Value;

/// Property → the attribute of `<html>` in which each window of the example app shows it.
pub const PROPERTIES: [(&str, &str); 9] = [
    ("theme", "data-theme"),
    ("language", "lang"),
    ("fontSize", "data-font-size"),
    ("notificationsEnabled", "data-notifications-enabled"),
    ("autoSave", "data-auto-save"),
    ("sidebarCollapsed", "data-sidebar-collapsed"),
    ("revision", "data-revision"),
    ("epoch", "data-epoch"),
    ("status", "data-status"),
];

/// What one window shows at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WindowState {
    /// The window's label.
    pub window: String,
    values: BTreeMap<String, String>,
}

impl WindowState {
    /// From the attributes of `<html>`, as a script returns them.
    #[must_use]
    pub fn from_attributes(window: &str, attributes: &Value) -> Self {
        let shown = PROPERTIES.iter().filter_map(|(property, attribute)| {
            let value = attributes[*attribute].as_str()?;
            Some(((*property).to_owned(), value.to_owned()))
        });
        Self { window: window.to_owned(), values: shown.collect() }
    }

    /// The value of a property, or an empty text if the window does not show it.
    #[must_use]
    pub fn value(&self, property: &str) -> &str {
        self.values.get(property).map_or("", String::as_str)
    }

    /// The revision, or `None` as long as the window has none.
    #[must_use]
    pub fn revision(&self) -> Option<u64> {
        self.value("revision").parse().ok()
    }
}

/// The first difference between what the windows show and what they should, in words; `None` if
/// every window is live, shows the wanted values, and shows in all else the same as the others.
#[must_use]
pub fn disagreement(states: &[WindowState], wanted: &[(&str, &str)]) -> Option<String> {
    let Some(first) = states.first() else { return Some("no window is open".into()) };
    let differs = |state: &WindowState, property: &str, wanted: &str, why: &str| {
        let seen = state.value(property);
        let window = &state.window;
        (seen != wanted).then(|| {
            format!(
                "window `{window}`, property `{property}`: wanted `{wanted}`{why}, seen `{seen}`"
            )
        })
    };
    for state in states {
        let wanted = wanted.iter().chain(&[("status", "live")]);
        for (property, value) in wanted {
            if let Some(difference) = differs(state, property, value, "") {
                return Some(difference);
            }
        }
    }
    let why = format!(" as in window `{}`", first.window);
    let pairs = states[1..].iter().flat_map(|state| PROPERTIES.map(|(name, _)| (state, name)));
    pairs.into_iter().find_map(|(state, name)| differs(state, name, first.value(name), &why))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn state(window: &str, theme: &str, revision: &str, status: &str) -> WindowState {
        let attributes =
            json!({ "data-theme": theme, "data-revision": revision, "data-status": status });
        WindowState::from_attributes(window, &attributes)
    }

    #[test]
    fn equal_live_windows_agree() {
        let states = [state("main", "dark", "4", "live"), state("settings", "dark", "4", "live")];
        assert_eq!(disagreement(&states, &[("theme", "dark")]), None);
        assert_eq!(states[0].revision(), Some(4));
    }

    #[test]
    fn a_difference_names_window_property_wanted_and_seen() {
        let states = [state("main", "light", "3", "live"), state("settings", "dark", "4", "live")];
        let text = disagreement(&states, &[("theme", "dark")]).expect("they differ");
        assert_eq!(text, "window `main`, property `theme`: wanted `dark`, seen `light`");
        let text = disagreement(&states, &[]).expect("they differ");
        assert_eq!(
            text,
            "window `settings`, property `theme`: wanted `light` as in window `main`, seen `dark`"
        );
    }

    #[test]
    fn a_window_that_is_not_live_does_not_agree() {
        let states = [state("main", "dark", "4", "retrying")];
        let text = disagreement(&states, &[]).expect("it retries");
        assert_eq!(text, "window `main`, property `status`: wanted `live`, seen `retrying`");
        assert!(disagreement(&[], &[]).is_some(), "no window is no agreement");
    }
}
