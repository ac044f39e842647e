//! The icons, as strokes on a 20 × 20 grid. They take the colour of the text around them, and are
//! hidden from screen readers: the control that shows one carries the words.

use leptos::prelude::*;

/// What an icon shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Icon {
    /// Two windows, one behind the other: the app.
    Windows,
    /// Sliders: the settings.
    Sliders,
    /// A window with a side bar.
    SideBar,
    /// The light look.
    Sun,
    /// The dark look.
    Moon,
    /// The desktop's look.
    Monitor,
    /// A new note.
    Plus,
    /// Delete.
    Bin,
    /// Saved.
    Check,
    /// Take back.
    Undo,
    /// Do again.
    Redo,
    /// Close, dismiss.
    Cross,
    /// Something is wrong.
    Warning,
    /// More choices below.
    ChevronDown,
}

impl Icon {
    const fn path(self) -> &'static str {
        match self {
            Self::Windows => {
                "M7 6.5V4.75C7 4.06 7.56 3.5 8.25 3.5h7c.69 0 1.25.56 1.25 1.25v6c0 .69-.56 1.25-1.25 1.25H13.5 \
                 M4.75 7h7c.69 0 1.25.56 1.25 1.25v7c0 .69-.56 1.25-1.25 1.25h-7c-.69 0-1.25-.56-1.25-1.25v-7C3.5 7.56 4.06 7 4.75 7z"
            }
            Self::Sliders => {
                "M3 6h6.5M14.5 6H17M3 14h2.5M10.5 14H17 \
                 M14.5 6a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z M10.5 14a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z"
            }
            Self::SideBar => {
                "M5 3.5h10c.83 0 1.5.67 1.5 1.5v10c0 .83-.67 1.5-1.5 1.5H5c-.83 0-1.5-.67-1.5-1.5V5c0-.83.67-1.5 1.5-1.5z M8 3.5v13"
            }
            Self::Sun => {
                "M13.25 10a3.25 3.25 0 1 1-6.5 0 3.25 3.25 0 0 1 6.5 0z \
                 M10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.34 4.34l1.06 1.06M14.6 14.6l1.06 1.06M4.34 15.66l1.06-1.06M14.6 5.4l1.06-1.06"
            }
            Self::Moon => "M16.5 11.6A6.75 6.75 0 0 1 8.4 3.5a6.75 6.75 0 1 0 8.1 8.1z",
            Self::Monitor => {
                "M4 4h12c.55 0 1 .45 1 1v7.5c0 .55-.45 1-1 1H4c-.55 0-1-.45-1-1V5c0-.55.45-1 1-1z M10 13.5v3M6.75 16.5h6.5"
            }
            Self::Plus => "M10 4v12M4 10h12",
            Self::Bin => {
                "M3.5 5.5h13M8 5.5V4c0-.55.45-1 1-1h2c.55 0 1 .45 1 1v1.5M5.25 5.5l.7 10c.04.56.5 1 1.06 1h5.98c.56 0 1.02-.44 1.06-1l.7-10M8.5 9v4.5M11.5 9v4.5"
            }
            Self::Check => "M4 10.5l4 4 8-9",
            Self::Undo => "M7.5 5L4 8.5 7.5 12M4.25 8.5h7.5a4 4 0 0 1 0 8H8.5",
            Self::Redo => "M12.5 5L16 8.5 12.5 12M15.75 8.5h-7.5a4 4 0 0 0 0 8h3.25",
            Self::Cross => "M5 5l10 10M15 5L5 15",
            Self::Warning => "M10 3.5l7 12.5H3z M10 8.25v3.5M10 13.9v.1",
            Self::ChevronDown => "M5.5 8l4.5 4.5L14.5 8",
        }
    }

    /// Whether it points where the text goes on, or back: such a one is mirrored where text runs from
    /// right to left.
    const fn is_directed(self) -> bool {
        matches!(self, Self::SideBar | Self::Undo | Self::Redo)
    }
}

/// Draws an icon, as large as the text around it asks.
#[component]
pub(crate) fn Glyph(
    /// What to draw.
    icon: Icon,
) -> impl IntoView {
    view! {
        <svg
            class="glyph"
            class:glyph-directed=icon.is_directed()
            viewBox="0 0 20 20"
            aria-hidden="true"
            focusable="false"
        >
            <path d=icon.path() />
        </svg>
    }
}
