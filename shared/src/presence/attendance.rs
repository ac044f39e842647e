//! Which messages of windows still count, so that none that comes late brings back who has gone.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::string::String;
use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::action::Seq;
use crate::version::{NumberFault, ParseNumberError, canonical_number, parse_canonical};

/// The stay of a page in its window, by the number that the backend has given it: greater than that
/// of any before. On the wire it is a canonical decimal string, as a [`Revision`](crate::Revision)
/// is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Visit(u64);

canonical_number!(Visit, "a visit as a canonical decimal string, such as \"42\"");

/// Who speaks for each window: a page in its [`Visit`], whose messages it numbers. **A visit ends
/// with its page, whether that has said anything or not**; what is said in one that has ended, or in
/// none, does not count, and is answered with a new visit. A page that is there says it again in
/// that. One that is gone hears no answer.
///
/// So it does not matter in which order the messages of pages and their ends arrive, nor whether a
/// page was taken for gone by mistake: it is heard again with its next message.
///
/// ```
/// use revgate::action::Seq;
/// use revgate::presence::{Attendance, Heard};
///
/// let mut attendance = Attendance::new(0);
/// let Heard::Outside(visit) = attendance.hear("main", None, Seq::new(1)) else { panic!("new") };
/// assert_eq!(attendance.hear("main", Some(visit), Seq::new(2)), Heard::Counts);
///
/// attendance.end("main");
/// let late = attendance.hear("main", Some(visit), Seq::new(3));
/// assert!(matches!(late, Heard::Outside(_)), "the page was left meanwhile");
/// ```
#[derive(Clone, Debug)]
pub struct Attendance {
    /// The last number that was given, to a visit or to the end of one.
    last: u64,
    windows: BTreeMap<String, Window>,
    /// The newest end of those that are not remembered. **Not below any of them.**
    forgotten: u64,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    /// When its last page ended: visits up to this number are over.
    ended: u64,
    /// Who speaks for it since, and the number of the last message.
    speaker: Option<(Visit, Seq)>,
}

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It counts, and none before it does any more. So it does if it comes once more.
    Counts,
    /// Something newer has been said: in a later visit, by another part of the page, or by a later
    /// message.
    Overtaken,
    /// It was said in no visit, or in one that is over: it counts if it is said again in this one.
    Outside(Visit),
}

impl Attendance {
    /// How many windows it remembers the ends of. Of those that tell nothing and ended before, all
    /// pages that are there are given a new visit.
    pub const MOST_WINDOWS: usize = 1024;

    /// One that has heard nobody. `first` is a random number, or one that no other life of the topic
    /// has come to: so that no visit of that is taken for one of this.
    pub const fn new(first: u64) -> Self {
        Self { last: first, windows: BTreeMap::new(), forgotten: first }
    }

    /// What becomes of this message of `window`.
    pub fn hear(&mut self, window: &str, visit: Option<Visit>, seq: Seq) -> Heard {
        let known = self.windows.get(window);
        let ended = known.map_or(self.forgotten, |window| window.ended);
        let is_under_way = |visit: &Visit| ended < visit.0 && visit.0 <= self.last;
        let Some(visit) = visit.filter(is_under_way) else {
            return Heard::Outside(Visit(self.next()));
        };
        if known.and_then(|window| window.speaker).is_some_and(|last| (visit, seq) < last) {
            return Heard::Overtaken;
        }
        let speaking = Window { ended, speaker: Some((visit, seq)) };
        self.windows.insert(window.to_owned(), speaking);
        Heard::Counts
    }

    /// The page of `window` has ended. Whether anybody has spoken for it.
    pub fn end(&mut self, window: &str) -> bool {
        let over = Window { ended: self.next(), speaker: None };
        let before = self.windows.insert(window.to_owned(), over);
        self.forget();
        before.is_some_and(|window| window.speaker.is_some())
    }

    /// Whether anybody speaks for `window`.
    pub fn is_speaking(&self, window: &str) -> bool {
        self.windows.get(window).is_some_and(|window| window.speaker.is_some())
    }

    /// The last number that was given.
    pub const fn last(&self) -> u64 {
        self.last
    }

    fn next(&mut self) -> u64 {
        // No topic lives to see the last one.
        self.last = self.last.saturating_add(1);
        self.last
    }

