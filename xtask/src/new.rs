//! `cargo xtask new PATH`: an app of one's own, out of `template/`.

pub(crate) mod check;

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use xtask::{Error, report, workspace::Workspace};

use crate::{
    compile, npm,
    setup::{self, Goal, toolchain},
};

/// The app in Rust, and what is put over it for one whose second window is in JavaScript.
const APP: &str = "template/app";
const JAVASCRIPT: &str = "template/javascript";
/// What the template has in the place of the app's name, as `cargo generate` fills it in.
const NAME: &str = "{{project-name}}";
/// What the second window is without an address of its own.
const SETTINGS: &str = r#""label": "settings""#;
/// The crates that an app names, and where they are in the checkout.
const CRATES: [(&str, &str); 3] = [
    ("revgate", "shared"),
    ("revgate-leptos", "crates/revgate-leptos"),
    ("tauri-plugin-revgate", "crates/tauri-plugin-revgate"),
];
/// Names of packages that the app has anyway, and those that cargo has for folders of its own.
const TAKEN: [&str; 16] = [
    "build",
    "deps",
    "examples",
    "incremental",
    "leptos",
    "revgate",
    "revgate-client",
    "revgate-leptos",
    "revgate-nats",
    "revgate-persistence",
    "revgate-upstream",
    "serde",
    "shared",
    "tauri",
    "tauri-plugin-revgate",
    "window",
];

/// What the person asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct App {
    pub(crate) path: PathBuf,
    /// Whether its second window is in JavaScript.
    pub(crate) is_mixed: bool,
}

/// Makes the app, sets up what it takes to open it, and says what comes next.
pub(crate) fn run(workspace: &mut Workspace, app: &App) -> Result<(), Error> {
    // First: a name that will not do should not be found out after minutes of set-up.
    place(app)?;
    setup::run(workspace, Goal::App)?;
    if app.is_mixed {
        setup::node::ensure(workspace)?;
        npm::build(workspace)?;
    }
    // A set-up that fails leaves no folder, which would be in the way when it is tried again.
    let folder = make(workspace, app)?;
    toolchain::adopt(workspace, &folder)?;
    if app.is_mixed {
        install(workspace, &folder)?;
    }
    let (folder, root) = (folder.display(), workspace.root.display());
    report::say(format_args!(
        "{folder} is an app whose two windows share a state. What comes next:\n\n  \
         cd {folder}\n  \
         cargo test         # two windows without Tauri\n  \
         cargo tauri dev    # two real ones\n\n\
         Revgate is not published yet: the app takes it from {root}, as the end of its Cargo.toml \
         says."
    ));
    Ok(())
}

/// The npm packages of an app with a window in JavaScript. Revgate's own must have been built.
fn install(workspace: &Workspace, folder: &Path) -> Result<(), Error> {
    let mut command = workspace.command("npm");
    command.args(["install", "--no-audit", "--no-fund"]).current_dir(folder);
    compile::build(workspace, "install the app's npm packages", command)
}

