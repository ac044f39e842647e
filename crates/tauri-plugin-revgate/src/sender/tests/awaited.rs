//! Topics that windows wait for before there are any.

use super::*;

/// A window that waits for `topic`: the id of its subscription, and what it hears.
fn wait_for(registry: &Registry, topic: &str, window: &str) -> (Option<u32>, Receiver<String>) {
    let (sender, heard) = mpsc::channel();
    let channel = Channel::new(move |body| {
        let InvokeResponseBody::Json(json) = body else { panic!("announcements are JSON") };
        sender.send(json).expect("the test listens");
        Ok(())
    });
    (registry.wait_for(topic, window, channel, false), heard)
}

fn family(sender: &Bench) -> Family<Counter> {
    sender.registry.register_family::<Counter>(TopicOptions::new()).expect("a new name");
    Family::find(&sender.registry).expect("registered")
}

#[test]
fn who_waits_for_one_of_a_family_hears_of_its_beginning_and_of_all_that_follows() {
    let mut sender = Bench::new();
    let counters = family(&sender);
    let (id, heard) = wait_for(&sender.registry, "counter:1", "main");
    let (_, other) = wait_for(&sender.registry, "counter:2", "main");
    let counter = counters.create("1", Counter { count: 7 }).expect("new");
    sender.turn(0);
    let news = parse(&heard.try_recv().expect("at once"));
    assert_eq!(news.invalidation.topic.as_str(), "counter:1");
    assert!(matches!(news.payload, Payload::State(state) if state["count"] == 7));
    counter.update(|counter| counter.count = 8).expect("valid");
    sender.turn(10_000);
    assert_eq!(revisions(&heard), [2]);
    assert_eq!(other.try_iter().count(), 0, "of no other one");

    // It is a subscription as any: counted, and ended by its id.
    let subscribers = counter.cell.subscribers();
    assert_eq!(subscribers.count_by_window()["main"], 1);
    assert!(subscribers.remove("main", id.expect("it may come")));
    assert_eq!(wait_for(&sender.registry, "counter:1", "main").0, None, "it is there");

    // Removed, it ends as ever, and may be waited for again.
    counters.remove("1");
    let (id, heard) = wait_for(&sender.registry, "counter:1", "main");
    assert!(id.is_some());
    counters.create("1", Counter { count: 9 }).expect("new");
    sender.turn(20_000);
    assert_eq!(revisions(&heard), [1]);
}

#[test]
fn what_cannot_come_is_not_waited_for_and_who_has_gone_waits_no_more() {
    let mut sender = Bench::new();
    let counters = family(&sender);
    for never in ["counter", "other:1", "counters:1", "counter:1#/count", "counter:no name"] {
        assert_eq!(wait_for(&sender.registry, never, "main").0, None, "{never}");
    }
    let waiting: Vec<_> =
        (0..257).map(|key| wait_for(&sender.registry, &format!("counter:{key}"), "main")).collect();
    let counted = waiting.iter().filter(|(id, _)| id.is_some()).count();
    assert_eq!(counted, 256, "none can fill the memory");
    let (id, heard) = wait_for(&sender.registry, "counter:0", "settings");
    assert!(!sender.registry.stop_waiting("counter:0", "main", 99), "it has no such");
    assert!(sender.registry.stop_waiting("counter:0", "settings", id.expect("room")));
    assert!(heard.recv().is_err(), "its channel ends");
    assert_eq!(sender.registry.drop_window("main").len(), 256);
    counters.create("0", Counter::default()).expect("new");
    sender.turn(0);
    assert!(waiting.iter().all(|(_, heard)| heard.try_recv().is_err()));
    assert_eq!(counters.get("0").expect("there").cell.subscribers().all().len(), 0);
}
