//! Patches of a part as patches of the whole state.

use alloc::borrow::{Cow, ToOwned};
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::Deserialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::Invalid;
use crate::json::splice::{index, present};
use crate::wire::PatchFault;

/// Where a part has its value.
const VALUE: &str = "/value";

/// What the patch (RFC 6902) `patch` of the part at `pointer` is to the whole state.
///
/// ```
/// use revgate::json::part::widen;
///
/// let patch = r#"[{"op":"replace","path":"/value/title","value":"T"}]"#;
/// let widened = r#"[{"op":"replace","path":"/docs/42/title","value":"T"}]"#;
/// assert_eq!(widen(patch, "/docs/42")?, widened);
/// # Ok::<(), revgate::wire::PatchFault>(())
/// ```
///
/// # Errors
///
/// If it is no list of operations, or one of them leads out of the part.
pub fn widen(patch: &str, pointer: &str) -> Result<String, PatchFault> {
    let fault = |operation, path: &str, reason: String| {
        let path = path.to_owned();
        PatchFault { operation, path, reason }
    };
    let mut operations: Vec<BTreeMap<String, Box<RawValue>>> =
        serde_json::from_str(patch).map_err(|error| fault(0, "", error.to_string()))?;
    for (number, operation) in operations.iter_mut().enumerate() {
        for name in ["path", "from"] {
            let Some(place) = operation.get_mut(name) else { continue };
            let path: String = serde_json::from_str(place.get())
                .map_err(|error| fault(number, place.get(), error.to_string()))?;
            let within = path.strip_prefix(VALUE).filter(|it| it.is_empty() || it.starts_with('/'));
            let outside = || format!("what a part has is at `{VALUE}` and below");
            let within = within.ok_or_else(|| fault(number, &path, outside()))?;
            *place = to_raw_value(&format!("{pointer}{within}"))
                .map_err(|error| fault(number, &path, error.to_string()))?;
        }
    }
    serde_json::to_string(&operations).map_err(|error| fault(0, "", error.to_string()))
}

/// The patch of the whole state that makes the part at `pointer` this one, where something `is_there`, or
/// nothing is.
///
/// ```
/// use revgate::json::part::replacement;
///
/// let patch = replacement(r#"{"value":7}"#, "/docs/42", false)?;
/// assert_eq!(patch, r#"[{"op":"add","path":"/docs/42","value":7}]"#);
/// assert_eq!(replacement("{}", "/docs/42", true)?, r#"[{"op":"remove","path":"/docs/42"}]"#);
/// # Ok::<(), revgate::Invalid>(())
/// ```
///
/// # Errors
///
/// If it is no part.
pub fn replacement(part: &str, pointer: &str, is_there: bool) -> Result<String, Invalid> {
    #[derive(Deserialize)]
    struct Sent {
        #[serde(default, deserialize_with = "present")]
        value: Option<Box<RawValue>>,
    }
    let invalid = |error: serde_json::Error| Invalid::new("", error.to_string());
    let Sent { value } = serde_json::from_str(part).map_err(invalid)?;
    let path = serde_json::to_string(pointer).map_err(invalid)?;
    Ok(match (value, is_there) {
        (Some(value), true) => format!(r#"[{{"op":"replace","path":{path},"value":{value}}}]"#),
        (Some(value), false) => format!(r#"[{{"op":"add","path":{path},"value":{value}}}]"#),
        (None, true) => format!(r#"[{{"op":"remove","path":{path}}}]"#),
        (None, false) => "[]".to_owned(),
    })
}

/// Whether the patch of the whole state can make another of the part at `pointer`. **Who is told no has not
/// to look**; one that cannot be read may do anything.
///
/// ```
/// use revgate::json::part::is_touched;
///
/// let patch = r#"[{"op":"replace","path":"/docs/42/title","value":"T"}]"#;
/// assert!(is_touched(patch, "/docs/42"));
/// assert!(!is_touched(patch, "/docs/4"));
/// ```
#[must_use]
pub fn is_touched(patch: &str, pointer: &str) -> bool {
    #[derive(Deserialize)]
    struct Places<'a> {
        #[serde(borrow)]
        op: Cow<'a, str>,
        #[serde(borrow)]
        path: Cow<'a, str>,
        #[serde(borrow, default)]
        from: Option<Cow<'a, str>>,
    }
    let Ok(operations) = serde_json::from_str::<Vec<Places<'_>>>(patch) else { return true };
    operations.iter().any(|Places { op, path, from }| {
        let moves = op != "replace" && op != "test";
        let touches = |place: &str| touches(place, pointer, moves);
        touches(path) || from.as_deref().is_some_and(touches)
    })
}

/// Whether what is done at `place` can be seen at `pointer`; if it `moves`, what follows in a list is
/// elsewhere after it.
fn touches(place: &str, pointer: &str, moves: bool) -> bool {
    if rest(pointer, place).is_some() || rest(place, pointer).is_some() {
        return true;
    }
    let Some((list, item)) = place.rsplit_once('/') else { return true };
    let step = rest(pointer, list).and_then(|rest| rest.split('/').nth(1));
    // It may be the field of an object that has such a name: then somebody looks in vain.
    let is_item = item == "-" || index(item).is_some();
    moves && is_item && step.is_some_and(|step| index(step).is_some())
}

/// What follows in `pointer` behind `beginning`, if it leads through that.
fn rest<'a>(pointer: &'a str, beginning: &str) -> Option<&'a str> {
    pointer.strip_prefix(beginning).filter(|rest| rest.is_empty() || rest.starts_with('/'))
}
