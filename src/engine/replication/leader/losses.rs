//! What is lost, as somebody sees it who forgets nothing: tests of the engine's own judgement, and of what it promises.

use std::collections::{BTreeMap, BTreeSet};

use super::view::{lost as listed, mode, named};
use super::*;
use crate::cluster::NodeSet;
use crate::cluster::day::any_day;
use crate::replication::replicated_log::Term;
use crate::sim::Rng;
use crate::testing::{counter, go_on, opened, told};

type Nodes = Cluster<Leader>;

fn open(given: &[(&str, &str)]) -> Nodes {
    opened(given)
}

fn lost(cluster: &Nodes) -> u64 {
    counter(cluster, "writes_lost")
}

/// FAULTS R1: a snapshot that comes late takes nothing away from a log that has all it stands for.
#[test]
fn r1_a_late_snapshot_keeps_what_comes_after_it() {
    let mut leader = open(&[("followers", "1"), ("n2", "async"), ("n3", "sync"), ("copy", "1000")]);
    let script = "add; run 100ms; stop n3; start n3; run 960ms; begin put k b; run 33ms";
    let (narration, _) = told(&mut leader, &format!("{script}; stop n1; run 40ms; promote n3"));
    assert!(narration.contains("It is on n1, n2 and n3."), "it was told: {narration}");
    assert_eq!(lost(&leader), 0, "{narration}");
    assert_eq!(told(&mut leader, "get k").1.to_string(), "b");
    // Whoever has all of it says how far the log has come, and is sent the rest.
    let mut leader = open(&[("followers", "1"), ("n2", "async"), ("n3", "async"), ("copy", "1000")]);
    told(&mut leader, &format!("{script}; put k c; settle"));
    let [its, of_leader] = [2, 0].map(|place| leader.nodes[place].log.snapshot());
    assert_eq!(its.rows, of_leader.rows);
}

/// FAULTS R8: whoever is promoted waits for as many as the old leader did.
#[test]
fn r8_a_promoted_follower_waits_for_as_many_as_the_old_leader() {
    for mode in ["semi", "sync"] {
        let mut leader = open(&[("n2", mode), ("n3", mode)]);
        let (narration, outcome) = told(&mut leader, "put k a; settle; stop n1; promote n2; cut n2 n3; put k b");
        assert_eq!(outcome.to_string(), "no answer; whether the write counts is unknown", "{narration}");
        told(&mut leader, "stop n2; promote n3");
        assert_eq!(lost(&leader), 0, "{mode}");
    }
    // The one follower that is waited for changes places with the leader, and back again.
    for mode in ["semi", "sync"] {
        let mut leader = open(&[("n2", mode)]);
        let (narration, outcome) = told(&mut leader, "put k a; stop n1; promote n2; put k b");
        assert!(narration.contains("n1 takes its place"), "{narration}");
        assert_eq!(outcome.to_string(), "no answer; whether the write counts is unknown", "{mode}: {narration}");
        assert_eq!(told(&mut leader, "start n1; put k c").1, Outcome::Done);
        told(&mut leader, "stop n2; promote n1");
        assert_eq!(lost(&leader), 0);
        assert_eq!(told(&mut leader, "put k d").1.to_string(), "no answer; whether the write counts is unknown");
    }
}

/// An old leader that cannot be reached goes by the modes that it knows: nobody can tell it of others.
#[test]
fn an_old_leader_that_is_cut_off_still_waits_for_those_whom_it_waited_for() {
    let mut leader = open(&[]);
    let (_, outcome) = told(&mut leader, "put k a; settle; isolate n1; promote n2; mode n1 async; put k b via n1");
    assert_eq!(outcome.to_string(), "no answer; whether the write counts is unknown");
    assert_eq!(told(&mut leader, "put k c").1, Outcome::Done);
    assert_eq!(lost(&leader), 0);
}

/// FAULTS R9: what was lost stays lost, whatever snapshot the next leader began with.
#[test]
fn r9_a_lost_write_is_not_denied_later() {
    let mut leader = open(&[("followers", "1"), ("n2", "async")]);
    told(&mut leader, "put k a; settle; cut n1 n2; put k b; stop n1; promote n2");
    assert_eq!(lost(&leader), 1);
    let (narration, _) = told(&mut leader, "put k c; add; settle; promote n3");
    assert_eq!(lost(&leader), 1, "{narration}");
    assert!(narration.contains("1 acknowledged write isn't there: k = b (c1.2; now c)."), "{narration}");
    // As long as a disk has it, it can come back; and then that is said.
    let mut leader = open(&[("n2", "async")]);
    told(&mut leader, "put k a; settle; cut n1 n2; cut n1 n3; put k b; promote n2; put k c");
    assert_eq!(lost(&leader), 1);
    let (narration, _) = told(&mut leader, "promote n1");
    assert!(narration.contains("No longer lost: k = b (c1.2). 1 acknowledged write"), "{narration}");
    assert!(narration.contains("k = c (c1.3; now b)."), "{narration}");
}

