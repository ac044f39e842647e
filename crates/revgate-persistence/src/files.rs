//! A storage of one file for each topic.

pub(crate) mod disk;
mod draft;
pub(crate) mod folder;
mod name;
mod seen;
#[cfg(test)]
mod tests;
mod watch;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use revgate::TopicName;

use crate::storage::{Item, Storage, StorageError, Watcher, next_session};
use disk::{Disk, RealDisk};
use draft::Draft;
use folder::Lock;
use name::Names;
use seen::Seen;
use watch::Watch;

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
    /// Held for as long as this may save; nothing may be saved without it.
    lock: Option<Lock>,
}

impl Files {
    /// Opens a folder, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// [`StorageError::InUse`] if it is open already, in this process or another, and
    /// [`StorageError::Io`] if it cannot be written to.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, StorageError> {
        Self::open_on(Arc::new(RealDisk), folder.as_ref())
    }

    /// Opens a folder that another process may have in use, or that is not to be written to. What
    /// others save is loaded, and noticed by [`Storage::watch`].
    ///
    /// # Errors
    ///
    /// [`StorageError::Io`] if a relative path leads nowhere, for the process has no folder.
    pub fn open_read_only(folder: impl AsRef<Path>) -> Result<Self, StorageError> {
        Self::new(Arc::new(RealDisk), folder.as_ref())
    }

    /// Opens a folder; read-only, if it is in use.
    ///
    /// # Errors
    ///
    /// [`StorageError::Io`] if it is not in use and cannot be written to.
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
        let mut files = Self::new(disk, folder)?;
        let folder = &files.names.folder;
        folder::create(&*files.disk, folder)?;
        files.lock = Some(Lock::take(folder)?);
        folder::clean(&*files.disk, folder)?;
        Ok(files)
    }

    /// Read-only, without the lock.
    fn new(disk: Arc<dyn Disk>, folder: &Path) -> Result<Self, StorageError> {
        // So that it stays the same if the process goes to another folder.
        let absolute = std::path::absolute(folder);
        let folder = absolute.map_err(StorageError::io("opening", folder.display()))?;
        let names = Names { folder, extension: "json".to_owned() };
        Ok(Self { disk, names, seen: Arc::default(), lock: None })
    }

    /// That all may be changed.
    fn writable(&self) -> Result<(), StorageError> {
        match self.lock {
            Some(_) => Ok(()),
            None => Err(StorageError::ReadOnly { place: self.names.folder.display().to_string() }),
        }
    }

    /// Puts on the disk what is to take the place of a topic's file.
    fn draft(&self, item: &Item<'_>) -> Result<Draft<'_>, StorageError> {
        self.writable()?;
        let target = self.file(item.topic)?;
        let permissions = match fs::metadata(&target) {
            Ok(metadata) => Some(metadata.permissions()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(StorageError::io("examining", target.display())(error)),
        };
        if permissions.as_ref().is_some_and(fs::Permissions::readonly) {
            let denied = io::Error::new(io::ErrorKind::PermissionDenied, "it is read-only");
            return Err(StorageError::io("replacing", target.display())(denied));
        }
        Draft::write(&*self.disk, target, item.bytes, permissions)
    }

    /// Puts a draft in its place, and what was there in that of the backup. Returns its folder.
    fn replace(&self, draft: Draft<'_>, item: &Item<'_>) -> Result<PathBuf, StorageError> {
        let file = draft.target().to_owned();
        let mut seen = self.seen.lock();
        if !item.overwrite {
            let found = read(&file)?;
            if found.is_some() && !seen.is(item.topic, found.as_deref()) {
                return Err(StorageError::Changed { place: file.display().to_string() });
            }
        }
        // Made before, for the file is never to be missing; put after, for until then the older
        // backup is the only other state there is.
        let backup = Draft::of(&*self.disk, &file, self.names.backup(item.topic))?;
        let put = draft.put();
        // A disk on the network may rename, and then say that it could not.
        if put.is_ok() || matches!(read(&file), Ok(Some(found)) if found == item.bytes) {
            seen.note(item.topic, Some(item.bytes));
        }
        put?;
        backup.map_or(Ok(()), Draft::put)?;
        Ok(folder::of(&file).to_owned())
    }

    fn sync(&self, folder: &Path) -> Result<(), StorageError> {
        self.disk.sync_folder(folder).map_err(StorageError::io("syncing", folder.display()))
    }

    /// A topic's file, behind any links.
    fn file(&self, topic: &TopicName) -> Result<PathBuf, StorageError> {
        folder::follow(self.names.current(topic))
    }
}

impl Storage for Files {
    fn begin_session(&self, after: u64) -> Result<u64, StorageError> {
        let file = self.names.folder.join(".session");
        // One that cannot be read is as good as none: what the caller has seen still counts.
        let last = fs::read_to_string(&file).ok().and_then(|text| text.trim().parse().ok());
        let session = next_session(last.unwrap_or(0), after, file.display())?;
        if self.is_read_only() {
            return Ok(session);
        }
        Draft::write(&*self.disk, file, format!("{session}\n").as_bytes(), None)?.put()?;
        self.sync(&self.names.folder)?;
        Ok(session)
    }

    fn topics(&self) -> Result<Vec<TopicName>, StorageError> {
        let files = folder::files(&self.names.folder)?;
        let mut topics: Vec<_> = files.iter().filter_map(|file| self.names.topic(file)).collect();
        topics.sort_unstable();
        Ok(topics)
    }

    fn load(&self, topic: &TopicName) -> Result<Option<Vec<u8>>, StorageError> {
        let mut seen = self.seen.lock();
        let found = read(&self.names.current(topic))?;
        seen.note(topic, found.as_deref());
        Ok(found)
    }

    fn load_backup(&self, topic: &TopicName) -> Result<Option<Vec<u8>>, StorageError> {
        read(&self.names.backup(topic))
    }

    fn save(&self, items: &[Item<'_>]) -> Vec<Result<(), StorageError>> {
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
        self.writable()?;
        let mut seen = self.seen.lock();
        folder::remove(&*self.disk, &self.names.backup(topic))?;
        folder::remove(&*self.disk, &self.names.current(topic))?;
        seen.note(topic, None);
        self.sync(&self.names.folder)
    }

    fn set_aside(&self, topic: &TopicName, at: SystemTime) -> Result<String, StorageError> {
        self.writable()?;
        let mut seen = self.seen.lock();
        let file = self.file(topic)?;
        let aside =
            folder::move_aside(&*self.disk, &file, self.names.aside(folder::of(&file), topic, at))?;
        seen.note(topic, None);
        self.sync(folder::of(&file))?;
        Ok(aside.display().to_string())
    }

    fn place(&self, topic: &TopicName) -> String {
        self.names.current(topic).display().to_string()
    }

    fn is_read_only(&self) -> bool {
        self.lock.is_none()
    }

    fn watch(
        &self,
        changed: Box<dyn Fn(TopicName) + Send>,
    ) -> Result<Option<Box<dyn Watcher>>, StorageError> {
        let watch = Watch::begin(self.names.clone(), Arc::clone(&self.seen), changed)?;
        Ok(Some(Box::new(watch)))
    }
}

/// All of a file; `None` if it is not there.
fn read(file: &Path) -> Result<Option<Vec<u8>>, StorageError> {
    match fs::read(file) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StorageError::io("reading", file.display())(error)),
    }
}
