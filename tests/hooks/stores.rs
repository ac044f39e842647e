//! Who is woken by what: a thousand components on one topic, and the fields of a store.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use gloo_timers::future::sleep;
use js_sys::Function;
use leptos::mount::mount_to;
use leptos::prelude::*;
use leptos::wasm_bindgen::closure::Closure;
use leptos::wasm_bindgen::{JsCast, JsValue};
use reactive_stores::{ArcStore, Patch, Store};
use revgate::Topic;
use revgate_client::Apply;
use revgate_leptos::{Stored, TopicSignal, use_topic};
use serde::{Deserialize, Serialize};
use wasm_bindgen_test::wasm_bindgen_test;

use super::page::{backend, install, tell};
use super::{Mounted, until};
use crate::harness::ms;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Store, Patch)]
struct Album {
    title: String,
    year: u32,
    #[store(key: u32 = |song| song.id)]
    songs: Vec<Song>,
    #[patch(|this, new| *this = new)]
    tags: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Store, Patch)]
struct Song {
    id: u32,
    title: String,
}

impl Topic for Album {
    const NAME: &'static str = "album";
}

impl Stored for Album {
    fn patch(store: &ArcStore<Self>, new: Self) {
        store.clone().title().patch(new.title);
        store.clone().year().patch(new.year);
        store.clone().songs().patch(new.songs);
        if *store.clone().tags().read_untracked() != new.tags {
            store.clone().tags().set(new.tags);
        }
    }
}

const ALBUM: &str = "{ title: 'An album', year: 2000, tags: {}, songs: \
                     [{ id: 1, title: 'one' }, { id: 2, title: 'two' }, { id: 3, title: 'three' }] }";

/// How often each effect has run.
type Runs = Rc<RefCell<BTreeMap<String, usize>>>;

fn counted<U>(runs: &Runs, name: impl Into<String>, read: impl Fn() -> U + 'static) {
    let (runs, name) = (Rc::clone(runs), name.into());
    Effect::new(move |_| {
        drop(read());
        *runs.borrow_mut().entry(name.clone()).or_default() += 1;
    });
}

/// What has run since, when all that is due has.
async fn ran(runs: &Runs) -> Vec<(String, usize)> {
    sleep(ms(20)).await;
    runs.take().into_iter().collect()
}

/// A page that has the first state, and a component in it.
async fn mount(
    with: impl Fn(TopicSignal<Album>, Runs) + 'static,
) -> (TopicSignal<Album>, Runs, impl Sized) {
    install("album", ALBUM);
    let (slot, runs) = (Rc::new(Cell::new(None)), Runs::default());
    let (inner, counted) = (Rc::clone(&slot), Rc::clone(&runs));
    let body = || document().body().expect("a page has one");
    let first = mount_to(body(), move || inner.set(Some(use_topic::<Album>())));
    let album = slot.get().expect("it is mounted at once");
    album.loaded().await.expect("it comes");
    let second = mount_to(body(), move || with(use_topic(), Rc::clone(&counted)));
    ran(&runs).await;
    (album, runs, (Mounted(Some(first)), Mounted(Some(second))))
}

/// Half of them read one field, and half the other.
fn reader(number: u32, runs: &Runs) {
    let album = use_topic::<Album>();
    let store = album.store();
    if number.is_multiple_of(2) {
        let title = album.select(|album| album.title.clone());
        counted(runs, format!("title {}", number % 10), move || title.get());
    } else {
        counted(runs, format!("year {}", number % 10), move || store.year().get());
    }
}

#[wasm_bindgen_test]
async fn a_thousand_components_have_one_subscription_and_only_readers_of_what_changes_run() {
    let (album, runs, mounted) = mount(|_, runs| {
        (0..1_000).for_each(|number| reader(number, &runs));
    })
    .await;
    let asked = ["subscriptions", "listeners.size", "snapshots"].map(backend);
    assert_eq!(asked, ["1", "1", "1"]);
    tell("set({ ...backend.state, title: 'Another' })");
    until(|| album.get_untracked().title == "Another").await;
    assert_eq!(ran(&runs).await, [0, 2, 4, 6, 8].map(|digit| (format!("title {digit}"), 100)));
    album.update(|album| album.year += 1).await.expect("it is made");
    assert_eq!(ran(&runs).await, [1, 3, 5, 7, 9].map(|digit| (format!("year {digit}"), 100)));
    drop(mounted);
}

