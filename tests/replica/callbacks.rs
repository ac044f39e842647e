//! Other people's code calls the replica that calls it: every place where that can be, and every
//! method.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::pin;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::task::{Context, Wake, Waker};

use futures_util::FutureExt;
use revgate::{Invalid, Phase, Topic, TopicName, Version};
use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::{
    Fate, Observer, Options, Pending, Replica, Status, SyncError, TransportError,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::desk::{Asked, Desk, desk, sheet, stored};
use super::harness::{far_away, patience, version};
use super::window_test;

/// What a piece of other people's code does to the replica that runs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Update,
    TryUpdate,
    Refresh,
    SetVisible,
    Started,
    State,
    Version,
    Status,
    Statuses,
    Trace,
    Stop,
}

const METHODS: [Method; 11] = [
    Method::Update,
    Method::TryUpdate,
    Method::Refresh,
    Method::SetVisible,
    Method::Started,
    Method::State,
    Method::Version,
    Method::Status,
    Method::Statuses,
    Method::Trace,
    Method::Stop,
];

/// Where other people's code runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Edit,
    Validate,
    Clone,
    Serialize,
    Deserialize,
    DropState,
    DropEdit,
    Changed,
    ShouldRefresh,
    Status,
    Failed,
    Waker,
}

const PLACES: [Place; 12] = [
    Place::Edit,
    Place::Validate,
    Place::Clone,
    Place::Serialize,
    Place::Deserialize,
    Place::DropState,
    Place::DropEdit,
    Place::Changed,
    Place::ShouldRefresh,
    Place::Status,
    Place::Failed,
    Place::Waker,
];

/// Where edits are made as anywhere.
const OBSERVING: [Place; 5] =
    [Place::Changed, Place::ShouldRefresh, Place::Status, Place::Failed, Place::Waker];

type Called = Replica<Ticklish, Memory, VirtualTime>;

thread_local! {
    static STAGE: RefCell<Stage> = RefCell::default();
}

/// Which replica is called, from where and how.
#[derive(Default)]
struct Stage {
    replica: Weak<Called>,
    plan: Option<(Place, Method)>,
    /// What came of it, and how often it was done.
    outcomes: Vec<Pending>,
    calls: u32,
}

/// Does what is planned for this place, a few times at most.
fn run(place: Place) {
    let found = STAGE.try_with(|stage| {
        let mut stage = stage.borrow_mut();
        let method = stage.plan.filter(|(planned, _)| *planned == place)?.1;
        stage.calls += 1;
        (stage.calls <= 3).then(|| (stage.replica.upgrade(), method))
    });
    let Ok(Some((Some(replica), method))) = found else { return };
    let pending = match method {
        Method::Update => Some(replica.update(|state| state.0 += 100)),
        Method::TryUpdate => Some(replica.try_update(|state| {
            state.0 += 100;
            Ok::<_, String>(())
        })),
        Method::Refresh => Some(replica.refresh()),
        Method::Started => Some(replica.started()),
        Method::SetVisible => {
            replica.set_visible(false);
            replica.set_visible(true);
            None
        }
        Method::State => {
            // The copy is other people's code, too.
            drop(replica.state());
            None
        }
        Method::Version => {
            let _ = replica.version();
            None
        }
        Method::Status => {
            let _ = replica.status();
            None
        }
        Method::Statuses => {
            drop(replica.statuses());
            None
        }
        Method::Trace => {
            drop(replica.trace());
            None
        }
        Method::Stop => {
            replica.stop();
            None
        }
    };
    STAGE.with_borrow_mut(|stage| stage.outcomes.extend(pending));
}

/// A state all of whose functions do as the stage says. At most 1000.
#[derive(Debug, PartialEq)]
struct Ticklish(u32);

impl Topic for Ticklish {
    const NAME: &'static str = "ticklish";

    fn validate(&self) -> Result<(), Invalid> {
        run(Place::Validate);
        if self.0 > 1000 { Err(Invalid::new("", "too much")) } else { Ok(()) }
    }
}

impl Clone for Ticklish {
    fn clone(&self) -> Self {
        run(Place::Clone);
        Self(self.0)
    }
}

impl Serialize for Ticklish {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        run(Place::Serialize);
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Ticklish {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        run(Place::Deserialize);
        u32::deserialize(deserializer).map(Self)
    }
}

impl Drop for Ticklish {
    fn drop(&mut self) {
        run(Place::DropState);
    }
}

struct Eye;

