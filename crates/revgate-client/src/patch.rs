//! States and the patches (RFC 6902) between them.

use json_patch::Patch;
use revgate::Topic;
use serde_json::Value;

/// A change as it is cheapest to send.
pub(crate) enum Cheapest {
    /// The whole state.
    State(Value),
    /// What turns the old state into the new one.
    Patch(Patch),
}

/// The shorter of the new state and the patch from the old one to it.
///
/// # Errors
///
/// If a state cannot be written as JSON, in words.
pub(crate) fn cheapest<T: Topic>(old: &T, new: &T) -> Result<Cheapest, String> {
    let (old, new) = (to_json(old)?, to_json(new)?);
    let patch = json_patch::diff(&old, &new);
    Ok(match len(&patch)? < len(&new)? {
        true => Cheapest::Patch(patch),
        false => Cheapest::State(new),
    })
}

/// The state that `patch` makes of `state`.
///
/// # Errors
///
/// If the patch does not fit, or does not lead to a state of this type, in words.
pub(crate) fn apply<T: Topic>(state: &T, patch: &Patch) -> Result<T, String> {
    let mut state = to_json(state)?;
    json_patch::patch(&mut state, patch).map_err(|error| format!("the patch: {error}"))?;
    serde_json::from_value(state).map_err(|error| format!("the patched state: {error}"))
}

fn to_json<T: Topic>(state: &T) -> Result<Value, String> {
    serde_json::to_value(state).map_err(|error| format!("the state is no JSON: {error}"))
}

fn len(value: &impl serde::Serialize) -> Result<usize, String> {
    serde_json::to_vec(value).map(|json| json.len()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use revgate::settings::Settings;

    use super::*;

    #[test]
    fn a_small_change_is_a_patch_that_leads_to_the_same_state() {
        let old = Settings::default();
        let new = Settings { font_size: 20, auto_save: false, ..old.clone() };
        let Ok(Cheapest::Patch(patch)) = cheapest(&old, &new) else { panic!("two fields of six") };
        assert_eq!(apply(&old, &patch), Ok(new));
    }

    #[test]
    fn a_change_of_everything_is_the_state() {
        #[derive(Clone, serde::Serialize, serde::Deserialize)]
        struct Numbers(Vec<u8>);

        impl Topic for Numbers {
            const NAME: &'static str = "numbers";
        }

        let (old, new) = (Numbers(vec![0; 10]), Numbers(vec![1; 10]));
        assert!(matches!(cheapest(&old, &new), Ok(Cheapest::State(_))));
    }

    #[test]
    fn a_patch_that_does_not_fit_says_where() {
        let patch = |json: &str| serde_json::from_str::<Patch>(json).expect("a patch");
        let missing = patch(r#"[{"op":"remove","path":"/colour"}]"#);
        let error = apply(&Settings::default(), &missing).expect_err("no such field");
        assert!(error.contains("/colour"), "{error}");
        let wrong = patch(r#"[{"op":"replace","path":"/fontSize","value":"big"}]"#);
        let error = apply(&Settings::default(), &wrong).expect_err("no number");
        assert!(error.contains("\"big\""), "{error}");
    }
}
