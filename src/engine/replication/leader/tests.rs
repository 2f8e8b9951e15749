//! What must hold, whatever the schedule; and what may be lost, and then is listed.

use proptest::prelude::*;

use super::view::lost;
use super::*;
use crate::cluster::day::any_day;
use crate::contract::Engine;
use crate::replication::Verdict;
use crate::testing::{commands, go_on, run};

type Nodes = Cluster<Leader>;

/// A run of nodes that lead and follow, its outcomes aside.
fn after(given: &[(&str, &str)], script: &str) -> Nodes {
    run(given, script).0
}

/// What the node has of a key.
fn value(cluster: &Nodes, node: usize, key: &str) -> Option<String> {
    let found = cluster.nodes[node - 1].log.find(key.as_bytes());
    found.map(|(_, entry)| String::from_utf8(entry.value().to_vec()).unwrap())
}

/// FAULTS R4: two writes overlap, the leader takes the later begun first, and the read is right.
#[test]
fn r4_a_healthy_leader_is_not_said_to_answer_stale() {
    let given = [("jitter", "40"), ("seed", "6")];
    let (cluster, outcomes) = run::<Nodes>(&given, "begin put k a; run 1ms; put k b as c2; run 200ms; get k");
    assert_eq!(outcomes.last(), Some(&Outcome::Value(Some("a".to_owned()))), "the first begun is the last in the log");
    assert!(cluster.witness.history.calls().all(|call| call.verdict.is_none_or(|verdict| verdict == Verdict::Fresh)));
}

const DAYS: u64 = 100;

/// Writes, reads and all that fate can do, while n1 is the leader, or what is left of it.
fn a_day(seed: u64, given: &[(&str, &str)]) -> Nodes {
    const CALLS: [&str; 6] = [
        "put k0 a",
        "put k1 b as c2",
        "begin put k0 c",
        "begin put k1 d as c2",
        "get k0 via n2",
        "begin get k1 via n3",
    ];
    let text = seed.to_string();
    let mut cluster = after(&[&[("seed", &*text), ("jitter", "40"), ("timeout", "150")], given].concat(), "");
    let script = any_day::<Leader>(seed, 30, &cluster, &CALLS);
    go_on(&mut cluster, &script, &mut ());
    cluster
}

/// How many writes are lost when the leader dies at the end of a day and `next` is named.
fn lost_by_death(seed: u64, given: &[(&str, &str)], next: fn(&Nodes) -> NodeId) -> usize {
    let mut cluster = a_day(seed, given);
    let next = next(&cluster);
    go_on(&mut cluster, &format!("stop n1; start {next}; promote {next}"), &mut ());
    for lost in lost(&cluster) {
        assert!(cluster.witness.writes.iter().any(|write| write.told && write.named.call == lost.write.call));
    }
    lost(&cluster).len()
}

#[test]
fn what_was_waited_for_is_there_when_the_leader_dies_and_what_was_not_may_be_lost() {
    let furthest = |cluster: &Nodes| {
        let [two, three] = [1, 2].map(|place| cluster.nodes[place].log.reached());
        NodeId::new(if two >= three { 2 } else { 3 })
    };
    let mut lost = 0;
    for seed in 0..DAYS {
        assert_eq!(lost_by_death(seed, &[], |_| NodeId::new(2)), 0, "seed {seed}: n2 is synchronous");
        let semi = [("n2", "semi"), ("n3", "semi")];
        assert_eq!(lost_by_death(seed, &semi, furthest), 0, "seed {seed}: the one that is further has all");
        lost += lost_by_death(seed, &[("n2", "async")], |_| NodeId::new(2));
    }
    assert!(lost > 10, "only {lost} were lost");
}

#[test]
fn asynchronous_writes_that_are_lost_are_listed() {
    let script = "put k a; settle; delay n1 n2 9s; put k b; put j c; stop n1; promote n2";
    let mut cluster = after(&[("n2", "async")], script);
    let told: Vec<String> = lost(&cluster).iter().map(ToString::to_string).collect();
    assert_eq!(told, ["k = b (c1.2; now a)", "j = c (c1.3; now nothing)"]);
    // It is the leader that died who has them, and it drops them when it comes back.
    assert_eq!(value(&cluster, 1, "k").as_deref(), Some("b"));
    go_on(&mut cluster, "start n1; settle", &mut ());
    assert_eq!(value(&cluster, 1, "k").as_deref(), Some("a"));
}

#[test]
fn followers_are_equal_to_the_leader_once_healed_and_quiet() {
    for seed in 0..DAYS {
        let mut cluster = a_day(seed, &[]);
        // Halfway somebody else is named, whether the old leader is dead or not.
        let script = "start n3; promote n3; run 20ms; put k0 x; put k1 y via n1; start n2; add; put k2 z; heal; settle";
        go_on(&mut cluster, script, &mut ());
        go_on(&mut cluster, "start n1; heal; settle", &mut ());
        assert_eq!(cluster.nodes.iter().filter(|node| node.leads()).count(), 1, "seed {seed}");
        let leader = &view::named(&cluster).log;
        for node in cluster.nodes.iter().map(|node| &node.log) {
            assert_eq!(node.reached(), leader.reached(), "seed {seed}: {}", node.id);
            assert_eq!(node.snapshot().rows, leader.snapshot().rows, "seed {seed}: {}", node.id);
        }
    }
}

