//! The binding to Tauri's JavaScript internals, in a real browser, against a page that offers
//! what `@tauri-apps/api` 2 calls. Real windows have their own tests in `windows/`.

#![cfg(target_arch = "wasm32")]

#[path = "binding/state_sync.rs"]
mod state_sync;

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Reflect, eval};
use revgate::action::{Seq, Source};
use revgate::wire::{Asked, Fetched, Payload, Refusal, Unacted};
use revgate::{Epoch, Revision, TopicName, Version};
use revgate_client::tauri::{Tauri, window_label};
use revgate_client::{Batch, Change, Interruption, Transport, TransportError, WriteError};
use revgate_settings::{Settings, Theme};
use serde_json::value::RawValue;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// Puts internals into the page whose `invoke` is this JavaScript function `(command, args)`.
fn install(invoke: &str) {
    let script = format!(
        "globalThis.__TAURI_INTERNALS__ = {{
            callbacks: new Map(), last: 0, calls: [],
            metadata: {{ currentWindow: {{ label: 'main' }} }},
            transformCallback(callback) {{ this.callbacks.set(++this.last, callback); return this.last; }},
            unregisterCallback(id) {{ this.callbacks.delete(id); }},
            async invoke(command, args) {{
                if (command.startsWith('plugin:revgate|') && !command.endsWith('|unsubscribe')
                    && args.form !== 'text') throw 'text is to be asked for';
                this.calls.push(command);
                return ({invoke})(command, args);
            }},
        }};
        globalThis.bytes = text => new TextEncoder().encode(text).buffer;
        globalThis.answer = value => bytes(JSON.stringify(value));
        globalThis.refuse = value => {{ throw JSON.stringify(value) }};"
    );
    eval(&script).expect("the page takes the internals");
}

fn remove() {
    eval("delete globalThis.__TAURI_INTERNALS__").expect("the page lets go of the internals");
}

fn page(expression: &str) -> JsValue {
    eval(&format!("globalThis.__TAURI_INTERNALS__.{expression}")).expect(expression)
}

fn settings() -> TopicName {
    TopicName::of::<Settings>()
}

const STATE: &str = "{theme: 'dark', language: 'de', fontSize: 20, notificationsEnabled: true, \
     autoSave: false, sidebarCollapsed: true}";

fn snapshot() -> String {
    format!("{{revision: '5', epoch: '2', data: {STATE}}}")
}

fn change() -> Change<Settings> {
    let base = Version::new(Epoch::default(), Revision::FIRST);
    let (old, new) = (Settings::default(), Settings { theme: Theme::Dark, ..Settings::default() });
    Change::new(base, old, new)
}

#[wasm_bindgen_test]
async fn outside_tauri_every_call_says_so() {
    remove();
    assert_eq!(window_label(), None);
    assert_eq!(Tauri.fetch::<Settings>(&settings(), None).await, Err(TransportError::NoBackend));
    let subscription = Tauri.subscribe::<Settings>(&settings(), |_| {}).await;
    assert_eq!(subscription.err(), Some(TransportError::NoBackend));
    let written = Tauri.write(&settings(), change()).await;
    assert_eq!(written, Err(WriteError::Transport(TransportError::NoBackend)));
}

#[wasm_bindgen_test]
async fn a_snapshot_is_decoded_and_a_wrong_one_is_named() {
    install(&format!("() => answer({})", snapshot()));
    assert_eq!(window_label().as_deref(), Some("main"));
    let fetched = Tauri.fetch::<Settings>(&settings(), None).await;
    let Ok(Fetched::State(snapshot)) = fetched else { panic!("{fetched:?}") };
    assert_eq!(snapshot.version(), Version::new(Epoch::new(2), Revision::new(5)));
    assert_eq!((snapshot.data.theme, snapshot.data.font_size), (Theme::Dark, 20));

    for (answer, reason) in [
        ("null", "bytes are expected, not null"),
        ("({revision: '5', data: {}})", "bytes are expected"),
        ("answer(null)", "null"),
        ("bytes('{\"revision\":')", "EOF"),
        ("new Uint8Array([34, 255, 34]).buffer", "invalid unicode"),
        ("answer({revision: 5, data: {}})", "canonical decimal string"),
        ("answer({revision: '5', data: {theme: 'blue'}})", "`blue`"),
        ("answer({revision: '5'})", "missing field `data`"),
    ] {
        install(&format!("() => {answer}"));
        match Tauri.fetch::<Settings>(&settings(), None).await {
            Err(TransportError::Malformed(error)) => assert!(error.contains(reason), "{error}"),
            other => panic!("{answer}: {other:?}"),
        }
    }
}

