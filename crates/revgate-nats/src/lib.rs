//! Topics on NATS JetStream KV: an [`Upstream`] for
//! [`revgate_upstream`], so that topics are the same on several machines.
//!
//! One connection and one watch serve all topics of a bucket. What was found out about the client and
//! the server, and what follows from it, is said where it is used; `tests/facts.rs` holds it against a
//! real server.

mod bucket;
mod key;
mod options;
mod refusal;
mod watch;

use std::fmt::{self, Debug};

use async_nats::jetstream::kv::{self, Operation, UpdateErrorKind};
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt};
use revgate::TopicName;
use revgate_upstream::{Entry, Fault, News, Upstream, WriteError};

use bucket::Bucket;
use refusal::{Refusal, refusal};

pub use options::Options;

/// A bucket of a NATS server.
///
/// ```no_run
/// # fn main() -> std::io::Result<()> {
/// use revgate_nats::{Nats, Options};
///
/// let options = Options::new("tls://nats.example.org", "board").credentials("nats.creds");
/// let upstream = Nats::new(options);
/// # Ok(())
/// # }
/// ```
pub struct Nats {
    bucket: Bucket,
}

/// What a message needs beside its value: the header that says which revision is expected.
const HEADERS: usize = 128;

impl Nats {
    /// A bucket. Nothing is connected before it is used, and a server that is not there is tried again.
    pub fn new(options: Options) -> Self {
        Self { bucket: Bucket::new(options) }
    }

    /// What a server's words hold that this user may neither read nor write the topic.
    fn denial(&self, topic: &TopicName) -> String {
        format!("{}\"", self.bucket.subject(&key::of(topic)))
    }

    async fn write_to(
        &self,
        store: &kv::Store,
        topic: &TopicName,
        expected: u64,
        value: Vec<u8>,
    ) -> Result<u64, WriteError> {
        let limit = self.bucket.limit(store).await.saturating_sub(HEADERS);
        let too_large = |size| WriteError::TooLarge { topic: topic.clone(), size, limit };
        let size = value.len();
        if size > limit {
            return Err(too_large(size));
        }
        // By compare-and-set alone: what was given up may be stored when the server is back, and then
        // one of the two is refused.
        let error = match store.update(key::of(topic), value.into(), expected).await {
            Ok(revision) => return Ok(revision),
            Err(error) => error,
        };
        let fault = self.bucket.fault(&error);
        Err(match error.kind() {
            UpdateErrorKind::WrongLastRevision => WriteError::Conflict,
            _ => match refusal(&error) {
                Refusal::TooLarge => too_large(size),
                Refusal::Conflict => WriteError::Conflict,
                Refusal::Refused => WriteError::Refused(fault),
                Refusal::Unknown => WriteError::Unknown(fault),
            },
        })
    }
}

impl Upstream for Nats {
    fn read<'a>(&'a self, topic: &'a TopicName) -> BoxFuture<'a, Result<Option<Entry>, Fault>> {
        async move {
            let store = self.bucket.store().await?;
            let read = async {
                store.entry(key::of(topic)).await.map_err(|error| self.bucket.fault(&error))
            };
            // The second is what a bucket is asked for that does not answer directly.
            let stream = self.bucket.stream();
            let denials = [self.denial(topic), format!("$JS.API.STREAM.MSG.GET.{stream}\"")];
            match self.bucket.unless_denied(&denials, read).await {
                Ok(entry) => Ok(entry.map(entry_of)),
                Err(fault) => {
                    self.bucket.forget().await;
                    Err(fault)
                }
            }
        }
        .boxed()
    }

    fn write<'a>(
        &'a self,
        topic: &'a TopicName,
        expected: u64,
        value: Vec<u8>,
    ) -> BoxFuture<'a, Result<u64, WriteError>> {
        async move {
            let store = self.bucket.store().await.map_err(WriteError::Unknown)?;
            let write = self.write_to(&store, topic, expected, value);
            let written = self.bucket.unless_denied(&[self.denial(topic)], write).await;
            if matches!(written, Err(WriteError::TooLarge { .. })) {
                // The next write asks how much the bucket takes: somebody may have allowed it more.
                self.bucket.forget().await;
            }
            written
        }
        .boxed()
    }

    fn watch(&self) -> BoxStream<'_, News> {
        watch::watch(&self.bucket).boxed()
    }

    fn place(&self) -> String {
        self.bucket.place().to_owned()
    }
}

/// Without what the server is told of who this is.
impl Debug for Nats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Nats").field(&self.bucket.place()).finish()
    }
}

fn entry_of(entry: kv::Entry) -> Entry {
    let value = (entry.operation == Operation::Put).then(|| entry.value.to_vec());
    Entry { revision: entry.revision, value: Ok(value) }
}
