//! How a topic is saved.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use revgate::{Pacing, PacingError, Topic, TopicName};

use crate::fields::{NoField, missing};
use crate::{Codec, Fields, Incident, Json, Migrations, PointerError};

/// How a topic is saved; each method states its default.
///
/// **A field that the type gets later needs no migration**: where serde cannot do without it, it
/// begins as the topic was registered with. In the items of a list it needs a `#[serde(default)]`
/// or a migration, unless the items that the topic was registered with agree on it; a topic of a
/// family is completed when it is opened with an initial state. What an older program does not know
/// of what a newer one has saved is kept.
///
/// ```
/// use std::time::Duration;
/// use revgate_persistence::{Migrations, Persistence, Save};
///
/// let persistence = Persistence::new()
///     .save(Save::after(Duration::from_millis(500)))
///     .without(["/password"])
///     .migrations(Migrations::new().then(|data| Ok(data)));
/// assert!(persistence.check().is_ok());
///
/// let nonsense = Persistence::new().without(["password"]);
/// assert!(nonsense.check().unwrap_err().to_string().contains("`password` names no field"));
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Persistence {
    pub(crate) save: Save,
    pub(crate) durable: bool,
    pub(crate) fields: Result<Fields, PointerError>,
    pub(crate) migrations: Migrations,
    pub(crate) codec: Arc<dyn Codec>,
    /// A file, and where in it.
    pub(crate) import: Option<(PathBuf, String)>,
    /// Of which pointers it has been said that they name no field: once for all topics of a family.
    said: Arc<Mutex<BTreeSet<String>>>,
}

/// When a changed topic is saved.
///
/// What is not saved yet is saved **when the app ends**, whatever is chosen here but
/// [`Save::Manually`]. With the plugin, an end is:
///
/// - each of Tauri's own: the last window closes, `exit`, `restart` and `request_restart`, from any
///   thread, and whatever calls `cleanup_before_exit`, as updaters do. What the app writes in its own
///   handler of `RunEvent::Exit` is on the disk when it is answered; a later write fails.
/// - the end of the session on macOS and Windows, which Tauri hears as `RunEvent::Exit`;
/// - SIGTERM, SIGINT and SIGHUP, unless the app has handlers of its own;
/// - on Android and iOS, each time that the app is suspended (`WindowEvent::Suspended`): it may
///   never run again.
///
/// No end, as nobody hears of it: a kill, a panic that aborts, a loss of power, and
/// `std::process::exit` called by the app itself anywhere but in its handler of `RunEvent::Exit`.
/// Then what was not on the disk is lost, and what is there is whole.
///
/// What fails at the end is tried again for a second. A disk that does not answer is waited for no
/// longer than [`END_LIMIT`](crate::saver::END_LIMIT), unless the app says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Save {
    /// After its changes, paced so; and at an end, if changes are waiting then. Where nobody hears
    /// of the end, changes of the last moments are lost: as many as the pacing puts off.
    OnChange(Pacing),
    /// At an end, or when the app asks. Where nobody hears of the end, all changes since the start,
    /// or since it has asked last, are lost.
    OnExit,
    /// When the app asks, and else never: at an end, changes that it has not asked for are lost.
    Manually,
}

