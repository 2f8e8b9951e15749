//! Concurrent writes that are kept beside each other: nothing that was acknowledged is lost, and what was read is replaced.

use super::*;
use crate::replication::history::{Request, Returned};
use crate::replication::quorum::record::dot;

/// Two clients write at the same time, and a third reads; then one that has read writes.
#[test]
fn concurrent_writes_are_all_returned_and_a_write_after_a_read_replaces_them() {
    for seed in 0..60 {
        let quorum = ["n=3 w=2 r=2", "n=5 w=3 r=3", "n=3 w=3 r=1", "n=3 w=1 r=3"][seed as usize % 4];
        let coordinator = ["client", "node"][seed as usize / 4 % 2];
        let repair = ["on", "off", "blocking"][seed as usize / 8 % 3];
        let settings =
            format!("{quorum} coordinator={coordinator} read-repair={repair} clients=3 jitter=40 seed={seed}");
        let mut run = Run::new(&format!("{settings} conflict=siblings"));
        run.script("begin write k a; begin write k b as c2; settle");
        let both = &run.script("read k as c3")[0];
        assert!(["a, b", "b, a"].contains(&&**both), "{settings}: {both}");
        // What c1 has not read it does not replace: c3 writes with what it has read.
        assert_eq!(run.script("write k c as c3; read k")[1], "c", "{settings}");
        assert_eq!([counter(&run.quorum, "reads_stale"), counter(&run.quorum, "writes_lost_unseen")], [0, 0]);
        run.script("settle; repair");
        let nodes = 1..=run.quorum.settings.n as u8;
        assert!(nodes.into_iter().all(|node| run.stored_at(node, "k").as_deref() == Some("c")), "{settings}");
    }
}

#[test]
fn a_client_that_has_not_read_stands_beside_and_its_own_writes_follow_each_other() {
    let mut run = Run::new("jitter=0 conflict=siblings");
    assert_eq!(run.script("write k a; write k b; read k")[2], "b", "c1 knows what it has written itself");
    assert_eq!(run.script("write k c as c2; read k as c2")[1], "b, c", "c2 had read nothing");
    assert!(run.told().contains("c2.2 returned b and c, as neither write had seen the other."), "{}", run.told());
    assert_eq!(run.script("write k d as c2; read k")[1], "d");
    // A wrong clock decides nothing.
    let mut run = Run::new("jitter=0 coordinator=node conflict=siblings");
    assert_eq!(run.script("skew n1 500ms; write k a; settle; read k as c2; write k b as c2; read k as c2")[5], "b");
    assert_eq!(run.verdicts(), [Verdict::Fresh; 2]);
}

/// A tombstone is a sibling as any other.
#[test]
fn a_deletion_takes_away_what_its_client_has_seen() {
    let mut run = Run::new("jitter=0 gc-grace=50 conflict=siblings");
    let outcomes = run.script("write k a; settle; read k as c2; write k b; delete k as c2; settle; read k as c2");
    assert_eq!(outcomes[6], "b", "c2 had seen a alone");
    assert!(run.told().contains("returned b and a tombstone"), "{}", run.told());
    assert_eq!(run.script("delete k as c2; settle; read k")[2], "(no value)");
    assert_eq!(run.script("run 100ms; compact; read k; write k c; read k")[2..], ["(no value)", "done", "c"]);
    assert!(run.verdicts().iter().all(|verdict| *verdict == Verdict::Fresh), "{:?}", run.verdicts());
    assert!(counter(&run.quorum, "tombstones_forgotten") > 0);
    // Forgotten too early, it lets the value come back.
    let mut run = Run::new("jitter=0 gc-grace=50 conflict=siblings");
    run.script("write k a; settle; stop n3; delete k; settle; compact; start n3; repair; read k");
    assert!(run.told().contains("Stale: the write c1.2 had been acknowledged"), "{}", run.told());
}

#[test]
fn hints_and_repair_bring_all_siblings() {
    let start = "begin write k a; begin write k b as c2; settle";
    for (parameters, script) in [
        ("read-repair=off", "stop n3; {}; start n3; repair n1 n3"),
        ("", "stop n3; {}; start n3; read k; settle"),
        ("w=3 spares=1", "stop n3; {}; start n3; handoff"),
        ("w=3 spares=1", "stop n3; {}; stop n4; start n4; start n3; handoff n4"),
    ] {
        let mut run = Run::new(&format!("jitter=0 {parameters} conflict=siblings"));
        run.script(&script.replace("{}", start));
        assert_eq!(run.stored_at(3, "k").as_deref(), Some("a, b"), "{parameters} {script}");
        assert_eq!(counter(&run.quorum, "hints_held"), 0);
        run.script("stop n3; start n3; compact n3");
        assert_eq!(run.stored_at(3, "k").as_deref(), Some("a, b"), "both are on the disk");
    }
}

