//! A family as signals: who is woken by what, among ten thousand rows.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use gloo_timers::future::sleep;
use js_sys::eval;
use leptos::mount::mount_to;
use leptos::prelude::*;
use revgate::Topic;
use revgate_client::{Fate, Undo};
use revgate_leptos::{FamilySignal, MemberSignal, use_family};
use serde::{Deserialize, Serialize};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{Mounted, backend, until};
use crate::harness::ms;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Doc {
    title: String,
}

impl Topic for Doc {
    const NAME: &'static str = "doc";
}

const MANY: usize = 10_000;

/// Puts a backend of so many documents into the page.
fn install(many: usize) {
    let script = format!(
        r#"globalThis.backend = {{
            revision: {many}, listeners: new Map(), calls: [], docs: {{}},
            tell(patch) {{
                const base = {{ revision: String(this.revision) }};
                this.revision += 1;
                const news = {{ topic: 'doc', revision: String(this.revision), base, patch }};
                const message = JSON.stringify(news);
                this.listeners.forEach(listener => listener({{ index: 0, message }}));
            }},
            set(key, title) {{
                const revision = String(Number(this.docs[key]?.revision ?? 0) + 1);
                this.docs[key] = {{ revision, data: {{ title }} }};
                this.tell({{ [key]: this.docs[key] }});
            }},
            remove(key) {{ delete this.docs[key]; this.tell({{ [key]: null }}); }},
        }};
        for (let key = 0; key < {many}; key++)
            backend.docs[key] = {{ revision: '1', data: {{ title: 'row' }} }};
        globalThis.__TAURI_INTERNALS__ = {{
            callbacks: new Map(), last: 0,
            metadata: {{ currentWindow: {{ label: 'main' }} }},
            transformCallback(callback) {{ this.callbacks.set(++this.last, callback); return this.last; }},
            unregisterCallback(id) {{ this.callbacks.delete(id); }},
            async invoke(command, args) {{
                const answer = value => new TextEncoder().encode(JSON.stringify(value)).buffer;
                backend.calls.push(`${{command.split('|')[1]}} ${{args.topic}}`);
                switch (command.split('|')[1]) {{
                    case 'subscribe': {{
                        const id = Number(args.news.split(':')[1]);
                        backend.listeners.set(id, this.callbacks.get(id));
                        return id;
                    }}
                    case 'unsubscribe': return backend.listeners.delete(args.subscription);
                    case 'snapshot':
                        return answer({{ revision: String(backend.revision), data: backend.docs }});
                    case 'replace':
                    case 'patch': {{
                        const key = args.topic.split(':')[1];
                        const title = args.data
                            ? JSON.parse(args.data).title : JSON.parse(args.patch)[0].value;
                        backend.set(key, title);
                        return answer(backend.docs[key]);
                    }}
                    default: throw 'unexpected: ' + command;
                }}
            }},
        }};"#
    );
    eval(&script).expect("the page takes the backend");
}

/// What the window has asked for. What an earlier test has left may still ask for something.
fn calls() -> String {
    backend("calls.filter(call => call.includes(' doc:'))")
}

fn tell(script: &str) {
    eval(&format!("globalThis.backend.{script}")).expect(script);
}

/// How often each effect has run: by the key of its row, and that of the keys by none.
type Runs = Rc<RefCell<BTreeMap<String, usize>>>;

/// Mounts a component with an effect for the keys, and one for each of the first rows.
fn mount(rows: usize) -> (FamilySignal<Doc>, Runs, impl Drop) {
    let (slot, runs) = (Rc::new(Cell::new(None)), Runs::default());
    let (inner, counted) = (Rc::clone(&slot), Rc::clone(&runs));
    let body = document().body().expect("a page has one");
    let handle = mount_to(body, move || {
        let docs = use_family::<Doc>();
        inner.set(Some(docs));
        let count = Rc::clone(&counted);
        Effect::new(move |_| {
            docs.keys();
            *count.borrow_mut().entry(String::new()).or_default() += 1;
        });
        for key in (0..rows).map(|key| key.to_string()) {
            let count = Rc::clone(&counted);
            Effect::new(move |_| {
                docs.get(&key);
                *count.borrow_mut().entry(key.clone()).or_default() += 1;
            });
        }
    });
    (slot.get().expect("it is mounted at once"), runs, Mounted(Some(handle)))
}

/// Mounts a component that has this member.
fn open(docs: FamilySignal<Doc>, key: &'static str) -> (MemberSignal<Doc>, impl Drop) {
    let slot = Rc::new(Cell::new(None));
    let inner = Rc::clone(&slot);
    let body = document().body().expect("a page has one");
    let handle = mount_to(body, move || inner.set(docs.member(key).ok()));
    (slot.get().expect("well-formed"), Mounted(Some(handle)))
}

async fn loaded(docs: FamilySignal<Doc>, runs: &Runs) {
    until(|| docs.version().is_some()).await;
    sleep(ms(20)).await;
    runs.borrow_mut().clear();
}

