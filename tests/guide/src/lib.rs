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
    use super::PAGES;

    const SUMMARY: &str = include_str!("../../../docs/guide/SUMMARY.md");

    /// The contents of the blocks of one language.
    fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
        let fence = format!("```{language}\n");
        let parts = page.split(&fence).skip(1);
        parts.filter_map(|part| part.split("```").next()).collect()
    }

    /// The files that the contents list.
    fn listed() -> Vec<&'static str> {
        let ends = SUMMARY.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        ends.collect()
    }

    #[test]
    fn every_page_of_the_contents_is_compiled() {
        let compiled: Vec<_> = PAGES.iter().map(|(file, _)| *file).collect();
        assert_eq!(listed(), compiled);
    }

    #[test]
    fn every_link_between_pages_leads_to_one() {
        for (file, page) in PAGES {
            let links = page.split("](").skip(1).filter_map(|rest| rest.split(')').next());
            for link in links.filter(|link| !link.contains("://") && !link.starts_with('#')) {
                let target = link.split('#').next().unwrap_or_default();
                let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
                let path = std::path::Path::new("../../docs/guide").join(folder).join(target);
                assert!(path.exists(), "{file}: {link} leads nowhere");
            }
        }
    }

    #[test]
    fn every_piece_of_json_can_be_read() {
        for (file, page) in PAGES {
            for block in blocks(page, "json") {
                // What stands within a list or an object of a file is shown without it.
                let forms = [block.to_owned(), format!("[{block}]"), format!("{{{block}}}")];
                let is_json =
                    |text: &String| serde_json::from_str::<serde_json::Value>(text).is_ok();
                assert!(forms.iter().any(is_json), "{file}: {block}");
            }
        }
    }

    #[test]
    fn every_piece_of_toml_can_be_read() {
        for (file, page) in PAGES {
            for block in blocks(page, "toml") {
                let read = block.parse::<toml::Table>();
                assert!(read.is_ok(), "{file}: {block}: {read:?}");
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
