//! `cargo xtask bench`: what each step of the gate costs, natively and in WASM, and what an action
//! costs in the backend.

mod acts;
pub(crate) mod instructions;
pub(crate) mod machines;

use std::{collections::BTreeMap, fs, path::Path, process::Command, time::Duration};

use serde_json::Value;
use xtask::{Error, report, step::Step, workspace::Workspace};

use crate::{
    check::NATIVE,
    compile,
    setup::{self, Goal, toolchain::WASM},
};

/// What the median step of a gate may take, in nanoseconds.
const NATIVE_BUDGET: f64 = 50.0;
const WASM_BUDGET: f64 = 250.0;
/// How many steps Valgrind counts, each in a state of its own.
const COUNTED: u32 = 256;
/// A browser that hangs must not be waited for.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// One figure of each step, by the step's name.
type Figures = BTreeMap<String, f64>;

struct Column {
    heading: &'static str,
    /// What a step of the gate may come to.
    budget: Option<f64>,
    figures: Figures,
}

/// Measures, and prints the tables; whether every step was measured, the gate's keep to their
/// budgets, and actions cost the same on states of any size.
pub(crate) fn run(workspace: &mut Workspace) -> Result<bool, Error> {
    setup::run(workspace, Goal::Bench)?;
    compile::build(workspace, "build the benchmarks", bench(workspace, &["--no-run"]))?;
    compile::build(workspace, "build the WASM benchmarks", bench_wasm(workspace, &["--no-run"]))?;
    let names = names(workspace)?;
    let column = |heading, budget, figures| Column { heading, budget, figures };
    let mut columns = vec![column("native ns", Some(NATIVE_BUDGET), natively(workspace, &names)?)];
    if found(workspace, "valgrind", "instructions: apt-get install valgrind") {
        columns.push(column("instructions", None, instructions(workspace, &names)?));
    }
    if found(workspace, "node", "times in Node: https://nodejs.org") {
        columns.push(column("Node ns", Some(WASM_BUDGET), in_wasm(workspace, "Node", &[])?));
    }
    let driver = workspace.which("chromedriver").unwrap_or_else(|| "chromedriver".into());
    let chrome = [
        ("WASM_BINDGEN_USE_BROWSER", Path::new("1")),
        ("CHROMEDRIVER", &driver),
        ("WASM_BINDGEN_TEST_WEBDRIVER_JSON", &workspace.root.join("tests/webdriver.json")),
    ];
    columns.push(column("Chrome ns", Some(WASM_BUDGET), in_wasm(workspace, "Chrome", &chrome)?));
    let is_gate_good = judge(&names, &columns);
    Ok(acts::run(workspace)? && is_gate_good)
}

/// Compares what can be counted with what was written down, or writes it down; whether nothing has
/// become more. **The tests do the same**: this is for whoever wants to see the counts.
pub(crate) fn check(workspace: &Workspace, is_write: bool) -> Result<bool, Error> {
    // As all tests are compiled, so that they share their dependencies.
    let tests =
        [&["test", "--locked", "--no-fail-fast"], &NATIVE[..], &["--lib", "--test", "baseline"]]
            .concat();
    let mut command = workspace.cargo(tests);
    command.args(["written_down", "--", "--nocapture", "--test-threads=1"]);
    if is_write {
        command.env("REVGATE_BASELINE_WRITE", "1");
    }
    let is_kept = Step::new(command).finish()?.status.success();
    Ok(instructions::check(workspace, &[], is_write)? && is_kept)
}

fn found(workspace: &Workspace, program: &str, for_what: &str) -> bool {
    let found = workspace.which(program).is_some();
    if !found {
        report::say(format_args!("==> `{program}` is missing, so left out are {for_what}"));
    }
    found
}

fn bench(workspace: &Workspace, arguments: &[&str]) -> Command {
    let bench = ["bench", "--locked", "-p", "revgate-tests", "--bench", "gate"];
    workspace.cargo([&bench, arguments].concat())
}

fn bench_wasm(workspace: &Workspace, arguments: &[&str]) -> Command {
    let mut command = bench(workspace, &[&["--target", WASM], arguments].concat());
    let runner = "wasm-bindgen-test-runner";
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner);
    command
}

/// The steps' names, in the order in which the benchmark defines them.
fn names(workspace: &Workspace) -> Result<Vec<String>, Error> {
    let done = Step::new(bench(workspace, &["--", "--list"])).silent().run()?;
    let names = done.lines.iter().filter_map(|line| line.strip_suffix(": benchmark"));
    Ok(names.map(str::to_owned).collect())
}

