//! `cargo xtask npm`: the package for JavaScript windows, built, packed and tested.

use std::{fs, path::Path, process::Command, time::Duration};

use xtask::{Error, process, report, step::Step, workspace::Workspace};

use crate::{
    compile,
    outcomes::{Kind, Outcomes},
    setup::{self, Goal, packages},
    tally::Tally,
};

/// The folder of the package.
pub(crate) const PACKAGE: &str = "crates/revgate-js/js";
/// A browser that hangs must not hold CI up.
const PATIENCE: Duration = Duration::from_secs(20 * 60);

/// Sets up what is missing, and runs all checks of the package; whether they passed.
pub(crate) fn run(workspace: &mut Workspace) -> Result<bool, Error> {
    setup::run(workspace, Goal::Npm)?;
    let mut outcomes = Outcomes::new(workspace);
    // Of the native packages only the one with the suites: no WebKit is needed for it.
    let sizes = check(workspace, &mut outcomes, &["-p", "revgate-tests"]);
    process::wait_if_interrupted();
    let Tally { passed, failed } = outcomes.summary();
    // Without a package there is no size.
    let sizes = sizes.unwrap_or_else(|| "gate_gzip=? one_applier_gzip=?".to_owned());
    report::say(format_args!("npm passed={passed} failed={failed} {sizes}"));
    Ok(failed == 0)
}

/// The checks of the package, and the line with its sizes. The selection is cargo's of the packages
/// that are compiled natively with the suites of the gate.
pub(crate) fn check(
    workspace: &Workspace,
    outcomes: &mut Outcomes<'_>,
    selection: &[&str],
) -> Option<String> {
    if !outcomes.note("build the npm package", build(workspace)) {
        return None;
    }
    outcomes.note("record the scripts of the gate", record_scripts(workspace, selection));
    outcomes.check("npm, types", Kind::Lint, Step::new(npm(workspace, &["run", "check"])));
    let example = Path::new(compile::MIXED);
    if outcomes.note("install the example's packages", install(workspace, example)) {
        let types = command(workspace, example, &["exec", "tsc"]);
        outcomes.check("npm, types of the example", Kind::Lint, Step::new(types));
    }
    // The scripts of `npm test` one by one, so that each is counted.
    let mut tests = npm(workspace, &["exec", "--", "vitest", "run", "--reporter=default"]);
    tests.arg("--reporter=./test/tally.ts");
    if let Some(chromium) = packages::chromium(workspace) {
        tests.env("CHROMIUM", chromium);
    }
    outcomes.check("npm, tests", Kind::Tests, Step::new(tests).limit(PATIENCE));
    sizes(workspace)
}

/// Shows what each part weighs. That it is not too much is one of the tests.
fn sizes(workspace: &Workspace) -> Option<String> {
    let done = Step::new(npm(workspace, &["run", "--silent", "size"])).finish().ok()?;
    done.lines.into_iter().rfind(|line| line.starts_with("gate_gzip="))
}

/// Builds what is packed: the gate to WASM, and the package around it.
pub(crate) fn build(workspace: &Workspace) -> Result<(), Error> {
    install(workspace, Path::new(PACKAGE))?;
    compile::build(workspace, "build the npm package", npm(workspace, &["run", "build"]))
}

/// Runs the Rust suites of the gate once more, for the package's own gate to be held against.
fn record_scripts(workspace: &Workspace, selection: &[&str]) -> Result<(), Error> {
    let mut command = npm(workspace, &["run", "scripts", "--"]);
    command.args(selection);
    compile::build(workspace, "record the scripts of the gate", command)
}

/// Installs what a package's lock file names, unless that is there.
pub(crate) fn install(workspace: &Workspace, package: &Path) -> Result<(), Error> {
    let folder = workspace.root.join(package);
    let lock = folder.join("package-lock.json");
    // Written last, and gone with whatever the next installation begins with.
    let installed = folder.join("node_modules/.installed-lock.json");
    let read =
        |path: &Path| fs::read(path).map_err(Error::io(format!("reading {}", path.display())));
    let wanted = read(&lock)?;
    if read(&installed).is_ok_and(|lock| lock == wanted) {
        return Ok(());
    }
    let mut command = workspace.command("npm");
    command.args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder);
    let name = format!("install what {} names", package.join("package-lock.json").display());
    compile::build(workspace, &name, command)?;
    fs::write(&installed, wanted).map_err(Error::io(format!("writing {}", installed.display())))
}

fn npm(workspace: &Workspace, arguments: &[&str]) -> Command {
    command(workspace, Path::new(PACKAGE), arguments)
}

/// `npm` in a folder of the workspace.
pub(crate) fn command(workspace: &Workspace, folder: &Path, arguments: &[&str]) -> Command {
    let mut command = workspace.command("npm");
    command.args(arguments).current_dir(workspace.root.join(folder));
    command
}
