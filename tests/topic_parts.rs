//! Windows that show a part of a large state: over a network that does as it pleases, what each shows is the
//! part that the backend had then, it hears of no other, and no edit is lost.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use revgate::json::part;
use revgate::{Invalid, Topic, TopicName, TopicPart, Version};
use revgate_client::host::VirtualTime;
use revgate_client::memory::Memory;
use revgate_client::testing::{Faults, Network, World};
use revgate_client::{Observer, Options, Pending, Replica, Status, SyncError, Transport, Undo};
use serde::{Deserialize, Serialize};
use wasm_bindgen_test::wasm_bindgen_test as window_test;

use harness::{ms, patience};

mod harness;
#[path = "topic_parts/schedules.rs"]
mod schedules;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Board {
    docs: BTreeMap<u32, Doc>,
    order: Vec<u32>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Doc {
    title: String,
    likes: u32,
}

impl Topic for Board {
    const NAME: &'static str = "board";

    fn validate(&self) -> Result<(), Invalid> {
        match self.docs.iter().find(|(_, doc)| doc.title.is_empty()) {
            Some((id, _)) => Err(Invalid::new(format!("docs.{id}.title"), "a title is needed")),
            None => Ok(()),
        }
    }
}

fn doc(title: &str) -> Doc {
    Doc { title: title.to_owned(), likes: 0 }
}

fn board() -> Board {
    Board { docs: BTreeMap::from([(41, doc("other")), (42, doc("mine"))]), order: vec![41, 42] }
}

fn world() -> World {
    World::with(|backend| backend.with_topic(&board()))
}

fn rename(title: &'static str) -> impl Fn(&mut TopicPart<Doc>) {
    move |part| part.value.iter_mut().for_each(|doc| title.clone_into(&mut doc.title))
}

fn like(part: &mut TopicPart<Doc>) {
    part.value.iter_mut().for_each(|doc| doc.likes += 1);
}

#[window_test(unsupported = test)]
fn a_window_on_a_part_hears_of_no_other() {
    let world = world();
    let (mine, all) = (world.part::<Board, Doc>("/docs/42"), world.window::<Board>());
    let (fetches, heard) = (world.backend().fetches(), mine.trace().len());
    for _ in 0..100 {
        all.update(|board| board.docs.entry(41).or_default().likes += 1);
        world.settle();
    }
    assert_eq!((mine.shown().len(), mine.version()), (1, Some(harness::version(1))));
    assert_eq!(mine.trace().len(), heard, "it was told nothing");
    all.update(|board| board.docs.entry(42).or_default().likes = 7);
    world.settle();
    assert_eq!(mine.state().value.as_ref().map(|doc| doc.likes), Some(7));
    assert_eq!((mine.shown().len(), mine.version()), (2, Some(harness::version(102))));
    assert!(mine.trace().len() > heard);
    assert_eq!(world.backend().fetches(), fetches, "the part came with the news");
}

#[window_test(unsupported = test)]
fn edits_of_a_part_and_of_the_whole_both_count() {
    let world = world();
    let (mine, all) = (world.part::<Board, Doc>("/docs/42"), world.window::<Board>());
    mine.undoable(Undo::default());
    let edits = [
        mine.update(rename("new")),
        all.update(|board| board.docs.entry(42).or_default().likes += 1),
        all.update(|board| board.order.reverse()),
    ];
    edits.into_iter().for_each(|edit| assert_eq!(world.end(edit).err(), None));
    world.settle();
    let expected = Doc { title: "new".to_owned(), likes: 1 };
    assert_eq!(all.state().docs[&42], expected);
    assert_eq!(all.state().order, [42, 41]);
    assert_eq!(mine.state().value.as_ref(), Some(&expected));
    // What others did is theirs.
    while world.end(mine.undo()).is_ok() {}
    world.settle();
    assert_eq!(all.state().docs[&42], Doc { title: "mine".to_owned(), likes: 1 });
    assert_eq!((mine.errors(), all.errors()), (vec![], vec![]));
}

#[window_test(unsupported = test)]
fn what_the_topic_refuses_is_taken_back_and_said() {
    let world = world();
    let mine = world.part::<Board, Doc>("/docs/42");
    let refused = mine.update(rename(""));
    assert_eq!(mine.state().value, Some(doc("")), "shown at once");
    let error = world.end(refused).expect_err("it needs a title").to_string();
    assert!(error.contains("docs.42.title: a title is needed"), "{error}");
    assert_eq!(mine.state().value, Some(doc("mine")));
}

#[window_test(unsupported = test)]
fn a_part_comes_to_be_and_goes_with_what_it_is_in() {
    let world = world();
    let new = world.part::<Board, Doc>("/docs/43");
    let title = world.part::<Board, String>("/docs/43/title");
    let all = world.window::<Board>();
    assert_eq!((new.state().value.clone(), title.state().value.clone()), (None, None));
    new.update(|part| part.value = Some(doc("new")));
    world.settle();
    assert_eq!(all.state().docs[&43], doc("new"));
    assert_eq!(title.state().value.as_deref(), Some("new"));
    all.update(|board| drop(board.docs.remove(&43)));
    world.settle();
    assert_eq!((new.state().value.clone(), title.state().value.clone()), (None, None));
    let orphan = title.update(|part| part.value = Some("nowhere".to_owned()));
    assert!(world.end(orphan).is_err(), "there is no document to have a title");
    assert_eq!(title.state().value, None);
    new.update(|part| part.value = Some(doc("again")));
    world.settle();
    new.update(|part| part.value = None);
    world.settle();
    assert!(!all.state().docs.contains_key(&43), "it is removed");
}

#[window_test(unsupported = test)]
fn a_backend_that_begins_anew_has_another_part() {
    let world = world();
    let mine = world.part::<Board, Doc>("/docs/42");
    mine.update(like);
    world.settle();
    let restarted = world.backend().restart(&board());
    world.settle();
    assert_eq!((mine.version(), mine.state().value.clone()), (Some(restarted), Some(doc("mine"))));
    world.backend().remove::<Board>();
    world.settle();
    assert!(mine.errors().iter().any(|error| error.to_string().contains("board")));
    world.backend().restart(&Board::default());
    world.advance(Duration::from_secs(60));
    assert_eq!((mine.status(), mine.state().value.clone()), (Status::Live, None));
}

#[window_test(unsupported = test)]
fn a_lost_announcement_of_a_part_is_made_up_for() {
    let world = world();
    let (mine, all) = (world.part::<Board, Doc>("/docs/42"), world.window::<Board>());
    world.network().set_faults(Faults { loss: 1.0, ..Faults::none(ms(1)) });
    let edit = all.update(|board| board.docs.entry(42).or_default().likes = 5);
    assert!(world.end(edit).is_ok());
    assert_eq!(mine.state().value, Some(doc("mine")));
    world.advance(Duration::from_secs(31));
    assert_eq!(mine.state().value.as_ref().map(|doc| doc.likes), Some(5));
}

#[window_test(unsupported = test)]
fn what_a_window_that_goes_sends_behind_its_write_counts() {
    let world = world();
    world.network().set_faults(Faults::none(ms(5)));
    let mine = world.part::<Board, Doc>("/docs/42");
    world.advance(ms(20));
    let first = mine.update(like);
    world.time().settle();
    mine.update(like);
    mine.flush();
    drop(mine);
    drop(first);
    world.backend().set(&Board { order: vec![], ..board() });
    world.advance(ms(50));
    let kept = world.backend().state::<Board>().expect("it is there");
    assert_eq!((&kept["docs"]["42"]["likes"], &kept["order"]), (&2.into(), &serde_json::json!([])));
}

#[window_test(unsupported = test)]
fn a_part_of_a_family_s_topic_is_one_as_well() {
    let world = World::with(|backend| backend.with_family::<Board>());
    world.backend().set_member("a", &board());
    let name = TopicName::keyed::<Board>("a").map(|name| name.part("/docs/42"));
    let name = name.expect("a name").expect("a pointer");
    let seen = Seen::default();
    let mine = start::<TopicPart<Doc>>(name, world.network().beside(), world.time(), seen);
    world.settle();
    drop(mine.update(rename("")));
    drop(mine.update(rename("new")));
    world.settle();
    assert_eq!(world.backend().member::<Board>("a").expect("it is there").docs[&42].title, "new");
    world.backend().remove_member::<Board>("a");
    world.settle();
    assert_ne!(mine.status(), Status::Live);
}

/// What a window was told.
#[derive(Clone)]
struct Seen<T>(Rc<RefCell<States<T>>>);

type States<T> = Vec<(Version, Arc<T>)>;

impl<T> Default for Seen<T> {
    fn default() -> Self {
        Self(Rc::default())
    }
}

impl<T> Observer<T> for Seen<T> {
    fn changed(&self, state: &Arc<T>, version: Version) -> Result<(), String> {
        self.0.borrow_mut().push((version, Arc::clone(state)));
        Ok(())
    }

    fn status(&self, _: Status) {}

    fn failed(&self, _: &SyncError) {}
}

fn start<T: Topic>(
    topic: TopicName,
    way: Network,
    time: &VirtualTime,
    seen: Seen<T>,
) -> Replica<T, Network, VirtualTime> {
    let gate = patience().resync(Duration::from_secs(30)).build().expect("valid");
    Replica::start(topic, way, time.clone(), Options { gate, ..Options::default() }, seen)
}
