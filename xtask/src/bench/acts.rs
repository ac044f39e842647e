//! What an action costs against the size of the state.

use std::{collections::BTreeMap, process::Command};

use serde_json::Value;
use xtask::{Error, report, step::Step, workspace::Workspace};

use crate::compile;

/// What an action on the largest state may cost, as a multiple of one on the smallest.
const MOST: f64 = 1.5;
/// The steps that this holds for.
const ACT: &str = "act ";

/// The figures of one step on states of one shape, by their sizes.
struct Row {
    step: String,
    shape: String,
    nanoseconds: BTreeMap<u64, f64>,
}

/// Measures, and prints the table; whether actions cost the same on states of any size.
pub(super) fn run(workspace: &Workspace) -> Result<bool, Error> {
    compile::build(workspace, "build the benchmark of actions", bench(workspace, &["--no-run"]))?;
    let since = report::begin("time actions on states of several sizes");
    let done = Step::new(bench(workspace, &[])).silent().run()?;
    report::done(since, "done");
    let rows = rows(&done.lines);
    let (table, faults) = judge(&rows);
    report::say(format_args!("\n{}", report::table(&table)));
    faults.iter().for_each(report::say);
    Ok(faults.is_empty() && rows.iter().any(|row| row.step.starts_with(ACT)))
}

fn bench(workspace: &Workspace, arguments: &[&str]) -> Command {
    let bench = ["bench", "--locked", "-p", "tauri-plugin-revgate", "--bench", "act"];
    workspace.cargo([&bench, arguments].concat())
}

/// In the order in which they were measured; whatever is no figure is left out.
fn rows(lines: &[String]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for line in lines {
        let Ok(figure) = serde_json::from_str::<Value>(line) else { continue };
        let text = |name: &str| figure[name].as_str().map(str::to_owned);
        let (Some(step), Some(shape)) = (text("step"), text("shape")) else { continue };
        let (Some(bytes), Some(ns)) = (figure["bytes"].as_u64(), figure["ns"].as_f64()) else {
            continue;
        };
        match rows.iter_mut().find(|row| row.step == step && row.shape == shape) {
            Some(row) => drop(row.nanoseconds.insert(bytes, ns)),
            None => rows.push(Row { step, shape, nanoseconds: [(bytes, ns)].into() }),
        }
    }
    rows
}

/// The table, and what is wrong with it.
fn judge(rows: &[Row]) -> (Vec<Vec<String>>, Vec<String>) {
    let sizes: Vec<_> = rows.iter().flat_map(|row| row.nanoseconds.keys()).copied().collect();
    let sizes: BTreeMap<_, _> = sizes.into_iter().map(|bytes| (bytes, size(bytes))).collect();
    let mut heading = vec!["in the backend, µs".to_owned(), "state".to_owned()];
    heading.extend(sizes.values().cloned());
    heading.push("largest : smallest".to_owned());
    let (mut table, mut faults) = (vec![heading], Vec::new());
    for Row { step, shape, nanoseconds } in rows {
        let mut row = vec![step.clone(), shape.clone()];
        let microseconds = |bytes| nanoseconds.get(bytes).map(|ns| format!("{:.1}", ns / 1e3));
        row.extend(sizes.keys().map(|bytes| microseconds(bytes).unwrap_or_default()));
        let ends = nanoseconds.first_key_value().zip(nanoseconds.last_key_value());
        let ratio = ends.map_or(f64::NAN, |((_, smallest), (_, largest))| largest / smallest);
        row.push(format!("{ratio:.2}"));
        if step.starts_with(ACT) && (ratio.is_nan() || ratio > MOST) {
            faults.push(format!("{step}, {shape}: {ratio:.2}, above the limit of {MOST}"));
        }
        table.push(row);
    }
    (table, faults)
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} KB", bytes / 1_000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(figures: &[(&str, u64, u32)]) -> Vec<String> {
        let line = |(step, bytes, ns): &(&str, u64, u32)| {
            format!(r#"{{"step":"{step}","shape":"map","bytes":{bytes},"ns":{ns}}}"#)
        };
        figures.iter().map(line).collect()
    }

    #[test]
    fn an_action_that_grows_with_the_state_is_a_fault_and_a_copy_is_none() {
        let mut lines = lines(&[
            ("act by Rust", 1_000, 2_000),
            ("act by Rust", 10_000_000, 3_000),
            ("copy", 1_000, 1_000),
            ("copy", 10_000_000, 9_000_000),
            ("act by a window", 1_000, 2_000),
            ("act by a window", 10_000_000, 3_002),
        ]);
        lines.push("running".to_owned());
        let (table, faults) = judge(&rows(&lines));
        assert_eq!(table[1], ["act by Rust", "map", "2.0", "3.0", "1.50"]);
        assert_eq!(table[2], ["copy", "map", "1.0", "9000.0", "9000.00"]);
        assert_eq!(table[0][2..4], ["1 KB", "10 MB"]);
        assert_eq!(faults, ["act by a window, map: 1.50, above the limit of 1.5"]);
    }
}
