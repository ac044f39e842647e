use super::*;

use revgate::presence::{Presence, Present};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::handle::TopicHandle;
use crate::registry::Registry;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Spot(u8);

impl Presence for Spot {
    const NAME: &'static str = "spot";
}

#[derive(Clone, Serialize, Deserialize)]
struct Doc;

impl Topic for Doc {
    const NAME: &'static str = "doc";
}

fn registry() -> (Registry, TopicHandle<Present<Spot>>) {
    let registry = Registry::default();
    registry.register(Present::<Spot>::default(), TopicOptions::new()).expect("a new name");
    let spots = TopicHandle::find(&registry).expect("registered");
    (registry, spots)
}

/// A message of a window's page, with what the window tells of itself.
fn say(registry: &Registry, window: &str, page: u64, seq: u64, spot: u8) -> Option<Version> {
    let message = Message { window, source: Source::new(page), seq: Seq::new(seq) };
    let topic = registry.find("spot").expect("registered");
    topic.present(&message, Some(&Sent::Value(json!(spot)))).expect("valid")
}

fn seen(spots: &TopicHandle<Present<Spot>>) -> Vec<(String, u8)> {
    let present = spots.snapshot().data;
    present.iter().map(|(window, spot)| (window.to_owned(), spot.0)).collect()
}

#[test]
fn what_a_page_has_told_ends_with_it_and_does_not_come_back() {
    let (registry, spots) = registry();
    assert!(say(&registry, "stays", 7, 1, 1).is_some());
    for round in 1..=3 {
        let page = 10 + round;
        assert!(say(&registry, "goes", page, 1, 2).is_some());
        assert_eq!(seen(&spots), [("goes".to_owned(), 2), ("stays".to_owned(), 1)]);
        registry.drop_window("goes");
        let left = spots.snapshot().version();
        assert_eq!(seen(&spots), [("stays".to_owned(), 1)]);
        assert_eq!(say(&registry, "goes", page, 2, 3), None, "it was on its way, round {round}");
        registry.drop_window("goes");
        assert_eq!(spots.snapshot().version(), left, "nobody is told of nothing");
    }
    assert_eq!(seen(&spots), [("stays".to_owned(), 1)]);
}

#[test]
fn what_comes_late_is_not_taken_for_the_newest() {
    let (registry, spots) = registry();
    let first = say(&registry, "main", 7, 1, 1);
    let third = say(&registry, "main", 7, 3, 3);
    assert!(third > first);
    assert_eq!(third, Some(spots.snapshot().version()));
    assert_eq!(say(&registry, "main", 7, 2, 2), None);
    assert_eq!(seen(&spots), [("main".to_owned(), 3)]);
    assert_eq!(say(&registry, "main", 7, 4, 3), third, "the same makes no version");
}

#[test]
fn a_window_that_goes_within_an_edit_leaves_as_soon_as_that_has_ended() {
    let (registry, spots) = registry();
    registry.register(Doc, TopicOptions::new()).expect("a new name");
    let doc = TopicHandle::<Doc>::find(&registry).expect("registered");
    say(&registry, "main", 7, 1, 1);
    let mut watch = spots.watch();
    doc.update(|_| drop(registry.drop_window("main"))).expect("valid");
    assert!(watch.blocking_changed().is_some());
    assert_eq!(seen(&spots), []);
    assert_eq!(say(&registry, "main", 7, 2, 2), None);
}

#[test]
fn many_windows_that_speak_at_once_keep_to_their_own_entries() {
    let (registry, spots) = registry();
    thread::scope(|scope| {
        for window in 0..8_u8 {
            let registry = &registry;
            scope.spawn(move || {
                let label = format!("window-{window}");
                for seq in 1..=200 {
                    say(registry, &label, window.into(), seq, window);
                }
            });
        }
    });
    let expected: Vec<_> = (0..8).map(|it| (format!("window-{it}"), it)).collect();
    assert_eq!(seen(&spots), expected);
}
