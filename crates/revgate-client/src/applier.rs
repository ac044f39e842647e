//! Takes a topic over into what a framework, or the app, holds.

#[cfg(feature = "dioxus")]
mod dioxus;
mod keys;
#[cfg(feature = "sycamore")]
mod sycamore;
#[cfg(feature = "yew")]
mod yew;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use revgate::gate::Status;
use revgate::{Snapshot, Topic, Version};
use serde::Serialize;
use serde::de::DeserializeOwned;

use self::keys::{Keys, merged};
#[cfg(feature = "yew")]
pub use self::yew::Redrawn;
use crate::{Observer, SyncError};

/// Takes each state of a topic over into something else: a signal, a store, a part of the app's own state.
/// [`Apply`] is one for all that has keys; so is any function of a snapshot.
///
/// ```ignore-wasm32,standalone_crate
/// use std::sync::Arc;
///
/// use revgate::Snapshot;
/// use revgate_settings::Settings;
/// use revgate_client::{Applier, applying};
///
/// /// What the title of the window says.
/// struct Title;
///
/// impl Applier<Settings> for Title {
///     fn apply(&mut self, snapshot: &Snapshot<Arc<Settings>>) -> Result<(), String> {
///         println!("{}, {}", snapshot.data.language, snapshot.revision);
///         Ok(())
///     }
/// }
///
/// let observer = applying(Title);
/// ```
pub trait Applier<T>: 'static {
    /// Takes it over.
    ///
    /// # Errors
    ///
    /// If it cannot, in words: see [`Observer::changed`].
    fn apply(&mut self, snapshot: &Snapshot<Arc<T>>) -> Result<(), String>;
}

impl<T, F: FnMut(&Snapshot<Arc<T>>) + 'static> Applier<T> for F {
    fn apply(&mut self, snapshot: &Snapshot<Arc<T>>) -> Result<(), String> {
        self(snapshot);
        Ok(())
    }
}

/// The observer of a replica that takes its states over, and nothing else.
///
/// ```ignore-wasm32,standalone_crate
/// use std::cell::RefCell;
/// use std::rc::Rc;
///
/// use revgate::TopicName;
/// use revgate_settings::{Settings, Theme};
/// use revgate_client::{Apply, Options, Replica, applying, host::VirtualTime, memory::Memory};
/// use serde::{Deserialize, Serialize};
///
/// /// What this window holds: a part of the settings, and something of its own.
/// #[derive(Clone, Default, Serialize, Deserialize)]
/// struct Look { theme: Theme, is_busy: bool }
///
/// let look = Rc::new(RefCell::new(Look { is_busy: true, ..Look::default() }));
/// let backend = Memory::new().with_topic(&Settings { theme: Theme::Dark, ..Settings::default() });
/// let time = VirtualTime::new();
/// let observer = applying(Apply::<Settings, _>::to(Rc::clone(&look)).pick(&["theme"]));
/// let name = TopicName::of::<Settings>();
/// let _replica = Replica::start(name, backend, time.clone(), Options::default(), observer);
/// time.settle();
/// assert!(look.borrow().theme == Theme::Dark && look.borrow().is_busy);
/// ```
pub fn applying<T: Topic>(applier: impl Applier<T>) -> impl Observer<T> {
    Applying(RefCell::new(applier))
}

/// What a window holds, however it does: given by two functions, or in a cell.
///
/// With two functions, anything can be: the signals of Leptos, a store, a field. With the feature of that name, so can
/// be a signal of `dioxus`, one of `sycamore`, and what a component of `yew` draws (`Redrawn`).
///
/// ```ignore-wasm32,standalone_crate
/// # use std::cell::Cell;
/// # use std::rc::Rc;
/// # use revgate_settings::Settings;
/// # use revgate_client::Apply;
/// let held = Rc::new(Cell::new(14_u32));
/// let (get, set) = (Rc::clone(&held), held);
/// let applier = Apply::<Settings, _>::to((move || get.get(), move |size| set.set(size)))
///     .map(|settings| settings.font_size);
/// ```
pub trait Local: 'static {
    /// What is held.
    type Value;

    /// What it is now.
    fn get(&self) -> Self::Value;

    /// Sets it.
    fn set(&mut self, value: Self::Value);
}

/// What becomes of the keys that are held and that a state does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ApplyMode {
    /// They stay. The default.
    #[default]
    Patch,
    /// They go, except those that are [left out](Apply::omit), or not [picked](Apply::pick).
    Replace,
}

