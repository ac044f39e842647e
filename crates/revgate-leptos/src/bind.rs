//! A part of a topic that a control shows and changes.

mod control;
mod face;
mod listener;
mod text;

use std::fmt::Display;
use std::rc::Rc;
use std::str::FromStr;
use std::sync::Arc;

use leptos::prelude::*;
use revgate::Topic;
use revgate_client::{TextEdit, Transport};
use web_sys::Element;

use self::face::{Enter, Face};
use crate::signal::TopicSignal;

/// A part of a topic as a control shows and changes it: from [`TopicSignal::bind`] and
/// [`TopicSignal::bind_text`], for the directive [`bind`]. `Copy`, so that every closure can have it.
///
/// ```no_run,standalone_crate
/// use leptos::prelude::*;
/// use revgate_leptos::{Bound, bind};
///
/// /// A slider for any number of any topic.
/// #[component]
/// fn Slider(bound: Bound<u8>) -> impl IntoView {
///     view! {
///         <input type="range" max=100 use:bind=bound />
///         <output>{move || bound.get()}</output>
///         <p role="alert">{move || bound.error()}</p>
///     }
/// }
/// ```
pub struct Bound<V: Send + Sync + 'static> {
    value: Memo<V>,
    /// What the control shows while somebody has it in hand.
    held: RwSignal<Option<V>>,
    error: RwSignal<Option<String>>,
    face: StoredValue<Rc<Face>, LocalStorage>,
}

impl<V: Clone + Send + Sync> Bound<V> {
    /// What the control shows, tracked: the topic's value, or what somebody has in hand, as a slider that is
    /// dragged.
    pub fn get(&self) -> V {
        self.held.get().unwrap_or_else(|| self.value.get())
    }

    /// Why the last thing that was entered here was refused, in words to be shown next to the control,
    /// tracked; `None` again once something is taken.
    pub fn error(&self) -> Option<String> {
        self.error.get()
    }
}

impl<V: Send + Sync> Clone for Bound<V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V: Send + Sync> Copy for Bound<V> {}

/// Binds a control to a part of a topic, both ways: `<input use:bind=size />`.
///
/// The control may be an `<input>` of any type (a check box is bound to a `bool`, each of some radio buttons
/// to what its `value` says), a `<select>` or a `<textarea>`. What is entered is shown in every window at
/// once. **News from elsewhere never fight who has the control in hand:**
///
/// - A slider stays under the finger or mouse button that is down on it. However fast it is dragged, one
///   write at a time is under way.
/// - A text field of [`TopicSignal::bind_text`] takes in what others type while somebody types in it: no
///   key stroke is lost, and the caret stays between the characters where it is. Any other field that is
///   typed in, as a number, keeps what is typed until it is left.
/// - While an input method composes, nothing is put into the field and nothing sent of it.
///
/// What is refused, here or by the backend, goes back to what is so, and [`Bound::error`] says why; but what
/// is only on its way to be right, such as the `1` of `14`, stays until the field is left.
///
/// ```no_run,standalone_crate
/// use leptos::prelude::*;
/// # use revgate::Topic;
/// use revgate_leptos::{bind, use_topic};
/// # use serde::{Deserialize, Serialize};
///
/// # #[derive(Clone, Default, Serialize, Deserialize)]
/// # struct Player { name: String, volume: u8, muted: bool, mode: String }
/// # impl Topic for Player { const NAME: &'static str = "player"; }
/// #[component]
/// fn Controls() -> impl IntoView {
///     let player = use_topic::<Player>();
///     let name = player.bind_text(|player| player.name.clone(), |player, name| player.name = name);
///     let volume = player.bind(|player| player.volume, |player, volume| player.volume = volume);
///     let muted = player.bind(|player| player.muted, |player, muted| player.muted = muted);
///     let mode = player.bind(|player| player.mode.clone(), |player, mode| player.mode = mode);
///     view! {
///         <input use:bind=name />
///         <input type="range" max=11 use:bind=volume />
///         <output>{move || volume.get()}</output>
///         <p role="alert">{move || volume.error()}</p>
///         <input type="checkbox" use:bind=muted />
///         <select use:bind=mode>
///             <option>"album"</option>
///             <option>"shuffle"</option>
///         </select>
///     }
/// }
/// ```
pub fn bind<V: Send + Sync + 'static>(element: Element, bound: Bound<V>) {
    if let Some(face) = bound.face.try_get_value() {
        control::attach(element, face);
    }
}

