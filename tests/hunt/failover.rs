//! `failover`: the three promises that an acknowledged row makes, and the rows that are lost.

use std::cell::RefCell;
use std::rc::Rc;

use stepwise::engine::cluster::{CallId, Cluster, NodeId};
use stepwise::engine::replication::failover::message::row_in;
use stepwise::engine::replication::failover::user::Ask;
use stepwise::engine::replication::failover::witness::Ended;
use stepwise::engine::replication::failover::{Broken, Failover, leaders};

use crate::chance::Chance;
use crate::tally::{MOST_CALLS, Tally, seeds};
use crate::watch::{Span, Watcher};

struct Day {
    parameters: Vec<(&'static str, String)>,
    script: String,
    /// Votes of majorities decide who leads and what is acknowledged.
    by_majorities: bool,
}

fn any_day(seed: u64) -> Day {
    let mut chance = Chance::new(seed);
    let nodes = chance.pick(&[3, 3, 5]);
    let choice = chance.pick(&["vote", "controller"]);
    let acknowledge = chance.pick(&["leader", "leader", "leader", "one", "majority"]);
    let parameters = vec![
        ("nodes", nodes.to_string()),
        ("choice", choice.to_owned()),
        ("acknowledge", acknowledge.to_owned()),
        ("jitter", chance.pick(&["0", "20", "40"]).to_owned()),
        ("loss", chance.pick(&["0", "0", "3"]).to_owned()),
        ("seed", seed.to_string()),
    ];
    let mut script = "insert first\n".to_owned();
    let mut calls = 1;
    for number in 0..chance.within(10, 30) {
        let [a, b] = [chance.within(1, nodes), chance.within(1, nodes)];
        let client = chance.within(1, 2);
        let kind = chance.below(28);
        if kind < 12 && calls == MOST_CALLS {
            continue;
        }
        calls += usize::from(kind < 12);
        let line = match kind {
            0..4 => format!("insert x{number} as c{client}"),
            4..6 => format!("begin insert y{number} as c{client}"),
            6..12 => format!("read {} as c{client}", chance.within(1, 4)),
            12..14 => format!("stop n{a}"),
            14 => format!("start n{a}"),
            15 => format!("isolate n{a}"),
            16 if a != b => format!("cut n{a} n{b}"),
            16..18 => "heal".to_owned(),
            18 => format!("pause n{a} {}ms", chance.below(900)),
            19 if a != b => format!("delay n{a} n{b} {}ms", chance.below(400)),
            19 => format!("promote n{a}"),
            // Two may lead at once, and each is asked.
            20 | 21 if calls + 3 <= MOST_CALLS => {
                calls += 3;
                let row = chance.within(1, 4);
                format!(
                    "insert w{number} as c1\n{}insert x{number} as c1\nrun 1s\nheal\ninsert z{number} as c2\nread {row} as c{client}",
                    alone(a, nodes)
                )
            }
            // The first leader acknowledges what nobody else has, and is asked; then it dies, and another is asked.
            22..28 if calls + 4 <= MOST_CALLS => {
                calls += 4;
                let row = chance.within(2, 3);
                let cached =
                    if calls < MOST_CALLS && !chance.one_in(3) { format!("read {row}\n") } else { String::new() };
                calls += usize::from(!cached.is_empty());
                format!(
                    "{}begin insert x{number}\nrun 100ms\n{cached}stop n1\nrun 1s\nread {row} as c2\nstart n1\nheal\ninsert y{number} as c2\nread {row}",
                    alone(1, nodes)
                )
            }
            _ => format!("run {}ms", chance.below(900)),
        };
        script.push_str(&line);
        script.push('\n');
    }
    Day { parameters, script, by_majorities: choice == "vote" && acknowledge == "majority" }
}

/// Cuts a node off from all others, but not from its clients.
fn alone(node: u64, nodes: u64) -> String {
    (1..=nodes).filter(|other| *other != node).map(|other| format!("cut n{node} n{other}\n")).collect()
}

/// A call that was answered, as its client knows it.
struct Answered {
    id: CallId,
    span: Span,
    row: u32,
    /// The name that was inserted or found; nothing where a read found no row.
    name: Option<String>,
    is_insert: bool,
}

fn answered(failover: &Cluster<Failover>, spans: &[Span]) -> Vec<Answered> {
    let mut calls = Vec::new();
    for (call, span) in failover.witness.calls.iter().zip(spans) {
        let (row, name, is_insert) = match (&call.ask, &call.ended) {
            (Ask::Insert(name), Some(Ended::Inserted(row))) => (*row, Some(name.to_string()), true),
            (Ask::Read(row), Some(Ended::Found(name))) => (*row, name.as_ref().map(|name| name.to_string()), false),
            _ => continue,
        };
        calls.push(Answered { id: call.id, span: *span, row, name, is_insert });
    }
    calls
}

/// What a call breaks of what clients had been told when it began (a read) or ended (an insert).
fn broken(calls: &[Answered], call: &Answered) -> Option<&'static str> {
    let told = |other: &&Answered| other.is_insert && other.row == call.row && other.id != call.id;
    if call.is_insert {
        let before = |other: &Answered| other.span.ended < call.span.ended;
        return calls.iter().filter(told).any(before).then_some("given twice");
    }
    let owner = calls
        .iter()
        .filter(told)
        .filter(|other| other.span.is_before(call.span))
        .max_by_key(|other| other.span.ended)?;
    match &call.name {
        None => Some("not found"),
        Some(_) if call.name != owner.name => Some("wrong person"),
        Some(_) => None,
    }
}

