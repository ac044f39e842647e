//! Actions that are told to the other windows: each does them itself, and fetches nothing.

use revgate::action::Actions;

use super::*;

/// A counter whose actions are told.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Tally {
    count: u64,
    ids: Vec<String>,
}

impl Topic for Tally {
    const NAME: &'static str = "tally";
    const ACTIONS: Actions<Self> = Actions::of::<Add>();
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Add {
    Count(u64),
    /// Another one each time that it is done.
    Roll,
    /// Done once in the backend, and never in a window.
    Once,
}

thread_local! {
    static DONE: Cell<u64> = const { Cell::new(0) };
}

impl Action for Add {
    type Topic = Tally;
    type Error = String;

    fn name(&self) -> &'static str {
        "add"
    }

    fn apply(&self, tally: &mut Tally, context: &Context) -> Result<(), String> {
        let done = DONE.replace(DONE.get() + 1);
        match self {
            Self::Count(by) => tally.count += by,
            Self::Roll => tally.count = done,
            Self::Once if done > 1 => return Err("once".to_owned()),
            Self::Once => tally.count += 1,
        }
        tally.ids.push(context.id(0));
        Ok(())
    }
}

struct Shown(Rc<RefCell<Tally>>);

impl Observer<Tally> for Shown {
    fn changed(&self, state: &Arc<Tally>, _: Version) -> Result<(), String> {
        self.0.replace(Tally::clone(state));
        Ok(())
    }

    fn status(&self, _: Status) {}

    fn failed(&self, _: &SyncError) {}
}

type Side = (Replica<Tally, Network, VirtualTime>, Rc<RefCell<Tally>>);

/// Two windows of one backend, and how often that was asked for the state.
fn windows() -> (Memory, VirtualTime, [Side; 2]) {
    DONE.set(0);
    let backend = Memory::new().with_topic(&Tally::default()).with_actions::<Add>();
    let time = VirtualTime::new();
    let network = Network::new(&backend, &time, 1, Faults::none(ms(5)));
    let open = |()| {
        let (topic, shown) = (TopicName::of::<Tally>(), Rc::<RefCell<Tally>>::default());
        let gate = patience().build().expect("sensible options");
        let options = Options { gate, ..Options::default() };
        let eyes = Shown(Rc::clone(&shown));
        (Replica::start(topic, network.beside(), time.clone(), options, eyes), shown)
    };
    let windows = [(), ()].map(open);
    time.advance(ms(100));
    (backend, time, windows)
}

fn tally(backend: &Memory) -> Tally {
    let tally = backend.state::<Tally>().expect("the topic exists");
    serde_json::from_value(tally).expect("only tallies are written")
}

#[window_test(unsupported = test)]
fn what_one_window_does_the_other_does_itself_and_nobody_fetches() {
    let (backend, time, [(one, seen), (other, its)]) = windows();
    let before = backend.fetches();
    for by in 1..=3 {
        end(&time, one.act(Add::Count(by))).expect("done");
        end(&time, other.act(Add::Count(by * 10))).expect("done");
    }
    time.advance(ms(100));
    let now = tally(&backend);
    assert_eq!((now.count, now.ids.len()), (66, 6));
    assert_eq!((&*seen.borrow(), &*its.borrow()), (&now, &now), "ids and all");
    assert_eq!(backend.fetches(), before);
}

#[window_test(unsupported = test)]
fn what_cannot_be_done_again_or_makes_another_state_is_fetched() {
    for action in [Add::Once, Add::Roll] {
        let (backend, time, [(one, _), (_other, its)]) = windows();
        let before = backend.fetches();
        drop(one.act(action.clone()));
        time.advance(ms(1_000));
        assert_eq!(*its.borrow(), tally(&backend), "{action:?}");
        assert!(backend.fetches() > before, "{action:?}");
    }
}
