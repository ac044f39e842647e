//! A storage of one database for all topics.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use redb::backends::FileBackend;
use redb::{ReadableDatabase, ReadableTable, TableDefinition, WriteTransaction};
use revgate::TopicName;

use crate::aside::names_aside;
use crate::files::disk::{Disk, RealDisk};
use crate::files::folder;
use crate::files::limits::Limits;
use crate::storage::{Item, Storage, StorageError, next_session};

type Table = TableDefinition<'static, &'static str, &'static [u8]>;

const TOPICS: Table = TableDefinition::new("topics");
const BACKUPS: Table = TableDefinition::new("backups");
/// By the name that says when.
const ASIDE: Table = TableDefinition::new("aside");
const SESSION: TableDefinition<'static, (), u64> = TableDefinition::new("session");

/// Keeps all topics in one [redb](https://docs.rs/redb) database, for apps with thousands of them:
/// however many are saved together, it is one transaction, and one wait for the disk.
///
/// Nobody edits it, so [`StorageError::Changed`] does not occur and there is nothing to watch.
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
    /// `None` after a fault of the disk, of which redb asks to be opened again.
    open: Mutex<Option<redb::Database>>,
}

impl Database {
    /// Opens a database; makes it, and the folder it is in, if it is not there. A new one is the
    /// user's alone. One that was not closed is put in order, and all of it is checked.
    ///
    /// # Errors
    ///
    /// - [`StorageError::InUse`] if it is open already, in this process or another.
    /// - [`StorageError::Database`] if it is damaged, or no database of redb. It is let be.
    /// - [`StorageError::Io`] if it cannot be written to.
    pub fn open(file: impl AsRef<Path>) -> Result<Self, StorageError> {
        let file = file.as_ref();
        let file =
            std::path::absolute(file).map_err(StorageError::io("opening", file.display()))?;
        folder::create(&RealDisk, &Limits::default(), folder::of(&file), None)?;
        let database = Self { file, open: Mutex::default() };
        database.run("opening", |_| Ok(()))?;
        Ok(database)
    }

    /// What was set aside: where, as [`Storage::set_aside`] said, and what it is.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub fn unreadable(&self) -> Result<Vec<(String, Vec<u8>)>, StorageError> {
        self.run("reading", |database| {
            let aside = database.begin_read()?.open_table(ASIDE)?;
            let all = aside.iter()?.map(|entry| {
                let (name, bytes) = entry?;
                Ok((self.within(name.value()), bytes.value().to_owned()))
            });
            all.collect()
        })
    }

    /// Does something with the database.
    fn run<T>(
        &self,
        act: &'static str,
        run: impl FnOnce(&redb::Database) -> Result<T, redb::Error>,
    ) -> Result<T, StorageError> {
        // Either open or not after every statement, so a panic elsewhere spoils nothing.
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let database = match open.take() {
            Some(database) => database,
            None => self.open_file().map_err(|error| self.error("opening", error))?,
        };
        let done = run(&database);
        let is_usable = !matches!(done, Err(redb::Error::Io(_) | redb::Error::PreviousIo));
        *open = is_usable.then_some(database);
        done.map_err(|error| self.error(act, error))
    }

    fn open_file(&self) -> Result<redb::Database, redb::Error> {
        let file = FileBackend::new(private_file(&self.file)?)?;
        let mut builder = redb::Builder::new();
        // Without the check, redb may panic on a file that something else has damaged.
        let builder = builder.set_check_integrity_on_open(true);
        let database = builder.create_with_backend(file)?;
        RealDisk.sync_folder(folder::of(&self.file))?;
        // So that no table is missing for who reads.
        let transaction = database.begin_write()?;
        for table in [TOPICS, BACKUPS, ASIDE] {
            transaction.open_table(table)?;
        }
        transaction.open_table(SESSION)?;
        transaction.commit()?;
        Ok(database)
    }

    /// Changes something in one transaction: all of it, on the disk when this returns, or nothing.
    fn change<T>(
        &self,
        act: &'static str,
        change: impl FnOnce(&WriteTransaction) -> Result<T, redb::Error>,
    ) -> Result<T, StorageError> {
        self.run(act, |database| {
            // Durable at once, as is redb's default.
            let transaction = database.begin_write()?;
            let changed = change(&transaction)?;
            transaction.commit()?;
            Ok(changed)
        })
    }

    fn read(&self, table: Table, topic: &TopicName) -> Result<Option<Vec<u8>>, StorageError> {
        self.run("reading", |database| {
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
            // What is in the file, not the disk, is at fault: so redb says that it is none of its own.
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
        let last = self.run("reading", |database| {
            let table = database.begin_read()?.open_table(SESSION)?;
            Ok(table.get(())?.map_or(0, |session| session.value()))
        })?;
        let session = next_session(last, after, self.file.display())?;
        self.change("writing", |transaction| {
            transaction.open_table(SESSION)?.insert((), session)?;
            Ok(session)
        })
    }

    fn topics(&self) -> Result<Vec<TopicName>, StorageError> {
        self.run("reading", |database| {
            let table = database.begin_read()?.open_table(TOPICS)?;
            let names = table.iter()?.map(|entry| Ok(entry?.0.value().parse().ok()));
            names.filter_map(Result::transpose).collect()
        })
    }

    fn load(&self, topic: &TopicName) -> Result<Option<Vec<u8>>, StorageError> {
        self.read(TOPICS, topic)
    }

    fn load_backup(&self, topic: &TopicName) -> Result<Option<Vec<u8>>, StorageError> {
        self.read(BACKUPS, topic)
    }

    fn save(&self, items: &[Item<'_>]) -> Vec<Result<(), StorageError>> {
        let saved = self.change("writing", |transaction| {
            let mut topics = transaction.open_table(TOPICS)?;
            let mut backups = transaction.open_table(BACKUPS)?;
            for Item { topic, bytes, .. } in items {
                if let Some(before) = topics.insert(topic.as_str(), *bytes)? {
                    backups.insert(topic.as_str(), before.value())?;
                }
            }
            Ok(())
        });
        vec![saved; items.len()]
    }

    fn remove(&self, topic: &TopicName) -> Result<(), StorageError> {
        self.change("writing", |transaction| {
            transaction.open_table(TOPICS)?.remove(topic.as_str())?;
            transaction.open_table(BACKUPS)?.remove(topic.as_str())?;
            Ok(())
        })
    }

    fn set_aside(&self, topic: &TopicName, at: SystemTime) -> Result<String, StorageError> {
        let moved = self.change("writing", |transaction| {
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
        })?;
        let missing = || StorageError::missing("setting aside", self.place(topic));
        moved.map(|name| self.within(&name)).ok_or_else(missing)
    }

    fn place(&self, topic: &TopicName) -> String {
        self.within(topic.as_str())
    }
}

/// A file for reading and writing; if it is not there, one that is the user's alone.
fn private_file(file: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)
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
            database.change("writing", fault).expect_err("it has failed");
            assert!(database.open.lock().expect("no panic within").is_none());
            database
                .save(&[Item { topic: &topic, bytes: b"1", overwrite: false }])
                .remove(0)
                .expect("saved");
            assert!(database.open.lock().expect("no panic within").is_some());
        }
        assert_eq!(database.load(&topic).expect("loaded").as_deref(), Some(&b"1"[..]));
    }
}
