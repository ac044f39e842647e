//! `cargo xtask bench windows`: how long messages take to real windows, in each way that Tauri has
//! to send them, and if they are fetched.

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
const WAYS: [&str; 4] = ["channel", "event", "eval", PULL];
/// Told by the channel that there is a message, which the page then fetches. Not at once: nobody
/// fetches what a newer message has made old.
const PULL: &str = "pull";
/// The first asks for messages, and both hear them.
const WINDOWS: [&str; 2] = ["editor-a", "editor-b"];
/// The ways in which they answer each other, as `tests/app/pages/delivery.js` names them.
const DIALOGUES: [&str; 2] = ["event", "topic"];
/// How many turns of both a dialogue has.
const TURNS: u32 = 200;
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

/// Up to 8 KB a channel evaluates a call; what is larger it has the page fetch.
const LOADS: [Load; 10] = [
    one_by_one("40 B", 40, 100),
    one_by_one("2 KB", 2_000, 100),
    one_by_one("4 KB", 4_000, 100),
    one_by_one("8 KB", 8_000, 100),
    one_by_one("20 KB", 20_000, 100),
    one_by_one("200 KB", 200_000, 30),
    one_by_one("1 MB", 1_000_000, 10),
    burst("1000 x 40 B", 40, 1000),
    burst("1000 x 2 KB", 2_000, 1000),
    burst("1000 x 8 KB", 8_000, 1000),
];

const fn one_by_one(name: &'static str, bytes: usize, count: u32) -> Load {
    Load { name, bytes, count, at_once: false }
}

const fn burst(name: &'static str, bytes: usize, count: u32) -> Load {
    Load { name, bytes, count, at_once: true }
}

/// In milliseconds.
#[derive(Clone, Copy)]
struct Figures {
    /// One by one the mean of a message, at once the time that all took.
    usual: f64,
    /// Of a single message, or as above.
    slowest: f64,
}

impl Figures {
    /// Of what a page answers: the mean and the slowest.
    fn of(times: &Value) -> Self {
        Self { usual: number(&times[0]), slowest: number(&times[1]) }
    }

