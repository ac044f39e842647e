//! The size of the notes' text, sent while the slider is dragged.

use leptos::ev;
use leptos::prelude::*;
use revgate::settings::Settings;
use revgate_leptos::use_topic;

use crate::labels::use_labels;

/// The slider, its number, and a line of text in that size.
#[component]
pub(super) fn FontSizeSlider() -> impl IntoView {
    let settings = use_topic::<Settings>();
    let labels = use_labels();
    let (low, high) = (*Settings::FONT_SIZE.start(), *Settings::FONT_SIZE.end());
    let shared = settings.select(|settings| settings.font_size);
    let held = use_held_value();
    let shown = move || held.get().unwrap_or_else(|| shared.get());
    let slide = move |text: String| {
        let Ok(size) = text.parse::<u32>() else {
            return;
        };
        held.update(|held| *held = held.map(|_| size));
        settings.update(move |settings| settings.font_size = size);
    };

    view! {
        <div class="row row-wide">
            <label for="font-size">{move || labels.get().font_size}</label>
            <output for="font-size" class="font-size-number">
                {shown}
                " px"
            </output>
            <input
                id="font-size"
                class="slider"
                type="range"
                name="fontSize"
                min=low
                max=high
                step="1"
                aria-valuetext=move || format!("{} px", shown())
                style=("--ratio", move || ratio(shown(), low, high).to_string())
                prop:value=move || shown().to_string()
                on:input:target=move |event| slide(event.target().value())
                on:pointerdown=move |_| held.set(Some(shared.get_untracked()))
            />
            <p class="font-size-preview" aria-hidden="true">
                <span>{move || labels.get().preview}</span>
            </p>
        </div>
    }
}

/// The value under a finger or mouse button that is down on the slider: until it is let go, news
/// from elsewhere must not move the slider away from under it.
fn use_held_value() -> RwSignal<Option<u32>> {
    let held = RwSignal::new(None);
    let release = move || {
        if held.get_untracked().is_some() {
            held.set(None);
        }
    };
    // On the window: the button may be let go anywhere.
    let listeners = [
        window_event_listener(ev::pointerup, move |_| release()),
        window_event_listener(ev::pointercancel, move |_| release()),
        window_event_listener_untyped("change", move |_| release()),
        window_event_listener_untyped("blur", move |_| release()),
    ];
    on_cleanup(move || listeners.into_iter().for_each(|listener| listener.remove()));
    held
}

/// Where `value` stands between `low` and `high`, from 0 to 1.
fn ratio(value: u32, low: u32, high: u32) -> f64 {
    f64::from(value.clamp(low, high) - low) / f64::from(high - low)
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::ratio;

    #[test]
    fn the_slider_is_filled_from_end_to_end() {
        for (value, expected) in [(8, 0.0), (40, 0.5), (72, 1.0), (0, 0.0), (100, 1.0)] {
            assert!((ratio(value, 8, 72) - expected).abs() < 1e-9, "{value}");
        }
    }
}
