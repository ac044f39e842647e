//! Where on the timeline things are.

/// The backend, which has the first lane.
pub(super) const BACKEND: &str = "backend";

/// The measures of the timeline, in CSS pixels.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lanes {
    /// The windows, each with a lane beside the backend's.
    pub(super) windows: Vec<String>,
    /// The width of a lane.
    pub(super) width: f64,
    /// The height of a line.
    pub(super) height: f64,
    /// The size of the letters.
    pub(super) font: f64,
    /// How much room the times have.
    pub(super) gutter: f64,
}

impl Lanes {
    /// As wide as there is room for, and no narrower than what can be read.
    pub(super) fn new(windows: Vec<String>, room: f64, zoom: u32) -> Self {
        let scale = f64::from(zoom) / 100.0;
        let (gutter, count) = (72.0 * scale, (windows.len() + 1) as f64);
        let width = ((room - gutter) / count).max(150.0 * scale);
        Self { windows, width, height: 24.0 * scale, font: 11.5 * scale, gutter }
    }

    /// The middle of the lane of this window, or of the backend's.
    pub(super) fn middle(&self, window: Option<&str>) -> f64 {
        let place = window.and_then(|window| self.windows.iter().position(|it| it == window));
        self.gutter + self.width * (place.map_or(0, |place| place + 1) as f64 + 0.5)
    }

    pub(super) fn is_last(&self, window: Option<&str>) -> bool {
        self.windows.last().map(String::as_str) == window
    }

    /// The width of all of it.
    pub(super) fn total(&self) -> f64 {
        self.gutter + self.width * (self.windows.len() + 1) as f64
    }

    /// As much of the text as there is room for.
    pub(super) fn cut(&self, text: &str, room: f64) -> String {
        let most = (room / (self.font * 0.53)).max(1.0) as usize;
        if text.chars().count() <= most {
            return text.to_owned();
        }
        text.chars().take(most - 1).chain(['…']).collect()
    }
}
