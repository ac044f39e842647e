//! Listeners on elements.

use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::closure::Closure;
use web_sys::EventTarget;

/// A listener, which ends when it is dropped.
pub(super) struct Heard {
    target: EventTarget,
    event: &'static str,
    listener: Closure<dyn FnMut()>,
}

impl Heard {
    pub(super) fn new(
        target: &EventTarget,
        event: &'static str,
        hear: impl FnMut() + 'static,
    ) -> Self {
        let listener = Closure::<dyn FnMut()>::new(hear);
        let function = listener.as_ref().unchecked_ref();
        if let Err(error) = target.add_event_listener_with_callback(event, function) {
            tracing::error!("a bound control does not hear `{event}`: {error:?}");
        }
        Self { target: target.clone(), event, listener }
    }
}

impl Drop for Heard {
    fn drop(&mut self) {
        let function = self.listener.as_ref().unchecked_ref();
        // It is there: it was added when this was made.
        let _ = self.target.remove_event_listener_with_callback(self.event, function);
    }
}
