//! What an action makes of a state is the same natively and in WASM.

use std::collections::{BTreeMap, HashMap};

use revgate::action::Source;
use revgate::json::{Fingerprint, fingerprint};
use revgate::wire::Asked;

use super::*;

/// What runs of random actions make, as written by the native build: of the state in the end, and
/// of all that was refused.
const MADE: [&str; 8] = [
    "779d14f0bec126a506cfd43c8a670627",
    "db3cb6b931be6eaf2eb093f3dfcdcc75",
    "bc8dda3a698e70a49bbb38420cdaa2e8",
    "081aad97c9c46e5357e40cd487e2511d",
    "c8b08eaf3d919a0890d84ce7c1340c4e",
    "18c622879d47abe76f7397c588dce173",
    "fbca16482eaf489d1ff68238af5a4258",
    "3afdab4b931850abe07b41c0bf5d69c5",
];

/// Something of each kind that a state may have.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Bag {
    counts: BTreeMap<String, i64>,
    /// JSON says nothing of their order, nor may an action make use of it.
    shares: HashMap<String, f64>,
    weights: Vec<f64>,
    small: f32,
    ids: Vec<String>,
    drawn: u64,
    words: String,
    last: Option<(u64, char)>,
}

impl Topic for Bag {
    const NAME: &'static str = "bag";

    fn validate(&self) -> Result<(), Invalid> {
        if self.words.len() > 60 { Err(Invalid::new("words", "too long")) } else { Ok(()) }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum BagAction {
    Count { key: String, by: i64 },
    Share { key: String, of: f64 },
    Weigh { by: f64 },
    Shrink,
    Draw,
    Say { word: String },
    Forget { key: String },
}

#[derive(Clone, Debug, Serialize, Deserialize, thiserror::Error)]
enum NotInTheBag {
    #[error("there is no {0}")]
    Nothing(String),
    #[error("{0} is too much")]
    TooMuch(i64),
}

impl Action for BagAction {
    type Topic = Bag;
    type Error = NotInTheBag;

    fn name(&self) -> &'static str {
        "any"
    }

    fn apply(&self, bag: &mut Bag, context: &Context) -> Result<(), NotInTheBag> {
        match self {
            Self::Count { key, by } => {
                let count = bag.counts.entry(key.clone()).or_default();
                *count = count.checked_add(*by).ok_or(NotInTheBag::TooMuch(*by))?;
            }
            Self::Share { key, of } => {
                let all = bag.counts.len() as f64 + 1.0;
                bag.shares.insert(key.clone(), of / all);
            }
            Self::Weigh { by } => {
                let last = bag.weights.last().copied().unwrap_or(1.0);
                bag.weights.push((last * by + context.at as f64 / 3.0).abs().sqrt());
                bag.small = (bag.small + last as f32) / 7.0;
            }
            Self::Shrink => {
                let smallest = bag.weights.iter().copied().min_by(f64::total_cmp);
                let smallest = smallest.ok_or_else(|| NotInTheBag::Nothing("weight".to_owned()))?;
                bag.weights.retain(|weight| *weight != smallest);
                bag.weights.truncate(20);
            }
            Self::Draw => {
                bag.drawn = bag.drawn.wrapping_add(context.random(bag.ids.len() as u64));
                bag.ids.push(context.id(bag.drawn % 5));
                bag.ids.truncate(30);
            }
            Self::Say { word } => {
                bag.words.push_str(&word.to_uppercase());
                bag.last = word.chars().next_back().map(|it| (context.at, it));
            }
            Self::Forget { key } => {
                let nothing = || NotInTheBag::Nothing(key.clone());
                bag.counts.remove(key).ok_or_else(nothing)?;
                bag.shares.remove(key);
                bag.words.clear();
            }
        }
        Ok(())
    }
}

/// Not with `usize`, of which the generator makes others where it is of 32 bits.
fn random_action(random: &mut fastrand::Rng) -> BagAction {
    let key = |random: &mut fastrand::Rng| format!("key {}", random.u64(..6));
    match random.u8(..9) {
        0..2 => {
            let by = if random.bool() { random.i64(..) } else { random.i64(-9..9) };
            BagAction::Count { key: key(random), by }
        }
        2 => BagAction::Share { key: key(random), of: random.f64() * 1e9 },
        3..5 => BagAction::Weigh { by: random.f64() - 0.5 },
        5 => BagAction::Shrink,
        6 => BagAction::Draw,
        7 => {
            let word = (0..random.u8(..5)).map(|_| random.char('a'..'\u{17f}')).collect();
            BagAction::Say { word }
        }
        _ => BagAction::Forget { key: key(random) },
    }
}

/// What a thousand random actions make of a bag, each of them out of the message that it travels in.
fn made(seed: u64) -> Fingerprint {
    let mut random = fastrand::Rng::with_seed(seed);
    let (mut bag, mut refusals) = (Bag::default(), Vec::new());
    for seq in 1..=1_000 {
        let asked = Asked {
            seq: revgate::action::Seq::new(seq),
            at: random.u64(..1 << 44),
            seed: None,
            action: random_action(&mut random),
        };
        let json = serde_json::to_string(&asked).expect("JSON");
        let asked: Asked<BagAction> = serde_json::from_str(&json).expect("it was just written");
        let mut draft = bag.clone();
        match asked.action.apply(&mut draft, &asked.context(Source::new(seed))) {
            Ok(()) if draft.validate().is_ok() => bag = draft,
            Ok(()) => refusals.push(format!("{seq}: invalid")),
            Err(error) => refusals.push(format!("{seq}: {error}")),
        }
        // As it is kept, sent and read.
        let json = serde_json::to_string(&bag).expect("JSON");
        bag = serde_json::from_str(&json).expect("it was just written");
    }
    assert!(refusals.len() > 10 && !bag.counts.is_empty() && !bag.ids.is_empty(), "{bag:?}");
    fingerprint(&(bag, refusals)).expect("JSON")
}

#[window_test(unsupported = test)]
fn random_actions_make_the_same_states_and_errors_on_both_targets() {
    let made: Vec<_> = (1..=8).map(|seed| made(seed).to_string()).collect();
    assert_eq!(made, MADE);
}
