//! Who is let in, and who may do what, by real servers.

#![allow(clippy::unwrap_used)]

#[allow(dead_code, reason = "other tests use the rest of it")]
mod common;
#[allow(dead_code, reason = "other tests use the rest of it")]
#[path = "common/machine.rs"]
mod machine;
#[path = "common/tokens.rs"]
mod tokens;

use std::fs;
use std::path::Path;
use std::time::Duration;

use async_nats::jetstream::{self, stream};
use async_nats::{ConnectOptions, HeaderMap};
use common::{ANSWERED, GIVEN_UP, PATIENCE, Server};
use futures_util::StreamExt;
use machine::Machine;
use rcgen::{CertificateParams, KeyPair};
use revgate::TopicName;
use revgate_nats::{Nats, Options};
use revgate_upstream::{News, Status, Upstream, WriteError};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

fn topic(name: &str) -> TopicName {
    name.parse().expect("a name")
}

/// A certificate that speaks for itself, and what a server is to be told of it.
fn certificate(folder: &Path) -> String {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let (cert_file, key_file) = (folder.join("cert.pem"), folder.join("key.pem"));
    fs::write(&cert_file, certificate.pem()).unwrap();
    fs::write(&key_file, key.serialize_pem()).unwrap();
    format!("tls {{ cert_file: {cert_file:?}, key_file: {key_file:?} }}")
}

fn at(scheme: &str, server: &Server) -> Options {
    let address = format!("{scheme}://127.0.0.1:{}", server.port());
    Options::new(address, "board").timeout(ANSWERED)
}

/// Why there is no watch: one of these, in lower case. Before that is known it may have been given up waiting.
async fn fault(nats: &Nats, words: &[&str]) -> String {
    let mut watch = nats.watch();
    let told = async {
        loop {
            let said = match watch.next().await {
                Some(News::Lost(fault)) => fault.to_string(),
                other => panic!("{other:?}"),
            };
            let lower = said.to_lowercase();
            if words.iter().any(|words| lower.contains(words)) {
                return said;
            }
            assert!(lower.contains("timed out"), "{said}");
        }
    };
    timeout(PATIENCE, told).await.expect("it is told")
}

