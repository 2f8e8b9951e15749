//! `quorum`: what its reads return, judged by trying all orders; and what w + r > n promises.

use stepwise::engine::cluster::{Call, Cluster};
use stepwise::engine::replication::quorum::Quorum;

use crate::chance::Chance;
use crate::register::{Judged, compare};
use crate::tally::{MOST_CALLS, Tally, seeds};
use crate::watch::Watcher;

struct Day {
    parameters: Vec<(&'static str, String)>,
    script: String,
    /// Quorums overlap and are strict, no disk was replaced by an older one, clocks are right and tombstones kept.
    keeps_its_promise: bool,
}

/// A cluster and what happens to it, by chance.
fn any_day(seed: u64) -> Day {
    let mut chance = Chance::new(seed);
    let n = chance.pick(&[3, 3, 3, 5]);
    // On two of three days one answer is enough and nothing is repaired: reads see what they should not.
    let is_loose = !chance.one_in(3);
    let (w, r) = match chance.below(3) {
        _ if is_loose => (chance.within(1, n), 1),
        0 => (n / 2 + 1, n / 2 + 1),
        _ => (chance.within(1, n), chance.within(1, n)),
    };
    let spares = if chance.one_in(4) { chance.within(1, 2) } else { 0 };
    // Half of the others have no delays at all, so that much happens at the same moment.
    let delay = if is_loose { 10 } else { chance.pick(&[0, 0, 0, 10, 30]) };
    let jitter = if is_loose {
        chance.pick(&[40, 90])
    } else if delay == 0 {
        chance.pick(&[0, 0, 0, 20])
    } else {
        chance.pick(&[0, 10, 40])
    };
    let parameters = vec![
        ("n", n.to_string()),
        ("w", w.to_string()),
        ("r", r.to_string()),
        ("spares", spares.to_string()),
        ("coordinator", if is_loose { "client" } else { chance.pick(&["client", "node"]) }.to_owned()),
        ("read-repair", if is_loose { "off" } else { chance.pick(&["on", "off", "blocking"]) }.to_owned()),
        ("gc-grace", "0".to_owned()),
        ("clients", "3".to_owned()),
        ("delay", delay.to_string()),
        ("jitter", jitter.to_string()),
        ("loss", chance.pick(&["0", "0", "10"]).to_owned()),
        ("seed", seed.to_string()),
    ];
    let keys = if is_loose { 1 } else { chance.pick(&[1, 1, 2]) };
    // On some days clocks are wrong; only nodes have such.
    let skews = !is_loose && chance.one_in(3);
    // And on some tombstones are forgotten at once.
    let compacts = !is_loose && chance.one_in(3);
    let (mut script, mut calls) = (String::new(), 0);
    let (mut restores, mut is_skewed, mut has_compacted) = (false, false, false);
    for number in 0..chance.within(8, 26) {
        let [a, b] = [chance.within(1, n), chance.within(1, n)];
        let (key, client) = (chance.within(1, keys), chance.within(1, 3));
        let begin = if chance.one_in(2) { "begin " } else { "" };
        let kind = chance.below(if is_loose && calls < MOST_CALLS { 16 } else { 24 });
        if kind < 13 && calls == MOST_CALLS {
            continue;
        }
        if is_loose && chance.one_in(3) && calls + 5 <= MOST_CALLS {
            // The second of two writes comes late to one node, which c2 asks and the others do not.
            calls += 5;
            let first = if chance.one_in(2) { "begin write" } else { "write" };
            script += &format!(
                "run 30ms\n{first} k1 o{number} as c2\ndelay c3 n{a} 300ms\ndelay c1 n{a} {}ms\n",
                chance.within(100, 400)
            );
            for other in (1..=n).filter(|other| *other != a) {
                script += &format!("delay c2 n{other} 300ms\n");
            }
            script += &format!("begin write k1 p{number} as c1\nrun {}ms\n", chance.within(1, 60));
            script += "read k1 as c3\nread k1 as c2\nread k1 as c3\n";
            continue;
        }
        if !is_loose && chance.one_in(6) && calls + 3 <= MOST_CALLS {
            // One write after the other, and a read: where there are no delays, all at the same moment.
            calls += 3;
            let [next, last] = [chance.within(1, 3), chance.within(1, 3)];
            script += &format!("write k{key} o{number} as c{client}\nwrite k{key} p{number} as c{next}\n");
            script += &format!("read k{key} as c{last}\n");
            continue;
        }
        calls += usize::from(kind < 13);
        if skews && chance.one_in(20) {
            is_skewed = true;
            script += &format!("skew n{a} {}ms\n", chance.pick(&["300", "-300", "40"]));
        }
        restores |= kind == 22;
        let line = match kind {
            0..6 if !is_loose && chance.one_in(6) => format!("{begin}delete k{key} as c{client}"),
            0..6 => format!("{begin}write k{key} v{number} as c{client}"),
            6..13 if is_loose => format!("read k{key} as c{client}"),
            6..13 => format!("{begin}read k{key} as c{client}"),
            13 => format!("stop n{a}"),
            14 => format!("start n{a}"),
            15 if a != b => format!("cut n{a} n{b}"),
            15 | 16 => format!("cut c{client} n{a}"),
            17 => "heal".to_owned(),
            18 => format!("delay c{client} n{a} {}ms", chance.below(90)),
            19 => format!("isolate n{a}"),
            20 if compacts => {
                has_compacted = true;
                "compact".to_owned()
            }
            20 => "settle".to_owned(),
            21 => format!("backup n{a}"),
            22 => format!("restore n{a}"),
            _ => format!("run {}ms", chance.below(60)),
        };
        script.push_str(&line);
        script.push('\n');
    }
    let keeps_its_promise = w + r > n && spares == 0 && !restores && !is_skewed && !has_compacted;
    Day { parameters, script, keeps_its_promise }
}

/// FAULTS R2, R4 and R5: every verdict is the one that the definitions give, and strict quorums that overlap never miss a write.
#[test]
fn every_verdict_of_a_quorum_is_that_of_all_orders() {
    let mut tally = Tally::new("quorum", &Judged::NAMES);
    for seed in seeds() {
        let day = any_day(seed);
        let mut watcher =
            Watcher::new(|quorum: &Cluster<Quorum>| quorum.calls.iter().map(|call| !Call::is_open(call)).collect());
        let (quorum, _) = watcher.run(&day.parameters, &day.script);
        let told = format!("seed {seed}: {:?}\n{}", day.parameters, day.script);
        for judged in compare(&quorum.witness.history, &watcher.spans, &mut tally, &told) {
            tally.add(judged.name(), 1);
            let is_kept = !day.keeps_its_promise || judged != Judged::Missed;
            tally.hold(is_kept, || format!("strict quorums that overlap have missed a write\n{told}"));
        }
    }
    tally.close();
}
