//! Runs a property on many random values, the same ones each time and on either target.

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

/// Panics with the smallest value that fails. `PROPTEST_CASES` overrides the number of cases.
pub(crate) fn check<S: Strategy>(
    cases: u32,
    values: S,
    property: impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(cases);
    // A browser has no file to remember failures in, and a fixed seed needs none.
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let seed = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    if let Err(failure) = TestRunner::new_with_rng(config, seed).run(&values, property) {
        panic!("{failure}");
    }
}
