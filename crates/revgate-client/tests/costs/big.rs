//! A state that counts what is done with it.

use std::cell::Cell;
use std::collections::BTreeMap;

use revgate::action::{Actions, Context};
use revgate::{Action, Topic};
use serde::{Deserialize, Serialize, Serializer};

thread_local! {
    static COSTS: Cell<Costs> = const { Cell::new(Costs { copies: 0, walks: 0 }) };
    static IS_BACKEND: Cell<bool> = const { Cell::new(false) };
}

/// What windows have done with states of this type; what the backend does is its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Costs {
    /// How often one was cloned.
    pub(crate) copies: u32,
    /// How often one was gone through, or read.
    pub(crate) walks: u32,
}

impl Costs {
    pub(crate) fn of(call: impl FnOnce()) -> Self {
        COSTS.take();
        call();
        COSTS.take()
    }

    fn count(costs: Self) {
        if !IS_BACKEND.get() {
            let Self { copies, walks } = COSTS.get();
            COSTS.set(Self { copies: copies + costs.copies, walks: walks + costs.walks });
        }
    }
}

/// Does what the backend does, or a window if it is not `is_backend`.
pub(crate) fn as_side<A>(is_backend: bool, call: impl FnOnce() -> A) -> A {
    let before = IS_BACKEND.replace(is_backend);
    let answer = call();
    IS_BACKEND.set(before);
    answer
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(from = "Fields")]
pub(crate) struct Big {
    pub(crate) count: u64,
    pub(crate) share: f64,
    pub(crate) names: BTreeMap<u32, String>,
}

#[derive(Deserialize)]
struct Fields {
    count: u64,
    share: f64,
    names: BTreeMap<u32, String>,
}

impl Big {
    /// Of some 50 KB, three times what is looked at after each action.
    pub(crate) fn new() -> Self {
        let name = |number| (number, format!("The title of the song number {number:09}"));
        Self { count: 0, share: 0.5, names: (0..1_000).map(name).collect() }
    }
}

impl From<Fields> for Big {
    fn from(Fields { count, share, names }: Fields) -> Self {
        Costs::count(Costs { copies: 0, walks: 1 });
        Self { count, share, names }
    }
}

impl Clone for Big {
    fn clone(&self) -> Self {
        Costs::count(Costs { copies: 1, walks: 0 });
        Self { count: self.count, share: self.share, names: self.names.clone() }
    }
}

impl Serialize for Big {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            count: u64,
            share: f64,
            names: &'a BTreeMap<u32, String>,
        }
        Costs::count(Costs { copies: 0, walks: 1 });
        Fields { count: self.count, share: self.share, names: &self.names }.serialize(serializer)
    }
}

impl Topic for Big {
    const NAME: &'static str = "big";
    const ACTIONS: Actions<Self> = Actions::of::<BigAction>();
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum BigAction {
    Count(u64),
    Name(u32, String),
    /// Refuses itself, half done.
    Refuse,
    /// Panics, half done.
    Panic,
}

impl Action for BigAction {
    type Topic = Big;
    type Error = String;

    fn name(&self) -> &'static str {
        "big"
    }

    fn apply(&self, big: &mut Big, _: &Context) -> Result<(), String> {
        match self {
            Self::Count(by) => big.count = big.count.wrapping_add(*by),
            Self::Name(number, name) => drop(big.names.insert(*number, name.clone())),
            Self::Refuse | Self::Panic => {
                big.count = 1_000_000;
                assert!(!matches!(self, Self::Panic), "half-way");
                return Err("half-way".to_owned());
            }
        }
        Ok(())
    }

    fn inverse(&self, _: &Big, _: &Context) -> Option<Self> {
        match self {
            Self::Count(by) => Some(Self::Count(by.wrapping_neg())),
            _ => None,
        }
    }
}
