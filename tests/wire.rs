//! The messages, pinned: what is written, what is read, what is refused.

use std::collections::BTreeMap;

use revgate::action::{Context, Seed, Told};
use revgate::gate::News;
use revgate::json::fingerprint;
use revgate::wire::{Access, Announcement, Denied, Fetched, PatchFault, Payload, Refusal, Written};
use revgate::{Epoch, Invalid, Invalidation, Revision, Snapshot, TopicName, UnknownTopic, Version};
use revgate_settings::Settings;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test as wire_test;

#[path = "wire/actions.rs"]
mod actions;
#[path = "wire/families.rs"]
mod families;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

fn topic(name: &str) -> TopicName {
    name.parse().expect("well-formed")
}

fn version(epoch: u64, revision: u64) -> Version {
    Version::new(Epoch::new(epoch), Revision::new(revision))
}

/// `value` is written as `json`, and read back from it.
fn pinned<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: T, json: &str) {
    assert_eq!(serde_json::to_string(&value).expect("plain data"), json);
    assert_eq!(serde_json::from_str::<T>(json).expect("plain data"), value);
}

fn refused<T: DeserializeOwned + std::fmt::Debug>(json: &str, reason: &str) {
    let error = serde_json::from_str::<T>(json).expect_err(json).to_string();
    assert!(error.contains(reason), "{json}: {error}");
}

