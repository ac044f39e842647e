//! Node, which tests the package for JavaScript windows.

use xtask::{Error, workspace::Workspace};

use super::{
    ask,
    versions::{Version, find_version},
};

/// The oldest that the package supports.
const OLDEST: Version = (20, 0, 0);
/// What to do if it is missing. Set-up does not install it: systems carry older ones.
pub(crate) const PLAN: &str = "ask you to install Node 20 or later, with npm: https://nodejs.org";

/// That Node and npm are there.
pub(crate) fn ensure(workspace: &Workspace) -> Result<(), Error> {
    if version(workspace).is_some() {
        return Ok(());
    }
    let seen = node(workspace).map_or("none".to_owned(), |seen| format!("node {seen}"));
    Err(Error::Other(format!(
        "the package for JavaScript windows needs Node 20 or later, with npm, on PATH; found: \
         {seen}. It is at https://nodejs.org, or in the packages of a recent system"
    )))
}

/// Node's version, if it and npm serve.
pub(crate) fn version(workspace: &Workspace) -> Option<String> {
    let seen = node(workspace)?;
    (find_version(&seen)? >= OLDEST && workspace.which("npm").is_some()).then_some(seen)
}

fn node(workspace: &Workspace) -> Option<String> {
    let mut command = workspace.command("node");
    command.arg("--version");
    Some(ask(command)?.trim().to_owned())
}
