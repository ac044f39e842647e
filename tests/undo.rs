//! Undo and redo under a virtual clock: what a window has done is taken back, and nothing that
//! others have.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use revgate::action::Context;
use revgate::{Action, Invalid, Topic, TopicName, Version};
use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::{
    ActError, Acting, Fate, Host, Observer, Options, Replica, Status, SyncError, Transport, Undo,
    UndoError,
};
use serde::{Deserialize, Serialize};
use wasm_bindgen_test::wasm_bindgen_test as window_test;

use harness::{ms, patience};
use revgate_client::testing::{Faults, Network};

#[path = "undo/actions.rs"]
mod actions;
#[path = "undo/again.rs"]
mod again;
#[path = "undo/barred.rs"]
mod barred;
#[path = "undo/behind.rs"]
mod behind;
#[path = "undo/gusts.rs"]
mod gusts;
mod harness;
#[path = "undo/hurry.rs"]
mod hurry;
#[path = "undo/lives.rs"]
mod lives;
#[path = "undo/may_act.rs"]
mod may_act;
#[path = "undo/oracle.rs"]
mod oracle;
#[path = "undo/parts.rs"]
mod parts;
#[path = "undo/provenance.rs"]
mod provenance;
#[path = "undo/queued.rs"]
mod queued;
#[path = "undo/races.rs"]
mod races;
#[path = "undo/racing.rs"]
mod racing;
#[path = "undo/refused.rs"]
mod refused;
#[path = "undo/schedules.rs"]
mod schedules;
#[path = "undo/steps.rs"]
mod steps;
#[path = "undo/world.rs"]
mod world;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// Something of each kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Desk {
    title: String,
    number: u64,
    /// Then the number is at most 100.
    is_dark: bool,
    /// Maps within a map.
    drawers: BTreeMap<String, BTreeMap<String, u64>>,
    notes: Vec<Note>,
    tags: Vec<u64>,
    shape: Shape,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Note {
    id: u64,
    text: u64,
    colour: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Shape {
    #[default]
    None,
    Circle {
        radius: u64,
    },
    Square {
        side: u64,
    },
}

impl Topic for Desk {
    const NAME: &'static str = "desk";

    fn validate(&self) -> Result<(), Invalid> {
        match self.number {
            _ if self.title.starts_with("no ") => Err(Invalid::new("title", "it says no")),
            101.. if self.is_dark => Err(Invalid::new("number", "too many to see in the dark")),
            _ => Ok(()),
        }
    }
}

/// What can be done to a desk; each with what takes it back, but for three.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum DeskAction {
    Add {
        by: u64,
    },
    Subtract {
        by: u64,
    },
    Write {
        id: u64,
        text: u64,
    },
    /// Only what nobody has touched since it was written.
    Erase {
        id: u64,
        text: u64,
    },
    /// Has no inverse.
    Name(String),
    /// Adds a note whose id comes from the context.
    Pin {
        text: u64,
    },
    /// Adds a tag, unless it is there.
    Like(u64),
    Unlike(u64),
    /// Puts a value into a drawer, twice. Has no inverse.
    Shelve {
        drawer: String,
        value: u64,
    },
    /// Adds to the number, up to a thousand.
    Fill {
        by: u64,
    },
    /// Refuses to take more than there is.
    Take {
        by: u64,
    },
}

/// Why a note is not erased.
const OTHER_TEXT: &str = "it is not as it was written";

impl Action for DeskAction {
    type Topic = Desk;
    type Error = String;

    fn name(&self) -> &'static str {
        match self {
            Self::Add { .. } => "add",
            Self::Subtract { .. } => "subtract",
            Self::Write { .. } => "write",
            Self::Erase { .. } => "erase",
            Self::Name(_) => "name",
            Self::Pin { .. } => "pin",
            Self::Like(_) => "like",
            Self::Unlike(_) => "unlike",
            Self::Shelve { .. } => "shelve",
            Self::Fill { .. } => "fill",
            Self::Take { .. } => "take",
        }
    }

    fn apply(&self, desk: &mut Desk, context: &Context) -> Result<(), String> {
        match self {
            Self::Add { by } => desk.number += by,
            Self::Subtract { by } => desk.number = desk.number.saturating_sub(*by),
            Self::Write { id, text } => {
                desk.notes.push(Note { id: *id, text: *text, colour: *text })
            }
            Self::Erase { id, text } => {
                let written = Note { id: *id, text: *text, colour: *text };
                let place = desk.notes.iter().position(|note| *note == written);
                desk.notes.remove(place.ok_or(OTHER_TEXT)?);
            }
            Self::Name(title) if title.is_empty() => return Err("no name".to_owned()),
            Self::Name(title) => desk.title.clone_from(title),
            Self::Pin { text } => {
                let id = context.random(0) >> 12;
                desk.notes.push(Note { id, text: *text, colour: *text });
            }
            Self::Like(tag) if desk.tags.contains(tag) => {}
            Self::Like(tag) => desk.tags.push(*tag),
            Self::Unlike(tag) => desk.tags.retain(|it| it != tag),
            Self::Shelve { drawer, value } => {
                let drawer = desk.drawers.entry(drawer.clone()).or_default();
                drawer.extend(["x", "y"].map(|name| (name.to_owned(), *value)));
            }
            Self::Fill { by } => desk.number = (desk.number + by).min(1000),
            Self::Take { by } => {
                desk.number = desk.number.checked_sub(*by).ok_or("there is too little")?;
            }
        }
        Ok(())
    }

    fn inverse(&self, before: &Desk, context: &Context) -> Option<Self> {
        match *self {
            Self::Add { by } => Some(Self::Subtract { by }),
            Self::Write { id, text } => Some(Self::Erase { id, text }),
            Self::Pin { text } => Some(Self::Erase { id: context.random(0) >> 12, text }),
            Self::Subtract { by } => Some(Self::Add { by }),
            Self::Like(tag) => (!before.tags.contains(&tag)).then_some(Self::Unlike(tag)),
            Self::Unlike(tag) => before.tags.contains(&tag).then_some(Self::Like(tag)),
            Self::Fill { by } => {
                Some(Self::Subtract { by: by.min(1000_u64.saturating_sub(before.number)) })
            }
            Self::Take { by } => Some(Self::Add { by }),
            Self::Erase { .. } | Self::Name(_) | Self::Shelve { .. } => None,
        }
    }
}

