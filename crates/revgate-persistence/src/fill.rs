//! What a state has that was saved before its type had it.

use revgate::Invalid;
use revgate::json::tree::{Number, Step, Tree, told};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::misfit::Misfit;

/// A state, and what had to be done for it.
pub(crate) struct Filled<T> {
    pub(crate) state: T,
    /// Whether it had less than the type needs.
    pub(crate) was_incomplete: bool,
}

/// Why what is saved is no state even so.
pub(crate) struct Misfilled {
    pub(crate) invalid: Invalid,
    /// It lacks something, and there is no initial state to take that from.
    pub(crate) is_incomplete: bool,
}

impl From<Misfilled> for Invalid {
    fn from(Misfilled { invalid, .. }: Misfilled) -> Self {
        invalid
    }
}

/// The state that `saved` describes. **What it lacks and serde cannot do without is taken from
/// `initial`, and nothing else is**: a field with a default of its own has that, an `Option` is
/// `None`, and an entry that somebody has deleted from a map stays deleted. What a type refuses
/// because it does not know it is passed over.
///
/// Inside an item of a list, or an entry of a map that `initial` does not have, the value is that
/// of the initial items or entries, if they agree on one.
///
/// # Errors
///
/// If it is no state even so.
pub(crate) fn fill<T: Serialize + DeserializeOwned>(
    mut saved: Tree,
    initial: Option<&Tree>,
) -> Result<Filled<T>, Misfilled> {
    let mut was_incomplete = false;
    loop {
        let misfit = match Misfit::decode::<T>(&saved) {
            Ok(state) => return Ok(Filled { state, was_incomplete }),
            Err(misfit) => misfit,
        };
        if let Some(name) = misfit.unknown_field() {
            let path = match misfit.path.split_last() {
                Some((Step::Field(last), path)) if last == name => path,
                _ => &misfit.path,
            };
            if let Some(Tree::Map(fields)) = saved.at_mut(path)
                && fields.remove(name).is_some()
            {
                continue;
            }
        }
        let Some(name) = misfit.missing_field() else {
            return Err(Misfilled { invalid: misfit.invalid, is_incomplete: false });
        };
        let filled =
            initial.is_some_and(|initial| supply::<T>(&mut saved, initial, &misfit.path, name));
        if !filled {
            let invalid = without_value(misfit.invalid);
            return Err(Misfilled { invalid, is_incomplete: initial.is_none() });
        }
        was_incomplete = true;
    }
}

fn without_value(invalid: Invalid) -> Invalid {
    let Invalid { path, reason } = invalid;
    let hint = "there is no initial value for it: add a migration or a `#[serde(default)]`";
    Invalid::new(path, format!("{reason}, and {hint}"))
}

/// Puts the field `name` into the object at `path`, or if serde does not say exactly where, into
/// the first within it that lacks what the initial one has.
fn supply<T: Serialize + DeserializeOwned>(
    saved: &mut Tree,
    initial: &Tree,
    path: &[Step],
    name: &str,
) -> bool {
    let mut paths = vec![path.to_vec()];
    while let Some(at) = paths.pop() {
        let value = values::<T>(initial, &at, name);
        let is_object = at == path || !is_map::<T>(initial, &at);
        let path = at;
        match saved.at_mut(&path) {
            Some(Tree::Map(fields)) => {
                if let Some(value) = value
                    && is_object
                    && !fields.contains_key(name)
                {
                    fields.insert(name.to_owned(), value);
                    return true;
                }
                paths.extend(
                    fields.keys().map(|name| [&path[..], &[Step::Field(name.clone())]].concat()),
                );
            }
            Some(Tree::List(items)) => {
                paths.extend(
                    (0..items.len()).map(|index| [&path[..], &[Step::Item(index)]].concat()),
                );
            }
            _ => {}
        }
    }
    false
}

