//! Controls that are bound to a topic, with the events that a browser makes of what somebody does.

use std::any::Any;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use gloo_timers::future::sleep;
use leptos::mount::mount_to;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Event, HtmlElement, HtmlInputElement};
use revgate::{Invalid, Topic, TopicName, Version};
use revgate_client::host::Browser;
use revgate_client::tauri::Tauri;
use revgate_client::{Observer, Options, Replica, Status, SyncError, TextEdit};
use revgate_leptos::{Bound, TopicSignal, bind, use_topic};
use serde::{Deserialize, Serialize};
use wasm_bindgen_test::wasm_bindgen_test;

use super::page::{backend, install, tell};
use super::{Mounted, until};
use crate::harness::ms;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Player {
    name: String,
    volume: u32,
    muted: bool,
    mode: String,
}

impl Topic for Player {
    const NAME: &'static str = "player";

    fn validate(&self) -> Result<(), Invalid> {
        match self.volume {
            10.. => Ok(()),
            under => Err(Invalid::new("volume", format!("{under} is less than 10"))),
        }
    }
}

const PLAYER: &str = "{ name: 'a note', volume: 50, muted: false, mode: 'album' }";

/// A page with a control in it, which shows the first state.
struct Page {
    player: TopicSignal<Player>,
    host: HtmlElement,
    _mounted: Box<dyn Any>,
}

/// Mounts what `view` makes of the topic.
async fn page<V: IntoView + 'static>(view: impl Fn(TopicSignal<Player>) -> V + 'static) -> Page {
    install("player", PLAYER);
    let host: HtmlElement = document().create_element("div").expect("a div").unchecked_into();
    document().body().expect("a page has one").append_child(&host).expect("it takes it");
    let slot = Rc::new(Cell::new(None));
    let inner = Rc::clone(&slot);
    let handle = mount_to(host.clone(), move || {
        let player = use_topic::<Player>();
        inner.set(Some(player));
        view(player)
    });
    let player = slot.get().expect("it is mounted at once");
    let page = Page { player, host, _mounted: Box::new(Mounted(Some(handle))) };
    player.loaded().await.expect("it comes");
    turn().await;
    page
}

impl Page {
    /// The control, which may be of another kind, and has the same by the same names then.
    fn control(&self) -> HtmlInputElement {
        self.find("input, select, textarea")
    }

    fn find(&self, what: &str) -> HtmlInputElement {
        self.host.query_selector(what).expect("well-formed").expect(what).unchecked_into()
    }

    /// Waits until the backend has this, and nothing is under way.
    async fn settled(&self, player: &str) {
        until(|| backend("state") == player && !untrack(|| self.player.pending())).await;
        turn().await;
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.host.remove();
    }
}

/// Lets the page do what is due.
async fn turn() {
    sleep(ms(1)).await;
}

fn happens(control: &HtmlInputElement, event: &str) {
    control.dispatch_event(&Event::new(event).expect("an event")).expect("it is heard");
}

fn set(control: &HtmlInputElement, value: &str) {
    control.set_value(value);
    happens(control, "input");
}

/// What a key does: the text goes where the caret is, and the caret behind it.
fn press(control: &HtmlInputElement, text: &str) {
    let start = control.selection_start().expect("text").expect("a caret");
    let end = control.selection_end().expect("text").expect("a caret");
    let all: Vec<u16> = control.value().encode_utf16().collect();
    let (before, behind) = (&all[..start as usize], &all[end as usize..]);
    let typed: Vec<u16> = text.encode_utf16().collect();
    let value = String::from_utf16([before, &typed, behind].concat().as_slice()).expect("text");
    control.set_value(&value);
    caret(control, start + typed.len() as u32);
    happens(control, "input");
}

fn caret(control: &HtmlInputElement, at: u32) {
    control.set_selection_range(at, at).expect("text");
}

fn at(control: &HtmlInputElement) -> (Option<u32>, Option<u32>) {
    (control.selection_start().expect("text"), control.selection_end().expect("text"))
}

/// Another window.
struct Other;

impl Observer<Player> for Other {
    fn changed(&self, _: &Arc<Player>, _: Version) -> Result<(), String> {
        Ok(())
    }

    fn status(&self, _: Status) {}

    fn failed(&self, _: &SyncError) {}
}

async fn other() -> Replica<Player, Tauri, Browser> {
    let (topic, options) = (TopicName::of::<Player>(), Options::default());
    let other = Replica::start(topic, Tauri, Browser, options, Other);
    other.started().await.expect("it starts");
    other
}

