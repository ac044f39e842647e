//! `cargo xtask app --machines 2`: the app on two machines, each with its data, and a server between them.

use std::{
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use xtask::{
    Error,
    desktop::{Desktop, Launch},
    display::VirtualDisplay,
    nats::Server,
    process::{self, Guarded, Scratch},
    report,
    workspace::Workspace,
};

use crate::args::AppOptions;
use crate::drive::{BOTH, FADE, FOLLOW, LOAD, MAIN, SETTINGS, Wanted, flip, shots};

/// As the example places its windows: those of two machines, one below the other.
const SCREEN: &str = "1140x900x24";
const MACHINES: [usize; 2] = [0, 1];
const TITLE: &str = "const done = arguments[arguments.length - 1]; \
    window.__TAURI_INTERNALS__.invoke('plugin:window|title').then(done, done)";
/// What the footer says, to screen readers as well.
const WORD: &str = "return document.querySelector('[role=status] .status-word').textContent";

/// The windows of both machines on the person's screen, until they are closed.
pub(crate) fn open(workspace: &Workspace, app: &Path) -> Result<(), Error> {
    let server = Server::start(workspace, "")?;
    let folder = Scratch::new(&workspace.own_folder(), "machines")?;
    let since = report::begin(format_args!(
        "both machines run until their windows are closed; `kill -9 {}` takes their server away",
        server.id().unwrap_or_default()
    ));
    let mut apps = Vec::new();
    for machine in MACHINES {
        let mut command = workspace.command(app);
        apps.push(Guarded::spawn(command.args(arguments(&server, folder.path(), machine)))?);
    }
    for app in &mut apps {
        let status = app.wait()?;
        if !status.success() {
            let text = format!("`{}` ended with {status}: its own words are above", app.command());
            return Err(Error::Other(text));
        }
    }
    report::done(since, "ended");
    Ok(())
}

/// The same on a virtual display: whatever is changed in one of the windows is shown in all, also what was
/// changed while the server was away.
pub(crate) fn drive(
    workspace: &Workspace,
    app: PathBuf,
    options: &AppOptions,
) -> Result<(), Error> {
    let since = report::begin("drive the windows of two machines on a virtual display");
    let shots = shots(workspace, options)?;
    let display = VirtualDisplay::sized(workspace, SCREEN)?;
    let server = Server::start(workspace, "")?;
    let folder = Scratch::new(&workspace.own_folder(), "machines")?;
    let start = |machine| {
        let arguments = arguments(&server, folder.path(), machine);
        let (app, display) = (app.clone(), display.name());
        Launch { workspace, app, arguments, display, port: None }.start()
    };
    let desktops = [start(0)?, start(1)?];
    let shots = &shots;
    let (changes, slowest) = (0, Duration::ZERO);
    let mut drive =
        Drive { workspace, display: &display, server, desktops, shots, step: 0, changes, slowest };
    drive.play().map_err(|error| {
        // What the windows looked like says more than any message.
        let _ = drive.shoot("failed");
        let logs = drive.desktops.each_ref().map(|desktop| desktop.log().display().to_string());
        let place = shots.display();
        let advice = format!("look at the pictures in {place} and at {}", logs.join(" and "));
        error.in_step("drive the windows of two machines", advice)
    })?;
    let Drive { desktops, changes, slowest, .. } = drive;
    desktops.into_iter().try_for_each(Desktop::quit)?;
    report::done(since, format_args!("screenshots are in {}", shots.display()));
    let (machines, windows) = (MACHINES.len(), MACHINES.len() * BOTH.len());
    let slowest = slowest.as_millis();
    report::say(format_args!(
        "synced machines={machines} windows={windows} changes={changes} slowest_ms={slowest}"
    ));
    Ok(())
}

/// See the example `machines`.
fn arguments(server: &Server, folder: &Path, machine: usize) -> Vec<String> {
    let number = (machine + 1).to_string();
    let folder = folder.join(&number).display().to_string();
    vec![server.url(), folder, number]
}

/// What is asked of a window.
type Ask = fn(&mut Desktop, &str) -> Result<Value, Error>;

struct Drive<'a> {
    workspace: &'a Workspace,
    display: &'a VirtualDisplay,
    server: Server,
    desktops: [Desktop; 2],
    shots: &'a Path,
    step: u32,
    changes: u32,
    slowest: Duration,
}

