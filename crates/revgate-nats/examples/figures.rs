//! What topics on a server cost there: `cargo run --release -p revgate-nats --example figures`, on Linux.
//!
//! It starts a `nats-server` of its own, and ends it.

use std::error::Error;
use std::fs;
use std::time::{Duration, Instant};

use futures_util::stream::{self, BoxStream, StreamExt};
use revgate::TopicName;
use revgate::action::{Seq, Source};
use revgate_nats::{Nats, Options};
use revgate_upstream::{Acks, Envelope, News, Upstream};
use serde_json::value::to_raw_value;
use tokio::time::timeout;
use xtask::nats::Server;
use xtask::workspace::Workspace;

type Failure = Box<dyn Error + Send + Sync>;

const WRITES: u64 = 2_000;
const TOPICS: u64 = 10_000;
const CLIENTS: usize = 200;
const BUCKETS: usize = 100;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let value = envelope()?;
    println!("a state of 100 bytes, written by 2 machines: {} bytes in the store", value.len());
    writes(&start("")?, "by default", &value).await?;
    let folder = tempfile::tempdir()?;
    let always = format!("jetstream {{ store_dir: {:?}, sync_interval: always }}", folder.path());
    match start(&always) {
        Ok(server) => writes(&server, "synced at each write", &value).await?,
        Err(error) => println!("this server cannot sync at each write: {error}"),
    }
    let server = start("")?;
    let nats = nats(&server, "board");
    nats.read(&name(0)?).await?;
    let empty = memory(&server)?;
    write_all(&nats, TOPICS, &value).await?;
    println!("memory of the server per topic: {:.0} bytes", per(memory(&server)? - empty, TOPICS));
    let begun = Instant::now();
    current(&mut nats.watch()).await?;
    println!("{TOPICS} topics are told to who starts within {} ms", begun.elapsed().as_millis());
    clients(&value).await?;
    buckets().await
}

async fn writes(server: &Server, how: &str, value: &[u8]) -> Result<(), Failure> {
    let (one, many) = (one_topic(server, value).await?, many_topics(server, value).await?);
    println!("writes per second, {how}: one topic {one:.0}, 1,000 topics {many:.0}");
    Ok(())
}

/// What one connection with its watch costs, and how long it takes to tell all of them of a write.
async fn clients(value: &[u8]) -> Result<(), Failure> {
    let server = start("")?;
    let writer = nats(&server, "board");
    writer.write(&name(0)?, 0, value.to_vec()).await?;
    let without = memory(&server)?;
    let all: Vec<_> = (0..CLIENTS).map(|_| nats(&server, "board")).collect();
    let mut watches: Vec<_> = all.iter().map(Upstream::watch).collect();
    for watch in &mut watches {
        current(watch).await?;
    }
    let each = per(memory(&server)? - without, CLIENTS as u64);
    println!("memory of the server per machine: {each:.0} bytes");
    let begun = Instant::now();
    writer.write(&name(0)?, 1, value.to_vec()).await?;
    for watch in &mut watches {
        watch.next().await;
    }
    println!("{CLIENTS} machines are told of a write within {} ms", begun.elapsed().as_millis());
    Ok(())
}

async fn buckets() -> Result<(), Failure> {
    let server = start("")?;
    nats(&server, "first").read(&name(0)?).await?;
    let without = memory(&server)?;
    for bucket in 0..BUCKETS {
        nats(&server, &format!("bucket-{bucket}")).read(&name(0)?).await?;
    }
    // Each was made by a connection that has ended.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let each = per(memory(&server)? - without, BUCKETS as u64);
    println!("memory of the server per bucket: {each:.0} bytes");
    Ok(())
}

fn start(settings: &str) -> Result<Server, Failure> {
    Ok(Server::start(&Workspace::find()?, settings)?)
}

fn nats(server: &Server, bucket: &str) -> Nats {
    Nats::new(Options::new(server.url(), bucket))
}

fn name(number: u64) -> Result<TopicName, Failure> {
    Ok(format!("card:{number}").parse()?)
}

fn envelope() -> Result<Vec<u8>, Failure> {
    let number = |machine: u64| Source::new(machine.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let acks = [1, 2].into_iter().fold(Acks::default(), |acks, machine| {
        acks.with(number(machine), Seq::new(1_764_000_000 << 32))
    });
    let state = Some(to_raw_value(&"x".repeat(98))?);
    Ok(Envelope { schema: 0, acks, state }.encode()?)
}

/// Each expects the one before.
async fn one_topic(server: &Server, value: &[u8]) -> Result<f64, Failure> {
    let (nats, topic) = (nats(server, "one"), name(0)?);
    let mut revision = nats.write(&topic, 0, value.to_vec()).await?;
    let begun = Instant::now();
    for _ in 0..WRITES {
        revision = nats.write(&topic, revision, value.to_vec()).await?;
    }
    Ok(WRITES as f64 / begun.elapsed().as_secs_f64())
}

async fn many_topics(server: &Server, value: &[u8]) -> Result<f64, Failure> {
    let nats = nats(server, "many");
    nats.read(&name(0)?).await?;
    let begun = Instant::now();
    write_all(&nats, 1_000, value).await?;
    Ok(1_000.0 / begun.elapsed().as_secs_f64())
}

/// 64 at a time.
async fn write_all(nats: &Nats, topics: u64, value: &[u8]) -> Result<(), Failure> {
    let write = async |number| -> Result<(), Failure> {
        nats.write(&name(number)?, 0, value.to_vec()).await?;
        Ok(())
    };
    let mut writes = stream::iter(0..topics).map(write).buffer_unordered(64);
    while let Some(written) = writes.next().await {
        written?;
    }
    Ok(())
}

async fn current(watch: &mut BoxStream<'_, News>) -> Result<(), Failure> {
    let told = async { while !matches!(watch.next().await, Some(News::Current)) {} };
    Ok(timeout(Duration::from_secs(60), told).await?)
}

/// What it has of the machine's, in bytes.
fn memory(server: &Server) -> Result<f64, Failure> {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id().ok_or("it is down")?))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no Linux")?;
    let kilobytes = line.trim_end_matches("kB").trim().parse::<f64>()?;
    Ok(kilobytes * 1024.0)
}

fn per(bytes: f64, count: u64) -> f64 {
    bytes / count as f64
}
