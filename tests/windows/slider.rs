//! A slider of the example app that somebody drags for a while, and the window beside it.

use std::iter;

use serde_json::{Value, json};
use xtask::process;

use crate::harness::LIMIT;
use crate::settings_app::{RUST, agree, open};

const SLIDER: &str = "input[name=fontSize]";
/// For five seconds, at 60 a second.
const MOVES: usize = 300;
const FRAME_MS: f64 = 1000.0 / 60.0;

/// In the window with the slider: notes what it has in each frame, whether that is ever another value than the
/// hand has last set, and how many writes are under way at once.
const WATCH_THE_HAND: &str = "
    const slider = document.querySelector(arguments[0]);
    const seen = (window.seen = { frames: [], jumps: [], writes: 0, most: 0 });
    let [set, writing] = [slider.value, 0];
    slider.addEventListener('input', () => (set = slider.value), true);
    const frame = () => {
        if (slider.value !== set) seen.jumps.push([set, slider.value]);
        if (seen.frames.at(-1)?.[1] !== slider.value) seen.frames.push([Date.now(), slider.value]);
        requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    const { fetch } = window;
    window.fetch = async (url, options) => {
        const isWrite = /revgate\\|(patch|replace|act)$/.test(decodeURIComponent(url));
        if (!isWrite) return fetch(url, options);
        seen.writes += 1;
        seen.most = Math.max(seen.most, ++writing);
        try { return await fetch(url, options) } finally { writing -= 1 }
    };";

/// In the other one: what it shows in each frame.
const WATCH_THE_OTHER: &str = "
    const frames = (window.seen = []);
    const frame = () => {
        const shown = document.documentElement.dataset.fontSize;
        if (frames.at(-1)?.[1] !== shown) frames.push([Date.now(), shown]);
        requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);";

/// When a frame came, and the value that was new in it.
type Frames = Vec<(f64, String)>;

fn frames(seen: &Value) -> Frames {
    let frames = seen.as_array().expect("a list").iter();
    let frame =
        |it: &Value| (it[0].as_f64().expect("a time"), it[1].as_str().expect("a value").to_owned());
    frames.map(frame).collect()
}

/// Of each frame of the hand, how many frames later the other window has shown that value or a newer one; and
/// how many of them it has not shown, but a newer one.
fn lags(hand: &Frames, other: &Frames) -> (Vec<f64>, usize) {
    let (mut lags, mut next, mut shown) = (Vec::new(), 0, 0);
    for (at, value) in other {
        let found = hand[next..].iter().position(|(set, it)| it == value && set <= at);
        let Some(found) = found else { continue };
        lags.extend(hand[next..=next + found].iter().map(|(set, _)| (at - set) / FRAME_MS));
        next += found + 1;
        shown += 1;
    }
    lags.sort_by(f64::total_cmp);
    let missed = lags.len() - shown;
    (lags, missed)
}

/// Up and down, another value each time.
fn way() -> impl Iterator<Item = f64> {
    let (up, down) = ((20..=70).map(f64::from), (21..70).rev().map(f64::from));
    up.chain(down).collect::<Vec<_>>().into_iter().cycle()
}

#[test]
fn a_dragged_slider_never_jumps_back_and_has_one_write_under_way() {
    let mut desktop = open(RUST);
    desktop.execute("settings", WATCH_THE_HAND, &[json!(SLIDER)]).expect("it is watched");
    desktop.execute("main", WATCH_THE_OTHER, &[]).expect("it is watched");

    let way: Vec<_> = way().take(MOVES - 1).chain(iter::once(33.0)).collect();
    let end = desktop.drag_along("settings", SLIDER, &way).expect("it is dragged");
    agree(&mut desktop, &[("fontSize", &end)]);
    let mut seen = |window| desktop.execute(window, "return window.seen", &[]).expect("it answers");
    let other = process::poll(LIMIT, || {
        let other = frames(&seen("main"));
        other.last().is_some_and(|(_, value)| *value == end).then_some(other)
    });
    let other = other.expect("the other window shows where it ends");

    let seen = seen("settings");
    assert_eq!(seen["jumps"], json!([]), "the thumb is where the hand has put it");
    assert_eq!(seen["most"], 1, "one write at a time");
    let hand = frames(&seen["frames"]);
    assert!(hand.len() > 2, "the hand has moved: {hand:?}");

    let took = hand.last().map_or(0.0, |(end, _)| end - hand[0].0) / 1000.0;
    let (lags, missed) = lags(&hand, &other);
    let at = |share: usize| {
        lags.get((lags.len() * share).div_ceil(100).saturating_sub(1)).copied().unwrap_or(f64::NAN)
    };
    println!(
        "slider frames={} seconds={took:.1} lag_in_frames_p50={:.1} p95={:.1} worst={:.1} missed={missed} writes={}",
        hand.len(),
        at(50),
        at(95),
        at(100),
        seen["writes"]
    );
}
