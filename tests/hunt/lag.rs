//! `lag`: the guarantees of a session (Terry and others, *Session Guarantees for Weakly Consistent Replicated Data*, 1994), each
//! spelt out from its definition, and whether one order of all calls explains each page that was read.

use std::collections::BTreeSet;

use stepwise::engine::cluster::Cluster;
use stepwise::engine::replication::checker::{Call, Promise, What};
use stepwise::engine::replication::lag::Lag;

use crate::chance::Chance;
use crate::order::{self, Object, Timed};
use crate::tally::{MOST_CALLS, Tally, seeds};
use crate::watch::{Span, Watcher};

/// A page as one set, to which posts are added.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
struct Page(BTreeSet<u32>);

enum Access {
    Add(u32),
    Read(BTreeSet<u32>),
}

impl Object for Page {
    type Call = Access;

    fn after(&self, call: &Access) -> Option<Page> {
        match call {
            Access::Add(post) => {
                let mut posts = self.0.clone();
                posts.insert(*post);
                Some(Page(posts))
            }
            Access::Read(found) => (self.0 == *found).then(|| self.clone()),
        }
    }
}

struct Day {
    parameters: Vec<(&'static str, String)>,
    script: String,
}

fn any_day(seed: u64) -> Day {
    let mut chance = Chance::new(seed);
    // Half of the days begin with a question and its answer, and somebody who reads along while both are on their way.
    let is_talk = chance.one_in(2);
    let spread = if is_talk { &["off", "off", "on"] } else { &["off", "on", "on"] };
    let parameters = vec![
        ("own", chance.pick(&["off", "off", "leader", "minute", "position"]).to_owned()),
        ("fixed", chance.pick(spread).to_owned()),
        ("together", chance.pick(spread).to_owned()),
        ("session", chance.pick(&["user", "device"]).to_owned()),
        ("followers", chance.within(3, 4).to_string()),
        ("lag", chance.pick::<&str>(if is_talk { &["1000"] } else { &["200", "1000", "5000"] }).to_owned()),
        ("jitter", chance.pick(&["0", "30", "200"]).to_owned()),
        ("seed", seed.to_string()),
    ];
    let (mut script, mut calls) = (String::new(), 0);
    if is_talk {
        let wait = chance.pick(&[320, 400, 620]);
        script = format!("post talk x as ann\nreload talk as bob via n1\npost talk y as bob\nrun {wait}ms\n");
        script += match chance.below(3) {
            0 => "reload talk as eve via n2\nreload talk as eve via n3\n",
            _ => {
                "begin reload talk as eve\nbegin reload talk as ann\nreload talk as eve\nreload talk as eve on phone\n"
            }
        };
        calls = 7;
    }
    // On some of the others all calls are on their way at once, to the leader, and overtake each other.
    let is_crowd = !is_talk && !chance.one_in(3);
    for _ in 0..chance.within(10, 26) {
        let page = chance.pick(&["talk", "talk", "home"]);
        let user = chance.pick(&["ann", "bob", "eve"]);
        let device = chance.pick(&["laptop", "phone"]);
        let begin = if is_crowd || chance.one_in(3) { "begin " } else { "" };
        let kind = chance.below(16);
        if kind < 11 && calls == MOST_CALLS {
            continue;
        }
        calls += usize::from(kind < 11);
        let line = match kind {
            0..4 => format!("{begin}post {page} x as {user} on {device}"),
            4..8 => format!("{begin}reload {page} as {user} on {device}"),
            8..11 => {
                let node = if is_crowd { 1 } else { chance.within(1, 3) };
                format!("{begin}reload {page} as {user} on {device} via n{node}")
            }
            11 => format!("delay n1 n2 {}ms", chance.below(5000)),
            12 => "stop n2".to_owned(),
            13 => "start n2".to_owned(),
            _ => format!("run {}ms", chance.below(1500)),
        };
        script.push_str(&line);
        script.push('\n');
    }
    Day { parameters, script }
}

struct Seen {
    user: u8,
    page: u16,
    span: Span,
    what: What,
}

impl Seen {
    fn found(&self) -> Option<&[u32]> {
        match &self.what {
            What::Read { found } if self.span.ended.is_some() => Some(found),
            _ => None,
        }
    }
}

const PROMISES: [(Promise, &str); 4] = [
    (Promise::OwnWrites, "own writes missed"),
    (Promise::MonotonicReads, "back in time"),
    (Promise::ConsistentPrefix, "effect before cause"),
    (Promise::Linearizable, "no order"),
];

/// What a read breaks, but for the order of all calls.
fn broken(seen: &[Seen], read: &Seen) -> BTreeSet<&'static str> {
    let found = read.found().expect("it was answered");
    let lacks = |post: &u32| !found.contains(post);
    let mut broken = BTreeSet::new();
    let before = |other: &&Seen, then: Span| other.page == read.page && other.span.is_before(then);
    for other in seen.iter().filter(|other| before(other, read.span) && other.user == read.user) {
        match &other.what {
            What::Add { item, .. } if lacks(item) => broken.insert("own writes missed"),
            What::Read { found } if found.iter().any(lacks) => broken.insert("back in time"),
            _ => false,
        };
    }
    for other in seen.iter().filter(|other| other.page == read.page) {
        let What::Add { item, .. } = &other.what else { continue };
        if lacks(item) {
            continue;
        }
        // What its writer had read, or had been told is written, before writing it.
        let causes = seen.iter().filter(|cause| cause.user == other.user && before(cause, other.span));
        for cause in causes {
            let is_missing = match &cause.what {
                What::Add { item, .. } => lacks(item),
                What::Read { found } => found.iter().any(lacks),
            };
            if is_missing {
                broken.insert("effect before cause");
            }
        }
    }
    broken
}

