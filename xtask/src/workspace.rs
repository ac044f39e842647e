//! Where things are, and how commands are run there.

use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
};

use crate::Error;

/// The checkout that xtask works on, and the environment that its commands get.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// The folder with the workspace's `Cargo.toml`.
    pub root: PathBuf,
    /// Cargo's target folder: `CARGO_TARGET_DIR`, or `target` below the root.
    pub target: PathBuf,
    /// The rustup toolchain that commands are told to use; `None` leaves the active one.
    pub toolchain: Option<String>,
    cargo_bin: Option<PathBuf>,
}

impl Workspace {
    /// Finds the workspace around the current folder.
    ///
    /// # Errors
    /// [`Error::Other`] if there is none.
    pub fn find() -> Result<Self, Error> {
        let here = env::current_dir().map_err(Error::io("reading the current folder"))?;
        let is_root = |folder: &&Path| folder.join("xtask/Cargo.toml").is_file();
        let root = here.ancestors().find(is_root).map(Path::to_owned).ok_or_else(|| {
            let here = here.display();
            Error::Other(format!("{here} is not inside a checkout of Revgate: change into one"))
        })?;
        let target = env::var_os("CARGO_TARGET_DIR").filter(|folder| !folder.is_empty());
        // A relative target folder counts from where cargo was called.
        let target = target.map_or_else(|| root.join("target"), |folder| here.join(folder));
        Ok(Self { root, target, toolchain: None, cargo_bin: cargo_bin() })
    }

    /// The same workspace with another rustup toolchain.
    #[must_use]
    pub fn with_toolchain(&self, name: &str) -> Self {
        Self { toolchain: Some(name.to_owned()), ..self.clone() }
    }

    /// Where logs, scratch folders and half-built tools go.
    #[must_use]
    pub fn own_folder(&self) -> PathBuf {
        self.target.join("xtask")
    }

    /// The built example app.
    #[must_use]
    pub fn app(&self) -> PathBuf {
        self.program("revgate-app")
    }

    /// The same app with its settings window in JavaScript.
    #[must_use]
    pub fn mixed_app(&self) -> PathBuf {
        self.program("examples/mixed")
    }

    /// The same app with the inspector.
    #[must_use]
    pub fn inspected_app(&self) -> PathBuf {
        self.program("examples/inspected")
    }

    /// The same app on one of several machines.
    #[must_use]
    pub fn machines_app(&self) -> PathBuf {
        self.program("examples/machines")
    }

    /// The built app of the tests in real windows.
    #[must_use]
    pub fn test_app(&self) -> PathBuf {
        self.program("revgate-test-app")
    }

    /// The same app with several webviews in one window.
    #[must_use]
    pub fn test_webviews(&self) -> PathBuf {
        self.program("examples/webviews")
    }

    /// The folder with that app's built pages.
    #[must_use]
    pub fn test_pages(&self) -> PathBuf {
        self.own_folder().join("test-pages")
    }

    fn program(&self, name: &str) -> PathBuf {
        self.target.join("debug").join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }

    /// Where `cargo install` puts programs.
    #[must_use]
    pub fn cargo_bin(&self) -> Option<&Path> {
        self.cargo_bin.as_deref()
    }

    /// A command that runs in the root, free of what `cargo run` told xtask about itself.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(self.find_program(program.as_ref()));
        command.current_dir(&self.root);
        for (name, _) in env::vars_os() {
            // Build scripts that watch one of these would run again in every second command.
            let text = name.to_string_lossy();
            if text == "CARGO"
                || text.starts_with("CARGO_PKG_")
                || text.starts_with("CARGO_MANIFEST_")
            {
                command.env_remove(&name);
            }
        }
        // `cargo run` puts its toolchain's libraries first, which another toolchain must not load.
        for name in ["LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"] {
            let Some(folders) = env::var_os(name) else { continue };
            let is_cargos = |folder: &PathBuf| {
                folder.starts_with(&self.target) || folder.join("rustlib").is_dir()
            };
            match env::join_paths(env::split_paths(&folders).filter(|folder| !is_cargos(folder))) {
                Ok(rest) if !rest.is_empty() => command.env(name, rest),
                _ => command.env_remove(name),
            };
        }
        command.env("CARGO_TARGET_DIR", &self.target).env("PATH", self.path());
        if let Some(toolchain) = &self.toolchain {
            command.env("RUSTUP_TOOLCHAIN", toolchain);
        }
        command
    }

    /// `cargo` with these arguments.
    pub fn cargo<I, S>(&self, arguments: I) -> Command
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let mut command = self.command("cargo");
        command.args(arguments);
        command
    }

    /// The full path of a program, or `None` if it is not installed.
    #[must_use]
    pub fn which(&self, program: &str) -> Option<PathBuf> {
        let path = self.path();
        let names = [format!("{program}{}", env::consts::EXE_SUFFIX), format!("{program}.cmd")];
        // `npm` is a script on Windows; elsewhere a `.cmd` is of no use.
        let names = if cfg!(windows) { &names[..] } else { &names[..1] };
        let candidates = env::split_paths(&path)
            .flat_map(|folder| names.iter().map(move |name| folder.join(name)).collect::<Vec<_>>());
        candidates.into_iter().find(|file| is_program(file))
    }

    fn find_program(&self, program: &OsStr) -> PathBuf {
        let found = program.to_str().and_then(|name| self.which(name));
        found.unwrap_or_else(|| PathBuf::from(program))
    }

    /// `PATH` with cargo's own folder in front, where set-up installs tools.
    fn path(&self) -> std::ffi::OsString {
        let path = env::var_os("PATH").unwrap_or_default();
        let Some(bin) = &self.cargo_bin else { return path };
        let folders = std::iter::once(bin.clone()).chain(env::split_paths(&path));
        env::join_paths(folders).unwrap_or(path)
    }
}

fn cargo_bin() -> Option<PathBuf> {
    let home = env::var_os("CARGO_HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
    Some(home.or_else(|| Some(env::home_dir()?.join(".cargo")))?.join("bin"))
}

#[cfg(unix)]
fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(file: &Path) -> bool {
    file.is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_knows_the_toolchain_and_forgets_the_package_that_runs_it() {
        let workspace = Workspace::find().expect("tests run inside the checkout");
        let workspace = workspace.with_toolchain("some-toolchain");
        let command = workspace.cargo(["build"]);
        let variables: Vec<_> = command.get_envs().collect();
        let value = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, v)| *v);
        assert_eq!(value("RUSTUP_TOOLCHAIN"), Some(Some(OsStr::new("some-toolchain"))));
        assert_eq!(value("CARGO_PKG_NAME"), Some(None), "cargo set it for this test");
    }

    #[test]
    fn cargo_is_found_and_an_unknown_program_is_not() {
        let workspace = Workspace::find().expect("tests run inside the checkout");
        assert!(workspace.which("cargo").is_some());
        assert!(workspace.which("no-such-program-here").is_none());
    }
}
