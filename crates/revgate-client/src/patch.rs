//! States and the patches (RFC 6902) between them.

use revgate::json::{Tree, diff, fingerprint, splice};
use revgate::{Invalid, Topic};

use crate::Change;
use crate::look::{LARGE, Look};

/// A change as it is cheapest to send, as JSON.
pub(crate) enum Cheapest {
    /// The whole state.
    State(String),
    /// What turns the old state into the new one.
    Patch(String),
}

/// The shorter of the new state and the patch from the old one to it.
///
/// # Errors
///
/// If the new state cannot be written as JSON. `serde_json` would write `null` for a NaN.
pub(crate) fn cheapest<T: Topic>(change: &Change<T>) -> Result<Cheapest, Invalid> {
    if let Some(patch) = by_parts(change) {
        return Ok(Cheapest::Patch(patch));
    }
    let [old, new] = change.looks();
    if new.known_print().is_none() && new.since(old).is_none() {
        fingerprint(&*change.new)?;
    }
    let state = new.text(&*change.new).map_err(|error| Invalid::new("", error.to_string()))?;
    Ok(match patch(&*change.old, [old, new], &state) {
        Some(patch) if patch.len() < state.len() => Cheapest::Patch(patch),
        _ => Cheapest::State(state.as_ref().to_owned()),
    })
}

/// What of a large state has changed, part by part: nothing else of it is looked at.
fn by_parts<T: Topic>(change: &Change<T>) -> Option<String> {
    let [look, new_look] = change.looks();
    if !T::PARTS.is_some() || !look.is_large(&*change.old) {
        return None;
    }
    let since = new_look.since(look).cloned();
    let patch = since.or_else(|| T::PARTS.diff(&change.old, &change.new, LARGE))?;
    if patch.json.len() > LARGE || !patch.is_narrow || !look.is_narrow(&*change.old) {
        return None;
    }
    new_look.inherit_narrow(look);
    Some(patch.json)
}

/// The patch that makes the JSON `new` of the state `old`; `None` if it is longer than that. To apply
/// it may take values, and those have integers of 64 bits.
fn patch<T: Topic>(old: &T, [look, new_look]: [&Look; 2], new: &str) -> Option<String> {
    let text = look.text(old).ok()?;
    let patch = new_look.since(look).cloned().or_else(|| diff(&text, new, new.len()))?;
    if !(patch.is_narrow && look.is_narrow(old)) {
        return None;
    }
    new_look.inherit_narrow(look);
    Some(patch.json)
}

/// The state that `patch` makes of `state`, which looks like `look`.
///
/// # Errors
///
/// If the patch does not fit, or does not lead to a state of this type, in words.
pub(crate) fn apply<T: Topic>(state: &T, look: &Look, patch: &str) -> Result<(T, Look), String> {
    let unwritable = |error| format!("the state to patch: {error}");
    let is_large = look.is_large(state);
    // Of a large one, most of its text stays as it is.
    let spliced = match is_large {
        true => splice(&look.any_text(state).map_err(unwritable)?, patch),
        false => None,
    };
    if let Some(text) = spliced
        && let Ok(state) = serde_json::from_str(&text)
    {
        return Ok((state, look.of_read(text)));
    }
    let text = patched(&serde_json::to_string(state).map_err(unwritable)?, patch)?;
    let state = serde_json::from_str(&text);
    Ok((state.map_err(|error| format!("the patched state: {error}"))?, Look::default()))
}

