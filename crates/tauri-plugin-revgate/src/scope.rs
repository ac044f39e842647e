//! Which topics a window may read and write, as the capabilities of the app have it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use revgate::wire::{Access, Denied, Refusal};
use revgate::{TopicName, UnknownTopic};
use tauri::ipc::{CommandArg, CommandItem, CommandScope, InvokeError};
use tauri::utils::acl::ExecutionContext;
use tauri::webview::ResolvedScope;
use tauri::{Runtime, Webview};

use crate::erased::ErasedTopic;
use crate::form::Refused;
use crate::part;
use crate::pattern::{self, Entry};
use crate::registry::Registry;

type Named = (TopicName, Arc<dyn ErasedTopic>);

/// Who called a command, and the scope of that command.
pub(crate) struct Caller<R: Runtime> {
    webview: Webview<R>,
    scope: CommandScope<Entry>,
    origins: Vec<ExecutionContext>,
}

/// The topics that a window may read.
pub(crate) struct Readable(Option<ResolvedScope<Entry>>);

/// What the pages in windows may read, by their labels, for as long as each page stays: to look it up
/// waits for the main thread, which knows the page.
#[derive(Default)]
pub(crate) struct Readers(Mutex<BTreeMap<String, Arc<Readable>>>);

impl<R: Runtime> Caller<R> {
    /// The label of the webview, which is that of its window unless that has several.
    pub(crate) fn label(&self) -> &str {
        self.webview.label()
    }

    /// Whether the webview is still there.
    pub(crate) fn is_open(&self) -> bool {
        // Not `get_webview_window`, which knows no window with several webviews.
        let webviews = self.webview.window().webviews();
        webviews.iter().any(|webview| webview.label() == self.label())
    }

    /// Whether the scope of the command covers `topic`.
    pub(crate) fn is_in_scope(&self, topic: &str) -> bool {
        covers(&self.scope, topic)
    }

    /// Whether the scope of the command covers this action on `topic`.
    pub(crate) fn may_do(&self, topic: &str, action: &str) -> bool {
        pattern::covers_action(self.scope.allows(), self.scope.denies(), topic, action)
    }

    /// The denial of `access` to `topic` unless the scope of the command covers it.
    pub(crate) fn permit(&self, topic: &str, access: Access) -> Result<(), Refused> {
        if self.is_in_scope(topic) { Ok(()) } else { Err(denied(topic, access)) }
    }

    /// The topics in the scope of the command of which pages may have the states from their beginning.
    pub(crate) fn preloadable(&self, registry: &Registry) -> Vec<Named> {
        let (allows, denies) = (self.scope.allows(), self.scope.denies());
        pattern::visible(allows, denies, |from| registry.first_preloadable(from))
    }

    /// That there is no such topic. Tells of the topics in the scope of the command, and no others.
    pub(crate) fn unknown(&self, topic: &str, registry: &Registry) -> Refused {
        unknown(topic, visible(&self.scope, registry))
    }

    /// The denial of reading `topic`, for a command that is not itself a reading one, unless the
    /// window may.
    pub(crate) fn permit_reading(&self, topic: &str, registry: &Registry) -> Result<(), Refused> {
        if self.may_read(topic, registry)? { Ok(()) } else { Err(denied(topic, Access::Read)) }
    }

    /// Whether the window may read `topic`.
    ///
    /// What a page of the app itself may read is asked for once. What it may not is asked for each
    /// time, as the app may add a capability; so is what any other page may, which can be one of
    /// several embedded in one another.
    pub(crate) fn may_read(&self, topic: &str, registry: &Registry) -> Result<bool, Refused> {
        if !self.is_local() {
            return Ok(self.readable()?.covers(topic));
        }
        let readers = registry.readers();
        if readers.get(self.label()).is_some_and(|readable| readable.covers(topic)) {
            return Ok(true);
        }
        let readable = Arc::new(self.readable()?);
        readers.set(self.label(), Arc::clone(&readable));
        Ok(readable.covers(topic))
    }

