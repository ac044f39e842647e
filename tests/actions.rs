//! Actions under a virtual clock: none is lost against whoever writes faster, each is done once
//! whatever the network does, and all windows end with the backend's state.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use revgate::action::Context;
use revgate::{Action, Invalid, Pacing, Topic, TopicName, Version};
use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::{ActError, Acting, Host, Observer, Options, Replica, Status, SyncError};
use serde::{Deserialize, Serialize};
use wasm_bindgen_test::wasm_bindgen_test as window_test;

use harness::{ms, patience};
use revgate_client::testing::{Faults, Network};

mod harness;

#[path = "actions/faults.rs"]
mod faults;
#[path = "actions/proofs.rs"]
mod proofs;
#[path = "actions/queue.rs"]
mod queue;
#[path = "actions/races.rs"]
mod races;
#[path = "properties/runner.rs"]
mod runner;
#[path = "actions/same.rs"]
mod same;
#[path = "actions/schedules.rs"]
mod schedules;
#[path = "actions/told.rs"]
mod told;
#[path = "actions/unread.rs"]
mod unread;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// A list that says which action was done, by whom and in which order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Book {
    entries: Vec<Entry>,
    /// What Rust writes.
    ticks: u64,
    title: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Entry(usize, u64, String);

impl Topic for Book {
    const NAME: &'static str = "book";

    fn validate(&self) -> Result<(), Invalid> {
        if self.title.len() > 20 { Err(Invalid::new("title", "too long")) } else { Ok(()) }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum BookAction {
    Add {
        window: usize,
        number: u64,
    },
    Remove {
        window: usize,
        number: u64,
    },
    Append(String),
    Break,
    /// What no action should be: another one each time that it is done.
    Roll,
}

thread_local! {
    static ROLLS: Cell<u32> = const { Cell::new(0) };
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{window} has no entry {number}")]
struct NoEntry {
    window: usize,
    number: u64,
}

impl Action for BookAction {
    type Topic = Book;
    type Error = NoEntry;

    fn name(&self) -> &'static str {
        match self {
            Self::Add { .. } => "add",
            Self::Remove { .. } => "remove",
            Self::Append(_) => "append",
            Self::Break => "break",
            Self::Roll => "roll",
        }
    }

    fn apply(&self, book: &mut Book, context: &Context) -> Result<(), NoEntry> {
        match *self {
            Self::Add { window, number } => {
                book.entries.push(Entry(window, number, context.id(0)[..4].to_owned()));
            }
            Self::Remove { window, number } => {
                let is_it = |entry: &Entry| (entry.0, entry.1) == (window, number);
                let place = book.entries.iter().position(is_it);
                book.entries.remove(place.ok_or(NoEntry { window, number })?);
            }
            Self::Append(ref text) => book.title += text,
            Self::Break => panic!("it breaks"),
            Self::Roll => book.title = ROLLS.replace(ROLLS.get() + 1).to_string(),
        }
        Ok(())
    }
}

/// A window that shows the book, and what it says.
struct Window {
    replica: Replica<Book, Network, VirtualTime>,
    seen: Rc<Seen>,
    number: usize,
    acted: Cell<u64>,
    acting: RefCell<Vec<Acting<BookAction>>>,
    /// The numbers of those that were acknowledged, and of those whose end nobody knows.
    done: RefCell<Vec<u64>>,
    unknown: RefCell<Vec<u64>>,
    open: RefCell<Vec<u64>>,
}

#[derive(Default)]
struct Seen {
    shown: RefCell<Book>,
    errors: RefCell<Vec<SyncError>>,
}

struct Eyes(Rc<Seen>);

impl Observer<Book> for Eyes {
    fn changed(&self, state: &Arc<Book>, _: Version) -> Result<(), String> {
        self.0.shown.replace(Book::clone(state));
        Ok(())
    }

    fn status(&self, _: Status) {}

    fn failed(&self, error: &SyncError) {
        self.0.errors.borrow_mut().push(error.clone());
    }
}

fn backend() -> Memory {
    Memory::new().with_topic(&Book::default()).with_actions::<BookAction>()
}

fn book(backend: &Memory) -> Book {
    let book = backend.state::<Book>().expect("the topic exists");
    serde_json::from_value(book).expect("only books are written")
}

impl Window {
    fn open(number: usize, network: &Network, time: &VirtualTime) -> Self {
        let gate = patience().resync(ms(500)).build().expect("sensible options");
        Self::with_gate(number, network, time, gate)
    }

    fn with_gate(
        number: usize,
        network: &Network,
        time: &VirtualTime,
        gate: revgate::gate::Options,
    ) -> Self {
        let options = Options { gate, write_timeout: ms(300), ..Options::default() };
        let seen = Rc::<Seen>::default();
        let (topic, eyes) = (TopicName::of::<Book>(), Eyes(Rc::clone(&seen)));
        let replica = Replica::start(topic, network.beside(), time.clone(), options, eyes);
        Self {
            replica,
            seen,
            number,
            acted: Cell::new(0),
            acting: RefCell::default(),
            done: RefCell::default(),
            unknown: RefCell::default(),
            open: RefCell::default(),
        }
    }

    /// Adds its next entry.
    fn add(&self) {
        let number = self.acted.get() + 1;
        self.acted.set(number);
        let acting = self.replica.act(BookAction::Add { window: self.number, number });
        self.acting.borrow_mut().push(acting);
        self.open.borrow_mut().push(number);
    }

    /// Takes note of what has ended; how many have not.
    fn look(&self) -> usize {
        let (mut acting, mut open) = (self.acting.borrow_mut(), self.open.borrow_mut());
        let mut place = 0;
        while place < acting.len() {
            let Some(outcome) = (&mut acting[place]).now_or_never() else {
                place += 1;
                continue;
            };
            drop(acting.remove(place));
            let number = open.remove(place);
            match outcome {
                Ok(_) => self.done.borrow_mut().push(number),
                Err(ActError::Failed(_)) => self.unknown.borrow_mut().push(number),
                Err(error) => panic!("nothing refuses to add: {error}"),
            }
        }
        acting.len()
    }

    fn shown(&self) -> Book {
        self.seen.shown.borrow().clone()
    }

    fn numbers(&self, book: &Book) -> Vec<u64> {
        let own = book.entries.iter().filter(|entry| entry.0 == self.number);
        own.map(|entry| entry.1).collect()
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

/// A window near to its backend, whose answers take 10 ms.
fn near() -> (Memory, Network, VirtualTime, Window) {
    near_to(Book::default())
}

/// The same, of a backend that begins with this book.
fn near_to(book: Book) -> (Memory, Network, VirtualTime, Window) {
    let (backend, time) = (backend().with_topic(&book), VirtualTime::new());
    let network = Network::new(&backend, &time, 1, Faults::none(ms(5)));
    let window = Window::open(1, &network, &time);
    time.advance(ms(100));
    (backend, network, time, window)
}

/// The backend writes each millisecond from now on, as long as this is held.
fn write_each_millisecond(backend: &Memory, time: &VirtualTime) -> Rc<Cell<bool>> {
    let goes_on = Rc::new(Cell::new(true));
    let (backend, clock, flag) = (backend.clone(), time.clone(), Rc::clone(&goes_on));
    time.spawn(async move {
        while flag.get() {
            clock.sleep(Duration::from_millis(1)).await;
            let mut newest = book(&backend);
            newest.ticks += 1;
            backend.set(&newest);
        }
    });
    goes_on
}
