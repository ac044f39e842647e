//! Random schedules: windows on parts and on the whole, with faults.
//!
//! `REVGATE_SCHEDULES=10000 cargo test -p revgate-tests --test topic_parts`; `REVGATE_SCHEDULE=7` runs that
//! one.

use super::*;

/// A browser is slower.
const SCHEDULES: u64 = if cfg!(target_arch = "wasm32") { 20 } else { 150 };
const STEPS: usize = 50;

fn schedules() -> std::ops::Range<u64> {
    let number = |name| std::env::var(name).ok().and_then(|number| number.parse().ok());
    match number("REVGATE_SCHEDULE") {
        Some(seed) => seed..seed + 1,
        None => 0..number("REVGATE_SCHEDULES").unwrap_or(SCHEDULES),
    }
}

/// What the backend had, by version.
#[derive(Clone, Default)]
struct History(Rc<RefCell<BTreeMap<Version, Board>>>);

impl History {
    /// Of this backend, which tells of each version there and then.
    fn of(backend: &Memory) -> (Self, revgate_client::memory::Subscription) {
        let history = Self::default();
        let (told, kept) = (history.clone(), backend.clone());
        let hear = move |news: Result<revgate_client::Announcement<Board>, _>| {
            if let Ok(news) = news {
                told.note(&kept, news.invalidation.version());
            }
        };
        let subscribing = backend.subscribe::<Board>(&TopicName::of::<Board>(), hear);
        let subscription = Box::pin(subscribing).now_or_never().expect("at once");
        history.note(backend, harness::version(1));
        (history, subscription.expect("it is there"))
    }

    fn note(&self, backend: &Memory, version: Version) {
        let state = serde_json::from_value(backend.state::<Board>().expect("it is there"));
        self.0.borrow_mut().insert(version, state.expect("a board"));
    }

    /// The part as it was at this version of the topic.
    fn part<P: serde::de::DeserializeOwned>(
        &self,
        version: Version,
        pointer: &str,
    ) -> TopicPart<P> {
        let history = self.0.borrow();
        let state = history.get(&version).unwrap_or_else(|| panic!("there was no {version}"));
        let text = part::text(state, pointer).expect("JSON");
        serde_json::from_str(&text).expect("a part")
    }
}

type Window<T> = (Replica<T, Network, VirtualTime>, Seen<T>);

/// How many edits were made, and how many were certainly made.
#[derive(Default)]
struct Likes {
    asked: u32,
    made: Rc<Cell<u32>>,
}

impl Likes {
    fn count(&mut self, time: &VirtualTime, edit: Pending) {
        self.asked += 1;
        let made = Rc::clone(&self.made);
        revgate_client::Host::spawn(time, async move {
            if edit.await.is_ok() {
                made.set(made.get() + 1);
            }
        });
    }
}

struct Play {
    backend: Memory,
    time: VirtualTime,
    network: Network,
    random: fastrand::Rng,
    history: History,
    _told: revgate_client::memory::Subscription,
    whole: Window<Board>,
    editors: Vec<Window<TopicPart<Doc>>>,
    reader: Window<TopicPart<Doc>>,
    title: Window<TopicPart<String>>,
    first: Window<TopicPart<u32>>,
    likes: Likes,
}

fn named(pointer: &str) -> TopicName {
    TopicName::of::<Board>().part(pointer).expect("a pointer")
}

impl Play {
    fn new(seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let harm = if random.bool() { 0.2 } else { 0.0 };
        let faults = Faults {
            delay: ms(1)..ms(random.u64(2..40)),
            loss: harm,
            duplication: harm,
            failure: harm / 4.0,
            stall: harm / 10.0,
        };
        let backend = Memory::new().with_topic(&board());
        let backend = if random.bool() { backend.with_patches() } else { backend };
        let (history, told) = History::of(&backend);
        let time = VirtualTime::new();
        let network = Network::new(&backend, &time, seed, faults);
        fn window<T: Topic>(topic: TopicName, network: &Network, time: &VirtualTime) -> Window<T> {
            let seen = Seen::default();
            (start(topic, network.beside(), time, seen.clone()), seen)
        }
        Self {
            whole: window(TopicName::of::<Board>(), &network, &time),
            editors: (0..2).map(|_| window(named("/docs/42"), &network, &time)).collect(),
            reader: window(named("/docs/42"), &network, &time),
            title: window(named("/docs/41/title"), &network, &time),
            first: window(named("/order/0"), &network, &time),
            likes: Likes::default(),
            _told: told,
            backend,
            time,
            network,
            random,
            history,
        }
    }

