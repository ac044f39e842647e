//! Generates the permission files of the plugin's commands, and the JSON schema of their scopes.

const COMMANDS: &[&str] = &[
    "subscribe",
    "unsubscribe",
    "snapshot",
    "snapshot_bytes",
    "preload",
    "replace",
    "patch",
    "act",
    "present",
    "can_write",
    "create",
    "remove",
    "inspect",
    // Of the feature `inspector`.
    "survey",
    "report",
    "trace",
    "hurt",
    "export_session",
    "open_inspector",
];

/// Topics that a window may read, write, do actions to, be present in, create, or remove. What reads it is `src/scope.rs`.
#[derive(schemars::JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Entry {
    /// The name of a topic, or the beginning of one followed by `*`; `*` alone is every topic.
    #[schemars(regex(pattern = r"^(\*|[A-Za-z0-9_/:-]{1,64}\*?)$"))]
    #[expect(dead_code, reason = "only the schema is wanted here")]
    topic: String,
    /// Of `revgate:act` alone: which actions, by their names. Default: all of them.
    #[expect(dead_code, reason = "only the schema is wanted here")]
    actions: Option<Vec<String>>,
}

fn main() {
    tauri_plugin::Builder::new(COMMANDS).global_scope_schema(schemars::schema_for!(Entry)).build();
}
