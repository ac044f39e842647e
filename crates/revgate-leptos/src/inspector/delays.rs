//! How long news take from the backend to other windows' screens.

use leptos::prelude::*;
use revgate::inspect::{Delays, milliseconds};

use super::feed::Feed;

/// The measures of the histogram, in its own units.
const WIDTH: f64 = 324.0;
const HEIGHT: f64 = 84.0;
const FOOT: f64 = 16.0;

#[component]
pub(super) fn DelaysPanel(feed: Feed) -> impl IntoView {
    let delays = Memo::new(move |_| feed.story.with(|story| story.delays().clone()));
    view! {
        <section class="rg-panel" aria-labelledby="rg-delays">
            <h2 id="rg-delays">"From announcement to screen"</h2>
            <p class="rg-quiet" data-testid="delays">{move || delays.with(summary)}</p>
            {move || delays.with(histogram)}
        </section>
    }
}

fn summary(delays: &Delays) -> String {
    let percentile = |percent| delays.percentile(percent).map(milliseconds);
    match (percentile(50), percentile(95), percentile(100)) {
        (Some(median), Some(high), Some(most)) => {
            let count = delays.count();
            format!("{count} measured: median {median}, 95 % within {high}, most {most}")
        }
        _ => "Nothing measured yet.".to_owned(),
    }
}

fn histogram(delays: &Delays) -> impl IntoView + use<> {
    let classes = delays.classes();
    let (most, width) = (classes.into_iter().max().unwrap_or(0).max(1), WIDTH / 9.0);
    let bars = classes.into_iter().enumerate().map(|(class, count)| {
        let height = (HEIGHT - 2.0 * FOOT) * count as f64 / most as f64;
        let (x, y) = (width * class as f64, HEIGHT - FOOT - height);
        let end = Delays::ENDS_MS.get(class);
        let label = end.map_or_else(|| "more".to_owned(), |end| format!("< {end}"));
        let count = (count > 0).then(|| count.to_string());
        view! {
            <rect class="rg-bar" x=x + 3.0 y=y width=width - 6.0 height=height />
            <text x=x + width / 2.0 y=y - 4.0 text-anchor="middle">{count}</text>
            <text class="rg-quiet" x=x + width / 2.0 y=HEIGHT - 3.0 text-anchor="middle">{label}</text>
        }
    });
    view! {
        <svg class="rg-histogram" viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img" aria-label=summary(delays)>
            <path class="rg-life" d=format!("M0 {y}H{WIDTH}", y = HEIGHT - FOOT) />
            {bars.collect_view()}
        </svg>
        <p class="rg-quiet rg-unit">"milliseconds"</p>
    }
}
