//! Compiles the app's configuration and the permissions of its own commands.

fn main() {
    let commands = tauri_build::AppManifest::new().commands(&["answer", "get", "set"]);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands))
        .expect("the configuration in tests/peers is valid");
}
