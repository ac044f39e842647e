//! The two windows.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::rc::Rc;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion};
use revgate::action::{Actions, Context};
use revgate::{Action, Topic, TopicName, Version};
use revgate_client::host::VirtualTime;
use revgate_client::{Observer, Options, Replica, Status, SyncError};
use serde::{Deserialize, Serialize};

use super::teller::Teller;

/// Fields in a map, as the large states that are compared with others.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Fields(BTreeMap<String, String>);

impl Fields {
    fn of(bytes: usize) -> Self {
        let field = |number| (format!("field-{number:06}"), format!("{:074}", 7));
        Self((0..bytes / 94).map(field).collect())
    }
}

impl Topic for Fields {
    const NAME: &'static str = "fields";
    const ACTIONS: Actions<Self> = Actions::of::<Set>();
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Set(String, u64);

impl Set {
    fn of(number: u64) -> Self {
        Self("field-000003".to_owned(), number)
    }
}

impl Action for Set {
    type Topic = Fields;
    type Error = String;

    fn name(&self) -> &'static str {
        "set"
    }

    fn apply(&self, fields: &mut Fields, _: &Context) -> Result<(), String> {
        fields.0.insert(self.0.clone(), format!("{:074}", self.1));
        Ok(())
    }
}

/// Keeps what it shows, as a signal does.
struct Shown(Cell<Option<Arc<Fields>>>);

impl Observer<Fields> for Shown {
    fn changed(&self, state: &Arc<Fields>, _: Version) -> Result<(), String> {
        self.0.set(Some(Arc::clone(state)));
        Ok(())
    }

    fn status(&self, _: Status) {}

    fn failed(&self, error: &SyncError) {
        panic!("{error}");
    }
}

type Window = Replica<Fields, Teller, VirtualTime>;

fn windows(bytes: usize) -> (VirtualTime, [Window; 2]) {
    let time = VirtualTime::new();
    let first: Rc<dyn Fn() -> String> =
        Rc::new(move || serde_json::to_string(&Fields::of(bytes)).expect("JSON"));
    let teller = Teller::new(&time, first);
    let open = |()| {
        let topic = TopicName::of::<Fields>();
        let shown = Shown(Cell::new(None));
        Replica::start(topic, teller.beside(), time.clone(), Options::default(), shown)
    };
    let windows = [(), ()].map(open);
    time.settle();
    (time, windows)
}

pub(crate) fn dialogue(criterion: &mut Criterion) {
    for (name, say) in [("by action", act as fn(&Window, u64)), ("by edit", edit)] {
        let mut group = criterion.benchmark_group(name);
        for bytes in [1_000, 100_000, 1_000_000, 10_000_000] {
            let (time, windows) = windows(bytes);
            let mut number = 0;
            let mut turn = || {
                for window in &windows {
                    number += 1;
                    say(window, number);
                    time.settle();
                }
            };
            (0..4).for_each(|_| turn());
            group.bench_function(BenchmarkId::from_parameter(bytes), |bencher| {
                bencher.iter(&mut turn);
            });
            let [one, other] = windows.each_ref().map(|window| window.shared().expect("shown"));
            assert_eq!(one.0, other.0, "both show the same");
            black_box(one);
        }
    }
}

fn act(window: &Window, number: u64) {
    drop(window.act(Set::of(number)));
}

fn edit(window: &Window, number: u64) {
    drop(window.update(move |fields| {
        fields.0.insert("field-000003".to_owned(), format!("{number:074}"));
    }));
}
