//! What ts-rs declares, one field a line.
//!
//! ts-rs has a formatter, whose dependencies would be larger than all of this crate's.

mod reader;

use self::reader::{Field, Part, Reader};
use super::LARGE_INTEGER;

/// What fits on a line stays on it.
const WIDTH: usize = 100;

/// A declaration (`type Name = …;`) with its doc comment, laid out.
pub(super) fn declaration(docs: Option<&str>, text: &str) -> String {
    // The key of an object is text, and a number beyond 2^53 is not the one that it reads.
    let text = text.replace(&format!("[key in {LARGE_INTEGER}]"), "[key in string]");
    let (head, body) = split_head(&text);
    let parts = Reader::new(body).parts();
    let mut out = String::new();
    if let Some(docs) = docs {
        comment(&reader::doc_lines(docs), 0, &mut out);
    }
    out = out + "export " + head;
    let fits = flat(&parts).is_some_and(|flat| "export ".len() + head.len() + flat.len() < WIDTH);
    let variants = variants(&parts);
    if fits || variants.len() == 1 {
        out += " ";
        write(&parts, 0, &mut out);
    } else {
        for variant in &variants {
            out += "\n\t| ";
            write(variant, 1, &mut out);
        }
    }
    out + "\n"
}

/// Whether the name is one of the words of a text.
pub(super) fn names(text: &str, name: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name)
}

/// `type Name<T = U> =`, and what follows.
fn split_head(text: &str) -> (&str, &str) {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            '=' if depth == 0 => return (&text[..=at], text[at + 1..].trim_start()),
            _ => {}
        }
    }
    (text, "")
}

/// What a union is of.
fn variants(parts: &[Part]) -> Vec<Vec<Part>> {
    let mut variants = vec![Vec::new()];
    let mut depth = 0_usize;
    let mut add = |part: Part, is_next: bool| {
        if is_next {
            variants.push(Vec::new());
        }
        variants.last_mut().into_iter().for_each(|variant| variant.push(part.clone()));
    };
    for part in parts {
        let Part::Text(text) = part else {
            add(part.clone(), false);
            continue;
        };
        let mut from = 0;
        let mut is_next = false;
        for (at, c) in text.char_indices() {
            match c {
                '[' | '(' | '<' => depth += 1,
                ']' | ')' | '>' => depth = depth.saturating_sub(1),
                '|' if depth == 0 => {
                    add(Part::Text(text[from..at].trim_end().to_owned()), is_next);
                    // With the space behind it.
                    (from, is_next) = (text.len().min(at + 2), true);
                }
                _ => {}
            }
        }
        add(Part::Text(text[from..].to_owned()), is_next);
    }
    variants
}

fn write(parts: &[Part], indent: usize, out: &mut String) {
    for part in parts {
        let fields = match part {
            Part::Text(text) => {
                *out += text;
                continue;
            }
            Part::Fields(fields) => fields,
        };
        let line = out.rsplit('\n').next().unwrap_or_default().len();
        match flat_fields(fields) {
            Some(flat) if line + flat.len() < WIDTH => *out += &flat,
            _ => {
                *out += "{\n";
                for field in fields {
                    comment(&docs(field), indent + 1, out);
                    *out += &"\t".repeat(indent + 1);
                    write(&field.parts, indent + 1, out);
                    *out += ";\n";
                }
                *out = out.clone() + &"\t".repeat(indent) + "}";
            }
        }
    }
}

/// On one line, unless there is something to say of a field.
fn flat(parts: &[Part]) -> Option<String> {
    let texts = parts.iter().map(|part| match part {
        Part::Text(text) => Some(text.clone()),
        Part::Fields(fields) => flat_fields(fields),
    });
    texts.collect()
}

fn flat_fields(fields: &[Field]) -> Option<String> {
    let all: Option<Vec<_>> = fields
        .iter()
        .map(|field| if docs(field).is_empty() { flat(&field.parts) } else { None })
        .collect();
    let all = all?.join("; ");
    Some(if all.is_empty() { "{}".to_owned() } else { format!("{{ {all} }}") })
}

/// The docs of a field, and what else must be known of it.
fn docs(field: &Field) -> Vec<String> {
    let mut docs = field.docs.clone();
    let own = |part: &Part| matches!(part, Part::Text(text) if names(text, LARGE_INTEGER));
    if field.parts.iter().any(own) {
        if !docs.is_empty() {
            docs.push(String::new());
        }
        docs.push(format!("Can exceed 2^53: see {{@link {LARGE_INTEGER}}}."));
    }
    docs
}

fn comment(lines: &[String], indent: usize, out: &mut String) {
    let tabs = "\t".repeat(indent);
    match lines {
        [] => {}
        [line] => *out += &format!("{tabs}/** {line} */\n"),
        lines => {
            *out += &format!("{tabs}/**\n");
            for line in lines {
                *out += format!("{tabs} * {line}").trim_end();
                *out += "\n";
            }
            *out += &format!("{tabs} */\n");
        }
    }
}
