//! What was measured, and what comes of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use serde_json::{Value, json};
use xtask::{Error, report};

use super::{COUNTS, SCENES, Scene};

/// What every system is measured against.
pub(super) const FLOOR: &str = "emit";
/// The systems, in the order of all tables. As `tests/peers/src/peer.rs` names them.
pub(super) const PEERS: [&str; 9] = [
    FLOOR,
    "push",
    "pull",
    "plugin-store",
    "tauri-store",
    "revgate-rust",
    "revgate-rust-act",
    "revgate-js",
    "revgate-js-act",
];
const BY_UPDATE: [&str; 2] = ["revgate-rust", "revgate-js"];
const BY_ACT: [&str; 2] = ["revgate-rust-act", "revgate-js-act"];

/// By scene and peer.
type By<T> = BTreeMap<(String, String), T>;

#[derive(Default)]
pub(super) struct Figures {
    /// In milliseconds, by round.
    times: By<BTreeMap<u64, Vec<f64>>>,
    counts: By<Vec<u64>>,
    pub(super) faults: BTreeSet<String>,
}

/// A scene of one system.
pub(super) struct Row {
    /// All of its times, sorted.
    pub(super) times: Vec<f64>,
    /// Of all rounds' means, the median.
    pub(super) usual: f64,
    /// Of all rounds, the median of this system's mean divided by the floor's.
    pub(super) ratio: f64,
}

impl Row {
    /// The time that a part of all, 0.95 say, keep to.
    pub(super) fn quantile(&self, part: f64) -> f64 {
        let last = self.times.len().saturating_sub(1);
        let index = (last as f64 * part).round() as usize;
        self.times.get(index).copied().unwrap_or(f64::NAN)
    }
}

