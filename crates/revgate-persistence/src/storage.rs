//! Where topics are kept.

use std::fmt::Debug;
use std::io;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use revgate::TopicName;

/// Keeps the bytes of topics beyond the life of the app. Knows nothing of what they mean.
///
/// One storage belongs to one app at a time. All calls may come from any thread; those that write
/// come from one thread at a time.
pub trait Storage: Debug + Send + Sync + 'static {
    /// Begins the app's use of the storage, once. Returns the number of the session, larger than
    /// that of each session before and than `after`; it is on the disk before this returns.
    ///
    /// # Errors
    ///
    /// If it cannot be made durable.
    fn begin_session(&self, after: u64) -> Result<u64, StorageError>;

    /// The topics that have been saved, in the order of their names.
    ///
    /// # Errors
    ///
    /// If the storage cannot be listed.
    fn topics(&self) -> Result<Vec<TopicName>, StorageError>;

    /// What was saved last for a topic, whole; `None` if nothing was.
    ///
    /// # Errors
    ///
    /// If it is there and cannot be read.
    fn load(&self, topic: &TopicName) -> Result<Option<Vec<u8>>, StorageError>;

    /// What was saved before that, if the storage keeps it.
    ///
    /// # Errors
    ///
    /// If it is there and cannot be read.
    fn load_backup(&self, topic: &TopicName) -> Result<Option<Vec<u8>>, StorageError>;

    /// Saves each item, or leaves what was saved before it: never a part. What it reports as saved
    /// is on the disk. Returns one result for each item, in their order.
    ///
    /// An item whose topic was changed by somebody else since it was last loaded or saved, or is
    /// [unread](Self::unread), fails with [`StorageError::Changed`], unless it
    /// [overwrites](Item::overwrite).
    fn save(&self, items: &[Item<'_>]) -> Vec<Result<(), StorageError>>;

    /// Forgets a topic and its backup. One that was never saved is forgotten already.
    ///
    /// # Errors
    ///
    /// If it is still there.
    fn remove(&self, topic: &TopicName) -> Result<(), StorageError>;

    /// Moves what is saved for a topic out of the way, under a name of its own that says when.
    /// Nothing is overwritten, and nothing is read: it serves for what cannot be read. Returns
    /// where it is now; the topic has nothing saved from then on, and its backup stays.
    ///
    /// # Errors
    ///
    /// If it could not be moved.
    fn set_aside(&self, topic: &TopicName, at: SystemTime) -> Result<String, StorageError>;

    /// Where a topic is kept, for people: a file's path, for example.
    fn place(&self, topic: &TopicName) -> String;

    /// Whether nothing may be saved: another instance of the app has the storage.
    fn is_read_only(&self) -> bool {
        false
    }

    /// Why nothing is to take the place of what is saved for a topic: it, or its backup, could not
    /// be read when that was last tried, or not be set aside. `None` if that is not so.
    fn unread(&self, topic: &TopicName) -> Option<StorageError> {
        let _ = topic;
        None
    }

    /// What the storage has to do without, and the fault that showed it: what has been found out
    /// since the last call.
    fn take_limits(&self) -> Vec<(Limit, StorageError)> {
        Vec::new()
    }

    /// Calls `changed` after somebody else may have changed what is saved for a topic, until the
    /// watcher is dropped. `None` if that cannot happen, or not be noticed.
    ///
    /// # Errors
    ///
    /// If the system cannot watch any more.
    fn watch(
        &self,
        changed: Box<dyn Fn(TopicName) + Send>,
    ) -> Result<Option<Box<dyn Watcher>>, StorageError> {
        drop(changed);
        Ok(None)
    }
}

/// Watches a [`Storage`] until it is dropped.
pub trait Watcher: Send {}

/// What is to be saved for one topic.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// The topic.
    pub topic: &'a TopicName,
    /// All of it.
    pub bytes: &'a [u8],
    /// Whether to replace even what somebody else has written since.
    pub overwrite: bool,
}

