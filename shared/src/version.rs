//! How new a state is: [`Revision`], [`Epoch`], and both together, [`Version`].

use alloc::string::String;
use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The number of a state within its [`Epoch`]: each accepted write adds one.
///
/// On the wire it is a **canonical decimal string**: digits only, `"0"` or no leading zero, at
/// most `"18446744073709551615"`. A JavaScript number would lose precision past 2^53.
///
/// ```
/// use revgate::Revision;
///
/// assert_eq!("42".parse(), Ok(Revision::new(42)));
/// assert!("042".parse::<Revision>().is_err());
/// assert!("+5".parse::<Revision>().is_err());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(u64);

/// The life of a revision counter: it grows whenever the counter may have restarted (nothing was
/// persisted, a backup was restored). Absent on the wire means 0; written like a [`Revision`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(u64);

/// How new a state is, ordered by epoch first: a backend that restarted at revision 1 of a new
/// epoch beats a window that remembers revision 50 of the old one.
///
/// ```
/// use revgate::{Epoch, Revision, Version};
///
/// let before = Version::new(Epoch::new(1), Revision::new(50));
/// let restarted = Version::new(Epoch::new(2), Revision::new(1));
/// assert!(restarted > before);
/// assert_eq!(restarted.to_string(), "2.1");
/// ```
///
/// Shown to people, an epoch is the number of the session, if topics are saved, and what has begun anew in it:
///
/// ```
/// # use revgate::{Epoch, Revision, Version};
/// let third_run = Epoch::new(3 << Epoch::SESSION_BITS);
/// assert_eq!(Version::new(third_run, Revision::new(14)).to_string(), "3.0.14");
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Version {
    // The order of the fields is the order of comparison.
    /// The life of the counter.
    #[serde(
        default,
        deserialize_with = "crate::wire::lenient::epoch",
        skip_serializing_if = "Epoch::is_zero"
    )]
    pub epoch: Epoch,
    /// The counter.
    pub revision: Revision,
}

/// Text that is not a canonical decimal `u64`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a canonical decimal number: {fault}")]
pub struct ParseNumberError {
    /// The offending text, cut after 32 characters.
    text: String,
    fault: NumberFault,
}

/// What is wrong with text that is not a canonical decimal `u64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{}", self.as_str())]
pub enum NumberFault {
    /// There is none.
    Empty,
    /// Something in it is no digit: a sign, a space, a letter, a digit of another script.
    NotDigits,
    /// It begins with a zero and goes on.
    LeadingZero,
    /// It is more than `u64::MAX`.
    TooLarge,
}

impl ParseNumberError {
    pub(crate) fn new(text: &str, fault: NumberFault) -> Self {
        Self { text: text.chars().take(32).collect(), fault }
    }
}

impl NumberFault {
    /// In words that go on after "it is not a canonical decimal number:".
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "it is empty",
            Self::NotDigits => "it may hold only the digits 0 to 9",
            Self::LeadingZero => "it has a leading zero",
            Self::TooLarge => "it is larger than 18446744073709551615",
        }
    }
}

/// The revision counter stands at `u64::MAX`: the topic needs a new [`Epoch`] before it can be
/// written again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the revision counter is exhausted at {}; start a new epoch", u64::MAX)]
pub struct RevisionExhausted;

impl Revision {
    /// The first revision of a topic.
    pub const FIRST: Self = Self(1);

    /// The revision with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn number(self) -> u64 {
        self.0
    }

    /// The revision after this one.
    ///
    /// # Errors
    ///
    /// At `u64::MAX` there is none: a counter that stood still would hide every later write.
    pub const fn next(self) -> Result<Self, RevisionExhausted> {
        match self.0.checked_add(1) {
            Some(number) => Ok(Self(number)),
            None => Err(RevisionExhausted),
        }
    }
}

impl Epoch {
    /// The epoch with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn number(self) -> u64 {
        self.0
    }

    /// By how many bits the number of the session is shifted, of a backend that saves its topics: what is below
    /// counts what has begun anew in that session.
    pub const SESSION_BITS: u32 = 32;

    /// The number of the session, 0 where nothing is saved, and how often something has begun anew in it.
    pub const fn parts(self) -> (u64, u64) {
        (self.0 >> Self::SESSION_BITS, self.0 & ((1 << Self::SESSION_BITS) - 1))
    }

    /// Whether this is epoch 0, which is left out of messages.
    pub const fn is_zero(&self) -> bool {
        self.0 == 0
    }
}

impl Version {
    /// The version of `revision` within `epoch`.
    pub const fn new(epoch: Epoch, revision: Revision) -> Self {
        Self { epoch, revision }
    }

    /// The version after this one, in the same epoch.
    ///
    /// # Errors
    ///
    /// As [`Revision::next`].
    pub fn next(self) -> Result<Self, RevisionExhausted> {
        Ok(Self::new(self.epoch, self.revision.next()?))
    }
}

