//! What a line of the timeline looks like.

use leptos::prelude::*;
use revgate::inspect::{Course, Kind};

use super::feed::Lined;
use super::lanes::Lanes;

/// The mark or the arrow of a line, and its words.
pub(super) fn drawing(line: &Lined, lanes: &Lanes, y: f64, prefix: &str) -> impl IntoView + use<> {
    let (backend, window) = (lanes.middle(None), lanes.middle(line.window.as_deref()));
    let (r, pad) = (lanes.height * 0.2, lanes.font * 0.8);
    let words = |x: f64, anchor: &'static str, room: f64| {
        let text = lanes.cut(&format!("{prefix}{}", line.text), room);
        view! { <text class="rg-words" x=x y=y text-anchor=anchor>{text}</text> }
    };
    match line.kind.course() {
        Course::InBackend => {
            let room = lanes.width - 2.0 * pad;
            let mark = view! { <path class="rg-mark" d=mark(line.kind, backend, y, r) /> };
            (mark, words(backend + pad, "start", room)).into_any()
        }
        Course::InWindow => {
            let room = lanes.width - 2.0 * pad;
            let words = match lanes.is_last(line.window.as_deref()) {
                true => words(window - pad, "end", room),
                false => words(window + pad, "start", room),
            };
            (view! { <path class="rg-mark" d=mark(line.kind, window, y, r) /> }, words).into_any()
        }
        course => {
            let (from, to) = match course {
                Course::Down => (backend, window),
                _ => (window, backend),
            };
            // What is lost does not arrive.
            let to = if line.kind == Kind::Lost { to - lanes.width * 0.12 } else { to };
            let head = head(to, y, r, to > from);
            let words = words(window - lanes.width / 2.0, "middle", lanes.width - 3.0 * pad);
            let arrow = view! {
                <path class="rg-arrow" d=format!("M{from} {y}H{to}") />
                <path class="rg-mark" d=head />
            };
            (arrow, words).into_any()
        }
    }
}

/// A mark's shape tells its kind, as its colour does.
fn mark(kind: Kind, x: f64, y: f64, r: f64) -> String {
    let (l, t, d) = (x - r, y - r, 2.0 * r);
    match kind {
        Kind::Published => format!("M{x} {t}l{r} {r}l-{r} {r}l-{r} -{r}z"),
        Kind::Skipped | Kind::Held => {
            let h = r * 0.35;
            format!("M{l} {}h{d}v{}h-{d}z", y - h, 2.0 * h)
        }
        Kind::Failed | Kind::Stopped => format!("M{l} {t}l{d} {d}M{l} {}l{d} -{d}", y + r),
        Kind::Fetched => format!("M{l} {t}h{d}v{d}h-{d}z"),
        _ => format!("M{l} {y}a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0 -{d} 0z"),
    }
}

fn head(x: f64, y: f64, r: f64, to_the_right: bool) -> String {
    let back = if to_the_right { x - 1.6 * r } else { x + 1.6 * r };
    format!("M{x} {y}L{back} {}L{back} {}z", y - r, y + r)
}