/// What a storage has to do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Limit {
    /// Nothing can be saved: the disk is full, for example, or read-only. It is tried again.
    #[error("nothing is saved until that has changed")]
    Saving,
    /// What was saved cannot be listed.
    #[error("what was saved of topics that come and go is not known until they are created")]
    Listing,
    /// The file system has no locks.
    #[error("another instance of the app would not be noticed")]
    Locks,
    /// The file system does not say when something is on the disk.
    #[error("what was saved last may be lost when the power goes")]
    Syncing,
    /// The file system does not let a file keep who owns it and who may read it.
    #[error("it is saved, and has another owner or other permissions now")]
    Permissions,
}

/// A storage could not do what it was asked to. Cheap to clone.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// The system refused: the disk is full, or not to be written to, or broken.
    #[error("{act} {place}: {cause}")]
    Io {
        /// What was being done, as in "renaming".
        act: &'static str,
        /// To which file.
        place: String,
        /// What the system says.
        cause: Arc<io::Error>,
    },
    /// The database reports a fault.
    #[error("{act} {place}: {cause}")]
    Database {
        /// What was being done.
        act: &'static str,
        /// The database's file.
        place: String,
        /// What it says.
        cause: String,
    },
    /// Somebody else, say a person with an editor, has changed it since it was last loaded or
    /// saved.
    #[error("{place} has been changed by another program")]
    Changed {
        /// What was changed.
        place: String,
    },
    /// Another process has the storage open: another instance of the app, as a rule.
    #[error(
        "{place} is in use by another instance of the app: end that, or, of files, follow what \
             it saves by `.storage(|folder| Files::open_or_read_only(folder))` on the plugin's builder"
    )]
    InUse {
        /// The storage.
        place: String,
    },
    /// It was opened for reading only.
    #[error("{place} is open for reading only")]
    ReadOnly {
        /// The storage.
        place: String,
    },
}

impl StorageError {
    /// Puts what was being done, and to what, before the system's words.
    pub(crate) fn io(act: &'static str, place: impl ToString) -> impl FnOnce(io::Error) -> Self {
        let place = place.to_string();
        move |cause| Self::Io { act, place, cause: Arc::new(cause) }
    }

    /// The same for faults that are the same to a person: the system's words may name a temporary
    /// file. Of what ails the whole disk, only that.
    pub(crate) fn sign(&self) -> String {
        match self {
            Self::Io { cause, .. } if self.is_of_the_disk() => cause.kind().to_string(),
            Self::Io { act, place, cause } => format!("{act} {place}: {}", cause.kind()),
            error => error.to_string(),
        }
    }

    /// Whether the whole disk is full or read-only.
    pub(crate) fn is_of_the_disk(&self) -> bool {
        use io::ErrorKind::{QuotaExceeded, ReadOnlyFilesystem, StorageFull};
        let Self::Io { cause, .. } = self else { return false };
        matches!(cause.kind(), QuotaExceeded | ReadOnlyFilesystem | StorageFull)
    }

    /// Whether a folder is where a file should be.
    pub(crate) fn is_of_a_folder(&self) -> bool {
        matches!(self, Self::Io { cause, .. } if cause.kind() == io::ErrorKind::IsADirectory)
    }

    /// What should be there is not.
    pub(crate) fn missing(act: &'static str, place: impl ToString) -> Self {
        Self::io(act, place)(io::ErrorKind::NotFound.into())
    }
}

/// How long opening a storage waits for the process that has it, unless told otherwise: one that
/// has started this one in its own place is about to end.
pub const LOCK_WAIT: Duration = Duration::from_secs(2);

/// How often to look whether it is free.
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// Opens what may be in use for up to `wait`.
pub(crate) fn open_within<T>(
    wait: Duration,
    mut open: impl FnMut() -> Result<T, StorageError>,
) -> Result<T, StorageError> {
    let since = Instant::now();
    loop {
        match open() {
            Err(StorageError::InUse { .. }) if since.elapsed() < wait => thread::sleep(LOCK_PAUSE),
            opened => return opened,
        }
    }
}

/// The number of the session that follows those until `last` and `after`.
pub(crate) fn next_session(
    last: u64,
    after: u64,
    place: impl ToString,
) -> Result<u64, StorageError> {
    let exhausted = || io::Error::other("there is no number after the largest");
    let next = last.max(after).checked_add(1).ok_or_else(exhausted);
    next.map_err(StorageError::io("counting a session in", place))
}
