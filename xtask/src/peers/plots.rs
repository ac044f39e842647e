//! Plots for the report, as SVG.

use std::fmt::Write;

use super::scenes;

/// Of what is drawn in, and what is around it, in pixels.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 56.0;
const TOP: f64 = 28.0;
const BELOW: f64 = 44.0;
/// Beside it stand the systems' names.
const BESIDE: f64 = 160.0;
/// Of the systems' names, one below the other.
const NAME: f64 = 19.0;
/// More marks than so many are read badly.
const MARKS: usize = 9;
/// What a distribution is drawn from.
const SHARES: [f64; 5] = [0.0, 0.25, 0.5, 0.75, 1.0];

/// What a system has at each of the steps; `None` where it has nothing.
pub(super) struct Line<'a> {
    pub(super) peer: &'a str,
    pub(super) values: Vec<Option<f64>>,
}

/// How many of a system's figures, which are sorted, are at most so large.
pub(super) fn distribution(unit: &str, rows: &[(&str, &[f64])]) -> String {
    let scale = Scale::of(rows.iter().flat_map(|(_, values)| values.iter().copied()));
    let across = |value: f64| LEFT + WIDTH * scale.part(value);
    let up = |share: f64| TOP + HEIGHT * (1.0 - share);
    let mut plot = begin();
    for mark in scale.marks() {
        upright(&mut plot, across(mark), &mark.to_string());
    }
    for share in SHARES {
        level(&mut plot, up(share), &format!("{} %", share * 100.0));
    }
    for (index, (peer, values)) in rows.iter().enumerate() {
        let share = |count: usize| up(count as f64 / values.len() as f64);
        let points = values.iter().enumerate();
        let points = points.flat_map(|(below, value)| {
            [below, below + 1].map(|count| (across(*value), share(count)))
        });
        let points: Vec<_> = points.collect();
        line(&mut plot, &points, peer);
        name(&mut plot, index, peer);
    }
    end(plot, "part of all", &format!("at most so many {unit}"))
}

/// The figures, upwards, at each of these steps of something, to the right; without those where nobody
/// has a figure.
pub(super) fn growth(unit: &str, (what, steps): (&str, &[String]), lines: &[Line<'_>]) -> String {
    let is_known = |step: &usize| lines.iter().any(|line| line.values[*step].is_some());
    let shown: Vec<_> = (0..steps.len()).filter(is_known).collect();
    let known = lines.iter().flat_map(|line| line.values.iter().copied().flatten());
    let scale = Scale::of(known);
    let across = |index: usize| LEFT + WIDTH * (index as f64 + 0.5) / shown.len() as f64;
    let up = |value: f64| TOP + HEIGHT * (1.0 - scale.part(value));
    let mut plot = begin();
    for mark in scale.marks() {
        level(&mut plot, up(mark), &mark.to_string());
    }
    for (index, step) in shown.iter().enumerate() {
        upright(&mut plot, across(index), &steps[*step]);
    }
    let lines = lines.iter().filter(|line| line.values.iter().any(Option::is_some));
    for (index, Line { peer, values }) in lines.enumerate() {
        let points = shown.iter().enumerate();
        let points = points.filter_map(|(at, step)| Some((across(at), up(values[*step]?))));
        let points: Vec<_> = points.collect();
        line(&mut plot, &points, peer);
        let colour = scenes::colour(peer);
        for (x, y) in points {
            let _ = write!(plot, "<circle cx='{x:.1}' cy='{y:.1}' r='3.5' fill='{colour}'/>");
        }
        name(&mut plot, index, peer);
    }
    end(plot, unit, what)
}

/// A system's line, as long as a few letters, in the text of a page.
pub(super) fn mark(peer: &str) -> String {
    let mut mark = "<svg width='26' height='10'>".to_owned();
    line(&mut mark, &[(0.0, 5.0), (26.0, 5.0)], peer);
    mark + "</svg>"
}

/// From the least figure to the greatest, logarithmic.
struct Scale {
    least: f64,
    greatest: f64,
}

impl Scale {
    /// Rounded outwards to 1, 2 or 5 of a power of ten.
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let begin = (f64::INFINITY, 0.0);
        let (least, greatest) = values
            .filter(|value| *value > 0.0)
            .fold(begin, |(least, greatest), value| (value.min(least), value.max(greatest)));
        if least > greatest {
            return Self { least: 1.0, greatest: 10.0 };
        }
        let least = rounds(least.log10().floor()).rev().find(|round| *round <= least);
        let greatest = rounds(greatest.log10().floor()).find(|round| *round > greatest);
        Self { least: least.unwrap_or(1.0), greatest: greatest.unwrap_or(10.0) }
    }

    /// How far a figure is from the least to the greatest.
    fn part(&self, value: f64) -> f64 {
        (value.max(self.least) / self.least).ln() / (self.greatest / self.least).ln()
    }

    fn marks(&self) -> Vec<f64> {
        let powers = self.least.log10().floor() as i32..=self.greatest.log10().floor() as i32;
        let all = powers.flat_map(|power| rounds(f64::from(power)).take(3));
        let mut marks: Vec<_> =
            all.filter(|mark| (self.least..=self.greatest).contains(mark)).collect();
        if marks.len() > MARKS {
            marks.retain(|mark| mark.log10().fract() == 0.0);
        }
        marks
    }
}

