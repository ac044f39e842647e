//! How a window creates and removes topics of families.

use revgate::wire::{Access, Refusal, Written};
use revgate::{Invalid, TopicName, TopicNameError};
use serde_json::Value;
use tauri::ipc::Response;
use tauri::{Runtime, State, command};

use super::{Answer, called, durably};
use crate::form::{Failure, Form, Refused};
use crate::inspector::Call;
use crate::registry::Registry;
use crate::scope::Caller;

/// Creates `topic` with the state `data`. Returns what was `Written`: its version alone. **One that is there
/// already is left as it is**, and the call refused as one that [`Exists`](Refusal::Exists).
///
/// The answer tells nothing of any state, so the window need not be allowed to read the topic.
#[command]
pub(crate) async fn create<R: Runtime>(
    caller: Caller<R>,
    registry: State<'_, Registry>,
    topic: String,
    data: Value,
    form: Option<Form>,
) -> Result<Response, Failure> {
    let form = form.unwrap_or_default();
    let create = async || {
        caller.permit(&topic, Access::Create)?;
        let name = named(&topic)?;
        let made = registry.create_member(&name, &form.sent(data)?, caller.label());
        let made = made.unwrap_or_else(|| Err(no_member(&caller, &registry, &topic)?))?;
        durably(&*made, Written::new(made.version(), None)).await
    };
    form.answer(called(&caller, &registry, &topic, Call::Create, create).await)
}

/// Ends `topic`, and removes what is saved of it; `false` if there is none. Whoever edits it meanwhile is told
/// that there is none; but of one that is the same on several machines the edit comes first.
#[command]
pub(crate) async fn remove<R: Runtime>(
    caller: Caller<R>,
    registry: State<'_, Registry>,
    topic: String,
    form: Option<Form>,
) -> Result<Response, Failure> {
    let remove = async || {
        caller.permit(&topic, Access::Remove)?;
        let removed = registry.remove_member(&named(&topic)?, caller.label());
        let removed = removed.unwrap_or_else(|| Err(no_member(&caller, &registry, &topic)?));
        removed.map(|was_there| was_there.to_string())
    };
    let answer = called(&caller, &registry, &topic, Call::Remove, remove).await;
    form.unwrap_or_default().answer(answer)
}

fn named(topic: &str) -> Answer<TopicName> {
    let invalid = |error: TopicNameError| Invalid::new("topic", error.to_string());
    topic.parse().map_err(|error| Refusal::Invalid(invalid(error)))
}

/// That a topic of this name is, or would be, of no family.
fn no_member<R: Runtime>(caller: &Caller<R>, registry: &Registry, topic: &str) -> Answer<Refused> {
    if registry.find(topic).is_none() {
        return Ok(caller.readable()?.unknown(topic, registry));
    }
    let reason = format!(
        "the topic `{topic}` is of no family: it is there as long as the app runs, and windows create and \
         remove those of families alone"
    );
    Ok(Refusal::Failed { reason })
}
