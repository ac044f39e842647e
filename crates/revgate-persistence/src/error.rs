//! What goes wrong while the app runs, and is dealt with.

use std::fmt;
use std::time::Duration;

use revgate::{Invalid, TopicName, Version};

use crate::{CodecError, Limit, MigrationError, StorageError};

/// What is saved could not be used for a topic.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// It cannot be read from the storage.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// It is no record.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// It cannot be brought to the newest shape.
    #[error(transparent)]
    Migration(#[from] MigrationError),
    /// It is no valid state of the topic.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// It was saved before its type had all its fields, and there is no initial state to take them
    /// from: it is one of a family.
    #[error("{invalid}")]
    Incomplete {
        /// The version that it was saved at.
        version: Version,
        /// What it lacks, or the first of that.
        #[source]
        invalid: Invalid,
    },
}

impl Fault {
    /// The same for faults that are the same to a person.
    pub(crate) fn sign(&self) -> String {
        match self {
            Self::Storage(error) => error.sign(),
            fault => fault.to_string(),
        }
    }

    /// Whether what is there is of no use to any program: it could be read, and is no newer one's.
    pub(crate) fn is_of_the_content(&self) -> bool {
        match self {
            Self::Codec(_) | Self::Invalid(_) => true,
            Self::Migration(error) => !matches!(error, MigrationError::Newer { .. }),
            Self::Storage(_) | Self::Incomplete { .. } => false,
        }
    }

    /// Whether it keeps the whole storage from saving.
    pub(crate) fn is_of_the_disk(&self) -> bool {
        matches!(self, Self::Storage(error) if error.is_of_the_disk())
    }
}

