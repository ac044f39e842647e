//! The files that are written from Rust.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};

use revgate::typescript::Declarations;
use revgate::{Unsaved, Unsynced, Waiting};
use revgate_settings::Settings;

use crate::attributes;

/// A file below the root of the workspace, and what it must hold.
struct File {
    path: &'static str,
    text: String,
}

fn all() -> [File; 3] {
    let settings = Declarations::new().topic::<Settings>().to_module();
    [
        File { path: "examples/mixed/src/topics.ts", text: settings.expect("one of each name") },
        File { path: "crates/revgate-js/js/test/types/serde.ts", text: attributes::golden() },
        File { path: "crates/revgate-js/js/test/types/plugin.ts", text: plugin() },
    ]
}

/// What is in the plugin's own topics, whose types are written by hand in the npm package. **Nothing optional is
/// left out**, so a field that one side alone knows is found by the compiler.
fn plugin() -> String {
    let card = || "card:1".parse().expect("a name");
    let waiting = |refused: Option<&str>| {
        let refused = refused.map(str::to_owned);
        [(card(), Waiting { changes: 3, since_ms: 1_700_000_000_000, refused })].into()
    };
    let unsaved = Unsaved { topics: [(card(), "the disk is full".to_owned())].into() };
    let unsynced = [
        Unsynced { offline: Some("it is away".to_owned()), topics: waiting(None) },
        Unsynced { offline: None, topics: waiting(Some("it is too large")) },
    ];
    let unsaved = serde_json::to_string(&unsaved).expect("it is plain data");
    let unsynced = serde_json::to_string(&unsynced).expect("it is plain data");
    format!(
        "// Generated from Rust, by `cargo xtask types`. Edits are lost.\n\n\
         import type {{ Unsaved, Unsynced }} from 'revgate';\n\n\
         export const unsaved: Unsaved = {unsaved};\n\
         export const unsynced: Unsynced[] = {unsynced};\n"
    )
}

impl File {
    fn absolute(&self) -> PathBuf {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
        root.join(self.path)
    }

    fn write(&self) -> io::Result<()> {
        let path = self.absolute();
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(path, &self.text)
    }

    /// Where it is not what Rust says.
    fn stale(&self) -> Option<String> {
        let found = fs::read_to_string(self.absolute()).unwrap_or_default();
        // Git may have made the ends of lines those of the system.
        let found = found.replace("\r\n", "\n");
        if found == self.text {
            return None;
        }
        let same = found.lines().zip(self.text.lines()).take_while(|(old, new)| old == new).count();
        let line = |text: &str| text.lines().nth(same).unwrap_or("(nothing)").to_owned();
        let (path, old, new) = (self.path, line(&found), line(&self.text));
        let number = same + 1;
        Some(format!("{path}:{number} is stale\n  there: {old}\n  wanted: {new}"))
    }
}

pub(crate) fn main() -> ExitCode {
    let is_check = env::args().any(|argument| argument == "--check");
    let mut code = ExitCode::SUCCESS;
    for file in all() {
        let Some(stale) = file.stale() else {
            println!("{} is up to date", file.path);
            continue;
        };
        if is_check {
            println!("{stale}");
            code = ExitCode::FAILURE;
        } else if let Err(error) = file.write() {
            println!("writing {}: {error}", file.path);
            code = ExitCode::FAILURE;
        } else {
            println!("{} is written", file.path);
        }
    }
    code
}

#[test]
fn the_committed_files_are_what_rust_says() {
    let stale: Vec<_> = all().iter().filter_map(File::stale).collect();
    assert!(stale.is_empty(), "{}\n`cargo xtask types` writes them", stale.join("\n"));
}
