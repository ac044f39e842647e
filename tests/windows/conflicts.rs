//! Writes by hand on a version that is no longer the newest.

use serde_json::{Value, json};

use crate::harness::{TestApp, after};

const PAIR: [&str; 2] = ["editor-a", "editor-b"];

fn open() -> TestApp {
    TestApp::by_plugin(&PAIR.map(|label| (label, "plain.html")))
}

/// Makes the same write several times at once, and gives the winners' answers and the losers'
/// errors.
const WRITE_AT_ONCE: &str = "
    const [command, write, times] = arguments;
    const writes = Array.from({ length: times }, () =>
        settled(invoke(`plugin:revgate|${command}`, { topic: 'counters', ...write })));
    const answers = await Promise.all(writes);
    const won = answers.filter(it => it.ok).map(it => it.ok);
    return { won, lost: answers.filter(it => it.error).map(it => it.error) }";

/// Both windows make the write `made_by` them, `TIMES` each, on the same base. Gives the only
/// winner's answer, and all losers' errors.
fn race(app: &mut TestApp, command: &str, made_by: impl Fn(usize) -> Value) -> (Value, Vec<Value>) {
    const TIMES: usize = 10;
    for (number, window) in PAIR.iter().enumerate() {
        let arguments = [json!(command), made_by(number), json!(TIMES)];
        app.begin(window, WRITE_AT_ONCE, &arguments);
    }
    let (mut won, mut lost) = (Vec::new(), Vec::new());
    for window in PAIR {
        let mut outcome = app.finish(window);
        won.extend(outcome["won"].as_array_mut().into_iter().flatten().map(Value::take));
        lost.extend(outcome["lost"].as_array_mut().into_iter().flatten().map(Value::take));
    }
    assert_eq!((won.len(), lost.len()), (1, 2 * TIMES - 1), "winners {won:?}, losers {lost:?}");
    (won.remove(0), lost)
}

#[test]
fn of_all_writes_on_one_version_one_wins_and_the_others_get_what_it_wrote() {
    let mut app = open();
    for round in 0..40 {
        let base = json!({ "revision": after(round) });
        let next = after(round + 1);
        // Never the state that is there: that would be no write, and nobody's loss.
        let state = |window| json!({ "left": round + 1, "right": window });
        let replaces = round % 2 == 0;
        let (winner, losers) = if replaces {
            race(&mut app, "replace", |window| json!({ "data": state(window), "base": base }))
        } else {
            let set = |window| json!([{ "op": "replace", "path": "", "value": state(window) }]);
            race(&mut app, "patch", |window| json!({ "patch": set(window), "base": base }))
        };
        let snapshot = app.call(PAIR[0], "snapshot", json!({ "topic": "counters" }));
        let snapshot = snapshot.expect("it may be read");
        assert_eq!(snapshot["revision"], next, "one write, one revision");
        assert_eq!(snapshot["data"]["left"], round + 1);
        // Whoever patches knows the state that it makes.
        let answer = if replaces { snapshot.clone() } else { json!({ "revision": next }) };
        assert_eq!(winner, answer);
        let conflict =
            json!({ "kind": "conflict", "revision": next, "data": snapshot["data"].clone() });
        for loser in losers {
            assert_eq!(loser, conflict);
        }
    }
}

/// Adds 1 to a counter until that has been done `wins` times, each time on the state that the last
/// answer brought. Each revision adds 1 to one of the counters, and the first has none: so a
/// snapshot whose counters do not sum up to its revision holds another state than it says.
const COUNT: &str = "
    const [field, wins] = arguments;
    const seen = { won: 0, lost: 0, wrong: [] };
    let state = await invoke('plugin:revgate|snapshot', { topic: 'counters' });
    while (seen.won < wins) {
        const data = { ...state.data, [field]: state.data[field] + 1 };
        const base = { revision: state.revision };
        const write = invoke('plugin:revgate|replace', { topic: 'counters', data, base });
        const { ok, error } = await settled(write);
        if (ok) seen.won += 1; else seen.lost += 1;
        const next = ok ?? error;
        const isNewer = BigInt(next.revision) > BigInt(state.revision);
        const isWhole = next.data.left + next.data.right + 1 === Number(next.revision);
        if (!isNewer || !isWhole || error && error.kind !== 'conflict') seen.wrong.push(next);
        state = next;
    }
    return seen";

#[test]
fn who_goes_on_from_the_conflict_loses_no_write() {
    const WINS: u64 = 300;
    /// On a busy machine one may be done before the other begins.
    const MOST: u64 = 30;
    let mut app = open();
    for round in 1..=MOST {
        app.begin(PAIR[0], COUNT, &[json!("left"), json!(WINS)]);
        app.begin(PAIR[1], COUNT, &[json!("right"), json!(WINS)]);
        let ends = PAIR.map(|window| app.finish(window));
        for end in &ends {
            assert_eq!(end["won"], WINS);
            assert_eq!(end["wrong"], json!([]));
        }
        let wins = round * WINS;
        let end = app.call(PAIR[0], "snapshot", json!({ "topic": "counters" }));
        let counted = json!({ "left": wins, "right": wins });
        assert_eq!(end, Ok(json!({ "revision": after(2 * wins), "data": counted })));
        if ends.iter().any(|end| end["lost"] != 0) {
            return;
        }
    }
    panic!("they never met");
}
