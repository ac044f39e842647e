//! The report as a page, with plots.

use std::fmt::Write;

use serde_json::Value;

use super::{
    COUNTS, SCENES, Scene,
    figures::{Figures, PEERS, Row, span},
};

/// A colour for each system.
const COLOURS: [&str; 9] = ["#000", "#888", "#bbb", "#c60", "#a3c", "#06c", "#39f", "#082", "#3b5"];
/// Of a plot, in pixels.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 240.0;
/// The times at its left and right edge.
const LEAST_MS: f64 = 0.5;
const MOST_MS: f64 = 2000.0;
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
         counts whole milliseconds: means are finer, percentiles are not.</p><pre>{}</pre>",
        escaped(&format!("{about:#}")),
    );
    for scene in &SCENES {
        let rows = PEERS.iter().zip(COLOURS);
        let rows =
            rows.filter_map(|(peer, colour)| Some((*peer, colour, figures.row(scene, peer)?)));
        scene_of(&mut page, scene, &rows.collect::<Vec<_>>());
    }
    for (id, title) in COUNTS {
        let _ = write!(page, "<h2>{title}</h2><table>");
        for peer in PEERS {
            let _ = write!(page, "<tr><td>{peer}<td>{}", span(figures.counts(id, peer)));
        }
        page.push_str("</table>");
    }
    for fault in &figures.faults {
        let _ = write!(page, "<p>{}</p>", escaped(fault));
    }
    page
}

fn scene_of(page: &mut String, scene: &Scene, rows: &[(&str, &str, Row)]) {
    let Scene { title, floor, .. } = scene;
    let _ = write!(
        page,
        "<h2>{title}</h2><table><tr><th>system<th>times<th>usual<th>× {floor}<th>min<th>median\
         <th>p95<th>p99<th>max"
    );
    for (peer, colour, row) in rows {
        let part = |part| row.quantile(part);
        let _ = write!(
            page,
            "<tr><td><svg width=10 height=10><rect width=10 height=10 fill='{colour}'/></svg> {peer}\
             <td>{}<td>{:.2}<td>{:.2}<td>{:.1}<td>{:.1}<td>{:.1}<td>{:.1}<td>{:.1}",
            row.times.len(),
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
    page.push_str(&plot(rows));
}

/// How many of the times, upwards, are at most so long, to the right.
fn plot(rows: &[(&str, &str, Row)]) -> String {
    let mut plot = format!("<svg viewBox='0 0 {WIDTH} {}' font-size=11>", HEIGHT + 16.0);
    for ms in [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0] {
        let x = right(ms);
        let _ = write!(
            plot,
            "<path d='M{x:.1} 0V{HEIGHT}' stroke='#ddd'/><text x={x:.1} y={} text-anchor=middle>{ms}\
             </text>",
            HEIGHT + 12.0,
        );
    }
    for (peer, colour, row) in rows {
        let mut path = format!("M0 {HEIGHT}");
        let steps = 200;
        for step in 0..=steps {
            let part = f64::from(step) / f64::from(steps);
            let _ = write!(path, "L{:.1} {:.1}", right(row.quantile(part)), HEIGHT * (1.0 - part));
        }
        let _ = write!(
            plot,
            "<path d='{path}' fill=none stroke='{colour}' stroke-width=1.5><title>{peer}</title></path>"
        );
    }
    plot + "</svg>"
}

fn right(ms: f64) -> f64 {
    let part = (ms.clamp(LEAST_MS, MOST_MS) / LEAST_MS).ln() / (MOST_MS / LEAST_MS).ln();
    WIDTH * part
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