    /// What the window may read, for a command that is not itself a reading one: the scope of
    /// `snapshot`.
    pub(crate) fn readable(&self) -> Result<Readable, Refused> {
        // Tauri looks scopes up for the page that the window shows. A page embedded in that one
        // has its own origin, and must not borrow what the outer one may read.
        if self.is_embedded().map_err(failed)? {
            return Ok(Readable(None));
        }
        self.webview.resolve_command_scope("revgate", "snapshot").map(Readable).map_err(failed)
    }

    /// Whether a page of the app itself has called, embedded or not.
    fn is_local(&self) -> bool {
        self.origins.contains(&ExecutionContext::Local)
    }

    fn is_embedded(&self) -> tauri::Result<bool> {
        if self.is_local() {
            return Ok(false);
        }
        let page = self.webview.url()?;
        let is_page = |origin: &ExecutionContext| match origin {
            ExecutionContext::Local => true,
            ExecutionContext::Remote { url } => url.test(&page),
        };
        Ok(!self.origins.iter().any(is_page))
    }
}

impl Readable {
    pub(crate) fn covers(&self, topic: &str) -> bool {
        self.0.as_ref().is_some_and(|scope| covers(scope.command_scope(), topic))
    }

    /// The topics that there are.
    pub(crate) fn visible(&self, registry: &Registry) -> Vec<Named> {
        self.0.as_ref().map(|scope| visible(scope.command_scope(), registry)).unwrap_or_default()
    }

    /// That there is no such topic. Tells of those that may be read, and no others.
    pub(crate) fn unknown(&self, topic: &str, registry: &Registry) -> Refused {
        unknown(topic, self.visible(registry))
    }
}

impl Readers {
    /// Another page may come: asks anew.
    pub(crate) fn forget(&self, window: &str) {
        self.lock().remove(window);
    }

    fn get(&self, window: &str) -> Option<Arc<Readable>> {
        self.lock().get(window).cloned()
    }

    fn set(&self, window: &str, readable: Arc<Readable>) {
        self.lock().insert(window.to_owned(), readable);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Readable>>> {
        // It is whole after every statement, so a panic elsewhere spoils nothing.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// Not `CommandScope::matches`: to that, no scope at all means everything.
fn covers(scope: &CommandScope<Entry>, topic: &str) -> bool {
    pattern::covers(scope.allows(), scope.denies(), topic)
}

fn visible(scope: &CommandScope<Entry>, registry: &Registry) -> Vec<Named> {
    pattern::visible(scope.allows(), scope.denies(), |from| registry.first(from))
}

/// That there is no such topic, in a window that may know of these.
fn unknown(topic: &str, visible: Vec<Named>) -> Refused {
    let known: Vec<_> = visible.into_iter().map(|(name, _)| name).collect();
    Refusal::UnknownTopic(UnknownTopic::new(topic, &known))
}

fn denied(topic: &str, access: Access) -> Refused {
    Refusal::Denied(Denied::new(part::whole(topic), access))
}

fn failed(error: tauri::Error) -> Refused {
    Refusal::Failed { reason: error.to_string() }
}

impl<'a, R: Runtime> CommandArg<'a, R> for Caller<R> {
    /// # Errors
    ///
    /// If an entry of the scope is malformed, naming its text: then nothing is allowed.
    fn from_command(command: CommandItem<'a, R>) -> Result<Self, InvokeError> {
        let resolved = command.acl.iter().flatten();
        let webview = command.message.webview();
        let origins = resolved.map(|command| command.context.clone()).collect();
        let takes_actions = command.name == "act";
        let scope = CommandScope::<Entry>::from_command(command)?;
        // An entry with `actions` would otherwise allow, or deny, more than it says.
        let entries = scope.allows().iter().chain(scope.denies());
        if let Some(entry) = entries.into_iter().find(|entry| !takes_actions && entry.is_partial())
        {
            let reason = format!(
                "an entry with `actions` is for the permission `revgate:act` alone: {entry:?}"
            );
            return Err(InvokeError::from(reason));
        }
        Ok(Self { webview, origins, scope })
    }
}
