//! Plots for the report, as SVG.

use std::fmt::Write;

use super::figures::Row;

/// Of a plot, in pixels.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 240.0;
/// The times that have room.
const LEAST_MS: f64 = 0.5;
const MOST_MS: f64 = 10_000.0;
const MARKS: [f64; 12] =
    [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0];

/// A line: a system, its colour, and its milliseconds at each of the steps; `None` where it has none.
pub(super) struct Line<'a> {
    pub(super) peer: &'a str,
    pub(super) colour: &'a str,
    pub(super) ms: Vec<Option<f64>>,
}

/// How many of the times, upwards, are at most so long, to the right.
pub(super) fn distribution(rows: &[(&str, &str, Row)]) -> String {
    let mut plot = begin();
    for ms in MARKS {
        let x = WIDTH * part(ms);
        let _ = write!(plot, "<path d='M{x:.1} 0V{HEIGHT}' stroke='#ddd'/>");
        text(&mut plot, x, &ms.to_string());
    }
    for (peer, colour, row) in rows {
        let mut path = format!("M0 {HEIGHT}");
        let steps = 200;
        for step in 0..=steps {
            let share = f64::from(step) / f64::from(steps);
            let (x, y) = (WIDTH * part(row.quantile(share)), HEIGHT * (1.0 - share));
            let _ = write!(path, "L{x:.1} {y:.1}");
        }
        line(&mut plot, &path, peer, colour);
    }
    plot + "</svg>"
}

/// The times, upwards, at each of these steps, to the right.
pub(super) fn growth(steps: &[String], lines: &[Line<'_>]) -> String {
    let mut plot = begin();
    for ms in MARKS {
        let y = HEIGHT * (1.0 - part(ms));
        let _ = write!(
            plot,
            "<path d='M0 {y:.1}H{WIDTH}' stroke='#ddd'/><text x='2' y='{y:.1}'>{ms}</text>"
        );
    }
    let right = |index: usize| WIDTH * (index as f64 + 0.5) / steps.len() as f64;
    for (index, step) in steps.iter().enumerate() {
        text(&mut plot, right(index), step);
    }
    for Line { peer, colour, ms } in lines {
        let mut path = String::new();
        let known = ms.iter().enumerate().filter_map(|(index, ms)| Some((index, (*ms)?)));
        for (index, ms) in known {
            let (x, y) = (right(index), HEIGHT * (1.0 - part(ms)));
            let _ = write!(path, "{}{x:.1} {y:.1}", if path.is_empty() { 'M' } else { 'L' });
            let _ = write!(plot, "<circle cx='{x:.1}' cy='{y:.1}' r='2.5' fill='{colour}'/>");
        }
        line(&mut plot, &path, peer, colour);
    }
    plot + "</svg>"
}

/// A plot as a file of its own, which says what each colour is.
pub(super) fn alone(plot: &str, lines: &[Line<'_>]) -> String {
    let step = WIDTH / lines.len() as f64;
    let names = lines.iter().enumerate().map(|(index, Line { peer, colour, .. })| {
        let x = step * index as f64 + 2.0;
        format!("<text x='{x:.0}' y='-8' font-size='9' fill='{colour}'>{peer}</text>")
    });
    let (old, all) = (HEIGHT + 16.0, HEIGHT + 40.0);
    let head = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 -24 {WIDTH} {all}' font-size='11' \
         font-family='sans-serif'><rect y='-24' width='{WIDTH}' height='{all}' fill='#fff'/>{}",
        names.collect::<String>()
    );
    plot.replace(&format!("<svg viewBox='0 0 {WIDTH} {old}' font-size='11'>"), &head) + "\n"
}

fn begin() -> String {
    format!("<svg viewBox='0 0 {WIDTH} {}' font-size='11'>", HEIGHT + 16.0)
}

/// Below the plot.
fn text(plot: &mut String, x: f64, text: &str) {
    let y = HEIGHT + 12.0;
    let _ = write!(plot, "<text x='{x:.1}' y='{y}' text-anchor='middle'>{text}</text>");
}

fn line(plot: &mut String, path: &str, peer: &str, colour: &str) {
    let _ = write!(
        plot,
        "<path d='{path}' fill='none' stroke='{colour}' stroke-width='1.5'><title>{peer}</title></path>"
    );
}

/// How far a time is from the least to the most, on a logarithmic scale.
fn part(ms: f64) -> f64 {
    (ms.clamp(LEAST_MS, MOST_MS) / LEAST_MS).ln() / (MOST_MS / LEAST_MS).ln()
}
