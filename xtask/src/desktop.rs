//! The running app under WebDriver: its windows by label, and a person's hands in them.

mod browser;
mod hands;
mod launch;
mod observe;
#[cfg(unix)]
mod x11;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

pub use browser::{Browser, Tabs};
pub use hands::Key;
pub use launch::{Launch, free_port, on_own_bus, surround};
pub use observe::Settled;

use crate::{
    Error,
    process::{self, Guarded, Scratch},
    webdriver::{Client, Handle},
    windows::{PROPERTIES, WindowState},
};

const PLACE: &str = "return [screenX, screenY, outerWidth, outerHeight]";
/// How long a window may take to come or to go, on whatever machine.
const LIMIT: Duration = Duration::from_secs(60);
/// In a plain browser tab it is what the page says of itself.
const LABEL: &str = "return window.__TAURI_INTERNALS__?.metadata?.currentWebview?.label \
    ?? document.documentElement.dataset.window ?? null";

/// The app with all its windows. Dropping it ends the app, the driver and the session bus.
///
/// Windows are named by the Tauri label of their webview; one with several counts as several. Every
/// act first switches to its window, so the order
/// of acts in several windows is the order of the calls.
#[must_use = "dropping it ends the app"]
#[derive(Debug)]
pub struct Desktop {
    client: Client,
    labels: BTreeMap<Handle, String>,
    current: Option<Handle>,
    driver: Guarded,
    /// The X display with its windows; `None` if they are tabs of a browser.
    display: Option<String>,
    log: PathBuf,
    profile: Scratch,
}

impl Desktop {
    /// The labels of the windows that are open, sorted.
    ///
    /// # Errors
    /// [`Error::WebDriver`] if the driver or the app is gone.
    pub fn labels(&mut self) -> Result<Vec<String>, Error> {
        let open = self.client.windows()?;
        self.labels.retain(|handle, _| open.contains(handle));
        for handle in open {
            if self.labels.contains_key(&handle) {
                continue;
            }
            // A window that closes, or has not loaded yet, has no label: it counts next time.
            let Ok(()) = self.client.switch_to(&handle) else { continue };
            self.current = Some(handle.clone());
            if let Ok(Value::String(label)) = self.client.execute(LABEL, &[]) {
                self.labels.insert(handle, label);
            }
        }
        let mut labels: Vec<_> = self.labels.values().cloned().collect();
        labels.sort();
        Ok(labels)
    }

    /// Waits until exactly these windows are open.
    ///
    /// # Errors
    /// [`Error::Windows`] with those that are, after `limit`.
    pub fn wait_for_windows(&mut self, wanted: &[&str], limit: Duration) -> Result<(), Error> {
        let mut sorted = wanted.to_vec();
        sorted.sort_unstable();
        let mut seen = Ok(Vec::new());
        let all = process::poll(limit, || {
            seen = self.labels();
            seen.as_ref().is_ok_and(|seen| *seen == sorted).then_some(())
        });
        if all.is_some() {
            return Ok(());
        }
        let seen = seen?.join(", ");
        let wanted = sorted.join(", ");
        let limit = limit.as_secs();
        Err(Error::Windows(format!("after {limit} s: windows wanted: {wanted}; open: {seen}")))
    }

    /// Runs a script's body in a window and gives what it returns.
    ///
    /// # Errors
    /// [`Error::Windows`] if no such window is open, [`Error::WebDriver`] for an exception.
    pub fn execute(&mut self, label: &str, script: &str, args: &[Value]) -> Result<Value, Error> {
        self.enter(label)?;
        Ok(self.client.execute(script, args)?)
    }

    /// As [`Desktop::execute`], for a script that calls its last argument with the result.
    ///
    /// # Errors
    /// Those of [`Desktop::execute`].
    pub fn execute_async(
        &mut self,
        label: &str,
        script: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        self.enter(label)?;
        Ok(self.client.execute_async(script, args)?)
    }

    /// What a window shows.
    ///
    /// # Errors
    /// Those of [`Desktop::execute`].
    pub fn state(&mut self, label: &str) -> Result<WindowState, Error> {
        let names = PROPERTIES.map(|(_, attribute)| attribute);
        let script = "const root = document.documentElement; \
            return Object.fromEntries(arguments[0].map(name => [name, root.getAttribute(name)]))";
        let attributes = self.execute(label, script, &[json!(names)])?;
        Ok(WindowState::from_attributes(label, &attributes))
    }

    /// What all these windows show.
    ///
    /// # Errors
    /// Those of [`Desktop::execute`].
    pub fn states(&mut self, labels: &[&str]) -> Result<Vec<WindowState>, Error> {
        labels.iter().map(|label| self.state(label)).collect()
    }

