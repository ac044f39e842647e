//! A storage of one file for each topic.

pub(crate) mod claim;
pub(crate) mod disk;
mod draft;
pub(crate) mod folder;
pub(crate) mod limits;
mod name;
pub(crate) mod patience;
mod seen;
#[cfg(test)]
mod tests;
mod watch;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use revgate::TopicName;

use crate::storage::{
    Item, LOCK_WAIT, Limit, Storage, StorageError, Watcher, next_session, open_within,
};
use claim::{Claim, Ground};
use disk::{Disk, Ownership};
use draft::Draft;
use limits::Limits;
use name::Names;
use patience::Patient;
use seen::Seen;
use watch::{Watch, Watching};

/// By how much the number of a session is larger than any that is known, if the number of the last
/// cannot be read: no app has been started so often since it last saved anything.
pub(crate) const LEAP: u64 = 1 << 16;

/// Keeps each topic in a file of its own in one folder, `settings.json` for the topic `settings`.
/// The characters of a topic's name that are no lower-case letter, digit, `-` or `_` are written
/// as `%3a` in that of the file.
///
/// **A file is never written into: a new one takes its place, whole and on the disk.** Whatever
/// fails, and whenever the process is killed or the power goes, what is found is what was saved
/// last or what was saved before it; and what was reported as saved is found.
///
/// - `settings.backup.json` is what was in `settings.json` before.
/// - `settings.unreadable-20261124T231318Z.json` was [set aside](Storage::set_aside) at that time.
/// - `.lock` is held while the folder is in use, and `.session` counts its uses.
/// - What ends with `.revgate-tmp` is left of a save that was killed, and removed by the next
///   [`Files::open`]. Any other file in the folder is let be.
///
/// A file keeps its permissions; a new one is the user's alone. One that is read-only is not
/// replaced. If it is a symbolic link, as those who manage their settings in a repository make
/// them, what it leads to is saved, and set aside, in its place; the backup is in this folder. Of
/// the links that are there when [watching](Storage::watch) begins, what they lead to is watched.
///
/// One whose content is not what was last loaded or saved fails to save with
/// [`StorageError::Changed`], even if neither its length nor its time differs. One that was
/// deleted is made again.
///
/// ```
/// use revgate::TopicName;
/// use revgate_persistence::{Files, Item, Storage};
///
/// # let folder = tempfile::tempdir()?;
/// # let folder = folder.path();
/// let settings: TopicName = "settings".parse()?;
/// let files = Files::open(folder)?;
/// let item = Item { topic: &settings, bytes: br#"{"theme":"dark"}"#, overwrite: false };
/// files.save(&[item]).remove(0)?;
/// assert_eq!(std::fs::read_to_string(folder.join("settings.json"))?, r#"{"theme":"dark"}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Files {
    disk: Arc<dyn Disk>,
    names: Names,
    seen: Arc<Seen>,
    claim: Claim,
    limits: Limits,
    watching: Watching,
}

