//! Where the program runs, and what it has said so far.

use std::{path::Path, process::Stdio};

use xtask::{Error, workspace::Workspace};

use super::{Storage, child::Child, ledger::Ledger, program};

pub(super) struct Place<'a> {
    workspace: &'a Workspace,
    storage: Storage,
    folder: &'a Path,
    display: Option<&'a str>,
    pub(super) ledger: Ledger,
}

impl<'a> Place<'a> {
    pub(super) fn new(
        workspace: &'a Workspace,
        storage: Storage,
        folder: &'a Path,
        display: Option<&'a str>,
    ) -> Self {
        Self { workspace, storage, folder, display, ledger: Ledger::default() }
    }

    pub(super) fn folder(&self) -> &'a Path {
        self.folder
    }

    pub(super) fn storage(&self) -> Storage {
        self.storage
    }

    /// Starts the program on what is saved here; see the example `crash` for its modes, and what
    /// they want to know besides.
    pub(super) fn start(&self, arguments: &[&str]) -> Result<Child, Error> {
        let mut command = self.workspace.command(program(self.workspace));
        let (mode, rest) = arguments.split_first().unwrap_or((&"", &[]));
        command.arg(mode).arg(self.folder).arg(self.storage.name()).args(rest);
        if let Some(display) = self.display {
            command.env("DISPLAY", display).env("GDK_BACKEND", "x11").env_remove("WAYLAND_DISPLAY");
            // No screen reader listens here.
            command.env("NO_AT_BRIDGE", "1");
        }
        // What the web view keeps is of no interest.
        for name in ["XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"] {
            command.env(name, self.folder.join("web"));
        }
        command.stdout(Stdio::piped());
        Child::start(command)
    }

    /// Looks at what has been left on the disk.
    pub(super) fn inspect(&mut self) -> Result<(), Error> {
        self.ledger.inspect(self.folder)
    }

    /// Has the program look at it.
    pub(super) fn check(&mut self) -> Result<(), Error> {
        self.inspect()?;
        self.start(&["check"])?.finish(&mut self.ledger).map(drop)
    }
}
