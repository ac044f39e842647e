//! Registers topics and builds the plugin.

use revgate::Topic;
use tauri::plugin::{self, TauriPlugin};
use tauri::webview::PageLoadEvent;
use tauri::{Manager, RunEvent, Runtime, WindowEvent};

use crate::commands;
use crate::crash;
use crate::error::RegistryError;
use crate::options::TopicOptions;
use crate::registry::Registry;

/// Builds the plugin out of the app's topics.
#[derive(Default)]
#[must_use]
pub struct Builder {
    registry: Registry,
    error: Option<RegistryError>,
}

impl Builder {
    /// A plugin without topics.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a topic that starts with the state `initial`.
    ///
    /// A name that is malformed or taken, or an invalid `initial`, stops the app's start with a
    /// [`RegistryError`] from Tauri's own `build` or `run`.
    pub fn topic<T: Topic>(self, initial: T) -> Self {
        self.topic_with(initial, TopicOptions::default())
    }

    /// As [`Builder::topic`], with a word on what windows may write.
    ///
    /// ```
    /// # use revgate::Topic;
    /// # use serde::{Deserialize, Serialize};
    /// use tauri_plugin_revgate::{Builder, TopicOptions};
    ///
    /// # #[derive(Clone, Default, Serialize, Deserialize)]
    /// # struct Player { volume: u8 }
    /// # impl Topic for Player { const NAME: &'static str = "player"; }
    /// Builder::new().topic_with(Player::default(), TopicOptions::new().max_bytes(1024));
    /// ```
    pub fn topic_with<T: Topic>(mut self, initial: T, options: TopicOptions) -> Self {
        if self.error.is_none() {
            self.error = self.registry.register(initial, options).err();
        }
        self
    }

    /// The plugin, for `tauri::Builder::plugin`.
    pub fn build<R: Runtime>(self) -> TauriPlugin<R> {
        let Self { registry, error } = self;
        plugin::Builder::new("revgate")
            .invoke_handler(tauri::generate_handler![
                commands::subscribe,
                commands::unsubscribe,
                commands::snapshot,
                commands::replace,
                commands::patch,
                commands::inspect,
            ])
            .setup(move |app, _| {
                if let Some(error) = error {
                    return Err(error.into());
                }
                app.manage(registry);
                Ok(())
            })
            // A page that loads anew has lost its callbacks: what the old one subscribed ends.
            .on_page_load(|webview, load| {
                if load.event() == PageLoadEvent::Started {
                    webview.state::<Registry>().drop_window(webview.label());
                }
            })
            .on_webview_ready(|webview| crash::watch(&webview))
            .on_event(|app, event| {
                if let RunEvent::WindowEvent { label, event: WindowEvent::Destroyed, .. } = event {
                    app.state::<Registry>().drop_window(label);
                }
            })
            .build()
    }
}
