//! Which system is measured when: all in each round, so that whatever slows the machine down for a
//! while slows all of them down.

use std::thread;
use std::time::{Duration, Instant};

use tauri::AppHandle;

use crate::figures::Figures;
use crate::kind::Kind;
use crate::peer::{By, Peer};
use crate::plan::{BURST, EDITS, FLOOD, Plan};
use crate::processes::Cpu;
use crate::scenes::{self, Result, Scene};
use crate::windows::Window;

/// The loading of pages is not to be felt by what is measured next.
const PAUSE: Duration = Duration::from_millis(200);
/// So long windows are told of changes unmeasured: a page that has just been loaded has its code
/// compiled while it runs.
const WARM_UP: Duration = Duration::from_millis(400);
/// So many turns of a dialogue are not measured for that, or so long.
const WARM_TURNS: u64 = 300;
const WARM_DIALOGUE: Duration = Duration::from_secs(1);

struct Conductor<'a> {
    app: &'a AppHandle,
    plan: Plan,
    figures: &'a mut Figures,
    windows: Vec<Window>,
    begin: Instant,
}

/// Measures everything.
pub(crate) fn run(app: &AppHandle, plan: Plan, figures: &mut Figures) -> Result<()> {
    let windows = vec![Window::open(app, 0)?, Window::open(app, 1)?];
    let mut conductor = Conductor { app, plan, figures, windows, begin: Instant::now() };
    conductor.warm_up()?;
    conductor.in_rounds(plan.rounds, "two windows", |all, peer, round| {
        all.small(peer, round < plan.long_rounds)?;
        all.big(peer)
    })?;
    for kind in plan.kinds {
        conductor.in_rounds(1, kind.name(), |all, peer, _| all.sized(peer, *kind))?;
    }
    conductor.in_rounds(1, "many topics", |all, peer, _| all.topics(peer))?;
    for count in plan.windows {
        let title = format!("{count} windows");
        conductor.in_rounds(plan.rounds_of_windows, &title, |all, peer, _| {
            all.some_windows(peer, *count)
        })?;
    }
    Ok(())
}

/// Each time another one is the first.
fn order(round: usize) -> impl Iterator<Item = Peer> {
    let all = Peer::ALL;
    (0..all.len()).map(move |index| all[(index + round) % all.len()])
}

