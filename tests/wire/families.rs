//! What is told of a family as a whole.

use std::collections::BTreeMap;

use revgate::Invalidation;
use revgate::gate::News;
use revgate::wire::{
    Access, Changes, Denied, FamilyAnnouncement, FetchedFamily, Members, Payload, Written,
};
use wasm_bindgen_test::wasm_bindgen_test as wire_test;

use super::{pinned, refused, topic, version};

fn changes() -> Changes<u8> {
    let changed = Written::new(version(0, 3), Some(5));
    let large = Written::new(version(1, 1), None);
    let told = [("42", Some(changed)), ("7", None), ("large", Some(large))];
    told.map(|(key, told)| (key.to_owned(), told)).into()
}

const CHANGES: &str =
    r#"{"42":{"revision":"3","data":5},"7":null,"large":{"revision":"1","epoch":"1"}}"#;

#[wire_test(unsupported = test)]
fn an_announcement_leads_from_one_version_of_the_family_to_another() {
    let (base, invalidation) = (version(2, 7), Invalidation::new(topic("doc"), version(2, 9)));
    let payload = Payload::Patch { base, patch: changes() };
    let news = FamilyAnnouncement { invalidation, payload, fingerprint: None };
    assert_eq!(news.news(), News::Patch { base });
    let json = format!(
        r#"{{"topic":"doc","revision":"9","epoch":"2","base":{{"epoch":"2","revision":"7"}},"patch":{CHANGES}}}"#
    );
    pinned(news, &json);
}

#[wire_test(unsupported = test)]
fn too_much_for_one_announcement_is_told_by_the_version_alone() {
    let invalidation = Invalidation::new(topic("doc"), version(0, 9));
    let news: FamilyAnnouncement<u8> =
        FamilyAnnouncement { invalidation, payload: Payload::None, fingerprint: None };
    assert_eq!(news.news(), News::Version);
    pinned(news, r#"{"topic":"doc","revision":"9"}"#);
}

#[wire_test(unsupported = test)]
fn a_fetch_brings_nothing_what_has_changed_or_all() {
    pinned(FetchedFamily::<u8>::NotNewer(version(1, 9)), r#"{"revision":"9","epoch":"1"}"#);
    let since =
        FetchedFamily::Changes { version: version(0, 9), base: version(0, 7), changes: changes() };
    assert_eq!(since.version(), version(0, 9));
    pinned(since, &format!(r#"{{"revision":"9","base":{{"revision":"7"}},"patch":{CHANGES}}}"#));
    let members: Members<u8> =
        BTreeMap::from([("42".to_owned(), Written::new(version(0, 3), Some(5)))]);
    let all = FetchedFamily::All { version: version(0, 9), members };
    pinned(all, r#"{"revision":"9","data":{"42":{"revision":"3","data":5}}}"#);
    let none = FetchedFamily::All { version: version(0, 1), members: Members::<u8>::new() };
    pinned(none, r#"{"revision":"1","data":{}}"#);
}

#[wire_test(unsupported = test)]
fn a_state_that_is_null_is_a_state() {
    let json = r#"{"revision":"9","base":{"revision":"8"},"patch":{"a":{"revision":"1","data":null},"b":null}}"#;
    let (a, b) = (Some(Written::new(version(0, 1), Some(()))), None);
    let changes = BTreeMap::from([("a".to_owned(), a), ("b".to_owned(), b)]);
    pinned(FetchedFamily::Changes { version: version(0, 9), base: version(0, 8), changes }, json);
}

#[wire_test(unsupported = test)]
fn half_of_what_leads_from_one_version_to_another_is_refused() {
    type Fetched = FetchedFamily<u8>;
    refused::<Fetched>(r#"{"revision":"9","base":{"revision":"8"}}"#, "missing field `patch`");
    refused::<Fetched>(r#"{"revision":"9","patch":{}}"#, "missing field `base`");
    refused::<Fetched>(r#"{"patch":{},"base":{"revision":"8"}}"#, "missing field `revision`");
    refused::<Fetched>(r#"{"revision":"9","data":{"a":{"data":5}}}"#, "missing field `revision`");
    refused::<Fetched>(r#"{"revision":"9","data":{"a":null}}"#, "invalid type: null");
}

#[wire_test(unsupported = test)]
fn a_denial_of_a_family_says_what_grants_all_of_it() {
    let denied = Denied::new("doc:*", Access::Read).to_string();
    assert_eq!(
        denied,
        "the window may not read all topics `doc:*`: add { \"identifier\": \"revgate:read\", \
         \"allow\": [{ \"topic\": \"doc:*\" }] } to the permissions of its capability, and see that \
         no `deny` covers any of them"
    );
}
