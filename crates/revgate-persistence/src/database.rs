//! A storage of one database for all topics.

mod backend;

use std::collections::{HashMap, HashSet};
use std::fs::{self, OpenOptions};
use std::io;
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use redb::{ReadableDatabase, ReadableTable, TableDefinition, WriteTransaction};
use revgate::TopicName;

use crate::aside::names_aside;
use crate::files::claim::is_bearable;
use crate::files::disk::Disk;
use crate::files::limits::Limits;
use crate::files::patience::Patient;
use crate::files::{LEAP, folder};
use crate::storage::{Item, LOCK_WAIT, Limit, Storage, StorageError, next_session, open_within};
use backend::Backend;

type Table = TableDefinition<'static, &'static str, &'static [u8]>;

const TOPICS: Table = TableDefinition::new("topics");
const BACKUPS: Table = TableDefinition::new("backups");
/// By the name that says when.
const ASIDE: Table = TableDefinition::new("aside");
const SESSION: TableDefinition<'static, (), u64> = TableDefinition::new("session");

/// Keeps all topics in one [redb](https://docs.rs/redb) database, for apps with thousands of them:
/// however many are saved together, it is one transaction, and one wait for the disk.
///
/// Nobody edits it, so there is nothing to watch. [`StorageError::Changed`] is of a topic that is
/// there and has not been loaded, or could not be.
///
/// ```
/// use revgate::TopicName;
/// use revgate_persistence::{Database, Item, Storage};
///
/// # let folder = tempfile::tempdir()?;
/// # let folder = folder.path();
/// let database = Database::open(folder.join("topics.redb"))?;
/// let topics = ["doc:1", "doc:2"].map(str::parse::<TopicName>);
/// let topics = topics.into_iter().collect::<Result<Vec<_>, _>>()?;
/// let items = topics.iter().map(|topic| Item { topic, bytes: b"{}", overwrite: false });
/// let saved = database.save(&items.collect::<Vec<_>>());
/// assert!(saved.iter().all(Result::is_ok));
/// assert_eq!(database.topics()?, topics);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Database {
    file: PathBuf,
    disk: Patient,
    limits: Arc<Limits>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// `None` after a fault of the disk, of which redb asks to be opened again.
    open: Option<redb::Database>,
    /// What is in the file, if that can be read and not be written to.
    copy: Option<redb::Database>,
    /// Of the session that is not on the disk yet: nothing of it is to be there before its number.
    session: Option<u64>,
    /// What has been loaded or saved.
    known: HashSet<TopicName>,
    /// What could not be read, or not be set aside, and why.
    unread: HashMap<TopicName, StorageError>,
}

impl State {
    /// Notes whether a topic may be replaced, by what was read of it or done with it.
    fn tried<T>(
        &mut self,
        topic: &TopicName,
        tried: Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        match &tried {
            Ok(_) => {
                self.known.insert(topic.clone());
                self.unread.remove(topic);
            }
            Err(error) => {
                self.known.remove(topic);
                self.unread.insert(topic.clone(), error.clone());
            }
        }
        tried
    }
}

impl Database {
    /// Opens a database; makes it, and the folder it is in, if it is not there. A new one is the
    /// user's alone. One that was not closed is put in order, and all of it is checked. One that
    /// cannot be written to for now, as its disk is full, broken or read-only, or access is denied,
    /// is open as well: what is there is loaded, and what is saved fails until it can be written
    /// to. [`Storage::take_limits`] tells of it. Waits for [`LOCK_WAIT`] if it is in use: an app
    /// that restarts starts before it has ended.
    ///
    /// # Errors
    ///
    /// - [`StorageError::InUse`] if it is still open then, in this process or another.
    /// - [`StorageError::Database`] if it is damaged, or no database of redb. It is let be.
    /// - [`StorageError::Io`] if it cannot be a file.
    pub fn open(file: impl AsRef<Path>) -> Result<Self, StorageError> {
        Self::open_within(LOCK_WAIT, file)
    }

