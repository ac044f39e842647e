//! Counts that are the same on every machine, compared with what they were when they were last written
//! down: `cargo xtask bench --check`, and `--write` to write them down anew.

use std::env;
use std::path::{Path, PathBuf};

use allocation_counter::measure;

use super::compare::{Named, compare};
use super::library::SIZES;
use super::probe::touched;

/// The variable that is set to have the counts written down.
const WRITE: &str = "REVGATE_BASELINE_WRITE";
/// The variable that is set when Valgrind counts instructions: only what it is to count is done then.
const BY_VALGRIND: &str = "REVGATE_BASELINE_INSTRUCTIONS";

/// Names and bytes of JSON, roughly, of a small state and of a large one: not so large for Valgrind,
/// which takes its time.
pub(crate) fn sizes() -> [(&'static str, usize); 2] {
    let [small, less, large] = SIZES;
    [small, if by_valgrind() { less } else { large }]
}

fn by_valgrind() -> bool {
    env::var_os(BY_VALGRIND).is_some()
}

/// Valgrind counts what is done in here. `xtask/src/bench/instructions.rs` knows it by its name.
#[inline(never)]
fn instructions(act: &mut dyn FnMut()) {
    act();
}

/// What is counted of a part of Revgate.
pub(crate) struct Counts {
    /// What was written down.
    file: PathBuf,
    now: Named,
    /// What instructions were counted of, in this order.
    scenes: Vec<String>,
}

impl Counts {
    /// `file` has what was written down.
    pub(crate) fn beside(file: impl AsRef<Path>) -> Self {
        Self { file: file.as_ref().to_owned(), now: Named::new(), scenes: Vec::new() }
    }

    pub(crate) fn note(&mut self, scene: &str, what: &str, count: u64) {
        let before = self.now.insert(format!("{scene}: {what}"), count);
        assert_eq!(before, None, "{scene}: {what} is counted twice");
    }

    /// Does something, and notes how often a state is copied and written or read meanwhile, and what
    /// memory is taken. It has to happen on this thread.
    pub(crate) fn count<R>(&mut self, scene: &str, act: impl FnOnce() -> R) -> R {
        let (done, touched) = touched(|| self.allocations(scene, act));
        self.note(scene, "copies of the state", touched.copies);
        self.note(scene, "walks through the state", touched.writes + touched.reads);
        done
    }

    /// Does something, and notes what memory is taken meanwhile.
    pub(crate) fn allocations<R>(&mut self, scene: &str, act: impl FnOnce() -> R) -> R {
        let (mut act, mut done) = (Some(act), None);
        let mut once = || done = act.take().map(|act| act());
        self.scenes.push(scene.to_owned());
        let taken = measure(|| instructions(&mut once));
        self.note(scene, "allocations", taken.count_total);
        self.note(scene, "bytes allocated", taken.bytes_total);
        done.expect("it was done")
    }

    /// Prints all counts.
    ///
    /// # Panics
    ///
    /// If one is too large, or not the same ones are counted as were written down.
    pub(crate) fn check(self) {
        if by_valgrind() {
            // Of everything else the small states of this run would have other counts.
            let part = self.file.file_stem().unwrap_or_default().display().to_string();
            return self.scenes.iter().for_each(|scene| println!("counted: {part}: {scene}"));
        }
        let compared = compare(&self.file, &self.now, env::var_os(WRITE).is_some());
        let (lines, faults) = compared.unwrap_or_else(|error| panic!("{error}"));
        lines.iter().for_each(|line| println!("{line}"));
        assert!(
            faults.is_empty(),
            "{}:\n{}\nif this is meant: cargo xtask bench --check --write",
            self.file.display(),
            faults.join("\n")
        );
    }
}
