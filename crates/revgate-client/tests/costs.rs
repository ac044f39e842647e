//! What a window does with a large state: how often it is copied, and how often gone through.

#[path = "costs/big.rs"]
mod big;
#[path = "costs/way.rs"]
mod way;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use revgate::{TopicName, Version};
use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::{Observer, Options, Replica, Status, SyncError, Undo};

use big::{Big, BigAction, Costs};
use way::Way;

/// Keeps what it shows, as a signal does.
#[derive(Clone, Default)]
struct Shown {
    state: Rc<RefCell<Option<Arc<Big>>>>,
    errors: Rc<RefCell<Vec<String>>>,
}

impl Observer<Big> for Shown {
    fn changed(&self, state: &Arc<Big>, _: Version) -> Result<(), String> {
        self.state.replace(Some(Arc::clone(state)));
        Ok(())
    }

    fn status(&self, _: Status) {}

    fn failed(&self, error: &SyncError) {
        self.errors.borrow_mut().push(error.to_string());
    }
}

struct Window {
    replica: Replica<Big, Way, VirtualTime>,
    shown: Shown,
    time: VirtualTime,
}

impl Window {
    fn act(&self, action: BigAction) {
        drop(self.replica.act(action));
        self.time.settle();
    }

    fn shown(&self) -> Arc<Big> {
        self.shown.state.borrow().clone().expect("something is shown")
    }
}

/// Two windows on a large state that have both acted before.
fn windows() -> (Memory, VirtualTime, [Window; 2]) {
    windows_that_hear_after(Duration::ZERO)
}

/// The same; news take so long, and answers no time.
fn windows_that_hear_after(news: Duration) -> (Memory, VirtualTime, [Window; 2]) {
    let backend = Memory::new().with_topic(&Big::new()).with_actions::<BigAction>();
    let time = VirtualTime::new();
    let open = |()| {
        let (topic, shown) = (TopicName::of::<Big>(), Shown::default());
        let way = Way::new(backend.clone(), time.clone(), news);
        let replica = Replica::start(topic, way, time.clone(), Options::default(), shown.clone());
        Window { replica, shown, time: time.clone() }
    };
    let windows = [(), ()].map(open);
    time.settle();
    for _ in 0..3 {
        windows.iter().for_each(|window| window.act(BigAction::Count(1)));
    }
    time.advance(news * 2);
    (backend, time, windows)
}

/// What all windows show, which is what the backend has.
fn same(backend: &Memory, windows: &[Window]) -> Big {
    let state = backend.state::<Big>().expect("it is registered");
    let state: Big = serde_json::from_value(state).expect("it is one");
    for window in windows {
        assert_eq!(*window.shown.errors.borrow(), [""; 0]);
        assert!(*window.shown() == state, "{} shown, {}", window.shown().count, state.count);
    }
    state
}

#[test]
fn an_answer_that_overtakes_news_of_the_other_window_has_nothing_fetched() {
    let (backend, time, windows) = windows_that_hear_after(Duration::from_millis(4));
    let fetches = backend.fetches();
    for by in 1..=50 {
        // Each is answered before it has heard of what the other has done, on which it was done.
        windows.iter().for_each(|window| window.act(BigAction::Count(by)));
        time.advance(Duration::from_millis(1));
    }
    time.advance(Duration::from_millis(200));
    let state = same(&backend, &windows);
    assert_eq!((state.count, backend.fetches() - fetches), (2 * 1_275 + 6, 0));
}

#[test]
fn what_an_answer_tells_of_and_nothing_announces_is_fetched_after_a_while() {
    let (backend, time, windows) = windows();
    backend.end_subscriptions_silently();
    windows[0].act(BigAction::Count(10));
    let fetches = backend.fetches();
    windows[1].act(BigAction::Count(20));
    time.advance(Duration::from_millis(50));
    // Another one puts nothing off.
    windows[1].act(BigAction::Count(30));
    time.advance(Duration::from_millis(49));
    assert_eq!((windows[1].shown().count, backend.fetches() - fetches), (56, 0));
    time.advance(Duration::from_millis(1));
    assert_eq!((windows[1].shown().count, backend.fetches() - fetches), (66, 1));
    assert_eq!(time.timers(), 0, "there is nothing to wait for");
}

#[test]
fn what_this_window_does_and_the_other_does_copies_nothing_and_looks_at_nothing() {
    let (backend, _, windows) = windows();
    let costs = Costs::of(|| {
        for by in [10, 100, 1_000] {
            windows.iter().for_each(|window| window.act(BigAction::Count(by)));
        }
        windows[0].act(BigAction::Name(7, "seven".to_owned()));
        windows[0].act(BigAction::Name(8, "eight".to_owned()));
    });
    assert_eq!(costs, Costs::default());
    let state = same(&backend, &windows);
    assert_eq!((state.count, &*state.names[&7], &*state.names[&8]), (2_226, "seven", "eight"));
}

