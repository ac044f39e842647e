//! A NATS server of its own for each run, on a loopback port, with its data in a scratch folder.

use std::{
    env,
    fs::{self, File},
    net::TcpStream,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use crate::{
    Error,
    desktop::free_port,
    process::{self, Guarded, Scratch},
    step::Step,
    workspace::Workspace,
};

/// The variable that names another program than the one that is installed.
pub const VARIABLE: &str = "NATS_SERVER";
/// Debian's is on the PATH of root alone.
const PROGRAMS: [&str; 2] = ["nats-server", "/usr/sbin/nats-server"];
const START: Duration = Duration::from_secs(60);
/// The folder with its data.
const STORE: &str = "store";

/// The program: what `NATS_SERVER` names, else the one that is installed; `None` if that is missing.
#[must_use]
pub fn program(workspace: &Workspace) -> Option<PathBuf> {
    let named = env::var_os(VARIABLE).filter(|name| !name.is_empty()).map(PathBuf::from);
    named.or_else(|| PROGRAMS.iter().find_map(|name| workspace.which(name)))
}

/// Of a server that listens on this port of the machine.
pub(crate) fn url(port: u16) -> String {
    format!("nats://127.0.0.1:{port}")
}

/// A server with JetStream, which ends with its guard.
#[must_use = "dropping it ends the server and removes its data"]
#[derive(Debug)]
pub struct Server {
    workspace: Workspace,
    port: u16,
    /// Beside the port and the folder.
    settings: String,
    process: Option<Guarded>,
    folder: Scratch,
}

impl Server {
    /// Starts one that has these lines in its configuration besides.
    ///
    /// # Errors
    /// If it is not installed, or does not come up: with its own words.
    pub fn start(workspace: &Workspace, settings: &str) -> Result<Self, Error> {
        let port = free_port(None)?;
        let folder = Scratch::new(&env::temp_dir(), "revgate-nats")?;
        let (workspace, settings) = (workspace.clone(), settings.to_owned());
        let mut server = Self { workspace, port, settings, process: None, folder };
        server.restart()?;
        Ok(server)
    }

    /// Where it listens, on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What a client connects to.
    #[must_use]
    pub fn url(&self) -> String {
        url(self.port)
    }

    /// Its process; `None` while it is down.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.process.as_ref().map(Guarded::id)
    }

    /// Starts it on what it has on the disk; if it runs, it is killed first.
    ///
    /// # Errors
    /// Those of [`Server::start`].
    pub fn restart(&mut self) -> Result<(), Error> {
        self.kill();
        let program = program(&self.workspace).ok_or_else(|| {
            let advice =
                format!("install it (`cargo xtask doctor` says how), or name it by {VARIABLE}");
            Error::Other(format!("`nats-server` is missing: {advice}"))
        })?;
        let config = self.folder.path().join("server.conf");
        let (store, log) = (self.store().display().to_string(), self.log());
        let text = format!(
            "listen: 127.0.0.1:{}\njetstream {{ store_dir: {store:?} }}\n{}\n",
            self.port, self.settings
        );
        let writing = |path: &Path| Error::io(format!("writing {}", path.display()));
        fs::write(&config, text).map_err(writing(&config))?;
        let said = File::create(&log).map_err(writing(&log))?;
        let mut command = self.workspace.command(program);
        command.arg("-c").arg(&config).stdout(Stdio::null()).stderr(said);
        let mut server = Guarded::spawn(&mut command)?;
        let is_up = process::poll(START, || {
            let has_ended = server.try_wait().ok().flatten().is_some();
            let listens = TcpStream::connect(("127.0.0.1", self.port)).is_ok();
            (listens || has_ended).then_some(listens)
        });
        if is_up != Some(true) {
            let words = fs::read_to_string(&log).unwrap_or_default();
            return Err(Error::Other(format!("`{}` does not come up: {words}", server.command())));
        }
        self.process = Some(server);
        Ok(())
    }

    /// As `kill -9`.
    pub fn kill(&mut self) {
        if let Some(mut server) = self.process.take() {
            server.kill();
        }
    }

    /// A copy of what it has on the disk now, for [`Server::restore`].
    ///
    /// # Errors
    /// If it cannot be copied.
    pub fn back_up(&self) -> Result<Scratch, Error> {
        let copy = Scratch::new(&env::temp_dir(), "revgate-nats-copy")?;
        self.copy(&self.store(), copy.path())?;
        Ok(copy)
    }

    /// Puts a copy in the place of what it has on the disk. It is killed for that.
    ///
    /// # Errors
    /// If that cannot be done.
    pub fn restore(&mut self, copy: &Scratch) -> Result<(), Error> {
        self.kill();
        let store = self.store();
        fs::remove_dir_all(&store).map_err(Error::io(format!("removing {}", store.display())))?;
        self.copy(&copy.path().join(STORE), self.folder.path())
    }

    fn copy(&self, from: &Path, to: &Path) -> Result<(), Error> {
        let mut command = self.workspace.command("cp");
        command.arg("-a").args([from, to]);
        Step::new(command).silent().run().map(drop)
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join(STORE)
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }
}