impl<T: Topic, X: Transport> TopicSignal<T, X> {
    /// A part of the state for a control that is set as a whole: a slider, a select, a check box, a number.
    /// See [`bind`].
    ///
    /// The control shows the value as it is displayed, and enters what can be parsed.
    ///
    /// ```no_run,standalone_crate
    /// use leptos::prelude::*;
    /// # use revgate::Topic;
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Clone, Default, Serialize, Deserialize)]
    /// # struct Player { volume: u8 }
    /// # impl Topic for Player { const NAME: &'static str = "player"; }
    /// use revgate_leptos::{TopicSignal, bind};
    ///
    /// fn volume(player: TopicSignal<Player>) -> impl IntoView {
    ///     let volume = player.bind(|player| player.volume, |player, to| player.volume = to);
    ///     view! { <input type="range" max=11 use:bind=volume /> }
    /// }
    /// ```
    pub fn bind<V>(
        &self,
        read: impl Fn(&T) -> V + Send + Sync + 'static,
        write: impl Fn(&mut T, V) + 'static,
    ) -> Bound<V>
    where
        V: Display + FromStr<Err: Display> + Clone + PartialEq + Send + Sync + 'static,
    {
        let (topic, write) = (*self, Rc::new(write));
        let (value, held, error) = (self.select(read), RwSignal::new(None), RwSignal::new(None));
        let enter = move |text: &str| {
            let value = text.parse::<V>().map_err(|error| error.to_string())?;
            if held.with_untracked(Option::is_some) {
                held.set(Some(value.clone()));
            }
            let write = Rc::clone(&write);
            Ok(topic.update(move |state| write(state, value.clone())))
        };
        let hold = move |is_held: bool| held.set(is_held.then(|| value.get_untracked()));
        let face = Face {
            show: Box::new(move || value.with(V::to_string)),
            enter: Enter::Whole(Box::new(enter)),
            hold: Box::new(hold),
            is_ready: Box::new(move || topic.is_ready_untracked()),
            error,
        };
        Bound { value, held, error, face: StoredValue::new_local(Rc::new(face)) }
    }

    /// A text of the state for a field that several windows may type in at once. See [`bind`].
    ///
    /// `write` is played again on whatever other windows have written meanwhile, with a text that has what
    /// both have typed: see [`TextEdit`].
    pub fn bind_text(
        &self,
        read: impl Fn(&T) -> String + Send + Sync + 'static,
        write: impl Fn(&mut T, String) + 'static,
    ) -> Bound<String> {
        let (topic, read, write) = (*self, Arc::new(read), Rc::new(write));
        let (held, error) = (RwSignal::new(None), RwSignal::new(None));
        let value = {
            let read = Arc::clone(&read);
            self.select(move |state| read(state))
        };
        let enter = move |edit: TextEdit| {
            let (read, write) = (Arc::clone(&read), Rc::clone(&write));
            topic.update(move |state| {
                let text = edit.apply(&read(state));
                write(state, text);
            })
        };
        let face = Face {
            show: Box::new(move || value.get()),
            enter: Enter::Edit(Box::new(enter)),
            hold: Box::new(|_| {}),
            is_ready: Box::new(move || topic.is_ready_untracked()),
            error,
        };
        Bound { value, held, error, face: StoredValue::new_local(Rc::new(face)) }
    }
}