#[test]
fn nor_does_it_if_the_window_may_undo_and_the_action_says_how() {
    let (backend, _, windows) = windows();
    windows.iter().for_each(|window| window.replica.undoable(Undo::default()));
    windows.iter().for_each(|window| window.act(BigAction::Count(1)));
    let costs = Costs::of(|| windows.iter().for_each(|window| window.act(BigAction::Count(10))));
    assert_eq!(costs, Costs::default());
    assert_eq!(same(&backend, &windows).count, 6 + 2 + 20);
    drop(windows[0].replica.undo());
    windows[0].time.settle();
    assert_eq!(same(&backend, &windows).count, 6 + 2 + 20 - 11, "both are one step");
}

#[test]
fn many_actions_that_wait_for_no_answer_copy_one_state_a_message() {
    let (backend, time, windows) = windows();
    let burst = || {
        (0..20).for_each(|by| drop(windows[0].replica.act(BigAction::Count(by))));
        time.settle();
    };
    burst();
    // The first goes alone, all others together.
    let Costs { copies, walks } = Costs::of(burst);
    assert!(copies <= 2 && walks == 0, "{copies} copies, {walks} walks");
    assert_eq!(same(&backend, &windows).count, 6 + 190 + 190);
}

#[test]
fn two_that_act_at_once_copy_a_state_each_at_most_and_look_at_none() {
    let (backend, time, windows) = windows();
    let race = || {
        windows.iter().for_each(|window| drop(window.replica.act(BigAction::Count(10))));
        time.settle();
    };
    race();
    let Costs { copies, walks } = Costs::of(|| (0..5).for_each(|_| race()));
    // Who is answered before it has heard of the other shows what it did on what it has till then.
    assert!(copies <= 10 && walks == 0, "{copies} copies, {walks} walks");
    assert_eq!(same(&backend, &windows).count, 6 + 6 * 20);
}

#[test]
fn what_somebody_holds_never_changes() {
    let (backend, _, windows) = windows();
    let mut held = Vec::new();
    for count in 7..20 {
        windows[usize::from(count % 3 == 0)].act(BigAction::Count(1));
        let [one, other] = [0, 1].map(|window: usize| windows[window].shown());
        held.push((count, one));
        held.push((count, other));
    }
    assert!(held.iter().all(|(count, state)| state.count == *count));
    drop(held);
    assert_eq!(same(&backend, &windows).count, 19);
    // As soon as they let go, nothing is copied any more.
    windows.iter().for_each(|window| window.act(BigAction::Count(1)));
    let costs = Costs::of(|| windows.iter().for_each(|window| window.act(BigAction::Count(1))));
    assert_eq!(costs, Costs::default());
}

#[test]
fn what_an_action_or_an_edit_left_half_done_is_neither_shown_nor_used() {
    for broken in [BigAction::Refuse, BigAction::Panic] {
        let (backend, time, windows) = windows();
        drop(windows[0].replica.act(broken));
        drop(windows[1].replica.update(|state| {
            state.count = 1_000_000;
            panic!("half-way");
        }));
        time.settle();
        for window in &windows {
            assert_eq!(window.shown.errors.take().len(), 1);
        }
        windows.iter().for_each(|window| window.act(BigAction::Count(1)));
        assert_eq!(same(&backend, &windows).count, 8);
    }
}

#[test]
fn after_an_edit_by_a_function_actions_cost_nothing_again() {
    let (backend, time, windows) = windows();
    drop(windows[1].replica.update(|state| state.count += 100));
    time.settle();
    (0..2).for_each(|_| windows.iter().for_each(|window| window.act(BigAction::Count(1))));
    let costs = Costs::of(|| windows.iter().for_each(|window| window.act(BigAction::Count(1))));
    assert_eq!(costs, Costs::default());
    assert_eq!(same(&backend, &windows).count, 6 + 100 + 6);
}

#[test]
fn an_edit_by_a_function_copies_a_large_state_once_and_writes_it_once() {
    let (backend, time, windows) = windows();
    let edit = || {
        drop(windows[0].replica.update(|state| state.count += 1));
        time.settle();
    };
    edit();
    assert_eq!(Costs::of(edit), Costs { copies: 1, walks: 1 });
    assert_eq!(same(&backend, &windows).count, 6 + 2);
}

#[test]
fn an_edit_that_changes_nothing_of_a_large_state_is_not_sent_and_an_invalid_one_fails() {
    let (backend, time, windows) = windows();
    let writes = backend.writes();
    drop(windows[0].replica.update(|state| state.count += 0));
    drop(windows[0].replica.update(|state| drop(state.names.insert(7, state.names[&7].clone()))));
    time.settle();
    assert_eq!((backend.writes(), same(&backend, &windows).count), (writes, 6));
    drop(windows[0].replica.update(|state| state.share = f64::NAN));
    time.settle();
    let errors = windows[0].shown.errors.take();
    assert!(
        errors[..].iter().all(|error| error.contains("NaN")) && errors.len() == 1,
        "{errors:?}"
    );
    assert_eq!((backend.writes(), same(&backend, &windows).count), (writes, 6));
}
