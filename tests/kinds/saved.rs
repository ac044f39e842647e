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
    /// What could not be saved, with the reason.
    unsaved: Vec<String>,
    _folder: TempDir,
}

impl<S: Storage> Send for &mut Saved<S> {
    fn send<T: Kind>(&mut self, state: &T) -> Outcome<T> {
        fingerprint(state)?;
        let topic = TopicName::of::<T>();
        let bytes = match self.persistence.encode(version(7), state) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.unsaved.push(format!("{topic}: {error}"));
                return Ok(state.clone());
            }
        };
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

/// What is saved is migrated, merged and compared as values, whose integers have 64 bits: wider
/// ones are an error that says where, and nothing is saved.
const UNSAVED: [&str; 5] = [
    "keys-128: -170141183460469231731687303715884105728: number out of range",
    "integers-128: [0]: number out of range",
    "integers-128: [0]: number out of range",
    "integers-128: [1]: number out of range",
    "enum-external: [0].big: number out of range",
];

fn save_all<S: Storage>(open: impl FnOnce(&TempDir) -> S, persistence: Persistence) {
    let folder = tempfile::tempdir().expect("a folder");
    let storage = open(&folder);
    let mut saved = Saved { storage, persistence, unsaved: Vec::new(), _folder: folder };
    send_all(&mut saved);
    let of_kind = |prefix| {
        let named = saved.unsaved.iter().filter_map(move |error| error.strip_prefix(prefix));
        named.collect::<Vec<_>>()
    };
    assert_eq!(of_kind("kind/"), UNSAVED);
    assert_eq!(of_kind("kind-in-bytes/"), UNSAVED);
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
