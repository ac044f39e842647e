//! What pacing means, in the plainest way: each millisecond, look back at all that has happened.

use proptest::prelude::*;
use revgate::Pacing;

use super::ms;

/// A [`Pacing`] whose options can be read, in milliseconds.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) debounce: u64,
    pub(crate) max_wait: Option<u64>,
    pub(crate) throttle: u64,
    pub(crate) leading: Option<bool>,
}

/// What happens to a stream of events.
#[derive(Clone, Debug)]
pub(crate) struct Traffic {
    /// When they come, in order.
    pub(crate) events: Vec<u64>,
    /// How long the window is busy with each delivery, and takes no other.
    pub(crate) busy: u64,
    /// Whether a timer goes off before the events of the same millisecond.
    pub(crate) timer_first: bool,
}

impl Plan {
    /// Options that make sense together.
    pub(crate) fn any() -> impl Strategy<Value = Self> {
        let (debounce, throttle) = (prop_oneof![Just(0), 1..20u64], prop_oneof![Just(0), 1..40u64]);
        let extra = proptest::option::of(0..60u64);
        let leading = proptest::option::of(any::<bool>());
        (debounce, extra, throttle, leading).prop_map(|(debounce, extra, throttle, leading)| Self {
            debounce,
            max_wait: extra.filter(|_| debounce > 0).map(|extra| debounce + extra),
            throttle,
            leading: leading.filter(|_| debounce + throttle > 0),
        })
    }

    pub(crate) fn pacing(&self) -> Pacing {
        let pacing = Pacing::debounce(ms(self.debounce)).throttle(ms(self.throttle));
        let pacing = self.max_wait.map_or(pacing.clone(), |limit| pacing.max_wait(ms(limit)));
        self.leading.map_or(pacing.clone(), |at_once| pacing.leading(at_once))
    }

    pub(crate) fn longest_wait(&self) -> u64 {
        self.max_wait.unwrap_or(10 * self.debounce)
    }

    /// When the events are delivered.
    pub(crate) fn simulate(&self, traffic: &Traffic) -> Vec<u64> {
        let mut past = Past::default();
        let end = traffic
            .events
            .last()
            .map_or(0, |last| last + self.longest_wait().max(self.throttle) + traffic.busy + 1);
        for now in 0..=end {
            if traffic.timer_first {
                self.deliver(&mut past, now, traffic.busy);
            }
            for &event in traffic.events.iter().filter(|event| **event == now) {
                past.events.push(event);
                self.deliver(&mut past, now, traffic.busy);
            }
            self.deliver(&mut past, now, traffic.busy);
        }
        past.deliveries
    }

    fn deliver(&self, past: &mut Past, now: u64, busy: u64) {
        let is_busy = past.deliveries.last().is_some_and(|last| now - last < busy);
        if !is_busy && self.may_deliver(past, now) {
            past.deliveries.push(now);
            past.covered = past.events.len();
        }
    }

    fn may_deliver(&self, past: &Past, now: u64) -> bool {
        let waiting = &past.events[past.covered..];
        let (Some(&first), Some(&last)) = (waiting.first(), waiting.last()) else { return false };

        let too_soon = |since: u64| now - since < self.throttle;
        if past.deliveries.last().is_some_and(|&delivery| too_soon(delivery)) {
            return false;
        }
        let rested =
            past.deliveries.last().is_none_or(|delivery| first - delivery >= self.throttle);
        if !self.is_leading() && self.debounce == 0 && rested && too_soon(first) {
            return false;
        }
        let is_quiet = now - last >= self.debounce;
        let is_too_long = now - first >= self.longest_wait();
        let begins_burst = match past.events[..past.covered].last() {
            Some(before) => first - before >= self.debounce,
            None => true,
        };
        let leads = self.is_leading() && begins_burst && waiting.len() == 1;
        leads || is_quiet || is_too_long
    }

    fn is_leading(&self) -> bool {
        // By default a throttle leads and a debounce does not.
        self.leading.unwrap_or(self.debounce == 0)
    }
}

/// All that has happened.
#[derive(Default)]
struct Past {
    events: Vec<u64>,
    deliveries: Vec<u64>,
    /// How many of the events the deliveries have covered.
    covered: usize,
}

impl Traffic {
    pub(crate) fn any() -> impl Strategy<Value = Self> {
        let gap = prop_oneof![4 => 0..6u64, 3 => 0..25u64, 1 => 0..120u64];
        let busy = prop_oneof![Just(0), 0..30u64];
        let gaps = proptest::collection::vec(gap, 0..30);
        (gaps, busy, any::<bool>()).prop_map(|(gaps, busy, timer_first)| {
            let mut now = 0;
            let events = gaps.iter().map(|gap| {
                now += gap;
                now
            });
            Self { events: events.collect(), busy, timer_first }
        })
    }
}
