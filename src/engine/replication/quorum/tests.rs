//! What must hold of the cluster as a whole: the arithmetic of quorums, the promise of w + r > n over many random runs,
//! and a script for each way in which it does not hold.

use super::event::Event;
use super::merkle::Tree;
use crate::cluster::{Call, Cluster, NodeId, day};
use crate::contract::{Engine, Event as _, Outcome, Parameters, Probe};
use crate::key::Key;
use crate::replication::Verdict;
use crate::sim::{Rng, Time};
use crate::testing::{counter, go_on};
use crate::wire::{Wire, dump};

mod siblings;
mod spread;

type Quorum = Cluster<super::Quorum>;

/// A cluster, and all that it told.
struct Run {
    quorum: Quorum,
    events: Vec<Event>,
}

struct Listener<'a>(&'a mut Vec<Event>);

impl Probe<Quorum> for Listener<'_> {
    fn step(&mut self, event: impl FnOnce() -> Event, quorum: &Quorum) {
        quorum.passed.iter().for_each(|(passed, _)| check_bytes(&passed.payload));
        self.0.push(event());
    }
}

/// What is not in the bytes could not be read back; and each byte is explained, once.
fn check_bytes(message: &super::Message) {
    let told = dump(message, String::new());
    let mut rest = &told.bytes[..];
    assert_eq!(super::Message::read(&mut rest).as_ref(), Some(message));
    let ends = told.spans.iter().map(|span| span.range.end).collect::<Vec<_>>();
    assert!(rest.is_empty() && ends.last() == Some(&told.bytes.len()));
    let mut starts = told.spans.iter().map(|span| span.range.start);
    assert!(starts.next() == Some(0) && starts.eq(ends[..ends.len() - 1].iter().copied()));
}

impl Run {
    /// Parameters are written `n=3 w=2`.
    fn new(parameters: &str) -> Run {
        let given = parameters.split_whitespace().map(|pair| pair.split_once('=').expect("name=value"));
        let parameters = Parameters::new(Quorum::PARAMETERS, given).expect("accepted");
        Run { quorum: Quorum::open(&parameters).expect("they fit"), events: Vec::new() }
    }

    /// Carries out a script, and returns what its commands came to, as text.
    fn script(&mut self, script: &str) -> Vec<String> {
        self.outcomes(script).iter().map(Outcome::to_string).collect()
    }

    fn outcomes(&mut self, script: &str) -> Vec<Outcome> {
        go_on(&mut self.quorum, script, &mut Listener(&mut self.events))
    }

    /// The last thing that was told.
    fn told(&self) -> String {
        self.events.last().expect("something was told").to_string()
    }

    fn verdicts(&self) -> Vec<Verdict> {
        self.quorum.witness.history.calls().filter_map(|call| call.verdict).collect()
    }

    fn stored_at(&self, node: u8, key: &str) -> Option<String> {
        let node = &self.quorum.nodes[NodeId::new(node).index()];
        node.replica.read(&Key::new(key)).text()
    }
}

fn missed(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Missed { .. })
}

#[test]
fn a_write_and_a_read() {
    let mut run = Run::new("");
    assert_eq!(run.script("read k; write k a; read k as c2; read z"), ["(no value)", "done", "a", "(no value)"]);
    run.script("settle");
    assert_eq!([1, 2, 3].map(|node| run.stored_at(node, "k")), [Some("a"); 3].map(|it| it.map(str::to_owned)));
    assert!(run.verdicts().iter().all(|verdict| *verdict == Verdict::Fresh));
}

/// n = 3, w = r = 2 goes on with one node down, n = 5, w = r = 3 with two; one more is too many (FACTS: replication).
#[test]
fn quorums_tolerate_what_their_arithmetic_says() {
    for coordinator in ["client", "node"] {
        for (n, quorum, tolerated) in [(3, 2, 1), (5, 3, 2), (1, 1, 0), (7, 4, 3)] {
            let mut run = Run::new(&format!("n={n} w={quorum} r={quorum} coordinator={coordinator}"));
            for down in 0..tolerated {
                run.script(&format!("stop n{}", n - down));
                let value = format!("v{down}");
                assert_eq!(run.script(&format!("write k {value}; read k as c2")), ["done".to_owned(), value]);
            }
            run.script(&format!("stop n{}", n - tolerated));
            let refused = format!("refused: quorum not met: {} of {quorum} within 100 ms", quorum - 1);
            let failed = match n {
                1 if coordinator == "node" => {
                    ["no answer; whether it was stored is unknown".into(), "no answer".into()]
                }
                _ => [refused.clone(), refused],
            };
            assert_eq!(run.script("write k x; read k"), failed, "n={n} {coordinator}");
        }
    }
}

