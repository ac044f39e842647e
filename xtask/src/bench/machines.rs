//! `cargo xtask bench machines`: how long a change in a window of one machine takes to a window of
//! another, beside what a message takes between two processes, and what an app writes by hand. It fails if the median is
//! more than three times that by hand.

use std::{path::PathBuf, time::Duration};

use serde_json::json;
use xtask::{
    Error,
    desktop::{Desktop, Launch},
    display::VirtualDisplay,
    nats::Server,
    process::Scratch,
    report,
    workspace::Workspace,
};

use crate::{
    compile,
    delivery::{call, numbers},
    setup::{self, Goal},
};

/// As `tests/app/pages/dialogue.js` names those of windows; the first is without any.
const WAYS: [(&str, &str); 3] = [
    ("bare", "two processes, NATS publish and subscribe, no window"),
    ("glue", "two windows, by hand: invoke, NATS publish, subscribe, event"),
    ("topic", "two windows, by a topic that is joined"),
];
const WINDOWS: [&str; 2] = ["editor-1", "editor-2"];
/// Of each way in a round. Each turn crosses twice, there and back.
const TURNS: u32 = 100;
/// The first is not counted: what is made anew then is made once.
const ROUNDS: u32 = 8;
const LIMIT: Duration = Duration::from_secs(60);
/// Of the topic's median, in those by hand.
const MOST: f64 = 3.0;

/// Median and 95th percentile of each way, in milliseconds.
type Figures = [[f64; 2]; WAYS.len()];

/// Measures all ways in each round, and prints the table.
pub(crate) fn run(workspace: &mut Workspace) -> Result<(), Error> {
    if !cfg!(target_os = "linux") {
        let text = "`bench machines` needs WebKitWebDriver and Xvfb, which exist on Linux only";
        return Err(Error::Other(text.into()));
    }
    setup::run(workspace, Goal::Machines)?;
    setup::run(workspace, Goal::Headless)?;
    let app = compile::optimised_machines_app(workspace)?;
    let since = report::begin("have windows of two machines answer each other");
    let display = VirtualDisplay::start(workspace)?;
    let server = Server::start(workspace, "")?;
    let folder = Scratch::new(&workspace.own_folder(), "machines")?;
    let pages = workspace.root.join("tests/app/pages").display().to_string();
    let start = |label: &'static str| {
        let own = folder.path().join(label).display().to_string();
        let arguments = vec![pages.clone(), server.url(), own, format!("{label}=machines.html")];
        let (app, display): (PathBuf, _) = (app.clone(), display.name());
        let mut desktop = Launch { workspace, app, arguments, display, port: None }.start()?;
        desktop.wait_for_windows(&[label], LIMIT)?;
        Ok::<_, Error>(desktop)
    };
    let (mut asks, mut answers) = (start(WINDOWS[0])?, start(WINDOWS[1])?);
    let mut took = WAYS.map(|_| Vec::new());
    for (way, _) in &WAYS[1..] {
        call(&mut answers, WINDOWS[1], "answer(...arguments)", &[json!(way)])?;
    }
    for round in 0..ROUNDS {
        for ((way, _), took) in WAYS.iter().zip(&mut took) {
            let times = turns(&mut asks, way, round * TURNS)?;
            if round > 0 {
                took.extend(times);
            }
        }
    }
    asks.quit()?;
    answers.quit()?;
    report::done(since, "done");

    let figures = took.map(|mut times| {
        times.sort_by(f64::total_cmp);
        [at(&times, 0.5), at(&times, 0.95)]
    });
    let count = (ROUNDS - 1) * TURNS;
    report::say(format_args!("\nms for a way there and back, of {count} of each, interleaved\n"));
    report::say(table(&figures));
    let [bare, glue, topic] = figures;
    let ratio = |one: [f64; 2], other: [f64; 2], at: usize| one[at] / other[at];
    report::say(format_args!(
        "\nmachines topic/bare={:.2} p95={:.2} topic/glue={:.2} p95={:.2}",
        ratio(topic, bare, 0),
        ratio(topic, bare, 1),
        ratio(topic, glue, 0),
        ratio(topic, glue, 1),
    ));
    judge(&figures)
}

fn judge(figures: &Figures) -> Result<(), Error> {
    if let Some(((way, _), _)) = WAYS.iter().zip(figures).find(|(_, times)| times[0].is_nan()) {
        return Err(Error::Other(format!("of `{way}` there are no times")));
    }
    let [_, glue, topic] = figures;
    let ratio = topic[0] / glue[0];
    if ratio.is_nan() || ratio > MOST {
        let text =
            format!("a topic takes {ratio:.2} times what an app writes by hand, of {MOST} at most");
        return Err(Error::Other(text));
    }
    Ok(())
}

fn turns(desktop: &mut Desktop, way: &str, before: u32) -> Result<Vec<f64>, Error> {
    let window = WINDOWS[0];
    let times = match way {
        "bare" => {
            let promise = "window.__TAURI__.core.invoke('bare', { times: arguments[0] })";
            call(desktop, window, promise, &[json!(TURNS)])?
        }
        _ => {
            let arguments = [json!(way), json!(before), json!(TURNS)];
            call(desktop, window, "dialogue(...arguments)", &arguments)?
        }
    };
    Ok(numbers(&times))
}

/// Of times in their order.
fn at(times: &[f64], share: f64) -> f64 {
    let index = (times.len() as f64 * share) as usize;
    times.get(index).copied().unwrap_or(f64::NAN)
}

fn table(figures: &Figures) -> String {
    let mut rows = vec![["", "median", "p95"].map(str::to_owned).to_vec()];
    rows.extend(WAYS.iter().zip(figures).map(|((_, what), [median, p95])| {
        vec![(*what).to_owned(), format!("{median:.2}"), format!("{p95:.2}")]
    }));
    report::table(&rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_slow_or_was_not_measured_fails() {
        let judged = |glue, topic| judge(&[[0.2, 0.9], [glue, 7.0], [topic, 9.0]]);
        assert!(judged(3.0, 9.0).is_ok());
        for (glue, topic, words) in
            [(3.0, 9.1, "3.03 times"), (f64::NAN, 6.0, "`glue`"), (0.0, 0.0, "NaN times")]
        {
            let error = judged(glue, topic).expect_err("it fails").to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
