//! What is recorded, and when.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

use revgate::gate::{self, Input, Options, Output, Status, Ticket};
use revgate::{Pacing, Version, pacing};
use serde_json::{Value, json};

use super::words::{options_of, output_of, pacing_of, seen_of, step_of, time_of};

static FILE: LazyLock<Option<Mutex<File>>> = LazyLock::new(|| {
    let folder = std::env::var_os("REVGATE_SCRIPTS")?;
    fs::create_dir_all(&folder).expect("the folder for scripts can be made");
    let name = concat!(env!("CARGO_CRATE_NAME"), ".jsonl");
    let file = File::create(Path::new(&folder).join(name)).expect("it can be written to");
    Some(Mutex::new(file))
});

/// Writes down one thing, unless it is null or nothing is.
pub(crate) fn record(thing: impl FnOnce() -> Value) {
    let Some(file) = &*FILE else { return };
    let thing = thing();
    if thing.is_null() {
        return;
    }
    let line = format!("{thing}\n");
    let mut file = file.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    file.write_all(line.as_bytes()).expect("the disk has room for scripts");
}

/// What happened to one gate or pacer, in order.
#[derive(Debug)]
struct Script {
    kind: &'static str,
    options: Value,
    steps: Vec<Value>,
    /// What could be seen last.
    seen: Value,
}

impl Script {
    fn new(kind: &'static str, options: impl FnOnce() -> Value) -> Option<Self> {
        FILE.as_ref()?;
        Some(Self { kind, options: options(), steps: Vec::new(), seen: Value::Null })
    }

    fn push(&mut self, step: Value, seen: Value) {
        self.steps.push(step);
        if seen != self.seen {
            self.steps.push(json!(["seen", seen]));
            self.seen = seen;
        }
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        let thread = std::thread::current();
        let Self { kind, options, steps, .. } = self;
        record(|| json!({ "name": thread.name(), kind.to_owned(): options, "steps": steps }));
    }
}

/// As [`gate::Gate`].
#[derive(Debug)]
pub(crate) struct Gate {
    gate: gate::Gate,
    script: Option<Script>,
}

impl Gate {
    pub(crate) fn new(options: Options) -> Self {
        let script = Script::new("gate", || options_of(&options));
        Self { gate: gate::Gate::new(options), script }
    }

    pub(crate) fn handle(&mut self, now: Duration, input: Input) {
        self.gate.handle(now, input);
        if let Some(script) = &mut self.script {
            script.push(step_of(now, input, self.gate.asked()), seen_of(&self.gate));
        }
    }

    pub(crate) fn poll_output(&mut self) -> Output {
        let output = self.gate.poll_output();
        if let Some(script) = &mut self.script {
            script.push(json!(["poll", output_of(output)]), seen_of(&self.gate));
        }
        output
    }

    pub(crate) fn applied(&self) -> Option<Version> {
        self.gate.applied()
    }

    pub(crate) fn wanted(&self) -> Option<Version> {
        self.gate.wanted()
    }

    pub(crate) fn kept(&self) -> Option<Version> {
        self.gate.kept()
    }

    pub(crate) fn paced_until(&self) -> Option<Duration> {
        self.gate.paced_until()
    }

    pub(crate) fn asked(&self) -> Ticket {
        self.gate.asked()
    }

    pub(crate) fn status(&self) -> Status {
        self.gate.status()
    }
}

/// A copy is there to be compared, and writes nothing down.
impl Clone for Gate {
    fn clone(&self) -> Self {
        Self { gate: self.gate.clone(), script: None }
    }
}

impl PartialEq for Gate {
    fn eq(&self, other: &Self) -> bool {
        self.gate == other.gate
    }
}

/// As [`pacing::Pacer`].
#[derive(Debug)]
pub(crate) struct Pacer {
    pacer: pacing::Pacer,
    script: Option<Script>,
}

impl Pacer {
    pub(crate) fn new(pacing: Pacing) -> Self {
        let script = Script::new("pacer", || pacing_of(&pacing));
        Self { pacer: pacing::Pacer::new(pacing), script }
    }

    pub(crate) fn event(&mut self, now: Duration) {
        self.pacer.event(now);
        self.push(|| json!(["event", time_of(now)]));
    }

    pub(crate) fn delivered(&mut self, now: Duration) {
        self.pacer.delivered(now);
        self.push(|| json!(["delivered", time_of(now)]));
    }

    pub(crate) fn forget(&mut self) {
        self.pacer.forget();
        self.push(|| json!(["forget"]));
    }

    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.pacer.deadline()
    }

    pub(crate) fn is_holding(&self, now: Duration) -> bool {
        self.pacer.is_holding(now)
    }

    fn push(&mut self, step: impl FnOnce() -> Value) {
        if let Some(script) = &mut self.script {
            script.push(step(), json!(self.pacer.deadline().map(time_of)));
        }
    }
}
