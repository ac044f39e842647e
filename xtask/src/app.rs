//! `cargo xtask app`: the two windows, on the person's screen or on a virtual one.

use std::path::{Path, PathBuf};

use xtask::{
    Error,
    desktop::{Browser, free_port},
    display::{Screen, screen},
    process::Guarded,
    report,
    workspace::Workspace,
};

use crate::{
    args::AppOptions,
    compile, drive, inspect, machines,
    setup::{self, Goal},
};

pub(crate) fn run(workspace: &mut Workspace, options: AppOptions) -> Result<(), Error> {
    if options.tabs {
        return in_tabs(workspace, &options);
    }
    let headless = options.headless || no_screen()?;
    if !headless {
        set_up(workspace, Goal::App, &options)?;
        let app = build(workspace, &options)?;
        return if options.machines {
            machines::open(workspace, &app)
        } else {
            open(workspace, &app)
        };
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
    set_up(workspace, Goal::Headless, &options)?;
    let app = build(workspace, &options)?;
    if options.machines {
        return machines::drive(workspace, app, &options);
    }
    match options.inspector {
        true => inspect::run(workspace, app, &options),
        false => drive::run(workspace, app, &options),
    }
}

fn set_up(workspace: &mut Workspace, goal: Goal, options: &AppOptions) -> Result<(), Error> {
    if options.machines {
        setup::run(workspace, Goal::Machines)?;
    }
    setup::run(workspace, goal)
}

/// The app's pages in plain browser tabs: the person's own, or driven ones.
fn in_tabs(workspace: &mut Workspace, options: &AppOptions) -> Result<(), Error> {
    if !options.headless {
        setup::run(workspace, Goal::Tabs)?;
        let since = report::begin("open the address below in two tabs; Ctrl+C ends it");
        let mut trunk = workspace.command("trunk");
        trunk.args(["serve", "--skip-version-check"]).env_remove("NO_COLOR");
        Guarded::spawn(&mut trunk)?.wait()?;
        report::done(since, "ended");
        return Ok(());
    }
    free_port(options.port)?;
    setup::run(workspace, if options.firefox { Goal::Firefox } else { Goal::Tabs })?;
    let browsers = browsers(workspace)?;
    if options.mixed {
        setup::node::ensure(workspace)?;
        compile::all_pages(workspace)?;
    } else {
        compile::windows(workspace)?;
    }
    drive::tabs(workspace, browsers, options)
}

/// The browsers that can be driven here. Firefox is left out where it, or its driver, is missing, unless it
/// was asked for: they are large, and few distributions have both.
fn browsers(workspace: &Workspace) -> Result<Vec<(Browser, PathBuf)>, Error> {
    let chromium = setup::packages::chromium(workspace)
        .ok_or_else(|| Error::Other("Chromium is missing after set-up".into()))?;
    let mut browsers = vec![(Browser::Chromium, chromium)];
    let firefox = ["firefox-esr", "firefox"].iter().find_map(|name| workspace.which(name));
    match firefox.filter(|_| workspace.which(Browser::Firefox.driver()).is_some()) {
        Some(firefox) => browsers.insert(0, (Browser::Firefox, firefox)),
        None => report::say(
            "==> Firefox is left out: it, or geckodriver, is missing, which `--firefox` installs",
        ),
    }
    Ok(browsers)
}

/// The app's program.
fn build(workspace: &Workspace, options: &AppOptions) -> Result<PathBuf, Error> {
    if options.mixed {
        setup::node::ensure(workspace)?;
        compile::mixed_app(workspace)?;
        return Ok(workspace.mixed_app());
    }
    if options.inspector {
        compile::inspected_app(workspace)?;
        return Ok(workspace.inspected_app());
    }
    if options.machines {
        compile::machines_app(workspace)?;
        return Ok(workspace.machines_app());
    }
    compile::app(workspace)?;
    Ok(workspace.app())
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

fn open(workspace: &Workspace, app: &Path) -> Result<(), Error> {
    let since = report::begin("the app runs until its windows are closed");
    let mut app = Guarded::spawn(&mut workspace.command(app))?;
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
