//! From a state to what is saved of it, and back.

use revgate::json::tree::{Tree, difference, told};
use revgate::{Topic, Version};

use crate::fill::{Misfilled, check_numbers, fill};
use crate::on_disk::in_order;
use crate::{CodecError, Fault, Loaded, OnDisk, Persistence, Record};

/// A state, and how it was saved.
pub(crate) struct Read<T> {
    pub(crate) data: T,
    pub(crate) version: Version,
    pub(crate) on_disk: OnDisk,
    /// What is saved of it, with the items of its lists in the order in which they are on the disk.
    pub(crate) known: Tree,
    /// Whether it is on the disk in its newest shape, and complete.
    pub(crate) is_current: bool,
    /// Whether nothing is on the disk that is not to be.
    pub(crate) is_clean: bool,
}

impl<T> Read<T> {
    /// To begin with, from what was saved last or from an older one.
    pub(crate) fn into_loaded(self, is_newest: bool) -> Loaded<T> {
        let Self { data, version, on_disk, is_current, is_clean, .. } = self;
        let is_saved = is_newest && is_current && is_clean;
        Loaded { data, version: Some(version), is_saved, on_disk }
    }
}

impl Persistence {
    /// What is saved of the state `data` at `version` where nothing is yet: see
    /// [`Persistence::encode_over`].
    ///
    /// # Errors
    ///
    /// If it cannot be written so, or could not be read again.
    pub fn encode<T: Topic>(&self, version: Version, data: &T) -> Result<Vec<u8>, CodecError> {
        self.encode_over(version, data, Some(data), &OnDisk::default()).map(|(bytes, _)| bytes)
    }

    /// Whether the same is saved of both states.
    ///
    /// ```
    /// use revgate::Topic;
    /// use revgate_persistence::Persistence;
    /// use serde::{Deserialize, Serialize};
    ///
    /// #[derive(Clone, Serialize, Deserialize)]
    /// struct Player { volume: u8, token: String }
    ///
    /// impl Topic for Player {
    ///     const NAME: &'static str = "player";
    /// }
    ///
    /// let of = |volume, token: &str| Player { volume, token: token.to_owned() };
    /// let persistence = Persistence::new().without(["/token"]);
    /// assert!(persistence.saves_the_same(&of(7, "one"), &of(7, "other")));
    /// assert!(!persistence.saves_the_same(&of(7, "one"), &of(8, "one")));
    /// ```
    pub fn saves_the_same<T: Topic>(&self, one: &T, other: &T) -> bool {
        // What all is saved of, nobody writes that is the same.
        !self.saves_all()
            && matches!(
                [one, other].map(|state| Tree::of(state).map(|state| self.fields().keep(state))),
                [Ok(one), Ok(other)] if one == other
            )
    }

    /// What is saved of the state `data` at `version`, in the place of what is `on_disk`; and what
    /// is on the disk then. What it does not have is kept.
    ///
    /// **It can be loaded again**: that has been tried, as the next start will do it, with this
    /// `initial` state or without one.
    ///
    /// # Errors
    ///
    /// If it cannot be written so, or could not be read again, or would be another state then.
    pub fn encode_over<T: Topic>(
        &self,
        version: Version,
        data: &T,
        initial: Option<&T>,
        on_disk: &OnDisk,
    ) -> Result<(Vec<u8>, OnDisk), CodecError> {
        let known = self.fields().keep(Tree::of(data).map_err(CodecError::new)?);
        let initial = initial.map(Tree::of).transpose().map_err(CodecError::new)?;
        let carried = on_disk.carry(&known);
        let beside = on_disk.beside().cloned();
        let encode = |saved: &Tree| {
            let record = Record::new(self.migrations.schema(), version, saved.clone());
            let record = Record { beside: beside.clone(), ..record };
            self.encode_record::<T>(&record, &known, initial.as_ref())
        };
        if carried != known
            && let Ok(bytes) = encode(&carried)
        {
            return Ok((bytes, OnDisk::new(known, carried).with_beside(beside)));
        }
        // What is not known here may be what is known by another name, and cannot be there twice.
        let bytes = encode(&known)?;
        Ok((bytes, OnDisk::default().with_beside(beside)))
    }

    /// The state in what was saved as `bytes`. What is not saved of it, or was not yet, is taken
    /// from `rest`.
    ///
    /// # Errors
    ///
    /// If it is unusable.
    pub fn decode<T: Topic>(&self, bytes: &[u8], rest: &T) -> Result<T, Fault> {
        Ok(self.read(bytes, Some(rest))?.data)
    }

