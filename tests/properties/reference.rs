//! What a gate must and must not do, worked out anew each time from all that has happened.

use std::time::Duration;

use revgate::Version;
use revgate::gate::{FetchId, News, Settlement, Ticket};

use super::operation::Setup;

/// One thing that the driver saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    Started,
    Subscribing,
    SubscriptionFailed,
    Listening,
    SubscriptionEnded,
    Unsubscribed,
    Heard(Version, News),
    Offered(Version),
    Fetching(FetchId),
    /// The answer was handed in, or the fetch has timed out or was given up.
    FetchEnded(Option<Version>),
    /// A step has ended, and nothing has to be tried again.
    WentWell,
    /// A step has ended, and something is to be tried again.
    WentWrong,
    Applied(Version),
    ApplyFailed,
    Reported,
    Asked(Ticket),
    Settled(Ticket, Settlement),
    /// A resync begins, with the fetch that follows.
    Resyncing,
    Hidden,
    Shown,
    Stopped,
}

/// All that has happened, and when.
#[derive(Debug, Default)]
pub(crate) struct Log {
    facts: Vec<(Duration, Fact)>,
}

impl Log {
    pub(crate) fn push(&mut self, now: Duration, fact: Fact) {
        self.facts.push((now, fact));
    }

    pub(crate) fn has(&self, fact: Fact) -> bool {
        self.facts().any(|seen| seen == fact)
    }

    pub(crate) fn count(&self, is_counted: impl Fn(Fact) -> bool) -> usize {
        self.facts().filter(|fact| is_counted(*fact)).count()
    }

    fn facts(&self) -> impl DoubleEndedIterator<Item = Fact> {
        self.facts.iter().map(|(_, fact)| *fact)
    }

    /// Whether `this` has happened since `that` last did, or at all if `that` never did.
    fn since(&self, that: impl Fn(Fact) -> bool, this: impl Fn(Fact) -> bool) -> bool {
        self.facts().rev().take_while(|fact| !that(*fact)).any(this)
    }

    pub(crate) fn is_begun(&self) -> bool {
        self.has(Fact::Started) && !self.has(Fact::Stopped)
    }

    pub(crate) fn is_live(&self) -> bool {
        let ended = |fact| fact == Fact::SubscriptionEnded;
        self.since(ended, |fact| fact == Fact::Listening) && !self.has(Fact::Stopped)
    }

    /// Since when the gate waits to be subscribed.
    pub(crate) fn subscribing_since(&self) -> Option<Duration> {
        let ends =
            |fact| matches!(fact, Fact::SubscriptionFailed | Fact::Listening | Fact::Stopped);
        let mut open = self.facts.iter().rev().take_while(|(_, fact)| !ends(*fact));
        open.find(|(_, fact)| *fact == Fact::Subscribing).map(|(at, _)| *at)
    }

    /// Whether the driver holds a subscription.
    pub(crate) fn is_subscribed(&self) -> bool {
        let ends = |fact| matches!(fact, Fact::Unsubscribed | Fact::SubscriptionEnded);
        self.since(ends, |fact| fact == Fact::Listening)
    }

    pub(crate) fn applied(&self) -> Option<Version> {
        Self::applied_of(&self.facts)
    }

    fn applied_of(facts: &[(Duration, Fact)]) -> Option<Version> {
        let version = |(_, fact): &(Duration, Fact)| match *fact {
            Fact::Applied(version) => Some(version),
            _ => None,
        };
        facts.iter().filter_map(version).max()
    }

    /// The newest version known to exist.
    pub(crate) fn newest(&self) -> Option<Version> {
        Self::newest_of(&self.facts)
    }

    fn newest_of(facts: &[(Duration, Fact)]) -> Option<Version> {
        let version = |(_, fact): &(Duration, Fact)| match *fact {
            Fact::Heard(version, _) | Fact::Offered(version) => Some(version),
            Fact::FetchEnded(brought) => brought,
            _ => None,
        };
        facts.iter().filter_map(version).max()
    }

    /// Whether the window shows less than it knows to exist.
    pub(crate) fn is_missing(&self) -> bool {
        self.applied().is_none() || self.applied() < self.newest()
    }

