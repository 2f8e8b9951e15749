//! What must hold, whatever the schedule; and what may be lost, and then is listed.

use proptest::prelude::*;

use super::Leader;
use super::command::Command;
use crate::contract::{Engine, Outcome, Parameters};
use crate::language::{Words, statements};
use crate::replication::{NodeId, Verdict};
use crate::sim::Rng;

fn open(given: &[(&str, &str)]) -> Leader {
    Leader::open(&Parameters::new(Leader::PARAMETERS, given.iter().copied()).unwrap()).unwrap()
}

fn read(line: &str) -> Vec<Command> {
    let statements = statements(line).unwrap();
    statements.iter().map(|one| Leader::parse(&mut Words::new(one)).unwrap_or_else(|bad| panic!("{bad}"))).collect()
}

fn run(leader: &mut Leader, script: &str) -> Vec<Outcome> {
    read(script).iter().map(|command| leader.execute(command, &mut ())).collect()
}

/// What the node has of a key.
fn value(leader: &Leader, node: u8, key: &str) -> Option<String> {
    let found = leader.seat(NodeId::new(node)).node.find(key.as_bytes());
    found.map(|(_, entry)| String::from_utf8(entry.value().to_vec()).unwrap())
}

/// Writes, faults and reads by chance, with n1 leading all the time, or what is left of it.
fn any_day(seed: u64) -> String {
    let mut rng = Rng::new(seed);
    let mut script = String::new();
    for number in 0..30 {
        let [a, b] = [1 + rng.below(3), 1 + rng.below(3)];
        let line = match rng.below(14) {
            0..5 => format!("put k{} v{number} as c{}", rng.below(3), 1 + rng.below(2)),
            5 | 6 => format!("begin put k{} w{number}", rng.below(3)),
            7 => format!("stop n{}", 2 + rng.below(2)),
            8 => format!("start n{}", 2 + rng.below(2)),
            9 if a != b => format!("cut n{a} n{b}"),
            9 | 10 => "heal".to_owned(),
            11 => format!("delay n1 n{} {}ms", 2 + rng.below(2), 1 + rng.below(90)),
            12 => format!("get k{} via n{a}", rng.below(3)),
            _ => format!("run {}ms", rng.below(80)),
        };
        script.push_str(&line);
        script.push('\n');
    }
    script
}

/// FAULTS R4: two writes overlap, the leader takes the later begun first, and the read is right.
#[test]
fn r4_a_healthy_leader_is_not_said_to_answer_stale() {
    let mut leader = open(&[("jitter", "40"), ("seed", "6")]);
    let outcomes = run(&mut leader, "begin put k a; run 1ms; put k b as c2; run 200ms; get k");
    assert_eq!(outcomes.last(), Some(&Outcome::Value(Some("a".to_owned()))), "the first begun is the last in the log");
    assert!(leader.history().calls().all(|call| call.verdict.is_none_or(|verdict| verdict == Verdict::Fresh)));
}

const DAYS: u64 = 300;

/// The writes that are lost when the leader dies at the end of such a day and n2 is named the next.
fn lost_by_death(seed: u64, given: &[(&str, &str)], next: &str) -> usize {
    let text = seed.to_string();
    let base = [("seed", text.as_str()), ("jitter", "40"), ("timeout", "150")];
    let mut leader = open(&[&base, given].concat());
    run(&mut leader, &any_day(seed));
    run(&mut leader, &format!("stop n1; start {next}; promote {next}"));
    let lost = leader.lost();
    for lost in &lost {
        let told = leader.writes.iter().filter(|write| write.told && write.call == lost.call).count();
        assert_eq!(told, 1, "only what somebody was told of is listed");
    }
    lost.len()
}

#[test]
fn what_a_synchronous_follower_has_acknowledged_is_there_when_the_leader_dies() {
    for seed in 0..DAYS {
        assert_eq!(lost_by_death(seed, &[], "n2"), 0, "seed {seed}");
    }
}

#[test]
fn one_of_two_semi_synchronous_followers_has_it() {
    for seed in 0..DAYS {
        let given = [("n2", "semi"), ("n3", "semi")];
        let text = seed.to_string();
        let mut leader = open(&[&[("seed", text.as_str()), ("jitter", "40"), ("timeout", "150")][..], &given].concat());
        run(&mut leader, &any_day(seed));
        let reached = |number| leader.seat(NodeId::new(number)).node.reached();
        let next = if reached(2) >= reached(3) { 2 } else { 3 };
        run(&mut leader, &format!("stop n1; start n{next}; promote n{next}"));
        assert!(leader.lost().is_empty(), "seed {seed}: the one that is further has all");
    }
}

#[test]
fn asynchronous_writes_may_be_lost_and_are_listed() {
    let lost: usize = (0..DAYS).map(|seed| lost_by_death(seed, &[("n2", "async")], "n2")).sum();
    assert!(lost > 10, "only {lost} were lost");
    let mut leader = open(&[("n2", "async")]);
    run(&mut leader, "put k a; settle; delay n1 n2 9s; put k b; put j c; stop n1; promote n2");
    let told: Vec<String> = leader.lost().iter().map(ToString::to_string).collect();
    assert_eq!(told, ["k = b (c1.2; now a)", "j = c (c1.3; now nothing)"]);
    // It is the leader that died who has them, and it drops them when it comes back.
    assert_eq!(value(&leader, 1, "k").as_deref(), Some("b"));
    run(&mut leader, "start n1; settle");
    assert_eq!(value(&leader, 1, "k").as_deref(), Some("a"));
}