async fn until(is_so: impl Fn() -> bool) {
    let wait = async {
        while !is_so() {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, wait).await.expect("it comes to be so");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_is_encrypted_and_the_server_is_known() {
    let folder = TempDir::new().unwrap();
    let server = Server::with(&certificate(folder.path()));
    let known = at("tls", &server).root_certificates(folder.path().join("cert.pem"));
    let nats = Nats::new(known);
    assert_eq!(nats.write(&topic("a"), 0, b"1".to_vec()).await, Ok(1));
    // Anybody may have made that certificate. The client tells no more of it.
    let unknown = Nats::new(at("tls", &server).timeout(GIVEN_UP));
    fault(&unknown, &["io error"]).await;

    let plain = Server::start();
    let insists = Nats::new(at("tls", &plain).timeout(GIVEN_UP));
    assert!(insists.read(&topic("a")).await.is_err(), "it insists on it");
    assert!(Nats::new(at("nats", &plain)).read(&topic("a")).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credentials_file_lets_in_and_is_said_nowhere() {
    let folder = TempDir::new().unwrap();
    let operator = tokens::Operator::new();
    let server = Server::with(&operator.settings());
    let file = folder.path().join("ann.creds");
    let credentials = operator.user("ann");
    fs::write(&file, credentials.file()).unwrap();
    let nats = Nats::new(server.options().credentials(&file));
    assert_eq!(nats.write(&topic("a"), 0, b"1".to_vec()).await, Ok(1));
    let kept = server.options().credentials_text(credentials.file()).user("ann", "no password");
    assert_eq!(Nats::new(kept).write(&topic("b"), 0, b"1".to_vec()).await, Ok(2));

    let stranger = tokens::Operator::new().user("eve");
    fs::write(&file, stranger.file()).unwrap();
    let options = server.options().credentials(&file).timeout(GIVEN_UP);
    let nats = Nats::new(options.clone());
    let mut said = vec![format!("{options:?} {nats:?} {}", nats.place())];
    said.push(format!("{:?}", nats.read(&topic("a")).await.expect_err("it is not let in")));
    said.push(fault(&nats, &["authorization violation"]).await);
    let missing = Nats::new(server.options().credentials(folder.path().join("none.creds")));
    said.push(fault(&missing, &["none.creds"]).await);
    let file = stranger.file();
    let half = file.split("-----BEGIN USER NKEY").next().unwrap();
    let spoilt = Nats::new(server.options().credentials_text(half));
    said.push(fault(&spoilt, &["reading the credentials"]).await);
    for said in said {
        assert!(stranger.secrets().iter().all(|secret| !said.contains(secret)), "{said}");
    }
}

/// `ann` may do all, `bob` may not write, `eve` may not even look; `dan` may do just what is needed to read all
/// and to write the family `doc`, which is what the guide says.
const USERS: &str = r#"authorization { users: [
    { user: ann, password: ann }
    { user: bob, password: bob, permissions: { publish: { deny: "$KV.>" } } }
    { user: dan, password: dan, permissions: {
        publish: [
            "$JS.API.STREAM.INFO.KV_board"
            "$JS.API.CONSUMER.CREATE.KV_board", "$JS.API.CONSUMER.CREATE.KV_board.>"
            "$JS.API.CONSUMER.DELETE.KV_board.>", "$JS.API.DIRECT.GET.KV_board.>", "$JS.FC.KV_board.>"
            "$KV.board.doc.>"
        ]
        subscribe: "_INBOX_dan.>"
    } }
    { user: eve, password: eve, permissions: { publish: { deny: "$JS.API.STREAM.>" } } }
] }"#;

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_write_is_told_so_sees_what_others_write_and_loses_nothing() {
    let server = Server::with(USERS);
    let user = |name: &str| Nats::new(server.options().user(name, name));
    let (ann, bob) = (user("ann"), user("bob"));
    assert_eq!(ann.write(&topic("a"), 0, b"1".to_vec()).await, Ok(1));
    // At once: nobody waits for the answer that never comes.
    let denied = bob.write(&topic("a"), 1, b"2".to_vec()).await;
    let Err(WriteError::Refused(fault)) = &denied else { panic!("{denied:?}") };
    let words =
        "this user may not: the server says Permissions Violation for Publish to \"$KV.board.a\"";
    assert_eq!(fault.reason, words);

    let machines = [("ann", 1), ("bob", 2)]
        .map(|(name, number)| Machine::start(user(name), &Machine::new_disk(number), 1));
    machines[0].add(1);
    until(|| machines[1].list() == [1]).await;
    machines[1].add(2);
    let is_refused =
        || matches!(machines[1].status(), Status::Refused(why) if why.contains("may not"));
    until(is_refused).await;
    machines[0].add(3);
    until(|| machines[1].list() == [1, 3, 2]).await;
    until(|| machines[0].status() == Status::InStep).await;
    assert_eq!(machines[0].list(), [1, 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn why_there_is_no_connection_is_said_by_reads_writes_and_the_watch() {
    let server = Server::with(USERS);
    let options = server.options().user("ann", "another").timeout(GIVEN_UP);
    let why = "authorization violation";
    let nats = Nats::new(options);
    fault(&nats, &[why]).await;
    let read = nats.read(&topic("a")).await.expect_err("it is not let in").to_string();
    let written = nats.write(&topic("a"), 0, b"1".to_vec()).await.expect_err("nor here");
    assert!(read.contains(why) && written.to_string().contains(why), "{read} {written}");
    let nowhere = Options::new("nats://nowhere.invalid", "board").timeout(GIVEN_UP);
    fault(&Nats::new(nowhere), &["dns error", "io error"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_watch_is_told_so() {
    let server = Server::with(USERS);
    let eve = Nats::new(server.options().user("eve", "eve"));
    let words = "this user may not: the server says permissions violation";
    let said = fault(&eve, &[words]).await;
    assert!(said.contains("$JS.API.STREAM.INFO.KV_board"), "{said}");
}

/// Such a bucket is asked in another way, for which there is a permission of its own.
#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_read_a_bucket_that_does_not_answer_directly_is_told_so() {
    let server = Server::with(USERS);
    let ann = ConnectOptions::with_user_and_password("ann".into(), "ann".into());
    let ann = jetstream::new(ann.connect(server.url()).await.unwrap());
    let config = stream::Config {
        name: "KV_board".to_owned(),
        subjects: vec!["$KV.board.>".to_owned()],
        max_messages_per_subject: 1,
        ..stream::Config::default()
    };
    ann.create_stream(config).await.unwrap();
    let dan = Nats::new(server.options().user("dan", "dan").inbox("_INBOX_dan").existing());
    assert_eq!(dan.write(&topic("doc:1"), 0, b"1".to_vec()).await, Ok(1));
    let denied = dan.read(&topic("doc:1")).await.expect_err("he may not").to_string();
    assert!(denied.contains("$JS.API.STREAM.MSG.GET.KV_board"), "{denied}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_write_one_family_writes_that_and_nothing_else() {
    let server = Server::with(USERS);
    let user = |name: &str| server.options().user(name, name);
    let ann = Nats::new(user("ann"));
    assert_eq!(ann.write(&topic("a"), 0, b"1".to_vec()).await, Ok(1));
    let dan = Nats::new(user("dan").inbox("_INBOX_dan").existing());
    let mut watch = dan.watch();
    let told = timeout(PATIENCE, watch.next()).await.expect("some news");
    assert!(matches!(told, Some(News::Entry(name, _)) if name == topic("a")));
    assert_eq!(dan.write(&topic("doc:1"), 0, b"2".to_vec()).await, Ok(2));
    assert!(dan.read(&topic("doc:1")).await.expect("an answer").is_some());
    for other in ["a", "doc", "document:1"] {
        let denied = dan.write(&topic(other), 0, b"3".to_vec()).await;
        assert!(matches!(denied, Err(WriteError::Refused(_))), "{other}: {denied:?}");
    }
    // A header that would empty the bucket, by a write of what he may write.
    let client = ConnectOptions::with_user_and_password("dan".into(), "dan".into());
    let client = client.custom_inbox_prefix("_INBOX_dan").connect(server.url()).await.unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("Nats-Rollup", "all");
    let purge = client.request_with_headers("$KV.board.doc.1", headers, "".into()).await.unwrap();
    assert!(String::from_utf8_lossy(&purge.payload).contains("rollup not permitted"), "{purge:?}");
    assert!(dan.read(&topic("a")).await.expect("an answer").is_some());
    let words = "permissions violation for subscription to \"_inbox.";
    fault(&Nats::new(user("dan")), &[words]).await;
}
