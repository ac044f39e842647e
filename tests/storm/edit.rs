//! What windows do to the ledger.

use revgate::Action;
use revgate::action::Context;
use serde::{Deserialize, Serialize};

use super::ledger::Ledger;

/// A kind of edit. Each that changes anything leaves its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    /// Can always be made.
    Mark,
    /// Panics if the rows have gone, having half changed the ledger.
    Row,
    /// Says so if they have.
    TryRow,
    /// Makes the ledger invalid once others have done so often enough.
    Level,
    /// Makes a number that is no JSON if the rows have gone.
    Share,
    /// Changes nothing.
    Nothing,
    /// Calls its own replica while it is played.
    CallsBack,
}

pub(crate) const KINDS: [Kind; 7] =
    [Kind::Mark, Kind::Row, Kind::TryRow, Kind::Level, Kind::Share, Kind::Nothing, Kind::CallsBack];

/// Those that can also be actions, which know no replica.
pub(crate) const DEEDS: [Kind; 6] =
    [Kind::Mark, Kind::Row, Kind::TryRow, Kind::Level, Kind::Share, Kind::Nothing];

/// The same as an action.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Deed {
    pub(crate) kind: Kind,
    pub(crate) number: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Impossible(String);

impl Action for Deed {
    type Topic = Ledger;
    type Error = Impossible;

    fn name(&self) -> &'static str {
        "deed"
    }

    fn apply(&self, ledger: &mut Ledger, _: &Context) -> Result<(), Impossible> {
        self.kind.play(self.number, ledger).map_err(Impossible)
    }
}

impl Kind {
    pub(crate) fn play(self, number: u32, ledger: &mut Ledger) -> Result<(), String> {
        match self {
            Self::Mark | Self::CallsBack => {}
            Self::Row => {
                ledger.level = 99;
                ledger.rows[2] += 1;
                ledger.level = 0;
            }
            Self::TryRow => *ledger.rows.get_mut(1).ok_or("the row has gone")? += 1,
            Self::Level => ledger.level += 1,
            Self::Share => {
                let rows = u32::try_from(ledger.rows.len()).map_err(|error| error.to_string())?;
                ledger.share = 1.0 / f64::from(rows);
            }
            Self::Nothing => return Ok(()),
        }
        ledger.marks.push(number);
        Ok(())
    }
}
