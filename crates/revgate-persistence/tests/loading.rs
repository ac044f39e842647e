//! What a topic begins with, whatever is on the disk.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use revgate::{Epoch, Invalid, Revision, Topic, TopicName, Version};
use revgate_persistence::{
    Files, Incident, Item, LoadError, Loaded, Migrations, Persistence, Place, Postcard, Storage,
    load,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tempfile::TempDir;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Player {
    volume: u8,
    #[serde(default)]
    song: String,
}

impl Topic for Player {
    const NAME: &'static str = "player";

    fn validate(&self) -> Result<(), Invalid> {
        match self.volume {
            0..=11 => Ok(()),
            over => Err(Invalid::new("volume", format!("{over} is more than 11"))),
        }
    }
}

fn initial() -> Player {
    Player { volume: 5, song: "First".to_owned() }
}

fn loud() -> Player {
    Player { volume: 11, song: "Loud".to_owned() }
}

fn version(number: u64) -> Version {
    Version::new(Epoch::new(1 << 32), Revision::new(number))
}

/// A folder, and how the topic is kept there.
struct Bench {
    folder: TempDir,
    persistence: Persistence,
    incidents: RefCell<Vec<Incident>>,
}

impl Bench {
    fn new() -> Self {
        Self::with(Persistence::new())
    }

    fn with(persistence: Persistence) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { folder, persistence, incidents: RefCell::default() }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("player.json")
    }

    fn save(&self, version: Version, state: &Player) {
        let storage = self.open();
        let topic = TopicName::of::<Player>();
        storage.load(&topic).expect("readable");
        let bytes = self.persistence.encode(version, state).expect("it can be written");
        let item = Item { topic: &topic, bytes: &bytes, overwrite: true };
        storage.save(&[item]).remove(0).expect("it can be saved");
    }

    fn open(&self) -> Files {
        Files::open(self.folder.path()).expect("the folder is free")
    }

    fn load(&self) -> Result<Option<Loaded<Player>>, LoadError> {
        let storage = self.open();
        let topic = TopicName::of::<Player>();
        let place = Place { storage: &storage, topic: &topic, persistence: &self.persistence };
        let report = |incident| self.incidents.borrow_mut().push(incident);
        load(place, Some(&initial()), self.folder.path(), &report)
    }

    /// What it begins with, and what is said of it.
    fn begin(&self) -> (Option<Player>, Vec<String>) {
        let loaded = self.load().expect("the app starts");
        let incidents = self.incidents.take().iter().map(ToString::to_string).collect();
        (loaded.map(|loaded| loaded.data), incidents)
    }

    /// What has been set aside.
    fn aside(&self) -> Vec<Vec<u8>> {
        let files = fs::read_dir(self.folder.path()).expect("readable");
        let paths = files.map(|file| file.expect("readable").path());
        let aside = paths.filter(|path| path.display().to_string().contains("unreadable"));
        aside.map(|path| fs::read(path).expect("readable")).collect()
    }
}

#[test]
fn what_was_saved_is_what_it_begins_with() {
    let bench = Bench::new();
    assert_eq!(bench.begin(), (None, vec![]), "nothing was");
    bench.save(version(7), &loud());
    let loaded = bench.load().expect("the app starts").expect("it was saved");
    assert_eq!((loaded.data, loaded.version, loaded.is_saved), (loud(), Some(version(7)), true));
}

#[test]
fn unusable_bytes_of_any_kind_are_kept_and_named_and_the_backup_stands_in() {
    let valid = Persistence::new().encode(version(8), &initial()).expect("JSON");
    let mut random = vec![0; 4096];
    fastrand::Rng::with_seed(7).fill(&mut random);
    let mut cases = vec![
        ("empty", vec![], "line 1 column 0"),
        ("NULs", vec![0; 4096], "line 1 column 1"),
        ("random", random, ""),
        ("no UTF-8", [&b"{\"revision\":\"1\",\"data\":\""[..], &[0xFF], b"\"}"].concat(), ""),
        ("another shape", b"[1, 2, 3]".to_vec(), ""),
        ("no record", br#"{"volume": 7}"#.to_vec(), "missing field `revision`"),
        ("another state", br#"{"revision":"9","data":{"volume":"loud"}}"#.to_vec(), "volume: "),
        ("invalid", br#"{"revision":"9","data":{"volume":99}}"#.to_vec(), "99 is more than 11"),
        ("nested deeply", [&br#"{"data":"#[..], &b"[".repeat(100_000)].concat(), "EOF"),
        ("a half", valid[..valid.len() / 2].to_vec(), "EOF"),
    ];
    cases.push(("100 MB", vec![b'x'; 100 << 20], "line 1 column 1"));
    for (name, bytes, reason) in cases {
        let bench = Bench::new();
        bench.save(version(6), &loud());
        bench.save(version(7), &initial());
        fs::write(bench.file(), &bytes).expect("writable");
        let (state, incidents) = bench.begin();
        assert_eq!(state, Some(loud()), "{name}: the backup");
        let [incident] = &incidents[..] else { panic!("{name}: {incidents:?}") };
        assert!(
            incident.starts_with("the topic `player` begins with its backup, as "),
            "{incident}"
        );
        assert!(incident.contains("player.json is unusable: "), "{incident}");
        assert!(incident.contains(reason) && incident.contains("it is kept as "), "{incident}");
        assert!(bench.aside() == [bytes], "{name}: the person's bytes");

        let bench = Bench::new();
        fs::write(bench.file(), b"\0").expect("writable");
        let (state, incidents) = bench.begin();
        assert_eq!(state, None, "{name}: no backup");
        assert!(incidents[0].contains("begins with its initial state"), "{incidents:?}");
    }
}

#[test]
fn what_another_program_has_half_written_as_the_app_starts_is_waited_for() {
    let bench = Bench::new();
    let whole = Persistence::new().encode(version(7), &loud()).expect("JSON");
    for half in [0, whole.len() / 2] {
        let file = bench.file();
        fs::create_dir_all(file.parent().expect("a folder")).expect("writable");
        fs::write(&file, &whole[..half]).expect("writable");
        let begun = thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(15));
                fs::write(&file, &whole).expect("writable");
            });
            bench.begin()
        });
        assert_eq!(begun, (Some(loud()), vec![]), "{half} bytes");
    }
}

