//! Any storage against the simplest one there can be.

use std::collections::BTreeMap;
use std::time::UNIX_EPOCH;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use revgate::TopicName;
use revgate_persistence::{Item, Storage};

use crate::Home;
use crate::suite::{backup, load, topic};

const TOPICS: [&str; 4] = ["settings", "Settings", "settings/backup", "nul"];

#[derive(Clone, Debug)]
enum Operation {
    /// Saves some topics at once, not always different ones.
    Save(Vec<(usize, Vec<u8>)>),
    Remove(usize),
    SetAside(usize),
    Restart,
}

/// What is saved, and the backup.
type Model = BTreeMap<TopicName, (Option<Vec<u8>>, Option<Vec<u8>>)>;

fn operations() -> impl Strategy<Value = Vec<Operation>> {
    let topic = || 0..TOPICS.len();
    let item = (topic(), vec(any::<u8>(), 0..5));
    let operation = prop_oneof![
        5 => vec(item, 0..4).prop_map(Operation::Save),
        1 => topic().prop_map(Operation::Remove),
        1 => topic().prop_map(Operation::SetAside),
        2 => Just(Operation::Restart),
    ];
    vec(operation, 0..20)
}

pub(crate) fn check<H: Home>() {
    let mut runner = TestRunner::new(ProptestConfig { cases: 24, ..ProptestConfig::default() });
    runner.run(&operations(), |operations| run(&H::default(), operations)).expect("as the model");
}

fn run<H: Home>(home: &H, operations: Vec<Operation>) -> Result<(), TestCaseError> {
    let topics = TOPICS.map(topic);
    let mut model = Model::new();
    let mut storage = home.open();
    for operation in operations {
        match operation {
            Operation::Save(items) => {
                let items = items.iter().map(|(index, bytes)| (&topics[*index], bytes));
                let to_save: Vec<_> = items
                    .clone()
                    .map(|(topic, bytes)| Item { topic, bytes, overwrite: false })
                    .collect();
                let saved = storage.save(&to_save);
                prop_assert!(saved.iter().all(Result::is_ok), "{:?}", saved);
                for (topic, bytes) in items {
                    let (now, before) = model.entry(topic.clone()).or_default();
                    *before = now.replace(bytes.clone()).or(before.take());
                }
            }
            Operation::Remove(index) => {
                storage.remove(&topics[index]).expect("removed");
                model.remove(&topics[index]);
            }
            Operation::SetAside(index) => {
                let aside = storage.set_aside(&topics[index], UNIX_EPOCH);
                let was_there = model.get_mut(&topics[index]).and_then(|(now, _)| now.take());
                let kept = aside.ok().and_then(|place| H::aside(&storage, &place));
                prop_assert_eq!(kept, was_there);
            }
            Operation::Restart => {
                drop(storage);
                storage = home.open();
            }
        }
        let mut saved = Vec::new();
        for topic in &topics {
            let expected = model.get(topic).cloned().unwrap_or_default();
            if expected.0.is_some() {
                saved.push(topic.clone());
            }
            prop_assert_eq!((load(&storage, topic), backup(&storage, topic)), expected);
        }
        saved.sort();
        prop_assert_eq!(storage.topics().expect("listed"), saved);
    }
    Ok(())
}