/// Makes the app; its folder.
pub(crate) fn make(workspace: &Workspace, app: &App) -> Result<PathBuf, Error> {
    let folder = place(app)?;
    let name = name(&folder)?;
    fill(&workspace.root.join(APP), &folder, name)?;
    if app.is_mixed {
        fill(&workspace.root.join(JAVASCRIPT), &folder, name)?;
        let page = format!(r#"{SETTINGS}, "url": "settings.html""#);
        edit(&folder.join("src-tauri/tauri.conf.json"), |text| text.replace(SETTINGS, &page))?;
        let package = format!("file:{}", text(&workspace.root.join(npm::PACKAGE))?);
        let package = Value::from(package).to_string();
        edit(&folder.join("package.json"), |text| text.replace("\"^0.1.0\"", &package))?;
    }
    let patch = patch(&workspace.root)?;
    edit(&folder.join("Cargo.toml"), |text| text + &patch)?;
    // The versions that Revgate is tested with, and the wasm-bindgen that its set-up has installed.
    let (from, to) = (workspace.root.join("Cargo.lock"), folder.join("Cargo.lock"));
    fs::copy(&from, &to).map_err(Error::io(format!("writing {}", to.display())))?;
    Ok(folder)
}

/// Where it can be made.
fn place(app: &App) -> Result<PathBuf, Error> {
    let what = format!("finding {}", app.path.display());
    let folder = std::path::absolute(&app.path).map_err(Error::io(what))?;
    name(&folder)?;
    is_free(&folder)?;
    Ok(folder)
}

/// What the app is called: as its folder.
fn name(folder: &Path) -> Result<&str, Error> {
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let is_letter = |letter: char| letter.is_ascii_lowercase();
    let rest = |letter: char| is_letter(letter) || letter.is_ascii_digit() || letter == '-';
    if !name.starts_with(is_letter) || !name.chars().all(rest) {
        return Err(Error::Other(format!(
            "`{name}` cannot be an app's name: give a path whose last part is small letters, digits and \
             `-`, beginning with a letter, such as `my-app`"
        )));
    }
    if TAKEN.contains(&name) {
        return Err(Error::Other(format!(
            "`{name}` cannot be an app's name: a package in it, or a folder of cargo's, has that name; \
             give another, such as `my-{name}`"
        )));
    }
    Ok(name)
}

/// Nothing of the person's is written over.
fn is_free(folder: &Path) -> Result<(), Error> {
    let place = folder.display();
    if !folder.exists() {
        return Ok(());
    }
    if !folder.is_dir() {
        let text = format!("{place} is a file: give a path that does not exist yet");
        return Err(Error::Other(text));
    }
    let mut entries = fs::read_dir(folder).map_err(Error::io(format!("reading {place}")))?;
    match entries.next() {
        None => Ok(()),
        Some(_) => Err(Error::Other(format!(
            "{place} is not empty: give a path that does not exist yet, or empty it"
        ))),
    }
}

/// Copies a folder of the template, with the app's name in its texts.
fn fill(from: &Path, to: &Path, name: &str) -> Result<(), Error> {
    compile::copy_by(from, to, &|file, target| {
        let bytes = fs::read(file)?;
        let bytes = match String::from_utf8(bytes) {
            Ok(text) => text.replace(NAME, name).into_bytes(),
            // A picture.
            Err(error) => error.into_bytes(),
        };
        fs::write(target, bytes)
    })
}

fn edit(path: &Path, change: impl FnOnce(String) -> String) -> Result<(), Error> {
    let text =
        fs::read_to_string(path).map_err(Error::io(format!("reading {}", path.display())))?;
    fs::write(path, change(text)).map_err(Error::io(format!("writing {}", path.display())))
}

/// Has cargo take Revgate from the checkout.
fn patch(root: &Path) -> Result<String, Error> {
    let mut lines =
        "\n# Until Revgate is published: from this checkout.\n[patch.crates-io]\n".to_owned();
    for (name, folder) in CRATES {
        let path = toml_string(text(&root.join(folder))?);
        lines += &format!("{name} = {{ path = {path} }}\n");
    }
    Ok(lines)
}

/// TOML quotes as JSON does, but for one character: Windows has backslashes in its paths.
fn toml_string(text: &str) -> String {
    Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

/// A path as a manifest can name it.
fn text(path: &Path) -> Result<&str, Error> {
    path.to_str().ok_or_else(|| {
        let place = path.display();
        Error::Other(format!(
            "{place} is no Unicode, so no manifest can name it: move the checkout"
        ))
    })
}

#[cfg(test)]
mod tests {
    use xtask::process::Scratch;

    use super::*;

    fn made(scratch: &Scratch, name: &str, is_mixed: bool) -> Result<PathBuf, Error> {
        let workspace = Workspace::find().expect("tests run inside the checkout");
        make(&workspace, &App { path: scratch.path().join(name), is_mixed })
    }

    fn scratch() -> Scratch {
        Scratch::new(&std::env::temp_dir(), "revgate-new").expect("a folder")
    }

    #[test]
    fn an_app_has_its_name_and_takes_revgate_from_the_checkout() {
        let scratch = scratch();
        let folder = made(&scratch, "my-app", false).expect("it is made");
        let read = |file: &str| fs::read_to_string(folder.join(file)).expect(file);
        assert!(read("src-tauri/Cargo.toml").contains("name = \"my-app\""));
        let config = read("src-tauri/tauri.conf.json");
        assert!(config.contains("com.example.my-app") && !config.contains("settings.html"));
        assert!(!read("index.html").contains("{{"));
        assert!(!folder.join("package.json").exists());
        for (name, place) in CRATES {
            let text = read("Cargo.toml");
            let line = text.lines().find(|line| line.starts_with(&format!("{name} = {{ path")));
            assert!(line.is_some_and(|line| line.contains(place)), "{name}: {text}");
        }
        assert!(
            folder.join("src-tauri/icons/icon.ico").is_file()
                && folder.join("Cargo.lock").is_file()
        );
    }

    #[test]
    fn a_window_in_javascript_has_a_page_and_a_package_of_its_own() {
        let scratch = scratch();
        let folder = made(&scratch, "mixed", true).expect("it is made");
        let read = |file: &str| fs::read_to_string(folder.join(file)).expect(file);
        let config = read("src-tauri/tauri.conf.json");
        assert!(config.contains(r#""label": "settings", "url": "settings.html""#), "{config}");
        assert!(read("package.json").contains(&format!("{}\"", npm::PACKAGE)), "the checkout's");
        assert!(read("Trunk.toml").contains("settings.build.mjs"));
        assert!(folder.join("settings.ts").is_file());
    }

    /// What of a file is not in one without Revgate.
    fn added(file: &str, others: &[&str]) -> usize {
        let root = Workspace::find().expect("tests run inside the checkout").root;
        let text = fs::read_to_string(root.join("template").join(file)).expect(file);
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.filter(|line| !others.contains(line) && !line.starts_with("//")).count()
    }

    #[test]
    fn an_app_says_in_a_few_lines_what_it_shares() {
        let backend = [
            r#"#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]"#,
            "fn main() -> tauri::Result<()> {",
            "tauri::Builder::default()",
            ".run(tauri::generate_context!())",
            "}",
        ];
        assert_eq!(added("app/src-tauri/src/main.rs", &backend), 5);
        assert_eq!(added("app/src-tauri/capabilities/windows.json", &[]), 8);
        let window = [
            "use leptos::prelude::*;",
            "fn main() {",
            "mount_to_body(App);",
            "#[component]",
            "fn App() -> impl IntoView {",
            "view! {",
            "<main>",
            "</main>",
            "}",
        ];
        assert_eq!(added("app/src/main.rs", &window), 8);
        assert_eq!(added("javascript/settings.ts", &[]), 10);
        assert_eq!(added("app/tests/windows.rs", &[]), 10);
    }

    #[test]
    fn whatever_a_folder_is_called_a_manifest_names_it() {
        let path = "/home/zoe\u{308}/a\tb\"c\\d\u{7}e\u{7f}f";
        let manifest = format!("path = {}", toml_string(path));
        let read: toml::Table = manifest.parse().expect(&manifest);
        assert_eq!(read["path"].as_str(), Some(path));
    }

    #[test]
    fn what_stands_in_the_way_is_named_and_left_as_it_is() {
        let scratch = scratch();
        fs::write(scratch.path().join("a-file"), "mine").expect("written");
        fs::create_dir_all(scratch.path().join("full/mine")).expect("made");
        fs::create_dir_all(scratch.path().join("empty")).expect("made");
        for (name, why) in [
            ("a-file", "a-file is a file"),
            ("full", "full is not empty"),
            ("My App", "`My App` cannot"),
            ("7up", "beginning with a letter"),
            ("shared", "such as `my-shared`"),
        ] {
            let error = made(&scratch, name, false).expect_err(name).to_string();
            assert!(error.contains(why), "{name}: {error}");
        }
        assert_eq!(fs::read_to_string(scratch.path().join("a-file")).expect("there"), "mine");
        assert_eq!(fs::read_dir(scratch.path().join("full")).expect("there").count(), 1);
        made(&scratch, "empty", false).expect("a folder that is empty will do");
    }
}
