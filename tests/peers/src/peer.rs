//! The systems that are measured, as Rust speaks to them.

use std::collections::BTreeMap;
use std::error::Error;

use serde::{Deserialize, Serialize};
use tauri::{AppHandle, Emitter, Manager};
use tauri_plugin_revgate::RevgateExt;
use tauri_plugin_store::StoreExt;
use tauri_plugin_zustand::ManagerExt;

use crate::by_hand::{ByHand, Way};
use crate::state::{Edit, Fields};

/// Which of the states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Size {
    Small,
    Big,
}

impl Size {
    pub(crate) const ALL: [Self; 2] = [Self::Small, Self::Big];

    /// Also the name of the state in each system.
    pub(crate) fn name(self) -> &'static str {
        ["small", "big"][self as usize]
    }

    /// The state that everything begins with.
    pub(crate) fn fields(self) -> BTreeMap<String, String> {
        match self {
            Self::Small => Fields::<false>::default().0,
            Self::Big => Fields::<true>::default().0,
        }
    }
}

/// A system, and the way in which windows change a state by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    /// Each window tells the others of its change by an event; Rust holds nothing.
    Emit,
    Push,
    Pull,
    /// tauri-plugin-store.
    PluginStore,
    /// tauri-store with Zustand.
    TauriStore,
    /// Revgate's client in Rust. Windows change a copy of the state, or send actions.
    Rust(By),
    /// Revgate's JavaScript package.
    Js(By),
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
    pub(crate) const ALL: [Self; 9] = [
        Self::Emit,
        Self::Push,
        Self::Pull,
        Self::PluginStore,
        Self::TauriStore,
        Self::Rust(By::Update),
        Self::Rust(By::Act),
        Self::Js(By::Update),
        Self::Js(By::Act),
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Emit => "emit",
            Self::Push => "push",
            Self::Pull => "pull",
            Self::PluginStore => "plugin-store",
            Self::TauriStore => "tauri-store",
            Self::Rust(By::Update) => "revgate-rust",
            Self::Rust(By::Act) => "revgate-rust-act",
            Self::Js(By::Update) => "revgate-js",
            Self::Js(By::Act) => "revgate-js-act",
        }
    }

    /// Its page, and what that is told of it.
    pub(crate) fn page(self) -> (&'static str, &'static str) {
        match self {
            Self::Rust(By::Act) => ("revgate-rust", "act"),
            Self::Js(By::Act) => ("revgate-js", "act"),
            peer => (peer.name(), "update"),
        }
    }

    /// Sets a field from Rust.
    pub(crate) fn write(
        self,
        app: &AppHandle,
        size: Size,
        field: &str,
        value: &str,
    ) -> Result<(), Box<dyn Error>> {
        match self {
            Self::Emit => {
                let change = Change { from: "", field, value };
                app.emit(&format!("emit-{}", size.name()), change)?;
            }
            Self::Push => self.by_hand(app, Way::Push, size, field, value)?,
            Self::Pull => self.by_hand(app, Way::Pull, size, field, value)?,
            Self::PluginStore => app.store(format!("{}.json", size.name()))?.set(field, value),
            Self::TauriStore => app.with_store(size.name(), |store| store.set(field, value))??,
            Self::Rust(by) | Self::Js(by) => match size {
                Size::Small => write::<false>(app, by, field, value)?,
                Size::Big => write::<true>(app, by, field, value)?,
            },
        }
        Ok(())
    }

    fn by_hand(
        self,
        app: &AppHandle,
        way: Way,
        size: Size,
        field: &str,
        value: &str,
    ) -> tauri::Result<()> {
        let edit = |state: &mut BTreeMap<_, _>| drop(state.insert(field.into(), value.into()));
        app.state::<ByHand>().update(app, way, size, edit)
    }

    /// What Rust has in a field of the small state; `None` where Rust holds nothing.
    pub(crate) fn read(self, app: &AppHandle, field: &str) -> Result<Option<u64>, Box<dyn Error>> {
        let by_hand = |way| app.state::<ByHand>().lock(way, Size::Small).get(field).cloned();
        let text = match self {
            Self::Emit => return Ok(None),
            Self::Push => by_hand(Way::Push),
            Self::Pull => by_hand(Way::Pull),
            Self::PluginStore => {
                let value = app.store("small.json")?.get(field);
                value.and_then(|value| value.as_str().map(str::to_owned))
            }
            Self::TauriStore => app.with_store("small", |store| store.get::<String>(field).ok())?,
            Self::Rust(_) | Self::Js(_) => {
                Some(app.topic::<Fields<false>>()?.snapshot().data.get(field).to_owned())
            }
        };
        let number = text.as_deref().and_then(|text| text.parse().ok());
        number.map(Some).ok_or_else(|| format!("Rust has {text:?} in `{field}`").into())
    }
}

fn write<const BIG: bool>(
    app: &AppHandle,
    by: By,
    field: &str,
    value: &str,
) -> Result<(), Box<dyn Error>> {
    let topic = app.topic::<Fields<BIG>>()?;
    match by {
        By::Update => topic.update(|state| state.set(field, value))?,
        By::Act => topic.act(Edit::<BIG>::Set { field: field.into(), value: value.into() })?,
    };
    Ok(())
}
