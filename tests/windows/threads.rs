//! Many threads that write in Rust, and windows that follow.

use serde_json::json;

use crate::harness::{TestApp, after};

#[test]
fn windows_end_at_the_last_of_many_threads_updates_and_never_go_back() {
    const REPLICAS: [&str; 2] = ["editor-a", "editor-b"];
    const BY_HAND: &str = "editor-by-hand";
    const THREADS: u64 = 16;
    const TIMES: u64 = 10_000;
    let [a, b] = REPLICAS.map(|label| (label, "replica.html?counters"));
    let mut app = TestApp::by_plugin(&[a, b, (BY_HAND, "plain.html")]);
    app.wait_until_live(&REPLICAS);
    app.listen(BY_HAND, "counters").expect("it may read");

    let add = "return invoke('add_from_threads', { threads: arguments[0], times: arguments[1] })";
    app.begin(BY_HAND, add, &[json!(THREADS), json!(TIMES)]);
    let all = THREADS * TIMES;
    assert_eq!(app.finish(BY_HAND), json!({ "revision": after(all) }));

    let end = app.agree("counters", &REPLICAS);
    let counted = json!({ "left": all, "right": 0 });
    assert_eq!(end, json!({ "revision": after(all), "data": counted }));
    app.wait_for(BY_HAND, "heard.at(-1)?.revision", &after(all));
    // The channel gives the messages in the order in which they were sent.
    let older =
        "heard.filter((it, i) => i > 0 && BigInt(it.revision) <= BigInt(heard[i - 1].revision))";
    assert_eq!(app.value(BY_HAND, older), json!([]));
    let other_state = "heard.filter(it => it.data.left + 1 !== Number(it.revision))";
    assert_eq!(app.value(BY_HAND, other_state), json!([]));
}
