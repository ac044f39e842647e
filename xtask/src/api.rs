//! `cargo xtask api`: what the crates that are published have for others, an item or a method a line, in `docs/api/`.
//! So a change of it is seen in review: **a line that goes, or reads otherwise, breaks somebody**.
//!
//! It is read off the pages that rustdoc makes, which the checks make anyway: their words for a signature are those
//! of the compiler, so they are compared only by the one that the lists were made with.

mod page;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use xtask::{Error, report, step::Step, workspace::Workspace};

use crate::{
    check,
    outcomes::Outcomes,
    package::CRATES,
    setup::{self, Goal, toolchain::WASM},
};

/// The crate whose pages are made for WASM.
const OF_WASM: &str = "revgate-leptos";
/// What each list begins with, and the compiler after it.
const HEAD: &str = "# By `cargo xtask api`, of ";

/// Sets up what is missing, makes the pages, and writes the lists.
pub(crate) fn run(workspace: &mut Workspace) -> Result<(), Error> {
    setup::run(workspace, Goal::Quick)?;
    for (name, command) in check::documentation(workspace) {
        Step::new(command).heartbeat().run().map_err(|error| error.in_step(name, ""))?;
    }
    let compiler = compiler(workspace)?;
    for name in CRATES {
        let (path, text) = (file(workspace, name), list(workspace, name, &compiler)?);
        let folder = path.parent().unwrap_or(&workspace.root);
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, &text))
            .map_err(Error::io(format!("writing {}", path.display())))?;
        report::say(format_args!("{} has {} lines", path.display(), text.lines().count()));
    }
    Ok(())
}

/// Compares the lists with the pages, which have been made.
pub(crate) fn check(workspace: &Workspace, outcomes: &mut Outcomes<'_>) {
    let compiler = match compiler(workspace) {
        Ok(compiler) => compiler,
        Err(error) => {
            outcomes.note("what the crates have for others", Err(error));
            return;
        }
    };
    for name in CRATES {
        let path = file(workspace, name);
        let listed = fs::read_to_string(&path).unwrap_or_default();
        let by = listed.lines().next().and_then(|line| line.strip_prefix(HEAD));
        if by.is_some_and(|by| by != compiler) {
            report::say(format_args!(
                "==> {}: left out, it is by another {compiler}",
                path.display()
            ));
            continue;
        }
        outcomes.step(&format!("what {name} has for others"), || {
            let found = list(workspace, name, &compiler)?;
            compare(&path, &listed, &found)
        });
    }
}

/// Says what of a list is stale.
fn compare(path: &Path, listed: &str, found: &str) -> Result<(), Error> {
    let [before, after]: [BTreeSet<&str>; 2] = [listed, found].map(|text| text.lines().collect());
    let gone = before.difference(&after).map(|line| format!("\n    - {line}"));
    let come = after.difference(&before).map(|line| format!("\n    + {line}"));
    let changes: String = gone.chain(come).collect();
    if changes.is_empty() {
        return Ok(());
    }
    let path = path.display();
    Err(Error::Other(format!(
        "{path} is stale: see whether this breaks somebody, say so in CHANGELOG.md, and write it by \
         `cargo xtask api`{changes}"
    )))
}

fn file(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.root.join(format!("docs/api/{name}.txt"))
}

/// What a crate has, by its pages.
fn list(workspace: &Workspace, name: &str, compiler: &str) -> Result<String, Error> {
    let target =
        if name == OF_WASM { workspace.target.join(WASM) } else { workspace.target.clone() };
    let folder = target.join("doc").join(name.replace('-', "_"));
    let read = |page: &str| {
        let path = folder.join(page);
        fs::read_to_string(&path).map_err(Error::io(format!("reading {}", path.display())))
    };
    let mut lines = BTreeSet::new();
    // Not the folder as it is: pages of what has gone stay there.
    for (page, item) in page::items(&read("all.html")?) {
        let has = page::lines(&read(&page)?);
        lines.extend(has.into_iter().map(|line| format!("{item}: {line}")));
    }
    lines.extend(page::exports(&read("index.html")?));
    let lines: Vec<_> = lines.into_iter().collect();
    Ok(format!("{HEAD}{compiler}\n{}\n", lines.join("\n")))
}

/// Without its patch, which changes no words.
fn compiler(workspace: &Workspace) -> Result<String, Error> {
    let mut question: Command = workspace.command("rustc");
    question.arg("--version");
    let answer = Step::new(question).silent().run()?;
    let version = answer.lines.last().map(String::as_str).unwrap_or_default();
    let number = version.split(' ').nth(1).unwrap_or_default();
    let minor = number.rsplit_once('.').map_or(number, |(minor, _)| minor);
    Ok(format!("rustc {minor}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_and_what_comes_is_said() {
        let path = Path::new("docs/api/a.txt");
        assert!(compare(path, "a\nb\n", "a\nb\n").is_ok());
        let error = compare(path, "a\nb\n", "a\nc\n").expect_err("it is stale").to_string();
        assert!(error.contains("docs/api/a.txt is stale"), "{error}");
        assert!(error.ends_with("\n    - b\n    + c"), "{error}");
    }
}
