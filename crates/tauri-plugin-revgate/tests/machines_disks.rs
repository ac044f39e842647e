//! Topics that are the same on two machines, of which one has trouble: with what lies on its disk, or with an edit
//! that does not end.

#![cfg(unix)]

mod common;
#[path = "common/machine.rs"]
#[allow(dead_code, reason = "other tests use the rest of it")]
mod machine;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use revgate::action::Context;
use revgate::{Action, Topic, Unsynced, action};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tauri::async_runtime::block_on;
use tauri_plugin_revgate::persistence::Persistence;
use tauri_plugin_revgate::upstream::{Memory, Seal, Sealed, Status};
use tauri_plugin_revgate::{Builder, Family, RevgateExt, TopicHandle, TopicOptions};

use common::{Player, app, call, end, everything, until, window};
use machine::Machine;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Board {
    title: String,
    notes: Vec<u32>,
}

impl Topic for Board {
    const NAME: &'static str = "board";
    const ACTIONS: action::Actions<Self> = action::Actions::of::<Add>();
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Add(u32);

impl Action for Add {
    type Topic = Board;
    type Error = String;

    fn name(&self) -> &'static str {
        "add"
    }

    fn apply(&self, board: &mut Board, _: &Context) -> Result<(), String> {
        board.notes.push(self.0);
        Ok(())
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Card {
    text: String,
}

impl Topic for Card {
    const NAME: &'static str = "card";
}

/// The same of a newer program, for which serde has no default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct RankedCard {
    text: String,
    rank: u32,
}

impl Topic for RankedCard {
    const NAME: &'static str = "card";
}

fn topics(builder: Builder, options: &TopicOptions) -> Builder {
    let own = TopicOptions::new().persist(Persistence::new());
    builder
        .topic_with(Board::default(), options.clone())
        .family_with::<Card>(options.clone())
        .topic_with(Player::default(), own)
}

fn newer_topics(builder: Builder, options: &TopicOptions) -> Builder {
    builder.topic_with(Board::default(), options.clone()).family_with::<RankedCard>(options.clone())
}

impl Machine {
    fn board(&self) -> TopicHandle<Board> {
        self.app().topic().expect("registered")
    }

    fn cards(&self) -> Family<Card> {
        self.app().family().expect("registered")
    }

    fn ranked_cards(&self) -> Family<RankedCard> {
        self.app().family().expect("registered")
    }

    fn title(&self, title: &str) {
        self.board().update(|board| title.clone_into(&mut board.title)).expect("valid");
    }

    fn shows(&self, title: &str, notes: &[u32]) -> bool {
        let board = self.board().snapshot().data;
        board.title == title && board.notes == notes
    }

    fn text(&self, key: &str) -> Option<String> {
        Some(self.cards().get(key)?.snapshot().data.text.clone())
    }

    fn is_in_step(&self) -> bool {
        in_step(&self.board())
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join("revgate").join(name)
    }

    /// The state in a file; `null` if there is none.
    fn saved(&self, name: &str) -> Value {
        let Ok(bytes) = fs::read(self.file(name)) else { return Value::Null };
        let record: Value = serde_json::from_slice(&bytes).expect("never half a file");
        record["data"].clone()
    }

