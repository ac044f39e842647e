//! One watch for all topics of a bucket.

use std::collections::VecDeque;
use std::time::Duration;

use async_nats::jetstream::kv::{self, Watch};
use async_nats::jetstream::stream::DirectGetErrorKind;
use futures_util::{Stream, StreamExt, stream};
use revgate::Backoff;
use revgate_upstream::{Fault, News};
use tokio::sync::watch::Receiver;
use tokio::time::{Instant, sleep, sleep_until};

use crate::bucket::Bucket;
use crate::{entry_of, key};

const BACKOFF: Backoff =
    Backoff { first: Duration::from_millis(50), cap: Duration::from_secs(10), jitter_seed: None };

/// All that lies there, and what is written from then on; anew after each fault.
pub(crate) fn watch(bucket: &Bucket) -> impl Stream<Item = News> + '_ {
    let watching = Watching {
        bucket,
        losses: bucket.losses(),
        losses_before: 0,
        standing: None,
        failures: 0,
        news: VecDeque::new(),
    };
    stream::unfold(watching, |mut watching| async {
        let news = watching.next().await;
        Some((news, watching))
    })
}

struct Watching<'a> {
    bucket: &'a Bucket,
    losses: Receiver<u64>,
    /// As they were when the watch began.
    losses_before: u64,
    standing: Option<Standing>,
    /// Failures in a row.
    failures: u32,
    /// To be told.
    news: VecDeque<News>,
}

/// A watch that stands.
struct Standing {
    watch: Watch,
    store: kv::Store,
    identity: Identity,
    /// When that is asked for once more.
    next_check: Instant,
    /// `last`, as it was when that was asked for.
    last_checked: u64,
    /// The revision that it has told of last.
    last: u64,
    /// The newest that lay there when it began, until it has told of that; by its revision: how many messages
    /// are to follow, servers do not always know. **Not the newest of all that ever lay there**, which may have been
    /// purged.
    awaited: Option<u64>,
}

/// What tells a bucket from one that takes its place: when it was made, in nanoseconds, how far its revisions
/// have come, and how many values it has, which does not shrink by what is written.
#[derive(Clone, Copy)]
struct Identity {
    created: i128,
    last: u64,
    messages: u64,
}

/// Why a watch does not stand any more.
enum End {
    /// The connection is gone: when it is back, the client would begin where it was, at a server that may have
    /// come back with less.
    Link,
    /// It is not the bucket that it was.
    Replaced,
    Fault(Fault),
}

impl Watching<'_> {
    async fn next(&mut self) -> News {
        loop {
            if let Some(news) = self.news.pop_front() {
                return news;
            }
            let end = match &mut self.standing {
                None => match self.begin().await {
                    Ok(()) => continue,
                    Err(fault) => End::Fault(fault),
                },
                Some(standing) => {
                    tokio::select! {
                        _ = self.losses.wait_for(|losses| *losses != self.losses_before) => End::Link,
                        told = standing.next(self.bucket, &mut self.news) => match told {
                            Ok(()) => {
                                self.failures = 0;
                                continue;
                            }
                            Err(end) => end,
                        },
                    }
                }
            };
            self.standing = None;
            let reason = match end {
                End::Link => "the connection was lost".to_owned(),
                End::Replaced => "it was made anew, restored or emptied".to_owned(),
                End::Fault(fault) => {
                    self.failures = self.failures.saturating_add(1);
                    fault.reason
                }
            };
            self.bucket.forget().await;
            return News::Lost(Fault { place: self.bucket.place().to_owned(), reason });
        }
    }

    async fn begin(&mut self) -> Result<(), Fault> {
        if self.failures > 0 {
            tokio::select! {
                () = sleep(self.bucket.apart(BACKOFF).delay(self.failures)) => {}
                _ = self.losses.changed() => {}
            }
        }
        self.losses_before = *self.losses.borrow_and_update();
        let stream = self.bucket.stream();
        let mut denials: Vec<_> = ["STREAM.INFO", "STREAM.CREATE", "CONSUMER.CREATE"]
            .map(|asked| format!("$JS.API.{asked}.{stream}"))
            .into();
        denials.push("for Subscription to".to_owned());
        let (bucket, standing) = (self.bucket, Standing::begin(self.bucket));
        let standing = bucket.unless_denied(&denials, standing).await?;
        if standing.awaited.is_none() {
            self.news.push_back(News::Current);
        }
        self.standing = Some(standing);
        Ok(())
    }
}