/// The one value that the field `name` of the objects at `path` initially has.
fn values<T: Serialize + DeserializeOwned>(
    initial: &Tree,
    path: &[Step],
    name: &str,
) -> Option<Tree> {
    let mut places = vec![(Vec::new(), initial)];
    for step in path {
        let mut next = Vec::new();
        for (way, tree) in places {
            let steps: Vec<_> = match (step, tree) {
                (Step::Item(_), Tree::List(items)) => (0..items.len()).map(Step::Item).collect(),
                (Step::Field(_), _) if tree.child(step).is_some() => vec![step.clone()],
                (Step::Field(_), Tree::Map(fields)) if is_map::<T>(initial, &way) => {
                    fields.keys().cloned().map(Step::Field).collect()
                }
                _ => Vec::new(),
            };
            for step in steps {
                if let Some(child) = tree.child(&step) {
                    next.push(([&way[..], &[step]].concat(), child));
                }
            }
        }
        places = next;
    }
    let field = Step::Field(name.to_owned());
    let mut values = places.iter().filter_map(|(_, tree)| tree.child(&field));
    let first = values.next()?;
    values.all(|value| value == first).then(|| first.clone())
}

/// Whether the object at `path` is a map, which takes entries of any name: asked by giving it one
/// more.
pub(crate) fn is_map<T: Serialize + DeserializeOwned>(initial: &Tree, path: &[Step]) -> bool {
    let mut tried = initial.clone();
    let Some(Tree::Map(fields)) = tried.at_mut(path) else { return false };
    let Some(value) = fields.values().next().cloned() else { return false };
    // A number, for a map may have those as keys.
    let Some(name) = (0..u8::MAX).map(|key| key.to_string()).find(|key| !fields.contains_key(key))
    else {
        return false;
    };
    fields.insert(name.clone(), value);
    let taken = Misfit::decode::<T>(&tried).ok().and_then(|taken| Tree::of(&taken).ok());
    let entry = Step::Field(name);
    taken.is_some_and(|taken| taken.at(path).is_some_and(|map| map.child(&entry).is_some()))
}

/// Gives what was `imported` all that it lacks and the initial state has, at any depth. A map is
/// let be, as its entries are for each to choose, and so is what may be another variant of an enum.
pub(crate) fn complete_import<T: Serialize + DeserializeOwned>(
    imported: &mut Tree,
    initial: &Tree,
) {
    let mut paths = vec![Vec::new()];
    while let Some(path) = paths.pop() {
        let (Some(Tree::Map(fields)), Some(Tree::Map(whole))) =
            (imported.at_mut(&path), initial.at(&path))
        else {
            continue;
        };
        let lacks_any = whole.keys().any(|name| !fields.contains_key(name));
        // One field each, of other names: two variants of an enum, which has one of them.
        let is_variant = fields.len() == 1 && whole.len() == 1;
        if lacks_any && !is_variant && !is_map::<T>(initial, &path) {
            for (name, value) in whole {
                fields.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
        paths.extend(whole.keys().map(|name| [&path[..], &[Step::Field(name.clone())]].concat()));
    }
}

/// That every long integer of `saved` is the same in `known`, which has been read from it: some
/// types make a float of it without a word.
pub(crate) fn check_numbers(saved: &Tree, known: &Tree) -> Result<(), Invalid> {
    let Some((mut path, number, read)) = altered(saved, known) else { return Ok(()) };
    // A set's items have no order.
    if altered(&saved.sorted(), &known.sorted()).is_none() {
        return Ok(());
    }
    path.reverse();
    Err(Invalid::new(told(&path), format!("the number {number} would be read as {read}")))
}

/// The first long integer that has become another, with the way there from the inside out.
fn altered<'a>(saved: &'a Tree, known: &'a Tree) -> Option<(Vec<Step>, &'a Number, &'a Number)> {
    let within = |step: Step, saved: &'a Tree, known: &'a Tree| {
        let (mut path, number, read) = altered(saved, known)?;
        path.push(step);
        Some((path, number, read))
    };
    match (saved, known) {
        (Tree::Number(number), Tree::Number(read)) if number.is_long() && number != read => {
            Some((Vec::new(), number, read))
        }
        (Tree::Map(saved), Tree::Map(known)) => saved
            .iter()
            .find_map(|(name, saved)| within(Step::Field(name.clone()), saved, known.get(name)?)),
        (Tree::List(saved), Tree::List(known)) => {
            let mut pairs = saved.iter().zip(known).enumerate();
            pairs.find_map(|(index, (saved, known))| within(Step::Item(index), saved, known))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