/// Disks that are replaced by older ones lose a write, and with siblings, too, that is said.
#[test]
fn what_no_disk_has_any_more_is_lost() {
    let mut run = Run::new("jitter=0 conflict=siblings");
    run.script("write k a; settle; backup n1; backup n2; backup n3; write k b as c2; settle");
    run.script("restore n1; restore n2");
    assert_eq!(counter(&run.quorum, "writes_lost_unseen"), 0, "n3 has it");
    run.script("restore n3");
    assert_eq!(counter(&run.quorum, "writes_lost_unseen"), 1);
    assert_eq!(run.script("read k as c2"), ["a"]);
    assert!(run.told().contains("Stale: the write c2.1 had been acknowledged"), "{}", run.told());
}

/// A day of three clients that write, delete and read at the same time, with nodes that stop and messages that are lost.
fn any_siblings_day(seed: u64, parameters: &str) -> (Run, Vec<String>) {
    let mut rng = Rng::new(seed);
    let mut run = Run::new(&format!("{parameters} clients=3 conflict=siblings seed={seed}"));
    let nodes = run.quorum.settings.n as u64;
    let mut script = Vec::new();
    for step in 0..30 {
        let (node, client, key) = (1 + rng.below(nodes), 1 + rng.below(3), rng.below(2));
        let begin = if rng.one_in(2) { "begin " } else { "" };
        let command = match rng.below(16) {
            0..=4 => format!("{begin}write {key} v{step} as c{client}"),
            5 => format!("{begin}delete {key} as c{client}"),
            6..=9 => format!("{begin}read {key} as c{client}"),
            10 => format!("stop n{node}"),
            11 => format!("start n{node}"),
            12 => format!("cut n{node} c{client}"),
            13 => "heal".to_owned(),
            14 => ["repair", "handoff"][rng.below(2) as usize].to_owned(),
            _ => format!("run {}ms", rng.below(40)),
        };
        run.script(&command);
        script.push(command);
    }
    (run, script)
}

/// With strict quorums that overlap, no read misses an acknowledged write, and in the end each is on a node, or one is whose
/// client had seen it. And what the vectors say that a client had seen is what it had seen.
#[test]
fn nothing_acknowledged_is_lost_and_vectors_say_what_was_seen() {
    let (mut siblings, mut reads) = (0, 0);
    for seed in 0..500 {
        let quorum = ["n=3 w=2 r=2", "n=3 w=3 r=1", "n=5 w=3 r=3", "n=3 w=1 r=3"][seed as usize % 4];
        let rest = ["loss=0 jitter=10", "loss=15 jitter=40", "loss=5 jitter=30 read-repair=off"][seed as usize / 4 % 3];
        let coordinator = ["client", "node"][seed as usize / 12 % 2];
        let parameters = format!("{quorum} {rest} coordinator={coordinator} timeout=80");
        let (mut run, script) = any_siblings_day(seed, &parameters);
        let told = format!("{parameters} seed={seed}\n{}", script.join("; "));
        for node in 1..=run.quorum.settings.n {
            run.script(&format!("start n{node}"));
        }
        run.script("heal; settle; repair; settle; repair; settle; repair");
        assert!(!run.verdicts().iter().any(missed), "{told}");
        assert_eq!(counter(&run.quorum, "writes_lost_unseen"), 0, "{told}");
        let history = &run.quorum.witness.history;
        let is_write = |request: &Request| !matches!(request, Request::Read { .. });
        let writes: Vec<_> = history.calls().filter(|call| is_write(&call.request)).collect();
        for node in &run.quorum.nodes {
            for (key, record) in node.replica.iter() {
                let past = record.dotted.as_ref().expect("siblings are kept").history();
                for write in writes.iter().filter(|write| write.request.key() == key) {
                    let had_seen = history.had_seen(record.version.call, write.id);
                    assert_eq!(past.contains(dot(write.id)), had_seen, "{} {told}", write.id);
                }
            }
            siblings += node.replica.iter().count() - node.replica.records.len();
        }
        let acknowledged = writes.iter().filter(|call| matches!(call.ended, Some((_, Returned::Written))));
        for write in acknowledged {
            let is_here = run
                .quorum
                .nodes
                .iter()
                .any(|node| node.replica.iter().any(|(_, record)| history.had_seen(record.version.call, write.id)));
            assert!(is_here, "{} is lost: {told}", write.id);
        }
        reads += run.verdicts().len();
    }
    assert!(siblings > 300 && reads > 2_000, "{siblings} siblings, {reads} reads: the days are too tame");
}

/// Replicas that have compared what they have are equal, siblings and all.
#[test]
fn anti_entropy_makes_random_siblings_equal() {
    for seed in 0..60 {
        let (mut run, script) = any_siblings_day(seed, "n=5 w=1 r=1 spares=1 loss=10 jitter=30 timeout=60");
        run.script("start n1; start n2; start n3; start n4; start n5; start n6; heal; settle");
        // A message may still be lost, which ends a comparison.
        for _ in 0..8 {
            run.script("handoff; settle; repair; settle");
        }
        let trees: Vec<_> = run.quorum.nodes[..5].iter().map(|node| Tree::of(&node.replica.records)).collect();
        assert!(trees.windows(2).all(|pair| pair[0] == pair[1]), "seed {seed}: {}", script.join("; "));
    }
}
