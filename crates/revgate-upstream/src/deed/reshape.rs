//! What waits while an app is brought to a new schema.

use std::collections::BTreeSet;
use std::sync::Arc;

use revgate::action::Seq;
use revgate::json::Tree;
use revgate::{Invalid, Topic};

use super::{Deed, Did, State};
use crate::Outbox;
use crate::outbox::play_each;

impl<T: Topic> Outbox<Deed<T>> {
    /// Whether something waits that would have to be [reshaped](Self::reshape): actions and removals have no
    /// shape.
    pub fn has_shape(&self) -> bool {
        self.waiting().any(|(_, deed)| deed.has_shape())
    }

    /// The topic was migrated since this was saved, and is `state` now; `None` if it was removed. **To be called
    /// then, before it is joined**: changes that were made of an older shape would be made of the new one in part, or
    /// not at all, and nobody would say so.
    ///
    /// Of what waits, actions and removals stay as they are. All else becomes one change, which is made after these:
    /// from what they alone make of `base` to `state`. `base` is what a [`Joiner`](crate::Joiner::base) said when this
    /// was saved, in the new shape. An action that cannot be done to that, as to an entry that such a change had
    /// made, is part of the change.
    ///
    /// Where the base is not known, or the topic was created since, all that waits becomes one edit, to `state`: of one
    /// value this machine's stands, and fields, entries and items that are in the store alone are kept. Where it was
    /// removed and created anew since, it is so once more.
    ///
    /// What the store has and was of the older shape is kept no longer. Returns whether the base is one of what waits
    /// now.
    ///
    /// # Errors
    ///
    /// If a state cannot be JSON.
    ///
    /// ```
    /// use revgate::Topic;
    /// use revgate::action::{Seq, Source};
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
    /// outbox.reshape(Some((Seq::new(0), &look("light"))), Some(&look("dark")))?;
    /// assert_eq!(outbox.waiting().count(), 0, "nothing waits");
    /// # Ok::<(), revgate::Invalid>(())
    /// ```
    pub fn reshape(&mut self, base: Option<(Seq, &T)>, state: Option<&T>) -> Result<bool, Invalid> {
        let known = self.acks().of(self.machine());
        // Of a base that has something of the older shape in it nobody knows what that was.
        let base = base.filter(|(at, _)| {
            self.waiting().take_while(|(seq, _)| seq <= at).all(|(_, deed)| !deed.has_shape())
        });
        let (stay, change) = match state {
            Some(state) if self.has_shape() => self.reshaped(base, state)?,
            _ => (self.waiting().filter(|(_, deed)| !deed.has_shape()).map(first).collect(), None),
        };
        let made = self.after(Seq::default()).take_while(|(seq, _)| *seq <= known);
        let created = made.filter(|(_, deed)| deed.is_creation()).last().map(first);
        self.retain(|seq, deed| match seq > known {
            true => stay.contains(&seq),
            // What was done before a creation was done to another one.
            false => Some(seq) > created && !deed.has_shape(),
        });
        if let Some(change) = change {
            self.push(change);
            self.close();
        }
        Ok(base.is_some())
    }

    /// What stays of what waits, and what is done after that.
    fn reshaped(
        &self,
        base: Option<(Seq, &T)>,
        state: &T,
    ) -> Result<(BTreeSet<Seq>, Option<Deed<T>>), Invalid> {
        let removal = |after| {
            let since = self.after(after).filter(|(_, deed)| matches!(*deed.did, Did::Remove));
            since.last().map(first)
        };
        let Some((at, base)) = base else {
            let is_created = self.waiting().any(|(_, deed)| deed.is_creation());
            let whole = if is_created { Did::Create } else { Did::Become };
            let removal = removal(self.acks().of(self.machine()));
            return Ok((removal.into_iter().collect(), Some(whole(Tree::of(state)?).into())));
        };
        let mut stay: BTreeSet<_> =
            self.waiting().map(first).take_while(|seq| *seq <= at).collect();
        if let Some(removal) = removal(at) {
            // What is there now was created since.
            stay.insert(removal);
            return Ok((stay, Some(Did::Create(Tree::of(state)?).into())));
        }
        let since = || self.after(at);
        let is_created = since().any(|(_, deed)| deed.is_creation());
        let actions: Vec<_> =
            since().filter(|(_, deed)| !deed.has_shape() && !is_created).collect();
        let (made, refused) = play_each(&actions, Some(State::new(Arc::new(base.clone()))?));
        stay.extend(actions.into_iter().map(first));
        for (seq, ..) in &refused {
            stay.remove(seq);
        }
        let is_all = made == Some(State::new(Arc::new(state.clone()))?);
        let made = made.as_ref().map_or(base, |made| &made.data);
        let change = if is_all { None } else { Some(Deed::between(made, state)?) };
        Ok((stay, change))
    }
}

impl<T> Deed<T> {
    /// Whether it is made of a state as that was.
    fn has_shape(&self) -> bool {
        !matches!(*self.did, Did::Actions(_) | Did::Remove)
    }

    fn is_creation(&self) -> bool {
        matches!(*self.did, Did::Create(_))
    }
}

fn first<T>((seq, _): (Seq, T)) -> Seq {
    seq
}
