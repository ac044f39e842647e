//! Each kind of state, on each way that it can go: what arrives is the state that set out, or it
//! was refused with its place. Nothing is altered in silence.
//!
//! Here: `serde_json`, a replica over the backend in memory, bytes, and each storage with each
//! codec. `windows/kinds.rs` has the way between real windows and the plugin, for the same kinds.

#[path = "kinds/mod.rs"]
mod kinds;
#[cfg(not(target_arch = "wasm32"))]
#[path = "kinds/saved.rs"]
mod saved;

use std::any::type_name;
use std::sync::Arc;

use futures_util::FutureExt;
use revgate::json::fingerprint;
use revgate::wire::{Fetched, Refusal};
use revgate::{Epoch, Invalid, Revision, Snapshot, TopicName, Version, bytes};
use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::{
    Change, Observer, Options, Replica, Status, SyncError, Transport, TransportError, WriteError,
};
use wasm_bindgen_test::wasm_bindgen_test as kinds_test;

use kinds::{Kind, Visitor, each, is_same};

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// What became of a state: the one that arrived, or why it was refused, and where.
type Outcome<T> = Result<T, Invalid>;

fn version(number: u64) -> Version {
    Version::new(Epoch::default(), Revision::new(number))
}

/// Sends each state of each kind on a way. Those that JSON can have arrive, the others are refused
/// at the same place everywhere.
struct Way<W> {
    send: W,
    sent: usize,
    refused: usize,
}

/// A way that states of any kind can go.
trait Send {
    fn send<T: Kind>(&mut self, state: &T) -> Outcome<T>;
}

impl<W: Send> Visitor for Way<W> {
    fn visit<T: Kind>(&mut self) {
        for (number, state) in T::values().into_iter().enumerate() {
            let place = format!("{}, value {number}", type_name::<T>());
            match (fingerprint(&state), self.send.send(&state)) {
                (Ok(_), Ok(arrived)) => {
                    assert!(is_same(&arrived, &state), "{place}: {arrived:?} arrived of {state:?}");
                    self.sent += 1;
                }
                (Err(expected), Err(refused)) => {
                    assert_eq!(refused, expected, "{place}");
                    self.refused += 1;
                }
                (Ok(_), Err(refused)) => panic!("{place}: refused: {refused}"),
                (Err(expected), Ok(arrived)) => panic!("{place}: {arrived:?}, not {expected}"),
            }
        }
    }
}

/// Sends all, and counts: a way that refuses more, or less, than JSON does is noticed.
fn send_all(send: impl Send) {
    let mut way = Way { send, sent: 0, refused: 0 };
    each(&mut way);
    // Each kind is there twice. Floats that are not finite, as keys as well: 7; tuples as keys: 1;
    // `Some` of nothing: 2; trees that are too deep: 3.
    assert_eq!(way.refused, 2 * 13);
    assert!(way.sent > 2 * 60, "{}", way.sent);
}

struct Native;

impl Send for Native {
    fn send<T: Kind>(&mut self, state: &T) -> Outcome<T> {
        fingerprint(state)?;
        let json = serde_json::to_string(state).expect("it has a fingerprint");
        Ok(serde_json::from_str(&json).expect("it was written"))
    }
}

#[kinds_test(unsupported = test)]
fn what_has_a_fingerprint_is_what_serde_json_carries() {
    send_all(Native);
}

/// A window reads it, writes it, loses a write against it.
struct InMemory;

struct Silent;

impl<T> Observer<T> for Silent {
    fn changed(&self, _: &Arc<T>, _: Version) -> Result<(), String> {
        Ok(())
    }

    fn status(&self, _: Status) {}

    fn failed(&self, error: &SyncError) {
        panic!("{error}");
    }
}

fn refusal<T>(error: TransportError) -> Outcome<T> {
    match error {
        TransportError::Refused(Refusal::Invalid(invalid)) => Err(invalid),
        other => panic!("{other}"),
    }
}

impl Send for InMemory {
    fn send<T: Kind>(&mut self, state: &T) -> Outcome<T> {
        let (topic, time) = (TopicName::of::<T>(), VirtualTime::new());
        let first = T::values().remove(0);
        let backend = Memory::new().with_topic(&first);
        let write = |base, old: &T| {
            let change = Change::new(base, old.clone(), state.clone());
            backend.write(&topic, change).now_or_never().expect("at once")
        };
        match write(version(1), &first) {
            Ok(written) => assert!(is_same(&*written.data, state)),
            Err(WriteError::Transport(error)) => return refusal(error),
            Err(other) => panic!("{other}"),
        }
        // The same state again is no other version.
        if !is_same(&first, state) {
            let lost = write(version(1), &first);
            let Err(WriteError::Conflict(current)) = lost else { panic!("{lost:?}") };
            assert!(is_same(&current.data, state), "{:?} of {state:?}", current.data);
        }
        let replica: Replica<T, _, _> = Replica::start(
            topic.clone(),
            backend.clone(),
            time.clone(),
            Options::default(),
            Silent,
        );
        time.settle();
        assert!(is_same(&replica.state().expect("it is shown"), state));
        backend.set(&first);
        time.settle();
        assert!(is_same(&replica.state().expect("it is shown"), &first));
        let target = state.clone();
        let edit = replica.update(move |shown: &mut T| *shown = target.clone());
        time.settle();
        edit.now_or_never().expect("at once").expect("it can be written");
        let fetched = backend.fetch::<T>(&topic, None).now_or_never().expect("at once");
        let Ok(Fetched::State(snapshot)) = fetched else { panic!("{fetched:?}") };
        Ok(snapshot.data)
    }
}

#[kinds_test(unsupported = test)]
fn a_window_over_the_backend_in_memory_carries_it() {
    send_all(InMemory);
}

/// A backend that has it already, however it came by it.
struct AlreadyThere;

impl Send for AlreadyThere {
    fn send<T: Kind>(&mut self, state: &T) -> Outcome<T> {
        let backend = Memory::new().with_topic(state);
        let fetched = backend.fetch::<T>(&TopicName::of::<T>(), None);
        match fetched.now_or_never().expect("at once") {
            Ok(fetched) => {
                let Fetched::State(snapshot) = fetched else { panic!("{fetched:?}") };
                Ok(snapshot.data)
            }
            Err(error) => refusal(error),
        }
    }
}

#[kinds_test(unsupported = test)]
fn a_backend_in_memory_never_answers_with_null_for_it() {
    send_all(AlreadyThere);
}

/// As bytes if it has a layout and they suit it; else as text, as a window does.
#[derive(Default)]
struct InBytes {
    suited: usize,
    unsuited: usize,
}

impl Send for &mut InBytes {
    fn send<T: Kind>(&mut self, state: &T) -> Outcome<T> {
        fingerprint(state)?;
        match bytes::encode(&Fetched::State(Snapshot::new(version(7), state))) {
            Ok(bytes) => {
                self.suited += 1;
                let Ok(Fetched::State(snapshot)) = bytes::decode(&bytes) else {
                    panic!("{bytes:?}")
                };
                assert_eq!(snapshot.version(), version(7));
                Ok(snapshot.data)
            }
            Err(_) => {
                self.unsuited += usize::from(T::LAYOUT.is_some());
                Native.send(state)
            }
        }
    }
}

#[kinds_test(unsupported = test)]
fn bytes_carry_it_or_say_that_they_cannot() {
    let mut bytes = InBytes::default();
    send_all(&mut bytes);
    let (suited, unsuited) = (bytes.suited, bytes.unsuited);
    assert!(suited > 50 && unsuited > 8, "{suited} suited bytes, {unsuited} did not");
}
