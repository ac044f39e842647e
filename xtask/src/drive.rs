//! Drives both windows as a person would and checks after each act that they agree.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use xtask::{
    Error,
    desktop::{Browser, Desktop, Key, Launch, Settled, Tabs},
    display::VirtualDisplay,
    pages, report,
    workspace::Workspace,
};

use crate::{args::AppOptions, compile};

pub(crate) const MAIN: &str = "main";
pub(crate) const SETTINGS: &str = "settings";
pub(crate) const BOTH: [&str; 2] = [MAIN, SETTINGS];
/// How long a window may take to follow.
pub(crate) const FOLLOW: Duration = Duration::from_secs(30);
/// How long the windows may take to load.
pub(crate) const LOAD: Duration = Duration::from_secs(60);
/// Colours fade for a moment when the theme changes; a picture is taken after it.
pub(crate) const FADE: Duration = Duration::from_millis(300);

/// A property and the value that every window must come to show.
pub(crate) type Wanted = (&'static str, String);

/// The app's windows, on a virtual display.
pub(crate) fn run(workspace: &Workspace, app: PathBuf, options: &AppOptions) -> Result<(), Error> {
    let since = report::begin("drive both windows on a virtual display");
    let shots = shots(workspace, options)?;
    let display = VirtualDisplay::start(workspace)?;
    let launch = Launch {
        workspace,
        app,
        arguments: Vec::new(),
        display: display.name(),
        port: options.port,
    };
    let desktop = launch.start()?;
    report::done(since, format_args!("the app is up on display {}", display.name()));
    let camera = Camera::Screen(workspace, &display);
    let driven = drive(desktop, camera, &shots, !options.mixed)?;
    report::done(since, format_args!("screenshots are in {}", shots.display()));
    say("windows", driven);
    Ok(())
}

/// The same pages in two tabs of each browser that is there.
pub(crate) fn tabs(
    workspace: &Workspace,
    browsers: Vec<(Browser, PathBuf)>,
    options: &AppOptions,
) -> Result<(), Error> {
    let shots = shots(workspace, options)?;
    let (folder, settings) = match options.mixed {
        true => (workspace.root.join(compile::MIXED).join("dist"), "settings.html".to_owned()),
        false => (workspace.root.join("dist"), format!("?window={SETTINGS}")),
    };
    let site = pages::serve(folder)?;
    let mut all = Driven::default();
    for browser in browsers {
        let name = browser.0.name();
        let since = report::begin(format!("drive two tabs of {name}"));
        let addresses = vec![site.clone(), format!("{site}/{settings}")];
        let tabs = Tabs { workspace, browser, addresses, port: options.port };
        let Driven { changes, slowest } =
            drive(tabs.open()?, Camera::Pages(name), &shots, !options.mixed)?;
        let took = slowest.as_millis();
        report::done(since, format_args!("{name}: {changes} changes, slowest {took} ms"));
        all.changes += changes;
        all.slowest = all.slowest.max(slowest);
    }
    report::say(format_args!("    screenshots are in {}", shots.display()));
    say("tabs", all);
    Ok(())
}

/// The folder for pictures, with none of an earlier run.
pub(crate) fn shots(workspace: &Workspace, options: &AppOptions) -> Result<PathBuf, Error> {
    let shots = options.shots.clone().unwrap_or_else(|| workspace.target.join("shots"));
    // Commands run in the root, wherever the person typed the folder's name.
    let shots = std::path::absolute(&shots).map_err(Error::io("reading the current folder"))?;
    empty(&shots)?;
    Ok(shots)
}

fn say(what: &str, Driven { changes, slowest }: Driven) {
    let (count, slowest) = (BOTH.len(), slowest.as_millis());
    report::say(format_args!("synced {what}={count} changes={changes} slowest_ms={slowest}"));
}

/// All acts in both windows, which end after them.
fn drive(
    desktop: Desktop,
    camera: Camera<'_>,
    shots: &Path,
    has_undo: bool,
) -> Result<Driven, Error> {
    let driven = Driven::default();
    let mut drive = Drive { desktop, camera, shots, step: 0, revision: 0, driven, has_undo };
    let played = drive.play();
    played.map_err(|failed| {
        let (step, error) = *failed;
        // What the windows looked like says more than any message.
        let _ = drive.shoot("failed");
        let (place, log) = (shots.display(), drive.desktop.log().display());
        error.in_step(step, format!("look at the pictures in {place} and at {log}"))
    })?;
    drive.desktop.quit()?;
    Ok(drive.driven)
}

/// What was seen of all changes.
#[derive(Clone, Copy, Debug, Default)]
struct Driven {
    changes: u32,
    slowest: Duration,
}

/// What takes the pictures.
enum Camera<'a> {
    /// Of the screen that all windows are on.
    Screen(&'a Workspace, &'a VirtualDisplay),
    /// Of each page, in the browser of this name.
    Pages(&'static str),
}

struct Drive<'a> {
    desktop: Desktop,
    camera: Camera<'a>,
    shots: &'a Path,
    step: u32,
    revision: u64,
    driven: Driven,
    /// Whether the settings have an undo: those in JavaScript have none.
    has_undo: bool,
}

