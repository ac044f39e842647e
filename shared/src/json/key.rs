//! What can be the key of a map: whatever JSON can have as the name of a field.

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use core::fmt::Display;

use serde::Serialize;
use serde::ser::{Impossible, Serializer};

use super::error::Fault;

/// Makes the name of a field from a map's key, as `serde_json` does.
pub(super) struct Key;

fn no_key<T>(found: &str) -> Result<T, Fault> {
    Err(Fault::new(format_args!("{found} cannot be the key of a map: JSON has text there")))
}

fn finite(number: impl Display, is_finite: bool) -> Result<String, Fault> {
    if is_finite { Ok(number.to_string()) } else { no_key(&number.to_string()) }
}

macro_rules! displayed {
    ($($method:ident: $type:ty,)*) => {$(
        fn $method(self, value: $type) -> Result<String, Fault> {
            Ok(value.to_string())
        }
    )*};
}

impl Serializer for Key {
    type Ok = String;
    type Error = Fault;
    type SerializeSeq = Impossible<String, Fault>;
    type SerializeTuple = Impossible<String, Fault>;
    type SerializeTupleStruct = Impossible<String, Fault>;
    type SerializeTupleVariant = Impossible<String, Fault>;
    type SerializeMap = Impossible<String, Fault>;
    type SerializeStruct = Impossible<String, Fault>;
    type SerializeStructVariant = Impossible<String, Fault>;

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
        serialize_str: &str,
    }

    fn serialize_f32(self, value: f32) -> Result<String, Fault> {
        finite(value, value.is_finite())
    }

    fn serialize_f64(self, value: f64) -> Result<String, Fault> {
        finite(value, value.is_finite())
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<String, Fault> {
        Ok(variant.to_owned())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<String, Fault> {
        value.serialize(self)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<String, Fault> {
        value.serialize(self)
    }

    fn serialize_none(self) -> Result<String, Fault> {
        no_key("nothing")
    }

    fn serialize_bytes(self, _value: &[u8]) -> Result<String, Fault> {
        no_key("a list of bytes")
    }

    fn serialize_unit(self) -> Result<String, Fault> {
        no_key("nothing")
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<String, Fault> {
        no_key(name)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        _index: u32,
        _variant: &'static str,
        _value: &T,
    ) -> Result<String, Fault> {
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
