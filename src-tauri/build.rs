//! Compiles the app's configuration and the permissions of its own command.

fn main() {
    let commands = tauri_build::AppManifest::new().commands(&["open_settings"]);
    // As for the app's own, which Tauri sees to: pages that are built anew go into a new program.
    for (feature, pages) in
        [("MIXED", "../examples/mixed/dist"), ("INSPECTOR", "../dist-inspected")]
    {
        if std::env::var_os(format!("CARGO_FEATURE_{feature}")).is_some() {
            println!("cargo::rerun-if-changed={pages}");
        }
    }
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands))
        .expect("the configuration in src-tauri is valid");
}
