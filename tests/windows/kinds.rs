//! Each kind of state between the plugin and a window that is Rust, by the real way between them.

use serde_json::json;

use crate::harness::TestApp;

#[test]
fn the_way_between_plugin_and_window_carries_each_kind_or_says_where_it_cannot() {
    const WINDOW: &str = "editor-kinds";
    let mut app = TestApp::of_kinds(&[(WINDOW, "kinds.html")]);
    app.wait_for(WINDOW, "typeof takeAllKinds", &json!("function"));
    app.begin(WINDOW, "return takeAllKinds()", &[]);
    let report = app.finish(WINDOW);
    assert_eq!(report["faults"], json!([]));
    assert_eq!(report["refused"], 2 * 13, "as `tests/kinds.rs` counts");
    assert!(report["carried"].as_u64() > Some(2 * 60), "{report}");
}
