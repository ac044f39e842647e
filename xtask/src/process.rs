//! Child processes that end with their owner.
//!
//! **Whatever a [`Guarded`] child starts is gone when the guard is dropped, and when the owner is
//! interrupted by SIGINT, SIGTERM or SIGHUP.** Two nets catch the descendants:
//! - the child leads a process group of its own, so one signal reaches all that stay in it;
//! - the child carries a mark in its environment, which every descendant inherits: a browser
//!   process that left the group, or a bus daemon that was re-parented, is found by it (Linux).
//!
//! Marks nest: a test that runs below `cargo xtask test` marks its own children with a name that
//! begins with its parent's, so the parent's sweep finds them even if the test was killed.

#[cfg(unix)]
mod signal;
mod tree;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio},
    sync::{
        Mutex, MutexGuard, Once, OnceLock, PoisonError,
        atomic::{AtomicU32, Ordering},
        mpsc::{self, Receiver},
    },
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use crate::{Error, report};

/// The environment variable that carries the mark.
pub const MARK: &str = "REVGATE_RUN";

/// How long a child may take to end after SIGTERM, before it gets SIGKILL.
const GRACE: Duration = Duration::from_millis(1500);

/// What must be ended or removed when a signal arrives.
#[derive(Default)]
struct Live {
    /// Group leader → mark.
    groups: BTreeMap<u32, String>,
    folders: BTreeSet<PathBuf>,
    /// Once set, nothing is started any more.
    interrupted: bool,
}

static LIVE: Mutex<Option<Live>> = Mutex::new(None);

fn with_live<T>(act: impl FnOnce(&mut Live) -> T) -> T {
    let mut live: MutexGuard<'_, Option<Live>> =
        LIVE.lock().unwrap_or_else(PoisonError::into_inner);
    act(live.get_or_insert_default())
}

/// A running child. Dropping it ends the child and everything that the child started.
#[must_use = "dropping the guard ends the process"]
#[derive(Debug)]
pub struct Guarded {
    child: Child,
    mark: String,
    command: String,
    ended: bool,
}

impl Guarded {
    /// Starts the command in its own process group, marked, with no standard input.
    ///
    /// # Errors
    /// [`Error::Spawn`] if it cannot be started, [`Error::Interrupted`] after a signal.
    pub fn spawn(command: &mut Command) -> Result<Self, Error> {
        Self::spawn_with(command, Stdio::null())
    }

    /// The same with a pipe to its standard input.
    ///
    /// # Errors
    /// As [`Guarded::spawn`].
    pub fn spawn_with_input(command: &mut Command) -> Result<Self, Error> {
        Self::spawn_with(command, Stdio::piped())
    }

    fn spawn_with(command: &mut Command, input: Stdio) -> Result<Self, Error> {
        end_children_on_signals();
        let mark = next_mark();
        let text = describe(command);
        command.env(MARK, &mark).stdin(input);
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        // Started under the lock: the signal handler sees the child, or the child never starts.
        let child = with_live(|live| {
            if live.interrupted {
                return Err(Error::Interrupted);
            }
            let child =
                command.spawn().map_err(|source| Error::Spawn { command: text.clone(), source })?;
            live.groups.insert(child.id(), mark.clone());
            Ok(child)
        })?;
        Ok(Self { child, mark, command: text, ended: false })
    }

    /// The process id, which is also the group's.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The command line.
    #[must_use]
    pub fn command(&self) -> &str {
        &self.command
    }

