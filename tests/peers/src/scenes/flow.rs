//! What goes on for a while: a slider that is dragged, a flood from Rust, a window that opens meanwhile.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{HALF, Result, Scene, latest, now, seen, until};
use crate::processes::Cpu;

/// Between two writes of a flood.
const STEP: Duration = Duration::from_millis(1);
/// How long Rust has been writing when a window begins to load, and how long it goes on after that.
const BEFORE: Duration = Duration::from_millis(20);
const AFTER: [Duration; 3] =
    [Duration::from_millis(10), Duration::from_millis(40), Duration::from_millis(150)];

/// A slider that was dragged.
pub(crate) struct Dragged {
    /// From each move until the other window shows it or a later one.
    pub(crate) ms: Vec<f64>,
    /// How many frames of the other window have shown another value than the one before.
    pub(crate) frames: u64,
    /// CPU time of all processes.
    pub(crate) cpu: f64,
}

/// A flood that has ended.
pub(crate) struct Flooded {
    /// From the last write until all windows show it.
    pub(crate) after: f64,
    /// How many times the first window was told of something.
    pub(crate) told: u64,
    /// CPU time of all processes.
    pub(crate) cpu: f64,
}

impl Scene<'_> {
    /// The first window sets a field 60 times a second.
    pub(crate) fn slider(&self, moves: u64) -> Result<Dragged> {
        let from = self.watched()?;
        let before = Cpu::now()?;
        let begun = self.windows[0].call("slide", json!([from, moves]))?;
        self.until_shown(from + moves)?;
        let cpu = before.since()?.all();
        let frames = self.windows[1].call("frames", json!([]))?;
        let seen = [seen(&self.windows[1])?];
        let begun = super::times(&begun)?.into_iter();
        let ms = (from + 1..).zip(begun).map(|(number, begin)| Ok(latest(&seen, number)? - begin));
        let frames = frames.as_u64().ok_or_else(|| format!("{frames} frames"))?;
        Ok(Dragged { ms: ms.collect::<Result<_>>()?, frames, cpu })
    }

    /// Rust writes each millisecond for so long.
    pub(crate) fn flood(&self, length: Duration) -> Result<Flooded> {
        let from = self.watched()?;
        let before = Cpu::now()?;
        let begin = Instant::now();
        let writes = (length.as_micros() / STEP.as_micros()) as u32;
        for number in 1..=writes {
            until(begin + STEP * number);
            self.write(from + u64::from(number))?;
        }
        let end = now();
        self.until_shown(from + u64::from(writes))?;
        let cpu = before.since()?.all();
        let told = self.windows[0].call("told", json!([]))?;
        let told = told.as_u64().ok_or_else(|| format!("told {told} times"))?;
        let seen = self.windows.iter().map(|window| seen(window)).collect::<Result<Vec<_>>>()?;
        let after = latest(&seen, from + u64::from(writes))? + HALF - end;
        Ok(Flooded { after, told, cpu })
    }

    /// The second window is loaded while Rust writes each millisecond, so often: how long that takes, and
    /// how often it has not what the first one has in the end.
    pub(crate) fn late(&self, loads: usize) -> Result<(Vec<f64>, u64)> {
        let [_, second] = self.windows else { return Err("two windows are needed".into()) };
        let mut times = Vec::new();
        let mut unequal = 0;
        for after in AFTER.into_iter().take(loads) {
            let from = self.newest()?;
            let is_over = AtomicBool::new(false);
            let answer = thread::scope(|scope| {
                let writer = scope.spawn(|| {
                    let begin = Instant::now();
                    for number in 1.. {
                        until(begin + STEP * number);
                        self.write(from + u64::from(number)).map_err(|error| error.to_string())?;
                        if is_over.load(Ordering::Relaxed) {
                            break;
                        }
                    }
                    Ok::<(), String>(())
                });
                thread::sleep(BEFORE);
                let answer = second.load(self.peer, self.kind);
                thread::sleep(after);
                is_over.store(true, Ordering::Relaxed);
                let written = writer.join().map_err(|_| "the writer panicked".to_owned());
                written.and_then(|written| written).and(answer)
            });
            times.push(answer?.number()?);
            let is_equal = self.is_equal()?;
            unequal += u64::from(!is_equal);
        }
        Ok((times, unequal))
    }
}
