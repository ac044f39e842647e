//! Thousands of topics in one window.

use std::thread;

use serde_json::json;
use tauri::AppHandle;

use super::{HALF, REST, Result, now};
use crate::kind::Kind;
use crate::peer::{By, states, write};
use crate::windows::Window;

/// What a window with many topics took.
pub(crate) struct Many {
    /// From the first subscription to the first state of the last topic.
    pub(crate) first: f64,
    /// From each write of Rust to one of them until the window shows it.
    pub(crate) one: Vec<f64>,
}

/// Has the window, which shows the page of a system, open so many topics, and Rust write one of them so
/// often.
pub(crate) fn many(app: &AppHandle, window: &Window, topics: u64, writes: u64) -> Result<Many> {
    let states = states(app)?;
    for number in 0..topics {
        states.open(&name(number), Kind::SMALL.state())?;
    }
    let first = window.ask("open", json!([topics]))?.number()?;
    let one = name(topics / 2);
    let topic = states.get(&one).ok_or("a topic is missing")?;
    let mut times = Vec::new();
    for _ in 0..writes {
        thread::sleep(REST);
        let value = topic.snapshot().data.get("left").parse::<u64>().unwrap_or_default() + 1;
        let shows = window.ask("shows", json!([topics / 2, value]))?;
        // It is asked by another way than it is told.
        window.call("shown", json!([]))?;
        let begin = now();
        write(&topic, By::Update, "left", &value.to_string())?;
        times.push(shows.number()? + HALF - begin);
    }
    Ok(Many { first, one: times })
}

/// As the pages name them.
fn name(number: u64) -> String {
    format!("row-{number}")
}
