//! System packages: found by what they bring, so that it does not matter how they came.

use std::path::PathBuf;

use xtask::{Error, nats, workspace::Workspace};

use super::{Goal, System, apt, ask, system::Family};

/// How to see that a thing is there.
#[derive(Debug)]
enum Probe {
    /// One of these programs is; the option makes it print its version.
    Program(&'static [&'static str], &'static str),
    /// The NATS server is.
    Nats,
    /// `pkg-config` knows the library.
    Library(&'static str),
    /// A font family of this name is.
    Font(&'static str),
}

/// A thing that a system's packages bring, and the packages' names.
#[derive(Debug)]
pub(crate) struct Need {
    /// What it is, in a few words.
    pub(crate) name: &'static str,
    probe: Probe,
    /// What it is for.
    layer: Layer,
    debian: &'static str,
    fedora: &'static str,
    arch: &'static str,
    /// What macOS and Windows need in its place; empty if nothing.
    macos: &'static str,
    windows: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layer {
    Compile,
    /// The app.
    Build,
    Checks,
    VirtualScreen,
    Package,
    Browser,
    BrowserDriver,
    Firefox,
    Windows,
    Nats,
}

const NEEDS: [Need; 17] = [
    Need {
        name: "C compiler",
        probe: Probe::Program(&["cc"], "--version"),
        layer: Layer::Compile,
        debian: "build-essential",
        fedora: "gcc",
        arch: "base-devel",
        macos: "xcode-select --install",
        windows: "winget install Microsoft.VisualStudio.2022.BuildTools Microsoft.EdgeWebView2Runtime",
    },
    // libFuzzer is compiled with the fuzz targets.
    linux(
        "C++ compiler",
        Probe::Program(&["c++"], "--version"),
        Layer::Checks,
        ["build-essential", "gcc-c++", "base-devel"],
    ),
    linux(
        "pkg-config",
        Probe::Program(&["pkg-config"], "--version"),
        Layer::Build,
        ["pkg-config", "pkgconf-pkg-config", "pkgconf"],
    ),
    linux(
        "WebKitGTK 4.1",
        Probe::Library("webkit2gtk-4.1"),
        Layer::Build,
        ["libwebkit2gtk-4.1-dev", "webkit2gtk4.1-devel", "webkit2gtk-4.1"],
    ),
    linux(
        "D-Bus library",
        Probe::Library("dbus-1"),
        Layer::Build,
        ["libdbus-1-dev", "dbus-devel", "dbus"],
    ),
    linux(
        "virtual display",
        Probe::Program(&["Xvfb"], "-version"),
        Layer::VirtualScreen,
        ["xvfb", "xorg-x11-server-Xvfb", "xorg-server-xvfb"],
    ),
    linux(
        "WebKitWebDriver",
        Probe::Program(&["WebKitWebDriver"], "--version"),
        Layer::VirtualScreen,
        ["webkit2gtk-driver", "/usr/bin/WebKitWebDriver", "webkit2gtk-4.1"],
    ),
    linux(
        "D-Bus session",
        Probe::Program(&["dbus-run-session"], "--version"),
        Layer::VirtualScreen,
        ["dbus", "dbus-daemon", "dbus"],
    ),
    linux(
        "ImageMagick",
        Probe::Program(&["import"], "-version"),
        Layer::VirtualScreen,
        ["imagemagick", "ImageMagick", "imagemagick"],
    ),
    // Not needed to run, but a screenshot in a fallback font shows nobody's app.
    linux(
        "font Inter",
        Probe::Font("Inter"),
        Layer::VirtualScreen,
        ["fontconfig fonts-inter", "fontconfig rsms-inter-fonts", "fontconfig inter-font"],
    ),
    linux("dpkg", Probe::Program(&["dpkg"], "--version"), Layer::Package, ["dpkg"; 3]),
    Need {
        name: "Chromium",
        probe: Probe::Program(&CHROMIUM, "--version"),
        layer: Layer::Browser,
        debian: "chromium",
        fedora: "chromium",
        arch: "chromium",
        macos: "brew install --cask google-chrome",
        windows: "winget install Google.Chrome",
    },
    Need {
        name: "ChromeDriver",
        probe: Probe::Program(&["chromedriver"], "--version"),
        layer: Layer::BrowserDriver,
        debian: "chromium-driver",
        fedora: "chromedriver",
        arch: "chromium",
        macos: "brew install --cask chromedriver",
        windows: "npm install --global chromedriver",
    },
    linux(
        "Firefox",
        Probe::Program(&["firefox-esr", "firefox"], "--version"),
        Layer::Firefox,
        ["firefox-esr", "firefox", "firefox"],
    ),
    Need {
        name: "linker for Windows",
        probe: Probe::Program(&["x86_64-w64-mingw32-gcc"], "--version"),
        layer: Layer::Windows,
        debian: "gcc-mingw-w64-x86-64-posix",
        fedora: "mingw64-gcc",
        arch: "mingw-w64-gcc",
        macos: "brew install mingw-w64",
        windows: "winget install MSYS2.MSYS2",
    },
    Need {
        name: "Wine",
        probe: Probe::Program(&WINE, "--version"),
        layer: Layer::Windows,
        debian: "wine64",
        fedora: "wine",
        arch: "wine",
        macos: "brew install --cask wine-stable",
        windows: "",
    },
    Need {
        name: "NATS server",
        probe: Probe::Nats,
        layer: Layer::Nats,
        debian: "nats-server",
        fedora: "nats-server",
        arch: "nats-server",
        macos: "brew install nats-server",
        windows: "choco install nats-server",
    },
];

const CHROMIUM: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// The browser.
pub(crate) fn chromium(workspace: &Workspace) -> Option<PathBuf> {
    CHROMIUM.iter().find_map(|name| workspace.which(name))
}

/// Debian's is not on PATH.
const WINE: [&str; 3] = ["wine64", "wine", "/usr/lib/wine/wine64"];

/// What runs programs for Windows.
pub(crate) fn wine(workspace: &Workspace) -> Option<PathBuf> {
    WINE.iter().find_map(|name| workspace.which(name))
}

const fn linux(
    name: &'static str,
    probe: Probe,
    layer: Layer,
    [debian, fedora, arch]: [&'static str; 3],
) -> Need {
    Need { name, probe, layer, debian, fedora, arch, macos: "", windows: "" }
}

/// What the goal needs on this kind of system.
pub(crate) fn needs(system: &System, goal: Goal) -> impl Iterator<Item = &'static Need> {
    let family = system.family;
    // Whether a browser is driven by WebDriver.
    let is_driven =
        matches!(goal, Goal::Test | Goal::Bench | Goal::Tabs | Goal::Firefox | Goal::Book);
    NEEDS.iter().filter(move |need| {
        let asked = match need.layer {
            Layer::Compile => true,
            Layer::Build => {
                !matches!(goal, Goal::Windows | Goal::Npm | Goal::Size | Goal::Tabs | Goal::Firefox)
            }
            Layer::Windows => goal == Goal::Windows,
            Layer::Checks => matches!(goal, Goal::Quick | Goal::Test),
            Layer::VirtualScreen => matches!(goal, Goal::Headless | Goal::Bundle | Goal::Test),
            Layer::Package => goal == Goal::Bundle,
            Layer::Browser => is_driven || goal == Goal::Npm,
            Layer::BrowserDriver => is_driven,
            Layer::Firefox => goal == Goal::Firefox,
            Layer::Nats => matches!(goal, Goal::Quick | Goal::Test | Goal::Machines),
        };
        asked
            && match family {
                // Apple's and Microsoft's own places are not on PATH: the build says it itself.
                Family::Macos => {
                    need.macos.starts_with("xcode")
                        || need.name == "ChromeDriver"
                        || matches!(need.layer, Layer::Windows | Layer::Nats)
                }
                Family::Windows => {
                    matches!(need.name, "ChromeDriver" | "linker for Windows" | "NATS server")
                }
                _ => true,
            }
    })
}

impl Need {
    /// Which version is there; `None` if it is missing.
    pub(crate) fn version(&self, workspace: &Workspace) -> Option<String> {
        let found = self.find(workspace)?;
        let option = match self.probe {
            Probe::Program(_, option) => option,
            Probe::Nats => "--version",
            Probe::Library(_) | Probe::Font(_) => return Some(found),
        };
        let mut command = workspace.command(&found);
        command.arg(option);
        let text = ask(command).unwrap_or_default();
        // Some print a banner or a copyright around it.
        let words = || text.split_whitespace().map(|word| word.trim_matches(['(', ')', ',', 'v']));
        let numbers =
            |word: &&str| word.contains('.') && word.starts_with(|c: char| c.is_ascii_digit());
        Some(words().find(numbers).map_or(found, str::to_owned))
    }

    /// Where it is, or for a library its version; `None` if it is missing.
    fn find(&self, workspace: &Workspace) -> Option<String> {
        match self.probe {
            Probe::Program(names, _) => {
                let found: Option<PathBuf> = names.iter().find_map(|name| workspace.which(name));
                found.map(|path| path.display().to_string())
            }
            Probe::Nats => nats::program(workspace).map(|path| path.display().to_string()),
            Probe::Library(name) => {
                let mut command = workspace.command("pkg-config");
                command.args(["--modversion", name]);
                ask(command).map(|version| version.trim().to_owned())
            }
            Probe::Font(name) => {
                let mut command = workspace.command("fc-list");
                command.args([name, "family"]);
                ask(command).filter(|fonts| fonts.contains(name)).map(|_| "present".to_owned())
            }
        }
    }

    /// The package's name on this system.
    pub(crate) fn package(&self, family: Family) -> &'static str {
        match (family, self.debian) {
            (Family::Ubuntu, "chromium") => "chromium-browser",
            (Family::Ubuntu, "chromium-driver") => "chromium-chromedriver",
            (Family::Macos, _) => self.macos,
            (Family::Windows, _) => self.windows,
            _ => self.debian,
        }
    }
}

/// Installs what is missing, or says what the person has to install.
pub(super) fn ensure(workspace: &Workspace, system: &System, goal: Goal) -> Result<(), Error> {
    let missing: Vec<&Need> =
        needs(system, goal).filter(|need| need.find(workspace).is_none()).collect();
    let Some(privilege) = system.privilege else { return required(missing) };
    if missing.is_empty() {
        return Ok(());
    }
    let words = missing.iter().flat_map(|need| need.package(system.family).split(' '));
    let packages: Vec<String> = words.map(str::to_owned).collect();
    let installed = apt::install(workspace, privilege, &packages);
    let left: Vec<&Need> =
        missing.into_iter().filter(|need| need.find(workspace).is_none()).collect();
    // Why a thing that is needed could not be installed is worth more than its name.
    required(left).map_err(|error| installed.err().unwrap_or(error))
}

/// That nothing is missing that the goal cannot do without: whoever misses Wine says so.
fn required(mut missing: Vec<&Need>) -> Result<(), Error> {
    missing.retain(|need| !matches!(need.probe, Probe::Program(names, _) if names == WINE));
    if missing.is_empty() { Ok(()) } else { Err(by_hand(&missing)) }
}

/// Exactly what to install, for every kind of system.
fn by_hand(missing: &[&Need]) -> Error {
    let names: Vec<_> = missing.iter().map(|need| need.name).collect();
    let mut lines = vec![
        format!("missing: {}", names.join(", ")),
        "  this needs root (or sudo without a password) on Debian or Ubuntu; install by hand:"
            .into(),
    ];
    lines.extend(
        instructions(missing).into_iter().map(|(system, how)| format!("  {system}: {how}")),
    );
    lines.push("  and start the command again".into());
    Error::Other(lines.join("\n"))
}

fn instructions(missing: &[&Need]) -> Vec<(&'static str, String)> {
    let join = |pick: &dyn Fn(&Need) -> &'static str, between: &str| {
        let mut words: Vec<&str> = Vec::new();
        for word in missing.iter().map(|need| pick(need)).filter(|word| !word.is_empty()) {
            if !words.contains(&word) {
                words.push(word);
            }
        }
        words.join(between)
    };
    let ways = [
        ("Debian", "sudo apt-get install ", join(&|need| need.debian, " ")),
        ("Ubuntu", "sudo apt-get install ", join(&|need| need.package(Family::Ubuntu), " ")),
        ("Fedora", "sudo dnf install ", join(&|need| need.fedora, " ")),
        ("Arch", "sudo pacman -S --needed ", join(&|need| need.arch, " ")),
        ("macOS", "", join(&|need| need.macos, "; ")),
        ("Windows", "", join(&|need| need.windows, "; ")),
    ];
    let said = ways.into_iter().filter(|(_, _, packages)| !packages.is_empty());
    said.map(|(system, how, packages)| (system, format!("{how}{packages}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(family: Family, goal: Goal) -> Vec<&'static str> {
        needs(&System { family, privilege: None }, goal).map(|need| need.name).collect()
    }

    #[test]
    fn a_desktop_is_not_asked_for_what_only_the_virtual_one_needs() {
        let app = on(Family::Debian, Goal::App);
        assert!(app.contains(&"WebKitGTK 4.1") && !app.contains(&"virtual display"), "{app:?}");
        let headless = on(Family::Debian, Goal::Headless);
        assert!(headless.contains(&"virtual display") && !headless.contains(&"Chromium"));
        assert!(on(Family::Debian, Goal::Test).contains(&"Chromium"));
        assert!(on(Family::Debian, Goal::Quick).contains(&"C++ compiler"));
        assert!(!app.contains(&"C++ compiler"), "{app:?}");
        assert_eq!(on(Family::Windows, Goal::App), Vec::<&str>::new());
        let other = on(Family::Debian, Goal::Windows);
        assert_eq!(other, ["C compiler", "linker for Windows", "Wine"]);
        assert_eq!(on(Family::Windows, Goal::Windows), ["linker for Windows"]);
        assert!(on(Family::Macos, Goal::Test).contains(&"NATS server"));
        assert_eq!(on(Family::Windows, Goal::Quick), ["NATS server"]);
    }

    #[test]
    fn every_system_is_told_its_own_names() {
        let missing: Vec<&Need> = NEEDS.iter().collect();
        let text = by_hand(&missing).to_string();
        for part in [
            "Debian: sudo apt-get install build-essential pkg-config libwebkit2gtk-4.1-dev",
            "Fedora: sudo dnf install gcc",
            "Arch: sudo pacman -S --needed base-devel",
            "chromium-chromedriver",
            "macOS: xcode-select --install",
            "Windows: winget install",
        ] {
            assert!(text.contains(part), "{part} is not in: {text}");
        }
    }

    #[test]
    fn a_name_is_not_said_twice() {
        let missing: Vec<&Need> = NEEDS.iter().collect();
        let arch = instructions(&missing).into_iter().find(|(system, _)| *system == "Arch");
        let text = arch.expect("Arch is there").1;
        assert_eq!(text.matches("webkit2gtk-4.1").count(), 1, "{text}");
    }
}
