//! What is measured, as the reports tell of it. As `tests/peers/src/conductor.rs` names it.

/// What every system is measured against, unless a scene says otherwise.
pub(super) const FLOOR: &str = "emit";
/// Nobody has a state that is nobody's: a start and memory are measured against this.
const PUSH: &str = "push";
/// The same in a window in Rust: what that takes by itself to start, and to answer.
pub(super) const PUSH_RUST: &str = "push-rust";
/// The systems, in the order of all tables. As `tests/peers/src/peer.rs` names them.
pub(super) const PEERS: [&str; 12] = [
    FLOOR,
    PUSH,
    "pull",
    "plugin-store",
    "tauri-store",
    "revgate-rust",
    "revgate-rust-act",
    "revgate-js",
    "revgate-js-act",
    PUSH_RUST,
    ROWS[0],
    ROWS[1],
];
/// All but the last three.
const SMALL: &[&str] = PEERS.split_at(9).0;
/// Those with a small state that answer and start.
const TALKING: &[&str] = PEERS.split_at(10).0;
/// A family as a whole, so systems for many fields only.
pub(super) const ROWS: [&str; 2] = ["revgate-rows", "revgate-js-rows"];
pub(super) const BY_UPDATE: [&str; 2] = ["revgate-rust", "revgate-js"];
pub(super) const BY_ACT: [&str; 2] = ["revgate-rust-act", "revgate-js-act"];
/// The app without any system.
pub(super) const BARE: &str = "bare";
/// A colour for each system, which those tell apart, too, who see few.
pub(super) fn colour(peer: &str) -> &'static str {
    match peer.trim_end_matches(ACTS) {
        FLOOR => "#000000",
        PUSH | PUSH_RUST => "#8c8c8c",
        "pull" => "#a6761d",
        "plugin-store" => "#e69f00",
        "tauri-store" => "#cc79a7",
        "revgate-rust" => "#0072b2",
        "revgate-js" => "#009e73",
        "revgate-js-rows" => "#7b3294",
        _ => "#d55e00",
    }
}

/// Whether its lines are dashed, as it is another way of a system of the same colour.
pub(super) fn is_dashed(peer: &str) -> bool {
    peer.ends_with(ACTS) || peer == PUSH_RUST
}

/// What the names of those end with that send actions.
const ACTS: &str = "-act";
/// Who is measured in eight and sixteen windows by `--quick`.
const IN_WINDOWS: [&str; 4] = [FLOOR, PUSH, BY_UPDATE[0], BY_UPDATE[1]];
/// Whose memory is measured by `--quick`.
const IN_MEMORY: [&str; 3] = [PUSH, BY_UPDATE[0], BY_UPDATE[1]];

/// Who is measured on maps of each size by `--quick`.
const IN_SIZES: [&str; 3] = [FLOOR, BY_ACT[0], BY_ACT[1]];

pub(super) const SHAPES: [&str; 3] = ["map", "list", "struct"];
pub(super) const SIZES: [&str; 4] = ["1k", "100k", "1m", "10m"];
/// How many windows there are.
pub(super) const NUMBERS: [u64; 5] = [1, 2, 4, 8, 16];

/// What is told of a scene, and what it is measured against.
pub(super) struct Scene {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) floor: &'static str,
    /// Of those that have it.
    pub(super) peers: &'static [&'static str],
    pub(super) unit: &'static str,
}

/// What is counted of a scene.
pub(super) struct Count {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    /// Whether what was counted is added up, rather than compared.
    pub(super) is_sum: bool,
}

pub(super) const COUNTS: [Count; 6] = [
    count("burst-told", "changes that the first window is told of in a burst of 1000"),
    count("flood-told", "the same in a flood of 3000 in 3 s"),
    count("slider-frames", "frames of the other window with another value, of 100 moves"),
    count("writers-lost", "edits lost of 1000"),
    Count { is_sum: true, ..count("late-unequal", "windows of three that opened late and differ") },
    Count { is_sum: true, ..count("unequal", "scenes after which windows and Rust differ") },
];

/// Of a scene by dialogue, and of the same written by Rust, on a state of this size and shape.
pub(super) fn sized(shape: &str, size: &str) -> [String; 2] {
    ["dialogue", "lone"].map(|scene| format!("{scene}-{shape}-{size}"))
}