    fn incidents(&self) -> Vec<String> {
        std::mem::take(&mut self.incidents.lock().expect("no panic"))
    }
}

fn in_step<T: Topic>(topic: &TopicHandle<T>) -> bool {
    topic.syncing().is_some_and(|it| it.status == Status::InStep && it.waiting == 0)
}

fn two() -> [Machine; 2] {
    let store = Memory::new();
    [Machine::new(store.another_machine(), topics), Machine::new(store, topics)]
}

/// Not even root can read it, until it is mended.
fn break_file(file: &Path) -> impl Fn() + use<> {
    let (file, real) = (file.to_owned(), file.with_extension("real"));
    fs::rename(&file, &real).expect("it was saved");
    symlink(&file, &file).expect("linked");
    move || fs::rename(&real, &file).expect("it is there")
}

#[test]
fn a_file_that_can_be_read_only_later_takes_nothing_back_and_what_waits_in_it_is_done() {
    let mut machines = two();
    machines[0].title("old");
    machines[0].cards().create("a", Card { text: "old".to_owned() }).expect("new");
    until("both have it", || {
        machines[1].shows("old", &[]) && machines[1].text("a").as_deref() == Some("old")
    });
    until("it is known", || machines[0].is_in_step());
    machines[0].store.set_reachable(false);
    machines[0].board().act(Add(1)).expect("it can be done");
    machines[0].end();
    machines[1].title("new");
    let card = machines[1].cards().get("a").expect("it is there");
    card.update(|card| card.text = "new".to_owned()).expect("valid");

    let files = ["board.json", "card%3aa.json"].map(|name| machines[0].file(name));
    let mend = files.map(|file| break_file(&file));
    machines[0].start();
    machines[0].store.set_reachable(true);
    until("the store's is shown", || {
        machines[0].shows("new", &[]) && machines[0].text("a").as_deref() == Some("new")
    });
    mend.iter().for_each(|mend| mend());
    until("what waited is done", || machines.iter().all(|machine| machine.shows("new", &[1])));
    until("they are in step", || machines.iter().all(Machine::is_in_step));
    until("the member is saved", || machines[0].saved("card%3aa.json")["text"] == "new");
    for machine in &machines {
        assert_eq!(machine.text("a").as_deref(), Some("new"));
    }
    let told = machines[0].incidents();
    assert!(told.iter().all(|told| told.contains("cannot be read")), "{told:?}");
}

/// In whatever order the disk and the store come back; with an older state beside that, or none; also where the
/// store has what waits already.
#[test]
fn what_waits_in_it_is_done_once_whatever_comes_back_first() {
    for case in 0..8_u8 {
        let [is_there, has_backup, is_store_first] = [1, 2, 4].map(|bit| case & bit > 0);
        let mut machines = two();
        machines[0].title("old");
        machines[0].board().act(Add(1)).expect("it can be done");
        until("both have it", || machines[1].shows("old", &[1]));
        until("it is known", || machines[0].is_in_step());
        machines[0].store.set_reachable(false);
        let flush = |machine: &Machine| block_on(machine.board().flush()).expect("writable");
        flush(&machines[0]);
        let [file, backup] = ["board.json", "board.backup.json"].map(|it| machines[0].file(it));
        let older = fs::read(&file).expect("it was saved");
        machines[0].board().act(Add(2)).expect("it can be done");
        flush(&machines[0]);
        let waiting = fs::read(&file).expect("it was saved");
        if is_there {
            machines[0].store.set_reachable(true);
            until("the store has it", || machines[1].shows("old", &[1, 2]));
            until("it is known", || machines[0].is_in_step());
        }
        machines[0].store.set_reachable(false);
        machines[0].end();
        fs::write(&file, &waiting).expect("writable");
        fs::remove_file(&backup).expect("it was saved before");
        if has_backup {
            fs::write(&backup, &older).expect("writable");
        }
        machines[1].title("new");

        let mend = break_file(&file);
        machines[0].start();
        machines[0].board().act(Add(3)).expect("it can be done");
        let is_read = |machine: &Machine| machine.board().saving().is_some_and(|it| !it.is_held);
        if is_store_first {
            machines[0].store.set_reachable(true);
            let begun: &[u32] = if is_there { &[1, 2, 3] } else { &[1, 3] };
            until("the store's is shown", || machines[1].shows("new", begun));
            mend();
        } else {
            mend();
            until("it goes on as it was", || machines[0].shows("old", &[1, 2, 3]));
        }
        until("it is read", || is_read(&machines[0]));
        machines[0].store.set_reachable(true);
        let notes = |machine: &Machine| {
            let board = machine.board().snapshot().data;
            let mut notes = board.notes.clone();
            notes.sort_unstable();
            (board.title.clone(), notes)
        };
        let all = || ("new".to_owned(), vec![1, 2, 3]);
        until("each is done once", || machines.iter().all(|machine| notes(machine) == all()));
        until("they are in step", || machines.iter().all(Machine::is_in_step));
        assert_eq!(notes(&machines[0]), all(), "{case}");
        let told = machines[0].incidents();
        assert!(told.iter().all(|told| told.contains("cannot be read")), "{told:?}");
    }
}

#[test]
fn what_was_removed_is_removed_though_its_last_state_lacks_what_a_newer_program_has() {
    let mut machines = two();
    for key in ["a", "b"] {
        machines[0].cards().create(key, Card::default()).expect("new");
    }
    until("both have them", || machines[1].text("b").is_some());
    until("it is known", || machines[0].is_in_step());
    machines[0].store.set_reachable(false);
    for key in ["a", "b"] {
        assert!(machines[0].cards().remove(key));
    }
    machines.iter_mut().for_each(|machine| machine.update(newer_topics));
    assert_eq!(machines[0].incidents(), Vec::<String>::new(), "nobody asks for them");
    let ranked = |rank| RankedCard { text: "new".to_owned(), rank };
    for key in ["a", "b"] {
        machines[1].ranked_cards().open(key, ranked(1)).expect("completed");
    }
    machines[0].ranked_cards().create("b", ranked(2)).expect("its name is free");
    machines[0].store.set_reachable(true);
    let cards = |machine: &Machine| {
        let cards = machine.ranked_cards();
        cards
            .keys()
            .into_iter()
            .filter_map(|key| Some((cards.get(&key)?.snapshot().data.rank, key)))
            .collect::<Vec<_>>()
    };
    until("one is gone and one is created anew", || {
        machines.iter().all(|machine| cards(machine) == [(2, "b".to_owned())])
    });
    assert_eq!(machines[0].incidents(), Vec::<String>::new());
}

#[test]
fn an_edit_that_does_not_end_keeps_no_other_topic_from_the_store_or_from_the_disk() {
    let [mut one, other] = two();
    other.cards().create("a", Card::default()).expect("new");
    until("both have it", || one.text("a").is_some());
    let (begun, has_begun) = mpsc::channel();
    let (end, ends) = mpsc::channel::<()>();
    let board = one.board();
    let hangs = thread::spawn(move || {
        board.update(|_| {
            begun.send(()).expect("somebody waits");
            let _ended = ends.recv();
        })
    });
    has_begun.recv().expect("it begins");
    other.title("theirs");
    let card = other.cards().get("a").expect("it is there");
    card.update(|card| card.text = "new".to_owned()).expect("valid");
    until("others are heard of", || one.text("a").as_deref() == Some("new"));
    assert!(one.shows("", &[]));

    let page = window(one.app(), "main");
    let card = one.cards().get("a").expect("it is there");
    let (locked, is_locked) = mpsc::channel();
    let (unlock, unlocks) = mpsc::channel::<()>();
    let edits = thread::spawn(move || {
        card.update(|_| {
            locked.send(()).expect("somebody waits");
            let _ended = unlocks.recv();
        })
    });
    is_locked.recv().expect("it begins");
    let refused = call(&page, "remove", json!({"topic": "card:a"})).expect_err("it is edited");
    assert!(refused.to_string().contains("`card:a`"), "not that there is none: {refused}");
    drop(unlock);
    edits.join().expect("no panic").expect("valid");
    page.destroy().expect("it is open");

    let player = one.app().topic::<Player>().expect("registered");
    player.update(|player| player.volume = 7).expect("valid");
    one.end();
    assert_eq!(one.saved("player.json")["volume"], 7, "the end has waited for no edit");
    drop(end);
    let _ended = hangs.join().expect("no panic");
}

/// Opens nothing until it has its key.
#[derive(Debug)]
struct Locked(Arc<AtomicBool>);

impl Seal for Locked {
    fn seal(&self, _: &[u8], value: &[u8]) -> Result<Vec<u8>, String> {
        Ok(value.to_vec())
    }

