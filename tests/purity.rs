//! What the core may depend on, and what its WASM may ask of its surroundings: nothing.

#![cfg(not(target_arch = "wasm32"))]

use std::path::Path;
use std::process::Command;

use wasmparser::{Parser, Payload};

/// The crates that `cargo tree -p revgate` may show: serialisation (`postcard` and its `cobs` for
/// bytes), a hash that tells states apart, and error derives. Whoever adds one here says why in review.
const ALLOWED: &[&str] = &[
    "cobs",
    "postcard",
    "proc-macro2",
    "quote",
    "revgate",
    "serde",
    "serde_core",
    "serde_derive",
    "siphasher",
    "syn",
    "thiserror",
    "thiserror-impl",
    "unicode-ident",
];

/// What reads and writes JSON, behind the feature `std`: pure, without IO.
const JSON: &[&str] = &["itoa", "memchr", "serde_json", "zmij"];

/// What writes TypeScript, behind the feature `typescript`, which no app has.
const TYPESCRIPT: &[&str] = &["termcolor", "ts-rs", "ts-rs-macros"];

fn cargo(arguments: &[&str]) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let mut command = Command::new(env!("CARGO"));
    let output = command.args(arguments).current_dir(root).output().expect("cargo runs");
    let text = String::from_utf8_lossy(&output.stderr) + String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "cargo {arguments:?}: {text}");
    String::from_utf8(output.stdout).expect("cargo prints UTF-8")
}

/// The names of a package and of all that it depends on.
fn dependencies(package: &str, options: &[&str]) -> Vec<String> {
    let tree = ["tree", "--locked", "--edges=normal", "--prefix=none", "--package", package];
    let tree = cargo(&[&tree, options].concat());
    let found: Vec<_> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(found.contains(&"revgate") && found.contains(&"serde"), "{tree}");
    found.into_iter().map(str::to_owned).collect()
}

#[test]
fn the_core_depends_on_serde_and_small_pure_crates_only() {
    for target in ["x86_64-unknown-linux-gnu", "wasm32-unknown-unknown"] {
        for name in dependencies("revgate", &["--all-features", "--target", target]) {
            let is_allowed = [ALLOWED, JSON, TYPESCRIPT].concat().contains(&&*name);
            assert!(is_allowed, "`revgate` must not depend on `{name}`");
        }
    }
}

#[test]
fn what_writes_typescript_is_in_no_app() {
    for package in ["revgate-app", "revgate-frontend", "tauri-plugin-revgate", "revgate-js"] {
        let found = dependencies(package, &[]);
        assert!(!found.iter().any(|name| name == "ts-rs"), "`{package}` depends on `ts-rs`");
    }
}

#[test]
fn an_app_that_joins_nothing_has_nothing_of_it() {
    let has = |name: &str, options: &[&str]| {
        dependencies("tauri-plugin-revgate", options).iter().any(|found| found == name)
    };
    assert!(!has("revgate-upstream", &[]));
    assert!(has("revgate-upstream", &["--features=upstream"]), "or the check above checks nothing");
    for engine in ["revgate-nats", "async-nats"] {
        assert!(!has(engine, &["--all-features"]), "the plugin knows no `{engine}`");
    }
}

/// The core on its own, with all that an app can ask of it, and every function that it defines, called or not.
fn wasm() -> Vec<u8> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("cargo's target folder");
    let folder = target.to_str().expect("a path in UTF-8");
    let library = ["rustc", "--locked", "--package=revgate", "--lib", "--crate-type=cdylib"];
    let features = "--features=bytes,inspector,tree";
    let options = ["--target=wasm32-unknown-unknown", "--target-dir", folder, features];
    let everything = ["--", "-Clink-dead-code", "-Clink-arg=--no-gc-sections"];
    cargo(&[&library[..], &options, &everything].concat());
    let file = target.join("wasm32-unknown-unknown/debug/revgate.wasm");
    std::fs::read(file).expect("cargo has just written it")
}

#[test]
fn the_core_imports_nothing_in_wasm() {
    let wasm = wasm();
    let mut imports = Vec::new();
    for payload in Parser::new(0).parse_all(&wasm) {
        if let Payload::ImportSection(section) = payload.expect("rustc writes valid WASM") {
            let names = section.into_imports().map(|import| import.expect("a valid import"));
            imports.extend(names.map(|import| format!("{}.{}", import.module, import.name)));
        }
    }
    assert_eq!(imports, [] as [&str; 0]);
    // Whoever links a part of the core only would not see what the rest imports.
    let function = b"handle_announced";
    assert!(wasm.windows(function.len()).any(|name| name == function), "the gate is in it");
}