    /// Whether the window was shown, its subscription ended, or a resync began, and no fetch begun
    /// since has gone well: its answer, and all that was known when it began, are what the window
    /// shows then.
    pub(crate) fn may_have_missed(&self) -> bool {
        Self::may_have_missed_of(&self.facts)
    }

    fn may_have_missed_of(facts: &[(Duration, Fact)]) -> bool {
        let doubts =
            |(_, fact): &_| matches!(fact, Fact::Shown | Fact::SubscriptionEnded | Fact::Resyncing);
        let doubt = facts.iter().rposition(doubts);
        let listening = facts.iter().position(|(_, fact)| *fact == Fact::Listening);
        // Before the window listens there is nothing to miss.
        let Some(doubt) = doubt.filter(|_| listening.is_some() && listening < doubt) else {
            return false;
        };
        let begins = |&index: &usize| matches!(facts[index], (_, Fact::Fetching(_)));
        !(doubt..facts.len()).filter(begins).any(|begin| Self::goes_well(facts, begin))
    }

    /// Whether the fetch that began at this index was answered, and left nothing wanting of what
    /// it brought or of what was known when it began.
    fn goes_well(facts: &[(Duration, Fact)], begin: usize) -> bool {
        let mut later = facts.iter().enumerate().skip(begin);
        let end = later.find(|(_, (_, fact))| matches!(fact, Fact::FetchEnded(_)));
        let Some((end, (_, Fact::FetchEnded(Some(brought))))) = end else { return false };
        // What it brought is applied before anything else happens.
        let applied = Self::applied_of(&facts[..facts.len().min(end + 2)]);
        Self::newest_of(&facts[..begin]).max(Some(*brought)) <= applied
    }

    pub(crate) fn is_hidden(&self) -> bool {
        self.since(|fact| fact == Fact::Shown, |fact| fact == Fact::Hidden)
    }

    pub(crate) fn is_paused(&self, setup: &Setup) -> bool {
        setup.pause_while_hidden && self.is_hidden() && self.applied().is_some()
    }

    /// The fetch that has neither been answered nor timed out, and when it began.
    pub(crate) fn in_flight(&self) -> Option<(Duration, FetchId)> {
        let ends = |fact| matches!(fact, Fact::FetchEnded(_) | Fact::Stopped);
        self.facts.iter().rev().take_while(|(_, fact)| !ends(*fact)).find_map(|&(at, fact)| {
            match fact {
                Fact::Fetching(id) => Some((at, id)),
                _ => None,
            }
        })
    }

    /// The last fetch but the one in flight.
    pub(crate) fn ended_fetch(&self) -> Option<FetchId> {
        let in_flight = self.in_flight().map(|(_, id)| id);
        self.facts().rev().find_map(|fact| match fact {
            Fact::Fetching(id) if Some(id) != in_flight => Some(id),
            _ => None,
        })
    }

    pub(crate) fn asked(&self) -> Ticket {
        self.facts()
            .filter_map(|fact| match fact {
                Fact::Asked(ticket) => Some(ticket),
                _ => None,
            })
            .max()
            .unwrap_or_default()
    }

    pub(crate) fn settled(&self) -> Ticket {
        self.facts()
            .filter_map(|fact| match fact {
                Fact::Settled(ticket, _) => Some(ticket),
                _ => None,
            })
            .max()
            .unwrap_or_default()
    }