#[wasm_bindgen_test]
async fn whoever_knows_a_version_says_so_and_may_be_told_just_that() {
    install(
        "(command, {known}) => {
            if (JSON.stringify(known) !== '{\"epoch\":\"2\",\"revision\":\"5\"}') throw known;
            return answer({revision: '5', epoch: '2'});
        }",
    );
    let known = Version::new(Epoch::new(2), Revision::new(5));
    let fetched = Tauri.fetch::<Settings>(&settings(), Some(known)).await;
    assert_eq!(fetched, Ok(Fetched::NotNewer(known)));
}

#[wasm_bindgen_test]
async fn the_state_comes_with_a_subscription_and_what_cannot_be_read_does_not() {
    let known = Version::new(Epoch::new(2), Revision::new(5));
    let state = format!("(`7\\n` + JSON.stringify({}))", snapshot());
    for (answer, version) in [
        ("7", None),
        ("bytes(`7`)", None),
        (&*format!("bytes{state}"), Some(known)),
        ("bytes(`7\\n{\"revision\":\"5\",\"epoch\":\"2\"}`)", Some(known)),
        ("bytes(`7\\n{\"revision\":\"6\",\"epoch\":\"2\"}`)", None),
        ("bytes(`7\\n{\"revision\":`)", None),
        ("bytes(`7?{}`)", None),
        ("bytes(`7\\0nothing`)", None),
    ] {
        install(&format!("(command, {{snapshot}}) => snapshot.known.epoch === '2' && {answer}"));
        let followed = Tauri.follow::<Settings>(&settings(), Some(known), |_| {}).await;
        let fetched = followed.expect("it stands").fetched;
        assert_eq!(fetched.map(|fetched| fetched.version()), version, "{answer}");
    }
    install("() => bytes(`seven`)");
    let error = Tauri.follow::<Settings>(&settings(), None, |_| {}).await.err().expect("no id");
    assert!(matches!(error, TransportError::Malformed(_)), "{error}");
}

#[wasm_bindgen_test]
async fn refusals_and_tauris_own_errors_are_told_apart() {
    install("() => refuse({kind: 'unknownTopic', topic: 'x', known: ['settings']})");
    let error = Tauri.fetch::<Settings>(&settings(), None).await.expect_err("refused").to_string();
    assert_eq!(error, "no topic `x` is registered; there are: `settings`");

    install("() => { throw 'revgate.snapshot not allowed on window \"main\"' }");
    let error = Tauri.fetch::<Settings>(&settings(), None).await.expect_err("denied");
    assert!(
        matches!(&error, TransportError::Refused(Refusal::Denied(denied)) if denied.grant.contains("revgate:read")),
        "{error}"
    );

    install("() => refuse({kind: 'invalid', path: 'fontSize', reason: 'too big'})");
    let error = Tauri.write(&settings(), change()).await.expect_err("refused");
    assert_eq!(error.to_string(), "fontSize: too big");

    install(&format!("() => refuse({{kind: 'conflict', ...{}}})", snapshot()));
    match Tauri.write(&settings(), change()).await {
        Err(WriteError::Conflict(current)) => assert_eq!(current.data.language, "de"),
        other => panic!("{other:?}"),
    }
}

#[wasm_bindgen_test]
async fn a_write_that_was_made_and_is_not_on_the_disk_says_what_was_made() {
    let written = async |data: &str| {
        install(&format!(
            "() => refuse({{kind: 'notDurable', revision: '2', reason: 'full'{data}}})"
        ));
        Tauri.write(&settings(), change()).await
    };
    match written("").await {
        Err(WriteError::NotDurable { made, reason }) => {
            assert_eq!((made.revision, made.data), (Revision::new(2), change().new));
            assert_eq!(reason, "full");
        }
        other => panic!("{other:?}"),
    }
    match written(&format!(", data: {STATE}")).await {
        Err(WriteError::NotDurable { made, .. }) => assert_eq!(made.data.font_size, 20),
        other => panic!("{other:?}"),
    }
}

