//! Two machines on one bucket of a real server, which is killed, restored, and cut off.

#[allow(dead_code, reason = "other tests use the rest of it")]
mod common;
#[path = "common/machine.rs"]
mod machine;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use common::{GIVEN_UP, PATIENCE, Server};
use machine::{List, Machine};
use revgate_nats::{Nats, Options};
use revgate_upstream::Status;
use tokio::time::sleep;
use xtask::proxy::{Proxy, Way};

fn through(proxy: &Proxy) -> Nats {
    let server = proxy.url();
    Nats::new(Options::new(server, "board").timeout(GIVEN_UP))
}

/// What a kill takes with it is soon asked for again.
fn nats(server: &Server) -> Nats {
    Nats::new(server.options().timeout(GIVEN_UP))
}

/// What all show, once they show the same, and the store has it.
async fn settled(machines: &[Machine], least: usize) -> List {
    let until = Instant::now() + PATIENCE;
    loop {
        let lists: Vec<_> = machines.iter().map(Machine::list).collect();
        let in_step = machines.iter().all(|machine| machine.status() == Status::InStep);
        if in_step && lists.windows(2).all(|two| two[0] == two[1]) && lists[0].len() >= least {
            return lists[0].clone();
        }
        let told: Vec<_> = machines.iter().map(|it| (it.status(), it.list().len())).collect();
        assert!(Instant::now() < until, "they do not come together: {told:?}, of {least}");
        sleep(Duration::from_millis(5)).await;
    }
}

fn check(list: &List, done: &BTreeSet<u32>) {
    let once: BTreeSet<_> = list.iter().copied().collect();
    assert_eq!(once.len(), list.len(), "twice");
    assert_eq!(&once, done, "lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_machines_that_do_five_hundred_things_each_a_thousand_are_done() {
    let server = Server::start();
    let machines =
        [1, 2].map(|number| Machine::start(nats(&server), &Machine::new_disk(number), 1));
    let begun = Instant::now();
    for number in 0..500 {
        machines[0].add(number);
        machines[1].add(1_000 + number);
        tokio::task::yield_now().await;
    }
    let list = settled(&machines, 1_000).await;
    check(&list, &(0..500).chain(1_000..1_500).collect());
    assert!(!machines.iter().any(Machine::misses));
    println!("1000 of 1000 after {:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_is_restored_or_lost_gets_back_what_the_machines_have() {
    let mut server = Server::start();
    let machines =
        [1, 2].map(|number| Machine::start(nats(&server), &Machine::new_disk(number), 1));
    let mut done = BTreeSet::new();
    let mut add = |machine: &Machine, number| {
        machine.add(number);
        done.insert(number);
        done.clone()
    };
    add(&machines[0], 1);
    add(&machines[1], 2);
    settled(&machines, 2).await;
    server.kill();
    let copy = server.back_up();
    server.restart();
    add(&machines[0], 3);
    add(&machines[1], 4);
    settled(&machines, 4).await;
    server.kill();
    server.restore(&copy);
    // Both go on where they were.
    add(&machines[0], 5);
    let all = add(&machines[1], 6);
    server.restart();
    check(&settled(&machines, 6).await, &all);

    let admin = async_nats::connect(server.url()).await.expect("a client");
    let admin = async_nats::jetstream::new(admin);
    admin.delete_stream("KV_board").await.expect("it is deleted");
    add(&machines[0], 7);
    let all = add(&machines[1], 8);
    check(&settled(&machines, 8).await, &all);
    assert!(!machines.iter().any(Machine::misses));
}

/// `ROUNDS` of them, from `SEED` on.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_cut_or_killed_nothing_is_lost_or_done_twice() {
    let number = |name: &str, default| {
        std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
    };
    let (rounds, seed) = (number("ROUNDS", 12), number("SEED", 1));
    let mut random = fastrand::Rng::with_seed(seed);
    let mut server = Server::start();
    let proxies = [(); 2].map(|()| Proxy::to(server.port()).expect("a proxy"));
    let begin = |index: usize| {
        Machine::start(through(&proxies[index]), &Machine::new_disk(index as u64 + 1), 1)
    };
    let mut machines = vec![begin(0), begin(1)];
    let (mut done, mut next) = (BTreeSet::new(), 0);
    let mut slowest = Duration::ZERO;
    for round in 0..rounds {
        for _ in 0..random.u32(1..4) {
            let index = random.usize(0..2);
            match random.u8(0..4) {
                0 => proxies[index].set(Way::Cut),
                1 => server.kill(),
                2 => {
                    let disk = machines.remove(index).kill();
                    machines
                        .insert(index, Machine::start(through(&proxies[index]), &disk, round + 2));
                }
                _ => {}
            }
            for _ in 0..random.u32(0..10) {
                let index = random.usize(0..2);
                machines[index].add(next);
                done.insert(next);
                next += 1;
                sleep(Duration::from_micros(random.u64(0..3_000))).await;
            }
            if random.bool() {
                server.kill();
                server.restart();
            }
        }
        server.kill();
        server.restart();
        proxies.iter().for_each(|proxy| proxy.set(Way::Open));
        let healed = Instant::now();
        check(&settled(&machines, done.len()).await, &done);
        slowest = slowest.max(healed.elapsed());
        assert!(!machines.iter().any(Machine::misses), "round {round}");
    }
    println!("rounds={rounds} edits={next} slowest_ms={}", slowest.as_millis());
}
