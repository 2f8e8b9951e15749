use std::rc::Rc;

use super::message::{Row, row_in, told};
use super::replica::Replica;
use super::*;
use crate::cluster::day;
use crate::contract::Engine;
use crate::form::Parameters;
use crate::replication::replicated_log::Entry;
use crate::testing::{self, counter, go_on};
use crate::wire::{Wire, dump, dump_of_entries};

pub(super) type Failovers = Cluster<Failover>;
pub(super) type Given<'a> = [(&'a str, &'a str)];

pub(super) fn open(given: &Given) -> Failovers {
    testing::run(given, "").0
}

/// Looks at every step.
struct Terms;

impl Probe<Failovers> for Terms {
    fn step(&mut self, _: impl FnOnce() -> Event, failover: &Failovers) {
        check_terms(failover);
    }
}

pub(super) fn run(failover: &mut Failovers, script: &str) -> Vec<Outcome> {
    go_on(failover, script, &mut Terms)
}

pub(super) fn ran(given: &Given, script: &str) -> Failovers {
    let mut failover = open(given);
    run(&mut failover, script);
    failover
}

pub(super) fn replica(failover: &Failovers, node: u8) -> &Replica {
    &failover.nodes[usize::from(node) - 1].replica
}

/// Nobody has led in a term in which somebody else has led.
fn check_terms(failover: &Failovers) {
    let reigns = failover.witness.reigns.all();
    for (place, (term, leader)) in reigns.iter().enumerate() {
        let mut others = reigns[..place].iter();
        assert!(others.all(|(other, _)| other != term), "{leader} is the second leader of term {term}");
    }
    for Replica { log, .. } in failover.nodes.iter().map(|node| &node.replica) {
        assert!(log.committed() <= log.log().len(), "{} has less than it calls committed", log.id);
    }
    for leader in leaders(failover).iter() {
        let term = replica(failover, leader.number()).log.term();
        assert!(reigns.contains(&(term, leader)), "{leader} leads term {term}, and no one knows how");
    }
}

const CALLS: &[&str] = &[
    "begin insert x",
    "begin insert y as c2",
    "insert z",
    "insert w as c2",
    "read 1",
    "read 2 as c2",
    "read 3",
    "isolate n1",
    "isolate n2",
    "pause n1 700ms",
    "pause n3 300ms",
    "load 50",
    "promote n2",
    "promote n3",
    "isolate storage",
    "cut n1 n2; cut n1 n3; insert v; stop n1; heal; run 1s; start n1",
    "run 700ms",
    "run 300ms",
];

/// What a clumsy operator, an unlucky network and two busy clients do, by chance from a seed; in the end all is mended.
pub(super) fn any_day(seed: u64, failover: &Failovers) -> String {
    let day = day::any_day(seed, 30, failover, CALLS);
    let nodes: Vec<_> = failover.ids().collect();
    let starts = nodes.iter().map(|node| format!("start {node}; skew {node} 0ms"));
    let hosts: Vec<_> =
        failover.client_ids().map(Host::from).chain(nodes.iter().map(|node| Host::from(*node))).collect();
    let pairs = hosts.iter().enumerate().flat_map(|(place, a)| hosts[..place].iter().map(move |b| (a, b)));
    let delays = pairs.map(|(a, b)| format!("delay {a} {b} 10ms"));
    let mended: Vec<_> = starts.chain(delays).collect();
    format!("{day}\nheal\n{}\nrun 20s", mended.join("\n"))
}

/// Many days by these rules.
fn days(given: &Given, many: u64, mut check: impl FnMut(&Failovers, u64)) {
    for seed in 0..many {
        let number = seed.to_string();
        let nodes = if seed % 4 == 0 { "5" } else { "3" };
        let mut all = vec![("seed", number.as_str()), ("nodes", nodes), ("jitter", "40"), ("loss", "3")];
        all.extend(given);
        let mut failover = open(&all);
        let day = any_day(seed, &failover);
        run(&mut failover, &day);
        assert!(failover.calls.iter().all(|call| !call.is_open()), "seed {seed}: every call ends");
        check(&failover, seed);
    }
}

