//! A server of its own for each test, on a loopback port.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use revgate_nats::{Nats, Options};
use tempfile::TempDir;

/// A NATS server, which ends with the test.
pub(crate) struct Server {
    pub(crate) port: u16,
    process: Option<Child>,
    folder: TempDir,
    /// Beside the ports and the folder.
    settings: String,
}

impl Server {
    /// `nats-server`, or what `NATS_SERVER` names.
    pub(crate) fn start() -> Self {
        Self::with("")
    }

    pub(crate) fn with(settings: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let free = TcpListener::bind("127.0.0.1:0").and_then(|port| port.local_addr());
        let port = free.expect("a free port").port();
        let mut server = Self { port, process: None, folder, settings: settings.to_owned() };
        server.restart();
        server
    }

    pub(crate) fn restart(&mut self) {
        let config = self.folder.path().join("server.conf");
        let store = self.folder.path().join("store");
        let text = format!(
            "listen: 127.0.0.1:{}\njetstream {{ store_dir: {:?} }}\n{}\n",
            self.port,
            store.display().to_string(),
            self.settings
        );
        fs::write(&config, text).expect("a file");
        let log = fs::File::create(self.folder.path().join("log")).expect("a file");
        let program = env::var_os("NATS_SERVER").unwrap_or_else(|| "nats-server".into());
        let mut command = Command::new(&program);
        command.arg("-c").arg(&config).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let process = command.spawn().unwrap_or_else(|error| {
            panic!(
                "{}: {error}; install it, as by `apt-get install nats-server`",
                program.display()
            )
        });
        self.process = Some(process);
        let is_ready = || std::net::TcpStream::connect(("127.0.0.1", self.port)).is_ok();
        let until = Instant::now() + Duration::from_secs(10);
        while !is_ready() {
            assert!(Instant::now() < until, "the server does not start: {}", self.log());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// As `kill -9`.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("it is killed");
            process.wait().expect("it is gone");
        }
    }

    /// What it has on the disk now.
    pub(crate) fn back_up(&self) -> TempDir {
        let copy = tempfile::tempdir().expect("a folder");
        run(Command::new("cp").arg("-a").arg(self.store()).arg(copy.path()));
        copy
    }

    /// While it does not run.
    pub(crate) fn restore(&self, copy: &TempDir) {
        assert!(self.process.is_none(), "it is down");
        fs::remove_dir_all(self.store()).expect("it goes");
        run(Command::new("cp").arg("-a").arg(copy.path().join("store")).arg(self.folder.path()));
    }

    pub(crate) fn options(&self) -> Options {
        let server = format!("nats://127.0.0.1:{}", self.port);
        Options::new(server, "board").timeout(Duration::from_secs(1))
    }

    pub(crate) fn nats(&self) -> Nats {
        Nats::new(self.options())
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

fn run(command: &mut Command) {
    assert!(command.status().expect("it runs").success(), "{command:?}");
}
