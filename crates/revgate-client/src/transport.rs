//! The way to the backend and back.

use std::future::ready;
use std::rc::Rc;
use std::sync::Arc;

use revgate::json::Fingerprint;
use revgate::wire::{
    self, Acted, FamilyAnnouncement, Fetched, FetchedFamily, Presented, Refusal, Written,
};
use revgate::{Snapshot, Topic, TopicName, Version};

use crate::action::{Batch, Json};
use crate::look::Look;
use crate::presenter::Entry;

/// "There is a newer state", with the state, a patch or what was done if the backend sent that along. The
/// patch and the actions are text: who announces has no type for them.
pub type Announcement<T> = wire::Announcement<T, Json, Json>;

/// Carries messages between a replica and the backend. It may lose, repeat, delay and reorder
/// announcements; the gate copes.
pub trait Transport: Clone + 'static {
    /// A standing subscription; dropping it ends it on both sides.
    type Subscription: 'static;

    /// The state that the page has asked for before there was a replica, if it has: ready at once if it is
    /// there. It is asked for while there is none; what has it gives it away.
    ///
    /// By default there is none.
    fn preloaded<T: Topic>(
        &self,
        topic: &TopicName,
    ) -> impl Future<Output = Option<Snapshot<T>>> + 'static {
        let _ = topic;
        ready(None)
    }

    /// Asks for every announcement of `topic`. `news` gets each, or what came instead, possibly
    /// before the future is ready, and never after the subscription was dropped.
    fn subscribe<T: Topic>(
        &self,
        topic: &TopicName,
        news: impl Fn(Result<Announcement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<Self::Subscription, TransportError>> + 'static;

    /// As [`Transport::subscribe`], and asks for the state in the same message: as
    /// [`Transport::fetch`] does, but read after the subscription stands. So a window that opens has its
    /// first state after one round trip.
    ///
    /// By default the state does not come with it, and is fetched then. So it is, too, where what came
    /// cannot be used; an error is one of the subscription.
    fn follow<T: Topic>(
        &self,
        topic: &TopicName,
        known: Option<Version>,
        news: impl Fn(Result<Announcement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<Followed<Self::Subscription, T>, TransportError>> + 'static
    {
        let _ = known;
        let subscribe = self.subscribe(topic, news);
        async move { Ok(Followed { subscription: subscribe.await?, fetched: None }) }
    }

    /// Fetches the state of `topic`. If it is no newer than the version `known`, its version is
    /// enough of an answer.
    fn fetch<T: Topic>(
        &self,
        topic: &TopicName,
        known: Option<Version>,
    ) -> impl Future<Output = Result<Fetched<T>, TransportError>> + 'static;

    /// Asks for every announcement of the family of this name as a whole, and in the same message for
    /// what has changed since the version `known`: as [`Transport::follow`] does for a topic. That may
    /// be missing, and is fetched then.
    ///
    /// By default an error: the backend has none.
    fn follow_family<T: Topic>(
        &self,
        family: &TopicName,
        known: Option<Version>,
        news: impl Fn(Result<FamilyAnnouncement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<FollowedFamily<Self::Subscription, T>, TransportError>> + 'static
    {
        drop((known, news));
        let error = no_families(family);
        async move { Err(error) }
    }

    /// Fetches what of the family has changed since the version `known`, or all of it.
    ///
    /// By default an error: the backend has none.
    fn fetch_family<T: Topic>(
        &self,
        family: &TopicName,
        known: Option<Version>,
    ) -> impl Future<Output = Result<FetchedFamily<T>, TransportError>> + 'static {
        let _ = known;
        let error = no_families(family);
        async move { Err(error) }
    }

    /// Makes this change to `topic`, if the newest version is still the one that it was made on.
    /// Returns the new snapshot, which is `change.new` where the backend has made that.
    fn write<T: Topic>(
        &self,
        topic: &TopicName,
        change: Change<T>,
    ) -> impl Future<Output = Result<Snapshot<Arc<T>>, WriteError<T>>> + 'static;

    /// As [`Transport::write`], while another write on the same version is under way that makes the
    /// state with the fingerprint `ahead`: this change holds that one. So it is made if the other
    /// has not been made yet, which then comes too late; or if it is the newest and `ahead` is what
    /// it has made.
    ///
    /// By default only in the first case.
    fn write_behind<T: Topic>(
        &self,
        topic: &TopicName,
        change: Change<T>,
        ahead: Fingerprint,
    ) -> impl Future<Output = Result<Snapshot<Arc<T>>, WriteError<T>>> + 'static {
        let _ = ahead;
        self.write(topic, change)
    }

    /// Whether this window may change `topic`: not without the permission, nor where what is written could not be
    /// saved. Whether it passes the topic's validation, a write tells.
    ///
    /// By default it may.
    fn can_write(&self, topic: &TopicName) -> impl Future<Output = bool> + 'static {
        let _ = topic;
        ready(true)
    }

    /// Has these actions done to `topic`, each once however often it is sent. Those that were not
    /// done are named in the answer; an error is one of all of them.
    ///
    /// By default an error: the backend has none.
    fn act(
        &self,
        topic: &TopicName,
        batch: Batch,
    ) -> impl Future<Output = Result<Acted<Json>, TransportError>> + 'static {
        let _ = batch;
        let reason = format!("topic `{topic}`: this way to the backend carries no actions");
        async move { Err(TransportError::Rejected(reason)) }
    }

    /// Creates `topic`, one of a family, which starts with the state `initial`. Returns its version. One that is there
    /// already stays as it is: then the error is [`Refusal::Exists`].
    ///
    /// By default an error: the backend has no families.
    fn create<T: Topic>(
        &self,
        topic: &TopicName,
        initial: Arc<T>,
    ) -> impl Future<Output = Result<Version, TransportError>> + 'static {
        drop(initial);
        let error = no_families(topic);
        async move { Err(error) }
    }

    /// Removes `topic`, one of a family, with what is saved of it. Whether it was there.
    ///
    /// By default an error: the backend has no families.
    fn remove(
        &self,
        topic: &TopicName,
    ) -> impl Future<Output = Result<bool, TransportError>> + 'static {
        let error = no_families(topic);
        async move { Err(error) }
    }

    /// Tells the others of this window, in `topic`. Returns what has become of it.
    ///
    /// By default an error: the backend has no presence.
    fn present(
        &self,
        topic: &TopicName,
        entry: Entry,
    ) -> impl Future<Output = Result<Presented, TransportError>> + 'static {
        let _ = entry;
        let reason = format!("topic `{topic}`: this way to the backend carries no presence");
        async move { Err(TransportError::Rejected(reason)) }
    }
}

