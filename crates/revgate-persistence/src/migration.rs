//! From the shapes that states had to the one that they have.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use serde_json::Value;

/// The ways from each shape of a topic's JSON to the next. The number of the newest shape, its
/// *schema*, is saved with each state.
///
/// ```
/// use revgate_persistence::Migrations;
/// use serde_json::json;
///
/// let migrations = Migrations::new()
///     // From 0 to 1: `dark` became `theme`.
///     .then(|mut data| {
///         let dark = data["dark"].as_bool().ok_or("`dark` is not true or false")?;
///         data["theme"] = json!(if dark { "dark" } else { "light" });
///         Ok(data)
///     });
/// assert_eq!(migrations.schema(), 1);
/// assert_eq!(migrations.migrate(0, json!({"dark": true}))?["theme"], "dark");
/// assert_eq!(migrations.migrate(1, json!({"theme": "light"}))?["theme"], "light");
/// # Ok::<(), revgate_persistence::MigrationError>(())
/// ```
///
/// A step is given a [`Value`], whose numbers have 64 bits: a state with a longer one is not
/// migrated, but unusable. A step works on a copy: what it leaves off half-way is lost, and the
/// saved state stays. Never change a step that has been released, and never take one out: cut off
/// the oldest by [`Migrations::since`].
#[derive(Clone, Default)]
#[must_use]
pub struct Migrations {
    oldest: u32,
    steps: Vec<Arc<Step>>,
}

type Step = dyn Fn(Value) -> Result<Value, String> + Send + Sync;

/// A state could not be brought to the newest shape.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MigrationError {
    /// A newer program has saved it.
    #[error("its schema is {found}, and this program knows {known} at most: update the program")]
    Newer {
        /// The schema that it was saved with.
        found: u32,
        /// The newest that there is a way to.
        known: u32,
    },
    /// The way from its shape has been cut off.
    #[error("its schema is {found}, and this program knows no way from one before {oldest}")]
    TooOld {
        /// The schema that it was saved with.
        found: u32,
        /// The oldest that there is a way from.
        oldest: u32,
    },
    /// A step could not deal with it.
    #[error("the migration from schema {from} to {} failed: {reason}", from + 1)]
    Failed {
        /// The schema that the step starts from.
        from: u32,
        /// What it says.
        reason: String,
    },
}

impl Migrations {
    /// None: the schema is 0.
    pub fn new() -> Self {
        Self::default()
    }

    /// None, and what was saved with a schema before `oldest` is out of use.
    pub fn since(oldest: u32) -> Self {
        Self { oldest, steps: Vec::new() }
    }

    /// One more step, from the newest schema so far to the next. It is given the state's JSON, and
    /// returns it in its new shape, or says why it cannot.
    pub fn then(
        mut self,
        step: impl Fn(Value) -> Result<Value, String> + Send + Sync + 'static,
    ) -> Self {
        self.steps.push(Arc::new(step));
        self
    }

    /// The oldest schema that there is a way from.
    pub fn oldest(&self) -> u32 {
        self.oldest
    }

    /// The newest schema.
    pub fn schema(&self) -> u32 {
        u32::try_from(self.steps.len()).map_or(u32::MAX, |steps| self.oldest.saturating_add(steps))
    }

    /// `data` of the schema `found` in its newest shape.
    ///
    /// # Errors
    ///
    /// If there is no way from there, or a step fails.
    pub fn migrate(&self, found: u32, data: Value) -> Result<Value, MigrationError> {
        self.check(found)?;
        let steps = (self.oldest..).zip(&self.steps).skip_while(|(from, _)| *from < found);
        let mut steps = steps.map(|(from, step)| {
            move |data| run(&**step, data).map_err(|reason| MigrationError::Failed { from, reason })
        });
        steps.try_fold(data, |data, step| step(data))
    }

    /// That there is a way from the schema `found`.
    pub(crate) fn check(&self, found: u32) -> Result<(), MigrationError> {
        let (oldest, known) = (self.oldest, self.schema());
        if found > known {
            return Err(MigrationError::Newer { found, known });
        }
        if found < oldest {
            return Err(MigrationError::TooOld { found, oldest });
        }
        Ok(())
    }
}

/// To set a field of what is no object panics, and what is saved may be anything.
fn run(step: &Step, data: Value) -> Result<Value, String> {
    let panicked = |_| Err("it panicked".to_owned());
    catch_unwind(AssertUnwindSafe(|| step(data))).unwrap_or_else(panicked)
}

impl fmt::Debug for Migrations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (oldest, schema) = (self.oldest, self.schema());
        f.debug_struct("Migrations").field("oldest", &oldest).field("schema", &schema).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use serde_json::json;

    fn append(letter: &'static str) -> impl Fn(Value) -> Result<Value, String> {
        move |data| match data.as_str() {
            Some(text) => Ok(json!(format!("{text}{letter}"))),
            None => Err("no text".to_owned()),
        }
    }

    #[test]
    fn each_shape_goes_the_rest_of_the_way() {
        let migrations = Migrations::since(3).then(append("d")).then(append("e"));
        assert_eq!(migrations.schema(), 5);
        for (found, end) in [(3, "de"), (4, "e"), (5, "")] {
            assert_eq!(migrations.migrate(found, json!("")), Ok(json!(end)), "from {found}");
        }
        let (oldest, known) = (3, 5);
        let too_old = MigrationError::TooOld { found: 2, oldest };
        assert_eq!(migrations.migrate(2, json!("")), Err(too_old));
        let newer = MigrationError::Newer { found: 6, known };
        assert_eq!(migrations.migrate(6, json!("")), Err(newer));
    }

    #[test]
    fn a_step_that_fails_is_named() {
        let migrations =
            Migrations::new().then(append("b")).then(|_| Ok(json!(7))).then(append("d"));
        let error = migrations.migrate(0, json!("a")).expect_err("7 is no text").to_string();
        assert_eq!(error, "the migration from schema 2 to 3 failed: no text");
    }

    #[test]
    fn a_step_that_panics_has_failed() {
        let migrations = Migrations::new().then(|mut data| {
            data["theme"] = json!("dark");
            Ok(data)
        });
        let failed = MigrationError::Failed { from: 0, reason: "it panicked".to_owned() };
        assert_eq!(migrations.migrate(0, json!("a text has no fields")), Err(failed));
    }
}
