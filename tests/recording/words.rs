//! How things are written down.

use std::time::Duration;

use revgate::gate::{
    Candidate, Cause, Gate, Input, News, Options, Output, Report, Settlement, Status, Ticket,
};
use revgate::{Backoff, NumberFault, Pacing, Revision, Time, Version};
use serde_json::{Value, json};

/// A backoff and one of its delays; of longer ones, JavaScript's numbers would not tell apart what
/// the core does.
pub(crate) fn delay_of(backoff: &Backoff, failures: u32) -> Value {
    let is_short = |time: Duration| time <= Duration::from_secs(100);
    if !is_short(backoff.first) || !is_short(backoff.cap) {
        return Value::Null;
    }
    let delay = time_of(backoff.delay(failures));
    json!({ "backoff": backoff_of(backoff), "failures": failures, "delay": delay })
}

/// Which of two versions is the newer one.
pub(crate) fn order_of(one: Version, other: Version) -> Value {
    let order = one.cmp(&other) as i8;
    json!({ "one": version_of(one), "other": version_of(other), "order": order })
}

/// What is wrong with a text that may be a revision.
pub(crate) fn text_of(text: &str) -> Value {
    let fault = Revision::from_ascii(text.as_bytes()).err().map(NumberFault::as_str);
    json!({ "text": text, "fault": fault })
}

/// In milliseconds, exact to the nanosecond for as long as a `f64` is.
pub(crate) fn time_of(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1e6
}

/// In numbers: what people are shown has the epoch in two.
pub(crate) fn version_of(Version { epoch, revision }: Version) -> String {
    format!("{epoch}.{revision}")
}

pub(super) fn pacing_of(pacing: &Pacing) -> Value {
    let (debounce, max_wait, throttle, leading) = pacing.parts();
    json!({
        "debounceMs": time_of(debounce),
        "maxWaitMs": max_wait.map(time_of),
        "throttleMs": time_of(throttle),
        "leading": leading,
    })
}

/// The seed as text: it has more digits than a number of JavaScript.
pub(crate) fn backoff_of(backoff: &Backoff) -> Value {
    json!({
        "firstMs": time_of(backoff.first),
        "capMs": time_of(backoff.cap),
        "jitterSeed": backoff.jitter_seed.map(|seed| seed.to_string()),
    })
}

pub(super) fn options_of(options: &Options) -> Value {
    json!({
        "pacing": pacing_of(options.pacing()),
        "fetchTimeoutMs": time_of(options.fetch_timeout()),
        "backoff": backoff_of(&options.backoff()),
        "resyncMs": options.resync().map(time_of),
        "pauseWhileHidden": options.pauses_while_hidden(),
    })
}

/// The method of the package's gate, the time, and what else it takes; of a refresh, what it
/// returns.
pub(super) fn step_of(now: Duration, input: Input, asked: Ticket) -> Value {
    let now = time_of(now);
    let (method, version) = match input {
        Input::Start => ("start", None),
        Input::Subscribed => ("subscribed", None),
        Input::SubscribeFailed => ("subscribeFailed", None),
        Input::SubscriptionEnded => ("subscriptionEnded", None),
        Input::Announced { version, .. } => ("announced", Some(version)),
        Input::Offered { version } => ("offered", Some(version)),
        Input::Fetched { version, .. } => ("fetched", Some(version)),
        Input::FetchFailed { .. } => ("fetchFailed", None),
        Input::Applied => ("appliedOne", None),
        Input::ApplyFailed => ("applyFailed", None),
        Input::Refresh => ("refresh", None),
        Input::Hidden => ("hidden", None),
        Input::Shown => ("shown", None),
        Input::Tick => ("tick", None),
        Input::Stop => ("stop", None),
    };
    let version = version.map(version_of);
    match input {
        Input::Announced { news, .. } => {
            let news = match news {
                News::Version => "version".to_owned(),
                News::State => "state".to_owned(),
                News::Patch { base } => version_of(base),
            };
            json!([method, now, version, news])
        }
        Input::Fetched { id, .. } => json!([method, now, id.number(), version]),
        Input::FetchFailed { id } => json!([method, now, id.number()]),
        Input::Offered { .. } => json!([method, now, version]),
        Input::Refresh => json!([method, now, asked.number()]),
        _ => json!([method, now]),
    }
}

pub(super) fn output_of(output: Output) -> Value {
    match output {
        Output::Subscribe => json!(["subscribe"]),
        Output::Unsubscribe => json!(["unsubscribe"]),
        Output::Fetch(id) => json!(["fetch", id.number()]),
        Output::Apply(Candidate::Fetched) => json!(["apply", "fetched"]),
        Output::Apply(Candidate::Offered) => json!(["apply", "offered"]),
        Output::Apply(Candidate::Announced(version)) => json!(["apply", version_of(version)]),
        Output::Report(report) => report_of(report),
        Output::Settle(through, settlement) => {
            let settlement = match settlement {
                Settlement::Fresh => "fresh",
                Settlement::Failed => "failed",
                Settlement::Stopped => "stopped",
            };
            json!(["settle", through.number(), settlement])
        }
        Output::Wait(deadline) => json!(["wait", deadline.map(time_of)]),
    }
}

fn report_of(Report { phase, cause, attempt, retry_in }: Report) -> Value {
    let (cause, versions) = match cause {
        Cause::Failed => ("failed", None),
        Cause::TimedOut => ("timedOut", None),
        Cause::Stale { fetched, wanted } => ("stale", Some((fetched, wanted))),
    };
    let (fetched, wanted) = versions.unzip();
    let (fetched, wanted) = (fetched.map(version_of), wanted.map(version_of));
    let retry_in = retry_in.map(|delay| match Option::from(Time::from(delay)) {
        Some(delay) => json!(time_of(delay)),
        None => json!("Infinity"),
    });
    json!(["report", phase.as_str(), cause, attempt, retry_in, fetched, wanted])
}

/// All that a gate tells without being polled.
pub(super) fn seen_of(gate: &Gate) -> Value {
    let status = match gate.status() {
        Status::Loading => json!("loading"),
        Status::Live => json!("live"),
        Status::Stopped => json!("stopped"),
        Status::Retrying { attempt } => json!(attempt),
    };
    let versions = [gate.applied(), gate.wanted(), gate.kept()].map(|it| it.map(version_of));
    let [applied, wanted, kept] = versions;
    json!([applied, wanted, kept, gate.paced_until().map(time_of), status])
}
