use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::ErrorKind,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use serde_json::json;

use super::Desktop;
use crate::{
    Error,
    process::{self, Guarded, Scratch},
    webdriver::Client,
    workspace::Workspace,
};

/// How long the driver may take to answer, and the app to show its first window.
const START: Duration = Duration::from_secs(60);

/// The variable that names the folder for data, and the name of that folder in a profile.
pub(super) const DATA: &str = "XDG_DATA_HOME";

/// Without a desktop's own settings `system-ui` is whatever font comes first.
const FONTS: &str = r#"<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <match target="pattern">
    <test name="family"><string>system-ui</string></test>
    <edit name="family" mode="prepend" binding="strong"><string>Inter</string></edit>
  </match>
</fontconfig>
"#;

/// What the app is started with.
#[derive(Clone, Debug)]
pub struct Launch<'a> {
    /// Where programs are found.
    pub workspace: &'a Workspace,
    /// The app's binary.
    pub app: PathBuf,
    /// What it is told on its command line.
    pub arguments: Vec<String>,
    /// The X display that it opens its windows on (`:99`).
    pub display: &'a str,
    /// The WebDriver's port; `None` takes a free one.
    pub port: Option<u16>,
}

impl Launch<'_> {
    /// Starts WebKitWebDriver on a session bus of its own, and the app below it. The app sees
    /// empty data and config folders, so that neither an earlier run nor the person's own
    /// settings leak in.
    ///
    /// # Errors
    /// [`Error::Step`] that says what did not start and shows the app's last words.
    pub fn start(&self) -> Result<Desktop, Error> {
        self.start_in(Scratch::new(&std::env::temp_dir(), "revgate-profile")?)
    }

    /// The same with the folders that an earlier run [has left](Desktop::kill).
    ///
    /// # Errors
    /// As of [`Launch::start`].
    pub fn start_in(&self, profile: Scratch) -> Result<Desktop, Error> {
        if !cfg!(target_os = "linux") {
            return Err(Error::Other(
                "driving the app needs WebKitWebDriver and Xvfb, which exist on Linux only".into(),
            ));
        }
        let port = free_port(self.port)?;
        let log =
            self.workspace.own_folder().join(format!("app-{}-{port}.log", std::process::id()));
        let mut command = self.command(port, profile.path())?;
        redirect(&mut command, &log)?;
        let mut driver = Guarded::spawn(&mut command)?;

        let base = format!("http://127.0.0.1:{port}");
        let failed = |error: Error| {
            let words = last_lines(&log);
            let advice = format!("the last lines of {}:\n{words}", log.display());
            error.in_step("start the app under WebKitWebDriver", advice)
        };
        let ready = process::poll(START, || {
            let ended = driver.try_wait().ok().flatten().is_some();
            if ended { Some(false) } else { Client::is_ready(&base).then_some(true) }
        });
        if ready != Some(true) {
            return Err(failed(Error::Other(format!("the driver does not answer on port {port}"))));
        }
        let options = json!({ "binary": self.app, "args": self.arguments });
        let wanted = json!({ "webkitgtk:browserOptions": options });
        let client = Client::new_session(&base, wanted).map_err(|error| failed(error.into()))?;
        let labels = BTreeMap::new();
        let display = Some(self.display.to_owned());
        Ok(Desktop { client, labels, current: None, driver, display, log, profile })
    }

    fn command(&self, port: u16, profile: &Path) -> Result<Command, Error> {
        let mut command = on_own_bus(self.workspace);
        command.args(["WebKitWebDriver", "--host=127.0.0.1", &format!("--port={port}")]);
        surround(&mut command, self.display, profile)?;
        // Without these two the app does not let itself be driven.
        command.env("TAURI_AUTOMATION", "true").env("TAURI_WEBVIEW_AUTOMATION", "true");
        Ok(command)
    }
}

/// A command that runs whatever is added to it on a session bus of its own, and without the right to
/// real-time threads: as root, WebKit's threads take it and starve one another, so that now and then
/// a message takes a second, which happens in no user's app.
#[must_use]
pub fn on_own_bus(workspace: &Workspace) -> Command {
    const BUS: [&str; 2] = ["dbus-run-session", "--"];
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    if !can_drop_real_time(&status) {
        let mut command = workspace.command(BUS[0]);
        command.arg(BUS[1]);
        return command;
    }
    let mut command = workspace.command("setpriv");
    command.args(["--bounding-set=-sys_nice", "--inh-caps=-sys_nice"]).args(BUS);
    command
}

