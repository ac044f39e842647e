//! How much may happen.

/// What a window does, in this order, whenever it likes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    /// An action that can always be done.
    Add,
    /// An action that refuses if another window was first.
    Claim,
    /// An edit by a function.
    Edit,
}

pub(crate) const MOST_WINDOWS: usize = 2;
pub(crate) const MOST_STEPS: usize = 3;

/// Bounds what is spent for good. Any message may be late, and come after any other.
#[derive(Clone, Debug)]
pub(crate) struct Bounds {
    pub(crate) name: String,
    /// What each window does.
    pub(crate) scripts: &'static [&'static [Step]],
    /// The backend's own.
    pub(crate) writes: u8,
    pub(crate) restarts: u8,
    /// Whether the backend may have lost all when it starts anew.
    pub(crate) loses: bool,
    /// Messages lost or repeated, and ends of patience.
    pub(crate) faults: u8,
    /// Whether so many other windows may act that the backend forgets these.
    pub(crate) crowd: bool,
    /// Whether pages are about to go, and stay.
    pub(crate) flush: bool,
    /// Whether a window may be loaded anew.
    pub(crate) reload: bool,
}

impl Bounds {
    fn new(name: &str, scripts: &'static [&'static [Step]]) -> Self {
        Self {
            name: name.to_owned(),
            scripts,
            writes: 0,
            restarts: 0,
            loses: false,
            faults: 0,
            crowd: false,
            flush: false,
            reload: false,
        }
    }

    /// The same with more of what is bounded: what `--deep` goes on with.
    #[must_use]
    pub(crate) fn deeper(&self, by: u8) -> Self {
        let Self { writes, faults, .. } = *self;
        let name = format!("{}+{by}", self.name);
        // More faults than that, and more is under way than there is room for.
        Self { name, writes: writes + by, faults: (faults + by).min(3), ..self.clone() }
    }
}

/// Explored in seconds, even by a debug build.
#[cfg(test)]
pub(crate) fn small() -> Vec<Bounds> {
    const SCRIPTS: &[&[Step]] = &[&[Step::Add, Step::Claim]];
    const ONE: &[&[Step]] = &[&[Step::Add]];
    vec![
        Bounds { restarts: 1, faults: 1, ..Bounds::new("acting", SCRIPTS) },
        Bounds { writes: 1, faults: 2, crowd: true, ..Bounds::new("crowded", ONE) },
        hasty(),
    ]
}

/// What was sent in a hurry comes when the backend has forgotten its window, or is sent again then.
fn hasty() -> Bounds {
    const TWO: &[&[Step]] = &[&[Step::Add, Step::Add]];
    Bounds { crowd: true, flush: true, ..Bounds::new("hasty", TWO) }
}

/// What `cargo xtask model` explores, the longest search first.
pub(crate) fn standard() -> Vec<Bounds> {
    use Step::{Add, Claim, Edit};
    const RIVALS: &[&[Step]] = &[&[Add, Claim], &[Claim]];
    const MIXED: &[&[Step]] = &[&[Add, Edit], &[Add]];
    const LONELY: &[&[Step]] = &[&[Add, Edit, Add]];
    const SEVERAL: &[&[Step]] = &[&[Add, Add, Claim]];
    let reloaded = Bounds { flush: true, reload: true, ..Bounds::new("reloaded", SEVERAL) };
    vec![
        Bounds { writes: 1, restarts: 1, faults: 1, ..Bounds::new("mixed", MIXED) },
        Bounds { restarts: 1, faults: 2, ..reloaded },
        Bounds { writes: 1, restarts: 1, faults: 2, flush: true, ..Bounds::new("lonely", LONELY) },
        Bounds { restarts: 1, faults: 1, loses: true, ..Bounds::new("rivals", RIVALS) },
        Bounds { writes: 1, faults: 2, crowd: true, ..Bounds::new("forgetful", SEVERAL) },
        hasty(),
    ]
}
