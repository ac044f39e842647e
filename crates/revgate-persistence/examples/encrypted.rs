//! Saves a topic so that only the user can read it: `cargo run --example encrypted -p
//! revgate-persistence`.
//!
//! 1. A key of 32 random bytes is kept in the user's key ring: Keychain, Credential Manager, or the
//!    Secret Service (see [`key_of_the_user`]).
//! 2. A [`Codec`] turns a record into bytes with another codec, and encrypts these with
//!    XChaCha20-Poly1305 (see [`Encrypted`]). Its nonces are long enough to be drawn at random.
//! 3. The topic is registered with it: `Persistence::new().codec(encrypted)`. That is all that
//!    `tauri-plugin-revgate` needs; this example saves and loads by hand instead.
//!
//! What to know before doing so in an app:
//!
//! - **Who loses the key loses the state.** The file is then set aside as unreadable, with a report,
//!   and the topic begins anew.
//! - What is in memory, and what windows are sent, is not encrypted. An attacker who is logged in as
//!   the user gets the key, too.
//! - An older copy of the file, put back by somebody, is accepted: it was genuine once.
//! - What was saved before with another codec is not read: it would have to be imported.
//! - What is not to be on the disk at all is best left out: `Persistence::without`.

use std::error::Error;
use std::fmt;

use chacha20poly1305::aead::{Aead, Generate, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use revgate::{Topic, TopicName, Version};
use revgate_persistence::{
    Codec, CodecError, Files, Item, Json, Persistence, Place, Record, Storage, load,
};
use serde::{Deserialize, Serialize};

/// Says what the bytes are. One that changes what follows it changes this, too.
const HEADER: &[u8] = b"revgate-encrypted-1\n";
/// The length of a nonce.
const NONCE: usize = 24;

/// Encrypts what another codec makes of a record: a header, a nonce, the rest.
struct Encrypted<C> {
    inner: C,
    cipher: XChaCha20Poly1305,
    /// What a record belongs to: that of one topic is refused in the file of another.
    topic: TopicName,
}

impl<C: Codec> Encrypted<C> {
    fn new(inner: C, key: &Key, topic: TopicName) -> Self {
        Self { inner, cipher: XChaCha20Poly1305::new(key), topic }
    }

    /// What is not secret, but must not be changed either.
    fn context(&self) -> Vec<u8> {
        [HEADER, self.topic.as_str().as_bytes()].concat()
    }
}

impl<C: Codec> Codec for Encrypted<C> {
    fn encode(&self, record: &Record) -> Result<Vec<u8>, CodecError> {
        let plain = self.inner.encode(record)?;
        // A new one for each record: two that share one give away both.
        let nonce = XNonce::try_generate().map_err(CodecError::new)?;
        let payload = Payload { msg: &plain, aad: &self.context() };
        let sealed = self.cipher.encrypt(&nonce, payload);
        let sealed = sealed.map_err(|_| CodecError::new("it is too long to be encrypted"))?;
        Ok([HEADER, &nonce, &sealed].concat())
    }

    fn decode(&self, bytes: &[u8]) -> Result<Record, CodecError> {
        let rest = bytes.strip_prefix(HEADER).and_then(|rest| rest.split_first_chunk::<NONCE>());
        let Some((nonce, sealed)) = rest else {
            return Err(CodecError::new("it is no encrypted record"));
        };
        let payload = Payload { msg: sealed, aad: &self.context() };
        let plain = self.cipher.decrypt(&XNonce::from(*nonce), payload);
        let plain = plain.map_err(|_| {
            CodecError::new(
                "it has been changed, or encrypted with another key or for another topic",
            )
        })?;
        self.inner.decode(&plain)
    }
}

/// Shows no key.
impl<C: fmt::Debug> fmt::Debug for Encrypted<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { inner, topic, .. } = self;
        f.debug_struct("Encrypted")
            .field("inner", inner)
            .field("topic", topic)
            .finish_non_exhaustive()
    }
}

