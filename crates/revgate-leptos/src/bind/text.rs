//! The text of a field and the caret in it.

use leptos::prelude::*;
use revgate_client::TextEdit;
use web_sys::HtmlInputElement;

/// A field that text is typed in: `<input>`, or `<textarea>`, which has the same by the same names.
pub(super) struct Field<'a>(pub(super) &'a HtmlInputElement);

impl Field<'_> {
    /// Where the caret is, in characters; `None` where the browser does not tell, as of a number.
    pub(super) fn caret(&self) -> Option<usize> {
        let end = self.0.selection_end().ok().flatten()?;
        Some(characters(&self.0.value(), end))
    }

    /// Puts a text into the field, and leaves the caret, and what is selected, between the characters where
    /// they are.
    pub(super) fn set(&self, text: &str) {
        let before = self.0.value();
        if before == text {
            return;
        }
        // In some browsers, to select something is to focus it.
        let selection = self.is_focused().then(|| self.selection()).flatten();
        let scrolled = (self.0.scroll_top(), self.0.scroll_left());
        self.0.set_value(text);
        let Some((start, end, direction)) = selection else { return };
        let after = self.0.value();
        let moved = |unit| {
            let place = TextEdit::caret(&before, &after, characters(&before, unit));
            units(&after, place)
        };
        let set = self.0.set_selection_range_with_direction(moved(start), moved(end), &direction);
        if let Err(error) = set {
            tracing::debug!("the caret of a bound field moves: {error:?}");
        }
        self.0.set_scroll_top(scrolled.0);
        self.0.set_scroll_left(scrolled.1);
    }

    /// Whether it has the keyboard, or will have it when its window is in front again.
    fn is_focused(&self) -> bool {
        let is_active = document().active_element().is_some_and(|active| active == ***self.0);
        is_active || self.0.matches(":focus").unwrap_or_default()
    }

    fn selection(&self) -> Option<(u32, u32, String)> {
        let start = self.0.selection_start().ok().flatten()?;
        let end = self.0.selection_end().ok().flatten()?;
        let direction = self.0.selection_direction().ok().flatten();
        Some((start, end, direction.unwrap_or_else(|| "none".to_owned())))
    }
}

/// How many characters there are before so many UTF-16 units.
fn characters(text: &str, units: u32) -> usize {
    let ends = text.chars().scan(0, |end, char| {
        *end += char.len_utf16();
        Some(*end)
    });
    ends.take_while(|end| *end <= units as usize).count()
}

/// How many UTF-16 units so many characters are.
fn units(text: &str, characters: usize) -> u32 {
    text.chars().take(characters).map(|char| char.len_utf16() as u32).sum()
}
