//! Builds the windows and the app around them.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use xtask::{Error, report, step::Step, workspace::Workspace};

use crate::{npm, setup::toolchain::WASM};

/// The example with a window in JavaScript.
pub(crate) const MIXED: &str = "examples/mixed";
/// The example's windows.
pub(crate) const EXAMPLE: &str = "revgate-frontend";
/// The app of the tests in real windows.
const TEST_APP: &str = "revgate-test-app";
/// The same without Revgate.
pub(crate) const PLAIN: &str = "revgate-plain";

/// The windows first: the app carries them inside.
pub(crate) fn app(workspace: &Workspace) -> Result<(), Error> {
    windows(workspace)?;
    let arguments = ["build", "--locked", "-p", "revgate-app", "--features", "custom-protocol"];
    build(workspace, "build the app", workspace.cargo(arguments))
}

/// The same with its settings window in JavaScript.
pub(crate) fn mixed_app(workspace: &Workspace) -> Result<(), Error> {
    all_pages(workspace)?;
    example(workspace, "build the mixed app", "mixed", "mixed")
}

/// The same with the inspector.
pub(crate) fn inspected_app(workspace: &Workspace) -> Result<(), Error> {
    inspected_pages(workspace)?;
    example(workspace, "build the app with the inspector", "inspected", "inspector")
}

/// The same for one of several machines.
pub(crate) fn machines_app(workspace: &Workspace) -> Result<(), Error> {
    windows(workspace)?;
    example(workspace, "build the app of a machine", "machines", "machines,custom-protocol")
}

fn example(workspace: &Workspace, name: &str, example: &str, feature: &str) -> Result<(), Error> {
    let app = ["build", "--locked", "-p", "revgate-app"];
    let command =
        workspace.cargo([&app[..], &["--example", example, "--features", feature]].concat());
    build(workspace, name, command)
}

/// The windows with the inspector, by trunk, into `dist-inspected`.
pub(crate) fn inspected_pages(workspace: &Workspace) -> Result<(), Error> {
    let mut command = trunk(workspace);
    command.args(["--features", "inspector", "--dist", "dist-inspected"]);
    build(workspace, "build the windows with the inspector", command)
}

/// All pages of the mixed app, and what they are made of.
pub(crate) fn all_pages(workspace: &Workspace) -> Result<(), Error> {
    windows(workspace)?;
    npm::build(workspace)?;
    mixed_pages(workspace)
}

/// The pages of the mixed app: its window in JavaScript, beside those that trunk has built. The
/// npm package must be there.
pub(crate) fn mixed_pages(workspace: &Workspace) -> Result<(), Error> {
    let folder = Path::new(MIXED);
    npm::install(workspace, folder)?;
    let command = npm::command(workspace, folder, &["run", "build"]);
    build(workspace, "build the window in JavaScript", command)
}

/// The Leptos windows, by trunk, into `dist`.
pub(crate) fn windows(workspace: &Workspace) -> Result<(), Error> {
    build(workspace, "build the windows", trunk(workspace))
}

fn trunk(workspace: &Workspace) -> Command {
    let mut command = workspace.command("trunk");
    command.args(["build", "--skip-version-check", "--locked"]);
    // trunk takes only `true` or `false` for it, most people's shells say `1`.
    command.env_remove("NO_COLOR");
    command
}

/// The test app alone, as fast as it gets, for measurements. Returns its program.
pub(crate) fn optimised_test_app(workspace: &Workspace) -> Result<PathBuf, Error> {
    optimised(workspace, &["--features", "custom-protocol"])?;
    Ok(workspace.target.join("release").join(TEST_APP))
}

/// The same on one of several machines.
pub(crate) fn optimised_machines_app(workspace: &Workspace) -> Result<PathBuf, Error> {
    optimised(workspace, &["--features", "custom-protocol,machines", "--example", "latency"])?;
    Ok(workspace.target.join("release/examples/latency"))
}

fn optimised(workspace: &Workspace, what: &[&str]) -> Result<(), Error> {
    let cargo = ["build", "--locked", "--profile", "bench", "-p", TEST_APP];
    let command = workspace.cargo(cargo.iter().chain(what));
    build(workspace, "build the test app, optimised", command)
}