    /// Lets go of the oldest end, if there are too many.
    fn forget(&mut self) {
        if self.windows.len() <= Self::MOST_WINDOWS {
            return;
        }
        let silent = self.windows.iter().filter(|(_, window)| window.speaker.is_none());
        let oldest = silent.min_by_key(|(_, window)| window.ended).map(|(label, _)| label.clone());
        if let Some(Window { ended, .. }) = oldest.and_then(|label| self.windows.remove(&label)) {
            self.forgotten = self.forgotten.max(ended);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the window says in this visit, as the message of this number.
    fn say(attendance: &mut Attendance, window: &str, visit: Visit, seq: u64) -> Heard {
        attendance.hear(window, Some(visit), Seq::new(seq))
    }

    fn visit(attendance: &mut Attendance, window: &str) -> Visit {
        match attendance.hear(window, None, Seq::new(1)) {
            Heard::Outside(visit) => visit,
            heard => panic!("said in no visit: {heard:?}"),
        }
    }

    #[test]
    fn of_the_messages_of_a_page_the_newest_counts_and_as_often_as_it_comes() {
        let mut attendance = Attendance::new(0);
        let main = visit(&mut attendance, "main");
        let heard = [2, 4, 3, 4, 5].map(|seq| say(&mut attendance, "main", main, seq));
        use Heard::{Counts, Overtaken};
        assert_eq!(heard, [Counts, Counts, Overtaken, Counts, Counts]);
        let settings = visit(&mut attendance, "settings");
        assert_eq!(say(&mut attendance, "settings", settings, 1), Counts, "another window");
    }

    #[test]
    fn what_is_said_in_no_visit_changes_nothing() {
        let mut attendance = Attendance::new(0);
        let first = visit(&mut attendance, "main");
        assert!(!attendance.is_speaking("main"));
        assert!(first < visit(&mut attendance, "main"));
        let of_another_life = Visit(7);
        for foreign in [of_another_life, Visit(0), Visit(u64::MAX)] {
            assert!(matches!(say(&mut attendance, "main", foreign, 9), Heard::Outside(_)));
            assert!(!attendance.is_speaking("main"));
        }
        assert_eq!(say(&mut attendance, "main", first, 2), Heard::Counts);
    }

    #[test]
    fn a_page_that_has_ended_is_not_heard_whether_it_had_spoken_or_not() {
        let mut attendance = Attendance::new(0);
        let (spoke, silent) = (visit(&mut attendance, "main"), visit(&mut attendance, "main"));
        assert_eq!(say(&mut attendance, "main", spoke, 2), Heard::Counts);
        let other = visit(&mut attendance, "settings");
        assert!(attendance.end("main"));
        assert!(!attendance.end("main"), "nobody has spoken since");
        for page in [spoke, silent] {
            assert!(matches!(say(&mut attendance, "main", page, 9), Heard::Outside(_)));
            assert!(!attendance.is_speaking("main"));
        }
        let next = visit(&mut attendance, "main");
        assert_eq!(say(&mut attendance, "main", next, 1), Heard::Counts);
        assert!(matches!(say(&mut attendance, "main", spoke, 10), Heard::Outside(_)));
        assert!(attendance.is_speaking("main"));
        assert_eq!(say(&mut attendance, "settings", other, 2), Heard::Counts, "it is still there");
    }

    #[test]
    fn who_has_come_later_takes_the_place_of_another_in_the_same_page() {
        let mut attendance = Attendance::new(0);
        let (first, second) = (visit(&mut attendance, "main"), visit(&mut attendance, "main"));
        assert_eq!(say(&mut attendance, "main", first, 9), Heard::Counts);
        assert_eq!(say(&mut attendance, "main", second, 1), Heard::Counts);
        assert_eq!(say(&mut attendance, "main", first, 10), Heard::Overtaken);
        assert_eq!(say(&mut attendance, "main", second, 2), Heard::Counts);
    }

    #[test]
    fn an_end_that_is_no_longer_remembered_has_still_ended_the_page() {
        let mut attendance = Attendance::new(0);
        let stays = visit(&mut attendance, "stays");
        assert_eq!(say(&mut attendance, "stays", stays, 2), Heard::Counts);
        let gone = visit(&mut attendance, "window-0");
        for window in 0..2 * Attendance::MOST_WINDOWS {
            attendance.end(&alloc::format!("window-{window}"));
        }
        assert_eq!(attendance.windows.len(), Attendance::MOST_WINDOWS);
        assert!(!attendance.windows.contains_key("window-0"));
        assert!(matches!(say(&mut attendance, "window-0", gone, 2), Heard::Outside(_)));
        assert_eq!(
            say(&mut attendance, "stays", stays, 3),
            Heard::Counts,
            "whoever speaks is kept"
        );
        let here = visit(&mut attendance, "window-0");
        assert_eq!(say(&mut attendance, "window-0", here, 3), Heard::Counts);
    }

    #[test]
    fn a_visit_of_another_life_of_the_topic_is_none_of_this() {
        let mut before = Attendance::new(40);
        let old = visit(&mut before, "main");
        let mut attendance = Attendance::new(before.last());
        let _ = [visit(&mut attendance, "main"), visit(&mut attendance, "main")];
        assert!(matches!(say(&mut attendance, "main", old, 9), Heard::Outside(_)));
    }
}
