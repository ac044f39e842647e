//! What there is only in WASM: the exports, the memory, and how a panic ends.
#![expect(unsafe_code, reason = "the boundary to JavaScript, and the memory behind it")]

mod table;

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::panic::PanicInfo;
use core::ptr::null_mut;

use crate::{Exchange, Module};

pub(crate) use table::Table;

struct Page(UnsafeCell<Module>);

// SAFETY: WASM without the proposal for threads has one thread.
unsafe impl Sync for Page {}

static PAGE: Page = Page(UnsafeCell::new(Module::new()));

/// Nothing unwinds and nobody reads what a panic says: words would be most of the module.
#[panic_handler]
fn trap(_: &PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// What the gate needs of `revgate` asks for no heap; what else is there must have an allocator to
/// be linked with, and is not in the module.
#[global_allocator]
static NO_HEAP: NoHeap = NoHeap;

struct NoHeap;

// SAFETY: null is no memory.
unsafe impl GlobalAlloc for NoHeap {
    unsafe fn alloc(&self, _: Layout) -> *mut u8 {
        null_mut()
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

/// Where the exchange is.
// SAFETY: no other symbol of the module has this name.
#[unsafe(no_mangle)]
extern "C" fn exchange() -> *const Exchange {
    with(|module| &raw const module.exchange)
}

/// Exports methods of [`Module`] under their names.
macro_rules! exports {
    ($(fn $name:ident($($parameter:ident: $type:ty),*) $(-> $answer:ty)?;)*) => {$(
        #[doc = concat!("[`Module::", stringify!($name), "`].")]
        // SAFETY: no other symbol of the module has this name.
        #[unsafe(no_mangle)]
        extern "C" fn $name($($parameter: $type),*) $(-> $answer)? {
            with(|module| module.$name($($parameter),*))
        }
    )*};
}

exports! {
    fn make_gate(bits: u32) -> f64;
    fn make_pacer(bits: u32) -> f64;
    fn free(handle: u32);
    fn input(handle: u32, now: f64, which: u32, version: u32, more: f64) -> f64;
    fn poll(handle: u32) -> f64;
    fn look(handle: u32, which: u32) -> f64;
    fn pace(handle: u32, now: f64, which: u32) -> f64;
    fn backoff(bits: u32, failures: u32) -> f64;
    fn compare(first: u32, second: u32) -> f64;
}

fn with<R>(call: impl FnOnce(&mut Module) -> R) -> R {
    // SAFETY: one thread, and no export calls another one or JavaScript: there is no other
    // reference while this one lives.
    call(unsafe { &mut *PAGE.0.get() })
}