/// What the patch makes of the JSON `text`, whatever it takes. It knows no type of a topic: so it is in a
/// window once.
fn patched(text: &str, patch: &str) -> Result<String, String> {
    let mut tree: Tree = text.parse().map_err(|error| format!("the state to patch: {error}"))?;
    tree.patch(patch).map_err(|fault| format!("the patch: {fault}"))?;
    Ok(tree.to_string())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;
    use std::sync::Arc;

    use revgate::Version;
    use revgate_settings::Settings;

    use super::*;

    fn cheapest_of<T: Topic>(old: &T, new: &T) -> Result<Cheapest, Invalid> {
        cheapest(&Change::new(Version::default(), old.clone(), new.clone()))
    }

    fn applied<T: Topic>(state: &T, patch: &str) -> Result<T, String> {
        apply(state, &Look::default(), patch).map(|(state, _)| state)
    }

    #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    struct List<N>(Vec<N>);

    impl<N: Clone + Send + Sync + serde::Serialize + serde::de::DeserializeOwned + 'static> Topic
        for List<N>
    {
        const NAME: &'static str = "list";
    }

    #[test]
    fn a_small_change_is_a_patch_that_leads_to_the_same_state() {
        let old = Settings::default();
        let new = Settings { font_size: 20, auto_save: false, ..old.clone() };
        let Ok(Cheapest::Patch(json)) = cheapest_of(&old, &new) else {
            panic!("two fields of six")
        };
        assert_eq!(applied(&old, &json), Ok(new));
    }

    #[test]
    fn a_change_of_everything_is_the_state() {
        let Ok(Cheapest::State(json)) = cheapest_of(&List(vec![0; 10]), &List(vec![1; 10])) else {
            panic!("ten operations are longer than ten digits")
        };
        assert_eq!(json, "[1,1,1,1,1,1,1,1,1,1]");
    }

    #[test]
    fn what_values_cannot_hold_is_sent_as_the_state() {
        let mut new = List(vec![u128::from(u64::MAX); 20]);
        let old = new.clone();
        new.0[7] += 1;
        assert!(
            matches!(cheapest_of(&old, &new), Ok(Cheapest::State(json)) if json.contains("18446744073709551616"))
        );
        assert!(matches!(cheapest_of(&new, &old), Ok(Cheapest::State(_))));
        // Nor is anything a patch beside one.
        let old = new.clone();
        new.0[0] = 1;
        assert!(matches!(cheapest_of(&old, &new), Ok(Cheapest::State(_))));
    }

    #[test]
    fn zero_and_negative_zero_are_two_numbers_to_a_patch() {
        let (old, mut new) = (List(vec![0.0_f64; 100]), List(vec![0.0; 100]));
        new.0[7] = -0.0;
        for (old, new) in [(&old, &new), (&new, &old)] {
            let Ok(Cheapest::Patch(json)) = cheapest_of(old, new) else { panic!("one of 100") };
            let made = applied(old, &json).expect("it fits");
            assert_eq!(made.0[7].is_sign_negative(), new.0[7].is_sign_negative(), "{json}");
        }
    }

    #[test]
    fn what_is_no_json_is_refused_by_its_place() {
        let fault = cheapest_of(&List(vec![0.0; 3]), &List(vec![0.0, f64::NAN, 0.0]));
        assert_eq!(fault.err().map(|fault| fault.path).as_deref(), Some("[1]"));
    }

    #[test]
    fn a_patch_that_does_not_fit_says_where() {
        let missing = r#"[{"op":"remove","path":"/colour"}]"#;
        let error = applied(&Settings::default(), missing).expect_err("no such field");
        assert!(error.contains("/colour"), "{error}");
        let wrong = r#"[{"op":"replace","path":"/fontSize","value":"big"}]"#;
        let error = applied(&Settings::default(), wrong).expect_err("no number");
        assert!(error.contains("\"big\""), "{error}");
    }

    thread_local! {
        static WRITTEN: Cell<u32> = const { Cell::new(0) };
    }

    /// Counts how often it is gone through.
    #[derive(Clone, Debug, PartialEq, serde::Deserialize)]
    #[serde(transparent)]
    struct Counted(Vec<u32>);

    impl serde::Serialize for Counted {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            WRITTEN.set(WRITTEN.get() + 1);
            self.0.serialize(serializer)
        }
    }

    impl Topic for Counted {
        const NAME: &'static str = "counted";
    }

    #[test]
    fn a_large_state_is_patched_without_being_written_again() {
        let (mut state, mut look) = (Counted((0..10_000).collect()), Look::default());
        for (number, written) in [(1_u32, 2), (2, 0), (3, 0)] {
            WRITTEN.set(0);
            let patch = format!(r#"[{{"op":"replace","path":"/{number}","value":7}}]"#);
            (state, look) = apply(&state, &look, &patch).expect("it fits");
            // The first time, how large it is, and its text.
            assert_eq!((WRITTEN.get(), state.0[number as usize]), (written, 7));
        }
        assert_eq!(state.0[..5], [0, 7, 7, 7, 4]);
        // What takes more than a text, or does not fit, is done by values.
        let moved = r#"[{"op":"move","from":"/0","path":"/9999"}]"#;
        let (moved, _) = apply(&state, &look, moved).expect("it fits");
        assert_eq!((moved.0[0], moved.0[9_999]), (7, 0));
        let wrong = r#"[{"op":"replace","path":"/0","value":"x"}]"#;
        assert!(apply(&state, &look, wrong).expect_err("no number").contains("\"x\""));
    }

    #[test]
    fn an_edit_on_a_large_state_is_sent_at_the_cost_of_writing_it_once() {
        let old = Arc::new(Counted((0..10_000).collect()));
        let look = |state: &Counted| Rc::new(Look::at(state).expect("JSON"));
        let mut old = (Arc::clone(&old), look(&old));
        for (number, written) in [(1_u32, 2), (2, 1), (3, 1)] {
            let mut new = Counted::clone(&old.0);
            new.0[number as usize] = 7;
            let new = (look(&new), Arc::new(new));
            let new = (new.1, new.0);
            WRITTEN.set(0);
            let change = Change::seen(Version::default(), (&old.0, &old.1), (&new.0, &new.1));
            let Ok(Cheapest::Patch(json)) = cheapest(&change) else { panic!("one of many") };
            let expected = format!(r#"[{{"op":"replace","path":"/{number}","value":7}}]"#);
            assert_eq!((json, WRITTEN.get()), (expected, written));
            old = new;
        }
    }
}
