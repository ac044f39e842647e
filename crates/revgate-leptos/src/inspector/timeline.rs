//! The sequence diagram of the backend and all windows.

use std::collections::BTreeSet;
use std::sync::Arc;

use leptos::html::Div;
use leptos::prelude::*;
use leptos::{ev, svg};
use revgate::Time;
use revgate::inspect::{Course, Kind};

use super::View;
use super::feed::Lined;
use super::lanes::{BACKEND, Lanes};

/// The height of the names above the lanes, and of a scroll bar below them.
const HEADS: f64 = 46.0;
/// So many lines beyond the edge are drawn too, so that scrolling shows no gap.
const BEYOND: usize = 8;

/// What of the timeline is in sight, in CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Sight {
    top: f64,
    height: f64,
    width: f64,
}

#[component]
pub(super) fn Timeline(view: View) -> impl IntoView {
    let frame = NodeRef::<Div>::new();
    let sight = RwSignal::new(Sight::default());
    // Whether the newest line stays in sight: until somebody scrolls away from it.
    let follows = RwSignal::new(true);
    let is_by_hand = StoredValue::new(false);
    let by_hand = move || is_by_hand.set_value(true);
    let lines = Memo::new(move |_| found(view));
    let lanes = Memo::new(move |_| Lanes::new(windows(view), sight.get().width, view.zoom.get()));
    let look = move || {
        if let Some(frame) = frame.get_untracked() {
            let (top, height) = (f64::from(frame.scroll_top()), f64::from(frame.client_height()));
            sight.set(Sight { top, height, width: f64::from(frame.client_width()) });
        }
    };
    let resized = window_event_listener(ev::resize, move |_| look());
    on_cleanup(move || resized.remove());
    Effect::new(move |_| {
        frame.track();
        look();
    });
    Effect::new(move |_| {
        lines.track();
        lanes.track();
        let Some(frame) = frame.get().filter(|_| follows.get()) else { return };
        // The lines are drawn first.
        request_animation_frame(move || frame.set_scroll_top(frame.scroll_height()));
    });
    let scrolled = move |_| {
        let before = sight.get_untracked().top;
        look();
        let Some(frame) = frame.get_untracked() else { return };
        let below = frame.scroll_height() - frame.client_height() - frame.scroll_top();
        if below < 24 {
            follows.set(true);
            is_by_hand.set_value(false);
        } else if is_by_hand.get_value() && f64::from(frame.scroll_top()) < before {
            follows.set(false);
        }
    };
    view! {
        <section class="rg-timeline" aria-label="Timeline">
            <div
                class="rg-scroll"
                data-testid="timeline"
                tabindex="0"
                node_ref=frame
                on:scroll=scrolled
                on:wheel=move |_| by_hand()
                on:pointerdown=move |_| by_hand()
                on:keydown=move |_| by_hand()
            >
                {move || lanes.with(heads)}
                <Diagram view lines lanes sight />
            </div>
            <Show when=move || lines.with(|lines| lines.is_empty())>
                <p class="rg-empty">{move || nothing(view)}</p>
            </Show>
            <Show when=move || !follows.get()>
                <button type="button" class="rg-newest" on:click=move |_| follows.set(true)>
                    "Newest ↓"
                </button>
            </Show>
        </section>
    }
}

#[component]
fn Diagram(
    view: View,
    lines: Memo<Arc<Vec<Lined>>>,
    lanes: Memo<Lanes>,
    sight: RwSignal<Sight>,
) -> impl IntoView {
    // The lanes go down to the foot, though there is nothing in them.
    let height = move || {
        let lines = lanes.with(|lanes| lanes.height) * lines.with(|it| it.len() as f64);
        (lines + 8.0).max(sight.get().height - HEADS)
    };
    let width = move || lanes.with(Lanes::total);
    let drawn = move || {
        let (Sight { top, height, .. }, lanes) = (sight.get(), lanes.get());
        let first = ((top / lanes.height) as usize).saturating_sub(BEYOND);
        let count = (height / lanes.height) as usize + 2 * BEYOND;
        let in_sight = lines.with(|lines| {
            let in_sight = lines.iter().enumerate().skip(first).take(count);
            in_sight.map(|(place, line)| (place, Arc::clone(line))).collect::<Vec<_>>()
        });
        let lanes = Arc::new(lanes);
        let rows = in_sight.into_iter().map(|(place, line)| (place, line, Arc::clone(&lanes)));
        rows.collect::<Vec<_>>()
    };
    let key = move |(place, line, lanes): &(usize, Lined, Arc<Lanes>)| {
        let measures = [lanes.width, lanes.height].map(f64::to_bits);
        (*place, Arc::as_ptr(line) as usize, measures, lanes.windows.clone(), view.topic.get())
    };
    view! {
        <svg
            class="rg-diagram"
            role="list"
            aria-label="What happened, the oldest first"
            width=width
            height=height
            style:font-size=move || format!("{}px", lanes.with(|lanes| lanes.font))
        >
            {move || lanes.with(|lanes| lifelines(lanes, height()))}
            <For each=drawn key=key let((place, line, lanes))>
                {row(view, place, line, &lanes)}
            </For>
        </svg>
    }
}

