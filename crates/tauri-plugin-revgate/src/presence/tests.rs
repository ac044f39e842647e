use super::*;

use std::sync::mpsc;

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
fn say(
    registry: &Registry,
    window: &str,
    page: impl Into<Option<Visit>>,
    seq: u64,
    spot: u8,
) -> Presented {
    let message = Message { window, visit: page.into(), seq: Seq::new(seq) };
    let topic = registry.find("spot").expect("registered");
    topic.present(&message, Some(&Sent::Value(json!(spot)))).expect("valid")
}

/// What a page of the window is told at first.
fn visit(registry: &Registry, window: &str) -> Visit {
    match say(registry, window, None, 1, 0) {
        Presented::Outside { visit } => visit,
        presented => panic!("said in no visit: {presented:?}"),
    }
}

fn is_told(presented: Presented) -> bool {
    matches!(presented, Presented::Told(_))
}

/// Waits until these are there.
fn wait_for(spots: &TopicHandle<Present<Spot>>, expected: &[(&str, u8)]) {
    let expected: Vec<_> = expected.iter().map(|(it, at)| ((*it).to_owned(), *at)).collect();
    let mut watch = spots.watch();
    while seen(spots) != expected {
        watch.blocking_changed().expect("the topic is there");
    }
}

fn seen(spots: &TopicHandle<Present<Spot>>) -> Vec<(String, u8)> {
    let present = spots.snapshot().data;
    present.iter().map(|(window, spot)| (window.to_owned(), spot.0)).collect()
}

#[test]
fn what_a_page_has_told_ends_with_it_and_does_not_come_back() {
    let (registry, spots) = registry();
    let stays = visit(&registry, "stays");
    assert!(is_told(say(&registry, "stays", stays, 1, 1)));
    for round in 1..=3 {
        let page = visit(&registry, "goes");
        assert!(is_told(say(&registry, "goes", page, 1, 2)), "round {round}");
        assert_eq!(seen(&spots), [("goes".to_owned(), 2), ("stays".to_owned(), 1)]);
        registry.drop_window("goes");
        wait_for(&spots, &[("stays", 1)]);
        let left = spots.snapshot().version();
        let late = say(&registry, "goes", page, 2, 3);
        assert!(matches!(late, Presented::Outside { .. }), "it was on its way, round {round}");
        registry.drop_window("goes");
        assert_eq!(spots.snapshot().version(), left, "nobody is told of nothing");
    }
    assert_eq!(seen(&spots), [("stays".to_owned(), 1)]);
}

#[test]
fn the_first_word_of_a_page_that_has_gone_does_not_stay() {
    let (registry, spots) = registry();
    // Its page has been told its visit; it goes before it has said anything in it, or even that.
    let page = visit(&registry, "main");
    registry.drop_window("main");
    for late in [Some(page), None] {
        let late = say(&registry, "main", late, 1, 1);
        assert!(matches!(late, Presented::Outside { .. }), "{late:?}");
        assert_eq!(seen(&spots), []);
    }
}

#[test]
fn a_page_that_was_ended_by_mistake_is_heard_again() {
    let (registry, spots) = registry();
    let page = visit(&registry, "main");
    assert!(is_told(say(&registry, "main", page, 1, 1)));
    registry.drop_window("main");
    wait_for(&spots, &[]);
    let Presented::Outside { visit } = say(&registry, "main", page, 2, 2) else {
        panic!("it is told of it")
    };
    assert!(is_told(say(&registry, "main", visit, 3, 2)));
    assert_eq!(seen(&spots), [("main".to_owned(), 2)]);
}