    /// The child's standard input, if it was piped; once.
    pub fn stdin(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    /// The lines of the child's standard output, if it was piped; once. The last one may have been cut
    /// short: then it was not said.
    pub fn lines(&mut self) -> Option<Receiver<String>> {
        let mut pipe = BufReader::new(self.stdout()?);
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            let mut line = String::new();
            while matches!(pipe.read_line(&mut line), Ok(1..)) && line.ends_with('\n') {
                if sender.send(line.trim_end().to_owned()).is_err() {
                    return;
                }
                line.clear();
            }
        });
        Some(lines)
    }

    /// The child's standard output, if it was piped; once.
    pub fn stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// The child's standard error, if it was piped; once.
    pub fn stderr(&mut self) -> Option<ChildStderr> {
        self.child.stderr.take()
    }

    /// How the child ended, or `None` while it runs.
    ///
    /// # Errors
    /// [`Error::Io`] if the system cannot tell.
    pub fn try_wait(&mut self) -> Result<Option<ExitStatus>, Error> {
        let what = format!("waiting for `{}`", self.command);
        self.child.try_wait().map_err(Error::io(what))
    }

    /// Waits till the child ends by itself.
    ///
    /// # Errors
    /// [`Error::Io`] if the system cannot tell.
    pub fn wait(&mut self) -> Result<ExitStatus, Error> {
        let what = format!("waiting for `{}`", self.command);
        self.child.wait().map_err(Error::io(what))
    }

    /// The processes that are alive below this guard, the child included; always empty on a
    /// system without `/proc`.
    #[must_use]
    pub fn members(&self) -> Vec<u32> {
        tree::members(&[(self.id(), self.mark.clone())])
    }

    /// Ends the child and all that it started: SIGTERM, and SIGKILL for what is left.
    pub fn end(&mut self) {
        self.end_by(|target, child| {
            tree::end(target, GRACE, || matches!(child.try_wait(), Ok(Some(_))));
        });
    }

    /// Ends the child and all that it started as a crash would: SIGKILL at once.
    pub fn kill(&mut self) {
        self.end_by(|target, _| tree::kill(target));
    }

    fn end_by(&mut self, end: impl FnOnce(&[tree::Target], &mut Child)) {
        if self.ended {
            return;
        }
        self.ended = true;
        let target = [(self.id(), self.mark.clone())];
        end(&target, &mut self.child);
        let _ = self.child.wait();
        with_live(|live| live.groups.remove(&target[0].0));
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        self.end();
    }
}

/// A folder that is removed with its owner, also on a signal.
#[must_use = "dropping the guard removes the folder"]
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
}

impl Scratch {
    /// Creates an empty folder below `parent`; its name begins with `name`.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be created.
    pub fn new(parent: &Path, name: &str) -> Result<Self, Error> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        end_children_on_signals();
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = parent.join(format!("{name}-{}-{count}", std::process::id()));
        fs::create_dir_all(&path).map_err(Error::io(format!("creating {}", path.display())))?;
        with_live(|live| live.folders.insert(path.clone()));
        Ok(Self { path })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
        with_live(|live| live.folders.remove(&self.path));
    }
}

/// Ends every child when SIGINT, SIGTERM or SIGHUP arrives, then exits with 130. The first guard
/// of a process sets this up by itself.
pub fn end_children_on_signals() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error means that the program has its own handler, which then has its own plan.
        let _ = ctrlc::set_handler(|| {
            let (groups, folders) = with_live(|live| {
                live.interrupted = true;
                (live.groups.clone(), live.folders.clone())
            });
            let targets: Vec<(u32, String)> = groups.into_iter().collect();
            tree::end(&targets, GRACE, || true);
            for folder in folders {
                let _ = fs::remove_dir_all(folder);
            }
            report::complain("interrupted: everything that was started has been ended");
            std::process::exit(130);
        });
    });
}

/// Call this last: while a signal is being handled it does not return, so that the program does
/// not end before its children.
pub fn wait_if_interrupted() {
    while with_live(|live| live.interrupted) {
        thread::sleep(GRACE);
    }
}

/// The command line as a person would type it.
#[must_use]
pub fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let quoted = words.map(|word| {
        let word = word.to_string_lossy();
        if word.contains(' ') { format!("'{word}'") } else { word.into_owned() }
    });
    quoted.collect::<Vec<_>>().join(" ")
}

/// Waits until `ready` gives something, or `None` after `limit`.
pub fn poll<T>(limit: Duration, mut ready: impl FnMut() -> Option<T>) -> Option<T> {
    let since = Instant::now();
    loop {
        if let Some(value) = ready() {
            return Some(value);
        }
        if since.elapsed() > limit {
            return None;
        }
        thread::sleep(Duration::from_millis(10));
    }
}

fn next_mark() -> String {
    static RUN: OnceLock<String> = OnceLock::new();
    static CHILD: AtomicU32 = AtomicU32::new(1);
    let run = RUN.get_or_init(|| {
        // A process id alone comes back after a reboot or a wrap-around.
        let started = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |t| t.as_millis());
        let own = format!("{}-{started}", std::process::id());
        std::env::var(MARK).map_or(own.clone(), |outer| format!("{outer}.{own}"))
    });
    format!("{run}.{}", CHILD.fetch_add(1, Ordering::Relaxed))
}

#[cfg(all(test, target_os = "linux"))]
mod tests;
