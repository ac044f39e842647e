//! What a window's edit of a large state costs, counted, and what others hear of it.

use super::acts::{Shelf, add, counted, large, shelf};
use super::*;

use std::collections::HashMap;

use revgate::Version;
use revgate::wire::{Refusal, Written};
use serde_json::json;

use crate::form::{Json, Refused, Sent};
use crate::options::UnknownFields;
use crate::view::Writable;

/// Patches the shelf as a window does that is Rust.
fn patch(shelf: &TopicHandle<Shelf>, patch: &Value) -> Result<Written<Json>, Refused> {
    let base = Some(shelf.snapshot().version());
    shelf.cell.patch(Sent::Text(patch.to_string()), base, "main")
}

fn books(number: u64) -> Value {
    json!([{"op": "replace", "path": "/books", "value": number}])
}

/// The version that it made, which the window knows.
fn made(written: Result<Written<Json>, Refused>) -> Version {
    let written = written.expect("it is made");
    assert!(written.data.is_none(), "the window knows the state");
    written.version()
}

#[test]
fn an_edit_is_read_and_written_once_and_its_announcement_is_no_walk() {
    let mut sender = Bench::new();
    let shelf = shelf(&sender, large());
    let heard = subscribe(&shelf, "other");
    let ((), copies, walks) = counted(|| {
        made(patch(&shelf, &books(1)));
    });
    assert_eq!((copies, walks), (0, 2), "what it is applied to is written, too");
    sender.turn(0);
    let ((), copies, walks) = counted(|| {
        for number in 2..=100 {
            made(patch(&shelf, &books(number)));
            sender.turn(number);
        }
    });
    assert_eq!((copies, walks), (0, 99));
    let news: Vec<_> = heard.try_iter().collect();
    let Payload::Patch { patch, .. } = parse(&news[99]).payload else { panic!("no patch") };
    assert_eq!(serde_json::to_value(patch).expect("JSON"), books(100));
    assert_eq!((news.len(), shelf.snapshot().data.books), (100, 100));
}

