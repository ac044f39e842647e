//! Track what is wanted: the newest version announced. After a fetch, another is due only if the
//! applied version is older.

use revgate::gate::{Candidate, Input, Output, Status};

use super::bench::{Bench, announced, offered, report, version};
use super::gate_test;

#[gate_test(unsupported = test)]
fn the_newest_announced_is_wanted_in_whatever_order_they_come() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(announced(3));
    for (revision, wanted) in [(2, 3), (5, 5), (4, 5), (1, 5)] {
        bench.input(announced(revision));
        assert_eq!(bench.gate.wanted(), Some(version(wanted)));
    }
    assert_eq!(bench.answer(id, version(5)), [Output::Apply(Candidate::Fetched)]);
    assert_eq!(bench.deadline(), None);
}

#[gate_test(unsupported = test)]
fn a_burst_that_the_fetch_in_flight_covers_costs_no_other() {
    for size in [10, 50, 100, 500, 1000] {
        let mut bench = Bench::live(version(1));
        let id = bench.fetch_after(announced(2));
        for revision in 3..size + 2 {
            assert_eq!(bench.input(announced(revision)), []);
        }
        assert_eq!(bench.answer(id, version(size + 1)), [Output::Apply(Candidate::Fetched)]);
        assert_eq!(bench.deadline(), None, "{size}");
    }
}

#[gate_test(unsupported = test)]
fn a_burst_that_outruns_the_fetch_costs_one_more_at_once() {
    for size in [10, 50, 100, 500, 1000] {
        let mut bench = Bench::live(version(1));
        let id = bench.fetch_after(announced(2));
        for revision in 3..size + 2 {
            assert_eq!(bench.input(announced(revision)), []);
        }
        let outputs = bench.answer(id, version(2));
        let [Output::Apply(Candidate::Fetched), Output::Fetch(id)] = outputs[..] else {
            panic!("applied, and fetched again at once: {outputs:?}")
        };
        assert_eq!(bench.answer(id, version(size + 1)), [Output::Apply(Candidate::Fetched)]);
        assert_eq!(bench.deadline(), None, "{size}");
    }
}

#[gate_test(unsupported = test)]
fn what_is_not_newer_costs_nothing() {
    let mut bench = Bench::live(version(7));
    for revision in [7, 6, 0] {
        assert_eq!(bench.input(announced(revision)), []);
        assert_eq!(bench.input(offered(revision)), []);
    }
    assert_eq!(bench.deadline(), None);
}

#[gate_test(unsupported = test)]
fn a_fetch_that_fails_when_nothing_is_wanting_is_not_made_again() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(announced(2));
    bench.input(offered(2));
    let report = report(&bench.input(Input::FetchFailed { id }));
    assert_eq!(report.retry_in, None);
    assert_eq!(bench.gate.status(), Status::Live);
    assert_eq!(bench.deadline(), None);
}
