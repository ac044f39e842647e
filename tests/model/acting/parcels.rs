//! What is on its way between a window and the backend. Each that is met is kept once.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::num::NonZeroU32;
use std::sync::Arc;

use revgate::Snapshot;
use revgate::wire::Acted;
use revgate_client::model::Message;
use revgate_client::{Json, TransportError, WriteError};

use super::topic::List;
use crate::hasher::Mixer;

/// One of the parcels met so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ParcelIndex(NonZeroU32);

#[derive(Clone, Debug)]
pub(crate) enum Parcel {
    /// From the window.
    Message(Message<List>),
    /// From a page that is gone, or was about to go: nobody waits for an answer.
    Unawaited(Message<List>),
    /// To the window.
    Acted {
        write: u64,
        attempt: u32,
        answer: Result<Acted<Json>, TransportError>,
    },
    Written {
        write: u64,
        answer: Result<Snapshot<Arc<List>>, WriteError<List>>,
    },
}

#[derive(Default)]
pub(crate) struct Parcels {
    parcels: Vec<Parcel>,
    indices: HashMap<String, ParcelIndex, BuildHasherDefault<Mixer>>,
}

impl Parcels {
    pub(crate) fn at(&self, index: ParcelIndex) -> &Parcel {
        &self.parcels[index.0.get() as usize - 1]
    }

    pub(crate) fn index(&mut self, parcel: Parcel) -> ParcelIndex {
        let next = u32::try_from(self.parcels.len() + 1).ok().and_then(NonZeroU32::new);
        let next = ParcelIndex(next.expect("fewer than fill the memory"));
        let index = *self.indices.entry(format!("{parcel:?}")).or_insert(next);
        if index == next {
            self.parcels.push(parcel);
        }
        index
    }
}

impl Parcel {
    /// Whether a transport may deliver it more than once: a change comes once, or not at all.
    pub(crate) fn has_actions(&self) -> bool {
        let (Self::Message(message) | Self::Unawaited(message)) = self else { return false };
        matches!(message, Message::Act { .. })
    }

    pub(crate) fn is_to_backend(&self) -> bool {
        matches!(self, Self::Message(_) | Self::Unawaited(_))
    }
}
