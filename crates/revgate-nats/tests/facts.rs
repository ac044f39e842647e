//! What this crate relies on, of a real server: and what it makes of that.

#![allow(clippy::unwrap_used)]

mod common;

use std::time::Duration;

use async_nats::jetstream::{self, stream};
use common::{GIVEN_UP, PATIENCE, Server};
use futures_util::StreamExt;
use revgate::TopicName;
use revgate_nats::Nats;
use revgate_upstream::{Entry, News, Upstream, WriteError};
use tokio::net::TcpListener;
use tokio::time::{sleep, timeout};

fn topic(name: &str) -> TopicName {
    name.parse().expect("a name")
}

async fn written(nats: &Nats, name: &str, expected: u64, value: &str) -> u64 {
    let topic = topic(name);
    let written = Upstream::write(nats, &topic, expected, value.into()).await;
    written.expect("it is written")
}

async fn value(nats: &Nats, name: &str) -> Option<(u64, String)> {
    let topic = topic(name);
    let Entry { revision, value } = Upstream::read(nats, &topic).await.expect("an answer")?;
    Some((revision, String::from_utf8(value.expect("readable")?).expect("text")))
}

async fn next(news: &mut (impl StreamExt<Item = News> + Unpin)) -> String {
    match timeout(PATIENCE, news.next()).await.expect("some news").unwrap() {
        News::Entry(topic, Entry { revision, value }) => {
            let value =
                value.unwrap().map_or("deleted".to_owned(), |it| String::from_utf8(it).unwrap());
            format!("{topic} {revision} {value}")
        }
        News::Current => "current".to_owned(),
        News::Lost(_) => "lost".to_owned(),
    }
}

