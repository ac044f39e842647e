use super::*;

use revgate::{Epoch, Invalid, Revision, Version};
use serde::{Deserialize, Serialize};

use crate::error::UpdateError;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Doc {
    title: String,
}

impl Topic for Doc {
    const NAME: &'static str = "doc";

    fn validate(&self) -> Result<(), Invalid> {
        match self.title.len() {
            0..=80 => Ok(()),
            _ => Err(Invalid::new("title", "it is too long")),
        }
    }
}

/// A family whose name begins with the other's.
#[derive(Clone, Serialize, Deserialize)]
struct Page;

impl Topic for Page {
    const NAME: &'static str = "doc:page";
}

fn docs() -> Family<Doc> {
    let registry = Registry::default();
    registry.register_family::<Doc>(TopicOptions::new()).expect("a new name");
    registry.register_family::<Page>(TopicOptions::new()).expect("a new name");
    Family::find(&registry).expect("registered")
}

fn version(epoch: u64, revision: u64) -> Version {
    Version::new(Epoch::new(epoch), Revision::new(revision))
}

#[test]
fn topics_are_created_found_listed_and_removed_by_key() {
    let docs = docs();
    for key in ["b", "a"] {
        assert_eq!(
            docs.create(key, Doc::default()).expect("new").name().as_str(),
            format!("doc:{key}")
        );
    }
    docs.get("a").expect("there").update(|doc| doc.title = "A".to_owned()).expect("valid");
    assert_eq!(docs.get("a").expect("there").snapshot().data.title, "A");
    assert_eq!(docs.keys(), ["a", "b"]);
    assert!(docs.remove("a"));
    assert!(!docs.remove("a"), "gone already");
    assert!(docs.get("a").is_none());
    assert_eq!(docs.keys(), ["b"]);
}

#[test]
fn a_bad_key_or_state_creates_nothing() {
    let docs = docs();
    docs.create("a", Doc::default()).expect("new");
    assert!(matches!(docs.create("a", Doc::default()), Err(RegistryError::Duplicate(_))));
    assert!(matches!(docs.create("a b", Doc::default()), Err(RegistryError::Name(_))));
    let long = Doc { title: "x".repeat(81) };
    assert!(matches!(docs.create("c", long), Err(RegistryError::InvalidInitial { .. })));
    assert_eq!(docs.keys(), ["a"]);
}

#[test]
fn families_whose_names_overlap_stay_apart() {
    let docs = docs();
    let pages = Family::<Page>::find(&docs.registry).expect("registered");
    pages.create("1", Page).expect("new");
    assert!(docs.keys().is_empty());
    assert!(docs.get("page:1").is_none());
    assert!(!docs.remove("page:1"));
    assert_eq!(pages.keys(), ["1"]);
}

#[test]
fn a_topic_created_again_is_newer_than_it_ever_was() {
    let docs = docs();
    let first = docs.create("a", Doc::default()).expect("new");
    first.update(|doc| doc.title = "A".to_owned()).expect("valid");
    assert_eq!(first.snapshot().version(), version(0, 2));
    docs.remove("a");
    let second = docs.create("a", Doc::default()).expect("new");
    assert_eq!(second.snapshot().version(), version(1, 1));
    docs.remove("a");
    let third = docs.create("a", Doc::default()).expect("new");
    assert!(third.snapshot().version() > second.snapshot().version());
}

#[test]
fn a_removed_topic_ends_its_watches_and_writers() {
    let docs = docs();
    let doc = docs.create("a", Doc::default()).expect("new");
    let mut watch = doc.watch();
    doc.update(|doc| doc.title = "last".to_owned()).expect("valid");
    let removed_within = doc.update(|doc| {
        doc.title = "too late".to_owned();
        docs.remove("a");
    });
    assert!(matches!(removed_within, Err(UpdateError::Removed(_))));
    assert!(matches!(doc.update(|_| {}), Err(UpdateError::Removed(_))));
    let change = watch.blocking_changed().expect("it was before the end");
    assert_eq!(change.new.title, "last");
    assert!(watch.blocking_changed().is_none());
    assert_eq!(doc.snapshot().data.title, "last");
}

#[test]
fn an_unknown_topic_among_many_is_a_short_error() {
    let docs = docs();
    for key in 0..10_000 {
        docs.create(&key.to_string(), Doc::default()).expect("new");
    }
    let Err(RegistryError::Unknown(error)) = docs.registry.topic::<Doc>() else {
        panic!("only a family")
    };
    assert_eq!((error.known.len(), error.more), (20, 9_980));
    assert!(error.to_string().len() < 500, "{error}");
}
