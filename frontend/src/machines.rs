//! On one of several machines: what the others cannot have of the settings yet.

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use revgate_leptos::{Unsynced, use_topic};

/// How long changes may be on their way before they are said to wait: each is for a moment, and a word that comes
/// and goes with every change tells nobody anything.
const PATIENCE_MS: u32 = 1_000;

/// What there is to say of it: `None` if there is nothing, or if there are no other machines.
pub(crate) fn use_unsynced() -> Signal<Option<Unsynced>> {
    let query = window().location().search().unwrap_or_default();
    if !is_joined(&query) {
        return Signal::stored(None);
    }
    let unsynced = use_topic::<Unsynced>();
    let since = unsynced.select(|it| {
        let waiting = it.topics.values().filter(|waiting| waiting.changes > 0);
        waiting.map(|waiting| waiting.since_ms).min()
    });
    let has_waited = RwSignal::new(false);
    // The timer of the run before ends with it.
    Effect::new(move |_| {
        has_waited.set(false);
        since.get()?;
        Some(Timeout::new(PATIENCE_MS, move || has_waited.set(true)))
    });
    Memo::new(move |_| to_say(unsynced.get(), has_waited.get())).into()
}

fn to_say(mut unsynced: Unsynced, has_waited: bool) -> Option<Unsynced> {
    unsynced.topics.retain(|_, waiting| has_waited || waiting.refused.is_some());
    (unsynced != Unsynced::default()).then_some(unsynced)
}

/// The backend says so in the address: elsewhere there is no topic to ask.
fn is_joined(query: &str) -> bool {
    query.trim_start_matches('?').split('&').any(|part| part == "joined")
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use revgate_leptos::{Unsynced, Waiting};

    use super::{is_joined, to_say};

    fn unsynced(offline: Option<&str>, refused: Option<&str>) -> Unsynced {
        let waiting = Waiting { changes: 1, since_ms: 1, refused: refused.map(str::to_owned) };
        let topics = [("settings".parse().expect("a name"), waiting)].into();
        Unsynced { offline: offline.map(str::to_owned), topics }
    }

    #[test]
    fn changes_are_said_to_wait_after_a_while_and_all_else_at_once() {
        assert_eq!(to_say(Unsynced::default(), true), None);
        assert_eq!(to_say(unsynced(None, None), false), None);
        assert_eq!(to_say(unsynced(None, None), true), Some(unsynced(None, None)));
        let refused = unsynced(None, Some("too large"));
        assert_eq!(to_say(refused.clone(), false), Some(refused));
        let offline = to_say(unsynced(Some("gone"), None), false).expect("it is offline");
        assert_eq!((offline.offline.as_deref(), offline.topics.len()), (Some("gone"), 0));
    }

    #[test]
    fn the_address_says_whether_there_are_other_machines() {
        for (query, joined) in
            [("", false), ("?joined", true), ("?window=main&joined", true), ("?rejoined", false)]
        {
            assert_eq!(is_joined(query), joined, "{query}");
        }
    }
}
