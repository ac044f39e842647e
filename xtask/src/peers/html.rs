//! The report as a page, with plots.

use std::fmt::Write;

use serde_json::Value;

use super::{
    figures::{Figures, Row},
    goals::{self, Goal},
    markdown,
    plots::{self, Line},
    scenes::{self, COUNTS, PEERS, SHAPES, SIZES, Scene},
};

const STYLE: &str = "body{font:15px/1.45 system-ui,sans-serif;color:#222;max-width:76rem;margin:2rem auto;\
    padding:0 1rem}h2{margin:2.5rem 0 .5rem}h3{margin:1.5rem 0 .25rem;font-size:1rem}\
    table{border-collapse:collapse;margin:.5rem 0 1rem;font-size:13px;\
    font-variant-numeric:tabular-nums}td,th{padding:.25rem .5rem;text-align:right;\
    border-bottom:1px solid #ddd}th{vertical-align:bottom}td:first-child,th:first-child{text-align:left}\
    small{color:#666;display:block}svg{max-width:100%;height:auto;vertical-align:middle}\
    .good{background:#d9f0e3}.near{background:#fdf3d0}.far{background:#fbdccd}\
    .wide{overflow-x:auto}summary{cursor:pointer}";
/// A ratio up to this one is as good as the floor's, up to the next one near.
const GOOD: f64 = 1.15;
const NEAR: f64 = 2.0;
/// Of fewer figures the table says all.
const FEW: usize = 10;

/// The whole page.
pub(super) fn page(figures: &Figures, about: &Value) -> String {
    let mut page = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport \
         content='width=device-width'><title>Revgate beside others</title><style>{STYLE}</style>\
         <h1>Revgate beside others</h1><p>{}<p>All systems in each round, in the same windows. \
         <i>Usual</i> is the median of the rounds' means, a ratio the median of the rounds' ratios. The \
         windows' clock counts whole milliseconds: means are finer, percentiles are not.",
        escaped(&markdown::place(about)),
    );
    goals_of(&mut page, figures);
    ratios(&mut page, figures);
    page.push_str("<h2>By size and number</h2>");
    for shape in SHAPES {
        for (index, by) in ["A turn of two windows", "One write of Rust"].iter().enumerate() {
            let steps = SIZES.map(scenes::bytes);
            let ids = SIZES.map(|size| scenes::sized(shape, size)[index].clone());
            growth(
                &mut page,
                figures,
                &format!("{by}, by the size of a {shape}"),
                ("size", &steps, &ids),
            );
        }
    }
    let steps = scenes::NUMBERS.map(|count| count.to_string());
    let ids = scenes::NUMBERS.map(scenes::windows);
    growth(
        &mut page,
        figures,
        "One write of Rust, by the number of windows",
        ("windows", &steps, &ids),
    );
    page.push_str("<h2>Each scene</h2>");
    for scene in &figures.scenes {
        let rows = PEERS.iter().filter_map(|peer| Some((*peer, figures.row(scene, peer)?)));
        scene_of(&mut page, scene, &rows.collect::<Vec<_>>());
    }
    for fault in &figures.faults {
        let _ = write!(page, "<p>No figure: {}", escaped(fault));
    }
    let about = escaped(&format!("{about:#}"));
    let _ = write!(
        page,
        "<details><summary>Machine and versions</summary><pre>{about}</pre></details>"
    );
    page
}

/// The goals, and how far they are reached.
fn goals_of(page: &mut String, figures: &Figures) {
    page.push_str(
        "<h2>Goals</h2><p>Of Revgate's windows in Rust and in JavaScript the worse ones; ratios to \
         bare events, unless they say otherwise.<table><tr><th>goal<th>at most<th>measured",
    );
    for goal in goals::all(figures) {
        let class = if goal.is_met() { "good" } else { "far" };
        let (shown, Goal { name, title, most, .. }) = (goal.shown(), &goal);
        let _ = write!(page, "<tr><td><b>{name}</b>, {title}<td>{most}<td class={class}>{shown}");
    }
    page.push_str("</table>");
}