    /// As [`Database::open`], but waits for so long.
    ///
    /// # Errors
    ///
    /// As [`Database::open`].
    pub fn open_within(wait: Duration, file: impl AsRef<Path>) -> Result<Self, StorageError> {
        let file = file.as_ref();
        let file =
            std::path::absolute(file).map_err(StorageError::io("opening", file.display()))?;
        let (disk, limits) = (Patient::real(), Arc::default());
        let database = Self { file, disk, limits, state: Mutex::default() };
        match open_within(wait, || database.ready(&mut database.state())) {
            Err(error) if is_bearable(&error) => database.limits.note(Limit::Saving, error),
            opened => opened?,
        }
        Ok(database)
    }

    /// What was set aside: where, as [`Storage::set_aside`] said, and what it is.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub fn unreadable(&self) -> Result<Vec<(String, Vec<u8>)>, StorageError> {
        self.read_with(|database| {
            let aside = database.begin_read()?.open_table(ASIDE)?;
            let all = aside.iter()?.map(|entry| {
                let (name, bytes) = entry?;
                Ok((self.within(name.value()), bytes.value().to_owned()))
            });
            all.collect()
        })
    }

    /// Opens the file, if it is not open.
    fn ready(&self, state: &mut State) -> Result<(), StorageError> {
        if state.open.is_none() {
            let folder = folder::of(&self.file);
            folder::create(&self.disk, &self.limits, folder, None)?;
            if !self.file.exists() {
                self.make_file().map_err(|error| self.error("creating", error))?;
            }
            let opened = self.open_file().map_err(|error| self.error("opening", error))?;
            folder::sync(&self.disk, &self.limits, folder)?;
            // What cannot be removed is in nobody's way.
            drop(folder::clean_beside(&self.disk, &self.file));
            (state.open, state.copy) = (Some(opened), None);
        }
        Ok(())
    }

    /// Puts a new database in its place, whole: one that a full disk, or a kill, has left half made
    /// is no database, and would stop every later start.
    fn make_file(&self) -> Result<(), redb::Error> {
        let (file, temporary) = self.disk.create(&self.file)?;
        let file = Backend::new(file, self.file.clone(), Arc::clone(&self.limits))?;
        let made = builder().create_with_backend(file).map_err(redb::Error::from);
        let made = made.and_then(|database| make_tables(&database));
        // Not over what another process may have made meanwhile.
        let placed = made.and_then(|()| match fs::hard_link(&temporary, &self.file) {
            Err(_) if !self.file.exists() => Ok(self.disk.rename(&temporary, &self.file)?),
            _ => Ok(()),
        });
        drop(self.disk.remove(&temporary));
        placed
    }

    fn open_file(&self) -> Result<redb::Database, redb::Error> {
        let file =
            self.disk.call(|_| OpenOptions::new().read(true).write(true).open(&self.file))?;
        let file = Backend::new(file, self.file.clone(), Arc::clone(&self.limits))?;
        let database = builder().create_with_backend(file)?;
        // So that no table is missing for who reads; and that a full disk is read.
        if !has_tables(&database)? {
            make_tables(&database)?;
        }
        Ok(database)
    }

    /// What is in the file, without the file.
    fn open_copy(&self) -> Result<redb::Database, redb::Error> {
        let bytes = match self.disk.read(&self.file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            read => read?,
        };
        let database = builder().create_with_backend(backend::copy(&bytes)?)?;
        make_tables(&database)?;
        Ok(database)
    }

    /// Does something with the database; after a fault of the disk, it is opened again.
    fn with_open<T>(
        &self,
        state: &mut State,
        act: &'static str,
        run: impl FnOnce(&redb::Database) -> Result<T, redb::Error>,
    ) -> Result<T, StorageError> {
        self.ready(state)?;
        let Some(database) = state.open.take() else {
            return Err(StorageError::missing(act, self.file.display()));
        };
        let done = run(&database);
        let is_usable = !matches!(done, Err(redb::Error::Io(_) | redb::Error::PreviousIo));
        state.open = is_usable.then_some(database);
        done.map_err(|error| self.error(act, error))
    }

    /// Reads something, from the file or else from a copy of it.
    fn read_with<T>(
        &self,
        run: impl FnOnce(&redb::Database) -> Result<T, redb::Error>,
    ) -> Result<T, StorageError> {
        let state = &mut *self.state();
        if state.open.is_none() && state.copy.is_none() {
            match self.ready(state) {
                Err(error) if is_bearable(&error) => {
                    state.copy =
                        Some(self.open_copy().map_err(|error| self.error("reading", error))?);
                }
                opened => opened?,
            }
        }
        match &state.copy {
            Some(copy) => run(copy).map_err(|error| self.error("reading", error)),
            None => self.with_open(state, "reading", run),
        }
    }

    /// Changes something in one transaction: all of it, on the disk when this returns, or nothing.
    fn change<T>(
        &self,
        state: &mut State,
        change: impl FnOnce(&WriteTransaction) -> Result<T, redb::Error>,
    ) -> Result<T, StorageError> {
        let session = state.session;
        let changed = self.with_open(state, "writing", |database| {
            // Durable at once, as is redb's default.
            let transaction = database.begin_write()?;
            if let Some(session) = session {
                let mut table = transaction.open_table(SESSION)?;
                // What could not be read when the session began may be a larger one.
                let last = table.get(())?.map_or(0, |last| last.value());
                table.insert((), session.max(last))?;
            }
            let changed = change(&transaction)?;
            transaction.commit()?;
            Ok(changed)
        })?;
        state.session = None;
        Ok(changed)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Either open or not after every statement, so a panic elsewhere spoils nothing.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, table: Table, topic: &TopicName) -> Result<Option<Vec<u8>>, StorageError> {
        self.read_with(|database| {
            let table = database.begin_read()?.open_table(table)?;
            Ok(table.get(topic.as_str())?.map(|bytes| bytes.value().to_owned()))
        })
    }

    fn within(&self, name: &str) -> String {
        format!("`{name}` in {}", self.file.display())
    }

    fn error(&self, act: &'static str, error: redb::Error) -> StorageError {
        let place = self.file.display().to_string();
        match error {
            redb::Error::DatabaseAlreadyOpen => StorageError::InUse { place },
            // What is in the file, not the disk, is at fault: so redb says that it is none of its
            // own.
            redb::Error::Io(cause) if cause.kind() == io::ErrorKind::InvalidData => {
                StorageError::Database { act, place, cause: cause.to_string() }
            }
            redb::Error::Io(cause) => StorageError::Io { act, place, cause: Arc::new(cause) },
            error => StorageError::Database { act, place, cause: error.to_string() },
        }
    }
}

