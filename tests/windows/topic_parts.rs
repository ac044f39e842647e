//! A part of a megabyte, in real windows.

use serde_json::json;

use crate::harness::{TestApp, after};

const PART: &str = "library#/songs/42";
const MINE: &str = "editor-mine";
const ALL: &str = "editor-all";
const SCRIPT: &str = "editor-script";
const BY_HAND: &str = "editor-by-hand";
const READER: &str = "reader-by-hand";

/// How many writes are made elsewhere.
const MANY: u64 = 100;

fn song(plays: u64) -> serde_json::Value {
    json!({ "value": { "title": format!("{:0>80}", 42), "plays": plays } })
}

#[test]
fn of_a_megabyte_a_window_on_one_song_hears_of_that_song_alone() {
    let mut app = TestApp::by_plugin(&[
        (MINE, "replica.html?library%23/songs/42"),
        (ALL, "replica.html?library"),
        (SCRIPT, "topic.html?library%23/songs/42"),
        (BY_HAND, "plain.html"),
        (READER, "plain.html"),
    ]);
    app.wait_until_live(&[MINE, ALL, SCRIPT]);
    app.listen(BY_HAND, PART).expect("it may read the library");
    for window in [MINE, SCRIPT] {
        assert_eq!(app.value(window, "revgate.look().state"), song(0), "in `{window}`");
    }
    assert_eq!(app.value(ALL, "revgate.look().state.songs.length"), json!(10_000));
    let calls = "calls.map(it => it.command).filter(it => it.includes('|'))";
    let subscribed = json!(["plugin:revgate|subscribe"]);
    for window in [MINE, SCRIPT] {
        assert_eq!(app.value(window, calls), subscribed, "the song came with it");
    }

    // Others play other songs, one after the other.
    let play = "for (let song = 100; song < 100 + arguments[0]; song += 1)
            await revgate.actAtOnce('play', song, 1);";
    app.begin(ALL, &play.replace("arguments[0]", &MANY.to_string()), &[]);
    app.finish(ALL);
    let version = "revgate.look().version.revision";
    app.wait_for(ALL, version, &after(MANY));

    // Then this one: messages come in order, so there was none before.
    app.begin(ALL, "return revgate.actAtOnce('play', 42, 1)", &[]);
    assert_eq!(app.finish(ALL), json!(1));
    for window in [MINE, SCRIPT] {
        app.wait_for(window, "revgate.look().state", &song(1));
        assert_eq!(app.value(window, "revgate.look().changes"), json!(2), "in `{window}`");
        assert_eq!(app.value(window, calls), subscribed, "in `{window}` nothing was fetched");
    }
    app.wait_for(BY_HAND, "heard.length", &json!(1));
    assert_eq!(
        app.value(BY_HAND, "[heard[0].topic, heard[0].revision]"),
        json!([PART, after(MANY + 1)])
    );
    assert_eq!(app.value(BY_HAND, "heard[0].data"), song(1));
    assert_eq!(app.value(BY_HAND, "JSON.stringify(heard[0]).length < 512"), json!(true));

    // Who shows it edits it; who has the whole sees that.
    app.begin(MINE, "return revgate.edit('plays', 7, 1)", &[]);
    assert_eq!(app.finish(MINE), json!(1));
    app.wait_for(ALL, "revgate.look().state.songs[42].plays", &json!(7));
    let louder = "await topic.update(song => { song.value.plays += 1 })";
    app.run(SCRIPT, louder, &[]).expect("it is made");
    app.wait_for(ALL, "revgate.look().state.songs[42].plays", &json!(8));
    app.wait_for(MINE, "revgate.look().state", &song(8));
    app.wait_for(BY_HAND, "heard.length", &json!(3));
    for window in [MINE, ALL, SCRIPT] {
        let troubles = app.value(window, "[revgate.look().wentBack, revgate.look().errors]");
        assert_eq!(troubles, json!([false, []]), "in `{window}`");
    }

    // Its page takes its subscription with it; who may not read the library may read no part of it.
    app.desktop.execute(MINE, "location.href = 'plain.html'", &[]).expect("it goes");
    app.wait_for_subscriptions(ALL, "library", &json!({ ALL: 1, BY_HAND: 1, SCRIPT: 1 }));
    let denied = app.listen(READER, PART).expect_err("it is denied");
    assert_eq!((&denied["kind"], &denied["topic"]), (&json!("denied"), &json!("library")));
}
