//! What the person at the terminal reads. A closed pipe (`cargo xtask doctor | head -1`) is not
//! a reason to panic, so nothing here uses `println!`.

use std::{
    fmt::Display,
    io::{self, IsTerminal, Write},
    time::{Duration, Instant},
};

/// Prints one line.
pub fn say(line: impl Display) {
    let mut out = io::stdout().lock();
    // Whoever closed the pipe does not want the rest; the work goes on and its exit code counts.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Prints one line to the error stream.
pub fn complain(line: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Whether a person reads along; a log is better off with fewer lines.
#[must_use]
pub fn to_a_person() -> bool {
    io::stdout().is_terminal()
}

/// Prints what begins now, and returns the clock that [`done`] reads.
#[must_use]
pub fn begin(what: impl Display) -> Instant {
    say(format_args!("==> {what}"));
    Instant::now()
}

/// Prints how long a thing took that [`begin`] announced.
pub fn done(since: Instant, what: impl Display) {
    say(format_args!("    {what} ({})", seconds(since.elapsed())));
}

/// A duration as a person reads it: `0.4 s`, `73 s`.
#[must_use]
pub fn seconds(took: Duration) -> String {
    if took < Duration::from_secs(10) {
        format!("{:.1} s", took.as_secs_f64())
    } else {
        format!("{:.0} s", took.as_secs_f64())
    }
}

/// Lays rows out in columns; the first row is the heading.
#[must_use]
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max()
    };
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let lines = rows.iter().map(|row| {
        let cells = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let row = |a: &str, b: &str| vec![a.to_owned(), b.to_owned()];
        assert_eq!(table(&[row("check", "s"), row("fmt", "1")]), "check  s\nfmt    1");
        assert_eq!(table(&[]), "");
    }

    #[test]
    fn short_times_keep_a_decimal() {
        assert_eq!(seconds(Duration::from_millis(420)), "0.4 s");
        assert_eq!(seconds(Duration::from_millis(72_600)), "73 s");
    }
}
