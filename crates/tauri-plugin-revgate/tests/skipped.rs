//! What serde skips of a state never reaches a window, and outlives what a window writes.

mod common;

use common::{app, call, everything, revision, window};
use revgate::{Invalid, Topic};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tauri_plugin_revgate::{Builder, RevgateExt};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Account {
    theme: String,
    #[serde(skip)]
    token: String,
}

impl Topic for Account {
    const NAME: &'static str = "account";

    fn keep_skipped(&mut self, before: &Self) {
        self.token.clone_from(&before.token);
    }

    /// Sees the token, as what is validated is what will be published.
    fn validate(&self) -> Result<(), Invalid> {
        match &*self.token {
            "" => Err(Invalid::new("token", "it is missing")),
            _ => Ok(()),
        }
    }
}

#[test]
fn a_skipped_field_stays_whatever_a_window_writes() {
    let initial = Account { theme: "light".into(), token: "secret".into() };
    let app = app(Builder::new().topic(initial), &[everything()]);
    let main = window(&app, "main");
    let account = app.topic::<Account>().expect("registered");

    let patch = json!([{"op": "replace", "path": "/theme", "value": "dark"}]);
    for (command, field, value, theme) in [
        ("patch", "patch", patch.clone(), "dark"),
        ("replace", "data", json!({"theme": "grey"}), "grey"),
    ] {
        for on_base in [false, true] {
            let base = on_base.then(|| account.snapshot().version());
            let body = json!({"topic": "account", field: value, "base": base});
            let written = call(&main, command, body).expect("allowed");
            assert!(!written.to_string().contains("secret"), "{written}");
            let expected = Account { theme: theme.into(), token: "secret".into() };
            assert_eq!(*account.snapshot().data, expected, "{command}, {base:?}");
            account.update(|account| account.theme = "light".into()).expect("valid");
        }
    }

    // What Rust sets is what Rust has, though no window can tell.
    account.update(|account| account.token = "new".into()).expect("valid");
    call(&main, "patch", json!({"topic": "account", "patch": patch})).expect("allowed");
    assert_eq!(account.snapshot().data.token, "new");
    assert!(account.snapshot().version() > revision(1));
}
