//! A card that two machines create, edit and remove, with and without each other.

use revgate::action::Source;

use super::*;
use crate::{Acks, Answer, Ask, Input, Joiner, Options, Outbox, Output, Seen, Value};

type Card = Option<State<Labels>>;

/// Each label is put there by one edit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Labels(BTreeMap<String, bool>);

impl Topic for Labels {
    const NAME: &'static str = "labels";
}

#[derive(Default)]
struct Store {
    revision: u64,
    value: Option<(Acks, Card)>,
}

struct Machine {
    joiner: Joiner<Deed<Labels>>,
    refused: usize,
}

#[derive(Clone, Copy, Debug)]
enum Event {
    Create(usize),
    Edit(usize),
    Remove(usize),
    /// It is linked, until all that it asks for is done.
    Sync(usize),
}

const EVENTS: [Event; 8] = [
    Event::Create(0),
    Event::Create(1),
    Event::Edit(0),
    Event::Edit(1),
    Event::Remove(0),
    Event::Remove(1),
    Event::Sync(0),
    Event::Sync(1),
];

impl Machine {
    fn new(number: u64) -> Self {
        let outbox = Outbox::new(Source::new(number));
        Self { joiner: Joiner::new(outbox, None, Options::default()), refused: 0 }
    }

    /// Whether it can be done.
    fn edit(&mut self, edit: Deed<Labels>) -> bool {
        let Ok(state) = edit.play(self.joiner.state()) else { return false };
        self.joiner.handle(Input::Edited { edits: vec![edit], state });
        true
    }

    fn sync(&mut self, store: &mut Store) {
        self.joiner.handle(Input::Linked(store.seen()));
        while let Some(output) = self.joiner.poll_output() {
            match output {
                Output::Ask(ticket, Ask::Write { expected, acks, state }) => {
                    assert_eq!(expected, store.revision, "nobody else is there");
                    store.revision += 1;
                    store.value = Some((acks, state));
                    let written = Answer::Written(store.revision);
                    self.joiner.handle(Input::Answered(ticket, written));
                }
                Output::Refused { refusal, .. } => {
                    assert_eq!(refusal, "it was removed");
                    self.refused += 1;
                }
                Output::Ask(_, Ask::Rest(_)) | Output::Show(_) => {}
                other => panic!("{other:?}"),
            }
        }
        self.joiner.handle(Input::Unlinked);
    }

    fn labels(&self) -> Option<&BTreeMap<String, bool>> {
        self.joiner.state().as_ref().map(|state| &state.data.0)
    }
}

impl Store {
    fn seen(&self) -> Seen<Card> {
        let value = self.value.clone();
        let value = value.map_or(Value::Nothing, |(acks, card)| Value::State(acks, card));
        Seen { revision: self.revision, value }
    }
}

/// What is there in the end, if it is as it has to be.
fn run(events: &[Event]) -> Option<BTreeMap<String, bool>> {
    let mut store = Store::default();
    let mut machines = [Machine::new(1), Machine::new(2)];
    let (mut made, mut removals) = (Vec::new(), 0);
    for (at, event) in events.iter().enumerate() {
        let label = at.to_string();
        let with = |labels: &BTreeMap<String, bool>| {
            let labels = labels.keys().chain([&label]);
            Labels(labels.map(|label| (label.clone(), true)).collect())
        };
        match *event {
            Event::Create(machine) if machines[machine].labels().is_none() => {
                let create = Deed::create(&with(&BTreeMap::new())).expect("JSON");
                assert!(machines[machine].edit(create));
                made.push(label);
            }
            Event::Edit(machine) => {
                let Some(labels) = machines[machine].labels() else { continue };
                let edit = Deed::between(&Labels(labels.clone()), &with(labels)).expect("JSON");
                assert!(machines[machine].edit(edit));
                made.push(label);
            }
            Event::Remove(machine) if machines[machine].labels().is_some() => {
                assert!(machines[machine].edit(Deed::remove()));
                removals += 1;
            }
            Event::Sync(machine) => machines[machine].sync(&mut store),
            _ => {}
        }
    }
    for machine in [0, 1, 0] {
        machines[machine].sync(&mut store);
    }
    let [one, other] = &machines;
    assert_eq!(one.labels(), other.labels());
    let held = store.value.and_then(|(_, card)| card).map(|card| card.data.0.clone());
    assert_eq!(one.labels(), held.as_ref());
    if removals == 0 {
        assert_eq!(one.refused + other.refused, 0);
        let all = held.iter().flat_map(BTreeMap::keys);
        assert!(
            all.eq(made.iter().collect::<std::collections::BTreeSet<_>>()),
            "{held:?} of {made:?}"
        );
    }
    held
}

#[test]
fn whatever_two_do_in_whatever_order_comes_to_one_and_without_a_removal_nothing_is_lost() {
    let mut there = 0;
    for script in 0..EVENTS.len().pow(5) {
        let events: Vec<_> =
            (0..5).map(|at| EVENTS[script / EVENTS.len().pow(at) % EVENTS.len()]).collect();
        let end = std::panic::catch_unwind(|| run(&events));
        there += usize::from(end.unwrap_or_else(|_| panic!("{events:?}")).is_some());
    }
    assert!(there > 10_000, "{there}");
}

#[test]
fn a_removal_stands_against_an_edit_and_that_is_said() {
    use Event::{Create, Edit, Remove, Sync};
    let before = [Create(0), Sync(0), Sync(1)];
    for after in [[Remove(0), Edit(1), Sync(0), Sync(1)], [Remove(0), Edit(1), Sync(1), Sync(0)]] {
        assert_eq!(run(&[&before[..], &after].concat()), None);
    }
}

#[test]
fn what_is_created_anew_has_nothing_of_what_was_removed() {
    use Event::{Create, Edit, Remove, Sync};
    let events = [Create(0), Sync(0), Sync(1), Edit(1), Remove(0), Create(0), Sync(0), Sync(1)];
    let labels = run(&events).expect("it is there");
    assert_eq!(labels.into_keys().collect::<Vec<_>>(), ["3", "5"], "and what was edited meanwhile");
}
