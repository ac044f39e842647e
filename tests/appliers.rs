//! What becomes of what a window holds when a state is taken over.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use revgate::{Snapshot, Topic};
use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::{Applier, Apply, ApplyMode, Options, Replica, applying};
use revgate_settings::{Settings, Theme};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use harness::{settings, version, with_font_size};

mod harness;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// A state of any shape.
#[derive(Clone, Serialize, Deserialize)]
struct Any(Value);

impl Topic for Any {
    const NAME: &'static str = "any";
}

type Held = Rc<RefCell<Value>>;

/// What is held after a state has been taken over.
fn after(
    held: Value,
    state: Value,
    with: impl FnOnce(Apply<Any, Held>) -> Apply<Any, Held>,
) -> Result<Value, String> {
    let held = Rc::new(RefCell::new(held));
    let snapshot = Snapshot::new(version(1), Arc::new(Any(state)));
    with(Apply::to(Rc::clone(&held))).apply(&snapshot)?;
    Ok(held.take())
}

#[test]
fn patched_it_keeps_what_the_state_has_not_and_replaced_only_what_is_its_own() {
    let (held, state) =
        (json!({ "a": 1, "old": 2, "own": 3 }), json!({ "a": 4, "new": 5, "own": 6 }));
    let take = |with: fn(Apply<Any, Held>) -> Apply<Any, Held>| {
        after(held.clone(), state.clone(), with).expect("it is taken over")
    };
    assert_eq!(take(|it| it), json!({ "a": 4, "old": 2, "new": 5, "own": 6 }));
    assert_eq!(take(|it| it.mode(ApplyMode::Replace)), state);
    assert_eq!(
        take(|it| it.mode(ApplyMode::Replace).omit(&["own"])),
        json!({ "a": 4, "new": 5, "own": 3 }),
    );
    assert_eq!(take(|it| it.pick(&["a"])), json!({ "a": 4, "old": 2, "own": 3 }));
    assert_eq!(
        take(|it| it.mode(ApplyMode::Replace).pick(&["old", "a"])),
        json!({ "a": 4, "own": 3 }),
    );
    assert_eq!(
        take(|it| it.map(|state: &Any| json!({ "a": state.0["a"], "b": 7 })).omit(&["a"])),
        json!({ "a": 1, "old": 2, "own": 3, "b": 7 }),
    );
}

#[test]
fn a_state_without_keys_is_an_error_unless_it_may_be_left_alone_or_taken_whole() {
    let take =
        |with: fn(Apply<Any, Held>) -> Apply<Any, Held>| after(json!({ "a": 1 }), json!([1]), with);
    let error = take(|it| it).expect_err("it has no keys");
    assert!(error.contains("no keys"), "{error}");
    assert_eq!(take(|it| it.strict(false)), Ok(json!({ "a": 1 })));
    assert_eq!(take(|it| it.mode(ApplyMode::Replace)), Ok(json!([1])));
    assert!(take(|it| it.mode(ApplyMode::Replace).omit(&["a"])).is_err());
}

#[test]
fn what_does_not_fit_is_told_by_its_place_and_what_is_held_stays() {
    let held = Rc::new(RefCell::new(BTreeMap::from([("a".to_owned(), 1_u8)])));
    let snapshot = Snapshot::new(version(1), Arc::new(Any(json!({ "a": "text" }))));
    let error = Apply::to(Rc::clone(&held)).apply(&snapshot).expect_err("it is no number");
    assert!(error.contains("invalid type: string"), "{error}");
    assert_eq!(*held.borrow(), BTreeMap::from([("a".to_owned(), 1)]));
}

/// What the window holds: a part of the settings by other names, and something of its own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Look {
    theme: Theme,
    size: u32,
    is_busy: bool,
}

#[test]
fn a_replica_keeps_what_is_held_as_the_backend_has_it_and_sets_nothing_that_is_equal() {
    let look = Rc::new(RefCell::new(Look { is_busy: true, ..Look::default() }));
    let (held, sets) = (Rc::clone(&look), Rc::new(Cell::new(0)));
    let (now, count) = (Rc::clone(&held), Rc::clone(&sets));
    let set = move |new| {
        count.set(count.get() + 1);
        held.replace(new);
    };
    let shape = |it: &Settings| json!({ "theme": it.theme, "size": it.font_size });
    let applier = Apply::<Settings, _>::to((move || now.borrow().clone(), set)).map(shape);

    let (backend, time) = (Memory::new().with_topic(&with_font_size(20)), VirtualTime::new());
    let replica = Replica::start(
        settings(),
        backend.clone(),
        time.clone(),
        Options::default(),
        applying(applier),
    );
    time.settle();
    assert_eq!(*look.borrow(), Look { size: 20, is_busy: true, ..Look::default() });
    backend.set(&Settings { auto_save: false, ..with_font_size(20) });
    time.settle();
    assert_eq!(sets.get(), 1, "nothing of it has changed");
    drop(replica.update(|settings| settings.theme = Theme::Dark));
    assert_eq!((look.borrow().theme, sets.get()), (Theme::Dark, 2), "at once");
    time.settle();
    assert_eq!(sets.get(), 2);
}

#[test]
fn any_function_of_a_snapshot_is_an_applier() {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let inner = Rc::clone(&seen);
    let applier = move |snapshot: &Snapshot<Arc<Settings>>| {
        inner.borrow_mut().push((snapshot.version(), snapshot.data.font_size));
    };
    let (backend, time) = (Memory::new().with_topic(&with_font_size(20)), VirtualTime::new());
    let _replica = Replica::start(
        settings(),
        backend.clone(),
        time.clone(),
        Options::default(),
        applying(applier),
    );
    time.settle();
    backend.set(&with_font_size(30));
    time.settle();
    let versions: Vec<_> = seen.borrow().iter().map(|(_, size)| *size).collect();
    assert_eq!(versions, [20, 30]);
    assert!(seen.borrow().is_sorted_by_key(|(version, _)| *version));
}
