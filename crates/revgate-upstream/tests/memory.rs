//! Two machines on one store in memory, which can be had with and without a seal.

#[path = "../../revgate-nats/tests/common/machine.rs"]
mod machine;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

use chacha20poly1305::aead::{Aead, Generate, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use machine::Machine;
use revgate::TopicName;
use revgate_upstream::{
    Entry, Fault, Memory, News, Seal, Sealed, Status, Told, Topics, Upstream, WriteError, drive,
};
use tokio::sync::mpsc;

struct Cipher(XChaCha20Poly1305);

impl Cipher {
    fn new(key: u8) -> Self {
        Self(XChaCha20Poly1305::new(&Key::from([key; 32])))
    }
}

impl Seal for Cipher {
    fn seal(&self, context: &[u8], value: &[u8]) -> Result<Vec<u8>, String> {
        let nonce = XNonce::generate();
        let sealed = self.0.encrypt(&nonce, Payload { msg: value, aad: context });
        Ok([&*nonce, &*sealed.map_err(|error| error.to_string())?].concat())
    }

    fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, String> {
        let (nonce, sealed) = sealed.split_first_chunk::<24>().ok_or("too short")?;
        let payload = Payload { msg: sealed, aad: context };
        self.0.decrypt(&XNonce::from(*nonce), payload).map_err(|_| "not by this key".to_owned())
    }
}

/// Until it is so; longer than that takes, and no measure of it.
async fn until(is_so: impl Fn() -> bool) {
    let wait = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), wait).await.expect("it comes to be so");
}

async fn settled(machines: &[Machine], numbers: impl IntoIterator<Item = u32>) {
    let numbers: BTreeSet<_> = numbers.into_iter().collect();
    until(|| {
        machines.iter().all(|machine| {
            let list = machine.list();
            machine.status() == Status::InStep
                && list.len() == numbers.len()
                && list == machines[0].list()
                && list.into_iter().collect::<BTreeSet<_>>() == numbers
        })
    })
    .await;
}

fn start<U: Upstream>(stores: [U; 2]) -> Vec<Machine> {
    let numbered = stores.into_iter().zip([1, 2]);
    numbered.map(|(store, number)| Machine::start(store, &Machine::new_disk(number), 1)).collect()
}

/// One whose watch ends once it has told what lies there, or panics then.
#[derive(Debug)]
struct Ending {
    store: Memory,
    panics: bool,
}

impl Upstream for Ending {
    fn read<'a>(&'a self, topic: &'a TopicName) -> BoxFuture<'a, Result<Option<Entry>, Fault>> {
        self.store.read(topic)
    }

    fn write<'a>(
        &'a self,
        topic: &'a TopicName,
        expected: u64,
        value: Vec<u8>,
    ) -> BoxFuture<'a, Result<u64, WriteError>> {
        self.store.write(topic, expected, value)
    }

    fn watch(&self) -> BoxStream<'_, News> {
        let end = stream::iter([()]).filter_map(async |()| {
            assert!(!self.panics, "no watch any more");
            None
        });
        self.store.watch().take(1).chain(end).boxed()
    }

    fn place(&self) -> String {
        self.store.place()
    }
}

/// Why the store could not be reached, each time that it was said; an empty text that it can be.
#[derive(Default)]
struct Links(Mutex<Vec<String>>);

impl Topics for Links {
    fn link(&self, fault: Option<&Fault>) -> Vec<TopicName> {
        let reason = fault.map_or(String::new(), |fault| fault.reason.clone());
        self.0.lock().expect("no panic").push(reason);
        Vec::new()
    }

    fn tell(&self, _: &TopicName, _: Told) -> Result<(), Told> {
        Ok(())
    }
}

