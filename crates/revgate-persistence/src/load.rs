//! What a topic begins with.

use std::path::Path;
use std::thread;

use revgate::{Topic, TopicName, Version};

use crate::aside::set_aside;
use crate::error::{Instead, Kept, LoadError};
use crate::import::import;
use crate::saver::edits::{LONGEST, SETTLING};
use crate::state::Read;
use crate::{Fault, Incident, Item, MigrationError, OnDisk, Persistence, Storage, StorageError};

/// A state that a topic begins with, other than its initial one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Loaded<T> {
    /// The state.
    pub data: T,
    /// The version that it was saved at; `None` if it was imported.
    pub version: Option<Version>,
    /// Whether it is what would be saved of it now. If not, it is to be saved soon.
    pub is_saved: bool,
    /// What is on the disk beyond it.
    pub on_disk: OnDisk,
}

/// Where a topic's states come from and go to.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The storage.
    pub storage: &'a dyn Storage,
    /// The topic.
    pub topic: &'a TopicName,
    /// How it is saved.
    pub persistence: &'a Persistence,
}

/// Loads a topic: what was saved last, or else what was saved before, or else what is to be
/// imported from `data_folder`, or else nothing. What is unusable is set aside and reported; what
/// cannot be read is reported and left as it is. What is not saved of the state is taken from
/// `initial`, and so is what it lacks because it was saved before its type had it: where serde
/// cannot do without it, nowhere else. Without an initial state, as those of a family are loaded,
/// only a migration or serde's own defaults can supply it; what lacks more is left as it is.
///
/// What is on the disk and must not be, as it is left out of what is saved since (see
/// [`Persistence::without`]), is gone when this returns: from what was saved last and from the
/// backup. What has been set aside is for a person to remove.
///
/// # Errors
///
/// If a newer program has saved it, it lacks what only an initial state could supply, or what is
/// unusable cannot be set aside.
pub fn load<T: Topic>(
    place: Place<'_>,
    initial: Option<&T>,
    data_folder: &Path,
    report: &dyn Fn(Incident),
) -> Result<Option<Loaded<T>>, LoadError> {
    let Place { storage, topic, persistence } = place;
    let put_by = match place.saved(initial) {
        Ok(Some(read)) => return Ok(Some(place.clean(read, true, initial, report))),
        Ok(None) => None,
        Err(fault) => {
            // Before anything is moved: if the backup is to be left as it is, so is this.
            place.backup(initial)?;
            Some(place.put_by(fault)?)
        }
    };
    let backup = place.backup(initial)?;
    let (topic, file) = (topic.clone(), storage.place(topic));
    match put_by {
        Some((fault, Some(kept))) => {
            let instead = if backup.is_some() { Instead::Backup } else { Instead::Initial };
            report(Incident::Unusable { topic, place: file, fault, kept, instead });
        }
        // It may well be usable: the storage keeps it from being overwritten, and the saver reads
        // it again.
        Some((fault, None)) => {
            report(Incident::Unread { topic, place: file, fault });
            return Ok(backup.map(|backup| backup.into_loaded(false)));
        }
        None if backup.is_some() => report(Incident::Missing { topic, place: file }),
        None => {}
    }
    if let Some(backup) = backup {
        return Ok(Some(place.clean(backup, false, initial, report)));
    }
    let Some((file, pointer)) = &persistence.import else { return Ok(None) };
    let file = data_folder.join(file);
    Ok(import(persistence, &file, pointer, initial).unwrap_or_else(|fault| {
        let (topic, place) = (place.topic.clone(), file.display().to_string());
        report(Incident::NotImported { topic, place, fault });
        None
    }))
}

