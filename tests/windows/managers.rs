//! JavaScript windows with the eight state managers (`crates/revgate-js/js/test/windows/`), all on
//! one backend.

use serde_json::{Value, json};
use xtask::process;

use crate::harness::{LIMIT, TestApp};

const MANAGERS: [&str; 8] =
    ["redux", "zustand", "jotai", "mobx", "pinia", "valtio", "svelte", "vue"];
/// The text's size that the backends begin with.
const SIZE: u64 = 14;

/// The eight windows, each with what it shows.
struct Eight {
    app: TestApp,
    windows: Vec<String>,
    size: u64,
}

impl Eight {
    fn open(start: fn(&[(&str, &str)]) -> TestApp, way: &str) -> Self {
        let windows: Vec<_> = MANAGERS.iter().map(|name| format!("manager-{name}")).collect();
        let pages = MANAGERS.map(|name| format!("manager.html?{name}{way}"));
        let both: Vec<_> = windows.iter().zip(&pages).map(|(w, p)| (&**w, &**p)).collect();
        let mut eight = Self { app: start(&both), windows, size: SIZE };
        eight.agree();
        eight
    }

    /// Waits until all windows show the size that is wanted, and besides it the same.
    #[track_caller]
    fn agree(&mut self) -> Value {
        let mut seen = Vec::new();
        let agreed = process::poll(LIMIT, || {
            let looks =
                self.windows.iter().map(|window| self.app.run(window, "return page.look()", &[]));
            seen = looks.collect();
            let first = seen.first()?.as_ref().ok()?.clone();
            let is_same = seen.iter().all(|look| look.as_ref() == Ok(&first));
            (is_same && first["fontSize"] == self.size).then_some(first)
        });
        agreed.unwrap_or_else(|| panic!("wanted the size {}, the windows show {seen:?}", self.size))
    }

    /// A change from each window by turns; each must reach all.
    fn change_by_turns(&mut self) {
        for (number, window) in self.windows.clone().iter().enumerate() {
            self.size += 1;
            let language = format!("en-x-{number}");
            let changes = json!({ "fontSize": self.size, "language": language });
            self.run(window, "await page.change(arguments[0])", changes);
            assert_eq!(self.agree()["language"], language, "from `{window}`");
        }
    }

    /// Changes from Rust in one burst.
    fn change_from_rust(&mut self, times: u64) {
        self.size += times;
        let window = self.windows[0].clone();
        self.run(&window, "await invoke('grow', { times: arguments[0] })", json!(times));
        self.agree();
    }

    fn run(&mut self, window: &str, script: &str, argument: Value) {
        self.app.run(window, script, &[argument]).expect("it is accepted");
    }

    /// What any window has shown was newer than what it showed before, and nothing went wrong.
    fn end(mut self) {
        for window in &self.windows {
            let sizes = self.app.value(window, "page.sizes");
            let sizes: Vec<_> = sizes.as_array().into_iter().flatten().map(Value::as_u64).collect();
            assert!(sizes.is_sorted(), "`{window}` went back: {sizes:?}");
            assert_eq!(sizes.first(), Some(&Some(SIZE)), "`{window}` begins with the backend's");
            assert_eq!(self.app.value(window, "page.errors"), json!([]), "in `{window}`");
        }
    }
}

#[test]
fn eight_state_managers_follow_the_plugin_by_the_documents_snippets() {
    let mut eight = Eight::open(TestApp::by_plugin, "");
    eight.change_by_turns();
    eight.change_from_rust(20);
    eight.change_by_turns();
    eight.end();
}

#[test]
fn eight_state_managers_follow_a_backend_by_hand_by_the_documents_snippets() {
    let mut eight = Eight::open(TestApp::by_hand, "");
    eight.change_by_turns();
    eight.end();
}

#[test]
fn eight_state_managers_follow_the_plugin_by_topic_and_lose_no_edit_made_at_once() {
    const TIMES: u64 = 3;
    let mut eight = Eight::open(TestApp::by_plugin, "&topic");
    eight.change_by_turns();
    for window in &eight.windows {
        eight.app.begin(window, "return page.grow(arguments[0])", &[json!(TIMES)]);
    }
    for window in eight.windows.clone() {
        eight.app.finish(&window);
        eight.size += TIMES;
    }
    eight.agree();
    eight.change_from_rust(10);
    eight.end();
}
