//! What was done, told to those who do it themselves.

use alloc::string::String;
#[cfg(feature = "std")]
use alloc::string::ToString;
use core::any::TypeId;
use core::fmt;

use serde::{Deserialize, Serialize};

use super::{Context, Seed};
use crate::{Action, Topic};

/// An action that was done, with all that it was done by: whoever has the state that it was done to
/// can do it, too. `J` is JSON.
///
/// ```
/// use revgate::action::{Context, Told};
///
/// let json = r#"{"at":"1700000000000","seed":"7","action":"skip"}"#;
/// let told: Told<String> = serde_json::from_str(json)?;
/// assert_eq!((told.context(), &*told.action), (Context::new(1_700_000_000_000, 7), "skip"));
/// assert_eq!(serde_json::to_string(&told)?, json);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Told<J> {
    /// See [`Context::at`].
    #[serde(with = "crate::wire::canonical")]
    pub at: u64,
    /// See [`Context::seed`].
    pub seed: Seed,
    /// The action itself.
    pub action: J,
}

impl<J> Told<J> {
    /// This action, as it was done in this context.
    pub const fn new(Context { at, seed }: Context, action: J) -> Self {
        Self { at, seed, action }
    }

    /// What the action knows beside the state.
    pub const fn context(&self) -> Context {
        Context { at: self.at, seed: self.seed }
    }
}

/// How what is [told](Told) of a topic is done to its state: see [`Topic::ACTIONS`](crate::Topic::ACTIONS).
pub struct Actions<T>(Option<Known<T>>);

struct Known<T> {
    of: fn() -> TypeId,
    play: Play<T>,
}

type Play<T> = fn(&mut T, &str, &Context) -> Result<(), String>;

impl<T: Topic> Actions<T> {
    /// Nobody is told of actions: what they make of the state is announced as any other change is.
    pub const NONE: Self = Self(None);

    /// Whoever may read the topic is told of the actions of this type. Needs the feature `std`.
    #[cfg(feature = "std")]
    pub const fn of<A: Action<Topic = T>>() -> Self {
        Self(Some(Known { of: TypeId::of::<A>, play: play::<A> }))
    }

    /// Whether anybody is told of actions.
    pub const fn is_some(&self) -> bool {
        self.0.is_some()
    }

    /// Whether it is the actions of this type that are told.
    pub fn is_of<A: Action<Topic = T>>(&self) -> bool {
        self.0.as_ref().is_some_and(|known| (known.of)() == TypeId::of::<A>())
    }

    /// Does to `state` the action that this JSON is, as it was done in this `context`. The state is
    /// not validated: it was, before anybody was told.
    ///
    /// # Errors
    ///
    /// In words, if the action cannot be read or refuses itself: then `state` is not the one that it
    /// was done to, and of no use any more.
    pub fn play(&self, state: &mut T, action: &str, context: &Context) -> Result<(), String> {
        match &self.0 {
            Some(known) => (known.play)(state, action, context),
            None => Err("the topic has no `ACTIONS`".into()),
        }
    }
}

#[cfg(feature = "std")]
fn play<A: Action>(state: &mut A::Topic, action: &str, context: &Context) -> Result<(), String> {
    let action: A = serde_json::from_str(action).map_err(|error| error.to_string())?;
    action.apply(state, context).map_err(|error| error.to_string())
}

impl<T> Clone for Actions<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Actions<T> {}

impl<T> Clone for Known<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Known<T> {}

impl<T> fmt::Debug for Actions<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Actions::of(..)" } else { "Actions::NONE" })
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Player {
        volume: u8,
    }

    impl Topic for Player {
        const NAME: &'static str = "player";
        const ACTIONS: Actions<Self> = Actions::of::<Louder>();
    }

    #[derive(Clone, Serialize, Deserialize)]
    struct Louder(u8);

    #[derive(Clone, Serialize, Deserialize)]
    struct Quieter;

    impl Action for Louder {
        type Topic = Player;
        type Error = String;

        fn name(&self) -> &'static str {
            "louder"
        }

        fn apply(&self, player: &mut Player, context: &Context) -> Result<(), String> {
            let by = self.0.wrapping_add(context.at as u8);
            player.volume = player.volume.checked_add(by).ok_or("too loud")?;
            Ok(())
        }
    }

    impl Action for Quieter {
        type Topic = Player;
        type Error = String;

        fn name(&self) -> &'static str {
            "quieter"
        }

        fn apply(&self, _: &mut Player, _: &Context) -> Result<(), String> {
            Ok(())
        }
    }

    #[test]
    fn what_is_told_is_done_in_its_context_or_says_why_not() {
        let mut player = Player { volume: 7 };
        let mut play = |json, at| Player::ACTIONS.play(&mut player, json, &Context::new(at, 0));
        assert_eq!(play("2", 100), Ok(()));
        assert_eq!(play("200", 0), Err("too loud".into()));
        let unreadable = play(r#""loud""#, 0).expect_err("it is no number");
        assert!(unreadable.starts_with("invalid type: string"), "{unreadable}");
        assert_eq!(player.volume, 109);
        let none = Actions::NONE.play(&mut player, "2", &Context::new(0, 0));
        assert_eq!(none, Err("the topic has no `ACTIONS`".into()));
    }

    #[test]
    fn a_topic_tells_the_actions_of_one_type() {
        assert!(Player::ACTIONS.is_of::<Louder>() && !Player::ACTIONS.is_of::<Quieter>());
        assert!(!Actions::NONE.is_of::<Louder>());
        assert_eq!([Player::ACTIONS, Actions::NONE].map(|it| it.is_some()), [true, false]);
    }
}