/// Something went wrong with what is saved, and the app went on: for a log, or to tell the user.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Incident {
    /// What was saved cannot be used. It has been kept under another name, and the topic begins
    /// with something else.
    #[error("the topic `{topic}` begins with {instead}, as {place} is unusable: {fault}; {kept}")]
    Unusable {
        /// The topic.
        topic: TopicName,
        /// Where it was.
        place: String,
        /// Why.
        fault: Fault,
        /// Where it is now.
        kept: Kept,
        /// What the topic begins with.
        instead: Instead,
    },
    /// What is saved cannot be read. It is left as it is: nothing of the topic is saved until it
    /// can be read, and then it is taken over. A topic that has just begun did so with its backup,
    /// or else with its initial state.
    #[error(
        "the topic `{topic}` is not saved, as {place} cannot be read and is left as it is: {fault}"
    )]
    Unread {
        /// The topic.
        topic: TopicName,
        /// Where it is.
        place: String,
        /// Why.
        fault: Fault,
    },
    /// What was saved last has vanished, but not what was saved before.
    #[error("the topic `{topic}` begins with its backup, as {place} is missing")]
    Missing {
        /// The topic.
        topic: TopicName,
        /// Where it should be.
        place: String,
    },
    /// A change that was made here cannot be made of what other machines have made of the topic
    /// meanwhile. It is undone.
    #[error(
        "a change of the topic `{topic}` is undone, as it cannot be made of what is in {place}: {reason}"
    )]
    Undone {
        /// The topic.
        topic: TopicName,
        /// The store that is shared with other machines.
        place: String,
        /// The change, as JSON. It may hold whatever the topic does.
        change: String,
        /// Why.
        reason: String,
    },
    /// A store that is shared with other machines has lost changes, after a restored backup, say. Those of
    /// other machines may come back when those are linked again; those of this one are lost.
    #[error(
        "changes of the topic `{topic}` that {} are missing in {place}",
        if *is_own { "were made here" } else { "another machine has made" }
    )]
    LostUpstream {
        /// The topic.
        topic: TopicName,
        /// The store.
        place: String,
        /// Whether they were made on this machine.
        is_own: bool,
    },
    /// A file to import from is of no use. It has been left as it is.
    #[error("the topic `{topic}` was not imported from {place}: {fault}")]
    NotImported {
        /// The topic.
        topic: TopicName,
        /// The file.
        place: String,
        /// Why.
        fault: Fault,
    },
    /// A pointer of [`Persistence::only`](crate::Persistence::only) or
    /// [`without`](crate::Persistence::without) names no field that the topic has: mistyped, it
    /// would let a secret through. It is not said of one that serde leaves out while it is empty,
    /// nor where a list or a map has no items to tell; of an enum, that another variant has it is
    /// not known.
    #[error(
        "`{pointer}` names no field of the topic `{topic}`: {} has {}",
        if within.is_empty() { "it" } else { within }, Names(fields)
    )]
    NoField {
        /// The topic, or the first one of a family.
        topic: TopicName,
        /// The pointer.
        pointer: String,
        /// The JSON path to the object that has no such field; empty for the state as a whole.
        within: String,
        /// The fields that are there.
        fields: Vec<String>,
    },
    /// What is not to be saved of a topic any more (see
    /// [`Persistence::without`](crate::Persistence::without)) is still on the disk: there, or in
    /// its backup. It is tried again when the app starts next.
    #[error("what is not to be saved of the topic `{topic}` is still in {place}: {fault}")]
    NotCleaned {
        /// The topic.
        topic: TopicName,
        /// Where it is.
        place: String,
        /// Why.
        fault: Fault,
    },
    /// Somebody changed what is saved, and the app had changed the same and not saved it yet. The
    /// state is what both changes make together, but for the paths that both have changed: there
    /// it is what was found, and what the app had made of it is lost.
    #[error(
        "the topic `{topic}` and {place} had both changed; of what was changed in both, the file's \
         stands: {}", Paths(.paths)
    )]
    Overruled {
        /// The topic.
        topic: TopicName,
        /// Where it is saved.
        place: String,
        /// The JSON paths, as `rows[3].title`; an empty one is the whole state, of which the app's
        /// change is lost whole.
        paths: Vec<String>,
    },
    /// One of a family is left as it is, and is not loaded: to create one of its name is an error.
    /// What a newer program has saved is not to be had in this run; what
    /// [lacks fields](LoadError::Incomplete) is loaded when it is opened with an initial state.
    #[error("the topic `{topic}` is not loaded: {error}")]
    NotLoaded {
        /// The topic.
        topic: TopicName,
        /// Why, and where it is.
        error: LoadError,
    },
    /// A state could not be saved. It is not lost as long as the app runs, and is tried again.
    #[error("the topic `{topic}` was not saved (attempt {attempt}): {fault}")]
    NotSaved {
        /// The topic.
        topic: TopicName,
        /// The state's version; `None` if it could not even be encoded.
        version: Option<Version>,
        /// How many times in a row it has failed.
        attempt: u32,
        /// When the next attempt is made.
        retry_in: Duration,
        /// Why.
        fault: Fault,
    },
    /// Somebody changed what is saved to something unusable. It stays so, and nothing of the topic
    /// is saved, until it is usable or the app overwrites it; or the app ends, and [sets it
    /// aside](Self::SetAside).
    #[error(
        "the topic `{topic}` is not saved any more, as {place} was changed to what is unusable: \
         {fault}; mend it, or have the app `overwrite()` it, else it is set aside when the app ends"
    )]
    Edited {
        /// The topic.
        topic: TopicName,
        /// Where it is.
        place: String,
        /// Why.
        fault: Fault,
    },
    /// The app ends, or may end, and what somebody has changed what is saved to is still unusable. It has
    /// been kept under another name, and the topic's newest state is saved in its place.
    #[error(
        "the topic `{topic}` is saved in {place} again, which was changed to what is unusable \
         ({fault}) and is kept as {kept}"
    )]
    SetAside {
        /// The topic.
        topic: TopicName,
        /// Where it is saved.
        place: String,
        /// Why what was there is unusable.
        fault: Fault,
        /// Where that is now.
        kept: String,
    },
    /// The app ends, and the topic's newest state is not on the disk: the next start is without
    /// it. It has been tried again for a second.
    #[error(
        "the app ends without the newest state of the topic `{topic}` in {place}: {}",
        cause(fault.as_ref())
    )]
    Lost {
        /// The topic.
        topic: TopicName,
        /// Where it should be.
        place: String,
        /// Why it could not be saved; `None` if another program has kept changing what is saved.
        fault: Option<Fault>,
    },
    /// The app ends, and the disk has not answered for so long: what was written last may not be
    /// on it.
    #[error(
        "the app ends without having waited longer than {limit:?} for the disk, and it is not \
         known whether the newest states are on it of: {}",
        list(topics)
    )]
    Unfinished {
        /// How long was waited.
        limit: Duration,
        /// The topics whose newest states were not saved when it ended.
        topics: Vec<TopicName>,
    },
    /// What was saved of a removed topic is still there, and comes back when the app starts.
    #[error("what is saved of the removed topic `{topic}` is still there: {fault}")]
    NotRemoved {
        /// The topic.
        topic: TopicName,
        /// Why.
        fault: Fault,
    },
    /// The storage has to do without something.
    #[error("{fault}: {limit}")]
    Limited {
        /// Without what.
        limit: Limit,
        /// What showed it.
        fault: Fault,
    },
    /// The system does not tell of changes that somebody else makes: they are noticed when the
    /// topic is saved next.
    #[error("changes by other programs are noticed late: {fault}")]
    NotWatched {
        /// Why.
        fault: Fault,
    },
}

