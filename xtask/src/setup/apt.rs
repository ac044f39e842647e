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
    let install = || -> Command {
        // `--no-remove`: a conflict with something installed is the person's to decide.
        let mut command = apt(&["install", "-y", "--no-install-recommends", "--no-remove"]);
        command.args(packages);
        command
    };
    let advice = "run the command by hand: apt-get says which package is in the way";
    // What an interrupted installation left half done would stop this one.
    let mut repair = privilege.command(workspace, "dpkg");
    repair.args(["--configure", "-a"]);
    let log = workspace.own_folder().join("logs/dpkg.log");
    let repaired = Step::new(repair).silent().log(log).run();
    repaired.map_err(|error| error.in_step("finish earlier installations", advice))?;
    let known = packages.iter().all(|package| is_known(workspace, package));
    if known {
        let since = report::begin(&name);
        let log = workspace.own_folder().join("logs/apt-get.log");
        if Step::new(install()).heartbeat().log(log).run().is_ok() {
            report::done(since, "done");
            return Ok(());
        }
    }
    // One unreachable source among many need not matter: what counts is whether the packages can
    // then be installed.
    let advice_update = "is the network up, and /etc/apt/sources.list right?";
    let update = apt(&["update"]);
    if let Err(error) = long_step(workspace, "read the package lists", update, advice_update) {
        report::say(format_args!("    {error}"));
    }
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
