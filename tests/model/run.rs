//! The command: which worlds, for how long, and what is printed.

use std::process::ExitCode;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use crate::bounds::{Bounds, standard};
use crate::search::{End, Found, Search};
use crate::trace::script;

/// Worlds share nothing, so each thread takes one after the other.
const THREADS: usize = 2;

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

/// Explores all `bounds`; if there is time until `deep`, ever deeper ones after them.
fn explore(bounds: Vec<Bounds>, deep: Option<Instant>) -> Total {
    // Far enough that only `--deep` cuts a search short, or the memory.
    let until = deep.unwrap_or_else(|| Instant::now() + Duration::from_secs(24 * 60 * 60));
    let deeper = (1..100).filter(|_| deep.is_some());
    let deeper = deeper.flat_map(|by| standard().into_iter().map(move |bounds| bounds.deeper(by)));
    let queue = Mutex::new(bounds.into_iter().chain(deeper));
    let total = Mutex::new(Total::default());
    let next = || queue.lock().expect("no search panics with it").next();
    let work = || {
        while let Some(bounds) = next() {
            let begin = Instant::now();
            let is_violated = total.lock().expect("no search panics with it").violations > 0;
            if is_violated || until <= begin {
                return;
            }
            let found = Search::new(&bounds).run(until);
            total.lock().expect("no search panics with it").add(&bounds, &found, begin);
        }
    };
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(work);
        }
    });
    total.into_inner().expect("no search panics with it")
}

impl Total {
    fn add(&mut self, bounds: &Bounds, found: &Found, begin: Instant) {
        let Found { states, depth, gates, ref end } = *found;
        let name = &bounds.name;
        let seconds = begin.elapsed().as_secs_f64();
        let how = match end {
            End::Exhausted => "all of them",
            End::CutShort => "cut short",
            End::Violated { .. } => "up to a violation",
        };
        println!("{name}: {states} states, depth {depth}, {gates} gates, {seconds:.1} s, {how}");
        if let End::Violated { actions, violation } = end {
            println!("{}", script(bounds, actions, violation));
            self.violations += 1;
        }
        self.states += states;
        self.depth = self.depth.max(depth);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bounds::small;

    #[test]
    fn the_gate_keeps_its_promises_in_every_small_world() {
        let begin = Instant::now();
        let total = explore(small(), None);
        let Total { states, violations, .. } = total;
        println!("{states} states in {:?}", begin.elapsed());
        assert_eq!(violations, 0, "the trace is above");
        assert!(states > 10_000, "the bounds explore hardly anything: {states}");
    }
}