impl Storage for Database {
    fn begin_session(&self, after: u64) -> Result<u64, StorageError> {
        let last = self.read_with(|database| {
            let table = database.begin_read()?.open_table(SESSION)?;
            Ok(table.get(())?.map_or(0, |session| session.value()))
        });
        let last = last.unwrap_or_else(|_| after.saturating_add(LEAP));
        let session = next_session(last, after, self.file.display())?;
        let state = &mut *self.state();
        state.session = Some(session);
        match self.change(state, |_| Ok(())) {
            Err(error) if is_bearable(&error) => self.limits.note(Limit::Saving, error),
            counted => counted?,
        }
        Ok(session)
    }

    fn topics(&self) -> Result<Vec<TopicName>, StorageError> {
        self.read_with(|database| {
            let table = database.begin_read()?.open_table(TOPICS)?;
            let names = table.iter()?.map(|entry| Ok(entry?.0.value().parse().ok()));
            names.filter_map(Result::transpose).collect()
        })
    }

    fn load(&self, topic: &TopicName) -> Result<Option<Vec<u8>>, StorageError> {
        let loaded = self.read(TOPICS, topic);
        self.state().tried(topic, loaded)
    }

    fn load_backup(&self, topic: &TopicName) -> Result<Option<Vec<u8>>, StorageError> {
        match self.read(BACKUPS, topic) {
            Ok(found) => Ok(found),
            unread => self.state().tried(topic, unread),
        }
    }

