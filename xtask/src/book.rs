//! `cargo xtask book`: the guide, its snippets compiled and run, made into pages, and those looked at.

mod pictures;

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
/// npm may hang; of the compiler it is the time for all dependencies, on a machine that is slow and busy.
const PATIENCE: Duration = Duration::from_secs(60 * 60);

/// Sets up what is missing, checks and makes the book; whether all is well.
pub(crate) fn run(workspace: &mut Workspace) -> Result<bool, Error> {
    setup::run(workspace, Goal::Book)?;
    let pages = pages(&workspace.root.join(GUIDE))?;
    let mut outcomes = Outcomes::new(workspace);
    let rust = workspace.cargo(["test", "--locked", "--no-fail-fast", "-p", "revgate-guide"]);
    outcomes.check("snippets in Rust", Kind::Tests, Step::new(rust).limit(PATIENCE));
    if outcomes.note("build the npm package", npm::build(workspace)) {
        let only = ["exec", "--", "vitest", "run", "test/readme.node.test.ts"];
        let typescript = npm::command(workspace, Path::new(npm::PACKAGE), &only);
        outcomes.check("snippets in TypeScript", Kind::Lint, Step::new(typescript).limit(PATIENCE));
    }
    let (book, pictures) = (workspace.target.join("book"), workspace.target.join("book-pictures"));
    let mut mdbook = workspace.command("mdbook");
    mdbook.args(["build", "docs", "--dest-dir"]).arg(&book);
    outcomes.check("pages", Kind::Lint, Step::new(mdbook));
    let names: Vec<_> = pages.iter().map(|page| page.name.as_str()).collect();
    outcomes.step("pages in Chromium", || pictures::take(workspace, &book, &names, &pictures));
    process::wait_if_interrupted();

    let Tally { failed, .. } = outcomes.summary();
    let (book, pictures) = (book.join("index.html"), pictures.display());
    let snippets: usize = pages.iter().map(|page| page.snippets).sum();
    report::say(format_args!(
        "    the guide is {}, pictures of it are in {pictures}",
        book.display()
    ));
    report::say(format_args!("book pages={} snippets={snippets} failed={failed}", pages.len()));
    Ok(failed == 0)
}

/// A page of the guide.
struct Page {
    /// Its path in the guide, without the ending.
    name: String,
    /// How many of its blocks are checked.
    snippets: usize,
}

/// The pages that the contents list, in that order.
fn pages(guide: &Path) -> Result<Vec<Page>, Error> {
    let read = |file: &str| {
        let path = guide.join(file);
        fs::read_to_string(&path).map_err(Error::io(format!("reading {}", path.display())))
    };
    let contents = read("SUMMARY.md")?;
    let ends = contents.split("](").skip(1).filter_map(|rest| rest.split(".md)").next());
    let page = |name: &str| {
        let page = read(&format!("{name}.md"))?;
        let fences = page.lines().filter_map(|line| line.strip_prefix("```"));
        let snippets = fences.filter(|language| CHECKED.contains(language)).count();
        Ok(Page { name: name.to_owned(), snippets })
    };
    ends.map(page).collect()
}
