//! `cargo xtask appearance`: how the windows look in Chromium, and how they are reached without a mouse
//! or without eyes.

use std::{path::Path, time::Duration};

use xtask::{Error, process, report, step::Step, workspace::Workspace};

use crate::{
    compile, npm,
    outcomes::{Kind, Outcomes},
    setup::{self, Goal, node, packages},
};

/// Where axe and the fonts of the pictures are installed.
const PACKAGE: &str = "tests/appearance";
/// A browser that hangs must not hold CI up.
const PATIENCE: Duration = Duration::from_secs(20 * 60);

/// Sets up what is missing, builds the windows and looks at them; whether all is well. The pictures
/// that they are compared with are written anew if that is wanted.
pub(crate) fn run(workspace: &mut Workspace, is_write: bool) -> Result<bool, Error> {
    setup::run(workspace, Goal::Tabs)?;
    node::ensure(workspace)?;
    compile::windows(workspace)?;
    let mut outcomes = Outcomes::new(workspace);
    check(workspace, &mut outcomes, &["-p", "revgate-tests"], is_write);
    process::wait_if_interrupted();
    let place = workspace.target.join("appearance");
    report::say(format_args!("    pictures of all scenes are in {}", place.display()));
    Ok(outcomes.summary().failed == 0)
}

/// The check of the windows that trunk has built. The selection is cargo's of the packages that are
/// compiled natively with it.
pub(crate) fn check(
    workspace: &Workspace,
    outcomes: &mut Outcomes<'_>,
    selection: &[&str],
    is_write: bool,
) {
    let installed = npm::install(workspace, Path::new(PACKAGE));
    if !outcomes.note("install axe and fonts", installed) {
        return;
    }
    let test = ["--features", "revgate-tests/appearance", "--test", "appearance"];
    let parts = [&["test", "--locked"], selection, &test, &["--", "--test-threads=1"]];
    let mut command = workspace.cargo(parts.concat());
    if let Some(chromium) = packages::chromium(workspace) {
        command.env("CHROMIUM", chromium);
    }
    if is_write {
        command.env("REVGATE_WRITE_PICTURES", "1");
    }
    outcomes.check("appearance in Chromium", Kind::Tests, Step::new(command).limit(PATIENCE));
}
