//! A tab comes and goes, and sees the others come and go.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Event;

use super::air::Said;
use super::locks::{self, Held};
use super::site::Site;
use crate::host::{Browser, Host};
use crate::say;

/// What a tab holds for as long as it is there. **Nothing of it is held while the browser has put the
/// page aside**: it could not show the page again.
pub(super) struct Life {
    site: Rc<Site>,
    is_here: Cell<bool>,
    lock: RefCell<Option<Held>>,
    listeners: RefCell<Vec<Listener>>,
}

/// An event of the page, and who hears it.
type Listener = (&'static str, Closure<dyn FnMut(Event)>);

impl Life {
    pub(super) fn begin(site: &Rc<Site>) -> Rc<Self> {
        let life = Rc::new(Self {
            site: Rc::clone(site),
            is_here: Cell::default(),
            lock: RefCell::default(),
            listeners: RefCell::default(),
        });
        life.listen("pagehide", |life| life.leave());
        life.listen("pageshow", Self::arrive);
        life.arrive();
        life
    }

    fn arrive(self: &Rc<Self>) {
        if self.is_here.replace(true) {
            return;
        }
        if let Err(error) = self.site.air().open() {
            say::error(format_args!("this tab hears nothing of the others: {error:?}"));
        }
        let life = Rc::downgrade(self);
        Browser.spawn(async move {
            let site = life.upgrade().map(|life| Rc::clone(&life.site));
            let Some(site) = site else { return };
            if let Err(error) = Self::meet(&life, &site).await {
                say::warn(format_args!(
                    "what tabs that have gone told of themselves stays: {error:?}"
                ));
            }
        });
    }

    /// Holds the lock that says that this tab is there, and finds out who else is.
    async fn meet(life: &Weak<Self>, site: &Rc<Site>) -> Result<(), JsValue> {
        let locks = site.locks();
        let lock = locks::hold(&format!("{locks}{}", site.label())).await?;
        let Some(life) = life.upgrade().filter(|life| life.is_here.get()) else { return Ok(()) };
        life.lock.replace(Some(lock));
        drop(life);
        // The others watch a lock that is held.
        site.air().say(Said::Here { label: site.label() });
        let there = locks::held(&locks).await?;
        for label in there.iter().filter(|label| *label != site.label()) {
            watch(site, label.clone());
        }
        site.keep_entries(move |label| there.iter().any(|there| there == label)).await;
        Ok(())
    }

    fn leave(&self) {
        self.is_here.set(false);
        self.lock.take();
        self.site.air().close();
    }

    fn listen(self: &Rc<Self>, event: &'static str, call: fn(&Rc<Self>)) {
        let life = Rc::downgrade(self);
        let hear = Closure::<dyn FnMut(Event)>::new(move |_| {
            if let Some(life) = life.upgrade() {
                call(&life);
            }
        });
        let added = web_sys::window().map(|window| {
            window.add_event_listener_with_callback(event, hear.as_ref().unchecked_ref())
        });
        if let Some(Ok(())) = added {
            self.listeners.borrow_mut().push((event, hear));
        }
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        let Some(window) = web_sys::window() else { return };
        for (event, hear) in self.listeners.take() {
            // It fails for what is no function.
            let _ =
                window.remove_event_listener_with_callback(event, hear.as_ref().unchecked_ref());
        }
    }
}

/// Waits until the tab of this label has gone, and puts right what it could not: what it has told of
/// itself ends, and what it may have changed without a word is looked at.
pub(super) fn watch(site: &Rc<Site>, label: String) {
    let lock = format!("{}{label}", site.locks());
    let site = Rc::downgrade(site);
    Browser.spawn(async move {
        let freed = locks::free(&lock).await;
        let Some(site) = site.upgrade().filter(|_| freed.is_ok()) else { return };
        site.keep_entries(move |there| there != label).await;
        site.look();
    });
}
