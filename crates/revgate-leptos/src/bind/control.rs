//! A control in the page that is bound to a topic.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::closure::Closure;
use revgate_client::TextEdit;
use web_sys::{Element, EventTarget, HtmlInputElement, MutationObserver, MutationObserverInit};

use super::face::{Enter, Face};
use super::listener::Heard;
use super::text::Field;

struct Control {
    /// An `<input>`, or what has the same by the same names: a `<textarea>`, a `<select>`.
    element: HtmlInputElement,
    face: Rc<Face>,
    /// The text that the control had when it was last shown a value or gave one. In a text field that several
    /// type in, **what it has besides is what somebody has typed and nobody has taken**.
    seen: RefCell<Option<String>>,
    /// While somebody has it in hand, it is shown nothing.
    hand: Cell<Hand>,
    /// What lets go of a slider, while it is held.
    releases: RefCell<Vec<Heard>>,
}

/// How somebody has a control in hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Hand {
    #[default]
    Off,
    /// A pointer is down on it, or something typed that counts as a whole when it is left.
    Holding,
    /// By an input method: what is there is not text yet.
    Composing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Check,
    Radio,
    /// Set with the pointer, and with a value all the time: a slider.
    Slider,
    Select,
    /// Typed in.
    Text,
}

/// What is kept of a control for as long as it is there.
struct Attached {
    _listeners: Vec<Heard>,
    _options: Option<Options>,
}

/// Follows the options of a select, which come and go: one is only chosen once it is there.
struct Options {
    observer: MutationObserver,
    _seen: Closure<dyn FnMut()>,
}

/// Binds the element until the component that has it is unmounted, or renders it anew.
pub(super) fn attach(element: Element, face: Rc<Face>) {
    let control = Rc::new(Control {
        element: element.unchecked_into(),
        face,
        seen: RefCell::default(),
        hand: Cell::default(),
        releases: RefCell::default(),
    });
    let on = |event, hear| control.on(&control.element, event, hear);
    let listeners = vec![
        on("input", Control::take),
        on("change", Control::leave),
        on("blur", Control::leave),
        on("pointerdown", Control::grasp),
        on("compositionstart", |control| control.hand.set(Hand::Composing)),
        on("compositionend", |control| {
            control.hand.set(Hand::Off);
            control.take();
            control.show();
        }),
    ];
    let options = Options::follow(&control);
    StoredValue::new_local(Attached { _listeners: listeners, _options: options });
    // It first runs when the element has all its attributes, and its options.
    Effect::new(move |_| {
        let value = (control.face.show)();
        // What is refused may leave the value as it was, and the control is to show that again.
        control.face.error.track();
        control.show_value(&value);
    });
}

impl Control {
    fn on(
        self: &Rc<Self>,
        target: &EventTarget,
        event: &'static str,
        hear: fn(&Rc<Self>),
    ) -> Heard {
        let weak = Rc::downgrade(self);
        Heard::new(target, event, move || {
            if let Some(control) = weak.upgrade() {
                hear(&control);
            }
        })
    }

    fn kind(&self) -> Kind {
        match &*self.element.type_() {
            "checkbox" => Kind::Check,
            "radio" => Kind::Radio,
            "range" | "color" => Kind::Slider,
            "select-one" => Kind::Select,
            _ => Kind::Text,
        }
    }

    /// Shows the topic's value.
    fn show(&self) {
        let value = untrack(|| (self.face.show)());
        self.show_value(&value);
    }

    fn show_value(&self, value: &str) {
        if self.hand.get() != Hand::Off {
            return;
        }
        match (self.kind(), &self.face.enter) {
            (Kind::Check, _) => self.element.set_checked(value == "true"),
            (Kind::Radio, _) => self.element.set_checked(self.element.value() == value),
            (Kind::Text, Enter::Edit(_)) => return self.show_text(value),
            (Kind::Text, Enter::Whole(_)) => Field(&self.element).set(value),
            (Kind::Slider | Kind::Select, _) => {
                if self.element.value() != value {
                    self.element.set_value(value);
                }
            }
        }
        self.seen.replace(Some(self.text()));
    }