/// 1, 2 and 5 of a power of ten, and what comes next. Each as it is read, not as it is calculated.
fn rounds(power: f64) -> impl DoubleEndedIterator<Item = f64> {
    [1.0, 2.0, 5.0, 10.0].into_iter().map(move |digit| match power < 0.0 {
        true => digit / 10.0_f64.powf(-power),
        false => digit * 10.0_f64.powf(power),
    })
}

fn begin() -> String {
    let (width, height) = (LEFT + WIDTH + BESIDE, TOP + HEIGHT + BELOW);
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' width='{width}' \
         font-family='system-ui,sans-serif' font-size='13' fill='#222'>\
         <rect width='{width}' height='{height}' fill='#fff'/>"
    )
}

/// With what goes upwards, and what to the right.
fn end(plot: String, upwards: &str, across: &str) -> String {
    let (x, y, above) = (LEFT + WIDTH / 2.0, TOP + HEIGHT + 38.0, TOP - 10.0);
    format!(
        "{plot}<text x='{LEFT}' y='{above}' fill='#555'>{upwards}</text>\
         <text x='{x}' y='{y}' text-anchor='middle' fill='#555'>{across}</text></svg>"
    )
}

/// A line of the grid, and its mark on the left.
fn level(plot: &mut String, y: f64, text: &str) {
    let (x, right, middle) = (LEFT - 8.0, LEFT + WIDTH, y + 4.5);
    let _ = write!(
        plot,
        "<path d='M{LEFT} {y:.1}H{right}' stroke='#ddd'/>\
         <text x='{x}' y='{middle:.1}' text-anchor='end'>{text}</text>"
    );
}

/// A line of the grid, and its mark below.
fn upright(plot: &mut String, x: f64, text: &str) {
    let (bottom, y) = (TOP + HEIGHT, TOP + HEIGHT + 18.0);
    let _ = write!(
        plot,
        "<path d='M{x:.1} {TOP}V{bottom}' stroke='#ddd'/>\
         <text x='{x:.1}' y='{y}' text-anchor='middle'>{text}</text>"
    );
}

/// Beside the plot.
fn name(plot: &mut String, index: usize, peer: &str) {
    let (x, y) = (LEFT + WIDTH + 14.0, TOP + 8.0 + NAME * index as f64);
    line(plot, &[(x, y), (x + 22.0, y)], peer);
    let _ = write!(plot, "<text x='{}' y='{}'>{peer}</text>", x + 28.0, y + 4.5);
}

fn line(plot: &mut String, points: &[(f64, f64)], peer: &str) {
    let points = points.iter().map(|(x, y)| format!("{x:.1} {y:.1}"));
    let path = points.collect::<Vec<_>>().join("L");
    let dashes = if scenes::is_dashed(peer) { " stroke-dasharray='6 3'" } else { "" };
    let _ = write!(
        plot,
        "<path d='M{path}' fill='none' stroke='{}' stroke-width='2'{dashes}><title>{peer}</title></path>",
        scenes::colour(peer)
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_is_as_wide_as_what_it_shows() {
        for (values, marks) in [
            (&[1.4, 3.0][..], &[1.0, 2.0, 5.0][..]),
            (&[0.3, 0.4], &[0.2, 0.5]),
            (&[2.0, 2.0], &[2.0, 5.0]),
            (&[0.7, 18_000.0], &[1.0, 10.0, 100.0, 1_000.0, 10_000.0]),
            (&[0.0, f64::NAN], &[1.0, 2.0, 5.0, 10.0]),
        ] {
            let scale = Scale::of(values.iter().copied());
            assert_eq!(scale.marks(), marks, "{values:?}");
        }
        let scale = Scale::of([1.0, 50.0].into_iter());
        assert_eq!([0.0, 1.0, 10.0, 100.0].map(|value| scale.part(value)), [0.0, 0.0, 0.5, 1.0]);
    }

    #[test]
    fn neither_a_system_nor_a_step_without_a_figure_is_shown() {
        let lines = [("emit", Some(2.0)), ("push", None)]
            .map(|(peer, value)| Line { peer, values: vec![value, None] });
        let plot = growth("ms", ("windows", &["1".to_owned(), "16".to_owned()]), &lines);
        assert!(plot.contains(">emit</text>") && !plot.contains("push"), "{plot}");
        assert!(plot.contains(">1</text>") && !plot.contains(">16</text>"), "{plot}");
        assert_eq!(plot.matches("<circle").count(), 1);
    }
}
