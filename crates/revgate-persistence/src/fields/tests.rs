use super::*;

use proptest::prelude::*;
use revgate::Topic;
use serde::{Deserialize, Serialize};
use serde_json::json;

fn tree(value: serde_json::Value) -> Tree {
    value.into()
}

#[test]
fn what_is_left_out_is_not_saved_and_comes_from_the_rest() {
    let fields = Fields::without(["/token", "/window/at", "/a~1b"]).expect("pointers");
    let state = json!({"theme": "dark", "token": "s", "window": {"at": 1, "of": 2}, "a/b": 3});
    let saved = fields.keep(tree(state));
    assert_eq!(saved, tree(json!({"theme": "dark", "window": {"of": 2}})));
    let rest = tree(json!({"theme": "light", "token": "", "window": {"at": 0, "of": 0}}));
    let complete = fields.complete(saved, Some(&rest));
    let expected = json!({"theme": "dark", "token": "", "window": {"at": 0, "of": 2}});
    assert_eq!(complete, tree(expected));
}

#[test]
fn what_is_left_out_and_is_on_the_disk_all_the_same_is_not_read() {
    let fields = Fields::without(["/token", "/accounts/*/token"]).expect("pointers");
    let saved = json!({"token": "old", "accounts": [{"name": "a", "token": "old"}]});
    let complete = fields.complete(tree(saved), Some(&tree(json!({"accounts": []}))));
    assert_eq!(complete, tree(json!({"accounts": [{"name": "a"}]})));
}

#[test]
fn what_alone_is_kept_is_saved_and_all_else_comes_from_the_rest() {
    let fields = Fields::only(["/theme", "/window/of"]).expect("pointers");
    let state = json!({"theme": "dark", "token": "s", "window": {"at": 1, "of": 2}});
    let saved = fields.keep(tree(state));
    assert_eq!(saved, tree(json!({"theme": "dark", "window": {"of": 2}})));
    let rest = tree(json!({"theme": "light", "token": "", "window": {"at": 0, "of": 0}}));
    let complete = fields.complete(saved, Some(&rest));
    let expected = json!({"theme": "dark", "token": "", "window": {"at": 0, "of": 2}});
    assert_eq!(complete, tree(expected));
    // What is meant and not saved is missing: serde may know what that means.
    assert_eq!(fields.complete(tree(json!({})), Some(&rest)), tree(json!({"token": ""})));
}

#[test]
fn a_star_is_every_item_and_every_field() {
    let fields = Fields::without(["/accounts/*/token", "/by/*/token"]).expect("pointers");
    let state = tree(json!({
        "accounts": [{"name": "a", "token": "1"}, {"name": "b", "token": "2"}],
        "by": {"x": {"token": "3", "n": 1}, "y": {"token": "4", "n": 2}},
    }));
    let saved = fields.keep(state.clone());
    let expected = json!({
        "accounts": [{"name": "a"}, {"name": "b"}],
        "by": {"x": {"n": 1}, "y": {"n": 2}},
    });
    assert_eq!(saved, tree(expected));
    assert_eq!(fields.complete(saved, Some(&state)), state);

    let only = Fields::only(["/accounts/*/name"]).expect("pointers");
    let saved = only.keep(state.clone());
    assert_eq!(saved, tree(json!({"accounts": [{"name": "a"}, {"name": "b"}]})));
    assert_eq!(only.complete(saved, Some(&state)), state);
}

#[test]
fn in_a_list_a_secret_follows_its_item_and_no_index() {
    let fields = Fields::without(["/accounts/*/token"]).expect("pointers");
    let rest = tree(json!({"accounts": [{"n": "a", "token": "A"}, {"n": "b", "token": "B"}]}));
    let saved = tree(json!({"accounts": [{"n": "b"}, {"n": "c"}, {"n": "a"}]}));
    let expected = json!({
        "accounts": [{"n": "b", "token": "B"}, {"n": "c"}, {"n": "a", "token": "A"}],
    });
    assert_eq!(fields.complete(saved, Some(&rest)), tree(expected));
    // Which of the two is gone?
    let rest = tree(json!({"accounts": [{"n": "a", "token": "A"}, {"n": "a", "token": "B"}]}));
    let saved = tree(json!({"accounts": [{"n": "a"}]}));
    assert_eq!(fields.complete(saved.clone(), Some(&rest)), saved);
}

#[test]
fn a_name_that_is_a_star_is_escaped() {
    let fields = Fields::without(["/map/~2"]).expect("a pointer");
    let saved = fields.keep(tree(json!({"map": {"*": 1, "a": 2}})));
    assert_eq!(saved, tree(json!({"map": {"a": 2}})));
}

