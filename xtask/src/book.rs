//! `cargo xtask book`: the guide, its snippets compiled and run, and made into pages.

use std::{fs, path::Path, time::Duration};

use xtask::{Error, process, report, step::Step, workspace::Workspace};

use crate::{
    npm,
    outcomes::{Kind, Outcomes},
    setup::{self, Goal},
    tally::Tally,
};

const GUIDE: &str = "docs/guide";
/// What is compiled or read, by the languages that the fences name.
const CHECKED: [&str; 6] = ["rust", "rust,no_run", "ts", "js", "json", "toml"];
/// npm or the compiler may hang.
const PATIENCE: Duration = Duration::from_secs(20 * 60);

/// Sets up what is missing, checks and makes the book; whether all is well.
pub(crate) fn run(workspace: &mut Workspace) -> Result<bool, Error> {
    setup::run(workspace, Goal::Book)?;
    let mut outcomes = Outcomes::new(workspace);
    let rust = workspace.cargo(["test", "--locked", "--no-fail-fast", "-p", "revgate-guide"]);
    outcomes.check("snippets in Rust", Kind::Tests, Step::new(rust).limit(PATIENCE));
    if outcomes.note("build the npm package", npm::build(workspace)) {
        let only = ["exec", "--", "vitest", "run", "test/readme.node.test.ts"];
        let typescript = npm::command(workspace, Path::new(npm::PACKAGE), &only);
        outcomes.check("snippets in TypeScript", Kind::Lint, Step::new(typescript).limit(PATIENCE));
    }
    let mut book = workspace.command("mdbook");
    book.args(["build", "docs", "--dest-dir"]).arg(workspace.target.join("book"));
    outcomes.check("pages", Kind::Lint, Step::new(book));
    process::wait_if_interrupted();

    let Tally { failed, .. } = outcomes.summary();
    let (pages, snippets) = count(&workspace.root.join(GUIDE))?;
    let first = workspace.target.join("book/index.html");
    report::say(format_args!("    the guide is in {}", first.display()));
    report::say(format_args!("book pages={pages} snippets={snippets} failed={failed}"));
    Ok(failed == 0)
}

/// The pages in a folder, but for their contents, and what of them is checked.
fn count(folder: &Path) -> Result<(usize, usize), Error> {
    let failed = |error| Error::io(format!("reading {}", folder.display()))(error);
    let (mut pages, mut snippets) = (0, 0);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            let (more, within) = count(&path)?;
            (pages, snippets) = (pages + more, snippets + within);
        } else if path.extension().is_some_and(|it| it == "md") && !path.ends_with("SUMMARY.md") {
            let page = fs::read_to_string(&path).map_err(failed)?;
            let fences = page.lines().filter_map(|line| line.strip_prefix("```"));
            pages += 1;
            snippets += fences.filter(|language| CHECKED.contains(language)).count();
        }
    }
    Ok((pages, snippets))
}
