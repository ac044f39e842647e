//! The harness that `cargo xtask` and the real-window tests share: the app under WebDriver, a
//! virtual display, and child processes that never outlive their owner.
//!
//! What a test needs, from the outside in:
//! - [`desktop::Desktop`]: the running app, its windows by label, clicks, keys and what each
//!   window shows;
//! - [`webdriver::Client`]: the W3C protocol below it;
//! - [`display::VirtualDisplay`]: a screen where there is none;
//! - [`pages::serve`]: built pages, for a browser;
//! - [`nats::Server`]: a NATS server, and [`proxy::Proxy`], a way to it that can be cut;
//! - [`process::Guarded`]: a child that ends with its guard, with everything that it started.
//!
//! Deliberately absent: an async runtime and a browser-automation crate. One request at a time to
//! a server on this machine needs neither, and the set-up must compile in seconds.
#![forbid(unsafe_code)]

pub mod desktop;
pub mod display;
pub mod error;
pub mod nats;
pub mod pages;
pub mod process;
pub mod proxy;
pub mod report;
pub mod step;
pub mod webdriver;
pub mod windows;
pub mod workspace;

pub use error::Error;
