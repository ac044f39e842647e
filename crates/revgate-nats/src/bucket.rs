//! The connection to a server, and a bucket of it.

use std::error::Error;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_nats::jetstream::context::GetStreamErrorKind;
use async_nats::jetstream::stream::{Config, DiscardPolicy};
use async_nats::jetstream::{self, Context, ErrorCode, kv};
use async_nats::{Client, ClientError, ConnectOptions, Event, ServerError};
use revgate::Backoff;
use revgate_upstream::{Fault, WriteError};
use tokio::sync::{broadcast, watch};

use crate::Options;

/// How long a server is waited for that is not there; each machine with a jitter of its own.
const RECONNECT: Backoff =
    Backoff { first: Duration::from_millis(20), cap: Duration::from_secs(1), jitter_seed: None };
/// How a server begins to say that a user may not do something.
const DENIAL: &str = "Permissions Violation";
/// How many denials may come before one of those who wait for them looks.
const DENIALS: usize = 64;

pub(crate) struct Bucket {
    options: Options,
    place: String,
    /// Made when it is first needed.
    open: tokio::sync::Mutex<Option<Open>>,
    /// How often the connection has gone. Changes when it comes, too.
    losses: watch::Sender<u64>,
    denials: broadcast::Sender<String>,
    /// Why there is no connection, if the last attempt has failed: else only time-outs would be said.
    unreached: Arc<Mutex<Option<String>>>,
    /// So that machines whose server comes back do not all come at once.
    jitter_seed: u64,
}

/// The user may not.
pub(crate) struct Denied(pub(crate) Fault);

#[derive(Clone)]
struct Open {
    client: Client,
    store: Option<kv::Store>,
}

/// It is whole after every statement, so a panic elsewhere spoils nothing.
fn said(words: &Mutex<Option<String>>) -> MutexGuard<'_, Option<String>> {
    words.lock().unwrap_or_else(PoisonError::into_inner)
}

impl From<Denied> for Fault {
    fn from(Denied(fault): Denied) -> Self {
        fault
    }
}

impl From<Denied> for WriteError {
    fn from(Denied(fault): Denied) -> Self {
        Self::Refused(fault)
    }
}

impl Bucket {
    pub(crate) fn new(options: Options) -> Self {
        let place = options.place();
        Self {
            options,
            place,
            open: tokio::sync::Mutex::default(),
            losses: watch::Sender::default(),
            denials: broadcast::Sender::new(DENIALS),
            unreached: Arc::default(),
            jitter_seed: RandomState::new().hash_one(0),
        }
    }

    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    /// How often the connection has gone. Changes when it comes, too.
    pub(crate) fn losses(&self) -> watch::Receiver<u64> {
        self.losses.subscribe()
    }

    /// The stream that the bucket is.
    pub(crate) fn stream(&self) -> String {
        format!("KV_{}", self.options.bucket)
    }

    /// The subject of a key, or of those that a wildcard stands for.
    pub(crate) fn subject(&self, key: &str) -> String {
        format!("$KV.{}.{key}", self.options.bucket)
    }

    /// `backoff`, apart from that of other machines.
    pub(crate) fn apart(&self, backoff: Backoff) -> Backoff {
        Backoff { jitter_seed: Some(self.jitter_seed), ..backoff }
    }

    /// What comes of `asked`, unless the server says that this user may not: it answers nothing else to that.
    /// Its words hold one of `denials` then.
    pub(crate) async fn unless_denied<T, E: From<Denied>>(
        &self,
        denials: &[String],
        asked: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let mut told = self.denials.subscribe();
        let denied = async {
            loop {
                // One that was overtaken is asked for again: what it was about comes to a time-out.
                let Ok(words) = told.recv().await else { continue };
                if denials.iter().any(|denial| words.contains(&**denial)) {
                    let reason = format!("this user may not: the server says {words}");
                    return Denied(Fault { place: self.place.clone(), reason });
                }
            }
        };
        tokio::select! {
            asked = asked => asked,
            denied = denied => Err(denied.into()),
        }
    }

