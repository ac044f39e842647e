//! Which messages of windows still count, so that none that comes late brings back who has gone.

use alloc::borrow::ToOwned;
use alloc::collections::{BTreeMap, VecDeque};
use alloc::string::String;

use crate::action::{Seq, Source};

/// Who speaks for each window: of each page that is loaded another [`Source`], which numbers its
/// messages. The newest source of a window counts, and the newest of its messages; **a source that
/// has ended, with its page or as another has taken its place, is never heard again.**
///
/// It remembers the last [`Attendance::MOST_ENDED`] of those that have ended: a message would have
/// to be on its way while as many pages come and go, to be taken for one of a new page.
///
/// ```
/// use revgate::action::{Seq, Source};
/// use revgate::presence::Attendance;
///
/// let (page, next_page) = (Source::new(17), Source::new(5));
/// let mut attendance = Attendance::new();
/// assert!(attendance.admits("main", page, Seq::new(1)));
/// attendance.end("main");
/// assert!(!attendance.admits("main", page, Seq::new(2)), "the page was left meanwhile");
/// assert!(attendance.admits("main", next_page, Seq::new(1)));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Attendance {
    /// With the number of the last message.
    speaking: BTreeMap<String, (Source, Seq)>,
    /// The oldest first.
    ended: VecDeque<(String, Source)>,
}

impl Attendance {
    /// How many ended sources it remembers.
    pub const MOST_ENDED: usize = 1024;

    /// One that has heard nobody.
    pub const fn new() -> Self {
        Self { speaking: BTreeMap::new(), ended: VecDeque::new() }
    }

    /// Whether this message of `window` counts; if so, none before it does any more.
    pub fn admits(&mut self, window: &str, source: Source, seq: Seq) -> bool {
        if let Some((current, last)) = self.speaking.get_mut(window)
            && *current == source
        {
            let is_newer = seq > *last;
            *last = seq.max(*last);
            return is_newer;
        }
        if self.has_ended(window, source) {
            return false;
        }
        self.end(window);
        self.speaking.insert(window.to_owned(), (source, seq));
        true
    }

    /// The page of `window` has ended.
    pub fn end(&mut self, window: &str) {
        if let Some((window, (source, _))) = self.speaking.remove_entry(window) {
            if self.ended.len() == Self::MOST_ENDED {
                self.ended.pop_front();
            }
            self.ended.push_back((window, source));
        }
    }

    /// Whether anybody speaks for `window`.
    pub fn is_speaking(&self, window: &str) -> bool {
        self.speaking.contains_key(window)
    }

    fn has_ended(&self, window: &str, source: Source) -> bool {
        self.ended.iter().any(|(other, ended)| other == window && *ended == source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(attendance: &mut Attendance, window: &str, source: u64, seq: u64) -> bool {
        attendance.admits(window, Source::new(source), Seq::new(seq))
    }

    #[test]
    fn of_the_messages_of_a_page_the_newest_counts() {
        let mut attendance = Attendance::new();
        let heard = [1, 3, 2, 3, 4].map(|seq| admits(&mut attendance, "main", 7, seq));
        assert_eq!(heard, [true, true, false, false, true]);
        assert!(admits(&mut attendance, "settings", 7, 1), "another window");
    }

    #[test]
    fn a_page_that_has_ended_is_not_heard_again() {
        let mut attendance = Attendance::new();
        assert!(admits(&mut attendance, "main", 7, 1));
        attendance.end("main");
        assert!(!attendance.is_speaking("main"));
        assert!(!admits(&mut attendance, "main", 7, 2));
        assert!(!attendance.is_speaking("main"));
        assert!(admits(&mut attendance, "main", 8, 1));
        assert!(!admits(&mut attendance, "main", 7, 3), "nor beside the one that has followed");
        assert!(admits(&mut attendance, "settings", 7, 1), "of another window it is another");
        attendance.end("nobody");
    }

    #[test]
    fn who_takes_the_place_of_another_ends_it() {
        let mut attendance = Attendance::new();
        assert!(admits(&mut attendance, "main", 7, 9));
        assert!(admits(&mut attendance, "main", 8, 1));
        assert!(!admits(&mut attendance, "main", 7, 10));
        assert!(admits(&mut attendance, "main", 8, 2));
    }

    #[test]
    fn so_many_are_remembered_and_no_more() {
        let most = Attendance::MOST_ENDED as u64;
        let mut attendance = Attendance::new();
        for source in 0..=most {
            assert!(admits(&mut attendance, "main", source, 1));
        }
        attendance.end("main");
        assert_eq!(attendance.ended.len() as u64, most);
        for source in 1..=most {
            assert!(!admits(&mut attendance, "main", source, 2), "{source}");
        }
        assert!(admits(&mut attendance, "main", 0, 2), "too long ago to know");
    }
}