/// Takes the top-level keys of a state, as JSON, over into what is held. **What is equal is not set**, so
/// that nobody is woken.
///
/// ```ignore-wasm32,standalone_crate
/// use std::cell::RefCell;
/// use std::rc::Rc;
///
/// use revgate_settings::Settings;
/// use revgate_client::{Apply, ApplyMode};
/// use serde_json::{Value, json};
///
/// let held = Rc::new(RefCell::new(json!({ "isBusy": true })));
/// // All of the settings but one key, and nothing beside them but what is this window's alone.
/// let applier = Apply::<Settings, Rc<RefCell<Value>>>::to(held)
///     .mode(ApplyMode::Replace)
///     .omit(&["isBusy", "sidebarCollapsed"]);
/// ```
pub struct Apply<T, H> {
    held: H,
    json: Json<T>,
    mode: ApplyMode,
    keys: Keys,
    strict: bool,
}

type Json<T> = Box<dyn Fn(&T) -> serde_json::Result<String>>;

impl<T: Topic, H: Local> Apply<T, H> {
    /// All keys, patched.
    #[must_use]
    pub fn to(held: H) -> Self {
        let json = Box::new(|state: &T| serde_json::to_string(state));
        Self { held, json, mode: ApplyMode::default(), keys: Keys::All, strict: true }
    }

    /// What becomes of the keys that a state does not have.
    #[must_use]
    pub fn mode(self, mode: ApplyMode) -> Self {
        Self { mode, ..self }
    }

    /// Only these keys are touched; instead of what was picked or left out before.
    #[must_use]
    pub fn pick(self, keys: &[&str]) -> Self {
        Self { keys: Keys::Only(keys.iter().map(|key| (*key).to_owned()).collect()), ..self }
    }

    /// These keys are never touched: what is this window's alone. Instead of what was picked or left out
    /// before.
    #[must_use]
    pub fn omit(self, keys: &[&str]) -> Self {
        Self { keys: Keys::Not(keys.iter().map(|key| (*key).to_owned()).collect()), ..self }
    }

    /// Makes the shape that is held of the topic's. Keys are picked or left out after it.
    #[must_use]
    pub fn map<S: Serialize>(self, map: impl Fn(&T) -> S + 'static) -> Self {
        Self { json: Box::new(move |state| serde_json::to_string(&map(state))), ..self }
    }

    /// Whether a state without keys is an error, when keys are what is taken over; without, it is left alone.
    /// With [`ApplyMode::Replace`], and neither picked nor left out keys, any state can be taken over. Default:
    /// yes.
    #[must_use]
    pub fn strict(self, strict: bool) -> Self {
        Self { strict, ..self }
    }
}

impl<T, H> Applier<T> for Apply<T, H>
where
    T: Topic,
    H: Local<Value: Serialize + DeserializeOwned>,
{
    fn apply(&mut self, snapshot: &Snapshot<Arc<T>>) -> Result<(), String> {
        let unheld = |error| format!("the state cannot be taken over: {error}");
        let next = (self.json)(&snapshot.data).map_err(unheld)?;
        let held = serde_json::to_string(&self.held.get()).map_err(unheld)?;
        match merged(&held, &next, self.mode, &self.keys) {
            Some(made) if made == held => Ok(()),
            Some(made) => {
                let made = serde_json::from_str(&made).map_err(unheld)?;
                self.held.set(made);
                Ok(())
            }
            None if self.strict => {
                Err("the state cannot be taken over key by key: it, or what it \
                                        is taken over into, has no keys"
                    .to_owned())
            }
            None => Ok(()),
        }
    }
}

struct Applying<A>(RefCell<A>);

impl<T, A: Applier<T>> Observer<T> for Applying<A> {
    fn changed(&self, state: &Arc<T>, version: Version) -> Result<(), String> {
        // In a browser, what a panic has borrowed stays borrowed.
        let applier = self.0.try_borrow_mut();
        let mut applier = applier.map_err(|_| "the applier has panicked before".to_owned())?;
        applier.apply(&Snapshot::new(version, Arc::clone(state)))
    }

    fn status(&self, _: Status) {}

    fn failed(&self, _: &SyncError) {}
}

impl<L: Clone + 'static> Local for Rc<RefCell<L>> {
    type Value = L;

    fn get(&self) -> L {
        self.borrow().clone()
    }

    fn set(&mut self, value: L) {
        self.replace(value);
    }
}

impl<L, G: Fn() -> L + 'static, S: FnMut(L) + 'static> Local for (G, S) {
    type Value = L;

    fn get(&self) -> L {
        self.0()
    }

    fn set(&mut self, value: L) {
        self.1(value);
    }
}