/// As short as it is written elsewhere, so that traces can be read.
impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (session, restarts) = self.epoch.parts();
        if session > 0 {
            write!(f, "{session}.")?;
        }
        write!(f, "{restarts}.{}", self.revision)
    }
}

pub(crate) fn parse_canonical(text: &[u8]) -> Result<u64, NumberFault> {
    match text {
        [] => Err(NumberFault::Empty),
        text if !text.iter().all(u8::is_ascii_digit) => Err(NumberFault::NotDigits),
        [b'0', _, ..] => Err(NumberFault::LeadingZero),
        digits => digits.iter().try_fold(0, |number: u64, digit| {
            let tens = if number > u64::MAX / 10 { None } else { Some(number * 10) };
            tens.and_then(|tens| tens.checked_add(u64::from(digit - b'0')))
                .ok_or(NumberFault::TooLarge)
        }),
    }
}

/// What [`Revision`], [`Epoch`] and other numbers share on the wire: a canonical string, strictly
/// parsed.
macro_rules! canonical_number {
    ($name:ident, $expecting:literal) => {
        impl FromStr for $name {
            type Err = ParseNumberError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::from_ascii(text.as_bytes())
                    .map_err(|fault| ParseNumberError::new(text, fault))
            }
        }

        impl $name {
            /// As [`str::parse`], but of bytes, and without keeping them for the error.
            ///
            /// # Errors
            ///
            /// What is wrong with them.
            pub fn from_ascii(text: &[u8]) -> Result<Self, NumberFault> {
                parse_canonical(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visitor;

                impl de::Visitor<'_> for Visitor {
                    type Value = $name;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expecting)
                    }

                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$name, E> {
                        text.parse().map_err(E::custom)
                    }
                }

                deserializer.deserialize_str(Visitor)
            }
        }
    };
}

pub(crate) use canonical_number;

canonical_number!(Revision, "a revision as a canonical decimal string, such as \"42\"");
canonical_number!(Epoch, "an epoch as a canonical decimal string, such as \"1\"");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_text_the_error_quotes_the_beginning() {
        let error = "x".repeat(1000).parse::<Revision>().expect_err("no digits").to_string();
        assert!(error.starts_with(&format!("`{}` is not", "x".repeat(32))), "{error}");
    }

    #[test]
    fn only_canonical_text_is_a_revision() {
        for (text, number) in [("0", 0), ("7", 7), ("18446744073709551615", u64::MAX)] {
            assert_eq!(text.parse(), Ok(Revision::new(number)));
            assert_eq!(Revision::new(number).to_string(), text);
        }
        for (text, fault) in [
            ("", "empty"),
            ("042", "leading zero"),
            ("00", "leading zero"),
            ("+5", "digits"),
            ("-1", "digits"),
            (" 7", "digits"),
            ("7 ", "digits"),
            ("1e3", "digits"),
            ("٣", "digits"),
            ("18446744073709551616", "larger"),
        ] {
            let error = text.parse::<Revision>().expect_err(text).to_string();
            assert!(error.starts_with(&format!("`{text}` is not")), "{error}");
            assert!(error.contains(fault), "{error}");
        }
    }

    #[test]
    fn a_version_is_as_short_in_traces_as_elsewhere() {
        let version = Version::new(Epoch::new(2), Revision::new(7));
        assert_eq!((format!("{version}"), format!("{version:?}")), ("2.7".into(), "2.7".into()));
    }

    #[test]
    fn a_version_is_shown_with_the_session_and_not_its_bits() {
        for (epoch, shown) in [
            (0, "0.7"),
            (u64::from(u32::MAX), "4294967295.7"),
            (1 << 32, "1.0.7"),
            ((12 << 32) + 3, "12.3.7"),
            (u64::MAX, "4294967295.4294967295.7"),
        ] {
            assert_eq!(Version::new(Epoch::new(epoch), Revision::new(7)).to_string(), shown);
        }
    }

    #[test]
    fn a_number_is_not_a_revision() {
        let error = serde_json::from_str::<Revision>("7").expect_err("a number").to_string();
        assert!(error.contains("integer `7`"), "{error}");
        assert!(error.contains("canonical decimal string"), "{error}");
    }

    #[test]
    fn the_last_revision_has_no_next() {
        assert_eq!(Revision::new(u64::MAX).next(), Err(RevisionExhausted));
        assert_eq!(Revision::new(u64::MAX - 1).next(), Ok(Revision::new(u64::MAX)));
    }

    #[test]
    fn a_new_epoch_beats_any_revision() {
        let old = Version::new(Epoch::new(1), Revision::new(u64::MAX));
        let new = Version::new(Epoch::new(2), Revision::new(0));
        assert!(new > old);
    }
}
