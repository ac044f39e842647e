use alloc::vec;

use super::*;
use crate::gate::{Gate, Input, News, Options, Output};
use crate::inspect::{Event, Note};
use crate::{Epoch, Revision};

fn version(number: u64) -> Version {
    Version::new(Epoch::default(), Revision::new(number))
}

fn ms(time: u64) -> Time {
    Time::from_nanos(time * 1_000_000)
}

/// A window whose gate is recorded, beside a backend.
struct Recorded {
    gate: Gate,
    moments: Vec<Moment>,
}

impl Recorded {
    fn new() -> Self {
        let gate = Gate::new(Options::default());
        let mut recorded = Self { gate: gate.clone(), moments: Vec::new() };
        recorded.note(0, Event::Began(Box::new(gate)));
        recorded.input(0, Input::Start);
        recorded.input(0, Input::Subscribed);
        recorded
    }

    fn note(&mut self, at: u64, event: Event) {
        let note = Note { now: ms(at), topic: "player".to_owned(), gate: 1, event };
        self.moments.push(Moment::told(ms(at), "main", note));
    }

    /// Hands it in, and says that what is to be applied has been.
    fn input(&mut self, at: u64, input: Input) {
        self.note(at, Event::Input(input));
        self.gate.handle(ms(at), input);
        loop {
            let output = self.gate.poll_output();
            self.note(at, Event::Output(output));
            match output {
                Output::Apply(_) => self.input(at, Input::Applied),
                Output::Fetch(id) => {
                    return self.input(at, Input::Fetched { id, version: version(1) });
                }
                Output::Wait(_) => return,
                _ => {}
            }
        }
    }

    fn publish(&mut self, at: u64, number: u64, source: Option<&str>) {
        let (version, source) = (version(number), source.map(str::to_owned));
        let state = Some(Value::from(number));
        let what = What::Published { version, source, state };
        self.moments.push(Moment { at: ms(at), topic: "player".to_owned(), what });
    }

    fn announce(&mut self, at: u64, number: u64) {
        self.input(at, Input::Announced { version: version(number), news: News::State });
    }

    fn story(&self) -> (Story, Vec<String>) {
        let mut story = Story::new(2);
        let lines =
            self.moments.iter().filter_map(|moment| story.tell(moment).expect("as recorded"));
        let lines = lines.map(|line| format!("{} {}", line.kind.as_str(), line.text)).collect();
        (story, lines)
    }
}

#[test]
fn a_story_says_what_was_applied_and_what_was_no_news() {
    let mut recorded = Recorded::new();
    recorded.publish(10, 2, None);
    recorded.announce(13, 2);
    recorded.announce(14, 2);
    let (_, lines) = recorded.story();
    let expected = [
        "subscribed listens",
        "fetched fetched r1",
        "applied shows r1",
        "published r2 by Rust",
        "applied shows r2",
        "skipped skips r2",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn delays_are_those_of_other_windows_from_the_announcement_to_the_screen() {
    let mut recorded = Recorded::new();
    recorded.publish(10, 2, Some("settings"));
    recorded.announce(13, 2);
    recorded.publish(20, 3, Some("main"));
    recorded.announce(25, 3);
    recorded.publish(30, 4, None);
    recorded.announce(250, 4);
    let (story, _) = recorded.story();
    let delays = story.delays();
    assert_eq!(delays.classes(), [0, 0, 1, 0, 0, 0, 0, 0, 1], "its own write is none");
    assert_eq!((delays.percentile(50), delays.percentile(95)), (Some(ms(3)), Some(ms(220))));
    assert_eq!(Delays::default().percentile(50), None);
}

#[test]
fn the_last_states_are_kept_and_no_more() {
    let mut recorded = Recorded::new();
    for number in 2..6 {
        recorded.publish(number, number, None);
    }
    let (story, _) = recorded.story();
    let kept: Vec<_> = story.states("player").map(|state| state.version).collect();
    assert_eq!(kept, [version(4), version(5)]);
    assert_eq!(story.states("another").count(), 0);
}

#[test]
fn a_line_is_found_by_topic_window_kind_and_words() {
    let line = Line {
        at: ms(1),
        topic: "Player".to_owned(),
        window: Some("main".to_owned()),
        kind: Kind::Conflict,
        text: "patch: conflict".to_owned(),
    };
    for query in ["player", "main", "conf", "patch"] {
        assert!(line.has(query), "{query}");
    }
    assert!(!line.has("settings"));
}

#[test]
fn a_time_is_shown_to_a_tenth_where_that_matters() {
    let shown = [0, 1_234_567, 9_999_999, 10_000_000, 1_500_000_000].map(Time::from_nanos);
    let shown: Vec<_> = shown.into_iter().map(milliseconds).collect();
    assert_eq!(shown, vec!["0.0 ms", "1.2 ms", "9.9 ms", "10 ms", "1500 ms"]);
}