impl Standing {
    async fn begin(bucket: &Bucket) -> Result<Self, Fault> {
        let store = bucket.store().await?;
        let watch = store.watch_with_history(">").await;
        let watch = watch.map_err(|error| bucket.fault(&error))?;
        // After the watch stands: what is not there now, it tells of.
        let identity = identity(&store, bucket).await?;
        let awaited = newest(&store, bucket, identity).await;
        let next_check = Instant::now() + bucket.options().check;
        Ok(Self { watch, store, identity, next_check, last_checked: 0, last: 0, awaited })
    }

    /// Puts what it tells of next among the news.
    async fn next(&mut self, bucket: &Bucket, news: &mut VecDeque<News>) -> Result<(), End> {
        let told = tokio::select! {
            told = self.watch.next() => told,
            () = sleep_until(self.next_check) => return self.check(bucket, news).await,
        };
        let entry = match told {
            Some(Ok(entry)) => entry,
            Some(Err(error)) => return Err(End::Fault(bucket.fault(&error))),
            None => return Err(End::Link),
        };
        // A bucket that was deleted and made again goes on in the old watch, from its first revision.
        if entry.revision <= self.last {
            return Err(End::Replaced);
        }
        self.last = entry.revision;
        if let Some(topic) = key::topic(&entry.key) {
            news.push_back(News::Entry(topic, entry_of(entry)));
        }
        if self.awaited.is_some_and(|newest| self.last >= newest) {
            self.becomes_current(news);
        }
        Ok(())
    }

    fn becomes_current(&mut self, news: &mut VecDeque<News>) {
        self.awaited = None;
        news.push_back(News::Current);
    }

    async fn check(&mut self, bucket: &Bucket, news: &mut VecDeque<News>) -> Result<(), End> {
        let is_silent = std::mem::replace(&mut self.last_checked, self.last) == self.last;
        self.next_check = Instant::now() + bucket.options().check;
        let now = match identity(&self.store, bucket).await {
            Ok(now) => now,
            // The answer comes behind what the watch tells, of which there may be much.
            Err(_) if !is_silent => return Ok(()),
            Err(fault) => return Err(End::Fault(fault)),
        };
        let is_same = now.created == self.identity.created
            && now.last >= self.identity.last.max(self.last)
            && now.messages >= self.identity.messages;
        if !is_same {
            return Err(End::Replaced);
        }
        self.identity = now;
        if self.awaited.is_some() && is_silent {
            // It was purged before it was told of.
            self.becomes_current(news);
        }
        Ok(())
    }
}

async fn identity(store: &kv::Store, bucket: &Bucket) -> Result<Identity, Fault> {
    let mut stream = store.stream.clone();
    let info = stream.info().await.map_err(|error| bucket.fault(&error))?;
    let created = info.created.unix_timestamp_nanos();
    Ok(Identity { created, last: info.state.last_sequence, messages: info.state.messages })
}

/// The revision of the newest that lies there. Where that cannot be asked for, of the newest that ever lay there.
async fn newest(store: &kv::Store, bucket: &Bucket, identity: Identity) -> Option<u64> {
    if identity.messages == 0 {
        return None;
    }
    match store.stream.direct_get_last_for_subject(bucket.subject(">")).await {
        Ok(newest) => Some(newest.sequence),
        Err(error) if error.kind() == DirectGetErrorKind::NotFound => None,
        Err(_) => Some(identity.last),
    }
}
