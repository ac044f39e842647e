//! What the windows share, and what they do to it.

use std::fmt;

use revgate::action::Context;
use revgate::{Action, Topic};
use serde::{Deserialize, Serialize};

/// The numbers of all that was done, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct List(pub(crate) Vec<u8>);

impl Topic for List {
    const NAME: &'static str = "list";
}

/// Puts its number at the end.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Deed {
    Add(u8),
    /// Refuses if another has claimed before.
    Claim(u8),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Taken;

/// What the backend writes itself begins with this one.
pub(crate) const FOREIGN: u8 = 100;

/// What tells claims from the rest.
const CLAIM: u8 = 50;

impl Action for Deed {
    type Topic = List;
    type Error = Taken;

    fn name(&self) -> &'static str {
        match self {
            Self::Add(_) => "add",
            Self::Claim(_) => "claim",
        }
    }

    fn apply(&self, List(list): &mut List, _: &Context) -> Result<(), Taken> {
        match *self {
            Self::Add(number) => list.push(number),
            Self::Claim(_) if list.iter().any(|it| (CLAIM..FOREIGN).contains(it)) => {
                return Err(Taken);
            }
            Self::Claim(number) => list.push(CLAIM + number),
        }
        Ok(())
    }
}

impl Deed {
    /// The number of what has put this one into a list, if a window has.
    pub(crate) fn number(written: u8) -> Option<u8> {
        match written {
            0..CLAIM => Some(written),
            CLAIM..FOREIGN => Some(written - CLAIM),
            FOREIGN.. => None,
        }
    }
}

impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("another has claimed it")
    }
}
