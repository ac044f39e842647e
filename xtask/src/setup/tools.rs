//! Command-line tools: trunk, wasm-bindgen, wasm-opt, wasm-pack, the Tauri CLI, geckodriver, mdbook,
//! cargo-mutants.
//!
//! Cargo builds them from source with a profile that favours compile time. Their prebuilt
//! downloads are left alone: a set-up that works from package registries works everywhere.

use std::{
    fs,
    path::{Path, PathBuf},
};

use xtask::{Error, workspace::Workspace};

use super::{
    Goal, ask, long_step,
    versions::{Version, find_number, find_version, locked_version, version_line},
};

/// The newest trunk that the oldest supported compiler builds.
const TRUNK: &str = "0.21.14";
const WASM_PACK: &str = "0.15.1";
const GECKODRIVER: &str = "0.36.0";
const CARGO_MUTANTS: &str = "27.1.0";
const MDBOOK: &str = "0.5.4";
/// Binaryen, which has one number for a version: of the npm package, of the crate, and the oldest that serves.
const BINARYEN: (&str, &str, u32) = ("132", "0.116.1", 116);

/// A command-line tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tool {
    Trunk,
    WasmBindgen,
    /// Makes the windows of a release smaller, for trunk, which would else download it.
    WasmOpt,
    WasmPack,
    TauriCli,
    /// Drives Firefox. Where a distribution has it, it may be in Firefox's package.
    Geckodriver,
    /// Makes the guide.
    Mdbook,
    /// For `cargo xtask mutants` alone: no goal needs it.
    CargoMutants,
}

/// The tools that the goal needs. `cargo tauri` is needed by no command of xtask, but by the
/// person who types `cargo tauri dev` after set-up.
pub(crate) fn needed(goal: Goal) -> &'static [Tool] {
    use Tool::{Geckodriver, Mdbook, TauriCli, Trunk, WasmBindgen, WasmOpt, WasmPack};
    match goal {
        Goal::Quick | Goal::Windows | Goal::Machines => &[],
        Goal::Bench | Goal::Npm => &[WasmBindgen],
        Goal::Size => &[WasmBindgen, WasmOpt],
        Goal::Book => &[WasmBindgen, Mdbook],
        Goal::Tabs => &[Trunk, WasmBindgen],
        Goal::Firefox => &[Trunk, WasmBindgen, Geckodriver],
        Goal::App | Goal::Headless | Goal::Bundle => &[Trunk, WasmBindgen, WasmOpt, TauriCli],
        Goal::Test => &[Trunk, WasmBindgen, WasmOpt, WasmPack, TauriCli],
    }
}

/// Installs those that are missing.
pub(crate) fn ensure(workspace: &Workspace, tools: &[Tool]) -> Result<(), Error> {
    let mut missing = Vec::new();
    for tool in tools {
        if let State::Missing(_) = tool.look(workspace)? {
            missing.push(*tool);
        }
    }
    for tool in &missing {
        tool.install(workspace)?;
        if let State::Missing(seen) = tool.look(workspace)? {
            let seen = seen.map_or("nothing is".to_owned(), |seen| format!("`{seen}` is"));
            let error = Error::Other(format!("after its installation, {seen} found"));
            let advice = "is another version of it earlier in PATH?";
            return Err(error.in_step(format!("install {}", tool.name()), advice));
        }
    }
    if !missing.is_empty() {
        // Hundreds of megabytes that only half-finished installations could use again.
        let _ = fs::remove_dir_all(build_folder(workspace));
    }
    Ok(())
}

/// What was found of a tool.
#[derive(Debug)]
pub(crate) enum State {
    /// A version that fits.
    Present(String),
    /// None, or one that does not fit.
    Missing(Option<String>),
}

