//! A machine: a topic that is a list, joined to a bucket as an app's would be.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use revgate::action::{self, Actions, Context, Seq, Source};
use revgate::{Action, Topic, TopicName};
use revgate_upstream::{
    Answer, Asked, Deed, Edit, Fault, Input, Joiner, Options, Outbox, Output, Reader, Seen, State,
    Status, Told, Topics, Upstream, drive,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::value::to_raw_value;
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::task::JoinHandle;

/// What was done, in its order.
pub(crate) type List = Vec<u32>;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Board(List);

impl Topic for Board {
    const NAME: &'static str = "board";
    const ACTIONS: Actions<Self> = Actions::of::<Add>();
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Add(u32);

impl Action for Add {
    type Topic = Board;
    type Error = String;

    fn name(&self) -> &'static str {
        "add"
    }

    fn apply(&self, board: &mut Board, _: &Context) -> Result<(), String> {
        board.0.push(self.0);
        Ok(())
    }
}

pub(crate) struct Machine {
    topic: Arc<Joined>,
    driver: JoinHandle<()>,
}

/// The outbox and the state, as they are saved: as one.
pub(crate) type Disk = String;

struct Joined {
    name: TopicName,
    joiner: Mutex<Joiner<Deed<Board>>>,
    asks: UnboundedSender<Asked>,
    missing: Mutex<BTreeSet<(Source, Seq)>>,
}

impl Machine {
    pub(crate) fn start(store: impl Upstream, disk: &Disk, run: u64) -> Self {
        let (mut outbox, board): (Outbox<Deed<Board>>, Board) =
            serde_json::from_str(disk).expect("what was saved");
        outbox.number_after(Seq::new(run << 32));
        let (asks, asked) = mpsc::unbounded_channel();
        let state = State::new(Arc::new(board)).expect("JSON");
        let joiner = Mutex::new(Joiner::new(outbox, Some(state), Options::default()));
        let name = "board".parse().expect("a name");
        let topic = Arc::new(Joined { name, joiner, asks, missing: Mutex::default() });
        let joined = Arc::clone(&topic);
        let driver = tokio::spawn(async move { drive(&store, &*joined, asked).await });
        Self { topic, driver }
    }

    /// What a machine begins with that has never run.
    pub(crate) fn new_disk(number: u64) -> Disk {
        let begun = (Outbox::<Deed<Board>>::new(Source::new(number)), Board::default());
        serde_json::to_string(&begun).expect("JSON")
    }

    /// Acknowledged when this returns: what [`kill`](Self::kill) leaves has it.
    pub(crate) fn add(&self, number: u32) {
        let told = action::Told::new(Context::new(0, 0), to_raw_value(&Add(number)).expect("JSON"));
        let edit = Deed::actions(vec![told]);
        self.topic.handle(|joiner| {
            let state = edit.play(joiner.state()).expect("it can always be done");
            Input::Edited { edits: vec![edit], state }
        });
    }

    pub(crate) fn list(&self) -> List {
        board(&self.topic.joiner()).0.clone()
    }

    pub(crate) fn status(&self) -> Status {
        self.topic.joiner().status()
    }

    /// Whether anything is said to be lost.
    pub(crate) fn misses(&self) -> bool {
        !self.topic.missing.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// As `kill -9`, of an app that has saved all that it has acknowledged.
    pub(crate) fn kill(self) -> Disk {
        self.driver.abort();
        let joiner = self.topic.joiner();
        serde_json::to_string(&(joiner.outbox(), board(&joiner))).expect("JSON")
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Joined {
    fn joiner(&self) -> std::sync::MutexGuard<'_, Joiner<Deed<Board>>> {
        self.joiner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn handle(&self, input: impl FnOnce(&Joiner<Deed<Board>>) -> Input<Deed<Board>>) {
        let mut joiner = self.joiner();
        let input = input(&joiner);
        joiner.handle(input);
        while let Some(output) = joiner.poll_output() {
            match output {
                Output::Ask(ticket, ask) => {
                    let request = ask.request(0).expect("JSON");
                    // A driver that has ended does nothing any more.
                    let _ = self.asks.send(Asked { topic: self.name.clone(), ticket, request });
                }
                Output::Show(_) => {}
                Output::Refused { .. } => unreachable!("it can always be done"),
                Output::Twin { .. } => unreachable!("each has a number of its own"),
                Output::Missing(lost) => {
                    let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
                    missing.insert((lost.machine, lost.to));
                }
            }
        }
    }
}

impl Topics for Joined {
    fn link(&self, _: Option<&Fault>) -> Vec<TopicName> {
        vec![self.name.clone()]
    }

    fn tell(&self, topic: &TopicName, told: Told) -> Result<(), Told> {
        if *topic != self.name {
            return Ok(());
        }
        let read = |_: u32, board: &RawValue| {
            serde_json::from_str::<Board>(board.get()).map_err(|error| error.to_string())
        };
        let reader = Reader { schema: 0, is_removable: true, read: &read };
        self.handle(|_| match told {
            Told::Linked(entry) => Input::Linked(Seen::of(entry, &reader)),
            Told::Unlinked(_) => Input::Unlinked,
            Told::Heard(entry) => Input::Heard(Seen::of(Some(entry), &reader)),
            Told::Answered(ticket, reply) => Input::Answered(ticket, Answer::of(reply, &reader)),
        });
        Ok(())
    }
}

fn board(joiner: &Joiner<Deed<Board>>) -> &Board {
    &joiner.state().as_ref().expect("nobody removes it").data
}