#[test]
fn a_stopped_node_comes_back_with_what_it_acknowledged() {
    let mut run = Run::new("n=1 w=1 r=1");
    run.script("write a 1; write b 2; write a 3; stop n1");
    assert_eq!(run.stored_at(1, "a").as_deref(), None);
    assert_eq!(run.script("start n1; read a; read b"), ["done", "3", "2"]);
}

#[test]
fn read_repair_brings_the_newest_to_those_that_answered_with_less() {
    let mut run = Run::new("jitter=0");
    run.script("write k a; settle; stop n3; write k b; start n3");
    assert_eq!(run.stored_at(3, "k").as_deref(), Some("a"));
    run.script("read k; settle");
    assert_eq!(run.stored_at(3, "k").as_deref(), Some("b"));
    let mut without = Run::new("jitter=0 read-repair=off");
    without.script("write k a; settle; stop n3; write k b; start n3; read k; settle");
    assert_eq!(without.stored_at(3, "k").as_deref(), Some("a"));
}

/// Anti-entropy makes all home nodes equal, and only records of ranges that differ cross the network.
#[test]
fn anti_entropy_exchanges_only_the_ranges_that_differ() {
    let mut run = Run::new("n=3 w=1 r=1 jitter=0 read-repair=off");
    for key in 0..40 {
        run.script(&format!("write {key} old; settle"));
    }
    let before = counter(&run.quorum, "keys_exchanged");
    run.script("repair");
    assert_eq!(counter(&run.quorum, "keys_exchanged"), before);
    assert!(matches!(run.events.last(), Some(Event::TreesAgreed { .. })));
    run.script("stop n3; write 7 new; settle; start n3; repair n1 n3");
    assert_eq!(run.stored_at(3, "7").as_deref(), Some("new"));
    let exchanged = counter(&run.quorum, "keys_exchanged");
    assert!((1..=20).contains(&exchanged), "{exchanged} of 40 keys crossed the network");
}

#[test]
fn anti_entropy_makes_random_replicas_equal() {
    for seed in 0..100 {
        let mut run = Run::new(&format!("n=5 w=1 r=1 loss=0 timeout=30 seed={seed}"));
        let mut rng = Rng::new(seed);
        for write in 0..20 {
            let (a, b) = (1 + rng.below(5), 1 + rng.below(5));
            run.script(&format!("isolate n{a}; isolate n{b}; write {} {write}; settle; heal", write % 7));
        }
        run.script("repair");
        let trees: Vec<_> = run.quorum.nodes.iter().map(|node| Tree::of(&node.replica.records)).collect();
        assert!(trees.windows(2).all(|pair| pair[0] == pair[1]), "seed {seed}");
        let exchanged = counter(&run.quorum, "keys_exchanged");
        run.script("repair");
        assert_eq!(counter(&run.quorum, "keys_exchanged"), exchanged, "equal replicas exchange nothing");
    }
}

#[test]
fn a_mistake_says_what_there_is() {
    let mut run = Run::new("");
    assert_eq!(run.script("stop n9"), ["refused: there is no n9; nodes are n1 to n3"]);
    assert_eq!(run.script("read k as c3"), ["refused: there is no c3; clients are c1 to c2"]);
    assert_eq!(run.script("deliver m99"), ["refused: m99 isn't in flight; in flight: nothing"]);
    assert_eq!(run.script("read k via n4"), ["refused: there is no n4; nodes are n1 to n3"]);
    assert_eq!(run.script("stop n1; handoff n1"), ["done", "refused: n1 is off; `start n1` starts it"]);
    run.script("start n1; begin read k");
    assert_eq!(
        run.script("drop n1>n2"),
        ["refused: n1>n2 isn't in flight; in flight: m1 (c1>n1), m2 (c1>n2), m3 (c1>n3)"]
    );
    assert_eq!(run.script("restore n1"), ["refused: there is no backup of n1; `backup n1` takes one"]);
    let refused = |pairs: &[(&str, &str)]| {
        let parameters = Parameters::new(Quorum::PARAMETERS, pairs.iter().copied()).expect("each is fine");
        Quorum::open(&parameters).map(|_| ()).expect_err("together they aren't").to_string()
    };
    let message = "parameter `w` can't be `4`; accepted: 1 to 3, because only n=3 nodes can answer";
    assert_eq!(refused(&[("w", "4")]), message);
    // FAULTS R12: a range of one number is none.
    let message = |accepted| format!("accepted: {accepted}, because there are at most 7 nodes in all");
    assert!(refused(&[("n", "7"), ("spares", "1")]).ends_with(&message("only 0 with n=7")));
    assert!(refused(&[("n", "5"), ("spares", "3")]).ends_with(&message("0 to 2 with n=5")));
}

