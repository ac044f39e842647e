//! What the core may depend on, and what it may read.

#![cfg(not(target_arch = "wasm32"))]

use std::path::Path;
use std::process::Command;

/// The crates that `cargo tree -p revgate` may show: serialisation (`postcard` and its `cobs` for
/// bytes), error derives, and the check of a language tag for the example's settings. Whoever adds
/// one here says why in review.
const ALLOWED: &[&str] = &[
    "cobs",
    "oxilangtag",
    "postcard",
    "proc-macro2",
    "quote",
    "revgate",
    "serde",
    "serde_core",
    "serde_derive",
    "syn",
    "thiserror",
    "thiserror-impl",
    "unicode-ident",
];

fn cargo(arguments: &[&str]) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let mut command = Command::new(env!("CARGO"));
    let output = command.args(arguments).current_dir(root).output().expect("cargo runs");
    let text = String::from_utf8_lossy(&output.stderr) + String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "cargo {arguments:?}: {text}");
    String::from_utf8(output.stdout).expect("cargo prints UTF-8")
}

#[test]
fn the_core_depends_on_serde_and_small_pure_crates_only() {
    for target in ["x86_64-unknown-linux-gnu", "wasm32-unknown-unknown"] {
        let tree = cargo(&[
            "tree",
            "--locked",
            "--package=revgate",
            "--all-features",
            "--edges=normal",
            "--prefix=none",
            "--target",
            target,
        ]);
        let found: Vec<_> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
        assert!(found.contains(&"revgate") && found.contains(&"serde"), "{tree}");
        for name in found {
            assert!(ALLOWED.contains(&name), "`revgate` must not depend on `{name}`");
        }
    }
}
