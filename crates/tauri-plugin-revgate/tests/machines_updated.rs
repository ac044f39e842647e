//! What waits on one of two machines while the app is updated on both.

mod common;
#[path = "common/machine.rs"]
#[allow(dead_code, reason = "other tests use the rest of it")]
mod machine;

use revgate::action::Context;
use revgate::{Action, Topic, action};
use serde::{Deserialize, Serialize};
use tauri_plugin_revgate::upstream::{Memory, Status};
use tauri_plugin_revgate::{Builder, RevgateExt, TopicHandle, TopicOptions};

use common::until;
use machine::Machine;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Board {
    title: String,
    color: u8,
    count: u32,
}

impl Topic for Board {
    const NAME: &'static str = "board";
    const ACTIONS: action::Actions<Self> = action::Actions::of::<Count>();
}

/// One more.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Count;

impl Action for Count {
    type Topic = Board;
    type Error = String;

    fn name(&self) -> &'static str {
        "count"
    }

    fn apply(&self, board: &mut Board, _: &Context) -> Result<(), String> {
        board.count += 1;
        Ok(())
    }
}

fn topics(builder: Builder, options: &TopicOptions) -> Builder {
    builder.topic_with(Board::default(), options.clone()).actions::<Count>()
}

impl Machine {
    /// Ends the app, which saves all, and starts it anew.
    fn restart(&mut self) {
        self.end();
        self.start();
    }

    fn board(&self) -> TopicHandle<Board> {
        self.app().topic().expect("registered")
    }

    fn shown(&self) -> Board {
        Board::clone(&self.board().snapshot().data)
    }

    fn is_in_step(&self) -> bool {
        self.board().syncing().is_some_and(|it| it.status == Status::InStep && it.waiting == 0)
    }

    fn count(&self, times: usize) {
        for _ in 0..times {
            self.board().act(Count).expect("it can be done");
        }
    }

    fn edit(&self, edit: impl FnOnce(&mut Board)) {
        self.board().update(edit).expect("valid");
    }
}

/// Waits until both show the same, and nothing waits.
fn settle([one, other]: &[Machine; 2]) {
    let is_settled = || one.is_in_step() && other.is_in_step() && one.shown() == other.shown();
    until("they come together", is_settled);
}

/// Two that are in step, of which the first has changed the title; then it cannot reach the store.
fn parted() -> [Machine; 2] {
    let store = Memory::new();
    let machines = [Machine::new(store.another_machine(), topics), Machine::new(store, topics)];
    machines[0].edit(|board| board.title = "Plans".to_owned());
    settle(&machines);
    machines[0].store.set_reachable(false);
    machines
}

/// Both are updated, and reach the store again: what they come to show, if nothing is undone or lost.
fn updated(mut machines: [Machine; 2]) -> (String, u8, u32) {
    for machine in &mut machines {
        machine.schema += 1;
        machine.restart();
    }
    machines[0].store.set_reachable(true);
    settle(&machines);
    for machine in &machines {
        assert_eq!(*machine.incidents.lock().expect("no panic"), Vec::<String>::new());
    }
    let Board { title, color, count } = machines[0].shown();
    (title, color, count)
}

#[test]
fn actions_that_wait_are_done_to_what_others_have_done_meanwhile() {
    let machines = parted();
    machines[0].count(3);
    machines[1].count(2);
    until("the store has it", || machines[1].is_in_step());
    assert_eq!(updated(machines), ("Plans".to_owned(), 0, 5));
}

#[test]
fn so_they_are_beside_changes_also_after_restarts() {
    let mut machines = parted();
    machines[0].count(2);
    machines[0].restart();
    machines[0].edit(|board| board.title = "Mine".to_owned());
    machines[0].restart();
    machines[0].count(1);
    machines[1].count(2);
    machines[1].edit(|board| board.color = 7);
    until("the store has it", || machines[1].is_in_step());
    assert_eq!(updated(machines), ("Mine".to_owned(), 7, 5));
}

#[test]
fn two_updates_while_something_waits_are_as_one() {
    let mut machines = parted();
    machines[0].count(2);
    machines[0].edit(|board| board.title = "Mine".to_owned());
    machines[0].schema = 1;
    machines[0].restart();
    machines[0].count(1);
    machines[1].count(2);
    machines[1].edit(|board| board.color = 7);
    until("the store has it", || machines[1].is_in_step());
    machines[1].schema = 1;
    assert_eq!(updated(machines), ("Mine".to_owned(), 7, 5));
}
