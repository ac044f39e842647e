//! What the browser keeps, in IndexedDB.

use std::cell::RefCell;
use std::rc::Rc;

use futures_channel::oneshot;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    DomException, Event, IdbDatabase, IdbFactory, IdbOpenDbRequest, IdbRequest, IdbTransaction,
    IdbTransactionMode,
};

/// Texts by key, the same in all tabs of a site.
///
/// **A change reads and writes in one transaction**, which no other tab's comes between, and which is
/// made as a whole or not at all: what a tab was about to write that is killed, was not written.
pub(super) struct Store {
    name: String,
    /// Open, as long as the browser lets it be.
    database: Rc<RefCell<Option<IdbDatabase>>>,
    /// What was kept is gone: the person has cleared it.
    cleared: Rc<dyn Fn()>,
}

/// Nothing was read, and nothing written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    /// The browser keeps nothing for this page.
    #[error(
        "this browser keeps no data for this page, so its tabs share nothing: {0}. Allow the site to \
         store data, or open it in a window that is not private"
    )]
    Blocked(String),
    /// There is no room.
    #[error("the browser has no room left for this site: clear what it keeps of others ({0})")]
    Full(String),
    /// Anything else.
    #[error("the browser's database: {0}")]
    Failed(String),
}

/// The one that has the texts.
const TEXTS: &str = "texts";

type Handler = Closure<dyn FnMut(Event)>;

impl Store {
    pub(super) fn new(name: String, cleared: impl Fn() + 'static) -> Self {
        Self { name, database: Rc::default(), cleared: Rc::new(cleared) }
    }

    /// The text under this key.
    pub(super) async fn read(&self, key: &str) -> Result<Option<String>, Fault> {
        self.run(IdbTransactionMode::Readonly, key, |text, _| text).await
    }

    /// Gives `change` the text under this key, and a function that puts texts under keys.
    pub(super) async fn change<R: 'static>(
        &self,
        key: &str,
        change: impl FnOnce(Option<String>, &mut dyn FnMut(&str, &str)) -> R + 'static,
    ) -> Result<R, Fault> {
        self.run(IdbTransactionMode::Readwrite, key, change).await
    }

    async fn run<R: 'static>(
        &self,
        mode: IdbTransactionMode,
        key: &str,
        call: impl FnOnce(Option<String>, &mut dyn FnMut(&str, &str)) -> R + 'static,
    ) -> Result<R, Fault> {
        let begin = |database: &IdbDatabase| database.transaction_with_str_and_mode(TEXTS, mode);
        let found = self.database.borrow().clone();
        // One that the browser has closed meanwhile begins no transaction: then it is opened anew.
        let transaction = match found.as_ref().map(begin) {
            Some(Ok(transaction)) => transaction,
            _ => begin(&self.open().await?).map_err(Fault::of)?,
        };
        Transaction::new(transaction, key, call).map_err(Fault::of)?.end().await
    }

    async fn open(&self) -> Result<IdbDatabase, Fault> {
        let request = factory()
            .and_then(|factory| factory.open_with_u32(&self.name, 1))
            .map_err(|error| Fault::Blocked(words(&error)))?;
        let make = handler({
            let request = request.clone();
            move |_| {
                // It fails only if it is there already, or with the whole request.
                let _ = database_of(&request).map(|made| made.create_object_store(TEXTS));
            }
        });
        request.set_onupgradeneeded(Some(make.as_ref().unchecked_ref()));
        let opened = answer(&request).await.and_then(|()| database_of(&request));
        request.set_onupgradeneeded(None);
        let database = opened.map_err(|error| match Fault::of(error) {
            full @ Fault::Full(_) => full,
            Fault::Blocked(reason) | Fault::Failed(reason) => Fault::Blocked(reason),
        })?;
        self.watch(&database);
        self.database.replace(Some(database.clone()));
        Ok(database)
    }

    /// Lets go of the database when the person clears it, and says so.
    fn watch(&self, database: &IdbDatabase) {
        let gone = Closure::<dyn FnMut(Event)>::new({
            let (slot, cleared) = (Rc::clone(&self.database), Rc::clone(&self.cleared));
            let database = database.clone();
            move |_| {
                // Or whoever deletes it waits for this page.
                database.close();
                slot.take();
                cleared();
            }
        });
        database.set_onversionchange(Some(gone.as_ref().unchecked_ref()));
        database.set_onclose(Some(gone.as_ref().unchecked_ref()));
        // It lives as long as the page may hear of the database: the browser collects it.
        drop(gone.into_js_value());
    }
}

/// A transaction that reads one text, and then writes.
struct Transaction<R> {
    transaction: IdbTransaction,
    read: IdbRequest,
    ended: oneshot::Receiver<()>,
    result: Rc<RefCell<Option<R>>>,
    /// Why a text could not be put.
    fault: Rc<RefCell<Option<JsValue>>>,
    _handlers: [Handler; 3],
}

