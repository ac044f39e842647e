//! The walk through a state: each value becomes the hash of what it is as JSON.

use alloc::string::String;
use core::cell::Cell;
use core::hash::Hasher;

use serde::Serialize;
use serde::ser::{
    SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use siphasher::sip128::{Hasher128, SipHasher13};

use super::MAX_DEPTH;
use super::error::Fault;
use super::key::{self, Key};

/// What a hash was made of, so that `"1"`, `1` and `[1]` are three.
#[derive(Clone, Copy)]
enum Kind {
    Null,
    Bool,
    Integer,
    Float,
    Text,
    Array,
    Field,
    Object,
}

fn hasher(kind: Kind) -> SipHasher13 {
    let mut hasher = SipHasher13::new();
    hasher.write_u8(kind as u8);
    hasher
}

fn finish(hasher: &SipHasher13) -> u128 {
    hasher.finish128().as_u128()
}

fn hash(kind: Kind, bytes: &[u8]) -> u128 {
    let mut hasher = hasher(kind);
    hasher.write(bytes);
    finish(&hasher)
}

fn integer(is_negative: bool, magnitude: u128) -> u128 {
    let mut hasher = hasher(Kind::Integer);
    hasher.write_u8(is_negative.into());
    hasher.write(&magnitude.to_le_bytes());
    finish(&hasher)
}

/// How much more of a state may be looked at.
pub(super) struct Budget(Cell<Option<usize>>);

impl Budget {
    /// For a state of roughly so many bytes of JSON.
    pub(super) const fn new(bytes: usize) -> Self {
        Self(Cell::new(Some(bytes)))
    }

    /// Whether the state was larger.
    pub(super) const fn is_spent(&self) -> bool {
        self.0.get().is_none()
    }

    /// How much has been looked at of what was to be, `bytes`.
    pub(super) fn spent(&self, bytes: usize) -> usize {
        bytes - self.0.get().unwrap_or_default()
    }

    fn spend(&self, bytes: usize) -> Result<(), Fault> {
        self.0.set(self.0.get().and_then(|left| left.checked_sub(bytes)));
        if self.is_spent() { Err(Fault::new("it is too large")) } else { Ok(()) }
    }
}

/// What an item of an array or a field of an object costs, beside the text in it.
const PART: usize = 8;

/// Serialises a value to its hash.
#[derive(Clone, Copy)]
pub(super) struct Fingerprinter<'a> {
    /// How many arrays and objects are around the value.
    depth: usize,
    budget: &'a Budget,
}

impl<'a> Fingerprinter<'a> {
    pub(super) const fn new(budget: &'a Budget) -> Self {
        Self { depth: 0, budget }
    }

    fn enter(self) -> Result<Self, Fault> {
        match self.depth {
            MAX_DEPTH => Err(Fault::new(format_args!("it nests deeper than {MAX_DEPTH} levels"))),
            depth => Ok(Self { depth: depth + 1, ..self }),
        }
    }

    fn array(self) -> Result<Array<'a>, Fault> {
        Ok(Array { items: self.enter()?, hasher: hasher(Kind::Array), len: 0 })
    }

    pub(super) fn object(self) -> Result<Object<'a>, Fault> {
        Ok(Object { fields: self.enter()?, sum: 0, key: String::new() })
    }
}

macro_rules! integers {
    ($($method:ident: $type:ty,)*) => {$(
        fn $method(self, value: $type) -> Result<u128, Fault> {
            self.serialize_i128(value.into())
        }
    )*};
}

impl<'a> Serializer for Fingerprinter<'a> {
    type Ok = u128;
    type Error = Fault;
    type SerializeSeq = Array<'a>;
    type SerializeTuple = Array<'a>;
    type SerializeTupleStruct = Array<'a>;
    type SerializeTupleVariant = Variant<'a, Array<'a>>;
    type SerializeMap = Object<'a>;
    type SerializeStruct = Object<'a>;
    type SerializeStructVariant = Variant<'a, Object<'a>>;

    integers! {
        serialize_i8: i8,
        serialize_i16: i16,
        serialize_i32: i32,
        serialize_i64: i64,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_u64: u64,
    }

    fn serialize_i128(self, value: i128) -> Result<u128, Fault> {
        Ok(integer(value.is_negative(), value.unsigned_abs()))
    }

    fn serialize_u128(self, value: u128) -> Result<u128, Fault> {
        Ok(integer(false, value))
    }

