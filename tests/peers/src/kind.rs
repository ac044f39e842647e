//! Which states there are.

use std::collections::BTreeMap;

use crate::state::{Row, State};

/// A state, by the name that it has in each system: `small` is two fields, `big` ten thousand; the
/// others are so large as their names say, in bytes of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Kind(&'static str);

/// How long the text of an item is, as JSON, with what is around it.
const ITEM: usize = 92;

impl Kind {
    pub(crate) const SMALL: Self = Self("small");
    pub(crate) const BIG: Self = Self("big");
    /// Of each shape from the smallest to the largest.
    pub(crate) const SIZED: [Self; 12] = [
        Self::MAPS[0],
        Self::MAPS[1],
        Self::MAPS[2],
        Self::MAPS[3],
        Self("list-1k"),
        Self("list-100k"),
        Self("list-1m"),
        Self("list-10m"),
        Self("struct-1k"),
        Self("struct-100k"),
        Self("struct-1m"),
        Self("struct-10m"),
    ];
    pub(crate) const MAPS: [Self; 4] =
        [Self("map-1k"), Self("map-100k"), Self("map-1m"), Self("map-10m")];

    pub(crate) fn name(self) -> &'static str {
        self.0
    }

    pub(crate) fn is_list(self) -> bool {
        self.0.starts_with("list")
    }

    pub(crate) fn is_huge(self) -> bool {
        self.0.ends_with("-10m")
    }

    /// The state that everything begins with.
    pub(crate) fn state(self) -> State {
        let (shape, size) = self.0.split_once('-').unwrap_or(("map", self.0));
        let items = match size {
            "small" => 0,
            "big" => 9_998,
            "1k" => 1_000 / ITEM,
            "100k" => 100_000 / ITEM,
            "1m" => 1_000_000 / ITEM,
            _ => 10_000_000 / ITEM,
        };
        let zero = || "0".to_owned();
        match shape {
            "list" => {
                let row =
                    |number| Row { name: format!("{number:05}{}", "x".repeat(62)), value: zero() };
                State::List { rows: (0..items.max(2)).map(row).collect() }
            }
            "struct" => {
                let text = "x".repeat(items * ITEM / 2);
                State::Struct { left: zero(), right: zero(), first: text.clone(), second: text }
            }
            _ => {
                let written = ["left", "right"].map(|field| (field.to_owned(), zero()));
                let item = |number| (format!("item-{number:05}"), "x".repeat(75));
                let fields = written.into_iter().chain((0..items).map(item));
                State::Map(fields.collect::<BTreeMap<_, _>>())
            }
        }
    }
}
