//! Documents of a family that were saved before their type had all its fields, on a real disk.

mod common;

use std::path::Path;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use revgate::{Topic, TopicName};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tauri::App;
use tauri::test::MockRuntime;
#[cfg(feature = "database")]
use tauri_plugin_revgate::persistence::Database;
use tauri_plugin_revgate::persistence::{Files, Incident, Item, Persistence, Storage};
use tauri_plugin_revgate::{Builder, Family, RegistryError, RevgateExt, TopicOptions};
use tempfile::TempDir;

use common::{app, end, everything};

/// The folder is free: no app has it open.
const FREE: &str = "the folder is free";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Doc {
    theme: String,
    font_size: u8,
    #[serde(default)]
    token: String,
}

impl Topic for Doc {
    const NAME: &'static str = "doc";
}

fn initial() -> Doc {
    Doc { theme: "light".to_owned(), font_size: 14, token: "initial".to_owned() }
}

fn dark() -> Doc {
    Doc { theme: "dark".to_owned(), token: String::new(), ..initial() }
}

fn topic(key: &str) -> TopicName {
    TopicName::keyed::<Doc>(key).expect("well-formed")
}

/// How topics are kept.
#[derive(Clone, Copy)]
enum Kind {
    Files,
    #[cfg(feature = "database")]
    Database,
}

const KINDS: &[Kind] = &[
    Kind::Files,
    #[cfg(feature = "database")]
    Kind::Database,
];

impl Kind {
    fn open(self, folder: &Path) -> Arc<dyn Storage> {
        match self {
            Self::Files => Arc::new(Files::open(folder).expect(FREE)),
            #[cfg(feature = "database")]
            Self::Database => Arc::new(Database::open(folder.join("topics.redb")).expect(FREE)),
        }
    }

    fn set(self, builder: Builder) -> Builder {
        match self {
            Self::Files => builder,
            #[cfg(feature = "database")]
            Self::Database => builder.storage(|folder| Database::open(folder.join("topics.redb"))),
        }
    }
}

/// The app's data folder, how topics are kept there, and what is said of what goes wrong.
struct Bench {
    folder: TempDir,
    kind: Kind,
    incidents: Arc<Mutex<Vec<String>>>,
}

impl Bench {
    fn new(kind: Kind) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { folder, kind, incidents: Arc::default() }
    }

    fn storage(&self) -> Arc<dyn Storage> {
        self.kind.open(&self.folder.path().join("revgate"))
    }

    /// Has another version of the program save this.
    fn put(&self, key: &str, bytes: &[u8]) {
        let item = Item { topic: &topic(key), bytes, overwrite: true };
        let saved: Result<Vec<_>, _> = self.storage().save(&[item]).into_iter().collect();
        saved.expect("writable");
    }

    fn saved(&self, key: &str) -> Option<String> {
        let bytes = self.storage().load(&topic(key)).expect("readable")?;
        Some(String::from_utf8(bytes).expect("JSON"))
    }

    fn backup(&self, key: &str) -> Option<String> {
        let bytes = self.storage().load_backup(&topic(key)).expect("readable")?;
        Some(String::from_utf8(bytes).expect("JSON"))
    }

    fn saved_data(&self, key: &str) -> Value {
        let record = self.saved(key).expect("saved");
        serde_json::from_str::<Value>(&record).expect("JSON")["data"].clone()
    }

    fn app(&self, persistence: Persistence) -> App<MockRuntime> {
        let incidents = Arc::clone(&self.incidents);
        self.app_telling(persistence, move |incident| {
            incidents.lock().expect("no panic").push(incident.to_string());
        })
    }

    fn app_telling(
        &self,
        persistence: Persistence,
        tell: impl Fn(&Incident) + Send + Sync + 'static,
    ) -> App<MockRuntime> {
        let builder = self.kind.set(Builder::new().data_folder(self.folder.path()));
        let builder = builder.on_incident(tell);
        let options = TopicOptions::new().persist(persistence);
        app(builder.family_with::<Doc>(options), &[everything()])
    }

    fn incidents(&self) -> Vec<String> {
        std::mem::take(&mut *self.incidents.lock().expect("no panic"))
    }
}

fn docs(app: &App<MockRuntime>) -> Family<Doc> {
    app.family::<Doc>().expect("registered")
}

const OLD: &str = r#"{"epoch":"38654705664","revision":"7","data":{"theme":"dark"}}"#;