/// A window that shows the desk.
struct Window<X: Transport> {
    replica: Replica<Desk, X, VirtualTime>,
    seen: Rc<Seen>,
    time: VirtualTime,
}

#[derive(Default)]
struct Seen {
    errors: RefCell<Vec<SyncError>>,
    /// The number of each state that it has shown.
    numbers: RefCell<Vec<u64>>,
    /// Each time that it was told: whether it can undo, and redo.
    can: RefCell<Vec<(bool, bool)>>,
}

struct Eyes(Rc<Seen>);

impl Observer<Desk> for Eyes {
    fn changed(&self, desk: &Arc<Desk>, _: Version) -> Result<(), String> {
        self.0.numbers.borrow_mut().push(desk.number);
        Ok(())
    }

    fn status(&self, _: Status) {}

    fn undoable(&self, can_undo: bool, can_redo: bool) {
        self.0.can.borrow_mut().push((can_undo, can_redo));
    }

    fn failed(&self, error: &SyncError) {
        self.0.errors.borrow_mut().push(error.clone());
    }
}

impl<X: Transport> Window<X> {
    fn open(transport: X, time: &VirtualTime, undo: Undo) -> Self {
        Self::with_rebases(transport, time, undo, Options::default().max_rebases)
    }

    fn with_rebases(transport: X, time: &VirtualTime, undo: Undo, max_rebases: u32) -> Self {
        let gate = patience().resync(ms(500)).build().expect("sensible options");
        let options = Options { gate, write_timeout: ms(300), max_rebases, ..Options::default() };
        let seen = Rc::<Seen>::default();
        let (topic, eyes) = (TopicName::of::<Desk>(), Eyes(Rc::clone(&seen)));
        let replica = Replica::start(topic, transport, time.clone(), options, eyes);
        replica.undoable(undo);
        Self { replica, seen, time: time.clone() }
    }

    fn shown(&self) -> Desk {
        self.replica.state().expect("a state is shown")
    }

    /// Makes an edit, which goes well, and lets more time pass than groups take.
    fn edit(&self, change: impl Fn(&mut Desk) + 'static) {
        end(&self.time, self.replica.update(change)).expect("it is made");
        self.time.advance(ms(1000));
    }

    fn act(&self, action: DeskAction) {
        end(&self.time, self.replica.act(action)).expect("it is done");
        self.time.advance(ms(1000));
    }

    fn undo(&self) -> Result<Version, UndoError> {
        let undone = end(&self.time, self.replica.undo());
        self.time.advance(ms(100));
        undone
    }

    fn redo(&self) -> Result<Version, UndoError> {
        let redone = end(&self.time, self.replica.redo());
        self.time.advance(ms(100));
        redone
    }
}

/// Lets time go on until this has ended.
fn end<A>(time: &VirtualTime, call: impl Future<Output = A>) -> A {
    let mut call = Box::pin(call);
    loop {
        time.settle();
        if let Some(answer) = (&mut call).now_or_never() {
            return answer;
        }
        assert!(time.advance_to_next_timer(), "nothing is left to happen");
    }
}

fn backend() -> Memory {
    Memory::new().with_topic(&Desk::default()).with_actions::<DeskAction>()
}

fn desk(backend: &Memory) -> Desk {
    let desk = backend.state::<Desk>().expect("the topic exists");
    serde_json::from_value(desk).expect("only desks are written")
}

/// Two windows, each 10 ms away from the backend and back.
fn two_windows() -> (Memory, Network, Window<Network>, Window<Network>) {
    let (backend, time) = (backend(), VirtualTime::new());
    let network = Network::new(&backend, &time, 1, Faults::none(ms(5)));
    let open = || Window::open(network.beside(), &time, Undo::default());
    let (one, other) = (open(), open());
    time.advance(ms(100));
    (backend, network, one, other)
}
