//! States that are saved and loaded.

use revgate::json::fingerprint;
use revgate::{Invalid, TopicName};
use revgate_persistence::{Database, Files, Item, Json, Persistence, Postcard, Storage};
use tempfile::TempDir;

use super::kinds::Kind;
use super::{Outcome, Send, send_all, version};

struct Saved<S> {
    storage: S,
    persistence: Persistence,
    _folder: TempDir,
}

impl<S: Storage> Send for &mut Saved<S> {
    fn send<T: Kind>(&mut self, state: &T) -> Outcome<T> {
        fingerprint(state)?;
        let topic = TopicName::of::<T>();
        let bytes = self.persistence.encode(version(7), state);
        let bytes = bytes.map_err(|error| Invalid::new("", error.to_string()))?;
        let item = Item { topic: &topic, bytes: &bytes, overwrite: false };
        for saved in self.storage.save(&[item]) {
            saved.expect("it is saved");
        }
        let loaded = self.storage.load(&topic).expect("it is loaded").expect("it was saved");
        let first = T::values().remove(0);
        let decoded = self.persistence.decode(&loaded, &first);
        decoded.map_err(|fault| Invalid::new("", fault.to_string()))
    }
}

fn save_all<S: Storage>(open: impl FnOnce(&TempDir) -> S, persistence: Persistence) {
    let folder = tempfile::tempdir().expect("a folder");
    let storage = open(&folder);
    send_all(&mut Saved { storage, persistence, _folder: folder });
}

fn files(folder: &TempDir) -> Files {
    Files::open(folder).expect("an empty folder")
}

fn database(folder: &TempDir) -> Database {
    Database::open(folder.path().join("states.redb")).expect("a new database")
}

#[test]
fn files_of_json_carry_it() {
    save_all(files, Persistence::new().codec(Json));
}

#[test]
fn files_of_postcard_carry_it() {
    save_all(files, Persistence::new().codec(Postcard));
}

#[test]
fn a_database_of_json_carries_it() {
    save_all(database, Persistence::new().codec(Json));
}

#[test]
fn a_database_of_postcard_carries_it() {
    save_all(database, Persistence::new().codec(Postcard));
}
