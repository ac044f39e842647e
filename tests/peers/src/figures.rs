//! What was measured, on its way to the report.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use serde_json::{Value, json};

use crate::peer::Peer;

/// A file with one JSON object a line.
pub(crate) struct Figures {
    file: File,
    /// What is compared is what was measured in the same round.
    pub(crate) round: usize,
}

impl Figures {
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        Ok(Self { file: File::create(path)?, round: 0 })
    }

    /// Times in milliseconds, all of one round.
    pub(crate) fn times(&mut self, scene: &str, peer: Peer, ms: &[f64]) -> io::Result<()> {
        self.write(scene, peer, "ms", json!(ms))
    }

    /// Anything else that is counted, once a round.
    pub(crate) fn count(&mut self, scene: &str, peer: Peer, count: u64) -> io::Result<()> {
        self.write(scene, peer, "count", json!(count))
    }

    /// Why there is no figure.
    pub(crate) fn fault(&mut self, scene: &str, peer: Peer, fault: &str) -> io::Result<()> {
        println!("    {} {scene}: {fault}", peer.name());
        self.write(scene, peer, "fault", json!(fault))
    }

    fn write(&mut self, scene: &str, peer: Peer, kind: &str, value: Value) -> io::Result<()> {
        let (peer, round) = (peer.name(), self.round);
        let line = json!({ "scene": scene, "peer": peer, "round": round, kind: value });
        writeln!(self.file, "{line}")
    }
}