#[wasm_bindgen_test]
async fn actions_are_sent_as_text_with_their_ids_and_answered_without_a_state() {
    let batch = Batch {
        known: Version::new(Epoch::new(2), Revision::new(5)),
        source: Source::new(u64::MAX),
        undo: false,
        actions: vec![Asked {
            seq: Seq::new(1),
            at: 1_700_000_000_000,
            seed: None,
            action: RawValue::from_string("18446744073709551615".to_owned()).expect("JSON"),
        }],
    };
    install(
        "(command, args) => {
            if (command !== 'plugin:revgate|act') throw command;
            globalThis.sent = JSON.stringify(args, Object.keys(args).sort());
            return answer({revision: '6', epoch: '2', refused: [{seq: '1', kind: 'forgotten'}]});
        }",
    );
    let acted = Tauri.act(&settings(), batch.clone()).await.expect("answered");
    assert_eq!(acted.version(), Version::new(Epoch::new(2), Revision::new(6)));
    assert!(matches!(acted.refused[0].why, Unacted::Forgotten), "{acted:?}");
    let sent = eval("sent").expect("it was sent").as_string().expect("text");
    let actions = r#"[{\"seq\":\"1\",\"at\":\"1700000000000\",\"action\":18446744073709551615}]"#;
    let expected = format!(
        r#"{{"actions":"{actions}","epoch":"2","form":"text","known":"5","source":"18446744073709551615","topic":"settings"}}"#
    );
    assert_eq!(sent, expected);
    assert!(expected.len() <= 200, "{}", expected.len());
    Tauri.act(&settings(), Batch { undo: true, ..batch.clone() }).await.expect("answered");
    let sent = eval("sent").expect("it was sent").as_string().expect("text");
    assert!(sent.ends_with(r#","topic":"settings","undo":true}"#), "{sent}");

    install("() => refuse({kind: 'otherEpoch', epoch: '3'})");
    let other = Tauri.act(&settings(), batch.clone()).await.expect_err("refused");
    assert_eq!(other, TransportError::Refused(Refusal::OtherEpoch { epoch: Epoch::new(3) }));
    remove();
    let none = Tauri.act(&settings(), batch).await.expect_err("no backend");
    assert_eq!(none, TransportError::NoBackend);
}

#[wasm_bindgen_test]
async fn of_a_refusal_that_cannot_be_read_the_write_may_have_been_made() {
    for (refusal, reason) in [
        ("{kind: 'notDurable', revision: '2', data: {theme: 'blue'}, reason: 'full'}", "`blue`"),
        ("{kind: 'ofALaterPlugin', reason: 'full'}", "`ofALaterPlugin`"),
    ] {
        install(&format!("() => refuse({refusal})"));
        match Tauri.write(&settings(), change()).await {
            Err(WriteError::Transport(TransportError::Malformed(error))) => {
                assert!(error.contains(reason), "{error}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[wasm_bindgen_test]
async fn a_small_change_is_sent_as_a_patch_and_answered_with_a_version() {
    install(
        r#"(command, args) => {
            const { topic, patch, base } = args;
            const sent = JSON.stringify([command, topic, JSON.parse(patch), base]);
            if (sent !== '["plugin:revgate|patch","settings",' +
                '[{"op":"replace","path":"/theme","value":"dark"}],{"revision":"1"}]') throw sent;
            return answer({ revision: '2' });
        }"#,
    );
    let written = Tauri.write(&settings(), change()).await.expect("as agreed");
    assert_eq!((written.revision, written.data), (Revision::new(2), change().new));
}

#[wasm_bindgen_test]
async fn a_change_of_everything_is_sent_whole() {
    install(&format!(
        r#"(command, args) => {{
            const {{ topic, base }} = args;
            const data = JSON.parse(args.data);
            const sent = JSON.stringify([command, topic, data.theme, data.fontSize, base.revision]);
            if (sent !== '["plugin:revgate|replace","settings","dark",30,"1"]') throw sent;
            return answer({});
        }}"#,
        snapshot()
    ));
    let new = Settings {
        theme: Theme::Dark,
        language: "fr".to_owned(),
        font_size: 30,
        notifications_enabled: false,
        auto_save: false,
        sidebar_collapsed: true,
    };
    let Change { base, old, .. } = change();
    let written = Tauri.write(&settings(), Change::new(base, old, new)).await.expect("as agreed");
    assert_eq!((written.revision, written.data.font_size), (Revision::new(5), 20), "as answered");
}

#[wasm_bindgen_test]
async fn news_of_any_kind_are_decoded_and_unreadable_ones_leave_the_version() {
    install("(command) => command.endsWith('|subscribe') ? 77 : true");
    let heard = Rc::new(RefCell::new(Vec::new()));
    let sink = Rc::clone(&heard);
    let subscribe =
        Tauri.subscribe::<Settings>(&settings(), move |news| sink.borrow_mut().push(news));
    let _subscription = subscribe.await.expect("it stands");
    let callback: Function = page("callbacks.get(1)").into();
    for news in [
        &format!("data: {STATE}"),
        "base: {revision: '8'}, patch: [{op: 'replace', path: '/theme', value: 'dark'}]",
        "data: {theme: 'blue'}",
        "base: 8, patch: []",
        "patch: []",
    ] {
        let message = format!(
            "({{index: 0, message: JSON.stringify({{topic: 'settings', revision: '9', {news}}})}})"
        );
        let message = eval(&message).expect("a message");
        callback.call1(&JsValue::NULL, &message).expect("no message makes it throw");
    }
    let heard = heard.take().into_iter().collect::<Result<Vec<_>, _>>().expect("announcements");
    let [state, patch, rest @ ..] = &heard[..] else { panic!("{heard:?}") };
    assert!(matches!(&state.payload, Payload::State(state) if state.theme == Theme::Dark));
    let base = Version::new(Epoch::default(), Revision::new(8));
    assert!(
        matches!(&patch.payload, Payload::Patch { base: on, patch } if *on == base && patch.get().starts_with(r#"[{"#))
    );
    assert_eq!(rest.len(), 3);
    assert!(rest.iter().all(|announcement| matches!(announcement.payload, Payload::None)));
    assert!(heard.iter().all(|announcement| announcement.invalidation.revision.number() == 9));
}

#[wasm_bindgen_test]
async fn news_are_decoded_and_malformed_ones_named() {
    install("(command) => command.endsWith('|subscribe') ? 77 : true");
    let heard = Rc::new(RefCell::new(Vec::new()));
    let sink = Rc::clone(&heard);
    let subscribe =
        Tauri.subscribe::<Settings>(&settings(), move |news| sink.borrow_mut().push(news));
    let subscription = subscribe.await.expect("it stands");

    let callback: Function = page("callbacks.get(1)").into();
    let send = |message: &str| {
        let message = eval(&format!("({message})")).expect(message);
        callback.call1(&JsValue::NULL, &message).expect("no message makes it throw");
    };
    send(r#"{index: 1, message: '{"topic":"settings","revision":"9"}'}"#);
    send(r#"{index: 0, message: '{"topic":"settings","revision":9}'}"#);
    send("{index: 2, message: null}");
    send("null");
    send("{index: 3, message: {topic: 'settings', revision: '9'}}");
    let heard = heard.take();
    assert_eq!(heard[0].as_ref().map(|news| news.invalidation.revision), Ok(Revision::new(9)));
    let reasons: Vec<_> = heard[1..].iter().filter_map(|news| news.as_ref().err()).collect();
    assert_eq!(reasons.len(), 4, "{reasons:?}");
    let first = reasons[0].to_string();
    assert!(first.contains("canonical decimal string"), "{first}");

    drop(subscription);
    gloo_timers::future::TimeoutFuture::new(10).await;
    assert_eq!(page("callbacks.size"), 0);
    assert_eq!(page("calls.at(-1)"), "plugin:revgate|unsubscribe");
}

#[wasm_bindgen_test]
async fn a_subscription_that_the_backend_ends_says_so_and_leaves_nothing_to_undo() {
    install("(command) => command.endsWith('|subscribe') ? 77 : true");
    let heard = Rc::new(RefCell::new(Vec::new()));
    let standing = Rc::new(RefCell::new(None));
    let (sink, held) = (Rc::clone(&heard), Rc::clone(&standing));
    // Dropped by the very call that tells of the end, as a replica does.
    let subscribe = Tauri.subscribe::<Settings>(&settings(), move |news| {
        drop(held.take());
        sink.borrow_mut().push(news);
    });
    standing.replace(Some(subscribe.await.expect("it stands")));

    let callback: Function = page("callbacks.get(1)").into();
    let end = eval("({index: 3, end: true})").expect("a message");
    callback.call1(&JsValue::NULL, &end).expect("no message makes it throw");
    assert!(matches!(&heard.take()[..], [Err(Interruption::Ended)]));
    gloo_timers::future::TimeoutFuture::new(10).await;
    assert_eq!(page("callbacks.size"), 0);
    assert_eq!(page("calls.at(-1)"), "plugin:revgate|subscribe");
}

#[wasm_bindgen_test]
async fn a_refused_subscription_leaves_no_callback() {
    install("() => { throw 'no' }");
    assert!(Tauri.subscribe::<Settings>(&settings(), |_| {}).await.is_err());
    assert_eq!(Reflect::get(&page("callbacks"), &"size".into()), Ok(0.into()));
}
