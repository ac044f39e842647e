//! What a window has done, so that it can be undone among what others do.

mod record;
mod step;
mod undoing;

use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use revgate::{Epoch, Topic};

use step::{Going, Step};

pub(crate) use record::{Back, Life, Part};
pub(crate) use step::{Forgotten, Left, Run, Taken, Way};
pub(crate) use undoing::Undone;
pub use undoing::{Undo, UndoError, Undoing};

/// What a window has done, and what it has undone.
pub(crate) struct History<T> {
    undo: Undo,
    /// In the order of their making.
    done: VecDeque<Step<T>>,
    /// In the order of their undoing, in which one that comes back has its place too.
    undone: VecDeque<Step<T>>,
    /// On their way to the other side.
    going: Vec<Going<T>>,
    last_going: u64,
    /// What was asked for, and has changed nothing yet.
    fresh: Vec<(Rc<Part<T>>, Duration)>,
    /// When the window made its last change, while the next may be one step with it.
    last: Option<Duration>,
    /// How many changes the window has made that are no undo or redo.
    changes: u64,
    /// Those of them, by their numbers, that may still fall.
    open: Vec<(Rc<Part<T>>, u64)>,
    /// The last one that was really made. **What was undone before it is not done again.**
    made: u64,
    life: Life,
    /// The life that its steps are of.
    epoch: Epoch,
}

impl<T: Topic> History<T> {
    pub(crate) fn new(undo: Undo, life: Life) -> Self {
        Self {
            undo,
            done: VecDeque::new(),
            undone: VecDeque::new(),
            going: Vec::new(),
            last_going: 0,
            fresh: Vec::new(),
            last: None,
            changes: 0,
            open: Vec::new(),
            made: 0,
            epoch: life.get(),
            life,
        }
    }

    /// Remembers so many steps, in such groups, from now on.
    pub(crate) fn set(&mut self, undo: Undo) -> Forgotten<T> {
        self.undo = undo;
        self.cut()
    }

    pub(crate) fn can(&self, way: Way) -> bool {
        match way {
            Way::Undo => !self.done.is_empty(),
            Way::Redo => self.undone.back().is_some_and(|step| step.since >= self.newest()),
        }
    }

    /// Takes a change that was asked for at `now`. It counts from when it has changed something.
    pub(crate) fn ask(&mut self, part: &Rc<Part<T>>, now: Duration) {
        self.fresh.push((Rc::clone(part), now));
    }

    pub(crate) fn take_fresh(&mut self) -> Vec<(Rc<Part<T>>, Duration)> {
        std::mem::take(&mut self.fresh)
    }

    /// Takes a change that was asked for at `at`, and is something: nothing can be done again after
    /// it, unless it falls.
    pub(crate) fn push(&mut self, part: Rc<Part<T>>, at: Duration) -> Forgotten<T> {
        self.changes += 1;
        self.open.push((Rc::clone(&part), self.changes));
        let joins = self.last.is_some_and(|last| at.abs_diff(last) < self.undo.group);
        // One that was asked for long before the last, and is something only now, is a step alone.
        let is_late = !joins && self.last > Some(at);
        self.last = self.last.max(Some(at)).filter(|_| !is_late);
        match self.done.back_mut().filter(|_| joins) {
            Some(step) => step.parts.push(part),
            None => self.done.push_back(Step { parts: vec![part], first: self.changes, since: 0 }),
        }
        self.cut()
    }

    /// Takes the newest step out.
    pub(crate) fn take(&mut self, way: Way) -> Option<Taken<T>> {
        self.last = None;
        if !self.can(way) {
            return None;
        }
        let step = self.steps(way).pop_back()?;
        self.last_going += 1;
        let taken = Taken { id: self.last_going, runs: step.runs() };
        self.going.push(Going { id: taken.id, way, step, back: Vec::new() });
        Some(taken)
    }

    /// Puts what takes a step back that was taken out where that is taken back in turn.
    pub(crate) fn put(&mut self, id: u64, parts: Vec<Rc<Part<T>>>) -> Forgotten<T> {
        let Some(going) = self.going.iter_mut().find(|going| going.id == id) else {
            return parts;
        };
        going.back.clone_from(&parts);
        let (way, step) = (going.way, Step { parts, since: self.changes, ..going.step });
        self.insert(way.back(), step)
    }

    /// A run of a step that was taken out has come to its end, and so much is left of it. If that comes
    /// back, so does what is older and was asked for behind it, by these parts: it would be made on a
    /// state in which the run still stands. What the run brings back when it is taken back after all, a
    /// note that it has removed, say, nothing would take away any more.
    pub(crate) fn behind(&self, id: u64, place: usize, run: &Run<T>, left: Left) -> Run<T> {
        let Some(it) = self.going.iter().find(|going| going.id == id) else { return Vec::new() };
        let may_come_back = match left {
            Left::All => true,
            Left::IfBlocked => self.has_newer(&it.step, it.way),
            Left::Nothing => false,
        };
        let is_kept = |part: &Rc<Part<T>>| it.step.parts.iter().any(|kept| Rc::ptr_eq(kept, part));
        if !may_come_back || !run.iter().any(is_kept) {
            return Vec::new();
        }
        let older = self.going.iter().filter(|going| {
            let order = going.step.order(it.way);
            going.id > id && going.way == it.way && order <= it.step.order(it.way)
        });
        let runs = it.back.iter().skip(place + 1);
        runs.chain(older.flat_map(|going| &going.back)).map(Rc::clone).collect()
    }

