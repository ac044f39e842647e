//! Own echo: the answer to a window's own write is news at once, and the echo that follows costs
//! nothing. An announcement that `should_refresh` drops does not raise what is wanted.

use revgate::Invalidation;
use revgate::gate::{Candidate, Input, Output, Status};

use super::bench::{Bench, announced, offered, version};
use super::gate_test;
use super::harness::{live, settings, with_font_size};

#[gate_test(unsupported = test)]
fn an_offered_state_is_applied_without_a_fetch_and_its_echo_costs_nothing() {
    let mut bench = Bench::live(version(1));
    assert_eq!(bench.input(offered(2)), [Output::Apply(Candidate::Offered)]);
    assert_eq!(bench.gate.applied(), Some(version(2)));
    assert_eq!(bench.input(announced(2)), []);
    assert_eq!(bench.deadline(), None);
}

#[gate_test(unsupported = test)]
fn a_row_of_own_writes_and_all_their_echoes_cost_no_fetch() {
    let mut bench = Bench::live(version(1));
    for revision in 2..100 {
        assert_eq!(bench.input(offered(revision)), [Output::Apply(Candidate::Offered)]);
    }
    for revision in 2..100 {
        assert_eq!(bench.input(announced(revision)), []);
    }
    assert_eq!(bench.deadline(), None);
}

#[gate_test(unsupported = test)]
fn an_offered_state_overtakes_the_fetch_in_flight() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(announced(2));
    assert_eq!(bench.input(offered(3)), [Output::Apply(Candidate::Offered)]);
    assert_eq!(bench.answer(id, version(2)), [], "old by now, and nothing is wanting");
    assert_eq!(bench.gate.applied(), Some(version(3)));
    assert_eq!(bench.deadline(), None);
}

#[gate_test(unsupported = test)]
fn an_offered_state_ends_a_pause_that_waited_for_it() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(announced(2));
    bench.input(Input::FetchFailed { id });
    bench.input(offered(2));
    assert_eq!(bench.gate.status(), Status::Live);
    assert_eq!(bench.deadline(), None);
}

#[gate_test(unsupported = test)]
fn an_offered_state_that_is_not_the_newest_is_applied_and_leaves_the_rest_to_the_fetch() {
    let mut bench = Bench::live(version(1));
    let id = bench.fetch_after(announced(3));
    assert_eq!(bench.input(offered(2)), [Output::Apply(Candidate::Offered)]);
    assert_eq!(bench.answer(id, version(3)), [Output::Apply(Candidate::Fetched)]);
}

#[gate_test(unsupported = test)]
fn an_announcement_that_should_refresh_drops_is_as_if_it_had_never_been_made() {
    let (backend, window) = live();
    window.seen.deaf_to.replace(Some("us".to_owned()));
    let announce = |revision, source: &str| {
        let news = Invalidation::new(settings(), version(revision));
        let news = Invalidation { source_id: Some(source.to_owned()), ..news };
        backend.announce(&serde_json::to_value(news).expect("plain data"), &settings());
        window.settle();
    };
    announce(9, "us");
    assert_eq!(backend.fetches(), 1);

    backend.set_silently(&with_font_size(20));
    announce(2, "them");
    assert_eq!((window.replica.version(), backend.fetches()), (Some(version(2)), 2));
    let errors = window.seen.errors.borrow();
    assert!(errors.is_empty(), "an answer older than 9 is not stale: {errors:?}");
}
