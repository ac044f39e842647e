//! Counts, compared with those that were written down.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// By how much, in percent, a count may be above what is written down.
const TOLERANCE: u64 = 20;

/// What was counted, by name.
pub(crate) type Named = BTreeMap<String, u64>;

/// The counts `now` beside those that were written down in `file`, and what is wrong with them; for a
/// write they are written down first.
///
/// # Errors
///
/// If what was written down cannot be read or written, in words.
pub(crate) fn compare(
    file: &Path,
    now: &Named,
    is_write: bool,
) -> Result<(Vec<String>, Vec<String>), String> {
    let fault = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    if is_write {
        let json = serde_json::to_string_pretty(now).map_err(|error| fault(&error))?;
        fs::write(file, json + "\n").map_err(|error| fault(&error))?;
    }
    let json = fs::read_to_string(file).map_err(|error| fault(&error))?;
    let written: Named = serde_json::from_str(&json).map_err(|error| fault(&error))?;
    let line = |(name, now): (&String, &u64)| {
        let before = written.get(name).map_or("-".to_owned(), u64::to_string);
        format!("{now:>12} of {before:>12}  {name}")
    };
    Ok((now.iter().map(line).collect(), faults(&written, now)))
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
