//! `cargo xtask bench peers`: Revgate in real windows, beside the other ways to share a state.

mod build;
mod figures;
mod html;
mod machine;
mod markdown;

use std::{fs, time::Duration};

use xtask::{
    Error,
    desktop::{on_own_bus, surround},
    display::VirtualDisplay,
    process::Scratch,
    report,
    step::Step,
    workspace::Workspace,
};

pub(crate) use self::build::MANIFEST;
use self::figures::{FLOOR, Figures};
use crate::setup::{self, Goal};

/// An app that hangs must not be waited for.
const PATIENCE: Duration = Duration::from_secs(2 * 60 * 60);
const ADVICE: &str = "its own words are above";

/// What is told of a scene, and what it is measured against.
struct Scene {
    id: &'static str,
    title: &'static str,
    floor: &'static str,
}

const SCENES: [Scene; 9] = [
    scene("dialogue-small", "a turn of two windows that answer each other, small state"),
    scene("dialogue-big", "the same with 10,000 fields, 0.9 MB, one written"),
    scene("lone", "one write of Rust after a rest, until both windows show it"),
    scene("burst", "1000 writes of Rust, from the last until both windows show it"),
    scene("burst-whole", "the same, from the first"),
    scene("writers", "two windows edit 500 times each, until all is answered"),
    scene("eight", "one write of Rust after a rest, until eight windows show it"),
    Scene { floor: "push", ..scene("start-small", "navigation to the first state, small") },
    Scene { floor: "push", ..scene("start-big", "navigation to the first state, 0.9 MB") },
];

const fn scene(id: &'static str, title: &'static str) -> Scene {
    Scene { id, title, floor: FLOOR }
}

/// What is counted of a scene.
const COUNTS: [(&str, &str); 3] = [
    ("burst-told", "changes that the first window is told of in a burst of 1000"),
    ("writers-lost", "edits lost of 1000"),
    ("writers-unequal", "rounds after which windows and Rust differ"),
];

/// Measures, and writes the report; whether Revgate has lost nothing, and every system has figures.
pub(crate) fn run(workspace: &mut Workspace, is_quick: bool) -> Result<bool, Error> {
    if !cfg!(target_os = "linux") {
        let text = "`bench peers` needs Xvfb, and WebKitGTK's processes: both are on Linux only";
        return Err(Error::Other(text.into()));
    }
    setup::run(workspace, Goal::Headless)?;
    setup::node::ensure(workspace)?;
    let (app, pages) = build::run(workspace)?;

    let folder = workspace.target.join("bench");
    fs::create_dir_all(&folder).map_err(Error::io(format!("making {}", folder.display())))?;
    let file = folder.join("figures.jsonl");
    let since = report::begin("measure, all systems in each round");
    let display = VirtualDisplay::start(workspace)
        .map_err(|error| error.in_step("start a virtual display", "is Xvfb installed?"))?;
    let profile = Scratch::new(&std::env::temp_dir(), "revgate-profile")?;
    let mut command = on_own_bus(workspace);
    surround(&mut command, display.name(), profile.path())?;
    command.arg(app).arg(pages).arg(&file).arg(if is_quick { "quick" } else { "full" });
    let step = Step::new(command).limit(PATIENCE).log(folder.join("app.log"));
    step.run().map_err(|error| error.in_step("measure", ADVICE))?;
    report::done(since, "done");

    let figures = Figures::read(&file)?;
    let about = machine::look(workspace, is_quick);
    write(&folder.join("report.json"), &figures.json(&about).to_string())?;
    write(&folder.join("report.html"), &html::page(&figures, &about))?;
    write(&folder.join("report.md"), &markdown::page(&figures, &about))?;
    report::say(format_args!("\n{}", figures.table()));
    figures.faults.iter().for_each(report::say);
    report::say(format_args!("\nreport: {}", folder.join("report.html").display()));
    report::say(figures.last_line());
    Ok(figures.is_whole())
}

fn write(path: &std::path::Path, text: &str) -> Result<(), Error> {
    fs::write(path, text).map_err(Error::io(format!("writing {}", path.display())))
}
