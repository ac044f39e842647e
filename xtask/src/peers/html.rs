//! The report as a page, with plots.

use std::fmt::Write;

use serde_json::Value;

use super::{
    figures::{Figures, Row},
    plots::{self, Line},
    scenes::{self, COUNTS, PEERS, SHAPES, SIZES, Scene},
};

/// A colour for each system.
const COLOURS: [&str; 10] =
    ["#000", "#888", "#bbb", "#c60", "#a3c", "#06c", "#39f", "#082", "#3b5", "#c24"];
const STYLE: &str = "body{font:15px system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
    table{border-collapse:collapse;margin:.5rem 0 1rem}td,th{padding:.15rem .6rem;text-align:right;\
    border-bottom:1px solid #ddd}td:first-child,th:first-child{text-align:left}\
    svg{background:#fafafa;max-width:100%}pre{overflow:auto}";

/// The whole page.
pub(super) fn page(figures: &Figures, about: &Value) -> String {
    let mut page = format!(
        "<!doctype html><meta charset=utf-8><title>Revgate beside others</title>\
         <style>{STYLE}</style><h1>Revgate beside others</h1>\
         <p>All systems in each round, in the same windows. Times in milliseconds; <i>usual</i> is the \
         median of the rounds' means, the ratio the median of each round's ratio. The windows' clock \
         counts whole milliseconds: means are finer, percentiles are not.</p><pre>{}</pre><p>",
        escaped(&format!("{about:#}")),
    );
    for (peer, colour) in PEERS.iter().zip(COLOURS) {
        let _ = write!(page, "{} {peer} ", mark(colour));
    }
    for shape in SHAPES {
        for (index, by) in ["a turn of two windows", "one write of Rust"].iter().enumerate() {
            let steps = SIZES.map(scenes::bytes);
            let ids = SIZES.map(|size| scenes::sized(shape, size)[index].clone());
            growth(&mut page, figures, &format!("{by}, by the size of a {shape}"), &steps, &ids);
        }
    }
    let steps = scenes::NUMBERS.map(|count| count.to_string());
    let ids = scenes::NUMBERS.map(scenes::windows);
    growth(&mut page, figures, "one write of Rust, by the number of windows", &steps, &ids);
    for scene in &figures.scenes {
        let rows = PEERS.iter().zip(COLOURS);
        let rows =
            rows.filter_map(|(peer, colour)| Some((*peer, colour, figures.row(scene, peer)?)));
        scene_of(&mut page, scene, &rows.collect::<Vec<_>>());
    }
    for count in &COUNTS {
        let _ = write!(page, "<h2>{}</h2><table>", count.title);
        for peer in PEERS {
            let _ = write!(page, "<tr><td>{peer}<td>{}", figures.counted(count, peer));
        }
        page.push_str("</table>");
    }
    for fault in &figures.faults {
        let _ = write!(page, "<p>{}</p>", escaped(fault));
    }
    page
}

/// The usual times in these scenes, if there are any.
fn growth(page: &mut String, figures: &Figures, title: &str, steps: &[String], ids: &[String]) {
    let lines = lines(figures, ids);
    if lines.iter().any(|line| line.ms.iter().any(Option::is_some)) {
        let _ = write!(page, "<h2>{title}, in ms</h2>{}", plots::growth(steps, &lines));
    }
}

/// The usual times of each system in these scenes.
pub(super) fn lines(figures: &Figures, ids: &[String]) -> Vec<Line<'static>> {
    let usual = |id: &String, peer: &str| {
        let scene = figures.scenes.iter().find(|scene| scene.id == *id)?;
        figures.row(scene, peer).map(|row| row.usual)
    };
    let line =
        |(peer, colour)| Line { peer, colour, ms: ids.iter().map(|id| usual(id, peer)).collect() };
    PEERS.into_iter().zip(COLOURS).map(line).collect()
}

fn scene_of(page: &mut String, scene: &Scene, rows: &[(&str, &str, Row)]) {
    let Scene { title, floor, unit, .. } = scene;
    let _ = write!(
        page,
        "<h2>{title}</h2><table><tr><th>system, {unit}<th>figures<th>usual<th>× {floor}<th>min\
         <th>median<th>p95<th>p99<th>max"
    );
    for (peer, colour, row) in rows {
        let part = |part| row.quantile(part);
        let _ = write!(
            page,
            "<tr><td>{} {peer}<td>{}<td>{:.2}<td>{:.2}<td>{:.1}<td>{:.1}<td>{:.1}<td>{:.1}<td>{:.1}",
            mark(colour),
            row.values.len(),
            row.usual,
            row.ratio,
            part(0.0),
            part(0.5),
            part(0.95),
            part(0.99),
            part(1.0),
        );
    }
    page.push_str("</table>");
    // Of a few figures the table says all.
    if rows.iter().any(|(_, _, row)| row.values.len() > 10) {
        page.push_str(&plots::distribution(rows));
    }
}

fn mark(colour: &str) -> String {
    format!("<svg width=10 height=10><rect width=10 height=10 fill='{colour}'/></svg>")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
