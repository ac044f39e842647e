//! Inline news: a whole state is applied with no fetch, a patch only on its base. The gate needs
//! neither order nor delivery.

use revgate::Pacing;
use revgate::gate::{Candidate, Input, News, Output};

use super::bench::{Bench, announced, announced_with, fetch_id, ms, paced, version};
use super::gate_test;

const fn patch(base: u64) -> News {
    News::Patch { base: version(base) }
}

#[gate_test(unsupported = test)]
fn news_of_the_whole_state_is_applied_without_a_fetch() {
    let mut bench = Bench::live(version(1));
    let outputs = bench.input(announced_with(3, News::State));
    assert_eq!(outputs, [Output::Apply(Candidate::Announced(version(3)))]);
    assert_eq!(bench.input(announced(3)), [], "the plain announcement of it is an echo");
    assert_eq!(bench.input(announced_with(3, News::State)), []);
    assert_eq!(bench.input(announced_with(2, News::State)), [], "older than shown");
    assert_eq!(bench.deadline(), None);
}

#[gate_test(unsupported = test)]
fn a_patch_is_applied_on_its_base_and_fetched_on_any_other() {
    let mut bench = Bench::live(version(1));
    let outputs = bench.input(announced_with(2, patch(1)));
    assert_eq!(outputs, [Output::Apply(Candidate::Announced(version(2)))]);
    let id = fetch_id(&bench.input(announced_with(4, patch(3))));
    assert_eq!(bench.answer(id, version(4)), [Output::Apply(Candidate::Fetched)]);
    fetch_id(&bench.input(announced_with(5, patch(3))));
}

#[gate_test(unsupported = test)]
fn a_patch_is_applied_once_a_fetch_has_brought_its_base() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(announced(2));
    assert_eq!(bench.input(announced_with(3, patch(2))), []);
    let outputs = bench.answer(id, version(2));
    let patched = Output::Apply(Candidate::Announced(version(3)));
    assert_eq!(outputs, [Output::Apply(Candidate::Fetched), patched]);
    assert_eq!(bench.deadline(), None);
}

#[gate_test(unsupported = test)]
fn the_driver_is_told_whose_news_to_keep() {
    let mut bench = Bench::live_with(paced(Pacing::debounce(ms(50))), version(1));
    assert_eq!(bench.gate.kept(), None);
    bench.input(announced(3));
    assert_eq!(bench.gate.kept(), None, "it brought none");
    bench.input(announced_with(4, patch(3)));
    assert_eq!(bench.gate.kept(), Some(version(4)));
    bench.input(announced_with(5, News::State));
    assert_eq!(bench.gate.kept(), Some(version(5)));
    bench.tick();
    assert_eq!(bench.gate.kept(), None, "it is applied");
}

#[gate_test(unsupported = test)]
fn of_two_news_of_one_version_the_whole_state_is_kept() {
    let (state, patch) = (announced_with(3, News::State), announced_with(3, patch(2)));
    for news in [[state, patch], [patch, state]] {
        let mut bench = Bench::live_with(paced(Pacing::debounce(ms(50))), version(1));
        for news in news {
            assert_eq!(bench.input(news), []);
        }
        assert_eq!(bench.tick(), [Output::Apply(Candidate::Announced(version(3)))]);
    }
}

#[gate_test(unsupported = test)]
fn news_that_another_announcement_has_outdated_are_not_applied() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(announced(3));
    assert_eq!(bench.input(announced_with(2, News::State)), [], "older than wanted");
    assert_eq!(bench.answer(id, version(3)), [Output::Apply(Candidate::Fetched)]);
}

#[gate_test(unsupported = test)]
fn news_that_come_during_a_fetch_overtake_it() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(announced(2));
    let outputs = bench.input(announced_with(3, News::State));
    assert_eq!(outputs, [Output::Apply(Candidate::Announced(version(3)))]);
    assert_eq!(bench.answer(id, version(2)), []);
    assert_eq!((bench.gate.applied(), bench.deadline()), (Some(version(3)), None));
}

#[gate_test(unsupported = test)]
fn news_that_come_during_a_pause_end_it() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(announced(2));
    bench.input(Input::FetchFailed { id });
    let outputs = bench.input(announced_with(2, News::State));
    assert_eq!(outputs, [Output::Apply(Candidate::Announced(version(2)))]);
    assert_eq!(bench.deadline(), None);
}

/// Every sequence of four out of five announcements: each order, each loss, each repetition.
#[gate_test(unsupported = test)]
fn whatever_order_announcements_come_in_and_whichever_are_lost_the_newest_is_shown() {
    let of_versions =
        [(2, patch(1)), (3, patch(2)), (4, patch(3)), (2, News::State), (3, News::Version)];
    let mut sequences = vec![vec![]];
    for _ in 0..4 {
        let longer = |sequence: &Vec<_>| of_versions.map(|news| [&sequence[..], &[news]].concat());
        sequences = sequences.iter().flat_map(longer).collect();
    }
    for sequence in sequences {
        let mut bench = Bench::live(version(1));
        let mut newest = 1;
        for &(revision, news) in &sequence {
            newest = newest.max(revision);
            let outputs = bench.input(announced_with(revision, news));
            if let [.., Output::Fetch(id)] = outputs[..] {
                bench.answer(id, version(newest));
            }
            let shown = (bench.gate.applied(), bench.deadline());
            assert_eq!(shown, (Some(version(newest)), None), "{sequence:?}");
        }
    }
}