fn volume(player: TopicSignal<Player>) -> Bound<u32> {
    player.bind(|player| player.volume, |player, volume| player.volume = volume)
}

fn name(player: TopicSignal<Player>) -> Bound<String> {
    player.bind_text(|player| player.name.clone(), |player, name| player.name = name)
}

#[wasm_bindgen_test]
async fn a_control_shows_the_topic_and_what_is_entered_every_window_has() {
    let page = page(|player| {
        let muted = player.bind(|player| player.muted, |player, muted| player.muted = muted);
        view! { <input use:bind=muted type="checkbox" /> }
    })
    .await;
    let control = page.control();
    assert!(!control.checked());
    tell("set({ ...backend.state, muted: true })");
    until(|| control.checked()).await;
    control.set_checked(false);
    happens(&control, "input");
    happens(&control, "change");
    page.settled(r#"{"name":"a note","volume":50,"muted":false,"mode":"album"}"#).await;
    assert_eq!((control.checked(), backend("writes")), (false, "1".to_owned()));
}

#[wasm_bindgen_test]
async fn a_slider_that_is_dragged_is_where_the_hand_is_and_sends_one_write_at_a_time() {
    let slot = Rc::new(Cell::new(None));
    let inner = Rc::clone(&slot);
    let page = page(move |player| {
        let volume = volume(player);
        inner.set(Some(volume));
        view! { <input use:bind=volume type="range" min=10 max=300 /> }
    })
    .await;
    let (control, bound) = (page.control(), slot.get().expect("it is mounted at once"));
    let shown = || untrack(|| bound.get());
    assert_eq!((&*control.value(), shown()), ("50", 50), "shown though its range was set after");
    happens(&control, "pointerdown");
    for step in 0..200_u32 {
        let here = 60 + step;
        set(&control, &here.to_string());
        if step % 3 == 0 {
            tell("set({ ...backend.state, volume: 299 })");
        }
        turn().await;
        assert_eq!((&*control.value(), shown()), (&*here.to_string(), here), "step {step}");
    }
    assert_eq!(backend("most"), "1", "one write at a time");
    set(&control, "42");
    let window: HtmlInputElement = window().unchecked_into();
    happens(&window, "pointerup");
    page.settled(r#"{"name":"a note","volume":42,"muted":false,"mode":"album"}"#).await;
    assert_eq!((&*control.value(), shown()), ("42", 42));
    tell("set({ ...backend.state, volume: 77 })");
    until(|| control.value() == "77").await;
}

#[wasm_bindgen_test]
async fn what_two_windows_type_in_one_field_at_once_is_all_there_and_no_caret_moves() {
    let page = page(|player| view! { <input use:bind=name(player) /> }).await;
    let (control, other) = (page.control(), other().await);
    control.focus().expect("it takes it");
    // Here at the end, there at the beginning, letter by letter.
    caret(&control, 6);
    let (here, there) = (" of this window", "the other's: ");
    let typed_there = Rc::new(Cell::new(0));
    for step in 0..here.len() {
        press(&control, &here[step..=step]);
        let mine = format!("a note{}", &here[..=step]);
        assert!(control.value().ends_with(&mine), "{} at step {step}", control.value());
        if let Some(letter) = there.get(step..=step) {
            let (letter, base) = (letter.to_owned(), other.state().expect("it has one").name);
            let typed = there[..step].len();
            let now = format!("{}{letter}{}", &base[..typed], &base[typed..]);
            let edit = TextEdit::between(&base, &now, Some(typed + 1)).expect("it is typed");
            drop(other.update(move |player| player.name = edit.apply(&player.name)));
            typed_there.set(step + 1);
        }
        turn().await;
        let behind = control.value().len() as u32 - at(&control).0.expect("a caret");
        assert_eq!(behind, 0, "the caret is behind what was typed here: {}", control.value());
    }
    page.settled(
        r#"{"name":"the other's: a note of this window","volume":50,"muted":false,"mode":"album"}"#,
    )
    .await;
    assert_eq!(control.value(), "the other's: a note of this window");
    assert_eq!(other.state().map(|player| player.name), Some(control.value()));
    assert_eq!(backend("most"), "2", "one of each window");
}

#[wasm_bindgen_test]
async fn news_leave_what_is_selected_between_the_same_characters() {
    let page = page(|player| view! { <textarea use:bind=name(player)></textarea> }).await;
    let control = page.control();
    control.focus().expect("it takes it");
    control.set_selection_range_with_direction(2, 6, "backward").expect("text");
    tell("set({ ...backend.state, name: '😀 a note, and more' })");
    until(|| control.value() == "😀 a note, and more").await;
    assert_eq!(at(&control), (Some(5), Some(9)), "the emoji is two units");
    assert_eq!(control.selection_direction().expect("text").as_deref(), Some("backward"));
    assert_eq!(backend("writes"), "0");
}

#[wasm_bindgen_test]
async fn while_an_input_method_composes_nothing_is_put_in_or_sent() {
    let page = page(|player| view! { <input use:bind=name(player) /> }).await;
    let control = page.control();
    control.focus().expect("it takes it");
    caret(&control, 6);
    happens(&control, "compositionstart");
    for text in ["n", "に", "にh"] {
        control.set_value(&format!("a note{text}"));
        happens(&control, "input");
    }
    tell("set({ ...backend.state, name: 'Here a note' })");
    until(|| page.player.get_untracked().name == "Here a note").await;
    turn().await;
    assert_eq!((control.value(), backend("writes")), ("a noteにh".to_owned(), "0".to_owned()));
    control.set_value("a note日");
    caret(&control, 7);
    happens(&control, "input");
    happens(&control, "compositionend");
    page.settled(r#"{"name":"Here a note日","volume":50,"muted":false,"mode":"album"}"#).await;
    assert_eq!((control.value(), at(&control)), ("Here a note日".to_owned(), (Some(12), Some(12))));
    assert_eq!(backend("writes"), "1");
}

#[wasm_bindgen_test]
async fn what_a_field_cannot_show_of_a_text_nobody_deletes() {
    let page = page(|player| view! { <textarea use:bind=name(player)></textarea> }).await;
    let control = page.control();
    tell(r"set({ ...backend.state, name: 'one\r\ntwo' })");
    until(|| control.value() == "one\ntwo").await;
    control.focus().expect("it takes it");
    caret(&control, 7);
    press(&control, "!");
    page.settled(r#"{"name":"one\r\ntwo!","volume":50,"muted":false,"mode":"album"}"#).await;
    assert_eq!((control.value(), at(&control).0), ("one\ntwo!".to_owned(), Some(8)));
}

#[wasm_bindgen_test]
async fn a_refused_write_rolls_back_and_says_why_next_to_the_control() {
    let page = page(|player| {
        let muted = player.bind(|player| player.muted, |player, muted| player.muted = muted);
        view! {
            <input type="checkbox" use:bind=muted />
            <p>{move || muted.error()}</p>
        }
    })
    .await;
    let (control, words) = (page.control(), page.find("p"));
    for _ in 0..2 {
        tell("refuse('muted', 'not today')");
        control.set_checked(true);
        happens(&control, "input");
        happens(&control, "change");
        turn().await;
        until(|| !untrack(|| page.player.pending())).await;
        turn().await;
        assert!(!control.checked(), "rolled back");
        let said = words.text_content().unwrap_or_default();
        assert!(said.contains("not today"), "{said}");
    }
    control.set_checked(true);
    happens(&control, "input");
    page.settled(r#"{"name":"a note","volume":50,"muted":true,"mode":"album"}"#).await;
    assert_eq!((control.checked(), words.text_content().as_deref()), (true, Some("")));
}

#[wasm_bindgen_test]
async fn a_control_that_the_window_itself_refuses_goes_back_too() {
    let page = page(|player| {
        let loud = player.bind(
            |player| player.volume > 5,
            |player, loud| player.volume = if loud { 50 } else { 0 },
        );
        view! {
            <input type="checkbox" use:bind=loud />
            <p>{move || loud.error()}</p>
        }
    })
    .await;
    let (control, words) = (page.control(), page.find("p"));
    for _ in 0..2 {
        control.set_checked(false);
        happens(&control, "input");
        turn().await;
        assert!(control.checked());
        assert_eq!(words.text_content().as_deref(), Some("volume: 0 is less than 10"));
    }
    assert_eq!(backend("writes"), "0");
}

#[wasm_bindgen_test]
async fn a_number_on_its_way_to_be_right_stays_until_the_field_is_left() {
    let page = page(|player| {
        let volume = volume(player);
        view! {
            <input type="number" use:bind=volume />
            <p>{move || volume.error()}</p>
        }
    })
    .await;
    let (control, words) = (page.control(), page.find("p"));
    control.focus().expect("it takes it");
    set(&control, "1");
    turn().await;
    assert_eq!(words.text_content().as_deref(), Some("volume: 1 is less than 10"));
    tell("set({ ...backend.state, volume: 60 })");
    until(|| page.player.get_untracked().volume == 60).await;
    turn().await;
    assert_eq!(control.value(), "1", "what is typed stays");
    set(&control, "14");
    page.settled(r#"{"name":"a note","volume":14,"muted":false,"mode":"album"}"#).await;
    assert_eq!((&*control.value(), words.text_content().as_deref()), ("14", Some("")));
    set(&control, "");
    turn().await;
    assert!(words.text_content().unwrap_or_default().contains("empty"), "no number");
    happens(&control, "change");
    happens(&control, "blur");
    turn().await;
    assert_eq!((&*control.value(), backend("state.volume")), ("14", "14".to_owned()));
    assert!(words.text_content().unwrap_or_default().contains("empty"), "it still says why");
}

#[wasm_bindgen_test]
async fn a_select_shows_what_is_so_when_its_options_come_later_and_never_another() {
    let late = RwSignal::new(Vec::<&str>::new());
    let page = page(move |player| {
        let mode = player.bind(|player| player.mode.clone(), |player, mode| player.mode = mode);
        view! {
            <select use:bind=mode>
                <option>"first"</option>
                {move || late.get().into_iter().map(|name| view! { <option>{name}</option> }).collect_view()}
            </select>
        }
    })
    .await;
    let control = page.control();
    assert_eq!(control.value(), "", "there is no such option");
    late.set(vec!["shuffle", "album"]);
    until(|| control.value() == "album").await;
    set(&control, "shuffle");
    happens(&control, "change");
    page.settled(r#"{"name":"a note","volume":50,"muted":false,"mode":"shuffle"}"#).await;
    late.set(vec!["album", "another", "shuffle"]);
    turn().await;
    assert_eq!((&*control.value(), backend("writes")), ("shuffle", "1".to_owned()));
}

#[wasm_bindgen_test]
async fn of_radio_buttons_the_one_that_is_so_is_chosen() {
    let page = page(|player| {
        let mode = player.bind(|player| player.mode.clone(), |player, mode| player.mode = mode);
        view! {
            <input type="radio" name="mode" value="album" use:bind=mode />
            <input type="radio" name="mode" value="shuffle" use:bind=mode />
        }
    })
    .await;
    let (album, shuffle) = (page.find("[value=album]"), page.find("[value=shuffle]"));
    assert!(album.checked());
    shuffle.set_checked(true);
    happens(&shuffle, "input");
    happens(&shuffle, "change");
    page.settled(r#"{"name":"a note","volume":50,"muted":false,"mode":"shuffle"}"#).await;
    assert_eq!((album.checked(), shuffle.checked()), (false, true));
    tell("set({ ...backend.state, mode: 'album' })");
    until(|| album.checked()).await;
    assert_eq!((shuffle.checked(), backend("writes")), (false, "1".to_owned()));
}

#[wasm_bindgen_test]
async fn what_is_typed_before_the_first_state_is_made_on_it() {
    install("player", PLAYER);
    tell("hold()");
    let slot = Rc::new(Cell::new(None));
    let inner = Rc::clone(&slot);
    let host: HtmlElement = document().create_element("div").expect("a div").unchecked_into();
    document().body().expect("a page has one").append_child(&host).expect("it takes it");
    let handle = mount_to(host.clone(), move || {
        let player = use_topic::<Player>();
        inner.set(Some(player));
        view! { <input use:bind=name(player) /> }
    });
    let player = slot.get().expect("it is mounted at once");
    let page = Page { player, host, _mounted: Box::new(Mounted(Some(handle))) };
    turn().await;
    let control = page.control();
    press(&control, "early");
    happens(&control, "change");
    happens(&control, "blur");
    turn().await;
    assert_eq!(control.value(), "early");
    tell("release()");
    page.settled(r#"{"name":"a noteearly","volume":50,"muted":false,"mode":"album"}"#).await;
    assert_eq!(control.value(), "a noteearly");
}

#[wasm_bindgen_test]
async fn a_view_that_is_rendered_anew_binds_its_control_once() {
    let again = RwSignal::new(0);
    let page = page(move |player| {
        let volume = volume(player);
        move || {
            again.track();
            view! { <input type="range" max=300 use:bind=volume /> }
        }
    })
    .await;
    for _ in 0..3 {
        again.update(|again| *again += 1);
        turn().await;
    }
    set(&page.control(), "70");
    page.settled(r#"{"name":"a note","volume":70,"muted":false,"mode":"album"}"#).await;
    assert_eq!(backend("writes"), "1");
}
