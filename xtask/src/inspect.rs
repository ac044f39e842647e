//! Drives the inspector beside both windows, takes pictures of it, and exports what it has recorded.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::{Value, json};
use xtask::{
    Error,
    desktop::{Desktop, Key, Launch},
    display::VirtualDisplay,
    process, report,
    webdriver::keys::{END, ENTER, UP},
    workspace::Workspace,
};

use crate::args::AppOptions;
use crate::drive::{BOTH, FADE, FOLLOW, LOAD, MAIN, SETTINGS, empty};

/// The label of the inspector's window.
const INSPECTOR: &str = "revgate-inspector";
const ALL: [&str; 3] = [MAIN, INSPECTOR, SETTINGS];

/// The name under which the recorded session is left beside the pictures.
const SESSION: &str = "two-windows.json";

/// What sticks out of the window, or of what it lies in, by its text: nothing should.
const STICKS_OUT: &str = "const root = document.querySelector('.rg-inspector');
    const room = root.getBoundingClientRect();
    const clips = (it) => it.scrollWidth > it.clientWidth + 1;
    const out = [...root.querySelectorAll('.rg-toolbar, .rg-status, .rg-panels, .rg-panel, .rg-panel *, .rg-toolbar *')]
        .filter(it => it.getClientRects().length && !it.closest('svg, .rg-tree'))
        .filter(it => it.getBoundingClientRect().right > room.right + 1 || it.matches('section, header, footer, aside, button') && clips(it));
    return out.map(it => it.className + ': ' + it.textContent.slice(0, 40))";

pub(crate) fn run(workspace: &Workspace, app: PathBuf, options: &AppOptions) -> Result<(), Error> {
    let since = report::begin("drive the inspector on a virtual display");
    let shots = options.shots.clone().unwrap_or_else(|| workspace.target.join("shots"));
    let shots = std::path::absolute(&shots).map_err(Error::io("reading the current folder"))?;
    empty(&shots)?;
    let display = VirtualDisplay::start(workspace)?;
    let (arguments, port) = (Vec::new(), options.port);
    let launch = Launch { workspace, app, arguments, display: display.name(), port };
    let desktop = launch.start()?;
    let mut inspection = Inspection { workspace, display: &display, desktop, shots, step: 0 };
    let played = inspection.play();
    let played = played.map_err(|error| {
        // What the windows looked like says more than any message.
        let _ = inspection.shoot("failed");
        let place = inspection.shots.display();
        let log = inspection.desktop.log().display();
        error
            .in_step("drive the inspector", format!("look at the pictures in {place} and at {log}"))
    })?;
    let place = inspection.shots.display().to_string();
    inspection.desktop.quit()?;
    report::done(since, format_args!("pictures and the session are in {place}"));
    report::say(format_args!("inspected windows={} moments={played}", BOTH.len()));
    Ok(())
}

struct Inspection<'a> {
    workspace: &'a Workspace,
    display: &'a VirtualDisplay,
    desktop: Desktop,
    shots: PathBuf,
    step: u32,
}

