//! A disk that is full, and has room again.

use std::{fs, path::Path, process::Command};

use xtask::{Error, process::Scratch, report, step::Step, workspace::Workspace};

use super::{Ledger, Place, Storage};

/// What fits onto the disk.
const SIZE: &str = "size=2m";
/// What gives it room again when it is removed.
const BALLAST: usize = 1 << 20;

/// Whether the app goes on with a full disk, and loses nothing. Left out where no small disk can
/// be had.
pub(super) fn run(workspace: &Workspace) -> Result<bool, Error> {
    let since = report::begin("fill the disk");
    let scratch = Scratch::new(&workspace.own_folder(), "full")?;
    let disk = match Disk::mount(workspace, scratch.path()) {
        Ok(disk) => disk,
        Err(reason) => {
            report::done(since, format_args!("LEFT OUT: no tmpfs can be mounted: {reason}"));
            return Ok(true);
        }
    };
    let ballast = disk.folder.join("ballast");
    let written = fs::write(&ballast, vec![1; BALLAST]);
    written.map_err(Error::io(format!("writing {}", ballast.display())))?;

    // Incidents are what is to come here, and are no faults.
    let mut filling = Ledger::default();
    let mut place = Place::new(workspace, Storage::Files, disk.folder, None);
    let said = place.start(&["fill"])?.finish(&mut filling)?;
    let incidents = said.iter().filter(|line| line.starts_with("incident")).collect::<Vec<_>>();
    let named = incidents.iter().filter(|line| line.contains(&*disk.folder.to_string_lossy()));
    let reports = named.count();
    let missing = ["full", "went-on", "saved"].map(|step| (step, says(&said, step)));
    for (step, _) in missing.iter().filter(|(_, is_there)| !is_there) {
        report::say(format_args!("    it never said `{step}`"));
    }

    let promised = said.iter().filter(|line| !line.starts_with("incident"));
    promised.for_each(|line| place.ledger.read(line));
    place.check()?;
    let ledger = &place.ledger;
    ledger.faults.iter().for_each(report::say);
    report::done(
        since,
        format_args!(
            "{reports} errors reported with path and cause; when there was room: {ledger}"
        ),
    );
    if let Some(first) = incidents.first() {
        report::say(format_args!("    the first: {first}"));
    }
    Ok(reports > 0 && missing.iter().all(|(_, is_there)| *is_there) && ledger.faults.is_empty())
}

fn says(lines: &[String], word: &str) -> bool {
    lines.iter().any(|line| line.split(' ').next() == Some(word))
}

/// A small disk in memory, until it is dropped.
struct Disk<'a> {
    workspace: &'a Workspace,
    folder: &'a Path,
}

impl<'a> Disk<'a> {
    /// The error says why not.
    fn mount(workspace: &'a Workspace, folder: &'a Path) -> Result<Self, String> {
        if !cfg!(target_os = "linux") {
            return Err("that is Linux's".to_owned());
        }
        let mut command = workspace.command("mount");
        command.args(["-t", "tmpfs", "-o", SIZE, "revgate-crash"]).arg(folder);
        match Step::new(command).silent().finish() {
            Ok(done) if done.status.success() => Ok(Self { workspace, folder }),
            Ok(done) => Err(done.lines.join(" ")),
            Err(error) => Err(error.to_string()),
        }
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        let mut command: Command = self.workspace.command("umount");
        command.arg(self.folder);
        if let Err(error) = Step::new(command).silent().run() {
            report::complain(error);
        }
    }
}
