//! The topics of a machine.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use revgate::action::{Actions, Context};
use revgate::{Action, Topic};
use revgate_nats::{Nats, Options};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tauri::App;
use tauri::test::{MockRuntime, mock_builder, mock_context, noop_assets};
use tauri_plugin_revgate::persistence::{FlushError, Persistence};
use tauri_plugin_revgate::upstream::Status;
use tauri_plugin_revgate::{Builder, Family, RevgateExt, TopicHandle, TopicOptions};

use crate::say;

pub(crate) type Failure = Box<dyn std::error::Error>;

/// How long an answer of the server is waited for: less than some pulled cables take.
const TIMEOUT: Duration = Duration::from_secs(1);

/// Numbers in the order in which they have come.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Journal {
    numbers: Vec<u32>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Add(u32);

/// One machine writes `one`, the other `other`, and both `both`.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Board {
    one: u32,
    other: u32,
    both: u32,
}

/// A member of a family.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Card {
    numbers: Vec<u32>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Note(u32);

impl Topic for Journal {
    const NAME: &'static str = "journal";
    const ACTIONS: Actions<Self> = Actions::of::<Add>();
}

impl Topic for Board {
    const NAME: &'static str = "board";
}

impl Topic for Card {
    const NAME: &'static str = "card";
    const ACTIONS: Actions<Self> = Actions::of::<Note>();
}

impl Action for Add {
    type Topic = Journal;
    type Error = String;

    fn name(&self) -> &'static str {
        "add"
    }

    fn apply(&self, journal: &mut Journal, _: &Context) -> Result<(), String> {
        journal.numbers.push(self.0);
        Ok(())
    }
}

impl Action for Note {
    type Topic = Card;
    type Error = String;

    fn name(&self) -> &'static str {
        "note"
    }

    fn apply(&self, card: &mut Card, _: &Context) -> Result<(), String> {
        card.numbers.push(self.0);
        Ok(())
    }
}

/// The app, with its topics open.
pub(crate) struct Machine {
    journal: TopicHandle<Journal>,
    board: TopicHandle<Board>,
    cards: Family<Card>,
    _app: App<MockRuntime>,
}

impl Machine {
    pub(crate) fn open(folder: &Path, server: &str) -> Result<Self, Failure> {
        let joined = || TopicOptions::new().persist(Persistence::new().durable()).joined();
        let plugin = Builder::new()
            .data_folder(folder)
            .on_incident(|incident| {
                say(format_args!("incident {}", incident.to_string().replace('\n', " ")));
            })
            .upstream(Nats::new(Options::new(server, "partition").timeout(TIMEOUT)))
            .topic_with(Journal::default(), joined())
            .topic_with(Board::default(), joined())
            .family_with::<Card>(joined())
            .build();
        let app = mock_builder().plugin(plugin).build(mock_context(noop_assets()))?;
        Ok(Self { journal: app.topic()?, board: app.topic()?, cards: app.family()?, _app: app })
    }

    pub(crate) fn add(&self, number: u32) -> Result<(), Failure> {
        self.journal.act(Add(number))?;
        Ok(())
    }

    pub(crate) fn set(&self, field: &str, number: u32) -> Result<(), Failure> {
        let set: fn(&mut Board) -> &mut u32 = match field {
            "one" => |board| &mut board.one,
            "other" => |board| &mut board.other,
            "both" => |board| &mut board.both,
            _ => return Err(format!("the board has no `{field}`").into()),
        };
        self.board.update(|board| *set(board) = number)?;
        Ok(())
    }

    pub(crate) fn create(&self, key: &str) -> Result<(), Failure> {
        self.cards.create(key, Card::default())?.flush().wait()?;
        Ok(())
    }

    pub(crate) fn note(&self, key: &str, number: u32) -> Result<(), Failure> {
        let card = self.cards.get(key).ok_or_else(|| format!("there is no card `{key}`"))?;
        card.act(Note(number))?;
        Ok(())
    }

    pub(crate) fn remove(&self, key: &str) -> Result<(), Failure> {
        let missing = || format!("there is no card `{key}`");
        let card = self.cards.get(key).ok_or_else(missing)?;
        if !self.cards.remove(key) {
            return Err(missing().into());
        }
        // Until other machines have heard of it, it waits on the disk that it is gone; then there is nothing
        // left to be saved of it.
        match card.flush().wait() {
            Ok(()) | Err(FlushError::Ended) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether all topics are in step, and what they are.
    pub(crate) fn tell(&self) -> Result<String, Failure> {
        let cards: Vec<_> = self
            .cards
            .keys()
            .into_iter()
            .filter_map(|key| self.cards.get(&key).map(|card| (key, card)))
            .collect();
        let waits = |status: Option<Status>| status != Some(Status::InStep);
        let mut waiting: Vec<_> = cards
            .iter()
            .filter(|(_, card)| waits(card.syncing().map(|it| it.status)))
            .map(|(key, _)| key.as_str())
            .collect();
        waiting.extend(waits(self.journal.syncing().map(|it| it.status)).then_some("journal"));
        waiting.extend(waits(self.board.syncing().map(|it| it.status)).then_some("board"));
        let numbers: BTreeMap<_, _> =
            cards.iter().map(|(key, card)| (key, card.snapshot().data.numbers.clone())).collect();
        let told = json!({
            "waiting": waiting,
            "journal": self.journal.snapshot().data.numbers,
            "board": *self.board.snapshot().data,
            "cards": numbers,
        });
        Ok(told.to_string())
    }
}
