//! What the settings window edits.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use oxilangtag::LanguageTag;
use revgate::{Invalid, Topic};
use serde::{Deserialize, Serialize};

/// What the settings window edits and the main window follows.
///
/// ```
/// use revgate::Topic;
/// use revgate_settings::Settings;
///
/// let settings = Settings { font_size: 100, ..Settings::default() };
/// let fault = settings.validate().unwrap_err();
/// assert_eq!(fault.to_string(), "fontSize: 100 is not within 8 to 72");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// Light, dark, or as the desktop has it. Default: system.
    pub theme: Theme,
    /// A BCP 47 language tag. Default: `en`.
    pub language: String,
    /// In CSS pixels, within [`Settings::FONT_SIZE`]. Default: 14.
    pub font_size: u32,
    /// Whether the app shows notifications. Default: yes.
    pub notifications_enabled: bool,
    /// Whether notes are saved while they are typed. Default: yes.
    pub auto_save: bool,
    /// Whether the side bar is folded away. Default: no.
    pub sidebar_collapsed: bool,
}

/// The look of the windows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
    /// As the desktop has it.
    #[default]
    System,
}

impl Settings {
    /// The font sizes allowed, in CSS pixels.
    pub const FONT_SIZE: RangeInclusive<u32> = 8..=72;
}

impl Theme {
    /// The name on the wire: `light`, `dark` or `system`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::System => "system",
        }
    }
}

impl fmt::Display for Theme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Theme {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let all = [Self::Light, Self::Dark, Self::System];
        let found = all.into_iter().find(|theme| theme.as_str() == name);
        found.ok_or_else(|| format!("`{name}` is no theme: light, dark or system"))
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Theme::System,
            language: "en".to_owned(),
            font_size: 14,
            notifications_enabled: true,
            auto_save: true,
            sidebar_collapsed: false,
        }
    }
}

impl Topic for Settings {
    const NAME: &'static str = "settings";

    fn validate(&self) -> Result<(), Invalid> {
        let (low, high) = (Self::FONT_SIZE.start(), Self::FONT_SIZE.end());
        if !Self::FONT_SIZE.contains(&self.font_size) {
            let reason = format!("{} is not within {low} to {high}", self.font_size);
            return Err(Invalid::new("fontSize", reason));
        }
        match LanguageTag::parse(self.language.as_str()) {
            Ok(_) => Ok(()),
            Err(error) => {
                let reason = format!("`{}` is not a BCP 47 language tag: {error}", self.language);
                Err(Invalid::new("language", reason))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_the_reference_documents() {
        let json = serde_json::to_string(&Settings::default()).expect("plain data");
        assert_eq!(
            json,
            r#"{"theme":"system","language":"en","fontSize":14,"notificationsEnabled":true,"autoSave":true,"sidebarCollapsed":false}"#
        );
    }

    #[test]
    fn a_theme_is_called_what_it_is_on_the_wire() {
        for theme in [Theme::Light, Theme::Dark, Theme::System] {
            let json = serde_json::to_value(theme).expect("plain data");
            assert_eq!(theme.as_str(), json);
            assert_eq!(theme.to_string().parse(), Ok(theme));
        }
        assert!("dusk".parse::<Theme>().is_err());
    }

    #[test]
    fn the_font_size_has_bounds() {
        for (size, valid) in [(7, false), (8, true), (72, true), (73, false)] {
            let settings = Settings { font_size: size, ..Settings::default() };
            assert_eq!(settings.validate().is_ok(), valid, "{size}");
        }
    }

    #[test]
    fn the_language_is_a_bcp_47_tag() {
        for (tag, valid) in [
            ("en", true),
            ("pt-BR", true),
            ("zh-Hant-TW", true),
            ("", false),
            ("e n", false),
            ("english_us", false),
        ] {
            let settings = Settings { language: tag.to_owned(), ..Settings::default() };
            assert_eq!(settings.validate().is_ok(), valid, "{tag}");
        }
    }
}