    fn step(&mut self) {
        let number = self.random.u32(0..5);
        match self.random.u32(0..12) {
            0..4 => {
                let editor = &self.editors[self.random.usize(0..2)].0;
                let edit = editor.try_update(|part: &mut TopicPart<Doc>| match &mut part.value {
                    Some(doc) => {
                        doc.likes += 1;
                        Ok(())
                    }
                    None => Err("it is gone"),
                });
                self.likes.count(&self.time, edit);
            }
            4..6 => {
                let edit = self.whole.0.update(|board| {
                    board.docs.entry(42).or_insert_with(|| doc("mine")).likes += 1;
                });
                self.likes.count(&self.time, edit);
            }
            6 => drop(self.whole.0.update(move |board| {
                board.docs.entry(41).or_default().title = format!("other {number}");
            })),
            7 => drop(self.whole.0.update(move |board| board.order.insert(0, number))),
            8 => drop(self.whole.0.update(|board| board.order.truncate(1))),
            9 => drop(self.whole.0.update(|board| drop(board.docs.remove(&41)))),
            10 => drop(self.title.0.update(move |part| part.value = Some(format!("{number}")))),
            _ => drop(self.first.0.update(move |part| part.value = Some(number))),
        }
    }

    /// Whoever edits nothing has shown what was, and nothing else.
    fn check(&self, seed: u64) {
        let mut last = Version::default();
        for (version, state) in self.reader.1.0.borrow().iter() {
            assert!(*version >= last, "seed {seed}: it went back to {version}");
            assert_eq!(**state, self.history.part(*version, "/docs/42"), "seed {seed}: {version}");
            last = *version;
        }
    }

    fn rest(self, seed: u64) -> (u32, u32) {
        self.network.set_faults(Faults::none(ms(1)));
        self.time.advance(Duration::from_secs(120));
        self.check(seed);
        let newest = *self.history.0.borrow().keys().next_back().expect("the first");
        let state = self.history.0.borrow()[&newest].clone();
        assert_eq!(*self.whole.0.shared().expect("it is shown"), state, "seed {seed}");
        for (replica, _) in self.editors.iter().chain([&self.reader]) {
            assert!(replica.is_idle(), "seed {seed}");
            let part = self.history.part(newest, "/docs/42");
            assert_eq!(*replica.shared().expect("it is shown"), part, "seed {seed}");
        }
        let title = self.history.part(newest, "/docs/41/title");
        assert_eq!(*self.title.0.shared().expect("it is shown"), title, "seed {seed}");
        let first = self.history.part(newest, "/order/0");
        assert_eq!(*self.first.0.shared().expect("it is shown"), first, "seed {seed}");
        let likes = state.docs.get(&42).map_or(0, |doc| doc.likes);
        let made = self.likes.made.get();
        assert!((made..=self.likes.asked).contains(&likes), "seed {seed}: {likes}, not {made}");
        // A part is told of in the versions in which it has changed, and in no others.
        let mut versions: Vec<_> = self.reader.1.0.borrow().iter().map(|it| it.0).collect();
        versions.dedup();
        let shown = versions.len();
        let history = self.history.0.borrow();
        let mut parts: Vec<_> = history.values().map(|board| board.docs.get(&42)).collect();
        parts.dedup();
        assert!(shown <= parts.len(), "seed {seed}: {shown} of {}", parts.len());
        assert_eq!(self.backend.subscriptions(), 7, "seed {seed}");
        (likes, shown as u32)
    }
}

#[window_test(unsupported = test)]
fn each_shown_part_is_the_backend_s_of_that_time_and_no_edit_is_lost() {
    let (mut likes, mut shown) = (0, 0);
    for seed in schedules() {
        let mut play = Play::new(seed);
        for _ in 0..STEPS {
            play.step();
            let pause = play.random.u64(0..30).saturating_sub(10);
            play.time.advance(ms(pause));
        }
        let (more_likes, more_shown) = play.rest(seed);
        (likes, shown) = (likes + more_likes, shown + more_shown);
    }
    println!("{:?}: {likes} likes, {shown} shown", schedules());
    let least = (schedules().end - schedules().start) as u32;
    assert!(likes > 10 * least && shown > 5 * least, "{likes} likes, {shown} shown");
}
