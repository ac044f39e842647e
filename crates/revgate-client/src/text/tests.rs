use super::*;

fn edit(base: &str, now: &str) -> TextEdit {
    TextEdit::between(base, now, None).expect("they differ")
}

#[test]
fn an_edit_makes_of_its_base_what_was_made_of_it() {
    for (base, now) in [
        ("", "a"),
        ("a", ""),
        ("abc", "abXc"),
        ("aa", "aaa"),
        ("Grüße", "Größe"),
        ("😀", "😁"),
        ("ab", "cd"),
    ] {
        assert_eq!(edit(base, now).apply(base), now, "{base} to {now}");
        for caret in 0..=now.chars().count() {
            let edit = TextEdit::between(base, now, Some(caret)).expect("they differ");
            assert_eq!(edit.apply(base), now, "{base} to {now} with the caret at {caret}");
        }
    }
    assert_eq!(TextEdit::between("same", "same", Some(1)), None);
}

#[test]
fn what_two_have_typed_in_one_text_is_all_there() {
    for (base, mine, theirs, both) in [
        ("note", "A note", "note of mine", "A note of mine"),
        ("note", "note of mine", "A note", "A note of mine"),
        ("abc", "abcx", "abcy", "abcyx"),
        ("", "mine", "theirs", "theirsmine"),
        // Others have typed at both ends, and what was typed between stays there.
        ("middle", "mid-dle", "<middle>", "<mid-dle>"),
        ("one, two", "one", "one, and two", "oneand "),
        // What both delete is gone once, and what the other has typed within stays.
        ("one two three", "one three", "one two and three", "one and three"),
        ("one two three", "three", "one 2 three", "2three"),
    ] {
        assert_eq!(edit(base, mine).apply(theirs), both, "{mine} of {base}, on {theirs}");
    }
}

#[test]
fn the_caret_tells_where_of_equal_characters_one_was_typed() {
    let first = TextEdit::between("aa", "aaa", Some(1)).expect("they differ");
    assert_eq!(first.apply("a-a"), "aa-a", "before both: the caret stands after it");
    let last = TextEdit::between("aa", "aaa", Some(3)).expect("they differ");
    assert_eq!(last.apply("a-a"), "a-aa");
}

#[test]
fn each_goes_on_typing_where_they_were() {
    // Two at the end of one text, one after the other's key stroke.
    assert_eq!(TextEdit::caret("abcx", "abcyx", 4), 5, "behind one's own");
    assert_eq!(TextEdit::caret("abcy", "abcyx", 4), 4, "before what the other types");
    for (from, to, position, moved) in [
        ("note", "note", 2, 2),
        ("note", "A note", 0, 0),
        ("note", "A note", 1, 3),
        ("one two three", "one three", 13, 9),
        ("one two three", "one three", 6, 3),
        ("a note", "> a note, and more", 6, 8),
        ("", "all new", 0, 0),
        ("all gone", "", 8, 0),
    ] {
        assert_eq!(TextEdit::caret(from, to, position), moved, "{position} of {from}, now {to}");
    }
}

#[test]
fn stretches_that_are_too_long_are_not_looked_into_and_nothing_typed_is_lost() {
    let (base, theirs) = ("ab".repeat(1_000), "cd".repeat(1_000));
    let made = edit(&base, &format!("{}X{}", &base[..500], &base[500..])).apply(&theirs);
    assert_eq!(made.replace('X', ""), theirs);
    assert_eq!(made.matches('X').count(), 1);
}

/// Random texts of few letters, so that much of them is the same.
#[test]
fn whatever_two_do_to_one_text_the_result_has_what_both_have_typed() {
    let mut random = fastrand(7);
    let mut text = move |len: usize, letters: &[u8]| -> String {
        (0..random(len + 1)).map(|_| char::from(letters[random(letters.len())])).collect()
    };
    for _ in 0..20_000 {
        let (base, theirs) = (text(8, b"abc"), text(8, b"abcXY"));
        let (before, typed, behind) = (text(4, b"abc"), text(3, b"mn"), text(4, b"abc"));
        let now = format!("{before}{typed}{behind}");
        let Some(edit) = TextEdit::between(&base, &now, None) else { continue };
        let made = edit.apply(&theirs);
        assert!(made.contains(&typed), "{typed} of {base} to {now}, on {theirs}: {made}");
        let others: String = made.chars().filter(|char| "XY".contains(*char)).collect();
        let expected: String = theirs.chars().filter(|char| "XY".contains(*char)).collect();
        assert_eq!(others, expected, "of {base} to {now}, on {theirs}: {made}");
        assert_eq!(edit.apply(&base), now);
        let caret = TextEdit::caret(&base, &now, base.chars().count());
        assert!(caret <= now.chars().count(), "{caret} of {base}, now {now}");
    }
}

/// A small generator, which is the same everywhere.
fn fastrand(mut seed: u64) -> impl FnMut(usize) -> usize {
    move |below| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    }
}