pub(super) fn schedules(usual: u64) -> u64 {
    option_env!("STEPWISE_SCHEDULES").and_then(|runs| runs.parse().ok()).unwrap_or(usual)
}

const ANOMALIES: [&str; 5] = [
    "acknowledged_and_lost",
    "numbers_given_twice",
    "shown_to_the_wrong_person",
    "told_by_an_old_leader",
    "older_over_newer",
];

#[test]
fn with_votes_and_majorities_nothing_is_lost_whatever_happens() {
    let mut failovers = 0;
    days(&[("acknowledge", "majority"), ("storage", "open")], schedules(1_000), |failover, seed| {
        for anomaly in ANOMALIES {
            assert_eq!(counter(failover, anomaly), 0, "seed {seed}: {anomaly}");
        }
        failovers += counter(failover, "failovers");
    });
    assert!(failovers > 1_000, "leaders must fail: {failovers}");
}

#[test]
fn once_healed_and_quiet_all_logs_are_equal() {
    for choice in ["vote", "controller"] {
        days(&[("choice", choice), ("loss", "0")], schedules(300), |failover, seed| {
            let logs: Vec<&[Entry]> = failover.nodes.iter().map(|node| node.replica.log.log()).collect();
            assert!(logs.iter().all(|log| *log == logs[0]), "seed {seed}, {choice}: the logs differ");
            assert_eq!(leaders(failover).len(), 1, "seed {seed}, {choice}");
        });
    }
}

#[test]
fn without_majorities_some_day_loses_writes_and_gives_numbers_twice() {
    let mut found = [0; 3];
    days(&[("storage", "open"), ("choice", "controller")], schedules(300), |failover, _| {
        for (count, name) in found.iter_mut().zip(["acknowledged_and_lost", "numbers_given_twice", "older_over_newer"])
        {
            *count += counter(failover, name);
        }
    });
    assert!(found.iter().all(|times| *times > 0), "{found:?}");
}

#[test]
fn a_storage_that_checks_tokens_is_never_overwritten_by_an_old_leader() {
    let mut refused = 0;
    days(&[("storage", "fenced"), ("choice", "controller")], schedules(1_000), |failover, seed| {
        assert_eq!(counter(failover, "older_over_newer"), 0, "seed {seed}");
        refused += counter(failover, "writes_fenced");
    });
    assert!(refused > 0, "no day had an old leader that wrote");
}

#[test]
fn the_same_seed_is_the_same_run() {
    for seed in 0..10 {
        let number = seed.to_string();
        let given = [("seed", number.as_str()), ("jitter", "40"), ("loss", "5")];
        let day = any_day(seed, &open(&given));
        let [one, other] = [0, 1].map(|_| ran(&given, &day));
        assert_eq!(one.state(), other.state());
        assert_eq!(one.counters(), other.counters());
    }
}

const UNREPLICATED: &str = "insert ann; cut n1 n2; cut n1 n3; insert bob; read 2; stop n1; heal; run 1s";

#[test]
fn an_unreplicated_write_is_discarded_unless_it_waits_for_a_majority() {
    let script = format!("{UNREPLICATED}; start n1; run 300ms");
    assert_eq!(counter(&ran(&[], &script), "acknowledged_and_lost"), 1);
    let cured = ran(&[("acknowledge", "majority")], &script);
    assert_eq!(counter(&cured, "acknowledged_and_lost"), 0);
    // Its client has asked the new leader, and there it is written.
    let names = |node| replica(&cured, node).log.log().iter().filter_map(row_in).map(|(.., name)| name);
    assert_eq!(names(1).collect::<Vec<_>>(), ["ann", "bob"]);
}

#[test]
fn a_number_given_twice_shows_somebody_elses_data() {
    let script = format!("{UNREPLICATED}; insert eve as c2; read 2 as c2");
    let mut broken = open(&[]);
    assert_eq!(run(&mut broken, &script).last(), Some(&Outcome::Value(Some("bob".to_owned()))));
    assert_eq!([counter(&broken, ANOMALIES[1]), counter(&broken, ANOMALIES[2])], [1, 1]);
    let cured = ran(&[("acknowledge", "majority")], &script);
    assert_eq!([counter(&cured, ANOMALIES[1]), counter(&cured, ANOMALIES[2])], [0, 0]);
}