#[test]
fn a_file_cut_at_any_byte_is_the_whole_state_or_set_aside() {
    for persistence in [Persistence::new(), Persistence::new().codec(Postcard)] {
        let whole = persistence.encode(version(7), &loud()).expect("it can be written");
        let bench = Bench::with(persistence);
        for length in 0..whole.len() {
            fs::write(bench.file(), &whole[..length]).expect("writable");
            match bench.begin() {
                (None, incidents) => {
                    assert_eq!(incidents.len(), 1);
                    assert!(bench.aside().contains(&whole[..length].to_vec()), "cut at {length}");
                }
                // All but the line's end.
                (Some(state), incidents) => assert_eq!((state, incidents), (loud(), vec![])),
            }
        }
    }
}

#[test]
fn a_folder_in_the_place_of_the_file_is_set_aside_too() {
    let bench = Bench::new();
    fs::create_dir(bench.file()).expect("writable");
    fs::write(bench.file().join("mine.txt"), "mine").expect("writable");
    let (state, incidents) = bench.begin();
    assert_eq!((state, incidents.len()), (None, 1));
    assert!(!bench.file().exists());
    bench.save(version(1), &loud());
    assert_eq!(bench.begin(), (Some(loud()), vec![]));
}

#[test]
fn without_the_file_the_backup_serves_and_that_is_said() {
    let bench = Bench::new();
    bench.save(version(6), &loud());
    bench.save(version(7), &initial());
    fs::remove_file(bench.file()).expect("it is there");
    let loaded = bench.load().expect("the app starts").expect("the backup");
    assert_eq!((loaded.data, loaded.is_saved), (loud(), false));
    let incidents = bench.incidents.take();
    assert!(matches!(incidents[..], [Incident::Missing { .. }]), "{incidents:?}");
}

#[test]
fn fields_that_are_not_saved_are_not_in_the_file() {
    let bench = Bench::with(Persistence::new().without(["/song"]));
    bench.save(version(7), &loud());
    assert!(!fs::read_to_string(bench.file()).expect("readable").contains("ong"));
    assert_eq!(bench.begin(), (Some(Player { volume: 11, ..initial() }), vec![]));
}

/// The files of each shape that the state ever had, as the program of that time wrote them.
const SHAPES: [&str; 3] = [
    r#"{"schema":0,"revision":"3","data":{"loud":true}}"#,
    r#"{"schema":1,"epoch":"4294967296","revision":"4","data":{"volume":11}}"#,
    r#"{"schema":2,"epoch":"4294967296","revision":"5","data":{"volume":11,"song":"Loud"}}"#,
];

fn migrations() -> Migrations {
    Migrations::new()
        .then(|data| {
            let loud = data["loud"].as_bool().ok_or("`loud` is not true or false")?;
            Ok(json!({"volume": if loud { 11 } else { 5 }}))
        })
        .then(|mut data| {
            data["song"] = json!("Loud");
            Ok(data)
        })
}

#[test]
fn every_shape_that_there_ever_was_is_brought_to_the_newest() {
    for (schema, text) in SHAPES.iter().enumerate() {
        let bench = Bench::with(Persistence::new().migrations(migrations()));
        fs::write(bench.file(), text).expect("writable");
        let loaded = bench.load().expect("the app starts").expect("it was saved");
        assert_eq!(loaded.data, loud(), "schema {schema}");
        assert_eq!(loaded.is_saved, schema == 2, "the old file stands until it is saved");
        assert_eq!(fs::read_to_string(bench.file()).expect("readable"), *text);

        bench.save(version(6), &loaded.data);
        let backup = fs::read_to_string(bench.folder.path().join("player.backup.json"));
        assert_eq!(backup.expect("readable"), *text, "the old file is the backup");
    }
}

