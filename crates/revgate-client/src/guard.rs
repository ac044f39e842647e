//! Calls of other people's code: edits, observers, `serde`. Their panics end here.
//!
//! Natively a panic unwinds and is caught. In a browser Rust is compiled with `panic = "abort"`:
//! a panic is a trap, which runs no destructor, and which JavaScript sees as an exception. So the
//! call goes out through JavaScript and back in; the exception ends there, and whoever called
//! goes on as after any error. What the trapped code had borrowed stays borrowed, and what it
//! owned leaks.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Other people's code has panicked, with these words as far as they are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Panicked(String);

/// The answer of `code`, which may be anybody's.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn call<A>(code: impl FnOnce() -> A) -> Result<A, Panicked> {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    // Nothing of the replica is borrowed while other people's code runs, so nothing is left half
    // done; what belongs to that code is its own.
    catch_unwind(AssertUnwindSafe(code)).map_err(|payload| {
        let words = payload.downcast_ref::<&str>().map(ToString::to_string);
        let words = words.or_else(|| payload.downcast_ref::<String>().cloned());
        Panicked(words.unwrap_or_else(|| "without words".to_owned()))
    })
}

/// The answer of `code`, which may be anybody's.
#[cfg(target_arch = "wasm32")]
pub(crate) fn call<A>(code: impl FnOnce() -> A) -> Result<A, Panicked> {
    let (mut code, mut answer) = (Some(code), None);
    through_javascript(&mut || answer = code.take().map(|code| code()))?;
    answer.ok_or_else(|| Panicked("without an answer".to_owned()))
}

/// One function for whatever is called, so that what it takes to be called from JavaScript is in the module
/// once.
#[cfg(target_arch = "wasm32")]
fn through_javascript(code: &mut dyn FnMut()) -> Result<(), Panicked> {
    use js_sys::Function;
    use wasm_bindgen::closure::ScopedClosure;
    use wasm_bindgen::{JsCast, JsValue};

    let mut run = || code();
    let function = ScopedClosure::<dyn FnMut()>::borrow_mut_aborting(&mut run);
    let outcome = function.as_ref().unchecked_ref::<Function>().call0(&JsValue::UNDEFINED);
    // The words are gone with the trap: only the app's panic hook has them.
    let words = |error| format!("the page's console may say why; {error:?}");
    outcome.map(drop).map_err(|error| Panicked(words(error)))
}

/// Lets go of what has panicked. Where no destructor has run, what it owns may be half moved out,
/// and dropping it could free something twice; so there it leaks.
pub(crate) fn abandon<A>(panicked: A) {
    if cfg!(target_arch = "wasm32") { std::mem::forget(panicked) } else { drop(panicked) }
}

/// A future that may be anybody's.
pub(crate) struct Guarded<F>(Option<Pin<Box<F>>>);

impl<F: Future> Guarded<F> {
    pub(crate) fn new(future: F) -> Self {
        Self(Some(Box::pin(future)))
    }
}

impl<F: Future> Future for Guarded<F> {
    type Output = Result<F::Output, Panicked>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(mut future) = self.0.take() else { return Poll::Pending };
        match call(|| future.as_mut().poll(context)) {
            Ok(Poll::Ready(answer)) => Poll::Ready(Ok(answer)),
            Ok(Poll::Pending) => {
                self.0 = Some(future);
                Poll::Pending
            }
            Err(panicked) => {
                abandon(future);
                Poll::Ready(Err(panicked))
            }
        }
    }
}

impl std::error::Error for Panicked {}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "panicked: {}", self.0)
    }
}