impl Tool {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Trunk => "trunk",
            Self::WasmBindgen => "wasm-bindgen",
            Self::WasmOpt => "wasm-opt",
            Self::WasmPack => "wasm-pack",
            Self::TauriCli => "cargo tauri",
            Self::Geckodriver => "geckodriver",
            Self::Mdbook => "mdbook",
            Self::CargoMutants => "cargo mutants",
        }
    }

    /// Looks for a version that fits.
    pub(crate) fn look(self, workspace: &Workspace) -> Result<State, Error> {
        let command = match self {
            Self::TauriCli => workspace.cargo(["tauri", "--version"]),
            Self::CargoMutants => workspace.cargo(["mutants", "--version"]),
            _ => {
                let mut command = workspace.command(self.name());
                command.arg("--version");
                command
            }
        };
        let Some(seen) = ask(command) else { return Ok(State::Missing(None)) };
        let seen = version_line(&seen).unwrap_or(&seen).trim().to_owned();
        let version = find_version(&seen).unwrap_or_default();
        let fits = match self {
            Self::Trunk => version >= (0, 21, 0),
            // Generated code and the library that it calls must be of one version.
            Self::WasmBindgen => {
                Some(version) == bindgen_version(workspace)?.1
                    && workspace.which("wasm-bindgen-test-runner").is_some()
            }
            Self::WasmOpt => find_number(&seen) >= Some(BINARYEN.2),
            Self::WasmPack => version >= (0, 13, 0),
            Self::TauriCli => version.0 == 2,
            Self::Geckodriver => version >= (0, 33, 0),
            Self::Mdbook => version >= (0, 5, 0),
            // What it plants, and so what `.cargo/mutants.toml` excuses, is another set in each.
            Self::CargoMutants => Some(version) == find_version(CARGO_MUTANTS),
        };
        Ok(if fits { State::Present(seen) } else { State::Missing(Some(seen)) })
    }

    /// What set-up would do, in words.
    pub(crate) fn plan(self, workspace: &Workspace) -> Result<String, Error> {
        Ok(match self {
            Self::Trunk => format!("cargo install trunk {TRUNK}"),
            Self::WasmBindgen => {
                format!("cargo install wasm-bindgen-cli {}", bindgen_version(workspace)?.0)
            }
            Self::WasmOpt if npm_serves(workspace) => {
                format!("npm install binaryen {}", BINARYEN.0)
            }
            Self::WasmOpt => format!("cargo install wasm-opt {}", BINARYEN.1),
            Self::WasmPack => format!("cargo install wasm-pack {WASM_PACK}"),
            Self::TauriCli if npm_serves(workspace) => "npm install @tauri-apps/cli 2".to_owned(),
            Self::TauriCli => "cargo install tauri-cli 2".to_owned(),
            Self::Geckodriver => format!("cargo install geckodriver {GECKODRIVER}"),
            Self::Mdbook => format!("cargo install mdbook {MDBOOK}"),
            Self::CargoMutants => format!("cargo install cargo-mutants {CARGO_MUTANTS}"),
        })
    }

    fn install(self, workspace: &Workspace) -> Result<(), Error> {
        match self {
            // trunk's own downloads and its update check are left out: with them TLS. Of what it
            // does itself only the hashes of what it built take time.
            Self::Trunk => {
                let hashes = "profile.release.package.sha2.opt-level=3";
                let options = ["--locked", "--no-default-features", "--config", hashes];
                cargo_install(workspace, "trunk", TRUNK, "0", &options)
            }
            // Its own lock file may name a version that is not published yet. It reads and writes
            // tens of megabytes, so it is optimised.
            Self::WasmBindgen => {
                let version = bindgen_version(workspace)?.0;
                let options = ["--no-default-features"];
                cargo_install(workspace, "wasm-bindgen-cli", &version, "1", &options)
            }
            Self::WasmOpt if npm_serves(workspace) => {
                let package = format!("binaryen@{}", BINARYEN.0);
                let program = npm_install(workspace, &package, "wasm-opt")?;
                write_shim(workspace, "wasm-opt", &program, "")
            }
            Self::WasmOpt => cargo_install(workspace, "wasm-opt", BINARYEN.1, "1", &["--locked"]),
            Self::WasmPack => cargo_install(workspace, "wasm-pack", WASM_PACK, "0", &["--locked"]),
            Self::TauriCli if npm_serves(workspace) => {
                let program = npm_install(workspace, "@tauri-apps/cli@^2", "tauri")?;
                // cargo gives its name as the first argument.
                write_shim(workspace, "cargo-tauri", &program, "[ \"$1\" = tauri ] && shift\n")
            }
            Self::TauriCli => cargo_install(workspace, "tauri-cli", "^2", "0", &["--locked"]),
            Self::Geckodriver => {
                cargo_install(workspace, "geckodriver", GECKODRIVER, "0", &["--locked"])
            }
            // Without a server of its own.
            Self::Mdbook => {
                let options = ["--locked", "--no-default-features", "--features", "search"];
                cargo_install(workspace, "mdbook", MDBOOK, "0", &options)
            }
            Self::CargoMutants => {
                cargo_install(workspace, "cargo-mutants", CARGO_MUTANTS, "0", &["--locked"])
            }
        }
    }
}