/// FAULTS R14: a clock that is ahead loses a write to one that was over before it began, and the verdict says so.
/// What w + r > n does not promise: for each case a script, and what the checker finds in it.
#[test]
fn the_checker_finds_each_known_exception() {
    let exceptions = [
        (
            "Stale: the write c1.2 had",
            "spares=2 jitter=0",
            "write k a; settle; stop n2; stop n3; write k b; stop n1; start n2; start n3; read k as c2",
        ),
        (
            "Not stale, but the write c2.1 is lost",
            "jitter=0 timeout=300",
            "delay c1 n1 40ms; delay n2 n1 80ms; delay n2 n3 80ms; begin write k a as c1 via n1; run 5ms; \
             write k b as c2 via n2; read k as c2",
        ),
        (
            "Stale: the earlier read c2.1 had",
            "jitter=0 read-repair=off",
            "write k a; settle; stop n2; stop n3; write k b; start n2; stop n1; start n1; delay c2 n3 90ms; start n3; \
             read k as c2; delay c2 n3 10ms; delay c2 n1 90ms; read k as c2",
        ),
        (
            "Stale: the write c1.2 had",
            "jitter=0",
            "write k a; settle; backup n2; stop n3; write k b; settle; restore n2; start n3; stop n1; read k as c2",
        ),
        (
            "Stale, and the write c2.1 is lost: it was acknowledged, no read has returned it, and c1.1, which was over before \
             c2.1 began, has the larger version.",
            "jitter=0 coordinator=node",
            "skew n1 500ms; write k a; settle; write k b as c2; read k as c2",
        ),
        (
            "Stale: the earlier read c2.1 had",
            "jitter=0 read-repair=off",
            "write k a; settle; delay c1 n2 90ms; delay c1 n3 90ms; begin write k b; run 15ms; delay c2 n3 90ms; \
             read k as c2; delay c2 n3 10ms; delay c2 n1 90ms; read k as c2",
        ),
    ];
    for (told, parameters, script) in exceptions {
        let mut run = Run::new(parameters);
        run.script(script);
        assert!(run.told().contains(told), "{told}: {}", run.told());
        let is_stale = told.starts_with("Stale");
        let is_lost = told.contains("lost");
        let counters = ["reads_stale", "writes_lost_unseen"].map(|name| counter(&run.quorum, name));
        assert_eq!(counters, [u64::from(is_stale), u64::from(is_lost)], "{told}");
    }
}

/// FAULTS R2: two writes at the same simulated time, one begun after the other was acknowledged. The later is read.
#[test]
fn r2_writes_at_the_same_time_have_versions_in_their_order() {
    let mut run = Run::new("delay=0 jitter=0");
    assert_eq!(run.script("write k a as c2; write k b; read k"), ["done", "done", "b"]);
    assert_eq!(run.verdicts(), [Verdict::Fresh]);
}

