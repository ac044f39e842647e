//! What of a change can be made, where it cannot be made as a whole.

use std::collections::VecDeque;

use revgate::Topic;

use super::change::{Change, divide, sieve, unite};
use super::{Deed, Did, State, tree};
use crate::{Edit, Salvaged};

/// How often parts of it are tried: each time costs as much as the state is large.
const TRIES: usize = 256;

pub(super) fn salvage<T: Topic>(
    change: &Change,
    state: &Option<State<T>>,
) -> Option<Salvaged<Deed<T>>> {
    let now = tree(&*state.as_ref()?.data).ok()?;
    let deed = |change: Change| Deed::from(Did::Change(change));
    let [there, lacking] = sieve(&now, change.clone());
    let mut refused = Vec::new();
    let mut refusal = None;
    if lacking[0] != lacking[1] {
        refusal = deed(lacking.clone()).play(state).err();
        refused.push(lacking);
    }
    let (mut state, mut made) = (state.clone(), Vec::new());
    // Level by level, so that what is of no avail takes no tries from what is; and by halves: what belongs
    // together stays so as long as it can.
    let mut groups = VecDeque::from([vec![there]]);
    let mut tries = TRIES;
    while let Some(mut parts) = groups.pop_front() {
        let whole = unite(&parts);
        let played = match tries {
            0 => Err("there is too much that cannot be made".to_owned()),
            _ => deed(whole.clone()).play(&state),
        };
        tries = tries.saturating_sub(1);
        let why = match played {
            Ok(next) => {
                state = next;
                made.push(whole);
                continue;
            }
            Err(why) => why,
        };
        if parts.len() == 1 && tries > 0 {
            parts = divide(whole.clone());
        }
        if parts.len() > 1 && tries > 0 {
            let rest = parts.split_off(parts.len() / 2);
            groups.extend([parts, rest]);
        } else {
            refused.push(whole);
            refusal.get_or_insert(why);
        }
    }
    let made = unite(&made);
    if made[0] == made[1] {
        return None;
    }
    let refused = deed(unite(&refused));
    Some(Salvaged { made: deed(made), state, refused, refusal: refusal? })
}
