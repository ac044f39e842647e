//! Counts what test runners report.

/// Tests that passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Tally {
    /// Adds up the `test result:` lines of cargo's test harness, rustdoc and
    /// wasm-bindgen-test-runner, which all write them alike.
    pub(crate) fn of(lines: &[String]) -> Self {
        lines.iter().filter_map(|line| result_line(line)).fold(Self::default(), Self::plus)
    }

    /// The verdict over a runner that should have run tests. A runner that failed without
    /// naming a failed test (it did not compile, it crashed), or that ran none, counts as one
    /// that failed.
    pub(crate) fn judged(self, success: bool) -> Self {
        let silent_failure = !success && self.failed == 0;
        let ran_nothing = self.passed + self.failed == 0;
        if silent_failure || ran_nothing {
            Self { failed: self.failed.max(1), ..self }
        } else {
            self
        }
    }

    /// The verdict over a check without tests, such as a linter: it counts as one.
    pub(crate) fn of_one(success: bool) -> Self {
        if success { Self { passed: 1, failed: 0 } } else { Self { passed: 0, failed: 1 } }
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self { passed: self.passed + other.passed, failed: self.failed + other.failed }
    }
}

/// `test result: ok. 5 passed; 0 failed; 1 ignored; …`
fn result_line(line: &str) -> Option<Tally> {
    let (_, counts) = line.trim().strip_prefix("test result: ")?.split_once(". ")?;
    let count = |name: &str| {
        let part = counts.split("; ").find_map(|part| part.strip_suffix(name));
        part.and_then(|number| number.trim().parse().ok())
    };
    Some(Tally { passed: count(" passed")?, failed: count(" failed")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> Tally {
        Tally::of(&text.lines().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn result_lines_of_all_runners_are_added_up() {
        let tally = count(
            "running 2 tests\n\
             test a ... ok\n\
             test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
             test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n\
             \ttest result: ok. 4 passed; 0 failed; 1 ignored; 0 filtered out; finished in 0.01s\n\
             the test result: unclear. 9 passed; 9 failed\n",
        );
        assert_eq!(tally, Tally { passed: 9, failed: 1 });
    }

    #[test]
    fn a_failure_without_a_failed_test_counts_as_one() {
        let passed = Tally { passed: 7, failed: 0 };
        assert_eq!(passed.judged(false), Tally { passed: 7, failed: 1 });
        assert_eq!(passed.judged(true), passed);
        let failed = Tally { passed: 7, failed: 2 };
        assert_eq!(failed.judged(false), failed);
    }

    #[test]
    fn a_runner_that_ran_nothing_failed() {
        assert_eq!(count("").judged(true), Tally { passed: 0, failed: 1 });
        assert_eq!(count("test result: ok. 0 passed; 0 failed; 0 ignored").judged(true).failed, 1);
    }

    #[test]
    fn a_linter_counts_as_one() {
        assert_eq!(Tally::of_one(true).plus(Tally::of_one(false)), Tally { passed: 1, failed: 1 });
    }
}
