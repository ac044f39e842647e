//! The program that ends.

use std::{
    process::Command,
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::{Duration, Instant},
};

use xtask::{Error, process::Guarded};

use super::ledger::Ledger;

/// It says something within this time, or it hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// The running program, and the lines that it writes.
pub(super) struct Child {
    process: Guarded,
    lines: Receiver<String>,
}

impl Child {
    /// Starts it, with its output piped.
    pub(super) fn start(mut command: Command) -> Result<Self, Error> {
        let mut process = Guarded::spawn(&mut command)?;
        let lines = process.lines().ok_or_else(|| silent(&process))?;
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

    /// Reads until it says this word.
    pub(super) fn wait_for(&mut self, word: &str, ledger: &mut Ledger) -> Result<(), Error> {
        loop {
            let line = self.lines.recv_timeout(PATIENCE).map_err(|_| silent(&self.process))?;
            ledger.read(&line);
            if line == word {
                return Ok(());
            }
        }
    }

    /// Reads for so long.
    pub(super) fn read_for(&mut self, time: Duration, ledger: &mut Ledger) {
        let since = Instant::now();
        while let Ok(line) = self.lines.recv_timeout(time.saturating_sub(since.elapsed())) {
            ledger.read(&line);
            if since.elapsed() >= time {
                return;
            }
        }
    }

    /// Waits for its end, and that of those which it has started in its place, which is to be a
    /// good one. Returns the lines.
    pub(super) fn finish(self, ledger: &mut Ledger) -> Result<Vec<String>, Error> {
        self.finish_with(ledger, |_, _| Ok(()))
    }

    /// As [`Child::finish`], with something to be done after each line.
    pub(super) fn finish_with(
        mut self,
        ledger: &mut Ledger,
        mut then: impl FnMut(&str, &mut Ledger) -> Result<(), Error>,
    ) -> Result<Vec<String>, Error> {
        let said = self.read_all(ledger, &mut then)?;
        let status = self.process.wait()?;
        let failed = || Error::Other(format!("`{}`: {status}", self.process.command()));
        if status.success() { Ok(said) } else { Err(failed()) }
    }

    fn read_all(
        &mut self,
        ledger: &mut Ledger,
        then: &mut dyn FnMut(&str, &mut Ledger) -> Result<(), Error>,
    ) -> Result<Vec<String>, Error> {
        let mut said = Vec::new();
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => {
                    ledger.read(&line);
                    then(&line, ledger)?;
                    said.push(line);
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(said),
                Err(RecvTimeoutError::Timeout) => return Err(silent(&self.process)),
            }
        }
    }
}

/// The signals that end an app, each in turn.
#[cfg(unix)]
impl Child {
    /// Sends it one.
    pub(super) fn end_by_signal(&mut self, round: u32) -> Result<(), Error> {
        self.process.signal(signal(round))
    }

    /// Waits for its end, which is to be that of the signal, as if nobody had heard it.
    pub(super) fn finish_by_signal(mut self, round: u32, ledger: &mut Ledger) -> Result<(), Error> {
        use std::os::unix::process::ExitStatusExt;
        self.read_all(ledger, &mut |_, _| Ok(()))?;
        let status = self.process.wait()?;
        let failed = || Error::Other(format!("`{}`: {status}", self.process.command()));
        if status.signal() == Some(signal(round) as i32) { Ok(()) } else { Err(failed()) }
    }
}

#[cfg(unix)]
fn signal(round: u32) -> nix::sys::signal::Signal {
    use nix::sys::signal::Signal::{SIGHUP, SIGINT, SIGTERM};
    [SIGTERM, SIGINT, SIGHUP][round as usize % 3]
}

/// Elsewhere there are none: the modes that need them are left out.
#[cfg(not(unix))]
impl Child {
    pub(super) fn end_by_signal(&mut self, _: u32) -> Result<(), Error> {
        Err(Error::Other("this system has no signals".to_owned()))
    }

    pub(super) fn finish_by_signal(self, _: u32, _: &mut Ledger) -> Result<(), Error> {
        Err(Error::Other("this system has no signals".to_owned()))
    }
}

fn silent(process: &Guarded) -> Error {
    Error::Other(format!("`{}` says nothing", process.command()))
}
