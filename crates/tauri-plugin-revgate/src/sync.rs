//! The types that [`Queue`](crate::sender::queue::Queue) is made of.

pub(crate) use std::sync::{Condvar, Mutex, MutexGuard, atomic};
