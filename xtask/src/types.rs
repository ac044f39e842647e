//! `cargo xtask types`: the TypeScript that comes from Rust.

use xtask::{Error, step::Step, workspace::Workspace};

/// Writes the files, or only says which of them are stale; whether all are now what they should be.
pub(crate) fn run(workspace: &Workspace, is_check: bool) -> Result<bool, Error> {
    let write = ["run", "--locked", "-p", "revgate-tests", "--example", "types", "--"];
    let mut command = workspace.cargo(write);
    if is_check {
        command.arg("--check");
    }
    Ok(Step::new(command).finish()?.status.success())
}
