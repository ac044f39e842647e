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

/// The app, and the folder with its pages.
pub(super) fn run(workspace: &Workspace) -> Result<(PathBuf, PathBuf), Error> {
    let folder = workspace.own_folder().join("peers");
    let cargo = |arguments: &[&str]| {
        let mut command = workspace.cargo(["build", "--locked", MANIFEST]);
        command.args(arguments).env("CARGO_TARGET_DIR", &folder);
        command
    };
    npm::build(workspace)?;
    let windows = Path::new(WINDOWS);
    npm::install(workspace, windows)?;

    let page = ["--profile", "page", "--target", WASM, "-p", "revgate-peers-page"];
    compile::build(workspace, "build the page in Rust", cargo(&page))?;
    let module = folder.join(WASM).join("page/revgate_peers_page.wasm");
    let mut command = workspace.command("wasm-bindgen");
    command.args(["--target", "web", "--out-name", "page", "--out-dir"]);
    command.arg(workspace.root.join(windows).join("rust")).arg(module);
    compile::build(workspace, "bind the page in Rust", command)?;

    let pages = folder.join("pages");
    fs::create_dir_all(&pages).map_err(Error::io(format!("making {}", pages.display())))?;
    let mut command = npm::command(workspace, windows, &["run", "build", "--"]);
    command.arg(&pages);
    compile::build(workspace, "build the pages in JavaScript", command)?;

    let app = ["--release", "-p", "revgate-peers"];
    compile::build(workspace, "build the app of all systems", cargo(&app))?;
    Ok((folder.join("release/revgate-peers"), pages))
}
