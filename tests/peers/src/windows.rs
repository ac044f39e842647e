//! The windows, and questions to them.

use std::collections::HashMap;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tauri::{AppHandle, Manager, State, WebviewUrl, WebviewWindow, WebviewWindowBuilder};

use crate::kind::Kind;
use crate::peer::Peer;

/// How long a window may take to answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// What windows were asked, by number, and where the answers go.
#[derive(Default)]
pub(crate) struct Answers(Mutex<Asked>);

#[derive(Default)]
struct Asked {
    last: u64,
    waiting: HashMap<u64, Sender<Result<Value, String>>>,
}

impl Answers {
    fn lock(&self) -> MutexGuard<'_, Asked> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> (u64, Answer) {
        let (sender, receiver) = mpsc::channel();
        let mut asked = self.lock();
        asked.last += 1;
        let number = asked.last;
        asked.waiting.insert(number, sender);
        (number, Answer(receiver))
    }
}

/// An answer to come.
pub(crate) struct Answer(Receiver<Result<Value, String>>);

impl Answer {
    pub(crate) fn wait(self) -> Result<Value, String> {
        let answer = self.0.recv_timeout(PATIENCE);
        answer.map_err(|_| format!("no answer within {} s", PATIENCE.as_secs()))?
    }

    pub(crate) fn number(self) -> Result<f64, String> {
        let answer = self.wait()?;
        answer.as_f64().ok_or_else(|| format!("{answer} is no number"))
    }
}

/// A window's answer.
#[tauri::command]
pub(crate) async fn answer(
    answers: State<'_, Answers>,
    id: u64,
    ok: Option<Value>,
    error: Option<String>,
) -> Result<(), ()> {
    let waiting = answers.lock().waiting.remove(&id);
    if let Some(waiting) = waiting {
        // Whoever asked may have lost patience.
        let _ = waiting.send(error.map_or(Ok(ok.unwrap_or_default()), Err));
    }
    Ok(())
}

/// A window, for whoever asks it things from another thread than Tauri's.
#[derive(Clone)]
pub(crate) struct Window(WebviewWindow);

impl Window {
    /// Opens one beside the others, all of them on the virtual display: one that lies below another, or
    /// beyond the edge, gets no frames.
    pub(crate) fn open(app: &AppHandle, number: usize) -> tauri::Result<Self> {
        let url = WebviewUrl::App("idle.html".into());
        let (x, y) = ((number % 5) as f64, (number / 5) as f64);
        let window = WebviewWindowBuilder::new(app, format!("window-{number}"), url);
        let window = window.position(5.0 + 254.0 * x, 5.0 + 178.0 * y).inner_size(244.0, 168.0);
        window.build().map(Self)
    }

    /// Loads a system's page. The answer is how many milliseconds it took from there to the first
    /// state.
    pub(crate) fn load(&self, peer: Peer, kind: Kind) -> Result<Answer, String> {
        let (id, answer) = self.0.state::<Answers>().next();
        let (page, by) = peer.page();
        self.go(&format!("{page}.html?state={}&by={by}&id={id}", kind.name()))?;
        Ok(answer)
    }

    /// Shows an empty page, which takes part in nothing.
    pub(crate) fn rest(&self) -> Result<(), String> {
        self.go("idle.html")
    }

    fn go(&self, page: &str) -> Result<(), String> {
        let url = format!("tauri://localhost/{page}");
        let url = url.parse().map_err(|error| format!("{url}: {error}"))?;
        self.0.navigate(url).map_err(|error| error.to_string())
    }

    /// Has the page do something.
    pub(crate) fn ask(&self, what: &str, arguments: Value) -> Result<Answer, String> {
        let (id, answer) = self.0.state::<Answers>().next();
        let script = format!("bench({id}, {}, ...{arguments})", json!(what));
        self.0.eval(script).map_err(|error| error.to_string())?;
        Ok(answer)
    }

    /// The same, with its answer.
    pub(crate) fn call(&self, what: &str, arguments: Value) -> Result<Value, String> {
        self.ask(what, arguments)?.wait()
    }

    /// The numbers that it shows in both fields.
    pub(crate) fn shown(&self) -> Result<[u64; 2], String> {
        let shown = self.call("shown", json!([]))?;
        let number =
            |index: usize| shown[index].as_u64().ok_or_else(|| format!("a window shows {shown}"));
        Ok([number(0)?, number(1)?])
    }
}
