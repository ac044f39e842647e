use super::*;

/// Puts the text of a version where JavaScript puts it; its lengths.
fn put(module: &mut Module, place: usize, revision: &str, epoch: Option<&str>) -> u32 {
    let mut copy = |place: usize, text: &str| {
        module.exchange.text[place * 64..][..text.len()].copy_from_slice(text.as_bytes());
        text.len() as u32
    };
    copy(place, revision) | epoch.map_or(0xFF, |epoch| copy(place + 1, epoch)) << 8
}

/// A module with one gate, which shows the version 0.1.
fn live() -> (Module, u32) {
    let mut module = Module::new();
    let gate = module.make_gate(0) as u32;
    assert_eq!(module.input(gate, 0.0, 0, 0, 0.0), OUTPUT);
    module.poll(gate);
    module.input(gate, 0.0, 1, 0, 0.0);
    module.poll(gate);
    let one = put(&mut module, 0, "1", None);
    module.input(gate, 0.0, 12, one, 1.0);
    module.poll(gate);
    assert_eq!(module.input(gate, 0.0, 4, 0, 0.0), f64::INFINITY, "nothing to wait for");
    (module, gate)
}

#[test]
fn an_input_returns_the_next_deadline_unless_there_is_an_output() {
    let (mut module, gate) = live();
    assert_eq!(module.input(gate, 5.0, 6, 0, 0.0), OUTPUT);
    assert_eq!((module.poll(gate), module.exchange.numbers[0]), (OUTPUT, 3.0), "a fetch");
    assert_eq!(module.poll(gate), 10_005.0, "its time-out");
    assert_eq!(module.look(gate, 4), 1.0, "the ticket");
}

#[test]
fn the_largest_version_crosses_both_ways() {
    let (mut module, gate) = live();
    let largest = u64::MAX.to_string();
    let lengths = put(&mut module, 0, &largest, Some(&largest));
    assert_eq!(module.input(gate, 0.0, 15, lengths, 0.0), OUTPUT);
    assert_eq!(module.poll(gate), OUTPUT);
    assert_eq!(module.exchange.numbers[..3], [4.0, 0.0, 2.0], "apply what is kept");
    assert_eq!(module.look(gate, 2), 1.0);
    assert_eq!(module.exchange.wide[..2], [u64::MAX; 2]);
    assert_eq!((module.look(gate, 0), module.exchange.wide[..2].to_vec()), (1.0, vec![0, 1]));
}

#[test]
fn what_was_just_announced_is_to_be_kept_only_if_its_news_are_the_newest() {
    let (mut module, gate) = live();
    for (revision, news, keeps) in
        [("5", 14, 0.0), ("4", 15, 1.0), ("3", 15, 0.0), ("6", 16, 1.0), ("6", 14, 1.0)]
    {
        let version = put(&mut module, 0, revision, None);
        let base = put(&mut module, 2, "2", None);
        module.input(gate, 0.0, news, version, base.into());
        assert_eq!(module.look(gate, 6), keeps, "{revision} by {news}");
    }
}

#[test]
fn text_that_is_no_version_is_refused_by_its_place_and_the_core_s_fault() {
    let (mut module, gate) = live();
    let before = format!("{:?}", module.machines);
    let most = "18446744073709551616";
    let cases = [("", None, [0.0, 0.0]), ("1", Some("x"), [1.0, 1.0]), ("01", None, [0.0, 2.0])];
    for (revision, epoch, told) in cases.into_iter().chain([(most, None, [0.0, 3.0])]) {
        let lengths = put(&mut module, 0, revision, epoch);
        assert_eq!(module.input(gate, 0.0, 15, lengths, 0.0), Refusal::NOT_CANONICAL.0);
        assert_eq!(module.exchange.numbers[..2], told, "{revision} {epoch:?}");
    }
    let (version, base) = (put(&mut module, 0, "2", None), put(&mut module, 2, "1", Some("00")));
    assert_eq!(module.input(gate, 0.0, 16, version, base.into()), Refusal::NOT_CANONICAL.0);
    assert_eq!(module.exchange.numbers[0], 3.0);
    assert_eq!(format!("{:?}", module.machines), before);
}

