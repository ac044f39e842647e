//! A text field of a Leptos window, with the browser's own typing.

use serde_json::{Value, json};
use xtask::process;

use crate::harness::{LIMIT, TestApp};

const PAIR: [&str; 2] = ["editor-a", "editor-b"];

/// Types letter by letter at the beginning of the field, or at its end. Gives where a letter came to stand
/// that is not behind the one before.
const TYPE: &str = "
    const [letters, atEnd] = arguments;
    const field = document.querySelector('input');
    field.focus();
    const start = atEnd ? field.value.length : 0;
    field.setSelectionRange(start, start);
    const astray = [];
    for (let typed = 1; typed <= letters.length; typed++) {
        document.execCommand('insertText', false, letters[typed - 1]);
        await new Promise(done => setTimeout(done, 4));
        const before = field.value.slice(0, field.selectionStart);
        if (!before.endsWith(letters.slice(0, typed))) astray.push(before);
    }
    return astray";

#[test]
fn what_two_windows_type_in_one_field_at_once_is_all_there_and_no_caret_moves() {
    let mut app = TestApp::by_plugin(&PAIR.map(|label| (label, "bound.html?1")));
    let created = app.app_call(PAIR[0], "create_doc", json!({ "key": "1", "title": "|" }));
    created.expect("it is created");
    for window in PAIR {
        app.wait_for(window, "document.querySelector('input')?.value", &json!("|"));
    }

    let letters = ["0123456789".repeat(20), "abcdefghij".repeat(20)];
    for (window, letters) in PAIR.iter().zip(&letters) {
        app.begin(window, TYPE, &[json!(letters), json!(*window == PAIR[1])]);
    }
    for window in PAIR {
        assert_eq!(app.finish(window), json!([]), "the caret in `{window}`");
    }
    let all = json!(format!("{}|{}", letters[0], letters[1]));
    for window in PAIR {
        app.wait_for(window, "document.querySelector('input').value", &all);
        app.wait_for(window, "document.querySelector('output').value", &json!("false"));
    }
    let title = process::poll(LIMIT, || {
        let doc = app.call(PAIR[0], "snapshot", json!({ "topic": "doc:1" })).ok()?;
        Some(doc["data"]["title"].clone()).filter(|title| *title != Value::Null)
    });
    assert_eq!(title, Some(all));
}
