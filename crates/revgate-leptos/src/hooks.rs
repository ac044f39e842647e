//! The hooks of topics, and of parts of them.

use revgate::{PartError, Topic, TopicName, TopicNameError, TopicPart};

use crate::shared::shared;
use crate::signal::TopicSignal;

/// The topic `T`, kept the same as in every other window, for as long as the calling component
/// lives. All components of a window share one subscription.
///
/// **A `Suspense` or `Transition` shows its fallback until the first state is there** of each topic that is
/// used or read in it, so that nothing in it is rendered with defaults:
///
/// ```no_run,standalone_crate
/// use leptos::prelude::*;
/// # use revgate::Topic;
/// use revgate_leptos::use_topic;
/// # use serde::{Deserialize, Serialize};
///
/// # #[derive(Clone, Default, Serialize, Deserialize)]
/// # struct Player { volume: u8 }
/// # impl Topic for Player { const NAME: &'static str = "player"; }
/// #[component]
/// fn Window() -> impl IntoView {
///     view! {
///         <Suspense fallback=|| "…">
///             <Volume />
///         </Suspense>
///     }
/// }
///
/// #[component]
/// fn Volume() -> impl IntoView {
///     let player = use_topic::<Player>();
///     view! { <p>{move || player.get().volume}</p> }
/// }
/// ```
///
/// Without one around, a component shows `T::default()` till then: [`TopicSignal::is_ready`] tells.
pub fn use_topic<T: Topic + Default>() -> TopicSignal<T> {
    signal(TopicName::of::<T>())
}

/// One topic of the family `T`, by its key: `doc:42` for the key `42` and [`Topic::NAME`] `doc`.
/// Otherwise as [`use_topic`].
///
/// ```no_run,standalone_crate
/// use leptos::prelude::*;
/// # use revgate::Topic;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Clone, Default, Serialize, Deserialize)]
/// # struct Doc { title: String }
/// # impl Topic for Doc { const NAME: &'static str = "doc"; }
/// use revgate_leptos::use_topic_of;
///
/// # fn title() -> Result<impl IntoView, revgate::TopicNameError> {
/// let doc = use_topic_of::<Doc>("42")?;
/// # Ok(
/// view! { <h1>{move || doc.get().title}</h1> }
/// # )
/// # }
/// ```
///
/// # Errors
///
/// If the key makes no well-formed name: see [`TopicName`].
pub fn use_topic_of<T: Topic + Default>(key: &str) -> Result<TopicSignal<T>, TopicNameError> {
    TopicName::keyed::<T>(key).map(signal)
}

/// A part of the topic `T`, that at the JSON pointer (RFC 6901) `pointer`, for a window that shows no more of
/// it: **it never has the whole state, and hears nothing of other parts.** Otherwise as [`use_topic`]: it is
/// edited, bound, undone and refused as a topic is, and an edit of it is one of the topic, for all that see
/// that. The permissions are the topic's.
///
/// ```no_run,standalone_crate
/// use std::collections::BTreeMap;
///
/// use leptos::prelude::*;
/// use revgate::Topic;
/// use revgate_leptos::use_topic_part;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, Default, Serialize, Deserialize)]
/// struct Board { docs: BTreeMap<u32, Doc> }
///
/// #[derive(Clone, Default, Serialize, Deserialize)]
/// struct Doc { title: String }
///
/// impl Topic for Board {
///     const NAME: &'static str = "board";
/// }
///
/// #[component]
/// fn Title(id: u32) -> impl IntoView {
///     let doc = use_topic_part::<Board, Doc>(&format!("/docs/{id}")).expect("a pointer");
///     let title = move || doc.with(|doc| doc.value.as_ref().map(|doc| doc.title.clone()));
///     let rename = move |event| {
///         let title = event_target_value(&event);
///         doc.update(move |doc| {
///             if let Some(doc) = &mut doc.value {
///                 doc.title.clone_from(&title);
///             }
///         });
///     };
///     view! { <input prop:value=move || title().unwrap_or_default() on:change=rename /> }
/// }
/// ```
///
/// [`TopicPart::value`] is `None` until the first state has come, which [`TopicSignal::is_ready`] tells, and
/// while there is no such part.
///
/// # Errors
///
/// If that is no pointer to a part: see [`TopicName::part`].
pub fn use_topic_part<T: Topic, P>(pointer: &str) -> Result<TopicSignal<TopicPart<P>>, PartError>
where
    TopicPart<P>: Topic,
{
    use_part_of(&TopicName::of::<T>(), pointer)
}

/// As [`use_topic_part`], of the topic of this name: one of a family, say.
///
/// ```no_run,standalone_crate
/// use revgate::{Topic, TopicName};
/// use revgate_leptos::use_part_of;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Clone, Default, Serialize, Deserialize)]
/// # struct Doc { title: String, pages: Vec<String> }
/// # impl Topic for Doc { const NAME: &'static str = "doc"; }
///
/// # fn first_page() -> Result<(), Box<dyn std::error::Error>> {
/// let doc = TopicName::keyed::<Doc>("42")?;
/// let page = use_part_of::<String>(&doc, "/pages/0")?;
/// # drop(page);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// If that is no pointer to a part: see [`TopicName::part`].
pub fn use_part_of<P>(
    topic: &TopicName,
    pointer: &str,
) -> Result<TopicSignal<TopicPart<P>>, PartError>
where
    TopicPart<P>: Topic,
{
    topic.part(pointer).map(signal)
}

/// As [`use_topic`], for a type without a default: what is shown until the first state is there is `till_then`,
/// of the first component that uses the topic.
///
/// ```no_run,standalone_crate
/// use leptos::prelude::*;
/// use revgate::Topic;
/// use revgate_leptos::use_topic_or;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, Serialize, Deserialize)]
/// enum Door { Open, Shut { by: String } }
///
/// impl Topic for Door {
///     const NAME: &'static str = "door";
/// }
///
/// #[component]
/// fn Knob() -> impl IntoView {
///     let door = use_topic_or(|| Door::Open);
///     let shut_by = move || match door.get() {
///         Door::Open => "nobody".to_owned(),
///         Door::Shut { by } => by,
///     };
///     view! { <p>{shut_by}</p> }
/// }
/// ```
pub fn use_topic_or<T: Topic>(till_then: impl FnOnce() -> T) -> TopicSignal<T> {
    TopicSignal::of(shared(TopicName::of::<T>(), till_then))
}

/// As [`use_topic_of`], for a type without a default: see [`use_topic_or`].
///
/// # Errors
///
/// As [`use_topic_of`].
pub fn use_topic_of_or<T: Topic>(
    key: &str,
    till_then: impl FnOnce() -> T,
) -> Result<TopicSignal<T>, TopicNameError> {
    TopicName::keyed::<T>(key).map(|topic| TopicSignal::of(shared(topic, till_then)))
}

pub(crate) fn signal<T: Topic + Default>(topic: TopicName) -> TopicSignal<T> {
    TopicSignal::of(shared(topic, T::default))
}
