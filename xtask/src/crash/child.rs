//! The program that is killed.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::Stdio,
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use xtask::{Error, process::Guarded, workspace::Workspace};

use super::ledger::Ledger;

/// It says something within this time, or it hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// The running program, and the lines that it writes.
pub(super) struct Child {
    process: Guarded,
    lines: Receiver<String>,
}

impl Child {
    /// Starts it on what is saved in `folder`; see the example `crash` for its `modes`.
    pub(super) fn start(workspace: &Workspace, mode: &str, folder: &Path) -> Result<Self, Error> {
        let mut command = workspace.command(super::program(workspace));
        command.arg(mode).arg(folder).arg("files").stdout(Stdio::piped());
        let mut process = Guarded::spawn(&mut command)?;
        let (sender, lines) = mpsc::channel();
        let mut pipe = BufReader::new(process.stdout().ok_or_else(|| silent(&process))?);
        thread::spawn(move || {
            let mut line = String::new();
            // The last one may have been cut short: then it was not said.
            while matches!(pipe.read_line(&mut line), Ok(1..)) && line.ends_with('\n') {
                if sender.send(line.trim_end().to_owned()).is_err() {
                    return;
                }
                line.clear();
            }
        });
        Ok(Self { process, lines })
    }

    /// Kills it so long after its first line.
    pub(super) fn kill_after(mut self, life: Duration, ledger: &mut Ledger) -> Result<(), Error> {
        let first = self.lines.recv_timeout(PATIENCE).map_err(|_| silent(&self.process))?;
        let since = Instant::now();
        ledger.read(&first);
        while let Ok(line) = self.lines.recv_timeout(life.saturating_sub(since.elapsed())) {
            ledger.read(&line);
            if since.elapsed() >= life {
                break;
            }
        }
        if self.process.try_wait()?.is_some() {
            return Err(Error::Other(format!("`{}` ended by itself", self.process.command())));
        }
        self.process.kill();
        // What it has said counts, though it was read late.
        self.lines.iter().for_each(|line| ledger.read(&line));
        Ok(())
    }

    /// Waits for its end, which is to be a good one. Returns the lines.
    pub(super) fn finish(mut self, ledger: &mut Ledger) -> Result<Vec<String>, Error> {
        let mut said = Vec::new();
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => {
                    ledger.read(&line);
                    said.push(line);
                }
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => return Err(silent(&self.process)),
            }
        }
        let status = self.process.wait()?;
        let failed = || Error::Other(format!("`{}`: {status}", self.process.command()));
        if status.success() { Ok(said) } else { Err(failed()) }
    }
}

fn silent(process: &Guarded) -> Error {
    Error::Other(format!("`{}` says nothing", process.command()))
}
