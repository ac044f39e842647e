//! What a window asks to be done, and what it is told.

use std::collections::BTreeMap;

use revgate::action::{Context, Seed, Seq, Source};
use revgate::wire::{Access, Acted, Asked, Denied, Refusal, Refused, Reversal, Reverse, Unacted};
use revgate::{Epoch, Invalid};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test as wire_test;

use super::{pinned, refused, version};

#[wire_test(unsupported = test)]
fn an_action_is_asked_for_by_its_number_and_its_time() {
    let asked =
        Asked { seq: Seq::new(1), at: 1_700_000_000_000, seed: None, action: json!("skip") };
    pinned(asked.clone(), r#"{"seq":"1","at":"1700000000000","action":"skip"}"#);
    let own = Asked { seed: Some(Seed::new(u64::MAX)), at: u64::MAX, ..asked };
    let json =
        r#"{"seq":"1","at":"18446744073709551615","seed":"18446744073709551615","action":"skip"}"#;
    pinned(own, json);
}

#[wire_test(unsupported = test)]
fn the_context_is_what_came_with_the_action_or_follows_from_its_id() {
    let asked = Asked { seq: Seq::new(2), at: 5, seed: None, action: () };
    let source = Source::new(3);
    // Both sides work it out: another number here is another state there.
    assert_eq!(asked.context(source), Context::new(5, 13_066_309_581_097_501_094));
    assert_ne!(asked.context(source), asked.context(Source::new(4)));
    let own = Asked { seed: Some(Seed::new(7)), ..asked };
    assert_eq!(own.context(source), Context::new(5, 7));
    assert_eq!(own.context(source).random(0), 7_259_628_554_680_249_319);
    assert_eq!(own.context(source).id(0), "da60948bf9ca888819f20a9bb46150b6");
}

#[wire_test(unsupported = test)]
fn the_answer_has_versions_and_never_the_state() {
    let (made, base) = (version(3, 9), version(3, 8));
    pinned(Acted::<u8>::new(made, None), r#"{"revision":"9","epoch":"3"}"#);
    assert_eq!(Acted::<u8>::new(made, Some(base)).version(), made);
    let json = r#"{"revision":"9","epoch":"3","base":{"epoch":"3","revision":"8"}}"#;
    pinned(Acted::<u8>::new(made, Some(base)), json);
    let print = revgate::json::fingerprint("state").expect("JSON");
    let json = format!(
        r#"{{"revision":"9","epoch":"3","base":{{"epoch":"3","revision":"8"}},"fingerprint":"{print}"}}"#
    );
    pinned(Acted::<u8> { fingerprint: Some(print), ..Acted::new(made, Some(base)) }, &json);
    let json = r#"{"revision":"9","epoch":"3","notDurable":"the disk is full"}"#;
    let not_durable = Some("the disk is full".to_owned());
    pinned(Acted::<u8> { not_durable, ..Acted::new(made, None) }, json);
}

#[wire_test(unsupported = test)]
fn how_it_is_taken_back_is_told_one_by_one_and_of_nobody_who_has_not_asked() {
    let tell = |seq, how| Reversal { seq: Seq::new(seq), how };
    let reversals = vec![
        tell(1, Reverse::Inverse(json!({"unlike": 7}))),
        tell(2, Reverse::Changes(json!([{"path": ["title"], "before": "", "after": "dark"}]))),
        tell(3, Reverse::Nothing),
        tell(4, Reverse::Inverse(Value::Null)),
    ];
    let json = concat!(
        r#"{"revision":"9","base":{"revision":"8"},"reversals":["#,
        r#"{"seq":"1","inverse":{"unlike":7}},"#,
        r#"{"seq":"2","changes":[{"after":"dark","before":"","path":["title"]}]},"#,
        r#"{"seq":"3"},{"seq":"4","inverse":null}]}"#,
    );
    pinned(Acted { reversals, ..Acted::new(version(0, 9), Some(version(0, 8))) }, json);
    // As a backend answers that knows nothing of it.
    let acted: Acted<Value> = serde_json::from_str(r#"{"revision":"9"}"#).expect("an answer");
    assert_eq!(acted.reversals, []);
}

#[wire_test(unsupported = test)]
fn what_was_not_done_is_told_one_by_one() {
    let refuse = |seq, why| Refused { seq: Seq::new(seq), why };
    let reason = || "no such action".to_owned();
    let refused = vec![
        refuse(1, Unacted::Refused(json!({"max": 11}))),
        refuse(2, Unacted::Invalid(Invalid::new("volume", "too loud"))),
        refuse(3, Unacted::Panicked),
        refuse(4, Unacted::Denied(Denied::of_action("player", "like"))),
        refuse(5, Unacted::Unreadable { reason: reason() }),
        refuse(6, Unacted::Forgotten),
    ];
    let json = [
        r#"{"revision":"9","refused":["#,
        r#"{"seq":"1","kind":"refused","error":{"max":11}},"#,
        r#"{"seq":"2","kind":"invalid","path":"volume","reason":"too loud"},"#,
        r#"{"seq":"3","kind":"panicked"},"#,
        r#"{"seq":"4","kind":"denied","topic":"player","access":"act","grant":"{ \"identifier\": \"revgate:act\", \"allow\": [{ \"topic\": \"player\", \"actions\": [\"like\"] }] }"},"#,
        r#"{"seq":"5","kind":"unreadable","reason":"no such action"},"#,
        r#"{"seq":"6","kind":"forgotten"}]}"#,
    ];
    pinned(Acted { refused, ..Acted::new(version(0, 9), None) }, &json.concat());
}

#[wire_test(unsupported = test)]
fn an_error_of_the_apps_own_is_carried_as_it_is_whatever_the_order_of_the_fields() {
    type Error = BTreeMap<i8, u128>;
    let error = Error::from([(-1, u128::MAX)]);
    let refused = Refused { seq: Seq::new(1), why: Unacted::Refused(error) };
    let data = r#"{"-1":340282366920938463463374607431768211455}"#;
    pinned(refused.clone(), &format!(r#"{{"seq":"1","kind":"refused","error":{data}}}"#));
    let json = format!(r#"{{"error":{data},"colour":"blue","kind":"refused","seq":"1"}}"#);
    assert_eq!(serde_json::from_str::<Refused<Error>>(&json).expect("in any order"), refused);
    // An error that is null is there all the same.
    let null = Refused { seq: Seq::new(1), why: Unacted::Refused(None::<u8>) };
    pinned(null, r#"{"seq":"1","kind":"refused","error":null}"#);
}

#[wire_test(unsupported = test)]
fn an_action_of_another_life_is_refused_as_that() {
    let other = |epoch| Refusal::<()>::OtherEpoch { epoch: Epoch::new(epoch) };
    pinned(other(0), r#"{"kind":"otherEpoch"}"#);
    pinned(other(7), r#"{"kind":"otherEpoch","epoch":"7"}"#);
    assert_eq!(other(7).to_string(), "the topic has been started anew since");
}

#[wire_test(unsupported = test)]
fn a_denial_names_the_action_to_grant() {
    let topic = Denied::new("player", Access::Act);
    assert_eq!(topic.grant, r#"{ "identifier": "revgate:act", "allow": [{ "topic": "player" }] }"#);
    let action = Denied::of_action("player", "like");
    let grant: Value = serde_json::from_str(&action.grant).expect("to be pasted as it is");
    assert_eq!(grant["allow"][0], json!({"topic": "player", "actions": ["like"]}));
    let text = action.to_string();
    assert!(text.starts_with("the window may not do this to the topic `player`: add {"), "{text}");
}

#[wire_test(unsupported = test)]
fn malformed_actions_and_answers_are_refused_with_the_reason() {
    refused::<Asked<u8>>(r#"{"at":"1","action":1}"#, "missing field `seq`");
    refused::<Asked<u8>>(r#"{"seq":"1","action":1}"#, "missing field `at`");
    refused::<Asked<u8>>(r#"{"seq":"1","at":"1"}"#, "missing field `action`");
    refused::<Asked<u8>>(r#"{"seq":1,"at":"1","action":1}"#, "an action's number");
    refused::<Asked<u8>>(r#"{"seq":"1","at":1,"action":1}"#, "canonical decimal string");
    refused::<Asked<u8>>(r#"{"seq":"1","at":"01","action":1}"#, "leading zero");
    refused::<Asked<u8>>(r#"{"seq":"1","at":"1","seed":"x","action":1}"#, "`x`");
    refused::<Acted<u8>>(r#"{"base":{"revision":"1"}}"#, "missing field `revision`");
    for (kind, field) in
        [("refused", "error"), ("invalid", "path"), ("denied", "topic"), ("unreadable", "reason")]
    {
        let json = format!(r#"{{"seq":"1","kind":"{kind}"}}"#);
        refused::<Refused<u8>>(&json, &format!("missing field `{field}`"));
    }
    refused::<Refused<u8>>(r#"{"kind":"panicked"}"#, "missing field `seq`");
    refused::<Refused<u8>>(r#"{"seq":"1","kind":"new"}"#, "unknown variant `new`");
}
