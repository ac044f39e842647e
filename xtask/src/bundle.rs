//! `cargo xtask bundle`: the example as a release has it, as a Debian package that is installed into an empty
//! root, started there, and removed again.

use std::{
    fs,
    path::{Path, PathBuf},
};

use xtask::{
    Error, desktop::Launch, display::VirtualDisplay, process::Scratch, report, step::Step,
    workspace::Workspace,
};

use crate::{
    compile,
    drive::{BOTH, FOLLOW, LOAD, MAIN, SETTINGS},
    saved,
    setup::{self, Goal},
    size,
};

/// What the package brings, besides the icons.
const FILES: [&str; 2] = ["usr/bin/revgate-app", "usr/share/applications/Revgate Notes.desktop"];
const IDENTIFIER: &str = "dev.revgate.notes";

/// Sets up what is missing, makes the package, and tries it.
pub(crate) fn run(workspace: &mut Workspace) -> Result<(), Error> {
    if !cfg!(target_os = "linux") {
        let text = "`bundle` makes and tries a Debian package, which takes Linux: here it is \
                    `cargo tauri build`";
        return Err(Error::Other(text.into()));
    }
    setup::run(workspace, Goal::Bundle)?;
    let package = make(workspace)?;
    // The windows that it has inside.
    let wasm = size::length(workspace, &only(&workspace.root.join("dist"), "wasm")?, true)?;
    let bytes = fs::metadata(&package).map_err(Error::io(format!("reading {}", package.display())));
    let bytes = bytes?.len();

    let since = report::begin("install it, start it, start it again, and remove it");
    let root = Root::new()?;
    root.dpkg(workspace, "--install", &package)?;
    root.check(true)?;
    drive(workspace, root.path(FILES[0]))?;
    root.dpkg(workspace, "--remove", name(workspace, &package)?.as_ref())?;
    root.check(false)?;
    report::done(since, format_args!("done; the package is {}", package.display()));
    report::say(format_args!("bundle deb_bytes={bytes} wasm_gzip={wasm} installed=ok"));
    Ok(())
}

/// The package, made by what a person would type.
fn make(workspace: &Workspace) -> Result<PathBuf, Error> {
    let folder = workspace.target.join("release/bundle/deb");
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(Error::io(format!("emptying {}", folder.display())))?;
    }
    let mut command = workspace.cargo(["tauri", "build", "--bundles", "deb", "--", "--locked"]);
    // trunk takes only `true` or `false` for it.
    command.env_remove("NO_COLOR");
    compile::build(workspace, "build the example's release", command)?;
    only(&folder, "deb")
}

/// The one file with this extension in a folder.
fn only(folder: &Path, extension: &str) -> Result<PathBuf, Error> {
    let reading = || format!("reading {}", folder.display());
    let entries = fs::read_dir(folder).map_err(Error::io(reading()))?.flatten();
    let mut files = entries.map(|entry| entry.path());
    files.find(|file| file.extension().is_some_and(|it| it == extension)).ok_or_else(|| {
        Error::Other(format!("{} has no file that ends in .{extension}", folder.display()))
    })
}

/// What the package is called.
fn name(workspace: &Workspace, package: &Path) -> Result<String, Error> {
    let mut command = workspace.command("dpkg-deb");
    command.arg("--field").arg(package).arg("Package");
    Ok(Step::new(command).silent().run()?.lines.concat())
}

/// An empty system, where packages are installed without being root.
struct Root(Scratch);

impl Root {
    fn new() -> Result<Self, Error> {
        let root = Scratch::new(&std::env::temp_dir(), "revgate-root")?;
        let state = root.path().join("var/lib/dpkg");
        let made = ["info", "updates"].iter().try_for_each(|it| fs::create_dir_all(state.join(it)));
        made.and_then(|()| fs::write(state.join("status"), ""))
            .map_err(Error::io(format!("making {}", state.display())))?;
        Ok(Self(root))
    }

    fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    fn dpkg(&self, workspace: &Workspace, what: &str, package: &Path) -> Result<(), Error> {
        let mut command = workspace.command("dpkg");
        // What it depends on is in the system around this one.
        command.args(["--force-not-root", "--force-depends", "--root"]).arg(self.0.path());
        command.arg("--log").arg(self.path("dpkg.log")).arg(what).arg(package);
        let advice = "is the package whole? `dpkg-deb --contents` shows what is in it";
        let done = Step::new(command).silent().run();
        done.map(drop).map_err(|error| error.in_step("run dpkg in an empty root", advice))
    }

    /// Whether the files are all there, or none.
    fn check(&self, are_there: bool) -> Result<(), Error> {
        let wrong = FILES.iter().find(|file| self.path(file).exists() != are_there);
        let what = if are_there { "is not there, once" } else { "is still there, though" };
        let done = if are_there { "installed" } else { "removed" };
        wrong.map_or(Ok(()), |file| {
            Err(Error::Other(format!("/{file} {what} the package is {done}")))
        })
    }
}

/// Both windows follow, and show the same after a kill and a start.
fn drive(workspace: &Workspace, app: PathBuf) -> Result<(), Error> {
    let display = VirtualDisplay::start(workspace)?;
    let launch =
        Launch { workspace, app, arguments: Vec::new(), display: display.name(), port: None };
    let mut desktop = launch.start()?;
    desktop.wait_for_windows(&BOTH, LOAD)?;
    desktop.settle(&BOTH, MAIN, &[("theme", "system")], 0, LOAD)?;
    desktop.click(SETTINGS, "input[name=theme][value=dark]")?;
    desktop.settle(&BOTH, SETTINGS, &[("theme", "dark")], 0, FOLLOW)?;
    saved::wait_for(&desktop, IDENTIFIER, "settings", |data| data["theme"] == "dark")?;

    let mut desktop = launch.start_in(desktop.kill())?;
    desktop.wait_for_windows(&BOTH, LOAD)?;
    desktop.settle(&BOTH, MAIN, &[("theme", "dark")], 0, LOAD)?;
    desktop.quit()
}