/// Whether one order explains this read, the writes of its page, and the reads of it that were sound.
fn has_order(seen: &[Seen], sound: &[usize], place: usize) -> bool {
    let read = &seen[place];
    let ended = read.span.ended.expect("it was answered");
    let mut calls = Vec::new();
    for (number, other) in seen.iter().enumerate().filter(|(_, other)| other.page == read.page) {
        let is_over = other.span.ended.is_some_and(|end| end <= ended);
        let call = match &other.what {
            What::Add { item, .. } => Access::Add(*item),
            What::Read { found } if number == place || sound.contains(&number) => {
                Access::Read(found.iter().copied().collect())
            }
            What::Read { .. } => continue,
        };
        let span = Span { ended: other.span.ended.filter(|_| is_over), ..other.span };
        calls.push(Timed { span, must: is_over, call });
    }
    order::exists(Page::default(), &calls)
}

/// FAULTS R11 and R12: each broken promise is shown, and nothing else is.
#[test]
fn every_verdict_of_a_lagging_cluster_is_that_of_its_definition() {
    let names: Vec<&str> = ["sound"].into_iter().chain(PROMISES.iter().map(|(_, name)| *name)).collect();
    let mut tally = Tally::new("lag", &names);
    for seed in seeds() {
        let day = any_day(seed);
        let has_ended = |lag: &Cluster<Lag>| lag.witness.history.iter().map(|call| call.ended.is_some()).collect();
        let mut watcher = Watcher::new(has_ended);
        let (lag, _) = watcher.run(&day.parameters, &day.script);
        let told = format!("seed {seed}: {:?}\n{}", day.parameters, day.script);
        let see = |(call, span): (&Call, &Span)| Seen {
            user: call.user,
            page: call.page,
            span: *span,
            what: call.what.clone(),
        };
        let seen: Vec<Seen> = lag.witness.history.iter().zip(&watcher.spans).map(see).collect();
        let mut reads: Vec<usize> = (0..seen.len()).filter(|place| seen[*place].found().is_some()).collect();
        reads.sort_by_key(|place| seen[*place].span.ended);
        let mut sound = Vec::new();
        for place in reads {
            let mut right = broken(&seen, &seen[place]);
            if has_order(&seen, &sound, place) {
                sound.push(place);
            } else {
                right.insert("no order");
            }
            let breaches = lag.witness.breaches.iter().filter(|breach| breach.read == place);
            let name = |promise: Promise| PROMISES.iter().find(|(each, _)| *each == promise).expect("all are listed").1;
            let shown: BTreeSet<&str> = breaches.map(|breach| name(breach.promise)).collect();
            tally.hold(shown == right, || format!("call {} is shown as {shown:?} and is {right:?}\n{told}", place + 1));
            for promise in &right {
                tally.add(promise, 1);
            }
            tally.add("sound", u64::from(right.is_empty()));
            if day.parameters[0].1 == "leader" {
                let is_kept = !right.contains("own writes missed");
                tally.hold(is_kept, || format!("call {} asked the leader for its own page\n{told}", place + 1));
            }
        }
    }
    tally.close();
}
