//! What the backend and the windows share.

use revgate::Topic;
use serde::{Deserialize, Serialize};

#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Player {
    pub volume: u8,
}

impl Topic for Player {
    const NAME: &'static str = "player";
}
