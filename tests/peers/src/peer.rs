//! The systems that are measured, as Rust speaks to them.

use std::error::Error;

use serde::Serialize;
use serde_json::{Map, Value};
use tauri::{AppHandle, Emitter, Manager};
use tauri_plugin_revgate::{Family, RevgateExt, TopicHandle};
use tauri_plugin_store::StoreExt;
use tauri_plugin_zustand::ManagerExt;

use crate::by_hand::{self, ByHand, Way};
use crate::item::Item;
use crate::kind::Kind;
use crate::state::{Edit, State};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A system, and the way in which windows change a state by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    /// Each window tells the others of its change by an event; Rust holds nothing.
    Emit,
    Push,
    /// The same in a window in Rust.
    PushRust,
    Pull,
    /// tauri-plugin-store.
    PluginStore,
    /// tauri-store with Zustand.
    TauriStore,
    /// Revgate's client in Rust. Windows change a copy of the state, or send actions.
    Rust(By),
    /// Revgate's JavaScript package.
    Js(By),
    /// A family as a whole, each field a topic, in a window in Rust.
    Rows,
    /// The same by Revgate's JavaScript package.
    JsRows,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Update,
    Act,
}

/// As the page of [`Peer::Emit`] has it.
#[derive(Clone, Serialize)]
struct Change<'a> {
    from: &'a str,
    field: &'a str,
    value: &'a str,
}

impl Peer {
    pub(crate) const ALL: [Self; 12] = [
        Self::Emit,
        Self::Push,
        Self::PushRust,
        Self::Pull,
        Self::PluginStore,
        Self::TauriStore,
        Self::Rust(By::Update),
        Self::Rust(By::Act),
        Self::Js(By::Update),
        Self::Js(By::Act),
        Self::Rows,
        Self::JsRows,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Emit => "emit",
            Self::Push => "push",
            Self::PushRust => "push-rust",
            Self::Pull => "pull",
            Self::PluginStore => "plugin-store",
            Self::TauriStore => "tauri-store",
            Self::Rust(By::Update) => "revgate-rust",
            Self::Rust(By::Act) => "revgate-rust-act",
            Self::Js(By::Update) => "revgate-js",
            Self::Js(By::Act) => "revgate-js-act",
            Self::Rows => "revgate-rows",
            Self::JsRows => "revgate-js-rows",
        }
    }

    /// Whether it is there to tell what a window in Rust takes by itself to start and to answer, and no more.
    pub(crate) fn only_talks(self) -> bool {
        self == Self::PushRust
    }

    pub(crate) fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|peer| peer.name() == name)
    }

    /// Its page, and what that is told of it.
    pub(crate) fn page(self) -> (&'static str, &'static str) {
        match self {
            Self::Rust(By::Act) => ("revgate-rust", "act"),
            Self::Js(By::Act) => ("revgate-js", "act"),
            peer => (peer.name(), "update"),
        }
    }

    /// Whether its page can open topics beside the one that it shows. By actions it is the same, as
    /// nobody writes them but Rust.
    pub(crate) fn has_topics(self) -> bool {
        matches!(self, Self::Rust(By::Update) | Self::Js(By::Update))
    }

    /// Whether it holds states of this kind: a family is what many fields are.
    pub(crate) fn has(self, kind: Kind) -> bool {
        !matches!(self, Self::Rows | Self::JsRows) || kind == Kind::BIG
    }

    /// Whether its windows send actions.
    pub(crate) fn acts(self) -> bool {
        matches!(self, Self::Rust(By::Act) | Self::Js(By::Act))
    }

    /// Has Rust hold a state of this kind, if it does not yet.
    pub(crate) fn prepare(self, app: &AppHandle, kind: Kind) -> Result<()> {
        let name = kind.name();
        match self {
            Self::Emit => {}
            Self::Push | Self::PushRust => app.state::<ByHand>().prepare(Way::Push, kind),
            Self::Pull => app.state::<ByHand>().prepare(Way::Pull, kind),
            Self::PluginStore => {
                let store = app.store(format!("{name}.json"))?;
                if store.is_empty() {
                    fields(kind)?.into_iter().for_each(|(key, value)| store.set(key, value));
                }
            }
            Self::TauriStore => {
                let fields = Vec::from_iter(fields(kind)?);
                app.with_store(name, |store| match store.is_empty() {
                    true => store.patch(fields),
                    false => Ok(()),
                })??;
            }
            Self::Rust(_) | Self::Js(_) => drop(states(app)?.open(name, kind.state())?),
            Self::Rows | Self::JsRows => {
                let items = app.family::<Item>()?;
                for (field, value) in fields(kind)? {
                    let value = value.as_str().unwrap_or_default().to_owned();
                    items.open(&field, Item(value))?;
                }
            }
        }
        Ok(())
    }

    /// Sets a field from Rust.
    pub(crate) fn write(self, app: &AppHandle, kind: Kind, field: &str, value: &str) -> Result<()> {
        let name = kind.name();
        let by_hand = |way| by_hand::update(app, way, name, |state| state.set(field, value));
        match self {
            Self::Emit => app.emit(&format!("emit-{name}"), Change { from: "", field, value })?,
            Self::Push | Self::PushRust => by_hand(Way::Push)?,
            Self::Pull => by_hand(Way::Pull)?,
            Self::PluginStore => {
                let store = app.store(format!("{name}.json"))?;
                let (key, value) = entry(kind, field, value, |key| store.get(key))?;
                store.set(key, value);
            }
            Self::TauriStore => app.with_store(name, |store| {
                let read = |key: &str| store.get_raw(key).cloned();
                let (key, value) = entry(kind, field, value, read)?;
                store.set(key, value)?;
                Ok::<(), Box<dyn Error>>(())
            })??,
            Self::Rust(by) | Self::Js(by) => write(&topic(app, name)?, by, field, value)?,
            Self::Rows | Self::JsRows => drop(item(app, field)?.replace(Item(value.to_owned()))?),
        }
        Ok(())
    }

    /// What Rust has in a field; `None` where Rust holds nothing.
    pub(crate) fn read(self, app: &AppHandle, kind: Kind, field: &str) -> Result<Option<u64>> {
        let name = kind.name();
        let text = match self {
            Self::Emit => return Ok(None),
            Self::Push | Self::PushRust => app.state::<ByHand>().read(Way::Push, name, field),
            Self::Pull => app.state::<ByHand>().read(Way::Pull, name, field),
            Self::PluginStore => {
                let store = app.store(format!("{name}.json"))?;
                value(kind, field, |key| store.get(key))
            }
            Self::TauriStore => app.with_store(name, |store| {
                value(kind, field, |key: &str| store.get_raw(key).cloned())
            })?,
            Self::Rust(_) | Self::Js(_) => {
                Some(topic(app, name)?.snapshot().data.get(field).to_owned())
            }
            Self::Rows | Self::JsRows => Some(item(app, field)?.snapshot().data.0.clone()),
        };
        let number = text.as_deref().and_then(|text| text.parse().ok());
        number.map(Some).ok_or_else(|| format!("Rust has {text:?} in `{field}`").into())
    }
}

