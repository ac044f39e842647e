//! What can go wrong in the backend.

use std::time::Duration;

use revgate::{Invalid, RevisionExhausted, TopicName, TopicNameError, UnknownTopic, Version};
use revgate_persistence::{FlushError, LoadError, PersistenceOptionsError, StorageError};

/// A topic could not be registered or found.
///
/// ```no_run
/// # use revgate::Topic;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Clone, Default, Serialize, Deserialize)]
/// # struct Player { volume: u8 }
/// # impl Topic for Player { const NAME: &'static str = "player"; }
/// use tauri_plugin_revgate::{RegistryError, RevgateExt};
///
/// fn volume(app: &tauri::AppHandle) -> u8 {
///     match app.topic::<Player>() {
///         Ok(player) => player.snapshot().data.volume,
///         // Its text names the topics that there are.
///         Err(error @ RegistryError::Unknown(_)) => panic!("{error}"),
///         Err(_) => 0,
///     }
/// }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// The plugin was not added to the app: `.plugin(tauri_plugin_revgate::Builder::new()…)`.
    #[error("the app has no revgate plugin: add `.plugin(tauri_plugin_revgate::Builder::new()…)`")]
    NoPlugin,
    /// Two topics, or two families, were to have one name.
    #[error("the topic `{0}` is registered twice: give each topic a name of its own")]
    Duplicate(TopicName),
    /// The key of a topic does not make a well-formed name.
    #[error(transparent)]
    Name(#[from] TopicNameError),
    /// The state that a topic was to start with does not pass its own validation, cannot be JSON,
    /// or cannot be read back from its own JSON.
    #[error("the initial state of the topic `{topic}` is invalid: {invalid}")]
    InvalidInitial {
        /// The topic.
        topic: TopicName,
        /// The fault.
        invalid: Invalid,
    },
    /// No topic of this name is registered.
    #[error(transparent)]
    Unknown(#[from] UnknownTopic),
    /// No family of this type is registered.
    #[error("no family `{0}` is registered: add `.family::<…>()` to the plugin's builder")]
    UnknownFamily(TopicName),
    /// The topic or family is registered with another type.
    #[error("the topic `{topic}` is registered with a type other than `{asked}`")]
    OtherType {
        /// The topic.
        topic: TopicName,
        /// The type asked for.
        asked: &'static str,
    },
    /// There is neither a topic nor a family that these actions are for.
    #[error(
        "there is no topic `{topic}` for the actions `{actions}`: register it, with the type that \
         they are for"
    )]
    NoTopicForActions {
        /// The topic.
        topic: TopicName,
        /// The type of the actions.
        actions: &'static str,
    },
    /// A topic, or a family, was to have two types of actions.
    #[error("the topic `{0}` is given actions twice: make one enum of them")]
    DuplicateActions(TopicName),
    /// What windows tell of themselves was to be saved, or to be changed by actions. It ends with
    /// each of them, and each changes its own entry.
    #[error(
        "the topic `{0}` has what windows tell of themselves: it is never saved, and has no actions"
    )]
    Presence(TopicName),
    /// A topic was to be joined to a store that other machines write to as well, and is not saved, or not whole, has
    /// what windows tell of themselves, or there is no such store.
    #[error(
        "the topic `{0}` cannot be joined: give the plugin's builder an `.upstream(…)`, and the topic's options \
         `.persist(…)` without `only` or `without`, as what waits for the store has to survive the app, whole; \
         what windows tell of themselves stays on their machine"
    )]
    NotJoined(TopicName),
    /// A second store was given that other machines write to as well.
    #[error("the plugin has two upstreams: all topics are joined to one")]
    TwoUpstreams,
    /// The options for saving the topic make no sense.
    #[error("the topic `{topic}`: {error}")]
    Persistence {
        /// The topic.
        topic: TopicName,
        /// The fault.
        error: PersistenceOptionsError,
    },
    /// What is saved can be neither used nor set aside.
    #[error("the topic `{topic}` cannot be loaded: {error}")]
    Load {
        /// The topic.
        topic: TopicName,
        /// The fault.
        error: LoadError,
    },
    /// A topic of a family was to be created, and would not be saved any more.
    #[error("the topic `{0}` is not created: it would not be saved, as the app is ending")]
    Ending(TopicName),
    /// The storage for topics cannot be opened.
    #[error("the topics cannot be loaded: {0}")]
    Storage(#[from] StorageError),
}

