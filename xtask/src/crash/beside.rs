//! Somebody else at what the app saves.

use std::{
    fs, io,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use xtask::Error;

use super::{Storage, child::Child, place::Place};

/// How long the program writes before the last edit, and how long after that it ends.
const LONGEST_LIFE: u64 = 60_000;
/// In two steps, as some editors and scripts write.
const HALVES: Duration = Duration::from_millis(15);
/// How long the app leaves alone what another program writes. It says so if half of it is there
/// for longer, as on a busy machine.
const SETTLING: Duration = Duration::from_millis(50);

pub(super) fn run(
    place: &mut Place<'_>,
    rounds: u32,
    random: &mut fastrand::Rng,
) -> Result<(), Error> {
    for round in 0..rounds {
        let mut child = place.start(&["run"])?;
        child.wait_for("running", &mut place.ledger)?;
        child.read_for(Duration::from_micros(random.u64(0..LONGEST_LIFE)), &mut place.ledger);
        match place.storage() {
            Storage::Files => edit(place, child, round, random)?,
            Storage::Database => wait(place, child, round, random)?,
        }
        place.inspect()?;
    }
    Ok(())
}

/// Another program writes `note` into the file of the topic that is saved only at the end, once or
/// twice, and the end follows.
fn edit(
    place: &mut Place<'_>,
    mut child: Child,
    round: u32,
    random: &mut fastrand::Rng,
) -> Result<(), Error> {
    let file = place.folder().join("revgate/late.json");
    let writing = || format!("editing {}", file.display());
    if random.bool() && file.exists() {
        let note = place.ledger.next_note();
        replace(&file, &with_note(&file, note)?).map_err(Error::io(writing()))?;
        child.read_for(Duration::from_micros(random.u64(0..LONGEST_LIFE * 2)), &mut place.ledger);
    }
    if !file.exists() {
        // Nothing of it has been saved yet.
        child.end_by_signal(round)?;
        return child.finish_by_signal(round, &mut place.ledger);
    }
    let note = place.ledger.next_note();
    let text = with_note(&file, note)?;
    let since = Instant::now();
    match round % 3 {
        0 => replace(&file, &text).map_err(Error::io(writing()))?,
        1 => fs::write(&file, &text).map_err(Error::io(writing()))?,
        _ => {
            // It is told to end in the midst of it.
            let (first, _) = text.split_at(text.len() / 2);
            fs::write(&file, first).map_err(Error::io(writing()))?;
            child.end_by_signal(round)?;
            thread::sleep(HALVES);
            fs::write(&file, &text).map_err(Error::io(writing()))?;
            note_half(since, place);
            return child.finish_by_signal(round, &mut place.ledger);
        }
    }
    note_half(since, place);
    child.read_for(Duration::from_micros(random.u64(0..LONGEST_LIFE)), &mut place.ledger);
    child.end_by_signal(round)?;
    child.finish_by_signal(round, &mut place.ledger)
}

fn note_half(since: Instant, place: &mut Place<'_>) {
    if since.elapsed() >= SETTLING {
        place.ledger.left_half();
    }
}

/// Another instance starts while this one writes, and waits for it to end.
fn wait(
    place: &mut Place<'_>,
    mut child: Child,
    round: u32,
    random: &mut fastrand::Rng,
) -> Result<(), Error> {
    let other = place.start(&["check"])?;
    child.read_for(Duration::from_micros(random.u64(0..LONGEST_LIFE)), &mut place.ledger);
    child.end_by_signal(round)?;
    child.finish_by_signal(round, &mut place.ledger)?;
    // What it says is heard only now: it can have opened nothing before.
    other.finish(&mut place.ledger).map(drop)
}

fn with_note(file: &Path, note: u64) -> Result<String, Error> {
    let what = format!("reading {}", file.display());
    let text = fs::read(file).map_err(Error::io(what))?;
    let record = serde_json::from_slice::<Value>(&text);
    let mut record =
        record.map_err(|error| Error::Other(format!("{} is torn: {error}", file.display())))?;
    record["data"]["note"] = json!(note);
    Ok(record.to_string())
}

/// As most editors save.
fn replace(file: &Path, text: &str) -> io::Result<()> {
    let draft = file.with_extension("edited");
    fs::write(&draft, text)?;
    fs::rename(draft, file)
}
