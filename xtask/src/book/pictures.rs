//! Pictures of the guide's pages, in the light and in the dark, and what nobody should have to see in
//! them: what is cut off, and links and pictures that are not there.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use xtask::{
    Error,
    desktop::{Browser, Tabs},
    pages, report,
    webdriver::Client,
    workspace::Workspace,
};

use crate::{drive, setup::packages};

const LOOKS: [&str; 2] = ["light", "dark"];
/// As a laptop's.
const WIDTH: u64 = 1280;
const HEIGHT: u64 = 800;
/// What is wrong with a page, and how high it is.
const LOOK: &str = "const done = arguments[arguments.length - 1];
    const look = async () => {
        await document.fonts.ready;
        const root = document.documentElement;
        const faults = [root, ...document.querySelectorAll('main pre, main pre code, main .table-wrapper')]
            .filter(it => it.scrollWidth > it.clientWidth)
            .map(it => `${it.scrollWidth - it.clientWidth} px are cut off: ${it.innerText.trim().slice(0, 60)}`);
        for (const it of document.images) if (!it.naturalWidth) faults.push(`no picture: ${it.src}`);
        for (const { href, hash, origin } of document.querySelectorAll('main a[href]')) {
            if (origin !== location.origin) continue;
            const answer = await fetch(href);
            const anchor = `id=\"${decodeURIComponent(hash.slice(1))}\"`;
            if (!answer.ok || hash && !(await answer.text()).includes(anchor)) faults.push(`no page: ${href}`);
        }
        return { faults, height: root.scrollHeight };
    };
    look().then(done, error => done({ faults: [String(error)] }))";

/// Takes them; an error names each page with a fault.
pub(super) fn take(
    workspace: &Workspace,
    book: &Path,
    names: &[&str],
    folder: &Path,
) -> Result<(), Error> {
    let since = report::begin("look at the pages in Chromium");
    drive::empty(folder)?;
    let chromium = packages::chromium(workspace)
        .ok_or_else(|| Error::Other("Chromium is missing after set-up".into()))?;
    let site = pages::serve(PathBuf::from(book))?;
    let browser = (Browser::Chromium, chromium);
    let desktop = Tabs { workspace, browser, addresses: vec![site.clone()], port: None }.open()?;
    let mut faults = Vec::new();
    for look in LOOKS {
        let prefer = json!({ "features": [{ "name": "prefers-color-scheme", "value": look }] });
        desktop.client().devtools("Emulation.setEmulatedMedia", &prefer)?;
        for (number, name) in (1..).zip(names) {
            let file = format!("{number:02}-{}-{look}.png", name.replace('/', "-"));
            let address = format!("{site}/{name}.html");
            let found = shoot(desktop.client(), &address, &folder.join(file))?;
            faults.extend(found.iter().map(|fault| format!("{name}.md, {look}: {fault}")));
        }
    }
    desktop.quit()?;
    if !faults.is_empty() {
        return Err(Error::Other(faults.join("\n")));
    }
    report::done(since, format_args!("{} pictures", LOOKS.len() * names.len()));
    Ok(())
}

/// Takes a picture of a whole page; what is wrong with that.
fn shoot(browser: &Client, address: &str, file: &Path) -> Result<Vec<String>, Error> {
    resize(browser, HEIGHT)?;
    browser.navigate(address)?;
    let seen = browser.execute_async(LOOK, &[])?;
    resize(browser, seen["height"].as_u64().unwrap_or(HEIGHT))?;
    let writing = format!("writing {}", file.display());
    fs::write(file, browser.screenshot()?).map_err(Error::io(writing))?;
    let faults = seen["faults"].as_array().into_iter().flatten().filter_map(Value::as_str);
    Ok(faults.map(str::to_owned).collect())
}

fn resize(browser: &Client, height: u64) -> Result<(), Error> {
    let size = json!({ "width": WIDTH, "height": height, "deviceScaleFactor": 1, "mobile": false });
    Ok(browser.devtools("Emulation.setDeviceMetricsOverride", &size).map(drop)?)
}
