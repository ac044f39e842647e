use std::{ffi::OsStr, process::Command};

use xtask::workspace::Workspace;

use super::ask;

/// The right to change the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Privilege {
    Root,
    /// `sudo` that asks for no password; one that asks would wait for a person for ever.
    Sudo,
}

impl Privilege {
    pub(super) fn look(workspace: &Workspace) -> Option<Self> {
        let mut id = workspace.command("id");
        id.arg("-u");
        if ask(id).is_some_and(|id| id.trim() == "0") {
            return Some(Self::Root);
        }
        workspace.which("sudo")?;
        let mut sudo = workspace.command("sudo");
        sudo.args(["-n", "true"]);
        ask(sudo).map(|_| Self::Sudo)
    }

    /// A command with that right.
    pub(super) fn command(self, workspace: &Workspace, program: impl AsRef<OsStr>) -> Command {
        let mut command = match self {
            Self::Root => workspace.command("env"),
            Self::Sudo => {
                let mut command = workspace.command("sudo");
                command.args(["-n", "env"]);
                command
            }
        };
        // Through `env`, since sudo forgets the environment.
        command.arg("DEBIAN_FRONTEND=noninteractive").arg(program);
        command
    }
}
