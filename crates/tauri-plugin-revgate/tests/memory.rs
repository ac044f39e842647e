//! What a topic costs beyond its data.

use allocation_counter::measure;
use revgate::Topic;
use serde::{Deserialize, Serialize};
use tauri::test::{mock_builder, mock_context, noop_assets};
use tauri_plugin_revgate::{Builder, RevgateExt};

#[derive(Clone, Serialize, Deserialize)]
struct Cell(u64);

impl Topic for Cell {
    const NAME: &'static str = "cell";
}

#[test]
fn a_topic_costs_less_than_2_kib() {
    const TOPICS: u64 = 10_000;
    let plugin = Builder::new().family::<Cell>().build();
    let app = mock_builder().plugin(plugin).build(mock_context(noop_assets()));
    let app = app.expect("the app starts");
    let cells = app.family::<Cell>().expect("registered");
    let created = measure(|| {
        for key in 0..TOPICS {
            cells.create(&key.to_string(), Cell(key)).expect("a new key");
        }
    });
    let each = created.bytes_current / TOPICS as i64;
    assert!((100..2048).contains(&each), "{each} bytes each");

    let removed = measure(|| {
        for key in cells.keys() {
            assert!(cells.remove(&key));
        }
    });
    let left = created.bytes_current + removed.bytes_current;
    assert!(left < created.bytes_current / 100, "{left} bytes left of {}", created.bytes_current);
}
