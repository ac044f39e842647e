//! `cargo xtask windows`: whether the project compiles for systems other than this one, and its
//! tests pass on Windows, as far as Wine is that.

mod wine;

use std::{fmt, process::Command, time::Duration};

use xtask::{Error, process, report, step::Step, workspace::Workspace};

use crate::{
    check::NATIVE,
    setup::{self, Goal, targets},
    tally::Tally,
};
use wine::Wine;

/// The one target for which Debian packages a linker.
const WINDOWS: &str = "x86_64-pc-windows-gnu";
const LINKER: &str = "x86_64-w64-mingw32-gcc";
/// What runs without a desktop.
const TESTED: [&str; 8] = [
    "-p",
    "revgate",
    "-p",
    "revgate-persistence",
    "-p",
    "revgate-client",
    "--features",
    "revgate-persistence/database",
];
/// Systems for which no program can be linked without their makers' kits, and what is checked.
const OTHERS: [Other; 3] = [
    Other { target: "aarch64-linux-android", has_plugin: true },
    Other { target: "aarch64-apple-ios", has_plugin: false },
    Other { target: "aarch64-apple-darwin", has_plugin: false },
];
/// A program under Wine that hangs must not hold CI up.
const PATIENCE: Duration = Duration::from_secs(20 * 60);

struct Other {
    target: &'static str,
    /// Whether Tauri's build scripts get by without the maker's kit.
    has_plugin: bool,
}

/// Runs all of it; whether all passed.
pub(crate) fn run(workspace: &mut Workspace) -> Result<bool, Error> {
    setup::run(workspace, Goal::Windows)?;
    targets::ensure(workspace, WINDOWS)?;
    let mut checks = Checks { workspace, tally: Tally::default(), left_out: Vec::new() };
    checks.windows();
    for other in &OTHERS {
        checks.other(other);
    }
    process::wait_if_interrupted();
    Ok(checks.summary())
}

struct Checks<'a> {
    workspace: &'a Workspace,
    tally: Tally,
    /// What was not done, and why.
    left_out: Vec<String>,
}

impl Checks<'_> {
    fn windows(&mut self) {
        self.left_out.push(format!(
            "{WINDOWS}: revgate-leptos and the pages, which are for WASM alone, and the tests in \
             windows of the app, which need a desktop"
        ));
        let clippy = ["clippy", "--locked", "--all-targets", "--keep-going", "--target", WINDOWS];
        let mut command = self.cargo(&[&clippy, &NATIVE, &["--", "-D", "warnings"]]);
        self.lint(format_args!("clippy, {WINDOWS}"), command);
        let wine = match Wine::start(self.workspace) {
            Ok(wine) => wine,
            Err(reason) => {
                self.left_out.push(format!("the tests on Windows: {reason}"));
                return;
            }
        };
        let build = ["test", "--locked", "--no-run", "--target", WINDOWS];
        // Before, so that the time that this takes is nobody's fault.
        self.lint(format_args!("build the tests, {WINDOWS}"), self.cargo(&[&build, &TESTED]));
        let tests = ["test", "--locked", "--no-fail-fast", "--target", WINDOWS];
        command = self.cargo(&[&tests, &TESTED]);
        wine.run_programs_of(&mut command, WINDOWS);
        let since = report::begin("tests under Wine");
        match Step::new(command).limit(PATIENCE).finish() {
            Ok(done) => {
                let tally = Tally::of(&done.lines).judged(done.status.success());
                let Tally { passed, failed } = tally;
                report::done(since, format_args!("{passed} passed, {failed} failed"));
                self.tally = self.tally.plus(tally);
            }
            Err(error) => self.failed(error),
        }
    }

    fn other(&mut self, other: &Other) {
        let Other { target, has_plugin } = *other;
        if let Err(error) = targets::ensure(self.workspace, target) {
            self.left_out.push(format!("{target}: {error}"));
            return;
        }
        let plugin = [
            "-p",
            "tauri-plugin-revgate",
            "--features",
            "tauri-plugin-revgate/database,tauri-plugin-revgate/upstream",
        ];
        let plugin = if has_plugin { &plugin[..] } else { &[] };
        let check = ["check", "--locked", "--target", target];
        let command = self.cargo(&[&check, &TESTED, plugin]);
        self.lint(format_args!("check, {target}"), command);
        let plugin = match has_plugin {
            true => "",
            false => "the plugin, as a part of its webview is Objective-C and is compiled; ",
        };
        let rest = "the app, and all tests, which would have to be linked";
        self.left_out.push(format!("{target}: {plugin}{rest}"));
    }

    fn cargo(&self, parts: &[&[&str]]) -> Command {
        let mut command = self.workspace.cargo(parts.concat());
        command.env(format!("CARGO_TARGET_{}_LINKER", variable(WINDOWS)), LINKER);
        command
    }

    fn lint(&mut self, name: impl fmt::Display, command: Command) {
        let since = report::begin(&name);
        let file = name.to_string().replace([',', ' '], "-");
        let log = self.workspace.own_folder().join("logs").join(format!("{file}.log"));
        match Step::new(command).heartbeat().log(log).run() {
            Ok(_) => {
                report::done(since, "passed");
                self.tally = self.tally.plus(Tally::of_one(true));
            }
            Err(error) => self.failed(error),
        }
    }

    fn failed(&mut self, error: Error) {
        report::say(format_args!("    FAILED: {error}"));
        self.tally = self.tally.plus(Tally::of_one(false));
    }

    fn summary(&self) -> bool {
        report::say("\nleft out:");
        self.left_out.iter().for_each(|what| report::say(format_args!("- {what}")));
        let Tally { passed, failed } = self.tally;
        report::say(format_args!("windows passed={passed} failed={failed}"));
        failed == 0
    }
}

/// A target as cargo names its variables.
fn variable(target: &str) -> String {
    target.to_uppercase().replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_a_part_of_a_variable() {
        assert_eq!(variable(WINDOWS), "X86_64_PC_WINDOWS_GNU");
    }
}