/// An act by its name, and why it failed.
type Failed = Box<(String, Error)>;

impl Drive<'_> {
    /// All acts; an error comes with the name of its act.
    fn play(&mut self) -> Result<(), Failed> {
        self.named("both-windows-open", Self::open)?;
        self.change("theme-dark", SETTINGS, |desktop| {
            desktop.click(SETTINGS, "input[name=theme][value=dark]")?;
            Ok(("theme", "dark".into()))
        })?;
        self.change("font-size-dragged", SETTINGS, |desktop| {
            let value = desktop.drag(SETTINGS, "input[name=fontSize]", 24, 12)?;
            Ok(("fontSize", value))
        })?;
        for (name, tag) in [("language-german", "de"), ("language-arabic", "ar")] {
            self.change(name, SETTINGS, |desktop| {
                desktop.choose(SETTINGS, "select[name=language]", tag)?;
                Ok(("language", tag.into()))
            })?;
        }
        for (name, property) in [
            ("notifications-switched", "notificationsEnabled"),
            ("auto-save-switched", "autoSave"),
            ("side-bar-switched", "sidebarCollapsed"),
        ] {
            self.change(name, SETTINGS, |desktop| {
                flip(desktop, SETTINGS, property, &format!("input[name={property}]"))
            })?;
        }
        self.change("side-bar-toggled-in-main", MAIN, |desktop| {
            flip(desktop, MAIN, "sidebarCollapsed", "[data-testid=toggle-sidebar]")
        })?;
        self.change("theme-toggled-in-main", MAIN, |desktop| {
            desktop.click(MAIN, "[data-testid=toggle-theme]")?;
            Ok(("theme", "light".into()))
        })?;
        self.named("settings-closed", Self::close)?;
        self.named("settings-reopened", Self::reopen)?;
        self.change("theme-dark-after-reopening", SETTINGS, |desktop| {
            desktop.click(SETTINGS, "input[name=theme][value=dark]")?;
            Ok(("theme", "dark".into()))
        })?;
        if self.has_undo {
            self.undo()?;
        }
        self.named("both-windows-equal", Self::compare)
    }

    /// What was set in the settings is undone there; what the main window did since stands.
    fn undo(&mut self) -> Result<(), Failed> {
        let mut side_bar = String::new();
        self.change("side-bar-toggled-meanwhile", MAIN, |desktop| {
            let wanted = flip(desktop, MAIN, "sidebarCollapsed", "[data-testid=toggle-sidebar]")?;
            side_bar.clone_from(&wanted.1);
            Ok(wanted)
        })?;
        self.change("undone-by-button", SETTINGS, |desktop| {
            desktop.click(SETTINGS, "[data-testid=undo]")?;
            Ok(("theme", "light".into()))
        })?;
        self.change("done-again-by-keys", SETTINGS, |desktop| {
            desktop.press(SETTINGS, &[Key::Control, Key::Shift], "Z")?;
            Ok(("theme", "dark".into()))
        })?;
        self.change("undone-by-keys", SETTINGS, |desktop| {
            desktop.press(SETTINGS, &[Key::Control], "z")?;
            Ok(("theme", "light".into()))
        })?;
        self.named("what-the-main-window-did-stands", |drive, name| {
            let wanted = [("sidebarCollapsed", &*side_bar)];
            let settled = drive.desktop.settle(&BOTH, MAIN, &wanted, drive.revision, FOLLOW)?;
            drive.record(name, "both", settled.revision(), None)
        })
    }

    fn open(&mut self, name: &str) -> Result<(), Error> {
        self.desktop.wait_for_windows(&BOTH, LOAD)?;
        let settled = self.desktop.settle(&BOTH, MAIN, &[], 0, LOAD)?;
        for window in BOTH {
            self.desktop.observe(window)?;
        }
        self.record(name, "both", settled.revision(), None)
    }

    fn close(&mut self, name: &str) -> Result<(), Error> {
        self.desktop.close(SETTINGS)?;
        let settled = self.desktop.settle(&[MAIN], MAIN, &[], self.revision, FOLLOW)?;
        self.record(name, SETTINGS, settled.revision(), None)
    }

    fn reopen(&mut self, name: &str) -> Result<(), Error> {
        let before = self.desktop.state(MAIN)?;
        self.desktop.click(MAIN, "[data-testid=open-settings]")?;
        self.desktop.wait_for_windows(&BOTH, FOLLOW)?;
        let wanted = ["theme", "language", "fontSize", "revision"].map(|it| (it, before.value(it)));
        let settled = self.desktop.settle(&BOTH, MAIN, &wanted, self.revision, FOLLOW)?;
        self.desktop.observe(SETTINGS)?;
        self.record(name, MAIN, settled.revision(), None)
    }

    fn compare(&mut self, name: &str) -> Result<(), Error> {
        let settled = self.desktop.settle(&BOTH, MAIN, &[], self.revision, FOLLOW)?;
        self.record(name, "both", settled.revision(), None)
    }

    /// An act that changes the state: every window must come to show what was wanted, at a
    /// newer revision.
    fn change(
        &mut self,
        name: &str,
        actor: &str,
        act: impl FnOnce(&mut Desktop) -> Result<Wanted, Error>,
    ) -> Result<(), Failed> {
        self.named(name, |drive, name| {
            let (property, value) = act(&mut drive.desktop)?;
            let next = drive.revision + 1;
            let wanted = [(property, value.as_str())];
            let Settled { states, sync } =
                drive.desktop.settle(&BOTH, actor, &wanted, next, FOLLOW)?;
            drive.driven.changes += 1;
            drive.driven.slowest = drive.driven.slowest.max(sync);
            let revision = states[0].revision().unwrap_or(0);
            drive.record(&format!("{name} ({property}={value})"), actor, revision, Some(sync))?;
            Ok(())
        })
    }

    fn named(
        &mut self,
        name: &str,
        act: impl FnOnce(&mut Self, &str) -> Result<(), Error>,
    ) -> Result<(), Failed> {
        self.step += 1;
        let step = format!("{:02}-{name}", self.step);
        act(self, name).and_then(|()| self.shoot(name)).map_err(|error| Box::new((step, error)))
    }

    /// A line of the timeline.
    fn record(
        &mut self,
        what: &str,
        window: &str,
        revision: u64,
        sync: Option<Duration>,
    ) -> Result<(), Error> {
        let before = std::mem::replace(&mut self.revision, revision);
        let time = sync.map_or(String::new(), |sync| format!("{} ms", sync.as_millis()));
        let revisions = format!("{before} -> {revision}");
        let step = self.step;
        report::say(format_args!("{step:02}  {window:<8}  {revisions:>9}  {time:>7}  {what}"));
        Ok(())
    }

    fn shoot(&mut self, name: &str) -> Result<(), Error> {
        // An app that is gone paints nothing, but the screen can still be photographed.
        let labels = self.desktop.labels().unwrap_or_default();
        for label in &labels {
            let _ = self.desktop.wait_for_paint(label);
        }
        std::thread::sleep(FADE);
        let name = format!("{:02}-{name}", self.step);
        match self.camera {
            Camera::Screen(workspace, display) => {
                display.shoot(workspace, &self.shots.join(format!("{name}.png")))
            }
            Camera::Pages(browser) => labels.iter().try_for_each(|label| {
                let file = format!("{name}-{label}-{browser}.png");
                self.desktop.shoot(label, &self.shots.join(file))
            }),
        }
    }
}

