//! What is lost, as somebody sees it who reads every disk: tests of the engine's own judgement, and of what it promises.

use std::collections::BTreeSet;

use super::message::row_in;
use super::tests::{Failovers, any_day, open, ran, replica, run, schedules};
use super::witness::Ended;
use super::*;
use crate::contract::Engine;
use crate::form::Parameters;
use crate::replication::replicated_log::{Entry, Term};
use crate::testing::{counter, go_on};

/// All that is narrated.
#[derive(Default)]
struct Narration(Vec<String>);

impl Probe<Failovers> for Narration {
    fn step(&mut self, event: impl FnOnce() -> Event, _: &Failovers) {
        self.0.push(event().to_string());
    }
}

fn told(failover: &mut Failovers, script: &str) -> String {
    let mut narration = Narration::default();
    go_on(failover, script, &mut narration);
    narration.0.join("\n")
}

fn broken(failover: &Failovers, place: usize) -> Option<Broken> {
    failover.witness.broken(&failover.nodes).remove(place)
}

/// FAULTS R6: the newest reign decides what is lost, and not whoever believes that it leads.
#[test]
fn r6_a_row_on_two_of_three_disks_is_not_lost() {
    let majority = [("acknowledge", "majority")];
    let script = "isolate n1; run 1s; insert bob; stop n2; run 200ms";
    let failover = ran(&majority, script);
    assert_eq!(
        leaders(&failover).iter().collect::<Vec<_>>(),
        [NodeId::new(1)],
        "only the old one believes that it leads"
    );
    assert_eq!(counter(&failover, "acknowledged_and_lost"), 0);
    assert!(broken(&failover, 0).is_none());
    // The row is lost, and stays lost when its new leader has died as well.
    let script = "cut n1 n2; cut n1 n3; insert bob; run 1s; isolate n2; isolate n3; stop n2; stop n3";
    let failover = ran(&[], script);
    assert_eq!(counter(&failover, "acknowledged_and_lost"), 1);
    assert!(broken(&failover, 0).expect("it is lost").to_string().contains("the leader of term 2"));
}

/// FAULTS R7: a new leader answers no read before it knows what is committed.
#[test]
fn r7_a_new_leader_holds_reads_until_its_opening_entry_is_committed() {
    for rule in ["majority", "one"] {
        let mut held = 0;
        for time in (0..700).step_by(10) {
            let mut failover = open(&[("acknowledge", rule)]);
            let narration = told(&mut failover, &format!("insert ann; stop n1; run {time}ms; read 1 as c2"));
            held += usize::from(narration.contains("It holds the read of row 1 for c2 until position 3"));
            assert!(narration.contains("c2 is shown row 1, the data of ann"), "{rule}, {time} ms: {narration}");
        }
        assert!(held > 0, "{rule}: no read comes to a leader that doesn't know yet");
    }
    // By all, the entry that opens the term is committed when the old leader is there again, and no read is answered before.
    let mut failover = open(&[("acknowledge", "all")]);
    let narration = told(&mut failover, "insert ann; stop n1; run 1s; read 1 as c2");
    assert!(narration.contains("c2 gives the call c2.1 up"), "{narration}");
    assert_eq!(run(&mut failover, "start n1; run 300ms; read 1 as c2")[2], Outcome::Value(Some("ann".to_owned())));
}

/// FAULTS R10: what the storage does not answer it is sent again, a new leader's token too; and the narration says for whom
/// the client waits.
#[test]
fn r10_what_the_storage_does_not_answer_it_is_sent_again() {
    for storage in ["open", "fenced"] {
        let mut failover = open(&[("storage", storage)]);
        let narration = told(&mut failover, "isolate storage; begin insert ann; run 300ms");
        assert!(narration.contains("n1 has no answer from the storage, and sends it row 1 again."), "{narration}");
        let narration = narration + "\n" + &told(&mut failover, "heal; run 4s");
        assert!(!narration.contains("enough followers"), "it waits for the storage: {narration}");
        assert_eq!(failover.witness.calls[0].ended, Some(Ended::Inserted(1)), "{narration}");
        assert_eq!(super::store(&failover).unwrap().rows.len(), 1);
    }
    let mut failover = open(&[("storage", "fenced")]);
    told(&mut failover, "isolate storage; stop n1; run 1s; heal; run 4s");
    assert_eq!(super::store(&failover).unwrap().highest, 2, "the token of the new leader has come");
    let mut failover = open(&[("storage", "open"), ("loss", "30"), ("seed", "4")]);
    run(&mut failover, "begin insert ann; run 200ms; begin insert bob as c2; run 10s; run 10s");
    assert!(failover.nodes.iter().all(|node| node.replica.waiting.is_empty()), "no one waits for ever");
}

