//! Tabs of a browser that share state among themselves: the real transport, with the browser's own
//! database, channel and locks. Each `Tabs` of one page is a tab to all others.

#![cfg(target_arch = "wasm32")]

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use futures_util::future::join_all;
use gloo_timers::future::sleep;
use js_sys::{JsString, Promise, eval};
use revgate::action::Context;
use revgate::{Action, Invalid, Presence, Present, Topic, TopicName, Version};
use revgate_client::host::Browser;
use revgate_client::tabs::Tabs;
use revgate_client::{Fate, Observer, Options, Presenter, Replica, Status, SyncError};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

use harness::{ms, patience};

mod harness;

#[path = "tabs/kept.rs"]
mod kept;
#[path = "tabs/lives.rs"]
mod lives;
#[path = "tabs/untyped.rs"]
mod untyped;

wasm_bindgen_test_configure!(run_in_browser);

/// A counter that may not pass a hundred thousand, and a text beside it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Tally {
    count: u32,
    note: String,
}

impl Topic for Tally {
    const NAME: &'static str = "tally";

    fn validate(&self) -> Result<(), Invalid> {
        match self.count {
            0..=100_000 => Ok(()),
            over => Err(Invalid::new("count", format!("{over} is too many"))),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Add(u32);

impl Action for Add {
    type Topic = Tally;
    type Error = String;

    fn name(&self) -> &'static str {
        "add"
    }

    fn apply(&self, tally: &mut Tally, _: &Context) -> Result<(), String> {
        match self.0 {
            0 => Err("that adds nothing".to_owned()),
            more => {
                tally.count += more;
                Ok(())
            }
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Spot(u8);

impl Presence for Spot {
    const NAME: &'static str = "spot";

    fn validate(&self) -> Result<(), Invalid> {
        if self.0 < 100 { Ok(()) } else { Err(Invalid::new("", "that is off the map")) }
    }
}

/// A tab of the site of this name.
fn tab(site: &str) -> Tabs {
    let tabs = Tabs::builder(site).topic(Tally::default()).actions::<Add>();
    tabs.presence::<Spot>().build()
}

/// What a tab shows of a topic.
struct Shown<T: Topic> {
    replica: Replica<T, Tabs, Browser>,
    errors: Rc<RefCell<Vec<SyncError>>>,
}

struct Seen(Rc<RefCell<Vec<SyncError>>>);

impl<T> Observer<T> for Seen {
    fn changed(&self, _: &Arc<T>, _: Version) -> Result<(), String> {
        Ok(())
    }

    fn status(&self, _: Status) {}

    fn failed(&self, error: &SyncError) {
        self.0.borrow_mut().push(error.clone());
    }
}

fn open<T: Topic>(tab: &Tabs) -> Shown<T> {
    let errors = Rc::default();
    let gate = patience().fetch_timeout(ms(5000)).build().expect("sensible options");
    let options = Options { gate, ..Options::default() };
    let seen = Seen(Rc::clone(&errors));
    let replica = Replica::start(TopicName::of::<T>(), tab.clone(), Browser, options, seen);
    Shown { replica, errors }
}

/// A tab that shows the tally.
async fn live(tab: &Tabs) -> Shown<Tally> {
    let shown = open(tab);
    shown.replica.started().await.expect("it starts");
    shown
}

impl<T: Topic> Shown<T> {
    fn state(&self) -> T {
        self.replica.state().expect("it has started")
    }

    async fn until(&self, reached: impl Fn(&T) -> bool) {
        while !self.replica.state().is_some_and(|state| reached(&state)) {
            sleep(ms(1)).await;
        }
    }
}

fn js(script: &str) -> String {
    let result = eval(script).expect(script);
    result.dyn_ref::<JsString>().map(String::from).unwrap_or_default()
}

/// What the promise that the script makes comes to.
async fn js_async(script: &str) -> String {
    let promise: Promise = eval(script).expect(script).unchecked_into();
    let result = JsFuture::from(promise).await.expect(script);
    result.as_string().unwrap_or_default()
}

#[wasm_bindgen_test]
async fn a_change_in_one_tab_shows_in_the_other() {
    let [one, other] = [tab("change"), tab("change")];
    let [one, other] = [live(&one).await, live(&other).await];
    let version = one.replica.update(|tally| tally.note = "hello".to_owned()).await;
    other.until(|tally| tally.note == "hello").await;
    assert_eq!(Ok(other.replica.version().expect("it is shown")), version);
    assert_eq!(one.replica.version(), other.replica.version());
}

#[wasm_bindgen_test]
async fn a_state_too_large_to_be_announced_whole_is_read() {
    let [one, other] = [tab("large"), tab("large")];
    let [one, other] = [live(&one).await, live(&other).await];
    let note = "0123456789".repeat(100_000);
    let large = note.clone();
    one.replica.update(move |tally| tally.note.clone_from(&large)).await.expect("it is written");
    other.until(|tally| tally.note == note).await;
}

#[wasm_bindgen_test]
async fn of_many_tabs_that_edit_at_once_no_edit_is_lost() {
    let tabs = [(); 4].map(|()| tab("edits"));
    let shown = join_all(tabs.iter().map(live)).await;
    let edits = shown.iter().flat_map(|shown| {
        (0..50).map(|_| shown.replica.update(|tally| tally.count += 1)).collect::<Vec<_>>()
    });
    for ended in join_all(edits).await {
        ended.expect("it is made");
    }
    for shown in &shown {
        shown.until(|tally| tally.count == 200).await;
        assert!(shown.errors.borrow().is_empty(), "{:?}", shown.errors);
    }
}

#[wasm_bindgen_test]
async fn actions_of_many_tabs_are_each_done_once() {
    let tabs = [(); 3].map(|()| tab("actions"));
    let shown = join_all(tabs.iter().map(live)).await;
    let actions = shown
        .iter()
        .flat_map(|shown| (1..=20).map(|more| shown.replica.act(Add(more))).collect::<Vec<_>>());
    for ended in join_all(actions).await {
        ended.expect("it is done");
    }
    for shown in &shown {
        shown.until(|tally| tally.count == 3 * 210).await;
    }
    let refused = shown[0].replica.act(Add(0)).await.expect_err("it adds nothing");
    assert!(refused.to_string().contains("adds nothing"), "{refused}");
}

#[wasm_bindgen_test]
async fn of_two_edits_that_are_valid_only_alone_one_is_refused_by_its_place() {
    let [one, other] = [tab("invalid"), tab("invalid")];
    let [one, other] = [live(&one).await, live(&other).await];
    // Valid where it is made, and not on what the other has written meanwhile.
    let first = other.replica.update(|tally| tally.count += 60_000);
    let second = one.replica.update(|tally| tally.count += 60_000);
    let ended = [first.await, second.await];
    let [error] = ended.iter().filter_map(|ended| ended.as_ref().err()).collect::<Vec<_>>()[..]
    else {
        panic!("one of them is refused: {ended:?}");
    };
    assert!(matches!(error.fate, Some(Fate::Refused | Fate::NotSent)), "{error:?}");
    assert!(error.to_string().contains("count: 120000 is too many"), "{error}");
    for shown in [&one, &other] {
        shown.until(|tally| tally.count == 60_000).await;
    }
}

#[wasm_bindgen_test]
async fn a_topic_that_nobody_named_is_unknown_and_the_others_are_said() {
    let alone = Tabs::builder("unknown").presence::<Spot>().build();
    let shown = open::<Tally>(&alone);
    while shown.errors.borrow().is_empty() {
        sleep(ms(1)).await;
    }
    let error = shown.errors.borrow()[0].to_string();
    assert!(error.contains("`tally`") && error.contains("spot"), "{error}");
}

/// The presenter of a tab.
fn present(tab: &Tabs) -> Presenter<Spot, Tabs, Browser> {
    let topic = TopicName::of::<Present<Spot>>();
    Presenter::start(topic, tab.label(), tab.clone(), Browser, Options::default(), |_| {})
}
