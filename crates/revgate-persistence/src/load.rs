//! What a topic begins with.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use revgate::json::fingerprint;
use revgate::{Invalid, Topic, TopicName, Version};
use serde_json::Value;
use serde_path_to_error::{Serializer as Tracked, Track};

use crate::error::{Instead, Kept, LoadError};
use crate::{
    CodecError, Fault, Incident, MigrationError, Persistence, Record, Storage, StorageError,
};

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
/// imported from `data_folder`, or else nothing. What is unusable is set aside and reported. What
/// is not saved of the state is taken from `initial`.
///
/// # Errors
///
/// If a newer program has saved it, or what is unusable cannot be set aside.
pub fn load<T: Topic>(
    place: Place<'_>,
    initial: Option<&T>,
    data_folder: &Path,
    report: &dyn Fn(Incident),
) -> Result<Option<Loaded<T>>, LoadError> {
    let Place { storage, topic, persistence } = place;
    let rest = initial.and_then(|initial| json(initial).ok()).unwrap_or_default();
    let saved = match storage.load(topic) {
        Ok(Some(bytes)) => persistence.read(&bytes, &rest).map(Some),
        Ok(None) => Ok(None),
        Err(error) => Err(error.into()),
    };
    let fault = match saved {
        Ok(Some(loaded)) => return Ok(Some(loaded)),
        Ok(None) => None,
        Err(fault) => Some(fault),
    };
    // It may well be usable: the storage keeps it from being overwritten, and the saver reads it
    // again.
    if let Some(Fault::Storage(error)) = &fault
        && !error.is_of_a_folder()
    {
        let (topic, fault) = (topic.clone(), error.clone().into());
        report(Incident::Unread { place: storage.place(&topic), topic, fault });
        return place.backup(&rest);
    }
    let kept = fault.as_ref().map(|fault| place.set_aside(fault)).transpose()?;
    let backup = place.backup(&rest)?;
    let topic = topic.clone();
    match (fault, kept) {
        (Some(fault), Some(kept)) => {
            let instead = if backup.is_some() { Instead::Backup } else { Instead::Initial };
            let place = storage.place(&topic);
            report(Incident::Unusable { topic, place, fault, kept, instead });
        }
        _ if backup.is_some() => {
            let place = storage.place(&topic);
            report(Incident::Missing { topic, place });
        }
        _ => {}
    }
    if backup.is_some() {
        return Ok(backup);
    }
    let Some((file, pointer)) = &persistence.import else { return Ok(None) };
    let file = data_folder.join(file);
    Ok(import(place, &file, pointer, rest).unwrap_or_else(|fault| {
        let (topic, place) = (place.topic.clone(), file.display().to_string());
        report(Incident::NotImported { topic, place, fault });
        None
    }))
}

impl Persistence {
    /// What is saved of the state `data` at `version`.
    ///
    /// # Errors
    ///
    /// If it cannot be written so.
    pub fn encode<T: Topic>(&self, version: Version, data: &T) -> Result<Vec<u8>, CodecError> {
        let data = self.fields().keep(json(data)?);
        self.codec.encode(&Record::new(self.migrations.schema(), version, data))
    }

    /// The state in what was saved as `bytes`. What is not saved of it is taken from `rest`.
    ///
    /// # Errors
    ///
    /// If it is unusable.
    pub fn decode<T: Topic>(&self, bytes: &[u8], rest: &T) -> Result<T, Fault> {
        Ok(self.read(bytes, &json(rest)?)?.data)
    }

    fn read<T: Topic>(&self, bytes: &[u8], rest: &Value) -> Result<Loaded<T>, Fault> {
        let record = self.codec.decode(bytes)?;
        let (version, schema) = (record.version(), record.schema);
        let data = self.migrations.migrate(schema, record.data)?;
        let data = state(self.fields().complete(data, rest))?;
        let is_saved = schema == self.migrations.schema();
        Ok(Loaded { data, version: Some(version), is_saved })
    }
}

impl Place<'_> {
    /// What was saved before, if it is usable.
    fn backup<T: Topic>(self, rest: &Value) -> Result<Option<Loaded<T>>, LoadError> {
        let Ok(Some(bytes)) = self.storage.load_backup(self.topic) else { return Ok(None) };
        match self.persistence.read(&bytes, rest) {
            Ok(loaded) => Ok(Some(Loaded { is_saved: false, ..loaded })),
            Err(Fault::Migration(error @ MigrationError::Newer { .. })) => Err(self.newer(error)),
            // It stays the backup until something has been saved twice.
            Err(_) => Ok(None),
        }
    }

    /// Keeps what is unusable from being overwritten.
    fn set_aside(self, fault: &Fault) -> Result<Kept, LoadError> {
        if let Fault::Migration(error @ MigrationError::Newer { .. }) = fault {
            return Err(self.newer(error.clone()));
        }
        match self.storage.set_aside(self.topic, SystemTime::now()) {
            Ok(place) => Ok(Kept::As(place)),
            // Then it will not be overwritten either; and a full disk does not stop the start.
            Err(StorageError::ReadOnly { .. } | StorageError::Io { .. }) => Ok(Kept::InPlace),
            Err(error) => {
                let place = self.storage.place(self.topic);
                Err(LoadError::NotSetAside { place, fault: Box::new(fault.clone()), error })
            }
        }
    }

    fn newer(self, error: MigrationError) -> LoadError {
        LoadError::Newer { place: self.storage.place(self.topic), error }
    }
}

/// The state in a file of another system for keeping state; `None` if there is no such file.
fn import<T: Topic>(
    place: Place<'_>,
    file: &Path,
    pointer: &str,
    mut rest: Value,
) -> Result<Option<Loaded<T>>, Fault> {
    let text = match fs::read(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StorageError::io("reading", file.display())(error).into()),
    };
    let mut imported: Value = serde_json::from_slice(&text).map_err(CodecError::new)?;
    let imported = imported.pointer_mut(pointer).map(Value::take);
    let imported =
        imported.ok_or_else(|| CodecError::new(format_args!("nothing is at {pointer}")))?;
    let migrations = &place.persistence.migrations;
    let imported = migrations.migrate(migrations.oldest(), imported)?;
    match (&mut rest, imported) {
        (Value::Object(fields), Value::Object(imported)) => fields.extend(imported),
        (rest, imported) => *rest = imported,
    }
    Ok(Some(Loaded { data: state(rest)?, version: None, is_saved: false }))
}

/// The valid state that `data` describes.
fn state<T: Topic>(data: Value) -> Result<T, Invalid> {
    let state: T = serde_path_to_error::deserialize(data).map_err(|error| {
        let path = error.path().to_string();
        // The path of the whole is ".", which says nothing.
        Invalid::new(if path == "." { String::new() } else { path }, error.into_inner().to_string())
    })?;
    state.validate()?;
    // What a default has filled in may be no number that can be saved.
    fingerprint(&state)?;
    Ok(state)
}

fn json<T: Topic>(state: &T) -> Result<Value, CodecError> {
    serde_json::to_value(state).map_err(|error| {
        let mut track = Track::new();
        let tracked = state.serialize(Tracked::new(serde_json::value::Serializer, &mut track));
        CodecError::new(format_args!("{}: {}", track.path(), tracked.err().unwrap_or(error)))
    })
}
