//! What the browser keeps, and how it fails to.

use super::*;

/// The text that the database of a site has under this key.
async fn kept(site: &str, key: &str) -> String {
    js_async(&format!(
        "new Promise((resolve, reject) => {{
            const open = indexedDB.open('revgate:{site}', 1);
            open.onerror = () => reject(open.error);
            open.onsuccess = () => {{
                const get = open.result.transaction('texts').objectStore('texts').get('{key}');
                get.onsuccess = () => {{ open.result.close(); resolve(get.result ?? 'nothing'); }};
            }};
        }})"
    ))
    .await
}

/// Has every write of a text fail with this error, until this is dropped.
struct Failing;

impl Failing {
    fn with(error: &str) -> Self {
        js(&format!(
            "globalThis.put = IDBObjectStore.prototype.put;
            IDBObjectStore.prototype.put = function () {{ throw {error}; }}; ''"
        ));
        Self
    }
}

impl Drop for Failing {
    fn drop(&mut self) {
        js("IDBObjectStore.prototype.put = globalThis.put; ''");
    }
}

#[wasm_bindgen_test]
async fn what_was_set_survives_all_tabs() {
    let first = tab("survives");
    let shown = live(&first).await;
    let version = shown.replica.update(|tally| tally.count = 7).await.expect("it is written");
    drop((shown, first));
    let shown = live(&tab("survives")).await;
    assert_eq!((shown.state().count, shown.replica.version()), (7, Some(version)));
}

#[wasm_bindgen_test]
async fn what_is_kept_is_a_snapshot_that_people_can_read() {
    let shown = live(&tab("readable")).await;
    let version = shown.replica.update(|tally| tally.count = 7).await.expect("it is written");
    let Version { epoch, revision } = version;
    let snapshot =
        format!(r#"{{"revision":"{revision}","epoch":"{epoch}","data":{{"count":7,"note":""}}}}"#);
    assert_eq!(kept("readable", "tally").await, snapshot);
}

#[wasm_bindgen_test]
async fn what_another_page_has_kept_and_this_one_cannot_read_is_set_aside() {
    #[derive(Clone, Serialize, Deserialize)]
    struct Former(String);
    impl Topic for Former {
        const NAME: &'static str = Tally::NAME;
    }
    let former = Tabs::builder("aside").topic(Former("of before".to_owned())).build();
    let shown = open::<Former>(&former);
    let before = shown.replica.started().await.expect("it starts");
    drop((shown, former));

    let shown = live(&tab("aside")).await;
    assert_eq!(shown.state(), Tally::default());
    assert!(shown.replica.version() > Some(before), "{:?}", shown.replica.version());
    let epoch = shown.replica.version().expect("it has begun anew").epoch;
    let aside = kept("aside", &format!("tally (set aside {epoch})")).await;
    assert!(aside.contains(r#""data":"of before""#), "{aside}");
}

#[wasm_bindgen_test]
async fn when_the_person_clears_it_all_tabs_begin_anew_together() {
    let tabs = [tab("cleared"), tab("cleared")];
    let shown = join_all(tabs.iter().map(live)).await;
    let before = shown[0].replica.update(|tally| tally.count = 7).await.expect("it is written");
    shown[1].until(|tally| tally.count == 7).await;

    js_async(
        "new Promise((resolve, reject) => {
            const cleared = indexedDB.deleteDatabase('revgate:cleared');
            cleared.onsuccess = () => resolve('');
            cleared.onerror = () => reject(cleared.error);
        })",
    )
    .await;
    for shown in &shown {
        shown.until(|tally| tally.count == 0).await;
        assert!(shown.replica.version() > Some(before));
    }
    shown[1].replica.update(|tally| tally.note = "again".to_owned()).await.expect("it is written");
    shown[0].until(|tally| tally.note == "again").await;
}

#[wasm_bindgen_test]
async fn a_browser_without_room_refuses_the_change_and_says_so() {
    let [one, other] = [tab("full"), tab("full")];
    let [one, other] = [live(&one).await, live(&other).await];
    let failing = Failing::with("new DOMException('no room', 'QuotaExceededError')");
    let error = one.replica.update(|tally| tally.count = 7).await.expect_err("there is no room");
    drop(failing);
    assert_eq!(error.fate, Some(Fate::Refused));
    assert!(error.to_string().contains("has no room left"), "{error}");
    one.until(|tally| tally.count == 0).await;
    one.replica.update(|tally| tally.count = 8).await.expect("there is room again");
    other.until(|tally| tally.count == 8).await;
}

#[wasm_bindgen_test]
async fn an_action_that_was_not_written_was_not_done_and_is_done_when_it_is_sent_again() {
    let shown = live(&tab("undone")).await;
    let failing = Failing::with("new DOMException('no room', 'QuotaExceededError')");
    shown.replica.act(Add(5)).await.expect_err("there is no room");
    drop(failing);
    shown.until(|tally| tally.count == 0).await;
    shown.replica.act(Add(6)).await.expect("there is room again");
    assert_eq!(shown.state().count, 6);
}

#[wasm_bindgen_test]
async fn actions_that_are_sent_as_the_page_goes_are_done_once_if_it_stays() {
    let shown = live(&tab("stays")).await;
    let acts = [Add(1), Add(10), Add(100)].map(|add| shown.replica.act(add));
    shown.replica.flush();
    for act in acts {
        act.await.expect("it is done");
    }
    assert_eq!(shown.state().count, 111);
    drop(shown);
    assert_eq!(live(&tab("stays")).await.state().count, 111);
}

#[wasm_bindgen_test]
async fn where_the_browser_keeps_nothing_that_is_the_error_and_it_heals_once_allowed() {
    js("globalThis.own = Object.getOwnPropertyDescriptor(globalThis, 'indexedDB');
        Object.defineProperty(globalThis, 'indexedDB', { configurable: true,
            get() { throw new DOMException('denied', 'SecurityError'); } }); ''");
    let shown = open::<Tally>(&tab("blocked"));
    while shown.errors.borrow().is_empty() {
        sleep(ms(1)).await;
    }
    let error = shown.errors.borrow()[0].to_string();
    assert!(error.contains("keeps no data") && error.contains("denied"), "{error}");
    js("Object.defineProperty(globalThis, 'indexedDB', globalThis.own); ''");
    shown.until(|tally| tally.count == 0).await;
}
