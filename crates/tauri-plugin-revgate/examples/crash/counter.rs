//! Topics that show what became of them.

use revgate::Topic;
use serde::{Deserialize, Serialize};

/// Counts its writes; what else it holds follows from the count.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Counter {
    pub(crate) count: u64,
    /// Always `count`.
    twin: u64,
    /// Of a length and a letter that follow from `count`.
    padding: String,
    /// Written by another program only.
    #[serde(default)]
    pub(crate) note: u64,
}

impl Counter {
    pub(crate) fn count_to(&mut self, count: u64) {
        (self.count, self.twin, self.padding) = (count, count, padding(count));
    }

    pub(crate) fn is_whole(&self) -> bool {
        self.count == self.twin && self.padding == padding(self.count)
    }
}

/// Up to 12 KB: more than one block of a disk.
fn padding(count: u64) -> String {
    let letter = b'a' + u8::try_from(count % 26).unwrap_or(0);
    let length = usize::try_from(count % 61).unwrap_or(0) * 200;
    char::from(letter).to_string().repeat(length)
}

/// A topic that is a counter.
pub(crate) trait Counts: Topic + Default {
    fn counter(&self) -> &Counter;
    fn counter_mut(&mut self) -> &mut Counter;
}

macro_rules! counter {
    ($name:ident, $topic:literal) => {
        #[derive(Clone, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub(crate) struct $name(Counter);

        impl Topic for $name {
            const NAME: &'static str = $topic;
        }

        impl Counts for $name {
            fn counter(&self) -> &Counter {
                &self.0
            }

            fn counter_mut(&mut self) -> &mut Counter {
                &mut self.0
            }
        }
    };
}

counter!(Ledger, "ledger");
counter!(Draft, "draft");
counter!(Doc, "doc");
counter!(Late, "late");