/// FAULTS R12: of two open writes, the narration says which one is acknowledged.
#[test]
fn r12_the_narration_says_which_of_two_open_writes_is_acknowledged() {
    let mut leader = open(&[("jitter", "0")]);
    let (narration, _) = told(&mut leader, "begin put k a; run 1ms; begin put j b; settle");
    for write in ["k = a (c1.1)", "j = b (c1.2)"] {
        assert!(narration.contains(&format!("With that, {write} is acknowledged.")), "{narration}");
        assert!(narration.contains(&format!("{write} is acknowledged to c1 after")), "{narration}");
    }
    let (narration, _) = told(&mut leader, "stop n2; begin put k c; begin put j d; run 50ms; mode n2 async; settle");
    assert!(narration.contains("k = c (c1.3) still waits for n2."), "{narration}");
    assert!(narration.contains("With that, k = c (c1.3) and j = d (c1.4) are acknowledged."), "{narration}");
}

/// Who leads is the one named last, whoever else still believes that it does.
#[test]
fn the_narration_tells_the_leader_from_one_that_has_been_replaced() {
    let cases = [
        ("stop n1", "It was the leader: no one takes writes now."),
        (
            "begin put k a; run 10ms; stop n1",
            "1 client waited for an answer. It was the leader: no one takes writes now.",
        ),
        ("isolate n1; promote n2; stop n1", "It led, and hadn't heard that another was named."),
        (
            "isolate n1; promote n2; stop n2",
            "It was the leader. An earlier leader that hasn't heard of it goes on: n1.",
        ),
        ("put k a via n2", "n2 takes no write: it doesn't lead, n1 does."),
        ("stop n1; put k a via n2", "it doesn't lead, and the leader n1 is off."),
        ("stop n1; heal; settle", "n3 says to n1 that its log ends at position 1."),
        // Its log has come as far, and is another one.
        (
            "cut n1 n2; cut n1 n3; begin put k x; run 20ms; promote n2; heal; settle",
            "n1, whose log ends at position 2.",
        ),
    ];
    for (script, right) in cases {
        let (narration, _) = told(&mut open(&[]), script);
        assert!(narration.contains(right), "{script}: {narration}");
    }
}

/// An entry, by where it is and of which term; nothing else is both.
type Place = (usize, Term);

/// Sees every step, and keeps all that was ever in a log: no snapshot makes it forget.
#[derive(Default)]
struct Omniscient {
    /// Which entry comes before another one.
    before: BTreeMap<Place, Place>,
    /// More than one place, if the network had it twice.
    writes: BTreeMap<CallId, BTreeSet<Place>>,
    told: BTreeSet<CallId>,
    named: Option<NodeId>,
    /// Of each write who has it for certain once its client is told: the leader, and those of whom it waits for all.
    holders: BTreeMap<CallId, NodeSet>,
    /// Of those somebody leads, or has led since, who need not have the write.
    broken: BTreeSet<CallId>,
    promoted: usize,
    most_lost: usize,
}

impl Omniscient {
    fn named(&self) -> NodeId {
        self.named.unwrap_or(NodeId::new(1))
    }

    fn watch(&mut self, leader: &Nodes) {
        for node in leader.nodes.iter().map(|node| &node.log) {
            let mut last = (node.base().position, node.base().term());
            for entry in node.log() {
                let place = (last.0 + 1, entry.term);
                self.before.insert(place, last);
                last = place;
            }
        }
    }

    /// The writes that clients were told of and that the log of the node named last does not have, back to its very front.
    fn lost(&self, leader: &Nodes) -> BTreeSet<CallId> {
        let log = &leader.nodes[self.named().index()].log;
        let mut at = (log.end(), log.reached().0);
        let mut there = BTreeSet::new();
        while at.0 > 0 {
            there.insert(at);
            at = self.before[&at];
        }
        self.told.iter().copied().filter(|call| there.is_disjoint(&self.writes[call])).collect()
    }
}

