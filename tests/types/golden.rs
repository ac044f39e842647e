//! Types, and JSON beside them that the TypeScript compiler must accept or refuse.

use std::fmt::Write;

use revgate::typescript::{Declarations, LARGE_INTEGER};
use serde::Serialize;
use serde::de::DeserializeOwned;
use ts_rs::{Config, TS};

/// A module of TypeScript that compiles if, and only if, the declarations are right.
#[derive(Default)]
pub(crate) struct Golden {
    declarations: Declarations,
    values: String,
    number: u32,
}

/// What serde writes and reads.
pub(crate) trait Wire: TS + Serialize + DeserializeOwned + 'static {}

impl<T: TS + Serialize + DeserializeOwned + 'static> Wire for T {}

impl Golden {
    /// A type that is right: what serde writes is one.
    pub(crate) fn right<T: Wire>(mut self, what: &str, values: &[T]) -> Self {
        let name = self.begin::<T>(what);
        for value in values {
            let json = written(value);
            let read: T = serde_json::from_str(&json).expect("it reads what it writes");
            assert_eq!(written(&read), json, "{name} comes back the same");
            self.value(&name, &json);
        }
        self
    }

    /// What is none by either.
    pub(crate) fn refuses<T: Wire>(mut self, values: &[&str]) -> Self {
        for json in values {
            let read = serde_json::from_str::<T>(json);
            assert!(read.is_err(), "{} reads {json}", T::name(&config()));
            self.refused::<T>(json, "serde refuses it as well");
        }
        self
    }

    /// What serde would read, but never writes.
    pub(crate) fn never<T: Wire>(mut self, values: &[&str]) -> Self {
        for json in values {
            let read: T = serde_json::from_str(json).expect("serde reads it");
            assert_ne!(written(&read), *json, "it is written");
            self.refused::<T>(json, "serde never writes it");
        }
        self
    }

    /// A type that ts-rs has wrong: what serde writes is none. Once it is one, the compiler says
    /// that nothing is wrong here, and the table in `shared/src/typescript.rs` has a line too many.
    pub(crate) fn wrong<T: Wire>(mut self, what: &str, value: &T) -> Self {
        self.begin::<T>(&format!("{what}, without help"));
        self.refused::<T>(&written(value), "but it should be one");
        self
    }

    pub(crate) fn to_module(&self) -> String {
        let types = self.declarations.to_module().expect("each type has its own name");
        types + &self.values
    }

    fn begin<T: Wire>(&mut self, what: &str) -> String {
        let declarations = std::mem::take(&mut self.declarations);
        self.declarations = declarations.with::<T>();
        let _ = write!(self.values, "\n// {what}\n");
        T::name(&config())
    }

    fn value(&mut self, name: &str, json: &str) {
        self.number += 1;
        let _ = writeln!(self.values, "export const value{}: {name} = {json};", self.number);
    }

    /// The compiler forgives the one line that follows.
    fn refused<T: Wire>(&mut self, json: &str, why: &str) {
        let _ = writeln!(self.values, "// @ts-expect-error: {why}");
        self.value(&T::name(&config()), json);
    }
}

fn written<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("it is plain data")
}

fn config() -> Config {
    Config::new().with_large_int(LARGE_INTEGER)
}
