//! Scripts drawn at random, which shrink to the shortest that fails.

use proptest::prelude::*;
use proptest::sample::select;
use revgate::{Epoch, Revision, Version};

use super::operation::{Carried, Operation, Script, Setup};

impl Setup {
    /// First versions soon after which come the largest numbers: of 53 bits, of 63, of all 64.
    const LATE: [Version; 3] = [
        Version::new(Epoch::new((1 << 53) - 2), Revision::new((1 << 53) - 5)),
        Version::new(Epoch::new((1 << 63) - 2), Revision::new((1 << 63) - 5)),
        Version::new(Epoch::new(u64::MAX - 50), Revision::new(u64::MAX - 50)),
    ];

    fn any() -> impl Strategy<Value = Self> {
        let paces = prop_oneof![3 => Just((0, 0)), 1 => Just((20, 0)), 1 => Just((0, 30)), 1 => Just((20, 30))];
        let resync = proptest::option::of(Just(2000));
        let jitter_seed = proptest::option::of(any::<u64>());
        let leading = any::<Option<bool>>();
        let first = prop_oneof![2 => Just(Self::PLAIN.first), 1 => select(&Self::LATE)];
        (paces, leading, resync, any::<bool>(), jitter_seed, first).prop_map(
            |((debounce, throttle), leading, resync, pause_while_hidden, jitter_seed, first)| {
                Self {
                    debounce,
                    throttle,
                    leading: leading.filter(|_| debounce + throttle > 0),
                    resync,
                    pause_while_hidden,
                    jitter_seed,
                    first,
                }
            },
        )
    }
}

impl Script {
    /// Most scripts begin as windows do, so that the rest is not spent before the first state.
    pub(crate) fn any() -> impl Strategy<Value = Self> {
        let beginning = prop_oneof![
            1 => Just(vec![]),
            1 => Just(vec![Operation::Start]),
            4 => Just(vec![Operation::Start, Operation::Subscribed, Operation::Answer { ago: 0 }]),
        ];
        let rest = proptest::collection::vec(Operation::any(), 0..40);
        (Setup::any(), beginning, rest).prop_map(|(setup, mut operations, rest)| {
            operations.extend(rest);
            Self { setup, operations }
        })
    }
}

impl Operation {
    pub(crate) fn any() -> impl Strategy<Value = Self> {
        let ago = || prop_oneof![3 => Just(0), 1 => 0..4usize];
        let carried = || {
            prop_oneof![
                3 => Just(Carried::Nothing),
                2 => Just(Carried::State),
                2 => ago().prop_map(Carried::Patch),
            ]
        };
        prop_oneof![
            1 => Just(Self::Start),
            2 => Just(Self::Subscribed),
            1 => Just(Self::SubscribeFailed),
            1 => Just(Self::EndSubscription),
            6 => carried().prop_map(Self::Write),
            1 => Just(Self::WriteUnheard),
            1 => Just(Self::Restart),
            2 => (ago(), carried()).prop_map(|(ago, carried)| Self::Hear { ago, carried }),
            2 => Just(Self::WriteOwn),
            1 => ago().prop_map(|ago| Self::Offer { ago }),
            6 => ago().prop_map(|ago| Self::Answer { ago }),
            2 => Just(Self::FailFetch),
            1 => ago().prop_map(|ago| Self::AnswerLate { ago }),
            1 => Just(Self::BreakApply),
            2 => Just(Self::Refresh),
            2 => Just(Self::Hide),
            2 => Just(Self::Show),
            3 => (0..60u16).prop_map(Self::Pass),
            4 => Just(Self::Sleep),
            1 => Just(Self::Tick),
            1 => (0..500u16).prop_map(Self::JumpBack),
            1 => (0..8u8).prop_map(|one| if one < 2 { Self::Stop } else { Self::Tick }),
        ]
    }
}
