//! Set-up: whatever a command needs and the machine lacks.
//!
//! Three layers, each of which first looks and then acts: system packages, a toolchain that can
//! build for WASM and for other systems, command-line tools.

pub(crate) mod node;
pub(crate) mod packages;
pub(crate) mod targets;
pub(crate) mod toolchain;
pub(crate) mod tools;
pub(crate) mod versions;

mod apt;
mod privilege;
mod system;

use std::time::Instant;

use xtask::{Error, report, step::Step, workspace::Workspace};

pub(crate) use system::System;
use tools::Tool;

/// What the set-up is for; all but one need a compiler for both targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    /// Compile and test without a window.
    Quick,
    /// Open the windows on the person's own screen.
    App,
    /// Drive the windows on a virtual screen.
    Headless,
    /// Drive the windows as tabs of a browser.
    Tabs,
    /// The same in Firefox, too.
    Firefox,
    /// Run every check.
    Test,
    /// Measure, also in a browser.
    Bench,
    /// Compile for other systems, and run the tests on one of them.
    Windows,
    /// Build and test the package for JavaScript windows.
    Npm,
    /// Build windows, as small as a release gets.
    Size,
    /// Make the guide.
    Book,
    /// Make a release, and try it on a virtual screen.
    Bundle,
    /// Join apps to a server, without a window.
    Machines,
}

/// Installs what is missing for the goal, and tells the workspace which toolchain to use.
pub(crate) fn run(workspace: &mut Workspace, goal: Goal) -> Result<(), Error> {
    let since = Instant::now();
    let system = System::look(workspace);
    if matches!(goal, Goal::Npm | Goal::Size | Goal::Book | Goal::Test) {
        node::ensure(workspace)?;
    }
    packages::ensure(workspace, &system, goal)?;
    toolchain::ensure(workspace, &system, goal)?;
    let mut tools = tools::needed(goal).to_vec();
    // Of use to a release alone: where it cannot be had at once, the windows do not wait for it.
    if matches!(goal, Goal::App | Goal::Headless) && !tools::npm_serves(workspace) {
        tools.retain(|tool| *tool != Tool::WasmOpt);
    }
    tools::ensure(workspace, &tools)?;
    let took = report::seconds(since.elapsed());
    report::say(format_args!("==> set-up is complete ({took})"));
    Ok(())
}

/// Runs a long step with a heartbeat and a log of its own.
fn long_step(
    workspace: &Workspace,
    name: &str,
    command: std::process::Command,
    advice: &str,
) -> Result<(), Error> {
    let since = report::begin(name);
    // A list of packages is longer than a file's name may be.
    let short = name.chars().take(60).collect::<String>();
    let file = short.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let log = workspace.own_folder().join("logs").join(format!("{file}.log"));
    let step = Step::new(command).heartbeat().log(log);
    step.run().map_err(|error| error.in_step(name, advice))?;
    report::done(since, "done");
    Ok(())
}

/// The output of a question to a program; `None` if it cannot answer.
fn ask(command: std::process::Command) -> Option<String> {
    let limit = std::time::Duration::from_secs(30);
    let done = Step::new(command).silent().limit(limit).run().ok()?;
    Some(done.lines.join("\n"))
}
