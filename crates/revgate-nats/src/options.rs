//! Which bucket of which server, and who asks.

use std::fmt::{self, Debug};
use std::path::PathBuf;
use std::time::Duration;

/// Which bucket of which server, and who asks.
///
/// **Secrets are in no error, no log and no `Debug`**: what is said of a server is its host and port.
#[derive(Clone)]
pub struct Options {
    pub(crate) server: String,
    pub(crate) bucket: String,
    pub(crate) credentials: Option<PathBuf>,
    pub(crate) user: Option<(String, String)>,
    pub(crate) root_certificates: Option<PathBuf>,
    pub(crate) inbox: Option<String>,
    pub(crate) creates: bool,
    pub(crate) replicas: usize,
    pub(crate) timeout: Duration,
    pub(crate) check: Duration,
}

impl Options {
    /// The bucket of this name, of letters, digits, `-` and `_`, at `server`: `nats://host:4222`, or
    /// `tls://host:4222`, which insists on encryption. A name or a password in the address is refused: they are for
    /// [`user`](Self::user).
    pub fn new(server: impl Into<String>, bucket: impl Into<String>) -> Self {
        Self {
            server: server.into(),
            bucket: bucket.into(),
            credentials: None,
            user: None,
            root_certificates: None,
            inbox: None,
            creates: true,
            replicas: 1,
            timeout: Duration::from_secs(5),
            check: Duration::from_secs(30),
        }
    }

    /// A file as `nsc` writes it, with a JSON web token and the key to it. **It is read once, with the first use**: one
    /// that has changed counts from the next start of the app on.
    #[must_use]
    pub fn credentials(mut self, file: impl Into<PathBuf>) -> Self {
        self.credentials = Some(file.into());
        self
    }

    /// A name and a password.
    #[must_use]
    pub fn user(mut self, name: impl Into<String>, password: impl Into<String>) -> Self {
        self.user = Some((name.into(), password.into()));
        self
    }

    /// A file with the certificates by which a server is known, beside those of the system.
    #[must_use]
    pub fn root_certificates(mut self, file: impl Into<PathBuf>) -> Self {
        self.root_certificates = Some(file.into());
        self
    }

    /// How the subjects begin on which the server answers. **Where users are not to read what others are told,
    /// each has one of its own, and may subscribe to no other**: `_INBOX_ann`, and `_INBOX_ann.>`. Default:
    /// `_INBOX`.
    #[must_use]
    pub fn inbox(mut self, prefix: impl Into<String>) -> Self {
        self.inbox = Some(prefix.into());
        self
    }

    /// Not to make the bucket if there is none: for a user of the server who may not. Default: it is
    /// made.
    #[must_use]
    pub fn existing(mut self) -> Self {
        self.creates = false;
        self
    }

    /// On how many servers of a cluster a bucket is kept that is made. Default: 1.
    #[must_use]
    pub fn replicas(mut self, replicas: usize) -> Self {
        self.replicas = replicas;
        self
    }

    /// How long an answer is waited for. Default: 5 s.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How often a silent watch looks whether the bucket is still the same. Default: 30 s.
    #[must_use]
    pub fn check(mut self, every: Duration) -> Self {
        self.check = every;
        self
    }
}

impl Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("place", &crate::bucket::place(self))
            .field("creates", &self.creates)
            .finish_non_exhaustive()
    }
}