impl Conductor<'_> {
    /// The first pages of a process take longer than any after them.
    fn warm_up(&mut self) -> Result<()> {
        for peer in Peer::ALL {
            let kind = if peer.has(Kind::SMALL) { Kind::SMALL } else { Kind::BIG };
            peer.prepare(self.app, kind)?;
            for window in &self.windows {
                let first = window.load(peer, kind).and_then(|answer| answer.number());
                first.map_err(|fault| format!("{} does not start: {fault}", peer.name()))?;
            }
        }
        Ok(())
    }

    fn in_rounds(
        &mut self,
        rounds: usize,
        title: &str,
        mut act: impl FnMut(&mut Self, Peer, usize) -> Result<()>,
    ) -> Result<()> {
        for round in 0..rounds {
            self.figures.round = round;
            for peer in order(round) {
                let seconds = self.begin.elapsed().as_secs();
                println!("{seconds:4} s  {title}, round {}, {}", round + 1, peer.name());
                act(self, peer, round)?;
            }
        }
        Ok(())
    }

    /// Loads the first windows; their times until the first state. `None`, and the fault is noted, if
    /// one does not come up, or the system has no such state.
    fn load(&mut self, peer: Peer, kind: Kind, count: usize) -> Result<Option<Vec<f64>>> {
        if !peer.has(kind) {
            return Ok(None);
        }
        peer.prepare(self.app, kind)?;
        let windows = &self.windows[..count];
        let load = || {
            let mut times = Vec::new();
            // Two are measured, so one after the other.
            for two in windows.chunks(if count == 2 { 1 } else { 4 }) {
                let answers: Vec<_> = two.iter().map(|window| window.load(peer, kind)).collect();
                for answer in answers {
                    times.push(answer?.number()?);
                }
            }
            Ok::<_, String>(times)
        };
        let loaded = load();
        thread::sleep(PAUSE);
        match loaded {
            Ok(times) => Ok(Some(times)),
            Err(fault) => {
                self.figures.fault(&format!("load {}", kind.name()), peer.name(), &fault)?;
                Ok(None)
            }
        }
    }

    /// Has a scene of the first windows, and notes what `note` makes of its figures, and whether all
    /// have the same in the end; or why there are none.
    fn scene<F>(
        &mut self,
        id: &str,
        (peer, kind, count): (Peer, Kind, usize),
        measure: impl FnOnce(&Scene) -> Result<F>,
        note: impl FnOnce(&mut Figures, F) -> std::io::Result<()>,
    ) -> Result<()> {
        let scene = Scene { app: self.app, peer, kind, windows: &self.windows[..count] };
        let measured = measure(&scene).and_then(|figures| Ok((figures, scene.is_equal()?)));
        match measured {
            Ok((figures, is_equal)) => {
                note(self.figures, figures)?;
                self.figures.count("unequal", peer.name(), u64::from(!is_equal))?;
                if !is_equal {
                    println!("    {} {id}: windows and Rust differ", peer.name());
                }
            }
            Err(fault) => self.figures.fault(id, peer.name(), &fault.to_string())?,
        }
        Ok(())
    }

    fn small(&mut self, peer: Peer, is_long: bool) -> Result<()> {
        let name = peer.name();
        let Some(first) = self.load(peer, Kind::SMALL, 2)? else { return Ok(()) };
        self.figures.values("start-small", name, &first)?;
        let both = (peer, Kind::SMALL, 2);
        let Plan { updates: [updates, _], turns: [turns, _], moves, late, .. } = self.plan;
        self.dialogue("dialogue-small", both, turns)?;
        if peer.only_talks() {
            return Ok(());
        }
        self.scene(
            "lone",
            both,
            |scene| scene.lone(updates),
            |figures, ms| figures.values("lone", name, &ms),
        )?;
        self.scene(
            "burst",
            both,
            |scene| scene.burst(BURST),
            |figures, (after, whole, told)| {
                figures.values("burst", name, &[after])?;
                figures.values("burst-whole", name, &[whole])?;
                figures.count("burst-told", name, told)
            },
        )?;
        if !is_long {
            return Ok(());
        }
        self.scene(
            "writers",
            both,
            |scene| scene.writers(EDITS),
            |figures, written| {
                figures.values("writers", name, &written.ms)?;
                figures.count("writers-lost", name, written.lost)
            },
        )?;
        self.scene(
            "slider",
            both,
            |scene| scene.slider(moves),
            |figures, dragged| {
                figures.values("slider", name, &dragged.ms)?;
                figures.values("slider-cpu", name, &[dragged.cpu])?;
                figures.count("slider-frames", name, dragged.frames * 100 / moves)
            },
        )?;
        self.scene(
            "flood",
            both,
            |scene| scene.flood(FLOOD),
            |figures, flooded| {
                figures.values("flood", name, &[flooded.after])?;
                figures.values("flood-cpu", name, &[flooded.cpu])?;
                figures.count("flood-told", name, flooded.told)
            },
        )?;
        self.scene(
            "late",
            both,
            |scene| scene.late(late),
            |figures, (ms, unequal)| {
                figures.values("late", name, &ms)?;
                figures.count("late-unequal", name, unequal)
            },
        )
    }

    fn big(&mut self, peer: Peer) -> Result<()> {
        let Some(first) = self.load(peer, Kind::BIG, 2)? else { return Ok(()) };
        self.figures.values("start-big", peer.name(), &first)?;
        self.dialogue("dialogue-big", (peer, Kind::BIG, 2), self.plan.turns[1])
    }

    /// One field of a state of this size and shape, written by windows, then by Rust.
    fn sized(&mut self, peer: Peer, kind: Kind) -> Result<()> {
        let is_measured = self.plan.all_on_kinds || peer.acts() || peer == Peer::Emit;
        if !is_measured || peer.only_talks() || self.load(peer, kind, 2)?.is_none() {
            return Ok(());
        }
        let both = (peer, kind, 2);
        // A few say enough where one takes a second.
        let turns = self.plan.turns_of_kinds / if kind.is_huge() { 2 } else { 1 };
        self.dialogue(&format!("dialogue-{}", kind.name()), both, turns)?;
        let id = format!("lone-{}", kind.name());
        self.scene(
            &id,
            both,
            |scene| scene.lone(turns),
            |figures, ms| figures.values(&id, peer.name(), &ms),
        )
    }

    fn topics(&mut self, peer: Peer) -> Result<()> {
        let Plan { topics, updates: [updates, _], .. } = self.plan;
        if !peer.has_topics() || self.load(peer, Kind::SMALL, 2)?.is_none() {
            return Ok(());
        }
        match scenes::topics::many(self.app, &self.windows[0], topics, updates) {
            Ok(many) => {
                self.figures.values("topics", peer.name(), &[many.first])?;
                self.figures.values("topics-one", peer.name(), &many.one)?;
            }
            Err(fault) => self.figures.fault("topics", peer.name(), &fault.to_string())?,
        }
        Ok(())
    }

    fn some_windows(&mut self, peer: Peer, count: usize) -> Result<()> {
        let few = [Peer::Emit, Peer::Push, Peer::Rust(By::Update), Peer::Js(By::Update)];
        let is_measured = self.plan.all_in_windows || few.contains(&peer);
        if !is_measured || peer.only_talks() {
            return Ok(());
        }
        for number in self.windows.len()..count {
            self.windows.push(Window::open(self.app, number)?);
        }
        for window in &self.windows[count..] {
            window.rest()?;
        }
        if self.load(peer, Kind::SMALL, count)?.is_none() {
            return Ok(());
        }
        let (id, [_, updates]) = (format!("windows-{count}"), self.plan.updates);
        self.scene(
            &id,
            (peer, Kind::SMALL, count),
            |scene| {
                scene.flood(WARM_UP)?;
                thread::sleep(PAUSE);
                let before = Cpu::now()?;
                let ms = scene.lone(updates)?;
                Ok((ms, before.since()?))
            },
            |figures, (ms, cpu)| {
                let each = |all: f64| [all / updates as f64];
                figures.values(&format!("{id}-cpu-app"), peer.name(), &each(cpu.app))?;
                figures.values(&format!("{id}-cpu-pages"), peer.name(), &each(cpu.pages))?;
                figures.values(&id, peer.name(), &ms)
            },
        )
    }

    fn dialogue(&mut self, id: &str, who: (Peer, Kind, usize), turns: u64) -> Result<()> {
        self.scene(
            id,
            who,
            |scene| {
                let (begin, first) = (Instant::now(), scene.dialogue(turns)?);
                let mut done = turns;
                while done < WARM_TURNS && begin.elapsed() < WARM_DIALOGUE {
                    scene.dialogue(turns)?;
                    done += turns;
                }
                Ok((first, scene.dialogue(turns)?))
            },
            |figures, (first, ms)| {
                if who.1 == Kind::SMALL {
                    figures.values("dialogue-first", who.0.name(), &first)?;
                }
                figures.values(id, who.0.name(), &ms)
            },
        )
    }
}
