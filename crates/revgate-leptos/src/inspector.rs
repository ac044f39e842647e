//! The inspector: what happens to all topics in all windows, on one timeline.

#![allow(unreachable_pub, reason = "Leptos's `component` macro writes each component out as `pub`")]

mod delays;
mod drawing;
mod faults;
mod feed;
mod frame;
mod keys;
mod lanes;
mod state;
mod timeline;
mod topics;

use leptos::prelude::*;
use revgate::Version;
use revgate::inspect::{Line, Story};
use revgate_client::tauri::{inspector, webview_label};

use self::delays::DelaysPanel;
use self::faults::FaultsPanel;
use self::feed::Feed;
use self::frame::{StatusLine, Toolbar};
use self::state::StatePanel;
use self::timeline::Timeline;
use self::topics::TopicsPanel;

/// What the person at the inspector has chosen to look at.
#[derive(Clone, Copy)]
struct View {
    feed: Feed,
    /// What is to be found in a line.
    query: RwSignal<String>,
    /// Whose lines are shown; all topics' if it is empty.
    topic: RwSignal<String>,
    /// Whose state is shown.
    state_of: RwSignal<Option<String>>,
    /// The version that is shown of it; `None` to follow the newest.
    held: RwSignal<Option<Version>>,
    /// In percent.
    zoom: RwSignal<u32>,
    look: RwSignal<Look>,
    selected: RwSignal<Option<feed::Lined>>,
    /// Something to say: of an export, say.
    notice: RwSignal<Option<String>>,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Look {
    #[default]
    System,
    Light,
    Dark,
}

/// Whether this page is in the window that the plugin opens for the inspector. An app shows the
/// [`Inspector`] there, and nothing of its own.
pub fn is_inspector() -> bool {
    webview_label().as_deref() == Some(inspector::LABEL)
}

/// All topics and all windows on one timeline: who was told of what, what was fetched, shown, refused and
/// lost. Beside it how each topic stands, its last states, and how long news take; and buttons that have
/// the backend do wrong what a network, a disk or another window may do wrong.
///
/// For the page of a window with the permission `revgate:inspector`, the one that the plugin opens:
///
/// ```no_run,standalone_crate
/// use leptos::prelude::*;
/// use revgate_leptos::inspector::{Inspector, is_inspector};
///
/// #[component]
/// fn Root() -> impl IntoView {
///     if is_inspector() {
///         view! { <Inspector /> }.into_any()
///     } else {
///         view! { <main>"The app"</main> }.into_any()
///     }
/// }
/// ```
///
/// It fills the window, and brings its style along in a `<style>`, which a content security policy has to
/// let in (`style-src 'unsafe-inline'`).
#[component]
pub fn Inspector() -> impl IntoView {
    let view = View {
        feed: Feed::follow(),
        query: RwSignal::default(),
        topic: RwSignal::default(),
        state_of: RwSignal::default(),
        held: RwSignal::default(),
        zoom: RwSignal::new(100),
        look: RwSignal::default(),
        selected: RwSignal::default(),
        notice: RwSignal::default(),
    };
    document().set_title("Revgate inspector");
    view! {
        <style>{include_str!("inspector/style.css")}</style>
        <div class="rg-inspector" data-look=move || view.look.get().name()>
            <Toolbar view />
            <div class="rg-body">
                <Timeline view />
                <aside class="rg-panels" aria-label="Details">
                    <TopicsPanel view />
                    <FaultsPanel view />
                    <StatePanel view />
                    <DelaysPanel feed=view.feed />
                </aside>
            </div>
            <StatusLine view />
        </div>
    }
}

impl View {
    /// The topic whose state is shown: the one that was chosen, or the first that there is.
    fn state_of(self) -> Option<String> {
        let first = || self.feed.standings.with(|all| Some(all.first()?.topic.clone()));
        self.state_of.get().or_else(first)
    }

    /// Shows a topic's state of this place among its last ones, from 1; the newest is followed.
    fn show_state(self, topic: &str, place: usize) {
        let versions: Vec<_> = self
            .feed
            .story
            .with_untracked(|story| story.states(topic).map(|state| state.version).collect());
        let held = versions.get(place.wrapping_sub(1)).filter(|_| place < versions.len());
        self.held.set(held.copied());
        self.state_of.set(Some(topic.to_owned()));
    }

    /// Shows the state that there was when this happened.
    fn show_state_then(self, line: &Line) {
        let before = |story: &Story| {
            story.states(&line.topic).take_while(|state| state.at <= line.at).count()
        };
        let place = self.feed.story.with_untracked(before);
        self.show_state(&line.topic, place.max(1));
    }
}

impl Look {
    const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    const fn next(self) -> Self {
        match self {
            Self::System => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::System,
        }
    }
}
