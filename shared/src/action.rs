//! A change of a topic, defined once: shown at once in the window, final in the backend.

#[cfg(feature = "tree")]
mod before;
mod ledger;
mod round;
mod told;

use alloc::format;
use alloc::string::String;
use core::fmt;
use core::str::FromStr;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

#[cfg(feature = "tree")]
pub use before::Before;
pub use ledger::{Ledger, Recall};
pub use round::{Outcome, Round};
pub use told::{Actions, Told};

use crate::Topic;
use crate::backoff::split_mix;
use crate::version::{NumberFault, ParseNumberError, canonical_number, parse_canonical};

/// What can be done to a topic. Implement it once, beside the topic, in the crate that backend and
/// windows both depend on; usually for an enum.
///
/// The window runs it for what it shows, the backend for what is. So two windows that act at the
/// same time both count, whatever else is written meanwhile, and the backend knows what is asked
/// for: it can permit one action and not another.
///
/// **[`Action::apply`] is pure**: what it makes of a state hangs on the state, the action and the
/// [`Context`], and on nothing else, be it a clock, randomness, the order of a set that hashes, or a
/// field that serde skips, which no window has. A window that has made something else of it is told so
/// by a [fingerprint](crate::json::Fingerprint), with the answer or, of a large state, in an
/// announcement about a second later, and fetches what the backend has made. It may be run any number of times: the backend does it once more to a copy of the state that it
/// keeps, instead of copying a large state for each. What a float comes to is the same everywhere by
/// `+`, `-`, `*`, `/` and `sqrt`; `sin`, `powf` and their kind may differ in the last digit from
/// machine to machine.
///
/// ```
/// use revgate::{Action, Topic};
/// use revgate::action::Context;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, Default, Serialize, Deserialize)]
/// struct Player { volume: u8, liked: Vec<u32> }
///
/// impl Topic for Player {
///     const NAME: &'static str = "player";
/// }
///
/// #[derive(Clone, Serialize, Deserialize)]
/// #[serde(rename_all = "camelCase")]
/// enum PlayerAction { Like { track: u32 }, Louder { by: u8 } }
///
/// #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
/// #[error("the volume is at its highest")]
/// struct Loudest;
///
/// impl Action for PlayerAction {
///     type Topic = Player;
///     type Error = Loudest;
///
///     fn name(&self) -> &'static str {
///         match self {
///             Self::Like { .. } => "like",
///             Self::Louder { .. } => "louder",
///         }
///     }
///
///     fn apply(&self, player: &mut Player, _: &Context) -> Result<(), Loudest> {
///         match *self {
///             Self::Like { track } if player.liked.contains(&track) => {}
///             Self::Like { track } => player.liked.push(track),
///             Self::Louder { .. } if player.volume == 11 => return Err(Loudest),
///             Self::Louder { by } => player.volume = player.volume.saturating_add(by).min(11),
///         }
///         Ok(())
///     }
/// }
///
/// let mut player = Player::default();
/// let context = Context::new(1_700_000_000_000, 7);
/// PlayerAction::Louder { by: 200 }.apply(&mut player, &context)?;
/// assert_eq!(player.volume, 11);
/// assert_eq!(PlayerAction::Louder { by: 1 }.apply(&mut player, &context), Err(Loudest));
/// # Ok::<(), Loudest>(())
/// ```
pub trait Action: Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The topic that it changes; of a family, each of its topics.
    type Topic: Topic;

    /// Why it cannot be done. Whoever asked gets it back as it is, also from the backend.
    type Error: Clone + fmt::Display + Serialize + DeserializeOwned + Send + Sync + 'static;

    /// Which action it is, as the scopes of capabilities name it: `like`, say.
    fn name(&self) -> &'static str;

    /// Does it to `state`.
    ///
    /// # Errors
    ///
    /// If it cannot be done to this state. What has been done to `state` by then counts for
    /// nothing, nor does it if this panics or leaves a state that is invalid.
    fn apply(&self, state: &mut Self::Topic, context: &Context) -> Result<(), Self::Error>;

    /// The action that takes this one back, as it was done to `before` with this `context`: for an
    /// undo in the window that did it. What it returns is done to whatever the state is by then.
    ///
    /// **It must not take back what others have done**: it says what this action has done to the
    /// state, not what the state was. To undo `Louder { by: 3 }` is `Quieter { by: 3 }`; to set the
    /// volume to what it was before would also undo what another window has done to it since. And
    /// where this action has done nothing, as the track was liked already, it takes back nothing.
    ///
    /// `before` is the state that it was done to in the backend, which another window may have
    /// changed a moment before; until the backend has answered, the one that the window shows it on.
    /// It is asked in the backend, too, if that did the action to another version than the window.
    ///
    /// ```
    /// # use revgate::{Action, Topic, action::Context};
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Clone, Default, Serialize, Deserialize)]
    /// # struct Player { volume: u8, liked: Vec<u32> }
    /// # impl Topic for Player { const NAME: &'static str = "player"; }
    /// #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    /// enum PlayerAction { Like { track: u32 }, Unlike { track: u32 }, Louder { by: u8 }, Quieter { by: u8 } }
    ///
    /// impl Action for PlayerAction {
    ///     // ...
    /// #     type Topic = Player;
    /// #     type Error = String;
    /// #     fn name(&self) -> &'static str { "like" }
    /// #     fn apply(&self, player: &mut Player, _: &Context) -> Result<(), String> {
    /// #         match *self {
    /// #             Self::Like { track } if player.liked.contains(&track) => {}
    /// #             Self::Like { track } => player.liked.push(track),
    /// #             Self::Unlike { track } => player.liked.retain(|liked| *liked != track),
    /// #             Self::Louder { by } => player.volume = player.volume.saturating_add(by).min(11),
    /// #             Self::Quieter { by } => player.volume = player.volume.saturating_sub(by),
    /// #         }
    /// #         Ok(())
    /// #     }
    ///     fn inverse(&self, before: &Player, _: &Context) -> Option<Self> {
    ///         match *self {
    ///             Self::Like { track } if before.liked.contains(&track) => None,
    ///             Self::Like { track } => Some(Self::Unlike { track }),
    ///             Self::Unlike { track } if !before.liked.contains(&track) => None,
    ///             Self::Unlike { track } => Some(Self::Like { track }),
    ///             // It was louder only as far as that goes.
    ///             Self::Louder { by } => Some(Self::Quieter { by: by.min(11 - before.volume) }),
    ///             Self::Quieter { by } => Some(Self::Louder { by: by.min(before.volume) }),
    ///         }
    ///     }
    /// }
    ///
    /// let (before, context) = (Player { volume: 10, liked: vec![7] }, Context::new(0, 7));
    /// let inverse = PlayerAction::Louder { by: 200 }.inverse(&before, &context);
    /// assert_eq!(inverse, Some(PlayerAction::Quieter { by: 1 }));
    /// assert_eq!(PlayerAction::Like { track: 7 }.inverse(&before, &context), None);
    /// ```
    ///
    /// Default: none. Then an undo takes back of the state what the action has made of it, where
    /// nobody has changed that since, as it does of an edit by a function; for which the window
    /// needs the permission to write, where the inverse needs that to act.
    fn inverse(
        &self,
        #[expect(unused_variables)] before: &Self::Topic,
        #[expect(unused_variables)] context: &Context,
    ) -> Option<Self> {
        None
    }
}

