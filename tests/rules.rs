//! The gate's rules, each in scenarios by number and name; what it does with bad input. Natively
//! and in a browser from the same files.

use wasm_bindgen_test::wasm_bindgen_test as gate_test;

mod harness;
mod recording;

#[path = "rules/bad_input.rs"]
mod bad_input;
#[path = "rules/bench.rs"]
mod bench;
#[path = "rules/edges.rs"]
mod edges;
#[path = "rules/rule_01_listen_first_then_fetch.rs"]
mod rule_01_listen_first_then_fetch;
#[path = "rules/rule_02_track_what_is_wanted.rs"]
mod rule_02_track_what_is_wanted;
#[path = "rules/rule_03_never_go_back.rs"]
mod rule_03_never_go_back;
#[path = "rules/rule_04_never_lose_a_wake_up.rs"]
mod rule_04_never_lose_a_wake_up;
#[path = "rules/rule_05_one_fetch_in_flight.rs"]
mod rule_05_one_fetch_in_flight;
#[path = "rules/rule_06_backoff.rs"]
mod rule_06_backoff;
#[path = "rules/rule_07_pacing.rs"]
mod rule_07_pacing;
#[path = "rules/rule_08_inline_news.rs"]
mod rule_08_inline_news;
#[path = "rules/rule_09_start_and_refresh_settle.rs"]
mod rule_09_start_and_refresh_settle;
#[path = "rules/rule_10_stop_is_final_and_quiet.rs"]
mod rule_10_stop_is_final_and_quiet;
#[path = "rules/rule_11_own_echo.rs"]
mod rule_11_own_echo;
#[path = "rules/rule_12_self_heal.rs"]
mod rule_12_self_heal;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
