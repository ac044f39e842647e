//! The table for `docs/benchmarks.md`.

use std::fmt::Write;

use serde_json::Value;

use super::{
    figures::Figures,
    goals::{self, Goal},
    scenes::{COUNTS, PEERS},
};

/// Where and what, and the tables.
pub(super) fn page(figures: &Figures, about: &Value) -> String {
    let mut page = place(about) + "\n\n";
    if let Some([all, own]) = figures.bare() {
        let _ = writeln!(
            page,
            "The bare app with two empty windows takes {all:.0} MB, {own:.0} of them private.\n"
        );
    }
    let _ = writeln!(page, "| ms / p99 (× floor) | {} |", PEERS.join(" | "));
    let _ = writeln!(page, "|---|{}", "---|".repeat(PEERS.len()));
    for scene in &figures.scenes {
        let cells = PEERS.map(|peer| match figures.row(scene, peer) {
            Some(row) => {
                let ratio =
                    if row.ratio.is_nan() { String::new() } else { format!(" ({:.2})", row.ratio) };
                let slow = if row.values.len() < 5 {
                    String::new()
                } else {
                    format!(" / {:.0}", row.quantile(0.99))
                };
                format!("{:.1}{slow}{ratio}", row.usual)
            }
            None => "–".to_owned(),
        });
        let _ = writeln!(page, "| {} | {} |", scene.title, cells.join(" | "));
    }
    for count in &COUNTS {
        let cells = PEERS.map(|peer| figures.counted(count, peer));
        let _ = writeln!(page, "| {} | {} |", count.title, cells.join(" | "));
    }
    for fault in &figures.faults {
        let _ = writeln!(page, "\nNo figure: {fault}.");
    }
    let goals = goals::all(figures);
    let _ = writeln!(page, "\n| goal | at most | measured |\n|---|---|---|");
    for goal in &goals {
        let missed = if goal.is_met() { "" } else { ", missed" };
        let Goal { name, title, most, .. } = goal;
        let _ = writeln!(page, "| `{name}`: {title} | {most} | {}{missed} |", goal.shown());
    }
    let _ = writeln!(page, "\n```text\n{}\n```", goals::line(&goals));
    page
}

/// Where and what, in a sentence.
pub(super) fn place(about: &Value) -> String {
    let text = |name: &str| about[name].as_str().unwrap_or("?").to_owned();
    let versions = ["crates", "packages"].into_iter().filter_map(|kind| about[kind].as_object());
    let versions = versions
        .flatten()
        .map(|(name, version)| format!("{name} {}", version.as_str().unwrap_or("?")));
    format!(
        "Measured on {}, at {}, {}: {}, {} cores, load {} at the end, {}, WebKitGTK {}, {}; {}.",
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
    )
}
