//! What there is only in WASM: the exports, the memory, and how a panic ends.
#![expect(unsafe_code, reason = "the boundary to JavaScript, and the memory behind it")]

mod allocator;

use core::cell::UnsafeCell;
use core::panic::PanicInfo;

use crate::Module;

struct Page(UnsafeCell<Module>);

// SAFETY: WASM without the proposal for threads has one thread.
unsafe impl Sync for Page {}

static PAGE: Page = Page(UnsafeCell::new(Module::new()));

/// Nothing unwinds and nobody reads what a panic says: words would be most of the module.
#[panic_handler]
fn trap(_: &PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// Where the text of [`Exchange`](crate::Exchange) is.
// SAFETY: no other symbol of the module has this name.
#[unsafe(no_mangle)]
extern "C" fn text() -> *const u8 {
    with(|module| module.exchange.text.as_ptr())
}

/// Where its numbers are.
// SAFETY: as above.
#[unsafe(no_mangle)]
extern "C" fn numbers() -> *const f64 {
    with(|module| module.exchange.numbers.as_ptr())
}

/// Exports methods of [`Module`] under their names.
macro_rules! exports {
    ($(fn $name:ident($($parameter:ident: $type:ty),*);)*) => {$(
        #[doc = concat!("[`Module::", stringify!($name), "`].")]
        // SAFETY: no other symbol of the module has this name.
        #[unsafe(no_mangle)]
        extern "C" fn $name($($parameter: $type),*) -> f64 {
            with(|module| module.$name($($parameter),*))
        }
    )*};
}

exports! {
    fn make_gate(present: u32);
    fn make_pacer(present: u32);
    fn free(handle: u32);
    fn input(handle: u32, now: f64, which: u32);
    fn announced(handle: u32, now: f64, version: u32, news: u32, base: u32);
    fn offered(handle: u32, now: f64, version: u32);
    fn fetched(handle: u32, now: f64, id: f64, version: u32);
    fn fetch_failed(handle: u32, now: f64, id: f64);
    fn poll(handle: u32);
    fn version(handle: u32, which: u32);
    fn paced_until(handle: u32);
    fn asked(handle: u32);
    fn status(handle: u32);
    fn pace(handle: u32, now: f64, which: u32);
    fn backoff(present: u32, failures: u32);
    fn compare(first: u32, second: u32);
}

fn with<R>(call: impl FnOnce(&mut Module) -> R) -> R {
    // SAFETY: one thread, and no export calls another one or JavaScript: there is no other
    // reference while this one lives.
    call(unsafe { &mut *PAGE.0.get() })
}
