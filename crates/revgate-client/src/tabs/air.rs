//! What tabs tell each other, over a `BroadcastChannel`.

use std::cell::RefCell;

use crate::say;
use js_sys::Array;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, MessageEvent};

/// The channel of all tabs of a site.
pub(super) struct Air {
    name: String,
    hear: Closure<dyn FnMut(MessageEvent)>,
    /// Closed while the browser has put the page aside.
    channel: RefCell<Option<BroadcastChannel>>,
}

/// What a tab says. On the channel a list: of the topic and the announcement, or of the label alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said<'a> {
    /// A topic has changed, as this announcement says.
    News { topic: &'a str, announcement: &'a str },
    /// The tab of this label is there.
    Here { label: &'a str },
}

impl Air {
    pub(super) fn new(name: String, hear: impl Fn(Said<'_>) + 'static) -> Self {
        let hear = Closure::new(move |message: MessageEvent| {
            let said = Array::from(&message.data());
            let said: Vec<_> = said.iter().filter_map(|word| word.as_string()).collect();
            match &*said {
                [topic, announcement] => hear(Said::News { topic, announcement }),
                [label] => hear(Said::Here { label }),
                _ => say::warn(format_args!(
                    "another tab says {:?}, which is nothing",
                    message.data()
                )),
            }
        });
        Self { name, hear, channel: RefCell::default() }
    }

    /// Listens from now on.
    pub(super) fn open(&self) -> Result<(), JsValue> {
        let channel = BroadcastChannel::new(&self.name)?;
        channel.set_onmessage(Some(self.hear.as_ref().unchecked_ref()));
        self.channel.replace(Some(channel));
        Ok(())
    }

    pub(super) fn close(&self) {
        if let Some(channel) = self.channel.take() {
            channel.close();
        }
    }

    /// Tells all other tabs.
    pub(super) fn say(&self, said: Said<'_>) {
        let words = match said {
            Said::News { topic, announcement } => Array::of2(&topic.into(), &announcement.into()),
            Said::Here { label } => Array::of1(&label.into()),
        };
        let told = self.channel.borrow().as_ref().map(|channel| channel.post_message(&words));
        if let Some(Err(error)) = told {
            // Who does not hear it looks again by itself.
            say::warn(format_args!("the other tabs are not told: {error:?}"));
        }
    }
}

impl Drop for Air {
    fn drop(&mut self) {
        self.close();
    }
}
