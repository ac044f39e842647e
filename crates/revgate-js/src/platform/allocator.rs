//! Memory for gates: few blocks, of few sizes, for weeks.
//!
//! Blocks are powers of two; what is freed goes to the list of its size and is taken from there
//! first. Nothing is ever split or joined, which a table and some boxes do not need.

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32::{memory_grow, memory_size};
use core::cell::UnsafeCell;
use core::ptr::{self, null_mut};

const PAGE: usize = 64 * 1024;

/// The smallest block, and what all are aligned to.
const SMALLEST: usize = 16;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator(UnsafeCell::new(Blocks::new()));

struct Allocator(UnsafeCell<Blocks>);

// SAFETY: WASM without the proposal for threads has one thread.
unsafe impl Sync for Allocator {}

struct Blocks {
    /// The last block freed of each size, by its power; each holds the address of the one before.
    free: [*mut u8; usize::BITS as usize],
    /// Where the memory begins that was never used. 0 before the first block.
    fresh: usize,
}

impl Blocks {
    const fn new() -> Self {
        Self { free: [null_mut(); usize::BITS as usize], fresh: 0 }
    }

    fn carve(&mut self, size: usize) -> *mut u8 {
        if self.fresh == 0 {
            self.fresh = heap_base().next_multiple_of(SMALLEST);
        }
        let begin = self.fresh;
        let Some(end) = begin.checked_add(size) else { return null_mut() };
        let missing = end.saturating_sub(memory_size(0) * PAGE);
        if missing > 0 && memory_grow(0, missing.div_ceil(PAGE)) == usize::MAX {
            return null_mut();
        }
        self.fresh = end;
        ptr::with_exposed_provenance_mut(begin)
    }
}

fn heap_base() -> usize {
    unsafe extern "C" {
        /// Set by the linker: the end of the statics and of the stack.
        static __heap_base: u8;
    }
    (&raw const __heap_base).addr()
}

/// The power of two that a block has; `None` for what there can be no block for.
fn power(layout: Layout) -> Option<u32> {
    if layout.align() > SMALLEST {
        return None;
    }
    Some(layout.size().max(SMALLEST).checked_next_power_of_two()?.trailing_zeros())
}

// SAFETY: a block is handed out once until it is freed, and is as large as its layout asks, since
// both ways take the power from the layout; it begins at a multiple of 16. Whatever else is asked
// for is null.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some(power) = power(layout) else { return null_mut() };
        // SAFETY: one thread, and nothing in here allocates.
        let blocks = unsafe { &mut *self.0.get() };
        let first = blocks.free[power as usize];
        if first.is_null() {
            return blocks.carve(1 << power);
        }
        // SAFETY: a block in the list is free, and was given the address of the one before it.
        blocks.free[power as usize] = unsafe { first.cast::<*mut u8>().read() };
        first
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let Some(power) = power(layout) else { return };
        // SAFETY: one thread, and nothing in here allocates.
        let blocks = unsafe { &mut *self.0.get() };
        // SAFETY: the caller is done with the block; any has room for an address.
        unsafe { block.cast::<*mut u8>().write(blocks.free[power as usize]) };
        blocks.free[power as usize] = block;
    }
}
