//! Both windows as tabs of Chromium, each as large as the app has it.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs};

use serde_json::{Value, json};
use xtask::desktop::{Browser, Desktop, Tabs};
use xtask::pages;
use xtask::process;
use xtask::workspace::Workspace;

use crate::picture::Picture;

pub(crate) const MAIN: &str = "main";
pub(crate) const SETTINGS: &str = "settings";
pub(crate) const BOTH: [&str; 2] = [MAIN, SETTINGS];

const LIMIT: Duration = Duration::from_secs(60);
/// As in `src-tauri/tauri.conf.json`.
const HEIGHT: u32 = 672;

/// The samples, edited on a day that no machine has as today.
const NOTES: &str = "const note = index =>
        ({ id: 2 - index, title: '', body: '', editedMs: Date.UTC(2020, 5, 15, 12), sample: index });
    localStorage.setItem('revgate.notes',
        JSON.stringify({ notes: [0, 1, 2].map(note), selected: 2, nextId: 3 }))";

/// The same letters on every machine: those of pinned packages instead of the system's.
const FONTS: &str = "const done = arguments[arguments.length - 1];
    const load = async ([family, bytes]) => {
        const face = new FontFace(family, new Uint8Array(bytes), { weight: '100 900' });
        document.fonts.add(await face.load());
    };
    Promise.all(arguments[0].map(load)).then(() => {
        document.documentElement.style.setProperty('--font', '\"Pictured\", \"Pictured Arabic\"');
        done('loaded');
    }, error => done(String(error)))";

/// The app's windows in a profile of their own, and thus as at the first start.
pub(crate) struct Windows {
    pub(crate) desktop: Desktop,
}

impl Windows {
    pub(crate) fn open() -> Self {
        let workspace = Workspace::find().expect("the tests run in the workspace");
        let program = env::var("CHROMIUM").expect("`cargo xtask appearance` names Chromium");
        let site = pages::serve(workspace.root.join("dist")).expect("a free port");
        let tabs = Tabs {
            workspace: &workspace,
            browser: (Browser::Chromium, PathBuf::from(program)),
            addresses: vec![site.clone(), format!("{site}/?window={SETTINGS}")],
            port: None,
        };
        let mut windows = Self { desktop: tabs.open().expect("Chromium opens both tabs") };
        windows.desktop.wait_for_windows(&BOTH, LIMIT).expect("`trunk build` has built them");
        windows.run(MAIN, NOTES, &[]);
        windows.desktop.reload(MAIN).expect("it reloads");
        windows.settle(&[]);
        windows.load_fonts();
        windows.zoom(100);
        windows
    }

    /// Waits until both windows show the same, and these values.
    #[track_caller]
    pub(crate) fn settle(&mut self, wanted: &[(&str, &str)]) -> u64 {
        let settled = self.desktop.settle(&BOTH, MAIN, wanted, 0, LIMIT);
        settled.expect("both windows show the same").revision()
    }

    /// Chooses a theme in the settings.
    pub(crate) fn choose_theme(&mut self, theme: &str) {
        self.click(SETTINGS, &format!("input[name=theme][value={theme}]"));
        self.settle(&[("theme", theme)]);
    }

    /// Chooses a language in the settings.
    pub(crate) fn choose_language(&mut self, tag: &str) {
        self.desktop.choose(SETTINGS, "select[name=language]", tag).expect("it is offered");
        self.settle(&[("language", tag)]);
    }

    #[track_caller]
    pub(crate) fn click(&mut self, window: &str, css: &str) {
        self.desktop.click(window, css).expect("it can be clicked");
    }

    /// Presses these keys one after the other.
    pub(crate) fn press(&mut self, window: &str, keys: &[&str]) {
        for key in keys {
            self.desktop.press(window, &[], key).expect("the window takes keys");
        }
    }

    /// What the body of a function returns in a window.
    #[track_caller]
    pub(crate) fn run(&mut self, window: &str, script: &str, arguments: &[Value]) -> Value {
        let ran = self.desktop.execute(window, script, arguments);
        ran.unwrap_or_else(|error| panic!("`{window}`: {error}"))
    }

    /// Waits until the body of a function comes to return this in a window.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, window: &str, script: &str, wanted: &Value) {
        let mut seen = Value::Null;
        let came = process::poll(LIMIT, || {
            seen = self.run(window, script, &[]);
            (seen == *wanted).then_some(())
        });
        assert!(came.is_some(), "`{window}`: `{script}` stays {seen}, wanted {wanted}");
    }

    /// Scales the pages as Ctrl and plus do: a page that is twice as large has half the room.
    pub(crate) fn zoom(&mut self, percent: u32) {
        for (window, width) in [(MAIN, 760), (SETTINGS, 460)] {
            let metrics = json!({
                "width": width * 100 / percent,
                "height": HEIGHT * 100 / percent,
                "deviceScaleFactor": f64::from(percent) / 100.0,
                "mobile": false,
            });
            self.devtools(window, "Emulation.setDeviceMetricsOverride", &metrics);
        }
    }

    /// Has the desktop prefer this, as media queries ask for it.
    pub(crate) fn prefer(&mut self, window: &str, feature: &str, value: &str) {
        let features = json!({ "features": [{ "name": feature, "value": value }] });
        self.devtools(window, "Emulation.setEmulatedMedia", &features);
    }

    /// What a window shows, once it has come to rest.
    pub(crate) fn picture(&mut self, window: &str) -> Picture {
        // What moves comes to its end; in a tab that is behind another it would not.
        let end = "for (const it of document.getAnimations())
            if (it.effect.getComputedTiming().endTime !== Infinity) it.finish()";
        self.devtools(window, "Page.bringToFront", &json!({}));
        self.run(window, end, &[]);
        self.desktop.wait_for_paint(window).expect("it paints");
        let png = self.desktop.client().screenshot().expect("it can be photographed");
        Picture::decode(&png)
    }

    /// In each page that is loaded anew, too.
    pub(crate) fn load_fonts(&mut self) {
        let font = |family: &str, file: &str| {
            let path = installed(&format!("@fontsource-variable/{file}-wght-normal.woff2"));
            let bytes = fs::read(&path).unwrap_or_else(|it| panic!("{}: {it}", path.display()));
            json!([family, bytes])
        };
        let fonts = json!([
            font("Pictured", "inter/files/inter-latin"),
            font("Pictured Arabic", "noto-sans-arabic/files/noto-sans-arabic-arabic"),
        ]);
        for window in BOTH {
            let arguments = std::slice::from_ref(&fonts);
            let loaded = self.desktop.execute_async(window, FONTS, arguments);
            assert_eq!(loaded.expect("no exception"), "loaded", "in `{window}`");
        }
    }

    fn devtools(&mut self, window: &str, command: &str, parameters: &Value) {
        self.desktop.enter(window).expect("it is open");
        self.desktop.client().devtools(command, parameters).expect("Chromium does so");
    }
}

/// A file of a package that `package.json` names.
pub(crate) fn installed(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("appearance/node_modules").join(file)
}
