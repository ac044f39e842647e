//! The size of the notes' text, sent while the slider is dragged.

use leptos::prelude::*;
use revgate_leptos::{bind, use_topic};
use revgate_settings::Settings;

use super::refusal::Refusal;
use crate::labels::use_labels;

/// The slider, its number, and a line of text in that size.
#[component]
pub(super) fn FontSizeSlider() -> impl IntoView {
    let labels = use_labels();
    let (low, high) = (*Settings::FONT_SIZE.start(), *Settings::FONT_SIZE.end());
    let size = use_topic::<Settings>()
        .bind(|settings| settings.font_size, |settings, size| settings.font_size = size);
    let pixels = move || (labels.get().pixels)(size.get());

    view! {
        <div class="row row-wide">
            <label for="font-size">{move || labels.get().font_size}</label>
            <output for="font-size" class="font-size-number">
                {pixels}
            </output>
            <input
                id="font-size"
                class="slider"
                type="range"
                name="fontSize"
                min=low
                max=high
                step="1"
                aria-valuetext=pixels
                style=("--ratio", move || ratio(size.get(), low, high).to_string())
                use:bind=size
            />
            <Refusal of=move || size.error() />
            <p class="font-size-preview" aria-hidden="true">
                <span>{move || labels.get().preview}</span>
            </p>
        </div>
    }
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
