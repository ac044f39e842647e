//! What a machine is told to do.

use std::fmt;

/// The fields of the board: the first is of the first machine alone, the second of the second.
pub(super) const FIELDS: [&str; 3] = ["one", "other", "both"];
/// The cards that there may be.
pub(super) const KEYS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// An edit; each has a number of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edit {
    /// Adds the number to the journal.
    Add(u32),
    /// Writes the number into a field of the board.
    Set(&'static str, u32),
    Create(&'static str),
    /// Adds the number to a card.
    Note(&'static str, u32),
    Remove(&'static str),
}

impl Edit {
    /// Any that this machine may do.
    pub(super) fn any(machine: usize, number: u32, random: &mut fastrand::Rng) -> Self {
        let key = KEYS[random.usize(..KEYS.len())];
        match random.u8(0..12) {
            0..4 => Self::Add(number),
            4 => Self::Set(FIELDS[machine], number),
            5 => Self::Set(FIELDS[2], number),
            6 => Self::Create(key),
            7..11 => Self::Note(key, number),
            _ => Self::Remove(key),
        }
    }
}

/// As the example `machine` is told.
impl fmt::Display for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Add(number) => write!(f, "add {number}"),
            Self::Set(field, number) => write!(f, "set {field} {number}"),
            Self::Create(key) => write!(f, "create {key}"),
            Self::Note(key, number) => write!(f, "note {key} {number}"),
            Self::Remove(key) => write!(f, "remove {key}"),
        }
    }
}