    fn save(&self, items: &[Item<'_>]) -> Vec<Result<(), StorageError>> {
        let state = &mut *self.state();
        let mut known = mem::take(&mut state.known);
        let mut new = HashSet::new();
        let saved = self.change(state, |transaction| {
            let mut topics = transaction.open_table(TOPICS)?;
            let mut backups = transaction.open_table(BACKUPS)?;
            let mut save = |Item { topic, bytes, overwrite }: &Item<'_>| {
                let is_known = *overwrite || known.contains(*topic) || new.contains(*topic);
                if !is_known && topics.get(topic.as_str())?.is_some() {
                    return Ok(Err(StorageError::Changed { place: self.place(topic) }));
                }
                if let Some(before) = topics.insert(topic.as_str(), *bytes)? {
                    backups.insert(topic.as_str(), before.value())?;
                }
                new.insert((*topic).clone());
                Ok(Ok(()))
            };
            items.iter().map(&mut save).collect::<Result<Vec<_>, redb::Error>>()
        });
        if saved.is_ok() {
            state.unread.retain(|topic, _| !new.contains(topic));
            known.extend(new);
        }
        state.known = known;
        saved.unwrap_or_else(|error| vec![Err(error); items.len()])
    }

    fn remove(&self, topic: &TopicName) -> Result<(), StorageError> {
        self.change(&mut self.state(), |transaction| {
            transaction.open_table(TOPICS)?.remove(topic.as_str())?;
            transaction.open_table(BACKUPS)?.remove(topic.as_str())?;
            Ok(())
        })
    }

    fn set_aside(&self, topic: &TopicName, at: SystemTime) -> Result<String, StorageError> {
        let state = &mut *self.state();
        let moved = self.change(state, |transaction| {
            let mut topics = transaction.open_table(TOPICS)?;
            let Some(bytes) = topics.remove(topic.as_str())? else { return Ok(None) };
            let mut aside = transaction.open_table(ASIDE)?;
            for name in names_aside(topic.as_str(), at) {
                if aside.get(name.as_str())?.is_none() {
                    aside.insert(name.as_str(), bytes.value())?;
                    return Ok(Some(name));
                }
            }
            Ok(None)
        });
        let moved = state.tried(topic, moved)?;
        let missing = || StorageError::missing("setting aside", self.place(topic));
        moved.map(|name| self.within(&name)).ok_or_else(missing)
    }

    fn unread(&self, topic: &TopicName) -> Option<StorageError> {
        self.state().unread.get(topic).cloned()
    }

    fn take_limits(&self) -> Vec<(Limit, StorageError)> {
        self.limits.take()
    }

    fn place(&self, topic: &TopicName) -> String {
        self.within(topic.as_str())
    }
}

fn builder() -> redb::Builder {
    let mut builder = redb::Builder::new();
    // Without the check, redb may panic on a file that something else has damaged.
    builder.set_check_integrity_on_open(true);
    builder
}

fn has_tables(database: &redb::Database) -> Result<bool, redb::Error> {
    let tables = database.begin_read()?.list_tables()?.count();
    Ok(tables == [TOPICS, BACKUPS, ASIDE].len() + 1)
}

fn make_tables(database: &redb::Database) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    for table in [TOPICS, BACKUPS, ASIDE] {
        transaction.open_table(table)?;
    }
    transaction.open_table(SESSION)?;
    Ok(transaction.commit()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_fault_of_the_disk_it_is_opened_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::open(folder.path().join("topics.redb")).expect("it opens");
        let topic = "settings".parse().expect("well-formed");
        for fault in [redb::Error::Io(io::ErrorKind::StorageFull.into()), redb::Error::PreviousIo] {
            let fault = |_: &WriteTransaction| Err::<(), _>(fault);
            database.change(&mut database.state(), fault).expect_err("it has failed");
            assert!(database.state().open.is_none());
            database
                .save(&[Item { topic: &topic, bytes: b"1", overwrite: false }])
                .remove(0)
                .expect("saved");
            assert!(database.state().open.is_some());
        }
        assert_eq!(database.load(&topic).expect("loaded").as_deref(), Some(&b"1"[..]));
    }
}