/// The version of wasm-bindgen that the workspace is built with, as text and as numbers.
fn bindgen_version(workspace: &Workspace) -> Result<(String, Option<Version>), Error> {
    let path = workspace.root.join("Cargo.lock");
    let lock =
        fs::read_to_string(&path).map_err(Error::io(format!("reading {}", path.display())))?;
    let version = locked_version(&lock, "wasm-bindgen").ok_or_else(|| {
        Error::Other(format!("{} does not name wasm-bindgen: is it damaged?", path.display()))
    })?;
    let numbers = find_version(&version);
    Ok((version, numbers))
}

fn build_folder(workspace: &Workspace) -> std::path::PathBuf {
    workspace.own_folder().join("tools")
}

fn cargo_install(
    workspace: &Workspace,
    package: &str,
    version: &str,
    optimisation: &str,
    options: &[&str],
) -> Result<(), Error> {
    let mut command = workspace.cargo(["install", package, "--version", version]);
    command.args(options);
    if let Some(home) = workspace.cargo_bin().and_then(Path::parent) {
        command.arg("--root").arg(home);
    }
    // Not in the checkout: its lock file, its settings and its target folder are not the tool's.
    command.current_dir(std::env::temp_dir());
    // One folder for all tools: what they have in common is compiled once.
    command.env("CARGO_TARGET_DIR", build_folder(workspace));
    for (setting, value) in [
        ("OPT_LEVEL", optimisation),
        ("DEBUG", "0"),
        ("LTO", "off"),
        ("CODEGEN_UNITS", "16"),
        ("STRIP", "true"),
    ] {
        command.env(format!("CARGO_PROFILE_RELEASE_{setting}"), value);
    }
    let advice = "is crates.io reachable? The log shows which crate did not compile";
    long_step(workspace, &format!("install {package} {version}"), command, advice)
}

/// The shim for the npm package is a shell script.
pub(super) fn npm_serves(workspace: &Workspace) -> bool {
    cfg!(unix) && workspace.which("npm").is_some() && workspace.cargo_bin().is_some()
}

/// The npm package carries a prebuilt program: seconds instead of minutes. It goes into a folder
/// of cargo's, which needs no root. Returns where the program is.
fn npm_install(workspace: &Workspace, package: &str, program: &str) -> Result<PathBuf, Error> {
    let home = workspace.cargo_bin().unwrap_or(Path::new("bin")).with_file_name("npm");
    let mut command = workspace.command("npm");
    command.args(["install", "--global", "--no-audit", "--no-fund", "--prefix"]).arg(&home);
    command.arg(package).current_dir(std::env::temp_dir());
    let advice = "is the npm registry reachable? Set-up builds it by cargo where there is no npm";
    long_step(workspace, &format!("install {package}"), command, advice)?;
    Ok(home.join("bin").join(program))
}

/// Puts a program of npm's among cargo's, where PATH has it, by a script that does `before` first.
#[cfg(unix)]
fn write_shim(
    workspace: &Workspace,
    name: &str,
    program: &Path,
    before: &str,
) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    let shim = workspace.cargo_bin().unwrap_or(Path::new("bin")).join(name);
    let script = format!(
        "#!/bin/sh\n# Written by `cargo xtask`: finds the program of an npm package.\n\
         {before}exec '{}' \"$@\"\n",
        program.display()
    );
    let written = fs::write(&shim, script)
        .and_then(|()| fs::set_permissions(&shim, fs::Permissions::from_mode(0o755)));
    written.map_err(Error::io(format!("writing {}", shim.display())))?;
    xtask::report::say(format_args!("    `{name}` is {}", shim.display()));
    Ok(())
}

#[cfg(not(unix))]
fn write_shim(_: &Workspace, _: &str, _: &Path, _: &str) -> Result<(), Error> {
    Ok(())
}