/// The newest call that breaks a promise, and the one that stands against it.
fn proof(failover: &Failovers) -> Option<(String, Option<String>)> {
    let broken = failover.witness.broken(&failover.nodes);
    let (place, broken) =
        broken.iter().enumerate().rev().find_map(|(place, broken)| Some((place, broken.as_ref()?)))?;
    Some((failover.calls[place].id.to_string(), broken.against().map(|call| call.to_string())))
}

/// The two calls, or one, by their names.
fn named(call: &str, against: Option<&str>) -> Option<(String, Option<String>)> {
    Some((call.to_owned(), against.map(str::to_owned)))
}

#[test]
fn a_broken_promise_is_proved_by_two_calls_wherever_there_are_two() {
    assert_eq!(proof(&ran(&[], "insert ann; read 1; read 1 as c2; read 7")), None);
    // No call has noticed yet, then one has, then the number is given again, and at last somebody is shown what is not hers.
    assert_eq!(proof(&ran(&[], UNREPLICATED)), named("c1.2", None));
    let unread = UNREPLICATED.replace("read 2; ", "");
    let noticed = ran(&[], &format!("{unread}; read 2 as c2"));
    assert_eq!(proof(&noticed), named("c2.1", Some("c1.2")));
    let insert = noticed.witness.broken(&noticed.nodes).remove(1).expect("the insert is lost, whoever has noticed");
    assert_eq!(insert.against(), Some(noticed.calls[2].id), "{insert}");
    let twice = format!("{UNREPLICATED}; insert eve as c2");
    assert_eq!(proof(&ran(&[], &twice)), named("c2.1", Some("c1.2")));
    let cached = ran(&[], &format!("{twice}; read 2 as c2"));
    assert_eq!(proof(&cached), named("c2.2", Some("c2.1")));
    let read = cached.calls.last().unwrap();
    let (ended, outcome) = read.ended.clone().expect("it is over");
    assert_eq!((ended - read.began, outcome), (Time::from_millis(20), Outcome::Value(Some("bob".to_owned())).into()));
}

#[test]
fn a_split_brain_overwrites_unless_the_storage_checks_tokens() {
    let script = "insert ann; cut n1 n2; cut n1 n3; cut n1 controller; cut n1 c2; run 600ms
        insert eve as c2; insert bob";
    let broken = ran(&[("choice", "controller"), ("storage", "open")], script);
    assert_eq!(leaders(&broken).len(), 2);
    assert_eq!([counter(&broken, ANOMALIES[3]), counter(&broken, ANOMALIES[4])], [1, 1]);
    let fenced = ran(&[("choice", "controller"), ("storage", "fenced")], script);
    assert_eq!(leaders(&fenced).len(), 1, "the old leader is told by the storage");
    assert_eq!([counter(&fenced, ANOMALIES[3]), counter(&fenced, ANOMALIES[4])], [0, 0]);
    assert_eq!(counter(&fenced, "writes_fenced"), 1);
}

#[test]
fn a_timeout_too_short_replaces_a_leader_that_is_only_busy() {
    let script = "insert ann; load 40; run 500ms; insert bob; load 40; run 1s";
    let hasty = ran(&[("timeout", "150")], script);
    assert!(counter(&hasty, "failovers") >= 2, "the load goes with the leader: {:?}", hasty.witness.reigns.all());
    assert_eq!(counter(&hasty, "failovers"), counter(&hasty, "replaced_alive"));
    assert_eq!(counter(&ran(&[("timeout", "800")], script), "failovers"), 0);
}

#[test]
fn a_node_whose_log_is_behind_is_not_elected() {
    let script = "isolate n3; insert ann; heal; stop n1; delay n2 n3 10ms; promote n3; run 100ms";
    let failover = ran(&[("heartbeat", "2000"), ("timeout", "3000")], script);
    assert!(leaders(&failover).is_empty(), "n2 has the row, and doesn't vote for n3");
}

