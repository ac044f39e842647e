//! Two windows, Rust, a window in JavaScript, and every state that there was.

use revgate::wire::{Fetched, Payload};
use revgate_client::Pending;

use super::sheet::{Deed, Sheet, panic_every};
use super::*;

/// Every version of the backend's that the test knows of.
type Versions = Rc<RefCell<BTreeMap<Version, Arc<Sheet>>>>;

pub(super) struct World {
    pub(super) random: fastrand::Rng,
    pub(super) network: Network,
    pub(super) has_undone: bool,
    backend: Memory,
    time: VirtualTime,
    versions: Versions,
    windows: Vec<Window>,
    last: u64,
    /// What Rust and JavaScript have made.
    others: Vec<u64>,
    tally: Tally,
}

struct Window {
    replica: Replica<Sheet, Network, VirtualTime>,
    told: Rc<RefCell<Option<Arc<Sheet>>>>,
    /// In their order.
    own: Vec<Own>,
}

/// What a window has been asked for.
struct Own {
    deed: Deed,
    waits: Option<Waits>,
    /// The version that has it.
    made: Option<Version>,
    fate: Option<Fate>,
}

enum Waits {
    Edit(Pending),
    Act(Acting<Deed>),
}

/// What has come of schedules.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) made: usize,
    pub(super) failed: usize,
    pub(super) by_others: usize,
    /// How often what a window shows was compared with what it should, with edits of its own on top.
    pub(super) on_top: usize,
}

struct Eyes(Rc<RefCell<Option<Arc<Sheet>>>>);

impl Observer<Sheet> for Eyes {
    fn changed(&self, sheet: &Arc<Sheet>, _: Version) -> Result<(), String> {
        self.0.replace(Some(Arc::clone(sheet)));
        Ok(())
    }

    fn status(&self, _: Status) {}

    fn failed(&self, _: &SyncError) {}
}

