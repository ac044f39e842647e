//! What the app and its web processes take of the machine, as `/proc` has it.

use std::collections::BTreeMap;
use std::{fs, process};

use crate::scenes::Result;

/// The kernel's ticks, of which there are a hundred a second on every Linux that WebKitGTK runs on.
const MS_PER_TICK: f64 = 10.0;

/// In megabytes: what all processes have in memory, what several of them share being divided among
/// those; and what each has for itself.
pub(crate) struct Memory {
    pub(crate) proportional: f64,
    pub(crate) private: f64,
}

/// In milliseconds of CPU time.
pub(crate) struct Cpu {
    pub(crate) app: f64,
    /// Of its web processes, all together.
    pub(crate) pages: f64,
}

impl Cpu {
    /// What has been taken until now.
    pub(crate) fn now() -> Result<Self> {
        let [app, pages @ ..] = &family()?[..] else { return Err("no process".into()) };
        Ok(Self { app: cpu(*app), pages: pages.iter().copied().map(cpu).sum() })
    }

    /// What has been taken since.
    pub(crate) fn since(self) -> Result<Self> {
        let now = Self::now()?;
        Ok(Self { app: now.app - self.app, pages: now.pages - self.pages })
    }

    pub(crate) fn all(&self) -> f64 {
        self.app + self.pages
    }
}

/// Of this process; nothing if it has ended.
fn cpu(id: u32) -> f64 {
    // Its name is in parentheses, and may have any character in it.
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let fields = stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace());
    let times = fields.into_iter().flat_map(|fields| fields.skip(11).take(2));
    times.filter_map(|time| time.parse::<u64>().ok()).sum::<u64>() as f64 * MS_PER_TICK
}

/// What the app and its web processes have in memory.
pub(crate) fn memory() -> Result<Memory> {
    let mut memory = Memory { proportional: 0.0, private: 0.0 };
    for id in family()? {
        let file = format!("/proc/{id}/smaps_rollup");
        let rollup = fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))?;
        let kilobytes = |name: &str| {
            let line = rollup.lines().find_map(|line| line.strip_prefix(name));
            let number =
                line.and_then(|rest| rest.trim_end_matches("kB").trim().parse::<f64>().ok());
            number.ok_or_else(|| format!("{file} has no `{name}`"))
        };
        memory.proportional += kilobytes("Pss:")? / 1024.0;
        memory.private += (kilobytes("Private_Clean:")? + kilobytes("Private_Dirty:")?) / 1024.0;
    }
    Ok(memory)
}

/// The ids of this process and of all below it.
fn family() -> Result<Vec<u32>> {
    let mut parents = BTreeMap::new();
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(id) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let parent = status.lines().find_map(|line| line.strip_prefix("PPid:"));
        parents.insert(id, parent.and_then(|id| id.trim().parse::<u32>().ok()).unwrap_or_default());
    }
    let mut family = vec![process::id()];
    let mut next = 0;
    while let Some(parent) = family.get(next).copied() {
        family.extend(parents.iter().filter(|(_, own)| **own == parent).map(|(id, _)| *id));
        next += 1;
    }
    Ok(family)
}