/// FAULTS R2: with w + r > n, no one at the same time and no fault, the last acknowledged write is read, whoever makes and
/// coordinates the calls, and however the messages are delivered.
#[test]
fn r2_the_last_of_writes_that_do_not_overlap_is_read() {
    for seed in 0..400 {
        let mut rng = Rng::new(seed);
        let quorum = ["n=3 w=2 r=2", "n=3 w=1 r=3", "n=3 w=3 r=1", "n=5 w=3 r=3"][seed as usize % 4];
        let network = ["delay=0 jitter=0", "delay=0 jitter=5", "delay=10 jitter=0"][seed as usize / 4 % 3];
        let mut run = Run::new(&format!("{quorum} {network} clients=3 seed={seed}"));
        let mut last = "(no value)".to_owned();
        for step in 0..20 {
            let client = 1 + rng.below(3);
            let via = if rng.one_in(2) { format!(" via n{}", 1 + rng.below(3)) } else { String::new() };
            if rng.one_in(2) {
                assert_eq!(
                    run.script(&format!("read k as c{client}{via}")),
                    [last.clone()],
                    "seed {seed}, step {step}"
                );
                continue;
            }
            last = format!("v{step}");
            if via.is_empty() && rng.one_in(2) {
                // By hand, no time passes at all.
                run.script(&format!("begin write k {last} as c{client}"));
                for node in 1..=run.quorum.settings.n {
                    run.script(&format!("deliver c{client}>n{node}; deliver n{node}>c{client}"));
                }
                // What was delivered may have been left over from an earlier call.
                if run.quorum.calls.iter().any(Call::is_open) {
                    run.script("settle");
                }
            } else {
                run.script(&format!("write k {last} as c{client}{via}"));
            }
        }
        assert_eq!([counter(&run.quorum, "reads_stale"), counter(&run.quorum, "writes_lost_unseen")], [0, 0]);
    }
}

/// FAULTS R14: a deleted key is gone for all who read, and for a node that was away, too, whoever brings it the tombstone.
#[test]
fn r14_a_deletion_is_carried_as_a_write_is() {
    let away = "write k a; settle; stop n3; delete k; start n3";
    for (parameters, brings) in [("", "read k; settle"), ("read-repair=off", "repair"), ("w=3 spares=1", "handoff")] {
        let mut run = Run::new(&format!("jitter=0 {parameters}"));
        run.script(away);
        assert_eq!(run.stored_at(3, "k").as_deref(), Some("a"), "{parameters}");
        run.script(brings);
        let node = &run.quorum.nodes[2];
        assert!(node.replica.read(&Key::new("k")).is_deleted(), "{parameters}");
        // It is on the disk as well, and a later write wins over it.
        let outcomes = run.script("stop n3; start n3; read k as c2; write k b; read k as c2");
        assert_eq!(outcomes[2..], ["(no value)", "done", "b"], "{parameters}");
        assert!(run.verdicts().iter().all(|verdict| *verdict == Verdict::Fresh), "{parameters}: {}", run.told());
    }
}

/// FAULTS R14: a tombstone that is forgotten while a node has not heard of it lets the value come back; one that is not
/// older than the grace period is kept.
#[test]
fn r14_a_tombstone_that_is_forgotten_too_early_lets_the_value_come_back() {
    for (grace, found, forgotten) in [("50", "a", 2), ("60000", "(no value)", 0)] {
        let mut run = Run::new(&format!("jitter=0 gc-grace={grace}"));
        let outcomes =
            run.script("write k a; settle; stop n3; delete k; settle; compact; start n3; read k; repair; read k");
        assert_eq!(outcomes[9], found, "{grace}");
        assert_eq!(counter(&run.quorum, "tombstones_forgotten"), forgotten);
        assert_eq!(run.told().contains("Stale: the write c1.2 had been acknowledged"), forgotten > 0, "{}", run.told());
    }
    // Once all have heard of it, it can go, and nothing is said against a read that finds nothing.
    let mut run = Run::new("jitter=0 gc-grace=50");
    let outcomes = run.script("write k a; settle; delete k; settle; compact; stop n1; start n1; read k as c2");
    assert_eq!((&*outcomes[7], run.told().contains("Fresh")), ("(no value)", true));
    assert!(run.quorum.nodes.iter().all(|node| node.replica.records.is_empty() && node.replica.disk.log().is_empty()));
    // A node's own clock says what is old.
    let mut run = Run::new("jitter=0");
    run.script("delete k; settle; skew n1 5000ms; compact");
    let kept = run.quorum.nodes.iter().map(|node| node.replica.records.len());
    assert_eq!(kept.collect::<Vec<_>>(), [0, 1, 1]);
}

/// FAULTS R14: what the network delivers twice counts once.
#[test]
fn r14_a_node_that_is_heard_twice_counts_once() {
    let mut run = Run::new("jitter=0");
    run.script("stop n2; stop n3; begin write k a; run 10ms; duplicate n1>c1; settle");
    assert!(run.events.iter().any(|event| event.name() == "AnsweredAgain"));
    assert_eq!(counter(&run.quorum, "calls_refused"), 1);
    let mut run = Run::new("jitter=0 w=3 r=1");
    let request = "begin write k a via n1; duplicate c1>n1; settle; write k b as c2; read k as c2";
    assert_eq!(run.script(request)[4], "b");
    assert!(run.events.iter().any(|event| event.name() == "RequestIgnored"));
}

