//! `cargo xtask bench peers`: Revgate in real windows, beside the other ways to share a state.

mod build;
mod document;
mod figures;
mod goals;
mod html;
mod machine;
mod markdown;
mod plots;
mod scenes;

use std::{fs, path::Path, time::Duration};

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
use self::figures::Figures;
use crate::setup::{self, Goal};

/// An app that hangs must not be waited for.
const PATIENCE: Duration = Duration::from_secs(4 * 60 * 60);
const ADVICE: &str = "its own words are above";

/// Measures, and writes the report, into the documents too if `is_write`; whether Revgate has lost nothing
/// and has all its figures.
pub(crate) fn run(
    workspace: &mut Workspace,
    is_quick: bool,
    is_write: bool,
) -> Result<bool, Error> {
    if !cfg!(target_os = "linux") {
        let text = "`bench peers` needs Xvfb, and WebKitGTK's processes: both are on Linux only";
        return Err(Error::Other(text.into()));
    }
    setup::run(workspace, Goal::Headless)?;
    setup::node::ensure(workspace)?;
    let built = build::run(workspace)?;

    let folder = workspace.target.join("bench");
    fs::create_dir_all(&folder).map_err(Error::io(format!("making {}", folder.display())))?;
    let file = folder.join("figures.jsonl");
    // The app adds to it.
    write(&file, "")?;
    let display = VirtualDisplay::start(workspace)?;
    let measure = |what: &str, log: &str| {
        let profile = Scratch::new(&std::env::temp_dir(), "revgate-profile")?;
        let mut command = on_own_bus(workspace);
        surround(&mut command, display.name(), profile.path())?;
        command.arg(&built.app).arg(&built.pages).arg(&file).arg(what);
        let step = Step::new(command).limit(PATIENCE).log(folder.join(log));
        step.run().map_err(|error| error.in_step("measure", ADVICE))
    };
    let since = report::begin("measure, all systems in each round");
    measure(if is_quick { "quick" } else { "full" }, "app.log")?;
    report::done(since, "done");
    let since = report::begin("measure their memory, each in an app of its own");
    for peer in scenes::in_memory(is_quick) {
        measure(&format!("memory={peer}"), "memory.log")?;
    }
    report::done(since, "done");

    let figures = Figures::read(&file, scenes::all(is_quick))?;
    let about = machine::look(workspace, is_quick);
    write(&folder.join("report.json"), &figures.json(&about).to_string())?;
    write(&folder.join("report.html"), &html::page(&figures, &about))?;
    write(&folder.join("report.md"), &markdown::page(&figures, &about))?;
    if is_write {
        document::write(workspace, &figures, &about)?;
    }
    report::say(format_args!("\n{}", figures.table()));
    figures.faults.iter().for_each(report::say);
    report::say(format_args!("\nreport: {}", folder.join("report.html").display()));
    report::say(goals::line(&goals::all(&figures)));
    Ok(figures.is_whole())
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    fs::write(path, text).map_err(Error::io(format!("writing {}", path.display())))
}
