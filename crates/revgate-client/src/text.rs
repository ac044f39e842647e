//! What somebody has done to a text, made on whatever others have made of it meanwhile.

mod hunks;
#[cfg(test)]
mod tests;

use std::ops::Range;

use self::hunks::hunks;

/// One change of a text: what was typed, pasted or deleted, and in which text.
///
/// A control that wrote its whole text with each key stroke would overwrite what another window has typed
/// meanwhile. An edit says what was done instead, and [`apply`](Self::apply) does it to whatever has become
/// of the text: **no character is lost that anybody has typed**.
///
/// ```ignore-wasm32,standalone_crate
/// use revgate_client::TextEdit;
///
/// let edit = TextEdit::between("A note", "A short note", None).expect("they differ");
/// assert_eq!(edit.apply("A note of mine"), "A short note of mine");
/// ```
///
/// Positions count characters; a browser counts UTF-16 units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    base: Vec<char>,
    removed: Range<usize>,
    inserted: Vec<char>,
}

impl TextEdit {
    /// What makes `now` of `base`; `None` if they are the same. `caret` is where the caret stands after it:
    /// nothing behind it was typed, which tells where in `aa` the last `a` was.
    #[must_use]
    pub fn between(base: &str, now: &str, caret: Option<usize>) -> Option<Self> {
        if base == now {
            return None;
        }
        let (base, now): (Vec<_>, Vec<_>) = (base.chars().collect(), now.chars().collect());
        let behind = caret.map_or(now.len(), |caret| now.len().saturating_sub(caret));
        let suffix = common(base.iter().rev(), now.iter().rev()).min(behind);
        let room = base.len().min(now.len()) - suffix;
        let prefix = common(base.iter(), now.iter()).min(room);
        let inserted = now[prefix..now.len() - suffix].to_vec();
        Some(Self { removed: prefix..base.len() - suffix, inserted, base })
    }

    /// What becomes of `text`, which others have made of the text that this was made in: what was deleted
    /// goes, as far as it is still there, and what was typed stands where it was typed, behind what others
    /// have typed at that place.
    #[must_use]
    pub fn apply(&self, text: &str) -> String {
        let text: Vec<_> = text.chars().collect();
        let mut hunks = hunks(&self.base, &text).into_iter().peekable();
        let mut made = String::with_capacity(text.len() + self.inserted.len());
        let mut gone_to = 0;
        for place in 0..=self.base.len() {
            if let Some(hunk) = hunks.next_if(|hunk| hunk.old.start == place) {
                made.extend(&text[hunk.new]);
                gone_to = hunk.old.end;
            }
            if place == self.removed.start {
                made.extend(&self.inserted);
            }
            if place >= gone_to && !self.removed.contains(&place) {
                made.extend(self.base.get(place));
            }
        }
        made
    }

    /// Where a caret that stands at `position` of `from` belongs when that has become `to`: between the same
    /// characters, and before what others have inserted right there, so that who types goes on where they
    /// were.
    ///
    /// ```ignore-wasm32,standalone_crate
    /// use revgate_client::TextEdit;
    ///
    /// assert_eq!(TextEdit::caret("note", "A note", 4), 6);
    /// assert_eq!(TextEdit::caret("note", "note of mine", 4), 4);
    /// ```
    #[must_use]
    pub fn caret(from: &str, to: &str, position: usize) -> usize {
        let (from, to): (Vec<_>, Vec<_>) = (from.chars().collect(), to.chars().collect());
        let hunks = hunks(&from, &to);
        match hunks.iter().rev().find(|hunk| hunk.old.start < position) {
            None => position,
            Some(hunk) if position < hunk.old.end => {
                hunk.new.end.min(hunk.new.start + position - hunk.old.start)
            }
            Some(hunk) => hunk.new.end + position - hunk.old.end,
        }
    }
}

/// How many of the first characters are the same.
fn common<'a>(one: impl Iterator<Item = &'a char>, other: impl Iterator<Item = &'a char>) -> usize {
    one.zip(other).take_while(|(one, other)| one == other).count()
}
