//! How a window asks for actions.

use revgate::action::Source;
use revgate::wire::{Access, Acted};
use revgate::{Epoch, Revision, Version};
use serde_json::Value;
use tauri::ipc::Response;
use tauri::{Runtime, State, command};

use super::{Answer, called};
use crate::actions::Request;
use crate::decode::unwritable;
use crate::erased::ErasedTopic;
use crate::form::{Failure, Form, Json};
use crate::inspector::Call;
use crate::registry::Registry;
use crate::scope::Caller;

/// Does `actions` to `topic`, each of them once however often it is sent: they are told apart by
/// their `source` and their numbers. Returns what was `Acted`.
///
/// The answer tells nothing of the state but its version and what the actions themselves say when
/// they refuse: so the window need not be allowed to read the topic. **Each action that the scope
/// does not list is refused alone.**
///
/// `epoch` and `known` are the newest version that the window knew when it first sent the oldest of
/// them: its epoch, in another one of which nothing is done, and its revision. By that the backend
/// tells what it may have done and forgotten, see [`Ledger`](revgate::action::Ledger); of a window
/// that does not say it, it takes no risk.
///
/// `undo` says that the window may want to undo them: if they are done to another version than that,
/// the answer says how each is taken back.
#[command]
#[expect(clippy::too_many_arguments, reason = "each is an argument of the command")]
pub(crate) async fn act<R: Runtime>(
    caller: Caller<R>,
    registry: State<'_, Registry>,
    topic: String,
    epoch: Option<Epoch>,
    known: Option<Revision>,
    source: Source,
    undo: Option<bool>,
    actions: Value,
    form: Option<Form>,
) -> Result<Response, Failure> {
    let form = form.unwrap_or_default();
    let act = async || {
        caller.permit(&topic, Access::Act)?;
        let Some(found) = registry.find(&topic) else {
            return Err(caller.readable()?.unknown(&topic, &registry));
        };
        // What tells of the state is for a window that may read it, and is Rust: it does the actions
        // itself. Another one would learn whether it has guessed the state.
        let is_replica = form == Form::Text && caller.may_read(&topic, &registry)?;
        let mut acted = found.act(&Request {
            known: Version::new(epoch.unwrap_or_default(), known.unwrap_or_default()),
            source,
            undo: is_replica && undo.unwrap_or_default(),
            asked: found.asked(form.sent(actions)?)?,
            may: &|action| caller.may_do(&topic, action),
            window: caller.label(),
        })?;
        if !is_replica {
            acted.fingerprint = None;
        }
        durably(&*found, acted).await
    };
    form.answer(called(&caller, &registry, &topic, Call::Act, act).await)
}

/// The answer, once what was done is on the disk if the topic is one of those.
async fn durably(topic: &dyn ErasedTopic, mut acted: Acted<Json>) -> Answer<String> {
    if let Some(flush) = topic.flush_if_durable()
        && let Err(error) = flush.await
    {
        acted.not_durable = Some(topic.not_on_disk(acted.version(), error));
    }
    serde_json::to_string(&acted).map_err(|error| unwritable(&error))
}
