//! `cargo xtask fuzz`: libFuzzer feeds the gate and the messages with arbitrary bytes.
//!
//! Does what `cargo fuzz --sanitizer none` does, which needs neither that tool nor nightly. What
//! a run finds stays below the target folder; to add it to the corpus of the repository, give a
//! target's program `-merge=1`, the repository's folder and the other.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use xtask::{Error, process::Scratch, report, step::Step, workspace::Workspace};

use crate::{args::FuzzOptions, compile};

/// The names of the targets.
pub(crate) const TARGETS: [&str; 3] = ["wire", "gate", "gate_raw"];

const PACKAGE: &str = "tests/fuzz";
const MANIFEST: &str = "--manifest-path=tests/fuzz/Cargo.toml";
/// What has the compiler count how often each edge is taken, and show libFuzzer what is compared.
const INSTRUMENTATION: [&str; 8] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cllvm-args=-simplifycfg-branch-fold-threshold=0",
    "--cfg",
    "fuzzing",
];
/// Longer inputs are not read to their end, or hold the same thing more often.
const MOST_BYTES: u32 = 512;
/// An input that takes longer hangs.
const SECONDS_PER_INPUT: u32 = 20;
/// What a run beside the other checks tries: a number, since machines are not equally fast.
const SMOKE_RUNS: u32 = 20_000;

/// Runs one target or all, each for so long; whether no input failed.
pub(crate) fn run(workspace: &Workspace, options: &FuzzOptions) -> Result<bool, Error> {
    let FuzzOptions { target, seconds } = *options;
    let fuzzer = Fuzzer::new(workspace)?;
    fuzzer.build()?;
    let mut passed = true;
    for target in TARGETS.into_iter().filter(|name| target.is_none_or(|only| only == *name)) {
        let since = report::begin(format_args!("fuzz {target} for {seconds} s"));
        let finds = fuzzer.folder.join("corpus").join(target);
        let mut command = fuzzer.command(target, &finds)?;
        command.arg(format!("-max_total_time={seconds}"));
        let failed = !Step::new(command).finish()?.status.success();
        report::done(since, if failed { "FAILED; the input is above" } else { "passed" });
        passed &= !failed;
    }
    Ok(passed)
}

/// The fuzz targets of a checkout.
pub(crate) struct Fuzzer<'a> {
    workspace: &'a Workspace,
    /// Its own target folder, with what runs have found.
    folder: PathBuf,
    host: String,
}

impl<'a> Fuzzer<'a> {
    pub(crate) fn new(workspace: &'a Workspace) -> Result<Self, Error> {
        let mut question = workspace.command("rustc");
        question.args(["--print", "host-tuple"]);
        let answer = Step::new(question).silent().run()?;
        let host = answer.lines.last().map(|line| line.trim().to_owned()).unwrap_or_default();
        Ok(Self { workspace, folder: workspace.own_folder().join("fuzz"), host })
    }

    pub(crate) fn format_check(&self) -> Command {
        self.workspace.cargo(["fmt", MANIFEST, "--check"])
    }

    pub(crate) fn clippy(&self) -> Command {
        let mut command = self.instrumented("clippy");
        command.args(["--", "-D", "warnings"]);
        command
    }

    pub(crate) fn build(&self) -> Result<(), Error> {
        compile::build(self.workspace, "build the fuzz targets", self.instrumented("build"))
    }

    /// A short run of a target, and the folder for its finds, which must outlive it: an empty
    /// one, so that runs are alike.
    pub(crate) fn smoke(&self, target: &str) -> Result<(Command, Scratch), Error> {
        let finds = Scratch::new(&self.folder, "finds")?;
        let mut command = self.command(target, finds.path())?;
        command.arg(format!("-runs={SMOKE_RUNS}"));
        command.args(["-seed=1", "-verbosity=0"]);
        Ok((command, finds))
    }

    fn instrumented(&self, what: &str) -> Command {
        let mut command = self.workspace.cargo([what, "--release", "--locked", MANIFEST]);
        // With a target named, the flags do not reach build scripts and macros, which have no
        // libFuzzer to report to.
        command.args(["--target", &self.host]);
        let mut flags = INSTRUMENTATION.join(" ");
        if cfg!(target_os = "linux") {
            flags.push_str(" -Cllvm-args=-sanitizer-coverage-stack-depth");
        }
        command.env("RUSTFLAGS", flags).env("CARGO_TARGET_DIR", &self.folder);
        command
    }

    fn command(&self, target: &str, finds: &Path) -> Result<Command, Error> {
        let artifacts = self.folder.join("artifacts").join(target);
        for folder in [finds, &artifacts] {
            let what = format!("creating {}", folder.display());
            fs::create_dir_all(folder).map_err(Error::io(what))?;
        }
        let program = self.folder.join(&self.host).join("release").join(target);
        let mut command = self.workspace.command(program);
        // libFuzzer writes to the first folder only.
        command.arg(finds).arg(Path::new(PACKAGE).join("corpus").join(target));
        command.arg(format!("-artifact_prefix={}/", artifacts.display()));
        command.arg("-print_final_stats=1").arg(format!("-max_len={MOST_BYTES}"));
        command.arg(format!("-timeout={SECONDS_PER_INPUT}"));
        let words = Path::new(PACKAGE).join(format!("{target}.dict"));
        if self.workspace.root.join(&words).is_file() {
            command.arg(format!("-dict={}", words.display()));
        }
        Ok(command)
    }
}