/// The scene of one write of Rust and so many windows.
pub(super) fn windows(count: u64) -> String {
    if count == 2 { "lone".to_owned() } else { format!("windows-{count}") }
}

/// Every scene, in the order of all tables.
pub(super) fn all(is_quick: bool) -> Vec<Scene> {
    let mut all = vec![
        scene("dialogue-small", "a turn of two windows that answer each other, small state"),
        scene("dialogue-big", "the same with 10,000 fields, 0.9 MB, one written"),
        scene(
            "dialogue-first",
            "a turn, small state, the first ones of a page that was just loaded",
        ),
        scene("lone", "one write of Rust after a rest, until both windows show it"),
        scene("burst", "1000 writes of Rust, from the last until both windows show it"),
        scene("burst-whole", "the same, from the first"),
        scene("writers", "two windows edit 500 times each, until all is answered"),
        scene("slider", "a move of a slider, 60 a second, until the other window shows it"),
        scene("slider-cpu", "CPU time of all processes during the slider"),
        scene("flood", "3000 writes of Rust in 3 s, from the last until both windows show it"),
        scene("flood-cpu", "CPU time of all processes during the flood"),
        to(PUSH, scene("start-small", "navigation to the first state, small")),
        to(PUSH, scene("start-big", "navigation to the first state, 0.9 MB")),
        to(
            PUSH,
            scene("late", "navigation to the first state, while Rust writes each millisecond"),
        ),
    ];
    let numbers: &[u64] = if is_quick { &[8, 16] } else { &[1, 4, 8, 16] };
    for count in numbers.iter().copied() {
        let title = format!("one write of Rust after a rest, until all of {count} show it");
        let peers = if is_quick { &IN_WINDOWS[..] } else { SMALL };
        let id = windows(count);
        let of = |id: &str, title: &str| Scene { peers, ..scene(id, title) };
        all.push(of(&id, &title));
        all.push(of(&format!("{id}-cpu-app"), "CPU time of the app for each of these"));
        all.push(of(&format!("{id}-cpu-pages"), "CPU time of all pages for each of these"));
    }
    let [shapes, sizes] = match is_quick {
        true => [&SHAPES[..1], &["1k", "10m"]],
        false => [&SHAPES[..], &SIZES[..]],
    };
    for shape in shapes {
        for size in sizes {
            let [dialogue, lone] = sized(shape, size);
            let what = format!("one field of a {shape} of {}", bytes(size));
            let peers = if is_quick { &IN_SIZES[..] } else { SMALL };
            let of = |id: &str, title: &str| Scene { peers, ..scene(id, title) };
            all.push(of(&dialogue, &format!("a turn of two windows, {what}")));
            all.push(of(&lone, &format!("one write of Rust, {what}")));
        }
    }
    let topics = if is_quick { "1,000" } else { "10,000" };
    let many = |id, title: &str| Scene { peers: &BY_UPDATE, ..scene(id, title) };
    all.push(many("topics", &format!("one window subscribes to {topics} topics and has them all")));
    all.push(many("topics-one", "one write of Rust to one of them, until the window shows it"));
    let peers = if is_quick { &IN_MEMORY[..] } else { SMALL };
    let memory = |id, title| Scene { unit: "MB", peers, ..to(PUSH, scene(id, title)) };
    all.push(memory("memory-pss", "memory of the app and two windows, what is shared divided"));
    all.push(memory("memory-private", "private memory of the app and two windows"));
    all
}

/// Whose memory is measured, each in a process of its own.
pub(super) fn in_memory(is_quick: bool) -> Vec<&'static str> {
    let peers = if is_quick { &IN_MEMORY[..] } else { SMALL };
    [&[BARE], peers].concat()
}

pub(super) fn bytes(size: &str) -> String {
    size.replace('k', " KB").replace('m', " MB")
}

fn scene(id: &str, title: &str) -> Scene {
    let (id, title) = (id.to_owned(), title.to_owned());
    let peers = match id.as_str() {
        "start-big" | "dialogue-big" => &PEERS[..],
        "start-small" | "dialogue-small" | "dialogue-first" => TALKING,
        _ => SMALL,
    };
    Scene { id, title, floor: FLOOR, peers, unit: "ms" }
}

fn to(floor: &'static str, scene: Scene) -> Scene {
    Scene { floor, ..scene }
}

const fn count(id: &'static str, title: &'static str) -> Count {
    Count { id, title, is_sum: false }
}