    /// Shows a text, with what is typed here and not taken.
    fn show_text(&self, theirs: &str) {
        let (field, now) = (Field(&self.element), self.text());
        let own =
            self.seen.borrow().as_deref().and_then(|seen| TextEdit::between(seen, &now, None));
        match own {
            Some(own) => {
                field.set(&own.apply(theirs));
                self.seen.replace(Some(theirs.to_owned()));
            }
            None => {
                field.set(theirs);
                // A browser has no `\r`, say: what the field lacks of the text, nobody has deleted.
                self.seen.replace(Some(self.text()));
            }
        }
    }

    /// What the control has, as text.
    fn text(&self) -> String {
        match self.kind() {
            Kind::Check => self.element.checked().to_string(),
            Kind::Radio | Kind::Slider | Kind::Select | Kind::Text => self.element.value(),
        }
    }

    /// Takes what somebody has entered.
    fn take(self: &Rc<Self>) {
        if self.hand.get() == Hand::Composing {
            return;
        }
        let (kind, text) = (self.kind(), self.text());
        let caret = Field(&self.element).caret();
        match &self.face.enter {
            Enter::Edit(enter) => {
                if kind == Kind::Text && caret.is_none() {
                    self.hold();
                }
                let seen = self.seen.borrow().clone().unwrap_or_default();
                let edit = TextEdit::between(&seen, &text, caret);
                if edit.is_some_and(|edit| self.face.watch(enter(edit))) {
                    self.seen.replace(Some(text));
                }
            }
            Enter::Whole(enter) => {
                if kind == Kind::Text {
                    self.hold();
                }
                self.seen.replace(Some(text.clone()));
                if kind != Kind::Radio || self.element.checked() {
                    self.face.entered(enter(&text));
                }
            }
        }
    }

    /// A pointer is down on it. It may be let go anywhere.
    fn grasp(self: &Rc<Self>) {
        if self.kind() != Kind::Slider {
            return;
        }
        self.hold();
        let release = |event| self.on(&window(), event, |control| control.release());
        self.releases.replace(["pointerup", "pointercancel", "blur"].map(release).into());
    }

    fn hold(&self) {
        if self.hand.replace(Hand::Holding) == Hand::Off {
            (self.face.hold)(true);
        }
    }

    /// What is entered counts as it is, and what was not taken goes.
    fn leave(self: &Rc<Self>) {
        // Some ways to fill a field in tell of it by `change` alone.
        let is_new = self.seen.borrow().as_deref() != Some(&*self.text());
        if is_new {
            self.take();
        }
        // What waits for the first state has been entered all the same.
        if (self.face.is_ready)() {
            self.seen.take();
        }
        self.release();
    }

    fn release(&self) {
        self.releases.take();
        if self.hand.replace(Hand::Off) == Hand::Holding {
            (self.face.hold)(false);
        }
        // What was entered before the first state waits for that, and is here alone.
        if (self.face.is_ready)() {
            self.show();
        }
    }
}

impl Options {
    fn follow(control: &Rc<Control>) -> Option<Self> {
        if control.kind() != Kind::Select {
            return None;
        }
        let weak = Rc::downgrade(control);
        let seen = Closure::<dyn FnMut()>::new(move || {
            if let Some(control) = weak.upgrade() {
                control.show();
            }
        });
        let observer = MutationObserver::new(seen.as_ref().unchecked_ref());
        let what = MutationObserverInit::new();
        what.set_child_list(true);
        what.set_subtree(true);
        let observed = observer
            .and_then(|it| it.observe_with_options(&control.element, &what).map(|()| it))
            .inspect_err(|error| tracing::error!("the options of a bound select: {error:?}"));
        observed.ok().map(|observer| Self { observer, _seen: seen })
    }
}

impl Drop for Options {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
