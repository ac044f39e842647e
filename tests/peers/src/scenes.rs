//! What is measured of each system.

mod flow;
pub(crate) mod topics;

use std::error::Error;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tauri::AppHandle;

use crate::kind::Kind;
use crate::peer::Peer;
use crate::windows::{Answer, Window};

pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// How long there is quiet before a lone update, for each four windows, as they draw what was before it; a
/// little more each time, so that the clocks that count milliseconds are met at any point of one.
const REST: Duration = Duration::from_micros(60_130);
/// What the windows' clock does not show of a time: it counts whole milliseconds, so half of one on
/// average.
const HALF: f64 = 0.5;
/// How long windows may take to show what was written.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long what is on its way may take to arrive.
const SOON: Duration = Duration::from_secs(2);

/// A system at work in some windows.
pub(crate) struct Scene<'a> {
    pub(crate) app: &'a AppHandle,
    pub(crate) peer: Peer,
    pub(crate) kind: Kind,
    pub(crate) windows: &'a [Window],
}

/// What became of the edits of two writers.
pub(crate) struct Written {
    pub(crate) lost: u64,
    /// Until the last edit was answered.
    pub(crate) ms: Vec<f64>,
}

impl Scene<'_> {
    /// The first window writes a field, the second sees it and writes the other, the first sees
    /// that: the time of each such turn.
    pub(crate) fn dialogue(&self, turns: u64) -> Result<Vec<f64>> {
        let from = self.newest()?;
        self.windows[1].call("reply", json!([from]))?;
        times(&self.windows[0].call("dialogue", json!([from, turns]))?)
    }

    /// Rust writes once in a while: until all windows show it.
    pub(crate) fn lone(&self, updates: u64) -> Result<Vec<f64>> {
        let from = self.watched()?;
        let rest = REST * u32::try_from(self.windows.len().div_ceil(4))?;
        let mut begun = Vec::new();
        for number in from + 1..=from + updates {
            thread::sleep(rest);
            if self.kind != Kind::SMALL && number > from + 1 {
                self.until_shown(number - 1)?;
                thread::sleep(rest);
            }
            begun.push(now());
            self.write(number)?;
        }
        self.until_shown(from + updates)?;
        let seen = self.windows.iter().map(|window| seen(window)).collect::<Result<Vec<_>>>()?;
        let begun = (from + 1..).zip(begun);
        begun.map(|(number, begin)| Ok(latest(&seen, number)? + HALF - begin)).collect()
    }

    /// Rust writes so often without a pause: how long after the last write all windows show it, how
    /// long it all took, and how many changes the first window was told of.
    pub(crate) fn burst(&self, writes: u64) -> Result<(f64, f64, u64)> {
        let from = self.watched()?;
        let begin = now();
        for number in from + 1..=from + writes {
            self.write(number)?;
        }
        let end = now();
        self.until_shown(from + writes)?;
        let mut last = 0.0_f64;
        let mut told = 0;
        for window in self.windows.iter().rev() {
            let seen = seen(window)?;
            last = last.max(seen.last().map_or(f64::NAN, |(_, at)| *at));
            told = seen.len() as u64;
        }
        Ok((last + HALF - end, last + HALF - begin, told))
    }

    /// Both windows count on, each its own field, so often at the same time.
    pub(crate) fn writers(&self, edits: u64) -> Result<Written> {
        let before = self.windows[0].shown()?;
        let fields = ["left", "right"];
        let counting = self.windows.iter().zip(fields);
        let counting = counting
            .map(|(window, field)| window.ask("count", json!([field, edits])))
            .collect::<std::result::Result<Vec<_>, _>>()?;
        let ms = counting.into_iter().map(Answer::number);
        let ms = ms.collect::<std::result::Result<Vec<_>, _>>()?;
        let all = self.settled()?;
        let added = |now: &[u64; 2]| (now[0] + now[1]).saturating_sub(before[0] + before[1]);
        let kept = all.iter().map(added).min().unwrap_or(0);
        Ok(Written { lost: (fields.len() as u64 * edits).saturating_sub(kept), ms })
    }

    /// What all windows show and Rust has, when it has not changed for a while.
    fn settled(&self) -> Result<Vec<[u64; 2]>> {
        let since = Instant::now();
        let mut last = Vec::new();
        let mut quiet = 0;
        loop {
            let mut all = Vec::new();
            for window in self.windows {
                all.push(window.shown()?);
            }
            all.extend(self.held()?);
            quiet = if all == last { quiet + 1 } else { 0 };
            if quiet == 5 || since.elapsed() > PATIENCE {
                return Ok(all);
            }
            last = all;
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// Whether all windows and Rust have the same, at once or soon.
    pub(crate) fn is_equal(&self) -> Result<bool> {
        let since = Instant::now();
        loop {
            let mut all = self.held()?.into_iter().collect::<Vec<_>>();
            for window in self.windows {
                all.push(window.shown()?);
            }
            let is_equal = all.iter().all(|one| *one == all[0]);
            if is_equal || since.elapsed() > SOON {
                return Ok(is_equal);
            }
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// What Rust has in both fields, if it holds anything.
    fn held(&self) -> Result<Option<[u64; 2]>> {
        let read = |field| self.peer.read(self.app, self.kind, field);
        Ok(read("left")?.zip(read("right")?).map(|(left, right)| [left, right]))
    }

    /// The newest number in either field.
    fn newest(&self) -> Result<u64> {
        let mut newest = 0;
        for window in self.windows {
            newest = window.shown()?.into_iter().fold(newest, u64::max);
        }
        Ok(newest)
    }

    /// Has all windows note what they show from now on, beyond the number that this returns.
    fn watched(&self) -> Result<u64> {
        let from = self.newest()?;
        for window in self.windows {
            window.call("watch", json!([]))?;
        }
        Ok(from)
    }

    fn write(&self, number: u64) -> Result<()> {
        self.peer.write(self.app, self.kind, "left", &number.to_string())
    }

    fn until_shown(&self, number: u64) -> Result<()> {
        let since = Instant::now();
        for window in self.windows {
            while window.shown()?[0] != number {
                if since.elapsed() > PATIENCE {
                    let limit = PATIENCE.as_secs();
                    return Err(format!("a window does not show {number} after {limit} s").into());
                }
                thread::sleep(Duration::from_millis(20));
            }
        }
        Ok(())
    }
}

/// What a window has shown since it was asked to watch, and when.
fn seen(window: &Window) -> Result<Vec<(u64, f64)>> {
    let seen = window.call("seen", json!([]))?;
    let pairs = seen.as_array().ok_or("no list")?.iter();
    let pairs = pairs.map(|pair| Some((pair[0].as_u64()?, pair[1].as_f64()?)));
    Ok(pairs.collect::<Option<_>>().ok_or_else(|| format!("a window has seen {seen}"))?)
}

/// When the last of the windows has shown this number. One that comes too late to be shown is so with
/// the next.
fn latest(seen: &[Vec<(u64, f64)>], number: u64) -> Result<f64> {
    let mut latest = 0.0_f64;
    for seen in seen {
        let found = seen.iter().find(|(shown, _)| *shown >= number);
        let (_, at) = found.ok_or_else(|| format!("a window has not shown {number}"))?;
        latest = latest.max(*at);
    }
    Ok(latest)
}

fn times(list: &Value) -> Result<Vec<f64>> {
    let times = list.as_array().ok_or("no times")?.iter().map(Value::as_f64);
    Ok(times.collect::<Option<_>>().ok_or_else(|| format!("no times: {list}"))?)
}

/// Milliseconds as the windows count them.
fn now() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_secs_f64() * 1e3
}

/// Sleeps until then.
fn until(then: Instant) {
    thread::sleep(then.saturating_duration_since(Instant::now()));
}
