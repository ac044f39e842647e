//! Users of a server by signed tokens, as `nsc` makes them.

use data_encoding::BASE64URL_NOPAD;
use nkeys::KeyPair;
use serde_json::{Value, json};

/// Who says which accounts there are: one with JetStream, and that of the server itself.
pub(crate) struct Operator {
    key: KeyPair,
    account: KeyPair,
    system: KeyPair,
}

/// A user's token, and the key that it is of.
pub(crate) struct Credentials {
    token: String,
    seed: String,
}

impl Operator {
    pub(crate) fn new() -> Self {
        let [account, system] = [(); 2].map(|()| KeyPair::new_account());
        Self { key: KeyPair::new_operator(), account, system }
    }

    /// What a server is told.
    pub(crate) fn settings(&self) -> String {
        let operator = json!({ "type": "operator", "version": 2 });
        let operator = token(&self.key, "operator", &self.key, operator);
        let [account, system] = [(&self.account, -1), (&self.system, 0)].map(|(key, disk)| {
            let limits = json!({
                "subs": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1,
                "wildcards": true, "conn": -1, "leaf": -1,
                "mem_storage": disk, "disk_storage": disk, "streams": disk, "consumer": disk,
            });
            let account = json!({ "type": "account", "version": 2, "limits": limits });
            format!("{}: {}", key.public_key(), token(&self.key, "account", key, account))
        });
        let id = self.system.public_key();
        format!(
            "operator: {operator}\nsystem_account: {id}\nresolver: MEMORY\n\
             resolver_preload: {{\n{account}\n{system}\n}}\n"
        )
    }

    pub(crate) fn user(&self, name: &str) -> Credentials {
        let key = KeyPair::new_user();
        let claims = json!({ "type": "user", "version": 2, "subs": -1, "data": -1, "payload": -1 });
        let token = token(&self.account, name, &key, claims);
        Credentials { token, seed: key.seed().expect("its own") }
    }
}

impl Credentials {
    pub(crate) fn file(&self) -> String {
        format!(
            "-----BEGIN NATS USER JWT-----\n{}\n------END NATS USER JWT------\n\n\
             -----BEGIN USER NKEY SEED-----\n{}\n------END USER NKEY SEED------\n",
            self.token, self.seed
        )
    }

    pub(crate) fn secrets(&self) -> [&str; 2] {
        [&self.token, &self.seed]
    }
}

fn token(issuer: &KeyPair, name: &str, subject: &KeyPair, claims: Value) -> String {
    let id = subject.public_key();
    let head = json!({ "typ": "JWT", "alg": "ed25519-nkey" });
    let body = json!({
        "jti": id, "iat": 1, "iss": issuer.public_key(), "name": name, "sub": id, "nats": claims,
    });
    let [head, body] = [head, body].map(|part| BASE64URL_NOPAD.encode(part.to_string().as_bytes()));
    let signed = format!("{head}.{body}");
    let signature = issuer.sign(signed.as_bytes()).expect("it has the seed");
    format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature))
}
