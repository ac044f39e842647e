//! A large state, and what may be done to it.

use revgate::action::Actions;
use revgate::parts;
use revgate::parts::Parts;

use super::*;

/// Of everything that parts can be. **Whatever is done to it leaves a mark, and counts.**
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sheet {
    /// Makes it a large one.
    fill: String,
    pub(super) count: u64,
    pub(super) marks: BTreeMap<u64, u64>,
    rows: BTreeMap<String, Row>,
    maybe: Option<Box<Row>>,
    nested: Vec<Vec<u64>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Row {
    title: String,
    tags: Vec<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<u64>,
    cells: BTreeMap<String, u64>,
}

parts!(struct Sheet { fill, count, marks, rows, maybe, nested });
parts!(struct Row { title, tags, note, cells });

thread_local! {
    /// Of so many copies the last panics; 0 if none does.
    static EVERY: Cell<u32> = const { Cell::new(0) };
    static COPIES: Cell<u32> = const { Cell::new(0) };
}

/// From now on, one copy of so many panics; none if that is 0.
pub(super) fn panic_every(copies: u32) {
    EVERY.set(copies);
}

impl Clone for Sheet {
    fn clone(&self) -> Self {
        COPIES.set(COPIES.get() + 1);
        assert!(!COPIES.get().is_multiple_of(EVERY.get()), "its `Clone` panics");
        let Self { fill, count, marks, rows, maybe, nested } = self;
        Self {
            fill: fill.clone(),
            count: *count,
            marks: marks.clone(),
            rows: rows.clone(),
            maybe: maybe.clone(),
            nested: nested.clone(),
        }
    }
}

impl Topic for Sheet {
    const NAME: &'static str = "sheet";
    const ACTIONS: Actions<Self> = Actions::of::<Deed>();
    const PARTS: Parts<Self> = Parts::of();

    fn validate(&self) -> Result<(), Invalid> {
        match self.rows.values().any(|row| row.title.starts_with("no ")) {
            true => Err(Invalid::new("rows", "one says no")),
            false => Ok(()),
        }
    }
}

impl Sheet {
    pub(super) fn new() -> Self {
        let rows = ["a", "b", "c"].map(|name| (name.to_owned(), Row::default()));
        let fill = "of more than sixteen kilobytes, ".repeat(600);
        Self { fill, rows: rows.into(), nested: vec![vec![]; 3], ..Self::default() }
    }

    /// A mark that is in one list twice: nobody puts it there but once.
    pub(super) fn repeated(&self) -> Option<u64> {
        let rows = self.rows.values().chain(self.maybe.as_deref());
        let lists = rows.map(|row| &row.tags).chain(&self.nested);
        lists.into_iter().find_map(|list| {
            let is_again = |place: &usize| list[..*place].contains(&list[*place]);
            (0..list.len()).find(is_again).map(|place| list[place])
        })
    }

    fn row(&mut self, name: &str) -> Result<&mut Row, &'static str> {
        self.rows.get_mut(name).ok_or("there is no such row")
    }

    fn list(&mut self, at: usize) -> Result<&mut Vec<u64>, &'static str> {
        self.nested.get_mut(at).ok_or("there is no such list")
    }
}

/// What may be done: by a function, as an action, by Rust, and as a patch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Deed {
    pub(super) mark: u64,
    what: What,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum What {
    Title(String),
    Tag(String),
    Cell(String, String),
    Note(String, bool),
    AddRow(String),
    RemoveRow(String),
    Maybe(bool),
    Push(usize),
    Insert(usize),
    Shorten(usize),
    Turn,
    /// Only counts.
    Nothing,
    /// Takes this mark out again.
    Unmark(u64),
    /// Makes what is refused by `validate`.
    Invalid(String),
    /// Fails with half of it done.
    Half,
    /// Panics with half of it done.
    Panic,
}

