//! Undo and redo of what was set in this window: two buttons and their keys. What another window
//! has set since stands.

use leptos::ev;
use leptos::prelude::*;
use revgate_leptos::Undo;
use revgate_leptos::{History, use_topic};
use revgate_settings::Settings;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement, HtmlTextAreaElement, KeyboardEvent};

use crate::icons::{Glyph, Icon};
use crate::labels::{Labels, use_labels};

/// The kinds of `<input>` that hold no text, and so have no undo of their own.
const WITHOUT_TEXT: [&str; 5] = ["button", "checkbox", "color", "radio", "range"];

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Undo,
    Redo,
}

/// The two buttons; while they are there, the keys work too.
#[component]
pub(super) fn UndoButtons() -> impl IntoView {
    let history = use_topic::<Settings>().undoable(Undo::default());
    go_on_keys(history);
    view! {
        <UndoButton history way=Way::Undo />
        <UndoButton history way=Way::Redo />
    }
}

#[component]
fn UndoButton(history: History<Settings>, way: Way) -> impl IntoView {
    let labels = use_labels();
    view! {
        <button
            type="button"
            class="icon-button"
            data-testid=way.name()
            aria-label=move || way.label(labels.get())
            title=move || way.label(labels.get())
            aria-keyshortcuts=way.keys()
            prop:disabled=move || !way.is_possible(history)
            on:click=move |_| way.go(history)
        >
            <Glyph icon=way.icon() />
        </button>
    }
}

impl Way {
    const fn name(self) -> &'static str {
        match self {
            Self::Undo => "undo",
            Self::Redo => "redo",
        }
    }

    const fn label(self, labels: &Labels) -> &'static str {
        match self {
            Self::Undo => labels.undo,
            Self::Redo => labels.redo,
        }
    }

    const fn keys(self) -> &'static str {
        match self {
            Self::Undo => "Control+Z Meta+Z",
            Self::Redo => "Control+Shift+Z Meta+Shift+Z",
        }
    }

    const fn icon(self) -> Icon {
        match self {
            Self::Undo => Icon::Undo,
            Self::Redo => Icon::Redo,
        }
    }

    fn is_possible(self, history: History<Settings>) -> bool {
        match self {
            Self::Undo => history.can_undo(),
            Self::Redo => history.can_redo(),
        }
    }

    /// What fails shows in the status bar.
    fn go(self, history: History<Settings>) {
        drop(match self {
            Self::Undo => history.undo(),
            Self::Redo => history.redo(),
        });
    }

    /// What these keys ask for: Ctrl+Z or Cmd+Z, with Shift the other way.
    fn of(key: &str, command: bool, shift: bool, alt: bool) -> Option<Self> {
        let is_it = command && !alt && key.eq_ignore_ascii_case("z");
        is_it.then_some(if shift { Self::Redo } else { Self::Undo })
    }
}

fn go_on_keys(history: History<Settings>) {
    let listener = window_event_listener(ev::keydown, move |event| {
        let command = event.ctrl_key() || event.meta_key();
        let way = Way::of(&event.key(), command, event.shift_key(), event.alt_key());
        if let Some(way) = way.filter(|_| !is_in_text(&event)) {
            event.prevent_default();
            way.go(history);
        }
    });
    on_cleanup(move || listener.remove());
}

/// Whether the key was pressed in text that is edited: what is typed there has an undo of its own.
fn is_in_text(event: &KeyboardEvent) -> bool {
    let Some(target) = event.target() else { return false };
    if let Some(input) = target.dyn_ref::<HtmlInputElement>() {
        return !WITHOUT_TEXT.contains(&&*input.type_());
    }
    let is_edited = |element: &HtmlElement| element.is_content_editable();
    target.is_instance_of::<HtmlTextAreaElement>()
        || target.dyn_ref::<HtmlElement>().is_some_and(is_edited)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn the_keys_of_every_desktop_undo_and_with_shift_redo() {
        for (key, command, shift, alt, way) in [
            ("z", true, false, false, Some(Way::Undo)),
            ("Z", true, true, false, Some(Way::Redo)),
            // Caps Lock.
            ("Z", true, false, false, Some(Way::Undo)),
            ("z", true, false, true, None),
            ("z", false, false, false, None),
            ("y", true, false, false, None),
        ] {
            assert_eq!(Way::of(key, command, shift, alt), way, "{key} {command} {shift} {alt}");
        }
    }

    #[test]
    fn text_that_is_edited_keeps_its_own_undo() {
        let body = document().body().expect("a page has one");
        for (html, is_text) in [
            ("<input type=text>", true),
            ("<input>", true),
            ("<input type=search>", true),
            ("<textarea></textarea>", true),
            ("<div contenteditable=true tabindex=0></div>", true),
            ("<input type=range>", false),
            ("<input type=radio>", false),
            ("<input type=checkbox>", false),
            ("<select></select>", false),
            ("<button></button>", false),
        ] {
            let place = document().create_element("div").expect("a div");
            place.set_inner_html(html);
            body.append_child(&place).expect("it takes it");
            let seen = Rc::new(Cell::new(None));
            let inner = Rc::clone(&seen);
            let listener = window_event_listener(ev::keydown, move |event| {
                inner.set(Some(is_in_text(&event)));
            });
            let options = web_sys::EventInit::new();
            options.set_bubbles(true);
            let event = web_sys::Event::new_with_event_init_dict("keydown", &options);
            let target = place.first_element_child().expect("one element");
            target.dispatch_event(&event.expect("an event")).expect("it is heard");
            listener.remove();
            place.remove();
            assert_eq!(seen.get(), Some(is_text), "{html}");
        }
    }
}
