//! Builds the windows and the app around them.

use std::{fs, path::PathBuf, process::Command};

use xtask::{Error, report, step::Step, workspace::Workspace};

use crate::setup::toolchain::WASM;

/// The windows first: the app carries them inside.
pub(crate) fn app(workspace: &Workspace) -> Result<(), Error> {
    windows(workspace)?;
    let arguments = ["build", "--locked", "-p", "revgate-app", "--features", "custom-protocol"];
    build(workspace, "build the app", workspace.cargo(arguments))
}

/// The Leptos windows, by trunk, into `dist`.
pub(crate) fn windows(workspace: &Workspace) -> Result<(), Error> {
    let mut command = workspace.command("trunk");
    command.args(["build", "--skip-version-check", "--locked"]);
    // trunk takes only `true` or `false` for it, most people's shells say `1`.
    command.env_remove("NO_COLOR");
    build(workspace, "build the windows", command)
}

/// The test app alone, as fast as it gets, for measurements. Returns its program.
pub(crate) fn optimised_test_app(workspace: &Workspace) -> Result<PathBuf, Error> {
    const APP: &str = "revgate-test-app";
    let cargo = ["build", "--locked", "--profile", "bench", "-p", APP];
    let command = workspace.cargo(cargo.iter().chain(&["--features", "custom-protocol"]));
    build(workspace, "build the test app, optimised", command)?;
    Ok(workspace.target.join("release").join(APP))
}

/// The pages of the test app, into [`Workspace::test_pages`].
pub(crate) fn test_pages(workspace: &Workspace) -> Result<(), Error> {
    const PAGE: &str = "revgate-test-page";
    // Beside the windows of the example, whose dependencies it shares.
    let packages = ["-p", PAGE, "-p", "revgate-frontend"];
    let cargo = [&["build", "--locked", "--target", WASM][..], &packages].concat();
    build(workspace, "build the test page", workspace.cargo(cargo))?;

    let folder = workspace.test_pages();
    let module = workspace.target.join(WASM).join("debug/revgate_test_page.wasm");
    let mut command = workspace.command("wasm-bindgen");
    command.args(["--target", "web", "--no-typescript", "--out-dir"]).arg(&folder).arg(module);
    build(workspace, "bind the test page", command)?;

    let pages = workspace.root.join("tests/app/pages");
    let reading = || format!("reading {}", pages.display());
    for page in fs::read_dir(&pages).map_err(Error::io(reading()))? {
        let page = page.map_err(Error::io(reading()))?;
        let copied = fs::copy(page.path(), folder.join(page.file_name()));
        copied.map_err(Error::io(format!("copying {}", page.path().display())))?;
    }
    Ok(())
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