/// The names above the lanes.
fn heads(lanes: &Lanes) -> impl IntoView + use<> {
    let style = format!("padding-left:{}px;width:{}px", lanes.gutter, lanes.total());
    let names = [BACKEND.to_owned()].into_iter().chain(lanes.windows.iter().cloned());
    let names = names.map(|name| view! { <span title=name.clone()>{name.clone()}</span> });
    view! { <div class="rg-heads" style=style>{names.collect_view()}</div> }
}

fn lifelines(lanes: &Lanes, height: f64) -> impl IntoView + use<> {
    let windows = lanes.windows.iter().map(|window| Some(window.as_str()));
    let lines = [None].into_iter().chain(windows).map(|window| {
        let x = lanes.middle(window);
        svg::line()
            .attr("class", "rg-life")
            .attr("x1", x)
            .attr("x2", x)
            .attr("y1", 0)
            .attr("y2", height)
    });
    lines.collect_view()
}

fn row(view: View, place: usize, line: Lined, lanes: &Lanes) -> impl IntoView + use<> {
    let middle = lanes.height * (place as f64 + 0.5);
    let (time, label) = (seconds(line.at), spoken(&line));
    let is_selected = {
        let line = Arc::clone(&line);
        move || view.selected.with(|it| it.as_ref().is_some_and(|it| Arc::ptr_eq(it, &line)))
    };
    let kind = line.kind.as_str();
    // Where there are several topics, each line says which.
    let is_one = !view.topic.get_untracked().is_empty()
        || view.feed.standings.with_untracked(|all| all.len() < 2);
    let prefix = if is_one { String::new() } else { format!("{} ", line.topic) };
    let select = {
        let line = Arc::clone(&line);
        move || view.selected.set(Some(Arc::clone(&line)))
    };
    let (clicked, focused) = (select.clone(), select);
    let (total, height, gutter) = (lanes.total(), lanes.height, lanes.gutter);
    view! {
        <g
            class="rg-line"
            class:rg-selected=is_selected
            role="listitem"
            tabindex="0"
            aria-label=label
            data-kind=kind
            on:click=move |_| clicked()
            on:focus=move |_| focused()
        >
            <rect class="rg-row" x="0" y=middle - height / 2.0 width=total height=height />
            <text class="rg-time" x=gutter - 8.0 y=middle text-anchor="end">{time}</text>
            {drawing(&line, lanes, middle, &prefix)}
        </g>
    }
}

/// The mark or the arrow of a line, and its words.
fn drawing(line: &Lined, lanes: &Lanes, y: f64, prefix: &str) -> impl IntoView + use<> {
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

fn spoken(line: &Lined) -> String {
    let window = line.window.as_deref().unwrap_or(BACKEND);
    let at = seconds(line.at);
    format!("{at}, {}, {window}, {}: {}", line.topic, line.kind.as_str(), line.text)
}

/// Since the recording began.
pub(super) fn seconds(at: Time) -> String {
    format!("{:.3} s", at.nanos() as f64 / 1e9)
}

/// The lines that are looked for.
fn found(view: View) -> Arc<Vec<Lined>> {
    let (lines, topic) = (view.feed.shown(), view.topic.get());
    let query = view.query.get().trim().to_lowercase();
    if topic.is_empty() && query.is_empty() {
        return lines;
    }
    let found = lines.iter().filter(|line| {
        (topic.is_empty() || line.topic == topic) && (query.is_empty() || line.has(&query))
    });
    Arc::new(found.cloned().collect())
}

/// All that have ever taken part, so that no lane moves when a window is closed.
fn windows(view: View) -> Vec<String> {
    let mut windows = BTreeSet::new();
    view.feed.standings.with(|standings| {
        windows.extend(standings.iter().flat_map(|it| it.subscriptions.keys().cloned()));
    });
    view.feed.lines.with(|lines| {
        windows.extend(lines.iter().filter_map(|line| line.window.clone()));
    });
    windows.into_iter().collect()
}

fn nothing(view: View) -> &'static str {
    let is_searched = !view.query.get().is_empty() || !view.topic.get().is_empty();
    if is_searched { "Nothing like that has happened." } else { "Nothing has happened yet." }
}
