//! axe, which finds what keeps people from using a page: contrast, names, roles, order.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use xtask::desktop::Desktop;

/// All of its rules, with one that it leaves to whoever asks: how large a target is. What it cannot
/// decide, such as the contrast of words that lie over others, is a fault too.
const RUN: &str = "const done = arguments[arguments.length - 1];
    const nodes = ({ nodes }) => nodes.map(it => `${it.target}: ${it.failureSummary}`).join('\\n');
    const say = it => `${it.impact} ${it.id}: ${it.help}\\n${nodes(it)}`;
    axe.run({ include: document, exclude: arguments[0] }, { rules: { 'target-size': { enabled: true } } }).then(
        ({ violations, incomplete }) => done([...violations, ...incomplete].map(say)),
        error => done([`axe does not run: ${error}`]))";

/// What axe finds fault with in a window, of whatever weight, but for what these CSS selectors match.
pub(crate) fn faults(desktop: &mut Desktop, window: &str, but: &[&str]) -> Vec<String> {
    let is_there = desktop.execute(window, "return typeof axe === 'object'", &[]);
    if is_there.expect("no exception") != json!(true) {
        let axe = Path::new(env!("CARGO_MANIFEST_DIR"));
        let axe = axe.join("appearance/node_modules/axe-core/axe.min.js");
        let source =
            fs::read_to_string(&axe).unwrap_or_else(|it| panic!("{}: {it}", axe.display()));
        desktop.execute(window, &source, &[]).expect("axe is a script");
    }
    let found = desktop.execute_async(window, RUN, &[json!(but)]).expect("axe answers");
    let found = found.as_array().expect("a list of faults");
    found.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}
