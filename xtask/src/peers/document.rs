//! The figures and plots that are part of the documents.

use std::fs;

use serde_json::Value;
use xtask::{Error, workspace::Workspace};

use super::{
    figures::Figures,
    html, markdown, plots,
    scenes::{self, SIZES},
    write as write_file,
};

const DOCUMENT: &str = "docs/benchmarks.md";
/// What is between these lines is replaced.
const BEGIN: &str = "<!-- cargo xtask bench peers --write: from here -->\n";
const END: &str = "<!-- to here -->\n";

/// Puts the table and the plots into the document, in the place of those that are there.
pub(super) fn write(workspace: &Workspace, figures: &Figures, about: &Value) -> Result<(), Error> {
    let file = workspace.root.join(DOCUMENT);
    let text = fs::read_to_string(&file);
    let text = text.map_err(Error::io(format!("reading {}", file.display())))?;
    let mut section = markdown::page(figures, about);
    for (name, what, title, ids, steps) in [
        (
            "windows",
            "windows",
            "One write of Rust, by the number of windows",
            scenes::NUMBERS.map(scenes::windows).to_vec(),
            scenes::NUMBERS.map(|count| count.to_string()).to_vec(),
        ),
        (
            "dialogue",
            "size",
            "A turn of two windows, by the size of a map of which one field is written",
            SIZES.map(|size| scenes::sized("map", size)[0].clone()).to_vec(),
            SIZES.map(scenes::bytes).to_vec(),
        ),
    ] {
        let plot = format!("benchmarks-{name}.svg");
        let lines = html::lines(figures, &ids);
        let svg = plots::growth("ms", (what, &steps), &lines) + "\n";
        write_file(&workspace.root.join("docs").join(&plot), &svg)?;
        section += &format!("\n{title}, in milliseconds:\n\n![{title}]({plot})\n");
    }
    let replaced = replace(&text, &section).ok_or_else(|| {
        Error::Other(format!(
            "{DOCUMENT} has lost the lines `{}` and `{}`",
            BEGIN.trim(),
            END.trim()
        ))
    })?;
    write_file(&file, &replaced)
}

fn replace(text: &str, section: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{section}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_takes_the_place_of_the_one_before_and_of_nothing_else() {
        let text = format!("a\n{BEGIN}old\n{END}b\n");
        let once = replace(&text, "new\n").expect("both lines are there");
        assert_eq!(once, format!("a\n{BEGIN}\nnew\n\n{END}b\n"));
        assert_eq!(replace(&once, "new\n").as_ref(), Some(&once));
        assert_eq!(replace("a\nb\n", "new\n"), None);
    }

    #[test]
    fn the_document_has_a_place_for_the_section() {
        let workspace = Workspace::find().expect("tests run inside the checkout");
        let text = fs::read_to_string(workspace.root.join(DOCUMENT)).expect("the document");
        assert!(replace(&text, "").is_some());
    }
}
