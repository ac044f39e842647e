use super::*;

use serde_json::json;

/// Applies operations on a list of so many numbers under a limit of 100 bytes, so 800 shifts:
/// how many operations are applied before one is refused for its work.
fn applied(list: usize, operations: impl IntoIterator<Item = Value>) -> Option<usize> {
    let state = json!({ "list": (0..list).collect::<Vec<_>>() });
    let patch = Patch::parse(operations.into_iter().collect(), u64::MAX).expect("well-formed");
    match patch.apply(state, 100) {
        Ok(_) => None,
        Err(Refusal::PatchFailed(PatchFault { operation, reason, .. })) => {
            assert!(reason.starts_with("the patch shifts more than 800 elements"), "{reason}");
            Some(operation)
        }
        Err(refusal) => panic!("{refusal}"),
    }
}

fn all(operation: Value, times: usize) -> Vec<Value> {
    vec![operation; times]
}

#[test]
fn what_a_patch_shifts_is_bounded() {
    let remove = json!({"op": "remove", "path": "/list/0"});
    let insert = json!({"op": "add", "path": "/list/0", "value": 0});
    let copy = json!({"op": "copy", "from": "/list/0", "path": "/list/0"});
    let r#move = json!({"op": "move", "from": "/list/0", "path": "/list/0"});
    // 99 + 98 + … + 92 = 764, and 91 are too many.
    assert_eq!(applied(100, all(remove.clone(), 100)), Some(8));
    // 100 + 101 + … + 106 = 721, and 107 are too many.
    assert_eq!(applied(100, all(insert, 100)), Some(7));
    assert_eq!(applied(100, all(copy, 100)), Some(7));
    assert_eq!(applied(100, all(r#move, 100)), Some(4), "twice 100 each");
    assert_eq!(applied(802, [remove.clone()]), Some(0), "one may be too much");
    assert_eq!(applied(801, [remove]), None);
}

#[test]
fn what_shifts_nothing_is_not_held_to_it() {
    let push = json!({"op": "add", "path": "/list/-", "value": 0});
    let replace = json!({"op": "replace", "path": "/list/0", "value": 1});
    let test = json!({"op": "test", "path": "/list/0", "value": 0});
    for operation in [push, replace, test] {
        let times = if operation["op"] == "test" { 1_000 } else { 10_000 };
        assert_eq!(applied(1_000, all(operation, times)), None);
    }
    let pop = (0..1_000).rev().map(|at| json!({"op": "remove", "path": format!("/list/{at}")}));
    assert_eq!(applied(1_000, pop), None);
}
