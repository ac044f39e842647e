//! What stands in a page of rustdoc.

/// What follows on a page is of every type, or of the compiler.
const END: &str = "id=\"synthetic-implementations\"";

/// The pages of all items of a crate, by their names.
pub(super) fn items(all: &str) -> Vec<(String, String)> {
    let entries = all.split("<li><a href=\"").skip(1);
    let entries = entries.filter_map(|entry| {
        let (page, rest) = entry.split_once("\">")?;
        let is_page = page.ends_with(".html") && !page.starts_with("..");
        is_page.then(|| (page.to_owned(), text(before(rest, "</a>"))))
    });
    entries.collect()
}

/// The declaration of an item, its methods, and the traits that it has.
pub(super) fn lines(page: &str) -> Vec<String> {
    let page = before(page, END);
    let declared = after(page, "<pre class=\"rust item-decl\"><code>");
    let declared = declared.map(|it| text(before(it, "</code></pre>")));
    let parts = page.split("<section id=\"").skip(1).filter_map(|part| {
        let (_, part) = part.split_once("\" class=\"")?;
        let (class, part) = part.split_once("\">")?;
        let header = after(before(part, "</section>"), "class=\"code-header\">")?;
        let line = text(before(before(header, "</h3>"), "</h4>"));
        // What a trait asks for, the trait's own page has; and the compiler's traits are nobody's.
        let counts = !class.contains("trait-impl") && !line.starts_with("impl StructuralPartialEq");
        counts.then_some(line)
    });
    declared.into_iter().chain(parts).filter(|line| !line.is_empty()).collect()
}

/// What a crate has of others, by its first page.
pub(super) fn exports(index: &str) -> Vec<String> {
    let parts = index.split("<code>pub use ").skip(1);
    parts.map(|part| format!("pub use {}", text(before(part, "</code>")))).collect()
}

fn before<'a>(text: &'a str, end: &str) -> &'a str {
    text.split_once(end).map_or(text, |(before, _)| before)
}

fn after<'a>(text: &'a str, begin: &str) -> Option<&'a str> {
    text.split_once(begin).map(|(_, after)| after)
}

/// HTML as a line of text.
fn text(html: &str) -> String {
    let mut text = String::new();
    for part in html.split('<') {
        // The first has no tag before it.
        text.push_str(part.split_once('>').map_or(part, |(_, words)| words));
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    let text = text.replace("&#39;", "'").replace("&#x27;", "'").replace("&amp;", "&");
    let words: Vec<_> = text.split_whitespace().filter(|word| *word != "ⓘ").collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_its_declaration_and_what_can_be_done_with_it() {
        let page = "<pre class=\"rust item-decl\"><code>pub struct <a href=\"x\">Version</a> {\n    \
                    pub epoch: Option&lt;Epoch&gt;,\n}</code></pre><section id=\"impl-Version\" class=\"impl\">\
                    <a>§</a><h3 class=\"code-header\">impl Version</h3></section><section id=\"method.new\" \
                    class=\"method\"><h4 class=\"code-header\">pub fn <a>new</a>() -&gt; Self <a>ⓘ</a></h4>\
                    </section><section id=\"method.clone\" class=\"method trait-impl\"><h4 \
                    class=\"code-header\">fn clone(&amp;self)</h4></section>\
                    <h2 id=\"synthetic-implementations\"></h2><section id=\"impl-Send\" class=\"impl\">\
                    <h3 class=\"code-header\">impl Send for Version</h3></section>";
        let expected = [
            "pub struct Version { pub epoch: Option<Epoch>, }",
            "impl Version",
            "pub fn new() -> Self",
        ];
        assert_eq!(lines(page), expected);
    }

    #[test]
    fn items_and_exports_have_their_names() {
        let all = "<li><a href=\"#structs\">Structs</a></li><li><a href=\"action/struct.Seq.html\">action::Seq</a></li>";
        assert_eq!(items(all), [("action/struct.Seq.html".to_owned(), "action::Seq".to_owned())]);
        let index = "<dt id=\"reexport.Topic\"><code>pub use revgate::<a>Topic</a>;</code></dt>";
        assert_eq!(exports(index), ["pub use revgate::Topic;"]);
    }
}
