//! What was measured, and what comes of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use serde_json::{Value, json};
use xtask::{Error, report};

use super::goals::{self, Goal};
use super::scenes::{BARE, BY_ACT, BY_UPDATE, COUNTS, Count, PEERS, ROWS, Scene};

/// By scene and peer.
type By<T> = BTreeMap<(String, String), T>;

pub(super) struct Figures {
    pub(super) scenes: Vec<Scene>,
    /// By round.
    values: By<BTreeMap<u64, Vec<f64>>>,
    counts: By<Vec<u64>>,
    pub(super) faults: BTreeSet<String>,
}

/// A scene of one system.
pub(super) struct Row {
    /// All of its times, or whatever it is a matter of, sorted.
    pub(super) values: Vec<f64>,
    /// Of all rounds' means, the median.
    pub(super) usual: f64,
    /// Of all rounds, the median of this system's mean divided by the floor's.
    pub(super) ratio: f64,
}

impl Row {
    /// What a part of all, 0.95 say, keep to.
    pub(super) fn quantile(&self, part: f64) -> f64 {
        let last = self.values.len().saturating_sub(1);
        let index = (last as f64 * part).round() as usize;
        self.values.get(index).copied().unwrap_or(f64::NAN)
    }
}

impl Figures {
    /// Reads what the app has written, a JSON object on each line.
    pub(super) fn read(path: &Path, scenes: Vec<Scene>) -> Result<Self, Error> {
        let text = fs::read_to_string(path);
        let text = text.map_err(Error::io(format!("reading {}", path.display())))?;
        let lines = text.lines().map(|line| {
            serde_json::from_str(line).map_err(|error| {
                Error::Other(format!("{} has another form than expected: {error}", path.display()))
            })
        });
        Ok(Self::of(&lines.collect::<Result<Vec<Value>, _>>()?, scenes))
    }

    fn of(lines: &[Value], scenes: Vec<Scene>) -> Self {
        let (values, counts, faults) = Default::default();
        let mut figures = Self { scenes, values, counts, faults };
        for line in lines {
            let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
            let (scene, peer) = (text("scene"), text("peer"));
            if let Some(fault) = line["fault"].as_str() {
                figures.faults.insert(format!("{peer}, {scene}: {fault}"));
            }
            let key = (scene, peer);
            if let Some(values) = line["values"].as_array() {
                let round = line["round"].as_u64().unwrap_or_default();
                let values = values.iter().filter_map(Value::as_f64);
                figures.values.entry(key).or_default().entry(round).or_default().extend(values);
            } else if let Some(count) = line["count"].as_u64() {
                figures.counts.entry(key).or_default().push(count);
            }
        }
        figures
    }

    /// `None` if there are no figures.
    pub(super) fn row(&self, scene: &Scene, peer: &str) -> Option<Row> {
        let of = |peer: &str| self.values.get(&(scene.id.clone(), peer.to_owned()));
        let (rounds, floor) = (of(peer)?, of(scene.floor));
        let mut values: Vec<_> = rounds.values().flatten().copied().collect();
        values.sort_by(f64::total_cmp);
        let ratio =
            |(round, values): (&u64, &Vec<f64>)| Some(mean(values) / mean(floor?.get(round)?));
        let usual = median(rounds.values().map(|values| mean(values)).collect());
        let ratio = median(rounds.iter().filter_map(ratio).collect());
        (!values.is_empty()).then_some(Row { values, usual, ratio })
    }

    pub(super) fn row_of(&self, id: &str, peer: &str) -> Option<Row> {
        self.row(self.scenes.iter().find(|scene| scene.id == id)?, peer)
    }

    pub(super) fn counts(&self, id: &str, peer: &str) -> &[u64] {
        self.counts.get(&(id.to_owned(), peer.to_owned())).map_or(&[], Vec::as_slice)
    }

