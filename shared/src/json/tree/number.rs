//! A number as it was written.

use alloc::boxed::Box;
use alloc::string::ToString;
use core::cmp::Ordering;
use core::fmt;
use core::str::FromStr;

use super::NoJson;

/// A number of JSON, as it was written. Two are equal that stand for the same number: 1 and 1.0,
/// but not 0 and -0.0.
#[derive(Clone, Debug)]
pub struct Number(Box<str>);

/// What a number stands for.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Meaning<'a> {
    Integer(i128),
    Unsigned(u128),
    /// The bits of one that is no integer, or too large.
    Float(u64),
    /// Beyond all of Rust's numbers.
    Text(&'a str),
}

impl Number {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is written as an integer that 64 bits do not hold.
    pub fn is_long(&self) -> bool {
        self.is_integer() && self.0.parse::<u64>().is_err() && self.0.parse::<i64>().is_err()
    }

    /// The number as `serde_json` has it, if it is none of its 64 bits that are missing.
    pub fn to_json(&self) -> Option<serde_json::Number> {
        if self.is_long() { None } else { serde_json::from_str(&self.0).ok() }
    }

    fn is_integer(&self) -> bool {
        // -0 is no integer: it has a sign that integers have not.
        self.0.bytes().all(|byte| matches!(byte, b'-' | b'0'..=b'9')) && &*self.0 != "-0"
    }

    fn meaning(&self) -> Meaning<'_> {
        if self.is_integer() {
            return match (self.0.parse(), self.0.parse()) {
                (Ok(integer), _) => Meaning::Integer(integer),
                (_, Ok(unsigned)) => Meaning::Unsigned(unsigned),
                _ => Meaning::Text(&self.0),
            };
        }
        // As states read it, so that a window carries one reader of floats, and not the `std`'s too.
        let Ok(float) = serde_json::from_str::<f64>(&self.0) else {
            return Meaning::Text(&self.0);
        };
        // The cast is exact: no fraction, and less than 2^127.
        let is_whole = float.fract() == 0.0 && float.abs() < 2f64.powi(127);
        let is_negative_zero = float == 0.0 && float.is_sign_negative();
        match float {
            float if is_whole && !is_negative_zero => Meaning::Integer(float as i128),
            float if float.is_finite() => Meaning::Float(float.to_bits()),
            _ => Meaning::Text(&self.0),
        }
    }
}

impl FromStr for Number {
    type Err = NoJson;

    fn from_str(text: &str) -> Result<Self, NoJson> {
        // What is a number is for `serde_json` to say.
        let raw: &serde_json::value::RawValue = serde_json::from_str(text).map_err(NoJson::new)?;
        match text.as_bytes().first() {
            Some(b'-' | b'0'..=b'9') => Ok(Self(raw.get().into())),
            _ => Err(NoJson::new(format_args!("`{text}` is no number"))),
        }
    }
}

impl From<serde_json::Number> for Number {
    fn from(number: serde_json::Number) -> Self {
        Self(number.to_string().into())
    }
}

impl From<u64> for Number {
    fn from(number: u64) -> Self {
        Self(number.to_string().into())
    }
}

impl From<i64> for Number {
    fn from(number: i64) -> Self {
        Self(number.to_string().into())
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.meaning() == other.meaning()
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    /// Some order of them, for sorting.
    fn cmp(&self, other: &Self) -> Ordering {
        self.meaning().cmp(&other.meaning())
    }
}
