//! A fast hash for tables that nobody attacks.

use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher};

/// Multiplies and rotates, word by word.
#[derive(Clone, Copy, Default)]
pub(crate) struct Mixer(u64);

/// The hash of one thing.
pub(crate) fn hash(thing: &impl Hash) -> u64 {
    BuildHasherDefault::<Mixer>::default().hash_one(thing)
}

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, number: u8) {
        self.write_u64(number.into());
    }

    fn write_u16(&mut self, number: u16) {
        self.write_u64(number.into());
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(number.into());
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(5) ^ number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    fn finish(&self) -> u64 {
        // The tables look at the low bits, the product is good in the high ones.
        let mixed = (self.0 ^ (self.0 >> 32)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 29)
    }
}
