use std::{collections::BTreeMap, fs, path::PathBuf, process::Command, time::Duration};

use serde_json::{Value, json};

use super::{
    Desktop,
    launch::{free_port, last_lines, redirect},
};
use crate::{
    Error,
    process::{self, Guarded, Scratch},
    webdriver::Client,
    workspace::Workspace,
};

/// How long the driver may take to answer.
const START: Duration = Duration::from_secs(60);

/// A browser that is driven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Browser {
    /// By ChromeDriver.
    Chromium,
    /// By geckodriver.
    Firefox,
}

/// Tabs of a browser to be opened.
#[derive(Clone, Debug)]
pub struct Tabs<'a> {
    /// Where programs are found.
    pub workspace: &'a Workspace,
    /// The browser, and its program.
    pub browser: (Browser, PathBuf),
    /// What each tab loads.
    pub addresses: Vec<String>,
    /// The WebDriver's port; `None` takes a free one.
    pub port: Option<u16>,
}

impl Browser {
    /// As people call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chromium => "Chromium",
            Self::Firefox => "Firefox",
        }
    }

    /// The program that drives it.
    #[must_use]
    pub const fn driver(self) -> &'static str {
        match self {
            Self::Chromium => "chromedriver",
            Self::Firefox => "geckodriver",
        }
    }

    /// What a session is asked for: no window, and nothing of the person's own.
    fn capabilities(self, program: &std::path::Path, profile: &Scratch) -> Value {
        let options = match self {
            Self::Chromium => {
                let profile = format!("--user-data-dir={}", profile.path().display());
                let args = [
                    "--headless=new",
                    // As root it has no sandbox of its own, and /dev/shm is small in a container.
                    "--no-sandbox",
                    "--disable-dev-shm-usage",
                    "--no-first-run",
                    // As high as the settings are.
                    "--window-size=1000,1000",
                ];
                let args: Vec<_> = args.into_iter().chain([&*profile]).collect();
                ("goog:chromeOptions", json!({ "binary": program, "args": args }))
            }
            // Its driver makes a profile of its own.
            Self::Firefox => {
                let args = ["-headless", "--width=1000", "--height=1000"];
                ("moz:firefoxOptions", json!({ "binary": program, "args": args }))
            }
        };
        json!({ options.0: options.1 })
    }
}

impl Tabs<'_> {
    /// Starts the browser, without a window on any screen, and loads the addresses in a tab each.
    ///
    /// # Errors
    /// [`Error::Step`] that says what did not start and shows the driver's last words.
    pub fn open(&self) -> Result<Desktop, Error> {
        let (browser, program) = &self.browser;
        let profile = Scratch::new(&std::env::temp_dir(), "revgate-browser")?;
        let port = free_port(self.port)?;
        let log = self.workspace.own_folder().join(format!("browser-{}.log", std::process::id()));
        let mut command: Command = self.workspace.command(browser.driver());
        command.arg(format!("--port={port}")).env("HOME", profile.path());
        redirect(&mut command, &log)?;
        let driver = Guarded::spawn(&mut command)?;

        let base = format!("http://127.0.0.1:{port}");
        let failed = |error: Error| {
            let advice = format!("the last lines of {}:\n{}", log.display(), last_lines(&log));
            error.in_step(format!("start {} by {}", browser.name(), browser.driver()), advice)
        };
        let ready = process::poll(START, || Client::is_ready(&base).then_some(()));
        if ready.is_none() {
            return Err(failed(Error::Other(format!("the driver does not answer on port {port}"))));
        }
        let wanted = browser.capabilities(program, &profile);
        let client = Client::new_session(&base, wanted).map_err(|error| failed(error.into()))?;
        for (index, address) in self.addresses.iter().enumerate() {
            if index > 0 {
                let tab = client.new_tab()?;
                client.switch_to(&tab)?;
            }
            client.navigate(address)?;
        }
        let labels = BTreeMap::new();
        Ok(Desktop { client, labels, current: None, driver, display: None, log, profile })
    }
}

impl Desktop {
    /// Takes a picture of a window's page.
    ///
    /// # Errors
    /// Those of [`Desktop::execute`], and [`Error::Io`] if the file cannot be written.
    pub fn shoot(&mut self, label: &str, file: &std::path::Path) -> Result<(), Error> {
        self.enter(label)?;
        let picture = self.client.screenshot()?;
        fs::write(file, picture).map_err(Error::io(format!("writing {}", file.display())))
    }
}
