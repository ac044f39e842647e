//! Tabs that come and go.

use super::*;

/// A tab's presence as another sees it.
fn spot(shown: &Shown<Present<Spot>>, of: &Tabs) -> Option<u8> {
    shown.state().get(of.label()).map(|spot| spot.0)
}

/// Tells the page that the browser puts it aside, or shows it again.
fn page(event: &str) {
    js(&format!("dispatchEvent(new PageTransitionEvent('{event}', {{ persisted: true }})); ''"));
}

#[wasm_bindgen_test]
async fn what_a_tab_tells_of_itself_ends_with_it() {
    let [one, other] = [tab("presence"), tab("presence")];
    let others: Shown<Present<Spot>> = open(&other);
    let presenter = present(&one);
    presenter.set(&Spot(7));
    others.until(|present| present.get(one.label()) == Some(&Spot(7))).await;

    // The page is gone, and nobody takes anything back.
    let label = one.label().to_owned();
    std::mem::forget(presenter);
    js(&format!("globalThis.label = '{label}'; ''"));
    steal(&format!("revgate:presence:{label}")).await;
    others.until(|present| present.get(&label).is_none()).await;
}

/// Ends a lock that somebody holds, as the browser does when the tab is killed.
async fn steal(lock: &str) {
    js_async(&format!("navigator.locks.request('{lock}', {{ steal: true }}, () => '')")).await;
}

#[wasm_bindgen_test]
async fn a_tab_that_comes_ends_what_those_told_that_nobody_saw_go() {
    let gone = tab("leftover");
    let shown: Shown<Present<Spot>> = open(&gone);
    let presenter = present(&gone);
    presenter.set(&Spot(7));
    shown.until(|present| present.get(gone.label()) == Some(&Spot(7))).await;
    let label = gone.label().to_owned();
    std::mem::forget(presenter);
    steal(&format!("revgate:leftover:{label}")).await;
    // Nobody else was there to see it.
    assert_eq!(spot(&shown, &gone), Some(7));

    let next: Shown<Present<Spot>> = open(&tab("leftover"));
    next.until(|present| present.get(&label).is_none()).await;
}

#[wasm_bindgen_test]
async fn what_is_not_valid_is_told_to_nobody() {
    let one = tab("off-the-map");
    let shown: Shown<Present<Spot>> = open(&one);
    let presenter = present(&one);
    presenter.set(&Spot(200));
    presenter.set(&Spot(1));
    shown.until(|present| present.get(one.label()) == Some(&Spot(1))).await;
}

#[wasm_bindgen_test]
async fn a_change_that_a_tab_had_no_time_to_announce_is_seen_when_it_goes() {
    let [one, other] = [tab("silent"), tab("silent")];
    let other = live(&other).await;
    let presence: Shown<Present<Spot>> = open(&one);
    let presenter = present(&one);
    presenter.set(&Spot(7));
    presence.until(|present| present.get(one.label()) == Some(&Spot(7))).await;

    // Written by a page that is killed before it says so.
    let kept = r#"{"revision":"2","epoch":"9007199254740991","data":{"count":7,"note":""}}"#;
    js_async(&format!(
        "new Promise((resolve) => {{
            const open = indexedDB.open('revgate:silent', 1);
            open.onsuccess = () => {{
                const writing = open.result.transaction('texts', 'readwrite');
                writing.objectStore('texts').put('{kept}', 'tally');
                writing.oncomplete = () => {{ open.result.close(); resolve(''); }};
            }};
        }})"
    ))
    .await;
    steal(&format!("revgate:silent:{}", one.label())).await;
    other.until(|tally| tally.count == 7).await;
    std::mem::forget(presenter);
}

#[wasm_bindgen_test]
async fn a_page_that_was_put_aside_has_missed_nothing_when_it_is_shown_again() {
    let [one, other] = [tab("aside-and-back"), tab("aside-and-back")];
    let [one, other] = [live(&one).await, live(&other).await];
    // Both are of this page; the one that stays is told anew by its own write.
    page("pagehide");
    one.replica.update(|tally| tally.count = 7).await.expect("it is written");
    page("pageshow");
    other.replica.resume();
    other.until(|tally| tally.count == 7).await;
    one.replica.update(|tally| tally.count = 8).await.expect("it is written");
    other.until(|tally| tally.count == 8).await;
}
