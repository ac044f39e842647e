//! The backend: which versions it has made, and how it announced them.

use std::num::NonZeroU8;

use revgate::gate::{Input, News};
use revgate::{Epoch, Revision, Version};

/// A version, counted over restarts: the first that ever was is 1. Grows as versions grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Made(NonZeroU8);

/// What a write's announcement carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Version,
    State,
    /// From the version before.
    Patch,
    /// From the one before that: one message for two writes.
    LongPatch,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Backend {
    pub(crate) newest: Made,
    /// Bit n: version n was the first of its epoch.
    restarts: u16,
    /// Bit n: the announcement of version n carried the state; 16 bits higher: a patch; both: a
    /// long one.
    kinds: u32,
}

impl Made {
    pub(crate) const FIRST: Self = Self(NonZeroU8::MIN);

    pub(crate) fn bit(self) -> u16 {
        1 << self.0.get()
    }

    pub(crate) fn before(self) -> Option<Self> {
        NonZeroU8::new(self.0.get() - 1).map(Self)
    }

    /// The versions in a set of bits, oldest first.
    pub(crate) fn of_bits(bits: u16) -> impl Iterator<Item = Self> {
        (1..16).filter_map(NonZeroU8::new).map(Self).filter(move |made| bits & made.bit() != 0)
    }
}

impl Backend {
    pub(crate) fn new() -> Self {
        Self { newest: Made::FIRST, restarts: 0, kinds: 0 }
    }

    #[must_use]
    pub(crate) fn written(self, kind: Kind) -> Self {
        let newest = Made(self.newest.0.saturating_add(1));
        assert!(newest.0.get() < 16, "a set of versions is kept in 16 bits");
        let bit = u32::from(newest.bit());
        let kinds = match kind {
            Kind::Version => 0,
            Kind::State => bit,
            Kind::Patch => bit << 16,
            Kind::LongPatch => bit | bit << 16,
        };
        Self { newest, kinds: self.kinds | kinds, ..self }
    }

    /// Counts from 1 again, in a new epoch.
    #[must_use]
    pub(crate) fn restarted(self) -> Self {
        let next = self.written(Kind::Version);
        Self { restarts: next.restarts | next.newest.bit(), ..next }
    }

    pub(crate) fn writes(self) -> u8 {
        self.newest.0.get() - 1 - self.restarts()
    }

    pub(crate) fn restarts(self) -> u8 {
        self.restarts.count_ones() as u8
    }

    pub(crate) fn kind(self, made: Made) -> Kind {
        let bit = u32::from(made.bit());
        match (self.kinds & bit, self.kinds & (bit << 16)) {
            (0, 0) => Kind::Version,
            (_, 0) => Kind::State,
            (0, _) => Kind::Patch,
            _ => Kind::LongPatch,
        }
    }

    /// What the patch in the announcement of `made`, if there is one, can be applied to.
    pub(crate) fn base(self, made: Made) -> Option<Version> {
        let base = match self.kind(made) {
            Kind::Version | Kind::State => None,
            Kind::Patch => made.before(),
            // The very first version has none before.
            Kind::LongPatch => made.before().map(|before| before.before().unwrap_or(before)),
        };
        base.map(|base| self.version(base))
    }

    pub(crate) fn version(self, made: Made) -> Version {
        // The restarts up to this version; the last of them began its epoch.
        let restarts = self.restarts & (made.bit() | (made.bit() - 1));
        let epoch = Epoch::new(restarts.count_ones().into());
        let revision = match restarts {
            0 => made.0.get().into(),
            _ => u64::from(made.0.get()) + 1 - u64::from(restarts.ilog2()),
        };
        Version::new(epoch, Revision::new(revision))
    }

    pub(crate) fn announcement(self, made: Made) -> Input {
        let news = match (self.kind(made), self.base(made)) {
            (Kind::State, _) => News::State,
            (_, Some(base)) => News::Patch { base },
            (_, None) => News::Version,
        };
        Input::Announced { version: self.version(made), news }
    }

    /// Which of the versions made it is.
    pub(crate) fn made(self, version: Version) -> Option<Made> {
        let all = self.newest.bit() | (self.newest.bit() - 1);
        Made::of_bits(all).find(|&made| self.version(made) == version)
    }
}