    fn open(&self, _: &[u8], sealed: &[u8]) -> Result<Vec<u8>, String> {
        match self.0.load(Ordering::Relaxed) {
            true => Ok(sealed.to_vec()),
            false => Err("the key is not there yet".to_owned()),
        }
    }
}

#[test]
fn a_member_that_cannot_be_opened_at_first_is_there_once_it_can() {
    let store = Memory::new();
    let machine = Machine::new(store.another_machine(), topics);
    machine.cards().create("a", Card { text: "theirs".to_owned() }).expect("new");
    until("the store has it", || machine.cards().get("a").is_some_and(|card| in_step(&card)));
    let (folder, key) = (tempfile::tempdir().expect("a folder"), Arc::new(AtomicBool::new(false)));
    let options = TopicOptions::new().persist(Persistence::new()).joined();
    let builder = Builder::new().data_folder(folder.path());
    let builder = builder.upstream(Sealed::new(store, Locked(Arc::clone(&key)))).unsynced();
    let app = app(topics(builder, &options), &[everything()]);
    let name = "card:a".parse().expect("a name");
    let unsynced = app.topic::<Unsynced>().expect("registered");
    let refused = || {
        let unsynced = unsynced.snapshot().data;
        unsynced.of(&name).and_then(|waiting| waiting.refused.clone())
    };
    until("it is said", || refused().is_some_and(|why| why.contains("the key is not there yet")));
    key.store(true, Ordering::Relaxed);
    let cards = app.family::<Card>().expect("registered");
    until("it is there", || {
        cards.get("a").is_some_and(|card| card.snapshot().data.text == "theirs")
    });
    until("nothing is refused any more", || refused().is_none());
    end(app);
}