/// The pages of the test app, into [`Workspace::test_pages`]; with the package for JavaScript
/// windows, which was built before.
pub(crate) fn test_pages(workspace: &Workspace) -> Result<(), Error> {
    const PAGE: &str = "revgate-test-page";
    // Beside the windows of the example, whose dependencies they share.
    let packages = ["-p", PAGE, "-p", PLAIN, "-p", EXAMPLE];
    let cargo = [&["build", "--locked", "--target", WASM][..], &packages].concat();
    build(workspace, "build the test pages", workspace.cargo(cargo))?;

    let folder = workspace.test_pages();
    let modules = workspace.target.join(WASM).join("debug");
    bind(workspace, "bind the test page", &modules.join("revgate_test_page.wasm"), &folder)?;
    let example = modules.join(EXAMPLE).with_extension("wasm");
    bind(workspace, "bind the example", &example, &folder.join("example"))?;
    let plain = modules.join(PLAIN).with_extension("wasm");
    bind(workspace, "bind the example by hand", &plain, &folder.join("plain"))?;

    copy(&workspace.root.join("tests/app/pages"), &folder)?;
    copy(&workspace.root.join(npm::PACKAGE).join("dist"), &folder.join("revgate"))
}

/// What a page loads of a module.
pub(crate) fn bind(
    workspace: &Workspace,
    name: &str,
    module: &Path,
    folder: &Path,
) -> Result<(), Error> {
    let mut command = workspace.command("wasm-bindgen");
    command.args(["--target", "web", "--no-typescript", "--out-dir"]).arg(folder).arg(module);
    build(workspace, name, command)
}

/// Copies a folder's files and folders.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    copy_by(from, to, &|file, target| fs::copy(file, target).map(drop))
}

/// The same, with another way to copy a file.
pub(crate) fn copy_by(
    from: &Path,
    to: &Path,
    copy_file: &dyn Fn(&Path, &Path) -> io::Result<()>,
) -> Result<(), Error> {
    let reading = || format!("reading {}", from.display());
    fs::create_dir_all(to).map_err(Error::io(format!("making {}", to.display())))?;
    for entry in fs::read_dir(from).map_err(Error::io(reading()))? {
        let path = entry.map_err(Error::io(reading()))?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy_by(&path, &target, copy_file)?;
        } else {
            copy_file(&path, &target).map_err(Error::io(format!(
                "copying {} to {}",
                path.display(),
                target.display()
            )))?;
        }
    }
    Ok(())
}

/// The pages of the test app that are in JavaScript, beside the others. The npm package must be
/// there.
pub(crate) fn javascript_test_pages(workspace: &Workspace) -> Result<(), Error> {
    let mut command = npm::command(workspace, Path::new(npm::PACKAGE), &["run", "build:windows"]);
    command.arg("--").arg(workspace.test_pages().join("managers"));
    build(workspace, "build the test pages in JavaScript", command)
}

/// Shows each line to a person, a heartbeat to a log.
pub(crate) fn build(workspace: &Workspace, name: &str, command: Command) -> Result<(), Error> {
    let since = report::begin(name);
    let log = workspace.own_folder().join("logs").join(format!("{}.log", name.replace(' ', "-")));
    let step = Step::new(command).log(log);
    let step = if report::to_a_person() { step } else { step.heartbeat() };
    let advice = "the compiler's words are above";
    step.run().map_err(|error| error.in_step(name, advice))?;
    report::done(since, "done");
    Ok(())
}

/// The programs of the tests of these names, by a `cargo test` that has them compiled if they are not. Whoever
/// runs one itself waits for nobody who compiles.
pub(crate) fn tests(names: &[&str], mut command: Command) -> Result<Vec<PathBuf>, Error> {
    command.args(["--no-run", "--message-format=json"]);
    let done = Step::new(command).silent().run()?;
    let found: Vec<_> = done.lines.iter().filter_map(|line| program(names, line)).collect();
    match found.len() == names.len() {
        true => Ok(found),
        false => Err(Error::Other(format!("of {names:?} cargo has compiled {found:?} only"))),
    }
}

/// The program of one of the tests that this message of cargo's is about.
fn program(names: &[&str], line: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(line).ok()?;
    let is_wanted = names.iter().any(|name| message["target"]["name"] == *name);
    is_wanted.then(|| message["executable"].as_str().map(PathBuf::from))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programs_of_tests_are_found_among_what_cargo_says() {
        let of = |name: &str, executable: &str| {
            let line = format!(
                r#"{{"reason":"compiler-artifact","target":{{"name":"{name}"}},"executable":{executable}}}"#
            );
            program(&["baseline", "revgate_nats"], &line)
        };
        assert_eq!(of("baseline", r#""/a/baseline""#), Some("/a/baseline".into()));
        // A library that is no test.
        assert_eq!(of("revgate_nats", "null"), None);
        assert_eq!(of("revgate", r#""/a/revgate""#), None);
        assert_eq!(program(&["baseline"], "   Compiling revgate v0.1.0"), None);
    }
}