impl Inspection<'_> {
    /// Returns how many moments were exported.
    fn play(&mut self) -> Result<usize, Error> {
        self.desktop.wait_for_windows(&BOTH, LOAD)?;
        self.desktop.settle(&BOTH, MAIN, &[], 0, LOAD)?;
        self.desktop.press(MAIN, &[Key::Control, Key::Shift], "R")?;
        self.desktop.wait_for_windows(&ALL, LOAD)?;
        self.wait_for_line("settings", "published")?;
        self.shoot("opened")?;

        self.change_theme("dark")?;
        self.desktop.drag(SETTINGS, "input[name=fontSize]", 24, 12)?;
        self.desktop.click(MAIN, "[data-testid=toggle-sidebar]")?;
        self.wait_for_line("main", "applied")?;
        self.wait_for_line("settings", "called")?;
        self.shoot("changes")?;

        self.write_on_an_old_state()?;
        self.wait_for_line("", "conflict")?;
        self.shoot("conflict")?;

        self.lose_one()?;
        self.shoot("lost")?;
        self.refuse_and_go_offline()?;
        self.shoot("online-again")?;

        self.look()?;
        self.export()
    }

    /// A window writes on a state that another has changed since.
    fn write_on_an_old_state(&mut self) -> Result<(), Error> {
        let script = "const done = arguments[arguments.length - 1];
            const call = (command, rest) => window.__TAURI_INTERNALS__
                .invoke(`plugin:revgate|${command}`, { topic: 'settings', ...rest });
            call('snapshot').then(({ data, epoch }) =>
                call('replace', { data, base: { epoch, revision: '1' } })).catch(done)";
        self.desktop.execute_async(MAIN, script, &[]).map(drop)
    }

    /// The announcement of a change is lost, and the next one heals that.
    fn lose_one(&mut self) -> Result<(), Error> {
        self.desktop.click(INSPECTOR, "[data-testid=drop-next]")?;
        self.wait_for_fault("drop-next", true)?;
        self.desktop.click(SETTINGS, "input[name=theme][value=light]")?;
        self.wait_for_line("main", "lost")?;
        self.change_theme("dark")
    }

    fn refuse_and_go_offline(&mut self) -> Result<(), Error> {
        self.desktop.click(INSPECTOR, "[data-testid=refuse-next]")?;
        self.wait_for_fault("refuse-next", true)?;
        self.desktop.click(MAIN, "[data-testid=toggle-sidebar]")?;
        self.wait_for_line("main", "refused")?;
        self.desktop.click(INSPECTOR, "[data-testid=offline]")?;
        self.wait_for_fault("offline", true)?;
        self.desktop.click(SETTINGS, "input[name=theme][value=light]")?;
        self.wait_for_line("settings", "refused")?;
        self.shoot("offline")?;
        self.desktop.click(INSPECTOR, "[data-testid=offline]")?;
        self.wait_for_fault("offline", false)?;
        self.change_theme("light")
    }

    /// All that can be chosen to look at, light and dark, as it is and twice as large.
    fn look(&mut self) -> Result<(), Error> {
        let timeline = "document.querySelector('[data-testid=timeline]').focus()";
        self.desktop.execute(INSPECTOR, timeline, &[])?;
        for key in [END, UP, UP, UP, UP, UP, UP, ENTER] {
            self.desktop.press(INSPECTOR, &[], key)?;
        }
        self.shoot("stepped-back-by-keys")?;
        self.desktop.type_keys(INSPECTOR, "[data-testid=search]", "conflict")?;
        self.shoot("searched")?;
        let clear = "const it = document.querySelector('[data-testid=search]');
            it.value = ''; it.dispatchEvent(new Event('input', { bubbles: true }))";
        self.desktop.execute(INSPECTOR, clear, &[])?;
        for look in ["light", "dark"] {
            self.desktop.click(INSPECTOR, "[data-testid=look]")?;
            for scale in [1, 2] {
                self.scale(scale)?;
                for part in ["timeline", "topics", "state", "delays"] {
                    self.scroll_to(part)?;
                    self.shoot(&format!("{look}-{scale}00-percent-{part}"))?;
                }
            }
            self.scale(1)?;
        }
        for _ in 0..2 {
            self.desktop.click(INSPECTOR, "[data-testid=zoom-in]")?;
        }
        self.desktop.click(INSPECTOR, "[data-testid=pause]")?;
        self.shoot("zoomed-and-paused")?;
        self.desktop.click(INSPECTOR, "[data-testid=pause]")
    }

    /// Brings a part of the page into sight.
    fn scroll_to(&mut self, part: &str) -> Result<(), Error> {
        let script = "const panel = document.getElementById(`rg-${arguments[0]}`);
            (panel ?? document.querySelector('.rg-timeline')).scrollIntoView()";
        self.desktop.execute(INSPECTOR, script, &[json!(part)]).map(drop)
    }

    /// As Ctrl and plus do.
    fn scale(&mut self, scale: u32) -> Result<(), Error> {
        let script = "const done = arguments[arguments.length - 1];
            window.__TAURI_INTERNALS__.invoke('plugin:webview|set_webview_zoom',
                { label: arguments[0], value: arguments[1] }).then(done, done)";
        let refused =
            self.desktop.execute_async(INSPECTOR, script, &[json!(INSPECTOR), json!(scale)])?;
        match refused {
            Value::Null => Ok(()),
            refused => Err(Error::Windows(format!("the inspector is not scaled: {refused}"))),
        }
    }

    fn export(&mut self) -> Result<usize, Error> {
        self.desktop.click(INSPECTOR, "[data-testid=export]")?;
        let said = self.wait_for("it says where the session is", |desktop| {
            let notice = "return document.querySelector('[data-testid=notice]').textContent";
            let notice = desktop.execute(INSPECTOR, notice, &[])?;
            let notice = notice.as_str().unwrap_or_default();
            Ok(notice
                .split_once(" moments are in ")
                .map(|(count, path)| (count.parse::<usize>().unwrap_or(0), PathBuf::from(path))))
        })?;
        let (count, file) = said;
        self.shoot("exported")?;
        let copy = self.shots.join(SESSION);
        fs::copy(&file, &copy).map_err(Error::io(format!("copying {}", file.display())))?;
        Ok(count)
    }

    fn change_theme(&mut self, theme: &str) -> Result<(), Error> {
        let css = format!("input[name=theme][value={theme}]");
        self.desktop.click(SETTINGS, &css)?;
        self.desktop.settle(&BOTH, SETTINGS, &[("theme", theme)], 0, FOLLOW).map(drop)
    }

    /// Waits until there is a line of this kind that has these words, wherever it is scrolled to.
    fn wait_for_line(&mut self, words: &str, kind: &str) -> Result<(), Error> {
        let script =
            "const lines = [...document.querySelectorAll(`.rg-line[data-kind=${arguments[1]}]`)];
            return lines.some(it => it.getAttribute('aria-label').includes(arguments[0]))";
        let arguments = [json!(words), json!(kind)];
        let what = format!("a line of the kind `{kind}` with `{words}`");
        self.wait_for(&what, |desktop| {
            let has = desktop.execute(INSPECTOR, script, &arguments)?;
            Ok((has == Value::Bool(true)).then_some(()))
        })
    }

    fn wait_for_fault(&mut self, name: &str, on: bool) -> Result<(), Error> {
        let script = "return document.querySelector(`[data-testid=${arguments[0]}]`).ariaPressed";
        self.wait_for(&format!("`{name}` is {on}"), |desktop| {
            let pressed = desktop.execute(INSPECTOR, script, &[json!(name)])?;
            Ok((pressed == Value::String(on.to_string())).then_some(()))
        })
    }

    fn wait_for<A>(
        &mut self,
        what: &str,
        look: impl Fn(&mut Desktop) -> Result<Option<A>, Error>,
    ) -> Result<A, Error> {
        let mut failed = None;
        let found = process::poll(LOAD, || match look(&mut self.desktop) {
            Ok(found) => found,
            Err(error) => {
                failed = Some(error);
                None
            }
        });
        found.ok_or_else(|| {
            failed.unwrap_or_else(|| Error::Windows(format!("the inspector does not show {what}")))
        })
    }

    /// Takes a picture, in which nothing may stick out of the inspector.
    fn shoot(&mut self, name: &str) -> Result<(), Error> {
        self.step += 1;
        for label in self.desktop.labels().unwrap_or_default() {
            let _ = self.desktop.wait_for_paint(&label);
        }
        std::thread::sleep(FADE + Duration::from_millis(200));
        let file = self.shots.join(format!("{:02}-{name}.png", self.step));
        self.display.shoot(self.workspace, &file)?;
        report::say(format_args!("{:02}  {name}", self.step));
        let out = self.desktop.execute(INSPECTOR, STICKS_OUT, &[])?;
        match out.as_array().is_none_or(Vec::is_empty) {
            true => Ok(()),
            false => Err(Error::Windows(format!("{}: this sticks out: {out}", show(&file)))),
        }
    }
}

fn show(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
