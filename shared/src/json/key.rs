//! What can be the key of a map: whatever JSON can have as the name of a field.

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use core::fmt::Display;

use serde::Serialize;
use serde::ser::{Impossible, Serializer};

use super::error::Fault;

/// Has this done to the name of a field that `serde_json` makes of a map's key.
pub(super) struct Key<F>(pub(super) F);

/// The name itself.
pub(super) fn text(name: Cow<'_, str>) -> String {
    name.into_owned()
}

fn no_key<T>(found: &str) -> Result<T, Fault> {
    Err(Fault::new(format_args!("{found} cannot be the key of a map: JSON has text there")))
}

impl<R, F: FnOnce(Cow<'_, str>) -> R> Key<F> {
    fn number(self, number: impl Display, is_finite: bool) -> Result<R, Fault> {
        let text = number.to_string();
        if is_finite { Ok((self.0)(text.into())) } else { no_key(&text) }
    }
}

macro_rules! displayed {
    ($($method:ident: $type:ty,)*) => {$(
        fn $method(self, value: $type) -> Result<R, Fault> {
            Ok((self.0)(value.to_string().into()))
        }
    )*};
}

impl<R, F: FnOnce(Cow<'_, str>) -> R> Serializer for Key<F> {
    type Ok = R;
    type Error = Fault;
    type SerializeSeq = Impossible<R, Fault>;
    type SerializeTuple = Impossible<R, Fault>;
    type SerializeTupleStruct = Impossible<R, Fault>;
    type SerializeTupleVariant = Impossible<R, Fault>;
    type SerializeMap = Impossible<R, Fault>;
    type SerializeStruct = Impossible<R, Fault>;
    type SerializeStructVariant = Impossible<R, Fault>;

    displayed! {
        serialize_bool: bool,
        serialize_i8: i8,
        serialize_i16: i16,
        serialize_i32: i32,
        serialize_i64: i64,
        serialize_i128: i128,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_u64: u64,
        serialize_u128: u128,
        serialize_char: char,
    }

    fn serialize_str(self, value: &str) -> Result<R, Fault> {
        Ok((self.0)(value.into()))
    }

    fn serialize_f32(self, value: f32) -> Result<R, Fault> {
        self.number(value, value.is_finite())
    }

    fn serialize_f64(self, value: f64) -> Result<R, Fault> {
        self.number(value, value.is_finite())
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<R, Fault> {
        Ok((self.0)(variant.into()))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<R, Fault> {
        value.serialize(self)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<R, Fault> {
        value.serialize(self)
    }

    fn serialize_none(self) -> Result<R, Fault> {
        no_key("nothing")
    }

    fn serialize_bytes(self, _value: &[u8]) -> Result<R, Fault> {
        no_key("a list of bytes")
    }

    fn serialize_unit(self) -> Result<R, Fault> {
        no_key("nothing")
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<R, Fault> {
        no_key(name)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        _index: u32,
        _variant: &'static str,
        _value: &T,
    ) -> Result<R, Fault> {
        no_key(name)
    }

    fn serialize_seq(self, _len: Option<usize>) -> Result<Self::SerializeSeq, Fault> {
        no_key("a list")
    }

    fn serialize_tuple(self, _len: usize) -> Result<Self::SerializeTuple, Fault> {
        no_key("a tuple")
    }

    fn serialize_tuple_struct(
        self,
        name: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeTupleStruct, Fault> {
        no_key(name)
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        _index: u32,
        _variant: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeTupleVariant, Fault> {
        no_key(name)
    }

    fn serialize_map(self, _len: Option<usize>) -> Result<Self::SerializeMap, Fault> {
        no_key("a map")
    }

    fn serialize_struct(
        self,
        name: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeStruct, Fault> {
        no_key(name)
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        _index: u32,
        _variant: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeStructVariant, Fault> {
        no_key(name)
    }
}