/// Options that make no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PersistenceOptionsError {
    /// See [`PacingError`].
    #[error(transparent)]
    Pacing(#[from] PacingError),
    /// See [`PointerError`].
    #[error(transparent)]
    Pointer(#[from] PointerError),
}

impl Save {
    /// When nothing has changed for `quiet`, and at the latest after ten times that.
    pub const fn after(quiet: Duration) -> Self {
        Self::OnChange(Pacing::debounce(quiet))
    }

    /// While it changes, once in each `interval`.
    pub const fn every(interval: Duration) -> Self {
        Self::OnChange(Pacing::none().throttle(interval).leading(false))
    }
}

impl Default for Save {
    /// When nothing has changed for 100 ms, and at the latest after 1 s.
    fn default() -> Self {
        Self::after(Duration::from_millis(100))
    }
}

impl Persistence {
    /// The defaults.
    pub fn new() -> Self {
        Self {
            save: Save::default(),
            durable: false,
            fields: Ok(Fields::All),
            migrations: Migrations::new(),
            codec: Arc::new(Json),
            import: None,
            said: Arc::default(),
        }
    }

    /// When it is saved. Default: [`Save::default`].
    pub fn save(mut self, save: Save) -> Self {
        self.save = save;
        self
    }

    /// Answers each write, from Rust and from windows, when it is on the disk. Writes that come at
    /// the same time share one turn of the disk. Default: no, a write is answered at once.
    pub fn durable(mut self) -> Self {
        self.durable = true;
        self
    }

    /// Saves these fields and no others, by their [pointers](crate::Pointer), as `/theme` or
    /// `/accounts/*/name`. The others are as the topic was registered with whenever the app starts;
    /// for those in lists, see [`Fields`]. Default: all fields.
    ///
    /// A pointer that names no field of the state that the topic begins with, and that its type
    /// does not know either, is [said](crate::Incident::NoField) at the start. What is on the disk
    /// from before and is not to be saved any more is removed from it at the next start.
    pub fn only<P: AsRef<str>>(mut self, pointers: impl IntoIterator<Item = P>) -> Self {
        self.fields = Fields::only(pointers);
        self
    }

    /// Saves all fields but these, by their [pointers](crate::Pointer): secrets, for example, as
    /// `/password` or `/accounts/*/token`. Otherwise as [`Persistence::only`]. Default: all fields.
    ///
    /// What has been [set aside](crate::Storage::set_aside) stays as it is, and a database may have
    /// removed bytes in its file until it uses their place again. A field that the type has no more
    /// is removed by a [migration](Self::migrations); the backup has it until the topic was saved twice since.
    pub fn without<P: AsRef<str>>(mut self, pointers: impl IntoIterator<Item = P>) -> Self {
        self.fields = Fields::without(pointers);
        self
    }

    /// The ways from older shapes of the state. Default: none.
    pub fn migrations(mut self, migrations: Migrations) -> Self {
        self.migrations = migrations;
        self
    }

    /// How the state becomes bytes. Default: [`Json`].
    pub fn codec(mut self, codec: impl Codec) -> Self {
        self.codec = Arc::new(codec);
        self
    }

    /// The JSON file that the topic begins with when nothing of it has been saved. It is read and
    /// left in place. It takes the way of the [migrations](Self::migrations) as the oldest shape,
    /// and what it lacks, at any depth, is as the topic was registered with; a map has just its own
    /// entries. A relative path counts from the app's data folder. Default: none.
    ///
    /// The file of the store `settings` is `tauri-store/settings.json` with tauri-store, and with
    /// its plugins `pinia/settings.json`, `zustand/settings.json` and so on; with
    /// tauri-plugin-store it is what the app has named it.
    pub fn import(self, file: impl Into<PathBuf>) -> Self {
        self.import_at(file, "")
    }

    /// As [`Persistence::import`], of what is in the file at this JSON pointer (RFC 6901):
    /// tauri-plugin-store keeps what was `set` as `settings` at `/settings`.
    pub fn import_at(mut self, file: impl Into<PathBuf>, pointer: impl Into<String>) -> Self {
        self.import = Some((file.into(), pointer.into()));
        self
    }

    /// Whether the options make sense.
    ///
    /// # Errors
    ///
    /// The first that does not.
    pub fn check(&self) -> Result<(), PersistenceOptionsError> {
        if let Save::OnChange(pacing) = &self.save {
            pacing.check()?;
        }
        self.fields.as_ref().map(drop).map_err(|error| error.clone().into())
    }

    /// Says of each field that is to be saved, or not, and that the topic does not have, once: see
    /// [`Incident::NoField`].
    pub fn check_fields<T: Topic>(&self, topic: &TopicName, state: &T, report: &dyn Fn(Incident)) {
        for NoField { pointer, within, fields } in missing::<T>(self.fields(), state) {
            // Whole after every statement, so a panic elsewhere spoils nothing.
            let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
            let is_new = said.insert(pointer.clone());
            drop(said);
            if is_new {
                report(Incident::NoField { topic: topic.clone(), pointer, within, fields });
            }
        }
    }

    /// Whether each write is answered only when it is on the disk.
    pub fn is_durable(&self) -> bool {
        self.durable
    }

    /// Whether all fields are saved.
    pub fn saves_all(&self) -> bool {
        *self.fields() == Fields::All
    }

    pub(crate) fn fields(&self) -> &Fields {
        // What is not well-formed has been refused by `check`.
        self.fields.as_ref().unwrap_or(&Fields::All)
    }
}

impl Default for Persistence {
    fn default() -> Self {
        Self::new()
    }
}
