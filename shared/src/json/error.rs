//! Why a state is no JSON, and where.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::Invalid;

/// A fault, and the way to it, gathered while it goes up to the whole state.
#[derive(Debug)]
pub(super) struct Fault(Box<Inner>);

#[derive(Debug)]
struct Inner {
    reason: String,
    /// From the inside out.
    path: Vec<Step>,
}

#[derive(Debug)]
enum Step {
    Field(String),
    Item(usize),
}

impl Fault {
    pub(super) fn new(reason: impl fmt::Display) -> Self {
        Self(Box::new(Inner { reason: reason.to_string(), path: Vec::new() }))
    }

    pub(super) fn in_field(mut self, name: &str) -> Self {
        self.0.path.push(Step::Field(name.to_owned()));
        self
    }

    pub(super) fn in_item(mut self, index: usize) -> Self {
        self.0.path.push(Step::Item(index));
        self
    }
}

impl From<Fault> for Invalid {
    fn from(Fault(fault): Fault) -> Self {
        let mut path = String::new();
        for step in fault.path.iter().rev() {
            match step {
                Step::Item(index) => path += &format!("[{index}]"),
                Step::Field(name) if path.is_empty() => path += name,
                Step::Field(name) => path += &format!(".{name}"),
            }
        }
        Self::new(path, fault.reason)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.reason)
    }
}

impl core::error::Error for Fault {}

impl serde::ser::Error for Fault {
    fn custom<T: fmt::Display>(reason: T) -> Self {
        Self::new(reason)
    }
}
