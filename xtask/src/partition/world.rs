//! Two machines, the server between them, and what befalls them.

use std::{
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use xtask::{Error, nats::Server, proxy::Way, workspace::Workspace};

use super::{
    coverage::{Coverage, Fault, TURNS},
    edit::Edit,
    ledger::Ledger,
    machine::{Machine, Outcome},
};

const MACHINES: [&str; 2] = ["one", "other"];
/// The server gives up who does not answer for so long: a machine that sleeps, say.
const SETTINGS: &str = "ping_interval: \"500ms\"\nping_max: 1";
/// Within so many looks, each after a pause, all are equal and lack nothing: within 2 s and what the looks take. Not
/// by the clock: what makes a machine slow makes each look slow.
const LOOKS: u32 = 200;
const PAUSE: Duration = Duration::from_millis(10);
/// How long a fault lasts, in milliseconds: most, and those that outlast whoever waits.
const SHORT: std::ops::Range<u64> = 0..40;
const LONG: std::ops::Range<u64> = 1_100..2_200;

/// After so many rounds all begin with empty disks: what a journal has grown to makes each look take longer.
const ANEW: u32 = 200;

/// The machines and their server.
pub(super) struct World<'a> {
    workspace: &'a Workspace,
    folder: PathBuf,
    server: Server,
    machines: Vec<Machine<'a>>,
    random: fastrand::Rng,
    /// The number of the next edit.
    next: u32,
    pub(super) ledger: Ledger,
    pub(super) coverage: Coverage,
    /// What has befallen the machines since they were last at rest, and what they have done.
    history: Vec<String>,
}

impl<'a> World<'a> {
    pub(super) fn new(workspace: &'a Workspace, folder: &Path, seed: u64) -> Result<Self, Error> {
        let (server, machines) = begin(workspace, &folder.join("0"))?;
        let random = fastrand::Rng::with_seed(seed);
        Ok(Self {
            workspace,
            folder: folder.to_owned(),
            server,
            machines,
            random,
            next: 1,
            ledger: Ledger::new(),
            coverage: Coverage::default(),
            history: Vec::new(),
        })
    }

    /// Some faults with edits after each, and all is healed. After how many looks then, and after what time, the
    /// machines were equal; `None` if they never were.
    pub(super) fn round(&mut self, round: u32) -> Result<Option<(u32, Duration)>, Error> {
        if round.is_multiple_of(ANEW) {
            let folder = self.folder.join(round.to_string());
            (self.server, self.machines) = begin(self.workspace, &folder)?;
            self.ledger.begin_anew();
        }
        let before = self.ledger.faults.len();
        for turn in 0..self.random.u32(1..4) {
            // Each comes first once in a while, when all that it takes away is there.
            let fault = if turn == 0 { round % TURNS } else { self.random.u32(..TURNS) };
            self.fault(fault)?;
            for _ in 0..self.random.u32(0..10) {
                self.edit()?;
            }
            let span = if self.random.u8(0..24) == 0 { LONG } else { SHORT };
            thread::sleep(Duration::from_millis(self.random.u64(span)));
        }
        self.heal()?;
        let settled = self.settle()?;
        let history = std::mem::take(&mut self.history);
        if self.ledger.faults.len() > before {
            let history = history.join(", ");
            self.ledger.faults.push(format!("  that was in round {round}: {history}"));
        }
        Ok(settled)
    }

    fn fault(&mut self, fault: u32) -> Result<(), Error> {
        const NAMES: [&str; TURNS as usize] =
            ["cut", "dead", "open", "down", "killed", "asleep", "server down", "server restarts"];
        let both = self.random.u8(0..4) == 0;
        let one = self.random.usize(0..2);
        let whom = if both { "both" } else { MACHINES[one] };
        self.history.push(format!("{whom}: {}", NAMES[fault as usize]));
        for index in (0..2).filter(|index| both || *index == one) {
            let machine = &mut self.machines[index];
            match fault {
                0 => self.close(index, Way::Cut, Fault::Cut),
                1 => self.close(index, Way::Dead, Fault::Dead),
                2 => machine.set(Way::Open),
                3 => self.kill(index)?,
                4 => {
                    self.kill(index)?;
                    self.machines[index].start()?;
                }
                5 if machine.is_up() && !machine.is_asleep() => {
                    machine.sleep(true)?;
                    self.coverage.met(Fault::Asleep);
                }
                _ => {}
            }
        }
        if fault >= 6 && self.server.id().is_some() {
            self.coverage.met(Fault::ServerKilled);
        }
        match fault {
            6 => self.server.kill(),
            7 => self.server.restart()?,
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, index: usize, way: Way, fault: Fault) {
        let machine = &mut self.machines[index];
        if machine.is_up() && machine.way() == Way::Open {
            self.coverage.met(fault);
        }
        machine.set(way);
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
            self.ledger.enter(index, edit, &outcome);
            if outcome == Outcome::Done {
                self.coverage.did(edit);
            }
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
        self.ledger.kill(index);
        self.coverage.met(Fault::Killed);
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
    fn settle(&mut self) -> Result<Option<(u32, Duration)>, Error> {
        let healed = Instant::now();
        for looks in 1.. {
            let [one, other] = [self.look(0)?, self.look(1)?];
            let is_equal = one == other && one["waiting"].as_array().is_some_and(Vec::is_empty);
            if is_equal && (self.ledger.judge(&one).count() == 0 || looks > LOOKS) {
                self.ledger.rest(&one);
                return Ok(Some((looks, healed.elapsed())));
            }
            if looks > LOOKS {
                self.ledger.never_rest(format!("one has {one}, the other {other}"));
                break;
            }
            thread::sleep(PAUSE);
        }
        Ok(None)
    }

    /// What a machine has, and what it has reported until then.
    fn look(&mut self, index: usize) -> Result<Value, Error> {
        let told = self.machines[index].look()?;
        for incident in std::mem::take(&mut self.machines[index].incidents) {
            self.history.push(format!("{}: {}", MACHINES[index], incident.text));
            self.ledger.hear(index, &incident);
        }
        Ok(told)
    }
}

fn begin<'a>(workspace: &'a Workspace, folder: &Path) -> Result<(Server, Vec<Machine<'a>>), Error> {
    let server = Server::start(workspace, SETTINGS)?;
    let machines = MACHINES.map(|name| {
        let folder = folder.join(name);
        fs::create_dir_all(&folder).map_err(Error::io(format!("creating {}", folder.display())))?;
        let mut machine = Machine::new(workspace, folder, server.port())?;
        machine.start()?;
        Ok(machine)
    });
    let machines = machines.into_iter().collect::<Result<_, Error>>()?;
    Ok((server, machines))
}