    /// A step that was taken out has come to its end, and this is left of its parts.
    pub(crate) fn end(&mut self, id: u64, ended: &[(Run<T>, Left)]) -> Forgotten<T> {
        let Some(place) = self.going.iter().position(|going| going.id == id) else {
            return Vec::new();
        };
        let Going { way, step, back, .. } = self.going.remove(place);
        let Step { parts, first, since } = step;
        let mut step = Step { parts: Vec::new(), first, since };
        let may_be_blocked =
            ended.iter().any(|(_, left)| *left == Left::All) || self.has_newer(&step, way);
        let is_left = |part: &Rc<Part<T>>| {
            let is_it = |(run, _): &&(Vec<_>, _)| run.iter().any(|it| Rc::ptr_eq(it, part));
            ended.iter().find(is_it).is_some_and(|(_, left)| match left {
                Left::All => true,
                Left::IfBlocked => may_be_blocked,
                Left::Nothing => false,
            })
        };
        let (left, mut forgotten): (Vec<_>, Vec<_>) = parts.into_iter().partition(is_left);
        forgotten.extend(back);
        if !left.is_empty() {
            step.parts = left;
            forgotten.extend(self.insert(way, step));
        }
        forgotten
    }

    /// The change has come to its end; whether something of it is left. What is not can be neither
    /// undone nor done again, and what could be done again before it can be again.
    pub(crate) fn settle(&mut self, part: &Rc<Part<T>>, is_left: bool) -> Forgotten<T> {
        let open = self.open.iter().position(|(it, _)| Rc::ptr_eq(it, part));
        let number = open.map(|place| self.open.remove(place).1);
        if !is_left {
            self.forget(part);
            return Vec::new();
        }
        self.made = self.made.max(number.unwrap_or_default());
        let over = self.undone.partition_point(|step| step.since < self.made);
        self.undone.drain(..over).flat_map(|step| step.parts).collect()
    }

    /// Lets go of what was made in a life of the topic that is over.
    pub(crate) fn renew(&mut self) -> Forgotten<T> {
        if std::mem::replace(&mut self.epoch, self.life.get()) == self.epoch {
            return Vec::new();
        }
        let mut past = Vec::new();
        self.retain(|part| {
            if part.is_past() {
                past.push(Rc::clone(part));
            }
            !part.is_past()
        });
        past
    }

    /// Lets go of a part, wherever it is.
    pub(crate) fn forget(&mut self, part: &Rc<Part<T>>) {
        self.fresh.retain(|(it, _)| !Rc::ptr_eq(it, part));
        self.retain(|it| !Rc::ptr_eq(it, part));
    }

    fn retain(&mut self, mut is_kept: impl FnMut(&Rc<Part<T>>) -> bool) {
        let going = self.going.iter_mut().map(|going| &mut going.step);
        for step in self.done.iter_mut().chain(&mut self.undone).chain(going) {
            step.parts.retain(&mut is_kept);
        }
        let last = self.done.back().is_some_and(|step| step.parts.is_empty());
        self.last = self.last.filter(|_| !last);
        self.done.retain(|step| !step.parts.is_empty());
        self.undone.retain(|step| !step.parts.is_empty());
    }

    /// The part has come to its end, and is what it is: the part before that it may be one with.
    pub(crate) fn before(&self, part: &Rc<Part<T>>) -> Option<Rc<Part<T>>> {
        let steps = self.done.iter().chain(&self.undone);
        let mut pairs = steps.flat_map(|step| step.parts.windows(2));
        pairs.find(|pair| Rc::ptr_eq(&pair[1], part)).map(|pair| Rc::clone(&pair[0]))
    }

    fn steps(&mut self, way: Way) -> &mut VecDeque<Step<T>> {
        match way {
            Way::Undo => &mut self.done,
            Way::Redo => &mut self.undone,
        }
    }

    /// The last change that was made, or may be.
    fn newest(&self) -> u64 {
        self.open.iter().map(|(_, number)| *number).max().unwrap_or_default().max(self.made)
    }

    /// Whether a newer step is there, or may be again.
    fn has_newer(&self, step: &Step<T>, way: Way) -> bool {
        let steps = match way {
            Way::Undo => &self.done,
            Way::Redo => &self.undone,
        };
        let going = self.going.iter().filter(|going| going.way == way).map(|going| &going.step);
        steps.back().into_iter().chain(going).any(|it| it.order(way) > step.order(way))
    }

    /// Puts a step where it belongs, which is not on top if it comes back late.
    fn insert(&mut self, way: Way, step: Step<T>) -> Forgotten<T> {
        self.last = None;
        if way == Way::Redo && step.since < self.made {
            return step.parts;
        }
        let steps = self.steps(way);
        let place = steps.partition_point(|it| it.order(way) <= step.order(way));
        steps.insert(place, step);
        self.cut()
    }

    /// The steps that are too many, the oldest.
    fn cut(&mut self) -> Forgotten<T> {
        let depth = self.undo.depth;
        let over = |steps: &mut VecDeque<Step<T>>| {
            let over = steps.len().saturating_sub(depth);
            steps.drain(..over).flat_map(|step| step.parts).collect::<Vec<_>>()
        };
        [over(&mut self.done), over(&mut self.undone)].concat()
    }
}
