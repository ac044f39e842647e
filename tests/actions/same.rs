//! What an action makes of a state is the same natively and in WASM.

use revgate::action::Source;
use revgate::json::fingerprint;
use revgate::wire::Asked;

use super::*;

/// What a run of random actions makes, as written by the native build.
const MADE: [&str; 4] = [
    "69de0587d7a776cea0f5477e03e90e6c",
    "6751ccbe0209d6f04d6113d050ab9244",
    "dee35fbb222aa8ae28d733005c9f8baa",
    "a3f4350da99777a8dce277b053b31628",
];

fn random_action(random: &mut fastrand::Rng) -> BookAction {
    let (window, number) = (random.usize(..4), random.u64(..20));
    match random.u8(..8) {
        0..4 => BookAction::Add { window, number },
        4..7 => BookAction::Remove { window, number },
        _ => BookAction::Append(random.alphabetic().to_string()),
    }
}

#[window_test(unsupported = test)]
fn random_actions_make_the_same_states_and_errors_on_both_targets() {
    let made = [1, 2, 3, 4].map(|seed| {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut book = Book::default();
        let mut refusals = Vec::new();
        for seq in 1..=1_000 {
            let asked = Asked {
                seq: format!("{seq}").parse().expect("a number"),
                at: random.u64(..),
                seed: None,
                action: random_action(&mut random),
            };
            // As it comes out of the message.
            let json = serde_json::to_string(&asked).expect("JSON");
            let asked: Asked<BookAction> =
                serde_json::from_str(&json).expect("it was just written");
            let mut draft = book.clone();
            match asked.action.apply(&mut draft, &asked.context(Source::new(seed))) {
                Ok(()) if draft.validate().is_ok() => book = draft,
                Ok(()) => refusals.push(format!("{seq}: invalid")),
                Err(error) => refusals.push(format!("{seq}: {error}")),
            }
        }
        assert!(!refusals.is_empty() && !book.entries.is_empty());
        fingerprint(&(book, refusals)).expect("JSON").to_string()
    });
    assert_eq!(made.each_ref().map(String::as_str), MADE);
}
