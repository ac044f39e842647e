//! Topics that are the same on two machines: two apps, each with its own disk, and one store.

mod common;
#[path = "common/machine.rs"]
#[allow(dead_code, reason = "other tests use the rest of it")]
mod machine;

use std::fs;
use std::sync::{Arc, Mutex};
use std::thread;

use revgate::action::Context;
use revgate::{Action, Topic, Unsaved, Unsynced, action};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tauri::async_runtime::block_on;
use tauri_plugin_revgate::persistence::{Files, Incident, Migrations, Persistence};
use tauri_plugin_revgate::upstream::{Memory, Status, Upstream as _};
use tauri_plugin_revgate::{Builder, Family, RegistryError, RevgateExt, TopicHandle, TopicOptions};

use common::{app, build, call, end, everything, until, window};
use machine::Machine;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Board {
    title: String,
    notes: Vec<u32>,
    color: u8,
    #[serde(skip)]
    draft: String,
}

impl Topic for Board {
    const NAME: &'static str = "board";
    const ACTIONS: action::Actions<Self> = action::Actions::of::<BoardAction>();

    fn keep_skipped(&mut self, before: &Self) {
        self.draft.clone_from(&before.draft);
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum BoardAction {
    Add(u32),
}

impl Action for BoardAction {
    type Topic = Board;
    type Error = String;

    fn name(&self) -> &'static str {
        "add"
    }

    fn apply(&self, board: &mut Board, _: &Context) -> Result<(), String> {
        let Self::Add(note) = self;
        board.notes.push(*note);
        Ok(())
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Card {
    text: String,
    done: bool,
}

impl Topic for Card {
    const NAME: &'static str = "card";
}

fn topics(builder: Builder, options: &TopicOptions) -> Builder {
    builder
        .topic_with(Board::default(), options.clone())
        .family_with::<Card>(options.clone())
        .actions::<BoardAction>()
        .unsynced()
}

impl Machine {
    fn board(&self) -> TopicHandle<Board> {
        self.app().topic().expect("registered")
    }

    fn cards(&self) -> Family<Card> {
        self.app().family().expect("registered")
    }

    /// What every machine is to show.
    fn shown(&self) -> Board {
        Board { draft: String::new(), ..Board::clone(&self.board().snapshot().data) }
    }

    fn shown_cards(&self) -> Vec<(String, Card)> {
        let cards = self.cards();
        let card = |key: String| {
            let card = cards.get(&key)?.snapshot().data;
            Some((key, Card::clone(&card)))
        };
        cards.keys().into_iter().filter_map(card).collect()
    }

    fn unsynced(&self) -> Unsynced {
        Unsynced::clone(&self.app().topic::<Unsynced>().expect("registered").snapshot().data)
    }

    fn is_in_step(&self) -> bool {
        let cards = self.cards();
        let cards = cards.keys().into_iter().filter_map(|key| cards.get(&key)?.syncing());
        let mut all = cards.chain(self.board().syncing());
        all.all(|it| it.status == Status::InStep) && self.unsynced() == Unsynced::default()
    }

    fn incidents(&self) -> Vec<String> {
        std::mem::take(&mut self.incidents.lock().expect("no panic"))
    }
}

fn two() -> [Machine; 2] {
    let store = Memory::new();
    [Machine::new(store.another_machine(), topics), Machine::new(store, topics)]
}

/// Waits until both show the same, and nothing waits.
fn settle(machines: &[Machine; 2]) {
    let [one, other] = machines;
    until("they come together", || {
        one.is_in_step()
            && other.is_in_step()
            && one.shown() == other.shown()
            && one.shown_cards() == other.shown_cards()
    });
}

/// What lies in the store for a topic.
fn lying(store: &Memory, topic: &str) -> String {
    let topic = topic.parse().expect("a name");
    let entry = block_on(store.read(&topic)).expect("it can be reached");
    let value = entry.and_then(|entry| entry.value.expect("not sealed")).unwrap_or_default();
    String::from_utf8(value).expect("text")
}

fn add(machine: &Machine, note: u32) {
    machine.board().act(BoardAction::Add(note)).expect("it can be done");
}

#[test]
fn what_is_changed_on_one_machine_is_shown_on_the_other_and_its_versions_only_grow() {
    let [one, other] = two();
    let watched = other.board();
    let before = watched.snapshot().version();
    one.board().update(|board| board.title = "Plans".to_owned()).expect("valid");
    until("it is shown there", || watched.snapshot().data.title == "Plans");
    assert!(watched.snapshot().version() > before);

    let page = window(other.app(), "main");
    let read = call(&page, "snapshot", json!({"topic": "board"})).expect("it may");
    assert_eq!(read["data"]["title"], "Plans", "{read}");
}

#[test]
fn five_hundred_actions_of_each_of_two_machines_are_a_thousand() {
    let machines = two();
    thread::scope(|scope| {
        for (index, machine) in machines.iter().enumerate() {
            let board = machine.board();
            let first = u32::try_from(index).expect("two") * 1_000;
            scope.spawn(move || {
                for note in first..first + 500 {
                    board.act(BoardAction::Add(note)).expect("it can be done");
                }
            });
        }
    });
    settle(&machines);
    let mut notes = machines[0].shown().notes;
    notes.sort_unstable();
    assert!(notes.into_iter().eq((0..500).chain(1_000..1_500)));
}

#[test]
fn different_fields_that_are_changed_at_once_are_both_kept() {
    let machines = two();
    settle(&machines);
    machines.iter().for_each(|machine| machine.store.set_reachable(false));
    machines[0].board().update(|board| board.title = "Plans".to_owned()).expect("valid");
    machines[1].board().update(|board| board.color = 7).expect("valid");
    machines.iter().for_each(|machine| machine.store.set_reachable(true));
    settle(&machines);
    assert_eq!(
        machines[0].shown(),
        Board { title: "Plans".to_owned(), notes: vec![], color: 7, ..Board::default() }
    );
}

#[test]
fn what_is_done_offline_waits_on_the_disk_and_windows_know_of_it() {
    let mut machines = two();
    settle(&machines);
    machines[0].store.set_reachable(false);
    until("it is noticed", || machines[0].unsynced().offline.is_some());
    let reason = machines[0].unsynced().offline.expect("offline");
    assert!(reason.contains("it cannot be reached"), "{reason}");

    for note in 0..3 {
        add(&machines[0], note);
    }
    add(&machines[1], 10);
    let name = "board".parse().expect("a name");
    until("it is told", || machines[0].unsynced().of(&name).is_some_and(|it| it.changes == 3));
    let syncing = machines[0].board().syncing().expect("joined");
    assert_eq!((syncing.status, syncing.waiting), (Status::Offline, 3));
    let since = syncing.since.expect("something waits");
    let page = window(machines[0].app(), "main");
    let inspected = call(&page, "inspect", json!({})).expect("it may");
    let all = inspected.as_array().expect("a list");
    let board = all.iter().find(|it| it["topic"] == "board").expect("it is told");
    assert_eq!(board["syncing"]["isOffline"], true, "{board}");
    assert_eq!(board["syncing"]["waiting"]["changes"], 3, "{board}");
    page.destroy().expect("it is open");

    machines[0].end();
    machines[0].start();
    assert_eq!(machines[0].shown().notes, [0, 1, 2], "it is on the disk");
    let syncing = machines[0].board().syncing().expect("joined");
    assert_eq!(syncing.waiting, 3);
    let ms = |time: std::time::SystemTime| {
        time.duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_millis()
    };
    assert_eq!(syncing.since.map(ms), Some(ms(since)));

    until("the other's is there", || lying(&machines[1].store, "board").contains("[10]"));
    machines[0].store.set_reachable(true);
    settle(&machines);
    assert_eq!(machines[0].shown().notes, [10, 0, 1, 2]);
    assert_eq!(machines[0].board().syncing().expect("joined").since, None);
    // What has gone through is not told as waiting by the next start.
    machines[0].end();
    machines[0].store.set_reachable(false);
    machines[0].start();
    assert_eq!(machines[0].board().syncing().expect("joined").waiting, 0);
    assert_eq!(machines[0].incidents(), Vec::<String>::new());
}

#[test]
fn members_of_families_come_change_and_go_on_both() {
    let machines = two();
    let [one, other] = &machines;
    let card = |text: &str| Card { text: text.to_owned(), done: false };
    one.cards().create("a", card("from one")).expect("new");
    until("it comes", || other.cards().get("a").is_some());
    other.cards().get("a").expect("there").update(|card| card.done = true).expect("valid");
    until("it changes", || one.cards().get("a").is_some_and(|it| it.snapshot().data.done));

    let held = one.cards().get("a").expect("there");
    assert!(other.cards().remove("a"));
    until("it goes", || one.cards().get("a").is_none());
    assert!(held.update(|card| card.done = false).is_err(), "it is gone for who still holds it");
    settle(&machines);

    // Of the same key, and not what it was.
    let before = held.snapshot().version();
    other.cards().create("a", card("anew")).expect("new");
    until("it comes back", || one.cards().get("a").is_some());
    let anew = one.cards().get("a").expect("there").snapshot();
    assert_eq!(*anew.data, card("anew"));
    assert!(anew.version() > before, "no window has seen a newer one");
    settle(&machines);
}

#[test]
fn a_member_that_is_removed_offline_is_removed_for_all_after_a_restart_too() {
    let mut machines = two();
    machines[0].cards().create("a", Card::default()).expect("new");
    machines[0].cards().create("b", Card::default()).expect("new");
    settle(&machines);
    let file = machines[0].folder.path().join("revgate/card%3aa.json");
    until("it is saved", || file.exists());
    machines[0].end();
    machines[0].start();
    settle(&machines);
    machines[0].store.set_reachable(false);
    assert!(machines[0].cards().remove("a"));
    machines[0].end();
    machines[0].start();
    assert_eq!(machines[0].cards().keys(), ["b"]);
    assert_eq!(machines[1].cards().keys(), ["a", "b"]);
    machines[0].store.set_reachable(true);
    settle(&machines);
    assert_eq!(machines[1].cards().keys(), ["b"]);

    machines[0].end();
    assert!(file.exists(), "an older store may have it once more");
    machines[0].start();
    settle(&machines);
    assert_eq!(machines[0].cards().keys(), ["b"]);
}

#[test]
fn one_key_that_is_created_on_both_machines_at_once_has_what_both_have_made() {
    let machines = two();
    settle(&machines);
    machines.iter().for_each(|machine| machine.store.set_reachable(false));
    let cards = machines.each_ref().map(Machine::cards);
    cards[0].create("a", Card { text: "one".to_owned(), done: false }).expect("new");
    cards[1].create("a", Card { text: "other".to_owned(), done: false }).expect("new");
    cards[1].get("a").expect("there").update(|card| card.done = true).expect("valid");
    machines.iter().for_each(|machine| machine.store.set_reachable(true));
    settle(&machines);
    assert!(machines[0].shown_cards()[0].1.done, "an edit of what was created");
}

#[test]
fn an_edit_of_what_another_has_removed_is_undone_and_said() {
    let machines = two();
    machines[0].cards().create("a", Card::default()).expect("new");
    settle(&machines);
    machines[1].store.set_reachable(false);
    machines[1].cards().get("a").expect("there").update(|card| card.done = true).expect("valid");
    assert!(machines[0].cards().remove("a"));
    until("the store has it", || !lying(&machines[0].store, "card:a").contains("state"));
    machines[1].store.set_reachable(true);
    settle(&machines);
    assert_eq!(machines[1].cards().keys(), Vec::<String>::new());
    let incidents = || machines[1].incidents.lock().expect("no panic").clone();
    until("it is said", || !incidents().is_empty());
    let said = incidents();
    assert!(said[0].contains("`card:a`") && said[0].contains("it was removed"), "{said:?}");
}

#[test]
fn what_was_there_before_the_topic_was_joined_is_known_to_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let alone = Builder::new()
        .data_folder(folder.path())
        .topic_with(Board::default(), TopicOptions::new().persist(Persistence::new()))
        .family_with::<Card>(TopicOptions::new().persist(Persistence::new()));
    let before = app(alone, &[everything()]);
    let board = before.topic::<Board>().expect("registered");
    board.update(|board| board.title = "Old".to_owned()).expect("valid");
    before.family::<Card>().expect("registered").create("a", Card::default()).expect("new");
    end(before);

    let store = Memory::new();
    let other = Machine::new(store.another_machine(), topics);
    other.board().update(|board| board.color = 7).expect("valid");
    until("the store has it", || other.is_in_step());
    let mut machines = [Machine::at(folder, store, topics), other];
    settle(&machines);
    assert_eq!(
        machines[0].shown(),
        Board { title: "Old".to_owned(), notes: vec![], color: 7, ..Board::default() }
    );
    assert_eq!(machines[1].cards().keys(), ["a"]);

    // Once, and not at each start.
    machines[0].end();
    machines[1].board().update(|board| board.title = "New".to_owned()).expect("valid");
    assert!(machines[1].cards().remove("a"));
    machines[0].start();
    settle(&machines);
    assert_eq!(machines[1].shown().title, "New");
    assert_eq!(machines[0].cards().keys(), Vec::<String>::new());
}

#[test]
fn what_waits_when_the_app_is_updated_to_another_schema_is_not_lost() {
    let mut machines = two();
    machines[0].cards().create("a", Card::default()).expect("new");
    settle(&machines);
    machines[0].store.set_reachable(false);
    add(&machines[0], 1);
    machines[0].cards().get("a").expect("there").update(|card| card.done = true).expect("valid");
    machines.iter_mut().for_each(|machine| {
        machine.end();
        machine.schema = 1;
        machine.start();
    });
    machines[0].store.set_reachable(true);
    settle(&machines);
    assert_eq!(machines[1].shown().notes, [1]);
    assert!(machines[1].shown_cards()[0].1.done);
}

#[test]
fn what_others_do_meanwhile_stays_though_the_app_is_updated_while_something_waits() {
    let mut machines = two();
    machines[0]
        .board()
        .update(|board| (board.title, board.color) = ("Plans".to_owned(), 1))
        .expect("valid");
    machines[0].cards().create("a", Card::default()).expect("new");
    settle(&machines);
    machines[0].store.set_reachable(false);
    machines[0].board().update(|board| board.title = "Mine".to_owned()).expect("valid");
    machines[0].cards().get("a").expect("there").update(|card| card.done = true).expect("valid");
    machines[1].board().update(|board| board.color = 7).expect("valid");
    let text = |card: &mut Card| card.text = "theirs".to_owned();
    machines[1].cards().get("a").expect("there").update(text).expect("valid");
    until("they have it", || machines[1].is_in_step());
    machines[0].end();
    machines[0].start();
    add(&machines[0], 1);
    machines[0].end();
    machines[0].schema = 1;
    machines[0].start();
    machines[1].end();
    machines[1].schema = 1;
    machines[1].start();
    machines[0].store.set_reachable(true);
    settle(&machines);
    let shown = machines[1].shown();
    assert_eq!((&*shown.title, shown.color, shown.notes), ("Mine", 7, vec![1]));
    let card = Card { text: "theirs".to_owned(), done: true };
    assert_eq!(machines[1].shown_cards(), [("a".to_owned(), card)]);
    let undone = machines.each_ref().map(|it| it.incidents.lock().expect("no panic").clone());
    assert_eq!(undone, [Vec::<String>::new(), Vec::new()]);
}

#[test]
fn what_serde_skips_stays_as_it_is_here() {
    let machines = two();
    machines[0].board().update(|board| board.draft = "mine".to_owned()).expect("valid");
    machines[1].board().update(|board| board.title = "Plans".to_owned()).expect("valid");
    settle(&machines);
    assert_eq!(machines[0].board().snapshot().data.draft, "mine");
    assert_eq!(machines[1].board().snapshot().data.draft, "");
}

#[test]
fn a_member_is_created_and_removed_within_an_edit_of_another_topic() {
    let machines = two();
    let cards = machines[0].cards();
    let edit = |board: &mut Board| {
        cards.create("a", Card::default()).expect("new");
        cards.create("b", Card::default()).expect("new");
        assert!(cards.remove("b"));
        board.color = 1;
    };
    machines[0].board().update(edit).expect("valid");
    settle(&machines);
    assert_eq!(machines[1].cards().keys(), ["a"]);
}

#[test]
fn a_store_that_is_restored_or_lost_gets_back_what_the_machines_have() {
    let machines = two();
    add(&machines[0], 1);
    machines[0].cards().create("a", Card::default()).expect("new");
    settle(&machines);
    let copy = machines[0].store.back_up();
    add(&machines[1], 2);
    assert!(machines[0].cards().remove("a"));
    settle(&machines);
    machines[0].store.restore(&copy);
    let lies = |what: &str| lying(&machines[0].store, what);
    until("the note is there once more", || lies("board").contains(r#""notes":[1,2]"#));
    until("the card is removed once more", || !lies("card:a").contains("state"));
    settle(&machines);
    assert_eq!(machines[0].shown().notes, [1, 2]);
    assert_eq!(machines[1].cards().keys(), Vec::<String>::new());

    machines[0].store.clear();
    add(&machines[1], 3);
    settle(&machines);
    assert_eq!(machines[0].shown().notes, [1, 2, 3]);
}

#[test]
fn what_was_removed_stays_so_though_the_apps_have_ended_and_an_older_store_comes_back() {
    let mut machines = two();
    machines[0].cards().create("a", Card::default()).expect("new");
    settle(&machines);
    let copy = machines[0].store.back_up();
    assert!(machines[0].cards().remove("a"));
    settle(&machines);
    machines.iter_mut().for_each(Machine::end);
    machines[0].store.restore(&copy);
    machines.iter_mut().for_each(Machine::start);
    let removed = || !lying(&machines[0].store, "card:a").contains("state");
    until("the card is removed once more", removed);
    settle(&machines);
    machines.iter().for_each(|it| assert_eq!(it.cards().keys(), Vec::<String>::new()));
    // It may be created anew.
    let card = Card { text: "new".to_owned(), done: false };
    machines[1].cards().create("a", card.clone()).expect("new");
    settle(&machines);
    machines.iter_mut().for_each(|machine| {
        machine.end();
        machine.start();
    });
    settle(&machines);
    assert_eq!(machines[0].shown_cards(), [("a".to_owned(), card)]);
}

#[test]
fn a_second_instance_that_may_not_save_follows_the_first_and_complains_of_nothing() {
    let machines = two();
    let [first, _] = &machines;
    first.cards().create("a", Card::default()).expect("new");
    first.cards().create("b", Card::default()).expect("new");
    settle(&machines);
    // Others are yet to be told of that: it waits on the disk.
    first.store.set_reachable(false);
    assert!(first.cards().remove("a"));
    let file = first.folder.path().join("revgate/card%3aa.json");
    let lies = || fs::read_to_string(&file).unwrap_or_default().replace(' ', "");
    until("it is saved", || lies().contains(r#""removed":true"#));
    let complaints = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&complaints);
    let second = first.builder().storage(|folder| Files::open_or_read_only(folder)).on_incident(
        move |incident: &Incident| {
            told.lock().expect("no panic").push(incident.to_string());
        },
    );
    let second = app(second.unsaved(), &[everything()]);
    let unsynced = second.topic::<Unsynced>().expect("registered");
    first.store.set_reachable(true);
    until("it is in touch, too", || unsynced.snapshot().data.offline.is_none());
    settle(&machines);
    for note in 1..=3 {
        add(first, note);
        first.board().flush().wait().expect("the disk is there");
        let follower = second.topic::<Board>().expect("registered");
        until("it is followed", || follower.snapshot().data.notes.len() == note as usize);
    }
    machines[1].cards().get("b").expect("there").update(|it| it.done = true).expect("valid");
    let card = second.family::<Card>().expect("registered").get("b").expect("there");
    until("what others do is followed, too", || card.snapshot().data.done);
    let unsaved = second.topic::<Unsaved>().expect("registered").snapshot();
    assert_eq!(*unsaved.data, Unsaved::default());
    // It has heard of all of that, and goes on listening.
    first.store.set_reachable(false);
    until("it notices", || unsynced.snapshot().data.offline.is_some());
    end(second);
    assert_eq!(*complaints.lock().expect("no panic"), Vec::<String>::new());
}

#[test]
fn a_newer_programs_state_is_left_alone_and_waits() {
    let store = Memory::new();
    let newer = {
        let migrations = Migrations::new().then(Ok);
        let options = TopicOptions::new().persist(Persistence::new().migrations(migrations));
        let folder = tempfile::tempdir().expect("a folder");
        let builder = Builder::new()
            .data_folder(folder.path())
            .upstream(store.another_machine())
            .topic_with(Board { color: 1, ..Board::default() }, options.joined());
        (app(builder, &[everything()]), folder)
    };
    let board = newer.0.topic::<Board>().expect("registered");
    until("the store has it", || board.syncing().is_some_and(|it| it.status == Status::InStep));
    let before = lying(&store, "board");
    let older = Machine::new(store, topics);
    add(&older, 1);
    let refused = || match older.board().syncing().expect("joined").status {
        Status::Refused(why) => Some(why),
        _ => None,
    };
    until("it is refused", || refused().is_some());
    assert!(refused().expect("refused").contains("a newer program has written it"));
    assert_eq!(older.shown().notes, [1]);
    assert_eq!(lying(&older.store, "board"), before);
}

#[test]
fn what_cannot_be_joined_stops_the_apps_start() {
    let start = |builder: Builder| {
        let error = build(builder, &[everything()]).map(drop).expect_err("it cannot be joined");
        error.to_string()
    };
    let saved = || TopicOptions::new().persist(Persistence::new());
    let no_store = Builder::new().topic_with(Board::default(), saved().joined());
    let no_disk = Builder::new()
        .upstream(Memory::new())
        .topic_with(Board::default(), TopicOptions::new().joined());
    for builder in [no_store, no_disk] {
        let error = start(builder);
        assert!(error.contains("the topic `board` cannot be joined"), "{error}");
    }
    let part = TopicOptions::new().persist(Persistence::new().without(["/title"])).joined();
    let builder = Builder::new().upstream(Memory::new()).topic_with(Board::default(), part);
    assert!(start(builder).contains("without `only` or `without`"));
    let two = Builder::new().upstream(Memory::new()).upstream(Memory::new());
    assert!(start(two).contains(&RegistryError::TwoUpstreams.to_string()));
}
