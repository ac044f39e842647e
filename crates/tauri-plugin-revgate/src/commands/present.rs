//! How a window tells of itself.

use revgate::action::{Seq, Source};
use revgate::wire::Access;
use serde_json::Value;
use tauri::ipc::Response;
use tauri::{Runtime, State, command};

use crate::form::{Failure, Form};
use crate::presence::Message;
use crate::registry::Registry;
use crate::scope::Caller;
use crate::view::to_json;

/// Sets what the window tells of itself in `topic`; ends it, if it is to `clear`. **The entry is
/// that of the webview that calls**: none can speak for another. Returns the version that has it
/// so; `null` if the message comes too late.
///
/// Each page chooses a `source` of its own, a random number, and numbers its messages by `seq`:
/// what is on its way when the page goes does not bring it back.
///
/// The answer tells nothing of the others: the window need not be allowed to read the topic.
// Not async, as the other commands are: so it is done in its turn among the ends of pages and
// windows, which are told on the main thread too. It takes microseconds.
#[command]
#[expect(clippy::too_many_arguments, reason = "each is an argument of the command")]
pub(crate) fn present<R: Runtime>(
    caller: Caller<R>,
    registry: State<'_, Registry>,
    topic: String,
    source: Source,
    seq: Seq,
    entry: Option<Value>,
    clear: Option<bool>,
    form: Option<Form>,
) -> Result<Response, Failure> {
    let form = form.unwrap_or_default();
    let present = || {
        caller.permit(&topic, Access::Present)?;
        let Some(found) = registry.find(&topic) else {
            return Err(caller.readable()?.unknown(&topic, &registry));
        };
        let entry = match clear {
            Some(true) => None,
            _ => Some(form.sent(entry.unwrap_or_default())?),
        };
        let message = Message { window: caller.label(), source, seq };
        let version = found.present(&message, entry.as_ref())?;
        // If the webview went while the command was on its way, its end has been dealt with already.
        if !caller.is_open() {
            found.leave(caller.label());
        }
        to_json(&version)
    };
    form.answer(present())
}