/// The medians that Criterion leaves behind.
fn natively(workspace: &Workspace, names: &[String]) -> Result<Figures, Error> {
    let since = report::begin("time the steps natively");
    let folder = workspace.own_folder().join("criterion");
    let mut command = bench(workspace, &["--", "--noplot"]);
    command.env("CRITERION_HOME", &folder);
    Step::new(command).run()?;
    report::done(since, "done");
    let median = |name: &String| {
        let estimates = read(&folder.join(name).join("new/estimates.json"))?;
        Ok((name.clone(), median(&estimates)))
    };
    names.iter().map(median).collect()
}

/// What Valgrind counts with the steps less what it counts without them.
fn instructions(workspace: &Workspace, names: &[String]) -> Result<Figures, Error> {
    let since = report::begin("count the steps' instructions");
    let count = |name: &str, steps: u32| {
        let runner = r#"target."cfg(unix)".runner = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]"#;
        let (states, steps) = (COUNTED.to_string(), steps.to_string());
        let arguments = ["--config", runner, "--", "--count", name, &states, &steps];
        let done = Step::new(bench(workspace, &arguments)).silent().run()?;
        let total = done.lines.iter().find_map(|line| line.split_once("Collected : "));
        let total = total.and_then(|(_, number)| number.trim().parse::<f64>().ok());
        total.ok_or_else(|| Error::Other("valgrind did not say what it collected".to_owned()))
    };
    let per_step = |name: &String| {
        let difference = count(name, COUNTED)? - count(name, 0)?;
        Ok((name.clone(), difference / f64::from(COUNTED)))
    };
    let figures = names.iter().map(per_step).collect();
    report::done(since, "done");
    figures
}

/// The medians that wasm-bindgen's runner leaves behind.
fn in_wasm(
    workspace: &Workspace,
    place: &str,
    settings: &[(&str, &Path)],
) -> Result<Figures, Error> {
    let since = report::begin(format_args!("time the steps in {place}"));
    let result = workspace.own_folder().join(format!("bench-{place}.json"));
    // The runner would compare with what it finds there, and leave it if nothing ran.
    let _ = fs::remove_file(&result);
    let mut command = bench_wasm(workspace, &[]);
    command.envs(settings.iter().copied()).env("WASM_BINDGEN_BENCH_RESULT", &result);
    command.env("WASM_BINDGEN_TEST_TIMEOUT", PATIENCE.as_secs().to_string());
    Step::new(command).limit(PATIENCE).run()?;
    report::done(since, "done");
    let Value::Object(steps) = read(&result)? else { return Ok(Figures::new()) };
    Ok(steps.into_iter().map(|(name, step)| (name, median(&step["estimates"]))).collect())
}

fn read(path: &Path) -> Result<Value, Error> {
    let text = fs::read(path).map_err(Error::io(format!("reading {}", path.display())))?;
    serde_json::from_slice(&text).map_err(|error| {
        Error::Other(format!("{} has another form than expected: {error}", path.display()))
    })
}

/// Not a number if it is missing.
fn median(estimates: &Value) -> f64 {
    estimates["median"]["point_estimate"].as_f64().unwrap_or(f64::NAN)
}

/// Prints the table and what is wrong with it; whether nothing is.
fn judge(names: &[String], columns: &[Column]) -> bool {
    let heading = std::iter::once("step").chain(columns.iter().map(|column| column.heading));
    let mut rows = vec![heading.map(str::to_owned).collect::<Vec<_>>()];
    let mut faults = Vec::new();
    for name in names {
        let mut row = vec![name.clone()];
        for Column { heading, budget, figures } in columns {
            let figure = figures.get(name).copied().unwrap_or(f64::NAN);
            row.push(format!("{figure:.1}"));
            let budget = budget.filter(|_| name.starts_with("gate "));
            if figure.is_nan() {
                faults.push(format!("{name}: no figure for {heading}"));
            } else if let Some(budget) = budget.filter(|budget| figure > *budget) {
                faults.push(format!("{name}: {figure:.1} {heading}, above the budget of {budget}"));
            }
        }
        rows.push(row);
    }
    report::say(format_args!("\n{}", report::table(&rows)));
    faults.iter().for_each(report::say);
    faults.is_empty() && !names.is_empty()
}
