//! `cargo xtask test`: every check, each in spite of the others' failures.

use std::{
    path::PathBuf,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use xtask::{Error, display::VirtualDisplay, process, report, step::Step, workspace::Workspace};

use crate::{
    api, appearance,
    args::AppOptions,
    bench, compile, crash,
    fuzz::{self, Fuzzer},
    machines, new, npm, oldest,
    outcomes::{Kind, Outcomes},
    package, partition, peers,
    setup::{self, Goal, toolchain::WASM},
    tally::Tally,
};

/// Whatever is not for windows alone, with all that can be chosen.
pub(crate) const NATIVE: [&str; 11] = [
    "--workspace",
    "--exclude",
    "revgate-frontend",
    "--exclude",
    "revgate-leptos",
    "--exclude",
    "revgate-test-page",
    "--exclude",
    "revgate-plain",
    "--features",
    "tauri-plugin-revgate/database,tauri-plugin-revgate/upstream,revgate/typescript,revgate/inspector",
];
/// The inspector, which is off in what else is tested.
const INSPECTOR: &str = "revgate-tests/inspector,tauri-plugin-revgate/inspector";
/// The tests that are compiled with no other.
const TESTS: &str = "revgate-tests/windows,revgate-tests/appearance";
/// What an app has on several machines.
const MACHINES: &str = "revgate-app/machines";
const INSPECTED: [&str; 2] = ["--features", "revgate-frontend/inspector"];
/// Loads the windows of both apps from files instead of from `trunk serve`.
const BUILT_WINDOWS: &str = "revgate-app/custom-protocol,revgate-test-app/custom-protocol";
/// Packages that are compiled for the windows. Always the same list: another one would give
/// their dependencies other features, and cargo would compile those once more.
const WINDOW_PACKAGES: [&str; 10] = [
    "-p",
    "revgate-client",
    "-p",
    "revgate-leptos",
    "-p",
    "revgate-frontend",
    "-p",
    "revgate-test-page",
    "-p",
    "revgate-plain",
];
/// A browser or a window that hangs must not hold CI up.
const PATIENCE: Duration = Duration::from_secs(20 * 60);
/// The same for all windows, beside compilers.
const PATIENCE_WITH_WINDOWS: Duration = Duration::from_secs(40 * 60);
const WINDOWS: &str = "tests in real windows";

/// Runs the checks; whether all passed.
pub(crate) fn run(workspace: &mut Workspace, quick: bool) -> Result<bool, Error> {
    setup::run(workspace, if quick { Goal::Quick } else { Goal::Test })?;
    let mut checks = Checks { workspace, outcomes: Outcomes::new(workspace) };
    checks.lints();
    if quick {
        checks.native_tests(&[]);
        checks.instructions(&[]);
        checks.crash(&[], |is_windowed| !is_windowed);
        checks.partition(&[]);
        checks.fuzz();
        package::check(workspace, &mut checks.outcomes);
    } else {
        let features = ["--features", BUILT_WINDOWS];
        let built = checks.build_windows();
        let features = if built { &features[..] } else { &[] };
        checks.native_tests(features);
        checks.instructions(features);
        checks.crash(features, |_| true);
        checks.partition(features);
        checks.fuzz();
        checks.browser_tests();
        npm::check(workspace, &mut checks.outcomes, &NATIVE);
        if built {
            let selection = [&NATIVE, features].concat();
            appearance::check(workspace, &mut checks.outcomes, &selection, false);
        }
        // What drives windows waits most of its time, and has been compiled.
        let program = cfg!(target_os = "linux").then(|| checks.build_apps());
        checks.together(
            |checks| {
                let is_built = matches!(program, Some(Ok(_)));
                checks.window_tests(program);
                if is_built {
                    checks.machines();
                }
            },
            |workspace, outcomes| {
                package::check(workspace, outcomes);
                new::check::check(workspace, outcomes);
            },
        );
    }
    process::wait_if_interrupted();
    Ok(checks.outcomes.summary().failed == 0)
}

/// What makes the pages of the crates, natively and for windows.
pub(crate) fn documentation(workspace: &Workspace) -> [(&'static str, Command); 2] {
    let document = |packages: &[&[&str]]| {
        let mut command =
            workspace.cargo([&["doc", "--locked", "--no-deps"], &*packages.concat()].concat());
        command.env("RUSTDOCFLAGS", "-D warnings");
        command
    };
    let all = format!("{TESTS},{INSPECTOR},{MACHINES}");
    let wasm = ["--target", WASM];
    [
        ("rustdoc", document(&[&NATIVE, &["--features", &all]])),
        ("rustdoc, WASM", document(&[&wasm, &WINDOW_PACKAGES, &INSPECTED])),
    ]
}

struct Checks<'a> {
    workspace: &'a Workspace,
    outcomes: Outcomes<'a>,
}

impl Checks<'_> {
    fn lints(&mut self) {
        let deny = ["--", "-D", "warnings"];
        let wasm = [&["--target", WASM][..], &WINDOW_PACKAGES].concat();
        let both = ["-p", "revgate", "-p", "revgate-tests"];
        let cargo = |parts: &[&[&str]]| self.workspace.cargo(parts.concat());
        // With `--keep-going` one crate's warnings do not hide another's.
        let clippy = ["clippy", "--locked", "--all-targets", "--keep-going"];
        let all = format!("{TESTS},{INSPECTOR},{MACHINES}");
        let all = ["--features", &all];
        // Without std, thus with no other package beside it.
        let gate = ["--target", WASM, "-p", "revgate-js"];
        let checks = [
            ("format", cargo(&[&["fmt", "--all", "--check"]])),
            // Compiled by `bench peers` alone.
            ("format, peers", cargo(&[&["fmt", peers::MANIFEST, "--check", "--all"]])),
            ("clippy", cargo(&[&clippy, &NATIVE, &all, &deny])),
            ("clippy, WASM", cargo(&[&clippy, &wasm, &INSPECTED, &both, &deny])),
            ("clippy, gate for JavaScript", cargo(&[&clippy, &gate, &deny])),
        ];
        for (name, command) in checks.into_iter().chain(documentation(self.workspace)) {
            self.outcomes.check(name, Kind::Lint, Step::new(command));
        }
        api::check(self.workspace, &mut self.outcomes);
        oldest::check(self.workspace, &mut self.outcomes);
    }

    fn build_windows(&mut self) -> bool {
        let result = compile::windows(self.workspace);
        self.outcomes.note("trunk build", result)
    }

    fn native_tests(&mut self, features: &[&str]) {
        let command = self.native(&["test", "--no-fail-fast"], features);
        self.outcomes.check("tests and doctests", Kind::Tests, Step::new(command));
        let inspector = [features, &["--features", INSPECTOR, "--test", "inspector"]].concat();
        let command = self.native(&["test", "--no-fail-fast"], &inspector);
        self.outcomes.check("tests of the inspector", Kind::Tests, Step::new(command));
        // Compiled as `no_run` with the dependencies that the windows were built with: natively,
        // Leptos would be compiled once more.
        let parts = [&["test", "--locked", "--doc", "--target", WASM][..], &WINDOW_PACKAGES];
        let command = self.workspace.cargo(parts.concat());
        self.outcomes.check("doctests, WASM", Kind::Tests, Step::new(command));
    }

    /// Of the tests that have just been compiled.
    fn instructions(&mut self, features: &[&str]) {
        self.tally("instructions", |workspace| {
            bench::instructions::check(workspace, features, false)
        });
    }

    /// Those that are wanted, by whether they take a display. The tests have built their program,
    /// unless somebody has left it out.
    fn crash(&mut self, features: &[&str], is_wanted: impl Fn(bool) -> bool) {
        if !self.build_example("crash", "build the program to end", features) {
            return;
        }
        let wanted = crash::smokes().filter(|(_, is_windowed, _)| is_wanted(*is_windowed));
        for (name, _, rounds) in wanted {
            self.tally(&name, |workspace| rounds.run(workspace));
        }
    }

    /// A few rounds, as those of [`Checks::crash`].
    fn partition(&mut self, features: &[&str]) {
        if self.build_example("machine", "build the program of a machine", features) {
            self.tally("partition", |workspace| partition::smoke().run(workspace));
        }
    }

    /// Whether that is done; else it is a check that has failed.
    fn build_example(&mut self, example: &str, name: &str, features: &[&str]) -> bool {
        let build = self.native(&["build", "--example", example], features);
        let built = compile::build(self.workspace, name, build);
        self.outcomes.note(name, built)
    }

    /// Counts what is one check to itself.
    fn tally(&mut self, name: &str, check: impl FnOnce(&Workspace) -> Result<bool, Error>) {
        let since = Instant::now();
        let tally = check(self.workspace).map(Tally::of_one).unwrap_or_else(|error| {
            report::say(format_args!("    {error}"));
            Tally::of_one(false)
        });
        self.outcomes.add(name, tally, since.elapsed());
    }

    /// A workspace of its own, which no other check sees.
    fn fuzz(&mut self) {
        if !cfg!(unix) {
            report::say("==> fuzz: left out, its linking is written for Linux and macOS");
            return;
        }
        let fuzzer = match Fuzzer::new(self.workspace) {
            Ok(fuzzer) => fuzzer,
            Err(error) => {
                self.outcomes.note("fuzz", Err(error));
                return;
            }
        };
        self.outcomes.check("format, fuzz", Kind::Lint, Step::new(fuzzer.format_check()));
        self.outcomes.check("clippy, fuzz", Kind::Lint, Step::new(fuzzer.clippy()));
        let built = fuzzer.build();
        if !self.outcomes.note("build the fuzz targets", built) {
            return;
        }
        for target in fuzz::TARGETS {
            let name = format!("fuzz, {target}");
            match fuzzer.smoke(target) {
                Ok((command, _finds)) => {
                    self.outcomes.check(&name, Kind::Lint, Step::new(command).limit(PATIENCE));
                }
                Err(error) => {
                    self.outcomes.note(&name, Err(error));
                }
            }
        }
    }

    fn browser_tests(&mut self) {
        let driver = self.workspace.which("chromedriver").unwrap_or_else(|| "chromedriver".into());
        let mut command = self.workspace.command("wasm-pack");
        // wasm-bindgen's test runner comes from set-up; nothing is to be downloaded here.
        command.args(["test", "--headless", "--chrome", "--mode", "no-install", "--chromedriver"]);
        command.arg(driver);
        // Both packages at once, so that they share their dependencies. Neither is a library:
        // wasm-pack would run a library's doctests in the browser.
        command.args(["tests", "-p", "revgate-tests", "-p", "revgate-frontend", "--locked"]);
        let chrome = self.workspace.root.join("tests/webdriver.json");
        command.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", chrome);
        self.outcomes.check("tests in Chrome", Kind::Tests, Step::new(command).limit(PATIENCE));
    }

    /// The apps are built together with the tests: on their own, Tauri would get other features and
    /// be compiled once more.
    fn build_apps(&self) -> Result<PathBuf, Error> {
        let build = |what, parts: &[&str], feature| {
            let features = [BUILT_WINDOWS, "revgate-tests/windows", feature].join(",");
            let command = self.native(&[&["build"], parts].concat(), &["--features", &features]);
            compile::build(self.workspace, what, command)
        };
        let apps = ["--bins", "--test", "windows"];
        build("build the apps and their tests", &apps, "revgate-tests/inspector")?;
        // With another feature of Tauri, thus in a build of its own: it changes every window.
        let webviews = ["--example", "webviews"];
        build("build the app of several webviews", &webviews, "revgate-test-app/webviews")?;
        compile::inspected_pages(self.workspace)?;
        let inspected = ["--example", "inspected"];
        build("build the app with the inspector", &inspected, "revgate-app/inspector")?;
        compile::mixed_pages(self.workspace)?;
        build("build the mixed app", &["--example", "mixed"], "revgate-app/mixed")?;
        build("build the app of a machine", &["--example", "machines"], MACHINES)?;
        compile::test_pages(self.workspace)?;
        compile::javascript_test_pages(self.workspace)?;
        let features = format!("{BUILT_WINDOWS},revgate-tests/windows,revgate-tests/inspector");
        let test = self.native(&["test", "--test", "windows"], &["--features", &features]);
        compile::tests(&["windows"], test).map(|mut programs| programs.remove(0))
    }

    fn window_tests(&mut self, program: Option<Result<PathBuf, Error>>) {
        let Some(program) = program else {
            report::say(format_args!("==> {WINDOWS}: left out, they need WebKitWebDriver (Linux)"));
            return;
        };
        let ready = program.and_then(|program| {
            let display = VirtualDisplay::start(self.workspace)?;
            Ok((program, display))
        });
        let (program, display) = match ready {
            Ok(ready) => ready,
            Err(error) => {
                self.outcomes.note(WINDOWS, Err(error));
                return;
            }
        };
        let mut test = self.workspace.command(program);
        test.arg("--test-threads=1");
        test.env("REVGATE_APP", self.workspace.app()).env("DISPLAY", display.name());
        test.env("REVGATE_MIXED_APP", self.workspace.mixed_app());
        test.env("REVGATE_INSPECTED_APP", self.workspace.inspected_app());
        test.env("REVGATE_TEST_APP", self.workspace.test_app());
        test.env("REVGATE_TEST_WEBVIEWS", self.workspace.test_webviews());
        test.env("REVGATE_TEST_PAGES", self.workspace.test_pages());
        self.outcomes.check(WINDOWS, Kind::Tests, Step::new(test).limit(PATIENCE_WITH_WINDOWS));
    }

    /// The windows of two machines, with a server between them.
    fn machines(&mut self) {
        self.tally("two machines in real windows", |workspace| {
            let shots = Some(workspace.own_folder().join("shots-of-machines"));
            let options = AppOptions { shots, ..AppOptions::default() };
            machines::drive(workspace, workspace.machines_app(), &options).map(|()| true)
        });
    }

    /// Two checks at once, of which one compiles nothing.
    fn together(
        &mut self,
        one: impl FnOnce(&mut Self),
        other: impl FnOnce(&Workspace, &mut Outcomes<'_>) + Send,
    ) {
        let workspace = self.workspace;
        thread::scope(|scope| {
            let other = scope.spawn(|| {
                let mut outcomes = Outcomes::new(workspace);
                other(workspace, &mut outcomes);
                outcomes
            });
            one(self);
            match other.join() {
                Ok(outcomes) => self.outcomes.take(outcomes),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        });
    }

    /// One selection of packages for all native commands, so that they share their dependencies.
    fn native(&self, what: &[&str], features: &[&str]) -> Command {
        let parts = [what, &["--locked"], &NATIVE, features];
        self.workspace.cargo(parts.concat())
    }
}
