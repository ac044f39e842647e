//! `cargo xtask doctor`: looks, and changes nothing.

use xtask::{Error, report, workspace::Workspace};

use crate::setup::{
    Goal, System, node, packages,
    toolchain::{self, LINKED, WASM},
    tools::{self, State},
};

struct Row {
    what: String,
    found: Option<String>,
    plan: String,
}

/// Prints the table; whether nothing is missing.
pub(crate) fn run(workspace: &Workspace) -> Result<bool, Error> {
    let system = System::look(workspace);
    let mut rows = Vec::new();
    for need in packages::needs(&system, Goal::Test) {
        let package = need.package(system.family);
        let plan = match system.privilege {
            Some(_) => format!("apt-get install {package}"),
            None => format!("ask you to install it (Debian: {package})"),
        };
        rows.push(Row { what: need.name.to_owned(), found: need.version(workspace), plan });
    }
    let (what, found) = ("Node, npm".to_owned(), node::version(workspace));
    rows.push(Row { what, found, plan: node::PLAN.to_owned() });
    let chosen = add_toolchain(workspace, &system, &mut rows);
    for tool in tools::needed(Goal::Test) {
        let (found, other) = match tool.look(&chosen)? {
            State::Present(version) => (Some(version), None),
            State::Missing(other) => (None, other),
        };
        let mut plan = tool.plan(&chosen)?;
        if let Some(other) = other {
            plan.push_str(&format!(" (now: {other})"));
        }
        rows.push(Row { what: tool.name().to_owned(), found, plan });
    }
    Ok(print(rows))
}

fn add_toolchain(workspace: &Workspace, system: &System, rows: &mut Vec<Row>) -> Workspace {
    let active = toolchain::builds_wasm(workspace).then_some("active toolchain".to_owned());
    let linked = if active.is_some() { None } else { toolchain::find_linked(workspace) };
    let found = active.or_else(|| linked.as_ref().map(|_| format!("toolchain {LINKED}")));
    let mut plan = format!("rustup target add {WASM}");
    if system.privilege.is_some() {
        plan.push_str(", else Debian's compiler and a std built from its source");
    }
    rows.push(Row { what: format!("target {WASM}"), found, plan });
    let chosen = linked.unwrap_or_else(|| workspace.clone());
    let found = toolchain::has_checkers(&chosen).then_some("present".to_owned());
    let plan = "rustup component add clippy rustfmt".to_owned();
    rows.push(Row { what: "clippy, rustfmt".to_owned(), found, plan });
    chosen
}

fn print(rows: Vec<Row>) -> bool {
    let missing = rows.iter().filter(|row| row.found.is_none()).count();
    let mut cells = vec![["what", "state", "version, or what set-up would do"].map(str::to_owned)];
    cells.extend(rows.into_iter().map(|row| match row.found {
        Some(found) => [row.what, "present".into(), found],
        None => [row.what, "MISSING".into(), row.plan],
    }));
    let cells: Vec<Vec<String>> = cells.into_iter().map(Vec::from).collect();
    report::say(report::table(&cells));
    match missing {
        0 => report::say("nothing is missing"),
        1 => report::say("1 thing is missing; `cargo xtask app` or `test` installs what it needs"),
        _ => report::say(format_args!(
            "{missing} things are missing; `cargo xtask app` or `test` installs what it needs"
        )),
    }
    missing == 0
}
