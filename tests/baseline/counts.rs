//! Counts that are the same on every machine, compared with what they were when they were last written
//! down: `cargo xtask bench --check`, and `--write` to write them down anew.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{env, fs};

use allocation_counter::measure;

use super::probe::touched;

/// By how much, in percent, a count may be above what is written down.
const TOLERANCE: u64 = 20;
/// The variable that is set to have the counts written down.
const WRITE: &str = "REVGATE_BASELINE_WRITE";

/// What was counted, by name.
pub(crate) type Named = BTreeMap<String, u64>;

/// What is counted of a part of Revgate.
pub(crate) struct Counts {
    /// What was written down.
    file: PathBuf,
    now: Named,
}

impl Counts {
    /// `file` has what was written down.
    pub(crate) fn beside(file: impl AsRef<Path>) -> Self {
        Self { file: file.as_ref().to_owned(), now: Named::new() }
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
        let mut done = None;
        let taken = measure(|| done = Some(act()));
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
        if env::var_os(WRITE).is_some() {
            let json = serde_json::to_string_pretty(&self.now).expect("names and numbers");
            fs::write(&self.file, json + "\n").expect("the file can be written");
        }
        let file = self.file.display();
        let json = fs::read_to_string(&self.file).unwrap_or_else(|error| panic!("{file}: {error}"));
        let written = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{file}: {error}"));
        for (name, now) in &self.now {
            println!("{now:>12} of {:>12}  {name}", written_of(&written, name));
        }
        let faults = faults(&written, &self.now);
        assert!(
            faults.is_empty(),
            "{file}:\n{}\nif this is meant: cargo xtask bench --check --write",
            faults.join("\n")
        );
    }
}

fn written_of(written: &Named, name: &str) -> String {
    written.get(name).map_or("-".to_owned(), u64::to_string)
}

/// What is wrong with the counts `now`.
pub(crate) fn faults(written: &Named, now: &Named) -> Vec<String> {
    let names: BTreeSet<_> = written.keys().chain(now.keys()).collect();
    let fault = |name: &String| match (written.get(name), now.get(name)) {
        (Some(_), None) => Some(format!("{name}: written down, and not counted any more")),
        (None, Some(now)) => Some(format!("{name}: {now}, and nothing is written down")),
        (Some(written), Some(now)) if now * 100 > written * (100 + TOLERANCE) => {
            Some(format!("{name}: {now}, more than {TOLERANCE} % above the {written} written down"))
        }
        _ => None,
    };
    names.into_iter().filter_map(fault).collect()
}
