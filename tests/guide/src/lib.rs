//! The pages of the guide, `docs/guide/`, whose Rust is compiled and run as doctests. Those for
//! windows are compiled natively too, and not run.

/// Has a page's code blocks compiled.
macro_rules! pages {
    ($($name:ident: $file:literal,)*) => {
        $(#[doc = include_str!(concat!("../../../docs/guide/", $file))] mod $name {})*

        /// All pages that are compiled, by their files.
        #[cfg(test)]
        const PAGES: &[(&str, &str)] =
            &[$(($file, include_str!(concat!("../../../docs/guide/", $file)))),*];
    };
}

pages! {
    introduction: "introduction.md",
    first_app: "first-app.md",
    javascript: "javascript.md",
    javascript_redux: "javascript/redux.md",
    javascript_zustand: "javascript/zustand.md",
    javascript_jotai: "javascript/jotai.md",
    javascript_mobx: "javascript/mobx.md",
    javascript_pinia: "javascript/pinia.md",
    javascript_valtio: "javascript/valtio.md",
    javascript_svelte: "javascript/svelte.md",
    javascript_vue: "javascript/vue.md",
    concepts: "concepts.md",
    writing: "writing.md",
    persistence: "persistence.md",
    permissions: "permissions.md",
    large_states: "large-states.md",
    presence: "presence.md",
    machines: "machines.md",
    testing: "testing.md",
    logging: "logging.md",
    it_does_not_update: "it-does-not-update.md",
    production: "production.md",
    wire: "wire.md",
    from_plugin_store: "migrating/plugin-store.md",
    from_tauri_store: "migrating/tauri-store.md",
    from_state_sync: "migrating/state-sync.md",
    from_by_hand: "migrating/by-hand.md",
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::PAGES;

    /// Where the pages are, and what lists them.
    const GUIDE: &str = "../../docs/guide";
    const SUMMARY: &str = include_str!("../../../docs/guide/SUMMARY.md");
    const LLMS: &str = include_str!("../../../docs/llms.txt");

    /// The blocks of one language, each below as many lines as the page has above it: so what a reader
    /// says of a line is true of the page.
    fn blocks(page: &str, language: &str) -> Vec<String> {
        let fence = format!("\n```{language}\n");
        let begins = page.match_indices(&fence).map(|(at, fence)| at + fence.len());
        let block = |begin: usize| {
            let (above, rest) = page.split_at(begin);
            let code = rest.split("```").next().unwrap_or_default();
            "\n".repeat(above.lines().count()) + code
        };
        begins.map(block).collect()
    }

    /// A page without its blocks: in those, a call looks like a link, and a line of Rust that is not shown
    /// like a heading.
    fn prose(page: &str) -> impl Iterator<Item = &str> {
        page.split("\n```").step_by(2)
    }

    /// Where links within the checkout lead to.
    fn links(page: &str) -> impl Iterator<Item = &str> {
        let links = prose(page).flat_map(|text| text.split("](").skip(1));
        let ends = links.filter_map(|rest| rest.split(')').next());
        ends.filter(|link| !link.contains("://"))
    }

    /// What the headings of a page are called in addresses.
    fn anchors(page: &str) -> Vec<String> {
        let lines = prose(page).flat_map(str::lines);
        let headings =
            lines.filter_map(|line| Some(line.strip_prefix('#')?.trim_start_matches('#')));
        let is_kept = |letter: &char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | ' ');
        let anchor = |heading: &str| {
            let kept: String = heading.trim().chars().filter(is_kept).collect();
            kept.to_lowercase().replace(' ', "-")
        };
        headings.map(anchor).collect()
    }

    /// Fails if a link of a file does not lead to a file, and a heading in it if it names one.
    fn follow_links(file: &Path) {
        let read = |path: &Path| {
            fs::read_to_string(path).unwrap_or_else(|it| panic!("{}: {it}", path.display()))
        };
        let text = read(file);
        for link in links(&text) {
            let (target, anchor) = link.split_once('#').unwrap_or((link, ""));
            let place = file.parent().expect("it is in a folder").join(target);
            // One that names no file is one of the same page.
            let target = if target.is_empty() { file } else { &place };
            let leads = target.exists()
                && (anchor.is_empty() || anchors(&read(target)).iter().any(|it| it == anchor));
            assert!(leads, "{}: {link} leads nowhere", file.display());
        }
    }

    #[test]
    fn every_page_of_the_contents_is_compiled() {
        let compiled: Vec<_> = PAGES.iter().map(|(file, _)| *file).collect();
        assert_eq!(links(SUMMARY).collect::<Vec<_>>(), compiled);
    }

    #[test]
    fn every_page_is_listed_for_programs_that_read_it() {
        let listed: Vec<_> = links(LLMS).filter_map(|it| it.strip_prefix("guide/")).collect();
        for (file, _) in PAGES {
            assert!(listed.contains(file), "docs/llms.txt lacks guide/{file}");
        }
    }

    #[test]
    fn every_link_leads_somewhere() {
        let pages = PAGES.iter().map(|(file, _)| Path::new(GUIDE).join(file));
        let lists = ["SUMMARY.md", "../llms.txt"].map(|file| Path::new(GUIDE).join(file));
        for file in pages.chain(lists) {
            follow_links(&file);
        }
    }

    #[test]
    fn every_piece_of_json_can_be_read() {
        for (file, page) in PAGES {
            for block in blocks(page, "json") {
                // What stands within a list or an object of a file is shown without it.
                let is_within_object = block.trim_start().starts_with('"');
                let (open, close) = if is_within_object { ("{", "}") } else { ("[", "]") };
                let read =
                    serde_json::from_str::<serde_json::Value>(&[open, &block, close].concat());
                if let Err(error) = read {
                    panic!("docs/guide/{file}: {error}: {}", block.trim());
                }
            }
        }
    }

    #[test]
    fn every_piece_of_toml_can_be_read() {
        for (file, page) in PAGES {
            for block in blocks(page, "toml") {
                if let Err(error) = block.parse::<toml::Table>() {
                    panic!("docs/guide/{file}: {error}");
                }
            }
        }
    }

    #[test]
    fn every_block_says_its_language_and_none_escapes_the_compiler() {
        const KNOWN: [&str; 10] =
            ["rust", "rust,no_run", "ts", "json", "toml", "sh", "html", "text", "js", "vue"];
        for (file, page) in PAGES {
            let fences = page.lines().filter_map(|line| line.trim_start().strip_prefix("```"));
            for language in fences.step_by(2) {
                assert!(KNOWN.contains(&language), "{file}: a block of {language:?}");
            }
        }
    }
}
