//! The types of topics for JavaScript windows, as one TypeScript module.
//!
//! The declarations themselves are [ts-rs](ts_rs)'s, which knows what serde's attributes make of a
//! type. [`Declarations`] gathers those of all topics, and what they are made of, into one module
//! that also tells the npm package `revgate` which topic has which type.
//!
//! **The types are those of what a window is sent**: a field that serde always writes is never
//! optional, whether or not it may be left out when read.
//!
//! ```
//! use revgate::typescript::Declarations;
//! use revgate::Topic;
//! use serde::{Deserialize, Serialize};
//! use ts_rs::TS;
//!
//! #[derive(Clone, Serialize, Deserialize, TS)]
//! #[serde(rename_all = "camelCase", default)]
//! struct Player {
//!     /// In percent.
//!     volume: u8,
//!     track_id: Option<u64>,
//! }
//! # impl Default for Player { fn default() -> Self { Self { volume: 50, track_id: None } } }
//!
//! impl Topic for Player {
//!     const NAME: &'static str = "player";
//! }
//!
//! #[derive(Clone, Serialize, Deserialize, TS)]
//! #[serde(rename_all = "camelCase")]
//! enum PlayerAction { Louder { by: u8 }, Mute }
//! # impl revgate::Action for PlayerAction {
//! #     type Topic = Player;
//! #     type Error = String;
//! #     fn name(&self) -> &'static str { "" }
//! #     fn apply(&self, _: &mut Player, _: &revgate::action::Context) -> Result<(), String> { Ok(()) }
//! # }
//!
//! let module = Declarations::new().topic::<Player>().actions::<PlayerAction>().to_module()?;
//! assert!(module.replace('\t', "    ").ends_with("\
//! export type Player = {
//!     /** In percent. */
//!     volume: number;
//!     /** Can exceed 2^53: see {@link LargeInteger}. */
//!     trackId: LargeInteger | null;
//! };
//!
//! export type PlayerAction = { \"louder\": { by: number } } | \"mute\";
//!
//! declare module 'revgate' {
//!     interface Topics {
//!         player: Player;
//!     }
//!     interface Actions {
//!         player: PlayerAction;
//!     }
//! }
//! "));
//! # Ok::<(), revgate::typescript::NameTaken>(())
//! ```
//!
//! # In an app
//!
//! The crate with the topics has `ts-rs` as an optional dependency, and behind the same feature
//! `#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]` on its types. One test writes the
//! module where windows import it from, when it is asked to, and else says that it is stale:
//!
//! ```no_run
//! # use revgate::typescript::Declarations;
//! # fn declarations() -> Declarations { Declarations::new() }
//! let module = declarations().to_module()?;
//! let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../src/topics.ts");
//! if std::env::var_os("WRITE_TYPES").is_some() {
//!     std::fs::write(file, &module)?;
//! }
//! let found = std::fs::read_to_string(file)?;
//! assert_eq!(found, module, "stale: WRITE_TYPES=1 cargo test --features typescript");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! With that module in the project, `createTopic('player')` is a `Topic<Player, PlayerAction>`. A
//! field whose place is listed in its option `bigints` takes `#[ts(type = "bigint")]`.
//!
//! # What ts-rs does not see
//!
//! It warns while it compiles where it does not know an attribute of serde's. What to write beside
//! these, and what they are without it, is tried out in `tests/types/attributes/`:
//!
//! | serde | without help | write |
//! |---|---|---|
//! | `transparent` on a struct with a named field | an object with that field | `#[ts(as = "Inner")]` on the type |
//! | `into`, `from`, `try_from` | the fields of the type | `#[ts(as = "Wire")]` on the type |
//! | `serialize_with` | the type of the field | `#[ts(as = "Wire")]` on the field |
//! | `bound = "…"` on a generic type | does not compile | `bound(serialize = "…", deserialize = "…")` |
//! | `with` | does not compile | `#[ts(as = "Wire")]` on the field |
//! | `skip_serializing` without `default` | a field | `#[ts(skip)]` on the field |
//! | `skip_serializing_if` without `default` | a field that is always there | `#[ts(optional)]` on an `Option`, or `default` |
//! | `rename(serialize = "…")` | the name in Rust | `#[ts(rename = "…")]` |
//! | `flatten` on an `Option` | panics when the module is made | a field of its own |
//! | `flatten` on a map beside fields of other types | a type that no value has | a field of its own |
//! | a map whose keys are a newtype of `u64` | keys that JavaScript can read as a number | `#[ts(as = "BTreeMap<String, …>")]` on the field |
//! | a map whose keys are `bool` | not valid TypeScript | `#[ts(type = "…")]` on the field |
//! | a name that contains `"` or `\` | not valid TypeScript | another name |
//!
//! `usize` and `isize` are `number` without the hint of [`LARGE_INTEGER`], and a type of the
//! standard library that ts-rs has no declaration for, such as `Duration`, takes `#[ts(type)]`.

mod layout;

use std::any::{TypeId, type_name};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::Write;

use ts_rs::{Config, TS, TypeVisitor};

use crate::{Action, Topic};