impl Observer<Ticklish> for Eye {
    fn changed(&self, _: &Arc<Ticklish>, _: Version) -> Result<(), String> {
        run(Place::Changed);
        Ok(())
    }

    fn status(&self, _: Status) {
        run(Place::Status);
    }

    fn should_refresh(&self, _: &revgate::Invalidation) -> Result<bool, String> {
        run(Place::ShouldRefresh);
        Ok(true)
    }

    fn failed(&self, _: &SyncError) {
        run(Place::Failed);
    }
}

/// Runs when it is dropped.
struct OnDrop;

impl Drop for OnDrop {
    fn drop(&mut self) {
        run(Place::DropEdit);
    }
}

/// Runs when it wakes.
struct Bell;

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        run(Place::Waker);
    }
}

/// Lets a replica live through everything, with this call made in this place.
fn live_through(place: Place, method: Method) {
    let (time, backend) = (VirtualTime::new(), Memory::new().with_topic(&Ticklish(0)));
    let options =
        Options { gate: patience().build().expect("sensible options"), ..Options::default() };
    let topic = TopicName::of::<Ticklish>();
    let replica = Rc::new(Replica::start(topic, backend.clone(), time.clone(), options, Eye));
    let stage = Stage { replica: Rc::downgrade(&replica), ..Stage::default() };
    STAGE.replace(Stage { plan: Some((place, method)), ..stage });

    let held = OnDrop;
    let first = replica.update(move |state| {
        let _ = &held;
        run(Place::Edit);
        state.0 += 1;
    });
    let waker = Waker::from(Arc::new(Bell));
    let mut first = pin!(first);
    assert!(first.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    time.settle();
    backend.answer_next_fetch(Err(TransportError::Failed("the wire is cut".to_owned())));
    backend.set(&Ticklish(10));
    while time.advance_to_next_timer() {}
    let last = replica.update(|state| state.0 += 1);
    while time.advance_to_next_timer() {}

    let what = format!("{method:?} within {place:?}");
    let Stage { outcomes, calls, .. } = STAGE.take();
    assert!(calls > 0, "{what} never came to be");
    let has_stopped = replica.status() == Status::Stopped;
    assert_eq!(has_stopped, method == Method::Stop, "{what}");
    for pending in outcomes {
        let outcome = pending.now_or_never().unwrap_or_else(|| panic!("{what} is never answered"));
        match (method, outcome) {
            // Refused only while an edit is played, copied or dropped, and always within one.
            (Method::Update | Method::TryUpdate, Err(error)) => {
                assert_eq!(
                    (error.phase, error.fate),
                    (Phase::Write, Some(Fate::NotSent)),
                    "{what}"
                );
                assert!(error.reason.contains("within another edit"), "{what}: {error}");
                assert!(!OBSERVING.contains(&place), "{what}: {error}");
            }
            (Method::Update | Method::TryUpdate, Ok(version)) => {
                assert!(version.revision.number() > 1 && place != Place::Edit, "{what}");
            }
            (_, outcome) => assert!(outcome.is_ok(), "{what}: {outcome:?}"),
        }
    }
    if has_stopped {
        return;
    }
    let last = last.now_or_never().expect("all has come to rest");
    assert!(last.is_ok(), "{what}: {last:?}");
    assert_eq!(replica.status(), Status::Live, "{what}");
    let shown = replica.state().map(|state| state.0);
    let truth = backend.state::<Ticklish>().and_then(|state| state.as_u64());
    assert_eq!(shown.map(u64::from), truth, "{what}");
}

#[window_test(unsupported = test)]
fn any_call_from_anywhere_is_done_or_refused_in_words() {
    for place in PLACES {
        for method in METHODS {
            live_through(place, method);
        }
    }
}

#[window_test(unsupported = test)]
fn a_refresh_within_failed_ends_by_itself_and_the_one_that_failed_is_told_why() {
    let (backend, desk) = desk(&[1]);
    let within: Rc<RefCell<Vec<Pending>>> = Rc::default();
    let list = Rc::clone(&within);
    desk.observe(move |replica, asked| {
        if let Asked::Failed(_) = asked
            && list.borrow().is_empty()
        {
            list.borrow_mut().push(replica.refresh());
        }
        Ok(())
    });
    for reason in ["the wire is cut", "the wire is still cut"] {
        backend.answer_next_fetch(Err(TransportError::Failed(reason.to_owned())));
    }
    let error = desk.end(desk.replica.refresh()).expect_err("it fails");
    assert_eq!((error.phase, &*error.reason), (Phase::GetSnapshot, "the wire is cut"));
    let within = within.borrow_mut().pop().expect("it was asked for");
    let error = desk.end(within).expect_err("it fails, too");
    assert_eq!((error.phase, &*error.reason), (Phase::GetSnapshot, "the wire is still cut"));
    desk.assert_lives(&backend);
}

#[window_test(unsupported = test)]
fn an_edit_within_changed_is_made_after_it() {
    let (backend, desk) = desk(&[1]);
    desk.observe(|replica, asked| {
        if let Asked::Changed(state, _) = asked {
            assert_eq!(replica.state().as_ref(), Some(state), "what is being shown");
            if state.rows.len() < 3 {
                drop(replica.update(|sheet| sheet.rows.push(0)));
            }
        }
        Ok(())
    });
    backend.set(&sheet(&[5]));
    desk.until(|| stored(&backend).rows.len() == 3);
    desk.time.settle();
    assert_eq!(desk.shown(), sheet(&[5, 0, 0]));
    assert!(desk.take_errors().is_empty());
}

#[window_test(unsupported = test)]
fn an_observer_that_answers_each_change_with_another_is_stopped_in_words() {
    let (backend, desk) = desk(&[1]);
    let refused: Rc<RefCell<Vec<SyncError>>> = Rc::default();
    let list = Rc::clone(&refused);
    let is_over = Rc::new(Cell::new(false));
    let over = Rc::clone(&is_over);
    desk.observe(move |replica, asked| {
        if let Asked::Changed(..) = asked
            && !over.get()
        {
            let next = replica.update(|sheet| sheet.rows[0] += 1).now_or_never();
            over.set(next.is_some());
            list.borrow_mut().extend(next.and_then(Result::err));
        }
        Ok(())
    });
    let written = desk.replica.update(|sheet| sheet.rows[0] = 10);
    let refused = refused.take();
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].fate, Some(Fate::NotSent));
    assert_eq!(refused[0].reason, "it is one of more than 1000 that each led to the next");
    desk.end(written).expect("the first is made");
    desk.time.settle();
    assert_eq!(stored(&backend), sheet(&[1010]));
    desk.assert_lives(&backend);
}