    pub(crate) fn read<T: Topic>(
        &self,
        bytes: &[u8],
        initial: Option<&T>,
    ) -> Result<Read<T>, Fault> {
        let record = self.codec.decode(bytes)?;
        let (version, is_newest) = (record.version(), record.schema == self.migrations.schema());
        let beside = record.beside;
        let data = self.migrate(record.schema, record.data)?;
        let kept = self.fields().keep(data.clone());
        let is_clean = kept == data;
        let rest = initial.map(Tree::of).transpose()?;
        let whole = self.fields().complete(data, rest.as_ref());
        let filled = fill::<T>(whole, rest.as_ref()).map_err(|misfilled| match misfilled {
            Misfilled { invalid, is_incomplete: true } => Fault::Incomplete { version, invalid },
            Misfilled { invalid, .. } => Fault::Invalid(invalid),
        })?;
        let mut data = filled.state;
        if let Some(initial) = initial {
            data.keep_skipped(initial);
        }
        data.validate()?;
        let known = self.fields().keep(Tree::of(&data)?);
        check_numbers(&kept, &known)?;
        let known_in_order = in_order(known.clone(), &kept);
        // What only an older shape had is not a newer program's.
        let on_disk = if is_newest { OnDisk::new(known, kept) } else { OnDisk::default() };
        let on_disk = on_disk.with_beside(beside);
        let is_current = is_newest && !filled.was_incomplete;
        Ok(Read { data, version, on_disk, known: known_in_order, is_current, is_clean })
    }

    /// What lies [beside](Record::beside) the state in what was saved as `bytes`, whatever the state is.
    ///
    /// # Errors
    ///
    /// If they are no record.
    pub fn beside(&self, bytes: &[u8]) -> Result<Option<Tree>, CodecError> {
        Ok(self.codec.decode(bytes)?.beside)
    }

    /// The number of the newest shape: see [`Migrations::schema`](crate::Migrations::schema).
    pub fn schema(&self) -> u32 {
        self.migrations.schema()
    }

    /// The whole state that is `data` in the shape `schema`, as another machine's program has it. What it
    /// lacks of the newest shape, and what serde skips, is taken from `rest`.
    ///
    /// # Errors
    ///
    /// If it is none.
    pub fn state<T: Topic>(&self, schema: u32, data: Tree, rest: Option<&T>) -> Result<T, Fault> {
        let data = self.migrate(schema, data)?;
        let tree = rest.map(Tree::of).transpose()?;
        let filled = fill::<T>(data, tree.as_ref());
        let mut state = filled.map_err(|misfilled| misfilled.invalid)?.state;
        rest.into_iter().for_each(|rest| state.keep_skipped(rest));
        state.validate()?;
        Ok(state)
    }

    /// `data` of this schema in its newest shape.
    pub(crate) fn migrate(&self, schema: u32, data: Tree) -> Result<Tree, Fault> {
        if schema == self.migrations.schema() {
            return Ok(data);
        }
        // Before it is looked into: what is newer is not for this program to judge.
        self.migrations.check(schema)?;
        let value = data.to_value().map_err(CodecError::from)?;
        Ok(self.migrations.migrate(schema, value)?.into())
    }

    fn encode_record<T: Topic>(
        &self,
        record: &Record,
        known: &Tree,
        initial: Option<&Tree>,
    ) -> Result<Vec<u8>, CodecError> {
        let bytes = self.codec.encode(record)?;
        let unreadable = |reason: &dyn std::fmt::Display| {
            CodecError::new(format_args!("it could not be loaded again: {reason}"))
        };
        let read = self.codec.decode(&bytes).map_err(|error| unreadable(&error))?;
        if read != *record {
            return Err(unreadable(&"the codec makes another record of it"));
        }
        let whole = self.fields().complete(read.data, initial);
        let filled = fill::<T>(whole, initial);
        let state = filled.map_err(|misfilled| unreadable(&misfilled.invalid))?.state;
        let again = Tree::of(&state).map_err(|invalid| unreadable(&invalid))?;
        let again = self.fields().keep(again);
        // The items of a set come in another order.
        if again != *known
            && let Some(path) = difference(&again.sorted(), &known.sorted())
        {
            let place = if path.is_empty() { "the state".to_owned() } else { told(&path) };
            return Err(unreadable(&format_args!("{place} would be another")));
        }
        Ok(bytes)
    }
}