#[test]
fn a_whole_state_of_a_window_is_read_and_written_once() {
    let mut sender = Bench::new();
    let shelf = shelf(&sender, large());
    let _heard = subscribe(&shelf, "other");
    let sent = serde_json::to_string(&*shelf.snapshot().data).expect("JSON");
    let send = |number: u64| {
        let text = sent.replace(r#""books":0"#, &format!(r#""books":{number}"#));
        made(shelf.cell.replace(Sent::Text(text), None, "main"));
    };
    send(1);
    sender.turn(0);
    let ((), copies, walks) = counted(|| {
        send(2);
        sender.turn(1);
    });
    assert_eq!((copies, walks, shelf.snapshot().data.books), (0, 1, 2));
}

#[test]
fn a_number_that_javascript_writes_in_another_form_is_the_same() {
    let sender = Bench::new();
    let shelf = shelf(&sender, large());
    made(patch(&shelf, &books(1)));
    let weight = |weight: &str| {
        let operations = format!(r#"[{{"op":"replace","path":"/weight","value":{weight}}}]"#);
        let base = Some(shelf.snapshot().version());
        shelf.cell.patch(Sent::Text(operations), base, "main")
    };
    let (version, _, walks) = counted(|| made(weight("2")));
    assert_eq!(walks, 1);
    // As the backend writes it, and once more as JavaScript does.
    assert_eq!(["2.0", "2", "2e0"].map(|it| made(weight(it))), [version; 3]);
    assert!(weight(r#""2""#).is_err() && made(weight("2.5")) > version);
}

#[test]
fn an_edit_that_changes_nothing_makes_no_version() {
    let sender = Bench::new();
    let shelf = shelf(&sender, large());
    let before = shelf.snapshot().version();
    assert_eq!(made(patch(&shelf, &books(0))), before);
    assert!(made(patch(&shelf, &books(1))) > before);
    assert_eq!(made(patch(&shelf, &books(1))), shelf.snapshot().version());
    // Nor does one of Rust's, or a null that is one already.
    let now = shelf.snapshot().version();
    assert_eq!(shelf.update(|_| ()).expect("valid"), now);
    let null = json!([{"op": "replace", "path": "/label", "value": null}]);
    let unlabelled = made(patch(&shelf, &null));
    assert!(unlabelled > now);
    assert_eq!(made(patch(&shelf, &null)), unlabelled);
}

#[test]
fn edits_and_actions_follow_one_another() {
    let mut sender = Bench::new();
    let shelf = shelf(&sender, large());
    let heard = subscribe(&shelf, "other");
    let mut window = serde_json::to_value(large()).expect("JSON");
    for now in 0..20 {
        match now % 4 {
            0 => drop(made(patch(&shelf, &books(now * 10)))),
            1 => drop(shelf.update(|shelf| shelf.books += 7)),
            _ => drop(add(&shelf)),
        }
        if now % 3 > 0 {
            sender.turn(now);
        }
    }
    sender.turn(20);
    for json in heard.try_iter() {
        let Payload::Patch { patch, .. } = parse(&json).payload else { panic!("{json}") };
        json_patch::patch(&mut window, &patch).expect("it applies");
    }
    assert_eq!(shelf.snapshot().data.books, 160 + 7 + 2);
    assert_eq!(window, serde_json::to_value(&*shelf.snapshot().data).expect("JSON"));
}

#[test]
fn what_is_wrong_with_an_edit_is_said_as_of_a_small_state() {
    let sender = Bench::new();
    let shelf = shelf(&sender, large());
    let refused = |operations: Value| patch(&shelf, &operations).expect_err("it is refused");
    let missing = json!([{"op": "remove", "path": "/no"}]);
    let Refusal::PatchFailed(fault) = refused(missing) else { panic!("the place is named") };
    assert_eq!((fault.operation, &*fault.path), (0, "/no"));
    let wrong = json!([{"op": "replace", "path": "/rows/3", "value": 7}]);
    let Refusal::Invalid(invalid) = refused(wrong) else { panic!("the place is named") };
    assert_eq!(invalid.path, "rows[3]");
    // By a window that knows another version.
    let old = shelf.cell.patch(Sent::Text(books(1).to_string()), Some(Version::default()), "main");
    assert!(matches!(old, Err(Refusal::Conflict(_))));
    // Without a base it is told the state.
    let text = Sent::Text(books(5).to_string());
    let written = shelf.cell.patch(text, None, "main").expect("it is made");
    let state: Shelf = serde_json::from_str(written.data.expect("the state").get()).expect("JSON");
    assert_eq!(state.books, 5);
}

#[test]
fn what_the_backend_makes_another_state_of_is_sent_back() {
    let sender = Bench::new();
    let options = TopicOptions::new().unknown_fields(UnknownFields::Ignore);
    let shelf = topic(&sender.registry, large(), options);
    let colour = json!([{"op": "add", "path": "/colour", "value": "red"}]);
    let written = patch(&shelf, &colour).expect("it is left out");
    let data = written.data.expect("the window cannot know that");
    assert_eq!(data.get(), serde_json::to_string(&*shelf.snapshot().data).expect("JSON"));

    let mut sent = serde_json::to_value(large()).expect("JSON");
    (sent["colour"], sent["books"]) = (json!("red"), json!(7));
    let sent = Sent::Text(sent.to_string());
    let written = shelf.cell.replace(sent, None, "main").expect("it is left out");
    let now = serde_json::to_string(&*shelf.snapshot().data).expect("JSON");
    assert_eq!(written.data.map(|data| data.get().to_owned()), Some(now));
    assert_eq!(shelf.snapshot().data.books, 7);
}

/// Null is read as there being one, of none.
#[derive(Clone, Serialize, Deserialize)]
struct Draft {
    #[serde(deserialize_with = "some")]
    note: Option<Option<u8>>,
    text: String,
}

fn some<'de, D: serde::Deserializer<'de>>(note: D) -> Result<Option<Option<u8>>, D::Error> {
    Option::deserialize(note).map(Some)
}

impl Topic for Draft {
    const NAME: &'static str = "draft";
}

#[test]
fn a_null_that_stands_for_something_else_is_refused_in_an_edit_of_a_large_state_too() {
    let sender = Bench::new();
    let state = Draft { note: Some(Some(1)), text: "x".repeat(100_000) };
    let draft = topic(&sender.registry, state.clone(), TopicOptions::new());
    let base = Some(draft.snapshot().version());
    let null = r#"[{"op":"replace","path":"/note","value":null}]"#;
    let patched = draft.cell.patch(Sent::Text(null.to_owned()), base, "main");
    let sent = serde_json::to_string(&Draft { note: Some(None), ..state }).expect("JSON");
    let replaced = draft.cell.replace(Sent::Text(sent), None, "main");
    for refused in [patched, replaced] {
        let Err(Refusal::Invalid(invalid)) = refused else { panic!("it is no JSON") };
        assert_eq!(invalid.path, "note");
    }
}

/// What JSON can be written of in more than one way.
#[derive(Clone, Serialize, Deserialize)]
struct Loose {
    rows: Vec<String>,
    sizes: HashMap<String, u64>,
    any: Value,
    zoom: f64,
}

impl Topic for Loose {
    const NAME: &'static str = "loose";
}

#[test]
fn the_same_large_state_makes_no_version_however_it_is_written() {
    let sender = Bench::new();
    let sizes = || (10..40).map(|number| (number.to_string(), number)).collect::<HashMap<_, _>>();
    let rows = vec!["x".repeat(100); 1_000];
    let loose = Loose { rows, sizes: sizes(), any: json!([1.0, 1e16, 12]), zoom: 1.0 };
    let loose = topic(&sender.registry, loose, TopicOptions::new());
    let send = |change: &dyn Fn(&mut Loose)| {
        // In another order.
        let mut state = Loose { sizes: sizes(), ..Loose::clone(&loose.snapshot().data) };
        change(&mut state);
        let text = serde_json::to_string(&state).expect("JSON");
        made(loose.cell.replace(Sent::Text(text), None, "main"))
    };
    let first = loose.snapshot().version();
    assert_eq!(send(&|_| ()), first, "nobody has written yet");
    let by_rust = loose.update(|loose| loose.zoom = 3.0).expect("valid");
    assert_eq!(send(&|_| ()), by_rust, "Rust has written");
    let by_window = send(&|loose| loose.zoom = 4.0);
    assert!(by_window > by_rust);
    assert_eq!(send(&|_| ()), by_window, "a window has written");
    let base = Some(by_window);
    let patch = json!([{"op": "replace", "path": "/zoom", "value": 4.0}]).to_string();
    assert_eq!(made(loose.cell.patch(Sent::Text(patch), base, "main")), by_window);
    let integers = json!([1, 10_000_000_000_000_000_u64, 12]);
    assert_eq!(send(&|loose| loose.any = integers.clone()), by_window, "as JavaScript writes it");
    // The same bytes, and yet another state.
    for any in [json!([1, 1e16, 21]), json!([10, 1e16, 21]), json!([1, 1e16, 201])] {
        let before = loose.snapshot().version();
        assert!(send(&|loose| loose.any = any.clone()) > before, "{any}");
    }
}