/// FAULTS R14: with blocking read repair, no read goes back behind another, where any two sets of r nodes meet; with repair
/// behind the answer, some do.
#[test]
fn r14_a_read_that_waits_for_its_repair_is_never_overtaken() {
    let goes_back = |verdict: &Verdict| matches!(verdict, Verdict::WentBack { .. } | Verdict::NoOrder { .. });
    let (mut confirmed, mut behind) = (0, 0);
    for seed in 0..400 {
        let quorum = ["n=3 w=2 r=2", "n=5 w=3 r=3"][seed as usize % 2];
        let rest = format!("{quorum} jitter=60 loss=10 timeout=150");
        let (run, script) = random_run(seed, &format!("{rest} read-repair=blocking"), 40);
        assert!(!run.verdicts().iter().any(goes_back), "{quorum} seed={seed}\n{}", script.join("; "));
        confirmed += run.events.iter().filter(|event| event.name() == "RepairConfirmed").count();
        let (run, _) = random_run(seed, &rest, 40);
        behind += usize::from(run.verdicts().iter().any(goes_back));
    }
    assert!(confirmed > 200 && behind > 0, "{confirmed} repairs, {behind} runs that went back");
}

/// A hint is not read; once it is handed off, it is.
#[test]
fn a_hint_is_seen_after_its_handoff() {
    let mut run = Run::new("spares=2 jitter=0");
    run.script("write k a; settle; stop n2; stop n3; write k b; start n2; start n3");
    assert_eq!(counter(&run.quorum, "hints_held"), 2);
    assert_eq!(run.script("handoff; stop n1; read k as c2"), ["done", "done", "b"]);
    assert_eq!(counter(&run.quorum, "hints_held"), 0);
    assert_eq!(run.verdicts(), [Verdict::Fresh]);
}

/// A hint survives a stop of the node that holds it.
#[test]
fn a_hint_is_durable() {
    let mut run = Run::new("spares=1 jitter=0 w=3");
    run.script("stop n3; write k b; stop n4; start n4; start n3; handoff");
    assert_eq!(run.stored_at(3, "k").as_deref(), Some("b"));
}

/// A random run: one client writes, another reads, and chance does the rest. Returns the script, for a failure.
fn random_run(seed: u64, parameters: &str, steps: usize) -> (Run, Vec<String>) {
    let mut rng = Rng::new(seed);
    let mut run = Run::new(&format!("{parameters} seed={seed}"));
    let nodes = run.quorum.settings.n as u64;
    let mut script = Vec::new();
    for step in 0..steps {
        let (node, other) = (1 + rng.below(nodes), 1 + rng.below(nodes));
        let key = rng.below(2);
        let command = match rng.below(16) {
            // Writes are by one client, one after the other: never two at the same time.
            0..=3 => format!("write {key} v{step}"),
            4..=5 => format!("begin read {key} as c2"),
            6..=8 => format!("read {key} as c2"),
            9 => format!("stop n{node}"),
            10 | 11 => format!("start n{node}"),
            12 => format!("cut n{node} c{}", 1 + rng.below(2)),
            13 => format!("isolate n{node}"),
            14 => "heal".to_owned(),
            _ => format!("run {}ms; delay n{other} c2 {}ms", rng.below(40), rng.below(60)),
        };
        run.script(&command);
        script.push(command);
    }
    (run, script)
}

/// With w + r > n, strict quorums, and no two writes at the same time, no read misses the last write acknowledged before
/// it, whatever is lost, late, cut or stopped.
#[test]
fn overlapping_quorums_never_miss_an_acknowledged_write() {
    let quorums = ["n=3 w=2 r=2", "n=3 w=3 r=1", "n=3 w=1 r=3", "n=4 w=3 r=2", "n=5 w=3 r=3", "n=1 w=1 r=1"];
    let (mut reads, mut refused) = (0, 0);
    for seed in 0..3_000 {
        let quorum = quorums[seed as usize % quorums.len()];
        let rest = ["loss=0 jitter=10", "loss=20 jitter=30", "loss=5 jitter=0 read-repair=off"][seed as usize / 7 % 3];
        let (run, script) = random_run(seed, &format!("{quorum} {rest} timeout=80"), 40);
        reads += run.verdicts().len();
        refused += counter(&run.quorum, "calls_refused");
        assert!(!run.verdicts().iter().any(missed), "{quorum} {rest} seed={seed}\n{}", script.join("; "));
    }
    assert!(reads > 15_000 && refused > 3_000, "{reads} reads, {refused} refusals: the runs are too tame or too wild");
}

