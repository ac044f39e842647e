//! Builds the app of `tests/peers` and its pages: a workspace of its own, so that nobody else
//! compiles other people's stores.

use std::{
    fs,
    path::{Path, PathBuf},
};

use xtask::{Error, workspace::Workspace};

use crate::{compile, npm, setup::toolchain::WASM};

pub(super) const FOLDER: &str = "tests/peers";
pub(crate) const MANIFEST: &str = "--manifest-path=tests/peers/Cargo.toml";
/// Of the pages in JavaScript.
pub(super) const WINDOWS: &str = "tests/peers/windows";

/// The packages of those in Rust, and the names of their modules.
const PAGES: [(&str, &str); 3] = [
    ("revgate-peers-page", "page"),
    ("revgate-peers-rows", "rows"),
    ("revgate-peers-by-hand", "by-hand"),
];

pub(super) struct Built {
    pub(super) app: PathBuf,
    /// The folder with its pages.
    pub(super) pages: PathBuf,
}

/// Builds the app and its pages.
pub(super) fn run(workspace: &Workspace) -> Result<Built, Error> {
    let folder = workspace.own_folder().join("peers");
    let cargo = |arguments: &[&str]| {
        let mut command = workspace.cargo(["build", "--locked", MANIFEST]);
        command.args(arguments).env("CARGO_TARGET_DIR", &folder);
        command
    };
    npm::build(workspace)?;
    let windows = Path::new(WINDOWS);
    npm::install(workspace, windows)?;

    let packages = PAGES.iter().flat_map(|(package, _)| ["-p", package]);
    let pages: Vec<_> =
        ["--profile", "page", "--target", WASM].into_iter().chain(packages).collect();
    compile::build(workspace, "build the pages in Rust", cargo(&pages))?;
    for (package, name) in PAGES {
        let module = format!("{}.wasm", package.replace('-', "_"));
        let module = folder.join(WASM).join("page").join(module);
        let mut command = workspace.command("wasm-bindgen");
        command.args(["--target", "web", "--out-name", name, "--out-dir"]);
        command.arg(workspace.root.join(windows).join("rust")).arg(module);
        compile::build(workspace, &format!("bind {package}"), command)?;
    }

    let pages = folder.join("pages");
    fs::create_dir_all(&pages).map_err(Error::io(format!("making {}", pages.display())))?;
    let mut command = npm::command(workspace, windows, &["run", "build", "--"]);
    command.arg(&pages);
    compile::build(workspace, "build the pages in JavaScript", command)?;

    let app = ["--release", "-p", "revgate-peers"];
    compile::build(workspace, "build the app of all systems", cargo(&app))?;
    Ok(Built { app: folder.join("release/revgate-peers"), pages })
}
