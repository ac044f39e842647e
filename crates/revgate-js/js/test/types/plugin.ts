// Generated from Rust, by `cargo xtask types`. Edits are lost.

import type { Unsaved, Unsynced } from 'revgate';

export const unsaved: Unsaved = {"topics":{"card:1":"the disk is full"}};
export const unsynced: Unsynced[] = [{"offline":"it is away","topics":{"card:1":{"changes":3,"sinceMs":1700000000000,"refused":null}}},{"offline":null,"topics":{"card:1":{"changes":3,"sinceMs":1700000000000,"refused":"it is too large"}}}];
