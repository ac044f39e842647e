//! Serde's attributes, each on a type of its own, and the values that TypeScript has to take.

mod containers;
mod enums;
mod fields;
mod kinds;
mod unhelped;

use crate::golden::Golden;

/// All of them as a module of TypeScript.
pub(crate) fn golden() -> String {
    let parts = [containers::add, enums::add, fields::add, kinds::add, unhelped::add];
    parts.into_iter().fold(Golden::default(), |golden, add| add(golden)).to_module()
}
