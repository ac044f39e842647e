//! What a replica runs on in a scenario: tasks that take their turns when told to, and a clock
//! that stands still.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use revgate_client::Host;

type Task = Pin<Box<dyn Future<Output = ()>>>;

#[derive(Clone, Default)]
pub(crate) struct Turns {
    tasks: Rc<RefCell<VecDeque<Task>>>,
}

impl Turns {
    /// Runs every task to its end; the in-memory backend lets none wait.
    pub(crate) fn take(&self) {
        let next = || self.tasks.borrow_mut().pop_front();
        while let Some(mut task) = next() {
            let polled = task.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert_eq!(polled, Poll::Ready(()));
        }
    }
}

impl Host for Turns {
    type Timer = ();

    fn now(&self) -> Duration {
        Duration::ZERO
    }

    fn after(&self, _: Duration, _: impl FnOnce() + 'static) {}

    fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        self.tasks.borrow_mut().push_back(Box::pin(task));
    }
}
