//! Screens: the one that is there, or a virtual one.

use std::{
    env,
    io::{BufRead, BufReader},
    net::TcpStream,
    path::{Path, PathBuf},
    process::Stdio,
    sync::mpsc,
    thread,
    time::Duration,
};

#[cfg(unix)]
use std::os::unix::net::UnixStream;

use crate::{Error, process::Guarded, step::Step, workspace::Workspace};

/// Room for the example app's two windows side by side.
const SCREEN: &str = "1280x720x24";

/// An X server without a monitor; it ends with its guard.
#[must_use = "dropping the guard ends the display"]
#[derive(Debug)]
pub struct VirtualDisplay {
    name: String,
    _server: Guarded,
}

impl VirtualDisplay {
    /// Starts Xvfb on a display number that Xvfb itself finds free.
    ///
    /// # Errors
    /// [`Error::Step`] if Xvfb is not installed or does not come up.
    pub fn start(workspace: &Workspace) -> Result<Self, Error> {
        Self::sized(workspace, SCREEN)
    }

    /// The same with another screen, such as `800x600x24`.
    ///
    /// # Errors
    /// As [`VirtualDisplay::start`].
    pub fn sized(workspace: &Workspace, screen: &str) -> Result<Self, Error> {
        Self::up(workspace, screen)
            .map_err(|error| error.in_step("start a virtual display", "is Xvfb installed?"))
    }

    fn up(workspace: &Workspace, screen: &str) -> Result<Self, Error> {
        let mut command = workspace.command("Xvfb");
        // `-displayfd 1`: the number is the only thing that Xvfb writes to its standard output.
        command.args(["-displayfd", "1", "-screen", "0", screen, "-nolisten", "tcp", "-noreset"]);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = Guarded::spawn(&mut command)?;
        let Some(pipe) = server.stdout() else {
            return Err(Error::Other("Xvfb has no standard output".into()));
        };
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let mut line = String::new();
            let _ = BufReader::new(pipe).read_line(&mut line);
            let _ = sender.send(line);
        });
        let number = receiver.recv_timeout(Duration::from_secs(20)).unwrap_or_default();
        let number: u32 = number.trim().parse().map_err(|_| {
            Error::Other(
                "Xvfb did not come up: are all displays taken (ls /tmp/.X11-unix), or is /tmp full?"
                    .into(),
            )
        })?;
        Ok(Self { name: format!(":{number}"), _server: server })
    }

    /// What belongs into `DISPLAY`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Takes a picture of the whole screen.
    ///
    /// # Errors
    /// Those of [`Step::run`] for ImageMagick's `import`.
    pub fn shoot(&self, workspace: &Workspace, file: &Path) -> Result<(), Error> {
        let mut command = workspace.command("import");
        command.args(["-display", &self.name, "-window", "root"]).arg(file);
        let done = Step::new(command).silent().limit(Duration::from_secs(30)).run();
        let advice = "install ImageMagick, and check that the folder can be written to";
        done.map(drop).map_err(|error| error.in_step("take a screenshot", advice))
    }
}

/// Whether this machine has a screen to open windows on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Screen {
    /// Windows can be opened.
    There,
    /// None is announced.
    None,
    /// One is announced but does not answer; the text says which.
    Dead(String),
}

/// Looks for a screen; on macOS and Windows there always is one.
#[must_use]
pub fn screen() -> Screen {
    if !cfg!(target_os = "linux") {
        return Screen::There;
    }
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    if let Some(wayland) = variable("WAYLAND_DISPLAY") {
        let folder = variable("XDG_RUNTIME_DIR").unwrap_or_default();
        if answers(&Path::new(&folder).join(&wayland)) {
            return Screen::There;
        }
        if variable("DISPLAY").is_none() {
            return Screen::Dead(format!("WAYLAND_DISPLAY={wayland}"));
        }
    }
    let Some(display) = variable("DISPLAY") else { return Screen::None };
    let there = match address(&display) {
        Some(Address::Local(socket)) => answers(&socket),
        Some(Address::Tcp(host, port)) => TcpStream::connect((host.as_str(), port)).is_ok(),
        None => false,
    };
    if there { Screen::There } else { Screen::Dead(format!("DISPLAY={display}")) }
}

#[derive(Debug, PartialEq, Eq)]
enum Address {
    Local(PathBuf),
    Tcp(String, u16),
}

/// `[host]:display[.screen]`; a host means TCP, as with `ssh -X`.
fn address(display: &str) -> Option<Address> {
    let (host, rest) = display.rsplit_once(':')?;
    let number: u16 = rest.split('.').next()?.parse().ok()?;
    if host.is_empty() || host == "unix" {
        return Some(Address::Local(format!("/tmp/.X11-unix/X{number}").into()));
    }
    Some(Address::Tcp(host.to_owned(), number.checked_add(6000)?))
}

/// Connects to an X server on this machine.
#[cfg(unix)]
pub(crate) fn connect(display: &str) -> std::io::Result<UnixStream> {
    match address(display) {
        Some(Address::Local(socket)) => open(&socket),
        _ => Err(std::io::Error::other(format!("{display} is not on this machine"))),
    }
}

#[cfg(unix)]
fn open(socket: &Path) -> std::io::Result<UnixStream> {
    let opened = UnixStream::connect(socket);
    // Some X servers listen on the abstract socket of the same name only.
    #[cfg(target_os = "linux")]
    let opened = opened.or_else(|_| {
        use std::os::{linux::net::SocketAddrExt, unix::net::SocketAddr};
        let name = socket.as_os_str().as_encoded_bytes();
        UnixStream::connect_addr(&SocketAddr::from_abstract_name(name)?)
    });
    opened
}

#[cfg(unix)]
fn answers(socket: &Path) -> bool {
    open(socket).is_ok()
}

#[cfg(not(unix))]
fn answers(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_display_name_leads_to_a_socket() {
        assert_eq!(address(":0"), Some(Address::Local("/tmp/.X11-unix/X0".into())));
        assert_eq!(address(":12.1"), Some(Address::Local("/tmp/.X11-unix/X12".into())));
        assert_eq!(address("localhost:10.0"), Some(Address::Tcp("localhost".into(), 6010)));
        assert_eq!(address("nonsense"), None);
        assert_eq!(address(":x"), None);
    }
}