#[test]
fn lengths_that_lie_read_nothing_beyond_the_text() {
    let (mut module, gate) = live();
    module.exchange.text = [b'1'; 256];
    for lengths in [0xFFFF, 0xFEFE, 0x4141, u32::MAX] {
        assert_eq!(module.compare(lengths, lengths), Refusal::NOT_CANONICAL.0, "{lengths:x}");
        let answer = module.input(gate, 0.0, 16, lengths, lengths.into());
        assert_eq!(answer, Refusal::NOT_CANONICAL.0);
    }
}

#[test]
fn a_handle_that_names_nothing_is_refused_by_every_call() {
    let (mut module, gate) = live();
    let pacer = module.make_pacer(0) as u32;
    module.free(gate);
    module.free(gate);
    for handle in [gate, pacer, 2, u32::MAX] {
        let one = put(&mut module, 0, "1", None);
        let refused = Refusal::NO_SUCH_GATE.0;
        assert_eq!(module.input(handle, 0.0, 0, 0, 0.0), refused);
        assert_eq!(module.input(handle, 0.0, 15, one, 0.0), refused);
        assert_eq!(module.poll(handle), refused);
        assert!((0..6).all(|which| module.look(handle, which) == refused));
    }
    assert_eq!(module.pace(gate, 0.0, 0), Refusal::NO_SUCH_GATE.0);
    assert_eq!(module.pace(pacer, 0.0, 0), 0.0, "it paces nothing");
}

#[test]
fn handles_are_given_again_and_never_twice() {
    let mut module = Module::new();
    let handles = |module: &mut Module| [0; 4].map(|_| module.make_gate(0) as u32);
    assert_eq!(handles(&mut module), [0, 1, 2, 3]);
    for handle in [1, 3, 0, 3] {
        module.free(handle);
    }
    assert_eq!(handles(&mut module), [0, 1, 3, 4]);
}

#[test]
fn each_contradiction_has_its_number_and_a_time_that_is_none_its_place() {
    let mut module = Module::new();
    let mut make = |given: &[(usize, f64)], flags: u32| {
        let mut bits = flags;
        for (option, value) in given {
            module.exchange.numbers[*option] = *value;
            bits |= 1 << option;
        }
        module.make_gate(bits)
    };
    assert_eq!(make(&[(0, 50.0), (1, 20.0)], 0), -10.0, "max_wait, debounce");
    assert_eq!(make(&[(1, 20.0)], 0), -11.0, "max_wait alone");
    assert_eq!(make(&[], 1 << 7), -12.0, "leading alone");
    assert_eq!(make(&[], 1 << 8), -12.0, "not leading alone");
    assert_eq!(make(&[(3, 0.0)], 0), -13.0, "fetch_timeout");
    assert_eq!(make(&[(4, 20.0), (5, 10.0)], 0), -14.0, "backoff.first, backoff.cap");
    assert_eq!(make(&[(4, 0.0)], 0), -15.0, "backoff.first");
    assert_eq!(make(&[(6, 9999.0)], 0), -16.0, "resync, fetch_timeout");
    assert_eq!(make(&[(0, 1.0), (2, f64::NAN)], 0), Refusal::NO_TIME.0);
    assert_eq!(make(&[(2, 5.0), (6, 10_000.0)], 1 << 7 | 1 << 9), 0.0, "they agree");
    assert_eq!(module.exchange.numbers[0], 2.0, "the throttle was no time");
}

#[test]
fn versions_are_compared_by_epoch_first() {
    let mut module = Module::new();
    for (one, other, order) in [("1", None, 0.0), ("50", None, 1.0), ("1", Some("2"), 2.0)]
        .map(|(revision, epoch, order)| ((revision, epoch), ("50", None), order))
    {
        let one = put(&mut module, 0, one.0, one.1);
        let other = put(&mut module, 2, other.0, other.1);
        assert_eq!(module.compare(one, other), order);
    }
}

#[test]
fn the_jitter_s_seed_has_all_its_bits() {
    let mut module = Module::new();
    let mut delay = |seed| {
        module.exchange.wide[0] = seed;
        module.backoff(1 << 10, 1)
    };
    assert_ne!(delay(1 << 63), delay(0));
    assert_ne!(delay(1), delay(0));
    assert_eq!(module.backoff(0, 3), 2000.0);
}
