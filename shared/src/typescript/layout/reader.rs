//! Takes apart what ts-rs writes.

/// A piece of a type.
#[derive(Clone, Debug)]
pub(super) enum Part {
    Text(String),
    /// What is between braces.
    Fields(Vec<Field>),
}

#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) docs: Vec<String>,
    pub(super) parts: Vec<Part>,
}

/// What is left of a type to read.
pub(super) struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    /// All of it.
    pub(super) fn parts(mut self) -> Vec<Part> {
        self.until(&[]).parts
    }

    /// Up to one of these characters, outside of brackets, or to the end.
    fn until(&mut self, ends: &[char]) -> Field {
        let mut field = Field { docs: Vec::new(), parts: Vec::new() };
        let mut text = String::new();
        let mut depth = 0_usize;
        while let Some(c) = self.rest.chars().next() {
            match c {
                '"' | '`' => {
                    let end = self.rest[1..].find(c).map_or(self.rest.len(), |end| end + 2);
                    text += self.take(end);
                    continue;
                }
                '/' if self.rest.starts_with("/**\n") => {
                    // The end of ts-rs's own comment is the first that starts a line: in what
                    // comes from Rust, each has a star before it.
                    let end = self.rest.find("\n */").map_or(self.rest.len(), |end| end + 4);
                    field.docs = doc_lines(self.take(end));
                    continue;
                }
                '{' => {
                    field.parts.push(Part::Text(std::mem::take(&mut text)));
                    field.parts.push(Part::Fields(self.fields()));
                    continue;
                }
                '[' | '(' | '<' => depth += 1,
                ']' | ')' | '>' => depth = depth.saturating_sub(1),
                end if depth == 0 && ends.contains(&end) => break,
                _ => {}
            }
            text += self.take(c.len_utf8());
        }
        field.parts.push(Part::Text(text));
        field
    }

    /// From an opening brace to the closing one.
    fn fields(&mut self) -> Vec<Field> {
        let mut fields = Vec::new();
        // The opening brace, or what ended the field before.
        while matches!(self.take(1.min(self.rest.len())), "{" | "," | ";") {
            let mut field = self.until(&[',', ';', '}']);
            trim(&mut field.parts);
            if !field.parts.is_empty() {
                fields.push(field);
            }
        }
        fields
    }

    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        taken
    }
}

/// Without the space around a field.
fn trim(parts: &mut Vec<Part>) {
    if let Some(Part::Text(first)) = parts.first_mut() {
        *first = first.trim_start().to_owned();
    }
    if let Some(Part::Text(last)) = parts.last_mut() {
        *last = last.trim_end().to_owned();
    }
    parts.retain(|part| !matches!(part, Part::Text(text) if text.is_empty()));
}

/// The lines of a comment as ts-rs has it, free of its marks, and of what is of use in Rust only:
/// examples, and where a link leads.
pub(super) fn doc_lines(comment: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut is_code = false;
    for line in comment.trim().lines().filter(|line| !matches!(*line, "/**" | " */")) {
        let line = line.strip_prefix(" *").unwrap_or(line).trim();
        let is_fence = line.starts_with("```");
        is_code ^= is_fence;
        let is_blank_again = line.is_empty() && lines.last().is_none_or(String::is_empty);
        if !is_code && !is_fence && !is_blank_again {
            // What would end the comment is said otherwise.
            lines.push(line.replace("*/", "*\\/").replace("[`", "`").replace("`]", "`"));
        }
    }
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}
