//! How each topic stands.

use leptos::prelude::*;
use revgate::inspect::{Saving, Standing, short};

use super::View;

#[component]
pub(super) fn TopicsPanel(view: View) -> impl IntoView {
    let standings = move || view.feed.standings.get();
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
                    </tr>
                </thead>
                <tbody>
                    {move || standings().into_iter().map(|it| row(view, it)).collect_view()}
                </tbody>
            </table>
        </section>
    }
}

fn row(view: View, standing: Standing) -> impl IntoView {
    let Standing { topic, version, subscriptions, saving } = standing;
    let windows = subscriptions.len();
    let names = subscriptions.into_keys().collect::<Vec<_>>().join(", ");
    let has_fault = saving.as_ref().is_some_and(|saving| saving.fault.is_some() || saving.is_held);
    let saving = saving.map_or_else(|| "not saved".to_owned(), told);
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