    fn of_turns(times: &[f64]) -> Self {
        let usual = times.iter().sum::<f64>() / times.len() as f64;
        Self { usual, slowest: times.iter().copied().fold(0.0, f64::max) }
    }
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

/// What a page has counted.
pub(crate) fn numbers(values: &Value) -> Vec<f64> {
    values.as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
}

/// Measures, and prints the table.
pub(crate) fn run(workspace: &mut Workspace) -> Result<(), Error> {
    if !cfg!(target_os = "linux") {
        let text = "`bench windows` needs WebKitWebDriver and Xvfb, which exist on Linux only";
        return Err(Error::Other(text.into()));
    }
    setup::run(workspace, Goal::Headless)?;
    let app = compile::optimised_test_app(workspace)?;
    let since = report::begin("send messages to two windows");
    let display = VirtualDisplay::start(workspace)?;
    let pages = workspace.root.join("tests/app/pages").display().to_string();
    let windows = WINDOWS.map(|label| format!("{label}=delivery.html"));
    let arguments = [&[pages, "plugin".to_owned()][..], &windows].concat();
    let launch = Launch { workspace, app, arguments, display: display.name(), port: None };
    let mut desktop = launch.start()?;
    desktop.wait_for_windows(&WINDOWS, LIMIT)?;
    for window in WINDOWS {
        call(&mut desktop, window, "ready.then(() => 'ready')", &[])?;
    }

    let mut figures = vec![vec![Vec::new(); WAYS.len()]; LOADS.len()];
    let mut dialogues = [const { Vec::new() }; DIALOGUES.len()];
    for way in DIALOGUES {
        call(&mut desktop, WINDOWS[1], "answer(...arguments)", &[json!(way)])?;
    }
    for round in 0..ROUNDS {
        for (way, figures) in DIALOGUES.iter().zip(&mut dialogues) {
            let before = round as u32 * TURNS;
            let arguments = [json!(way), json!(before), json!(TURNS)];
            let times = call(&mut desktop, WINDOWS[0], "dialogue(...arguments)", &arguments)?;
            figures.push(Figures::of_turns(&numbers(&times)));
        }
        for (load, figures) in LOADS.iter().zip(&mut figures) {
            for (way, figures) in WAYS.iter().zip(figures) {
                if load.at_once && *way == PULL {
                    continue;
                }
                figures.push(measure(&mut desktop, *load, way)?);
            }
        }
    }
    desktop.quit()?;
    report::done(since, "done");
    report::say(format_args!(
        "\nms from asking for a message to hearing it, the mean of many one by one, or until both \
         windows have heard all: the median of {ROUNDS} rounds, and the slowest there was\n"
    ));
    report::say(table(&figures));
    report::say(
        "\nms for a turn of both windows that answer each other, by bare events and by a topic: the \
         median of the rounds' means, and the slowest turn\n",
    );
    let rows = [DIALOGUES.map(str::to_owned), dialogues.each_ref().map(|it| summary(it))];
    report::say(report::table(&rows.map(Vec::from)));
    let [event, topic] = dialogues.each_ref().map(|figures| median(figures));
    report::say(format_args!("\ndialogue topic/event={:.2}", topic / event));
    Ok(())
}

fn measure(desktop: &mut Desktop, load: Load, way: &str) -> Result<Figures, Error> {
    let Load { bytes, count, at_once, .. } = load;
    let arguments = [json!(way), json!(bytes), json!(count)];
    let [asks, other] = WINDOWS;
    if !at_once {
        return Ok(Figures::of(&call(desktop, asks, "oneByOne(...arguments)", &arguments)?));
    }
    desktop.execute(other, "expect(arguments[0])", &[json!(count)])?;
    let since = number(&call(desktop, asks, "burst(...arguments)", &arguments)?);
    let mut last = 0.0_f64;
    for window in WINDOWS {
        let at = process::poll(LIMIT, || {
            let at = desktop.execute(window, "return heard.at", &[]);
            at.ok().and_then(|at| at.as_f64())
        });
        let missed = || Error::Windows(format!("window `{window}` has not heard all by {way}"));
        last = last.max(at.ok_or_else(missed)?);
    }
    Ok(Figures { usual: last - since, slowest: last - since })
}

/// What a script's promise comes to.
pub(crate) fn call(
    desktop: &mut Desktop,
    window: &str,
    promise: &str,
    arguments: &[Value],
) -> Result<Value, Error> {
    let script = format!(
        "const done = Array.prototype.pop.call(arguments);
        ({promise}).then(ok => done({{ ok }}), error => done({{ error: String(error) }}))"
    );
    let mut answer = desktop.execute_async(window, &script, arguments)?;
    match answer.get("error") {
        None => Ok(answer["ok"].take()),
        Some(error) => Err(Error::Windows(format!("window `{window}`: {error}"))),
    }
}

/// `figures` by load and by way.
fn table(figures: &[Vec<Vec<Figures>>]) -> String {
    let heading = std::iter::once("message").chain(WAYS).map(str::to_owned);
    let mut rows = vec![heading.collect::<Vec<_>>()];
    for (load, figures) in LOADS.iter().zip(figures) {
        let cells = figures.iter().map(|figures| summary(figures));
        rows.push(std::iter::once(load.name.to_owned()).chain(cells).collect());
    }
    report::table(&rows)
}

fn summary(figures: &[Figures]) -> String {
    if figures.is_empty() {
        return "-".to_owned();
    }
    let slowest = figures.iter().map(|it| it.slowest).fold(0.0, f64::max);
    format!("{:.1} / {slowest:.0}", median(figures))
}

fn median(figures: &[Figures]) -> f64 {
    let mut usual: Vec<_> = figures.iter().map(|it| it.usual).collect();
    usual.sort_by(f64::total_cmp);
    usual[usual.len() / 2]
}