/// A write was refused; the state is what it was, unless the error says otherwise.
///
/// Its text says of which topic, but for what is wrong with the new state itself, which is worded
/// as the topic's validation does.
///
/// ```no_run
/// # use revgate::Topic;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Clone, Default, Serialize, Deserialize)]
/// # struct Player { volume: u8 }
/// # impl Topic for Player { const NAME: &'static str = "player"; }
/// use tauri_plugin_revgate::{TopicHandle, UpdateError};
///
/// fn set(player: &TopicHandle<Player>, volume: u8) -> Result<(), String> {
///     match player.update(|player| player.volume = volume) {
///         Ok(_) => Ok(()),
///         Err(UpdateError::Invalid(fault)) => Err(format!("{}: {}", fault.path, fault.reason)),
///         Err(error) => Err(error.to_string()),
///     }
/// }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UpdateError {
    /// The new state does not pass the topic's validation, or JSON has no such value: NaN, an
    /// infinity, a map's key that is no text, or it nests too deep.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The closure given to `update` panicked, or the action, or the state's own `clone`, `validate` or
    /// `Serialize`. A program built with `panic = "abort"` ends instead.
    #[error("the update of the topic `{topic}` panicked: {message}")]
    Panicked {
        /// The topic.
        topic: TopicName,
        /// What the panic said.
        message: String,
    },
    /// The closure given to `update` wrote a topic, this one or another; or the state's own
    /// `clone`, `validate` or `Serialize` did. Write what belongs together in one closure, and
    /// another topic after it; reading a snapshot within it is fine.
    #[error(
        "the topic `{0}` is written within an update of it or of another topic: write it before \
         or after"
    )]
    Reentrant(TopicName),
    /// Another thread's update of the topic does not end: its closure waits for something, perhaps
    /// for this very write.
    #[error("another update of the topic `{topic}` has not ended within {patience:?}")]
    Busy {
        /// The topic.
        topic: TopicName,
        /// How long it was waited for.
        patience: Duration,
    },
    /// The topic has been removed from its family.
    #[error("the topic `{0}` has been removed")]
    Removed(TopicName),
    /// Another instance of the app has the storage, so it could not be saved.
    #[error(
        "the topic `{topic}` is open for reading only: another instance of the app writes {place}"
    )]
    ReadOnly {
        /// The topic.
        topic: TopicName,
        /// Where the topic is saved.
        place: String,
    },
    /// The app is ending, and what is written now would not be saved.
    #[error("the app is ending: what is written to the topic `{0}` now would not be saved")]
    Ending(TopicName),
    /// The state has changed, and every window is told, but it is not known to be on the disk. It
    /// is tried again as long as the app runs. If the app ends while it is written, that may be so
    /// of any topic that is saved.
    #[error("version {version} of the topic `{topic}` is {error}")]
    NotDurable {
        /// The topic.
        topic: TopicName,
        /// The version that was written.
        version: Version,
        /// Why.
        error: FlushError,
    },
    /// The revision counter is at its end.
    #[error(transparent)]
    Exhausted(#[from] RevisionExhausted),
}

/// An action was not done; the state is what it was, unless the error says otherwise.
///
/// ```no_run
/// # use revgate::{Action, Topic, action::Context};
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Clone, Default, Serialize, Deserialize)]
/// # struct Player { volume: u8 }
/// # impl Topic for Player { const NAME: &'static str = "player"; }
/// # #[derive(Clone, Serialize, Deserialize)]
/// # struct Louder;
/// # #[derive(Clone, Debug, Serialize, Deserialize, thiserror::Error)]
/// # #[error("it is at its loudest")]
/// # struct Loudest;
/// # impl Action for Louder {
/// #     type Topic = Player;
/// #     type Error = Loudest;
/// #     fn name(&self) -> &'static str { "louder" }
/// #     fn apply(&self, player: &mut Player, _: &Context) -> Result<(), Loudest> {
/// #         if player.volume == 11 { return Err(Loudest) }
/// #         player.volume += 1;
/// #         Ok(())
/// #     }
/// # }
/// use tauri_plugin_revgate::{ActError, TopicHandle};
///
/// fn louder(player: &TopicHandle<Player>) -> Result<(), String> {
///     match player.act(Louder) {
///         Ok(_) | Err(ActError::Refused(Loudest)) => Ok(()),
///         Err(ActError::Update(error)) => Err(error.to_string()),
///         Err(_) => Err("it was not done".to_owned()),
///     }
/// }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ActError<E> {
    /// The action has refused itself.
    #[error("{0}")]
    Refused(E),
    /// It could not be written, as any update.
    #[error(transparent)]
    Update(#[from] UpdateError),
}
