//! Plain browser tabs.

use js_sys::Function;
use revgate_client::tabs::{Builder, Subscription, Tabs};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::shape::{name, shape};
use crate::{Answer, hearing, thrown};

/// This tab among all of its site. Topics, versions, changes and actions are text, as of the plugin's
/// commands.
#[wasm_bindgen]
pub struct TabsBackend {
    builder: Option<Builder>,
    tabs: Option<Tabs>,
}

/// Stands until it is freed.
#[wasm_bindgen]
pub struct TabsSubscription {
    fetched: String,
    _standing: Subscription,
}

#[wasm_bindgen]
impl TabsBackend {
    /// Of an app of this name, without topics.
    #[wasm_bindgen(constructor)]
    pub fn new(app: &str) -> Self {
        Self { builder: Some(Tabs::builder(app)), tabs: None }
    }

    /// Registers a topic.
    pub fn topic(
        &mut self,
        topic: &str,
        initial: &str,
        check: Option<Function>,
        play: Option<Function>,
    ) -> Answer<()> {
        let (topic, shape) = (name(topic)?, shape(initial, check, play));
        self.builder = self.builder.take().map(|builder| builder.untyped(topic, shape));
        Ok(())
    }

    /// Joins the tabs that are there. Topics are registered before.
    pub fn join(&mut self) {
        if let Some(builder) = self.builder.take() {
            self.tabs = Some(builder.build());
        }
    }

    /// The label of this tab.
    #[wasm_bindgen(getter)]
    pub fn label(&self) -> Option<String> {
        self.tabs.as_ref().map(|tabs| tabs.label().to_owned())
    }

    /// The plugin's `subscribe`.
    pub async fn subscribe(
        &self,
        topic: String,
        known: Option<String>,
        hear: Function,
    ) -> Answer<TabsSubscription> {
        let subscribed = self.tabs()?.subscribe_untyped(topic, known, hearing(hear)).await;
        let (_standing, fetched) = subscribed.map_err(thrown)?;
        Ok(TabsSubscription { fetched, _standing })
    }

    /// The plugin's `snapshot`.
    pub async fn fetch(&self, topic: String, known: Option<String>) -> Answer<String> {
        self.tabs()?.fetch_untyped(topic, known).await.map_err(thrown)
    }

    /// The plugin's `patch` and `replace`.
    pub async fn write(&self, topic: String, change: String) -> Answer<String> {
        self.tabs()?.write_untyped(topic, change).await.map_err(thrown)
    }

    /// The plugin's `act`.
    pub async fn act(&self, topic: String, actions: String) -> Answer<String> {
        self.tabs()?.act_untyped(topic, actions).await.map_err(thrown)
    }

    fn tabs(&self) -> Answer<Tabs> {
        self.tabs.clone().ok_or_else(|| "the tab has not joined the others".into())
    }
}

#[wasm_bindgen]
impl TabsSubscription {
    /// The state that came with it.
    #[wasm_bindgen(getter)]
    pub fn fetched(&self) -> JsValue {
        self.fetched.as_str().into()
    }
}