    /// What has gone wrong, with all its causes, and no secret.
    pub(crate) fn fault(&self, error: &(dyn Error + 'static)) -> Fault {
        let unreached = said(&self.unreached).clone();
        let mut reason =
            unreached.map_or(String::new(), |why| format!("{why}: ")) + &error.to_string();
        let mut cause = error.source();
        while let Some(next) = cause {
            let words = next.to_string();
            if !reason.contains(&words) {
                reason = format!("{reason}: {words}");
            }
            cause = next.source();
        }
        Fault { place: self.place.clone(), reason }
    }

    /// The bucket, which is made if there is none.
    pub(crate) async fn store(&self) -> Result<kv::Store, Fault> {
        let mut open = self.open.lock().await;
        let client = match &*open {
            Some(Open { store: Some(store), .. }) => return Ok(store.clone()),
            Some(Open { client, .. }) => client.clone(),
            None => self.connect().await?,
        };
        *open = Some(Open { client: client.clone(), store: None });
        let store = self.open_at(client.clone()).await?;
        *open = Some(Open { client, store: Some(store.clone()) });
        Ok(store)
    }

    /// What was known of the bucket may not hold any more.
    pub(crate) async fn forget(&self) {
        if let Some(open) = &mut *self.open.lock().await {
            open.store = None;
        }
    }

    /// How many bytes a message may have.
    pub(crate) async fn limit(&self, store: &kv::Store) -> usize {
        let client = self.open.lock().await.as_ref().map(|open| open.client.clone());
        let of_server = client.map_or(usize::MAX, |client| client.server_info().max_payload);
        let of_bucket = usize::try_from(store.stream.cached_info().config.max_message_size);
        of_bucket.ok().filter(|most| *most > 0).map_or(of_server, |most| most.min(of_server))
    }

    async fn connect(&self) -> Result<Client, Fault> {
        let Options { credentials, user, root_certificates, inbox, timeout, .. } = &self.options;
        let unusable =
            |reason: &str| Fault { place: self.place.clone(), reason: reason.to_owned() };
        let server = self.options.address().map_err(unusable)?;
        let (losses, denials) = (self.losses.clone(), self.denials.clone());
        let unreached = Arc::clone(&self.unreached);
        let reconnect = self.apart(RECONNECT);
        let mut connect = ConnectOptions::new()
            .name("revgate")
            // A laptop starts without a network, too.
            .retry_on_initial_connect()
            .request_timeout(Some(*timeout))
            .reconnect_delay_callback(move |attempts| {
                reconnect.delay(attempts.try_into().unwrap_or(u32::MAX))
            })
            .event_callback(move |event| {
                match event {
                    Event::Connected => {
                        *said(&unreached) = None;
                        losses.send_modify(|_| {});
                    }
                    Event::ClientError(ClientError::Other(words)) => {
                        *said(&unreached) = Some(words);
                    }
                    Event::Disconnected => losses.send_modify(|losses| *losses += 1),
                    Event::ServerError(ServerError::Other(words)) if words.contains(DENIAL) => {
                        // Nobody may be waiting for it.
                        let _ = denials.send(words);
                    }
                    _ => {}
                }
                std::future::ready(())
            });
        if let Some(credentials) = credentials {
            let unread =
                |error: io::Error| unusable(&format!("reading {}: {error}", credentials.name()));
            let text = credentials.text().map_err(unread)?;
            connect = connect.credentials(&text).map_err(unread)?;
        } else if let Some((name, password)) = user.clone() {
            connect = connect.user_and_password(name, password);
        }
        if let Some(file) = root_certificates {
            connect = connect.add_root_certificates(file.clone());
        }
        if let Some(prefix) = inbox {
            connect = connect.custom_inbox_prefix(prefix.clone());
        }
        let is_tls = server.tls_required();
        connect.require_tls(is_tls).connect(server).await.map_err(|error| self.fault(&error))
    }

    async fn open_at(&self, client: Client) -> Result<kv::Store, Fault> {
        let Options { bucket, creates, timeout, .. } = &self.options;
        let mut context = jetstream::new(client);
        context.set_timeout(*timeout);
        if *creates && self.is_missing(&context).await? {
            // Another machine may be first; then it is the same, or it is said that it is not.
            let created = context.create_stream(self.config()).await;
            created.map_err(|error| self.fault(&error))?;
        }
        context.get_key_value(bucket).await.map_err(|error| self.fault(&error))
    }

    async fn is_missing(&self, context: &Context) -> Result<bool, Fault> {
        let Err(error) = context.get_stream(self.stream()).await else { return Ok(false) };
        match error.kind() {
            GetStreamErrorKind::JetStream(error)
                if error.error_code() == ErrorCode::STREAM_NOT_FOUND =>
            {
                Ok(true)
            }
            _ => Err(self.fault(&error)),
        }
    }

    /// The stream that is a bucket, by its own rules: `$KV.BUCKET.KEY`, the last value of each key.
    ///
    /// Not by `create_key_value`, which asks for what old servers do not have.
    fn config(&self) -> Config {
        Config {
            name: self.stream(),
            subjects: vec![self.subject(">")],
            max_messages_per_subject: 1,
            discard: DiscardPolicy::New,
            // Or who may write one key could purge all, by a header.
            allow_rollup: false,
            deny_delete: true,
            allow_direct: true,
            num_replicas: self.options.replicas,
            ..Config::default()
        }
    }
}
