//! What has been written since the subscribers of a topic were told last.

use revgate::action::Told;

use crate::form::Json;
use crate::store::Published;

/// Actions as they were done, in their order: whoever has the state before them can do them, too.
pub(crate) type Actions = Vec<Told<Json>>;

/// The state that subscribers were told of last, and what has become of it since.
pub(crate) struct Pending<T> {
    pub(crate) before: Published<T>,
    /// All that makes the newest state of that one, if nothing but actions does, and not too many.
    pub(crate) actions: Option<Actions>,
}

/// The most actions that are kept, in bytes of JSON: more are told to nobody.
const MOST: usize = 64 * 1024;

/// Roughly how long they are as JSON, in bytes.
pub(crate) fn size(actions: &[Told<Json>]) -> usize {
    // `{"at":"1700000000000","seed":"18446744073709551615","action":},`
    const CONTEXT: usize = 64;
    actions.iter().map(|told| CONTEXT + told.action.get().len()).sum()
}

impl<T> Pending<T> {
    /// A first write, of the state that was `before`; by these actions, if by some.
    pub(crate) fn new(before: Published<T>, actions: Option<Actions>) -> Self {
        Self { before, actions: actions.filter(|actions| size(actions) <= MOST) }
    }

    /// A further write.
    pub(crate) fn add(&mut self, actions: Option<Actions>) {
        let all = self.actions.take().zip(actions).map(|(mut all, next)| {
            all.extend(next);
            all
        });
        self.actions = all.filter(|actions| size(actions) <= MOST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::sync::Arc;

    use revgate::Version;
    use revgate::action::Context;
    use revgate::settings::Settings;
    use serde_json::value::to_raw_value;

    use crate::store::Store;

    fn done(action: &str) -> Option<Actions> {
        let action = to_raw_value(action).expect("JSON");
        Some(vec![Told::new(Context::new(0, 0), action)])
    }

    /// What is kept of these, done one after the other.
    fn kept(writes: impl IntoIterator<Item = Option<Actions>>) -> Option<String> {
        let store = Store::new(Version::default(), Arc::new(Settings::default())).expect("JSON");
        let mut writes = writes.into_iter();
        let mut pending = Pending::new(store.published(), writes.next().flatten());
        writes.for_each(|write| pending.add(write));
        pending.actions.map(|actions| actions.iter().map(|told| told.action.get()).collect())
    }

    #[test]
    fn actions_are_one_after_the_other_and_another_write_ends_that() {
        assert_eq!(kept([done("a"), done("b")]).as_deref(), Some(r#""a""b""#));
        assert_eq!(kept([done("a"), None, done("b")]), None);
        assert_eq!(kept([None, done("b")]), None);
    }

    #[test]
    fn what_is_too_much_is_not_kept() {
        let half = || done(&"x".repeat(MOST / 2 - 100));
        assert!(kept([half(), half()]).is_some());
        assert_eq!(kept([half(), half(), half()]), None);
        assert_eq!(kept([done(&"x".repeat(MOST))]), None);
    }
}
