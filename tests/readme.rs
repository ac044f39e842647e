//! The code of the READMEs stands word for word in the crates' docs, where it is compiled, or in the app that
//! `cargo xtask new` makes, which the checks build and drive; so does what they depend on.

#![cfg(not(target_arch = "wasm32"))]

const READMES: [(&str, &str); 5] = [
    ("README.md", include_str!("../README.md")),
    ("shared/README.md", include_str!("../shared/README.md")),
    ("the plugin's", include_str!("../crates/tauri-plugin-revgate/README.md")),
    ("the client's", include_str!("../crates/revgate-client/README.md")),
    ("Leptos's", include_str!("../crates/revgate-leptos/README.md")),
];
const COMPILED: [&str; 3] = [
    include_str!("../crates/tauri-plugin-revgate/src/lib.rs"),
    include_str!("../crates/revgate-leptos/src/lib.rs"),
    include_str!("../crates/revgate-client/src/testing.rs"),
];

/// Of the app that is made, what somebody pastes who has one already.
const PASTED: [(&str, &str); 4] = [
    ("rust", include_str!("../template/app/shared/src/lib.rs")),
    ("rust", include_str!("../template/app/src-tauri/src/main.rs")),
    ("json", include_str!("../template/app/src-tauri/capabilities/windows.json")),
    ("rust", include_str!("../template/app/src/main.rs")),
];

const MANIFESTS: [&str; 3] = [
    include_str!("../template/app/Cargo.toml"),
    include_str!("../template/app/shared/Cargo.toml"),
    include_str!("../template/app/src-tauri/Cargo.toml"),
];

/// The lines of a README's blocks in this language, block by block.
fn blocks(readme: &str, language: &str) -> Vec<Vec<String>> {
    let fence = format!("```{language}\n");
    let parts = readme.split(&fence).skip(1);
    parts.map(|part| lines(part.split("```").next().unwrap_or_default())).collect()
}

/// Whether a block's lines stand in a file, one after the other.
fn stands_in(block: &[String], file: &str) -> bool {
    lines(file).windows(block.len()).any(|window| window == block)
}

fn lines(text: &str) -> Vec<String> {
    let bare = text.lines().map(|line| line.trim_start_matches("//!").trim().to_owned());
    bare.filter(|line| !line.is_empty()).collect()
}

#[test]
fn every_rust_block_is_part_of_a_doctest() {
    for (name, readme) in READMES {
        let blocks = blocks(readme, "rust");
        assert!(!blocks.is_empty(), "{name} shows how it is used");
        for block in blocks {
            let mut compiled = COMPILED.iter().chain(PASTED.iter().map(|(_, file)| file));
            let is_compiled = compiled.any(|file| stands_in(&block, file));
            assert!(is_compiled, "{name}, not compiled: {block:#?}");
        }
    }
}

#[test]
fn what_is_added_to_an_app_is_what_the_app_that_is_made_has() {
    let [(_, readme), ..] = READMES;
    for (language, file) in PASTED {
        let blocks = blocks(readme, language);
        assert!(
            blocks.iter().any(|block| stands_in(block, file)),
            "README shows nothing of: {file}"
        );
    }
}

#[test]
fn every_dependency_is_one_of_the_app_that_is_made() {
    let [(_, readme), ..] = READMES;
    let lines: Vec<String> = blocks(readme, "toml").concat();
    let lines: Vec<_> = lines.iter().filter(|line| !line.starts_with('#')).collect();
    assert!(!lines.is_empty(), "README says what to depend on");
    for line in lines {
        let has = |manifest: &&str| manifest.lines().any(|its| its == line);
        assert!(MANIFESTS.iter().any(has), "no manifest of the app has: {line}");
    }
}

#[test]
fn every_permission_is_one_of_the_plugins() {
    const PERMISSIONS: &str =
        include_str!("../crates/tauri-plugin-revgate/permissions/default.toml");
    for (name, readme) in READMES {
        for block in blocks(readme, "json") {
            let block = block.concat();
            let read = serde_json::from_str::<Vec<serde_json::Value>>(&format!("[{block}]"));
            for entry in read.unwrap_or_else(|it| panic!("{name}: {it}: {block}")) {
                let set = entry["identifier"].as_str().and_then(|it| it.strip_prefix("revgate:"));
                let line = set.map(|set| format!("identifier = \"{set}\""));
                assert!(line.is_some_and(|line| PERMISSIONS.contains(&line)), "{name}: {entry}");
            }
        }
    }
}
