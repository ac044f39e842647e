//! The command line. Parsed by hand: nineteen commands and fourteen options are not worth a dependency
//! that takes longer to compile than the rest of this package.

use std::path::PathBuf;

use crate::{crash, fuzz, new};

/// What `--help`, and no argument at all, print.
pub(crate) const USAGE: &str = "\
Sets up, runs and tests Revgate.

Usage: cargo xtask <command> [options]

Commands:
  app [--mixed | --tabs | --inspector | --machines 2] [--headless] [--firefox] [--shots DIR] [--port N]
          Sets up what is missing, builds, opens the two windows and waits till the app ends.
          --mixed      The settings window in JavaScript (examples/mixed) beside the other in Rust
          --tabs       The same pages in plain browser tabs, without the app: `trunk serve`; with
                       --headless in Chromium, and in Firefox where geckodriver is; with --mixed
                       one of them in JavaScript
          --firefox    With --tabs --headless: sets up Firefox and geckodriver if they are missing
          --inspector  With the inspector, at Ctrl+Shift+R in either window
          --machines 2 As two machines, each with its data and its two windows, and a NATS server
                       between them, which all ends with this
          --headless   Drives both windows on a virtual display instead, and checks that they
                       stay in sync; so without a display even if not asked for (Linux)
          --shots DIR  Where the screenshots of that go (default: target/shots)
          --port N     The port of its WebDriver (default: a free one)
  new PATH [--js] | --check
          Makes an app of your own, in a folder that is new or empty: two windows that share a state
          which survives the app, and a test of them. Sets up what is missing to open them
          --js         The second window in JavaScript
          --check      Makes one of each kind in target/xtask/new instead, tests and builds it, and
                       drives its windows on a virtual display (Linux). `test` does so, too
  test [--quick]
          Sets up what is missing and runs every check.
          --quick      Leaves out what needs a window or a browser
  appearance [--write]
          Looks at the windows in Chromium: by axe, by keys alone, in both looks, from left to right
          and from right to left, at 100 % and 200 %. Leaves pictures in target/appearance
          --write      Writes those anew that it compares them with, tests/appearance/pictures
  model [--deep SECONDS]
          Explores every state of the gate, windows and backend within a bound.
          --deep SECONDS  Goes on to larger bounds for so long
  bench [--check [--write] | windows | machines | peers [--quick] [--write]]
          Measures what a step of the gate costs, natively and in WASM, and what an action
          costs in the backend against the size of the state.
          --check      Counts instead what does not depend on the machine (messages, bytes, copies
                       of the state, allocations, and by Valgrind instructions), and compares it
                       with tests/baseline, within a minute once it is built. `test` does so, too
          windows      Measures instead how long messages take to real windows, in each way that
                       Tauri has to send them (Linux)
          machines     Measures instead how long a change in a window of one machine takes to a window
                       of another, by a NATS server between them, and fails if the median is more
                       than 3 times that of an app that does it by hand (Linux)
          peers        Measures instead Revgate in real windows beside the other ways to share a
                       state, bare events and stores; writes report.html, .json and .md into
                       target/bench (Linux). Takes an hour or more; with --quick 5 minutes
          --write      Writes the counts down there, or the table and the plots of `peers` into
                       docs/benchmarks.md
  size
          Weighs the module of the example's windows against that of the same windows without
          Revgate (tests/plain), both made as small as a release gets. Sets up what is missing
  book
          Compiles and runs what the guide (docs/guide) shows, makes pages of it in target/book, and looks
          at them in Chromium, in the light and in the dark: pictures are in target/book-pictures.
          Sets up what is missing
  bundle
          Makes the example's release as a Debian package, installs that into an empty root, drives its
          windows, before and after a restart, and removes it (Linux). Sets up what is missing
  fuzz [--seconds N] [TARGET]
          Feeds the messages and the gate with arbitrary bytes: wire, gate, gate_raw, or all.
          --seconds N  How long each (default: 60)
  crash [--rounds N] [--mode MODE] [--storage files|database] [--seed N]
          Ends a writing app in every way again and again, fails each call of its disk, fills
          that, and says what was lost.
          --rounds N   How often it ends in each mode (default: 100)
          --mode MODE  One only: kill, restart, term, exit, beside, faults or full
          --storage S  Where it keeps what it writes: files (the default) or database
          --seed N     The moments of another run
  partition [--rounds N] [--seed N]
          Cuts the links of two apps that a NATS server joins, kills it and them, and has them sleep,
          while both are edited; says what was lost, done twice or without having been asked for, or
          stayed unequal, and which of these never happened. Sets up what is missing
          --rounds N   How often all is healed (default: 100)
          --seed N     The faults and edits of another run
  windows
          Compiles for Windows, and runs there, in Wine, what needs no desktop; then checks what can
          be checked for macOS, iOS and Android. Sets up what is missing
  api
          Writes what the crates that are published have for others, an item a line, into docs/api.
          `test` says what of it is stale. Sets up what is missing
  types [--check]
          Writes the TypeScript that comes from Rust.
          --check      Says what of it is stale instead
  npm
          Builds, packs and tests the package for JavaScript windows. Sets up what is missing
  package
          Packs the crates that are published, and builds an app of what was packed, with
          Tauri's features off and an older wasm-bindgen. Sets up what is missing
  mutants
          Plants faults into the core, one at a time, and says which of them no test notices.
  doctor
          Says what is present, what is missing, and what set-up would do about it.

