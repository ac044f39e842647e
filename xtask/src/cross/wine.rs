//! Runs programs for Windows.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use xtask::{report, step::Step, workspace::Workspace};

use super::{LINKER, variable};
use crate::setup::packages;

/// What std needs of Windows and Wine had not before version 9.
const STUB: &str = include_str!("bcryptprimitives.c");
const DLL: &str = "bcryptprimitives.dll";
/// The first start makes a Windows of some hundred files.
const PATIENCE: Duration = Duration::from_secs(300);

/// Wine, with a Windows of its own; on Windows, nothing.
pub(super) struct Wine(Option<Made>);

struct Made {
    program: PathBuf,
    prefix: PathBuf,
}

impl Wine {
    /// Makes its Windows, if that is not there. The error says why not.
    pub(super) fn start(workspace: &Workspace) -> Result<Self, String> {
        if cfg!(windows) {
            return Ok(Self(None));
        }
        let program = packages::wine(workspace).ok_or("Wine is not installed")?;
        let made = Made { program, prefix: workspace.own_folder().join("wine") };
        let system = made.prefix.join("drive_c/windows/system32");
        if !system.is_dir() {
            made.boot(workspace)?;
        }
        if !system.join(DLL).exists() {
            made.add_stub(workspace, &system)?;
        }
        Ok(Self(Some(made)))
    }

    /// Has cargo run what it builds for the target.
    pub(super) fn run_programs_of(&self, command: &mut Command, target: &str) {
        let Some(made) = &self.0 else { return };
        made.prepare(command);
        command.env(format!("CARGO_TARGET_{}_RUNNER", variable(target)), &made.program);
    }
}

impl Made {
    fn prepare(&self, command: &mut Command) {
        command.env("WINEPREFIX", &self.prefix).env("WINEDEBUG", "-all");
        // It would ask whether to download a browser and .NET.
        command.env("WINEDLLOVERRIDES", "mscoree,mshtml=");
    }

    fn boot(&self, workspace: &Workspace) -> Result<(), String> {
        let failed = |error: &dyn std::fmt::Display| format!("Wine does not start: {error}");
        fs::create_dir_all(&self.prefix).map_err(|error| failed(&error))?;
        let since = report::begin("make a Windows for Wine");
        let mut command = workspace.command(&self.program);
        command.args(["wineboot", "--init"]);
        self.prepare(&mut command);
        let step = Step::new(command).silent().limit(PATIENCE);
        step.run().map_err(|error| failed(&error))?;
        report::done(since, "done");
        Ok(())
    }

    fn add_stub(&self, workspace: &Workspace, system: &Path) -> Result<(), String> {
        let failed = |error: &dyn std::fmt::Display| format!("{DLL} cannot be made: {error}");
        let source = self.prefix.join("bcryptprimitives.c");
        fs::write(&source, STUB).map_err(|error| failed(&error))?;
        let mut command = workspace.command(LINKER);
        command.args(["-shared", "-O1", "-o"]).arg(system.join(DLL)).arg(source).arg("-ladvapi32");
        Step::new(command).silent().run().map_err(|error| failed(&error))?;
        Ok(())
    }
}
