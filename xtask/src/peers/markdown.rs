//! The table for `docs/benchmarks.md`.

use std::fmt::Write;

use serde_json::Value;

use super::{
    COUNTS, SCENES,
    figures::{Figures, PEERS, span},
};

/// Where and what, and the table.
pub(super) fn page(figures: &Figures, about: &Value) -> String {
    let text = |name: &str| about[name].as_str().unwrap_or("?").to_owned();
    let versions = ["crates", "packages"].into_iter().filter_map(|kind| about[kind].as_object());
    let versions = versions
        .flatten()
        .map(|(name, version)| format!("{name} {}", version.as_str().unwrap_or("?")));
    let mut page = format!(
        "Measured on {}, at {}, {}: {}, {} cores, load {} at the end, {}, WebKitGTK {}, {}; {}.\n\n",
        text("day"),
        text("revision"),
        text("mode"),
        text("processor"),
        about["cores"],
        text("load"),
        text("kernel"),
        text("webkitgtk"),
        text("rustc"),
        versions.collect::<Vec<_>>().join(", "),
    );
    let _ = writeln!(page, "| ms / p99 (× floor) | {} |", PEERS.join(" | "));
    let _ = writeln!(page, "|---|{}", "---|".repeat(PEERS.len()));
    for scene in &SCENES {
        let cells = PEERS.map(|peer| match figures.row(scene, peer) {
            Some(row) => format!("{:.1} / {:.0} ({:.2})", row.usual, row.quantile(0.99), row.ratio),
            None => "–".to_owned(),
        });
        let _ = writeln!(page, "| {} | {} |", scene.title, cells.join(" | "));
    }
    for (id, title) in COUNTS {
        let cells = PEERS.map(|peer| span(figures.counts(id, peer)));
        let _ = writeln!(page, "| {title} | {} |", cells.join(" | "));
    }
    page
}
