//! The package for JavaScript windows under the content-security policy of an app that takes care.

use serde_json::{Value, json};

use crate::harness::{Answer, TestApp};

const WINDOW: &str = "state-sync-strict";
const WINDOWS: [(&str, &str); 1] = [(WINDOW, "strict.html")];

/// What a window shows that follows the settings through a change, with a flavour of the package.
fn follow(app: &mut TestApp, flavour: &str) -> Answer {
    app.wait_for(WINDOW, "typeof window.follow", &json!("function"));
    app.run(WINDOW, "return follow(arguments[0])", &[json!(flavour)])
}

#[test]
fn where_the_policy_forbids_wasm_the_error_names_what_it_lacks_and_the_flavour_without() {
    let mut app = TestApp::strict(&WINDOWS);
    let error = follow(&mut app, "revgate").expect_err("WebKit obeys the policy");
    let text = error.as_str().unwrap_or_default();
    for part in ["GateLoadError", "add 'wasm-unsafe-eval' to its script-src", "'revgate/js'"] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
}

#[test]
fn the_flavour_without_wasm_works_under_that_policy() {
    let mut app = TestApp::strict(&WINDOWS);
    assert_two_sizes(follow(&mut app, "revgate/js"));
}

#[test]
fn the_gate_works_under_the_policy_that_the_error_asks_for() {
    let mut app = TestApp::strict_with_wasm(&WINDOWS);
    assert_two_sizes(follow(&mut app, "revgate"));
    let eval = app.run(WINDOW, "return eval('1')", &[]).expect_err("it is a policy");
    assert!(eval.as_str().is_some_and(|text| text.contains("EvalError")), "{eval}");
}

fn assert_two_sizes(shown: Answer) {
    let shown = shown.expect("it follows");
    let sizes: Vec<_> = shown.as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
    assert_eq!(sizes.len(), 2, "the first, and the change: {shown}");
    assert_eq!(sizes[1], sizes[0] + 1);
}
