use std::time::{Duration, Instant};

use serde_json::Value;

use super::Desktop;
use crate::{Error, process, windows, windows::WindowState};

/// Notes in a window when the person last did something, and when each revision was shown. The
/// windows are on one machine, so their clocks are one clock.
const OBSERVE: &str = "if (window.__revgateSeen) return; \
    const seen = window.__revgateSeen = { acted: null, shown: {} }; \
    const acted = () => { seen.acted = Date.now() }; \
    for (const type of ['click', 'input', 'change', 'keydown']) addEventListener(type, acted, true); \
    const root = document.documentElement; \
    const look = () => { seen.shown[root.dataset.revision] ??= Date.now() }; \
    new MutationObserver(look).observe(root, { attributes: true })";

const SEEN: &str = "const seen = window.__revgateSeen; \
    return { acted: seen?.acted, shown: seen?.shown[arguments[0]] }";

/// All windows agree.
#[derive(Clone, Debug)]
pub struct Settled {
    /// What every window shows, in the order in which the windows were named.
    pub states: Vec<WindowState>,
    /// From the person's last input to the moment when the last window showed its effect.
    pub sync: Duration,
}

impl Settled {
    /// The revision that all windows show.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.states.first().and_then(WindowState::revision).unwrap_or(0)
    }
}

impl Desktop {
    /// Begins to note the times that [`Desktop::settle`] reports.
    ///
    /// # Errors
    /// Those of [`Desktop::execute`].
    pub fn observe(&mut self, label: &str) -> Result<(), Error> {
        self.execute(label, OBSERVE, &[]).map(drop)
    }

    /// Waits until all these windows are live, show the wanted values and, beyond them, the same
    /// state at a revision of at least `revision`.
    ///
    /// # Errors
    /// [`Error::Windows`] after `limit`, naming window, property, wanted and seen.
    pub fn settle(
        &mut self,
        labels: &[&str],
        actor: &str,
        wanted: &[(&str, &str)],
        revision: u64,
        limit: Duration,
    ) -> Result<Settled, Error> {
        let since = Instant::now();
        let mut missing = Error::Windows("no window was looked at".into());
        let agreed = process::poll(limit, || match self.states(labels) {
            Ok(states) => match disagreement(&states, wanted, revision) {
                None => Some(states),
                Some(text) => {
                    missing = Error::Windows(text);
                    None
                }
            },
            // A window that is just opening has no page to ask yet.
            Err(error) => {
                missing = error;
                None
            }
        });
        let Some(states) = agreed else {
            let seen = labels.iter().map(|label| self.last_words(label)).collect::<String>();
            let limit = limit.as_secs();
            let advice = format!("not within {limit} s: the windows did not follow{seen}");
            return Err(missing.in_step("wait until all windows agree", advice));
        };
        let waited = Duration::from_millis(Self::elapsed_ms(since));
        let sync = self.sync_time(labels, actor, states[0].value("revision"))?.unwrap_or(waited);
        Ok(Settled { states, sync })
    }

    /// All that a window shows, and what it says has failed.
    fn last_words(&mut self, label: &str) -> String {
        let script = "return document.querySelector('[role=status] [title]')?.title ?? null";
        let fault = self.execute(label, script, &[]);
        format!("\n  `{label}` shows {:?} and says {fault:?}", self.state(label))
    }

    /// `None` if a window was not observed while it changed.
    fn sync_time(
        &mut self,
        labels: &[&str],
        actor: &str,
        revision: &str,
    ) -> Result<Option<Duration>, Error> {
        let acted = self.acted_at(actor)?;
        let shown = self.shown_at(labels, revision)?;
        let took = acted.zip(shown).map(|(acted, shown)| shown.saturating_sub(acted));
        Ok(took.map(Duration::from_millis))
    }

    /// When the person last did something in a window that was observed, in milliseconds since 1970.
    ///
    /// # Errors
    /// Those of [`Desktop::execute`].
    pub fn acted_at(&mut self, label: &str) -> Result<Option<u64>, Error> {
        Ok(self.execute(label, SEEN, &[Value::Null])?["acted"].as_u64())
    }

    /// When the last of these windows came to show this revision; `None` if one was not observed then.
    ///
    /// # Errors
    /// Those of [`Desktop::execute`].
    pub fn shown_at(&mut self, labels: &[&str], revision: &str) -> Result<Option<u64>, Error> {
        let mut shown = Some(0);
        for label in labels {
            let seen = self.execute(label, SEEN, &[Value::from(revision)])?;
            shown = shown.zip(seen["shown"].as_u64()).map(|(latest, own)| latest.max(own));
        }
        Ok(shown)
    }
}

fn disagreement(states: &[WindowState], wanted: &[(&str, &str)], revision: u64) -> Option<String> {
    let behind = states.iter().find(|state| state.revision().is_none_or(|own| own < revision));
    windows::disagreement(states, wanted).or_else(|| {
        behind.map(|state| {
            let (window, seen) = (&state.window, state.value("revision"));
            format!(
                "window `{window}`, property `revision`: wanted at least `{revision}`, seen `{seen}`"
            )
        })
    })
}
