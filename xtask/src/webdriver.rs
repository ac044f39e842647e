//! The part of the W3C WebDriver protocol that driving a desktop app needs.
//!
//! Absent on purpose: frames, cookies, alerts, pictures of single elements. An element is found anew for
//! each act, so no handle can go stale between two of them.

mod error;

use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine};
use serde_json::{Value, json};

pub use error::Error;

/// The name under which an element travels in JSON; the standard chose it so that it clashes
/// with nothing.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// No command may take longer, a page that hangs included: one starts the app, on whatever machine.
const LIMIT: Duration = Duration::from_secs(120);
/// When the driver gives up on a script: before that, so that it is the driver who says so.
const SCRIPT: Duration = Duration::from_secs(110);

/// A session with a browser, or with an app that is driven like one.
#[derive(Debug)]
pub struct Client {
    agent: ureq::Agent,
    session: String,
}

/// A window or tab, as the driver names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Handle(String);

/// An element of the page, valid until the page replaces it.
#[derive(Clone, Debug)]
pub struct Element(String);

impl Client {
    /// Asks the driver at `base` (`http://127.0.0.1:4444`) for a session with these capabilities; that starts the
    /// app.
    ///
    /// # Errors
    /// [`Error::Refused`] with the driver's words if the app does not start.
    pub fn new_session(base: &str, mut capabilities: Value) -> Result<Self, Error> {
        let agent = agent();
        capabilities["timeouts"] = json!({ "script": SCRIPT.as_millis() as u64 });
        let body = json!({ "capabilities": { "alwaysMatch": capabilities } });
        let value = post(&agent, "new session", &format!("{base}/session"), &body)?;
        let id = value["sessionId"].as_str().ok_or_else(|| Error::shape("new session", &value))?;
        Ok(Self { session: format!("{base}/session/{id}"), agent })
    }

    /// Whether the driver at `base` takes sessions.
    #[must_use]
    pub fn is_ready(base: &str) -> bool {
        let status = get(&agent(), "status", &format!("{base}/status"));
        status.is_ok_and(|value| value["ready"] == true)
    }

    /// Ends the session, and with it the app.
    ///
    /// # Errors
    /// As every command here: [`Error::Refused`], [`Error::Transport`] or [`Error::Shape`].
    pub fn delete_session(&self) -> Result<(), Error> {
        let reply = self.agent.delete(&self.session).call();
        read("delete session", reply).map(drop)
    }

    /// All windows of the app.
    ///
    /// # Errors
    /// See [`Client::delete_session`].
    pub fn windows(&self) -> Result<Vec<Handle>, Error> {
        let value = self.get("get window handles", "window/handles")?;
        let handles = value.as_array().ok_or_else(|| Error::shape("get window handles", &value))?;
        Ok(handles.iter().filter_map(Value::as_str).map(|text| Handle(text.to_owned())).collect())
    }

    /// Sends the commands that follow to this window.
    ///
    /// # Errors
    /// See [`Client::delete_session`]; a closed window is refused with `no such window`.
    pub fn switch_to(&self, window: &Handle) -> Result<(), Error> {
        self.post("switch to window", "window", &json!({ "handle": window.0 })).map(drop)
    }

    /// Opens a tab, which is not the current one yet.
    ///
    /// # Errors
    /// See [`Client::delete_session`].
    pub fn new_tab(&self) -> Result<Handle, Error> {
        let value = self.post("new window", "window/new", &json!({ "type": "tab" }))?;
        let handle = value["handle"].as_str().ok_or_else(|| Error::shape("new window", &value))?;
        Ok(Handle(handle.to_owned()))
    }

    /// Closes the current window; there is no current one then.
    ///
    /// # Errors
    /// See [`Client::delete_session`].
    pub fn close_window(&self) -> Result<(), Error> {
        let reply = self.agent.delete(self.url("window")).call();
        read("close window", reply).map(drop)
    }

    /// Loads an address in the current window and waits until it is loaded.
    ///
    /// # Errors
    /// See [`Client::delete_session`].
    pub fn navigate(&self, address: &str) -> Result<(), Error> {
        self.post("navigate to", "url", &json!({ "url": address })).map(drop)
    }

    /// A picture of the current window's page, as PNG.
    ///
    /// # Errors
    /// See [`Client::delete_session`].
    pub fn screenshot(&self) -> Result<Vec<u8>, Error> {
        let value = self.get("take screenshot", "screenshot")?;
        let picture = value.as_str().and_then(|text| BASE64_STANDARD.decode(text).ok());
        picture.ok_or_else(|| Error::shape("take screenshot", &value))
    }

    /// Loads the current window's page again and waits until it is loaded.
    ///
    /// # Errors
    /// See [`Client::delete_session`].
    pub fn refresh(&self) -> Result<(), Error> {
        self.post("refresh", "refresh", &json!({})).map(drop)
    }

    /// Runs the body of a JavaScript function in the current window and gives what it returns.
    ///
    /// # Errors
    /// See [`Client::delete_session`]; an exception is refused with `javascript error`.
    pub fn execute(&self, script: &str, arguments: &[Value]) -> Result<Value, Error> {
        let body = json!({ "script": script, "args": arguments });
        self.post("execute script", "execute/sync", &body)
    }

