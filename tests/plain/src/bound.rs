//! A part of the settings that a control shows and sets, both ways.

use std::fmt::Display;
use std::str::FromStr;
use std::sync::Arc;

use leptos::prelude::*;
use revgate_settings::Settings;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, HtmlInputElement};

use crate::settings::TopicSignal;

/// Takes what is entered.
type Enter = Arc<dyn Fn(&str) + Send + Sync>;

pub(crate) struct Bound<V: Send + Sync + 'static> {
    value: Memo<V>,
    error: RwSignal<Option<String>>,
    enter: StoredValue<Enter>,
}

impl<V: Clone + Send + Sync> Bound<V> {
    pub(crate) fn get(self) -> V {
        self.value.get()
    }

    /// Why what was entered is no value.
    pub(crate) fn error(self) -> Option<String> {
        self.error.get()
    }
}

impl TopicSignal<Settings> {
    pub(crate) fn bind<V>(
        self,
        read: impl Fn(&Settings) -> V + Send + Sync + 'static,
        write: impl Fn(&mut Settings, V) + Send + Sync + 'static,
    ) -> Bound<V>
    where
        V: FromStr<Err: Display> + PartialEq + Send + Sync + 'static,
    {
        let error = RwSignal::new(None);
        let enter = move |text: &str| match text.parse() {
            Ok(value) => {
                error.set(None);
                self.update(|settings| write(settings, value));
            }
            Err(reason) => error.set(Some(V::Err::to_string(&reason))),
        };
        Bound { value: self.select(read), error, enter: StoredValue::new(Arc::new(enter) as Enter) }
    }
}

/// Binds an `<input>`, or a `<select>`, which has the same by the same names.
pub(crate) fn bind<V: Display + Send + Sync>(element: Element, bound: Bound<V>) {
    let input: HtmlInputElement = element.unchecked_into();
    let shown = input.clone();
    Effect::new(move |_| show(&shown, &bound.value.with(V::to_string)));
    let enter = bound.enter.get_value();
    let control = input.clone();
    let heard = Closure::<dyn Fn()>::new(move || {
        if let Some(text) = entered(&control) {
            enter(&text);
        }
    });
    let function = heard.as_ref().unchecked_ref();
    if let Err(error) = input.add_event_listener_with_callback("input", function) {
        tracing::error!("a control is not heard: {error:?}");
    }
    StoredValue::new_local(heard);
}

fn show(input: &HtmlInputElement, value: &str) {
    match &*input.type_() {
        "checkbox" => input.set_checked(value == "true"),
        "radio" => input.set_checked(input.value() == value),
        _ => input.set_value(value),
    }
}

/// `None` of a radio button that is not the chosen one.
fn entered(input: &HtmlInputElement) -> Option<String> {
    match &*input.type_() {
        "checkbox" => Some(input.checked().to_string()),
        "radio" => input.checked().then(|| input.value()),
        _ => Some(input.value()),
    }
}

impl<V: Send + Sync> Clone for Bound<V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V: Send + Sync> Copy for Bound<V> {}
