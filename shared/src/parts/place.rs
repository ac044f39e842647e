//! Where serde has a field: asked of the very code that writes and reads a type, so that it cannot be
//! said wrongly.

use core::any::type_name;
use core::cell::Cell;
use core::fmt;
use core::ptr;

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess,
    SeqAccess, VariantAccess, Visitor,
};
use serde::ser::{Impossible, Serialize, SerializeStruct, SerializeStructVariant, Serializer};
use serde::{de, forward_to_deserialize_any, ser};

/// Where a field is within the JSON of what it is a field of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The key of the variant, if it is one of a variant's.
    variant: Option<&'static str>,
    /// The key of the field; `None` of the only one of a newtype, which has the place of all.
    field: Option<&'static str>,
}

impl Place {
    /// Where `part`, which is a field of `whole`, is written as it would be by itself: neither skipped
    /// nor by a function of its own, and not as something else that `whole` is written as.
    pub(super) fn of<S: Serialize, P>(part: &P, whole: &S) -> Option<Self> {
        let at = ptr::from_ref(part).cast();
        let sought = Sought::new(at, type_name::<P>());
        // It is left as soon as it is known, by an error.
        let _ = whole.serialize(&sought);
        sought.found.get()
    }

    /// How many fields of `whole` are left out for what they are now. Of those that always are, nothing is
    /// said.
    pub(super) fn left_out<S: Serialize>(whole: &S) -> usize {
        let nobody = Sought::new(ptr::null(), "");
        let _ = whole.serialize(&nobody);
        nobody.left_out.get()
    }

    /// Whether what is here is read as a `P`, and that becomes a field of an `S` as it is.
    pub(super) fn is_read_as<S: DeserializeOwned, P>(&self) -> bool {
        let is_it = Cell::new(false);
        let (whole, part) = (type_name::<S>(), type_name::<P>());
        let _ = S::deserialize(Asked { place: *self, whole, part, is_it: &is_it });
        is_it.get()
    }

    /// The keys that lead there.
    pub(super) fn steps(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.variant.into_iter().chain(self.field)
    }
}

/// Ends what need not go on.
#[derive(Debug)]
struct Stop;

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("stop")
    }
}

impl core::error::Error for Stop {}

impl ser::Error for Stop {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

impl de::Error for Stop {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// A serializer that writes nothing, and looks out for a field.
struct Sought {
    at: *const (),
    part: &'static str,
    found: Cell<Option<Place>>,
    /// How many fields were left out on the way.
    left_out: Cell<usize>,
}

impl Sought {
    fn new(at: *const (), part: &'static str) -> Self {
        Self { at, part, found: Cell::new(None), left_out: Cell::new(0) }
    }

    fn see<T: ?Sized>(&self, value: &T, place: Place) -> Result<(), Stop> {
        if ptr::addr_eq(self.at, value) && type_name::<T>() == self.part {
            self.found.set(Some(place));
            return Err(Stop);
        }
        Ok(())
    }
}

/// The fields of a struct or of a variant.
struct Fields<'a> {
    sought: &'a Sought,
    variant: Option<&'static str>,
}

impl SerializeStruct for Fields<'_> {
    type Ok = ();
    type Error = Stop;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), Stop> {
        self.sought.see(value, Place { variant: self.variant, field: Some(key) })
    }

    fn skip_field(&mut self, _: &'static str) -> Result<(), Stop> {
        self.sought.left_out.update(|count| count + 1);
        Ok(())
    }

    fn end(self) -> Result<(), Stop> {
        Ok(())
    }
}

impl SerializeStructVariant for Fields<'_> {
    type Ok = ();
    type Error = Stop;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), Stop> {
        SerializeStruct::serialize_field(self, key, value)
    }

    fn skip_field(&mut self, key: &'static str) -> Result<(), Stop> {
        SerializeStruct::skip_field(self, key)
    }

    fn end(self) -> Result<(), Stop> {
        Ok(())
    }
}

macro_rules! stop {
    ($($method:ident($($type:ty),*) -> $ok:ty;)*) => {$(
        fn $method(self, $(_: $type),*) -> Result<$ok, Stop> {
            Err(Stop)
        }
    )*};
}