impl Drive<'_> {
    fn play(&mut self) -> Result<(), Error> {
        for desktop in &mut self.desktops {
            desktop.wait_for_windows(&BOTH, LOAD)?;
            desktop.settle(&BOTH, MAIN, &[], 0, LOAD)?;
            for window in BOTH {
                desktop.observe(window)?;
                // It is opened hidden.
                let painted = || desktop.wait_for_paint(window).is_ok_and(|it| it).then_some(());
                let painted = process::poll(LOAD, painted);
                painted.ok_or_else(|| Error::Windows(format!("window `{window}` stays blank")))?;
            }
        }
        self.shoot("four-windows-open")?;
        // In each of the four windows.
        self.change("theme-dark-in-settings-of-1", 0, SETTINGS, |desktop| {
            desktop.click(SETTINGS, "input[name=theme][value=dark]")?;
            Ok(("theme", "dark".to_owned()))
        })?;
        self.change("language-german-in-settings-of-2", 1, SETTINGS, |desktop| {
            desktop.choose(SETTINGS, "select[name=language]", "de")?;
            Ok(("language", "de".to_owned()))
        })?;
        for (name, machine) in [("side-bar-in-main-of-1", 0), ("side-bar-in-main-of-2", 1)] {
            self.change(name, machine, MAIN, |desktop| {
                flip(desktop, MAIN, "sidebarCollapsed", "[data-testid=toggle-sidebar]")
            })?;
        }
        self.offline()?;
        self.change("theme-light-in-settings-of-2", 1, SETTINGS, |desktop| {
            desktop.click(SETTINGS, "input[name=theme][value=light]")?;
            Ok(("theme", "light".to_owned()))
        })
    }

    /// Each machine changes a field of its own while the server is away.
    fn offline(&mut self) -> Result<(), Error> {
        let in_step = self.all(word)?;
        self.server.kill();
        self.wait_for(title, "`offline` in the title", |title| title.contains("offline"))?;
        let is_away = |word: &String| !in_step.contains(word);
        let away = self.wait_for(word, "in the footer that it is offline", is_away)?;
        self.shoot("server-away")?;
        let mut wanted = Vec::new();
        let switches = [(0, "notificationsEnabled"), (1, "autoSave")];
        for (machine, property) in switches {
            let desktop = &mut self.desktops[machine];
            let now = flip(desktop, SETTINGS, property, &format!("input[name={property}]"))?;
            desktop.settle(&BOTH, SETTINGS, &[(now.0, &now.1)], 0, FOLLOW)?;
            wanted.push(now);
            self.changes += 1;
        }
        for (machine, property) in switches {
            let mine = self.desktops[machine].state(MAIN)?;
            let other = self.desktops[1 - machine].state(MAIN)?;
            if mine.value(property) == other.value(property) {
                return Err(Error::Windows(format!("`{property}` has crossed without a server")));
            }
        }
        let waits = |title: &String| title.contains("1 change waits");
        self.wait_for(title, "`1 change waits` in the title", waits)?;
        let known = [&in_step[..], &away].concat();
        let is_new = |word: &String| !known.contains(word);
        self.wait_for(word, "in the footer that changes wait", is_new)?;
        self.shoot("changes-wait")?;
        self.reopen_settings()?;
        self.server.restart()?;
        let back = Instant::now();
        self.settle(&wanted)?;
        self.slowest = self.slowest.max(back.elapsed());
        self.wait_for(title, "nothing more of what waits", |title| !title.contains("wait"))?;
        let is_back = |word: &String| in_step.contains(word);
        self.wait_for(word, "in the footer that it is in sync", is_back)?;
        self.shoot("server-back")
    }

    /// A window that is opened meanwhile says it, too, and from its beginning: the next attempt to reach the server
    /// would tell all windows anew.
    fn reopen_settings(&mut self) -> Result<(), Error> {
        let desktop = &mut self.desktops[0];
        desktop.close(SETTINGS)?;
        desktop.click(MAIN, "[data-testid=open-settings]")?;
        desktop.wait_for_windows(&BOTH, FOLLOW)?;
        let title = title(desktop, SETTINGS)?;
        if !title.as_str().is_some_and(|title| title.contains("1 change waits")) {
            return Err(Error::Windows(format!("the title bar of a new window says {title}")));
        }
        desktop.settle(&BOTH, MAIN, &[], 0, FOLLOW)?;
        desktop.observe(SETTINGS)?;
        self.shoot("settings-reopened-meanwhile")
    }

    /// Does something in a window of a machine, and waits until all windows show it.
    fn change(
        &mut self,
        name: &str,
        machine: usize,
        window: &str,
        act: impl FnOnce(&mut Desktop) -> Result<Wanted, Error>,
    ) -> Result<(), Error> {
        let wanted = act(&mut self.desktops[machine])?;
        let (property, value) = wanted.clone();
        self.settle(&[wanted])?;
        let acted = self.desktops[machine].acted_at(window)?;
        let mut shown = Some(0);
        for desktop in &mut self.desktops {
            let revision = desktop.state(MAIN)?.value("revision").to_owned();
            shown =
                shown.zip(desktop.shown_at(&BOTH, &revision)?).map(|(one, other)| one.max(other));
        }
        let took = shown.zip(acted).map(|(shown, acted)| shown.saturating_sub(acted));
        let took = took.ok_or_else(|| Error::Windows(format!("{name}: nobody saw it change")))?;
        self.slowest = self.slowest.max(Duration::from_millis(took));
        self.changes += 1;
        self.shoot(name)?;
        let step = self.step;
        report::say(format_args!("{step:02}  {took:>5} ms  {name} ({property}={value})"));
        Ok(())
    }

    /// Waits until all four windows show this, and the same.
    fn settle(&mut self, wanted: &[Wanted]) -> Result<(), Error> {
        let wanted: Vec<_> = wanted.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut desktops = self.desktops.iter_mut();
        desktops.try_for_each(|it| it.settle(&BOTH, MAIN, &wanted, 0, FOLLOW).map(drop))
    }

    /// What is asked of each of the four windows.
    fn all(&mut self, ask: Ask) -> Result<Vec<String>, Error> {
        let mut answers = Vec::new();
        for desktop in &mut self.desktops {
            for window in BOTH {
                answers.push(ask(desktop, window)?.as_str().unwrap_or_default().to_owned());
            }
        }
        Ok(answers)
    }

    /// Waits until all four windows answer something of this kind, which is returned.
    fn wait_for(
        &mut self,
        ask: Ask,
        what: &str,
        is_it: impl Fn(&String) -> bool,
    ) -> Result<Vec<String>, Error> {
        let mut seen = Ok(Vec::new());
        let all = process::poll(FOLLOW, || {
            seen = self.all(ask);
            seen.as_ref().is_ok_and(|all| all.iter().all(&is_it)).then_some(())
        });
        let seen = seen?;
        all.ok_or_else(|| Error::Windows(format!("{what} not all windows say, but {seen:?}")))?;
        Ok(seen)
    }

    fn shoot(&mut self, name: &str) -> Result<(), Error> {
        self.step += 1;
        for desktop in &mut self.desktops {
            for window in BOTH {
                let _ = desktop.wait_for_paint(window);
            }
        }
        thread::sleep(FADE);
        let file = format!("{:02}-{name}.png", self.step);
        self.display.shoot(self.workspace, &self.shots.join(file))
    }
}

fn title(desktop: &mut Desktop, window: &str) -> Result<Value, Error> {
    desktop.execute_async(window, TITLE, &[])
}

fn word(desktop: &mut Desktop, window: &str) -> Result<Value, Error> {
    desktop.execute(window, WORD, &[])
}