/// What [`Transport::follow`] brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed<S, T> {
    /// Stands.
    pub subscription: S,
    /// The state of a moment at which it stood already; `None` if it is to be fetched.
    pub fetched: Option<Fetched<T>>,
}

/// What [`Transport::follow_family`] brings: a subscription that stands, and what has changed by a
/// moment at which it stood already.
pub type FollowedFamily<S, T> = (S, Option<FetchedFamily<T>>);

/// What a window makes of a state. A transport sends the new state, or only what is different.
#[derive(Clone, Debug)]
pub struct Change<T> {
    /// The version that it was made on.
    pub base: Version,
    /// The state of that version.
    pub old: Arc<T>,
    /// The state to be.
    pub new: Arc<T>,
    /// At `old` and at `new`.
    looks: [Rc<Look>; 2],
}

impl<T> Change<T> {
    /// What makes `new` of the state `old` of the version `base`.
    pub fn new(base: Version, old: impl Into<Arc<T>>, new: impl Into<Arc<T>>) -> Self {
        Self { base, old: old.into(), new: new.into(), looks: Default::default() }
    }

    /// The same, where something may be known of both.
    pub(crate) fn seen(
        base: Version,
        old: (&Arc<T>, &Rc<Look>),
        new: (&Arc<T>, &Rc<Look>),
    ) -> Self {
        let looks = [Rc::clone(old.1), Rc::clone(new.1)];
        Self { base, old: Arc::clone(old.0), new: Arc::clone(new.0), looks }
    }

    /// What is known of the old state and of the new one.
    pub(crate) fn looks(&self) -> [&Look; 2] {
        self.looks.each_ref().map(|look| &**look)
    }
}