impl Figures {
    /// Reads what the app has written, a JSON object on each line.
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let text = fs::read_to_string(path);
        let text = text.map_err(Error::io(format!("reading {}", path.display())))?;
        let lines = text.lines().map(|line| {
            serde_json::from_str(line).map_err(|error| {
                Error::Other(format!("{} has another form than expected: {error}", path.display()))
            })
        });
        Ok(Self::of(&lines.collect::<Result<Vec<Value>, _>>()?))
    }

    fn of(lines: &[Value]) -> Self {
        let mut figures = Self::default();
        for line in lines {
            let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
            let (scene, peer) = (text("scene"), text("peer"));
            if let Some(fault) = line["fault"].as_str() {
                figures.faults.insert(format!("{peer}, {scene}: {fault}"));
            }
            let key = (scene, peer);
            if let Some(times) = line["ms"].as_array() {
                let round = line["round"].as_u64().unwrap_or_default();
                let times = times.iter().filter_map(Value::as_f64);
                figures.times.entry(key).or_default().entry(round).or_default().extend(times);
            } else if let Some(count) = line["count"].as_u64() {
                figures.counts.entry(key).or_default().push(count);
            }
        }
        figures
    }

    /// `None` if there are no times.
    pub(super) fn row(&self, scene: &Scene, peer: &str) -> Option<Row> {
        let rounds = self.times.get(&(scene.id.to_owned(), peer.to_owned()))?;
        let floor = self.times.get(&(scene.id.to_owned(), scene.floor.to_owned()));
        let mut times: Vec<_> = rounds.values().flatten().copied().collect();
        times.sort_by(f64::total_cmp);
        let ratio =
            |(round, times): (&u64, &Vec<f64>)| Some(mean(times) / mean(floor?.get(round)?));
        let usual = median(rounds.values().map(|times| mean(times)).collect());
        let ratio = median(rounds.iter().filter_map(ratio).collect());
        (!times.is_empty()).then_some(Row { times, usual, ratio })
    }

    pub(super) fn counts(&self, id: &str, peer: &str) -> &[u64] {
        self.counts.get(&(id.to_owned(), peer.to_owned())).map_or(&[], Vec::as_slice)
    }

    /// The times and ratios of all scenes, and below them what was counted.
    pub(super) fn table(&self) -> String {
        let heading = ["ms, usual (× its floor)"].into_iter().chain(PEERS);
        let mut rows = vec![heading.map(str::to_owned).collect::<Vec<_>>()];
        for scene in &SCENES {
            let cell = |peer| match self.row(scene, peer) {
                Some(Row { usual, ratio, .. }) => format!("{usual:.1} ({ratio:.2})"),
                None => "-".to_owned(),
            };
            rows.push(std::iter::once(scene.id.to_owned()).chain(PEERS.map(cell)).collect());
        }
        for (id, _) in COUNTS {
            let cell = |peer| span(self.counts(id, peer));
            rows.push(std::iter::once(id.to_owned()).chain(PEERS.map(cell)).collect());
        }
        report::table(&rows)
    }

    pub(super) fn json(&self, about: &Value) -> Value {
        let scenes = SCENES.iter().map(|scene| {
            let rows = PEERS.iter().filter_map(|peer| {
                let row = self.row(scene, peer)?;
                let figures = json!({
                    "times": row.times.len(),
                    "usual": row.usual,
                    "ratio": row.ratio,
                    "min": row.quantile(0.0),
                    "median": row.quantile(0.5),
                    "p95": row.quantile(0.95),
                    "p99": row.quantile(0.99),
                    "max": row.quantile(1.0),
                });
                Some(((*peer).to_owned(), figures))
            });
            let rows: serde_json::Map<_, _> = rows.collect();
            let scene_of = json!({ "title": scene.title, "floor": scene.floor, "peers": rows });
            (scene.id.to_owned(), scene_of)
        });
        let counts = COUNTS.iter().map(|(id, title)| {
            let of = |peer: &&str| ((*peer).to_owned(), json!(self.counts(id, peer)));
            let peers: serde_json::Map<_, _> = PEERS.iter().map(of).collect();
            ((*id).to_owned(), json!({ "title": title, "peers": peers }))
        });
        json!({
            "about": about,
            "scenes": scenes.collect::<serde_json::Map<_, _>>(),
            "counts": counts.collect::<serde_json::Map<_, _>>(),
            "faults": self.faults,
        })
    }

    /// The ratios that the goals are set for: of the two kinds of windows the worse one.
    pub(super) fn last_line(&self) -> String {
        let worse = |id: &str, peers: [&str; 2]| {
            let scene = SCENES.iter().find(|scene| scene.id == id);
            let ratio = |peer| Some(self.row(scene?, peer)?.ratio);
            peers.map(|peer| ratio(peer).unwrap_or(f64::NAN)).into_iter().fold(0.0, larger)
        };
        let lost = BY_UPDATE.iter().chain(&BY_ACT);
        let lost: u64 = lost.flat_map(|peer| self.counts("writers-lost", peer)).sum();
        format!(
            "by update: big={:.2}\nbench pingpong={:.2} big={:.2} lone={:.2} eight={:.2} \
             start={:.2} lost={lost}",
            worse("dialogue-big", BY_UPDATE),
            worse("dialogue-small", BY_UPDATE),
            worse("dialogue-big", BY_ACT),
            worse("lone", BY_UPDATE),
            worse("eight", BY_UPDATE),
            worse("start-small", BY_UPDATE),
        )
    }

    /// Whether Revgate lost nothing and left all equal, and no system is without a figure.
    pub(super) fn is_whole(&self) -> bool {
        let measured = |scene: &Scene| PEERS.iter().all(|peer| self.row(scene, peer).is_some());
        let kept = |peer: &&str| {
            let counts = |id| self.counts(id, peer);
            !counts("writers-lost").is_empty()
                && ["writers-lost", "writers-unequal"]
                    .iter()
                    .all(|id| counts(id).iter().all(|it| *it == 0))
        };
        SCENES.iter().all(measured) && BY_UPDATE.iter().chain(&BY_ACT).all(kept)
    }
}

/// Not a number is worse than any.
fn larger(one: f64, other: f64) -> f64 {
    if one.is_nan() || other.is_nan() { f64::NAN } else { one.max(other) }
}

/// From the least to the most.
pub(super) fn span(counts: &[u64]) -> String {
    match (counts.iter().min(), counts.iter().max()) {
        (Some(least), Some(most)) if least == most => least.to_string(),
        (Some(least), Some(most)) => format!("{least}–{most}"),
        _ => "-".to_owned(),
    }
}

fn mean(times: &[f64]) -> f64 {
    times.iter().sum::<f64>() / times.len() as f64
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests;
