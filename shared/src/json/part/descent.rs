//! The way to a part: a serializer that passes over all that is not on it.

use alloc::borrow::Cow;
use alloc::string::String;

use serde::Serialize;
use serde::ser::{
    SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use crate::json::key::Key;
use crate::json::splice::index;

/// Serialises what the steps lead to; of a value that they do not lead through, `None`.
pub(super) struct Descent<'a, S> {
    /// At least one.
    steps: &'a [String],
    then: S,
}

impl<'a, S: Serializer> Descent<'a, S> {
    pub(super) fn new(steps: &'a [String], then: S) -> Self {
        Self { steps, then }
    }

    fn within(self) -> Within<'a, S> {
        let (step, rest) = match self.steps.split_first() {
            Some((step, rest)) => (&**step, rest),
            None => ("", self.steps),
        };
        Within { step, rest, then: Some(self.then), found: None, index: index(step), is_it: false }
    }

    /// The rest of the way, if it begins with this name.
    fn through(self, name: &str) -> Option<Self> {
        let (step, rest) = self.steps.split_first()?;
        (step == name).then_some(Self { steps: rest, ..self })
    }
}

/// An array or an object that the way leads through.
pub(super) struct Within<'a, S: Serializer> {
    step: &'a str,
    rest: &'a [String],
    /// Until what is meant has been found.
    then: Option<S>,
    found: Option<S::Ok>,
    /// How many items come before the one that is meant, if the step can be an index.
    index: Option<usize>,
    /// Whether the value of the next entry is meant.
    is_it: bool,
}

impl<S: Serializer> Within<'_, S> {
    fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), S::Error> {
        if name == self.step { self.visit(value) } else { Ok(()) }
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
        match self.index {
            Some(0) => {
                self.index = None;
                self.visit(value)
            }
            before => {
                self.index = before.map(|before| before - 1);
                Ok(())
            }
        }
    }

    fn visit<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
        let Some(then) = self.then.take() else { return Ok(()) };
        self.found = match self.rest {
            [] => Some(value.serialize(then)?),
            rest => value.serialize(Descent::new(rest, then))?,
        };
        Ok(())
    }
}

/// A variant with several values, which is an object of one field.
pub(super) enum Variant<'a, S: Serializer, C> {
    /// Another one is meant.
    Beside,
    Within(Within<'a, S>),
    /// It is what is meant.
    Whole(C),
}

macro_rules! nothing {
    ($($method:ident($($value:ident: $type:ty),*),)*) => {$(
        fn $method(self, $($value: $type),*) -> Result<Option<S::Ok>, S::Error> {
            $(let _ = $value;)*
            Ok(None)
        }
    )*};
}

impl<'a, S: Serializer> Serializer for Descent<'a, S> {
    type Ok = Option<S::Ok>;
    type Error = S::Error;
    type SerializeSeq = Within<'a, S>;
    type SerializeTuple = Within<'a, S>;
    type SerializeTupleStruct = Within<'a, S>;
    type SerializeTupleVariant = Variant<'a, S, S::SerializeTuple>;
    type SerializeMap = Within<'a, S>;
    type SerializeStruct = Within<'a, S>;
    type SerializeStructVariant = Variant<'a, S, S::SerializeStruct>;

    nothing! {
        serialize_bool(value: bool),
        serialize_i8(value: i8),
        serialize_i16(value: i16),
        serialize_i32(value: i32),
        serialize_i64(value: i64),
        serialize_i128(value: i128),
        serialize_u8(value: u8),
        serialize_u16(value: u16),
        serialize_u32(value: u32),
        serialize_u64(value: u64),
        serialize_u128(value: u128),
        serialize_f32(value: f32),
        serialize_f64(value: f64),
        serialize_char(value: char),
        serialize_str(value: &str),
        serialize_none(),
        serialize_unit(),
        serialize_unit_struct(name: &'static str),
        serialize_unit_variant(name: &'static str, index: u32, variant: &'static str),
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<Self::Ok, S::Error> {
        value.serialize(self)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Self::Ok, S::Error> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Self::Ok, S::Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Self::Ok, S::Error> {
        let mut within = self.within();
        within.field(variant, value)?;
        Ok(within.found)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Within<'a, S>, S::Error> {
        Ok(self.within())
    }

    fn serialize_tuple(self, _: usize) -> Result<Within<'a, S>, S::Error> {
        Ok(self.within())
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Within<'a, S>, S::Error> {
        Ok(self.within())
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleVariant, S::Error> {
        Ok(match self.through(variant) {
            None => Variant::Beside,
            Some(Self { steps: [], then }) => Variant::Whole(then.serialize_tuple(len)?),
            Some(descent) => Variant::Within(descent.within()),
        })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Within<'a, S>, S::Error> {
        Ok(self.within())
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Within<'a, S>, S::Error> {
        Ok(self.within())
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeStructVariant, S::Error> {
        Ok(match self.through(variant) {
            None => Variant::Beside,
            Some(Self { steps: [], then }) => Variant::Whole(then.serialize_struct(name, len)?),
            Some(descent) => Variant::Within(descent.within()),
        })
    }
}

macro_rules! items {
    ($($trait:ident: $method:ident,)*) => {$(
        impl<S: Serializer> $trait for Within<'_, S> {
            type Ok = Option<S::Ok>;
            type Error = S::Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
                self.item(value)
            }

            fn end(self) -> Result<Self::Ok, S::Error> {
                Ok(self.found)
            }
        }
    )*};
}

items! {
    SerializeSeq: serialize_element,
    SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field,
}

impl<S: Serializer> SerializeMap for Within<'_, S> {
    type Ok = Option<S::Ok>;
    type Error = S::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), S::Error> {
        // Nobody asks for the name of what comes after it.
        if self.then.is_some() {
            let step = self.step;
            // What cannot be the key of a map is for whoever writes the whole.
            self.is_it = key.serialize(Key(|name: Cow<'_, str>| name == step)).unwrap_or_default();
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
        if self.is_it { self.visit(value) } else { Ok(()) }
    }

    fn end(self) -> Result<Self::Ok, S::Error> {
        Ok(self.found)
    }
}

impl<S: Serializer> SerializeStruct for Within<'_, S> {
    type Ok = Option<S::Ok>;
    type Error = S::Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), S::Error> {
        self.field(name, value)
    }

    fn end(self) -> Result<Self::Ok, S::Error> {
        Ok(self.found)
    }
}

impl<S: Serializer> SerializeTupleVariant for Variant<'_, S, S::SerializeTuple> {
    type Ok = Option<S::Ok>;
    type Error = S::Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
        match self {
            Self::Beside => Ok(()),
            Self::Within(within) => within.item(value),
            Self::Whole(whole) => whole.serialize_element(value),
        }
    }

    fn end(self) -> Result<Self::Ok, S::Error> {
        match self {
            Self::Beside => Ok(None),
            Self::Within(within) => Ok(within.found),
            Self::Whole(whole) => whole.end().map(Some),
        }
    }
}

impl<S: Serializer> SerializeStructVariant for Variant<'_, S, S::SerializeStruct> {
    type Ok = Option<S::Ok>;
    type Error = S::Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), S::Error> {
        match self {
            Self::Beside => Ok(()),
            Self::Within(within) => within.field(name, value),
            Self::Whole(whole) => whole.serialize_field(name, value),
        }
    }

    fn end(self) -> Result<Self::Ok, S::Error> {
        match self {
            Self::Beside => Ok(None),
            Self::Within(within) => Ok(within.found),
            Self::Whole(whole) => whole.end().map(Some),
        }
    }
}