#[test]
fn followers_are_equal_to_the_leader_once_healed_and_quiet() {
    for seed in 0..DAYS {
        let text = seed.to_string();
        let mut leader = open(&[("seed", text.as_str()), ("jitter", "40"), ("timeout", "150")]);
        run(&mut leader, &any_day(seed));
        // Halfway somebody else is named, whether the old leader is dead or not.
        run(
            &mut leader,
            "start n3; promote n3; run 20ms; put k0 x; put k1 y via n1; start n2; add; put k2 z; heal; settle",
        );
        run(&mut leader, "start n1; heal; settle");
        assert_eq!(leader.nodes().filter(|node| leader.leads(*node)).count(), 1, "seed {seed}");
        for node in leader.nodes() {
            let [its, of_leader] = [node, leader.leader()].map(|node| &leader.seat(node).node);
            assert_eq!(its.reached(), of_leader.reached(), "seed {seed}: {node}");
            assert_eq!(its.snapshot().rows, of_leader.snapshot().rows, "seed {seed}: {node}");
        }
    }
}

#[test]
fn a_stopped_node_comes_back_with_what_it_has_synced_and_nothing_else() {
    for seed in 0..DAYS {
        let mut leader = open(&[("jitter", "40"), ("timeout", "150")]);
        run(&mut leader, &any_day(seed));
        for node in leader.nodes() {
            let before = leader.seat(node).node.clone();
            run(&mut leader, &format!("start {node}; stop {node}"));
            let after = &leader.seat(node).node;
            // A leader that is started opens a new term; what it had stays.
            assert_eq!(after.log()[..before.log().len()], *before.log());
            assert!(after.term() >= before.term());
        }
    }
}

#[test]
fn the_client_waits_for_those_whom_the_rule_names_and_for_nobody_else() {
    let took = |given: &[(&str, &str)]| {
        let mut leader = open(given);
        run(&mut leader, "delay n1 n2 100ms; delay n1 n3 300ms; put k v");
        leader.now().as_micros() / 1000
    };
    assert_eq!(took(&[("n2", "async")]), 20);
    assert_eq!(took(&[]), 220);
    assert_eq!(took(&[("n2", "semi"), ("n3", "semi")]), 220, "the faster of the two");
    assert_eq!(took(&[("n3", "sync")]), 620);
    assert_eq!(took(&[("n2", "semi"), ("n3", "sync")]), 620);
}

#[test]
fn a_dead_synchronous_follower_stops_all_writes_until_it_is_another() {
    let mut leader = open(&[]);
    let outcomes = run(&mut leader, "stop n2; put k v; get k");
    assert_eq!(outcomes[1].to_string(), "refused: no answer within 1000 ms");
    assert_eq!(outcomes[2].to_string(), "v", "it was refused and not taken back");
    assert_eq!(run(&mut leader, "mode n2 async; put k w")[1], Outcome::Done);
    // A client that waits is told as soon as the mode lets it.
    run(&mut leader, "mode n2 sync; begin put k x; run 500ms");
    assert_eq!(leader.seat(NodeId::new(1)).waiting(), 1);
    run(&mut leader, "mode n2 async; settle");
    assert_eq!(leader.seat(NodeId::new(1)).waiting(), 0);
}

#[test]
fn a_new_follower_has_the_snapshot_and_all_that_came_after_it() {
    for seed in 0..100 {
        let text = seed.to_string();
        let mut leader = open(&[("seed", text.as_str()), ("jitter", "60"), ("followers", "1"), ("copy", "200")]);
        run(&mut leader, "put a 1; put b 1; add");
        for number in 0..12 {
            run(&mut leader, &format!("begin put {} {number}; run 15ms", ["a", "b", "c"][number % 3]));
        }
        run(&mut leader, "settle; stop n3; start n3; settle");
        let [new, of_leader] = [3, 1].map(|node| &leader.seat(NodeId::new(node)).node);
        assert!(new.base().position > 0, "it began with a snapshot");
        assert!(!new.log().is_empty(), "and followed the log from there on");
        assert_eq!(new.end(), of_leader.end());
        assert_eq!(new.snapshot().rows, of_leader.snapshot().rows);
    }
}

#[test]
fn a_follower_without_what_the_snapshot_stands_for_gets_a_snapshot_too() {
    let mut leader = open(&[("n2", "async")]);
    run(&mut leader, "stop n3; put a 1; put a 2; add; settle; stop n1; promote n4; put b 1; start n3; settle");
    assert_eq!(value(&leader, 3, "a").as_deref(), Some("2"));
    assert_eq!(value(&leader, 3, "b").as_deref(), Some("1"));
    // And one whose snapshot holds what the new leader never had begins anew.
    let mut leader = open(&[("n2", "async"), ("followers", "1")]);
    run(&mut leader, "cut n1 n2; put a 1; put a 2; add; run 500ms; stop n1; promote n2; put b 1; settle");
    assert_eq!((value(&leader, 3, "a"), value(&leader, 3, "b").as_deref()), (None, Some("1")));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_day_is_the_same_each_time_and_its_commands_read_as_they_are_written(seed in 0..100_000u64) {
        let script = any_day(seed) + "add; promote n2; mode n3 semi; isolate n1; begin get k; settle";
        let again: Vec<String> = read(&script).iter().map(ToString::to_string).collect();
        let [mut one, mut two] = [open(&[("jitter", "40")]), open(&[("jitter", "40")])];
        run(&mut one, &script);
        run(&mut two, &again.join("\n"));
        prop_assert_eq!(one.state(), two.state());
    }
}
