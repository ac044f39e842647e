//! The sequence diagram of the backend and all windows.

use std::collections::BTreeSet;
use std::sync::Arc;

use leptos::html::Div;
use leptos::prelude::*;
use leptos::{ev, svg};
use revgate::Time;

use super::View;
use super::drawing::drawing;
use super::feed::Lined;
use super::keys::{destination, in_sight};
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
    let step = move |event: ev::KeyboardEvent| {
        let lines = lines.get_untracked();
        let selected = view.selected.with_untracked(|it| place_of(&lines, it.as_ref()?));
        if let (Some(place), "Enter") = (selected, &*event.key()) {
            return view.show_state_then(&lines[place]);
        }
        let Some(place) = destination(&event.key(), selected, lines.len()) else { return };
        event.prevent_default();
        view.selected.set(Some(Arc::clone(&lines[place])));
        follows.set(place + 1 == lines.len());
        if let Some(frame) = frame.get_untracked() {
            let height = lanes.with_untracked(|lanes| lanes.height);
            let room = f64::from(frame.client_height()) - HEADS;
            let top = in_sight(place, height, room, frame.scroll_top().into());
            frame.set_scroll_top(top as i32);
        }
    };
    view! {
        <section class="rg-timeline" aria-label="Timeline">
            <div
                class="rg-scroll"
                node_ref=frame
                on:scroll=scrolled
                on:wheel=move |_| by_hand()
                on:pointerdown=move |_| by_hand()
                on:keydown=move |event| {
                    by_hand();
                    step(event);
                }
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
    let places = move || {
        let Sight { top, height, .. } = sight.get();
        let line = lanes.with(|lanes| lanes.height);
        let first = ((top / line) as usize).saturating_sub(BEYOND);
        first..first + (height / line) as usize + 2 * BEYOND
    };
    let drawn = move || {
        let (places, lanes) = (places(), Arc::new(lanes.get()));
        lines.with(|lines| {
            let drawn = lines.iter().enumerate().skip(places.start).take(places.len());
            let rows = drawn.map(|(place, line)| (place, Arc::clone(line), Arc::clone(&lanes)));
            rows.collect::<Vec<_>>()
        })
    };
    let key = move |(place, line, lanes): &(usize, Lined, Arc<Lanes>)| {
        let measures = [lanes.width, lanes.height].map(f64::to_bits);
        (*place, Arc::as_ptr(line) as usize, measures, lanes.windows.clone(), view.topic.get())
    };
    let active = move || {
        let selected = view.selected.get()?;
        lines.with(|lines| place_of(lines, &selected)).filter(|it| places().contains(it)).map(id)
    };
    view! {
        <svg
            class="rg-diagram"
            data-testid="timeline"
            role="listbox"
            tabindex="0"
            aria-label="What happened, the oldest first"
            aria-activedescendant=active
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
    let time = seconds(line.at);
    let (shown, told) = (Arc::clone(&line), Arc::clone(&line));
    let kind = line.kind.as_str();
    // Where there are several topics, each line says which.
    let is_one = !view.topic.get_untracked().is_empty()
        || view.feed.standings.with_untracked(|all| all.len() < 2);
    let prefix = if is_one { String::new() } else { format!("{} ", line.topic) };
    // Begins with what is to be read, of which there may be room for a part.
    let window = line.window.as_deref().unwrap_or(BACKEND);
    let label = format!("{time} {prefix}{}, {kind}, {window}", line.text);
    let (chosen, opened) = (Arc::clone(&line), Arc::clone(&line));
    let (total, height, gutter) = (lanes.total(), lanes.height, lanes.gutter);
    view! {
        <g
            class="rg-line"
            class:rg-selected=move || is_selected(view, &shown)
            id=id(place)
            role="option"
            aria-selected=move || is_selected(view, &told).to_string()
            aria-label=label
            data-kind=kind
            on:click=move |_| view.selected.set(Some(Arc::clone(&chosen)))
            on:dblclick=move |_| view.show_state_then(&opened)
        >
            <rect class="rg-row" x="0" y=middle - height / 2.0 width=total height=height />
            <text class="rg-time" x=gutter - 8.0 y=middle text-anchor="end">{time}</text>
            " "
            {drawing(&line, lanes, middle, &prefix)}
        </g>
    }
}

fn is_selected(view: View, line: &Lined) -> bool {
    view.selected.with(|it| it.as_ref().is_some_and(|it| Arc::ptr_eq(it, line)))
}

fn place_of(lines: &[Lined], line: &Lined) -> Option<usize> {
    lines.iter().position(|it| Arc::ptr_eq(it, line))
}

/// What the line at this place is called in the page.
fn id(place: usize) -> String {
    format!("rg-line-{place}")
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
