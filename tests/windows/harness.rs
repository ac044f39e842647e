//! The test app under WebDriver.

use std::env;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use xtask::Error;
use xtask::desktop::{Desktop, Launch};
use xtask::process::{self, Scratch};
use xtask::workspace::Workspace;

/// How long anything may take.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// How long a script may take that was begun: it may make thousands of calls, on whatever machine.
const LONG: Duration = Duration::from_secs(600);

/// The revision of the state that a topic of the plugin starts with.
const FIRST: u64 = 1;

/// What every script has at hand.
const PRELUDE: &str = "
    const invoke = window.__TAURI_INTERNALS__.invoke;
    // An exception has no JSON of its own.
    const thrown = error => ({ error: error instanceof Error ? String(error) : error });
    const settled = promise => promise.then(ok => ({ ok }), thrown);";

/// What a script gives, or throws.
pub(crate) type Answer = Result<Value, Value>;

/// The revision after so many writes, as it is on the wire.
pub(crate) fn after(writes: u64) -> Value {
    json!((FIRST + writes).to_string())
}

/// The test app with its windows. A window's page and the beginning of its label say what it does
/// and may do: see `tests/app/`.
pub(crate) struct TestApp {
    pub(crate) desktop: Desktop,
}

fn environment(name: &str) -> String {
    let advice = "run `cargo xtask test`, which builds the apps and gives a display";
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set: {advice}"))
}

/// Starts an app on the display of the tests, and waits until exactly these windows are open.
pub(crate) fn launch(app: &str, arguments: Vec<String>, windows: &[&str]) -> Desktop {
    start(app, arguments, windows, |launch| launch.start())
}

/// The same with what an earlier run has left on the disk.
pub(crate) fn launch_in(
    profile: Scratch,
    app: &str,
    arguments: Vec<String>,
    windows: &[&str],
) -> Desktop {
    start(app, arguments, windows, |launch| launch.start_in(profile))
}

