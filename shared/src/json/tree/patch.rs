//! Patches (RFC 6902) done to a tree, so exactly.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::mem;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Tree, read};
use crate::json::{index, name, present};
use crate::wire::PatchFault;

/// An operation, with whatever any of them needs.
#[derive(Deserialize)]
struct Operation {
    op: String,
    path: String,
    from: Option<String>,
    #[serde(default, deserialize_with = "present")]
    value: Option<Box<RawValue>>,
}

impl Tree {
    /// Does to it the operations of `patch`, which is JSON, one after the other.
    ///
    /// ```
    /// use revgate::json::Tree;
    ///
    /// let mut tree: Tree = r#"{"a":[1,2],"n":18446744073709551616}"#.parse()?;
    /// tree.patch(r#"[{"op":"move","from":"/n","path":"/a/0"}]"#)?;
    /// assert_eq!(tree.to_string(), r#"{"a":[18446744073709551616,1,2]}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The first operation that cannot be done, and why. **What is before it is done.**
    pub fn patch(&mut self, patch: &str) -> Result<(), PatchFault> {
        let fault = |operation, path: &str, reason| {
            let path = path.to_owned();
            PatchFault { operation, path, reason }
        };
        let operations: Vec<&RawValue> =
            read(patch).map_err(|error| fault(0, "", error.to_string()))?;
        for (number, operation) in operations.into_iter().enumerate() {
            let operation: Operation =
                read(operation.get()).map_err(|error| fault(number, "", error.to_string()))?;
            let done = self.operate(&operation);
            done.map_err(|reason| fault(number, &operation.path, reason))?;
        }
        Ok(())
    }

    fn operate(&mut self, Operation { op, path, from, value }: &Operation) -> Result<(), String> {
        let path = steps(path)?;
        let missing = |field| format!("`{op}` needs a `{field}`");
        let value = || {
            let value = value.as_deref().ok_or_else(|| missing("value"))?;
            value.get().parse::<Self>().map_err(|error| error.to_string())
        };
        let from = || steps(from.as_deref().ok_or_else(|| missing("from"))?);
        match &**op {
            "add" => self.put(&path, value()?),
            "remove" => self.take(&path).map(drop),
            "replace" => {
                *self.within(&path)? = value()?;
                Ok(())
            }
            "copy" => {
                let copy = self.within(&from()?)?.clone();
                self.put(&path, copy)
            }
            "move" => {
                let from = from()?;
                if path.len() > from.len() && path.starts_with(&from) {
                    return Err("nothing is moved into itself".to_owned());
                }
                let moved = self.take(&from)?;
                self.put(&path, moved)
            }
            "test" if *self.within(&path)? == value()? => Ok(()),
            "test" => Err("the test failed: the value is another".to_owned()),
            _ => Err(format!("`{op}` is no operation")),
        }
    }

    fn within(&mut self, path: &[String]) -> Result<&mut Self, String> {
        path.iter().try_fold(self, |tree, step| {
            let member = match tree {
                Self::Map(fields) => fields.get_mut(step),
                Self::List(items) => index(step).and_then(|index| items.get_mut(index)),
                _ => None,
            };
            member.ok_or_else(|| nothing(step))
        })
    }

    fn take(&mut self, path: &[String]) -> Result<Self, String> {
        let Some((last, path)) = path.split_last() else { return Ok(mem::take(self)) };
        let taken = match self.within(path)? {
            Self::Map(fields) => fields.remove(last),
            Self::List(items) => {
                let index = index(last).filter(|index| *index < items.len());
                index.map(|index| items.remove(index))
            }
            _ => None,
        };
        taken.ok_or_else(|| nothing(last))
    }

    fn put(&mut self, path: &[String], value: Self) -> Result<(), String> {
        let Some((last, path)) = path.split_last() else {
            *self = value;
            return Ok(());
        };
        match self.within(path)? {
            Self::Map(fields) => drop(fields.insert(last.clone(), value)),
            Self::List(items) if last == "-" => items.push(value),
            Self::List(items) => {
                let index = index(last).filter(|index| *index <= items.len());
                items.insert(index.ok_or_else(|| nothing(last))?, value);
            }
            _ => return Err(nothing(last)),
        }
        Ok(())
    }
}

