//! The crates that are published, compiled by the oldest compiler that they promise to be compiled by: where rustup
//! has it (`rustup toolchain install 1.90 --profile minimal`), as nothing is downloaded for it.

use std::process::Command;

use xtask::{report, step::Step, workspace::Workspace};

use crate::{compile, outcomes::Outcomes};

/// What is compiled within a minute. The others have Tauri or Leptos beneath, and the same edition and lints, which
/// know the compiler's age; a public host compiles all: `.github/workflows/ci.yml`.
const CRATES: [&str; 6] = ["-p", "revgate", "-p", "revgate-persistence", "-p", "revgate-client"];
/// `rust-version` of the workspace.
const OLDEST: &str = env!("CARGO_PKG_RUST_VERSION");

/// Compiles them, if it is there.
pub(crate) fn check(workspace: &Workspace, outcomes: &mut Outcomes<'_>) {
    let mut question: Command = workspace.command("rustup");
    question.args(["toolchain", "list"]);
    let toolchains = Step::new(question).silent().run().map(|done| done.lines).unwrap_or_default();
    if !toolchains.iter().any(|line| line.starts_with(&format!("{OLDEST}-"))) {
        report::say(format_args!("==> Rust {OLDEST}: left out, rustup does not have it"));
        return;
    }
    let name = format!("compiled by Rust {OLDEST}");
    let mut command = workspace
        .with_toolchain(OLDEST)
        .cargo([&["check", "--locked", "--lib", "--all-features"][..], &CRATES].concat());
    // What another compiler has made is of no use to this one.
    command.env("CARGO_TARGET_DIR", workspace.own_folder().join("oldest"));
    outcomes.step(&name, || compile::build(workspace, &name, command));
}