impl<R: 'static> Transaction<R> {
    fn new(
        transaction: IdbTransaction,
        key: &str,
        call: impl FnOnce(Option<String>, &mut dyn FnMut(&str, &str)) -> R + 'static,
    ) -> Result<Self, JsValue> {
        let texts = transaction.object_store(TEXTS)?;
        let read = texts.get(&key.into())?;
        let (result, fault) = (Rc::new(RefCell::new(None)), Rc::new(RefCell::new(None)));
        let on_read = handler({
            let (read, transaction) = (read.clone(), transaction.clone());
            let (result, fault) = (Rc::clone(&result), Rc::clone(&fault));
            move |_| {
                let text = read.result().ok().and_then(|text| text.as_string());
                let mut put = |key: &str, text: &str| {
                    if let Err(error) = texts.put_with_key(&text.into(), &key.into()) {
                        fault.replace(Some(error));
                        // It fails only if it has ended already.
                        let _ = transaction.abort();
                    }
                };
                let made = call(text, &mut put);
                result.replace(Some(made));
            }
        });
        let (end, ended) = oneshot::channel();
        let end = Rc::new(RefCell::new(Some(end)));
        let [on_complete, on_abort] = [(), ()].map(|()| {
            let end = Rc::clone(&end);
            handler(move |_| {
                // Whoever waits may have gone.
                let _ = end.take().map(|end| end.send(()));
            })
        });
        read.set_onsuccess(Some(on_read.as_ref().unchecked_ref()));
        transaction.set_oncomplete(Some(on_complete.as_ref().unchecked_ref()));
        transaction.set_onabort(Some(on_abort.as_ref().unchecked_ref()));
        let _handlers = [on_read, on_complete, on_abort];
        Ok(Self { transaction, read, ended, result, fault, _handlers })
    }

    /// Waits until it is made, or not.
    async fn end(mut self) -> Result<R, Fault> {
        // Nobody lets go of the sender before this.
        let _ = (&mut self.ended).await;
        if let Some(fault) = self.fault.take() {
            return Err(Fault::of(fault));
        }
        let aborted = self.transaction.error().map(|error| Fault::of(error.into()));
        match (aborted, self.result.take()) {
            (None, Some(result)) => Ok(result),
            (Some(fault), _) => Err(fault),
            (None, None) => Err(Fault::Failed("a transaction was aborted".to_owned())),
        }
    }
}

impl<R> Drop for Transaction<R> {
    fn drop(&mut self) {
        // A handler that is gone must not be called.
        self.read.set_onsuccess(None);
        self.transaction.set_oncomplete(None);
        self.transaction.set_onabort(None);
    }
}

impl Fault {
    fn of(error: JsValue) -> Self {
        let words = words(&error);
        let name = error.dyn_ref::<DomException>().map(DomException::name);
        match name.as_deref() {
            Some("QuotaExceededError") => Self::Full(words),
            Some("SecurityError") => Self::Blocked(words),
            _ => Self::Failed(words),
        }
    }
}

fn factory() -> Result<IdbFactory, JsValue> {
    let window = web_sys::window().ok_or("this is no page")?;
    window.indexed_db()?.ok_or_else(|| "it has no IndexedDB".into())
}

fn database_of(request: &IdbOpenDbRequest) -> Result<IdbDatabase, JsValue> {
    request.result()?.dyn_into()
}

/// Waits for the answer to a request.
async fn answer(request: &IdbOpenDbRequest) -> Result<(), JsValue> {
    let (end, ended) = oneshot::channel();
    let end = Rc::new(RefCell::new(Some(end)));
    let handlers = [true, false].map(|is_well| {
        let end = Rc::clone(&end);
        handler(move |event| {
            // An error that is not handled is one of the page's.
            event.prevent_default();
            let _ = end.take().map(|end| end.send(is_well));
        })
    });
    request.set_onsuccess(Some(handlers[0].as_ref().unchecked_ref()));
    request.set_onerror(Some(handlers[1].as_ref().unchecked_ref()));
    let is_well = ended.await.unwrap_or(false);
    request.set_onsuccess(None);
    request.set_onerror(None);
    match request.error() {
        _ if is_well => Ok(()),
        Ok(Some(error)) => Err(error.into()),
        _ => Err("it was not opened".into()),
    }
}

fn handler(call: impl FnOnce(Event) + 'static) -> Handler {
    Closure::once(call)
}

fn words(error: &JsValue) -> String {
    match error.dyn_ref::<DomException>() {
        Some(error) => format!("{}: {}", error.name(), error.message()),
        None => error.as_string().unwrap_or_else(|| format!("{error:?}")),
    }
}