/// With w + r <= n, some seed finds a read that missed an acknowledged write.
#[test]
fn quorums_that_do_not_overlap_miss_writes() {
    for quorum in ["n=3 w=1 r=1", "n=3 w=1 r=2", "n=3 w=2 r=1", "n=5 w=2 r=3"] {
        let found = (0..500).any(|seed| {
            let (run, _) = random_run(seed, &format!("{quorum} jitter=30 loss=10 timeout=80"), 40);
            run.verdicts().iter().any(missed)
        });
        assert!(found, "{quorum}");
    }
}

#[test]
fn the_same_seed_makes_the_same_run() {
    let told = |seed| {
        let (run, _) = random_run(seed, "n=5 w=3 r=3 loss=10", 60);
        (run.quorum.state(), run.events.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    assert_eq!(told(7), told(7));
    assert_ne!(told(7).1, told(8).1);
}

/// No one waits for ever, and nothing is left over.
#[test]
fn everything_ends() {
    let mut run = Run::new("n=7 w=7 r=7 loss=50");
    run.script(&"begin write k v as c2; begin read k; ".repeat(30));
    run.script("settle");
    assert_eq!(run.quorum.network().load(), 0);
    assert!(!run.quorum.calls.iter().any(Call::is_open));
    assert!(run.quorum.now() < Time::from_millis(1_000));
}

#[test]
fn a_failed_call_and_a_handoff_say_of_how_many_they_speak() {
    let mut run = Run::new("n=3 w=2");
    run.script("stop n1; stop n2; write k a");
    let right = "c1 needs 2 answers for c1.1, and got 1 within 100 ms: the quorum isn't met, the call failed.";
    assert!(run.told().starts_with(right), "three nodes were asked: {}", run.told());

    let mut run = Run::new("n=3 w=3 spares=2");
    run.script("stop n1; write k a; handoff n5");
    assert_eq!(run.told(), "n5 holds no hint.", "n4 holds one");
    run.script("stop n4; handoff");
    assert_eq!(run.told(), "No node that runs holds a hint.");
    let mut run = Run::new("n=3 w=3 spares=1");
    run.script("stop n1; write a 1; write b 2");
    let first = run.events.len();
    run.script("handoff");
    assert_eq!(run.events[first].to_string(), "n4 sent 2 hints to their owners.");
}

/// On any day each call ends, and a cluster that is left alone comes to rest.
#[test]
fn any_day_comes_to_rest() {
    const CALLS: &[&str] = &[
        "write k a",
        "begin write k b as c2",
        "write j c via n2",
        "begin read k",
        "read k as c2 via n1",
        "read j",
        "handoff",
        "repair",
        "backup n1",
        "restore n1",
        "delete k",
        "begin delete k as c2 via n3",
        "compact",
        "compact n2",
    ];
    for seed in 0..40 {
        let coordinator = ["client", "node"][seed as usize % 2];
        let conflict = ["lww", "siblings"][seed as usize / 2 % 2];
        let settings = format!("spares=1 jitter=30 loss=5 coordinator={coordinator} conflict={conflict} seed={seed}");
        let mut run = Run::new(&settings);
        let script = day::any_day(seed, 40, &run.quorum, CALLS);
        run.script(&script);
        run.script("heal; settle");
        assert!(run.quorum.is_quiet() && run.quorum.calls.iter().all(|call| !call.is_open()), "{seed}: {script}");
        assert!(run.events.last().is_some_and(|event| event.name() == "Settled"));
    }
}

/// Who asks, and by which node, may be said in either order, and is spelt in one.
#[test]
fn words_that_introduce_stand_in_any_order() {
    let script = "write k v via n2 as c2; write k v as c2 via n2; read k via n3; read k as c2";
    let read: Vec<String> = crate::testing::commands::<Quorum>(script).iter().map(ToString::to_string).collect();
    assert_eq!(read, ["write k v as c2 via n2", "write k v as c2 via n2", "read k via n3", "read k as c2"]);
}
