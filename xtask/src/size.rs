//! `cargo xtask size`: what sharing by Revgate adds to the module of a window.

use std::path::{Path, PathBuf};

use xtask::{Error, report, step::Step, workspace::Workspace};

use crate::{
    compile::{self, EXAMPLE, PLAIN},
    setup::{self, Goal, toolchain::WASM},
};

/// The profile of windows.
const PROFILE: &str = "window";
/// How many times the module of the same windows without Revgate the example's may come to.
const BUDGET: f64 = 1.8;
/// What rustc uses by default. `--all-features` emits types that not every browser reads.
const FEATURES: [&str; 6] = [
    "bulk-memory",
    "multivalue",
    "mutable-globals",
    "nontrapping-float-to-int",
    "reference-types",
    "sign-ext",
];

/// The bytes of a module as it is, and as it is sent.
struct Weight {
    whole: u64,
    gzip: u64,
}

/// Weighs both; whether the example keeps to its budget.
pub(crate) fn run(workspace: &mut Workspace) -> Result<bool, Error> {
    setup::run(workspace, Goal::Size)?;
    // As it is bundled: no tabs, no inspector.
    let app = weigh(workspace, EXAMPLE, &["--no-default-features"])?;
    let plain = weigh(workspace, PLAIN, &[])?;
    for (name, Weight { whole, gzip }) in [(EXAMPLE, &app), (PLAIN, &plain)] {
        report::say(format_args!("{whole:>9} bytes, {gzip:>7} as gzip  {name}"));
    }
    let ratio = app.gzip as f64 / plain.gzip as f64;
    if ratio > BUDGET {
        report::say(format_args!("a ratio of {ratio:.2} is above the budget of {BUDGET}"));
    }
    let (app, plain) = (app.gzip, plain.gzip);
    report::say(format_args!("size app_gzip={app} plain_gzip={plain} ratio={ratio:.2}"));
    Ok(ratio <= BUDGET)
}

/// Builds a package's module as a release has it.
fn weigh(workspace: &Workspace, package: &str, options: &[&str]) -> Result<Weight, Error> {
    let cargo = ["build", "--locked", "--profile", PROFILE, "--target", WASM, "-p", package];
    let command = workspace.cargo(cargo.iter().chain(options));
    compile::build(workspace, &format!("build {package}, small"), command)?;

    let module = workspace.target.join(WASM).join(PROFILE).join(package).with_extension("wasm");
    let folder = workspace.own_folder().join("size").join(package);
    compile::bind(workspace, &format!("bind {package}"), &module, &folder)?;
    let small = optimise(workspace, package, &folder)?;
    Ok(Weight { whole: length(workspace, &small, false)?, gzip: length(workspace, &small, true)? })
}

/// Makes smaller what wasm-bindgen has left in this folder.
fn optimise(workspace: &Workspace, package: &str, folder: &Path) -> Result<PathBuf, Error> {
    let small = folder.join("small.wasm");
    let mut command = workspace.command("wasm-opt");
    command.args(FEATURES.map(|name| format!("--enable-{name}"))).arg("-Oz");
    command.arg(folder.join(format!("{package}_bg.wasm"))).arg("-o").arg(&small);
    compile::build(workspace, &format!("optimise {package}"), command)?;
    Ok(small)
}

/// The bytes of a file, as it is or as `gzip -9` has it, which Node knows.
pub(crate) fn length(workspace: &Workspace, file: &Path, is_packed: bool) -> Result<u64, Error> {
    let pack = if is_packed { "require('zlib').gzipSync(it, { level: 9 })" } else { "it" };
    let script = format!("const it = require('fs').readFileSync(process.argv[1]); {pack}.length");
    let mut command = workspace.command("node");
    command.args(["--print", &script]).arg(file);
    let done = Step::new(command).silent().run()?;
    let length = done.lines.first().and_then(|line| line.trim().parse().ok());
    length.ok_or_else(|| Error::Other(format!("Node says no length of {}", file.display())))
}
