//! How long a text is.

/// The words: what stands between white space and holds a letter or a digit, so a lone dash is
/// none.
pub(crate) fn words(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count()
}

/// The characters, spaces among them and line ends not.
pub(crate) fn characters(text: &str) -> usize {
    text.chars().filter(|character| !matches!(character, '\n' | '\r')).count()
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::{characters, words};

    #[test]
    fn words_are_counted_in_any_script() {
        for (text, count) in [
            ("", 0),
            (" \n\t", 0),
            ("one", 1),
            ("  one\ttwo\nthree ", 3),
            ("ein Fjord – zwei", 3),
            ("l’été, déjà !", 2),
            ("500 g", 2),
            ("дом и сад", 3),
        ] {
            assert_eq!(words(text), count, "{text:?}");
        }
    }

    #[test]
    fn characters_are_not_bytes() {
        assert_eq!(characters("Größe"), 5);
        assert_eq!(characters("a b\r\nc\n"), 4);
    }
}
