//! Another program changes what is saved, while the app has changes of its own.

use std::collections::{BTreeMap, HashSet};

use revgate::{Invalid, Topic, Version};
use revgate_persistence::{Codec, Json, OnDisk, Persistence, Record, TakenOver};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Board {
    title: String,
    list: Vec<u8>,
    #[serde(default)]
    tags: HashSet<String>,
    #[serde(default)]
    cards: BTreeMap<String, Card>,
    #[serde(default)]
    shape: Shape,
    #[serde(default)]
    token: String,
    #[serde(skip)]
    skipped: u8,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Card {
    text: String,
    done: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
enum Shape {
    #[default]
    None,
    Circle {
        radius: u8,
    },
    Square {
        side: u8,
    },
}

impl Topic for Board {
    const NAME: &'static str = "board";

    fn validate(&self) -> Result<(), Invalid> {
        match self.list.len() {
            0..=5 => Ok(()),
            _ => Err(Invalid::new("list", "more than 5")),
        }
    }

    fn keep_skipped(&mut self, before: &Self) {
        self.skipped = before.skipped;
    }
}

fn board(list: &[u8]) -> Board {
    Board { title: "a".to_owned(), list: list.to_vec(), ..Board::default() }
}

fn bytes(data: Value) -> Vec<u8> {
    Json.encode(&Record::new(0, Version::default(), data)).expect("JSON")
}

fn json(board: &Board) -> Value {
    serde_json::to_value(board).expect("JSON")
}

fn take_over(base: &Board, ours: &Board, theirs: &Value) -> TakenOver<Board> {
    let persistence = Persistence::new().without(["/token"]);
    let base = (base, &OnDisk::default());
    let taken = persistence.take_over(&bytes(theirs.clone()), base, ours).expect("usable");
    taken.expect("they have changed something")
}

fn merged(base: &Board, ours: &Board, theirs: &Value) -> (Board, Vec<String>) {
    let taken = take_over(base, ours, theirs);
    (taken.merged.unwrap_or_else(|| ours.clone()), taken.overruled)
}

#[test]
fn an_item_put_in_here_and_one_changed_there_are_both_kept() {
    let (base, ours) = (board(&[1, 2, 3]), board(&[7, 1, 2, 3]));
    assert_eq!(merged(&base, &ours, &json(&board(&[1, 2, 30]))), (board(&[7, 1, 2, 30]), vec![]));
}

#[test]
fn what_both_have_changed_is_theirs_whole_and_named() {
    let (base, ours) = (board(&[1, 2, 3]), board(&[1, 20, 3]));
    let theirs = Board { title: "b".to_owned(), ..board(&[1, 30, 3]) };
    assert_eq!(merged(&base, &ours, &json(&theirs)), (theirs, vec!["list".to_owned()]));
}

#[test]
fn a_merge_that_is_no_valid_state_is_theirs_whole_and_said() {
    // Each is valid, and both together are not.
    let (base, ours) = (board(&[1, 2, 3]), board(&[4, 5, 1, 2, 3]));
    let theirs = board(&[1, 2, 3, 6]);
    let (state, overruled) = merged(&base, &ours, &json(&theirs));
    assert_eq!((state, overruled), (theirs, vec![String::new()]));
    // Two variants at once.
    let shaped = |shape| Board { shape, ..board(&[1]) };
    let base = shaped(Shape::Circle { radius: 1 });
    let theirs = shaped(Shape::Circle { radius: 2 });
    let (state, overruled) = merged(&base, &shaped(Shape::Square { side: 1 }), &json(&theirs));
    assert_eq!((state, overruled), (theirs, vec![String::new()]));
}

#[test]
fn what_is_not_saved_or_skipped_is_as_it_is_here() {
    let base = board(&[1]);
    let ours = Board { token: "secret".to_owned(), skipped: 7, ..base.clone() };
    let taken = take_over(&base, &ours, &json!({"title": "b", "list": [1]}));
    let merged = taken.merged.expect("it has changed");
    assert_eq!((&*merged.title, &*merged.token, merged.skipped), ("b", "secret", 7));
    assert!(taken.is_saved, "it is what is on the disk");
}

#[test]
fn a_set_that_nobody_there_has_changed_is_as_it_is_here() {
    let tags = |count: u8| (0..count).map(|number| number.to_string()).collect::<HashSet<_>>();
    let base = Board { tags: tags(30), ..board(&[1]) };
    let ours = Board { tags: tags(31), ..base.clone() };
    let mut theirs = json(&base);
    theirs["title"] = json!("b");
    let expected = Board { title: "b".to_owned(), ..ours.clone() };
    assert_eq!(merged(&base, &ours, &theirs), (expected, vec![]));
}

#[test]
fn a_file_that_says_the_same_in_other_words_changes_nothing() {
    let base = board(&[1, 2]);
    let persistence = Persistence::new();
    let same = br#"{"data": {"title": "\u0061", "list": [1, 2], "tags": [], "cards": {}, "shape": "None", "token": ""}, "revision": "9"}"#;
    let taken = persistence.take_over(same, (&base, &OnDisk::default()), &board(&[5]));
    assert!(taken.expect("usable").is_none());
}

#[test]
fn what_a_newer_program_adds_meanwhile_is_kept_with_the_next_save() {
    let base = board(&[1]);
    let ours = Board { title: "b".to_owned(), ..base.clone() };
    let mut theirs = json(&base);
    theirs["new"] = json!(7);
    let taken = take_over(&base, &ours, &theirs);
    assert_eq!(taken.merged, None, "nothing that is known here has changed");
    let persistence = Persistence::new();
    let saved = persistence.encode_over(Version::default(), &ours, Some(&base), &taken.on_disk);
    let record = Json.decode(&saved.expect("it can be saved").0).expect("JSON");
    let data = record.data.to_value().expect("64 bits");
    assert_eq!((&data["new"], &data["title"]), (&json!(7), &json!("b")));
}

#[test]
fn a_file_that_lacks_a_field_has_that_of_here_and_is_to_be_saved_again() {
    let (base, ours) = (board(&[1]), board(&[1]));
    let taken = take_over(&base, &ours, &json!({"title": "b"}));
    assert_eq!(taken.merged, Some(Board { title: "b".to_owned(), ..board(&[1]) }));
    assert!(!taken.is_saved);
}
