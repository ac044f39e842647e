//! `apt-get`, as a program uses it.

use std::process::Command;

use xtask::{Error, report, step::Step, workspace::Workspace};

use super::{ask, long_step, privilege::Privilege};

/// Installs Debian packages; reads the lists anew only if they do not know one of them, or are
/// so old that a package has gone from the mirror.
pub(super) fn install(
    workspace: &Workspace,
    privilege: Privilege,
    packages: &[String],
) -> Result<(), Error> {
    let name = format!("install the system packages {}", packages.join(" "));
    let apt = |arguments: &[&str]| {
        let mut command = privilege.command(workspace, "apt-get");
        command.args(["-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=3"]);
        command.args(arguments);
        command
    };
    let update = || {
        let advice = "is the network up, and /etc/apt/sources.list right?";
        long_step(workspace, "read the package lists", apt(&["update"]), advice)
    };
    let install = || -> Command {
        // `--no-remove`: a conflict with something installed is the person's to decide.
        let mut command = apt(&["install", "-y", "--no-install-recommends", "--no-remove"]);
        command.args(packages);
        command
    };
    let advice = "run the command by hand: apt-get says which package is in the way";
    let known = packages.iter().all(|package| is_known(workspace, package));
    if known {
        let since = report::begin(&name);
        let log = workspace.own_folder().join("logs/apt-get.log");
        if Step::new(install()).heartbeat().log(log).run().is_ok() {
            report::done(since, "done");
            return Ok(());
        }
    }
    update()?;
    long_step(workspace, &name, install(), advice)
}

fn is_known(workspace: &Workspace, package: &str) -> bool {
    let mut command = workspace.command("apt-cache");
    command.args(["policy", package]);
    ask(command).is_some_and(|text| {
        text.lines().any(|line| {
            line.trim().strip_prefix("Candidate:").is_some_and(|version| version.trim() != "(none)")
        })
    })
}