#[test]
fn a_stopped_node_comes_back_with_what_it_has_synced_and_nothing_else() {
    for seed in 0..DAYS {
        let mut cluster = a_day(seed, &[]);
        for place in 0..3 {
            let before = cluster.nodes[place].log.clone();
            let node = before.id;
            go_on(&mut cluster, &format!("start {node}; stop {node} lost"), &mut ());
            let after = &cluster.nodes[place].log;
            assert_eq!((after.log(), after.term()), (before.log(), before.term()));
        }
    }
}

#[test]
fn the_client_waits_for_those_whom_the_rule_names_and_for_nobody_else() {
    let took = |given: &[(&str, &str)]| {
        let cluster = after(given, "delay n1 n2 100ms; delay n1 n3 300ms; put k v");
        cluster.now().as_micros() / 1000
    };
    assert_eq!(took(&[("n2", "async")]), 20);
    assert_eq!(took(&[]), 220);
    assert_eq!(took(&[("n2", "semi"), ("n3", "semi")]), 220, "the faster of the two");
    assert_eq!(took(&[("n3", "sync")]), 620);
    assert_eq!(took(&[("n2", "semi"), ("n3", "sync")]), 620);
}

#[test]
fn a_dead_synchronous_follower_stops_all_writes_until_it_is_another() {
    let (mut cluster, outcomes) = run::<Nodes>(&[], "stop n2; put k v; get k");
    assert_eq!(outcomes[1].to_string(), "no answer; whether the write counts is unknown");
    assert_eq!(outcomes[2].to_string(), "v", "it was refused and not taken back");
    assert_eq!(go_on(&mut cluster, "mode n2 async; put k w", &mut ())[1], Outcome::Done);
    // A client that waits is told as soon as the mode lets it.
    go_on(&mut cluster, "mode n2 sync; begin put k x; run 500ms", &mut ());
    assert_eq!(cluster.nodes[0].waiting.len(), 1);
    go_on(&mut cluster, "mode n2 async; settle", &mut ());
    assert_eq!(cluster.nodes[0].waiting.len(), 0);
}

#[test]
fn a_new_follower_has_the_snapshot_and_all_that_came_after_it() {
    for seed in 0..DAYS {
        let text = seed.to_string();
        let given = [("seed", text.as_str()), ("jitter", "60"), ("followers", "1"), ("copy", "200")];
        let mut cluster = after(&given, "put a 1; put b 1; add");
        for number in 0..12 {
            go_on(&mut cluster, &format!("begin put {} {number}; run 15ms", ["a", "b", "c"][number % 3]), &mut ());
        }
        go_on(&mut cluster, "settle; stop n3; start n3; settle", &mut ());
        let [new, of_leader] = [2, 0].map(|place| &cluster.nodes[place].log);
        assert!(new.base().position > 0, "it began with a snapshot");
        assert!(!new.log().is_empty(), "and followed the log from there on");
        assert_eq!(new.end(), of_leader.end());
        assert_eq!(new.snapshot().rows, of_leader.snapshot().rows);
    }
}

#[test]
fn a_follower_without_what_the_snapshot_stands_for_gets_a_snapshot_too() {
    let script = "stop n3; put a 1; put a 2; add; settle; stop n1; promote n4; put b 1; start n3; settle";
    let cluster = after(&[("n2", "async")], script);
    assert_eq!(value(&cluster, 3, "a").as_deref(), Some("2"));
    assert_eq!(value(&cluster, 3, "b").as_deref(), Some("1"));
    // And one whose snapshot holds what the new leader never had begins anew.
    let script = "cut n1 n2; put a 1; put a 2; add; run 500ms; stop n1; promote n2; put b 1; settle";
    let cluster = after(&[("n2", "async"), ("followers", "1")], script);
    assert_eq!((value(&cluster, 3, "a"), value(&cluster, 3, "b").as_deref()), (None, Some("1")));
}

/// What the network has twice is written twice, and no client is told twice; nor is the second one a lost write.
#[test]
fn a_request_that_comes_twice_is_written_twice_and_told_once() {
    let mut cluster =
        after(&[], "begin put k a; duplicate c1>n1; drop m1; settle; begin put k b; duplicate c1>n1; settle");
    let entries = cluster.nodes[1].log.log().iter().map(|entry| entry.value()).collect::<Vec<_>>();
    assert_eq!(entries, [&b""[..], b"a", b"b", b"b"]);
    assert_eq!(crate::testing::counter(&cluster, "writes_acknowledged"), 2);
    go_on(&mut cluster, "stop n1 lost; promote n2", &mut ());
    assert_eq!(lost(&cluster).len(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_day_is_the_same_each_time_and_its_commands_read_as_they_are_written(seed in 0..100_000_u64) {
        const CALLS: [&str; 5] = ["put k a via n2", "begin get k", "promote n2", "add", "mode n3 semi"];
        let mut one = after(&[("jitter", "40")], "");
        let mut two = one.clone();
        let script = any_day::<Leader>(seed, 30, &one, &CALLS);
        go_on(&mut one, &script, &mut ());
        let again = commands::<Nodes>(&script).iter().map(|it| it.to_string()).collect::<Vec<_>>().join("\n");
        go_on(&mut two, &again, &mut ());
        prop_assert_eq!(one.state(), two.state());
    }
}