fn start(
    app: &str,
    arguments: Vec<String>,
    windows: &[&str],
    start: impl FnOnce(&Launch<'_>) -> Result<Desktop, Error>,
) -> Desktop {
    let workspace = Workspace::find().expect("the tests run in the workspace");
    let (app, display) = (PathBuf::from(environment(app)), environment("DISPLAY"));
    let launch = Launch { workspace: &workspace, app, arguments, display: &display, port: None };
    let mut desktop = start(&launch).expect("the app starts");
    desktop.wait_for_windows(windows, LIMIT).expect("its windows open");
    desktop
}

/// Waits until a person sees the window. One whose page goes meanwhile has no answer.
#[track_caller]
pub(crate) fn wait_until_shown(desktop: &mut Desktop, window: &str) {
    let shown = process::poll(LIMIT, || {
        let hidden = desktop.execute(window, "return document.hidden", &[]);
        hidden.is_ok_and(|hidden| hidden == json!(false)).then_some(())
    });
    assert!(shown.is_some(), "`{window}` stays hidden");
}

impl TestApp {
    /// Served by the plugin, with these windows: each a label and a page.
    pub(crate) fn by_plugin(windows: &[(&str, &str)]) -> Self {
        Self::start("plugin", windows)
    }

    /// Served by the plugin, with the topics of `tests/kinds/`.
    pub(crate) fn of_kinds(windows: &[(&str, &str)]) -> Self {
        Self::start("kinds", windows)
    }

    /// Served by the plugin with settings that are saved, in windows that are opened hidden.
    pub(crate) fn of_saved(windows: &[(&str, &str)]) -> Self {
        Self::start("saved", windows)
    }

    /// The same with what an earlier run has left on the disk.
    pub(crate) fn of_saved_in(profile: Scratch, windows: &[(&str, &str)]) -> Self {
        let (arguments, labels) = Self::arguments("saved", windows);
        Self { desktop: launch_in(profile, "REVGATE_TEST_APP", arguments, &labels) }
    }

    /// Served by a backend written by hand for the state-sync protocol.
    pub(crate) fn by_hand(windows: &[(&str, &str)]) -> Self {
        Self::start("by-hand", windows)
    }

    /// The same under a content-security policy that has no word about WASM.
    pub(crate) fn strict(windows: &[(&str, &str)]) -> Self {
        Self::start("strict", windows)
    }

    /// The same under one that allows WASM.
    pub(crate) fn strict_with_wasm(windows: &[(&str, &str)]) -> Self {
        Self::start("strict-with-wasm", windows)
    }

    /// Served by the plugin, with several webviews in one window: each a window, a label and a
    /// page.
    pub(crate) fn of_webviews(webviews: &[(&str, &str, &str)]) -> Self {
        let mut arguments = vec![environment("REVGATE_TEST_PAGES"), "plugin".to_owned()];
        let argument = |(window, label, page): &_| format!("{window}/{label}={page}");
        arguments.extend(webviews.iter().map(argument));
        let labels: Vec<_> = webviews.iter().map(|(_, label, _)| *label).collect();
        Self { desktop: launch("REVGATE_TEST_WEBVIEWS", arguments, &labels) }
    }

    fn start(mode: &str, windows: &[(&str, &str)]) -> Self {
        let (arguments, labels) = Self::arguments(mode, windows);
        Self { desktop: launch("REVGATE_TEST_APP", arguments, &labels) }
    }

    /// What the app is told, and the labels of its windows.
    fn arguments<'a>(mode: &str, windows: &[(&'a str, &str)]) -> (Vec<String>, Vec<&'a str>) {
        let mut arguments = vec![environment("REVGATE_TEST_PAGES"), mode.to_owned()];
        arguments.extend(windows.iter().map(|(label, page)| format!("{label}={page}")));
        (arguments, windows.iter().map(|(label, _)| *label).collect())
    }

    /// Runs the body of an async function in a window. It has the `arguments` given here.
    pub(crate) fn run(&mut self, window: &str, body: &str, arguments: &[Value]) -> Answer {
        self.ask(window, body, arguments).expect("the window answers")
    }

    /// The same; an error if its page goes meanwhile.
    fn ask(&mut self, window: &str, body: &str, arguments: &[Value]) -> Result<Answer, Error> {
        let script = format!(
            "const done = arguments[arguments.length - 1];
            {PRELUDE}
            (async () => {{ {body} }})().then(ok => done({{ ok }}), error => done(thrown(error)))"
        );
        let mut answer = self.desktop.execute_async(window, &script, arguments)?;
        Ok(match answer.get_mut("error") {
            Some(error) => Err(error.take()),
            None => Ok(answer["ok"].take()),
        })
    }

    /// Starts a script that may take its time; [`Self::finish`] waits for it.
    pub(crate) fn begin(&mut self, window: &str, body: &str, arguments: &[Value]) {
        let script = format!(
            "window.task = null;
            {PRELUDE}
            (async () => {{ {body} }})().then(ok => task = {{ ok }}, error => task = thrown(error))"
        );
        self.desktop.execute(window, &script, arguments).expect("the window starts the script");
    }

    /// Whether the script that was begun in a window has ended.
    pub(crate) fn has_finished(&mut self, window: &str) -> bool {
        let ended = self.desktop.execute(window, "return window.task !== null", &[]);
        ended.expect("the window answers") == json!(true)
    }

    /// What the script that was begun in a window gives.
    pub(crate) fn finish(&mut self, window: &str) -> Value {
        let ended = process::poll(LONG, || self.has_finished(window).then_some(()));
        ended.unwrap_or_else(|| panic!("`{window}`: the script does not end"));
        self.run(window, "if (task.error) throw task.error; return task.ok", &[])
            .unwrap_or_else(|error| panic!("`{window}`: the script throws {error}"))
    }

    /// Calls a command of the plugin by hand, as any script in the window could.
    pub(crate) fn call(&mut self, window: &str, command: &str, arguments: Value) -> Answer {
        self.app_call(window, &format!("plugin:revgate|{command}"), arguments)
    }

    /// Calls a command of the app itself.
    pub(crate) fn app_call(&mut self, window: &str, command: &str, arguments: Value) -> Answer {
        self.run(window, "return invoke(arguments[0], arguments[1])", &[json!(command), arguments])
    }

    /// Subscribes by hand; what is heard from now on is in the window's `heard`.
    pub(crate) fn listen(&mut self, window: &str, topic: &str) -> Answer {
        let subscribe = "window.heard = [];
            const news = new __TAURI__.core.Channel(message => heard.push(message));
            return invoke('plugin:revgate|subscribe', { topic: arguments[0], news })";
        self.run(window, subscribe, &[json!(topic)])
    }

    /// What a script's expression is in a window.
    pub(crate) fn value(&mut self, window: &str, expression: &str) -> Value {
        self.run(window, &format!("return {expression}"), &[])
            .unwrap_or_else(|error| panic!("`{window}`: `{expression}` throws {error}"))
    }

    /// Waits until a script's expression comes to be this in a window, whose page may be going.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, window: &str, expression: &str, wanted: &Value) {
        let mut seen = None;
        let came = process::poll(LIMIT, || {
            let answer = self.ask(window, &format!("return {expression}"), &[]);
            let is_so = matches!(&answer, Ok(Ok(value)) if value == wanted);
            seen = Some(answer);
            is_so.then_some(())
        });
        assert!(came.is_some(), "`{window}`: `{expression}` stays {seen:?}, wanted {wanted}");
    }

    /// Waits until a window has come to this page. Asked while the one before goes, it may have no
    /// answer.
    #[track_caller]
    pub(crate) fn wait_for_page(&mut self, window: &str, page: &str) {
        let came = process::poll(LIMIT, || {
            let address = self.desktop.execute(window, "return location.href", &[]).ok()?;
            address.as_str()?.ends_with(page).then_some(())
        });
        assert!(came.is_some(), "`{window}` does not come to `{page}`");
    }

    /// Waits until the replicas in these windows are live.
    #[track_caller]
    pub(crate) fn wait_until_live(&mut self, windows: &[&str]) {
        for window in windows {
            self.wait_for(window, "revgate.look().status", &json!("Live"));
        }
    }

    /// Waits until the replicas in these windows show what the backend has, and gives that
    /// snapshot. None of them may have gone back to an older version, or met an error, on the way.
    #[track_caller]
    pub(crate) fn agree(&mut self, topic: &str, windows: &[&str]) -> Value {
        let snapshot = self.call(windows[0], "snapshot", json!({ "topic": topic }));
        let snapshot = snapshot.expect("the window may read");
        for window in windows {
            let shown = "(({ state, version }) => ({ data: state, ...version }))(revgate.look())";
            self.wait_for(window, shown, &snapshot);
            let troubles = self.value(window, "[revgate.look().wentBack, revgate.look().errors]");
            assert_eq!(troubles, json!([false, []]), "in `{window}`");
        }
        snapshot
    }

    /// Waits until the backend counts these subscriptions to a topic. The window asks.
    #[track_caller]
    pub(crate) fn wait_for_subscriptions(&mut self, window: &str, topic: &str, wanted: &Value) {
        let mut seen = Value::Null;
        let came = process::poll(LIMIT, || {
            seen = self.subscriptions(window, topic);
            (seen == *wanted).then_some(())
        });
        assert!(came.is_some(), "the subscriptions stay {seen}, wanted {wanted}");
    }

    /// How many subscriptions to a topic each window has, by the backend's count; `null` if there
    /// is no such topic. The window asks, and must be allowed to.
    pub(crate) fn subscriptions(&mut self, window: &str, topic: &str) -> Value {
        let topics = self.call(window, "inspect", json!({})).expect("the window may inspect");
        let mut topics = topics.as_array().into_iter().flatten();
        topics.find(|it| it["topic"] == topic).map_or(Value::Null, |it| it["subscriptions"].clone())
    }
}