    /// Waits until a window has painted what it shows, for half a second at most; whether it has.
    ///
    /// # Errors
    /// Those of [`Desktop::execute`].
    pub fn wait_for_paint(&mut self, label: &str) -> Result<bool, Error> {
        // The second frame begins when the first has been handed to the screen. A window that
        // gets no frames must not hold the caller up.
        let script = "const done = arguments[arguments.length - 1]; \
            setTimeout(() => done(false), 500); \
            requestAnimationFrame(() => requestAnimationFrame(() => done(true)))";
        self.execute_async(label, script, &[]).map(|is_painted| is_painted == Value::Bool(true))
    }

    /// Closes a window as its close button does, and waits until it is gone.
    ///
    /// # Errors
    /// [`Error::Windows`] if it stays, or if another lies exactly on it.
    pub fn close(&mut self, label: &str) -> Result<(), Error> {
        self.reach(label)?;
        let place = self.execute(label, PLACE, &[])?;
        match &self.display {
            Some(display) => ask_to_close(display, &place)?,
            None => {
                self.client.close_window()?;
                self.current = None;
            }
        }
        let gone = process::poll(LIMIT, || {
            self.labels().is_ok_and(|open| !open.iter().any(|other| other == label)).then_some(())
        });
        gone.ok_or_else(|| Error::Windows(format!("window `{label}` does not close")))
    }

    /// Loads a window's page again.
    ///
    /// # Errors
    /// Those of [`Desktop::execute`].
    pub fn reload(&mut self, label: &str) -> Result<(), Error> {
        self.enter(label)?;
        Ok(self.client.refresh()?)
    }

    /// Ends the app as a user's session would, then everything around it.
    ///
    /// # Errors
    /// [`Error::WebDriver`] if the app was no longer there.
    pub fn quit(mut self) -> Result<(), Error> {
        let ended = self.client.delete_session();
        self.driver.end();
        ended?;
        let _ = fs::remove_file(&self.log);
        Ok(())
    }

    /// Kills the app and everything around it, as a crash does. Returns what they leave on the
    /// disk.
    pub fn kill(mut self) -> Scratch {
        self.driver.kill();
        let _ = fs::remove_file(&self.log);
        self.profile
    }

    /// The folder for the data of the app with this identifier.
    #[must_use]
    pub fn data_folder(&self, identifier: &str) -> PathBuf {
        self.profile.path().join(launch::DATA).join(identifier)
    }

    /// The file with all that the app prints; [`Desktop::quit`] removes it, for all was well.
    #[must_use]
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// The ids of the processes of this name below the app, as the system has it: it cuts names
    /// after 15 bytes. Always empty on a system without `/proc`.
    #[must_use]
    pub fn processes(&self, name: &str) -> Vec<u32> {
        let mut members = self.driver.members();
        members.retain(|id| {
            let own = fs::read_to_string(format!("/proc/{id}/comm")).unwrap_or_default();
            own.trim_end() == name
        });
        members
    }

    /// The WebDriver session, for what this type has no word for; [`Desktop::enter`] first.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Sends what follows to this window.
    ///
    /// # Errors
    /// [`Error::Windows`] if no such window is open.
    pub fn enter(&mut self, label: &str) -> Result<(), Error> {
        let known = |desktop: &Self| {
            let mut labels = desktop.labels.iter();
            labels.find(|(_, other)| *other == label).map(|(handle, _)| handle.clone())
        };
        let handle = match known(self) {
            Some(handle) => handle,
            None => {
                let open = self.labels()?.join(", ");
                let text = || Error::Windows(format!("no window `{label}` is open; open: {open}"));
                known(self).ok_or_else(text)?
            }
        };
        if self.current.as_ref() != Some(&handle) {
            self.client.switch_to(&handle)?;
            self.current = Some(handle);
        }
        Ok(())
    }

    /// As [`Desktop::enter`], for what a person does in a window: one that was opened hidden is not on the
    /// display until its page shows it.
    fn reach(&mut self, label: &str) -> Result<(), Error> {
        self.enter(label)?;
        if self.display.is_none() {
            return Ok(());
        }
        let shown = process::poll(LIMIT, || {
            let is_shown = self.execute(label, "return !document.hidden", &[]);
            is_shown.is_ok_and(|is_shown| is_shown == json!(true)).then_some(())
        });
        shown.ok_or_else(|| Error::Windows(format!("window `{label}` stays hidden")))
    }

    fn elapsed_ms(since: Instant) -> u64 {
        u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(unix)]
fn ask_to_close(display: &str, place: &Value) -> Result<(), Error> {
    let side = |index: usize| place[index].as_f64().map_or(0, |side| side.round() as i64);
    let place = x11::Place { x: side(0), y: side(1), width: side(2), height: side(3) };
    x11::close(display, place)
}

#[cfg(not(unix))]
fn ask_to_close(display: &str, _: &Value) -> Result<(), Error> {
    Err(Error::Other(format!("no X11 display {display}")))
}
