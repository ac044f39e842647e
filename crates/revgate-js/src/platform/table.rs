//! The memory behind the statics and the stack: all of it is for gates and pacers.

use core::arch::wasm32::{memory_grow, memory_size, unreachable};
use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};
use core::{ptr, slice};

const PAGE: usize = 64 * 1024;

/// What a `Vec` is elsewhere. There is one, and nothing else takes memory: so it grows where it is.
#[derive(Debug)]
pub(crate) struct Table<T> {
    length: usize,
    entries: PhantomData<T>,
}

impl<T> Table<T> {
    /// For the one static that has it.
    pub(crate) const fn new() -> Self {
        Self { length: 0, entries: PhantomData }
    }

    /// Traps if the page has no memory left.
    pub(crate) fn push(&mut self, entry: T) {
        let place = begin::<T>().wrapping_add(self.length);
        let missing = place.wrapping_add(1).addr().saturating_sub(memory_size(0) * PAGE);
        if missing > 0 && memory_grow(0, missing.div_ceil(PAGE)) == usize::MAX {
            unreachable();
        }
        // SAFETY: aligned, within the memory, and behind the entries that there are.
        unsafe { place.write(entry) };
        self.length += 1;
    }
}

impl<T> Deref for Table<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        // SAFETY: so many entries were written there, one behind the other.
        unsafe { slice::from_raw_parts(begin(), self.length) }
    }
}

impl<T> DerefMut for Table<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as above, and there is one table.
        unsafe { slice::from_raw_parts_mut(begin(), self.length) }
    }
}

/// Where the first entry is, or would be.
fn begin<T>() -> *mut T {
    unsafe extern "C" {
        /// Set by the linker: the end of the statics and of the stack.
        static __heap_base: u8;
    }
    let end = (&raw const __heap_base).addr();
    ptr::with_exposed_provenance_mut(end.next_multiple_of(align_of::<T>()))
}
