//! Two windows, the way to their backend, and what they were asked for at random.

use futures_util::future::LocalBoxFuture;
use revgate_client::Batch;

use super::oracle::RUST;
use super::*;

/// What must be more than enough steps to undo.
const MOST: usize = 200;

/// Everything of one schedule.
pub(super) struct World<X: Transport, J> {
    pub(super) backend: Memory,
    pub(super) network: Network,
    pub(super) time: VirtualTime,
    pub(super) random: fastrand::Rng,
    pub(super) judge: Rc<RefCell<J>>,
    windows: [Window<X>; 2],
    /// The last value that was set, by each author.
    last: [u64; RUST + 1],
    /// What has not ended yet.
    open: Vec<LocalBoxFuture<'static, End>>,
    ended: Vec<End>,
}

/// How something has ended that a window was asked for.
#[derive(Debug)]
pub(super) enum End {
    Edit(Result<Version, SyncError>),
    Act(Result<Version, ActError<String>>),
    Go(Result<Version, UndoError>),
}

impl End {
    /// What has failed of it, but for what was refused, or is not there.
    pub(super) fn error(&self) -> Option<&SyncError> {
        match self {
            Self::Edit(Err(error))
            | Self::Act(Err(ActError::Failed(error)))
            | Self::Go(Err(UndoError::Failed(error))) => Some(error),
            Self::Go(Err(UndoError::Partly(error))) => Some(error),
            Self::Edit(_) | Self::Act(_) | Self::Go(_) => None,
        }
    }
}

/// Tells from what reaches the backend what should not have happened.
pub(super) trait Judge: 'static {
    fn of(initial: &Desk) -> Self;

    /// Something of the author has reached the backend, which is this now; these actions, if it was
    /// some.
    fn see(&mut self, author: usize, batch: Option<&Batch>, desk: &Desk);
}

impl<X: Transport, J: Judge> World<X, J> {
    /// Two windows, 1 and 2, each opened with a way of its own.
    pub(super) fn new(
        initial: &Desk,
        (seed, random): (u64, fastrand::Rng),
        faults: Faults,
        open: impl Fn(usize, Network, &VirtualTime) -> Window<X>,
    ) -> Self {
        let backend = Memory::new().with_topic(initial).with_actions::<DeskAction>();
        let time = VirtualTime::new();
        let network = Network::new(&backend, &time, seed, faults);
        let judge = Rc::new(RefCell::new(J::of(initial)));
        let windows = [1, 2].map(|window| {
            let (judge, seen) = (Rc::clone(&judge), backend.clone());
            let witness = move |batch: Option<&Batch>| {
                judge.borrow_mut().see(window, batch, &desk(&seen));
            };
            open(window, network.witnessed(witness), &time)
        });
        time.advance(ms(2000));
        let last = std::array::from_fn(|author| author as u64 * 1_000_000);
        let (open, ended) = (Vec::new(), Vec::new());
        Self { backend, network, time, random, judge, windows, last, open, ended }
    }

    pub(super) fn window(&self, window: usize) -> &Window<X> {
        &self.windows[window - 1]
    }

    /// A value that nobody has set before.
    pub(super) fn fresh(&mut self, author: usize) -> u64 {
        self.last[author] += 1;
        self.last[author]
    }

    pub(super) fn edit(&mut self, window: usize, change: impl Fn(&mut Desk) + 'static) {
        self.try_edit(window, move |desk| {
            change(desk);
            Ok(())
        });
    }

    pub(super) fn try_edit(
        &mut self,
        window: usize,
        change: impl Fn(&mut Desk) -> Result<(), String> + 'static,
    ) {
        let pending = self.window(window).replica.try_update(change);
        self.open.push(Box::pin(pending.map(End::Edit)));
    }

    pub(super) fn act(&mut self, window: usize, action: DeskAction) {
        let acting = self.window(window).replica.act(action);
        self.open.push(Box::pin(acting.map(End::Act)));
    }

    pub(super) fn go(&mut self, window: usize, is_undo: bool) {
        let replica = &self.window(window).replica;
        let undoing = if is_undo { replica.undo() } else { replica.redo() };
        self.open.push(Box::pin(undoing.map(End::Go)));
    }

    /// Lets less than `longest` milliseconds pass; as often as `none` is to `longest`, none at all.
    pub(super) fn pause(&mut self, longest: u64, none: u64) {
        let pause = self.random.u64(0..longest + none);
        self.time.advance(ms(pause.saturating_sub(none)));
    }

    /// Lets all that is under way end, undisturbed; then all windows show what the backend has.
    pub(super) fn rest(&mut self) {
        self.network.set_faults(Faults::none(ms(1)));
        self.await_all();
        self.time.advance(ms(1500));
        let all = desk(&self.backend);
        self.windows.iter().for_each(|window| assert_eq!(window.shown(), all));
    }

    /// Undoes all that the window has done; in how many steps.
    pub(super) fn undo_all(&mut self, window: usize) -> usize {
        let mut steps = 0;
        while self.window(window).replica.can_undo() {
            steps += 1;
            assert!(steps < MOST, "window {window} comes to an end");
            self.go(window, true);
            self.await_all();
        }
        self.rest();
        steps
    }

    /// The windows in a random order.
    pub(super) fn shuffled(&mut self) -> [usize; 2] {
        self.random.choice([[1, 2], [2, 1]]).unwrap_or([1, 2])
    }

    /// How all that has ended did.
    pub(super) fn ended(&self) -> &[End] {
        &self.ended
    }

    pub(super) fn count(&self, is_it: impl Fn(&End) -> bool) -> usize {
        self.ended.iter().filter(|end| is_it(end)).count()
    }

    fn await_all(&mut self) {
        for call in std::mem::take(&mut self.open) {
            self.ended.push(end(&self.time, call));
        }
    }
}

/// How many schedules are played: `REVGATE_SCHEDULES` names another number than `usual`.
pub(super) fn schedules(usual: u64) -> u64 {
    let wanted = std::env::var("REVGATE_SCHEDULES").ok().and_then(|it| it.parse().ok());
    wanted.unwrap_or(usual)
}