/// What this gives at last, asked again and again.
async fn at_last<T>(ask: impl AsyncFn() -> Option<T>) -> T {
    let asked = async {
        loop {
            if let Some(given) = ask().await {
                return given;
            }
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, asked).await.expect("it comes to that")
}

/// What is read, with this revision or a later one.
async fn found(nats: &Nats, topic: &TopicName, least: u64) -> Entry {
    let read = async || Upstream::read(nats, topic).await.ok().flatten();
    at_last(async || read().await.filter(|found| found.revision >= least)).await
}

/// Until the one client of a server that is down knows of it: it calls where that was.
async fn missed(server: &Server) {
    let there = TcpListener::bind(("127.0.0.1", server.port())).await.expect("it is free");
    timeout(PATIENCE, there.accept()).await.expect("somebody calls").expect("it connects");
}

/// What is told until all is told that lay there.
async fn snapshot(news: &mut (impl StreamExt<Item = News> + Unpin)) -> Vec<String> {
    let mut told = Vec::new();
    loop {
        match next(news).await.as_str() {
            "current" => return told,
            "lost" => told.clear(),
            entry => told.push(entry.to_owned()),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_is_made_with_the_first_use_and_revisions_are_the_buckets() {
    let server = Server::start();
    let (one, other) = (server.nats(), server.nats());
    assert_eq!(value(&one, "doc:1").await, None);
    assert_eq!(written(&one, "doc:1", 0, "a").await, 1);
    assert_eq!(written(&other, "doc:2", 0, "b").await, 2);
    assert_eq!(written(&other, "doc:1", 1, "c").await, 3, "with a gap");
    assert_eq!(value(&one, "doc:1").await, Some((3, "c".to_owned())));
    for expected in [0, 1, 2, 4] {
        let late = Upstream::write(&one, &topic("doc:1"), expected, b"d".to_vec()).await;
        assert_eq!(late, Err(WriteError::Conflict), "{expected}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_up_while_the_server_is_down_may_be_made_later_and_one_of_two_is() {
    let mut server = Server::start();
    let nats = Nats::new(server.options().timeout(GIVEN_UP));
    let a = topic("a");
    let write = async || Upstream::write(&nats, &a, 0, b"1".to_vec()).await;
    at_last(async || (!matches!(write().await, Err(WriteError::Unknown(_)))).then_some(())).await;
    found(&nats, &a, 1).await;
    server.kill();
    // What is sent before that has gone with the server.
    missed(&server).await;
    let late = Upstream::write(&nats, &a, 1, b"late".to_vec()).await;
    assert!(matches!(late, Err(WriteError::Unknown(_))), "{late:?}");
    let again = Upstream::write(&nats, &a, 1, b"again".to_vec()).await;
    assert!(matches!(again, Err(WriteError::Unknown(_))), "{again:?}");
    server.restart();
    let found = found(&nats, &a, 2).await;
    assert_eq!(
        (found.revision, found.value),
        (2, Ok(Some(b"late".to_vec()))),
        "and the other is refused"
    );
    sleep(Duration::from_millis(300)).await;
    assert_eq!(value(&server.nats(), "a").await, Some((2, "late".to_owned())));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_tells_what_lies_there_and_then_what_is_new() {
    let server = Server::start();
    let nats = server.nats();
    let mut news = nats.watch();
    assert_eq!(next(&mut news).await, "current", "nothing lies there, and nobody has to wait");
    written(&nats, "doc:1", 0, "a").await;
    written(&nats, "doc:2", 0, "b").await;
    written(&nats, "doc:1", 1, "c").await;
    for told in ["doc:1 1 a", "doc:2 2 b", "doc:1 3 c"] {
        assert_eq!(next(&mut news).await, told);
    }
    let other = server.nats();
    assert_eq!(snapshot(&mut other.watch()).await, ["doc:2 2 b", "doc:1 3 c"]);
}

/// Of server 2.9, one in three of the client's own watches never says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_watch_that_begins_while_others_write_says_when_all_is_told() {
    let server = Server::start();
    let (writer, reader) = (server.nats(), server.nats());
    let mut revision = written(&writer, "a", 0, "1").await;
    for _ in 0..40 {
        let write = async {
            for _ in 0..3 {
                revision = written(&writer, "a", revision, "1").await;
            }
        };
        let mut news = reader.watch();
        let ((), told) = tokio::join!(write, snapshot(&mut news));
        assert!(!told.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_goes_on_after_a_kill_with_all_that_lies_there() {
    let mut server = Server::start();
    let nats = server.nats();
    let mut news = nats.watch();
    assert_eq!(next(&mut news).await, "current");
    written(&nats, "a", 0, "1").await;
    assert_eq!(next(&mut news).await, "a 1 1");
    server.kill();
    assert_eq!(next(&mut news).await, "lost");
    server.restart();
    assert_eq!(snapshot(&mut news).await, ["a 1 1"]);
    written(&nats, "a", 1, "2").await;
    assert_eq!(next(&mut news).await, "a 2 2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_was_restored_is_told_anew_though_its_revisions_went_back() {
    let mut server = Server::start();
    let nats = server.nats();
    let mut news = nats.watch();
    assert_eq!(next(&mut news).await, "current");
    written(&nats, "a", 0, "1").await;
    server.kill();
    let copy = server.back_up();
    server.restart();
    assert_eq!(snapshot(&mut news).await, ["a 1 1"]);
    written(&nats, "a", 1, "2").await;
    written(&nats, "a", 2, "3").await;
    server.kill();
    server.restore(&copy);
    server.restart();
    while next(&mut news).await != "lost" {}
    assert_eq!(snapshot(&mut news).await, ["a 1 1"]);
    written(&nats, "a", 1, "4").await;
    assert_eq!(next(&mut news).await, "a 2 4");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_was_deleted_and_made_again_is_noticed_without_the_link_being_lost() {
    let server = Server::start();
    let nats = Nats::new(server.options().check(Duration::from_secs(1)));
    let mut news = nats.watch();
    assert_eq!(next(&mut news).await, "current");
    for revision in 0..3 {
        written(&nats, "a", revision, "old").await;
    }
    for revision in 1..=3 {
        assert_eq!(next(&mut news).await, format!("a {revision} old"));
    }
    let admin = async_nats::connect(server.url()).await.unwrap();
    jetstream::new(admin).delete_stream("KV_board").await.unwrap();
    let other = server.nats();
    written(&other, "b", 0, "new").await;
    while next(&mut news).await != "lost" {}
    let mut told = snapshot(&mut news).await;
    if told.is_empty() {
        // It was noticed, and made again, before the other has written.
        told.push(next(&mut news).await);
    }
    assert_eq!(told, ["b 1 new"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_whose_newest_value_was_purged_is_told_to_its_end() {
    let server = Server::with(
        r#"authorization { users: [
            { user: ann, password: ann }
            { user: bob, password: bob, permissions: { publish: { deny: "$JS.API.DIRECT.GET.>" } } }
        ] }"#,
    );
    let ann = Nats::new(server.options().user("ann", "ann"));
    written(&ann, "a", 0, "1").await;
    written(&ann, "b", 0, "2").await;
    let admin = async_nats::ConnectOptions::with_user_and_password("ann".into(), "ann".into());
    let admin = admin.connect(server.url()).await.unwrap();
    let stream = jetstream::new(admin).get_stream("KV_board").await.unwrap();
    stream.purge().filter("$KV.board.b").await.unwrap();

    let mut watch = ann.watch();
    assert_eq!([next(&mut watch).await, next(&mut watch).await], ["a 1 1", "current"]);
    // He may not ask what lies there last, and has no answer: it is found out when nothing more comes.
    let bob = server.options().user("bob", "bob").timeout(GIVEN_UP).check(Duration::from_secs(1));
    let bob = Nats::new(bob);
    let mut watch = bob.watch();
    assert_eq!(snapshot(&mut watch).await, ["a 1 1"]);

    stream.purge().await.unwrap();
    let nats = Nats::new(server.options().user("ann", "ann"));
    assert_eq!(next(&mut nats.watch()).await, "current", "nothing lies there any more");
    written(&nats, "a", 0, "3").await;
    // It may have noticed, and have begun anew.
    while next(&mut watch).await != "a 3 3" {}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_is_emptied_is_noticed_also_while_it_is_written_to() {
    let server = Server::start();
    let nats = Nats::new(server.options().check(Duration::from_secs(1)));
    for (name, revision) in [("a", 1), ("b", 2)] {
        assert_eq!(written(&nats, name, 0, "1").await, revision);
    }
    let mut news = nats.watch();
    assert_eq!(snapshot(&mut news).await, ["a 1 1", "b 2 1"]);
    let admin = async_nats::connect(server.url()).await.unwrap();
    let stream = jetstream::new(admin).get_stream("KV_board").await.unwrap();
    stream.purge().await.unwrap();
    let write = async {
        let mut revision = 0;
        loop {
            revision = written(&nats, "c", revision, "1").await;
            sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        () = write => unreachable!(),
        () = async { while next(&mut news).await != "lost" {} } => {}
    }
    let told = snapshot(&mut news).await;
    assert!(told.iter().all(|told| told.starts_with("c ")), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_is_too_large_is_refused_by_its_size_and_the_limit_and_nothing_is_lost() {
    let server = Server::start();
    let nats = server.nats();
    assert_eq!(written(&nats, "a", 0, "1").await, 1);
    let most = 1024 * 1024 - 128;
    let large = Upstream::write(&nats, &topic("a"), 1, vec![b'x'; most + 1]).await;
    let error = large.expect_err("it is too large").to_string();
    assert!(error.starts_with("the topic `a` is 1048449 bytes as it would be stored"), "{error}");
    assert!(error.contains("takes 1048448"), "{error}");
    assert_eq!(value(&nats, "a").await, Some((1, "1".to_owned())));
    let largest = Upstream::write(&nats, &topic("a"), 1, vec![b'x'; most]).await;
    assert_eq!(largest, Ok(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_bucket_is_allowed_more_of_it_is_sent_without_a_new_connection() {
    let server = Server::start();
    let admin = jetstream::new(async_nats::connect(server.url()).await.unwrap());
    let made_by_hand = |max_message_size| stream::Config {
        name: "KV_board".to_owned(),
        subjects: vec!["$KV.board.>".to_owned()],
        max_messages_per_subject: 1,
        max_message_size,
        ..stream::Config::default()
    };
    admin.create_stream(made_by_hand(1024)).await.unwrap();
    let nats = server.nats();
    let write = || async { Upstream::write(&nats, &topic("a"), 0, vec![b'x'; 2048]).await };
    let refused = write().await.expect_err("it is too large").to_string();
    assert!(refused.contains("takes 896"), "{refused}");
    admin.update_stream(made_by_hand(4096)).await.unwrap();
    assert_eq!(write().await, Ok(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_by_hand_is_told_so_and_written_on() {
    let server = Server::start();
    let nats = server.nats();
    written(&nats, "a", 0, "1").await;
    let mut news = nats.watch();
    assert_eq!(snapshot(&mut news).await, ["a 1 1"]);
    let admin = async_nats::connect(server.url()).await.unwrap();
    let store = jetstream::new(admin).get_key_value("board").await.unwrap();
    store.delete("a").await.unwrap();
    assert_eq!(next(&mut news).await, "a 2 deleted");
    let read = Upstream::read(&nats, &topic("a")).await;
    assert_eq!(read, Ok(Some(Entry { revision: 2, value: Ok(None) })));
    assert_eq!(written(&nats, "a", 2, "3").await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_in_nothing_that_is_said() {
    const SECRET: &str = "Pa55w0rd-of-mine";
    let users = format!("authorization {{ user: ann, password: \"{SECRET}\" }}");
    let server = Server::with(&users);
    let right = Nats::new(server.options().user("ann", SECRET));
    assert_eq!(written(&right, "a", 0, "1").await, 1);

    let wrong = SECRET.to_lowercase();
    let address = format!("nats://ann:{wrong}@127.0.0.1:{}", server.port());
    let at = |address: String| revgate_nats::Options::new(address, "board");
    let in_address = at(address);
    // What has a `/`, a `?` or a `#` in it is another host's name to who reads addresses.
    let refused = [
        format!("nats:// ann:{wrong}@:x"),
        format!("nats://{wrong}/et@127.0.0.1"),
        format!("nats://{wrong}?et@127.0.0.1"),
        format!("nats://ann:{wrong}#et@127.0.0.1"),
        format!("{wrong}@127.0.0.1"),
    ];
    let refused = refused.map(at);
    for options in refused.into_iter().chain([server.options().user("ann", &wrong), in_address]) {
        let options = options.timeout(GIVEN_UP);
        let mut said = vec![format!("{options:?}")];
        let nats = Nats::new(options);
        said.push(format!("{nats:?} {}", nats.place()));
        let error = Upstream::read(&nats, &topic("a")).await.expect_err("it is not let in");
        said.push(format!("{error} {error:?}"));
        let error = Upstream::write(&nats, &topic("a"), 0, Vec::new()).await.expect_err("nor here");
        said.push(format!("{error} {error:?}"));
        if let Some(News::Lost(fault)) = nats.watch().next().await {
            said.push(format!("{fault} {fault:?}"));
        }
        assert_eq!(said.len(), 5, "{said:?}");
        for said in said {
            let is_open = said.to_lowercase().contains(&wrong);
            assert!(!is_open, "{said}");
        }
    }
}
