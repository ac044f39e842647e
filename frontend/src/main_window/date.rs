//! The clock, and how a moment is written in the list of notes.

use js_sys::{Date, Object, Reflect};

use crate::labels::Language;

/// The time, in milliseconds since 1970.
pub(super) fn now_ms() -> u64 {
    // Whole and positive; a clock set before 1970 gives 0.
    Date::now() as u64
}

/// The time of day for a moment of today, else the day, as `language` writes it.
pub(super) fn short_date(ms: u64, language: Language) -> String {
    let moment = Date::new(&(ms as f64).into());
    let is_today = moment.to_date_string() == Date::new_0().to_date_string();
    let text = if is_today {
        let style = options(&[("hour", "numeric"), ("minute", "2-digit")]);
        moment.to_locale_time_string_with_options(language.tag(), &style)
    } else {
        let style = options(&[("day", "numeric"), ("month", "short")]);
        moment.to_locale_date_string(language.tag(), &style)
    };
    text.into()
}

fn options(pairs: &[(&str, &str)]) -> Object {
    let object = Object::new();
    // The digits of all other numbers in the windows.
    for (key, value) in pairs.iter().chain(&[("numberingSystem", "latn")]) {
        if let Err(error) = Reflect::set(&object, &(*key).into(), &(*value).into()) {
            tracing::warn!("a date is written without {key}: {error:?}");
        }
    }
    object
}