/// What came in place of an announcement.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Interruption {
    /// An announcement that cannot be read, for this reason. Others may follow that can.
    #[error("{0}")]
    Malformed(String),
    /// The backend has ended the subscription, for it has removed the topic, say. Nothing
    /// follows; who wants to hear more subscribes again.
    #[error("the backend has ended the subscription")]
    Ended,
}

/// A message did not get through.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// The page runs outside a Tauri window.
    #[error("there is no backend: this page runs outside a Tauri window")]
    NoBackend,
    /// The backend answered with a refusal.
    #[error(transparent)]
    Refused(Refusal<()>),
    /// Tauri has rejected the call, for want of a permission, say; or a command written by hand
    /// has, in its own words. It was not done.
    #[error("{0}")]
    Rejected(String),
    /// The call failed on its way there or back.
    #[error("{0}")]
    Failed(String),
    /// The answer is not what the protocol says.
    #[error("malformed answer: {0}")]
    Malformed(String),
}

/// A write was not made, or not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError<T> {
    /// The state has changed meanwhile, to this.
    #[error("the state has changed to version {}", .0.version())]
    Conflict(Snapshot<T>),
    /// It was made, and this is the state since; but it is not on the disk, where it should be before
    /// it is answered.
    #[error("{reason}")]
    NotDurable {
        /// What was made.
        made: Snapshot<Arc<T>>,
        /// Why it is not on the disk.
        reason: String,
    },
    /// Any other failure.
    #[error(transparent)]
    Transport(#[from] TransportError),
}

impl<T> WriteError<T> {
    /// What the backend has answered to the write of the state `new`.
    pub fn refused(refusal: Refusal<T>, new: Arc<T>) -> Self {
        Self::Transport(TransportError::Refused(match refusal {
            Refusal::Conflict(current) => return Self::Conflict(current),
            Refusal::NotDurable { written, reason } => {
                return Self::NotDurable { made: self::written(written, new), reason };
            }
            Refusal::Denied(denied) => Refusal::Denied(denied),
            Refusal::UnknownTopic(unknown) => Refusal::UnknownTopic(unknown),
            Refusal::Exists { topic } => Refusal::Exists { topic },
            Refusal::Invalid(invalid) => Refusal::Invalid(invalid),
            Refusal::PatchFailed(fault) => Refusal::PatchFailed(fault),
            Refusal::TooLarge { limit, size } => Refusal::TooLarge { limit, size },
            Refusal::TooManySubscriptions { limit } => Refusal::TooManySubscriptions { limit },
            Refusal::OtherLayout { layout } => Refusal::OtherLayout { layout },
            Refusal::OtherEpoch { epoch } => Refusal::OtherEpoch { epoch },
            Refusal::Failed { reason } => Refusal::Failed { reason },
        }))
    }
}

pub(crate) fn no_families(family: &TopicName) -> TransportError {
    let reason = format!("family `{family}`: this way to the backend carries no family as a whole");
    TransportError::Rejected(reason)
}

/// As [`fetched`], of a family.
pub(crate) fn fetched_family<T>(
    answer: FetchedFamily<T>,
    known: Option<Version>,
) -> Result<FetchedFamily<T>, TransportError> {
    let missing = match answer {
        FetchedFamily::NotNewer(version) => known < Some(version),
        FetchedFamily::Changes { base, .. } => known < Some(base),
        FetchedFamily::All { .. } => false,
    };
    if missing {
        let known = known.map_or("nothing".to_owned(), |known| known.to_string());
        let reason = format!("what comes for version {} needs more than {known}", answer.version());
        return Err(TransportError::Malformed(reason));
    }
    Ok(answer)
}

/// The state since a write of `new`: another one only if the backend has said which.
pub(crate) fn written<T>(written: Written<T>, new: Arc<T>) -> Snapshot<Arc<T>> {
    Snapshot::new(written.version(), written.data.map_or(new, Arc::new))
}

/// Refuses an answer that leaves out a state that the window does not have.
pub(crate) fn fetched<T>(
    answer: Fetched<T>,
    known: Option<Version>,
) -> Result<Fetched<T>, TransportError> {
    match answer {
        Fetched::NotNewer(version) if known < Some(version) => {
            let reason = format!("missing field `data`: version {version} is news");
            Err(TransportError::Malformed(reason))
        }
        answer => Ok(answer),
    }
}