    /// Why a fetch may begin now, before it is logged.
    pub(crate) fn cause_to_fetch(&self, setup: &Setup, now: Duration) -> Option<&'static str> {
        let began = |fact| matches!(fact, Fact::Fetching(_));
        if self.since(began, |fact| matches!(fact, Fact::Asked(_))) {
            return Some("a refresh was asked for");
        }
        if self.may_have_missed() {
            return Some("an announcement may have been missed");
        }
        let resync = setup.resync.map(Duration::from_millis);
        if resync.is_some_and(|interval| self.quiet_since() + interval <= now) {
            return Some(Self::RESYNC);
        }
        if !self.is_missing() {
            return None;
        }
        if !self.has_fetched() {
            return Some("nothing was fetched yet");
        }
        if self.since(began, |fact| fact == Fact::Reported) {
            return Some("something failed");
        }
        Some(Self::ANNOUNCED)
    }

    /// Whether the last fetch has failed, or brought less than was known when it began, so short a
    /// time ago that nothing but a refresh or a new subscription excuses another.
    pub(crate) fn is_disappointed(&self, now: Duration) -> bool {
        let ends = |(_, fact): &(Duration, Fact)| matches!(fact, Fact::FetchEnded(_));
        let begins = |(_, fact): &(Duration, Fact)| matches!(fact, Fact::Fetching(_));
        let Some(ended) = self.facts.iter().rposition(ends) else { return false };
        let known = match self.facts[ended] {
            (_, Fact::FetchEnded(None)) => ended,
            _ => self.facts.iter().rposition(begins).unwrap_or(0),
        };
        let has_failed = self.facts[ended].1 == Fact::FetchEnded(None);
        let is_missing = self.applied().is_none()
            || self.applied() < Self::newest_of(&self.facts[..known])
            || has_failed && Self::may_have_missed_of(&self.facts[..ended]);
        let begun = self.facts.iter().rposition(begins).unwrap_or(0);
        let is_asked = self.facts[begun..].iter().any(|(_, fact)| matches!(fact, Fact::Asked(_)));
        let is_excused =
            is_asked || self.facts[ended..].iter().any(|(_, it)| *it == Fact::Listening);
        is_missing && !is_excused && now < self.facts[ended].0 + Setup::SHORTEST_PAUSE
    }

    /// When a state was last applied, or a fetch ended and nothing had to be tried again.
    fn quiet_since(&self) -> Duration {
        let went_well = |step: &&[(Duration, Fact)]| {
            let has = |is: fn(Fact) -> bool| step.iter().any(|(_, fact)| is(*fact));
            let ended = has(|fact| matches!(fact, Fact::FetchEnded(_)));
            let is_quiet = step.last().is_some_and(|(_, fact)| *fact == Fact::WentWell);
            ended && is_quiet || has(|fact| matches!(fact, Fact::Applied(_)))
        };
        let ends = |(_, fact): &(Duration, Fact)| matches!(fact, Fact::WentWell | Fact::WentWrong);
        let last = self.facts.split_inclusive(ends).rfind(went_well);
        last.and_then(|step| step.last()).map_or(Duration::ZERO, |(at, _)| *at)
    }

    pub(crate) const RESYNC: &'static str = "a resync is due";

    /// The one cause that pacing holds back.
    pub(crate) const ANNOUNCED: &'static str = "a newer version was announced";

    fn has_fetched(&self) -> bool {
        self.facts().any(|fact| matches!(fact, Fact::Fetching(_)))
    }

    /// Whether the window was handed news of this version that fit on what it shows, and that no
    /// newer version has outdated.
    pub(crate) fn has_usable_news(&self, of: Version) -> bool {
        let fits = |news| match news {
            News::Version => false,
            News::State => true,
            News::Patch { base } => self.applied() == Some(base),
        };
        let heard =
            |fact| matches!(fact, Fact::Heard(version, news) if version == of && fits(news));
        self.newest() == Some(of) && self.facts().any(heard)
    }

    /// Whether a fetch began after the asking.
    pub(crate) fn was_fetched_for(&self, ticket: Ticket) -> bool {
        let mut later = self.facts().skip_while(|fact| *fact != Fact::Asked(ticket));
        later.any(|fact| matches!(fact, Fact::Fetching(_)))
    }

    /// Whether a fetch that began after the asking has been answered, and what it brought, or
    /// better, is shown.
    pub(crate) fn is_fresh_for(&self, ticket: Ticket) -> bool {
        let mut later = self.facts().skip_while(|fact| *fact != Fact::Asked(ticket));
        if !later.any(|fact| matches!(fact, Fact::Fetching(_))) {
            return false;
        }
        later.any(|fact| matches!(fact, Fact::FetchEnded(Some(brought)) if Some(brought) <= self.applied()))
    }
}