    fn serialize_f32(self, value: f32) -> Result<u128, Fault> {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<u128, Fault> {
        if !value.is_finite() {
            return Err(Fault::new(format_args!("{value} is no number that JSON has")));
        }
        // The cast cuts a fraction off, and is exact else: less than 2^127.
        let whole = value as i128;
        let is_whole = whole as f64 == value && value.abs() < (1u128 << 127) as f64;
        let is_negative_zero = value == 0.0 && value.is_sign_negative();
        if is_whole && !is_negative_zero {
            return self.serialize_i128(whole);
        }
        Ok(hash(Kind::Float, &value.to_bits().to_le_bytes()))
    }

    fn serialize_bool(self, value: bool) -> Result<u128, Fault> {
        Ok(hash(Kind::Bool, &[value.into()]))
    }

    fn serialize_char(self, value: char) -> Result<u128, Fault> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<u128, Fault> {
        self.budget.spend(value.len())?;
        Ok(hash(Kind::Text, value.as_bytes()))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<u128, Fault> {
        let mut array = self.array()?;
        value.iter().try_for_each(|byte| array.item(byte))?;
        Ok(array.finish())
    }

    fn serialize_unit(self) -> Result<u128, Fault> {
        Ok(hash(Kind::Null, &[]))
    }

    fn serialize_none(self) -> Result<u128, Fault> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<u128, Fault> {
        let hash = value.serialize(self)?;
        if hash == self.serialize_unit()? {
            return Err(Fault::new("`Some` of what is null is read back as `None`"));
        }
        Ok(hash)
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<u128, Fault> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<u128, Fault> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<u128, Fault> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<u128, Fault> {
        let mut object = self.object()?;
        object.field(variant, value)?;
        Ok(object.finish())
    }

    fn serialize_seq(self, _len: Option<usize>) -> Result<Array<'a>, Fault> {
        self.array()
    }

    fn serialize_tuple(self, _len: usize) -> Result<Array<'a>, Fault> {
        self.array()
    }

    fn serialize_tuple_struct(self, _name: &'static str, _len: usize) -> Result<Array<'a>, Fault> {
        self.array()
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<Variant<'a, Array<'a>>, Fault> {
        let outer = self.object()?;
        Ok(Variant { inner: outer.fields.array()?, outer, variant })
    }

    fn serialize_map(self, _len: Option<usize>) -> Result<Object<'a>, Fault> {
        self.object()
    }

    fn serialize_struct(self, _name: &'static str, _len: usize) -> Result<Object<'a>, Fault> {
        self.object()
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<Variant<'a, Object<'a>>, Fault> {
        let outer = self.object()?;
        Ok(Variant { inner: outer.fields.object()?, outer, variant })
    }
}

/// An array so far.
pub(super) struct Array<'a> {
    items: Fingerprinter<'a>,
    hasher: SipHasher13,
    len: usize,
}

impl Array<'_> {
    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
        self.items.budget.spend(PART)?;
        let hash = value.serialize(self.items).map_err(|fault| fault.in_item(self.len))?;
        self.hasher.write(&hash.to_le_bytes());
        self.len += 1;
        Ok(())
    }

    fn finish(self) -> u128 {
        finish(&self.hasher)
    }
}

/// An object so far.
pub(super) struct Object<'a> {
    fields: Fingerprinter<'a>,
    /// Of the hashes of its fields, as their order means nothing.
    sum: u128,
    /// The name of the field whose value comes next.
    key: String,
}

impl<'a> Object<'a> {
    /// What serialises the value of a field.
    #[cfg(feature = "std")]
    pub(super) const fn fields(&self) -> Fingerprinter<'a> {
        self.fields
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Fault> {
        self.fields.budget.spend(PART + name.len())?;
        let value = value.serialize(self.fields).map_err(|fault| fault.in_field(name))?;
        self.add(name, value);
        Ok(())
    }

    pub(super) fn add(&mut self, name: &str, value: u128) {
        let mut hasher = hasher(Kind::Field);
        hasher.write(&value.to_le_bytes());
        hasher.write(name.as_bytes());
        self.sum = self.sum.wrapping_add(finish(&hasher));
    }

    pub(super) fn finish(self) -> u128 {
        hash(Kind::Object, &self.sum.to_le_bytes())
    }
}

/// A variant with several values: an object of one field, which is an array or an object.
pub(super) struct Variant<'a, C> {
    outer: Object<'a>,
    variant: &'static str,
    inner: C,
}

macro_rules! array {
    ($($trait:ident: $method:ident,)*) => {$(
        impl $trait for Array<'_> {
            type Ok = u128;
            type Error = Fault;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
                self.item(value)
            }

            fn end(self) -> Result<u128, Fault> {
                Ok(self.finish())
            }
        }
    )*};
}

array! {
    SerializeSeq: serialize_element,
    SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field,
}

impl SerializeTupleVariant for Variant<'_, Array<'_>> {
    type Ok = u128;
    type Error = Fault;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
        self.inner.item(value).map_err(|fault| fault.in_field(self.variant))
    }

    fn end(mut self) -> Result<u128, Fault> {
        self.outer.add(self.variant, self.inner.finish());
        Ok(self.outer.finish())
    }
}

impl SerializeMap for Object<'_> {
    type Ok = u128;
    type Error = Fault;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Fault> {
        self.key = key.serialize(Key(key::text))?;
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
        let name = core::mem::take(&mut self.key);
        self.field(&name, value)
    }

    fn end(self) -> Result<u128, Fault> {
        Ok(self.finish())
    }
}

impl SerializeStruct for Object<'_> {
    type Ok = u128;
    type Error = Fault;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Fault> {
        self.field(name, value)
    }

    fn end(self) -> Result<u128, Fault> {
        Ok(self.finish())
    }
}

impl SerializeStructVariant for Variant<'_, Object<'_>> {
    type Ok = u128;
    type Error = Fault;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Fault> {
        self.inner.field(name, value).map_err(|fault| fault.in_field(self.variant))
    }

    fn end(mut self) -> Result<u128, Fault> {
        self.outer.add(self.variant, self.inner.finish());
        Ok(self.outer.finish())
    }
}