impl Files {
    /// Opens a folder, which is made if it is not there. One that cannot be written to for now, as
    /// its disk is full, broken or read-only, or access is denied, is open as well: what is there
    /// is loaded, and what is saved fails until it can be written to. [`Storage::take_limits`]
    /// tells of it. Waits for [`LOCK_WAIT`] if it is in use: an app that restarts starts before it
    /// has ended.
    ///
    /// # Errors
    ///
    /// [`StorageError::InUse`] if it is still open then, in this process or another, and
    /// [`StorageError::Io`] if it cannot be a folder.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, StorageError> {
        Self::open_within(LOCK_WAIT, folder)
    }

    /// As [`Files::open`], but waits for so long.
    ///
    /// # Errors
    ///
    /// As [`Files::open`].
    pub fn open_within(wait: Duration, folder: impl AsRef<Path>) -> Result<Self, StorageError> {
        open_within(wait, || Self::open_on(Arc::new(Patient::real()), folder.as_ref()))
    }

    /// Opens a folder that another process may have in use, or that is not to be written to. What
    /// others save is loaded, and noticed by [`Storage::watch`].
    ///
    /// # Errors
    ///
    /// [`StorageError::Io`] if a relative path leads nowhere, for the process has no folder.
    pub fn open_read_only(folder: impl AsRef<Path>) -> Result<Self, StorageError> {
        Self::new(Arc::new(Patient::real()), folder.as_ref(), true)
    }

    /// Opens a folder; read-only, if it is in use and stays so for [`LOCK_WAIT`].
    ///
    /// # Errors
    ///
    /// [`StorageError::Io`] if it cannot be a folder.
    pub fn open_or_read_only(folder: impl AsRef<Path>) -> Result<Self, StorageError> {
        match Self::open(&folder) {
            Err(StorageError::InUse { .. }) => Self::open_read_only(folder),
            opened => opened,
        }
    }

    /// What the files' names end with, instead of `json`.
    ///
    /// # Panics
    ///
    /// If it is not 1 to 16 ASCII lower-case letters or digits.
    #[must_use]
    pub fn extension(mut self, extension: &str) -> Self {
        assert!(
            matches!(extension.len(), 1..=16)
                && extension.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9')),
            "`{extension}` is not 1 to 16 ASCII lower-case letters or digits"
        );
        extension.clone_into(&mut self.names.extension);
        self
    }

    fn open_on(disk: Arc<dyn Disk>, folder: &Path) -> Result<Self, StorageError> {
        let files = Self::new(disk, folder, false)?;
        match files.hold() {
            Err(error) if claim::is_bearable(&error) => files.limits.note(Limit::Saving, error),
            held => held?,
        }
        Ok(files)
    }

    /// Nothing is claimed yet.
    fn new(disk: Arc<dyn Disk>, folder: &Path, is_read_only: bool) -> Result<Self, StorageError> {
        // So that it stays the same if the process goes to another folder.
        let absolute = std::path::absolute(folder);
        let folder = absolute.map_err(StorageError::io("opening", folder.display()))?;
        let names = Names { folder, extension: "json".to_owned() };
        let (claim, limits) = (Claim::new(is_read_only), Limits::default());
        let (seen, watching) = (Arc::default(), Watching::default());
        Ok(Self { disk, names, seen, claim, limits, watching })
    }

    fn ground(&self) -> Ground<'_> {
        Ground { disk: &*self.disk, names: &self.names, limits: &self.limits }
    }

    /// Makes sure that all may be changed.
    fn hold(&self) -> Result<(), StorageError> {
        if self.claim.hold(self.ground())? {
            self.watching.renew(&self.names.folder);
        }
        Ok(())
    }

    /// Puts on the disk what is to take the place of a topic's file.
    fn draft(&self, item: &Item<'_>) -> Result<Draft<'_>, StorageError> {
        let target = self.file(item.topic)?;
        let ownership = match self.disk.examine(&target) {
            Ok(metadata) if metadata.permissions().readonly() => {
                // One that cannot even be read is said to be that.
                self.read(&target)?;
                let denied = io::Error::new(io::ErrorKind::PermissionDenied, "it is read-only");
                return Err(StorageError::io("replacing", target.display())(denied));
            }
            Ok(metadata) => Some(Ownership::of(&metadata)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(StorageError::io("examining", target.display())(error)),
        };
        let ownership = self.seen.lock().ownership(item.topic, ownership);
        Draft::write(self.ground(), target, item.bytes, ownership.as_ref())
    }

    /// Puts a draft in its place, and what was there in that of the backup. Returns its folder.
    fn replace(&self, draft: Draft<'_>, item: &Item<'_>) -> Result<PathBuf, StorageError> {
        let file = draft.target().to_owned();
        let mut seen = self.seen.lock();
        if !item.overwrite {
            let found = self.read(&file)?;
            let is_edited = found.is_some() && !seen.is(item.topic, found.as_deref());
            if is_edited || seen.unread(item.topic).is_some() {
                return Err(StorageError::Changed { place: file.display().to_string() });
            }
        }
        // Made before, for the file is never to be missing; put after, for until then the older
        // backup is the only other state there is.
        let backup = Draft::of(self.ground(), &file, self.names.backup(item.topic))?;
        let put = draft.put();
        // A disk on the network may rename, and then say that it could not.
        if put.is_ok() || matches!(self.read(&file), Ok(Some(found)) if found == item.bytes) {
            seen.note(item.topic, Some(item.bytes));
            seen.is_read(item.topic, Ok(()))?;
        }
        put?;
        backup.map_or(Ok(()), Draft::put)?;
        Ok(folder::of(&file).to_owned())
    }

    fn read(&self, file: &Path) -> Result<Option<Vec<u8>>, StorageError> {
        read(&*self.disk, file)
    }

    fn sync(&self, folder: &Path) -> Result<(), StorageError> {
        folder::sync(&*self.disk, &self.limits, folder)
    }

    /// A topic's file, behind any links.
    fn file(&self, topic: &TopicName) -> Result<PathBuf, StorageError> {
        folder::follow(&*self.disk, self.names.current(topic))
    }
}

impl Storage for Files {
    fn begin_session(&self, after: u64) -> Result<u64, StorageError> {
        let place = self.names.session();
        let last = self.ground().last_session();
        let last = last.unwrap_or_else(|_| after.saturating_add(LEAP));
        let session = next_session(last, after, place.display())?;
        if self.is_read_only() {
            return Ok(session);
        }
        self.claim.owe(session);
        match self.hold() {
            Err(error) if claim::is_bearable(&error) => self.limits.note(Limit::Saving, error),
            held => held?,
        }
        Ok(session)
    }

    fn topics(&self) -> Result<Vec<TopicName>, StorageError> {
        let files = folder::files(&*self.disk, &self.names.folder)?;
        let mut topics: Vec<_> = files.iter().filter_map(|file| self.names.topic(file)).collect();
        topics.sort_unstable();
        Ok(topics)
    }

    fn load(&self, topic: &TopicName) -> Result<Option<Vec<u8>>, StorageError> {
        let file = self.names.current(topic);
        let mut seen = self.seen.lock();
        let found = seen.is_read(topic, self.read(&file))?;
        seen.note(topic, found.as_deref());
        if found.is_some() {
            let metadata = self.disk.examine(&file).ok();
            seen.ownership(topic, metadata.map(|metadata| Ownership::of(&metadata)));
        }
        Ok(found)
    }

    fn load_backup(&self, topic: &TopicName) -> Result<Option<Vec<u8>>, StorageError> {
        let mut seen = self.seen.lock();
        match self.read(&self.names.backup(topic)) {
            Ok(found) => Ok(found),
            unread => seen.is_read(topic, unread),
        }
    }

    fn save(&self, items: &[Item<'_>]) -> Vec<Result<(), StorageError>> {
        if items.is_empty() {
            return Vec::new();
        }
        if let Err(error) = self.hold() {
            return vec![Err(error); items.len()];
        }
        let drafts: Vec<_> = items.iter().map(|item| self.draft(item)).collect();
        let replaced: Vec<_> = drafts
            .into_iter()
            .zip(items)
            .map(|(draft, item)| draft.and_then(|draft| self.replace(draft, item)))
            .collect();
        let synced = match replaced.iter().any(Result::is_ok) {
            true => self.sync(&self.names.folder),
            false => Ok(()),
        };
        let on_disk = |folder: PathBuf| {
            synced.clone()?;
            if folder == self.names.folder { Ok(()) } else { self.sync(&folder) }
        };
        replaced.into_iter().map(|folder| folder.and_then(on_disk)).collect()
    }

    /// The backup first: a file without one is found by the next try. Of a link, that is removed,
    /// not what it leads to.
    fn remove(&self, topic: &TopicName) -> Result<(), StorageError> {
        self.hold()?;
        let mut seen = self.seen.lock();
        folder::remove(&*self.disk, &self.names.backup(topic))?;
        folder::remove(&*self.disk, &self.names.current(topic))?;
        seen.forget(topic);
        self.sync(&self.names.folder)
    }

    fn set_aside(&self, topic: &TopicName, at: SystemTime) -> Result<String, StorageError> {
        let mut seen = self.seen.lock();
        let moved = self.hold().and_then(|()| {
            let file = self.file(topic)?;
            let folder = folder::of(&file).to_owned();
            let places = self.names.aside(&folder, topic, at);
            Ok((folder::move_aside(&*self.disk, &file, places)?, folder))
        });
        let (aside, folder) = seen.is_read(topic, moved)?;
        seen.note(topic, None);
        drop(seen);
        self.sync(&folder)?;
        Ok(aside.display().to_string())
    }

    fn unread(&self, topic: &TopicName) -> Option<StorageError> {
        self.seen.lock().unread(topic).cloned()
    }

    fn place(&self, topic: &TopicName) -> String {
        self.names.current(topic).display().to_string()
    }

    fn is_read_only(&self) -> bool {
        self.claim.is_read_only()
    }

    fn take_limits(&self) -> Vec<(Limit, StorageError)> {
        self.limits.take()
    }

    fn watch(
        &self,
        changed: Box<dyn Fn(TopicName) + Send>,
    ) -> Result<Option<Box<dyn Watcher>>, StorageError> {
        let (disk, seen) = (Arc::clone(&self.disk), Arc::clone(&self.seen));
        let (names, may_come) = (self.names.clone(), !self.is_read_only());
        let watch = Watch::begin(disk, names, seen, &self.watching, may_come, changed)?;
        Ok(Some(Box::new(watch)))
    }
}

/// All of a file; `None` if it is not there.
fn read(disk: &dyn Disk, file: &Path) -> Result<Option<Vec<u8>>, StorageError> {
    match disk.read(file) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StorageError::io("reading", file.display())(error)),
    }
}