/// A node that knows no leader has answered; and one that is in a later term refuses whoever asks in an earlier one, whether
/// it has voted or not.
#[test]
fn the_narration_says_why_a_client_goes_on_and_why_a_node_does_not_vote() {
    let narration = told(&mut open(&[]), "stop n1; stop n2; run 400ms; insert a");
    assert!(narration.contains("n3 knows no leader. c1 waits before it asks someone else"), "{narration}");
    assert!(narration.contains("c1 has waited long enough, and now asks n1"), "{narration}");
    assert!(!narration.contains("no answer from n3"), "{narration}");

    // n3 asks in term 2, and n2 does not hear of it before n1 leads term 4.
    let script = "delay n3 n2 500ms; promote n3; run 15ms; promote n1; run 15ms; promote n1; run 1s";
    let narration = told(&mut open(&[("timeout", "60000")]), script);
    let refused = narration.lines().find(|line| line.starts_with("n2 doesn't vote for n3"));
    let right = "n2 doesn't vote for n3 in term 2: it knows of term 4.";
    assert_eq!(refused, Some(right), "{narration}");
}

/// FAULTS R12: for how long nobody has answered, what a paused node hears, what cannot be kept, and what a mark affirms.
#[test]
fn r12_the_small_ones() {
    let outcomes = run(&mut open(&[("patience", "10000"), ("timeout", "60000")]), "stop n1; insert a");
    assert_eq!(outcomes[1], Outcome::Unanswered(Some("whether the row is inserted")));

    // The leader answers each time, and its answers are lost: nobody is said to be silent.
    let narration = told(&mut open(&[]), "begin insert a; run 15ms; cut n1 c1; run 4s");
    assert!(narration.contains("c1 has no answer from n1, and now asks n2"), "{narration}");
    assert!(narration.contains("no answer from a leader has arrived within 3"), "{narration}");
    assert!(!narration.contains("has answered") && !narration.contains("not answered"), "{narration}");

    let mut failover = open(&[]);
    let narration = told(&mut failover, "pause n2 500ms; promote n2; run 400ms");
    assert!(narration.contains("n2 is to lead, and hears of it when it is free again."), "{narration}");
    assert_eq!(replica(&failover, 2).log.term(), 1, "it does nothing yet");
    run(&mut failover, "run 300ms");
    assert_eq!(failover.witness.reigns.all().last(), Some(&(2, NodeId::new(2))));

    let parameters = Parameters::new(Failovers::PARAMETERS, [("nodes", "1"), ("acknowledge", "one")]).unwrap();
    assert_eq!(Failovers::open(&parameters).err().expect("there is no follower").name, "acknowledge");

    for (name, times) in open(&[]).witness.verdicts(&open(&[]).nodes) {
        assert!(times == 0 && name.starts_with("no"), "`{name} ✓` says that it hasn't happened");
    }
}

/// A command ends within seconds: no link is longer than 200 heartbeats, and no run has many more than 500,000 messages and
/// timers. Without these bounds a heartbeat each millisecond and links of ten seconds kept a page busy for minutes.
#[test]
fn heartbeats_do_not_pile_up_without_end() {
    let fast = [("heartbeat", "1"), ("nodes", "7"), ("timeout", "60000")];
    for slow in ["delay", "jitter"] {
        let given = fast.into_iter().chain([(slow, "9990")]);
        let bad = Failovers::open(&Parameters::new(Failovers::PARAMETERS, given).unwrap()).err().expect("too many");
        assert!(bad.name == "heartbeat" && bad.accepted.starts_with("at least 50 ms where"), "{bad}");
    }
    open(&[("heartbeat", "50"), ("delay", "9990")]);

    let mut failover = open(&fast);
    let refused =
        Outcome::Refused("with a heartbeat every 1 ms, no link is longer than 200 of them: 200 ms".to_owned());
    assert_eq!(run(&mut failover, "delay n1 n2 201ms; delay n1 n2 200ms"), [refused, Outcome::Done]);
    let outcomes = run(&mut failover, "run 10s; run 10s; run 10s; run 10s; insert a");
    assert!(outcomes[0].is_ok() && outcomes[4].to_string().contains("500,000"), "{outcomes:?}");
}

