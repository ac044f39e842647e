//! Which bucket of which server, and who asks.

use std::borrow::Cow;
use std::fmt::{self, Debug};
use std::path::PathBuf;
use std::time::Duration;
use std::{fs, io};

use async_nats::ServerAddr;

/// Which bucket of which server, and who asks.
///
/// **Secrets are in no error, no log and no `Debug`**: what is said of a server is its host and port.
#[derive(Clone)]
pub struct Options {
    pub(crate) server: String,
    pub(crate) bucket: String,
    pub(crate) credentials: Option<Credentials>,
    pub(crate) user: Option<(String, String)>,
    pub(crate) root_certificates: Option<PathBuf>,
    pub(crate) inbox: Option<String>,
    pub(crate) creates: bool,
    pub(crate) replicas: usize,
    pub(crate) timeout: Duration,
    pub(crate) check: Duration,
}

impl Options {
    /// The bucket of this name, of letters, digits, `-` and `_`, at `server`: `nats://host:4222`, which is encrypted
    /// if the server asks for it, or `tls://host:4222`, which insists on that; without a port, at 4222.
    ///
    /// An address with an `@` is refused: a name and a password are for [`user`](Self::user). So is one that cannot
    /// be read, and what the server makes of the bucket's name is said: by the first use, as a
    /// [`Fault`](revgate_upstream::Fault).
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
    /// that has changed counts from the next start of the app on. A path that is not absolute is one from where the
    /// app was started, which may be anywhere: ask Tauri for the app's own folder.
    #[must_use]
    pub fn credentials(mut self, file: impl Into<PathBuf>) -> Self {
        self.credentials = Some(Credentials::File(file.into()));
        self
    }

    /// What is in such a file, from wherever the app keeps its secrets.
    #[must_use]
    pub fn credentials_text(mut self, text: impl Into<String>) -> Self {
        self.credentials = Some(Credentials::Text(text.into()));
        self
    }

    /// A name and a password. Credentials count, where there are both.
    #[must_use]
    pub fn user(mut self, name: impl Into<String>, password: impl Into<String>) -> Self {
        self.user = Some((name.into(), password.into()));
        self
    }

    /// A PEM file with the certificates by which a server is known, **and by no others**: those of the system do not
    /// count then.
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

    /// Not to make the bucket if there is none, which is a fault then: for a user of the server who may not. Default:
    /// it is made.
    #[must_use]
    pub fn existing(mut self) -> Self {
        self.creates = false;
        self
    }

    /// On how many servers of a cluster a bucket is kept that is made, from 1 to 5. Default: 1.
    ///
    /// The first connection is to the one address of [`new`](Self::new): give it a name that stands for all servers.
    /// What others there are the client learns then, for when that one goes.
    #[must_use]
    pub fn replicas(mut self, replicas: usize) -> Self {
        self.replicas = replicas;
        self
    }

    /// How long an answer to a read or a write is waited for. Default: 5 s.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How often the watch looks whether the bucket is still the same. Default: 30 s.
    #[must_use]
    pub fn check(mut self, every: Duration) -> Self {
        self.check = every;
        self
    }

    /// Where the bucket is, for people.
    pub(crate) fn place(&self) -> String {
        let server = match self.address() {
            Ok(server) => format!("{}:{}", server.host(), server.port()),
            // It may hold a password.
            Err(_) => "an address that is refused".to_owned(),
        };
        format!("bucket `{}` at {server}", self.bucket)
    }

    /// The server's address; or what is wrong with it, without the address.
    pub(crate) fn address(&self) -> Result<ServerAddr, &'static str> {
        // Whatever the parser makes of it: of a password with a `/` in it, it makes a host. The client would write
        // name and password to its log, and not use them.
        if self.server.contains('@') {
            return Err(
                "the server's address has a name, a password or a token in it: give a name and a password \
                 by `Options::user`, and a credentials file by `Options::credentials`",
            );
        }
        let malformed = "the server's address cannot be read: give `Options::new` one such as `nats://host:4222`";
        self.server.parse().map_err(|_| malformed)
    }
}

#[derive(Clone)]
pub(crate) enum Credentials {
    File(PathBuf),
    Text(String),
}

impl Credentials {
    /// For people.
    pub(crate) fn name(&self) -> Cow<'_, str> {
        match self {
            Self::File(file) => file.to_string_lossy(),
            Self::Text(_) => "the credentials".into(),
        }
    }

    pub(crate) fn text(&self) -> io::Result<Cow<'_, str>> {
        match self {
            Self::File(file) => fs::read_to_string(file).map(Cow::Owned),
            Self::Text(text) => Ok(text.into()),
        }
    }
}

impl Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("place", &self.place())
            .field("creates", &self.creates)
            .finish_non_exhaustive()
    }
}
