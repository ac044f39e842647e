//! Actions that were sent together: each is done once, and all have one answer.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::{Ledger, Recall, Seq, Source};
use crate::Version;
use crate::json::Fingerprint;
use crate::wire::{Acted, Refused, Reversal, Reverse, Unacted};

/// How an action has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome<E> {
    /// The version that has it, or that it was not done to.
    version: Version,
    refused: Option<Box<Unacted<E>>>,
}

/// What a backend goes through for the actions of one message: first it asks for each of them
/// whether it is [to be done](Self::admits), then it does those, then it has the [answer](Self::end).
#[derive(Clone, Debug)]
pub struct Round<E> {
    source: Source,
    /// The newest version that the source knew when it first sent the oldest of them.
    known: Version,
    /// The version that what is new is done to.
    base: Version,
    /// Whether none of them has been done before.
    is_first: bool,
    last: Option<Seq>,
    /// How those have ended that are not to be done now.
    ends: Vec<(Seq, Outcome<E>)>,
}

impl<E: Clone> Round<E> {
    /// Of actions that `source` has sent, to be done to the newest version, which is `base`. When it
    /// first sent the oldest of them, it knew the version `known`.
    pub const fn new(source: Source, known: Version, base: Version) -> Self {
        Self { source, known, base, is_first: true, last: None, ends: Vec::new() }
    }

    /// Whether this one, the next of the message, is to be done now: it is
    /// [new](Recall::New), and comes in its order.
    pub fn admits(&mut self, ledger: &Ledger<Outcome<E>>, seq: Seq) -> bool {
        let outcome = match ledger.recall(self.source, seq, self.known, self.base) {
            Recall::New if self.last < Some(seq) => {
                self.last = Some(seq);
                return true;
            }
            Recall::Known(outcome) => {
                self.is_first = false;
                outcome.clone()
            }
            Recall::New | Recall::Forgotten => {
                Outcome { version: self.base, refused: Some(Box::new(Unacted::Forgotten)) }
            }
        };
        self.ends.push((seq, outcome));
        false
    }

    /// Whether it is to be told how what is done now is taken back: the window may want to `undo` it,
    /// and has done it itself to another version. What others have done since it could then not tell
    /// from its own.
    pub fn tells(&self, undo: bool) -> bool {
        undo && self.known != self.base
    }

    /// Remembers how those have ended that were to be done, and answers all. Of what was done it can
    /// be said how it is [taken back](Self::tells). The state is now that of `version`, with this
    /// fingerprint if it has one.
    pub fn end(
        mut self,
        ledger: &mut Ledger<Outcome<E>>,
        version: Version,
        fingerprint: Option<Fingerprint>,
        ended: impl IntoIterator<Item = (Seq, Result<Option<Reverse<E>>, Unacted<E>>)>,
    ) -> Acted<E> {
        let mut reversals = Vec::new();
        for (seq, ended) in ended {
            let (how, refused) = ended.map_or_else(|why| (None, Some(why)), |how| (how, None));
            reversals.extend(how.map(|how| Reversal { seq, how }));
            let outcome = Outcome { version, refused: refused.map(Box::new) };
            ledger.record(self.source, seq, self.base, outcome.clone());
            self.ends.push((seq, outcome));
        }
        self.ends.sort_by_key(|(seq, _)| *seq);
        let newest = self.ends.iter().map(|(_, outcome)| outcome.version).max();
        let ends = self.ends.into_iter();
        let refused = ends.filter_map(|(seq, it)| it.refused.map(|why| Refused { seq, why: *why }));
        Acted {
            fingerprint: fingerprint.filter(|_| self.is_first),
            refused: refused.collect(),
            reversals,
            ..Acted::new(newest.unwrap_or(self.base), self.is_first.then_some(self.base))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Epoch, Revision};

    fn version(revision: u64) -> Version {
        Version::new(Epoch::default(), Revision::new(revision))
    }

    /// The answer to these, done to `base`, all but those that are refused.
    fn act(
        ledger: &mut Ledger<Outcome<u8>>,
        base: u64,
        seqs: &[u64],
        refused: &[u64],
    ) -> (Vec<u64>, Acted<u8>) {
        let mut round = Round::new(Source::new(1), version(0), version(base));
        let seqs = seqs.iter().copied();
        let new: Vec<_> = seqs.filter(|&seq| round.admits(ledger, Seq::new(seq))).collect();
        let end = |&seq: &u64| {
            let is_refused = refused.contains(&seq);
            (Seq::new(seq), if is_refused { Err(Unacted::Refused(7)) } else { Ok(None) })
        };
        let made = version(base + u64::from(!new.is_empty()));
        let print = crate::json::fingerprint(&base).ok();
        let acted = round.end(ledger, made, print, new.iter().map(end));
        (new, acted)
    }

    #[test]
    fn what_is_new_is_done_and_what_is_repeated_answered_as_it_was() {
        let mut ledger = Ledger::new();
        let (new, acted) = act(&mut ledger, 4, &[1, 2], &[2]);
        assert_eq!((new, acted.version(), acted.base), (vec![1, 2], version(5), Some(version(4))));
        assert!(acted.fingerprint.is_some());
        let refused = vec![Refused { seq: Seq::new(2), why: Unacted::Refused(7) }];
        assert_eq!(acted.refused, refused);

        let (new, acted) = act(&mut ledger, 9, &[1, 2], &[]);
        assert_eq!((new, acted.version(), acted.refused), (vec![], version(5), refused.clone()));
        assert_eq!((acted.base, acted.fingerprint), (None, None), "nobody can do the same");

        let (new, acted) = act(&mut ledger, 9, &[2, 3], &[]);
        assert_eq!((new, acted.version(), acted.refused), (vec![3], version(10), refused));
        assert_eq!((acted.base, acted.fingerprint), (None, None), "part of it was done before");
    }

    #[test]
    fn how_it_is_taken_back_is_told_once_and_only_of_what_was_done_to_a_version_not_named() {
        let round = |known| Round::<u8>::new(Source::new(1), version(known), version(4));
        assert!(round(3).tells(true));
        assert!(!round(4).tells(true) && !round(3).tells(false));
        let (mut ledger, mut round) = (Ledger::new(), round(3));
        assert!((1..=3).all(|seq| round.admits(&ledger, Seq::new(seq))));
        let ends = [Ok(Some(Reverse::Inverse(9))), Err(Unacted::Panicked), Ok(None)];
        let ends = (1..).map(Seq::new).zip(ends);
        let acted = round.end(&mut ledger, version(5), None, ends);
        let how = Reverse::Inverse(9);
        assert_eq!(acted.reversals, [Reversal { seq: Seq::new(1), how }]);
        assert_eq!(act(&mut ledger, 5, &[1, 2, 3], &[]).1.reversals, [], "it is not remembered");
    }

    #[test]
    fn what_comes_out_of_its_order_is_not_done_and_said_in_order() {
        let mut ledger = Ledger::new();
        let (new, acted) = act(&mut ledger, 4, &[3, 2, 3, 4], &[]);
        assert_eq!(new, [3, 4]);
        let told: Vec<_> = acted.refused.iter().map(|it| (it.seq, it.why.clone())).collect();
        assert_eq!(told, [2, 3].map(|seq| (Seq::new(seq), Unacted::Forgotten)));
        assert_eq!(act(&mut ledger, 5, &[], &[]).1.version(), version(5), "of nothing");
    }
}
