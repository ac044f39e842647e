//! What was measured, on its way to the report.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use serde_json::{Value, json};

/// A file with one JSON object a line.
pub(crate) struct Figures {
    file: File,
    /// What is compared is what was measured in the same round.
    pub(crate) round: usize,
}

impl Figures {
    /// What is in the file stays there.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { file: OpenOptions::new().create(true).append(true).open(path)?, round: 0 })
    }

    /// What a figure of a scene is, all of one round: milliseconds, or megabytes of memory.
    pub(crate) fn values(&mut self, scene: &str, peer: &str, values: &[f64]) -> io::Result<()> {
        self.write(scene, peer, "values", json!(values))
    }

    /// Anything else that is counted, once a round.
    pub(crate) fn count(&mut self, scene: &str, peer: &str, count: u64) -> io::Result<()> {
        self.write(scene, peer, "count", json!(count))
    }

    /// Why there is no figure.
    pub(crate) fn fault(&mut self, scene: &str, peer: &str, fault: &str) -> io::Result<()> {
        println!("    {peer} {scene}: {fault}");
        self.write(scene, peer, "fault", json!(fault))
    }

    fn write(&mut self, scene: &str, peer: &str, kind: &str, value: Value) -> io::Result<()> {
        let round = self.round;
        let line = json!({ "scene": scene, "peer": peer, "round": round, kind: value });
        writeln!(self.file, "{line}")
    }
}
