//! Builds the windows and the app around them.

use std::process::Command;

use xtask::{Error, report, step::Step, workspace::Workspace};

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
