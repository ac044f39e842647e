//! The last states of a topic, with what changed in each.

use std::cell::Cell;
use std::collections::BTreeSet;

use leptos::prelude::*;
use revgate::Version;
use revgate::inspect::{State, changed, short};
use serde_json::Value;

use super::View;
use super::timeline::seconds;

/// More of a state than this is not drawn.
const MOST_NODES: usize = 1_000;

/// A state, and the one before it.
#[derive(Clone, PartialEq)]
struct Step {
    state: State,
    before: Option<State>,
    /// Which of how many, from 1.
    place: usize,
    count: usize,
}

#[component]
pub(super) fn StatePanel(view: View) -> impl IntoView {
    let topic = Memo::new(move |_| view.state_of());
    let step = Memo::new(move |_| step(view, &topic.get()?, view.held.get()));
    let place = move || step.with(|step| step.as_ref().map_or((0, 0), |it| (it.place, it.count)));
    let is_first = move || place().0 < 2;
    let is_newest = move || place().0 >= place().1;
    let go = move |place: usize| {
        if let Some(topic) = topic.get_untracked() {
            view.show_state(&topic, place);
        }
    };
    view! {
        <section class="rg-panel" aria-labelledby="rg-state">
            <h2 id="rg-state">"State of " {move || topic.get().unwrap_or_default()}</h2>
            <div class="rg-steps">
                <button
                    type="button"
                    data-testid="older"
                    class="rg-glyph"
                    data-glyph="‹"
                    aria-label="The state before"
                    prop:disabled=is_first
                    on:click=move |_| go(place().0 - 1)
                ></button>
                <input
                    type="range"
                    min="1"
                    aria-label="Step through the last states"
                    max=move || place().1.max(1).to_string()
                    prop:value=move || place().0.to_string()
                    on:input:target=move |event| go(event.target().value().parse().unwrap_or(0))
                />
                <button
                    type="button"
                    data-testid="newer"
                    class="rg-glyph"
                    data-glyph="›"
                    aria-label="The state after"
                    prop:disabled=is_newest
                    on:click=move |_| go(place().0 + 1)
                ></button>
            </div>
            <p class="rg-quiet" data-testid="step" title=move || step.with(|it| it.as_ref().map(version))>
                {move || step.with(|step| step.as_ref().map(caption))}
            </p>
            <div class="rg-tree" data-testid="tree">{move || step.with(|it| it.as_ref().map(tree))}</div>
        </section>
    }
}

fn step(view: View, topic: &str, held: Option<Version>) -> Option<Step> {
    view.feed.story.with(|story| {
        let states: Vec<_> = story.states(topic).collect();
        let found = held.and_then(|held| states.iter().position(|it| it.version == held));
        let place = found.or_else(|| states.len().checked_sub(1))?;
        let before = place.checked_sub(1).map(|place| states[place].clone());
        let (state, count) = (states[place].clone(), states.len());
        Some(Step { state, before, place: place + 1, count })
    })
}

fn caption(step: &Step) -> String {
    let Step { state, place, count, .. } = step;
    let by = state.source.as_deref().unwrap_or("Rust");
    let read_only = if place < count { ", read only" } else { "" };
    let (version, at) = (short(state.version), seconds(state.at));
    format!("{version} by {by} at {at}: {place} of {count}{read_only}")
}

/// With its epoch.
fn version(step: &Step) -> String {
    step.state.version.to_string()
}

fn tree(step: &Step) -> AnyView {
    let Some(data) = &step.state.data else {
        return view! { <p class="rg-quiet">"It is too large to be shown."</p> }.into_any();
    };
    let before = step.before.as_ref().and_then(|before| before.data.as_ref());
    let changed = before.map(|before| changed(before, data)).unwrap_or_default();
    let drawn = Drawn { changed, left: Cell::new(MOST_NODES) };
    view! { <ul>{drawn.node(None, data, String::new())}</ul> }.into_any()
}

struct Drawn {
    changed: BTreeSet<String>,
    left: Cell<usize>,
}

impl Drawn {
    fn node(&self, key: Option<String>, value: &Value, at: String) -> AnyView {
        let Some(left) = self.left.get().checked_sub(1) else { return ().into_any() };
        self.left.set(left);
        let children: Vec<(String, &Value)> = match value {
            Value::Object(fields) => fields.iter().map(|(key, it)| (key.clone(), it)).collect(),
            Value::Array(items) => {
                items.iter().enumerate().map(|(index, it)| (index.to_string(), it)).collect()
            }
            leaf => return self.leaf(key, leaf.to_string(), &at),
        };
        let (open, close) = if value.is_object() { ("{", "}") } else { ("[", "]") };
        if children.is_empty() {
            return self.leaf(key, format!("{open}{close}"), &at);
        }
        let count = children.len();
        let nodes = children.into_iter().map(|(key, value)| {
            let step = key.replace('~', "~0").replace('/', "~1");
            self.node(Some(key), value, format!("{at}/{step}"))
        });
        let nodes = nodes.collect_view();
        let rest = (self.left.get() == 0).then(|| view! { <li>"…"</li> });
        view! {
            <li>
                <details open class:rg-changed=self.changed.contains(&at)>
                    <summary>{key} <span class="rg-quiet">{format!(" {open}{count}{close}")}</span></summary>
                    <ul>{nodes} {rest}</ul>
                </details>
            </li>
        }
        .into_any()
    }

    fn leaf(&self, key: Option<String>, text: String, at: &str) -> AnyView {
        let is_changed = self.changed.contains(at);
        let key = key.map(|key| view! { <span class="rg-key">{key} ": "</span> });
        view! { <li>{key} <span class="rg-value" class:rg-changed=is_changed>{text}</span></li> }
            .into_any()
    }
}
