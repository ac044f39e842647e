//! Registers topics and builds the plugin.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use revgate::{Action, Invalidation, Presence, Present, Topic, Unsaved};
use revgate_persistence::{Incident, Persistence, Storage, StorageError};
use tauri::plugin::{self, TauriPlugin};
use tauri::webview::PageLoadEvent;
use tauri::{AppHandle, Emitter, Manager, RunEvent, Runtime, WindowEvent};

use crate::closed;
use crate::commands;
use crate::crash;
use crate::ending;
use crate::error::RegistryError;
use crate::incidents::Incidents;
use crate::inspector;
use crate::options::TopicOptions;
use crate::registry::Registry;
use crate::restore::Persist;
use crate::sender::{self, Emit};
use crate::shown::Hidden;
use crate::start;
#[cfg(feature = "upstream")]
use crate::upstream::{self, Link, Upstream, Upstreams};

/// Builds the plugin out of the app's topics.
///
/// A topic that cannot be registered (its name is taken; its initial state is invalid, cannot be
/// JSON, or cannot be read back from its own JSON) stops the app's start with a [`RegistryError`]
/// from Tauri's own `build` or `run`.
///
/// ```no_run
/// # use revgate::Topic;
/// # use serde::{Deserialize, Serialize};
/// use tauri_plugin_revgate::{Builder, Delivery, TopicOptions};
///
/// # #[derive(Clone, Default, Serialize, Deserialize)]
/// # struct Player { volume: u8 }
/// # impl Topic for Player { const NAME: &'static str = "player"; }
/// # #[derive(Clone, Default, Serialize, Deserialize)]
/// # struct Library { songs: Vec<String> }
/// # impl Topic for Library { const NAME: &'static str = "library"; }
/// # #[derive(Clone, Default, Serialize, Deserialize)]
/// # struct Track { at: f64 }
/// # impl Topic for Track { const NAME: &'static str = "track"; }
/// # fn plugin<R: tauri::Runtime>() -> tauri::plugin::TauriPlugin<R> {
/// Builder::new()
///     .topic(Player::default())
///     .topic_with(Library::default(), TopicOptions::new().delivery(Delivery::Pull))
///     .family::<Track>()
///     .build()
/// # }
/// ```
#[derive(Default)]
#[must_use]
pub struct Builder {
    registry: Registry,
    events: BTreeSet<String>,
    persist: Persist,
    ignores_signals: bool,
    hidden: Hidden,
    /// What registers the actions of topics, which may follow theirs.
    actions: Vec<Register>,
    #[cfg(feature = "upstream")]
    upstreams: Option<Upstreams>,
    error: Option<RegistryError>,
}

/// What a window may tell of itself is small.
const PRESENCE: TopicOptions = TopicOptions::new().max_bytes(64 * 1024);

/// Adds to a registry.
type Register = fn(&Registry) -> Result<(), RegistryError>;

impl Builder {
    /// A plugin without topics.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a topic that starts with the state `initial`.
    pub fn topic<T: Topic>(self, initial: T) -> Self {
        self.topic_with(initial, TopicOptions::default())
    }

    /// Adds a topic that starts with the state `initial`, with options.
    pub fn topic_with<T: Topic>(self, initial: T, options: TopicOptions) -> Self {
        self.register(options, |registry, options| registry.register(initial, options))
    }

    /// Lets the app create and remove topics of the type `T` while it runs: see
    /// [`Family`](crate::Family). Windows may read them one by one, or, if they may read all that there
    /// can be (`{ "topic": "doc:*" }`), as a whole by one subscription.
    pub fn family<T: Topic>(self) -> Self {
        self.family_with::<T>(TopicOptions::default())
    }

    /// As [`Builder::family`], with options for all of its topics.
    pub fn family_with<T: Topic>(self, options: TopicOptions) -> Self {
        self.register(options, |registry, options| registry.register_family::<T>(options))
    }

    /// As [`Builder::topic`], and saved: shorthand for [`TopicOptions::persist`] with the defaults.
    pub fn persistent_topic<T: Topic>(self, initial: T) -> Self {
        self.topic_with(initial, TopicOptions::new().persist(Persistence::new()))
    }