impl Deed {
    pub(super) fn random(mark: u64, random: &mut fastrand::Rng) -> Self {
        let row = random.choice(["a", "b", "c", "d/~"]).unwrap_or("a").to_owned();
        let list = random.usize(..4);
        let what = match random.u8(..30) {
            0..=3 => What::Title(row),
            4..=6 => What::Tag(row),
            7..=9 => What::Cell(row, random.choice(["x", "y", "z\"~/"]).unwrap_or("x").to_owned()),
            10 | 11 => What::Note(row, random.bool()),
            12 | 13 => What::AddRow(row),
            14 => What::RemoveRow(row),
            15 | 16 => What::Maybe(random.bool()),
            17..=19 => What::Push(list),
            20 => What::Insert(list),
            21 => What::Shorten(list),
            22 => What::Turn,
            23..=26 => What::Nothing,
            27 => What::Invalid(row),
            28 => What::Half,
            _ => What::Panic,
        };
        Self { mark, what }
    }

    /// Whether nobody makes it, wherever it is tried.
    pub(super) fn is_bad(&self) -> bool {
        matches!(self.what, What::Invalid(_) | What::Half | What::Panic)
    }

    pub(super) fn panics(&self) -> bool {
        self.what == What::Panic
    }

    pub(super) fn apply(&self, sheet: &mut Sheet) -> Result<(), String> {
        let mark = self.mark;
        if let What::Unmark(mark) = self.what {
            sheet.marks.remove(&mark).ok_or("there is no such mark")?;
            sheet.count -= 1;
            return Ok(());
        }
        sheet.count += 1;
        sheet.marks.insert(mark, mark);
        match &self.what {
            What::Title(name) => sheet.row(name)?.title = mark.to_string(),
            What::Tag(name) => sheet.row(name)?.tags.push(mark),
            What::Cell(name, cell) => drop(sheet.row(name)?.cells.insert(cell.clone(), mark)),
            What::Note(name, is_there) => sheet.row(name)?.note = is_there.then_some(mark),
            What::AddRow(name) => {
                sheet.rows.insert(name.clone(), Row { title: mark.to_string(), ..Row::default() });
            }
            What::RemoveRow(name) => drop(sheet.rows.remove(name).ok_or("there is no such row")?),
            What::Maybe(is_there) => {
                let row = Row { note: Some(mark), ..Row::default() };
                sheet.maybe = is_there.then(|| Box::new(row));
            }
            What::Push(at) => sheet.list(*at)?.push(mark),
            What::Insert(at) => sheet.list(*at)?.insert(0, mark),
            What::Shorten(at) => drop(sheet.list(*at)?.pop().ok_or("it is empty")?),
            What::Turn => sheet.nested.reverse(),
            What::Nothing | What::Unmark(_) => {}
            What::Invalid(name) => sheet.row(name)?.title = "no way".to_owned(),
            What::Half => return Err("with half of it done".to_owned()),
            What::Panic => panic!("with half of it done"),
        }
        Ok(())
    }

    /// What it makes of the sheet, if that may be.
    pub(super) fn made_of(&self, sheet: &Sheet) -> Option<Sheet> {
        // The test's own copies do not panic.
        let every = EVERY.replace(0);
        let mut made = sheet.clone();
        EVERY.set(every);
        let is_made = !self.panics() && self.apply(&mut made).is_ok() && made.validate().is_ok();
        is_made.then_some(made)
    }
}

impl Action for Deed {
    type Topic = Sheet;
    type Error = String;

    fn name(&self) -> &'static str {
        "deed"
    }

    fn apply(&self, sheet: &mut Sheet, _: &Context) -> Result<(), String> {
        Self::apply(self, sheet)
    }

    fn inverse(&self, _: &Sheet, _: &Context) -> Option<Self> {
        let what = What::Unmark(self.mark);
        (self.what == What::Nothing).then_some(Self { mark: self.mark, what })
    }
}
