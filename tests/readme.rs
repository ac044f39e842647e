//! The code of the READMEs stands in the crates' docs, word for word, where it is compiled.

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

/// The lines of a README's Rust blocks, block by block.
fn blocks(readme: &str) -> Vec<Vec<String>> {
    let parts = readme.split("```rust\n").skip(1);
    parts.map(|part| lines(part.split("```").next().unwrap_or_default())).collect()
}

fn lines(text: &str) -> Vec<String> {
    let bare = text.lines().map(|line| line.trim_start_matches("//!").trim().to_owned());
    bare.filter(|line| !line.is_empty()).collect()
}

#[test]
fn every_rust_block_is_part_of_a_doctest() {
    for (name, readme) in READMES {
        let blocks = blocks(readme);
        assert!(!blocks.is_empty(), "{name} shows how it is used");
        for block in blocks {
            let stands_in = |docs: &&str| {
                let lines = lines(docs);
                lines.windows(block.len()).any(|window| window == block)
            };
            assert!(COMPILED.iter().any(stands_in), "{name}, not compiled: {block:#?}");
        }
    }
}