impl World {
    pub(super) fn new(seed: u64, faults: Faults, may_undo: bool) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let backend = Memory::new().with_topic(&Sheet::new()).with_actions::<Deed>();
        let backend = if random.u8(..4) > 0 { backend.with_patches() } else { backend };
        let (time, versions) = (VirtualTime::new(), Versions::default());
        let network = Network::new(&backend, &time, seed, faults);
        if random.bool() {
            network.bring();
        }
        let open = |_| {
            let (seen, known) = (backend.clone(), Rc::clone(&versions));
            let network = network.witnessed(move |_| note(&seen, &known));
            let gate = patience().resync(ms(500)).build().expect("sensible options");
            let options = Options { gate, write_timeout: ms(300), ..Options::default() };
            let told = Rc::<RefCell<_>>::default();
            let (topic, eyes) = (TopicName::of::<Sheet>(), Eyes(Rc::clone(&told)));
            let replica = Replica::start(topic, network, time.clone(), options, eyes);
            if may_undo {
                replica.undoable(Undo { group: ms(30), ..Undo::default() });
            }
            Window { replica, told, own: Vec::new() }
        };
        note(&backend, &versions);
        let windows = (0..2).map(open).collect();
        let (others, tally) = (Vec::new(), Tally::default());
        let (has_undone, last) = (false, 0);
        Self { random, network, has_undone, backend, time, versions, windows, last, others, tally }
    }

    /// Somebody does something.
    pub(super) fn step(&mut self, may_undo: bool) {
        self.last += 1;
        let deed = Deed::random(self.last, &mut self.random);
        let place = self.random.usize(..self.windows.len());
        let what = self.random.u8(..24);
        let window = &mut self.windows[place];
        match what {
            0..=7 => {
                let change = deed.clone();
                let edit = window.replica.try_update(move |sheet| change.apply(sheet));
                window.own.push(Own::new(deed, Waits::Edit(edit)));
            }
            8..=12 => {
                let acting = window.replica.act(deed.clone());
                window.own.push(Own::new(deed, Waits::Act(acting)));
            }
            13..=15 => self.by_rust(&deed),
            16 | 17 => self.by_javascript(&deed),
            18 | 19 if may_undo => {
                self.has_undone = true;
                drop(window.replica.undo());
            }
            20 if may_undo => drop(window.replica.redo()),
            21 => window.replica.flush(),
            22 => drop(window.replica.refresh()),
            23 => self.backend.prove::<Sheet>(),
            _ => {}
        }
    }

    /// Rust writes by a function.
    fn by_rust(&mut self, deed: &Deed) {
        let Some(made) = deed.made_of(&self.newest().1) else { return };
        self.backend.set(&made);
        self.note_other(deed);
    }

    /// A window in JavaScript has patched the state, and that is announced as it came.
    fn by_javascript(&mut self, deed: &Deed) {
        let (base, before) = self.newest();
        let Some(made) = deed.made_of(&before) else { return };
        let json = |sheet: &Sheet| serde_json::to_value(sheet).expect("JSON");
        let patch = json_patch::diff(&json(&before), &json(&made));
        let topic = TopicName::of::<Sheet>();
        let version = self.backend.set_silently(&made);
        let invalidation = revgate::Invalidation::new(topic.clone(), version);
        let payload = Payload::<Sheet, _, ()>::Patch { base, patch };
        let message = revgate::wire::Announcement { invalidation, payload, fingerprint: None };
        self.backend.announce(&serde_json::to_value(message).expect("JSON"), &topic);
        self.note_other(deed);
    }

    fn note_other(&mut self, deed: &Deed) {
        note(&self.backend, &self.versions);
        self.tally.by_others += 1;
        self.others.push(deed.mark);
    }

    fn newest(&self) -> (Version, Arc<Sheet>) {
        let versions = self.versions.borrow();
        let (version, sheet) = versions.last_key_value().expect("the first one");
        (*version, Arc::clone(sheet))
    }

    pub(super) fn pass(&mut self, time: Duration) {
        self.time.advance(time);
        for own in self.windows.iter_mut().flat_map(|window| &mut window.own) {
            own.look(&mut self.tally);
        }
    }

    /// Each window shows a state of the backend's with its own edits on it.
    pub(super) fn check_shown(&mut self, seed: u64) {
        for (number, window) in self.windows.iter().enumerate() {
            let Some((version, shown)) = window.replica.version().zip(window.replica.shared())
            else {
                continue;
            };
            let base = self.versions.borrow().get(&version).cloned();
            let base = base.unwrap_or_else(|| panic!("seed {seed}: there is no version {version}"));
            let is_shown = |own: &&Own| match own.made {
                Some(made) => made > version,
                None => own.waits.is_some(),
            };
            let edits = window.own.iter().filter(is_shown);
            self.tally.on_top += usize::from(edits.clone().next().is_some());
            let expected = edits
                .fold(base, |sheet, own| own.deed.made_of(&sheet).map(Arc::new).unwrap_or(sheet));
            assert_eq!(shown, expected, "seed {seed}, window {number}, version {version}");
        }
    }

    /// Lets all that is under way end, undisturbed; then all show what the backend has, which has all
    /// that was made, once.
    pub(super) fn rest(mut self, seed: u64) -> Tally {
        panic_every(0);
        self.network.set_faults(Faults::none(ms(1)));
        self.pass(ms(10_000));
        let (_, newest) = self.newest();
        for (number, window) in self.windows.iter().enumerate() {
            let what = format!("seed {seed}, window {number}");
            assert!(window.replica.is_at_rest(), "{what} is at rest");
            assert_eq!(window.replica.shared(), Some(Arc::clone(&newest)), "{what}");
            assert_eq!(*window.told.borrow(), Some(Arc::clone(&newest)), "{what}, as it was told");
            for own in &window.own {
                let what = format!("{what}: {:?}, made {:?}, {:?}", own.deed, own.made, own.fate);
                assert!(own.waits.is_none(), "it has ended: {what}");
                let is_there = newest.marks.contains_key(&own.deed.mark);
                match own.fate {
                    None => assert!(is_there || self.has_undone, "it is lost: {what}"),
                    Some(fate) if fate.may_be_made() => {}
                    Some(_) => assert!(!is_there, "it is made: {what}"),
                }
                assert!(!(is_there && own.deed.is_bad()), "{what}");
            }
        }
        assert_eq!(newest.repeated(), None, "seed {seed}: what is in a list twice");
        let lost = self.others.iter().find(|mark| !newest.marks.contains_key(mark));
        assert_eq!(lost, None, "seed {seed}: of what Rust and JavaScript have made");
        if !self.has_undone {
            assert_eq!(newest.count, newest.marks.len() as u64, "seed {seed}: one was overwritten");
        }
        self.tally
    }
}

impl Own {
    fn new(deed: Deed, waits: Waits) -> Self {
        Self { deed, waits: Some(waits), made: None, fate: None }
    }

    /// Notes how it has ended, if it has.
    fn look(&mut self, tally: &mut Tally) {
        let ended = match &mut self.waits {
            None => None,
            Some(Waits::Edit(edit)) => edit.now_or_never().map(|end| end.map_err(|it| it.fate)),
            Some(Waits::Act(acting)) => acting.now_or_never().map(|end| {
                end.map_err(|error| match error {
                    ActError::Failed(error) => error.fate,
                    _ => Some(Fate::Refused),
                })
            }),
        };
        match ended {
            None => return,
            Some(Ok(version)) => self.made = Some(version),
            Some(Err(fate)) => self.fate = Some(fate.expect("an edit's error says its fate")),
        }
        tally.made += usize::from(self.made.is_some());
        tally.failed += usize::from(self.fate.is_some());
        self.waits = None;
    }
}

/// Notes the backend's newest state.
fn note(backend: &Memory, versions: &Versions) {
    let topic = TopicName::of::<Sheet>();
    let newest = backend.fetch::<Sheet>(&topic, None).now_or_never();
    let Some(Ok(Fetched::State(newest))) = newest else { panic!("the topic is there") };
    versions.borrow_mut().entry(newest.version()).or_insert_with(|| Arc::new(newest.data));
}
