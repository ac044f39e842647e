//! The real disk, which counts what it is asked for, and fails when it is told to. Only the waiting
//! is left out: no test could see whether bytes have left the system's memory.

use std::fs::{File, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use crate::files::disk::{Disk, RealDisk};

/// A fault at one of the calls.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fault {
    /// At which call, counted from 0.
    pub(super) at: usize,
    pub(super) effect: Effect,
    pub(super) kind: io::ErrorKind,
    /// Whether all later calls fail as well and do nothing, as if the process had been killed.
    pub(super) dies: bool,
}

/// What a call does before it fails.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Effect {
    Nothing,
    /// Of what is to be written, half.
    Half,
    /// Everything: the error is wrong.
    All,
}

/// Which call it was, by the name of the method.
pub(super) type Call = &'static str;

#[derive(Debug, Default)]
pub(super) struct TestDisk {
    /// Whether a file can have a second name.
    without_links: bool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    calls: Vec<Call>,
    fault: Option<Fault>,
}

impl TestDisk {
    pub(super) fn with_links(links: bool) -> Self {
        Self { without_links: !links, ..Self::default() }
    }

    /// Counts from 0 again, to fail there.
    pub(super) fn arm(&self, fault: Fault) {
        *self.state() = State { calls: Vec::new(), fault: Some(fault) };
    }

    /// Never fails again. Returns the calls since it was armed.
    pub(super) fn disarm(&self) -> Vec<Call> {
        std::mem::take(&mut *self.state()).calls
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic within")
    }

    /// What is to happen to this call.
    fn fault(&self, call: Call) -> Option<Fault> {
        let mut state = self.state();
        let index = state.calls.len();
        state.calls.push(call);
        let fault = state.fault?;
        match index {
            _ if index == fault.at => Some(fault),
            _ if index > fault.at && fault.dies => Some(Fault { effect: Effect::Nothing, ..fault }),
            _ => None,
        }
    }

    fn call<T>(&self, call: Call, run: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        let Some(fault) = self.fault(call) else { return run() };
        if fault.effect == Effect::All {
            run()?;
        }
        Err(fault.kind.into())
    }
}

impl Disk for TestDisk {
    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        self.call("create_folder", || RealDisk.create_folder(folder))
    }

    fn create(&self, file: &Path) -> io::Result<(File, PathBuf)> {
        self.call("create", || RealDisk.create(file))
    }

    fn reserve(&self, file: &Path) -> io::Result<()> {
        self.call("reserve", || RealDisk.reserve(file))
    }

    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        let Some(fault) = self.fault("write") else { return RealDisk.write(file, bytes) };
        let written = match fault.effect {
            Effect::Nothing => 0,
            Effect::Half => bytes.len() / 2,
            Effect::All => bytes.len(),
        };
        file.write_all(&bytes[..written])?;
        Err(fault.kind.into())
    }

    fn set_permissions(&self, file: &File, permissions: Permissions) -> io::Result<()> {
        self.call("set_permissions", || RealDisk.set_permissions(file, permissions))
    }

    fn sync(&self, _file: &File) -> io::Result<()> {
        self.call("sync", || Ok(()))
    }

    fn link(&self, source: &Path, file: &Path) -> io::Result<PathBuf> {
        self.call("link", || match self.without_links {
            true => Err(io::ErrorKind::Unsupported.into()),
            false => RealDisk.link(source, file),
        })
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.call("rename", || RealDisk.rename(from, to))
    }

    fn remove(&self, file: &Path) -> io::Result<()> {
        self.call("remove", || RealDisk.remove(file))
    }

    fn sync_folder(&self, _folder: &Path) -> io::Result<()> {
        self.call("sync_folder", || Ok(()))
    }
}
