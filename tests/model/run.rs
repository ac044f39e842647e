//! The command: which worlds, for how long, and what is printed.

use std::process::ExitCode;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use crate::acting::{self, Acting};
use crate::bounds::{self, Bounds};
use crate::driver::Violation;
use crate::gates::Gates;
use crate::search::{End, Found, Search};
use crate::trace;

/// Worlds share nothing, so each thread takes one after the other.
const THREADS: usize = 2;

/// What one search explores.
#[derive(Clone)]
enum Plan {
    Gates(Bounds),
    Acting(acting::bounds::Bounds),
}

/// What one search came to.
struct Report {
    states: usize,
    depth: usize,
    machines: usize,
    /// How it ended, and the violation as a script if that is how.
    how: &'static str,
    script: Option<String>,
}

/// What all searches together came to.
#[derive(Default)]
struct Total {
    states: usize,
    depth: usize,
    violations: usize,
}

pub(crate) fn main() -> ExitCode {
    let begin = Instant::now();
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let deep = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => None,
        ["--deep", seconds] => match seconds.parse().map(Duration::from_secs) {
            Ok(time) => Some(begin + time),
            Err(error) => return usage(&format!("`{seconds}` is no number of seconds: {error}")),
        },
        _ => return usage(&format!("what is `{}`?", arguments.join(" "))),
    };
    let Total { states, depth, violations } = explore(standard(), deep);
    let seconds = begin.elapsed().as_secs_f64();
    println!("states={states} depth={depth} violations={violations} seconds={seconds:.1}");
    ExitCode::from(u8::from(violations > 0))
}

fn usage(problem: &str) -> ExitCode {
    eprintln!("{problem}\nusage: model [--deep SECONDS]");
    ExitCode::from(2)
}

/// The shortest search last, so that no thread waits long.
fn standard() -> Vec<Plan> {
    let acting = acting::bounds::standard().into_iter().map(Plan::Acting);
    acting.chain(bounds::standard().into_iter().map(Plan::Gates)).collect()
}

/// Explores all `plans`; if there is time until `deep`, ever deeper ones after them.
fn explore(plans: Vec<Plan>, deep: Option<Instant>) -> Total {
    // Far enough that only `--deep` cuts a search short, or the memory.
    let until = deep.unwrap_or_else(|| Instant::now() + Duration::from_secs(24 * 60 * 60));
    let deeper = (1..100).filter(|_| deep.is_some());
    let deeper = deeper.flat_map(|by| standard().into_iter().map(move |plan| plan.deeper(by)));
    let queue = Mutex::new(plans.into_iter().chain(deeper));
    let total = Mutex::new(Total::default());
    let next = || queue.lock().expect("no search panics with it").next();
    let work = || {
        while let Some(plan) = next() {
            let begin = Instant::now();
            let is_violated = total.lock().expect("no search panics with it").violations > 0;
            if is_violated || until <= begin {
                return;
            }
            let report = plan.explore(until);
            total.lock().expect("no search panics with it").add(plan.name(), &report, begin);
        }
    };
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(work);
        }
    });
    total.into_inner().expect("no search panics with it")
}

impl Plan {
    fn name(&self) -> &str {
        match self {
            Self::Gates(bounds) => &bounds.name,
            Self::Acting(bounds) => &bounds.name,
        }
    }

    fn deeper(&self, by: u8) -> Self {
        match self {
            Self::Gates(bounds) => Self::Gates(bounds.deeper(by)),
            Self::Acting(bounds) => Self::Acting(bounds.deeper(by)),
        }
    }

    fn explore(&self, until: Instant) -> Report {
        match self {
            Self::Gates(bounds) => {
                let found = Search::new(Gates::new(bounds)).run(until);
                Report::new(&found, |events, violation| trace::script(bounds, events, violation))
            }
            Self::Acting(bounds) => {
                let mut search = Search::new(Acting::new(bounds));
                let found = search.run(until);
                let script = |events: &[_], violation: &_| {
                    acting::trace::script(&mut search.scene, events, violation)
                };
                Report::new(&found, script)
            }
        }
    }
}

impl Report {
    fn new<E>(found: &Found<E>, script: impl FnOnce(&[E], &Violation) -> String) -> Self {
        let Found { states, depth, machines, ref end } = *found;
        let (how, script) = match end {
            End::Exhausted => ("all of them", None),
            End::CutShort => ("cut short", None),
            End::Violated { events, violation } => {
                ("up to a violation", Some(script(events, violation)))
            }
        };
        Self { states, depth, machines, how, script }
    }
}

impl Total {
    fn add(&mut self, name: &str, report: &Report, begin: Instant) {
        let Report { states, depth, machines, how, ref script } = *report;
        let seconds = begin.elapsed().as_secs_f64();
        println!(
            "{name}: {states} states, depth {depth}, {machines} machines, {seconds:.1} s, {how}"
        );
        if let Some(script) = script {
            println!("{script}");
            self.violations += 1;
        }
        self.states += states;
        self.depth = self.depth.max(depth);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_promises_are_kept_in_every_small_world() {
        let begin = Instant::now();
        let gates = bounds::small().into_iter().map(Plan::Gates);
        let acting = acting::bounds::small().into_iter().map(Plan::Acting);
        let total = explore(gates.chain(acting).collect(), None);
        let Total { states, violations, .. } = total;
        println!("{states} states in {:?}", begin.elapsed());
        assert_eq!(violations, 0, "the trace is above");
        assert!(states > 10_000, "the bounds explore hardly anything: {states}");
    }
}