Options:
  -h, --help   Prints this";

/// What the person asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    App(AppOptions),
    New(new::App),
    NewCheck,
    Test { quick: bool },
    Appearance { is_write: bool },
    Model { deep: Option<u64> },
    Bench(Bench),
    Size,
    Book,
    Bundle,
    Fuzz(FuzzOptions),
    Crash(CrashOptions),
    Partition(PartitionOptions),
    Windows,
    Api,
    Types { is_check: bool },
    Npm,
    Package,
    Mutants,
    Doctor,
    Help,
}

/// What is measured.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Bench {
    /// The steps of the gate.
    Gate,
    /// Counts, compared with those that were written down, or written down.
    Check { is_write: bool },
    /// Messages to real windows.
    Windows,
    /// Changes from machine to machine.
    Machines,
    /// Real windows that share a state, by Revgate and by others.
    Peers { is_quick: bool, is_write: bool },
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct AppOptions {
    /// Whether one of the windows is in JavaScript.
    pub(crate) mixed: bool,
    /// Whether it is tabs of a browser instead of the app.
    pub(crate) tabs: bool,
    /// Whether the inspector is in it.
    pub(crate) inspector: bool,
    /// Whether it is the windows of two machines.
    pub(crate) machines: bool,
    pub(crate) headless: bool,
    /// Whether tabs are to be driven in Firefox, too, which is set up for it.
    pub(crate) firefox: bool,
    pub(crate) shots: Option<PathBuf>,
    pub(crate) port: Option<u16>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FuzzOptions {
    /// One of [`fuzz::TARGETS`]; `None` for all.
    pub(crate) target: Option<&'static str>,
    /// How long each runs.
    pub(crate) seconds: u64,
}

impl Default for FuzzOptions {
    fn default() -> Self {
        Self { target: None, seconds: 60 }
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CrashOptions {
    /// How often the app ends.
    pub(crate) rounds: u32,
    /// `None` for all.
    pub(crate) mode: Option<crash::Mode>,
    pub(crate) storage: crash::Storage,
    /// `None` for another one each time.
    pub(crate) seed: Option<u64>,
}

impl Default for CrashOptions {
    fn default() -> Self {
        Self { rounds: 100, mode: None, storage: crash::Storage::Files, seed: None }
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PartitionOptions {
    /// How often all is healed.
    pub(crate) rounds: u32,
    /// `None` for another one each time.
    pub(crate) seed: Option<u64>,
}

impl Default for PartitionOptions {
    fn default() -> Self {
        Self { rounds: 100, seed: None }
    }
}

/// Reads the arguments; an error names the argument and lists what exists.
pub(crate) fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Command, String> {
    let mut arguments = arguments.into_iter();
    let Some(name) = arguments.next() else { return Ok(Command::Help) };
    let rest: Vec<String> = arguments.collect();
    if is_help(&name) || rest.iter().any(|argument| is_help(argument)) {
        return Ok(Command::Help);
    }
    match name.as_str() {
        "app" => app(rest).map(Command::App),
        "new" if rest == ["--check"] => Ok(Command::NewCheck),
        "new" => new(rest).map(Command::New),
        "test" => {
            let unknown = rest.iter().find(|argument| *argument != "--quick");
            refuse("test", unknown, "--quick")?;
            Ok(Command::Test { quick: !rest.is_empty() })
        }
        "appearance" => {
            let unknown = rest.iter().find(|argument| *argument != "--write");
            refuse("appearance", unknown, "--write")?;
            Ok(Command::Appearance { is_write: !rest.is_empty() })
        }
        "model" => model(&rest).map(|deep| Command::Model { deep }),
        "bench" => bench(&rest).map(Command::Bench),
        "size" => refuse("size", rest.first(), "none").map(|()| Command::Size),
        "book" => refuse("book", rest.first(), "none").map(|()| Command::Book),
        "bundle" => refuse("bundle", rest.first(), "none").map(|()| Command::Bundle),
        "fuzz" => fuzz(rest).map(Command::Fuzz),
        "crash" => crash(rest).map(Command::Crash),
        "partition" => partition(rest).map(Command::Partition),
        "windows" => refuse("windows", rest.first(), "none").map(|()| Command::Windows),
        "api" => refuse("api", rest.first(), "none").map(|()| Command::Api),
        "types" => {
            let unknown = rest.iter().find(|argument| *argument != "--check");
            refuse("types", unknown, "--check")?;
            Ok(Command::Types { is_check: !rest.is_empty() })
        }
        "npm" => refuse("npm", rest.first(), "none").map(|()| Command::Npm),
        "package" => refuse("package", rest.first(), "none").map(|()| Command::Package),
        "mutants" => refuse("mutants", rest.first(), "none").map(|()| Command::Mutants),
        "doctor" => refuse("doctor", rest.first(), "none").map(|()| Command::Doctor),
        _ => {
            let known = "app, new, test, appearance, model, bench, size, book, bundle, fuzz, crash, partition, windows, api, types, npm, package, mutants, doctor";
            Err(format!("unknown command `{name}`; the commands are: {known}"))
        }
    }
}

fn app(arguments: Vec<String>) -> Result<AppOptions, String> {
    let mut options = AppOptions::default();
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        // `--port 4444` and `--port=4444` mean the same.
        let (name, attached) = match argument.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (argument.as_str(), None),
        };
        let mut value = |what: &str| {
            let given = attached.clone().or_else(|| arguments.next());
            given.filter(|value| !value.is_empty()).ok_or(format!("`{name}` needs {what}"))
        };
        match name {
            "--mixed" if attached.is_none() => options.mixed = true,
            "--tabs" if attached.is_none() => options.tabs = true,
            "--firefox" if attached.is_none() => options.firefox = true,
            "--inspector" if attached.is_none() => options.inspector = true,
            "--headless" if attached.is_none() => options.headless = true,
            "--machines" => match &*value("a number of machines")? {
                "2" => options.machines = true,
                other => return Err(format!("`--machines {other}`: a screen has room for 2")),
            },
            "--shots" => options.shots = Some(value("a folder")?.into()),
            "--port" => options.port = Some(port(&value("a port number")?)?),
            _ => refuse(
                "app",
                Some(&argument),
                "--mixed, --tabs, --inspector, --machines 2, --headless, --firefox, --shots DIR, --port N",
            )?,
        }
    }
    let AppOptions { mixed, tabs, inspector, machines, headless, firefox, .. } = options;
    // Each has a WebDriver of its own.
    if machines && (mixed || tabs || inspector || options.port.is_some()) {
        return Err("`app --machines` takes `--headless` and `--shots` alone".into());
    }
    if inspector && (mixed || tabs) {
        return Err("`app` takes `--inspector` without `--mixed` and `--tabs`".into());
    }
    // Nothing serves both kinds of pages to a person.
    if tabs && mixed && !headless {
        return Err("`app --tabs --mixed` takes `--headless`".into());
    }
    if firefox && !(tabs && headless) {
        return Err("`app --firefox` takes `--tabs --headless`".into());
    }
    Ok(options)
}

fn new(arguments: Vec<String>) -> Result<new::App, String> {
    const KNOWN: &str = "PATH, --js; or --check alone";
    let mut path = None;
    let mut is_mixed = false;
    for argument in arguments {
        match argument.as_str() {
            "--js" => is_mixed = true,
            _ if argument.starts_with('-') || path.is_some() => {
                refuse("new", Some(&argument), KNOWN)?;
            }
            _ => path = Some(argument.into()),
        }
    }
    let path = path.ok_or("`new` needs a path: the folder of the app, such as `../my-app`")?;
    Ok(new::App { path, is_mixed })
}

fn model(arguments: &[String]) -> Result<Option<u64>, String> {
    match arguments {
        [] => Ok(None),
        [name, seconds] if name == "--deep" => {
            let seconds = seconds.parse().map_err(|_| format!("`--deep {seconds}`: not a number"));
            seconds.map(Some)
        }
        [name] if name == "--deep" => Err("`--deep` needs a number of seconds".to_owned()),
        [unknown, ..] => refuse("model", Some(unknown), "--deep SECONDS").map(|()| None),
    }
}

fn bench(arguments: &[String]) -> Result<Bench, String> {
    const KNOWN: &str = "--check and --write, windows, machines, or peers with --quick and --write";
    let has = |rest: &[String], option: &str| rest.iter().any(|argument| argument == option);
    let only = |rest: &[String], known: &[&str]| {
        let unknown = rest.iter().find(|argument| !known.contains(&argument.as_str()));
        refuse("bench", unknown, KNOWN)
    };
    match arguments {
        [] => Ok(Bench::Gate),
        [name, rest @ ..] if name == "--check" => {
            only(rest, &["--write"])?;
            Ok(Bench::Check { is_write: has(rest, "--write") })
        }
        [name, rest @ ..] if name == "peers" => {
            only(rest, &["--quick", "--write"])?;
            Ok(Bench::Peers { is_quick: has(rest, "--quick"), is_write: has(rest, "--write") })
        }
        [name, rest @ ..] if name == "windows" => only(rest, &[]).map(|()| Bench::Windows),
        [name, rest @ ..] if name == "machines" => only(rest, &[]).map(|()| Bench::Machines),
        unknown => only(unknown, &[]).map(|()| Bench::Gate),
    }
}

fn fuzz(arguments: Vec<String>) -> Result<FuzzOptions, String> {
    let mut options = FuzzOptions::default();
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        if argument == "--seconds" {
            let seconds = arguments.next().ok_or("`--seconds` needs a number")?;
            let positive = seconds.parse().ok().filter(|seconds| *seconds > 0);
            let error = || format!("`--seconds {seconds}`: not a number above zero");
            options.seconds = positive.ok_or_else(error)?;
            continue;
        }
        let target = fuzz::TARGETS.into_iter().find(|name| *name == argument);
        if target.is_none() || options.target.is_some() {
            let known = format!("--seconds N, and one of {}", fuzz::TARGETS.join(", "));
            refuse("fuzz", Some(&argument), &known)?;
        }
        options.target = target;
    }
    Ok(options)
}

fn crash(arguments: Vec<String>) -> Result<CrashOptions, String> {
    const KNOWN: &str = "--rounds N, --mode kill|restart|term|exit|beside|faults|full, \
                         --storage files|database, --seed N";
    let mut options = CrashOptions::default();
    let mut arguments = arguments.into_iter();
    while let Some(name) = arguments.next() {
        if !matches!(&*name, "--rounds" | "--mode" | "--storage" | "--seed") {
            refuse("crash", Some(&name), KNOWN)?;
        }
        let value = arguments.next().ok_or(format!("`{name}` needs a value; known: {KNOWN}"))?;
        let number = value.parse::<u64>().map_err(|_| format!("`{name} {value}`: not a number"));
        match &*name {
            "--mode" => {
                options.mode = Some(choice(&name, &value, &crash::Mode::ALL)?);
            }
            "--storage" => options.storage = choice(&name, &value, &crash::Storage::ALL)?,
            "--seed" => options.seed = Some(number?),
            _ => options.rounds = rounds(&value)?,
        }
    }
    Ok(options)
}

fn partition(arguments: Vec<String>) -> Result<PartitionOptions, String> {
    const KNOWN: &str = "--rounds N, --seed N";
    let mut options = PartitionOptions::default();
    let mut arguments = arguments.into_iter();
    while let Some(name) = arguments.next() {
        if !matches!(&*name, "--rounds" | "--seed") {
            refuse("partition", Some(&name), KNOWN)?;
        }
        let value = arguments.next().ok_or(format!("`{name}` needs a value; known: {KNOWN}"))?;
        match &*name {
            "--seed" => {
                let seed = value.parse().map_err(|_| format!("`--seed {value}`: not a number"))?;
                options.seed = Some(seed);
            }
            _ => options.rounds = rounds(&value)?,
        }
    }
    Ok(options)
}

fn rounds(value: &str) -> Result<u32, String> {
    let positive = value.parse().ok().filter(|rounds| *rounds > 0);
    positive.ok_or_else(|| format!("`--rounds {value}`: not a number above zero"))
}

/// What has the name `value`.
fn choice<T: Copy>(option: &str, value: &str, known: &[(&str, T)]) -> Result<T, String> {
    let found = known.iter().find(|(name, _)| *name == value);
    let names = || known.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    found
        .map(|(_, choice)| *choice)
        .ok_or_else(|| format!("`{option} {value}`: known: {}", names()))
}

fn port(text: &str) -> Result<u16, String> {
    let port = text.parse().ok().filter(|port| *port > 0);
    port.ok_or_else(|| format!("`--port {text}`: a port is a number from 1 to 65535"))
}

fn refuse(command: &str, unknown: Option<&String>, known: &str) -> Result<(), String> {
    let error =
        |unknown| Err(format!("unknown argument `{unknown}` of `{command}`; known: {known}"));
    unknown.map_or(Ok(()), error)
}

fn is_help(argument: &str) -> bool {
    matches!(argument, "-h" | "--help" | "help")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Command, String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn every_command_and_option_is_understood() {
        assert_eq!(read(""), Ok(Command::Help));
        assert_eq!(read("app --help"), Ok(Command::Help));
        assert_eq!(read("doctor"), Ok(Command::Doctor));
        assert_eq!(read("bench"), Ok(Command::Bench(Bench::Gate)));
        assert_eq!(read("bench windows"), Ok(Command::Bench(Bench::Windows)));
        assert_eq!(read("bench machines"), Ok(Command::Bench(Bench::Machines)));
        let check = |is_write| Ok(Command::Bench(Bench::Check { is_write }));
        assert_eq!(read("bench --check"), check(false));
        assert_eq!(read("bench --check --write"), check(true));
        let peers = |is_quick, is_write| Ok(Command::Bench(Bench::Peers { is_quick, is_write }));
        assert_eq!(read("bench peers"), peers(false, false));
        assert_eq!(read("bench peers --quick"), peers(true, false));
        assert_eq!(read("bench peers --write --quick"), peers(true, true));
        assert_eq!(read("size"), Ok(Command::Size));
        assert_eq!(read("book"), Ok(Command::Book));
        assert_eq!(read("bundle"), Ok(Command::Bundle));
        assert_eq!(read("windows"), Ok(Command::Windows));
        assert_eq!(read("api"), Ok(Command::Api));
        assert_eq!(read("types"), Ok(Command::Types { is_check: false }));
        assert_eq!(read("types --check"), Ok(Command::Types { is_check: true }));
        assert_eq!(read("npm"), Ok(Command::Npm));
        assert_eq!(read("package"), Ok(Command::Package));
        assert_eq!(read("mutants"), Ok(Command::Mutants));
        let app = |is_mixed| Ok(Command::New(new::App { path: "../mine".into(), is_mixed }));
        assert_eq!(read("new ../mine"), app(false));
        assert_eq!(read("new --js ../mine"), app(true));
        assert_eq!(read("new --check"), Ok(Command::NewCheck));
        assert_eq!(read("test"), Ok(Command::Test { quick: false }));
        assert_eq!(read("test --quick"), Ok(Command::Test { quick: true }));
        assert_eq!(read("appearance"), Ok(Command::Appearance { is_write: false }));
        assert_eq!(read("appearance --write"), Ok(Command::Appearance { is_write: true }));
        assert_eq!(read("model"), Ok(Command::Model { deep: None }));
        assert_eq!(read("model --deep 60"), Ok(Command::Model { deep: Some(60) }));
        assert_eq!(read("fuzz"), Ok(Command::Fuzz(FuzzOptions { target: None, seconds: 60 })));
        let options = FuzzOptions { target: Some("gate"), seconds: 600 };
        assert_eq!(read("fuzz --seconds 600 gate"), Ok(Command::Fuzz(options)));
        assert_eq!(read("crash"), Ok(Command::Crash(CrashOptions::default())));
        let options = CrashOptions {
            rounds: 1000,
            mode: Some(crash::Mode::Restart),
            storage: crash::Storage::Database,
            seed: Some(7),
        };
        let line = "crash --rounds 1000 --mode restart --storage database --seed 7";
        assert_eq!(read(line), Ok(Command::Crash(options)));
        let options = PartitionOptions::default();
        assert_eq!(read("partition"), Ok(Command::Partition(options)));
        let options = PartitionOptions { rounds: 1000, seed: Some(7) };
        let line = "partition --rounds 1000 --seed 7";
        assert_eq!(read(line), Ok(Command::Partition(options)));
        let options = AppOptions {
            headless: true,
            shots: Some("pictures".into()),
            port: Some(4444),
            ..AppOptions::default()
        };
        assert_eq!(read("app --headless --shots=pictures --port 4444"), Ok(Command::App(options)));
        let options = AppOptions { mixed: true, ..AppOptions::default() };
        assert_eq!(read("app --mixed"), Ok(Command::App(options)));
        let tabs = || AppOptions { tabs: true, headless: true, ..AppOptions::default() };
        assert_eq!(read("app --tabs --headless"), Ok(Command::App(tabs())));
        let options = AppOptions { mixed: true, firefox: true, ..tabs() };
        assert_eq!(read("app --tabs --headless --mixed --firefox"), Ok(Command::App(options)));
        let options = AppOptions { machines: true, headless: true, ..AppOptions::default() };
        assert_eq!(read("app --machines 2 --headless"), Ok(Command::App(options)));
        let options = AppOptions { inspector: true, ..AppOptions::default() };
        assert_eq!(read("app --inspector"), Ok(Command::App(options)));
    }

    #[test]
    fn what_is_unknown_is_named_beside_what_exists() {
        for (line, name, known) in [
            (
                "ap",
                "`ap`",
                "app, new, test, appearance, model, bench, size, book, bundle, fuzz, crash, partition, windows, api, types, npm, package, mutants, doctor",
            ),
            ("app --hedless", "`--hedless`", "--headless, --firefox, --shots DIR, --port N"),
            ("app --headless=yes", "`--headless=yes`", "--headless"),
            ("new mine --vue", "`--vue`", "PATH, --js; or --check"),
            ("new mine yours", "`yours`", "PATH, --js; or --check"),
            ("test --fast", "`--fast`", "--quick"),
            ("appearance --update", "`--update`", "--write"),
            ("model --wide", "`--wide`", "--deep SECONDS"),
            ("bench --fast", "`--fast`", "machines, or peers with --quick and --write"),
            ("bench peers --fast", "`--fast`", "peers with --quick and --write"),
            ("bench --check --quick", "`--quick`", "--check and --write"),
            ("bench --quick", "`--quick`", "machines, or peers with --quick"),
            ("bench peers --fast", "`--fast`", "--quick"),
            ("bench windows peers", "`peers`", "machines, or peers"),
            ("fuzz gat", "`gat`", "--seconds N, and one of wire, gate, gate_raw"),
            ("fuzz gate wire", "`wire`", "one of wire, gate, gate_raw"),
            ("crash --often", "`--often`", "--storage files|database, --seed N"),
            (
                "crash --mode bang",
                "`--mode bang`",
                "kill, restart, term, exit, beside, faults, full",
            ),
            ("partition --mode kill", "`--mode`", "--rounds N, --seed N"),
            ("crash --storage tape", "`--storage tape`", "files, database"),
            ("bundle deb", "`deb`", "none"),
            ("windows 11", "`11`", "none"),
            ("npm ci", "`ci`", "none"),
            ("package revgate", "`revgate`", "none"),
            ("mutants --all", "`--all`", "none"),
            ("doctor now", "`now`", "none"),
        ] {
            let error = read(line).expect_err(line);
            assert!(error.contains(name) && error.contains(known), "{line}: {error}");
        }
    }

    #[test]
    fn a_bad_value_is_named() {
        assert!(read("app --mixed --tabs").expect_err("both").contains("--headless"));
        assert!(read("app --mixed --inspector").expect_err("both").contains("without `--mixed`"));
        assert!(read("app --machines 3").expect_err("too many").contains("`--machines 3`"));
        assert!(read("app --machines 2 --tabs").expect_err("both").contains("`app --machines`"));
        assert!(read("app --firefox --tabs").expect_err("no screen").contains("--headless"));
        assert!(read("app --port 70000").expect_err("too high").contains("70000"));
        assert!(read("app --port 0").expect_err("zero").contains("`--port 0`"));
        assert!(read("new --js").expect_err("nothing").contains("needs a path"));
        assert!(read("model --deep").expect_err("nothing").contains("a number of seconds"));
        assert!(read("model --deep long").expect_err("text").contains("`--deep long`"));
        assert!(read("fuzz --seconds").expect_err("nothing").contains("needs a number"));
        assert!(read("fuzz --seconds 0").expect_err("zero").contains("`--seconds 0`"));
        assert!(read("crash --rounds 0").expect_err("zero").contains("`--rounds 0`"));
        assert!(read("crash --seed").expect_err("nothing").contains("`--seed` needs a value"));
        assert!(read("crash --seed x").expect_err("text").contains("`--seed x`"));
        assert!(read("partition --rounds 0").expect_err("zero").contains("`--rounds 0`"));
        assert!(read("partition --seed x").expect_err("text").contains("`--seed x`"));
        assert!(read("app --shots").expect_err("nothing").contains("a folder"));
    }
}
