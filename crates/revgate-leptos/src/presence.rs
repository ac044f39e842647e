//! What the window tells the others of itself, and what they tell of themselves.

use std::cell::Cell;
use std::rc::{Rc, Weak};

use leptos::prelude::*;

use revgate::{Presence, Present, TopicName, TopicNameError};
use revgate_client::host::Browser;
use revgate_client::page::{self, Page};
use revgate_client::{Presenter, Status, SyncError};

use crate::hooks::signal;
use crate::shared::{Listener, once, options};
use crate::signal::TopicSignal;

/// Tells the other windows of this one, and this one of the others, for as long as the calling
/// component lives. All components of a window share one entry: the last word counts, and ends with
/// the component that has spoken it, or with the page.
///
/// The window needs to be allowed to `revgate:read` the topic, and to be `revgate:present` in it.
///
/// ```no_run,standalone_crate
/// use leptos::prelude::*;
/// use revgate::Presence;
/// use revgate_leptos::use_presence;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, Serialize, Deserialize)]
/// struct Cursor { line: u32 }
///
/// impl Presence for Cursor {
///     const NAME: &'static str = "cursor";
/// }
///
/// #[component]
/// fn Others() -> impl IntoView {
///     let cursors = use_presence::<Cursor>();
///     cursors.set(&Cursor { line: 1 });
///     let lines = move || cursors.others().into_iter().map(|(window, cursor)| {
///         view! { <li>{window} " is at line " {cursor.line}</li> }
///     });
///     view! { <ul>{move || lines().collect_view()}</ul> }
/// }
/// ```
pub fn use_presence<P: Presence>() -> PresenceSignal<P> {
    use_in(TopicName::of::<Present<P>>())
}

/// As [`use_presence`], in one topic of the family, by its key: who has the document `42` open, say.
///
/// ```no_run,standalone_crate
/// # use revgate::Presence;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Clone, Serialize, Deserialize)]
/// # struct Cursor { line: u32 }
/// # impl Presence for Cursor { const NAME: &'static str = "cursor"; }
/// use revgate_leptos::use_presence_of;
///
/// # fn here() -> Result<(), revgate::TopicNameError> {
/// use_presence_of::<Cursor>("42")?.set(&Cursor { line: 1 });
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// If the key makes no well-formed name: see [`TopicName`].
pub fn use_presence_of<P: Presence>(key: &str) -> Result<PresenceSignal<P>, TopicNameError> {
    TopicName::keyed::<Present<P>>(key).map(use_in)
}

fn use_in<P: Presence>(topic: TopicName) -> PresenceSignal<P> {
    let present = signal::<Present<P>>(topic.clone());
    let shared = once(&topic, |topic| Rc::new_cyclic(|shared| Presenting::start(topic, shared)));
    let error = shared.error.clone().into();
    let window = StoredValue::new(shared.window.clone());
    let user = StoredValue::new_local(User { id: shared.next_user(), shared });
    Effect::new(move |_| {
        let version = present.version();
        present.with(|state| {
            if let Some(version) = version {
                user.with_value(|user| user.shared.presenter.seen(state, version));
            }
        });
    });
    PresenceSignal { present, window, error, user }
}

/// What one component has of the window's presence, and of the others'. `Copy`, so that every
/// closure can have it.
///
/// What says "tracked" wakes the effect or view that reads it when it changes.
///
/// ```no_run,standalone_crate
/// use leptos::prelude::*;
/// # use revgate::Presence;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Clone, Serialize, Deserialize)]
/// # struct Cursor { line: u32 }
/// # impl Presence for Cursor { const NAME: &'static str = "cursor"; }
/// use revgate_leptos::PresenceSignal;
///
/// fn here(cursors: PresenceSignal<Cursor>) -> impl IntoView {
///     let leave = move |_| cursors.clear();
///     view! { <button on:blur=leave>{move || cursors.others().len()} " others are here"</button> }
/// }
/// ```
pub struct PresenceSignal<P: Presence> {
    present: TopicSignal<Present<P>>,
    /// The label of this webview.
    window: StoredValue<String>,
    error: RwSignal<Option<SyncError>>,
    user: StoredValue<User<P>, LocalStorage>,
}

/// The page's one presenter of a topic. It ends with its last user.
struct Presenting<P: Presence> {
    presenter: Presenter<P, Page, Browser>,
    window: String,
    error: ArcRwSignal<Option<SyncError>>,
    /// Counts those who use it.
    users: Cell<u64>,
    /// Who has spoken last.
    speaker: Cell<u64>,
    _page: Listener,
}

/// A component. What it has said ends with it.
struct User<P: Presence> {
    id: u64,
    shared: Rc<Presenting<P>>,
}

impl<P: Presence> PresenceSignal<P> {
    /// Tells the others this, in place of what was told before: see [`Presenter::set`]. A failure
    /// shows in [`PresenceSignal::error`] and the log. Of a component that has been unmounted
    /// nothing is told any more.
    pub fn set(&self, entry: &P) {
        self.user.try_with_value(|user| {
            user.shared.speaker.set(user.id);
            user.shared.error.set(None);
            user.shared.presenter.set(entry);
        });
    }

    /// Tells the others nothing any more.
    pub fn clear(&self) {
        self.user.try_with_value(|user| user.shared.presenter.clear());
    }

    /// The other windows, by their labels, and what they tell of themselves; tracked.
    pub fn others(&self) -> Vec<(String, P)> {
        self.present.with(|present| {
            self.window.with_value(|own| {
                let others =
                    present.others(own).map(|(window, entry)| (window.to_owned(), entry.clone()));
                others.collect()
            })
        })
    }

    /// A part of what all windows tell of themselves, this one among them: it wakes its readers only
    /// when that part changes.
    pub fn select<U>(&self, part: impl Fn(&Present<P>) -> U + Send + Sync + 'static) -> Memo<U>
    where
        U: PartialEq + Send + Sync + 'static,
    {
        self.present.select(part)
    }

    /// How the synchronisation is doing, tracked.
    pub fn status(&self) -> Status {
        self.present.status()
    }

    /// The last failure, to tell or to hear, tracked; `None` again once something was told, or
    /// heard, after it.
    pub fn error(&self) -> Option<SyncError> {
        self.error.get().or_else(|| self.present.error())
    }
}

impl<P: Presence> Presenting<P> {
    fn start(topic: TopicName, shared: &Weak<Self>) -> Self {
        let error = ArcRwSignal::new(None);
        let window = page::label().unwrap_or_default();
        let hears = {
            let error = error.clone();
            move |failure: Option<&SyncError>| error.set(failure.cloned())
        };
        let presenter = Presenter::start(topic, window.clone(), Page, Browser, options(), hears);
        let (users, speaker) = (Cell::default(), Cell::default());
        let page = Listener::on_return(shared, |shared| shared.presenter.resume());
        Self { presenter, window, error, users, speaker, _page: page }
    }

    fn next_user(&self) -> u64 {
        self.users.set(self.users.get() + 1);
        self.users.get()
    }
}

impl<P: Presence> Drop for User<P> {
    fn drop(&mut self) {
        if self.shared.speaker.get() == self.id {
            self.shared.presenter.clear();
        }
    }
}

impl<P: Presence> Clone for PresenceSignal<P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P: Presence> Copy for PresenceSignal<P> {}