#[test]
fn a_migration_that_fails_sets_the_file_aside() {
    let bench = Bench::with(Persistence::new().migrations(migrations()));
    let text = r#"{"schema":0,"revision":"3","data":{"loud":"very"}}"#;
    fs::write(bench.file(), text).expect("writable");
    let (state, incidents) = bench.begin();
    let reason = "the migration from schema 0 to 1 failed: `loud` is not true or false";
    assert!(state.is_none() && incidents[0].contains(reason), "{incidents:?}");
    assert_eq!(bench.aside(), [text.as_bytes()]);
}

#[test]
fn what_a_newer_program_saved_is_refused_and_untouched() {
    let bench = Bench::with(Persistence::new().migrations(migrations()));
    let text = r#"{"schema":3,"revision":"9","data":{"volumes":[11]}}"#;
    fs::write(bench.file(), text).expect("writable");
    let error = bench.load().expect_err("it is newer").to_string();
    let expected = "player.json was saved by a newer version of the program: its schema is 3, and \
                    this program knows 2 at most: update the program";
    assert!(error.ends_with(expected), "{error}");
    assert_eq!(fs::read_to_string(bench.file()).expect("readable"), text);
    assert!(bench.aside().is_empty());
}

fn import(text: &str, persistence: Persistence) -> (Option<Player>, Vec<String>) {
    let bench = Bench::with(persistence.import("settings.json"));
    let file = bench.folder.path().join("settings.json");
    fs::write(&file, text).expect("writable");
    let begun = bench.begin();
    assert_eq!(fs::read_to_string(&file).expect("readable"), text, "left in place");
    bench.save(version(2), &initial());
    assert_eq!(bench.begin().0, Some(initial()), "imported once");
    begun
}

#[test]
fn a_file_of_another_store_is_where_it_begins() {
    let (state, incidents) = import(r#"{"volume": 11, "other": 1}"#, Persistence::new());
    let expected = Player { volume: 11, ..initial() };
    assert_eq!((state, incidents), (Some(expected), vec![]), "over the initial fields");

    let persistence = Persistence::new().migrations(migrations());
    assert_eq!(import(r#"{"loud": true}"#, persistence), (Some(loud()), vec![]));

    let (state, incidents) = import(r#"{"volume": 99}"#, Persistence::new());
    assert_eq!((state, incidents.len()), (None, 1));
    assert!(incidents[0].contains("settings.json: volume: 99 is more than 11"), "{incidents:?}");

    let bench = Bench::with(Persistence::new().import_at("store.json", "/player"));
    let file = bench.folder.path().join("store.json");
    fs::write(&file, r#"{"player": {"volume": 11, "song": "Loud"}}"#).expect("writable");
    assert_eq!(bench.begin(), (Some(loud()), vec![]));
    fs::write(&file, r#"{"players": {}}"#).expect("writable");
    let (state, incidents) = bench.begin();
    assert!(state.is_none() && incidents[0].ends_with("nothing is at /player"), "{incidents:?}");

    let bench = Bench::with(Persistence::new().import("no-such-file.json"));
    assert_eq!(bench.begin(), (None, vec![]));
}

#[test]
fn read_only_nothing_is_moved() {
    let bench = Bench::new();
    fs::write(bench.file(), "broken").expect("writable");
    let storage = Files::open_read_only(bench.folder.path()).expect("a folder");
    let topic = TopicName::of::<Player>();
    let place = Place { storage: &storage, topic: &topic, persistence: &bench.persistence };
    let report = |incident| bench.incidents.borrow_mut().push(incident);
    let loaded = load(place, Some(&initial()), Path::new(""), &report).expect("the app starts");
    assert!(loaded.is_none());
    assert!(bench.incidents.take()[0].to_string().ends_with("it is left as it is"));
    assert_eq!(fs::read_to_string(bench.file()).expect("readable"), "broken");
}

#[cfg(unix)]
#[test]
fn what_cannot_be_read_is_not_what_is_unusable() {
    let bench = Bench::new();
    for backup in [false, true] {
        if backup {
            bench.save(version(6), &loud());
            bench.save(version(7), &initial());
            fs::remove_file(bench.file()).expect("it is there");
        }
        // Not even root can read it.
        std::os::unix::fs::symlink(bench.file(), bench.file()).expect("linked");
        let (state, incidents) = bench.begin();
        assert_eq!(state, backup.then(loud), "the backup, or the initial state");
        assert_eq!(incidents.len(), 1, "{incidents:?}");
        assert!(incidents[0].contains("cannot be read and is left as it is"), "{incidents:?}");
        assert!(bench.file().is_symlink() && bench.aside().is_empty());
        fs::remove_file(bench.file()).expect("it is there");
    }
}