#[window_test(unsupported = test)]
fn an_observer_that_panics_whatever_it_is_told_costs_nothing_but_what_it_would_show() {
    let (backend, desk) = desk(&[1]);
    desk.observe(|_, asked| panic!("told of {asked:?}"));
    backend.answer_next_fetch(Err(TransportError::Failed("the wire is cut".to_owned())));
    backend.set(&sheet(&[2]));
    desk.time.settle();
    let written = desk.end(desk.replica.update(|sheet| sheet.rows.push(3)));
    assert!(written.is_ok(), "{written:?}");
    assert_eq!((stored(&backend), desk.shown()), (sheet(&[2, 3]), sheet(&[1])));
    desk.assert_lives(&backend);
}

#[window_test(unsupported = test)]
fn a_waker_that_panics_harms_nobody() {
    struct Bomb;

    impl Wake for Bomb {
        fn wake(self: Arc<Self>) {
            panic!("woken");
        }
    }

    let (backend, network, window) = far_away();
    window.until(|| window.replica.status() == Status::Live);
    let mut written = pin!(window.replica.update(|settings| settings.font_size = 20));
    let waker = Waker::from(Arc::new(Bomb));
    assert!(written.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    window.until(|| network.under_way() == 0);
    assert_eq!(written.now_or_never(), Some(Ok(version(2))));
    window.assert_recovers(&backend);
}

#[window_test(unsupported = test)]
fn two_replicas_may_edit_each_other() {
    let (time, backend) = (VirtualTime::new(), Memory::new().with_topic(&sheet(&[])));
    let (left, right) = (Desk::open(&time, &backend), Desk::open(&time, &backend));
    time.settle();
    for (here, there) in [(&left, &right), (&right, &left)] {
        let there = Rc::downgrade(&there.replica);
        here.observe(move |_, asked| {
            if let (Asked::Changed(state, _), Some(there)) = (asked, there.upgrade())
                && state.rows.len() < 3
            {
                let many = u32::try_from(state.rows.len()).expect("few");
                drop(there.update(move |sheet| {
                    if !sheet.rows.contains(&many) {
                        sheet.rows.push(many);
                    }
                }));
            }
            Ok(())
        });
    }
    drop(left.replica.update(|sheet| sheet.title = "go".to_owned()));
    time.settle();
    assert_eq!(stored(&backend).rows, [0, 1, 2]);
    assert_eq!((left.shown(), right.shown()), (stored(&backend), stored(&backend)));
}