#[tokio::test]
async fn a_store_whose_watch_ends_or_panics_is_said_to_be_out_of_reach() {
    for (panics, why) in [(false, "its watch has ended"), (true, "it panicked: no watch any more")]
    {
        let links = Links::default();
        let (_asks, asked) = mpsc::unbounded_channel();
        drive(&Ending { store: Memory::new(), panics }, &links, asked).await;
        let said = links.0.into_inner().expect("no panic");
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said[0].is_empty() && said[1].starts_with(why), "{said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_machines_come_together_whatever_happens_to_the_store() {
    let desktop = Memory::new();
    let laptop = desktop.another_machine();
    let mut machines = start([desktop.clone(), laptop.clone()]);
    machines[0].add(0);
    settled(&machines, 0..1).await;
    let copy = desktop.back_up();

    laptop.set_reachable(false);
    until(|| machines[1].status() == Status::Offline).await;
    machines[0].add(1);
    machines[1].add(2);
    settled(&machines[..1], 0..2).await;
    let disk = machines.remove(1).kill();
    machines.push(Machine::start(laptop.clone(), &disk, 2));
    laptop.set_reachable(true);
    settled(&machines, 0..3).await;

    desktop.restore(&copy);
    // One that has it from the store.
    machines.push(Machine::start(desktop.another_machine(), &Machine::new_disk(3), 1));
    settled(&machines, 0..3).await;
    desktop.clear();
    machines[1].add(3);
    settled(&machines, 0..4).await;
    assert!(!machines.iter().any(Machine::misses));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_tells_what_lies_there_and_what_is_new_and_begins_anew_after_each_fault() {
    let store = Memory::new();
    let writer = store.another_machine();
    let mut watch = store.watch();
    let mut next = async || match watch.next().await.expect("it never ends") {
        News::Entry(topic, Entry { revision, .. }) => format!("{topic} {revision}"),
        News::Current => "current".to_owned(),
        News::Lost(fault) => fault.to_string(),
    };
    let write = async |name: &str, expected| {
        let topic = name.parse().expect("a name");
        writer.write(&topic, expected, Vec::new()).await.expect("it is written")
    };
    assert_eq!(next().await, "current");
    write("a", 0).await;
    let copy = store.back_up();
    write("b", 0).await;
    write("a", 1).await;
    for told in ["a 1", "b 2", "a 3"] {
        assert_eq!(next().await, told);
    }
    store.set_reachable(false);
    assert_eq!(next().await, "memory: it cannot be reached");
    store.set_reachable(true);
    for told in ["a 3", "b 2", "current"] {
        assert_eq!(next().await, told);
    }
    store.restore(&copy);
    for told in ["memory: it was made anew, or restored", "a 1", "current"] {
        assert_eq!(next().await, told);
    }
    store.clear();
    for told in ["memory: it was made anew, or restored", "current"] {
        assert_eq!(next().await, told);
    }
    assert_eq!(write("a", 0).await, 1);
    assert_eq!(next().await, "a 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sealed_is_the_same_on_both_machines_and_no_other_key_overwrites_it() {
    let store = Memory::new();
    let machine = |key| Sealed::new(store.another_machine(), Cipher::new(key));
    let machines = start([machine(7), machine(7)]);
    machines[0].add(0);
    machines[1].add(1);
    settled(&machines, 0..2).await;

    let board = "board".parse().expect("a name");
    let held = store.read(&board).await;
    let Ok(Some(Entry { value: Ok(Some(sealed)), .. })) = &held else { panic!("{held:?}") };
    assert!(!sealed.windows(4).any(|part| part == b"acks"));
    assert!(Cipher::new(7).open(b"board", sealed).is_ok());
    assert!(Cipher::new(7).open(b"another", sealed).is_err());

    let stranger = Machine::start(machine(8), &Machine::new_disk(3), 1);
    until(|| stranger.status() == Status::Refused("not by this key".to_owned())).await;
    stranger.add(2);
    until(|| stranger.status() == Status::Refused("not by this key".to_owned())).await;
    assert_eq!(store.read(&board).await, held);
}

/// A cipher with a fault, if it is given what has a `!` in it.
struct Fragile;

impl Seal for Fragile {
    fn seal(&self, _: &[u8], value: &[u8]) -> Result<Vec<u8>, String> {
        assert!(!value.contains(&b'!'), "it cannot be sealed");
        Ok(value.to_vec())
    }

    fn open(&self, _: &[u8], sealed: &[u8]) -> Result<Vec<u8>, String> {
        assert!(!sealed.contains(&b'!'), "it cannot be opened");
        Ok(sealed.to_vec())
    }
}

#[tokio::test]
async fn a_seal_that_panics_is_an_error_in_words_and_the_watch_goes_on() {
    let plain = Memory::new();
    let sealed = Sealed::new(plain.another_machine(), Fragile);
    let board = "board".parse().expect("a name");
    let mut watch = sealed.watch();
    assert!(matches!(watch.next().await, Some(News::Current)));
    let refused = sealed.write(&board, 0, b"a!".to_vec()).await.expect_err("it panics");
    assert_eq!(refused.to_string(), "memory: it panicked: it cannot be sealed");
    plain.write(&board, 0, b"b!".to_vec()).await.expect("it is written");
    let unopened = Err("it panicked: it cannot be opened".to_owned());
    let read = sealed.read(&board).await.expect("an answer").expect("it is there");
    assert_eq!(read.value, unopened);
    let Some(News::Entry(_, told)) = watch.next().await else { panic!("it goes on") };
    assert_eq!(told.value, unopened);
}
