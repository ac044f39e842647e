//! A joined topic on one machine: how it begins, what is refused of it, and what is said then.

mod common;

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use revgate::action::{Actions, Context};
use revgate::{Action, Invalid, Topic, TopicName, Unsynced};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tauri::App;
use tauri::async_runtime::block_on;
use tauri::test::MockRuntime;
use tauri_plugin_revgate::persistence::{Incident, Migrations, Persistence, Save};
use tauri_plugin_revgate::upstream::{Memory, Seal, Sealed, Status, Upstream as _};
use tauri_plugin_revgate::{ActError, Builder, RevgateExt, TopicOptions, UpdateError};
use tempfile::{TempDir, tempdir};

use common::{Window, app, call, end, everything, until, window};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct List {
    title: String,
    items: Vec<String>,
    weight: f64,
    /// How long the draft may be, if not 0.
    most: usize,
    #[serde(skip)]
    draft: String,
}

impl Topic for List {
    const NAME: &'static str = "list";
    const ACTIONS: Actions<Self> = Actions::of::<ListAction>();

    fn validate(&self) -> Result<(), Invalid> {
        match self.most > 0 && self.draft.len() > self.most {
            true => Err(Invalid::new("most", "the draft is longer")),
            false => Ok(()),
        }
    }

    fn keep_skipped(&mut self, before: &Self) {
        self.draft.clone_from(&before.draft);
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum ListAction {
    Add(String),
    Check(String),
    Weigh(Option<f64>),
}

impl Action for ListAction {
    type Topic = List;
    type Error = String;

    fn name(&self) -> &'static str {
        match self {
            Self::Add(_) => "add",
            Self::Check(_) => "check",
            Self::Weigh(_) => "weigh",
        }
    }

    fn apply(&self, list: &mut List, _: &Context) -> Result<(), String> {
        match self {
            Self::Add(item) => list.items.push(item.clone()),
            Self::Check(item) => {
                let found = list.items.iter().position(|it| it == item);
                list.items.remove(found.ok_or_else(|| format!("there is no {item}"))?);
            }
            Self::Weigh(weight) => list.weight = weight.unwrap_or(f64::NAN),
        }
        Ok(())
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Card {
    text: String,
}

impl Topic for Card {
    const NAME: &'static str = "card";
}

/// Saved soon, if nothing else is said.
fn saved(save: Option<Save>, schema: usize) -> TopicOptions {
    let steps = (0..schema).map(|_| Ok);
    let migrations = steps.fold(Migrations::new(), Migrations::then);
    let persistence = Persistence::new().migrations(migrations);
    TopicOptions::new().persist(match save {
        Some(save) => persistence.save(save),
        None => persistence,
    })
}

fn machine(store: &Memory, folder: &Path, save: Option<Save>, schema: usize) -> App<MockRuntime> {
    let options = saved(save, schema).joined();
    let builder = Builder::new()
        .data_folder(folder)
        .upstream(store.clone())
        .topic_with(List::default(), options.clone())
        .family_with::<Card>(options)
        .actions::<ListAction>();
    app(builder.unsynced(), &[everything(), acting()])
}

/// All actions for all windows.
fn acting() -> Value {
    let act = json!({"identifier": "revgate:act", "allow": [{"topic": "*"}]});
    json!({"identifier": "acting", "windows": ["*"], "permissions": [act]})
}

/// A machine that saves soon.
fn joined(store: &Memory, folder: &TempDir) -> App<MockRuntime> {
    machine(store, folder.path(), None, 0)
}

fn list(app: &App<MockRuntime>) -> List {
    List::clone(&app.topic::<List>().expect("registered").snapshot().data)
}

fn edit(app: &App<MockRuntime>, change: impl FnOnce(&mut List)) {
    app.topic::<List>().expect("registered").update(change).expect("valid");
}

fn status(app: &App<MockRuntime>) -> Status {
    app.topic::<List>().expect("registered").syncing().expect("joined").status
}

fn unsynced(app: &App<MockRuntime>) -> Unsynced {
    Unsynced::clone(&app.topic::<Unsynced>().expect("registered").snapshot().data)
}

fn settle(machines: [&App<MockRuntime>; 2]) {
    until("they come together", || {
        let [one, other] = machines.map(list);
        let is_same = (one.title, one.items, one.most) == (other.title, other.items, other.most);
        is_same && machines.iter().all(|app| status(app) == Status::InStep)
    });
}

fn lies(store: &Memory, what: &str) -> bool {
    let topic = TopicName::of::<List>();
    let entry = block_on(store.read(&topic)).expect("it can be reached");
    let value = entry.and_then(|entry| entry.value.expect("not sealed")).unwrap_or_default();
    String::from_utf8(value).expect("text").contains(what)
}

/// What is on the disk now, which is what a kill would leave.
fn copy(from: &Path) -> TempDir {
    let to = tempdir().expect("a folder");
    for entry in walk(from) {
        let place = to.path().join(entry.strip_prefix(from).expect("within"));
        fs::create_dir_all(place.parent().expect("a folder")).expect("made");
        fs::copy(&entry, place).expect("copied");
    }
    to
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("one").path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

/// All in one message, as a window sends what was done while one was on its way.
fn send(app: &App<MockRuntime>, page: &Window, actions: &[Value]) -> Value {
    let numbered = |(index, action): (usize, &Value)| json!({"seq": (index + 1).to_string(), "at": "0", "action": action});
    let actions: Vec<_> = actions.iter().enumerate().map(numbered).collect();
    let epoch = app.topic::<List>().expect("registered").snapshot().version().epoch;
    let body = json!({"topic": "list", "epoch": epoch, "source": "7", "actions": actions});
    call(page, "act", body).expect("it is answered")
}

#[test]
fn what_was_there_before_it_was_joined_is_told_once_though_the_app_is_killed_before_it_saves() {
    let folder = tempdir().expect("a folder");
    let alone = Builder::new().data_folder(folder.path());
    let alone = alone.topic_with(List::default(), saved(Some(Save::OnExit), 0));
    let alone = app(alone, &[everything()]);
    edit(&alone, |list| list.title = "Old".to_owned());
    end(alone);

    let store = Memory::new();
    let killed = machine(&store.another_machine(), folder.path(), Some(Save::OnExit), 0);
    until("the store has it", || lies(&store, "Old"));
    let left = copy(folder.path());
    end(killed);

    let folder = tempdir().expect("a folder");
    let other = joined(&store.another_machine(), &folder);
    until("it has it", || list(&other).title == "Old");
    edit(&other, |list| list.title = "New".to_owned());
    until("the store has it", || lies(&store, "New"));
    let again = machine(&store.another_machine(), left.path(), Some(Save::OnExit), 0);
    settle([&again, &other]);
    assert_eq!(list(&other).title, "New");
}

/// So the next start knows them, whatever the clock says by then.
#[test]
fn what_waits_is_on_the_disk_under_numbers_of_this_run_before_it_is_sent() {
    let (store, folder) = (Memory::new(), tempdir().expect("a folder"));
    let link = store.another_machine();
    link.set_reachable(false);
    let offline = machine(&link, folder.path(), Some(Save::OnExit), 0);
    edit(&offline, |list| list.title = "Plans".to_owned());
    end(offline);
    let file = || fs::read(folder.path().join("revgate/list.json")).expect("it is saved");
    let before = file();
    let _running = machine(&store, folder.path(), Some(Save::OnExit), 0);
    until("the store has it", || lies(&store, "Plans"));
    assert_ne!(file(), before);
}

/// Seals nothing, and says when nobody holds it any more.
struct Held(Arc<AtomicBool>);

impl Seal for Held {
    fn seal(&self, _: &[u8], value: &[u8]) -> Result<Vec<u8>, String> {
        Ok(value.to_vec())
    }

    fn open(&self, _: &[u8], sealed: &[u8]) -> Result<Vec<u8>, String> {
        Ok(sealed.to_vec())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn an_app_that_has_ended_lets_go_of_the_store_though_its_process_goes_on() {
    let (folder, is_free) = (tempdir().expect("a folder"), Arc::new(AtomicBool::new(false)));
    let builder = Builder::new()
        .data_folder(folder.path())
        .upstream(Sealed::new(Memory::new(), Held(Arc::clone(&is_free))))
        .topic_with(List::default(), saved(None, 0).joined());
    let running = app(builder, &[everything()]);
    until("it is in step", || status(&running) == Status::InStep);
    assert!(!is_free.load(Ordering::Relaxed));
    let list = running.topic::<List>().expect("registered");
    end(running);
    until("it is let go of", || is_free.load(Ordering::Relaxed));
    drop(list);
}

#[test]
fn actions_that_a_window_sends_at_once_are_undone_each_by_itself() {
    let (store, folders) = (Memory::new(), [tempdir().expect("one"), tempdir().expect("other")]);
    let (link, incidents) = (store.another_machine(), Arc::new(Mutex::new(Vec::new())));
    let told = Arc::clone(&incidents);
    let builder = Builder::new()
        .data_folder(folders[0].path())
        .on_incident(move |incident: &Incident| {
            told.lock().expect("no panic").push(incident.to_string());
        })
        .upstream(link.clone())
        .topic_with(List::default(), saved(None, 0).joined())
        .actions::<ListAction>();
    let one = app(builder, &[acting()]);
    let other = joined(&store, &folders[1]);
    edit(&one, |list| list.items = vec!["milk".to_owned(), "tea".to_owned()]);
    settle([&one, &other]);
    link.set_reachable(false);
    let page = window(&one, "main");
    let actions = [json!({"check": "milk"}), json!({"add": "salt"}), json!({"check": "tea"})];
    send(&one, &page, &actions);
    let milk = ListAction::Check("milk".to_owned());
    other.topic::<List>().expect("registered").act(milk).expect("it is there");
    until("the store has it", || !lies(&store, "milk"));
    link.set_reachable(true);
    settle([&one, &other]);
    assert_eq!(list(&other).items, ["salt"]);
    until("it is said", || !incidents.lock().expect("no panic").is_empty());
    let said = incidents.lock().expect("no panic").clone();
    assert!(said.len() == 1 && said[0].contains("there is no milk"), "{said:?}");
}

#[test]
fn what_is_no_json_is_refused_of_a_large_state_too() {
    let (store, folder) = (Memory::new(), tempdir().expect("a folder"));
    let machine = joined(&store, &folder);
    edit(&machine, |list| list.items = vec!["x".repeat(100); 1_000]);
    let topic = machine.topic::<List>().expect("registered");
    let weighed = topic.act(ListAction::Weigh(None));
    assert!(matches!(&weighed, Err(ActError::Update(UpdateError::Invalid(_)))), "{weighed:?}");
    topic.act(ListAction::Weigh(Some(2.5))).expect("JSON");

    // And takes no other with it.
    let page = window(&machine, "main");
    let acted = send(&machine, &page, &[json!({"add": "salt"}), json!({"weigh": null})]);
    assert_eq!(acted["refused"][0]["kind"], "invalid", "{acted}");
    assert_eq!(list(&machine).items.last().map(String::as_str), Some("salt"));
    until("it is in step", || status(&machine) == Status::InStep);
    assert!(lies(&store, r#""weight":2.5"#));
}

#[test]
fn what_is_not_valid_beside_what_serde_skips_is_not_taken_back_on_other_machines() {
    let (store, folders) = (Memory::new(), [tempdir().expect("one"), tempdir().expect("other")]);
    let link = store.another_machine();
    let (one, other) = (joined(&link, &folders[0]), joined(&store, &folders[1]));
    settle([&one, &other]);
    edit(&one, |list| list.draft = "12345".to_owned());
    edit(&other, |list| list.most = 3);
    let refused = |why: &str| matches!(status(&one), Status::Refused(said) if said.contains(why));
    until("it is said", || refused("the draft is longer"));
    edit(&one, |list| list.title = "Mine".to_owned());
    assert_eq!((list(&one).most, list(&other).most), (0, 3));

    edit(&one, |list| list.draft.clear());
    link.set_reachable(false);
    until("it notices", || status(&one) == Status::Offline);
    link.set_reachable(true);
    settle([&one, &other]);
    assert_eq!((&*list(&other).title, list(&one).most), ("Mine", 3));
}

#[test]
fn a_member_of_another_machine_that_cannot_be_used_is_said_to_be_refused() {
    let (store, folders) = (Memory::new(), [tempdir().expect("one"), tempdir().expect("other")]);
    let theirs = store.another_machine();
    let newer = machine(&theirs, folders[0].path(), None, 1);
    let cards = newer.family::<Card>().expect("registered");
    for key in ["a", "b"] {
        cards.create(key, Card::default()).expect("new");
    }
    let link = store.another_machine();
    let older = joined(&link, &folders[1]);
    let refused = |key: &str| {
        let name: TopicName = format!("card:{key}").parse().expect("a name");
        unsynced(&older).of(&name).and_then(|waiting| waiting.refused.clone())
    };
    until("it is said", || ["a", "b"].iter().all(|key| refused(key).is_some()));
    let why = refused("a").unwrap_or_default();
    assert!(why.contains("a newer program has written it"), "{why}");

    assert!(cards.remove("a"));
    until("it is gone", || refused("a").is_none());
    assert!(refused("b").is_some());
    link.set_reachable(false);
    until("it notices", || unsynced(&older).offline.is_some());
    assert!(refused("b").is_some(), "as long as nothing else is known");
    theirs.set_reachable(false);
    store.clear();
    link.set_reachable(true);
    until("nobody has it any more", || refused("b").is_none());
}
