//! States and the patches (RFC 6902) between them.

use json_patch::Patch;
use revgate::json::fingerprint;
use revgate::{Invalid, Topic};
use serde_json::Value;

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
pub(crate) fn cheapest<T: Topic>(old: &T, new: &T) -> Result<Cheapest, Invalid> {
    fingerprint(new)?;
    let state = serde_json::to_string(new).map_err(|error| Invalid::new("", error.to_string()))?;
    Ok(match diff(old, new) {
        Some(patch) if patch.len() < state.len() => Cheapest::Patch(patch),
        _ => Cheapest::State(state),
    })
}

/// The patch, if there is one that leads to exactly the new state.
fn diff<T: Topic>(old: &T, new: &T) -> Option<String> {
    // What is JSON as text need not be a value: those have integers of 64 bits.
    let (old, new) = (serde_json::to_value(old).ok()?, serde_json::to_value(new).ok()?);
    // To `json_patch` it is the same as 0.
    let is_exact = !has_negative_zero(&old) && !has_negative_zero(&new);
    is_exact.then(|| serde_json::to_string(&json_patch::diff(&old, &new)).ok())?
}

fn has_negative_zero(value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            number.as_f64().is_some_and(|it| it == 0.0 && it.is_sign_negative())
        }
        Value::Array(items) => items.iter().any(has_negative_zero),
        Value::Object(fields) => fields.values().any(has_negative_zero),
        _ => false,
    }
}

/// The state that `patch` makes of `state`.
///
/// # Errors
///
/// If the patch does not fit, or does not lead to a state of this type, in words.
pub(crate) fn apply<T: Topic>(state: &T, patch: &Patch) -> Result<T, String> {
    let mut state =
        serde_json::to_value(state).map_err(|error| format!("the state to patch: {error}"))?;
    json_patch::patch(&mut state, patch).map_err(|error| format!("the patch: {error}"))?;
    serde_json::from_value(state).map_err(|error| format!("the patched state: {error}"))
}

#[cfg(test)]
mod tests {
    use revgate::settings::Settings;

    use super::*;

    fn patch(json: &str) -> Patch {
        serde_json::from_str(json).expect("a patch")
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
        let Ok(Cheapest::Patch(json)) = cheapest(&old, &new) else { panic!("two fields of six") };
        assert_eq!(apply(&old, &patch(&json)), Ok(new));
    }

    #[test]
    fn a_change_of_everything_is_the_state() {
        let Ok(Cheapest::State(json)) = cheapest(&List(vec![0; 10]), &List(vec![1; 10])) else {
            panic!("ten operations are longer than ten digits")
        };
        assert_eq!(json, "[1,1,1,1,1,1,1,1,1,1]");
    }

    #[test]
    fn what_a_patch_cannot_say_exactly_is_the_state() {
        let mut new = List(vec![u128::from(u64::MAX); 20]);
        let old = new.clone();
        new.0[7] += 1;
        assert!(
            matches!(cheapest(&old, &new), Ok(Cheapest::State(json)) if json.contains("18446744073709551616"))
        );
        assert!(matches!(cheapest(&new, &old), Ok(Cheapest::State(_))));
        let mut new = List(vec![0.0; 100]);
        let old = new.clone();
        new.0[7] = -0.0;
        assert!(matches!(cheapest(&old, &new), Ok(Cheapest::State(json)) if json.contains("-0.0")));
        assert!(matches!(cheapest(&new, &old), Ok(Cheapest::State(_))));
    }

    #[test]
    fn what_is_no_json_is_refused_by_its_place() {
        let fault = cheapest(&List(vec![0.0; 3]), &List(vec![0.0, f64::NAN, 0.0]));
        assert_eq!(fault.err().map(|fault| fault.path).as_deref(), Some("[1]"));
    }

    #[test]
    fn a_patch_that_does_not_fit_says_where() {
        let missing = patch(r#"[{"op":"remove","path":"/colour"}]"#);
        let error = apply(&Settings::default(), &missing).expect_err("no such field");
        assert!(error.contains("/colour"), "{error}");
        let wrong = patch(r#"[{"op":"replace","path":"/fontSize","value":"big"}]"#);
        let error = apply(&Settings::default(), &wrong).expect_err("no number");
        assert!(error.contains("\"big\""), "{error}");
    }
}