/// The name in TypeScript of the integers that a JavaScript number may not hold: `u64`, `i64`,
/// `u128` and `i128`.
pub const LARGE_INTEGER: &str = "LargeInteger";

const NOTE: &str = "// Generated from Rust by `revgate::typescript`. Edits are lost.\n";

const LARGE_INTEGER_DECLARATION: &str = "
/**
 * An integer that can exceed 2^53, up to which a number is exact. `revgate` rounds none: one that
 * exceeds it is refused by its place, unless the option `bigints` of `createTopic` lists that.
 */
export type LargeInteger = number;
";

/// Two types of Rust have one name in TypeScript, and are not the same there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{first}` and `{second}` are both called `{name}` in TypeScript: give one of them another \
     name by `#[ts(rename = \"…\")]`"
)]
#[non_exhaustive]
pub struct NameTaken {
    /// The name in TypeScript.
    pub name: String,
    /// The type that was declared first, by its path in Rust.
    pub first: &'static str,
    /// The other.
    pub second: &'static str,
}

/// The declarations of topics, and of the types that they are made of.
#[derive(Debug, Default)]
#[must_use = "it is the module that windows import"]
pub struct Declarations {
    /// By their names in TypeScript.
    types: BTreeMap<String, Declaration>,
    /// Key in `Topics` → type.
    topics: BTreeMap<String, String>,
    /// Key in `Actions` → type.
    actions: BTreeMap<String, String>,
    fault: Option<NameTaken>,
}

#[derive(Debug)]
struct Declaration {
    id: TypeId,
    rust: &'static str,
    text: String,
}

impl Declarations {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a topic with its type.
    pub fn topic<T: Topic + TS>(mut self) -> Self {
        self.topics.insert(quoted(T::NAME), T::name(&config()));
        self.with::<T>()
    }

    /// Adds a family of topics: each that is called `NAME:key` has this type.
    pub fn family<T: Topic + TS>(mut self) -> Self {
        self.topics.insert(family::<T>(), T::name(&config()));
        self.with::<T>()
    }

    /// Adds the actions of a topic.
    pub fn actions<A: Action + TS>(mut self) -> Self {
        self.actions.insert(quoted(A::Topic::NAME), <A as TS>::name(&config()));
        self.with::<A>()
    }

    /// Adds the actions of a family of topics.
    pub fn family_actions<A: Action + TS>(mut self) -> Self {
        self.actions.insert(family::<A::Topic>(), <A as TS>::name(&config()));
        self.with::<A>()
    }

    /// Adds a type that no topic is made of.
    pub fn with<T: TS + 'static>(mut self) -> Self {
        self.visit::<T>();
        self
    }

    /// The module, to be written to a `.ts` file. The same types always give the same text.
    ///
    /// # Errors
    ///
    /// If two types have one name.
    pub fn to_module(&self) -> Result<String, NameTaken> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        let mut module = NOTE.to_owned();
        let names_large_integer =
            |declaration: &Declaration| layout::names(&declaration.text, LARGE_INTEGER);
        if self.types.values().any(names_large_integer) {
            module += LARGE_INTEGER_DECLARATION;
        }
        for declaration in self.types.values() {
            let _ = write!(module, "\n{}", declaration.text);
        }
        let interfaces = [("Topics", &self.topics), ("Actions", &self.actions)];
        let interfaces = interfaces.into_iter().filter(|(_, types)| !types.is_empty());
        let mut declared = String::new();
        for (interface, types) in interfaces {
            let _ = writeln!(declared, "\tinterface {interface} {{");
            for (key, name) in types {
                let _ = writeln!(declared, "\t\t{key}: {name};");
            }
            declared += "\t}\n";
        }
        if !declared.is_empty() {
            let _ = write!(module, "\ndeclare module 'revgate' {{\n{declared}}}\n");
        }
        Ok(module)
    }
}

impl TypeVisitor for Declarations {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        // What has no file of its own is no declaration but a part of one.
        if T::output_path().is_none() {
            return;
        }
        let id = TypeId::of::<T::WithoutGenerics>();
        match self.types.entry(T::ident(&config())) {
            Entry::Occupied(known) if known.get().id == id => return,
            Entry::Occupied(known) => {
                let (name, first) = (known.key().clone(), known.get().rust);
                let fault = NameTaken { name, first, second: type_name::<T>() };
                self.fault.get_or_insert(fault);
                return;
            }
            Entry::Vacant(free) => {
                let text = layout::declaration(T::docs().as_deref(), &T::decl(&config()));
                free.insert(Declaration { id, rust: type_name::<T>(), text });
            }
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

/// Never from the environment: the same types give the same text everywhere.
fn config() -> Config {
    Config::new().with_large_int(LARGE_INTEGER)
}

/// The names of a family's topics as a key of an interface.
fn family<T: Topic>() -> String {
    format!("[name: `{}:${{string}}`]", T::NAME)
}

/// A topic's name as a key of an interface.
fn quoted(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_word = name.chars().all(is_plain) && !name.starts_with(|c: char| c.is_ascii_digit());
    if is_word { name.to_owned() } else { format!("'{name}'") }
}

#[cfg(test)]
mod tests;
