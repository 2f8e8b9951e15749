use super::*;
use crate::contract::{Engine, Outcome, Parameters};
use crate::language::{Words, statements};
use crate::replication::NodeId;
use crate::replication::replicated_log::Entry;
use crate::sim::Rng;

pub(super) type Given<'a> = [(&'a str, &'a str)];

pub(super) fn open(given: &Given) -> Failover {
    Failover::open(&Parameters::new(Failover::PARAMETERS, given.iter().copied()).unwrap()).unwrap()
}

pub(super) fn run(failover: &mut Failover, script: &str) -> Vec<Outcome> {
    let read = |statement| Failover::parse(&mut Words::new(&statement)).unwrap_or_else(|bad| panic!("{bad}"));
    let commands: Vec<Command> = statements(script).unwrap().into_iter().map(read).collect();
    let carry_out = |command: &Command| {
        let outcome = failover.execute(command, &mut ());
        check_terms(failover);
        outcome
    };
    commands.iter().map(carry_out).collect()
}

pub(super) fn ran(given: &Given, script: &str) -> Failover {
    let mut failover = open(given);
    run(&mut failover, script);
    failover
}

pub(super) fn counted(failover: &Failover, name: &str) -> u64 {
    let counters = failover.counters();
    counters.iter().find(|counter| counter.name == name).unwrap_or_else(|| panic!("{name}")).value
}

/// Nobody has led in a term in which somebody else has led.
fn check_terms(failover: &Failover) {
    let reigns = failover.reigns();
    for (place, (term, leader)) in reigns.iter().enumerate() {
        let mut others = reigns[..place].iter();
        assert!(others.all(|(other, _)| other != term), "{leader} is the second leader of term {term}");
    }
    for node in failover.nodes().iter().map(|node| &failover.seat(node).node) {
        assert!(node.committed() <= node.log().len(), "{} has less than it calls committed", node.id);
    }
    for leader in failover.leaders().iter() {
        let term = failover.seat(leader).node.term();
        assert!(reigns.contains(&(term, leader)), "{leader} leads term {term}, and nobody knows how");
    }
}

/// What a clumsy operator, an unlucky network and two busy clients do, by chance from a seed; in the end all is mended.
pub(super) fn any_day(seed: u64, nodes: u64) -> String {
    let mut rng = Rng::new(seed);
    let mut script = String::new();
    let hosts = ["n1", "n2", "n3", "n4", "n5"];
    for step in 0..24 {
        let [a, b] = [0, 1].map(|_| hosts[rng.below(nodes) as usize]);
        let client = ["c1", "c2"][rng.below(2) as usize];
        let line = match rng.below(16) {
            0..4 => format!("begin insert x{step} as {client}"),
            4 => format!("insert y{step} as {client}"),
            5 => format!("read {} as {client}", 1 + rng.below(4)),
            6 => format!("stop {a}"),
            7 => format!("start {a}"),
            8 => format!("isolate {a}"),
            9 if a != b => format!("cut {a} {b}"),
            10 => "heal".to_owned(),
            11 => format!("pause {a} {}ms", rng.below(900)),
            12 => format!("load {} as {client}", 1 + rng.below(60)),
            13 if a != b => format!("delay {a} {b} {}ms", rng.below(400)),
            14 => format!("promote {a}"),
            _ => format!("run {}ms", rng.below(900)),
        };
        script.push_str(&line);
        script.push('\n');
    }
    script.push_str("heal\n");
    for host in hosts.iter().take(nodes as usize) {
        script.push_str(&format!("start {host}\n"));
    }
    for (place, a) in hosts.iter().take(nodes as usize).enumerate() {
        for b in hosts[..place].iter() {
            script.push_str(&format!("delay {a} {b} 10ms\n"));
        }
    }
    script + "run 10s"
}

/// Many days by these rules; how often each counter was above 0 in the end.
fn days(given: &Given, many: u64, mut check: impl FnMut(&Failover, u64)) {
    for seed in 0..many {
        let number = seed.to_string();
        let nodes = if seed % 4 == 0 { "5" } else { "3" };
        let mut all = vec![("seed", number.as_str()), ("nodes", nodes), ("jitter", "40"), ("loss", "3")];
        all.extend(given);
        let failover = ran(&all, &any_day(seed, nodes.parse().unwrap()));
        assert!(failover.calls.iter().all(|call| call.ended.is_some()), "seed {seed}: every call ends");
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
            assert_eq!(counted(failover, anomaly), 0, "seed {seed}: {anomaly}");
        }
        failovers += counted(failover, "failovers");
    });
    assert!(failovers > 1_000, "leaders must fail: {failovers}");
}