#[test]
fn what_comes_late_is_not_taken_for_the_newest() {
    let (registry, spots) = registry();
    let page = visit(&registry, "main");
    let Presented::Told(first) = say(&registry, "main", page, 1, 1) else { panic!("the first") };
    let Presented::Told(third) = say(&registry, "main", page, 3, 3) else { panic!("newer") };
    assert!(third > first);
    assert_eq!(third, spots.snapshot().version());
    assert_eq!(say(&registry, "main", page, 2, 2), Presented::Overtaken);
    assert_eq!(seen(&spots), [("main".to_owned(), 3)]);
    let again = say(&registry, "main", page, 3, 3);
    assert_eq!(again, Presented::Told(third), "a message that is repeated was heard");
    let same = say(&registry, "main", page, 4, 3);
    assert_eq!(same, Presented::Told(third), "the same makes no version");
}

#[test]
fn a_window_that_goes_within_an_edit_leaves_as_soon_as_that_has_ended() {
    let (registry, spots) = registry();
    registry.register(Doc, TopicOptions::new()).expect("a new name");
    let doc = TopicHandle::<Doc>::find(&registry).expect("registered");
    let page = visit(&registry, "main");
    say(&registry, "main", page, 1, 1);
    doc.update(|_| drop(registry.drop_window("main"))).expect("valid");
    wait_for(&spots, &[]);
    let page = visit(&registry, "main");
    say(&registry, "main", page, 1, 1);
    spots.update(|_| drop(registry.drop_window("main"))).expect("valid");
    wait_for(&spots, &[]);
}

#[test]
fn the_end_of_a_page_waits_for_no_edit_and_its_entry_ends_after_it() {
    let (registry, spots) = registry();
    let [goes, back] = ["goes", "back"].map(|window| {
        let page = visit(&registry, window);
        assert!(is_told(say(&registry, window, page, 1, 1)));
        page
    });
    let (begun, has_begun) = mpsc::channel();
    let (end, may_end) = mpsc::channel();
    thread::scope(|scope| {
        let spots = &spots;
        // Longer than anybody waits for an edit.
        let edit = scope.spawn(move || {
            spots.update(|_| {
                begun.send(()).expect("awaited");
                may_end.recv().expect("told");
            })
        });
        has_begun.recv().expect("it has begun");
        registry.drop_window("goes");
        registry.drop_window("back");
        // This is reached while the edit is under way: nobody has told it to end.
        assert_eq!(seen(spots).len(), 2);
        thread::sleep(2 * crate::editing::PATIENCE);
        end.send(()).expect("awaited");
        edit.join().expect("no panic").expect("valid");
    });
    wait_for(&spots, &[]);
    for (window, page) in [("goes", goes), ("back", back)] {
        assert!(!is_told(say(&registry, window, page, 2, 2)), "{window}");
    }
}

#[test]
fn a_word_that_waits_for_its_turn_while_its_page_goes_does_not_stay() {
    let (registry, spots) = registry();
    let page = visit(&registry, "main");
    let (begun, has_begun) = mpsc::channel();
    let (end, may_end) = mpsc::channel();
    thread::scope(|scope| {
        let (registry, spots) = (&registry, &spots);
        scope.spawn(move || {
            spots.update(|_| {
                begun.send(()).expect("awaited");
                may_end.recv().expect("told");
            })
        });
        has_begun.recv().expect("it has begun");
        let word = scope.spawn(move || say(registry, "main", page, 1, 1));
        registry.drop_window("main");
        end.send(()).expect("awaited");
        let word = word.join().expect("no panic");
        assert!(matches!(word, Presented::Outside { .. }), "{word:?}");
    });
    assert_eq!(seen(&spots), []);
}

#[test]
fn many_windows_that_speak_at_once_keep_to_their_own_entries() {
    let (registry, spots) = registry();
    thread::scope(|scope| {
        for window in 0..8_u8 {
            let registry = &registry;
            scope.spawn(move || {
                let label = format!("window-{window}");
                let page = visit(registry, &label);
                for seq in 1..=200 {
                    assert!(is_told(say(registry, &label, page, seq, window)));
                }
            });
        }
    });
    let expected: Vec<_> = (0..8).map(|it| (format!("window-{it}"), it)).collect();
    assert_eq!(seen(&spots), expected);
}
