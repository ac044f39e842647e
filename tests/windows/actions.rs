//! Windows in Rust and in JavaScript do actions to one topic at once.

use serde_json::json;

use crate::harness::TestApp;

const RUST: (&str, &str) = ("editor-rust", "replica.html?counters");
const JAVASCRIPT: (&str, &str) = ("editor-javascript", "topic.html?counters");
const BOTH: [&str; 2] = [RUST.0, JAVASCRIPT.0];

/// What a JavaScript window shows of an action until the state has it.
const SHOWN: &str = "(draft, { what, number }) => { draft[what] += number }";

#[test]
fn actions_of_a_rust_and_a_javascript_window_on_one_field_are_all_counted() {
    let mut app = TestApp::by_plugin(&[RUST, JAVASCRIPT]);
    app.wait_until_live(&BOTH);
    for (round, shown) in ["undefined", SHOWN].into_iter().enumerate() {
        let act = format!("return revgate.actAtOnce('left', 1, 500, {shown})");
        app.begin(JAVASCRIPT.0, &act, &[]);
        app.begin(RUST.0, "return revgate.actAtOnce('left', 1, 500)", &[]);
        // An edit would lose against it each time.
        let threads = json!({ "threads": 4, "times": 250 });
        app.app_call(RUST.0, "add_from_threads", threads).expect("it is allowed");
        for window in BOTH {
            assert_eq!(app.finish(window), 500, "actions done, by `{window}`");
        }
        let end = app.agree("counters", &BOTH);
        assert_eq!(end["data"], json!({ "left": 2000 * (round + 1), "right": 0 }));
    }
}

/// Hears as a window does that does itself what others do.
const FOLLOW: &str = "window.heard = [];
    const news = new __TAURI__.core.Channel(message => heard.push(JSON.parse(message)));
    return invoke('plugin:revgate|subscribe', { topic: 'library', news, actions: true, form: 'text' })";

#[test]
fn what_one_window_does_to_a_megabyte_the_others_do_too_and_nobody_fetches_it() {
    const FETCHES: &str = "calls.filter(({ command }) => command.includes('snapshot')).length";
    const PLAYS: &str = "[7, 8, 9].map(song => revgate.look().state.songs[song].plays)";
    const OTHER: &str = "editor-other";
    const ALL: [&str; 3] = [RUST.0, OTHER, JAVASCRIPT.0];
    let page = |page: &'static str| format!("{page}.html?library");
    let (rust, javascript) = (page("replica"), page("topic"));
    let mut app =
        TestApp::by_plugin(&[(RUST.0, &rust), (OTHER, &rust), (JAVASCRIPT.0, &javascript)]);
    app.wait_until_live(&ALL);
    app.run(JAVASCRIPT.0, FOLLOW, &[]).expect("it stands");
    let fetches = ALL.map(|window| app.value(window, FETCHES));
    for (window, song) in [(RUST.0, 7), (OTHER, 8), (RUST.0, 7)] {
        app.begin(window, "return revgate.actAtOnce('play', arguments[0], 5)", &[json!(song)]);
        assert_eq!(app.finish(window), 5, "of `{window}`");
    }
    // It is sent patches, as it does nothing itself.
    app.wait_for(JAVASCRIPT.0, PLAYS, &json!([10, 5, 0]));
    assert_eq!(ALL.map(|window| app.value(window, FETCHES)), fetches);
    // What its own action has made it fetches, and nobody else does.
    app.run(JAVASCRIPT.0, "return topic.act({ what: 'play', number: 9 })", &[]).expect("done");
    for window in ALL {
        app.wait_for(window, PLAYS, &json!([10, 5, 1]));
    }
    for (window, fetches) in [RUST.0, OTHER].iter().zip(&fetches) {
        assert_eq!(app.value(window, FETCHES), *fetches, "`{window}`");
    }
    // On a way of its own, and thus later than what the window shows, perhaps.
    let told = "heard.flatMap(news => news.actions ?? [])";
    app.wait_for(JAVASCRIPT.0, &format!("{told}.length >= 16"), &json!(true));
    let told = app.value(JAVASCRIPT.0, told);
    let told = told.as_array().expect("a list");
    assert_eq!(told.len(), 16, "all that was done, and no patch: {told:?}");
    assert_eq!(told[15]["action"], json!({ "what": "play", "number": 9 }));
    app.agree("library", &ALL);
}

#[test]
fn a_javascript_window_is_told_what_the_action_says_and_the_others_stay() {
    let mut app = TestApp::by_plugin(&[JAVASCRIPT]);
    app.wait_until_live(&[JAVASCRIPT.0]);
    let act = "const act = number => topic.act({ what: 'left', number });
        const all = await Promise.allSettled([act(1), act(0), act(2), act('x')]);
        return all.map(({ value, reason }) =>
            value ? 'done' : [reason.fate, reason.kind, reason.refused ?? null])";
    let ends = app.run(JAVASCRIPT.0, act, &[]).expect("each ends");
    let refused = json!(["refused", "refused", "there is nothing to do"]);
    let unreadable = json!(["refused", "unreadable", null]);
    assert_eq!(ends, json!(["done", refused, "done", unreadable]));
    app.wait_for(JAVASCRIPT.0, "topic.get().left", &json!(3));
}

#[test]
fn a_window_that_may_not_act_is_told_which_permission_it_needs() {
    const READER: &str = "reader-javascript";
    let mut app = TestApp::by_plugin(&[(READER, JAVASCRIPT.1)]);
    app.wait_until_live(&[READER]);
    let act = "const { fate, reason } = await topic.act({ what: 'left', number: 1 }).catch(it => it);
        return [fate, reason.includes('{ \"identifier\": \"revgate:act\", \"allow\": [{ \"topic\": \"counters\" }] }')]";
    let told = app.run(READER, act, &[]).expect("it ends");
    assert_eq!(told, json!(["refused", true]));
}

/// Five of them at a time, each when the one before has been answered.
const ACT: &str = "
    const [times] = arguments;
    const some = async () => {
        let done = 0;
        for (let i = 0; i < times / 5; i++) done += await revgate.actAtOnce('right', 1, 1);
        return done;
    };
    const all = Promise.all(Array.from({ length: 5 }, some));
    const acting = all.then(done => done.reduce((sum, done) => sum + done));";

#[test]
fn a_thousand_actions_of_two_windows_are_all_done_while_rust_writes_each_millisecond() {
    const PAIR: [&str; 2] = ["editor-left", "editor-right"];
    const TIMES: u64 = 500;
    let mut app = TestApp::by_plugin(&PAIR.map(|label| (label, RUST.1)));
    app.wait_until_live(&PAIR);
    let write = "const writing = invoke('add_each_millisecond', { untilRight: 2 * times });
        return { done: await acting, left: await writing }";
    app.begin(PAIR[0], &format!("{ACT} {write}"), &[json!(TIMES)]);
    app.begin(PAIR[1], &format!("{ACT} return acting"), &[json!(TIMES)]);
    assert_eq!(app.finish(PAIR[1]), TIMES);
    let first = app.finish(PAIR[0]);
    assert_eq!(first["done"], TIMES);
    let left = first["left"].as_u64().expect("a number");
    // An edit would lose whenever one comes between.
    assert!(left > 100, "Rust has written only {left} times");
    let end = app.agree("counters", &PAIR);
    assert_eq!(end["data"], json!({ "left": left, "right": 2 * TIMES }));
}
