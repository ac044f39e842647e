//! What components of other frameworks than Leptos hold, kept the same as a topic.

#![cfg(target_arch = "wasm32")]

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::future::sleep;
use revgate_client::host::Browser;
use revgate_client::memory::Memory;
use revgate_client::{Apply, Local, Options, Replica, applying};
use revgate_settings::{Settings, Theme};
use serde::{Deserialize, Serialize};
use wasm_bindgen_test::wasm_bindgen_test_configure;

use harness::{ms, settings, with_font_size};

mod harness;

#[path = "frameworks/dioxus.rs"]
mod dioxus;
#[path = "frameworks/sycamore.rs"]
mod sycamore;
#[path = "frameworks/yew.rs"]
mod yew;

wasm_bindgen_test_configure!(run_in_browser);

/// What a component holds: a part of the settings, and something of its own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Look {
    theme: Theme,
    is_busy: bool,
}

/// The backend, and what a component has shown.
#[derive(Clone)]
struct Scene {
    backend: Memory,
    shown: Rc<RefCell<Vec<Look>>>,
    /// Whether its replica is there.
    is_followed: Rc<Cell<bool>>,
}

/// Keeps what a component holds the same as the topic, until it is dropped.
struct Following {
    _replica: Replica<Settings, Memory, Browser>,
    is_followed: Rc<Cell<bool>>,
}

impl Drop for Following {
    fn drop(&mut self) {
        self.is_followed.set(false);
    }
}

fn with_theme(theme: Theme) -> Settings {
    Settings { theme, ..Settings::default() }
}

impl Scene {
    fn new() -> Self {
        let backend = Memory::new().with_topic(&with_theme(Theme::Light));
        Self { backend, shown: Rc::default(), is_followed: Rc::default() }
    }

    fn follow(&self, held: impl Local<Value = Look>) -> Following {
        let (name, backend) = (settings(), self.backend.clone());
        let observer = applying(Apply::<Settings, _>::to(held).pick(&["theme"]));
        self.is_followed.set(true);
        Following {
            _replica: Replica::start(name, backend, Browser, Options::default(), observer),
            is_followed: Rc::clone(&self.is_followed),
        }
    }

    fn show(&self, look: &Look) {
        self.shown.borrow_mut().push(look.clone());
    }

    /// Whoever has mounted a component that holds `Look { is_busy: true, … }` calls this: it takes the theme over,
    /// keeps what is its own, and is not drawn for what it does not hold.
    async fn play(&self) {
        let shows = |theme| self.shown.borrow().last() == Some(&Look { theme, is_busy: true });
        self.until(|| shows(Theme::Light)).await;
        self.backend.set(&with_theme(Theme::Dark));
        self.until(|| shows(Theme::Dark)).await;
        let drawn = self.shown.borrow().len();
        self.backend.set(&Settings { theme: Theme::Dark, ..with_font_size(31) });
        sleep(ms(30)).await;
        assert_eq!(self.shown.borrow().len(), drawn, "nothing that it holds has changed");
        self.backend.set(&with_theme(Theme::Light));
        self.until(|| shows(Theme::Light)).await;
    }

    async fn until(&self, reached: impl Fn() -> bool) {
        for _ in 0..1000 {
            if reached() {
                return;
            }
            sleep(ms(2)).await;
        }
        panic!("shown so far: {:?}", self.shown.borrow());
    }
}