fn cause(fault: Option<&Fault>) -> String {
    fault.map_or("another program keeps changing it".to_owned(), Fault::to_string)
}

fn list(topics: &[TopicName]) -> String {
    topics.iter().map(|topic| format!("`{topic}`")).collect::<Vec<_>>().join(", ")
}

struct Paths<'a>(&'a [String]);

impl fmt::Display for Paths<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, path) in self.0.iter().enumerate() {
            let separator = if index > 0 { ", " } else { "" };
            let path = if path.is_empty() { "the whole state" } else { path };
            write!(f, "{separator}{path}")?;
        }
        Ok(())
    }
}

struct Names<'a>(&'a [String]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((first, rest)) = self.0.split_first() else { return f.write_str("none") };
        write!(f, "`{first}`")?;
        rest.iter().try_for_each(|name| write!(f, ", `{name}`"))
    }
}

/// What became of what is unusable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Kept {
    /// It was moved there.
    #[error("it is kept as {0}")]
    As(String),
    /// It is where it was, as nothing may be changed there.
    #[error("it is left as it is")]
    InPlace,
}

/// What a topic begins with whose newest state is unusable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Instead {
    /// The state that was saved before.
    #[error("its backup")]
    Backup,
    /// What it begins with when nothing is saved. One of a family does not begin at all then.
    #[error("its initial state, if it has one")]
    Initial,
}

/// A topic could not be loaded, and the app must not go on as if it had been.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// A newer program has saved it. Nothing has been changed.
    #[error("{place} was saved by a newer version of the program: {error}")]
    Newer {
        /// Where it is.
        place: String,
        /// Which.
        error: MigrationError,
    },
    /// It was saved before its type had all its fields, and there is no initial state to take them
    /// from, as it is one of a family. Nothing has been changed.
    #[error(
        "{place} was saved before its type had all its fields: {invalid}, or open it with an \
         initial state: `open(key, initial)`"
    )]
    Incomplete {
        /// Where it is.
        place: String,
        /// The version that it was saved at.
        version: Version,
        /// What it lacks, or the first of that.
        invalid: Invalid,
    },
    /// It is unusable, and could not be moved out of the way of what is to be saved.
    #[error("{place} is unusable ({fault}), and cannot be kept under another name: {error}")]
    NotSetAside {
        /// Where it is.
        place: String,
        /// Why it is unusable.
        fault: Box<Fault>,
        /// Why it could not be moved.
        error: StorageError,
    },
}
