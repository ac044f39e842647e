//! Buttons that hurt on purpose.

use leptos::prelude::*;
use revgate::Time;
use revgate::inspect::{Fault, Faults};

use super::View;

/// How long fetches can be made to wait, in milliseconds.
const DELAYS_MS: [u64; 5] = [0, 100, 500, 2_000, 12_000];

#[component]
pub(super) fn FaultsPanel(view: View) -> impl IntoView {
    let feed = view.feed;
    let switch = move |text: &'static str,
                       name: &'static str,
                       is_on: fn(&Faults) -> bool,
                       fault: fn(bool) -> Fault| {
        let is_on = move || feed.faults.with(is_on);
        view! {
            <button
                type="button"
                class="rg-hurt"
                data-testid=name
                aria-pressed=move || is_on().to_string()
                on:click=move |_| feed.hurt(fault(!is_on()))
            >
                {text}
            </button>
        }
    };
    let delay_ms = move || feed.faults.with(|faults| faults.fetch_delay.nanos() / 1_000_000);
    let delay = move |text: String| {
        let ms = text.parse::<u64>().unwrap_or(0);
        feed.hurt(Fault::DelayFetches(Time::from_nanos(ms * 1_000_000)));
    };
    let options = DELAYS_MS.map(|ms| {
        let text = if ms == 0 { "at once".to_owned() } else { format!("after {ms} ms") };
        view! {
            <option value=ms.to_string() selected=move || delay_ms() == ms>
                {text}
            </option>
        }
    });
    view! {
        <section class="rg-panel" aria-labelledby="rg-faults">
            <h2 id="rg-faults">"Break it"</h2>
            <div class="rg-faults">
                {switch("Lose the next announcement", "drop-next", |it| it.drops_next, Fault::DropNext)}
                {switch("Refuse the next write", "refuse-next", |it| it.refuses_next, Fault::RefuseNext)}
                {switch("Go offline", "offline", |it| it.is_offline, Fault::Offline)}
                <label>
                    "Answer fetches "
                    <select
                        data-testid="delay"
                        on:change:target=move |event| delay(event.target().value())
                    >
                        {options.collect_view()}
                    </select>
                </label>
            </div>
            <p class="rg-quiet">"All is well again when this window is closed."</p>
        </section>
    }
}
