//! Compiles the app's configuration and the permissions of its own command.

fn main() {
    let commands = tauri_build::AppManifest::new().commands(&["open_settings"]);
    // As for the app's own, which Tauri sees to: pages that are built anew go into a new program.
    if std::env::var_os("CARGO_FEATURE_MIXED").is_some() {
        println!("cargo::rerun-if-changed=../examples/mixed/dist");
    }
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands))
        .expect("the configuration in src-tauri is valid");
}