#[wire_test(unsupported = test)]
fn an_invalidation_of_epoch_0_is_the_reference_documents() {
    let news = Invalidation::new(topic("settings"), version(0, 2));
    pinned(news, r#"{"topic":"settings","revision":"2"}"#);
}

#[wire_test(unsupported = test)]
fn an_invalidation_carries_epoch_source_and_time() {
    let news = Invalidation {
        source_id: Some("main".to_owned()),
        timestamp_ms: Some(1_700_000_000_000),
        ..Invalidation::new(topic("doc:42"), version(3, u64::MAX))
    };
    let json = r#"{"topic":"doc:42","revision":"18446744073709551615","epoch":"3","sourceId":"main","timestampMs":1700000000000}"#;
    pinned(news, json);
}

type Carrying = Announcement<Value, Value, Value>;

fn carrying(payload: Payload<Value, Value, Value>) -> Carrying {
    let invalidation = Invalidation::new(topic("settings"), version(1, 3));
    Announcement { invalidation, payload, fingerprint: None }
}

#[wire_test(unsupported = test)]
fn an_announcement_without_news_is_an_invalidation() {
    pinned(carrying(Payload::None), r#"{"topic":"settings","revision":"3","epoch":"1"}"#);
    assert_eq!(carrying(Payload::None).news(), News::Version);
}

#[wire_test(unsupported = test)]
fn an_announcement_carries_the_whole_state() {
    let whole = carrying(Payload::State(json!({"fontSize": 14})));
    assert_eq!(whole.news(), News::State);
    let json = r#"{"topic":"settings","revision":"3","epoch":"1","data":{"fontSize":14}}"#;
    pinned(whole, json);
    // A state may be null; that it is there is news all the same.
    let null = r#"{"topic":"settings","revision":"3","epoch":"1","data":null}"#;
    pinned(carrying(Payload::State(Value::Null)), null);
}

#[wire_test(unsupported = test)]
fn an_announcement_says_what_tells_the_state_from_others_with_its_news_or_without() {
    let print = fingerprint(&json!({"fontSize": 14})).expect("JSON");
    let news = carrying(Payload::State(json!(7)));
    for (carried, fields) in [(carrying(Payload::None), ""), (news, r#","data":7"#)] {
        let told = Carrying { fingerprint: Some(print), ..carried };
        let common = r#""topic":"settings","revision":"3","epoch":"1""#;
        pinned(told, &format!(r#"{{{common}{fields},"fingerprint":"{print}"}}"#));
    }
}

#[wire_test(unsupported = test)]
fn an_announcement_carries_a_patch_and_its_base() {
    let edit = json!([{"op": "replace", "path": "/fontSize", "value": 15}]);
    let patch = carrying(Payload::Patch { base: version(1, 2), patch: edit });
    assert_eq!(patch.news(), News::Patch { base: version(1, 2) });
    let json = r#"{"topic":"settings","revision":"3","epoch":"1","base":{"epoch":"1","revision":"2"},"patch":[{"op":"replace","path":"/fontSize","value":15}]}"#;
    pinned(patch, json);
}

#[wire_test(unsupported = test)]
fn an_announcement_tells_what_was_done_to_its_base() {
    let told = |at, seed, action| Told { at, seed: Seed::new(seed), action };
    let actions = vec![told(1_700_000_000_000, u64::MAX, json!("skip")), told(0, 7, Value::Null)];
    let done = carrying(Payload::Actions { base: version(1, 2), actions: actions.clone() });
    assert_eq!(done.news(), News::Patch { base: version(1, 2) });
    let json = r#"{"topic":"settings","revision":"3","epoch":"1","base":{"epoch":"1","revision":"2"},"actions":[{"at":"1700000000000","seed":"18446744073709551615","action":"skip"},{"at":"0","seed":"7","action":null}]}"#;
    pinned(done, json);
    assert_eq!(actions[0].context(), Context::new(1_700_000_000_000, u64::MAX));
    // To whoever knows nothing of actions, it is malformed, and not a state.
    refused::<Carrying>(r#"{"topic":"t","revision":"3","base":{"revision":"2"}}"#, "`patch`");
    refused::<Carrying>(r#"{"topic":"t","revision":"3","actions":[]}"#, "`base`");
    for fault in ["{}", r#"[{"at":"1","seed":"2"}]"#, r#"[{"at":1,"seed":"2","action":0}]"#] {
        let json = format!(
            r#"{{"topic":"t","revision":"3","base":{{"revision":"2"}},"actions":{fault}}}"#
        );
        serde_json::from_str::<Carrying>(&json).expect_err(fault);
    }
}

#[wire_test(unsupported = test)]
fn numbers_in_an_announcement_keep_their_precision() {
    let json = r#"{"topic":"t","revision":"2","data":18446744073709551615}"#;
    let news: Announcement<u64, Value, Value> = serde_json::from_str(json).expect("plain data");
    assert_eq!(news.payload, Payload::State(u64::MAX));
    let json = r#"{"topic":"t","revision":"2","data":0.1}"#;
    let news: Announcement<f32, Value, Value> = serde_json::from_str(json).expect("plain data");
    assert_eq!(serde_json::to_string(&news).expect("plain data"), json);
}

#[wire_test(unsupported = test)]
fn whoever_knows_only_invalidations_reads_an_announcement() {
    let whole = carrying(Payload::State(json!({"fontSize": 14})));
    let json = serde_json::to_string(&whole).expect("plain data");
    let known: Invalidation = serde_json::from_str(&json).expect("unknown fields are ignored");
    assert_eq!(known, whole.invalidation);
}

#[wire_test(unsupported = test)]
fn a_snapshot_is_the_reference_documents() {
    let json = r#"{"revision":"1","data":{"theme":"system","language":"en","fontSize":14,"notificationsEnabled":true,"autoSave":true,"sidebarCollapsed":false}}"#;
    pinned(Snapshot::new(version(0, 1), Settings::default()), json);
}

#[wire_test(unsupported = test)]
fn a_base_is_a_version() {
    pinned(version(0, 7), r#"{"revision":"7"}"#);
    pinned(version(2, 7), r#"{"epoch":"2","revision":"7"}"#);
}

#[wire_test(unsupported = test)]
fn refusals_are_tagged_objects() {
    let known = vec![topic("settings")];
    pinned(
        Refusal::<()>::UnknownTopic(UnknownTopic::new("sttings", &known)),
        r#"{"kind":"unknownTopic","topic":"sttings","known":["settings"]}"#,
    );
    let known = vec![topic("a"); 10_000];
    let Value::Object(many) =
        serde_json::to_value(UnknownTopic::new("b", &known)).expect("plain data")
    else {
        panic!("an object")
    };
    assert_eq!((&many["known"], &many["more"]), (&json!(vec!["a"; 20]), &json!(9_980)));
    pinned(
        Refusal::<()>::Invalid(Invalid::new("fontSize", "100 is not within 8 to 72")),
        r#"{"kind":"invalid","path":"fontSize","reason":"100 is not within 8 to 72"}"#,
    );
    pinned(
        Refusal::Conflict(Snapshot::new(version(0, 9), 5)),
        r#"{"kind":"conflict","revision":"9","data":5}"#,
    );
    pinned(
        Refusal::<()>::Denied(Denied::new("doc:1", Access::Read)),
        r#"{"kind":"denied","topic":"doc:1","access":"read","grant":"{ \"identifier\": \"revgate:read\", \"allow\": [{ \"topic\": \"doc:1\" }] }"}"#,
    );
    pinned(
        Refusal::<()>::PatchFailed(PatchFault {
            operation: 1,
            path: "/rows/0".to_owned(),
            reason: "path is invalid".to_owned(),
        }),
        r#"{"kind":"patchFailed","operation":1,"path":"/rows/0","reason":"path is invalid"}"#,
    );
    pinned(
        Refusal::<()>::TooLarge { limit: 10, size: 11 },
        r#"{"kind":"tooLarge","limit":10,"size":11}"#,
    );
    pinned(
        Refusal::<()>::TooManySubscriptions { limit: 64 },
        r#"{"kind":"tooManySubscriptions","limit":64}"#,
    );
    pinned(
        Refusal::<()>::Exists { topic: "doc:1".to_owned() },
        r#"{"kind":"exists","topic":"doc:1"}"#,
    );
    for (access, named) in [(Access::Create, "create"), (Access::Remove, "remove")] {
        let Denied { grant, .. } = Denied::new("doc:1", access);
        assert!(grant.contains(&format!(r#""revgate:{named}""#)), "{grant}");
        assert_eq!(access.to_string(), named);
    }
    pinned(Refusal::<()>::Failed { reason: "no".to_owned() }, r#"{"kind":"failed","reason":"no"}"#);
}

#[wire_test(unsupported = test)]
fn refusals_of_writes_that_were_made_say_so() {
    fn not_durable<T>(written: Written<T>) -> Refusal<T> {
        Refusal::NotDurable { written, reason: "full".to_owned() }
    }
    pinned(
        not_durable(Written::<u8>::new(version(0, 9), None)),
        r#"{"kind":"notDurable","revision":"9","reason":"full"}"#,
    );
    // The state, which may be any, if the window cannot know it.
    let state = BTreeMap::from([(7, u128::MAX), (-1, 0)]);
    pinned(
        not_durable(Written::new(version(1, 9), Some(state))),
        r#"{"kind":"notDurable","revision":"9","epoch":"1","data":{"-1":0,"7":340282366920938463463374607431768211455},"reason":"full"}"#,
    );
    let null = r#"{"kind":"notDurable","revision":"9","data":null,"reason":"full"}"#;
    pinned(not_durable(Written::new(version(0, 9), Some(None::<u8>))), null);
}

#[wire_test(unsupported = test)]
fn a_conflict_brings_any_state_whatever_the_order_of_its_fields() {
    let state = BTreeMap::from([(7, u128::MAX), (-1, 0)]);
    let conflict = Refusal::Conflict(Snapshot::new(version(1, 9), state));
    let json = r#"{"kind":"conflict","revision":"9","epoch":"1","data":{"-1":0,"7":340282366920938463463374607431768211455}}"#;
    pinned(conflict.clone(), json);
    let json = r#"{"data":{"-1":0,"7":340282366920938463463374607431768211455},"kind":"conflict","colour":"blue","epoch":"1","revision":"9"}"#;
    let read: Refusal<BTreeMap<i8, u128>> = serde_json::from_str(json).expect("in any order");
    assert_eq!(read, conflict);
    // A state that is null is there all the same.
    let null = Refusal::Conflict(Snapshot::new(version(0, 9), None::<u8>));
    pinned(null, r#"{"kind":"conflict","revision":"9","data":null}"#);
}

#[wire_test(unsupported = test)]
fn a_refusal_that_lacks_a_field_is_malformed() {
    refused::<Refusal<u8>>(r#"{"reason":"no"}"#, "missing field `kind`");
    refused::<Refusal<u8>>(r#"{"kind":"new"}"#, "unknown variant `new`");
    for (kind, field) in [
        (r#""denied","topic":"a","access":"read""#, "grant"),
        (r#""unknownTopic","topic":"a""#, "known"),
        (r#""exists""#, "topic"),
        (r#""invalid","path":"a""#, "reason"),
        (r#""conflict","data":1"#, "revision"),
        (r#""conflict","revision":"1""#, "data"),
        (r#""patchFailed","path":"a","reason":"b""#, "operation"),
        (r#""tooLarge","limit":1"#, "size"),
        (r#""tooManySubscriptions""#, "limit"),
        (r#""failed""#, "reason"),
        (r#""notDurable","reason":"full""#, "revision"),
        (r#""notDurable","revision":"1""#, "reason"),
    ] {
        let json = format!(r#"{{"kind":{kind}}}"#);
        refused::<Refusal<u8>>(&json, &format!("missing field `{field}`"));
    }
    let json = r#"{"kind":"tooManySubscriptions","limit":4294967296}"#;
    refused::<Refusal<u8>>(json, "4294967296");
    pinned(Refusal::<u8>::OtherLayout { layout: None }, r#"{"kind":"otherLayout","layout":null}"#);
}

#[wire_test(unsupported = test)]
fn every_message_carries_what_serde_json_carries() {
    type State = BTreeMap<u64, i128>;
    let state = State::from([(u64::MAX, i128::MIN)]);
    let snapshot = Snapshot::new(version(0, 2), state.clone());
    let data = r#""data":{"18446744073709551615":-170141183460469231731687303715884105728}"#;
    pinned(snapshot.clone(), &format!(r#"{{"revision":"2",{data}}}"#));
    pinned(Fetched::State(snapshot.clone()), &format!(r#"{{"revision":"2",{data}}}"#));
    pinned(
        Written::new(version(0, 2), Some(state.clone())),
        &format!(r#"{{"revision":"2",{data}}}"#),
    );
    pinned(Refusal::Conflict(snapshot), &format!(r#"{{"kind":"conflict","revision":"2",{data}}}"#));
    let invalidation = Invalidation::new(topic("t"), version(0, 2));
    let announcement: Announcement<State, Value, Value> =
        Announcement { invalidation, payload: Payload::State(state), fingerprint: None };
    pinned(announcement, &format!(r#"{{"topic":"t","revision":"2",{data}}}"#));
}

#[wire_test(unsupported = test)]
fn what_nothing_is_decided_by_does_not_cost_the_announcement() {
    let read = |fields: &str| {
        let json = format!(r#"{{"topic":"settings",{fields},"revision":"2"}}"#);
        let news: Invalidation = serde_json::from_str(&json).expect(&json);
        let whole: Carrying = serde_json::from_str(&json).expect(&json);
        assert_eq!((&whole.invalidation, whole.payload), (&news, Payload::None));
        news
    };
    let plain = Invalidation::new(topic("settings"), version(0, 2));
    for (time, milliseconds) in [
        ("1700000000000", Some(1_700_000_000_000)),
        ("18446744073709551615", Some(u64::MAX)),
        ("1700000000000.75", Some(1_700_000_000_000)),
        ("1.7e12", Some(1_700_000_000_000)),
        ("1e300", Some(u64::MAX)),
        ("-1", None),
        ("-0.5", None),
        ("null", None),
        (r#""yesterday""#, None),
        ("true", None),
        (r#"[1,{"a":2}]"#, None),
        (r#"{"seconds":{"$numberLong":"1"}}"#, None),
    ] {
        let expected = Invalidation { timestamp_ms: milliseconds, ..plain.clone() };
        assert_eq!(read(&format!(r#""timestampMs":{time}"#)), expected, "{time}");
    }
    for junk in ["null", "7", "1.5", "false", r#"["main"]"#, r#"{"label":"main"}"#] {
        assert_eq!(read(&format!(r#""sourceId":{junk}"#)), plain, "{junk}");
    }
    assert_eq!(read(r#""epoch":null"#), plain);
    for snapshot in ["Snapshot", "Written", "Fetched", "Refusal", "Version"] {
        let json = r#"{"kind":"conflict","epoch":null,"revision":"2","data":1}"#;
        let read = match snapshot {
            "Snapshot" => serde_json::from_str::<Snapshot<u8>>(json).map(|it| it.version()),
            "Written" => serde_json::from_str::<Written<u8>>(json).map(|it| it.version()),
            "Fetched" => serde_json::from_str::<Fetched<u8>>(json).map(|it| it.version()),
            "Refusal" => serde_json::from_str::<Refusal<u8>>(json).map(|it| match it {
                Refusal::Conflict(newest) => newest.version(),
                other => panic!("{other}"),
            }),
            _ => serde_json::from_str::<Version>(json),
        };
        assert_eq!(read.expect(snapshot), version(0, 2), "{snapshot}");
    }
}

#[wire_test(unsupported = test)]
fn a_refusal_says_what_to_do() {
    let denied = Refusal::<()>::Denied(Denied::new("settings", Access::Write)).to_string();
    let grant = r#"{ "identifier": "revgate:write", "allow": [{ "topic": "settings" }] }"#;
    assert!(denied.contains("may not write the topic `settings`"), "{denied}");
    assert!(denied.contains(&format!("add {grant} to the permissions")), "{denied}");
    let grant: serde_json::Value = serde_json::from_str(grant).expect("to be pasted as it is");
    assert_eq!(grant["allow"][0]["topic"], "settings");
    let full = Refusal::<()>::TooManySubscriptions { limit: 64 }.to_string();
    assert!(full.contains("64 subscriptions") && full.contains("end some"), "{full}");
}

#[wire_test(unsupported = test)]
fn what_was_written_holds_the_state_or_leaves_it_out() {
    pinned(Written::<u8>::new(version(0, 2), None), r#"{"revision":"2"}"#);
    pinned(Written::new(version(3, 2), Some(5)), r#"{"revision":"2","epoch":"3","data":5}"#);
    // A state that is null is there all the same.
    pinned(Written::new(version(0, 2), Some(None::<u8>)), r#"{"revision":"2","data":null}"#);
    let snapshot = Written::new(version(3, 2), None).into_snapshot(7);
    assert_eq!(snapshot, Snapshot::new(version(3, 2), 7));
    refused::<Written<u8>>(r#"{"data":5}"#, "missing field `revision`");
}

#[wire_test(unsupported = test)]
fn what_was_fetched_holds_the_state_unless_the_window_has_it() {
    let snapshot = Snapshot::new(version(3, 2), 5);
    let json = r#"{"revision":"2","epoch":"3","data":5}"#;
    for older in [None, Some(version(3, 1)), Some(version(2, 9))] {
        pinned(snapshot.clone().unless_known(older), json);
    }
    for known in [version(3, 2), version(3, 3), version(4, 0)] {
        let fetched = snapshot.clone().unless_known(Some(known));
        assert_eq!(fetched, Fetched::NotNewer(version(3, 2)));
        pinned(fetched, r#"{"revision":"2","epoch":"3"}"#);
    }
    // A state that is null is there all the same.
    pinned(
        Fetched::State(Snapshot::new(version(0, 2), None::<u8>)),
        r#"{"revision":"2","data":null}"#,
    );
}

#[wire_test(unsupported = test)]
fn unknown_fields_are_ignored() {
    let json = r#"{"topic":"settings","revision":"2","colour":"blue"}"#;
    let news: Invalidation = serde_json::from_str(json).expect("a newer sender");
    assert_eq!(news, Invalidation::new(topic("settings"), version(0, 2)));
}

#[wire_test(unsupported = test)]
fn malformed_messages_are_refused_with_the_reason() {
    refused::<Invalidation>("null", "null");
    refused::<Invalidation>(r#"{"revision":"2"}"#, "missing field `topic`");
    refused::<Invalidation>(r#"{"topic":"settings"}"#, "missing field `revision`");
    refused::<Invalidation>(r#"{"topic":"settings","revision":2}"#, "canonical decimal string");
    refused::<Invalidation>(r#"{"topic":"settings","revision":"042"}"#, "`042`");
    refused::<Invalidation>(r#"{"topic":"settings","revision":"+5"}"#, "`+5`");
    refused::<Invalidation>(r#"{"topic":"settings","revision":" 7"}"#, "` 7`");
    refused::<Invalidation>(r#"{"topic":"a b","revision":"7"}"#, "`a b` cannot name a topic");
    refused::<Invalidation>(r#"{"topic":"settings","revision":"7","epoch":1}"#, "an epoch");
    refused::<Invalidation>(r#"{"topic":"settings","revision":"7","epoch":"x"}"#, "`x`");
    refused::<Invalidation>(r#"{"topic":"settings","revision":null}"#, "a revision");
    refused::<Carrying>("null", "null");
    refused::<Carrying>(r#"{"revision":"2","data":1}"#, "missing field `topic`");
    refused::<Carrying>(r#"{"topic":"t","revision":"2","patch":[]}"#, "missing field `base`");
    let base = r#"{"topic":"t","revision":"2","base":{"revision":"1"}}"#;
    refused::<Carrying>(base, "missing field `patch`");
    let base = r#"{"topic":"t","revision":"2","base":"1","patch":[]}"#;
    refused::<Carrying>(base, "Version");
    refused::<Snapshot<Settings>>(r#"{"revision":"1"}"#, "missing field `data`");
    refused::<Snapshot<Settings>>(r#"{"revision":"1","data":{"theme":"blue"}}"#, "`blue`");
}
