//! `cargo xtask new --check`: an app of each kind is made, tested, built, and driven on a virtual display.

use std::{fs, path::Path};

use serde_json::Value;
use xtask::{
    Error,
    desktop::{Desktop, Launch},
    display::VirtualDisplay,
    process, report,
    step::Step,
    workspace::Workspace,
};

use super::{App, install, make};
use crate::{
    compile,
    drive::{BOTH, FOLLOW, LOAD, MAIN, SETTINGS},
    npm,
    outcomes::{Kind, Outcomes},
    saved,
    setup::{self, Goal},
};

/// Each kind by the name of its app, and whether it has a window in JavaScript.
const KINDS: [(&str, bool); 2] = [("rust-app", false), ("mixed-app", true)];
const SLIDER: &str = "input";
const SHOWN: &str = "return document.querySelector('output')?.textContent ?? ''";
/// Read by cargo in all folders below: what is compiled for the checkout is not compiled once more.
const PROFILE: &str = "[profile.dev]\ndebug = \"line-tables-only\"\n\n\
                       [profile.dev.package.\"*\"]\ndebug = false\n";

/// Sets up what is missing, and checks both kinds; whether all is well.
pub(crate) fn run(workspace: &mut Workspace) -> Result<bool, Error> {
    setup::run(workspace, Goal::Headless)?;
    setup::node::ensure(workspace)?;
    npm::build(workspace)?;
    let mut outcomes = Outcomes::new(workspace);
    check(workspace, &mut outcomes);
    process::wait_if_interrupted();
    Ok(outcomes.summary().failed == 0)
}

/// Checks both kinds. The npm package must be there.
pub(crate) fn check(workspace: &Workspace, outcomes: &mut Outcomes<'_>) {
    if !cfg!(target_os = "linux") {
        report::say("==> apps by `new`: left out, driving them needs WebKitWebDriver (Linux)");
        return;
    }
    let place = workspace.own_folder().join("new");
    for (name, is_mixed) in KINDS {
        let app = App { path: place.join(name), is_mixed };
        let made = prepare(&place, &app.path).and_then(|()| make(workspace, &app));
        if !outcomes.note(&format!("make {name}"), made.map(drop)) {
            continue;
        }
        let in_app = |program: &str, arguments: &[&str]| {
            let mut command = workspace.command(program);
            command.args(arguments).current_dir(&app.path);
            command
        };
        let format = in_app("cargo", &["fmt", "--all", "--check"]);
        outcomes.check(&format!("{name}, format"), Kind::Lint, Step::new(format));
        let test = in_app("cargo", &["test"]);
        outcomes.check(&format!("{name}, tests"), Kind::Tests, Step::new(test));
        let build = |what: &str, program: &str, arguments: &[&str]| {
            let mut command = in_app(program, arguments);
            // trunk takes only `true` or `false` for it.
            command.env_remove("NO_COLOR");
            compile::build(workspace, &format!("{name}: {what}"), command)
        };
        let cargo = ["build", "-p", name, "--features", "tauri/custom-protocol"];
        outcomes.step(&format!("{name}, in real windows"), || {
            if is_mixed {
                install(workspace, &app.path)?;
            }
            build("its pages", "trunk", &["build", "--skip-version-check"])?;
            build("its program", "cargo", &cargo)?;
            drive(workspace, name, &place)
        });
    }
}

/// A folder for the apps, without the one that is to be made.
fn prepare(place: &Path, app: &Path) -> Result<(), Error> {
    if app.exists() {
        fs::remove_dir_all(app).map_err(Error::io(format!("removing {}", app.display())))?;
    }
    let config = place.join(".cargo");
    let written = fs::create_dir_all(&config)
        .and_then(|()| fs::write(config.join("config.toml"), PROFILE))
        // Formatted as most people's apps are: the checkout has rules of its own.
        .and_then(|()| fs::write(place.join("rustfmt.toml"), ""));
    written.map_err(Error::io(format!("writing {}", config.display())))
}

/// Each window follows the other, and the app begins with what it ended with.
fn drive(workspace: &Workspace, name: &str, place: &Path) -> Result<(), Error> {
    let since = report::begin(format!("drive both windows of {name}"));
    let display = VirtualDisplay::start(workspace)?;
    let app = workspace.target.join("debug").join(name);
    let launch =
        Launch { workspace, app, arguments: Vec::new(), display: display.name(), port: None };
    let mut desktop = launch.start()?;
    desktop.wait_for_windows(&BOTH, LOAD)?;
    both_show(&mut desktop, "0")?;
    let mut last = String::new();
    for (window, to) in [(SETTINGS, 7), (MAIN, 3)] {
        last = desktop.drag(window, SLIDER, to, 4)?;
        both_show(&mut desktop, &last)?;
    }
    for window in BOTH {
        desktop.wait_for_paint(window)?;
    }
    let picture = place.join(format!("{name}.png"));
    display.shoot(workspace, &picture)?;

    let identifier = format!("com.example.{name}");
    saved::wait_for(&desktop, &identifier, "player", |data| {
        data["volume"].as_u64() == last.parse().ok()
    })?;
    let mut desktop = launch.start_in(desktop.kill())?;
    desktop.wait_for_windows(&BOTH, LOAD)?;
    both_show(&mut desktop, &last)?;
    desktop.quit()?;
    report::done(since, format_args!("in sync, and after a restart; see {}", picture.display()));
    Ok(())
}

/// Waits until both windows show this volume.
fn both_show(desktop: &mut Desktop, volume: &str) -> Result<(), Error> {
    for window in BOTH {
        let mut seen = Value::Null;
        let shows = process::poll(FOLLOW, || {
            // A page that is still loading cannot be asked.
            seen = desktop.execute(window, SHOWN, &[]).unwrap_or_default();
            (seen == volume).then_some(())
        });
        shows.ok_or_else(|| {
            Error::Windows(format!("the window `{window}` shows {seen}, not {volume}"))
        })?;
    }
    Ok(())
}
