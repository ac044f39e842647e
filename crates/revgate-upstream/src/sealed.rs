//! A store that cannot read what it holds.

use std::fmt::{self, Debug};

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt};
use revgate::TopicName;

use crate::calm::calmly;
use crate::{Entry, Fault, News, Upstream, WriteError};

/// An app's cipher: what makes a value unreadable for the store, and readable again on the other machines.
///
/// **`context` is not secret, and must not be changed either**: it is the topic's name, and a value that was
/// sealed with it is not opened with another. Ciphers call it associated data.
pub trait Seal: Send + Sync + 'static {
    /// `value`, so that nobody else can read it.
    ///
    /// # Errors
    ///
    /// In words, if it cannot be done. Then nothing is written.
    fn seal(&self, context: &[u8], value: &[u8]) -> Result<Vec<u8>, String>;

    /// What [`seal`](Self::seal) has made of a value, as it was.
    ///
    /// # Errors
    ///
    /// In words, if it is nothing that was sealed with this key and this context.
    fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, String>;
}

/// A store that is given nothing that it could read: each value is sealed before it leaves the machine.
/// What cannot be opened again is said so, and never overwritten.
///
/// What the store still sees: the names of the topics, how large each is, when it changes, and by whose
/// connection. **An older value, put back by somebody, is accepted**, as after a restored backup: then the
/// machines that know newer ones write those again. Who loses the key loses what only the store has.
///
/// ```
/// use chacha20poly1305::aead::{Aead, Generate, KeyInit, Payload};
/// use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
/// use revgate_upstream::{Memory, Seal, Sealed, Upstream};
///
/// struct Cipher(XChaCha20Poly1305);
///
/// impl Seal for Cipher {
///     fn seal(&self, context: &[u8], value: &[u8]) -> Result<Vec<u8>, String> {
///         // A new one for each value: two that share one give away both.
///         let nonce = XNonce::try_generate().map_err(|error| error.to_string())?;
///         let sealed = self.0.encrypt(&nonce, Payload { msg: value, aad: context });
///         let sealed = sealed.map_err(|_| "it is too long to be encrypted")?;
///         Ok([&*nonce, &*sealed].concat())
///     }
///
///     fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, String> {
///         let (nonce, sealed) = sealed.split_first_chunk::<24>().ok_or("it is not encrypted")?;
///         let opened = self.0.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: context });
///         opened.map_err(|_| "it was encrypted with another key, or changed since".to_owned())
///     }
/// }
///
/// # futures_executor::block_on(async {
/// let store = Memory::new();
/// let machine = |key: [u8; 32]| {
///     Sealed::new(store.another_machine(), Cipher(XChaCha20Poly1305::new(&Key::from(key))))
/// };
/// let (desktop, laptop, stranger) = (machine([7; 32]), machine([7; 32]), machine([8; 32]));
/// let board = "board".parse().expect("a name");
/// desktop.write(&board, 0, b"a secret".to_vec()).await.expect("it is written");
///
/// let read = async |from: &dyn Upstream| from.read(&board).await.expect("reachable").expect("there").value;
/// assert_eq!(read(&laptop).await, Ok(Some(b"a secret".to_vec())));
/// assert_eq!(read(&stranger).await.unwrap_err(), "it was encrypted with another key, or changed since");
/// let held = read(&store).await.expect("bytes").expect("there");
/// assert!(!held.windows(8).any(|part| part == b"a secret"));
/// # });
/// ```
///
/// Where the key comes from is the app's matter; `revgate-persistence` has an example that keeps one in the
/// user's key ring, and the same cipher for the file on the disk.
pub struct Sealed<U, S> {
    store: U,
    seal: S,
}

impl<U: Upstream, S: Seal> Sealed<U, S> {
    /// This store, given only what is sealed so.
    pub fn new(store: U, seal: S) -> Self {
        Self { store, seal }
    }

    fn open(&self, topic: &TopicName, Entry { revision, value }: Entry) -> Entry {
        let open = |value: Vec<u8>| calmly(|| self.seal.open(topic.as_str().as_bytes(), &value));
        Entry { revision, value: value.and_then(|value| value.map(open).transpose()) }
    }
}

impl<U: Upstream, S: Seal> Upstream for Sealed<U, S> {
    fn read<'a>(&'a self, topic: &'a TopicName) -> BoxFuture<'a, Result<Option<Entry>, Fault>> {
        async { Ok(self.store.read(topic).await?.map(|entry| self.open(topic, entry))) }.boxed()
    }

    fn write<'a>(
        &'a self,
        topic: &'a TopicName,
        expected: u64,
        value: Vec<u8>,
    ) -> BoxFuture<'a, Result<u64, WriteError>> {
        async move {
            let sealed = calmly(|| self.seal.seal(topic.as_str().as_bytes(), &value));
            let refused = |reason| WriteError::Refused(Fault { place: self.place(), reason });
            self.store.write(topic, expected, sealed.map_err(refused)?).await
        }
        .boxed()
    }

    fn watch(&self) -> BoxStream<'_, News> {
        let opened = |news| match news {
            News::Entry(topic, entry) => {
                let entry = self.open(&topic, entry);
                News::Entry(topic, entry)
            }
            other => other,
        };
        self.store.watch().map(opened).boxed()
    }

    fn place(&self) -> String {
        self.store.place()
    }
}

/// Shows no key.
impl<U: Debug, S> Debug for Sealed<U, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealed").field("store", &self.store).finish_non_exhaustive()
    }
}
