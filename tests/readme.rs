//! The README's code stands in the crates' docs, word for word, where it is compiled.

#![cfg(not(target_arch = "wasm32"))]

const README: &str = include_str!("../README.md");
const COMPILED: [&str; 3] = [
    include_str!("../crates/tauri-plugin-revgate/src/lib.rs"),
    include_str!("../crates/revgate-leptos/src/lib.rs"),
    include_str!("../crates/revgate-client/src/testing.rs"),
];

/// The lines of the README's Rust blocks, block by block.
fn blocks() -> Vec<Vec<String>> {
    let parts = README.split("```rust\n").skip(1);
    parts.map(|part| lines(part.split("```").next().unwrap_or_default())).collect()
}

fn lines(text: &str) -> Vec<String> {
    let bare = text.lines().map(|line| line.trim_start_matches("//!").trim().to_owned());
    bare.filter(|line| !line.is_empty()).collect()
}

#[test]
fn every_rust_block_is_part_of_a_doctest() {
    let blocks = blocks();
    assert!(blocks.len() >= 3, "the topic, the backend, the window");
    for block in blocks {
        let stands_in = |docs: &&str| {
            let lines = lines(docs);
            lines.windows(block.len()).any(|window| window == block)
        };
        assert!(COMPILED.iter().any(stands_in), "not compiled: {block:#?}");
    }
}