/// The names that a pointer (RFC 6901) has.
fn steps(pointer: &str) -> Result<Vec<String>, String> {
    if pointer.is_empty() {
        return Ok(Vec::new());
    }
    let steps = pointer.strip_prefix('/').and_then(|steps| steps.split('/').map(name).collect());
    steps.ok_or_else(|| format!("`{pointer}` is no JSON pointer"))
}

fn nothing(step: &str) -> String {
    format!("there is no place `{step}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patched(tree: &str, patch: &str) -> Result<String, PatchFault> {
        let mut tree: Tree = tree.parse().expect("JSON");
        tree.patch(patch).map(|()| tree.to_string())
    }

    #[test]
    fn each_operation_does_what_the_standard_says() {
        let tree = r#"{"a":{"b":[1,2]},"c/~":null}"#;
        for (operation, expected) in [
            (r#""add","path":"/a/b/0","value":0"#, r#"{"a":{"b":[0,1,2]},"c/~":null}"#),
            (r#""add","path":"/a/b/2","value":3"#, r#"{"a":{"b":[1,2,3]},"c/~":null}"#),
            (r#""add","path":"/a/b/-","value":3"#, r#"{"a":{"b":[1,2,3]},"c/~":null}"#),
            (r#""add","path":"/c~1~0","value":true"#, r#"{"a":{"b":[1,2]},"c/~":true}"#),
            (r#""add","path":"","value":7"#, "7"),
            (r#""remove","path":"/a/b/0""#, r#"{"a":{"b":[2]},"c/~":null}"#),
            (r#""remove","path":"/c~1~0""#, r#"{"a":{"b":[1,2]}}"#),
            (r#""remove","path":"""#, "null"),
            (r#""replace","path":"/a/b","value":null"#, r#"{"a":{"b":null},"c/~":null}"#),
            (r#""replace","path":"","value":[]"#, "[]"),
            (r#""move","from":"/a/b/0","path":"/a/b/1""#, r#"{"a":{"b":[2,1]},"c/~":null}"#),
            (r#""move","from":"/a","path":"/a""#, tree),
            (r#""copy","from":"/a/b","path":"/c~1~0""#, r#"{"a":{"b":[1,2]},"c/~":[1,2]}"#),
            (r#""test","path":"/a","value":{"b":[1.0,2e0]}"#, tree),
            (r#""test","path":"/c~1~0","value":null,"unknown":1"#, tree),
        ] {
            let patch = format!(r#"[{{"op":{operation}}}]"#);
            assert_eq!(patched(tree, &patch).as_deref(), Ok(expected), "{patch}");
        }
    }

    #[test]
    fn what_cannot_be_done_is_named_by_its_place_and_reason() {
        for (operation, reason) in [
            (r#""remove","path":"/x""#, "no place `x`"),
            (r#""replace","path":"/x","value":1"#, "no place `x`"),
            (r#""add","path":"/x/y","value":1"#, "no place `x`"),
            (r#""add","path":"/a/3","value":1"#, "no place `3`"),
            (r#""add","path":"/a/01","value":1"#, "no place `01`"),
            (r#""remove","path":"/a/-""#, "no place `-`"),
            (r#""remove","path":"/a/2""#, "no place `2`"),
            (r#""add","path":"/b/c","value":1"#, "no place `c`"),
            (r#""add","path":"b","value":1"#, "`b` is no JSON pointer"),
            (r#""add","path":"/b~2","value":1"#, "`/b~2` is no JSON pointer"),
            (r#""add","path":"/b""#, "`add` needs a `value`"),
            (r#""copy","path":"/b""#, "`copy` needs a `from`"),
            (r#""move","from":"/a","path":"/a/0""#, "nothing is moved into itself"),
            (r#""test","path":"/b","value":"y""#, "the value is another"),
            (r#""swap","path":"/b""#, "`swap` is no operation"),
            (r#""add""#, "missing field `path`"),
        ] {
            let patch = format!(r#"[{{"op":"add","path":"/c","value":1}},{{"op":{operation}}}]"#);
            let fault = patched(r#"{"a":[1,2],"b":"x"}"#, &patch).expect_err(operation);
            assert!(fault.operation == 1 && fault.reason.contains(reason), "{fault}");
        }
        assert!(patched("{}", "7").expect_err("no list").reason.contains("expected a sequence"));
    }
}
