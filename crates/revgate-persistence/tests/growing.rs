//! Programs grow: what an older or a newer one has saved, what another store has, and what is not
//! to be saved any more.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::PathBuf;

use revgate::{Epoch, Invalid, Revision, Topic, TopicName, Version};
use revgate_persistence::{
    Files, Incident, Item, LoadError, Loaded, Migrations, OnDisk, Persistence, Place, Postcard,
    Storage, load,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tempfile::TempDir;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Settings {
    theme: String,
    font_size: u8,
    window: Window,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(default)]
    zoom: u8,
    colors: BTreeMap<String, Color>,
    panes: Vec<Pane>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Window {
    width: u16,
    height: u16,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Color {
    hue: u8,
    light: u8,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Pane {
    title: String,
    open: bool,
}

impl Topic for Settings {
    const NAME: &'static str = "settings";
}

fn initial() -> Settings {
    let colors = [("ink", 1), ("paper", 2)];
    Settings {
        theme: "light".to_owned(),
        font_size: 14,
        window: Window { width: 800, height: 600 },
        note: Some("initial".to_owned()),
        zoom: 7,
        colors: colors.map(|(name, hue)| (name.to_owned(), Color { hue, light: 50 })).into(),
        panes: vec![Pane { title: "initial".to_owned(), open: true }],
    }
}

fn version(number: u64) -> Version {
    Version::new(Epoch::new(1 << 32), Revision::new(number))
}

/// A folder, and how a topic is kept there.
struct Bench {
    folder: TempDir,
    persistence: Persistence,
    incidents: RefCell<Vec<String>>,
}

impl Bench {
    fn new(persistence: Persistence) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { folder, persistence, incidents: RefCell::default() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put<T: Topic>(&self, data: &Value) {
        let record = json!({"epoch": "4294967296", "revision": "7", "data": data});
        fs::write(self.path(&format!("{}.json", T::NAME)), record.to_string()).expect("writable");
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("readable")
    }

    /// What is saved of the topic.
    fn saved<T: Topic>(&self) -> Value {
        let record: Value =
            serde_json::from_str(&self.text(&format!("{}.json", T::NAME))).expect("JSON");
        record["data"].clone()
    }

    fn load<T: Topic>(&self, initial: Option<&T>) -> Option<Loaded<T>> {
        self.try_load(initial).expect("the app starts")
    }

    fn try_load<T: Topic>(&self, initial: Option<&T>) -> Result<Option<Loaded<T>>, LoadError> {
        let storage = Files::open(self.folder.path()).expect("the folder is free");
        let topic = TopicName::of::<T>();
        let place = Place { storage: &storage, topic: &topic, persistence: &self.persistence };
        let report = |incident: Incident| self.incidents.borrow_mut().push(incident.to_string());
        load(place, initial, self.folder.path(), &report)
    }

    /// What the topic begins with, without an incident.
    fn begin<T: Topic>(&self, initial: &T) -> Loaded<T> {
        let loaded = self.load(Some(initial));
        assert_eq!(*self.incidents.borrow(), [] as [&str; 0]);
        loaded.expect("something was saved")
    }

    fn save<T: Topic>(&self, data: &T, initial: &T, on_disk: &OnDisk) -> OnDisk {
        let saved = self.persistence.encode_over(version(8), data, Some(initial), on_disk);
        let (bytes, on_disk) = saved.expect("it can be saved");
        let storage = Files::open(self.folder.path()).expect("the folder is free");
        let topic = TopicName::of::<T>();
        let item = Item { topic: &topic, bytes: &bytes, overwrite: true };
        storage.save(&[item]).remove(0).expect("it can be saved");
        on_disk
    }
}

#[test]
fn what_a_file_lacks_is_as_it_is_initially_and_is_saved_soon() {
    let bench = Bench::new(Persistence::new());
    bench.put::<Settings>(&json!({"theme": "dark"}));
    let loaded = bench.begin(&initial());
    // What serde has an answer for is serde's: absent is `None`, and a default is a default.
    let expected = Settings { theme: "dark".to_owned(), note: None, zoom: 0, ..initial() };
    assert_eq!((loaded.data, loaded.version), (expected, Some(version(7))));
    assert!(!loaded.is_saved);
}

#[test]
fn what_it_lacks_deep_within_is_filled_in_and_nothing_else() {
    let bench = Bench::new(Persistence::new());
    bench.put::<Settings>(&json!({
        "theme": "dark",
        "window": {"width": 1},
        // `ink` has been deleted, `gold` is new, and neither had a `light`.
        "colors": {"paper": {"hue": 9}, "gold": {"hue": 3}},
        "panes": [{"title": "a"}, {"title": "b", "open": false}],
    }));
    let loaded = bench.begin(&initial());
    assert_eq!(loaded.data.window, Window { width: 1, height: 600 });
    let colors = [("gold", 3), ("paper", 9)];
    let colors = colors.map(|(name, hue)| (name.to_owned(), Color { hue, light: 50 }));
    assert_eq!(loaded.data.colors, colors.into(), "as all initial ones are");
    let pane = |title: &str, open| Pane { title: title.to_owned(), open };
    assert_eq!(loaded.data.panes, [pane("a", true), pane("b", false)]);
}

#[test]
fn an_empty_map_and_an_empty_list_stay_empty() {
    let bench = Bench::new(Persistence::new());
    bench.put::<Settings>(&json!({"colors": {}, "panes": []}));
    let loaded = bench.begin(&initial());
    assert_eq!((loaded.data.colors.len(), loaded.data.panes.len()), (0, 0));
}

#[test]
fn what_has_no_initial_value_is_said_with_what_to_do() {
    let bench = Bench::new(Persistence::new());
    bench.put::<Settings>(&json!({"panes": [{"title": "a"}]}));
    let initial = Settings { panes: vec![], ..initial() };
    assert_eq!(bench.load(Some(&initial)).map(|loaded| loaded.data), None);
    let incident = bench.incidents.take().remove(0);
    let reason = "panes[0]: missing field `open`, and there is no initial value for it: add a \
                  migration or a `#[serde(default)]`";
    assert!(incident.contains(reason), "{incident}");
}

#[test]
fn one_of_a_family_has_serdes_defaults_and_migrations() {
    let bench = Bench::new(Persistence::new());
    bench.put::<Window>(&json!({"width": 3}));
    let text = bench.text("window.json");
    let error = bench.try_load::<Window>(None).expect_err("there is no initial state");
    assert!(matches!(error, LoadError::Incomplete { .. }), "{error}");
    assert!(error.to_string().contains("missing field `height`"), "{error}");
    assert_eq!(bench.text("window.json"), text, "left as it is");

    let migrations = Migrations::new().then(|mut data| {
        data["height"] = json!(600);
        Ok(data)
    });
    let bench = Bench::new(Persistence::new().migrations(migrations));
    bench.put::<Window>(&json!({"width": 3}));
    let loaded = bench.load::<Window>(None).expect("migrated");
    assert_eq!(loaded.data, Window { width: 3, height: 600 });
}

impl Topic for Window {
    const NAME: &'static str = "window";
}

#[test]
fn the_backup_of_an_older_program_is_filled_in_too() {
    let bench = Bench::new(Persistence::new());
    bench.put::<Settings>(&json!({"theme": "dark"}));
    fs::rename(bench.path("settings.json"), bench.path("settings.backup.json")).expect("there");
    let loaded = bench.load(Some(&initial())).expect("the backup");
    assert_eq!((&*loaded.data.theme, loaded.data.font_size), ("dark", 14));
}

#[test]
fn a_file_of_another_store_is_filled_in_at_any_depth_and_a_map_is_let_be() {
    let bench = Bench::new(Persistence::new().import("theirs.json"));
    let theirs = json!({"window": {"height": 5}, "colors": {"red": {"hue": 2}}, "other": 1});
    fs::write(bench.path("theirs.json"), theirs.to_string()).expect("writable");
    let loaded = bench.begin(&initial());
    let colors = [("red".to_owned(), Color { hue: 2, light: 50 })].into();
    let window = Window { width: 800, height: 5 };
    assert_eq!(loaded.data, Settings { window, colors, ..initial() });
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Login {
    user: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    password: Option<String>,
    #[serde(default)]
    accounts: Vec<Account>,
    #[serde(skip)]
    session: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Account {
    name: String,
    #[serde(default)]
    token: String,
}

impl Topic for Login {
    const NAME: &'static str = "login";

    fn keep_skipped(&mut self, before: &Self) {
        self.session.clone_from(&before.session);
    }
}

#[test]
fn what_serde_skips_is_as_it_is_initially() {
    let bench = Bench::new(Persistence::new().import("theirs.json"));
    fs::write(bench.path("theirs.json"), r#"{"user": "theirs"}"#).expect("writable");
    let initial = Login { session: "initial".to_owned(), ..Login::default() };
    assert_eq!(bench.begin(&initial).data.session, "initial", "imported");
    bench.put::<Login>(&json!({"user": "me"}));
    assert_eq!(bench.begin(&initial).data.session, "initial", "loaded");
    fs::rename(bench.path("login.json"), bench.path("login.backup.json")).expect("there");
    let backup = bench.load(Some(&initial)).expect("the backup");
    assert_eq!(backup.data.session, "initial", "the backup");
}

const SECRET: &str = "correct horse";

#[test]
fn a_field_newly_left_out_is_gone_from_the_file_and_its_backup() {
    let secret = json!({
        "user": "me", "password": SECRET, "accounts": [{"name": "a", "token": SECRET}],
    });
    let without = || Persistence::new().without(["/password", "/accounts/*/token"]);
    for persistence in [without(), Persistence::new().only(["/user", "/accounts/*/name"])] {
        for is_backup_only in [false, true] {
            let bench = Bench::new(persistence.clone());
            bench.put::<Login>(&secret);
            fs::copy(bench.path("login.json"), bench.path("login.backup.json")).expect("copied");
            if is_backup_only {
                fs::remove_file(bench.path("login.json")).expect("there");
            }
            let loaded = bench.load(Some(&Login::default())).expect("saved");
            assert_eq!(bench.incidents.take().len(), usize::from(is_backup_only));
            assert_eq!((&*loaded.data.user, loaded.data.password), ("me", None));
            assert_eq!(
                (&*loaded.data.accounts[0].name, &*loaded.data.accounts[0].token),
                ("a", "")
            );
            assert!(loaded.is_saved);
            for file in fs::read_dir(bench.folder.path()).expect("readable") {
                let path = file.expect("readable").path();
                let text = fs::read_to_string(&path).unwrap_or_default();
                assert!(!text.contains(SECRET), "{}", path.display());
            }
            assert_eq!(bench.saved::<Login>(), json!({"user": "me", "accounts": [{"name": "a"}]}));
            // And then all is as it was.
            let text = bench.text("login.json");
            assert!(bench.begin(&Login::default()).is_saved);
            assert_eq!(bench.text("login.json"), text);
        }
    }
}

#[test]
fn a_secret_only_in_the_backup_is_removed_from_there() {
    let bench = Bench::new(Persistence::new().without(["/password"]));
    bench.put::<Login>(&json!({"user": "me", "password": SECRET}));
    fs::rename(bench.path("login.json"), bench.path("login.backup.json")).expect("there");
    bench.put::<Login>(&json!({"user": "me", "accounts": []}));
    assert!(bench.begin(&Login::default()).is_saved);
    assert!(!bench.text("login.backup.json").contains(SECRET));
}

#[test]
fn what_a_migration_gives_a_name_that_is_left_out_is_removed_too() {
    let migrations = Migrations::new().then(|mut data| {
        data["password"] = data["pw"].take();
        Ok(data)
    });
    let bench = Bench::new(Persistence::new().migrations(migrations).without(["/password"]));
    bench.put::<Login>(&json!({"user": "me", "pw": SECRET}));
    assert!(bench.begin(&Login::default()).is_saved);
    for file in ["login.json", "login.backup.json"] {
        assert!(!bench.text(file).contains(SECRET), "{file}");
    }
}

#[test]
fn a_secret_that_cannot_be_removed_is_told_of() {
    let bench = Bench::new(Persistence::new().without(["/password"]));
    bench.put::<Login>(&json!({"user": "me", "password": SECRET}));
    let mut permissions = fs::metadata(bench.path("login.json")).expect("there").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(bench.path("login.json"), permissions).expect("one's own");
    let loaded = bench.load(Some(&Login::default())).expect("saved");
    assert!(!loaded.is_saved);
    let incidents = bench.incidents.take();
    let start = "what is not to be saved of the topic `login` is still in ";
    assert!(incidents.len() == 1 && incidents[0].starts_with(start), "{incidents:?}");
}

#[test]
fn what_is_left_out_within_a_list_needs_a_default_and_that_is_said_before_it_is_saved() {
    #[derive(Clone, Debug, Serialize, Deserialize)]
    struct Accounts {
        accounts: Vec<Strict>,
    }

    #[derive(Clone, Debug, Serialize, Deserialize)]
    struct Strict {
        token: String,
    }

    impl Topic for Accounts {
        const NAME: &'static str = "accounts";
    }

    let persistence = Persistence::new().without(["/accounts/*/token"]);
    let state = Accounts { accounts: vec![Strict { token: SECRET.to_owned() }] };
    let initial = Accounts { accounts: vec![] };
    let error = persistence.encode_over(version(1), &state, Some(&initial), &OnDisk::default());
    let error = error.expect_err("the next start could not load it").to_string();
    assert!(
        error.starts_with("it could not be loaded again: accounts[0]: missing field"),
        "{error}"
    );
}

#[test]
fn what_could_not_be_loaded_again_is_not_saved() {
    #[derive(Clone, Debug, Serialize, Deserialize)]
    struct Counter {
        #[serde(skip_serializing_if = "is_zero")]
        count: u8,
    }

    fn is_zero(count: &u8) -> bool {
        *count == 0
    }

    impl Topic for Counter {
        const NAME: &'static str = "counter";
    }

    let save = |count, initial: Option<u8>| {
        let initial = initial.map(|count| Counter { count });
        let persistence = Persistence::new();
        persistence.encode_over(
            version(1),
            &Counter { count },
            initial.as_ref(),
            &OnDisk::default(),
        )
    };
    assert!(save(3, Some(14)).is_ok());
    let error = save(0, Some(14)).expect_err("it would be 14").to_string();
    assert_eq!(error, "it could not be loaded again: count would be another");
    let error = save(0, None).expect_err("nothing").to_string();
    assert!(error.contains("count"), "{error}");
}

#[test]
fn a_set_is_saved_and_loaded_in_whatever_order() {
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Tags {
        tags: HashSet<u128>,
    }

    impl Topic for Tags {
        const NAME: &'static str = "tags";
    }

    let bench = Bench::new(Persistence::new());
    let tags = Tags { tags: (0..50).map(|number| u128::MAX - number).collect() };
    bench.save(&tags, &tags, &OnDisk::default());
    assert_eq!(bench.begin(&tags).data, tags);
}

fn unknown_fields() -> Value {
    let mut data = serde_json::to_value(initial()).expect("JSON");
    data["from_the_future"] = json!({"deep": [1, 2]});
    data["window"]["screen"] = json!("left");
    data["colors"]["ink"]["alpha"] = json!(0.5);
    data["panes"] = json!([
        {"title": "a", "open": true, "pinned": 1},
        {"title": "b", "open": true, "pinned": 2},
        {"title": "c", "open": true, "pinned": 3},
    ]);
    data
}

#[test]
fn what_a_newer_program_wrote_and_this_one_does_not_know_is_kept() {
    for persistence in [Persistence::new(), Persistence::new().codec(Postcard)] {
        let bench = Bench::new(Persistence::new());
        bench.put::<Settings>(&unknown_fields());
        let loaded = bench.begin(&initial());
        assert!(loaded.is_saved, "what is not known is no reason to save");
        let mut data = loaded.data;
        let mut on_disk = loaded.on_disk;
        // Two saves: what was carried once is carried again.
        for _ in 0..2 {
            data.theme += "!";
            data.window.width += 1;
            on_disk = bench.save(&data, &initial(), &on_disk);
        }
        data.panes.remove(1);
        data.panes.reverse();
        data.colors.remove("paper");
        bench.save(&data, &initial(), &on_disk);
        let mut expected = unknown_fields();
        expected["theme"] = json!("light!!");
        expected["window"]["width"] = json!(802);
        expected["colors"].as_object_mut().expect("a map").remove("paper");
        expected["panes"] = json!([
            {"title": "c", "open": true, "pinned": 3},
            {"title": "a", "open": true, "pinned": 1},
        ]);
        assert_eq!(bench.saved::<Settings>(), expected);
        // The codec is of no matter.
        let (bytes, _) = persistence
            .encode_over(version(9), &data, Some(&initial()), &on_disk)
            .expect("it can be saved");
        assert!(persistence.decode(&bytes, &initial()).is_ok());
    }
}

#[test]
fn what_it_does_not_know_goes_with_the_item_that_is_removed_or_not_certain_to_be_the_same() {
    let bench = Bench::new(Persistence::new());
    bench.put::<Settings>(&unknown_fields());
    let Loaded { mut data, on_disk, .. } = bench.begin(&initial());
    data.panes[0].title = "another".to_owned();
    bench.save(&data, &initial(), &on_disk);
    let expected = json!([
        {"title": "another", "open": true},
        {"title": "b", "open": true, "pinned": 2},
        {"title": "c", "open": true, "pinned": 3},
    ]);
    assert_eq!(bench.saved::<Settings>()["panes"], expected);
}

#[test]
fn a_type_that_denies_what_it_does_not_know_keeps_it_too() {
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Strict {
        a: u8,
        inner: Inner,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        b: u8,
    }

    impl Topic for Strict {
        const NAME: &'static str = "strict";
    }

    let bench = Bench::new(Persistence::new());
    let newer = json!({"a": 1, "new": 1, "inner": {"b": 1, "new": 2}});
    bench.put::<Strict>(&newer);
    let initial = Strict { a: 0, inner: Inner { b: 0 } };
    let Loaded { data, on_disk, .. } = bench.begin(&initial);
    assert_eq!(data, Strict { a: 1, inner: Inner { b: 1 } });
    bench.save(&data, &initial, &on_disk);
    assert_eq!(bench.saved::<Strict>(), newer);
}

#[test]
fn a_field_that_was_read_by_another_name_is_not_there_twice() {
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Renamed {
        #[serde(alias = "colour")]
        color: u8,
    }

    impl Topic for Renamed {
        const NAME: &'static str = "renamed";
    }

    let bench = Bench::new(Persistence::new());
    bench.put::<Renamed>(&json!({"colour": 3}));
    let initial = Renamed { color: 0 };
    let Loaded { data, on_disk, .. } = bench.begin(&initial);
    assert_eq!(data.color, 3);
    bench.save(&data, &initial, &on_disk);
    assert_eq!(bench.saved::<Renamed>(), json!({"color": 3}));
}

#[test]
fn what_only_an_older_shape_had_does_not_stay() {
    let migrations = Migrations::new().then(|mut data| {
        data["height"] = data["size"].clone();
        Ok(data)
    });
    let bench = Bench::new(Persistence::new().migrations(migrations));
    bench.put::<Window>(&json!({"width": 3, "size": 4}));
    let initial = Window { width: 0, height: 0 };
    let Loaded { data, on_disk, .. } = bench.begin(&initial);
    bench.save(&data, &initial, &on_disk);
    assert_eq!(bench.saved::<Window>(), json!({"width": 3, "height": 4}));
}

fn number<T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static>(
    text: &str,
) -> (Option<Number<T>>, Vec<String>)
where
    Number<T>: Topic,
{
    let bench = Bench::new(Persistence::new());
    let record = format!(r#"{{"revision":"1","data":{{"number":{text}}}}}"#);
    fs::write(bench.path("number.json"), &record).expect("writable");
    let loaded = bench.load::<Number<T>>(None);
    if loaded.is_none() {
        let mut aside = fs::read_dir(bench.folder.path()).expect("readable");
        let is_kept = aside.any(|file| {
            fs::read_to_string(file.expect("readable").path()).ok() == Some(record.clone())
        });
        assert!(is_kept, "its digits are kept");
    }
    (loaded.map(|loaded| loaded.data), bench.incidents.take())
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Number<T> {
    number: T,
}

impl<T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static> Topic for Number<T> {
    const NAME: &'static str = "number";
}

#[test]
fn a_number_is_read_to_its_last_digit_or_not_at_all() {
    let all = u128::MAX.to_string();
    assert_eq!(number::<u128>(&all).0, Some(Number { number: u128::MAX }));
    let all = i128::MIN.to_string();
    assert_eq!(number::<i128>(&all).0, Some(Number { number: i128::MIN }));
    assert_eq!(number::<u64>("9007199254740993").0, Some(Number { number: 9_007_199_254_740_993 }));
    let value = Number { number: json!(9_007_199_254_740_993_u64) };
    assert_eq!(number::<Value>("9007199254740993").0, Some(value));
    for (loaded, incidents) in [
        {
            let (loaded, incidents) = number::<u64>("18446744073709551616");
            (loaded.is_some(), incidents)
        },
        {
            let (loaded, incidents) = number::<Value>("18446744073709551617");
            (loaded.is_some(), incidents)
        },
    ] {
        assert!(!loaded && incidents[0].contains("number: "), "{incidents:?}");
    }
}

#[test]
fn a_migration_does_not_alter_a_long_number() {
    let bench = Bench::new(Persistence::new().migrations(Migrations::new().then(Ok)));
    let record = format!(r#"{{"revision":"1","data":{{"number":{}}}}}"#, u128::MAX);
    fs::write(bench.path("number.json"), record).expect("writable");
    assert!(bench.load::<Number<u128>>(None).is_none());
    let incident = bench.incidents.take().remove(0);
    assert!(incident.contains("has more than the 64 bits"), "{incident}");
}

#[test]
fn what_json_cannot_say_is_not_saved() {
    let error = Persistence::new()
        .encode(version(1), &Number { number: [1.0, f64::NAN] })
        .expect_err("JSON has no NaN");
    assert_eq!(error.to_string(), "number[1]: NaN is no number that JSON has");
    assert_eq!(
        Invalid::new("number[1]", "NaN is no number that JSON has").to_string(),
        error.to_string()
    );
}
