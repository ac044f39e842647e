//! Backends that a page in JavaScript is to itself, as WASM modules of the npm package: one in memory, for
//! tests of apps (`revgate/testing`), and plain browser tabs (`revgate/tabs`).
//!
//! What decides is `revgate-client`, for pages in JavaScript as for those in Rust. Here is what JavaScript
//! calls: text goes in, and text comes out, or is thrown.

#[cfg(feature = "memory")]
mod memory;
mod shape;
#[cfg(feature = "tabs")]
mod tabs;

use js_sys::Function;
use revgate_client::Interruption;
use revgate_client::untyped::Refused;
use wasm_bindgen::JsValue;

#[cfg(feature = "memory")]
pub use memory::{MemoryBackend, MemorySubscription};
#[cfg(feature = "tabs")]
pub use tabs::{TabsBackend, TabsSubscription};

/// What comes out.
type Answer<T> = Result<T, JsValue>;

fn thrown(Refused(why): Refused) -> JsValue {
    why.into()
}

/// Calls `hear` with each announcement as text, and without one at the end.
fn hearing(hear: Function) -> impl Fn(Result<&str, Interruption>) + 'static {
    move |message| {
        let message = message.map_or(JsValue::UNDEFINED, JsValue::from);
        // What a listener throws is its own affair.
        let _ = hear.call1(&JsValue::UNDEFINED, &message);
    }
}
