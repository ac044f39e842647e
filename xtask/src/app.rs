//! `cargo xtask app`: the two windows, on the person's screen or on a virtual one.

use xtask::{
    Error,
    desktop::free_port,
    display::{Screen, screen},
    process::Guarded,
    report,
    workspace::Workspace,
};

use crate::{
    args::AppOptions,
    compile, drive,
    setup::{self, Goal},
};

pub(crate) fn run(workspace: &mut Workspace, options: AppOptions) -> Result<(), Error> {
    let headless = options.headless || no_screen()?;
    if !headless {
        setup::run(workspace, Goal::App)?;
        compile::app(workspace)?;
        return open(workspace);
    }
    if !cfg!(target_os = "linux") {
        return Err(Error::Other(
            "--headless needs WebKitWebDriver and Xvfb, which exist on Linux only: \
             `cargo xtask app` opens the windows on your screen"
                .into(),
        ));
    }
    // A port that is taken should not be found out after minutes of building.
    free_port(options.port)?;
    setup::run(workspace, Goal::Headless)?;
    compile::app(workspace)?;
    drive::run(workspace, &options)
}

fn no_screen() -> Result<bool, Error> {
    match screen() {
        Screen::There => Ok(false),
        Screen::None => {
            report::say("==> no display: the windows open on a virtual one, as with --headless");
            Ok(true)
        }
        Screen::Dead(which) => Err(Error::Other(format!(
            "the display of {which} cannot be opened: is it up, and may this user open windows on \
             it? Without it: cargo xtask app --headless"
        ))),
    }
}

fn open(workspace: &Workspace) -> Result<(), Error> {
    let since = report::begin("the app runs until its windows are closed");
    let mut app = Guarded::spawn(&mut workspace.command(workspace.app()))?;
    let status = app.wait()?;
    report::done(since, "ended");
    if status.success() {
        return Ok(());
    }
    let command = app.command().to_owned();
    let error = Error::Failed { command, status: status.to_string(), tail: Vec::new(), log: None };
    let advice = "its own words are above; if it could not open a window: \
                  cargo xtask app --headless";
    Err(error.in_step("run the app", advice))
}
