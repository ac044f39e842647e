//! The state of the window as attributes of `<html>`: what the style sheets, and whoever drives
//! the window from outside, go by.

use leptos::prelude::*;
use revgate_leptos::Status;
use revgate_leptos::use_topic;
use revgate_settings::Settings;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::labels::use_labels;
use crate::window::WindowKind;

/// Keeps the attributes, the editor's font size and the document's title as the replica has them.
///
/// What tells of the settings is as the page has it until the first snapshot; `data-revision` and
/// `data-epoch` are absent.
pub(crate) fn keep_root_attributes(kind: WindowKind) {
    let settings = use_topic::<Settings>();
    let labels = use_labels();

    Effect::new(move |_| {
        let Some(root) = document().document_element() else {
            return;
        };
        set(&root, "data-window", kind.as_str());
        set(&root, "data-status", status_name(&settings.status()));
        if let Some(version) = settings.version() {
            set(&root, "data-revision", &version.revision.to_string());
            set(&root, "data-epoch", &version.epoch.to_string());
        }
        if !settings.is_ready() {
            return;
        }
        settings.with(|settings| {
            set(&root, "data-theme", settings.theme.as_str());
            set(&root, "lang", &settings.language);
            set(&root, "data-font-size", &settings.font_size.to_string());
            set(&root, "data-notifications-enabled", flag(settings.notifications_enabled));
            set(&root, "data-auto-save", flag(settings.auto_save));
            set(&root, "data-sidebar-collapsed", flag(settings.sidebar_collapsed));
            set_font_size(&root, settings.font_size);
        });
        let language = labels.language();
        // The labels' own, whatever language the setting names.
        set(&root, "dir", language.direction());
        document().set_title(language.labels().title_of(kind));
    });
}

/// Writes only what is different: a rewritten attribute makes the browser match every style anew.
fn set(root: &Element, name: &str, value: &str) {
    if root.get_attribute(name).as_deref() == Some(value) {
        return;
    }
    if let Err(error) = root.set_attribute(name, value) {
        tracing::error!("cannot set {name} to {value}: {error:?}");
    }
}

/// Through the style object, which a strict content security policy allows; a `style` attribute
/// it would refuse.
fn set_font_size(root: &Element, pixels: u32) {
    let Some(root) = root.dyn_ref::<HtmlElement>() else {
        return;
    };
    if let Err(error) = root.style().set_property("--font-size", &format!("{pixels}px")) {
        tracing::error!("cannot set the font size to {pixels}: {error:?}");
    }
}

fn status_name(status: &Status) -> &'static str {
    match status {
        Status::Loading => "loading",
        Status::Live => "live",
        Status::Retrying { .. } => "retrying",
        Status::Stopped => "stopped",
    }
}

const fn flag(on: bool) -> &'static str {
    if on { "true" } else { "false" }
}
