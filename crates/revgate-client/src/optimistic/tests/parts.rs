//! Large states that say of what they consist: edits of several windows, and what they cost.

#[path = "../../../../../tests/baseline/probe.rs"]
mod probe;

use std::collections::BTreeMap;

use json_patch::Patch;
use revgate::parts;
use revgate::parts::Parts;
use serde_json::Value;

use self::probe::{Probe, Touched, touched};
use super::*;
use crate::patch::{Cheapest, cheapest};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Shelf {
    probe: Probe,
    count: u64,
    rows: BTreeMap<u32, Row>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Row {
    title: String,
    tags: Vec<u8>,
}

parts!(struct Shelf { probe, count, rows });
parts!(struct Row { title, tags });

impl Topic for Shelf {
    const NAME: &'static str = "shelf";
    const PARTS: Parts<Self> = Parts::of();
}

const UNTOUCHED: Touched = Touched { copies: 0, writes: 0, reads: 0 };

fn shelf() -> Shelf {
    let row = |number| (number, Row { title: format!("{number:0100}"), tags: vec![1, 2, 3] });
    Shelf { probe: Probe, count: 0, rows: (0..160).map(row).collect() }
}

fn edit(change: impl Fn(&mut Shelf) + 'static) -> Edit<Shelf> {
    let topic = revgate::TopicName::of::<Shelf>();
    let change = move |shelf: &mut Shelf| {
        change(shelf);
        Ok(())
    };
    Edit::closure(change, Pending::new(&topic).0)
}

/// Three windows that know the first state.
fn windows() -> [Optimistic<Shelf>; 3] {
    [(); 3].map(|()| {
        let mut window = Optimistic::new();
        window.learn(Snapshot::new(version(1), Arc::new(shelf())));
        window
    })
}

fn title(window: &Optimistic<Shelf>, row: u32) -> &str {
    &window.top().expect("a state").data.rows[&row].title
}

/// What the window writes.
fn written(window: &mut Optimistic<Shelf>) -> Option<Change<Shelf>> {
    match window.next_write() {
        Next::Write(change) => Some(change),
        Next::Wait | Next::Nothing(..) => None,
        Next::Act => panic!("there are no actions"),
    }
}

fn patch(change: &Change<Shelf>) -> String {
    let Ok(Cheapest::Patch(patch)) = cheapest(change) else { panic!("it is little") };
    patch
}

/// A turn: the window of this number writes a title, and all know it.
fn turn(windows: &mut [Optimistic<Shelf>; 3], number: u64, hears_first: bool) {
    let place = number as usize % 2;
    let name = format!("turn {number}");
    let new = name.clone();
    let change = edit(move |shelf| {
        shelf.rows.get_mut(&7).expect("there").title.clone_from(&new);
    });
    assert!(matches!(windows[place].push(change), Pushed::Kept));
    let change = written(&mut windows[place]).expect("it changes something");
    let patch = patch(&change);
    assert_eq!(patch, format!(r#"[{{"op":"replace","path":"/rows/7/title","value":"{name}"}}]"#));
    let (old, new) = (version(number), version(number + 1));
    for (other, window) in windows.iter_mut().enumerate() {
        if other != place || hears_first {
            window.patched(new, old, &patch).expect("it applies");
        }
    }
    let made = Snapshot::new(new, change.new);
    assert_eq!(windows[place].accepted(made).len(), 1);
    assert!(windows.iter().all(|window| title(window, 7) == name));
}

#[test]
fn a_dialogue_copies_writes_and_reads_nothing_but_what_it_changes() {
    for hears_first in [false, true] {
        let mut windows = windows();
        (1..6).for_each(|number| turn(&mut windows, number, hears_first));
        for number in 6..50 {
            let ((), cost) = touched(|| turn(&mut windows, number, hears_first));
            assert_eq!(cost, UNTOUCHED, "turn {number}, {hears_first}");
        }
        let print = |window: &Optimistic<Shelf>| window.top().expect("a state").print();
        assert!(windows.iter().all(|window| print(window) == print(&windows[0])));
    }
}

#[test]
fn edits_that_wait_are_one_patch_and_copy_nothing_either() {
    let [mut window, ..] = windows();
    for number in 1..20 {
        let ((), cost) = touched(|| {
            let add = || edit(|shelf| shelf.count += 1);
            assert!(matches!(window.push(add()), Pushed::Kept));
            let change = written(&mut window).expect("it changes something");
            // While that is under way.
            for _ in 0..2 {
                assert!(matches!(window.push(add()), Pushed::Kept));
            }
            let expected =
                |count| format!(r#"[{{"op":"replace","path":"/count","value":{count}}}]"#);
            let count = 3 * (number - 1);
            assert_eq!(patch(&change), expected(count + 1));
            window.accepted(Snapshot::new(version(2 * number), change.new));
            let change = written(&mut window).expect("it changes something");
            assert_eq!(patch(&change), expected(count + 3));
            window.accepted(Snapshot::new(version(2 * number + 1), change.new));
        });
        let Touched { copies, writes, reads } = cost;
        assert!(number < 3 || (copies <= 2 && (writes, reads) == (0, 0)), "{number}: {cost:?}");
    }
}

#[test]
fn what_changes_nothing_is_nothing() {
    let [mut window, ..] = windows();
    let nothing = || edit(|shelf| shelf.count += 0);
    assert!(matches!(window.push(nothing()), Pushed::Nothing(..)));
    let ((), cost) = touched(|| {
        assert!(matches!(window.push(nothing()), Pushed::Nothing(..)));
    });
    assert_eq!((cost.writes, cost.reads), (0, 0));
}

/// The backend, which does all as a whole.
struct Backend {
    versions: Vec<Value>,
    /// What leads to each from the one before.
    patches: Vec<Option<String>>,
}

impl Backend {
    fn version(&self) -> Version {
        version(self.versions.len() as u64)
    }

    fn newest(&self) -> Snapshot<Arc<Shelf>> {
        let state = self.versions.last().expect("one").clone();
        Snapshot::new(self.version(), Arc::new(serde_json::from_value(state).expect("a state")))
    }

    /// Makes a change, if it was made on the newest.
    fn write(&mut self, change: &Change<Shelf>) -> bool {
        if change.base != self.version() {
            return false;
        }
        let mut state = self.versions.last().expect("one").clone();
        let patch = match cheapest(change).expect("JSON") {
            Cheapest::State(json) => {
                state = serde_json::from_str(&json).expect("JSON");
                None
            }
            Cheapest::Patch(json) => {
                let patch: Patch = serde_json::from_str(&json).expect("a patch");
                json_patch::patch(&mut state, &patch).expect("it applies");
                Some(json)
            }
        };
        assert_eq!(state, serde_json::to_value(&*change.new).expect("JSON"));
        self.versions.push(state);
        self.patches.push(patch);
        true
    }
}

/// Some edit, by this number.
fn any_edit(number: u64) -> Edit<Shelf> {
    let row = (number % 7) as u32;
    match number % 6 {
        0 => edit(|shelf| shelf.count += 1),
        1 => edit(move |shelf| drop(shelf.rows.remove(&row))),
        2 => edit(move |shelf| {
            shelf.rows.insert(row, Row { title: "new".to_owned(), tags: Vec::new() });
        }),
        3 => edit(move |shelf| shelf.rows.values_mut().take(3).for_each(|row| row.tags.push(9))),
        4 => edit(move |shelf| {
            shelf.rows.values_mut().nth(number as usize % 9).expect("many").tags.clear();
        }),
        _ => edit(move |shelf| shelf.rows.values_mut().for_each(|row| row.title.push('x'))),
    }
}

#[test]
fn windows_that_edit_in_any_order_come_to_the_same_as_the_backend() {
    for seed in 0..60 {
        let mut random = seed;
        let mut next = |most: u64| {
            random = Context::new(0, random).random(seed);
            random % most
        };
        let mut windows = windows();
        let mut backend = Backend {
            versions: vec![serde_json::to_value(shelf()).expect("JSON")],
            patches: vec![None],
        };
        let mut under_way: [Option<Change<Shelf>>; 3] = Default::default();
        for _ in 0..60 {
            let place = next(3) as usize;
            let window = &mut windows[place];
            match next(5) {
                0 => drop(window.push(any_edit(next(1_000)))),
                1 if under_way[place].is_none() => under_way[place] = written(window),
                2 => {
                    let Some(change) = under_way[place].take() else { continue };
                    if backend.write(&change) {
                        window.accepted(Snapshot::new(backend.version(), change.new));
                    } else {
                        window.lost_against(backend.newest());
                    }
                }
                // What is announced, in time or late.
                _ => {
                    let number = 1 + next(backend.versions.len() as u64) as usize;
                    if let Some(Some(patch)) = backend.patches.get(number - 1) {
                        let (old, new) = (version(number as u64 - 1), version(number as u64));
                        let _ = window.patched(new, old, patch);
                    }
                }
            }
        }
        for (place, window) in windows.iter_mut().enumerate() {
            while let Some(change) = under_way[place].take().or_else(|| written(window)) {
                if backend.write(&change) {
                    window.accepted(Snapshot::new(backend.version(), change.new));
                } else {
                    window.lost_against(backend.newest());
                }
            }
        }
        let expected = backend.newest();
        for window in &mut windows {
            window.learn(expected.clone());
            assert!(window.is_at_rest(), "seed {seed}");
            let top = window.top().expect("a state");
            assert_eq!(*top.data, *expected.data, "seed {seed}");
        }
    }
}