impl<'a> Serializer for &'a Sought {
    type Ok = ();
    type Error = Stop;
    type SerializeSeq = Impossible<(), Stop>;
    type SerializeTuple = Impossible<(), Stop>;
    type SerializeTupleStruct = Impossible<(), Stop>;
    type SerializeTupleVariant = Impossible<(), Stop>;
    type SerializeMap = Impossible<(), Stop>;
    type SerializeStruct = Fields<'a>;
    type SerializeStructVariant = Fields<'a>;

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields<'a>, Stop> {
        Ok(Fields { sought: self, variant: None })
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Fields<'a>, Stop> {
        Ok(Fields { sought: self, variant: Some(variant) })
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Stop> {
        self.see(value, Place { variant: None, field: None })
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Stop> {
        self.see(value, Place { variant: Some(variant), field: None })
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<(), Stop> {
        Err(Stop)
    }

    stop! {
        serialize_bool(bool) -> ();
        serialize_i8(i8) -> ();
        serialize_i16(i16) -> ();
        serialize_i32(i32) -> ();
        serialize_i64(i64) -> ();
        serialize_i128(i128) -> ();
        serialize_u8(u8) -> ();
        serialize_u16(u16) -> ();
        serialize_u32(u32) -> ();
        serialize_u64(u64) -> ();
        serialize_u128(u128) -> ();
        serialize_f32(f32) -> ();
        serialize_f64(f64) -> ();
        serialize_char(char) -> ();
        serialize_str(&str) -> ();
        serialize_bytes(&[u8]) -> ();
        serialize_none() -> ();
        serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_unit_variant(&'static str, u32, &'static str) -> ();
        serialize_seq(Option<usize>) -> Impossible<(), Stop>;
        serialize_tuple(usize) -> Impossible<(), Stop>;
        serialize_tuple_struct(&'static str, usize) -> Impossible<(), Stop>;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Impossible<(), Stop>;
        serialize_map(Option<usize>) -> Impossible<(), Stop>;
    }
}

/// A deserializer that has nothing but a field, and looks what that is to be read as.
#[derive(Clone, Copy)]
struct Asked<'a> {
    place: Place,
    whole: &'static str,
    part: &'static str,
    is_it: &'a Cell<bool>,
}

impl Asked<'_> {
    /// Whether what is read is what was asked for, and not something that that is made of.
    fn is_of<'de, V: Visitor<'de>>(&self) -> Result<(), Stop> {
        if type_name::<V::Value>() == self.whole { Ok(()) } else { Err(Stop) }
    }

    fn see<T>(&self) -> Stop {
        self.is_it.set(type_name::<T>() == self.part);
        Stop
    }

    fn key(name: Option<&'static str>) -> Result<StrDeserializer<'static, Stop>, Stop> {
        name.map(IntoDeserializer::into_deserializer).ok_or(Stop)
    }
}

impl<'de> Deserializer<'de> for Asked<'_> {
    type Error = Stop;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Stop> {
        Err(Stop)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        self.is_of::<V>()?;
        match self.place {
            Place { variant: None, field: Some(_) } => visitor.visit_map(self),
            _ => Err(Stop),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        self.is_of::<V>()?;
        match self.place {
            Place { variant: None, field: None } => visitor.visit_seq(self),
            _ => Err(Stop),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        self.is_of::<V>()?;
        visitor.visit_enum(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

impl<'de> MapAccess<'de> for Asked<'_> {
    type Error = Stop;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Stop> {
        seed.deserialize(Self::key(self.place.field)?).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, _: V) -> Result<V::Value, Stop> {
        Err(self.see::<V::Value>())
    }
}

impl<'de> SeqAccess<'de> for Asked<'_> {
    type Error = Stop;

    fn next_element_seed<V: DeserializeSeed<'de>>(
        &mut self,
        _: V,
    ) -> Result<Option<V::Value>, Stop> {
        Err(self.see::<V::Value>())
    }
}

impl<'de> EnumAccess<'de> for Asked<'_> {
    type Error = Stop;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Stop> {
        Ok((seed.deserialize(Self::key(self.place.variant)?)?, self))
    }
}

impl<'de> VariantAccess<'de> for Asked<'_> {
    type Error = Stop;

    fn unit_variant(self) -> Result<(), Stop> {
        Err(Stop)
    }

    fn newtype_variant_seed<V: DeserializeSeed<'de>>(self, _: V) -> Result<V::Value, Stop> {
        Err(if self.place.field.is_none() { self.see::<V::Value>() } else { Stop })
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Stop> {
        Err(Stop)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        self.is_of::<V>()?;
        visitor.visit_map(self)
    }
}
