//! A Rust toolchain that builds for the windows' target, WASM.
//!
//! The ordinary way is one `rustup` command. It needs rustup's own download server; where only
//! package registries are reachable, Debian's compiler comes with the source of its std, from
//! which std for WASM is built once. That compiler is linked into rustup under [`LINKED`] and
//! becomes the checkout's override, so that `trunk serve` and `cargo tauri dev`, typed by hand,
//! use it as well.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use xtask::{Error, process::Scratch, report, step::Step, workspace::Workspace};

use super::{Goal, System, apt, ask, long_step, privilege::Privilege};

/// The target of the windows.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";
/// The name under which rustup knows Debian's compiler.
pub(crate) const LINKED: &str = "revgate-wasm";

/// The seed crate that std is built with; its own library is not part of std.
const SEED: &str = "std_seed";
const DEBIAN: [&str; 6] =
    ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "rust-web-clippy", "rustfmt-web"];
/// rustup may hang where a firewall drops what it sends.
pub(super) const DOWNLOAD: Duration = Duration::from_secs(300);

/// Makes sure of the target, and of clippy and rustfmt if the goal runs checks.
pub(super) fn ensure(workspace: &mut Workspace, system: &System, goal: Goal) -> Result<(), Error> {
    if goal == Goal::Windows {
        // Its clippy, and nothing for the app's windows.
        return if has_checkers(workspace) { Ok(()) } else { add_checkers(workspace) };
    }
    if !builds_wasm(workspace) && !choose_linked(workspace)? {
        let added = add_target(workspace);
        if !(added.is_ok() && builds_wasm(workspace)) {
            let Some(privilege) = system.privilege else { return Err(no_way(added)) };
            report::say("    not to be had; Debian's compiler and a std built here instead");
            from_debian(workspace, privilege)?;
        }
    }
    if matches!(goal, Goal::Quick | Goal::Test) && !has_checkers(workspace) {
        add_checkers(workspace)?;
    }
    Ok(())
}

/// Whether the workspace's toolchain compiles and links for WASM: a target folder that is there
/// may belong to another compiler, and the linker may be missing.
pub(crate) fn builds_wasm(workspace: &Workspace) -> bool {
    let Ok(scratch) = Scratch::new(&std::env::temp_dir(), "revgate-probe") else { return false };
    let mut command = workspace.command("rustc");
    command.args(["--target", WASM, "--crate-type", "cdylib", "--crate-name", "probe"]);
    // The empty standard input is an empty crate.
    command.arg("-o").arg(scratch.path().join("probe.wasm")).arg("-");
    ask(command).is_some()
}

/// Whether clippy and rustfmt are there.
pub(crate) fn has_checkers(workspace: &Workspace) -> bool {
    ["clippy", "fmt"].iter().all(|tool| ask(workspace.cargo([*tool, "--version"])).is_some())
}

/// Uses the toolchain that an earlier set-up linked, if it is there and works.
pub(crate) fn find_linked(workspace: &Workspace) -> Option<Workspace> {
    let linked = workspace.with_toolchain(LINKED);
    (is_linked(workspace) && builds_wasm(&linked)).then_some(linked)
}

fn choose_linked(workspace: &mut Workspace) -> Result<bool, Error> {
    let Some(linked) = find_linked(workspace) else { return Ok(false) };
    set_override(&linked, &linked.root)?;
    *workspace = linked;
    Ok(true)
}

fn is_linked(workspace: &Workspace) -> bool {
    let mut command = workspace.command("rustup");
    command.args(["toolchain", "list"]);
    let list = ask(command).unwrap_or_default();
    list.lines().any(|line| line.split_whitespace().next() == Some(LINKED))
}

fn add_target(workspace: &Workspace) -> Result<(), Error> {
    let name = format!("install the target {WASM}");
    let since = report::begin(&name);
    let mut command = workspace.command("rustup");
    command.args(["target", "add", WASM]);
    let advice = format!(
        "install rustup (https://rustup.rs), check the network, then `rustup target add {WASM}`"
    );
    let step = Step::new(command).heartbeat().limit(DOWNLOAD);
    step.run().map_err(|error| error.in_step(&name, advice))?;
    report::done(since, "done");
    Ok(())
}

fn add_checkers(workspace: &Workspace) -> Result<(), Error> {
    let mut command = workspace.command("rustup");
    command.args(["component", "add", "clippy", "rustfmt"]);
    let advice = "install clippy and rustfmt for the toolchain that `cargo` uses here";
    long_step(workspace, "install clippy and rustfmt", command, advice)
}

fn no_way(added: Result<(), Error>) -> Error {
    added.err().unwrap_or_else(|| {
        Error::Other(format!("rustup has installed {WASM}, but `rustc` cannot build for it"))
    })
}