#[test]
fn once_healed_and_quiet_all_logs_are_equal() {
    for choice in ["vote", "controller"] {
        days(&[("choice", choice), ("loss", "0")], schedules(300), |failover, seed| {
            let logs: Vec<&[Entry]> = failover.nodes().iter().map(|node| failover.seat(node).node.log()).collect();
            assert!(logs.iter().all(|log| *log == logs[0]), "seed {seed}, {choice}: the logs differ");
            assert_eq!(failover.leaders().len(), 1, "seed {seed}, {choice}");
        });
    }
}

#[test]
fn without_majorities_some_day_loses_writes_and_gives_numbers_twice() {
    let mut found = [0; 3];
    days(&[("storage", "open"), ("choice", "controller")], schedules(300), |failover, _| {
        for (count, name) in found.iter_mut().zip(["acknowledged_and_lost", "numbers_given_twice", "older_over_newer"])
        {
            *count += counted(failover, name);
        }
    });
    assert!(found.iter().all(|times| *times > 0), "{found:?}");
}

#[test]
fn a_storage_that_checks_tokens_is_never_overwritten_by_an_old_leader() {
    let mut refused = 0;
    days(&[("storage", "fenced"), ("choice", "controller")], schedules(1_000), |failover, seed| {
        assert_eq!(counted(failover, "older_over_newer"), 0, "seed {seed}");
        refused += counted(failover, "writes_fenced");
    });
    assert!(refused > 0, "no day had an old leader that wrote");
}

#[test]
fn the_same_seed_is_the_same_run() {
    for seed in 0..10 {
        let number = seed.to_string();
        let given = [("seed", number.as_str()), ("jitter", "40"), ("loss", "5")];
        let [one, other] = [0, 1].map(|_| ran(&given, &any_day(seed, 3)));
        assert_eq!(one.state(), other.state());
        assert_eq!(one.counters(), other.counters());
    }
}

const UNREPLICATED: &str = "insert ann; cut n1 n2; cut n1 n3; insert bob; read 2; stop n1; heal; run 1s";

#[test]
fn an_unreplicated_write_is_discarded_unless_it_waits_for_a_majority() {
    let script = format!("{UNREPLICATED}; start n1; run 300ms");
    assert_eq!(counted(&ran(&[], &script), "acknowledged_and_lost"), 1);
    let cured = ran(&[("acknowledge", "majority")], &script);
    assert_eq!(counted(&cured, "acknowledged_and_lost"), 0);
    // Its client has asked the new leader, and there it is written.
    let names = |node| cured.seat(NodeId::new(node)).node.log().iter().filter_map(row_in).map(|(.., name)| name);
    assert_eq!(names(1).collect::<Vec<_>>(), ["ann", "bob"]);
}

#[test]
fn a_number_given_twice_shows_somebody_elses_data() {
    let script = format!("{UNREPLICATED}; insert eve as c2; read 2 as c2");
    let mut broken = open(&[]);
    assert_eq!(run(&mut broken, &script).last(), Some(&Outcome::Value(Some("bob".to_owned()))));
    assert_eq!([counted(&broken, ANOMALIES[1]), counted(&broken, ANOMALIES[2])], [1, 1]);
    let cured = ran(&[("acknowledge", "majority")], &script);
    assert_eq!([counted(&cured, ANOMALIES[1]), counted(&cured, ANOMALIES[2])], [0, 0]);
}

/// The newest call that breaks a promise, and the one that stands against it.
fn proof(failover: &Failover) -> Option<(String, Option<String>)> {
    let calls = &failover.calls;
    let newest = (0..calls.len()).rev().find_map(|place| Some((place, failover.broken(place)?)));
    newest.map(|(place, broken)| (calls[place].id.to_string(), broken.against().map(|call| call.to_string())))
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
    let insert = noticed.broken(1).expect("the insert is lost, whoever has noticed");
    assert_eq!(insert.against(), Some(noticed.calls[2].id), "{insert}");
    let twice = format!("{UNREPLICATED}; insert eve as c2");
    assert_eq!(proof(&ran(&[], &twice)), named("c2.1", Some("c1.2")));
    let cached = ran(&[], &format!("{twice}; read 2 as c2"));
    assert_eq!(proof(&cached), named("c2.2", Some("c2.1")));
    let read = cached.calls.last().unwrap();
    assert!(matches!(&read.ended, Some((ended, Ended::Found(Some(name)))) if *ended == read.began && &**name == "bob"));
}

