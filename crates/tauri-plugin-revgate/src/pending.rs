//! What has been written since the subscribers of a topic were told last.

use revgate::action::Told;

use crate::form::Json;
use crate::store::Published;

/// Actions as they were done, in their order: whoever has the state before them can do them, too.
pub(crate) type Actions = Vec<Told<Json>>;

/// What makes a state of the one before.
pub(crate) enum Deeds {
    Actions(Actions),
    /// A patch (RFC 6902), as JSON.
    Patch(String),
}

/// The state that subscribers were told of last, and what has become of it since.
pub(crate) struct Pending<T> {
    pub(crate) before: Published<T>,
    /// All that makes the newest state of that one, if it is of one kind, and not too much.
    pub(crate) deeds: Option<Deeds>,
}

/// The most that is kept of them, in bytes of JSON: more is told to nobody.
pub(crate) const MOST: usize = 64 * 1024;

/// Roughly how long they are as JSON, in bytes.
pub(crate) fn size(actions: &[Told<Json>]) -> usize {
    // `{"at":"1700000000000","seed":"18446744073709551615","action":},`
    const CONTEXT: usize = 64;
    actions.iter().map(|told| CONTEXT + told.action.get().len()).sum()
}

impl<T> Pending<T> {
    /// A first write, of the state that was `before`; by these deeds, if that is known.
    pub(crate) fn new(before: Published<T>, deeds: Option<Deeds>) -> Self {
        Self { before, deeds: deeds.filter(Deeds::are_few) }
    }

    /// A further write.
    pub(crate) fn add(&mut self, deeds: Option<Deeds>) {
        let all = self.deeds.take().zip(deeds).and_then(|(all, next)| all.and(next));
        self.deeds = all.filter(Deeds::are_few);
    }
}

impl Deeds {
    fn are_few(&self) -> bool {
        let size = match self {
            Self::Actions(actions) => size(actions),
            Self::Patch(patch) => patch.len(),
        };
        size <= MOST
    }

    /// These, and then `next`, if they are of one kind.
    fn and(self, next: Self) -> Option<Self> {
        match (self, next) {
            (Self::Actions(mut all), Self::Actions(next)) => {
                all.extend(next);
                Some(Self::Actions(all))
            }
            (Self::Patch(all), Self::Patch(next)) => joined(&all, &next).map(Self::Patch),
            _ => None,
        }
    }
}

/// The operations of both patches, in one.
fn joined(one: &str, other: &str) -> Option<String> {
    let operations = |patch: &str| {
        let patch = patch.trim().strip_prefix('[')?.strip_suffix(']')?;
        Some(patch.trim().to_owned())
    };
    let all = [operations(one)?, operations(other)?];
    let all: Vec<_> = all.into_iter().filter(|operations| !operations.is_empty()).collect();
    Some(format!("[{}]", all.join(",")))
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::sync::Arc;

    use revgate::Version;
    use revgate::action::Context;
    use revgate_settings::Settings;
    use serde_json::value::to_raw_value;

    use crate::store::Store;

    fn done(action: &str) -> Option<Deeds> {
        let action = to_raw_value(action).expect("JSON");
        Some(Deeds::Actions(vec![Told::new(Context::new(0, 0), action)]))
    }

    fn patched(patch: &str) -> Option<Deeds> {
        Some(Deeds::Patch(patch.to_owned()))
    }

    /// What is kept of these, done one after the other.
    fn kept(writes: impl IntoIterator<Item = Option<Deeds>>) -> Option<String> {
        let store = Store::new(Version::default(), Arc::new(Settings::default())).expect("JSON");
        let mut writes = writes.into_iter();
        let mut pending = Pending::new(store.published(), writes.next().flatten());
        writes.for_each(|write| pending.add(write));
        pending.deeds.map(|deeds| match deeds {
            Deeds::Actions(actions) => actions.iter().map(|told| told.action.get()).collect(),
            Deeds::Patch(patch) => patch,
        })
    }

    #[test]
    fn actions_are_one_after_the_other_and_another_write_ends_that() {
        assert_eq!(kept([done("a"), done("b")]).as_deref(), Some(r#""a""b""#));
        assert_eq!(kept([done("a"), None, done("b")]), None);
        assert_eq!(kept([None, done("b")]), None);
    }

    #[test]
    fn patches_are_one_and_not_mixed_with_actions() {
        let add = r#"{"op":"add","path":"/a","value":[1]}"#;
        let (one, spaced) = (format!("[{add}]"), format!(" [ {add} ] "));
        let both = kept([patched(&one), patched("[]"), patched(&spaced)]);
        assert_eq!(both, Some(format!("[{add},{add}]")));
        assert_eq!(kept([patched("[]"), patched("[ ]")]).as_deref(), Some("[]"));
        assert_eq!(kept([patched(&one), done("a")]), None);
        assert_eq!(kept([done("a"), patched(&one)]), None);
        assert_eq!(kept([patched(&one), None, patched(&one)]), None);
    }

    #[test]
    fn what_is_too_much_is_not_kept() {
        let half = || done(&"x".repeat(MOST / 2 - 100));
        assert!(kept([half(), half()]).is_some());
        assert_eq!(kept([half(), half(), half()]), None);
        assert_eq!(kept([done(&"x".repeat(MOST))]), None);
    }
}