impl Probe<Nodes> for Omniscient {
    fn step(&mut self, event: impl FnOnce() -> Event, leader: &Nodes) {
        self.watch(leader);
        match event() {
            Event::Appended { node, call, position, missing, .. } => {
                let places = self.writes.entry(call).or_default();
                places.insert((position, leader.nodes[node.index()].log.term()));
                // Of one that is written twice it is not said which of them its client is told of.
                let is_twice = places.len() > 1;
                let holders: NodeSet = missing.all.iter().chain([node]).collect();
                self.holders.insert(call, holders);
                // An old leader that has not heard of the new one.
                if is_twice || !holders.contains(self.named()) {
                    self.broken.insert(call);
                }
            }
            Event::Told { write, .. } => {
                self.told.insert(write.call);
            }
            Event::ModeSet { .. } => self.holders.retain(|call, _| self.told.contains(call)),
            Event::Promoted { node, lost, .. } => {
                self.named = Some(node);
                self.promoted += 1;
                let not_held = self.holders.iter().filter(|(_, holders)| !holders.contains(node));
                self.broken.extend(not_held.map(|(call, _)| *call));
                let listed: BTreeSet<CallId> = lost.iter().map(|lost| lost.write.call).collect();
                assert_eq!(listed, self.lost(leader), "what is listed at a promotion");
            }
            _ => {}
        }
        let lost = self.lost(leader);
        let judged: BTreeSet<CallId> = listed(leader).iter().map(|lost| lost.write.call).collect();
        assert_eq!(judged, lost, "what the engine tells as lost");
        for call in &lost {
            let safe = self.holders.contains_key(call) && !self.broken.contains(call);
            assert!(!safe, "{call} was waited for, and only those were promoted that have it");
        }
        self.most_lost = self.most_lost.max(lost.len());
    }
}

const DAYS: u64 = 150;

/// What clients do all day, and people.
const CALLS: [&str; 8] = [
    "put k0 a",
    "begin put k1 b as c2",
    "begin put k0 c via n2",
    "put k1 d as c2",
    "begin put k1 e via n1",
    "run 150ms",
    "heal",
    "begin get k0 via n3",
];

/// FAULTS R1, R8 and R9, by chance: what the engine tells as lost is what is lost, at each step; and a write that waited for
/// a synchronous follower is never lost while only those are promoted that were waited for.
#[test]
fn r1_r8_r9_what_is_told_as_lost_is_lost_and_what_was_waited_for_is_not() {
    let (mut lost, mut told, mut promoted, mut safe) = (0, 0, 0, 0);
    for seed in 0..DAYS {
        let mut rng = Rng::new(seed);
        let mut mode = || ["sync", "semi", "async", "sync"][rng.below(4) as usize];
        let (followers, text) = ((1 + seed % 3).to_string(), seed.to_string());
        let modes = [("n2", mode()), ("n3", mode()), ("n4", mode())];
        let base = [("seed", &*text), ("followers", &*followers), ("jitter", "60"), ("copy", "150")];
        let mut leader = open(&[&base[..], &modes].concat());
        let people = ["promote n1", "promote n2", "promote n3", "promote n4", "add", "run 40ms"];
        let changes = ["mode n2 sync", "mode n3 semi", "mode n1 async"].into_iter().filter(|_| seed % 4 == 0);
        let calls: Vec<&str> = CALLS.into_iter().chain(people).chain(changes).collect();
        let script = any_day::<Leader>(seed, 90, &leader, &calls);
        let mut all = Omniscient::default();
        go_on(&mut leader, &script, &mut all);
        lost += all.most_lost;
        told += all.told.len();
        promoted += all.promoted;
        let held = all.told.iter().filter(|call| all.holders.get(call).is_some_and(|nodes| nodes.len() > 1));
        safe += held.filter(|call| !all.broken.contains(call)).count();
    }
    assert!(lost > 15 && told > 150 && promoted > 400 && safe > 30, "{lost} {told} {promoted} {safe}");
}

/// FAULTS R8, by chance: with semi-synchronous followers nothing is lost while an operator who can look at every disk
/// promotes the one that is furthest on, however often, once the old leader is off: while it runs, another follower may
/// acknowledge more to it.
#[test]
fn r8_of_semi_synchronous_followers_the_furthest_has_all() {
    let (mut told, mut promoted) = (0, 0);
    for seed in 0..DAYS {
        let text = seed.to_string();
        let mut leader = open(&[("seed", &text), ("jitter", "60"), ("n2", "semi"), ("n3", "semi")]);
        let mut all = Omniscient::default();
        for hour in 0..10 {
            let script = any_day::<Leader>(seed * 10 + hour, 7, &leader, &CALLS);
            go_on(&mut leader, &script, &mut all);
            let old = named(&leader).log.id;
            let semi = leader.ids().filter(|node| *node != old && mode(&leader, *node) == Mode::Semi);
            let next = semi.max_by_key(|node| leader.nodes[node.index()].log.reached()).expect("there are two");
            go_on(&mut leader, &format!("stop {old}; start {next}; promote {next}"), &mut all);
        }
        assert_eq!(all.most_lost, 0, "seed {seed}");
        told += all.told.len();
        promoted += all.promoted;
    }
    assert!(told > 150 && promoted > 1_000, "{told} {promoted}");
}
