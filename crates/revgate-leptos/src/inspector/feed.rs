//! What the backend tells the inspector, gathered.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use revgate::inspect::{Fault, Faults, Line, Moment, Session, Standing, Story, Survey, Tape};
use revgate_client::tauri::inspector;

/// How often the backend is asked.
const PERIOD: Duration = Duration::from_millis(100);
/// How often after it did not answer.
const PERIOD_OF_FAILURE: Duration = Duration::from_secs(1);
/// So many lines are shown, and so many moments exported.
const MOST_LINES: usize = 5_000;
const MOST_MOMENTS: usize = 50_000;
/// So many states of each topic can be stepped back.
const MOST_STATES: usize = 50;

/// A line of the timeline.
pub(super) type Lined = Arc<Line>;

#[derive(Clone, Copy)]
pub(super) struct Feed {
    /// By time.
    pub(super) lines: RwSignal<Arc<Vec<Lined>>>,
    /// What is shown instead while the timeline is paused.
    pub(super) paused: RwSignal<Option<Arc<Vec<Lined>>>>,
    pub(super) story: RwSignal<Story>,
    pub(super) standings: RwSignal<Vec<Standing>>,
    pub(super) faults: RwSignal<Faults>,
    /// Why nothing is heard, or what a gate has not done once more.
    pub(super) trouble: RwSignal<Option<String>>,
    tape: StoredValue<Tape>,
}

impl Feed {
    /// Asks the backend for as long as the calling component lives.
    pub(super) fn follow() -> Self {
        let feed = Self {
            lines: RwSignal::default(),
            paused: RwSignal::default(),
            story: RwSignal::new(Story::new(MOST_STATES)),
            standings: RwSignal::default(),
            faults: RwSignal::default(),
            trouble: RwSignal::default(),
            tape: StoredValue::new(Tape::new(MOST_MOMENTS)),
        };
        feed.ask(true);
        feed
    }

    /// What is to be seen now.
    pub(super) fn shown(self) -> Arc<Vec<Lined>> {
        self.paused.get().unwrap_or_else(|| self.lines.get())
    }

    pub(super) fn toggle_pause(self) {
        let lines = self.lines.get_untracked();
        self.paused.update(|paused| *paused = paused.is_none().then_some(lines));
    }

    /// What has been recorded.
    pub(super) fn session(self) -> Session {
        self.tape.with_value(Tape::session)
    }

    /// Has the backend do something wrong.
    pub(super) fn hurt(self, fault: Fault) {
        self.faults.update(|faults| faults.set(fault));
        spawn_local(async move {
            if let Err(error) = inspector::hurt(fault).await {
                self.trouble.try_set(Some(error.to_string()));
            }
        });
    }

    fn ask(self, begin: bool) {
        spawn_local(async move {
            let answer = inspector::survey(begin).await;
            if self.tape.try_with_value(|_| ()).is_none() {
                return;
            }
            let (again, period) = match answer {
                Ok(survey) => {
                    self.take(survey, begin);
                    (false, PERIOD)
                }
                Err(error) => {
                    self.trouble.set(Some(error.to_string()));
                    (true, PERIOD_OF_FAILURE)
                }
            };
            set_timeout(move || self.ask(again), period);
        });
    }

    fn take(self, survey: Survey, begins: bool) {
        let Survey { moments, topics, faults } = survey;
        if begins {
            self.lines.set(Arc::default());
            self.story.set(Story::new(MOST_STATES));
            self.tape.set_value(Tape::new(MOST_MOMENTS));
            self.trouble.set(None);
        }
        set_if_other(self.standings, topics);
        set_if_other(self.faults, faults);
        if !moments.is_empty() {
            self.tell(moments);
        }
    }

    fn tell(self, moments: Vec<Moment>) {
        let mut told = Vec::new();
        self.story.update(|story| {
            for moment in &moments {
                match story.tell(moment) {
                    Ok(line) => told.extend(line),
                    Err(mismatch) => self.trouble.set(Some(mismatch.to_string())),
                }
            }
        });
        self.tape.update_value(|tape| moments.into_iter().for_each(|moment| tape.push(moment)));
        if !told.is_empty() {
            self.lines.update(|lines| add(Arc::make_mut(lines), told));
        }
    }
}

/// What windows tell comes later than what the backend has seen.
fn add(lines: &mut Vec<Lined>, told: Vec<Line>) {
    for line in told {
        let newer = lines.iter().rev().take_while(|other| other.at > line.at).count();
        lines.insert(lines.len() - newer, Arc::new(line));
    }
    lines.drain(..lines.len().saturating_sub(MOST_LINES));
}

/// Whoever reads it is not woken for nothing.
fn set_if_other<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|before| *before != value) {
        signal.set(value);
    }
}
