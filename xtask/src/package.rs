//! `cargo xtask package`: the crates that are published are packed, and an app is made of what was
//! packed, by `tests/packed`. It asks Tauri for nothing, and has an older wasm-bindgen.

use std::{
    fs,
    path::{Path, PathBuf},
};

use xtask::{Error, process, report, step::Step, workspace::Workspace};

use crate::{
    compile,
    outcomes::Outcomes,
    setup::{self, Goal, toolchain::WASM, versions::locked_version},
};

/// The crates that are published, in the order of the arrows.
pub(crate) const CRATES: [&str; 7] = [
    "revgate",
    "revgate-persistence",
    "revgate-upstream",
    "revgate-nats",
    "tauri-plugin-revgate",
    "revgate-client",
    "revgate-leptos",
];
/// How many of them, from the first on, the app's backend is made of; its window has the others.
const OF_BACKEND: usize = 5;
/// What people look for in each.
const FILES: [&str; 3] = ["README.md", "LICENSE-APACHE", "LICENSE-MIT"];
/// What the app's window asks of wasm-bindgen, until it is copied.
const ANY: &str = "wasm-bindgen = \">=0.2";

/// Sets up what is missing, packs and builds; whether all went well.
pub(crate) fn run(workspace: &mut Workspace) -> Result<bool, Error> {
    setup::run(workspace, Goal::Quick)?;
    let mut outcomes = Outcomes::new(workspace);
    let ok = check(workspace, &mut outcomes);
    process::wait_if_interrupted();
    let failed = outcomes.summary().failed;
    report::say(format_args!("packages={} ok={ok}", CRATES.len()));
    Ok(failed == 0)
}

/// Packs the crates and builds an app of the packages; how many are well.
pub(crate) fn check(workspace: &Workspace, outcomes: &mut Outcomes<'_>) -> usize {
    let folder = workspace.own_folder().join("packed");
    let packed = pack(workspace).and_then(|files| lay_out(workspace, &files, &folder));
    if !outcomes.note("pack the crates", packed) {
        return 0;
    }
    let mut builds = |name: &str, arguments: &[&str], packages: usize| {
        let mut command = workspace.cargo([&["build", "-p"], arguments].concat());
        command.current_dir(folder.join("app"));
        let is_built = outcomes.step(name, || compile::build(workspace, name, command));
        if is_built { packages } else { 0 }
    };
    let backend = ["packed-backend"];
    let window = ["packed-window", "--target", WASM];
    builds("backend of packed crates without Tauri's features", &backend, OF_BACKEND)
        + builds(
            "window of packed crates with an older wasm-bindgen",
            &window,
            CRATES.len() - OF_BACKEND,
        )
}

/// The files that would be published, in the order of [`CRATES`].
fn pack(workspace: &Workspace) -> Result<Vec<PathBuf>, Error> {
    // What has to be right in them is built below, with less than their own features.
    let mut command = workspace.cargo(["package", "--locked", "--no-verify", "--allow-dirty"]);
    for name in CRATES {
        command.args(["-p", name]);
    }
    let step = "pack the crates";
    let done = Step::new(command).heartbeat().run().map_err(|error| error.in_step(step, ""))?;
    // Such as a description that is missing.
    if let Some(warning) = done.lines.iter().find(|line| line.starts_with("warning")) {
        let advice = "complete the crate's Cargo.toml: `cargo package` shows which one it is";
        return Err(Error::Other(warning.clone()).in_step(step, advice));
    }
    let version = env!("CARGO_PKG_VERSION");
    let file = |name: &str| workspace.target.join(format!("package/{name}-{version}.crate"));
    Ok(CRATES.into_iter().map(file).collect())
}

/// Puts what is in the packages, and the app beside it, into a folder, which is emptied before.
fn lay_out(workspace: &Workspace, packages: &[PathBuf], folder: &Path) -> Result<(), Error> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(Error::io(format!("emptying {}", folder.display())))?;
    }
    for (name, package) in CRATES.iter().zip(packages) {
        let place = folder.join(name);
        fs::create_dir_all(&place).map_err(Error::io(format!("making {}", place.display())))?;
        // All packed files are of one day long ago: as new ones, or cargo takes what it has built of others for them.
        let mut unpack = workspace.command("tar");
        unpack.arg("-xzmf").arg(package).args(["--strip-components", "1", "-C"]).arg(&place);
        Step::new(unpack).silent().run()?;
        if let Some(missing) = FILES.iter().find(|file| !place.join(file).is_file()) {
            let text =
                format!("the package of {name} has no {missing}: is it beside its Cargo.toml?");
            return Err(Error::Other(text));
        }
    }
    let app = folder.join("app");
    compile::copy(&workspace.root.join("tests/packed"), &app)?;
    older_wasm_bindgen(workspace, &app)
}

/// The versions that Revgate is tested with, but for one.
fn older_wasm_bindgen(workspace: &Workspace, app: &Path) -> Result<(), Error> {
    let read = |path: &Path| {
        fs::read_to_string(path).map_err(Error::io(format!("reading {}", path.display())))
    };
    let write = |path: &Path, text: &str| {
        fs::write(path, text).map_err(Error::io(format!("writing {}", path.display())))
    };
    let lock = read(&workspace.root.join("Cargo.lock"))?;
    let locked = locked_version(&lock, "wasm-bindgen");
    let locked = locked.ok_or_else(|| Error::Other("Cargo.lock has no wasm-bindgen".into()))?;
    write(&app.join("Cargo.lock"), &lock)?;
    let manifest = app.join("window/Cargo.toml");
    write(&manifest, &read(&manifest)?.replace(ANY, &format!("{ANY}, <{locked}")))
}
