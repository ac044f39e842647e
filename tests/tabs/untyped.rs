//! Tabs in JavaScript are without the types of Rust, and work on the same.

use revgate_client::untyped::Shape;

use super::*;

/// A tab of the site of this name, as one in JavaScript is.
fn untyped(site: &str) -> Tabs {
    let shape = Shape::new(r#"{"note":"","count":0}"#).played(|state, action, _| {
        let mut tally: Tally = serde_json::from_str(state).expect("a tally");
        tally.count += serde_json::from_str::<u32>(action).expect("a number");
        Ok(serde_json::to_string(&tally).expect("JSON"))
    });
    Tabs::builder(site).untyped(TopicName::of::<Tally>(), shape).build()
}

async fn fetched(tab: &Tabs) -> serde_json::Value {
    let fetched = tab.clone().fetch_untyped("tally".to_owned(), None).await.expect("it is there");
    serde_json::from_str(&fetched).expect("JSON")
}

#[wasm_bindgen_test]
async fn a_tab_with_types_and_one_without_work_on_one_state() {
    let (typed, other) = (tab("untyped"), untyped("untyped"));
    let heard = Rc::new(RefCell::new(Vec::new()));
    let hear = {
        let heard = Rc::clone(&heard);
        move |news: Result<&str, _>| heard.borrow_mut().push(news.expect("news").to_owned())
    };
    let subscribed = other.clone().subscribe_untyped("tally".to_owned(), None, hear);
    let (_standing, first) = subscribed.await.expect("it stands");
    let shown = live(&typed).await;
    let version = shown.replica.version().expect("it is shown");
    let first: serde_json::Value = serde_json::from_str(&first).expect("JSON");
    assert_eq!(
        first["data"],
        serde_json::json!({ "note": "", "count": 0 }),
        "who came first says so"
    );

    shown.replica.update(|tally| tally.note = "typed".to_owned()).await.expect("it is made");
    while heard.borrow().is_empty() {
        sleep(ms(1)).await;
    }
    let news: serde_json::Value = serde_json::from_str(&heard.borrow()[0]).expect("JSON");
    assert_eq!(news["data"]["note"], "typed");

    let base = shown.replica.version().expect("it is shown");
    let patch = r#"[{"op":"replace","path":"/count","value":5}]"#;
    let change = |base: Version| serde_json::json!({ "base": base, "patch": patch }).to_string();
    let stale = other.clone().write_untyped("tally".to_owned(), change(version)).await;
    assert!(stale.expect_err("it is another by now").to_string().contains(r#""kind":"conflict""#));
    other.clone().write_untyped("tally".to_owned(), change(base)).await.expect("it is made");
    shown.until(|tally| tally.count == 5 && tally.note == "typed").await;

    let base = fetched(&other).await;
    let acts = serde_json::json!({
        "epoch": base["epoch"], "known": base["revision"], "source": "7",
        "actions": r#"[{"seq":"1","at":"0","action":4}]"#,
    });
    for _ in 0..2 {
        other.clone().act_untyped("tally".to_owned(), acts.to_string()).await.expect("it is done");
    }
    shown.until(|tally| tally.count == 9).await;
    assert_eq!(fetched(&other).await["data"], serde_json::json!({ "note": "typed", "count": 9 }));
}

#[wasm_bindgen_test]
async fn of_a_family_a_tab_without_types_says_that_there_is_none() {
    let family = untyped("untyped-family").subscribe_untyped("tally:*".to_owned(), None, |_| ());
    let error = family.await.map(drop).expect_err("tabs have none").to_string();
    assert!(error.contains("family `tally`"), "{error}");
}