impl Place<'_> {
    /// What was saved last. What is no record counts only if it stays as it is for a moment.
    fn saved<T: Topic>(self, initial: Option<&T>) -> Result<Option<Read<T>>, Fault> {
        let mut found = self.storage.load(self.topic)?;
        for _ in 0..LONGEST.as_millis() / SETTLING.as_millis() {
            let Some(bytes) = &found else { return Ok(None) };
            let read = self.persistence.read(bytes, initial);
            if !matches!(read, Err(Fault::Codec(_))) {
                return read.map(Some);
            }
            thread::sleep(SETTLING);
            let again = self.storage.load(self.topic)?;
            if again == found {
                return read.map(Some);
            }
            found = again;
        }
        found.map(|bytes| self.persistence.read(&bytes, initial)).transpose()
    }

    /// What was saved before, if it is usable.
    fn backup<T: Topic>(self, initial: Option<&T>) -> Result<Option<Read<T>>, LoadError> {
        let Ok(Some(bytes)) = self.storage.load_backup(self.topic) else { return Ok(None) };
        match self.persistence.read(&bytes, initial) {
            Ok(read) => Ok(Some(read)),
            // It stays the backup until something has been saved twice.
            Err(fault) => {
                let place = format!("the backup of {}", self.storage.place(self.topic));
                let_be(fault, place).map(|_| None)
            }
        }
    }

    /// What was read, when nothing is on the disk any more that must not be.
    fn clean<T: Topic>(
        self,
        read: Read<T>,
        is_newest: bool,
        initial: Option<&T>,
        report: &dyn Fn(Incident),
    ) -> Loaded<T> {
        let (version, is_clean) = (read.version, read.is_clean);
        let mut loaded = read.into_loaded(is_newest);
        let is_fixed = self.persistence.saves_all() || self.storage.is_read_only();
        if is_fixed || is_clean && self.is_backup_clean() {
            return loaded;
        }
        match self.clean_up(version, &loaded, initial) {
            Ok(on_disk) => (loaded.is_saved, loaded.on_disk) = (true, on_disk),
            Err(fault) => {
                let (topic, place) = (self.topic.clone(), self.storage.place(self.topic));
                report(Incident::NotCleaned { topic, place, fault });
            }
        }
        loaded
    }

    /// Saves what is loaded, and again if only that replaces the backup.
    fn clean_up<T: Topic>(
        self,
        version: Version,
        loaded: &Loaded<T>,
        initial: Option<&T>,
    ) -> Result<OnDisk, Fault> {
        let Loaded { data, on_disk, .. } = loaded;
        let (bytes, on_disk) = self.persistence.encode_over(version, data, initial, on_disk)?;
        let item = Item { topic: self.topic, bytes: &bytes, overwrite: false };
        for _ in 0..2 {
            self.storage.save(&[item]).into_iter().collect::<Result<(), _>>()?;
            if self.is_backup_clean() {
                break;
            }
        }
        Ok(on_disk)
    }

    /// Whether the backup is known to have nothing that must not be saved.
    fn is_backup_clean(self) -> bool {
        let Ok(Some(bytes)) = self.storage.load_backup(self.topic) else { return true };
        let Persistence { codec, .. } = self.persistence;
        let Ok(record) = codec.decode(&bytes) else { return false };
        match self.persistence.migrate(record.schema, record.data) {
            Ok(data) => self.persistence.fields().keep(data.clone()) == data,
            // What a newer program has saved is not for this one to change.
            Err(Fault::Migration(MigrationError::Newer { .. })) => true,
            Err(_) => false,
        }
    }

    /// Keeps what is unusable from being overwritten. What cannot be read may well be usable, and
    /// is left where it is: what becomes of it then is `None`.
    fn put_by(self, fault: Fault) -> Result<(Fault, Option<Kept>), LoadError> {
        match let_be(fault, self.storage.place(self.topic))? {
            Fault::Storage(error) if !error.is_of_a_folder() => Ok((error.into(), None)),
            fault => match set_aside(self.storage, self.topic) {
                Ok(place) => Ok((fault, Some(Kept::As(place)))),
                // Then it will not be overwritten either; and a full disk does not stop the start.
                Err(StorageError::ReadOnly { .. } | StorageError::Io { .. }) => {
                    Ok((fault, Some(Kept::InPlace)))
                }
                Err(error) => {
                    let place = self.storage.place(self.topic);
                    Err(LoadError::NotSetAside { place, fault: Box::new(fault), error })
                }
            },
        }
    }
}

/// The fault, unless what is in this place and has it is neither to be changed nor passed over.
fn let_be(fault: Fault, place: String) -> Result<Fault, LoadError> {
    match fault {
        Fault::Migration(error @ MigrationError::Newer { .. }) => {
            Err(LoadError::Newer { place, error })
        }
        Fault::Incomplete { version, invalid } => {
            Err(LoadError::Incomplete { place, version, invalid })
        }
        fault => Ok(fault),
    }
}