/// The key that the key ring has for this app (its identifier), or a new one that it has from now
/// on.
fn key_of_the_user(app: &str) -> Result<Key, Box<dyn Error>> {
    if let Err(error) = keyring::Entry::store_status() {
        return Err(format!("there is no key ring: {error}").into());
    }
    let entry = keyring::Entry::new(app, "revgate")?;
    match entry.get_secret() {
        Ok(key) => Key::try_from(&*key).map_err(|_| "the key in the key ring is no key".into()),
        // Only then: a new key in the place of one that could not be read would lose all.
        Err(keyring::Error::NoEntry) => {
            let key = Key::try_generate()?;
            entry.set_secret(&key)?;
            Ok(key)
        }
        Err(error) => Err(format!("the key ring does not open: {error}").into()),
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Account {
    token: String,
}

impl Topic for Account {
    const NAME: &'static str = "account";
}

/// How the account is saved.
fn persistence(key: &Key) -> Persistence {
    Persistence::new().codec(Encrypted::new(Json, key, TopicName::of::<Account>()))
}

fn main() -> Result<(), Box<dyn Error>> {
    let persistence = persistence(&key_of_the_user("com.example.encrypted")?);
    let folder = std::env::temp_dir().join("revgate-encrypted");
    // Nobody reads it with an editor.
    let files = Files::open(&folder)?.extension("bin");
    let topic = TopicName::of::<Account>();
    let place = Place { storage: &files, topic: &topic, persistence: &persistence };
    let report = |incident| println!("{incident}");
    let loaded = load(place, Some(&Account::default()), &folder, &report)?;
    println!("{}: {:?}", files.place(&topic), loaded.map(|loaded| loaded.data));

    let account = Account { token: "a secret".to_owned() };
    let bytes = persistence.encode(Version::default(), &account)?;
    let item = Item { topic: &topic, bytes: &bytes, overwrite: false };
    files.save(&[item]).into_iter().collect::<Result<(), _>>()?;
    println!("saved {} bytes that nobody else can read; start it again to load them", bytes.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u8) -> Key {
        Key::from([number; 32])
    }

    fn account() -> Account {
        Account { token: "a secret".to_owned() }
    }

    #[test]
    fn what_was_saved_is_loaded_and_is_not_in_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = Files::open(folder.path()).expect("it opens").extension("bin");
        let persistence = persistence(&key(7));
        let topic = TopicName::of::<Account>();
        let bytes = persistence.encode(Version::default(), &account()).expect("it encodes");
        let saved = files.save(&[Item { topic: &topic, bytes: &bytes, overwrite: false }]);
        assert!(saved.iter().all(Result::is_ok), "{saved:?}");

        let file = std::fs::read(folder.path().join("account.bin")).expect("readable");
        for plain in ["a secret", "token", "revision"] {
            assert!(!file.windows(plain.len()).any(|part| part == plain.as_bytes()), "{plain}");
        }
        let place = Place { storage: &files, topic: &topic, persistence: &persistence };
        let report = |incident| panic!("{incident}");
        let loaded = load(place, Some(&Account::default()), folder.path(), &report);
        assert_eq!(loaded.expect("loaded").expect("there").data, account());
    }

    #[test]
    fn a_changed_or_missing_byte_another_key_and_another_topic_are_refused() {
        let persistence = persistence(&key(7));
        let whole = persistence.encode(Version::default(), &account()).expect("it encodes");
        for place in 0..whole.len() {
            let mut changed = whole.clone();
            changed[place] ^= 1;
            let error = persistence.decode(&changed, &Account::default());
            assert!(error.is_err(), "{place}: {error:?}");
            let error = persistence.decode(&whole[..place], &Account::default());
            assert!(error.is_err(), "{place}: {error:?}");
        }
        let topic = |name: &str| name.parse().expect("well-formed");
        let right = Encrypted::new(Json, &key(7), topic("account"));
        assert!(right.decode(&whole).is_ok());
        for wrong in [
            Encrypted::new(Json, &key(8), topic("account")),
            Encrypted::new(Json, &key(7), topic("settings")),
        ] {
            assert!(wrong.decode(&whole).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn the_same_state_is_never_the_same_bytes() {
        let persistence = persistence(&key(7));
        let encode = || persistence.encode(Version::default(), &account()).expect("it encodes");
        assert_ne!(encode(), encode());
    }
}
