//! Backends written by hand, which exchange JavaScript values: exactly, or not at all.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use js_sys::{Function, eval};
use revgate::wire::{Fetched, Refusal};
use revgate::{Epoch, Invalid, Revision, Topic, TopicName, Version};
use revgate_client::tauri::StateSync;
use revgate_client::{Change, Transport, TransportError, WriteError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{install, page};

const BY_HAND: StateSync =
    StateSync { event: "odd:invalidated", get: "get", update: "update", argument: "odd" };

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Odd {
    keys: HashMap<u32, u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    constructor: Option<u8>,
    big: u64,
    small: i64,
    float: f64,
    any: Value,
}

impl Topic for Odd {
    const NAME: &'static str = "odd";
}

fn topic() -> TopicName {
    TopicName::of::<Odd>()
}

/// The state in this JSON, which the page parses as Tauri does.
async fn fetch(json: &str) -> Result<Odd, TransportError> {
    install(&format!("() => ({{revision: '5', data: JSON.parse('{json}')}})"));
    match BY_HAND.fetch::<Odd>(&topic(), None).await? {
        Fetched::State(snapshot) => Ok(snapshot.data),
        Fetched::NotNewer(version) => panic!("no state of {version}"),
    }
}

async fn write(new: Odd) -> Result<Odd, WriteError<Odd>> {
    let base = Version::new(Epoch::default(), Revision::FIRST);
    let change = Change::new(base, Odd::default(), new);
    BY_HAND.write(&topic(), change).await.map(|snapshot| Odd::clone(&snapshot.data))
}

#[wasm_bindgen_test]
async fn what_javascript_values_hold_is_read() {
    let json = r#"{"keys":{"7":1,"4294967295":2},"big":9007199254740991,"small":-9007199254740991,"float":9007199254740992,"any":{"__proto__":{"a":1},"zero":-0,"large":1e300,"":[null,true]}}"#;
    let read = fetch(json).await.expect("all of it");
    let expected = Odd {
        keys: HashMap::from([(7, 1), (u32::MAX, 2)]),
        constructor: None,
        big: 9_007_199_254_740_991,
        small: -9_007_199_254_740_991,
        float: 9_007_199_254_740_992.0,
        any: serde_json::from_str(
            r#"{"__proto__":{"a":1},"zero":-0.0,"large":1e300,"":[null,true]}"#,
        )
        .expect("plain data"),
    };
    assert_eq!(read, expected);
    assert!(read.any["zero"].as_f64().is_some_and(f64::is_sign_negative));
}

#[wasm_bindgen_test]
async fn what_may_have_been_another_number_is_refused() {
    let state = |field: &str, value: &str| {
        let fields = [("big", "1"), ("small", "1"), ("float", "1"), ("any", "1")];
        let fields = fields.map(|(name, plain)| {
            format!(r#""{name}":{}"#, if name == field { value } else { plain })
        });
        format!(r#"{{"keys":{{}},{}}}"#, fields.join(","))
    };
    for (field, value) in [
        ("big", "9007199254740993"),
        ("big", "18446744073709551615"),
        ("small", "-9007199254740993"),
        ("any", "9007199254740993"),
        ("any", r#"[{"a":-9007199254740994}]"#),
    ] {
        let read = fetch(&state(field, value)).await;
        assert!(matches!(read, Err(TransportError::Malformed(_))), "{field}: {value}: {read:?}");
    }
    let read = fetch(&state("float", "9007199254740994")).await.expect("a float is exact");
    assert!((read.float - 9_007_199_254_740_994.0).abs() < 0.5);
}

#[wasm_bindgen_test]
async fn what_javascript_values_hold_is_written() {
    let state = Odd {
        keys: HashMap::from([(7, 1)]),
        any: json!({"__proto__": 1, "constructor": [0.1, 9_007_199_254_740_991_u64]}),
        float: 1e300,
        ..Odd::default()
    };
    install("(command, args) => ({revision: '2', data: JSON.parse(JSON.stringify(args.odd))})");
    assert_eq!(write(state.clone()).await, Ok(state));
}

#[wasm_bindgen_test]
async fn what_they_do_not_hold_is_not_sent() {
    install("() => { throw 'it was sent' }");
    let odd = Odd::default;
    for (state, path, reason) in [
        (Odd { big: 1 << 53, ..odd() }, "big", "53 bits"),
        (Odd { small: i64::MIN, ..odd() }, "small", "53 bits"),
        (Odd { float: f64::NAN, ..odd() }, "float", "NaN"),
        (Odd { float: -0.0, ..odd() }, "float", "is 0 as soon"),
        (Odd { any: json!({"a": [{"b": u64::MAX}]}), ..odd() }, "any.a[0].b", "53 bits"),
    ] {
        let written = write(state).await;
        let Err(WriteError::Transport(TransportError::Refused(Refusal::Invalid(fault)))) = written
        else {
            panic!("{path}: {written:?}")
        };
        let Invalid { path: found, reason: given } = &fault;
        assert!(found == path && given.contains(reason), "{fault}");
    }
    assert_eq!(page("calls.length"), 0);
}

#[wasm_bindgen_test]
async fn an_event_is_heard_though_nothing_depends_on_some_of_it() {
    install("() => 7");
    let heard = Rc::new(RefCell::new(Vec::new()));
    let sink = Rc::clone(&heard);
    let listen = BY_HAND.subscribe::<Odd>(&topic(), move |news| sink.borrow_mut().push(news));
    let _listener = listen.await.expect("it stands");
    let callback: Function = page("callbacks.get(1)").into();
    let event = "({payload: {topic: 'odd', revision: '9', epoch: null,
        timestampMs: performance.timeOrigin + 0.5, sourceId: 7}})";
    callback.call1(&JsValue::NULL, &eval(event).expect("a message")).expect("it is taken");
    let heard = heard.take();
    let Ok(news) = &heard[0] else { panic!("{heard:?}") };
    assert_eq!(news.invalidation.version(), Version::new(Epoch::default(), Revision::new(9)));
    assert!(news.invalidation.timestamp_ms.is_some());
}
