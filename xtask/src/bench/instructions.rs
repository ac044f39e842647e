//! `cargo xtask bench --check`: the instructions of the steps that `tests/baseline` counts other things
//! of, compared with those that were written down.
//!
//! Of the tests as they are compiled anyway, thus not optimised: to compile all once more would take
//! minutes. What a growth is of does not depend on that.

use std::{fs, path::Path};

use xtask::{Error, process::Scratch, report, step::Step, workspace::Workspace};

use crate::{check::NATIVE, compile};

#[path = "../../../tests/baseline/compare.rs"]
mod compare;

use compare::{Named, compare};

/// What was written down.
const WRITTEN_DOWN: &str = "tests/baseline/instructions.json";
/// The variable that has the tests do only what is to be counted, as `tests/baseline/counts.rs` has it.
const BY_VALGRIND: (&str, &str) = ("REVGATE_BASELINE_INSTRUCTIONS", "1");
/// The function there within which instructions count.
const WITHIN: &str = "*::instructions";
/// The binaries that have such tests, and the parts of the names of these.
const TARGETS: [&str; 2] = ["baseline", "tauri_plugin_revgate"];
const TESTS: &str = "written_down";
/// How a test names what it has had counted.
const COUNTED: &str = "counted: ";

/// Compares them, or writes them down; whether nothing has become more. Where they cannot be counted it
/// says so, and nothing has. `features` are those that the tests were compiled with.
pub(crate) fn check(
    workspace: &Workspace,
    features: &[&str],
    is_write: bool,
) -> Result<bool, Error> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        report::say("==> instructions: left out, those written down are of Linux on x86-64");
        return Ok(true);
    }
    if !super::found(workspace, "valgrind", "instructions: apt-get install valgrind") {
        return Ok(true);
    }
    let targets = ["--lib", "--test", "baseline"];
    let command =
        workspace.cargo([&["test", "--locked"], &NATIVE[..], features, &targets].concat());
    let binaries = compile::tests(&TARGETS, command)?;
    let since = report::begin("count instructions");
    let mut now = Named::new();
    for binary in &binaries {
        count(workspace, binary, &mut now)?;
    }
    report::done(since, "done");
    let file = workspace.root.join(WRITTEN_DOWN);
    let (lines, faults) = compare(&file, &now, is_write).map_err(Error::Other)?;
    lines.iter().chain(&faults).for_each(report::say);
    if !faults.is_empty() {
        report::say("if this is meant: cargo xtask bench --check --write");
    }
    Ok(faults.is_empty())
}

/// Has Valgrind count, which leaves a file each time that what counts ends.
fn count(workspace: &Workspace, binary: &Path, now: &mut Named) -> Result<(), Error> {
    let folder = Scratch::new(&std::env::temp_dir(), "revgate-instructions")?;
    let file = folder.path().join("counts");
    let mut command = workspace.command("valgrind");
    command.arg("--tool=callgrind").arg(format!("--callgrind-out-file={}", file.display()));
    command.args([format!("--toggle-collect={WITHIN}"), format!("--dump-after={WITHIN}")]);
    command.arg(binary).args([TESTS, "--nocapture", "--test-threads=1"]);
    command.env(BY_VALGRIND.0, BY_VALGRIND.1);
    let done = Step::new(command).silent().run()?;
    for (number, scene) in (1..).zip(scenes(&done.lines)) {
        let file = folder.path().join(format!("counts.{number}"));
        let text = fs::read_to_string(&file);
        let text = text.map_err(Error::io(format!("reading {}", file.display())))?;
        let total = total(&text).ok_or_else(|| {
            Error::Other(format!("{} does not say what was counted", file.display()))
        })?;
        now.insert(scene.to_owned(), total);
    }
    Ok(())
}

/// The first of a test comes after its name, on the same line.
fn scenes(lines: &[String]) -> impl Iterator<Item = &str> {
    lines.iter().filter_map(|line| line.split_once(COUNTED).map(|(_, scene)| scene))
}

fn total(text: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix("totals: "))?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_valgrind_has_counted_is_read() {
        let lines = ["test a ... counted: window: edit", "counted: window: act", "ok"];
        let lines = lines.map(str::to_owned);
        assert_eq!(scenes(&lines).collect::<Vec<_>>(), ["window: edit", "window: act"]);
        assert_eq!(total("events: Ir\nsummary: 9\n\ntotals: 1496966\n"), Some(1_496_966));
        assert_eq!(total("events: Ir\n"), None);
    }
}
