use super::*;
use crate::peers::scenes;

fn line(scene: &str, peer: &str, round: u64, kind: &str, value: Value) -> Value {
    json!({ "scene": scene, "peer": peer, "round": round, kind: value })
}

fn figures(lines: &[Value]) -> Figures {
    Figures::of(lines, scenes::all(true))
}

fn row(figures: &Figures, id: &str, peer: &str) -> Row {
    figures.row_of(id, peer).expect("a row")
}

fn last_line(figures: &Figures) -> String {
    goals::line(&goals::all(figures))
}

/// Every system in every scene, as fast as the floor and without loss.
fn all() -> Vec<Value> {
    let values = |scene: Scene| {
        let line = |peer: &&str| line(&scene.id, peer, 0, "values", json!([2.0, 4.0]));
        scene.peers.iter().map(line).collect::<Vec<_>>()
    };
    let values = scenes::all(true).into_iter().flat_map(values);
    let counts = COUNTS
        .iter()
        .flat_map(|count| PEERS.map(|peer| line(count.id, peer, 0, "count", json!(0))));
    values.chain(counts).collect()
}

#[test]
fn a_round_is_compared_with_the_same_round_of_the_floor() {
    let figures = figures(&[
        line("lone", "emit", 0, "values", json!([1.0, 3.0])),
        line("lone", "emit", 1, "values", json!([20.0])),
        line("lone", "emit", 2, "values", json!([10.0])),
        line("lone", "push", 0, "values", json!([3.0])),
        line("lone", "push", 1, "values", json!([40.0])),
        line("lone", "push", 2, "values", json!([100.0])),
    ]);
    let pushed = row(&figures, "lone", "push");
    assert_eq!((pushed.ratio, pushed.usual), (2.0, 40.0));
    let quantiles = [0.0, 0.5, 1.0].map(|part| pushed.quantile(part));
    assert_eq!(quantiles, [3.0, 40.0, 100.0]);
    assert!(figures.row_of("lone", "pull").is_none());
}

#[test]
fn a_start_is_compared_with_the_state_that_is_pushed() {
    let mut lines = all();
    lines.push(line("start-small", "emit", 1, "values", json!([1.0])));
    lines.push(line("start-small", "push", 1, "values", json!([8.0])));
    lines.push(line("start-small", "revgate-js", 1, "values", json!([16.0])));
    assert_eq!(row(&figures(&lines), "start-small", "revgate-js").ratio, 2.0);
}

#[test]
fn the_last_line_has_the_worse_kind_of_window_and_every_lost_edit() {
    let mut lines = all();
    for (scene, peer, values) in [
        ("dialogue-small", "revgate-rust", vec![6.0]),
        ("dialogue-small", "revgate-js", vec![7.0, 11.0]),
        ("dialogue-big", "revgate-rust-act", vec![12.0]),
        ("dialogue-big", "revgate-js", vec![30.0]),
        ("windows-8", "revgate-js", vec![6.0]),
        ("windows-16", "revgate-rust", vec![4.5]),
        ("dialogue-map-10m", "revgate-js-act", vec![5.25]),
        ("flood-cpu", "revgate-js", vec![1.5]),
        ("flood-cpu", "revgate-rust", vec![1.0]),
        ("slider", "revgate-js", vec![10.0, 25.0]),
        ("memory-private", "revgate-rust", vec![3.09]),
    ] {
        lines.retain(|line| line["scene"] != scene || line["peer"] != peer);
        lines.push(line(scene, peer, 0, "values", json!(values)));
    }
    lines.push(line("flood-told", "revgate-rust", 1, "count", json!(375)));
    lines.push(line("burst-told", "revgate-js", 1, "count", json!(3)));
    lines.push(line("writers-lost", "revgate-js-act", 1, "count", json!(2)));
    lines.push(line("writers-lost", "push", 1, "count", json!(500)));
    assert_eq!(
        last_line(&figures(&lines)),
        "bench pingpong=3.00 big=4.00 lone=1.00 eight=2.00 start=1.00 start_rust=1.00 lost=2 p99=2.75 \
         update=10.00 rows=1.00 sixteen=1.50 size=1.75 burst=3 flood=375 cpu=0.50 slider=1.50 \
         memory=1.03"
    );
}

#[test]
fn a_missing_figure_shows_in_the_last_line_and_fails_the_run() {
    let mut lines = all();
    assert!(figures(&lines).is_whole());
    lines.retain(|line| line["scene"] != "windows-8" || line["peer"] != "revgate-rust");
    lines.push(line("windows-8", "revgate-rust", 0, "fault", json!("no answer")));
    let figures = figures(&lines);
    assert!(last_line(&figures).contains("eight=NaN"), "{}", last_line(&figures));
    assert!(!figures.is_whole());
    assert_eq!(
        figures.faults.first().map(String::as_str),
        Some("revgate-rust, windows-8: no answer")
    );
}

#[test]
fn a_lost_edit_or_windows_that_differ_fail_the_run_if_they_are_revgates() {
    for (id, peer, is_whole) in [
        ("writers-lost", "tauri-store", true),
        ("writers-lost", "revgate-rust", false),
        ("unequal", "revgate-js-act", false),
        ("late-unequal", "emit", true),
        ("late-unequal", "revgate-js", false),
    ] {
        let mut lines = all();
        lines.push(line(id, peer, 1, "count", json!(1)));
        assert_eq!(figures(&lines).is_whole(), is_whole, "{id} of {peer}");
    }
}

#[test]
fn a_round_without_its_floor_and_a_store_without_a_figure_fail_nothing_but_what_needs_them() {
    let without = |id: &str, peer: &str| {
        let mut lines = all();
        lines.retain(|line| line["scene"] != id || line["peer"] != peer);
        figures(&lines).is_whole()
    };
    assert!(without("dialogue-map-1k", "tauri-store"));
    assert!(!without("dialogue-map-10m", "emit"));
    assert!(!without("start-small", "push"));
    assert!(without("start-small", "emit"));
    assert!(!without("topics", "revgate-js"));
}

#[test]
fn what_is_added_up_and_what_is_compared_say_so() {
    let figures = figures(&[
        line("unequal", "push", 0, "count", json!(2)),
        line("unequal", "push", 1, "count", json!(1)),
        line("flood-told", "push", 0, "count", json!(2)),
        line("flood-told", "push", 1, "count", json!(1)),
        line("memory-pss", "bare", 0, "values", json!([150.0])),
        line("memory-private", "bare", 0, "values", json!([90.0])),
    ]);
    let counted = |id: &str| {
        let count = COUNTS.iter().find(|count| count.id == id).expect("a count of this name");
        figures.counted(count, "push")
    };
    assert_eq!([counted("unequal"), counted("flood-told")], ["3", "1–2"]);
    assert_eq!(counted("burst-told"), "-");
    assert_eq!(figures.bare(), Some([150.0, 90.0]));
}