#[test]
fn a_document_that_lacks_a_field_is_left_as_it_is_till_it_is_opened_and_completed_then() {
    for kind in KINDS {
        let bench = Bench::new(*kind);
        bench.put("a", OLD.as_bytes());
        bench.put("b", br#"{"revision":"1","data":{"theme":"blue","font_size":9}}"#);
        let place = bench.storage().place(&topic("a"));

        // It is not opened.
        let first = bench.app(Persistence::new());
        let docs_of_first = docs(&first);
        assert_eq!(docs_of_first.keys(), ["b"]);
        assert!(docs_of_first.get("a").is_none());
        let lacks = format!(
            "{place} was saved before its type had all its fields: the state: missing field \
             `font_size`, and there is no initial value for it: add a migration or a \
             `#[serde(default)]`, or open it with an initial state: `open(key, initial)`"
        );
        assert_eq!(bench.incidents(), [format!("the topic `doc:a` is not loaded: {lacks}")]);
        let error = docs_of_first.create("a", initial()).err().expect("it is on the disk");
        assert_eq!(error.to_string(), format!("the topic `doc:a` cannot be loaded: {lacks}"));
        assert!(!docs_of_first.remove("a"));
        end(first);
        assert_eq!(bench.saved("a").as_deref(), Some(OLD));
        assert_eq!(bench.incidents(), [] as [&str; 0]);

        let second = bench.app(Persistence::new());
        let a = docs(&second).open("a", initial()).expect("it can be completed");
        let now = a.snapshot();
        assert_eq!(*now.data, dark());
        assert_eq!(docs(&second).keys(), ["a", "b"]);
        assert_eq!(bench.incidents().len(), 1, "at the start");
        end(second);
        let completed = json!({"theme": "dark", "font_size": 14, "token": ""});
        assert_eq!(bench.saved_data("a"), completed, "saved soon");
        assert_eq!(bench.backup("a").as_deref(), Some(OLD));

        // As any other.
        let third = bench.app(Persistence::new());
        let a = docs(&third).get("a").expect("loaded");
        assert_eq!(*a.snapshot().data, dark());
        assert!(a.snapshot().version() > now.version());
        assert!(docs(&third).remove("a"));
        docs(&third).open("a", initial()).expect("free again");
        end(third);
        assert_eq!(bench.saved_data("a")["theme"], json!("light"), "a new one");
        assert_eq!(bench.incidents(), [] as [&str; 0]);
    }
}

#[test]
fn a_document_opened_late_begins_in_an_epoch_newer_than_any_before() {
    for kind in KINDS {
        let bench = Bench::new(*kind);
        // Of session 9, which this storage does not remember.
        bench.put("a", OLD.as_bytes());
        let app = bench.app(Persistence::new());
        let before = docs(&app).create("b", initial()).expect("free").snapshot().version();
        assert!(docs(&app).remove("b"));
        let now = docs(&app).open("a", initial()).expect("completed").snapshot().version();
        assert!(now.epoch > before.epoch, "a topic has been removed since");
        assert!(now.epoch.number() > 9 << 32, "{now}");
        assert_eq!(now.revision.number(), 7);
        end(app);
    }
}

#[test]
fn many_that_open_one_document_at_once_have_the_same() {
    for kind in KINDS {
        let bench = Bench::new(*kind);
        bench.put("a", OLD.as_bytes());
        let app = bench.app(Persistence::new());
        let docs = docs(&app);
        thread::scope(|scope| {
            for size in 0..8 {
                let docs = &docs;
                scope.spawn(move || {
                    let a = docs.open("a", Doc { font_size: size, ..initial() });
                    let a = a.expect("completed or found");
                    a.update(|doc| doc.token.push('x')).expect("valid");
                });
            }
        });
        let data = docs.get("a").expect("opened").snapshot().data;
        assert_eq!((&*data.theme, &*data.token), ("dark", "xxxxxxxx"));
        end(app);
        assert_eq!(bench.saved_data("a")["token"], json!("xxxxxxxx"));
    }
}

#[test]
fn what_is_left_out_of_a_document_opened_late_is_gone_from_it_and_its_backup() {
    for kind in KINDS {
        let bench = Bench::new(*kind);
        for _ in 0..2 {
            bench.put("a", br#"{"revision":"7","data":{"theme":"dark","token":"secret"}}"#);
        }
        let app = bench.app(Persistence::new().without(["/token"]));
        let a = docs(&app).open("a", initial()).expect("completed");
        assert_eq!(*a.snapshot().data, Doc { theme: "dark".to_owned(), ..initial() });
        end(app);
        let expected = json!({"theme": "dark", "font_size": 14});
        assert_eq!(bench.saved_data("a"), expected);
        let backup = bench.backup("a").expect("kept");
        assert!(!backup.contains("secret"), "{backup}");
    }
}

#[test]
fn an_incident_of_a_document_is_told_while_no_lock_is_held_from_the_start_on() {
    for kind in KINDS {
        let bench = Bench::new(*kind);
        let (teller, told) = mpsc::channel();
        let app = bench.app_telling(Persistence::new().without(["/tokne"]), move |_| {
            teller.send(thread::current().id()).expect("the test waits");
        });
        docs(&app).create("a", initial()).expect("new");
        let by = told.recv().expect("a field that there is not is an incident");
        assert_ne!(
            by,
            thread::current().id(),
            "who creates the document may hold what it asks for"
        );
    }
}

#[test]
fn a_backup_that_lacks_a_field_is_left_with_what_is_unusable_till_it_is_opened() {
    for kind in KINDS {
        let bench = Bench::new(*kind);
        bench.put("a", OLD.as_bytes());
        bench.put("a", b"no JSON");
        for _ in 0..2 {
            end(bench.app(Persistence::new()));
            assert_eq!(bench.incidents().len(), 1);
            assert_eq!(bench.saved("a").as_deref(), Some("no JSON"));
        }
        let app = bench.app(Persistence::new());
        let a = docs(&app).open("a", initial()).expect("the backup is completed");
        assert_eq!(*a.snapshot().data, dark());
        end(app);
        assert_eq!(bench.saved_data("a")["theme"], json!("dark"));
        let incidents = bench.incidents();
        let [_, set_aside] = &incidents[..] else { panic!("two expected: {incidents:?}") };
        assert!(set_aside.starts_with("the topic `doc:a` begins with its backup"), "{set_aside}");
    }
}

#[test]
fn a_document_that_is_unusable_otherwise_is_set_aside_at_the_start_or_when_it_is_opened() {
    for kind in KINDS {
        let bench = Bench::new(*kind);
        bench.put("a", br#"{"revision":"1","data":{"theme":7,"font_size":9}}"#);
        // What else is wrong with it shows when it is completed.
        bench.put("b", br#"{"revision":"1","data":{"theme":"dark","token":7}}"#);
        bench.put("c", br#"{"revision":"1","data":{"token":7}}"#);
        let app = bench.app(Persistence::new());
        let incidents = bench.incidents();
        assert_eq!(incidents.len(), 3, "{incidents:?}");
        for key in ["a", "b", "c"] {
            let doc = docs(&app).open(key, initial()).expect("it begins anew");
            assert_eq!(*doc.snapshot().data, initial());
        }
        end(app);
        let incidents = [incidents, bench.incidents()].concat();
        for key in ["a", "b", "c"] {
            let unusable = format!("the topic `doc:{key}` begins with its initial state");
            let count = incidents.iter().filter(|it| it.starts_with(&unusable)).count();
            assert_eq!(count, 1, "{key}: {incidents:?}");
            assert_eq!(bench.saved_data(key)["theme"], json!("light"));
        }
    }
}

#[test]
fn what_a_newer_program_saved_since_the_start_is_let_be() {
    let bench = Bench::new(Kind::Files);
    bench.put("a", OLD.as_bytes());
    let newer = r#"{"schema":1,"revision":"7","data":{"themes":["dark"]}}"#;
    let app = bench.app(Persistence::new());
    std::fs::write(bench.folder.path().join("revgate/doc%3aa.json"), newer).expect("writable");
    let error = docs(&app).open("a", initial()).err().expect("it is newer");
    assert!(matches!(error, RegistryError::Load { .. }), "{error}");
    end(app);
    assert_eq!(bench.saved("a").as_deref(), Some(newer));
}

/// A family whose name begins with the other's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Page {
    theme: String,
    number: u8,
}

impl Topic for Page {
    const NAME: &'static str = "doc:page";
}

#[test]
fn a_document_that_lacks_a_field_is_opened_by_its_own_family_alone() {
    let bench = Bench::new(Kind::Files);
    bench.put("page:1", OLD.as_bytes());
    let options = TopicOptions::new().persist(Persistence::new());
    let builder = Builder::new().data_folder(bench.folder.path());
    let builder = builder.family_with::<Doc>(options.clone()).family_with::<Page>(options);
    let app = app(builder, &[everything()]);
    let error = docs(&app).open("page:1", initial()).err().expect("it is a page");
    assert!(matches!(error, RegistryError::Load { .. }), "{error}");
    let pages = app.family::<Page>().expect("registered");
    let page = pages.open("1", Page { theme: String::new(), number: 3 }).expect("completed");
    assert_eq!(*page.snapshot().data, Page { theme: "dark".to_owned(), number: 3 });
    end(app);
}