/// All scenes and systems in one table.
fn ratios(page: &mut String, figures: &Figures) {
    let _ = write!(
        page,
        "<h2>Ratios</h2><p>To the system that a row's scene is measured against, with the usual \
         figure. <span class=good>Up to {GOOD}</span>, <span class=near>up to {NEAR}</span>, \
         <span class=far>more</span>.<div class=wide><table><tr><th>"
    );
    for peer in PEERS {
        let _ = write!(page, "<th>{}<br>{peer}", plots::mark(peer));
    }
    for scene in &figures.scenes {
        let _ = write!(page, "<tr><td>{}, {}", begun(&scene.title), scene.unit);
        for peer in PEERS {
            match figures.row(scene, peer) {
                Some(Row { usual, ratio, .. }) if ratio.is_nan() => {
                    let _ = write!(page, "<td>{}", short(usual));
                }
                Some(Row { usual, ratio, .. }) => {
                    let usual = short(usual);
                    let class = class(ratio);
                    let _ = write!(page, "<td class={class}>{ratio:.2}<small>{usual}</small>");
                }
                None => page.push_str("<td>–"),
            }
        }
    }
    for count in &COUNTS {
        let _ = write!(page, "<tr><td>{}", begun(count.title));
        for peer in PEERS {
            let _ = write!(page, "<td>{}", figures.counted(count, peer));
        }
    }
    page.push_str("</table></div>");
}

fn class(ratio: f64) -> &'static str {
    if ratio <= GOOD {
        "good"
    } else if ratio <= NEAR {
        "near"
    } else {
        "far"
    }
}

/// With three digits, or all that are before the point.
fn short(figure: f64) -> String {
    let digits = if figure < 10.0 { 2 } else { usize::from(figure < 100.0) };
    format!("{figure:.digits$}")
}

/// The usual times in these scenes, by what they differ in, if there are any.
fn growth(
    page: &mut String,
    figures: &Figures,
    title: &str,
    (what, steps, ids): (&str, &[String], &[String]),
) {
    let lines = lines(figures, ids);
    if lines.iter().any(|line| line.values.iter().any(Option::is_some)) {
        let plot = plots::growth("ms", (what, steps), &lines);
        let _ = write!(page, "<h3>{title}</h3>{plot}");
    }
}

/// The usual times of each system in these scenes.
pub(super) fn lines(figures: &Figures, ids: &[String]) -> Vec<Line<'static>> {
    let usual = |id: &String, peer: &str| figures.row_of(id, peer).map(|row| row.usual);
    let line = |peer| Line { peer, values: ids.iter().map(|id| usual(id, peer)).collect() };
    PEERS.into_iter().map(line).collect()
}

fn scene_of(page: &mut String, scene: &Scene, rows: &[(&str, Row)]) {
    let Scene { title, floor, unit, .. } = scene;
    let _ = write!(
        page,
        "<h3>{}, {unit}</h3><table><tr><th>system<th>figures<th>usual<th>× {floor}<th>min\
         <th>median<th>p95<th>p99<th>max",
        begun(title)
    );
    for (peer, row) in rows {
        let Row { usual, ratio, values } = row;
        let (mark, figures) = (plots::mark(peer), values.len());
        let ratio = if ratio.is_nan() { "–".to_owned() } else { format!("{ratio:.2}") };
        let _ = write!(page, "<tr><td>{mark} {peer}<td>{figures}<td>{}<td>{ratio}", short(*usual));
        for part in [0.0, 0.5, 0.95, 0.99, 1.0] {
            let _ = write!(page, "<td>{:.1}", row.quantile(part));
        }
    }
    page.push_str("</table>");
    if rows.iter().any(|(_, row)| row.values.len() > FEW) {
        let rows: Vec<_> = rows.iter().map(|(peer, row)| (*peer, &row.values[..])).collect();
        page.push_str(&plots::distribution(unit, &rows));
    }
}

/// As a title begins.
fn begun(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
