//! What is above and below the timeline.

use leptos::prelude::*;
use leptos::task::spawn_local;
use revgate_client::tauri::inspector;

use super::View;
use super::lanes::BACKEND;
use super::timeline::seconds;

/// How small and how large the timeline can be, in percent.
const ZOOMS: [u32; 7] = [50, 75, 100, 125, 150, 175, 200];

#[component]
pub(super) fn Toolbar(view: View) -> impl IntoView {
    let feed = view.feed;
    let is_paused = move || feed.paused.with(Option::is_some);
    let topics = move || {
        feed.standings.with(|all| all.iter().map(|it| it.topic.clone()).collect::<Vec<_>>())
    };
    view! {
        <header class="rg-toolbar">
            <h1>"Inspector"</h1>
            <button
                type="button"
                data-testid="pause"
                aria-pressed=move || is_paused().to_string()
                on:click=move |_| feed.toggle_pause()
            >
                {move || if is_paused() { "Resume" } else { "Pause" }}
            </button>
            <ZoomButtons view />
            <input
                type="search"
                data-testid="search"
                placeholder="Search: conflict, r7 …"
                aria-label="Search the timeline"
                prop:value=move || view.query.get()
                on:input:target=move |event| view.query.set(event.target().value())
            />
            <select
                data-testid="topic"
                aria-label="Topic on the timeline"
                prop:value=move || view.topic.get()
                on:change:target=move |event| view.topic.set(event.target().value())
            >
                <option value="">"All topics"</option>
                <For each=topics key=|topic| topic.clone() let:topic>
                    <option value=topic.clone()>{topic.clone()}</option>
                </For>
            </select>
            <span class="rg-space"></span>
            <button
                type="button"
                data-testid="look"
                aria-label=move || format!("Look: {}", view.look.get().name())
                on:click=move |_| view.look.update(|look| *look = look.next())
            >
                {move || format!("Look: {}", view.look.get().name())}
            </button>
            <button type="button" data-testid="export" on:click=move |_| export(view)>
                "Export"
            </button>
        </header>
    }
}

#[component]
fn ZoomButtons(view: View) -> impl IntoView {
    let place = move || ZOOMS.iter().position(|zoom| *zoom == view.zoom.get()).unwrap_or(2);
    let other = move |step: isize| place().checked_add_signed(step).and_then(|at| ZOOMS.get(at));
    let button = move |step: isize, glyph: &'static str, name: &'static str| {
        view! {
            <button
                type="button"
                class="rg-glyph"
                data-glyph=glyph
                aria-label=name
                title=name
                data-testid=name
                prop:disabled=move || other(step).is_none()
                on:click=move |_| {
                    if let Some(zoom) = other(step) {
                        view.zoom.set(*zoom);
                    }
                }
            ></button>
        }
    };
    view! {
        <span class="rg-group" role="group" aria-label="Zoom">
            {button(-1, "−", "zoom-out")}
            <output>{move || format!("{} %", view.zoom.get())}</output>
            {button(1, "+", "zoom-in")}
        </span>
    }
}

/// The line that is selected, in full; and what there is to say.
#[component]
pub(super) fn StatusLine(view: View) -> impl IntoView {
    let selected = move || {
        view.selected.with(|line| {
            let line = line.as_ref()?;
            let window = line.window.as_deref().unwrap_or(BACKEND);
            let (at, kind) = (seconds(line.at), line.kind.as_str());
            Some(format!("{at} · {} · {window} · {kind} · {}", line.topic, line.text))
        })
    };
    let notice = move || view.feed.trouble.get().or_else(|| view.notice.get());
    let hint = "Select a line to read it in full; Enter shows the state as it was then.";
    view! {
        // What is long is scrolled, by keys too.
        <footer class="rg-status" tabindex="0">
            <p data-testid="selected">{move || selected().unwrap_or_else(|| hint.to_owned())}</p>
            <p
                role="status"
                data-testid="notice"
                class:rg-trouble=move || view.feed.trouble.with(Option::is_some)
            >
                {notice}
            </p>
        </footer>
    }
}

fn export(view: View) {
    let session = view.feed.session();
    let count = session.moments.len();
    spawn_local(async move {
        let said = match inspector::export(&session).await {
            Ok(path) => format!("{count} moments are in {path}"),
            Err(error) => format!("not exported: {error}"),
        };
        view.notice.try_set(Some(said));
    });
}
