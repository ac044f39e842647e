//! Never go back: within and across epochs, the applied version only grows.

use revgate::gate::{Candidate, Cause, Input, News, Output, Report};
use revgate::{Epoch, Phase, Revision, Version};

use super::bench::{Bench, SECOND, announced, fetch_id, ms, version};
use super::gate_test;

#[gate_test(unsupported = test)]
fn a_snapshot_older_than_what_is_shown_is_not_applied() {
    let mut bench = Bench::live(version(7));
    let id = bench.fetch_after(announced(9));
    let outputs = bench.answer(id, version(6));
    assert!(!outputs.contains(&Output::Apply(Candidate::Fetched)), "{outputs:?}");
    assert_eq!(bench.gate.applied(), Some(version(7)));
}

#[gate_test(unsupported = test)]
fn a_snapshot_older_than_announced_is_fetched_again_after_a_pause() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(announced(5));
    let outputs = bench.answer(id, version(3));
    let stale = Cause::Stale { fetched: version(3), wanted: version(5) };
    let delay = ms(500);
    let report =
        Report { phase: Phase::GetSnapshot, cause: stale, attempt: 1, retry_in: Some(delay) };
    assert_eq!(outputs, [Output::Apply(Candidate::Fetched), Output::Report(report)]);
    assert_eq!(bench.gate.applied(), Some(version(3)), "news all the same");
    assert_eq!(bench.deadline(), Some(bench.now + delay));
    assert!(matches!(bench.tick()[..], [Output::Fetch(_)]));
}

#[gate_test(unsupported = test)]
fn what_is_wanted_is_fetched_ever_more_slowly_until_it_is_reached() {
    let mut bench = Bench::live(version(1));
    let mut id = bench.fetch_after(announced(5));
    for (old, pause) in [(2, ms(500)), (2, SECOND), (4, 2 * SECOND), (3, 4 * SECOND)] {
        bench.answer(id, version(old));
        assert_eq!(bench.deadline(), Some(bench.now + pause));
        id = fetch_id(&bench.tick());
    }
    assert_eq!(bench.gate.applied(), Some(version(4)));
    assert_eq!(bench.answer(id, version(5)), [Output::Apply(Candidate::Fetched)]);
    assert_eq!(bench.deadline(), None);
}

#[gate_test(unsupported = test)]
fn a_new_epoch_is_news_whatever_its_revision() {
    let mut bench = Bench::live(version(50));
    let restarted = Version::new(Epoch::new(1), Revision::new(1));
    let id = bench.fetch_after(Input::Announced { version: restarted, news: News::Version });
    assert_eq!(bench.answer(id, restarted), [Output::Apply(Candidate::Fetched)]);
    assert_eq!(bench.gate.applied(), Some(restarted));
}

#[gate_test(unsupported = test)]
fn an_old_epoch_is_over_whatever_its_revision() {
    let restarted = Version::new(Epoch::new(1), Revision::new(1));
    let mut bench = Bench::live(restarted);
    let old = version(51);
    for news in [News::Version, News::State, News::Patch { base: restarted }] {
        assert_eq!(bench.input(Input::Announced { version: old, news }), []);
    }
    assert_eq!(bench.input(Input::Offered { version: old }), []);
    let id = bench.fetch_after(Input::Shown);
    assert_eq!(bench.answer(id, old), []);
    assert_eq!((bench.gate.applied(), bench.deadline()), (Some(restarted), None));
}
