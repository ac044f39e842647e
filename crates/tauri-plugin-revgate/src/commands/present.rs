//! How a window tells of itself.

use revgate::action::Seq;
use revgate::presence::Visit;
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
/// that of the webview that calls**: none can speak for another. Returns what was `Presented`: the
/// version that has it so; a `visit`, if the message named none or one that is over, to say it again
/// in; or `null`, if something newer has been said.
///
/// A page numbers its messages by `seq`: what is on its way when the page goes does not bring it
/// back. Nor do the messages of one page overtake each other, in whatever order they are done.
///
/// The answer tells nothing of the others: the window need not be allowed to read the topic.
#[command]
#[expect(clippy::too_many_arguments, reason = "each is an argument of the command")]
pub(crate) async fn present<R: Runtime>(
    caller: Caller<R>,
    registry: State<'_, Registry>,
    topic: String,
    visit: Option<Visit>,
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
        to_json(&found.present(&Message { window: caller.label(), visit, seq }, entry.as_ref())?)
    };
    form.answer(present())
}
