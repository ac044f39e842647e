use super::*;

fn line(scene: &str, peer: &str, round: u64, kind: &str, value: Value) -> Value {
    json!({ "scene": scene, "peer": peer, "round": round, kind: value })
}

fn scene(id: &str) -> &'static Scene {
    SCENES.iter().find(|scene| scene.id == id).expect("a scene of this name")
}

/// Every system in every scene, as fast as the floor and without loss.
fn all() -> Vec<Value> {
    let times = SCENES
        .iter()
        .flat_map(|scene| PEERS.map(|peer| line(scene.id, peer, 0, "ms", json!([2.0, 4.0]))));
    let counts =
        COUNTS.iter().flat_map(|(id, _)| PEERS.map(|peer| line(id, peer, 0, "count", json!(0))));
    times.chain(counts).collect()
}

#[test]
fn a_round_is_compared_with_the_same_round_of_the_floor() {
    let figures = Figures::of(&[
        line("lone", "emit", 0, "ms", json!([1.0, 3.0])),
        line("lone", "emit", 1, "ms", json!([20.0])),
        line("lone", "emit", 2, "ms", json!([10.0])),
        line("lone", "push", 0, "ms", json!([3.0])),
        line("lone", "push", 1, "ms", json!([40.0])),
        line("lone", "push", 2, "ms", json!([100.0])),
    ]);
    let row = figures.row(scene("lone"), "push").expect("a row");
    assert_eq!((row.ratio, row.usual), (2.0, 40.0));
    assert_eq!((row.quantile(0.0), row.quantile(0.5), row.quantile(1.0)), (3.0, 40.0, 100.0));
    assert!(figures.row(scene("lone"), "pull").is_none());
}

#[test]
fn a_start_is_compared_with_the_state_that_is_pushed() {
    let mut lines = all();
    lines.push(line("start-small", "emit", 1, "ms", json!([1.0])));
    lines.push(line("start-small", "push", 1, "ms", json!([8.0])));
    lines.push(line("start-small", "revgate-js", 1, "ms", json!([16.0])));
    let row = Figures::of(&lines).row(scene("start-small"), "revgate-js").expect("a row");
    assert_eq!(row.ratio, 2.0);
}

#[test]
fn the_last_line_has_the_worse_kind_of_window_and_every_lost_edit() {
    let mut lines = all();
    for (scene, peer, ms) in [
        ("dialogue-small", "revgate-rust", 6.0),
        ("dialogue-small", "revgate-js", 9.0),
        ("dialogue-big", "revgate-rust-act", 12.0),
        ("dialogue-big", "revgate-js", 30.0),
    ] {
        lines.retain(|line| line["scene"] != scene || line["peer"] != peer);
        lines.push(line(scene, peer, 0, "ms", json!([ms])));
    }
    lines.push(line("writers-lost", "revgate-js-act", 1, "count", json!(2)));
    lines.push(line("writers-lost", "push", 1, "count", json!(500)));
    assert_eq!(
        Figures::of(&lines).last_line(),
        "by update: big=10.00\n\
         bench pingpong=3.00 big=4.00 lone=1.00 eight=1.00 start=1.00 lost=2"
    );
}

#[test]
fn a_missing_figure_shows_in_the_last_line_and_fails_the_run() {
    let mut lines = all();
    assert!(Figures::of(&lines).is_whole());
    lines.retain(|line| line["scene"] != "eight" || line["peer"] != "revgate-rust");
    lines.push(line("eight", "revgate-rust", 0, "fault", json!("no answer")));
    let figures = Figures::of(&lines);
    assert!(figures.last_line().contains("eight=NaN"), "{}", figures.last_line());
    assert!(!figures.is_whole());
    assert_eq!(figures.faults.first().map(String::as_str), Some("revgate-rust, eight: no answer"));
}

#[test]
fn a_lost_edit_or_windows_that_differ_fail_the_run_if_they_are_revgates() {
    for (id, peer, is_whole) in [
        ("writers-lost", "tauri-store", true),
        ("writers-lost", "revgate-rust", false),
        ("writers-unequal", "revgate-js-act", false),
    ] {
        let mut lines = all();
        lines.push(line(id, peer, 1, "count", json!(1)));
        assert_eq!(Figures::of(&lines).is_whole(), is_whole, "{id} of {peer}");
    }
}