/// Sees every step, and reads the rows from the bytes on the disks.
#[derive(Default)]
struct Omniscient {
    /// The newest reign that began; n1 has led term 1 from the beginning.
    newest: Option<(Term, NodeId)>,
    most_lost: usize,
    /// Whether a leader of the newest term knows all that any client was told: with votes and majorities.
    knows_all: bool,
    /// How often the one that leads the newest term was seen to hold a read, and to answer one.
    held: usize,
    answered: usize,
}

impl Omniscient {
    fn newest(&self) -> (Term, NodeId) {
        self.newest.unwrap_or((1, NodeId::new(1)))
    }

    /// The rows that clients were told of, and that the disk of the newest leader does not have.
    fn lost(&self, failover: &Failovers) -> BTreeSet<CallId> {
        let disk = replica(failover, self.newest().1.number()).log.disk();
        let file = disk.open("log").expect("a node has a log");
        let (bytes, mut at, mut there) = (disk.peek(file, 0..disk.len(file)), 0, BTreeSet::new());
        while let Some((entry, len)) = Entry::decode(&bytes[at..]) {
            there.extend(row_in(&entry).map(|(row, call, _)| (row, call)));
            at += len;
        }
        let told = failover.witness.calls.iter().filter_map(|call| match call.ended {
            Some(Ended::Inserted(row)) => Some((row, call.id)),
            _ => None,
        });
        told.filter(|told| !there.contains(told)).map(|(_, call)| call).collect()
    }
}

impl Probe<Failovers> for Omniscient {
    fn step(&mut self, event: impl FnOnce() -> Event, failover: &Failovers) {
        match event() {
            Event::Leads { node, term, .. } => self.newest = Some(self.newest().max((term, node))),
            Event::ReadHeld { node, .. } => self.held += usize::from(node == self.newest().1),
            Event::LookedUp { node, row, name, .. } if node == self.newest().1 => {
                self.answered += 1;
                let owner = failover.witness.told.iter().rfind(|told| told.row == row).map(|told| told.name.clone());
                assert!(
                    !self.knows_all || owner.is_none() || owner == name,
                    "row {row} is {owner:?}'s, and {name:?} was read"
                );
            }
            _ => {}
        }
        let lost = self.lost(failover);
        let judged: BTreeSet<CallId> =
            failover.witness.lost(&failover.nodes).into_iter().map(|lost| lost.call).collect();
        assert_eq!(judged, lost, "what the engine tells as lost");
        self.most_lost = self.most_lost.max(lost.len());
    }
}

/// FAULTS R6, R7 and R9, by chance: what the engine tells as lost is what is lost, at each step; with votes and majorities
/// nothing is at any step, and a leader of the newest term never hides what somebody was told.
#[test]
fn r6_r7_r9_what_is_told_as_lost_is_lost_and_by_votes_and_majorities_nothing_is() {
    let (mut lost, mut held, mut answered) = (0, 0, 0);
    for seed in 0..schedules(300) {
        let number = seed.to_string();
        let nodes = if seed % 4 == 0 { 5 } else { 3 };
        let (rule, choice) =
            [("leader", "vote"), ("majority", "vote"), ("one", "controller"), ("majority", "controller")]
                [seed as usize / 4 % 4];
        let given = [
            ("seed", number.as_str()),
            ("nodes", if nodes == 5 { "5" } else { "3" }),
            ("jitter", "40"),
            ("loss", "3"),
            ("acknowledge", rule),
            ("choice", choice),
            ("storage", ["off", "open", "fenced"][seed as usize % 3]),
        ];
        let knows_all = (rule, choice) == ("majority", "vote");
        let mut all = Omniscient { knows_all, ..Omniscient::default() };
        let mut failover = open(&given);
        let day = any_day(seed, &failover);
        go_on(&mut failover, &day, &mut all);
        if knows_all {
            assert_eq!(all.most_lost, 0, "seed {seed}");
        }
        lost += all.most_lost;
        held += all.held;
        answered += all.answered;
    }
    assert!(lost > 20 && held > 5 && answered > 100, "{lost} {held} {answered}");
}

/// FAULTS R13: a majority alone does not keep a row, if a controller names whoever it hears.
#[test]
fn r13_by_majority_a_row_is_lost_all_the_same_where_a_controller_names_the_leader() {
    let script = "cut n1 n3; cut n2 n3; insert bob; stop n1; stop n2; run 1s";
    let given = [("acknowledge", "majority"), ("choice", "controller")];
    assert_eq!(counter(&ran(&given, script), "acknowledged_and_lost"), 1);
    assert_eq!(counter(&ran(&given[..1], script), "acknowledged_and_lost"), 0);
}