#[test]
fn a_split_brain_overwrites_unless_the_storage_checks_tokens() {
    let script = "insert ann; cut n1 n2; cut n1 n3; cut n1 controller; cut n1 c2; run 600ms
        insert eve as c2; insert bob";
    let broken = ran(&[("choice", "controller"), ("storage", "open")], script);
    assert_eq!(broken.leaders().len(), 2);
    assert_eq!([counted(&broken, ANOMALIES[3]), counted(&broken, ANOMALIES[4])], [1, 1]);
    let fenced = ran(&[("choice", "controller"), ("storage", "fenced")], script);
    assert_eq!(fenced.leaders().len(), 1, "the old leader is told by the storage");
    assert_eq!([counted(&fenced, ANOMALIES[3]), counted(&fenced, ANOMALIES[4])], [0, 0]);
    assert_eq!(counted(&fenced, "writes_fenced"), 1);
}

#[test]
fn a_timeout_too_short_replaces_a_leader_that_is_only_busy() {
    let script = "insert ann; load 40; run 500ms; insert bob; load 40; run 1s";
    let hasty = ran(&[("timeout", "150")], script);
    assert!(counted(&hasty, "failovers") >= 2, "the load goes with the leader: {:?}", hasty.reigns());
    assert_eq!(counted(&hasty, "failovers"), counted(&hasty, "replaced_alive"));
    assert_eq!(counted(&ran(&[("timeout", "800")], script), "failovers"), 0);
}

#[test]
fn a_node_whose_log_is_behind_is_not_elected() {
    let script = "isolate n3; insert ann; heal; stop n1; delay n2 n3 10ms; promote n3; run 100ms";
    let failover = ran(&[("heartbeat", "2000"), ("timeout", "3000")], script);
    assert!(failover.leaders().is_empty(), "n2 has the row, and does not vote for n3");
}

#[test]
fn without_a_majority_nobody_leads_and_the_client_gets_its_answer_in_the_end() {
    let mut failover = open(&[]);
    let outcomes = run(&mut failover, "stop n1; stop n2; stop n3; insert ann");
    assert!(matches!(outcomes.last(), Some(Outcome::Refused(why)) if why.contains("3000 ms")), "{outcomes:?}");
    let mut failover = open(&[]);
    run(&mut failover, "stop n1; stop n2; run 5s");
    assert!(failover.leaders().is_empty(), "one of three is no majority");
}

#[test]
fn impossible_wishes_are_refused_with_a_reason() {
    let wishes = [
        ("stop n1; stop n1", "n1 is stopped"),
        ("start n1", "n1 runs already"),
        ("stop n4", "there is no node n4; there are n1, n2 and n3"),
        ("promote n1", "n1 leads already"),
        ("isolate controller", "there is no controller: the nodes vote"),
        ("delay n1 storage 5ms", "there is no storage: the parameter `storage` is off"),
        ("cut n1 n1", "there is no link from n1 to itself"),
    ];
    for (script, why) in wishes {
        let outcomes = run(&mut open(&[]), script);
        assert_eq!(outcomes.last(), Some(&Outcome::Refused(why.to_owned())), "{script}");
    }
    let parameters = |timeout| Parameters::new(Failover::PARAMETERS, [("timeout", timeout)]);
    assert!(parameters("0").is_err());
    let refused = Failover::open(&parameters("50").unwrap()).err().expect("it is no longer than the heartbeat");
    assert_eq!(refused.accepted, "more than the 50 ms between two heartbeats");
}

#[test]
fn an_entry_is_shown_as_its_disk_has_it() {
    let failover = ran(&[], "insert ann; insert bob");
    for node in failover.nodes().iter() {
        let disk = failover.seat(node).node.disk();
        let file = disk.open("log").unwrap();
        let dumps = (1..=3).map(|position| bytes::entry(&failover, node, position).unwrap());
        let bytes: Vec<u8> = dumps
            .flat_map(|dump| {
                assert_eq!(
                    dump.spans.last().map(|span| span.range.end),
                    Some(dump.bytes.len()),
                    "explained to its end"
                );
                dump.bytes
            })
            .collect();
        assert_eq!(bytes, disk.peek(file, 0..disk.len(file)));
        assert!(bytes::entry(&failover, node, 4).is_none() && bytes::entry(&failover, node, 0).is_none());
    }
}
