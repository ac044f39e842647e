//! The real disk, which counts what it is asked for, and fails when it is told to. Only the waiting
//! is left out: no test could see whether bytes have left the system's memory.

use std::fs::{File, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use crate::files::disk::{Disk, Ownership, RealDisk};

/// A fault at one of the calls.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fault {
    /// At which call, counted from 0.
    pub(super) at: usize,
    pub(super) effect: Effect,
    pub(super) error: Error,
    /// Whether all later calls fail as well and do nothing, as if the process had been killed.
    pub(super) dies: bool,
}

/// What the system says, by its kind or its number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Error {
    Kind(io::ErrorKind),
    #[cfg(unix)]
    Number(i32),
}

impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Kind(kind) => kind.into(),
            #[cfg(unix)]
            Error::Number(number) => Self::from_raw_os_error(number),
        }
    }
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
    /// The calls that fail for ever, and how.
    lacking: Mutex<Vec<(Call, Error)>>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    calls: Vec<Call>,
    fault: Option<Fault>,
}

impl TestDisk {
    /// A file system that cannot do everything.
    pub(super) fn lacking(calls: &[(Call, Error)]) -> Self {
        let disk = Self::default();
        disk.lack(calls);
        disk
    }

    /// From now on, too.
    pub(super) fn lack(&self, calls: &[(Call, Error)]) {
        *self.lacking.lock().expect("no panic within") = calls.to_vec();
    }

    /// It can do everything from now on.
    pub(super) fn mend(&self) {
        self.lack(&[]);
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
        let lacking = self.lacking.lock().expect("no panic within");
        if let Some((_, error)) = lacking.iter().find(|(lacking, _)| *lacking == call) {
            return Some(Fault { at: 0, effect: Effect::Nothing, error: *error, dies: false });
        }
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
            drop(run());
        }
        Err(fault.error.into())
    }
}

impl Disk for TestDisk {
    fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
        self.call("read", || RealDisk.read(file))
    }

    fn examine(&self, file: &Path) -> io::Result<Metadata> {
        self.call("examine", || RealDisk.examine(file))
    }

    fn link_target(&self, file: &Path) -> io::Result<Option<PathBuf>> {
        self.call("link_target", || RealDisk.link_target(file))
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        self.call("list", || RealDisk.list(folder))
    }

    fn open_lock(&self, file: &Path) -> io::Result<File> {
        self.call("open_lock", || RealDisk.open_lock(file))
    }

    fn lock(&self, file: &File) -> io::Result<bool> {
        self.call("lock", || RealDisk.lock(file))
    }

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
        Err(fault.error.into())
    }

    fn set_ownership(&self, file: &File, ownership: &Ownership) -> io::Result<()> {
        self.call("set_ownership", || RealDisk.set_ownership(file, ownership))
    }

    fn sync(&self, _file: &File) -> io::Result<()> {
        self.call("sync", || Ok(()))
    }

    fn link(&self, source: &Path, file: &Path) -> io::Result<PathBuf> {
        self.call("link", || RealDisk.link(source, file))
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
