//! Compiles the app's configuration and the permissions of its own commands.

fn main() {
    let commands = tauri_build::AppManifest::new().commands(&[
        "get_settings",
        "update_settings",
        "get_whereabouts",
        "tell_whereabouts",
        "open_settings",
        "add_from_threads",
        "add_each_millisecond",
        "grow",
        "play",
        "create_doc",
        "remove_doc",
        "open_alone",
        "hear",
        "send_by",
        "pull",
        "set_kind",
        "is_kind",
        "say_by_glue",
        "bare",
    ]);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands))
        .expect("the configuration in tests/app is valid");
}