fn from_debian(workspace: &mut Workspace, privilege: Privilege) -> Result<(), Error> {
    let missing = |package: &&&str| !is_installed(workspace, package);
    let packages: Vec<String> = DEBIAN.iter().filter(missing).map(|&p| p.to_owned()).collect();
    if !packages.is_empty() {
        apt::install(workspace, privilege, &packages)?;
    }
    // The compiler's linker is a link to the lld of one LLVM version, which no package demands.
    if let Some(lld) = lld_package()? {
        apt::install(workspace, privilege, &[lld])?;
    }
    if !is_linked(workspace) {
        let mut link = workspace.command("rustup");
        link.args(["toolchain", "link", LINKED, "/usr"]);
        let advice = "install rustup (https://rustup.rs)";
        long_step(workspace, "link Debian's compiler into rustup", link, advice)?;
    }
    let linked = workspace.with_toolchain(LINKED);
    if !builds_wasm(&linked) {
        build_std(workspace, privilege)?;
    }
    if !builds_wasm(&linked) {
        return Err(Error::Other(format!(
            "Debian's compiler cannot build for {WASM} although its std has been built: \
             `rustc +{LINKED} --target {WASM} --crate-type cdylib -` shows why"
        )));
    }
    set_override(&linked, &linked.root)?;
    *workspace = linked;
    Ok(())
}

/// Has cargo use in a folder outside the checkout what it uses in there.
pub(crate) fn adopt(workspace: &Workspace, folder: &Path) -> Result<(), Error> {
    // rustup tells what it starts which toolchain it has chosen.
    let is_linked = std::env::var("RUSTUP_TOOLCHAIN").is_ok_and(|name| name == LINKED);
    if is_linked || workspace.toolchain.is_some() {
        return set_override(workspace, folder);
    }
    Ok(())
}

fn is_installed(workspace: &Workspace, package: &str) -> bool {
    let mut command = workspace.command("dpkg-query");
    command.args(["-W", "-f=${db:Status-Abbrev}", package]);
    ask(command).is_some_and(|status| status.starts_with("ii"))
}

/// The package with the linker that `rust-lld` points to, if that linker is missing.
fn lld_package() -> Result<Option<String>, Error> {
    let link = PathBuf::from("/usr/bin/rust-lld");
    if link.exists() {
        return Ok(None);
    }
    let target = fs::read_link(&link).map_err(Error::io("reading the link /usr/bin/rust-lld"))?;
    Ok(target.file_name().map(|name| name.to_string_lossy().into_owned()))
}

/// Builds std for WASM from Debian's source of it and puts it where the compiler looks.
fn build_std(workspace: &Workspace, privilege: Privilege) -> Result<(), Error> {
    let scratch = Scratch::new(&std::env::temp_dir(), "revgate-std")?;
    let seed = scratch.path();
    let manifest = format!("[package]\nname = \"{SEED}\"\nedition = \"2024\"\n[workspace]\n");
    let written = fs::create_dir_all(seed.join("src"))
        .and_then(|()| fs::write(seed.join("Cargo.toml"), manifest))
        .and_then(|()| fs::write(seed.join("src/lib.rs"), ""));
    written.map_err(Error::io(format!("writing {}", seed.display())))?;

    let mut build = workspace.command("/usr/bin/cargo");
    build.args(["build", "--release", "--target", WASM]);
    build.arg("-Zbuild-std=std,panic_abort,panic_unwind,proc_macro,test");
    build.env("RUSTC_BOOTSTRAP", "1").env("RUSTC", "/usr/bin/rustc");
    build.env_remove("RUSTUP_TOOLCHAIN").env("CARGO_TARGET_DIR", seed.join("target"));
    build.current_dir(seed);
    let advice = "is crates.io reachable, and is there space in the folder for temporary files?";
    long_step(workspace, &format!("build std for {WASM}"), build, advice)?;

    let mut question = Command::new("/usr/bin/rustc");
    question.args(["--print", "target-libdir", "--target", WASM]);
    let folder = ask(question).ok_or_else(|| Error::Other("/usr/bin/rustc does not run".into()))?;
    let folder = folder.trim();
    // What an older compiler left there would be found twice.
    let steps: [(&str, Vec<PathBuf>); 3] = [
        ("rm", vec!["-rf".into(), folder.into()]),
        ("mkdir", vec!["-p".into(), folder.into()]),
        ("cp", {
            let mut words: Vec<PathBuf> = vec!["-t".into(), folder.into()];
            words.extend(libraries(&seed.join("target").join(WASM).join("release/deps"))?);
            words
        }),
    ];
    for (program, arguments) in steps {
        let mut command = privilege.command(workspace, program);
        command.args(arguments);
        let step = format!("install std for {WASM} in {folder}");
        let done = Step::new(command).silent().run();
        done.map_err(|error| error.in_step(step, "can that folder be written to?"))?;
    }
    Ok(())
}

fn libraries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(folder).map_err(Error::io(format!("reading {}", folder.display())));
    let files = entries?.flatten().map(|entry| entry.path());
    let is_std = |file: &PathBuf| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".rlib") && !name.starts_with(&format!("lib{SEED}"))
    };
    Ok(files.filter(is_std).collect())
}

/// An override belongs to the path of a folder, so another clone needs its own.
fn set_override(workspace: &Workspace, folder: &Path) -> Result<(), Error> {
    let folder = folder.display().to_string();
    let mut list = workspace.command("rustup");
    list.args(["override", "list"]);
    let is_set =
        |line: &str| line.trim_end().strip_suffix(LINKED).is_some_and(|path| path.trim() == folder);
    if ask(list).unwrap_or_default().lines().any(is_set) {
        return Ok(());
    }
    let mut set = workspace.command("rustup");
    set.args(["override", "set", LINKED, "--path", &folder]);
    let advice = format!("run `rustup override set {LINKED}` in {folder}");
    long_step(workspace, &format!("make {LINKED} the toolchain of {folder}"), set, &advice)
}
