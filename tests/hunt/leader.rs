//! `leader`: what reads return, judged by trying all orders, and which acknowledged writes the leader has lost.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use stepwise::engine::cluster::Cluster;
use stepwise::engine::replication::NodeId;
use stepwise::engine::replication::history::{Request, Returned};
use stepwise::engine::replication::leader::view::{lost, mode};
use stepwise::engine::replication::leader::{Leader, Mode};

use crate::chance::Chance;
use crate::register::{Judged, compare};
use crate::tally::{MOST_CALLS, Tally, seeds};
use crate::watch::Watcher;

struct Day {
    parameters: Vec<(&'static str, String)>,
    script: String,
}

/// What a write that is acknowledged may rely on: while only nodes lead whose acknowledgement it has waited for, it is kept.
#[derive(Clone)]
struct Duty {
    /// The nodes that were synchronous all the time from its begin to its acknowledgement, and its own leader.
    owed_by: BTreeSet<NodeId>,
    is_acknowledged: bool,
    /// Somebody else has led since.
    is_over: bool,
    is_broken: bool,
}

/// Follows the duties of all writes through a run; each has a key of its own.
fn follow(duties: &mut Vec<Option<Duty>>, leader: &Cluster<Leader>) {
    let named = leader.witness.leader();
    let is_synchronous = |node: &NodeId| leader.witness.members.contains(*node) && mode(leader, *node) == Mode::Sync;
    let now: BTreeSet<NodeId> = leader.ids().filter(|node| is_synchronous(node) || *node == named).collect();
    for (place, call) in leader.witness.history.calls().enumerate() {
        let Request::Write { key, .. } = &call.request else {
            duties.resize(duties.len().max(place + 1), None);
            continue;
        };
        if duties.len() <= place {
            let duty = Duty { owed_by: now.clone(), is_acknowledged: false, is_over: false, is_broken: false };
            duties.push(Some(duty));
        }
        let Some(duty) = &mut duties[place] else { continue };
        if !duty.is_acknowledged {
            duty.owed_by.retain(|node| now.contains(node));
            duty.is_acknowledged = matches!(call.ended, Some((_, Returned::Written)));
        }
        if duty.is_acknowledged {
            duty.is_over |= !duty.owed_by.contains(&named);
            let is_kept = || leader.nodes[named.index()].log.find(key.as_str().as_bytes()).is_some();
            duty.is_broken |= !duty.is_over && !is_kept();
        }
    }
}

/// A new follower is switched off and on while its copy is on its way, and named soon after a write: the copy that it asked
/// for first has come when the write does, and the second has not, if messages take ten milliseconds.
fn late_copy(chance: &mut Chance, new: u64, copy: u64, put: &str) -> String {
    let first = chance.within(60, 150);
    let second = copy.saturating_sub(chance.within(10, first - 20));
    let [told, dead] = [chance.within(25, 45), chance.within(0, 150)];
    format!(
        "add\nrun {first}ms\nstop n{new}\nstart n{new}\nrun {second}ms\nbegin {put}\nrun {told}ms\nstop n1\nrun {dead}ms\n\
         promote n{new}"
    )
}

/// A cluster and what happens to it, by chance. `own_keys` gives each write a key of its own, so that it is seen at once
/// whether it is still there.
fn any_day(seed: u64, own_keys: bool) -> Day {
    let mut chance = Chance::new(seed);
    let followers = chance.within(1, 3);
    let all_sync = chance.one_in(4);
    let mut modes: Vec<&str> =
        (0..4).map(|_| if all_sync { "sync" } else { chance.pick(&["sync", "semi", "async", "async"]) }).collect();
    let copy: u64 = chance.pick(&[0, 300, 1000]);
    // On some of these days the first follower to be added is waited for, and begins with copies that come late.
    let begins_late = own_keys && copy > 0 && chance.one_in(4);
    if begins_late {
        modes[followers as usize] = "sync";
    }
    let mut parameters = vec![
        ("followers", followers.to_string()),
        ("delay", if begins_late { "10" } else { chance.pick(&["10", "10", "30"]) }.to_owned()),
        ("jitter", if begins_late { "0" } else { chance.pick(&["0", "20", "60"]) }.to_owned()),
        ("copy", copy.to_string()),
        ("timeout", chance.pick(&["200", "1000"]).to_owned()),
        ("seed", seed.to_string()),
    ];
    parameters.extend(["n2", "n3", "n4", "n5"].into_iter().zip(&modes).map(|(name, mode)| (name, (*mode).to_owned())));
    let (mut script, mut calls, mut nodes) = (String::new(), 0, followers + 1);
    if begins_late {
        (calls, nodes) = (1, nodes + 1);
        script = late_copy(&mut chance, nodes, copy, "put first v") + "\n";
    }
    for number in 0..chance.within(10, 30) {
        let [a, b] = [chance.within(1, nodes), chance.within(1, nodes)];
        let client = chance.within(1, 2);
        let key = if own_keys { number } else { chance.below(2) };
        let begin = if chance.one_in(3) { "begin " } else { "" };
        let kind = chance.below(37);
        let asks = !(12..24).contains(&kind) && kind < 34;
        if asks && calls + 3 > MOST_CALLS {
            continue;
        }
        calls += usize::from(asks);
        let line = match kind {
            0..6 => format!("{begin}put k{key} v{number} as c{client}"),
            6..9 => format!("{begin}get k{key} as c{client}"),
            9..12 => format!("{begin}get k{key} as c{client} via n{a}"),
            12 => format!("stop n{a}"),
            13 | 14 => format!("start n{a}"),
            15 => format!("promote n{a}"),
            16 if nodes < 5 && chance.one_in(2) => {
                nodes += 1;
                "add".to_owned()
            }
            16 | 17 if a != b => format!("cut n{a} n{b}"),
            16..19 => "heal".to_owned(),
            19 if a != b => format!("delay n{a} n{b} {}ms", chance.below(300)),
            19 | 20 => "settle".to_owned(),
            // A follower hears nothing of a write, and is asked.
            34 => format!("duplicate n{a}>n{b}"),
            35 => format!("drop n{a}>n{b}"),
            36 if a != b => format!("cut n{a}>n{b}"),
            24 | 30..34 => {
                calls += 2;
                format!(
                    "cut n1 n{a}\nput k{key} v{number} as c{client}\nget k{key} as c{client} via n{b}\nget k{key} as c2 via n{a}"
                )
            }
            // The leader is alone for a write, dies, and another is named.
            25 | 27..30 => {
                // Nobody else leads at first.
                let old = if chance.one_in(2) { 1 } else { a };
                // Its clients still reach it.
                let others = (1..=nodes).filter(|node| *node != old);
                let cuts: String = others.map(|node| format!("cut n{old} n{node}\n")).collect();
                format!("{cuts}put k{key} v{number} as c{client}\nstop n{old}\nheal\npromote n{b}\nstart n{old}")
            }
            26 if nodes < 5 => {
                nodes += 1;
                late_copy(&mut chance, nodes, copy, &format!("put k{key} v{number}"))
            }
            _ => format!("run {}ms", chance.below(200)),
        };
        script.push_str(&line);
        script.push('\n');
    }
    Day { parameters, script }
}

fn watcher() -> Watcher<Cluster<Leader>, impl Fn(&Cluster<Leader>) -> Vec<bool>> {
    Watcher::new(|leader: &Cluster<Leader>| leader.witness.history.calls().map(|call| call.ended.is_some()).collect())
}

/// FAULTS R4 and R5, for a log with a leader.
#[test]
fn every_verdict_of_a_leader_is_that_of_all_orders() {
    let mut tally = Tally::new("leader, reads", &Judged::NAMES[..3]);
    for seed in seeds() {
        let day = any_day(seed, false);
        let mut watcher = watcher();
        let (leader, _) = watcher.run(&day.parameters, &day.script);
        let told = format!("seed {seed}: {:?}\n{}", day.parameters, day.script);
        for judged in compare(&leader.witness.history, &watcher.spans, &mut tally, &told) {
            if judged != Judged::NoOrder {
                tally.add(judged.name(), 1);
            }
        }
    }
    tally.close();
}

/// FAULTS R1 and R9: the writes that are told as lost are those that were acknowledged and that the leader does not have, and
/// no follower that a write has waited for loses it.
#[test]
fn what_a_leader_has_lost_is_what_it_was_acknowledged_and_does_not_have() {
    let mut tally = Tally::new("leader, writes", &["kept", "lost", "kept by a promise"]);
    for seed in seeds() {
        let day = any_day(seed, true);
        let mut watcher = watcher();
        let duties = Rc::new(RefCell::new(Vec::new()));
        let followed = duties.clone();
        watcher.also = Box::new(move |leader| follow(&mut followed.borrow_mut(), leader));
        let (leader, _) = watcher.run(&day.parameters, &day.script);
        let told = format!("seed {seed}: {:?}\n{}", day.parameters, day.script);
        let node = &leader.nodes[leader.witness.leader().index()].log;
        let mut gone = Vec::new();
        for (call, duty) in leader.witness.history.calls().zip(duties.borrow().iter()) {
            let (Request::Write { key, .. }, Some((_, Returned::Written))) = (&call.request, call.ended) else {
                continue;
            };
            let is_kept = node.find(key.as_str().as_bytes()).is_some();
            tally.add(if is_kept { "kept" } else { "lost" }, 1);
            if !is_kept {
                gone.push(call.id.to_string());
            }
            let duty = duty.as_ref().expect("a write has one");
            tally.add("kept by a promise", u64::from(!duty.is_over && leader.witness.leader() != NodeId::new(1)));
            tally.hold(!duty.is_broken, || format!("{} was lost by one that it had waited for\n{told}", call.id));
        }
        let mut shown: Vec<String> = lost(&leader).iter().map(|lost| lost.write.call.to_string()).collect();
        shown.sort();
        gone.sort();
        tally.hold(shown == gone, || format!("{shown:?} is shown as lost, and {gone:?} is\n{told}"));
    }
    tally.close();
}