/// FAULTS R6 and R7: what is shown as broken and lost is what the definitions say; with votes and majorities nothing is.
#[test]
fn every_verdict_of_a_failover_is_that_of_its_definition() {
    let mut tally =
        Tally::new("failover", &["sound", "given twice", "wrong person", "not found", "lost", "sound by majorities"]);
    for seed in seeds() {
        let day = any_day(seed);
        let mut watcher =
            Watcher::new(|failover: &Cluster<Failover>| failover.calls.iter().map(|call| !call.is_open()).collect());
        // Who has led in the newest term so far.
        let newest: Rc<RefCell<(u64, NodeId)>> = Rc::new(RefCell::new((0, NodeId::new(1))));
        let seen = newest.clone();
        watcher.also = Box::new(move |failover: &Cluster<Failover>| {
            for node in leaders(failover).iter() {
                let reign = (failover.nodes[node.index()].replica.log.term().into(), node);
                let mut newest = seen.borrow_mut();
                if reign.0 > newest.0 {
                    *newest = reign;
                }
            }
        });
        let (failover, _) = watcher.run(&day.parameters, &day.script);
        let told = format!("seed {seed}: {:?}\n{}", day.parameters, day.script);
        let (calls, broken_now) = (answered(&failover, &watcher.spans), failover.witness.broken(&failover.nodes));
        for call in &calls {
            let place = failover.calls.iter().position(|other| other.id == call.id).expect("it was seen");
            let shown = match broken_now[place] {
                None | Some(Broken::Lost { .. } | Broken::Overwritten { .. }) => None,
                Some(Broken::GivenTwice { .. }) => Some("given twice"),
                Some(Broken::WrongPerson { .. }) => Some("wrong person"),
                Some(Broken::NotFound { .. }) => Some("not found"),
            };
            let right = broken(&calls, call);
            tally.hold(shown == right, || format!("{} is shown as {shown:?} and is {right:?}\n{told}", call.id));
            tally.add(right.unwrap_or("sound"), 1);
            if day.by_majorities {
                tally.hold(right.is_none(), || format!("{}: majorities keep that promise\n{told}", call.id));
                tally.add("sound by majorities", 1);
            }
        }
        let log = failover.nodes[newest.borrow().1.index()].replica.log.log();
        // A client that was told a number has lost its row if that number is another's, even if a second leader, which was
        // asked, too, keeps the name under a number of its own.
        let is_kept =
            |told: &Answered| log.iter().filter_map(row_in).any(|(row, id, _)| (row, id) == (told.row, told.id));
        let lost: Vec<String> =
            calls.iter().filter(|call| call.is_insert && !is_kept(call)).map(|call| call.id.to_string()).collect();
        let mut shown: Vec<String> =
            failover.witness.lost(&failover.nodes).iter().map(|told| told.call.to_string()).collect();
        shown.sort();
        let mut right = lost.clone();
        right.sort();
        tally.hold(shown == right, || format!("{shown:?} is shown as lost, and {right:?} is\n{told}"));
        let is_kept = !day.by_majorities || lost.is_empty();
        tally.hold(is_kept, || format!("{lost:?} was acknowledged by a majority and is lost\n{told}"));
        tally.add("lost", lost.len() as u64);
    }
    tally.close();
}