    /// As [`Client::execute`], for a script that calls its last argument with the result.
    ///
    /// # Errors
    /// See [`Client::execute`].
    pub fn execute_async(&self, script: &str, arguments: &[Value]) -> Result<Value, Error> {
        let body = json!({ "script": script, "args": arguments });
        self.post("execute async script", "execute/async", &body)
    }

    /// The first element that the CSS selector matches.
    ///
    /// # Errors
    /// See [`Client::delete_session`]; nothing found is refused with `no such element`.
    pub fn find(&self, css: &str) -> Result<Element, Error> {
        let command = format!("find element `{css}`");
        let body = json!({ "using": "css selector", "value": css });
        let value = self.post(&command, "element", &body)?;
        let id = value[ELEMENT].as_str().ok_or_else(|| Error::shape(&command, &value))?;
        Ok(Element(id.to_owned()))
    }

    /// Scrolls the element into view and clicks its middle.
    ///
    /// # Errors
    /// See [`Client::delete_session`]; a covered element is refused.
    pub fn click(&self, element: &Element) -> Result<(), Error> {
        self.post("element click", &format!("element/{}/click", element.0), &json!({})).map(drop)
    }

    /// Focuses the element and types the text; [`keys`] has the special ones.
    ///
    /// # Errors
    /// See [`Client::delete_session`].
    pub fn send_keys(&self, element: &Element, text: &str) -> Result<(), Error> {
        let path = format!("element/{}/value", element.0);
        self.post("element send keys", &path, &json!({ "text": text })).map(drop)
    }

    /// Performs pointer or key actions as the standard writes them.
    ///
    /// # Errors
    /// See [`Client::delete_session`].
    pub fn perform(&self, actions: &Value) -> Result<(), Error> {
        self.post("perform actions", "actions", &json!({ "actions": actions })).map(drop)
    }

    /// Has Chromium do what the standard has no word for, by its developer tools.
    ///
    /// # Errors
    /// See [`Client::delete_session`]; another browser knows no such command.
    pub fn devtools(&self, command: &str, parameters: &Value) -> Result<Value, Error> {
        let body = json!({ "cmd": command, "params": parameters });
        self.post(&format!("devtools {command}"), "goog/cdp/execute", &body)
    }

    fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.session)
    }

    fn get(&self, command: &str, path: &str) -> Result<Value, Error> {
        get(&self.agent, command, &self.url(path))
    }

    fn post(&self, command: &str, path: &str, body: &Value) -> Result<Value, Error> {
        post(&self.agent, command, &self.url(path), body)
    }
}

impl Element {
    /// The element that a script returned, or `None` if it returned something else.
    #[must_use]
    pub fn from_reference(value: &Value) -> Option<Self> {
        Some(Self(value[ELEMENT].as_str()?.to_owned()))
    }

    /// The element as an argument of a script or as the origin of a pointer move.
    #[must_use]
    pub fn reference(&self) -> Value {
        json!({ ELEMENT: self.0 })
    }
}

/// Keys that are not characters.
pub mod keys {
    /// The right arrow.
    pub const RIGHT: &str = "\u{e014}";
    /// The left arrow.
    pub const LEFT: &str = "\u{e012}";
    /// Enter.
    pub const ENTER: &str = "\u{e007}";
    /// Tab.
    pub const TAB: &str = "\u{e004}";
    /// Escape.
    pub const ESCAPE: &str = "\u{e00c}";
    /// The space bar.
    pub const SPACE: &str = " ";
    /// End.
    pub const END: &str = "\u{e010}";
    /// Home.
    pub const HOME: &str = "\u{e011}";
    /// The up arrow.
    pub const UP: &str = "\u{e013}";
    /// The down arrow.
    pub const DOWN: &str = "\u{e015}";
}

type Reply = Result<ureq::http::Response<ureq::Body>, ureq::Error>;

/// No proxy: the driver is on this machine, whatever the environment says about the network.
fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .proxy(None)
        .http_status_as_error(false)
        .timeout_global(Some(LIMIT))
        .build();
    ureq::Agent::new_with_config(config)
}

fn get(agent: &ureq::Agent, command: &str, url: &str) -> Result<Value, Error> {
    read(command, agent.get(url).call())
}

fn post(agent: &ureq::Agent, command: &str, url: &str, body: &Value) -> Result<Value, Error> {
    read(command, agent.post(url).send_json(body))
}

/// The `value` of a reply; what is not a success is an error with the driver's own words.
fn read(command: &str, reply: Reply) -> Result<Value, Error> {
    let transport = |error: ureq::Error| Error::Transport {
        command: command.to_owned(),
        reason: error.to_string(),
    };
    let mut reply = reply.map_err(transport)?;
    let status = reply.status();
    let mut body: Value = reply.body_mut().read_json().map_err(transport)?;
    if status.is_success() {
        return Ok(body["value"].take());
    }
    Err(Error::refused(command, status.as_u16(), &body["value"]))
}

#[cfg(test)]
mod tests;