#[test]
fn a_saved_state_of_another_shape_is_no_trouble() {
    let fields = Fields::without(["/a/b/c"]).expect("pointers");
    for odd in [json!(null), json!(7), json!([1]), json!({"a": 7}), json!({"a": {"b": []}})] {
        let odd = tree(odd);
        assert_eq!(fields.keep(odd.clone()), odd);
        fields.complete(odd, Some(&tree(json!({"a": {"b": {"c": 1}}}))));
    }
}

#[test]
fn what_is_no_pointer_is_named() {
    for text in ["", "theme", "/a~b", "/a~", "/~3"] {
        let error = Fields::without([text]).expect_err(text).to_string();
        assert!(error.starts_with(&format!("`{text}` names no field")), "{error}");
    }
}

fn value() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![Just(Tree::Null), (0..3_u64).prop_map(|it| Tree::Number(it.into()))];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Tree::List),
            prop::collection::btree_map("[abc]", inner, 0..4).prop_map(Tree::Map),
        ]
    })
}

fn pointers() -> impl Strategy<Value = Vec<String>> {
    let segment = prop::sample::select(vec!["a", "b", "c", "*", "0"]);
    let pointer = prop::collection::vec(segment, 1..4)
        .prop_map(|names| names.iter().map(|name| format!("/{name}")).collect::<String>());
    prop::collection::vec(pointer, 1..4)
}

proptest! {
    #[test]
    fn what_is_kept_is_kept_again_and_completed_by_the_whole(
        state in value(), pointers in pointers(),
    ) {
        for fields in [
            Fields::without(&pointers).expect("pointers"),
            Fields::only(&pointers).expect("pointers"),
        ] {
            let kept = fields.keep(state.clone());
            prop_assert_eq!(&fields.keep(kept.clone()), &kept);
            let complete = fields.complete(kept.clone(), Some(&state));
            prop_assert_eq!(fields.keep(complete.clone()), kept, "{:?}", fields);
            if matches!(fields, Fields::Without(_)) {
                prop_assert_eq!(complete, state.clone());
            }
        }
    }
}

#[derive(Clone, Default, Serialize, Deserialize)]
struct Account {
    name: String,
    password: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    window: Option<Window>,
    list: Vec<Window>,
    map: BTreeMap<String, u8>,
    login: Login,
}

#[derive(Clone, Default, Serialize, Deserialize)]
struct Window {
    at: u8,
}

#[derive(Clone, Default, Serialize, Deserialize)]
enum Login {
    #[default]
    Anonymous,
    Token {
        value: String,
    },
}

impl Topic for Account {
    const NAME: &'static str = "account";
}

#[test]
fn a_pointer_to_no_field_is_told_from_one_to_a_field_that_is_missing_now() {
    let missing = |pointer: &str, state: &Account| {
        let fields = Fields::without([pointer]).expect("a pointer");
        let told = super::missing(&fields, state).pop();
        told.map(|missing| (missing.within, missing.fields))
    };
    let empty = Account::default();
    for pointer in
        ["/password", "/token", "/window/at", "/window/no", "/list/*/at", "/list/*/no", "/map/any"]
    {
        assert_eq!(missing(pointer, &empty), None, "{pointer}");
    }
    let names = ["list", "login", "map", "name", "password", "window"].map(str::to_owned);
    for pointer in ["/passwrd", "/Token", "/windows/at", "/lists/*/at"] {
        assert_eq!(missing(pointer, &empty), Some((String::new(), names.to_vec())), "{pointer}");
    }
    let state = Account {
        window: Some(Window { at: 1 }),
        list: vec![Window { at: 1 }],
        ..Account::default()
    };
    for (pointer, within) in [("/window/no", "window"), ("/list/*/no", "list[0]")] {
        let expected = (within.to_owned(), vec!["at".to_owned()]);
        assert_eq!(missing(pointer, &state), Some(expected), "{pointer}");
    }
    for (pointer, within) in
        [("/name/x", "name"), ("/window/at/x/y", "window.at"), ("/list/*/at/x", "list[0].at")]
    {
        assert_eq!(missing(pointer, &state), Some((within.to_owned(), vec![])), "{pointer}");
    }
    let items = Some(("list".to_owned(), vec!["*".to_owned()]));
    assert_eq!(missing("/list/at", &state), items, "a list has no fields, but items");
    assert_eq!(missing("/login/Token/value", &state), None, "another variant may have it");
}
