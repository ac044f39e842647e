//! Every scene of both windows, for axe and for the eye; and whether it still looks as it did.

use std::env;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::axe::faults;
use crate::browser::{BOTH, MAIN, SETTINGS, Windows};
use crate::picture::Picture;

/// Pictures to compare with, of the scenes without zoom; half as large, to weigh little.
const KEPT: &str = "appearance/pictures";
/// Whoever sets it has them written anew.
const WRITE: &str = "REVGATE_WRITE_PICTURES";

/// What sticks out of the window, or is cut off without an ellipsis: nothing should be.
const STICKS_OUT: &str = "const room = document.documentElement.clientWidth;
    const isEnded = ({ textOverflow, webkitLineClamp }) => textOverflow === 'ellipsis' || webkitLineClamp !== 'none';
    const hasEllipsis = it => it && (isEnded(getComputedStyle(it)) || hasEllipsis(it.parentElement));
    const isCut = it => it.scrollWidth > it.clientWidth + 1 && getComputedStyle(it).overflowX === 'visible';
    const all = [...document.querySelectorAll('body *')].filter(it => it.getClientRects().length);
    return all.filter(it => {
        const { left, right } = it.getBoundingClientRect();
        return !it.closest('.font-size-preview, svg') && !hasEllipsis(it) && (left < -1 || right > room + 1 || isCut(it));
    }).map(it => `${it.tagName} ${it.className}: ${it.textContent.slice(0, 40)}`)";

/// Looks at windows, and goes on after what it finds: all of it is said at the end.
pub(crate) struct Inspection {
    pub(crate) windows: Windows,
    faults: Vec<String>,
}

impl Inspection {
    pub(crate) fn begin() -> Self {
        Self { windows: Windows::open(), faults: Vec::new() }
    }

    /// Looks at one window and leaves a picture of it.
    pub(crate) fn look(&mut self, window: &str, scene: &str) -> Picture {
        let picture = self.windows.picture(window);
        picture.write(&seen(&format!("{window}-{scene}")));
        let mut found = faults(&mut self.windows.desktop, window, &[]);
        let out = self.windows.run(window, STICKS_OUT, &[]);
        found.extend((out != json!([])).then(|| format!("sticks out: {out}")));
        self.faults.extend(found.into_iter().map(|fault| format!("{window}-{scene}: {fault}")));
        picture
    }

    #[track_caller]
    pub(crate) fn end(self) {
        let Self { faults, .. } = self;
        assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n\n"));
    }
}

/// Where the picture of a scene is left.
pub(crate) fn seen(name: &str) -> PathBuf {
    let workspace = xtask::workspace::Workspace::find().expect("the tests run in the workspace");
    workspace.target.join("appearance").join(format!("{name}.png"))
}

#[test]
fn every_look_language_and_zoom_is_without_fault_and_looks_as_it_did() {
    let mut inspection = Inspection::begin();
    for language in ["en", "ar"] {
        inspection.windows.choose_language(language);
        for theme in ["light", "dark"] {
            inspection.windows.choose_theme(theme);
            for zoom in [100, 200] {
                inspection.windows.zoom(zoom);
                for window in BOTH {
                    let scene = format!("{theme}-{language}-{zoom}");
                    let picture = inspection.look(window, &scene);
                    if zoom == 100 {
                        let fault =
                            difference(&picture.halved(), &format!("{window}-{theme}-{language}"));
                        inspection.faults.extend(fault);
                    }
                }
            }
            inspection.windows.zoom(100);
        }
    }
    inspection.end();
}

/// How the picture differs from the one that is kept; the kept one is written if that is wanted.
fn difference(picture: &Picture, name: &str) -> Option<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(KEPT).join(format!("{name}.png"));
    if env::var_os(WRITE).is_some() {
        picture.write(&file);
        return None;
    }
    let tiles = match Picture::read(&file) {
        Ok(kept) => picture.tiles_that_differ(&kept),
        Err(error) => return Some(format!("{}: {error}", file.display())),
    };
    (tiles > 0).then(|| {
        format!(
            "{name}: {tiles} tiles look other than in {}. If they should: \
             `cargo xtask appearance --write`, and look at it before you commit it",
            file.display()
        )
    })
}

#[test]
fn what_comes_and_goes_is_without_fault() {
    let mut inspection = Inspection::begin();
    for (language, theme) in [("en", "light"), ("ar", "dark")] {
        inspection.windows.choose_language(language);
        inspection.windows.choose_theme(theme);
        let scene = |what: &str| format!("{what}-{theme}-{language}");

        inspection.windows.click(MAIN, "[data-testid=new-note]");
        inspection.look(MAIN, &scene("empty-note"));
        inspection.windows.click(MAIN, "[data-testid=delete-note]");
        inspection.look(MAIN, &scene("question"));
        inspection.windows.click(MAIN, "[data-testid=confirm-delete]");
        inspection.look(MAIN, &scene("toast"));

        inspection.windows.click(SETTINGS, "input[name=autoSave]");
        inspection.windows.click(SETTINGS, "input[name=sidebarCollapsed]");
        inspection.windows.settle(&[("autoSave", "false"), ("sidebarCollapsed", "true")]);
        inspection.windows.desktop.type_keys(MAIN, "[name=title]", "?").expect("it takes letters");
        inspection.look(MAIN, &scene("unsaved"));
        inspection.look(SETTINGS, &scene("switched"));
        inspection.windows.click(SETTINGS, "input[name=autoSave]");
        inspection.windows.click(SETTINGS, "input[name=sidebarCollapsed]");
        inspection.windows.settle(&[("autoSave", "true"), ("sidebarCollapsed", "false")]);
    }
    for _ in 0..3 {
        inspection.windows.click(MAIN, "[data-testid=delete-note]");
        inspection.windows.click(MAIN, "[data-testid=confirm-delete]");
    }
    inspection.look(MAIN, "no-notes");
    inspection.end();
}
