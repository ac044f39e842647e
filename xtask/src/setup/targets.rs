//! What std is there for, beside this machine and WASM.

use std::path::Path;

use xtask::{Error, report, step::Step, workspace::Workspace};

use super::{ask, toolchain::DOWNLOAD};

/// Installs std for a target, if it is missing.
pub(crate) fn ensure(workspace: &Workspace, target: &str) -> Result<(), Error> {
    if is_installed(workspace, target) {
        return Ok(());
    }
    let name = format!("install the target {target}");
    let since = report::begin(&name);
    let mut command = workspace.command("rustup");
    command.args(["target", "add", target]);
    let advice = format!(
        "the toolchain has to be one of rustup's (https://rustup.rs), and its server to be \
         reachable: then `rustup target add {target}`"
    );
    let step = Step::new(command).heartbeat().limit(DOWNLOAD);
    step.run().map_err(|error| error.in_step(&name, advice))?;
    report::done(since, "done");
    Ok(())
}

/// Whether it is there.
pub(crate) fn is_installed(workspace: &Workspace, target: &str) -> bool {
    let mut question = workspace.command("rustc");
    question.args(["--print", "target-libdir", "--target", target]);
    ask(question).is_some_and(|folder| Path::new(folder.trim()).is_dir())
}