/// All of Revgate's topics.
pub(crate) fn states(app: &AppHandle) -> Result<Family<State>> {
    Ok(app.family::<State>()?)
}

fn topic(app: &AppHandle, name: &str) -> Result<TopicHandle<State>> {
    states(app)?.get(name).ok_or_else(|| format!("there is no topic `{name}`").into())
}

fn item(app: &AppHandle, field: &str) -> Result<TopicHandle<Item>> {
    let item = app.family::<Item>()?.get(field);
    item.ok_or_else(|| format!("there is no item `{field}`").into())
}

pub(crate) fn write(topic: &TopicHandle<State>, by: By, field: &str, value: &str) -> Result<()> {
    match by {
        By::Update => topic.update(|state| state.set(field, value))?,
        By::Act => topic.act(Edit::Set { field: field.into(), value: value.into() })?,
    };
    Ok(())
}

/// What stores of keys and values hold.
fn fields(kind: Kind) -> Result<Map<String, Value>> {
    let Value::Object(state) = serde_json::to_value(kind.state())? else { return Ok(Map::new()) };
    let fields = state.into_iter().next().map(|(_, fields)| fields);
    Ok(fields.and_then(|fields| fields.as_object().cloned()).unwrap_or_default())
}

/// The key and the value that set a field of a store: a list is one value.
fn entry(
    kind: Kind,
    field: &str,
    value: &str,
    read: impl Fn(&str) -> Option<Value>,
) -> Result<(String, Value)> {
    if !kind.is_list() {
        return Ok((field.to_owned(), value.into()));
    }
    let mut rows: Value = read("rows").ok_or("a store without rows")?;
    let place = crate::state::row(rows.as_array().map_or(0, Vec::len), field);
    rows[place]["value"] = value.into();
    Ok(("rows".to_owned(), rows))
}

/// What a store has in a field.
fn value(kind: Kind, field: &str, read: impl Fn(&str) -> Option<Value>) -> Option<String> {
    let value = if kind.is_list() {
        let rows = read("rows")?;
        let place = crate::state::row(rows.as_array()?.len(), field);
        rows.get(place)?.get("value")?.clone()
    } else {
        read(field)?
    };
    value.as_str().map(str::to_owned)
}