fn ran(runs: &Runs) -> Vec<(String, usize)> {
    std::mem::take(&mut *runs.borrow_mut()).into_iter().collect()
}

#[wasm_bindgen_test]
async fn of_ten_thousand_rows_one_that_changes_wakes_its_own_readers_alone() {
    install(MANY);
    let (docs, runs, mounted) = mount(MANY);
    loaded(docs, &runs).await;
    assert_eq!(docs.len(), MANY);
    assert_eq!(calls(), r#"["subscribe doc:*","snapshot doc:*"]"#);
    tell("set('4711', 'another')");
    until(|| docs.get_untracked("4711").is_some_and(|doc| doc.title == "another")).await;
    sleep(ms(20)).await;
    assert_eq!(ran(&runs), [("4711".to_owned(), 1)]);
    assert_eq!(calls(), r#"["subscribe doc:*","snapshot doc:*"]"#, "nothing was asked for");
    drop(mounted);
}

#[wasm_bindgen_test]
async fn members_that_come_and_go_wake_who_reads_the_keys_and_who_reads_them() {
    install(3);
    let (docs, runs, mounted) = mount(4);
    loaded(docs, &runs).await;
    tell("set('3', 'new')");
    sleep(ms(20)).await;
    assert_eq!(ran(&runs), [(String::new(), 1), ("3".to_owned(), 1)], "who waited for it");
    tell("remove('1')");
    sleep(ms(20)).await;
    assert_eq!(ran(&runs), [(String::new(), 1), ("1".to_owned(), 1)]);
    assert_eq!((docs.get_untracked("1"), docs.len()), (None, 3));
    tell("set('2', 'changed')");
    sleep(ms(20)).await;
    // Who asks for one that is not there waits for any to come.
    assert_eq!(ran(&runs), [("2".to_owned(), 1)]);
    drop(mounted);
}

#[wasm_bindgen_test]
async fn an_edit_is_shown_once_and_a_member_can_be_undone() {
    install(3);
    let (docs, runs, mounted) = mount(3);
    loaded(docs, &runs).await;
    docs.update("1", |doc| doc.title = "mine".to_owned()).await.expect("it is made");
    sleep(ms(20)).await;
    assert_eq!(ran(&runs), [("1".to_owned(), 1)]);
    assert_eq!(backend("docs['1'].data.title"), "\"mine\"");

    let (member, editor) = open(docs, "2");
    assert_eq!(member.get_untracked().title, "row", "at once");
    let history = member.undoable(Undo::default());
    member.update(|doc| doc.title = "edited".to_owned()).await.expect("it is made");
    assert_eq!(docs.get_untracked("2").map(|doc| doc.title).as_deref(), Some("edited"));
    history.undo().await.expect("it is made");
    assert_eq!(docs.get_untracked("2").map(|doc| doc.title).as_deref(), Some("row"));
    assert!(!calls().contains("subscribe doc:2"), "by the family: {}", calls());
    drop(editor);
    drop(mounted);
    let gone = docs.update("1", |doc| doc.title.clear()).await.expect_err("it has been unmounted");
    assert_eq!(gone.fate, Some(Fate::NotSent));
    until(|| backend("listeners.size") == "0").await;
}

#[wasm_bindgen_test]
async fn what_failed_at_a_member_is_shown_there_and_by_the_family_until_either_is_told_otherwise() {
    install(3);
    let (docs, runs, mounted) = mount(3);
    loaded(docs, &runs).await;
    let (member, editor) = open(docs, "1");
    let fail = async || {
        let refused = docs.try_update("1", |_| Err::<(), _>("not today")).await;
        assert_eq!(refused.expect_err("it says so").fate, Some(Fate::NotSent));
    };
    let shown = || untrack(|| (docs.write_error().is_some(), member.write_error().is_some()));

    fail().await;
    assert_eq!(shown(), (true, true));
    member.dismiss_error();
    assert_eq!(shown(), (false, false));
    fail().await;
    docs.dismiss_error();
    assert_eq!(shown(), (false, false));

    fail().await;
    docs.update("2", |_| ()).await.expect("nothing is to be done");
    assert_eq!(shown(), (true, true), "nothing is written");
    docs.update("2", |doc| doc.title = "another".to_owned()).await.expect("it is taken");
    assert_eq!(shown(), (false, true), "something is written, though not there");
    fail().await;
    member.update(|doc| doc.title = "the same".to_owned()).await.expect("it is taken");
    assert_eq!(shown(), (false, false));
    drop((editor, mounted));
    until(|| backend("listeners.size") == "0").await;
}

#[wasm_bindgen_test]
async fn what_ails_the_link_of_a_member_alone_is_not_the_familys() {
    install(3);
    let (docs, runs, mounted) = mount(3);
    loaded(docs, &runs).await;
    let (member, editor) = open(docs, "1");
    until(|| untrack(|| member.version()).is_some()).await;
    tell("remove('1')");
    until(|| untrack(|| member.link_error()).is_some()).await;
    assert_eq!(untrack(|| docs.error()), None, "it has what the backend has");
    drop((editor, mounted));
    until(|| backend("listeners.size") == "0").await;
}
