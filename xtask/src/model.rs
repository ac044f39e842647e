//! `cargo xtask model`: the gate, and actions, proven over every state within a bound.

use xtask::{Error, step::Step, workspace::Workspace};

/// Runs the search; whether it found no violation. Its last line has the figures.
pub(crate) fn run(workspace: &Workspace, deep: Option<u64>) -> Result<bool, Error> {
    let search =
        ["run", "--release", "--locked", "-p", "revgate-tests", "--example", "model", "--"];
    let mut command = workspace.cargo(search);
    if let Some(seconds) = deep {
        command.args(["--deep", &seconds.to_string()]);
    }
    Ok(Step::new(command).finish()?.status.success())
}