/// Clicks what turns a property to its opposite.
pub(crate) fn flip(
    desktop: &mut Desktop,
    window: &str,
    property: &'static str,
    css: &str,
) -> Result<Wanted, Error> {
    let before = desktop.state(window)?;
    let after = if before.value(property) == "true" { "false" } else { "true" };
    desktop.click(window, css)?;
    Ok((property, after.into()))
}

/// Creates the folder and removes what an earlier run left there, and nothing else.
pub(crate) fn empty(shots: &Path) -> Result<(), Error> {
    let what = || format!("preparing the folder {}", shots.display());
    fs::create_dir_all(shots).map_err(Error::io(what()))?;
    for entry in fs::read_dir(shots).map_err(Error::io(what()))?.flatten() {
        if is_shot(&entry.file_name().to_string_lossy()) {
            fs::remove_file(entry.path()).map_err(Error::io(what()))?;
        }
    }
    Ok(())
}

/// `07-name.png`
fn is_shot(name: &str) -> bool {
    let numbered = name.split_once('-').is_some_and(|(number, _)| {
        number.len() == 2 && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    numbered && Path::new(name).extension().is_some_and(|extension| extension == "png")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pictures_are_removed() {
        assert!(is_shot("07-theme-dark.png"));
        for other in ["7-x.png", "07-x.jpg", "holiday.png", "123-x.png"] {
            assert!(!is_shot(other), "{other}");
        }
    }
}
