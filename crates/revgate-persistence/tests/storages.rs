//! One suite for every storage.

#[path = "storages/model.rs"]
mod model;
#[path = "storages/suite.rs"]
mod suite;

use std::fs;

use tempfile::TempDir;

#[cfg(feature = "database")]
use revgate_persistence::Database;
use revgate_persistence::{Files, Memory, Storage};

/// Where a storage lives, however often it is opened.
trait Home: Default {
    type Storage: Storage;

    fn open(&self) -> Self::Storage;

    /// What was set aside, by the name that setting it aside returned.
    fn aside(storage: &Self::Storage, place: &str) -> Option<Vec<u8>>;
}

struct Folder(TempDir);

impl Default for Folder {
    fn default() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }
}

#[derive(Default)]
struct FilesHome(Folder);

impl Home for FilesHome {
    type Storage = Files;

    fn open(&self) -> Files {
        Files::open(self.0.0.path()).expect("it opens")
    }

    fn aside(_storage: &Files, place: &str) -> Option<Vec<u8>> {
        fs::read(place).ok()
    }
}

#[derive(Default)]
struct MemoryHome(Memory);

impl Home for MemoryHome {
    type Storage = Memory;

    fn open(&self) -> Memory {
        self.0.clone()
    }

    fn aside(storage: &Memory, place: &str) -> Option<Vec<u8>> {
        storage.unreadable().into_iter().find(|(name, _)| name == place).map(|(_, bytes)| bytes)
    }
}

#[cfg(feature = "database")]
#[derive(Default)]
struct DatabaseHome(Folder);

#[cfg(feature = "database")]
impl Home for DatabaseHome {
    type Storage = Database;

    fn open(&self) -> Database {
        Database::open(self.0.0.path().join("data/topics.redb")).expect("it opens")
    }

    fn aside(storage: &Database, place: &str) -> Option<Vec<u8>> {
        let aside = storage.unreadable().expect("read");
        aside.into_iter().find(|(name, _)| name == place).map(|(_, bytes)| bytes)
    }
}

macro_rules! suite {
    ($($test:ident)*) => {
        mod files {
            $(#[test] fn $test() { crate::suite::$test::<crate::FilesHome>(); })*
            #[test] fn does_what_the_model_does() { crate::model::check::<crate::FilesHome>(); }
        }

        mod memory {
            $(#[test] fn $test() { crate::suite::$test::<crate::MemoryHome>(); })*
            #[test] fn does_what_the_model_does() { crate::model::check::<crate::MemoryHome>(); }
        }

        #[cfg(feature = "database")]
        mod database {
            $(#[test] fn $test() { crate::suite::$test::<crate::DatabaseHome>(); })*
            #[test] fn does_what_the_model_does() { crate::model::check::<crate::DatabaseHome>(); }
        }
    };
}

suite! {
    nothing_is_there_before_it_is_saved
    what_was_saved_is_loaded_whole
    the_backup_is_what_was_saved_before
    many_topics_are_saved_at_once
    a_removed_topic_is_forgotten
    what_is_set_aside_is_kept
    sessions_are_counted_without_end
    no_session_follows_the_last
    readers_see_whole_states
    places_are_for_people
}
