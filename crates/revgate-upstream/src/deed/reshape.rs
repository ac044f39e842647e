//! What waits while an app is brought to a new schema.

use revgate::json::Tree;
use revgate::{Invalid, Topic};

use super::{Deed, Did};
use crate::Outbox;

impl<T: Topic> Outbox<Deed<T>> {
    /// Whether something is kept that would have to be [reshaped](Self::reshape): actions and removals have no
    /// shape.
    pub fn has_shape(&self) -> bool {
        self.kept().any(|deed| !matches!(*deed.did, Did::Actions(_) | Did::Remove))
    }

    /// The topic was migrated since this was saved, and is `state` now; `None` if it was removed. **To be called
    /// then, before it is joined**: changes that were made of an older shape would be made of the new one in part, or
    /// not at all, and nobody would say so.
    ///
    /// What waits becomes one edit: from `base`, what the store had before it, to `state`, both in the new shape.
    /// Where nobody knows that, to `state`: fields, entries and items that are in the store alone are kept, and of
    /// one value this machine's stands. Where nothing [has a shape](Self::has_shape), all stays as it is.
    ///
    /// # Errors
    ///
    /// If a state cannot be JSON.
    ///
    /// ```
    /// use revgate::Topic;
    /// use revgate::action::Source;
    /// use revgate_upstream::{Deed, Outbox};
    /// use serde::{Deserialize, Serialize};
    ///
    /// #[derive(Clone, Serialize, Deserialize)]
    /// struct Look { theme: String }
    ///
    /// impl Topic for Look {
    ///     const NAME: &'static str = "look";
    /// }
    ///
    /// let look = |theme: &str| Look { theme: theme.to_owned() };
    /// let mut outbox = Outbox::<Deed<Look>>::new(Source::new(1));
    /// outbox.reshape(Some(&look("light")), Some(&look("dark")))?;
    /// assert_eq!(outbox.waiting().count(), 0, "nothing waits");
    /// # Ok::<(), revgate::Invalid>(())
    /// ```
    pub fn reshape(&mut self, base: Option<&T>, state: Option<&T>) -> Result<(), Invalid> {
        if !self.has_shape() {
            return Ok(());
        }
        let is_created = self.waiting().any(|(_, deed)| matches!(*deed.did, Did::Create(_)));
        let deed = match (base, state) {
            (_, None) => Deed::remove(),
            (Some(base), Some(state)) => Deed::between(base, state)?,
            (None, Some(state)) if is_created => Deed::create(state)?,
            (None, Some(state)) => Did::Become(Tree::of(state)?).into(),
        };
        self.become_one(deed);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use revgate::action::{Seq, Source};
    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::{Edit, State};

    /// The state in its new shape, in which `colour` was `dark`.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Look {
        colour: String,
        sizes: BTreeMap<String, u8>,
    }

    impl Topic for Look {
        const NAME: &'static str = "look";
    }

    fn look(colour: &str, sizes: &[(&str, u8)]) -> Look {
        let sizes = sizes.iter().map(|(name, size)| ((*name).to_owned(), *size)).collect();
        Look { colour: colour.to_owned(), sizes }
    }

    /// As an older program has saved it: the first of two changes is in the store.
    fn outbox(second: &str) -> Outbox<Deed<Look>> {
        let first = r#"{"change":[{"dark":false},{"dark":true}]}"#;
        let saved = format!(
            r#"{{"machine":"1","acks":{{"1":"1"}},"edits":[["1",{first}],["2",{second}]],
                "last":"2","forgotten":"0"}}"#
        );
        serde_json::from_str(&saved).expect("what was saved")
    }

    #[test]
    fn what_waits_is_one_edit_to_the_state_as_it_was_migrated() {
        let second = r#"{"change":[{"dark":true},{"dark":false}]}"#;
        let mine = look("white", &[("a", 1)]);
        let theirs = look("black", &[("a", 1), ("b", 2)]);
        let there = Some(State::new(Arc::new(theirs)).expect("JSON"));
        let last = |outbox: &Outbox<Deed<Look>>| {
            let (seq, deed) = outbox.waiting().last().expect("it waits");
            (seq, deed.play(&there).map(|look| Look::clone(&look.expect("it is there").data)))
        };
        let mut outbox = outbox(second);
        let refused = Err("`dark` is not there any more".to_owned());
        assert_eq!(last(&outbox), (Seq::new(2), refused));
        outbox.reshape(None, Some(&mine)).expect("JSON");
        let both = look("white", &[("a", 1), ("b", 2)]);
        assert_eq!((outbox.waiting().count(), last(&outbox)), (1, (Seq::new(3), Ok(both))));
        assert_eq!(outbox.gap(Seq::new(0)), Some((Seq::new(0), Seq::new(1))), "kept no longer");
        assert_eq!(outbox.all().of(Source::new(1)), Seq::new(3));
    }

    #[test]
    fn what_waits_is_what_was_changed_where_that_is_known_and_nothing_else() {
        let mut outbox = outbox(r#"{"change":[{"dark":true},{"dark":false}]}"#);
        let base = look("black", &[("a", 1), ("b", 1), ("c", 1)]);
        outbox.reshape(Some(&base), Some(&look("white", &[("a", 2), ("c", 1)]))).expect("JSON");
        let theirs = look("black", &[("b", 1), ("d", 4)]);
        let there = Some(State::new(Arc::new(theirs)).expect("JSON"));
        let (_, deed) = outbox.waiting().next().expect("it waits");
        let made = deed.play(&there).expect("it can be done").expect("it is there");
        assert_eq!(*made.data, look("white", &[("a", 2), ("d", 4)]));
    }

    #[test]
    fn what_was_created_or_removed_is_so_in_the_new_shape() {
        let mut created = outbox(r#"{"create":{"dark":true}}"#);
        created.reshape(None, Some(&look("black", &[]))).expect("JSON");
        let (_, deed) = created.waiting().next().expect("it waits");
        let made = deed.play(&None).expect("it can be done").expect("it is there");
        assert_eq!(*made.data, look("black", &[]));

        let mut removed = outbox(r#""remove""#);
        removed.reshape(None, None).expect("JSON");
        let (_, deed) = removed.waiting().next().expect("it waits");
        assert!(matches!(deed.play(&Some(made)), Ok(None)));
    }
}
