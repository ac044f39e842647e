//! The backend in memory.

use js_sys::Function;
use revgate_client::memory::{Memory, Subscription};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::shape::{name, shape};
use crate::{Answer, hearing, thrown};

/// A backend in memory. Topics, versions, changes and actions are text, as of the plugin's commands.
#[wasm_bindgen]
#[derive(Default)]
pub struct MemoryBackend(Memory);

/// Stands until it is freed.
#[wasm_bindgen]
pub struct MemorySubscription {
    fetched: String,
    _standing: Subscription,
}

#[wasm_bindgen]
impl MemoryBackend {
    /// Without topics.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Registers a topic. It is thrown what is wrong with the first state.
    pub fn topic(
        &mut self,
        topic: &str,
        initial: &str,
        check: Option<Function>,
        play: Option<Function>,
    ) -> Answer<()> {
        self.0 = self.0.clone().with_untyped(name(topic)?, shape(initial, check, play));
        self.0.set_untyped(topic, initial).map(drop).map_err(thrown)
    }

    /// Registers a family without members.
    pub fn family(
        &mut self,
        family: &str,
        check: Option<Function>,
        play: Option<Function>,
    ) -> Answer<()> {
        let shape = shape("null", check, play);
        self.0 = self.0.clone().with_untyped_family(name(family)?, shape);
        Ok(())
    }

    /// The state of a topic.
    pub fn state(&self, topic: &str) -> Option<String> {
        self.0.untyped_state(topic)
    }

    /// Its version.
    pub fn version(&self, topic: &str) -> Answer<String> {
        self.0.untyped_version(topic).map_err(thrown)
    }

    /// Sets the state of a topic, or of one of a family, which may be new. Returns the version.
    pub fn set(&self, topic: &str, state: &str) -> Answer<String> {
        self.0.set_untyped(topic, state).map_err(thrown)
    }

    /// Removes a topic.
    pub fn remove(&self, topic: &str) -> Answer<bool> {
        self.0.remove_untyped(topic).map_err(thrown)
    }

    /// Begins a topic anew. Returns the version.
    pub fn restart(&self, topic: &str) -> Answer<String> {
        self.0.restart_untyped(topic).map_err(thrown)
    }

    /// Has a topic go on in another epoch.
    pub fn renew(&self, topic: &str, epoch: &str) -> Answer<()> {
        self.0.renew_untyped(topic, epoch).map_err(thrown)
    }

    /// The plugin's `subscribe`.
    pub fn subscribe(
        &self,
        topic: &str,
        known: Option<String>,
        hear: Function,
    ) -> Answer<MemorySubscription> {
        let subscribed = self.0.subscribe_untyped(topic, known.as_deref(), hearing(hear));
        let (_standing, fetched) = subscribed.map_err(thrown)?;
        Ok(MemorySubscription { fetched, _standing })
    }

    /// The plugin's `snapshot`.
    pub fn fetch(&self, topic: &str, known: Option<String>) -> Answer<String> {
        self.0.fetch_untyped(topic, known.as_deref()).map_err(thrown)
    }

    /// The plugin's `patch` and `replace`.
    pub fn write(&self, topic: &str, change: &str) -> Answer<String> {
        self.0.write_untyped(topic, change).map_err(thrown)
    }

    /// The plugin's `create`.
    pub fn create(&self, topic: &str, state: &str) -> Answer<String> {
        self.0.create_untyped(topic, state).map_err(thrown)
    }

    /// The plugin's `remove`.
    pub fn end(&self, topic: &str) -> Answer<bool> {
        self.0.end_untyped(topic).map_err(thrown)
    }

    /// The plugin's `act`.
    pub fn act(&self, topic: &str, actions: &str) -> Answer<String> {
        self.0.act_untyped(topic, actions).map_err(thrown)
    }

    /// How many subscriptions stand.
    #[wasm_bindgen(getter)]
    pub fn subscriptions(&self) -> usize {
        self.0.subscriptions()
    }
}

#[wasm_bindgen]
impl MemorySubscription {
    /// The state that came with it.
    #[wasm_bindgen(getter)]
    pub fn fetched(&self) -> JsValue {
        self.fetched.as_str().into()
    }
}
