//! What the window's edits and what lies beneath them come to, in words that are equal for two that
//! will behave alike.

use std::fmt::Write;
use std::rc::Rc;

use revgate::Topic;

use super::Layer;
use super::Optimistic;
use super::edit::Play;

impl<T: Topic> Optimistic<T> {
    /// `name` tells edits apart, by what they do.
    pub(crate) fn digest(&self, name: impl Fn(&Rc<Play<T>>) -> u8) -> String {
        let mut words = format!("{} {:?} {}", self.in_flight, self.base, self.suspects);
        for layer in [self.newest.as_ref(), self.beneath.as_ref(), self.top()] {
            words += &layer.map_or_else(|| " -".to_owned(), |layer| layer.digest());
        }
        // A `String` takes whatever is written to it.
        for (version, step) in &self.confirmed {
            let _ = write!(words, " {}@{version}", name(&step.play));
        }
        for edit in &self.edits {
            let _ = write!(words, " {}?{:?}", name(&edit.change), edit.sent());
        }
        words
    }
}

impl<T: Topic> Layer<T> {
    fn digest(&self) -> String {
        let data = serde_json::to_string(&*self.data).unwrap_or_default();
        format!(" {}={data}", self.version)
    }
}