/// What an action may know beside the state. It is chosen once, by whoever asks for the action, and
/// travels with it, so that it is the same wherever the action is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Context {
    /// When it was asked for, in milliseconds since the Unix epoch, by the clock of whoever asked.
    pub at: u64,
    /// Where its random numbers come from.
    pub seed: Seed,
}

impl Context {
    /// An action asked for at `at`, with this seed.
    pub const fn new(at: u64, seed: u64) -> Self {
        Self { at, seed: Seed(seed) }
    }

    /// A random number: for each index another one, the same wherever the action is run. Not for
    /// secrets.
    ///
    /// ```
    /// use revgate::action::Context;
    ///
    /// let context = Context::new(0, 7);
    /// assert_ne!(context.random(0), context.random(1));
    /// assert_eq!(context.random(1), Context::new(0, 7).random(1));
    /// ```
    pub const fn random(&self, index: u64) -> u64 {
        split_mix(self.seed.0 ^ split_mix(index))
    }

    /// An id for what the action creates: 32 hexadecimal digits, for each index another one, the
    /// same wherever the action is run, and of no other action.
    ///
    /// ```
    /// use revgate::action::Context;
    ///
    /// let (one, other) = (Context::new(1, 7), Context::new(2, 7));
    /// assert_eq!(one.id(0).len(), 32);
    /// assert_ne!(one.id(0), one.id(1));
    /// assert_ne!(one.id(0), other.id(0));
    /// ```
    pub fn id(&self, index: u64) -> String {
        let (number, other) = (self.random(index), self.random(!index));
        format!("{:016x}{other:016x}", split_mix(number ^ self.at))
    }
}

/// Who asks for actions: a replica of one topic, or whoever else counts its actions. A random
/// number, chosen anew by each.
///
/// On the wire it is a canonical decimal string, as a [`Revision`](crate::Revision) is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source(u64);

/// The number of an action among those of its [`Source`], or of a message among those of its
/// [`Visit`](crate::presence::Visit): 1, 2, 3 and so on, in the order in which they are to be done.
/// Written like a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seq(u64);

/// Where the random numbers of an action come from. Written like a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Seed(u64);

impl Source {
    /// The source with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The seed of its action `seq`, unless that comes with one of its own.
    ///
    /// ```
    /// use revgate::action::{Seq, Source};
    ///
    /// let (first, second) = (Seq::default().next(), Seq::default().next().next());
    /// assert_ne!(Source::new(7).seed(first), Source::new(7).seed(second));
    /// assert_ne!(Source::new(7).seed(first), Source::new(8).seed(first));
    /// ```
    pub const fn seed(self, seq: Seq) -> Seed {
        Seed(split_mix(self.0 ^ split_mix(seq.0)))
    }
}

impl Seq {
    /// The action with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn number(self) -> u64 {
        self.0
    }

    /// The number of the next action. No source lives to see the last one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl Seed {
    /// The seed with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }
}

canonical_number!(Source, "a source as a canonical decimal string, such as \"42\"");
canonical_number!(Seq, "an action's number as a canonical decimal string, such as \"1\"");
canonical_number!(Seed, "a seed as a canonical decimal string, such as \"7\"");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::MAX_ACTIONS;

    #[test]
    fn the_context_of_an_action_is_the_same_in_javascript() {
        // `test/topic/actions.test.ts` of the npm package has the same numbers.
        let context = Context { at: 1_700_000_000_000, seed: Source::new(42).seed(Seq::new(1)) };
        assert_eq!(context.seed, Seed::new(9_129_838_320_742_759_465));
        assert_eq!(context.random(0), 16_102_394_289_783_354_531);
        assert_eq!(context.random(1), 9_464_678_557_269_587_936);
        assert_eq!(context.id(0), "013dd0741ee0df042e345a5764154ff4");
        assert_eq!(context.id(1), "d63dc9d9b08ceefcff83848f815243ca");
        assert_eq!(MAX_ACTIONS, 128);
    }
}
