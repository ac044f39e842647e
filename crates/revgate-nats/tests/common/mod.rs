//! A server of its own for each test, on a loopback port.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use revgate_nats::{Nats, Options};
use xtask::nats;
use xtask::process::Scratch;
use xtask::workspace::Workspace;

/// Longer than anything needs, and no measure of it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// How long an answer is waited for that does not come, or that is asked for again.
pub(crate) const GIVEN_UP: Duration = Duration::from_secs(1);

/// How long an answer is waited for that has to come: a busy machine gives it late.
pub(crate) const ANSWERED: Duration = Duration::from_secs(20);

/// A NATS server, which ends with the test.
pub(crate) struct Server(nats::Server);

impl Server {
    /// `nats-server`, or what `NATS_SERVER` names.
    pub(crate) fn start() -> Self {
        Self::with("")
    }

    pub(crate) fn with(settings: &str) -> Self {
        let workspace = Workspace::find().expect("a checkout");
        Self(nats::Server::start(&workspace, settings).expect("a server"))
    }

    pub(crate) fn restart(&mut self) {
        self.0.restart().expect("it starts again");
    }

    pub(crate) fn back_up(&self) -> Scratch {
        self.0.back_up().expect("a copy")
    }

    pub(crate) fn restore(&mut self, copy: &Scratch) {
        self.0.restore(copy).expect("it is restored");
    }

    pub(crate) fn options(&self) -> Options {
        Options::new(self.url(), "board").timeout(ANSWERED)
    }

    pub(crate) fn nats(&self) -> Nats {
        Nats::new(self.options())
    }
}

impl Deref for Server {
    type Target = nats::Server;

    fn deref(&self) -> &nats::Server {
        &self.0
    }
}

impl DerefMut for Server {
    fn deref_mut(&mut self) -> &mut nats::Server {
        &mut self.0
    }
}
