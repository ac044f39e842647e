//! Versions: those that programs print, and those in Cargo.lock.

/// A version's three numbers; what follows them (`-beta.1`) is not looked at.
pub(crate) type Version = (u32, u32, u32);

/// The first version in a text such as `trunk 0.21.14`.
pub(crate) fn find_version(text: &str) -> Option<Version> {
    text.split_whitespace().find_map(|word| {
        let word = word.trim_start_matches('v');
        let number = |part: &str| {
            let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            part[..digits].parse().ok()
        };
        let mut parts = word.splitn(3, '.').map(number);
        Some((parts.next()??, parts.next()??, parts.next()??))
    })
}

/// The first number in a text such as `wasm-opt version 132 (version_132)`.
pub(crate) fn find_number(text: &str) -> Option<u32> {
    text.split_whitespace().find_map(|word| word.parse().ok())
}

/// The line in which a program that says more than its version says that. What it has to complain of comes
/// before it, and whatever may be done with it after.
pub(crate) fn version_line(text: &str) -> Option<&str> {
    text.lines().rfind(|line| find_version(line).is_some())
}

/// The version of a package in the text of a `Cargo.lock`.
pub(crate) fn locked_version(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines.next()?;
    let version = lines.next()?.strip_prefix("version = \"")?.strip_suffix('"')?;
    Some(version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_programs_print() {
        assert_eq!(find_version("trunk 0.21.14"), Some((0, 21, 14)));
        assert_eq!(find_version("wasm-bindgen 0.2.130 (abc 2026)"), Some((0, 2, 130)));
        assert_eq!(find_version("tauri-cli 2.12.5-beta.1"), Some((2, 12, 5)));
        assert_eq!(find_version("v20.19.0"), Some((20, 19, 0)));
        assert_eq!(find_version("no version here"), None);
        assert_eq!(find_number("wasm-opt version 132 (version_132)"), Some(132));
        assert_eq!(find_number("no version here"), None);
    }

    #[test]
    fn a_version_is_found_among_other_lines() {
        let licence = "geckodriver 0.36.0\n\nUnder the terms of the Mozilla Public License 2.0.\n\
                       See https://mozilla.org/MPL/2.0/.";
        assert_eq!(version_line(licence), Some("geckodriver 0.36.0"));
        let complaint = "warning: no update since 0.1.2\ntrunk 0.21.14";
        assert_eq!(version_line(complaint), Some("trunk 0.21.14"));
        assert_eq!(version_line("no version here"), None);
    }

    #[test]
    fn the_lock_file_is_read_by_exact_name() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"0.2.7\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"x\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(locked_version(lock, "wasm"), None);
    }
}