#[wasm_bindgen_test]
async fn a_change_of_one_field_of_a_store_wakes_its_readers_alone() {
    let (album, runs, mounted) = mount(|album, runs| {
        let store = album.store();
        counted(&runs, "title", move || store.title().get());
        counted(&runs, "tags", move || store.tags().get());
        counted(&runs, "songs", move || store.songs().into_iter().count());
        for id in [1, 2, 3] {
            let song = store.songs().at_key(id);
            counted(&runs, format!("song {id}"), move || song.title().get());
        }
    })
    .await;
    let once =
        |names: &[&str]| -> Vec<_> { names.iter().map(|name| ((*name).to_owned(), 1)).collect() };
    tell("set({ ...backend.state, title: 'Another' })");
    until(|| album.get_untracked().title == "Another").await;
    assert_eq!(ran(&runs).await, once(&["title"]));
    let tag = |album: &mut Album| drop(album.tags.insert("mood".to_owned(), "blue".to_owned()));
    album.update(tag).await.expect("it is made");
    assert_eq!(ran(&runs).await, once(&["tags"]));
    album.update(|album| album.songs[1].title.push('!')).await.expect("it is made");
    // Who goes through a list reads each item of it.
    assert_eq!(ran(&runs).await, once(&["song 2", "songs"]));
    let song = Song { id: 4, title: "four".to_owned() };
    album.update(move |album| album.songs.insert(0, song.clone())).await.expect("it is made");
    assert_eq!(ran(&runs).await, once(&["songs"]), "an insert wakes no reader of another song");
    album.update(|album| album.songs[3].title.push('!')).await.expect("it is made");
    assert_eq!(ran(&runs).await, once(&["song 3", "songs"]));
    album.update(|album| album.year += 1).await.expect("it is made");
    assert_eq!(ran(&runs).await, []);
    drop(mounted);
}

/// Once it does not, a type that has `Patch` needs no `Stored::patch` of its own.
#[wasm_bindgen_test]
fn to_patch_a_store_as_a_whole_still_panics_if_it_has_a_list_with_keys() {
    let song = |id| Song { id, title: String::new() };
    let before = Album { songs: vec![song(1)], ..Album::default() };
    let after = Album { songs: vec![song(1), song(2)], ..Album::default() };
    let is_mended = |patch: fn(ArcStore<Album>, Album)| {
        let (store, after) = (ArcStore::new(before.clone()), after.clone());
        store.clone().songs().update_keys();
        let patch = Closure::once(move || patch(store, after));
        let function: &Function = patch.as_ref().unchecked_ref();
        function.call0(&JsValue::UNDEFINED).is_ok()
    };
    assert!(is_mended(|store, after| store.songs().patch(after.songs)), "by its field it is done");
    assert!(
        !is_mended(|store, after| store.patch(after)),
        "mended: say so where `Stored` is documented"
    );
}

#[wasm_bindgen_test]
async fn an_applier_takes_what_it_picks_into_what_the_window_holds() {
    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    struct Shelf {
        title: String,
        is_open: bool,
    }
    let shelf = RwSignal::new(Shelf { is_open: true, ..Shelf::default() });
    let sets = Rc::new(Cell::new(0));
    let count = Rc::clone(&sets);
    let (album, _, mounted) = mount(move |album, _| {
        let count = Rc::clone(&count);
        let set = move |new| {
            count.set(count.get() + 1);
            shelf.set(new);
        };
        album.apply(Apply::to((move || shelf.get_untracked(), set)).pick(&["title"]));
    })
    .await;
    let held = |title: &str| Shelf { title: title.to_owned(), is_open: true };
    assert_eq!((shelf.get_untracked(), sets.get()), (held("An album"), 1));
    album.update(|album| album.year += 1).await.expect("it is made");
    sleep(ms(20)).await;
    assert_eq!(sets.get(), 1, "nothing of it has changed");
    album.update(|album| album.title = "Another".to_owned()).await.expect("it is made");
    until(|| shelf.get_untracked() == held("Another")).await;
    drop(mounted);
}
