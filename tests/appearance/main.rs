//! How the example app's windows look, and how they are reached without a mouse or without eyes: in
//! tabs of Chromium, in both looks, from left to right and from right to left, at 100 % and at 200 %.
//!
//! `cargo xtask appearance` builds the windows, installs axe and the fonts of the pictures, and runs
//! these one at a time. It leaves a picture of every scene in `target/appearance`.

mod accessibility;
mod axe;
mod browser;
mod desktop_settings;
mod keyboard;
mod picture;
mod refusals;
mod right_to_left;
