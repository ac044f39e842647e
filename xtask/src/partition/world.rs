//! Two machines, the server between them, and what befalls them.

use std::{
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use xtask::{Error, nats::Server, proxy::Way, workspace::Workspace};

use super::{
    edit::Edit,
    ledger::Ledger,
    machine::{Machine, Outcome},
};

const MACHINES: [&str; 2] = ["one", "other"];
/// The server gives up who does not answer for so long: a machine that sleeps, say.
const SETTINGS: &str = "ping_interval: \"500ms\"\nping_max: 1";
/// Within so many looks, thus 2 s, all are equal and lack nothing. Not by the clock: what makes a machine
/// slow makes each look slow.
const LOOKS: u32 = 200;
const LOOK: Duration = Duration::from_millis(10);
/// How long a fault lasts, in milliseconds: most, and those that outlast whoever waits.
const SHORT: std::ops::Range<u64> = 0..40;
const LONG: std::ops::Range<u64> = 1_100..2_200;

/// The machines and their server.
pub(super) struct World<'a> {
    server: Server,
    machines: Vec<Machine<'a>>,
    random: fastrand::Rng,
    /// The number of the next edit.
    next: u32,
    pub(super) ledger: Ledger,
    /// What has befallen the machines since they were last at rest, and what they have done.
    history: Vec<String>,
}

impl<'a> World<'a> {
    pub(super) fn new(workspace: &'a Workspace, folder: &Path, seed: u64) -> Result<Self, Error> {
        let server = Server::start(workspace, SETTINGS)?;
        let machines = MACHINES.map(|name| {
            let folder = folder.join(name);
            fs::create_dir_all(&folder)
                .map_err(Error::io(format!("creating {}", folder.display())))?;
            let mut machine = Machine::new(workspace, folder, server.port())?;
            machine.start()?;
            Ok(machine)
        });
        let machines = machines.into_iter().collect::<Result<_, Error>>()?;
        let random = fastrand::Rng::with_seed(seed);
        Ok(Self {
            server,
            machines,
            random,
            next: 1,
            ledger: Ledger::default(),
            history: Vec::new(),
        })
    }

    /// Some faults with edits after each, and all is healed. How long it took then until the machines
    /// were equal; `None` if they never were.
    pub(super) fn round(&mut self, round: u32) -> Result<Option<Duration>, Error> {
        for _ in 0..self.random.u32(1..4) {
            self.fault()?;
            for _ in 0..self.random.u32(0..10) {
                self.edit()?;
            }
            let span = if self.random.u8(0..24) == 0 { LONG } else { SHORT };
            thread::sleep(Duration::from_millis(self.random.u64(span)));
        }
        self.heal()?;
        self.settle(round)
    }

    fn fault(&mut self) -> Result<(), Error> {
        let both = self.random.u8(0..4) == 0;
        let one = self.random.usize(0..2);
        let fault = self.random.u8(0..8);
        const NAMES: [&str; 8] =
            ["cut", "dead", "open", "down", "killed", "asleep", "server down", "server restarts"];
        let whom = if both { "both" } else { MACHINES[one] };
        self.history.push(format!("{whom}: {}", NAMES[usize::from(fault)]));
        for index in (0..2).filter(|index| both || *index == one) {
            match fault {
                0 => self.machines[index].set(Way::Cut),
                1 => self.machines[index].set(Way::Dead),
                2 => self.machines[index].set(Way::Open),
                3 => self.kill(index)?,
                4 => {
                    self.kill(index)?;
                    self.machines[index].start()?;
                }
                5 if self.machines[index].is_up() => self.machines[index].sleep(true)?,
                _ => {}
            }
        }
        match fault {
            6 => self.server.kill(),
            7 => self.server.restart()?,
            _ => {}
        }
        Ok(())
    }

    /// Has a machine do something, if one is up. One that sleeps does it once it wakes.
    fn edit(&mut self) -> Result<(), Error> {
        let index = self.random.usize(0..2);
        if self.machines[index].is_up() {
            self.tell(index)?;
            if !self.machines[index].is_asleep() {
                self.enter(index)?;
            }
        }
        Ok(())
    }

    fn tell(&mut self, index: usize) -> Result<(), Error> {
        let edit = Edit::any(index, self.next, &mut self.random);
        self.next += 1;
        self.machines[index].tell(edit)
    }

    fn enter(&mut self, index: usize) -> Result<(), Error> {
        let answers = self.machines[index].answers()?;
        self.note(index, answers);
        Ok(())
    }

    fn note(&mut self, index: usize, answers: Vec<(Edit, Outcome)>) {
        for (edit, outcome) in answers {
            self.history.push(format!("{}: {edit}: {outcome:?}", MACHINES[index]));
            self.ledger.enter(index, edit, outcome);
        }
    }

    /// In the midst of some edits.
    fn kill(&mut self, index: usize) -> Result<(), Error> {
        if !self.machines[index].is_up() {
            return Ok(());
        }
        for _ in 0..self.random.u32(0..4) {
            self.tell(index)?;
        }
        let after = Duration::from_micros(self.random.u64(0..6_000));
        let answers = self.machines[index].kill(after)?;
        self.note(index, answers);
        Ok(())
    }

    fn heal(&mut self) -> Result<(), Error> {
        let is_server_first = self.random.bool();
        if is_server_first {
            self.revive()?;
        }
        for index in 0..2 {
            let machine = &mut self.machines[index];
            machine.set(Way::Open);
            match machine.is_up() {
                true if machine.is_asleep() => machine.sleep(false)?,
                true => {}
                false => machine.start()?,
            }
            self.enter(index)?;
        }
        if is_server_first { Ok(()) } else { self.revive() }
    }

    fn revive(&mut self) -> Result<(), Error> {
        if self.server.id().is_none() { self.server.restart() } else { Ok(()) }
    }

    /// Waits until all show the same, and all that is to be shown.
    fn settle(&mut self, round: u32) -> Result<Option<Duration>, Error> {
        let (healed, before) = (Instant::now(), self.ledger.faults.len());
        let mut looks = 0;
        let took = loop {
            let [one, other] = [self.machines[0].look()?, self.machines[1].look()?];
            let is_equal = one == other && one["waiting"].as_array().is_some_and(Vec::is_empty);
            looks += 1;
            if is_equal && (self.ledger.judge(&one).lost.is_empty() || looks > LOOKS) {
                self.ledger.rest(&one);
                break Some(healed.elapsed());
            }
            if looks > LOOKS {
                self.ledger.never_rest(format!("one has {one}, the other {other}"));
                break None;
            }
            thread::sleep(LOOK);
        };
        let history = std::mem::take(&mut self.history);
        let is_at_fault = self.ledger.faults.len() > before;
        for (machine, name) in self.machines.iter_mut().zip(MACHINES) {
            let incidents = std::mem::take(&mut machine.incidents);
            if is_at_fault {
                let said = incidents.into_iter().map(|said| format!("  machine {name}: {said}"));
                self.ledger.faults.extend(said);
            }
        }
        if is_at_fault {
            let history = history.join(", ");
            self.ledger.faults.push(format!("  that was in round {round}: {history}"));
        }
        Ok(took)
    }
}
