//! What is true of any delay, any version, and any message.

use std::time::Duration;

use proptest::prelude::*;
use revgate::wire::Refusal;
use revgate::{Backoff, Epoch, Invalidation, Revision, Snapshot, Time, TopicName, Version};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::property_test;
use super::recording::{record, words};
use super::runner::check;

fn duration() -> impl Strategy<Value = Duration> {
    prop_oneof![
        (0..100_000u64).prop_map(Duration::from_millis),
        (any::<u64>(), 0..1_000_000_000u32).prop_map(|(secs, nanos)| Duration::new(secs, nanos)),
    ]
}

fn number() -> impl Strategy<Value = u64> {
    prop_oneof![0..20u64, any::<u64>(), Just(u64::MAX)]
}

fn version() -> impl Strategy<Value = Version> {
    (number(), number())
        .prop_map(|(epoch, revision)| Version::new(Epoch::new(epoch), Revision::new(revision)))
}

fn invalidation() -> impl Strategy<Value = Invalidation> {
    let topic = "[-0-9a-zA-Z_/:]{1,64}".prop_map(|name| name.parse().expect("well-formed"));
    let source_id = proptest::option::of(any::<String>());
    let timestamp_ms = proptest::option::of(number());
    (topic, version(), source_id, timestamp_ms).prop_map(
        |(topic, version, source_id, timestamp_ms)| Invalidation {
            source_id,
            timestamp_ms,
            ..Invalidation::new(topic, version)
        },
    )
}

/// Any JSON, often with the names and the numbers that messages use.
fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        number().prop_map(|number| Value::from(number.to_string())),
        prop_oneof![Just("settings"), Just("conflict"), Just("invalid"), Just("unknownTopic")]
            .prop_map(Value::from),
    ];
    let name = prop_oneof![
        4 => proptest::sample::select(vec![
            "topic", "revision", "epoch", "sourceId", "timestampMs", "data", "kind", "path", "reason", "known",
        ])
        .prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    leaf.prop_recursive(3, 30, 10, move |inner| {
        prop_oneof![
            1 => proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            3 => proptest::collection::vec((name.clone(), inner), 0..8)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

#[property_test(unsupported = test)]
fn jitter_takes_at_most_a_half_and_never_comes_to_more_than_the_cap() {
    let backoff = (duration(), duration(), any::<u64>()).prop_map(|(first, cap, seed)| Backoff {
        first,
        cap,
        jitter_seed: Some(seed),
    });
    check(1000, (backoff, any::<u32>()), |(backoff, failures)| {
        let (delay, longest) =
            (backoff.delay(failures), Backoff { jitter_seed: None, ..backoff }.delay(failures));
        prop_assert!(longest <= backoff.cap);
        prop_assert!(longest / 2 <= delay && delay <= longest, "{:?} of {:?}", delay, longest);
        prop_assert_eq!(delay, backoff.delay(failures), "the same seed, the same delay");
        record(|| words::delay_of(&backoff, failures));
        Ok(())
    });
}

#[property_test(unsupported = test)]
fn without_jitter_delays_double_up_to_the_cap() {
    check(1000, (duration(), duration(), 1..40u32), |(first, cap, failures)| {
        let backoff = Backoff { first, cap, jitter_seed: None };
        let (delay, next) = (backoff.delay(failures), backoff.delay(failures + 1));
        prop_assert!(delay <= next, "{:?}, then {:?}", delay, next);
        let doubled = delay.saturating_mul(2).min(cap);
        prop_assert!(failures > 31 || Time::from(next) == Time::from(doubled));
        record(|| words::delay_of(&backoff, failures));
        Ok(())
    });
}

#[property_test(unsupported = test)]
fn versions_are_read_as_they_are_written() {
    check(1000, version(), |version| {
        let Version { epoch, revision } = version;
        prop_assert_eq!(revision.to_string().parse(), Ok(revision));
        prop_assert_eq!(epoch.to_string().parse(), Ok(epoch));
        let ((session, restarts), shown) = (epoch.parts(), version.to_string());
        prop_assert_eq!(Epoch::new(session << Epoch::SESSION_BITS | restarts), epoch);
        prop_assert!(format!("{session}.{restarts}.{revision}").ends_with(&shown), "{}", shown);
        let text = serde_json::to_string(&version).expect("plain data");
        prop_assert_eq!(serde_json::from_str::<Version>(&text).expect("plain data"), version);
        Ok(())
    });
}

#[property_test(unsupported = test)]
fn versions_are_ordered_by_epoch_first() {
    check(1000, (version(), version()), |(one, other)| {
        let numbers = |version: Version| (version.epoch.number(), version.revision.number());
        prop_assert_eq!(one.cmp(&other), numbers(one).cmp(&numbers(other)));
        record(|| words::order_of(one, other));
        prop_assert!(one.next().is_ok_and(|next| one < next) || one.revision.number() == u64::MAX);
        Ok(())
    });
}

#[property_test(unsupported = test)]
fn text_is_a_revision_exactly_if_it_is_how_that_is_written() {
    let text = prop_oneof![
        number().prop_map(|number| number.to_string()),
        "[+-]?[0-9]{0,22}[ .e]?",
        any::<String>(),
    ];
    check(1000, text, |text| {
        let read = text.parse::<Revision>().map(|revision| revision.to_string());
        let is_canonical = text.parse::<u64>().is_ok_and(|number| number.to_string() == text);
        record(|| words::text_of(&text));
        prop_assert_eq!(read.ok(), is_canonical.then_some(text));
        Ok(())
    });
}

#[property_test(unsupported = test)]
fn invalidations_are_read_as_they_are_written() {
    check(500, invalidation(), |news| {
        let text = serde_json::to_string(&news).expect("plain data");
        prop_assert_eq!(serde_json::from_str::<Invalidation>(&text).expect("plain data"), news);
        Ok(())
    });
}

#[property_test(unsupported = test)]
fn an_invalidation_cut_short_or_garbled_is_read_or_refused() {
    let index = any::<proptest::sample::Index>;
    check(500, (invalidation(), index(), index(), any::<u8>()), |(news, cut, place, byte)| {
        let mut text = serde_json::to_vec(&news).expect("plain data");
        text[place.index(news.topic.as_str().len())] = byte;
        let _ = serde_json::from_slice::<Invalidation>(&text);
        text.truncate(cut.index(text.len()));
        prop_assert!(serde_json::from_slice::<Invalidation>(&text).is_err(), "it has no end");
        Ok(())
    });
}

#[property_test(unsupported = test)]
fn any_json_is_read_or_refused() {
    check(1000, json(), |json| {
        settles::<Invalidation>(&json)?;
        settles::<Snapshot<Value>>(&json)?;
        settles::<Refusal<Value>>(&json)?;
        settles::<Version>(&json)?;
        settles::<TopicName>(&json)
    });
}

/// What can be read at all can be written and read again.
fn settles<T>(json: &Value) -> Result<(), TestCaseError>
where
    T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let Ok(read) = serde_json::from_value::<T>(json.clone()) else { return Ok(()) };
    let written = serde_json::to_value(&read).expect("plain data");
    prop_assert_eq!(serde_json::from_value::<T>(written).expect("plain data"), read);
    Ok(())
}
