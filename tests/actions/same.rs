//! What an action makes of a state is the same natively and in WASM.

use revgate::action::Source;
use revgate::json::fingerprint;
use revgate::wire::Asked;

use super::*;

/// What a run of random actions makes, as written by the native build.
const MADE: [&str; 4] = [
    "3c6decafe02cc17d09001ee69eaf99f2",
    "09a1604c7009e92bff3a3b12e31f6696",
    "53641cad59a482301a26d66668ae557d",
    "693d0917dfa22dc7a2022b72d126df27",
];

fn random_action(random: &mut fastrand::Rng) -> BookAction {
    // Not `usize`, of which the generator makes others where it is of 32 bits.
    let (window, number) = (random.u64(..4) as usize, random.u64(..20));
    match random.u8(..8) {
        0..4 => BookAction::Add { window, number },
        4..7 => BookAction::Remove { window, number },
        _ => BookAction::Append(char::from(random.u8(b'a'..=b'z')).to_string()),
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