/// Whether a process of this status, as `/proc` has it, has the right to real-time threads, and may
/// let go of it.
fn can_drop_real_time(status: &str) -> bool {
    const SETPCAP: u64 = 1 << 8;
    const SYS_NICE: u64 = 1 << 23;
    let effective = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let effective = effective.and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok());
    effective.is_some_and(|capabilities| capabilities & (SETPCAP | SYS_NICE) == SETPCAP | SYS_NICE)
}

/// Has a command open its windows on this X display, and keep its data and settings in the folder
/// `profile`, so that the person's own do not leak in.
///
/// # Errors
/// [`Error::Io`] if the folders cannot be made.
pub fn surround(command: &mut Command, display: &str, profile: &Path) -> Result<(), Error> {
    command.env("DISPLAY", display).env_remove("WAYLAND_DISPLAY").env("GDK_BACKEND", "x11");
    // No screen reader listens here; its bus would only be one more process to end.
    command.env("NO_AT_BRIDGE", "1");
    let folders = [DATA, "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"];
    for name in folders.iter().chain(&["XDG_RUNTIME_DIR"]) {
        let folder = profile.join(name);
        make_private(&folder)?;
        command.env(name, folder);
    }
    let fonts = profile.join("XDG_CONFIG_HOME/fontconfig");
    let file = fonts.join("fonts.conf");
    let written = fs::create_dir_all(&fonts).and_then(|()| fs::write(&file, FONTS));
    written.map_err(Error::io(format!("writing {}", file.display())))?;
    Ok(())
}

/// A port of this machine on which nobody listens: the wanted one, or any.
///
/// # Errors
/// [`Error::Other`] that names the port if it is taken.
pub fn free_port(wanted: Option<u16>) -> Result<u16, Error> {
    let bound = TcpListener::bind(("127.0.0.1", wanted.unwrap_or(0)));
    let address = bound.and_then(|listener| listener.local_addr());
    address.map(|address| address.port()).map_err(|error| match (error.kind(), wanted) {
        (ErrorKind::AddrInUse, Some(port)) => Error::Other(format!(
            "port {port} is taken by another program: end that one (`ss -ltnp` shows it), \
             give another port by --port, or leave --port out to get a free one"
        )),
        _ => Error::io(format!("opening port {}", wanted.unwrap_or(0)))(error),
    })
}

pub(super) fn redirect(command: &mut Command, log: &Path) -> Result<(), Error> {
    let what = || format!("writing {}", log.display());
    if let Some(folder) = log.parent() {
        fs::create_dir_all(folder).map_err(Error::io(what()))?;
    }
    let file = File::create(log).map_err(Error::io(what()))?;
    let second = file.try_clone().map_err(Error::io(what()))?;
    command.stdout(file).stderr(second);
    Ok(())
}

pub(super) fn last_lines(log: &Path) -> String {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<_> = text.lines().collect();
    let tail = lines[lines.len().saturating_sub(15)..].iter().map(|line| format!("  | {line}"));
    tail.collect::<Vec<_>>().join("\n")
}

/// The session bus refuses a runtime folder that others can read.
fn make_private(folder: &Path) -> Result<(), Error> {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "there is no mode to set"))]
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    if folder.is_dir() {
        return Ok(());
    }
    builder.create(folder).map_err(Error::io(format!("creating {}", folder.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_named_with_the_way_out() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let text = free_port(Some(port)).expect_err("it is taken").to_string();
        assert!(text.contains(&port.to_string()) && text.contains("--port"), "{text}");
        drop(listener);
        // A process that another test is just starting may still have it.
        let free = process::poll(START, || free_port(Some(port)).ok());
        assert_eq!(free, Some(port), "it is free again");
        assert_ne!(free_port(None).expect("any"), 0);
    }

    #[test]
    fn only_who_has_the_right_to_real_time_threads_lets_go_of_it() {
        let status = |effective: &str| format!("Name:\txtask\nCapEff:\t{effective}\nThreads:\t1\n");
        assert!(can_drop_real_time(&status("000001ffffffffff")), "root");
        assert!(!can_drop_real_time(&status("0000000000000000")), "a user");
        assert!(!can_drop_real_time(&status("0000000000800000")), "it may not change its rights");
        assert!(!can_drop_real_time(&status("00000000a80425fb")), "root in most containers");
        assert!(!can_drop_real_time(""), "another system");
    }
}
