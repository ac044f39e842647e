//! `cargo xtask bench windows`: how long messages take to real windows, in each way that Tauri has
//! to send them.

use std::time::Duration;

use serde_json::{Value, json};
use xtask::{
    Error,
    desktop::{Desktop, Launch},
    display::VirtualDisplay,
    process, report,
    workspace::Workspace,
};

use crate::{
    compile,
    setup::{self, Goal},
};

/// As `tests/app/src/delivery.rs` names them.
const WAYS: [&str; 3] = ["channel", "event", "eval"];
/// The first asks for messages, and both hear them.
const WINDOWS: [&str; 2] = ["editor-a", "editor-b"];
/// Each round measures everything once, so that whatever slows the machine down for a while slows
/// all ways down. The median counts.
const ROUNDS: usize = 7;
const LIMIT: Duration = Duration::from_secs(30);

/// What is sent.
#[derive(Clone, Copy)]
struct Load {
    name: &'static str,
    bytes: usize,
    count: u32,
    /// All at once, or each when the one before has been heard.
    at_once: bool,
}

const LOADS: [Load; 7] = [
    one_by_one("40 B", 40, 100),
    one_by_one("2 KB", 2_000, 100),
    one_by_one("20 KB", 20_000, 100),
    one_by_one("200 KB", 200_000, 30),
    one_by_one("1 MB", 1_000_000, 10),
    burst("1000 x 40 B", 40, 1000),
    burst("1000 x 2 KB", 2_000, 1000),
];

const fn one_by_one(name: &'static str, bytes: usize, count: u32) -> Load {
    Load { name, bytes, count, at_once: false }
}

const fn burst(name: &'static str, bytes: usize, count: u32) -> Load {
    Load { name, bytes, count, at_once: true }
}

/// Measures, and prints the table.
pub(crate) fn run(workspace: &mut Workspace) -> Result<(), Error> {
    setup::run(workspace, Goal::Headless)?;
    let app = compile::optimised_test_app(workspace)?;
    let since = report::begin("send messages to two windows");
    let display = VirtualDisplay::start(workspace)
        .map_err(|error| error.in_step("start a virtual display", "is Xvfb installed?"))?;
    let pages = workspace.root.join("tests/app/pages").display().to_string();
    let windows = WINDOWS.map(|label| format!("{label}=delivery.html"));
    let arguments = [&[pages, "plugin".to_owned()][..], &windows].concat();
    let launch = Launch { workspace, app, arguments, display: display.name(), port: None };
    let mut desktop = launch.start()?;
    desktop.wait_for_windows(&WINDOWS, LIMIT)?;
    for window in WINDOWS {
        call(&mut desktop, window, "ready.then(() => 0)", &[])?;
    }

    let mut figures = vec![vec![Vec::new(); WAYS.len()]; LOADS.len()];
    for _ in 0..ROUNDS {
        for (load, figures) in LOADS.iter().zip(&mut figures) {
            for (way, figures) in WAYS.iter().zip(figures) {
                figures.push(measure(&mut desktop, *load, way)?);
            }
        }
    }
    desktop.quit()?;
    report::done(since, "done");
    report::say(format_args!(
        "\nms from asking for a message to hearing it, mean of many one by one, or until both \
         windows have heard all; the median of {ROUNDS} rounds, and their range\n"
    ));
    report::say(table(&figures));
    Ok(())
}

/// In milliseconds.
fn measure(desktop: &mut Desktop, load: Load, way: &str) -> Result<f64, Error> {
    let Load { bytes, count, at_once, .. } = load;
    let arguments = [json!(way), json!(bytes), json!(count)];
    let [asks, other] = WINDOWS;
    if !at_once {
        return call(desktop, asks, "oneByOne(...arguments)", &arguments);
    }
    desktop.execute(other, "expect(arguments[0])", &[json!(count)])?;
    let since = call(desktop, asks, "burst(...arguments)", &arguments)?;
    let mut last = 0.0_f64;
    for window in WINDOWS {
        let at = process::poll(LIMIT, || {
            let at = desktop.execute(window, "return heard.at", &[]);
            at.ok().and_then(|at| at.as_f64())
        });
        let missed = || Error::Windows(format!("window `{window}` has not heard all by {way}"));
        last = last.max(at.ok_or_else(missed)?);
    }
    Ok(last - since)
}

/// The number that a script's promise comes to.
fn call(
    desktop: &mut Desktop,
    window: &str,
    promise: &str,
    arguments: &[Value],
) -> Result<f64, Error> {
    let script = format!(
        "const done = Array.prototype.pop.call(arguments);
        ({promise}).then(done, error => done(String(error)))"
    );
    let answer = desktop.execute_async(window, &script, arguments)?;
    answer.as_f64().ok_or_else(|| Error::Windows(format!("window `{window}`: {answer}")))
}

/// `figures` by load and by way.
fn table(figures: &[Vec<Vec<f64>>]) -> String {
    let heading = std::iter::once("message").chain(WAYS).map(str::to_owned);
    let mut rows = vec![heading.collect::<Vec<_>>()];
    for (load, figures) in LOADS.iter().zip(figures) {
        let cells = figures.iter().map(|figures| summary(figures));
        rows.push(std::iter::once(load.name.to_owned()).chain(cells).collect());
    }
    report::table(&rows)
}

fn summary(figures: &[f64]) -> String {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let median = sorted[sorted.len() / 2];
    format!("{median:.1} ({:.1} to {:.1})", sorted[0], sorted[sorted.len() - 1])
}