#[test]
fn without_a_majority_nobody_leads_and_the_client_gets_its_answer_in_the_end() {
    let mut failover = open(&[]);
    let outcomes = run(&mut failover, "stop n1; stop n2; stop n3; insert ann");
    assert!(matches!(outcomes.last(), Some(Outcome::Unanswered(Some(_)))), "{outcomes:?}");
    let mut failover = open(&[]);
    run(&mut failover, "stop n1; stop n2; run 5s");
    assert!(leaders(&failover).is_empty(), "one of three is no majority");
}

#[test]
fn impossible_wishes_are_refused_with_a_reason() {
    let wishes = [
        ("stop n1; stop n1", "n1 is off already; `start n1` starts it"),
        ("stop n1; pause n1 5ms", "n1 is off; `start n1` starts it"),
        ("promote n4", "there is no n4; nodes are n1 to n3"),
        ("promote n1", "n1 leads already"),
        ("isolate controller", "there is no controller here"),
        ("delay n1 storage 5ms", "there is no storage here"),
    ];
    for (script, why) in wishes {
        let outcomes = run(&mut open(&[]), script);
        assert_eq!(outcomes.last(), Some(&Outcome::Refused(why.to_owned())), "{script}");
    }
    let parameters = |timeout| Parameters::new(Failovers::PARAMETERS, [("timeout", timeout)]);
    assert!(parameters("0").is_err());
    let refused = Failovers::open(&parameters("50").unwrap()).err().expect("it is no longer than the heartbeat");
    assert_eq!(refused.accepted, "more than the 50 ms between two heartbeats");
}

#[test]
fn messages_are_read_as_they_are_written_and_entries_are_explained_to_their_end() {
    let (call, name) = (CallId { client: ClientId::new(2), number: 70_000 }, Rc::<str>::from("ann"));
    let entries = vec![Entry::new(2, b"", b"").unwrap(), Entry::new(3, &message::key_of(9, call), b"ann").unwrap()];
    let row = Some(Row { row: 8, call, name: name.clone() });
    let messages = [
        Message::Log(LogMessage::Append { term: 3, position: 4, before: 2, entries, committed: 3 }),
        Message::Insert { call, name: name.clone() },
        Message::Read { call, row: 300 },
        Message::Queries { queries: 1_000 },
        Message::Redirect { call, leader: None },
        Message::Redirect { call, leader: Some(NodeId::new(3)) },
        Message::Inserted { call, row: 7 },
        Message::Found { call, name: None },
        Message::Alive { term: 5, last: 4, position: 600, leads: true },
        Message::Name { term: 6 },
        Message::Store { token: 7, row: None },
        Message::Store { token: 7, row },
        Message::Stored { token: 7, row: Some(8) },
        Message::TooOld { highest: 9 },
        Message::LookUp { call, row: 2 },
        Message::Cached { call, name: Some("".into()) },
        Message::Keep { row: 2, name },
    ];
    for message in messages {
        let dump = dump_of_entries(&message, String::new(), 0, told);
        let end = dump.spans.iter().fold(0, |end, span| if span.range.start == end { span.range.end } else { 0 });
        let mut bytes = &dump.bytes[..];
        assert_eq!((Message::read(&mut bytes), end), (Some(message), dump.bytes.len()));
        assert!(bytes.is_empty());
    }
    let failover = ran(&[], "insert ann; insert bob");
    for node in 1..=3 {
        let log = &replica(&failover, node).log;
        let file = log.disk().open("log").unwrap();
        let bytes: Vec<u8> = log.log().iter().flat_map(|entry| dump(entry, String::new()).bytes).collect();
        assert_eq!(bytes, log.disk().peek(file, 0..log.disk().len(file)));
    }
}

/// An older leader's write in the place of a newer one's is a broken promise, until the storage has the newer one again.
#[test]
fn what_the_storage_was_told_and_has_no_more_is_a_verdict() {
    let script = "insert ann; cut n1 n2; cut n1 n3; cut n1 controller; cut n1 c2; run 600ms
        insert eve as c2; begin insert bob; run 25ms";
    let (open, fenced) =
        ([("choice", "controller"), ("storage", "open")], [("choice", "controller"), ("storage", "fenced")]);
    assert_eq!(proof(&ran(&open, script)), named("c2.1", Some("c1.2")));
    assert_eq!(proof(&ran(&fenced, script)), None);
}
