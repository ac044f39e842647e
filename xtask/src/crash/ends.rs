//! Ends that the app hears of: whatever it was answered before is saved.

use std::{fs, time::Duration};

use xtask::Error;

use super::place::Place;

/// How long the program writes before it ends.
const LONGEST_LIFE: u64 = 40_000;

/// See the example `crash`. One that takes a window takes much longer.
const WAYS: [&str; 5] = ["thread", "main", "in-handler", "return", "cleanup"];

/// Restarts itself so often, without anybody's help.
pub(super) fn restart(place: &mut Place<'_>, rounds: u32) -> Result<(), Error> {
    let file = place.folder().join("restarts");
    let writing = Error::io(format!("writing {}", file.display()));
    fs::write(&file, rounds.to_string()).map_err(writing)?;
    let folder = place.folder();
    let mut restarts = 0;
    let said = place.start(&["restart"])?.finish_with(&mut place.ledger, |line, ledger| {
        if line.starts_with("restarting ") {
            restarts += 1;
            // Whatever is there meanwhile is whole.
            ledger.inspect(folder)?;
        }
        Ok(())
    })?;
    if restarts != rounds || !said.iter().any(|line| line == "done") {
        let last = said.last().map_or("", String::as_str);
        let text = format!("after {restarts} of {rounds} restarts it did not start again: {last}");
        return Err(Error::Other(text));
    }
    Ok(())
}

/// A signal ends it, each in turn.
pub(super) fn term(
    place: &mut Place<'_>,
    rounds: u32,
    random: &mut fastrand::Rng,
) -> Result<(), Error> {
    for round in 0..rounds {
        let mut child = place.start(&["run"])?;
        child.wait_for("running", &mut place.ledger)?;
        child.read_for(Duration::from_micros(random.u64(0..LONGEST_LIFE)), &mut place.ledger);
        child.end_by_signal(round)?;
        child.finish_by_signal(round, &mut place.ledger)?;
        place.inspect()?;
    }
    Ok(())
}

/// Ends in each way in turn.
pub(super) fn exit(
    place: &mut Place<'_>,
    rounds: u32,
    random: &mut fastrand::Rng,
) -> Result<(), Error> {
    for round in 0..rounds {
        let way = match round % 10 {
            6 => "window",
            other => WAYS[other as usize % WAYS.len()],
        };
        let life = random.u64(0..LONGEST_LIFE).to_string();
        place.start(&["exit", way, &life])?.finish(&mut place.ledger)?;
        place.inspect()?;
    }
    Ok(())
}