    /// What was counted, in a few characters.
    pub(super) fn counted(&self, count: &Count, peer: &str) -> String {
        let counts = self.counts(count.id, peer);
        match (counts.iter().min(), counts.iter().max()) {
            (Some(_), Some(_)) if count.is_sum => counts.iter().sum::<u64>().to_string(),
            (Some(least), Some(most)) if least == most => least.to_string(),
            (Some(least), Some(most)) => format!("{least}–{most}"),
            _ => "-".to_owned(),
        }
    }

    /// The memory of the app without any system: proportional and private, in megabytes.
    pub(super) fn bare(&self) -> Option<[f64; 2]> {
        let [all, own] = ["memory-pss", "memory-private"].map(|id| self.row_of(id, BARE));
        Some([all?.usual, own?.usual])
    }

    /// The figures and ratios of all scenes, and below them what was counted.
    pub(super) fn table(&self) -> String {
        let heading = ["usual (× its floor)"].into_iter().chain(PEERS);
        let mut rows = vec![heading.map(str::to_owned).collect::<Vec<_>>()];
        for scene in &self.scenes {
            let cell = |peer| match self.row(scene, peer) {
                Some(Row { usual, ratio, .. }) if ratio.is_nan() => format!("{usual:.1}"),
                Some(Row { usual, ratio, .. }) => format!("{usual:.1} ({ratio:.2})"),
                None => "-".to_owned(),
            };
            let name = format!("{}, {}", scene.id, scene.unit);
            rows.push(std::iter::once(name).chain(PEERS.map(cell)).collect());
        }
        for count in &COUNTS {
            let cells = PEERS.map(|peer| self.counted(count, peer));
            rows.push(std::iter::once(count.id.to_owned()).chain(cells).collect());
        }
        report::table(&rows)
    }

    pub(super) fn json(&self, about: &Value) -> Value {
        let scenes = self.scenes.iter().map(|scene| {
            let rows = PEERS.iter().chain(&[BARE]).filter_map(|peer| {
                let row = self.row(scene, peer)?;
                let figures = json!({
                    "figures": row.values.len(),
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
            let peers: serde_json::Map<_, _> = rows.collect();
            let Scene { title, floor, unit, .. } = scene;
            let scene_of = json!({ "title": title, "floor": floor, "unit": unit, "peers": peers });
            (scene.id.clone(), scene_of)
        });
        let counts = COUNTS.iter().map(|Count { id, title, .. }| {
            let of = |peer: &&str| ((*peer).to_owned(), json!(self.counts(id, peer)));
            let peers: serde_json::Map<_, _> = PEERS.iter().map(of).collect();
            ((*id).to_owned(), json!({ "title": title, "peers": peers }))
        });
        let goals =
            goals::all(self).into_iter().map(|Goal { name, title, figure, most, .. }| {
                (name.to_owned(), json!({ "title": title, "figure": figure, "most": most }))
            });
        json!({
            "about": about,
            "scenes": scenes.collect::<serde_json::Map<_, _>>(),
            "counts": counts.collect::<serde_json::Map<_, _>>(),
            "goals": goals.collect::<serde_json::Map<_, _>>(),
            "faults": self.faults,
        })
    }

    /// Whether Revgate lost nothing and left all equal, and neither it nor what it is measured against is
    /// without a figure.
    pub(super) fn is_whole(&self) -> bool {
        let is_own = |peer: &str| [BY_UPDATE, BY_ACT, ROWS].concat().contains(&peer);
        let is_measured = |scene: &Scene| {
            let mut peers = scene.peers.iter().filter(|peer| is_own(peer) || **peer == scene.floor);
            peers.all(|peer| self.row(scene, peer).is_some())
        };
        let is_kept = |peer: &&str| {
            ["writers-lost", "late-unequal", "unequal"].iter().all(|id| {
                let counts = self.counts(id, peer);
                !counts.is_empty() && counts.iter().all(|count| *count == 0)
            })
        };
        self.scenes.iter().all(is_measured) && BY_UPDATE.iter().chain(&BY_ACT).all(is_kept)
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
