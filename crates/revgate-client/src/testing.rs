//! A test kit for apps: a backend in memory, any number of windows, time that stands still until it is
//! told to go on, and messages that are lost or late. No Tauri, no browser, no sleep.
//!
//! ```
//! use revgate_client::testing::World;
//! # use revgate::Topic;
//! # use serde::{Deserialize, Serialize};
//! # #[derive(Clone, Default, Serialize, Deserialize)]
//! # struct Player { volume: u8 }
//! # impl Topic for Player { const NAME: &'static str = "player"; }
//!
//! let world = World::with(|backend| backend.with_topic(&Player::default()));
//! let [main, settings] = world.windows::<Player, 2>();
//! settings.update(|player| player.volume = 40);
//! world.settle();
//! assert_eq!(main.state().volume, 40);
//! ```
//!
//! What a network does:
//!
//! ```
//! # use std::time::Duration;
//! # use revgate_client::testing::World;
//! # use revgate::Topic;
//! # use serde::{Deserialize, Serialize};
//! use revgate_client::testing::Faults;
//! # #[derive(Clone, Default, Serialize, Deserialize)]
//! # struct Player { volume: u8 }
//! # impl Topic for Player { const NAME: &'static str = "player"; }
//! # let world = World::with(|backend| backend.with_topic(&Player::default()));
//! # let [main, settings] = world.windows::<Player, 2>();
//! let late = Faults::none(Duration::from_millis(50));
//! world.network().set_faults(Faults { loss: 1.0, ..late });
//! let made = settings.update(|player| player.volume = 41);
//! assert!(world.end(made).is_ok());
//! assert_eq!(main.state().volume, 0, "the announcement was lost");
//! // The window looks again by itself.
//! world.advance(Duration::from_secs(31));
//! assert_eq!(main.state().volume, 41);
//! ```
//!
//! - [`World`]: all of it, for a start.
//! - [`Network`]: the way of a window to the backend, and its [`Faults`].
//! - [`Layer`]: a way that does something else with one call, and hands all others on.
//! - [`Memory`]: the backend itself. What it does by itself, a test does with it.
//! - [`VirtualTime`]: the clock, the timers and the tasks.

mod layer;
mod log;
mod network;
mod world;

pub use layer::Layer;
pub use log::{Event, Logged};
pub use network::{Faults, Harm, Network, STALL, Subscription};
pub use world::{Window, World};

pub use crate::host::VirtualTime;
pub use crate::memory::Memory;
