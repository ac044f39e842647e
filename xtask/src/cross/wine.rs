//! Runs programs for Windows.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use xtask::{process::Guarded, report, step::Step, workspace::Workspace};

use super::{LINKER, variable};
use crate::setup::packages;

/// What std needs of Windows and Wine had not before version 9.
const STUB: &str = include_str!("bcryptprimitives.c");
const DLL: &str = "bcryptprimitives.dll";
/// The first start makes a Windows of some hundred files.
const PATIENCE: Duration = Duration::from_secs(300);

/// Wine, with a Windows of its own; on Windows, nothing.
pub(super) struct Wine(Option<Running>);

struct Running {
    made: Made,
    /// Of its own accord it ends after the last program, and fails those that start just then.
    _server: Guarded,
}

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
        let server = made.serve(workspace)?;
        Ok(Self(Some(Running { made, _server: server })))
    }

    /// Has cargo run what it builds for the target.
    pub(super) fn run_programs_of(&self, command: &mut Command, target: &str) {
        let Some(Running { made, .. }) = &self.0 else { return };
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

    /// Starts its server, to run until that is dropped.
    fn serve(&self, workspace: &Workspace) -> Result<Guarded, String> {
        let server = |arguments: &[&str]| {
            let mut command = workspace.command("wineserver");
            command.args(arguments);
            self.prepare(&mut command);
            command
        };
        // One that the last start may have left.
        let ended = Step::new(server(&["--wait"])).silent().limit(PATIENCE).run();
        let served =
            ended.and_then(|_| Guarded::spawn(&mut server(&["--foreground", "--persistent"])));
        served.map_err(|error| format!("Wine's server does not start: {error}"))
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
