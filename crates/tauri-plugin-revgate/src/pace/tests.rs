use super::*;

/// One who writes at its own times: first when and then how often, in microseconds.
type Writer = (Option<&'static str>, u64, u64);

/// Rust, without a pause.
const RUST: Writer = (None, 0, 50);

/// A topic and its sender, as far as pacing goes.
struct Bench {
    pace: Pace,
    /// When the sender will call.
    calls: Option<Duration>,
    is_dirty: bool,
    messages: usize,
}

impl Bench {
    fn new() -> Self {
        let pace = Pace::new(Duration::from_millis(8));
        Self { pace, calls: None, is_dirty: false, messages: 0 }
    }

    /// Whether what is written is announced at once.
    fn write(&mut self, micros: u64, writer: Option<&str>) -> bool {
        let hurries = self.pace.hear(writer);
        if !self.is_dirty || hurries {
            self.calls = Some(self.pace.due(Duration::from_micros(micros)));
        }
        self.is_dirty = true;
        self.turn(micros)
    }

    /// Whether something is announced.
    fn turn(&mut self, micros: u64) -> bool {
        let now = Duration::from_micros(micros);
        if self.calls.is_none_or(|at| now < at) || !self.pace.begin(now) {
            return false;
        }
        self.pace.announced(now);
        (self.calls, self.is_dirty) = (None, false);
        self.messages += 1;
        true
    }

    /// Turns, and lets those write whose time it is.
    fn step(&mut self, micros: u64, writers: &[Writer]) -> bool {
        let mut is_announced = self.turn(micros);
        for (name, first, every) in writers {
            if micros >= *first && (micros - first).is_multiple_of(*every) {
                is_announced |= self.write(micros, *name);
            }
        }
        is_announced
    }
}

/// Windows that write so often, one begins after the other.
fn windows(every: &[u64]) -> Vec<Writer> {
    let windows = [(Some("a"), 0), (Some("b"), 450), (Some("c"), 900), (Some("d"), 1_350)];
    windows.into_iter().zip(every).map(|((name, first), every)| (name, first, *every)).collect()
}

/// How many messages there are in 3 s.
fn messages(writers: &[Writer]) -> usize {
    let mut bench = Bench::new();
    for now in (0..3_000_000).step_by(50) {
        bench.step(now, writers);
    }
    bench.messages
}

/// Two windows, each of which answers the other so long after it has heard of it. How many of their
/// turns there are in 3 s, how many of those wait, and how many messages.
fn dialogue(micros: u64, others: &[Writer]) -> (u64, usize, usize) {
    let mut bench = Bench::new();
    let mut is_heard = Some(0);
    let (mut turns, mut late) = (0, 0);
    for now in (0..3_000_000).step_by(50) {
        let mut is_announced = bench.step(now, others);
        if is_heard == Some(now) {
            is_heard = None;
            let is_at_once = bench.write(now, Some(["a", "b"][turns as usize % 2]));
            is_announced |= is_at_once;
            turns += 1;
            late += usize::from(!is_at_once);
        }
        if is_announced && is_heard.is_none() {
            is_heard = Some(now + micros);
        }
    }
    (turns, late, bench.messages)
}

#[test]
fn whoever_write_without_a_pause_are_a_message_per_period_together() {
    for windows in [
        vec![RUST],
        windows(&[2_000]),
        windows(&[10_000]),
        windows(&[2_000, 1_750]),
        windows(&[2_000, 3_000]),
        windows(&[2_000, 1_700, 2_300]),
        windows(&[2_000, 1_700, 2_300, 2_900]),
        windows(&[500, 700, 1_100, 1_300]),
    ] {
        for rust in [vec![], vec![RUST]] {
            let writers = [rust, windows.clone()].concat();
            let messages = messages(&writers);
            assert!(messages <= 400, "{messages}, {writers:?}");
        }
    }
}

#[test]
fn no_turn_of_a_dialogue_waits_and_each_is_one_message() {
    for micros in [500, 1_000, 2_000, 5_000, 10_000] {
        let (turns, late, messages) = dialogue(micros, &[]);
        assert_eq!((turns, late, messages), (3_000_000 / micros, 0, turns as usize), "{micros} µs");
        let (turns, late, messages) = dialogue(micros, &[RUST]);
        assert_eq!((turns, late), (3_000_000 / micros, 0), "{micros} µs, beside Rust");
        assert!(messages <= turns as usize + 375 + 4, "{messages}, {micros} µs, beside Rust");
    }
}

/// They look like a dialogue: it is their writes that are many.
#[test]
fn windows_in_lockstep_are_no_more_messages_than_they_write() {
    for count in 2..=4 {
        let writers = [vec![RUST], windows(&[2_000; 4][..count])].concat();
        let messages = messages(&writers);
        assert!(messages <= count * 1_500 + 375, "{messages}, {count}");
    }
}

#[test]
fn a_third_who_writes_now_and_then_is_told_with_a_turn_of_a_dialogue() {
    for every in [16_000, 20_000, 50_000] {
        let (turns, late, messages) = dialogue(2_000, &[(Some("c"), 500, every)]);
        assert!(turns > 1_450 && late <= 8, "{late} of {turns}, each {every} µs");
        assert!(messages <= turns as usize + 8, "{messages}, each {every} µs");
    }
}

#[test]
fn what_was_not_announced_for_a_while_is_made_up_for_once() {
    let names: Vec<String> = (0..32).map(|number| number.to_string()).collect();
    let mut bench = Bench::new();
    let mut count = |from: u64, names: &[String]| {
        let before = bench.messages;
        for (at, name) in (from..).step_by(100).zip(names) {
            bench.write(at, Some(name));
        }
        bench.turn(from + 10_000);
        bench.messages - before
    };
    let starts = [0, 20_000, 40_000, 1_000_000];
    let counts: Vec<_> =
        starts.iter().zip(names.chunks(8)).map(|(from, names)| count(*from, names)).collect();
    assert_eq!(counts, [6, 2, 2, 6], "the first, the last, and what is made up for");
}

#[test]
fn more_writers_than_can_be_remembered_are_paced_as_others_are() {
    let names: Vec<String> = (0..100).map(|number| number.to_string()).collect();
    let mut bench = Bench::new();
    for (now, name) in (0..3_000_000).step_by(100).zip(names.iter().cycle()) {
        bench.write(now, Some(name));
    }
    assert!(bench.messages <= 375 + 4, "{}", bench.messages);
}

#[test]
fn whoever_has_written_out_of_turn_begins_anew_after_a_period_of_silence() {
    let mut bench = Bench::new();
    let mut last = 0;
    let mut is_at_once = |micros| {
        for now in (last..=micros).step_by(100) {
            bench.turn(now);
        }
        last = micros;
        bench.write(micros, None)
    };
    let writes = [0, 100, 7_900, 8_200, 15_900, 16_300, 24_200, 33_000, 33_100];
    let at_once = writes.into_iter().filter(|micros| is_at_once(*micros));
    assert_eq!(at_once.collect::<Vec<_>>(), [0, 33_000]);
    bench.turn(41_000);
    assert!(bench.write(41_100, None), "the next is not free yet, but one is saved");
}

#[test]
fn what_is_heard_twice_before_anybody_looks_is_out_of_turn_too() {
    let mut bench = Bench::new();
    bench.pace.hear(Some("a"));
    assert!(bench.write(0, Some("a")));
    assert!(bench.write(1_000, Some("b")));
    assert!(!bench.write(2_000, Some("a")), "it did not wait for b");
}
