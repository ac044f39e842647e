use super::*;

use proptest::prelude::*;

fn tree(text: &str) -> Tree {
    text.parse().expect("JSON")
}

#[test]
fn numbers_are_the_same_that_stand_for_the_same() {
    for (one, other) in [("1", "1.0"), ("100", "1e2"), ("-3", "-3.000"), ("0.1", "1e-1")] {
        assert_eq!(tree(one), tree(other), "{one} and {other}");
    }
    for (one, other) in [
        ("0", "-0.0"),
        ("-0", "0"),
        ("9007199254740993", "9007199254740992.0"),
        ("340282366920938463463374607431768211455", "340282366920938463463374607431768211454"),
        ("1", "\"1\""),
    ] {
        assert_ne!(tree(one), tree(other), "{one} and {other}");
    }
}

#[test]
fn what_a_value_cannot_carry_is_refused_by_its_digits() {
    for long in ["18446744073709551616", "-9223372036854775809", "1e400"] {
        let error = tree(&format!("[{long}]")).to_value().expect_err(long).to_string();
        assert!(error.starts_with(long), "{error}");
    }
    let short = tree("[18446744073709551615, -9223372036854775808, 0.5, -0.0]");
    assert_eq!(Tree::from(short.to_value().expect("64 bits")).to_string(), short.to_string());
}

#[test]
fn what_nests_too_deeply_is_refused_and_brackets_in_texts_nest_nothing() {
    let nested = |depth: usize| format!("{}\"a\"{}", "[".repeat(depth), "]".repeat(depth));
    assert!(nested(127).parse::<Tree>().is_ok());
    assert!(nested(128).parse::<Tree>().is_err());
    let text = serde_json::to_string(&"[{\"\\".repeat(500)).expect("JSON");
    assert!(text.parse::<Tree>().is_ok());
}

#[test]
fn text_that_is_no_json_is_refused() {
    for text in ["", "[1", "{\"a\":}", "01", "+1", "nul", "[1] x", "\"\\x\"", "- 1"] {
        assert!(text.parse::<Tree>().is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn two_numbers_are_equal_just_if_their_fingerprints_are(
        one in any::<f64>().prop_filter("JSON has no NaN", |it| it.is_finite()), other in any::<i64>(),
    ) {
        for (one, other) in [(one, other as f64), (other as f64, (other as f64).trunc())] {
            let fingerprint = |number: f64| json::fingerprint(&number).expect("finite");
            let tree = |number: f64| Tree::of(&number).expect("finite");
            prop_assert_eq!(tree(one) == tree(other), fingerprint(one) == fingerprint(other));
            let integer = other as i128;
            let same = json::fingerprint(&integer).expect("a number") == fingerprint(other);
            prop_assert_eq!(Tree::of(&integer).expect("a number") == tree(other), same);
        }
    }
}
