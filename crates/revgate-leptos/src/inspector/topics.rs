//! How each topic stands.

use js_sys::Date;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsValue;
use revgate::Waiting;
use revgate::inspect::{Saving, Standing, Syncing, short};

use super::View;

#[component]
pub(super) fn TopicsPanel(view: View) -> impl IntoView {
    let standings = move || view.feed.standings.get();
    let is_joined = Memo::new(move |_| standings().iter().any(|it| it.syncing.is_some()));
    view! {
        <section class="rg-panel" aria-labelledby="rg-topics">
            <h2 id="rg-topics">"Topics"</h2>
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Topic"</th>
                        <th scope="col">"Version"</th>
                        <th scope="col">"Windows"</th>
                        <th scope="col">"Saving"</th>
                        {move || is_joined.get().then(|| view! { <th scope="col">"Machines"</th> })}
                    </tr>
                </thead>
                <tbody>
                    {move || standings().into_iter().map(|it| row(view, it, is_joined.get())).collect_view()}
                </tbody>
            </table>
        </section>
    }
}

fn row(view: View, standing: Standing, is_joined: bool) -> impl IntoView {
    let Standing { topic, version, subscriptions, saving, syncing } = standing;
    let windows = subscriptions.len();
    let names = subscriptions.into_keys().collect::<Vec<_>>().join(", ");
    let has_fault = saving.as_ref().is_some_and(|saving| saving.fault.is_some() || saving.is_held);
    let saving = saving.map_or_else(|| "not saved".to_owned(), told);
    let waits = syncing.as_ref().is_some_and(|it| it.is_offline || it.waiting.is_some());
    let syncing = is_joined.then(|| syncing.map_or_else(|| "this one alone".to_owned(), in_words));
    let (name, chosen) = (topic.clone(), topic.clone());
    view! {
        <tr>
            <th scope="row">
                <button
                    type="button"
                    class="rg-link"
                    aria-pressed=move || (view.state_of().as_ref() == Some(&name)).to_string()
                    on:click=move |_| view.show_state(&chosen, usize::MAX)
                >
                    {topic}
                </button>
            </th>
            <td title=version.to_string()>{short(version)}</td>
            <td title=names>{windows}</td>
            <td class:rg-trouble=has_fault>{saving}</td>
            {syncing.map(|words| view! { <td class:rg-trouble=waits>{words}</td> })}
        </tr>
    }
}

fn told(saving: Saving) -> String {
    let Saving { saved, fault, attempts, is_held } = saving;
    match (fault, saved) {
        (Some(fault), _) => format!("failed {attempts} times: {fault}"),
        (None, _) if is_held => "held: its file was edited and cannot be read".to_owned(),
        (None, Some(version)) => format!("{} is saved", short(version)),
        (None, None) => "nothing new".to_owned(),
    }
}

fn in_words(Syncing { is_offline, waiting }: Syncing) -> String {
    let Some(Waiting { changes, since_ms, refused }) = waiting else {
        return if is_offline { "offline, nothing waits" } else { "in step" }.to_owned();
    };
    let offline = is_offline.then(|| "offline".to_owned());
    let waits = match changes {
        // What lies there cannot be used, or what is here was there before.
        0 if refused.is_some() => None,
        0 => Some("the store lacks what is here".to_owned()),
        _ => Some(format!("{changes} wait since {}", local(since_ms))),
    };
    [offline, waits, refused].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// A time in milliseconds since 1970, where the person is.
fn local(ms: u64) -> String {
    let date = Date::new(&JsValue::from_f64(ms as f64));
    date.to_locale_string("en-GB", &JsValue::UNDEFINED).into()
}