    /// Lets windows do the actions `A` to the topic that they are for, or to each topic of the
    /// family: those that a window's capability lists.
    ///
    /// ```no_run
    /// # use revgate::{Action, Topic, action::Context};
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Clone, Default, Serialize, Deserialize)]
    /// # struct Player { liked: Vec<u32> }
    /// # impl Topic for Player { const NAME: &'static str = "player"; }
    /// # #[derive(Clone, Serialize, Deserialize)]
    /// # enum PlayerAction { Like { track: u32 } }
    /// # impl Action for PlayerAction {
    /// #     type Topic = Player;
    /// #     type Error = String;
    /// #     fn name(&self) -> &'static str { "like" }
    /// #     fn apply(&self, _: &mut Player, _: &Context) -> Result<(), String> { Ok(()) }
    /// # }
    /// # fn plugin<R: tauri::Runtime>() -> tauri::plugin::TauriPlugin<R> {
    /// use tauri_plugin_revgate::Builder;
    ///
    /// Builder::new().topic(Player::default()).actions::<PlayerAction>().build()
    /// # }
    /// ```
    ///
    /// ```json
    /// { "identifier": "revgate:act", "allow": [{ "topic": "player", "actions": ["like"] }] }
    /// ```
    ///
    /// An action that a window repeats, as it has heard no answer, is done once. For that the topic
    /// remembers the last [128](revgate::action::Ledger::MOST_OUTCOMES) actions of the
    /// [256](revgate::action::Ledger::MOST_SOURCES) windows that have acted last, and of
    /// [1,024](revgate::action::Ledger::MOST_NUMBERS) before them how far they were, as long as the
    /// app runs; what may have been done before that is refused, and its window told that nobody
    /// knows.
    ///
    /// If there is no such topic or family, or it has actions already, the app's start is stopped
    /// with a [`RegistryError`].
    pub fn actions<A: Action>(mut self) -> Self {
        self.actions.push(Registry::register_actions::<A>);
        self
    }

    /// Lets windows tell of themselves: each sets an entry of its own in the topic
    /// [`Present<P>`](Present), which ends with its page. See [`Presence`].
    ///
    /// ```no_run
    /// # use revgate::Presence;
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Clone, Serialize, Deserialize)]
    /// # struct Cursor { line: u32 }
    /// # impl Presence for Cursor { const NAME: &'static str = "cursor"; }
    /// # fn plugin<R: tauri::Runtime>() -> tauri::plugin::TauriPlugin<R> {
    /// use tauri_plugin_revgate::Builder;
    ///
    /// Builder::new().presence::<Cursor>().build()
    /// # }
    /// ```
    ///
    /// ```json
    /// { "identifier": "revgate:read", "allow": [{ "topic": "cursor" }] },
    /// { "identifier": "revgate:present", "allow": [{ "topic": "cursor" }] }
    /// ```
    ///
    /// - The entry's key is the label of the webview that calls, which is its window's unless that
    ///   has several: of those each has an entry of its own.
    /// - It ends when the webview or its window is closed, its page is loaded anew or another
    ///   follows, and when its process crashes or is killed: at once, on Linux and macOS. (WebView2
    ///   does not tell of that last one; there it ends when the page is loaded anew, or the window
    ///   closed.) A message of a page that has gone, come late, changes nothing; so a window that is
    ///   opened under the label of one before starts without an entry.
    /// - A window that is hidden, and any on a machine that sleeps, stays present.
    /// - An entry may have 64 KiB of JSON: [`Builder::presence_with`] sets another limit.
    /// - It is never saved: options that [persist](TopicOptions::persist) it stop the app's start.
    pub fn presence<P: Presence>(self) -> Self {
        self.presence_with::<P>(PRESENCE)
    }

    /// As [`Builder::presence`], with options. [`TopicOptions::max_bytes`] is for one entry.
    pub fn presence_with<P: Presence>(self, options: TopicOptions) -> Self {
        self.topic_with(Present::<P>::default(), options)
    }

    /// Lets windows tell of themselves by what they have open: in each topic of the family
    /// [`Present<P>`](Present), which Rust creates beside each document, say.
    ///
    /// ```no_run
    /// # use revgate::{Presence, Present};
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Clone, Serialize, Deserialize)]
    /// # struct Cursor { line: u32 }
    /// # impl Presence for Cursor { const NAME: &'static str = "cursor"; }
    /// use tauri_plugin_revgate::{Builder, RegistryError, RevgateExt};
    ///
    /// fn plugin<R: tauri::Runtime>() -> tauri::plugin::TauriPlugin<R> {
    ///     Builder::new().presence_family::<Cursor>().build()
    /// }
    ///
    /// fn open(app: &tauri::AppHandle, document: &str) -> Result<(), RegistryError> {
    ///     app.family::<Present<Cursor>>()?.open(document, Present::default()).map(drop)
    /// }
    /// ```
    pub fn presence_family<P: Presence>(self) -> Self {
        self.family_with::<Present<P>>(PRESENCE)
    }

    /// Where the topics that are to be saved are kept; `open` is given the folder for them, which
    /// need not be there yet. Default: one file for each in that folder,
    /// [`Files::open`](crate::persistence::Files::open), which fails if another instance of the app
    /// is running.
    ///
    /// ```no_run
    /// # fn plugin<R: tauri::Runtime>() -> tauri::plugin::TauriPlugin<R> {
    /// use tauri_plugin_revgate::Builder;
    /// use tauri_plugin_revgate::persistence::Files;
    ///
    /// // A second instance of the app follows what the first one saves, and writes nothing.
    /// Builder::new().storage(|folder| Files::open_or_read_only(folder)).build()
    /// # }
    /// ```
    pub fn storage<S: Storage>(
        mut self,
        open: impl FnOnce(&Path) -> Result<S, StorageError> + Send + 'static,
    ) -> Self {
        self.persist.open_by(|folder| Ok(Arc::new(open(folder)?)));
        self
    }

    /// The folder that topics are kept below, in `revgate/`, and that
    /// [imports](Persistence::import) count from. Default: the app's data folder, as Tauri's
    /// `app_data_dir` names it.
    pub fn data_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.persist.data_folder = Some(folder.into());
        self
    }

    /// Is told of what goes wrong with saving and loading, and is dealt with. Default: it is only
    /// logged, which it is in any case.
    ///
    /// Called while the app starts by the thread that starts it; from then on, by a thread of its
    /// own, one incident after the other, so it may take its time: write a topic, ask a window or
    /// the person. At the end of the app it is given half a second, and the main thread, which ends
    /// the app, answers no questions then.
    pub fn on_incident(mut self, report: impl Fn(&Incident) + Send + Sync + 'static) -> Self {
        self.persist.incidents = Incidents::told_to(report);
        self
    }

    /// Has windows know what is not saved, though it should be: adds the topic [`Unsaved`], which those may read whose
    /// capability says so. A disk that is full is a reason, or that a person has changed a topic's file to
    /// something [unusable](Incident::Edited). **Whoever may read it learns the names of all topics that are saved**,
    /// the keys of families among them, and the reasons, which may have paths of files and values in them: so
    /// name those windows. None writes it, whatever its scope.
    ///
    /// ```no_run
    /// # use revgate::Topic;
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Clone, Default, Serialize, Deserialize)]
    /// # struct Player { volume: u8 }
    /// # impl Topic for Player { const NAME: &'static str = "player"; }
    /// # fn plugin<R: tauri::Runtime>() -> tauri::plugin::TauriPlugin<R> {
    /// use tauri_plugin_revgate::Builder;
    ///
    /// Builder::new().persistent_topic(Player::default()).unsaved().build()
    /// # }
    /// ```
    ///
    /// ```json
    /// { "identifier": "revgate:read", "allow": [{ "topic": "unsaved" }] }
    /// ```
    ///
    /// In Leptos that is `use_topic::<Unsaved>()`, in JavaScript `createTopic('unsaved')`.
    pub fn unsaved(self) -> Self {
        self.topic(Unsaved::default())
    }

    /// The store by which the topics that are [joined](TopicOptions::joined) are the same on several machines:
    /// the crate `revgate-nats` has one on NATS JetStream,
    /// [`upstream::Memory`](crate::upstream::Memory) is one for tests.
    ///
    /// ```no_run
    /// # use revgate::Topic;
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Clone, Default, Serialize, Deserialize)]
    /// # struct Board { notes: Vec<String> }
    /// # impl Topic for Board { const NAME: &'static str = "board"; }
    /// # fn plugin<R: tauri::Runtime>() -> tauri::plugin::TauriPlugin<R> {
    /// use tauri_plugin_revgate::persistence::Persistence;
    /// use tauri_plugin_revgate::{Builder, TopicOptions, upstream::Memory};
    ///
    /// let options = TopicOptions::new().persist(Persistence::new()).joined();
    /// Builder::new().upstream(Memory::new()).topic_with(Board::default(), options).build()
    /// # }
    /// ```
    #[cfg(feature = "upstream")]
    pub fn upstream(mut self, upstream: impl Upstream) -> Self {
        let (link, upstreams) = Link::new(upstream);
        if self.registry.joints().set_link(Arc::new(link)) {
            self.upstreams = Some(upstreams);
        } else {
            self.error = self.error.or(Some(RegistryError::TwoUpstreams));
        }
        self
    }

    /// Has windows know what other machines cannot have yet: adds the topic [`Unsynced`](revgate::Unsynced), which those
    /// may read whose capability says so. **Whoever may read it learns the names of all topics that are joined**, and
    /// where the store is. None writes it, whatever its scope.
    ///
    /// ```json
    /// { "identifier": "revgate:read", "allow": [{ "topic": "unsynced" }] }
    /// ```
    ///
    /// In Leptos that is `use_topic::<Unsynced>()`, in JavaScript `createTopic<Unsynced>('unsynced')`; from Rust, of one
    /// topic, [`TopicHandle::syncing`](crate::TopicHandle::syncing).
    #[cfg(feature = "upstream")]
    pub fn unsynced(self) -> Self {
        self.topic(revgate::Unsynced::default())
    }

    /// How long an [end](crate::persistence::Save) of the app waits for a disk that does not
    /// answer. What is not saved then is [told](Incident::Unfinished). Default:
    /// [`END_LIMIT`](crate::persistence::saver::END_LIMIT), 5 s.
    pub fn end_within(mut self, limit: Duration) -> Self {
        self.persist.end_limit = limit;
        self
    }

    /// Leaves SIGTERM, SIGINT and SIGHUP alone. Default: on Linux and macOS, each of them that is
    /// neither ignored nor handled when the app is ready saves all before it ends the app, as it
    /// does by default. (macOS does not say whether that is so, and only SIGTERM is heard.)
    ///
    /// For apps that begin to listen for them later, with tokio for example: **end those by
    /// `AppHandle::exit`**, and all is saved.
    pub fn without_signals(mut self) -> Self {
        self.ignores_signals = true;
        self
    }

    /// Shows these windows, by their labels, so long after they are opened, if they are hidden then. For
    /// windows that are opened hidden (`"visible": false` in the app's configuration) and shown by their
    /// pages once those have something to show, so that nobody sees a window without it: in Leptos by
    /// `revgate_leptos::show_window_when`, in JavaScript by one line,
    ///
    /// ```js
    /// player.ready().then(() => getCurrentWindow().show());
    /// ```
    ///
    /// for which the window's capability has `core:window:allow-show`. A page that throws, waits for an answer
    /// in vain, loads itself anew again and again or goes to a site that may show nothing, does not show its
    /// window, which must not stay out of sight. Default: none.
    ///
    /// ```no_run
    /// # fn plugin<R: tauri::Runtime>() -> tauri::plugin::TauriPlugin<R> {
    /// use std::time::Duration;
    /// use tauri_plugin_revgate::Builder;
    ///
    /// Builder::new().show_within(Duration::from_secs(3), ["main", "settings"]).build()
    /// # }
    /// ```
    pub fn show_within<L: Into<String>>(
        mut self,
        limit: Duration,
        windows: impl IntoIterator<Item = L>,
    ) -> Self {
        self.hidden = Hidden::new(limit, windows);
        self
    }

    /// The plugin, for `tauri::Builder::plugin`.
    pub fn build<R: Runtime>(self) -> TauriPlugin<R> {
        let Self { registry, events, persist, ignores_signals, hidden, actions, error, .. } = self;
        #[cfg(feature = "upstream")]
        let (upstreams, error) = (self.upstreams, error.or_else(|| registry.check_joined().err()));
        // The first error is the one to report.
        let errors = actions.into_iter().map(|register| register(&registry).err());
        let error = errors.fold(error, Option::or);
        plugin::Builder::new("revgate")
            .js_init_script(format!("{}{}", commands::SCRIPT, inspector::SCRIPT))
            .invoke_handler(tauri::generate_handler![
                commands::subscribe,
                commands::unsubscribe,
                commands::snapshot,
                commands::snapshot_bytes,
                commands::preload,
                commands::replace,
                commands::patch,
                commands::act,
                commands::present,
                commands::can_write,
                commands::create,
                commands::remove,
                commands::inspect,
                #[cfg(feature = "inspector")]
                commands::survey,
                #[cfg(feature = "inspector")]
                commands::report,
                #[cfg(feature = "inspector")]
                commands::trace,
                #[cfg(feature = "inspector")]
                commands::hurt,
                #[cfg(feature = "inspector")]
                commands::export_session,
                #[cfg(feature = "inspector")]
                commands::open_inspector,
            ])
            .setup(move |app, _| {
                if let Some(error) = error {
                    return Err(error.into());
                }
                if registry.is_persistent() {
                    let folder = match &persist.data_folder {
                        Some(folder) => folder.clone(),
                        None => app.path().app_data_dir()?,
                    };
                    start::start(&registry, persist, &folder)?;
                }
                #[cfg(feature = "upstream")]
                upstreams.into_iter().for_each(|upstreams| upstream::begin(&registry, upstreams));
                let emit = emitter(app, &events)?;
                sender::spawn(registry.sender().clone(), emit)?;
                ending::end_with(app, &registry);
                app.manage(registry);
                Ok(())
            })
            // A page that loads anew has lost its callbacks: what the old one subscribed ends, and
            // what it told of itself.
            .on_page_load(|webview, load| {
                if load.event() == PageLoadEvent::Started {
                    webview.state::<Registry>().drop_window(webview.label());
                }
            })
            .on_webview_ready(move |webview| {
                closed::watch(&webview);
                crash::watch(&webview);
                hidden.watch(&webview);
            })
            .on_event(move |app, event| match event {
                RunEvent::WindowEvent { label, event: WindowEvent::Destroyed, .. } => {
                    app.state::<Registry>().drop_window(label);
                }
                RunEvent::Ready if !ignores_signals => {
                    ending::end_before_signals(&app.state::<Registry>());
                }
                event => ending::handle(event, || app.state::<Registry>().inner().clone()),
            })
            .build()
    }

    fn register(
        mut self,
        options: TopicOptions,
        add: impl FnOnce(&Registry, TopicOptions) -> Result<(), RegistryError>,
    ) -> Self {
        self.events.extend(options.event.clone());
        let added = add(&self.registry, options);
        // The first error is the one to report.
        self.error = self.error.or(added.err());
        self
    }
}

/// Emits announcements as events of the app.
///
/// # Errors
///
/// If Tauri does not allow one of these names.
fn emitter<R: Runtime>(app: &AppHandle<R>, events: &BTreeSet<String>) -> tauri::Result<Emit> {
    for event in events {
        // It reaches nobody, but its name is checked.
        app.emit_filter(event, (), |_| false)?;
    }
    // Without events the sender does not keep the app alive.
    let app = (!events.is_empty()).then(|| app.clone());
    Ok(Box::new(move |event: &str, news: Invalidation| match &app {
        Some(app) => app.emit(event, news),
        None => Ok(()),
    }))
}
