use proptest::prelude::*;

use super::message::Post;
use super::*;
use crate::cluster::day;
use crate::contract::{Engine, Outcome};
use crate::language::{Words, statements};
use crate::replication::replicated_log::{Entry, Message as LogMessage};
use crate::sim::Rng;
use crate::testing::{counter, go_on, run};
use crate::wire::{Wire, dump};

type Site = Cluster<Lag>;

fn told(site: &Site) -> Vec<String> {
    site.witness.breaches.iter().map(|breach| site.witness.tell(breach)).collect()
}

/// What three people with two devices each do, by chance from a seed, over links whose delays change and, with
/// `outages`, nodes that are off for a while.
fn any_day(seed: u64, outages: bool) -> String {
    let mut rng = Rng::new(seed);
    let mut script = String::new();
    for _ in 0..24 {
        let page = ["talk", "home"][rng.below(2) as usize];
        let user = ["ann", "bob", "eve"][rng.below(3) as usize];
        let device = ["laptop", "phone"][rng.below(2) as usize];
        let begin = if rng.one_in(4) { "begin " } else { "" };
        let line = match rng.below(if outages { 11 } else { 9 }) {
            0..3 => format!("{begin}post {page} x as {user} on {device}"),
            3..7 => format!("{begin}reload {page} as {user} on {device}"),
            7 => format!("delay n1 n{} {}ms", 2 + rng.below(2), rng.below(5000)),
            8 => format!("run {}ms", rng.below(1500)),
            // The leader is off more seldom: nobody can post then.
            9 => format!("stop n{}", 3 - rng.below(5) / 2),
            _ => format!("start n{}", 1 + rng.below(3)),
        };
        script.push_str(&line);
        script.push('\n');
    }
    script + "start n1\nstart n2\nstart n3\nsettle"
}

const PROMISES: [Promise; 4] =
    [Promise::OwnWrites, Promise::MonotonicReads, Promise::ConsistentPrefix, Promise::Linearizable];

/// What is so once all is quiet: every call has ended, nothing is lost, and followers are equal.
fn hold(site: &Site, day: &str) {
    assert!(site.calls.iter().all(|call| !call.is_open()), "{day}: every call ends");
    let leader = &site.nodes[0];
    assert!(site.witness.lost(leader).is_empty(), "{day}: what was acknowledged is on the leader's disk");
    for node in &site.nodes {
        for (log, leader) in node.logs.iter().zip(&leader.logs) {
            assert_eq!(log.log(), leader.log(), "{day}: once all is quiet, followers are equal");
        }
    }
}

/// How many breaches of each promise many days bring, by those rules.
fn breaches(given: &[(&str, &str)], days: u64) -> [u64; 4] {
    breaches_of(given, days, true)
}

fn breaches_of(given: &[(&str, &str)], days: u64, outages: bool) -> [u64; 4] {
    let (mut counts, mut given_up) = ([0; 4], 0);
    for day in 0..days {
        let seed = day.to_string();
        let with_seed: Vec<_> =
            [("seed", seed.as_str()), ("jitter", "30")].into_iter().chain(given.iter().copied()).collect();
        let (site, _) = run::<Site>(&with_seed, &any_day(day, outages));
        hold(&site, &format!("day {day}"));
        given_up += site.ended(|outcome| matches!(outcome, Outcome::Unanswered(_)));
        for (count, promise) in counts.iter_mut().zip(PROMISES) {
            *count += site.witness.broken(promise);
        }
    }
    assert_eq!(given_up > 0, outages, "some call meets a node that is off");
    counts
}

/// Days that are tried: more would take longer than a reader of tests waits.
const DAYS: u64 = 1000;

#[test]
fn without_rules_every_promise_is_broken_by_some_seed() {
    let counts = breaches(&[], DAYS);
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
}

#[test]
fn each_rule_for_own_posts_keeps_the_promise() {
    for own in ["leader", "position"] {
        let [own_writes, ..] = breaches(&[("own", own)], DAYS);
        assert_eq!(own_writes, 0, "{own}");
    }
    // Whose follower is off for longer than a minute has hoped in vain.
    assert_eq!(breaches_of(&[("own", "minute")], DAYS, false)[0], 0);
    assert!(breaches(&[("own", "minute")], DAYS)[0] > 0);
}

#[test]
fn a_fixed_replica_keeps_reads_monotonic() {
    let [own, back, ..] = breaches(&[("fixed", "on")], DAYS);
    assert_eq!(back, 0);
    assert!(own > 0, "and that alone is no help for one's own posts");
}

/// FAULTS R11: after the minute, the fixed replica does not show less than the leader did.
#[test]
fn r11_a_fixed_replica_goes_on_from_where_the_leader_was() {
    let script = "post talk hi; run 59s; post talk yo as bob; reload talk; run 1s; reload talk";
    let both = Outcome::Entries(vec![("1".to_owned(), "hi".to_owned()), ("2".to_owned(), "yo".to_owned())]);
    let (mut site, outcomes) = run::<Site>(&[("own", "minute"), ("fixed", "on"), ("lag", "30000")], script);
    assert_eq!([&outcomes[3], &outcomes[5]], [&both, &both]);
    assert_eq!(site.witness.costs.reads_held, 1, "it had to wait");
    // Of another page it has been shown nothing, and does not wait.
    go_on(&mut site, "post home x as bob; reload home", &mut ());
    assert_eq!(site.witness.costs.reads_held, 1);
}

/// FAULTS R11: a fixed replica keeps reads monotonic beside each rule for own posts, also when minutes pass.
#[test]
fn r11_a_fixed_replica_keeps_reads_monotonic_beside_every_rule() {
    for own in ["off", "leader", "minute", "position"] {
        let mut reads_after_a_minute = 0;
        for day in 0..DAYS {
            let seed = day.to_string();
            let slow = |line: &str| if line.starts_with("run") { "run 25s".to_owned() } else { line.to_owned() };
            let day: Vec<String> =
                any_day(day, false).lines().filter(|line| !line.starts_with("delay")).map(slow).collect();
            let given = [("own", own), ("fixed", "on"), ("lag", "30000"), ("seed", &*seed), ("jitter", "30")];
            let (site, _) = run::<Site>(&given, &day.join("\n"));
            assert_eq!(site.witness.broken(Promise::MonotonicReads), 0, "{own}, seed {seed}");
            reads_after_a_minute += site.witness.costs.reads_held;
        }
        assert_eq!(reads_after_a_minute > 0, own == "minute" || own == "position", "{own}");
    }
}

#[test]
fn one_partition_for_a_page_keeps_the_prefix() {
    let [.., prefix, all] = breaches(&[("together", "on")], DAYS);
    assert_eq!(prefix, 0);
    assert!(all > 0, "no rule here makes a store linearizable");
}

#[test]
fn all_rules_together_keep_all_promises_but_one() {
    let counts = breaches(&[("own", "position"), ("fixed", "on"), ("together", "on")], DAYS);
    assert_eq!(counts[..3], [0; 3]);
    assert!(counts[3] > 0);
}

/// FAULTS R13: one rule of routing does keep reads linearizable: everything from the leader, each page on one partition.
#[test]
fn r13_all_reads_from_the_leader_are_linearizable() {
    let not_linearizable = |via: &str, together: &str| -> usize {
        let broken = |day: u64| {
            let seed = day.to_string();
            let to = |line: &str| if line.contains("reload") { format!("{line}{via}") } else { line.to_owned() };
            let script = any_day(day, true).lines().map(to).collect::<Vec<_>>().join("\n");
            run::<Site>(&[("together", together), ("seed", &seed), ("jitter", "30")], &script).0.witness.breaches.len()
        };
        (0..DAYS).map(broken).sum()
    };
    assert_eq!(not_linearizable(" via n1", "on"), 0);
    assert!(not_linearizable("", "on") > 0);
    // A page on two partitions is read at two moments, even on one node.
    let script = "begin reload talk as eve via n1; post talk a; post talk b as bob; settle";
    assert_eq!(
        told(&run(&[("jitter", "5000"), ("seed", "15")], script).0),
        ["Not linearizable: c1.1 had ended before post 2 was sent, and this page has post 2 without post 1."]
    );
}

/// FAULTS R12: two pages at the same time, each with one of two posts that are on their way: each item alone is in order.
#[test]
fn r12_a_page_that_no_order_explains_is_reported() {
    let script = "begin post talk a; begin post talk b as bob; run 900ms; begin reload talk as eve
                  begin reload talk as eve on phone; settle";
    assert_eq!(
        told(&run(&[("jitter", "2000"), ("lag", "0"), ("seed", "49")], script).0),
        ["Not linearizable: this page has post 2 without post 1, and c3.2 found post 1 without post 2."]
    );
}

#[test]
fn what_a_device_remembers_does_not_help_the_other() {
    for own in ["minute", "position"] {
        assert!(breaches(&[("own", own), ("session", "device")], DAYS)[0] > 0, "{own}");
    }
    assert_eq!(breaches(&[("own", "leader"), ("session", "device")], DAYS)[0], 0, "the page says whose posts it has");
    assert!(breaches(&[("fixed", "on"), ("session", "device")], DAYS)[1] > 0);
}

#[test]
fn a_minute_is_not_enough_for_a_lag_of_two() {
    let script = "delay n1 n2 120s; post talk hello; reload talk; run 61s; reload talk via n2";
    let (site, _) = run::<Site>(&[("own", "minute")], script);
    assert_eq!(site.witness.broken(Promise::OwnWrites), 1);
    assert_eq!(site.witness.costs.reads_on_leader, 2, "the first reload was served by the leader, for both partitions");
}

#[test]
fn each_rule_has_its_price() {
    let script = "post talk hello; reload talk; reload talk; reload home as bob; settle";
    let costs = |own: &str| {
        let (site, _) = run::<Site>(&[("own", own), ("together", "on"), ("lag", "500"), ("followers", "1")], script);
        ["reads_on_leader", "reads_on_followers", "reads_held", "held_us"].map(|name| counter(&site, name))
    };
    assert_eq!(costs("off"), [0, 3, 0, 0]);
    assert_eq!(costs("leader"), [2, 1, 0, 0]);
    assert_eq!(costs("minute"), [2, 1, 0, 0]);
    // The entry comes 500 ms after the leader had it; the read waits from 20 ms after that on, and the next need not.
    assert_eq!(costs("position"), [0, 3, 1, 480_000]);
}

#[test]
fn a_verdict_names_the_two_calls() {
    assert_eq!(
        told(&run(&[], "post talk hello; reload talk on phone via n3").0),
        [
            "Read-your-writes is broken by c1.2, against c1.1: post 1 was acknowledged before, on ann's laptop.",
            "Not linearizable: c1.1 already knew of post 1."
        ]
    );
}

#[test]
fn an_answer_without_its_question() {
    let script =
        "post talk why; run 600ms; reload talk as bob via n2; post talk because as bob; run 700ms; reload talk as eve";
    let seen = |together: &str| {
        // Chance sends eve to either follower, for each partition: many times is once each way.
        let script = format!("delay n1 n3 90s; {script}{}", "; reload talk as eve".repeat(8));
        let (site, _) = run::<Site>(&[("together", together), ("seed", "3")], &script);
        site.witness.broken(Promise::ConsistentPrefix) > 0
    };
    assert!(seen("off") && !seen("on"));
}

#[test]
fn what_cannot_be_is_refused() {
    let (_, outcomes) = run::<Site>(&[], "delay n1 n9 1s; reload talk via n9; reload talk; stop n2; stop n2");
    assert_eq!(outcomes[0].to_string(), "refused: there is no n9; nodes are n1 to n3");
    assert!(!outcomes[1].is_ok() && outcomes[2] == Outcome::Entries(Vec::new()) && !outcomes[4].is_ok());
    let wrong = |script: &str| Site::parse(&mut Words::new(&statements(script).unwrap()[0])).err().unwrap().to_string();
    assert_eq!(wrong("post talk hi as max"), "line 1, column 17: `max` is no USER; accepted: ann, bob, eve");
    assert_eq!(wrong("post \"\" hi"), "line 1, column 6: the page has 0 characters; accepted: 1 to 8 characters");
    assert!(wrong("begin settle").contains("`settle` can't be begun; accepted: begin post, begin reload"));
}

#[test]
fn a_node_that_was_off_has_what_it_had_and_then_the_rest() {
    for lost in ["", " lost"] {
        let script = format!("post talk one; settle; stop n3{lost}; post talk two; settle");
        let (mut site, _) = run::<Site>(&[("together", "on")], &script);
        let posts = |site: &Site, place: usize| {
            let node = &site.nodes[place];
            (0..PARTITIONS).flat_map(|partition| node.posts(partition)).map(|post| post.item).collect::<Vec<_>>()
        };
        assert_eq!((posts(&site, 1), posts(&site, 2)), (vec![1, 2], vec![1]));
        let outcomes = go_on(&mut site, "reload talk via n3; start n3; settle", &mut ());
        assert_eq!(outcomes[0].to_string(), "no answer");
        assert_eq!(posts(&site, 2), [1, 2]);
        // The leader comes back with all that it has acknowledged, and what is posted meanwhile waits in vain.
        let script = format!("stop n1{lost}; post talk three; start n1; post talk four; settle");
        let outcomes = go_on(&mut site, &script, &mut ());
        assert!(!outcomes[1].is_ok() && outcomes[3].is_ok());
        assert!((0..3).all(|place| posts(&site, place) == [1, 2, 4]));
        hold(&site, "that day");
    }
}

/// What is lost on a link that is cut is sent when it is open again, without another post.
#[test]
fn a_follower_that_was_cut_off_catches_up() {
    let (mut site, _) = run::<Site>(&[], "cut n1 n3; post talk one; post talk two; settle; heal");
    assert_eq!(site.nodes[2].posts(0).chain(site.nodes[2].posts(1)).count(), 0);
    let sent = site.network().traffic.sent;
    go_on(&mut site, "settle", &mut ());
    hold(&site, "that day");
    assert_eq!(site.network().traffic.sent - sent, 4, "a message of each partition, and two answers");
}

/// A network that delivers twice changes nothing: a post is one post, and an answer is one answer.
#[test]
fn what_comes_twice_counts_once() {
    let script = "begin post talk one; duplicate c1>n1; settle; begin reload talk via n1; duplicate c1>n1; run 11ms
                  duplicate n1>c1; settle; reload talk via n3";
    let (site, outcomes) = run::<Site>(&[], script);
    assert_eq!(outcomes.last(), Some(&Outcome::Entries(vec![("1".to_owned(), "one".to_owned())])));
    assert_eq!(site.nodes[0].posts(0).chain(site.nodes[0].posts(1)).count(), 1);
    assert_eq!(told(&site), Vec::<String>::new());
}

#[test]
fn a_message_is_read_as_it_was_written() {
    let post = Post { item: 70_000, page: "Öl/1".into(), user: User::Eve, text: "ja 🙂".into() };
    let entries: Vec<Entry> = [("", ""), (&*post.key(), &*post.text)]
        .into_iter()
        .filter_map(|(key, value)| Entry::new(2, key.as_bytes(), value.as_bytes()))
        .collect();
    assert_eq!((Post::of(&entries[0]), Post::of(&entries[1]).as_ref()), (None, Some(&post)));
    let call = CallId { client: User::Bob.client(), number: 700 };
    let append = LogMessage::Append { term: 2, position: 1, before: 1, entries: entries.clone(), committed: 1 };
    let messages = [
        Message::Log { partition: 1, message: append },
        Message::Log { partition: 0, message: LogMessage::Appended { term: 2, position: 3, matches: true } },
        Message::Post { call, partition: 1, post },
        Message::Posted { call, partition: 0, position: 600 },
        Message::Hello { a: 3, b: 70_000 },
        Message::Fetch { call, partition: 1, page: "p".into(), at_least: 5 },
        Message::Page { call, partition: 1, position: 80_000, posts: entries },
    ];
    for message in messages {
        let dump = dump(&message, "it".to_owned());
        assert_eq!(Message::read(&mut &dump.bytes[..]), Some(message));
        assert!(dump.spans.windows(2).all(|pair| pair[0].range.end == pair[1].range.start));
    }
}

/// What each rule keeps, it keeps whatever fate does; and in the end all have all.
#[test]
fn rules_keep_their_promises_whatever_fate_does() {
    let days = option_env!("STEPWISE_SCHEDULES").and_then(|days| days.parse().ok()).unwrap_or(60);
    let calls: Vec<String> = ["ann", "bob", "eve on phone"]
        .iter()
        .flat_map(|user| {
            ["begin post talk x", "post talk x", "begin reload talk", "reload talk"]
                .map(|call| format!("{call} as {user}"))
        })
        .collect();
    let calls: Vec<&str> = calls.iter().map(String::as_str).collect();
    let rules: [(&[(&str, &str)], Promise); 4] = [
        (&[("own", "leader")], Promise::OwnWrites),
        (&[("own", "position")], Promise::OwnWrites),
        (&[("fixed", "on")], Promise::MonotonicReads),
        (&[("together", "on")], Promise::ConsistentPrefix),
    ];
    for (given, promise) in rules {
        for seed in 0..days {
            let (empty, _) = run::<Site>(given, "");
            let day = day::any_day(seed, 40, &empty, &calls);
            let script = format!("{day}\nstart n1; start n2; start n3; heal; settle");
            let (site, _) = run::<Site>(given, &script);
            assert_eq!(site.witness.broken(promise), 0, "{given:?}, seed {seed}: {:?}\n{script}", told(&site));
            hold(&site, &format!("{given:?}, seed {seed}"));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_day_is_the_same_each_time_and_its_commands_read_as_they_are_written(seed in 0..100_000u64) {
        let script = any_day(seed, true);
        let read = |line: &str| Site::parse(&mut Words::new(&statements(line).unwrap()[0])).ok().unwrap().to_string();
        let again: Vec<String> = script.lines().map(read).collect();
        let [one, two] = [&script, &again.join("\n")].map(|script| run::<Site>(&[("jitter", "40")], script).0);
        prop_assert_eq!(one.state(), two.state());
    }
}

/// Breaches whose two calls are by one device, and by two.
fn breaches_by_devices(given: &[(&str, &str)], promises: &[Promise]) -> [usize; 2] {
    let mut counts = [0; 2];
    for day in 0..DAYS / 5 {
        let seed = day.to_string();
        let given: Vec<_> =
            [("seed", seed.as_str()), ("jitter", "30")].into_iter().chain(given.iter().copied()).collect();
        let (site, _) = run::<Site>(&given, &any_day(day, false));
        hold(&site, &format!("day {day}"));
        let device = |place: usize| site.witness.calls[place].1;
        for breach in site.witness.breaches.iter().filter(|breach| promises.contains(&breach.promise)) {
            counts[usize::from(device(breach.read) != device(breach.against))] += 1;
        }
    }
    counts
}

/// Routed to its nearest data centre, each device keeps what its session promises, and across devices it is broken. Routed
/// home, all of it is kept.
#[test]
fn a_home_data_centre_mends_what_two_of_them_break_across_devices() {
    for followers in ["2", "3", "4"] {
        for (rules, promise) in [
            (&[("own", "position"), ("fixed", "on")], Promise::OwnWrites),
            (&[("own", "position"), ("fixed", "on")], Promise::MonotonicReads),
            (&[("own", "minute"), ("fixed", "on")], Promise::OwnWrites),
        ] {
            let with = |centres| [&rules[..], &[("centres", centres), ("followers", followers)]].concat();
            let [same, across] = breaches_by_devices(&with("nearest"), &[promise]);
            assert!(same == 0 && across > 0, "{same} {across} {:?}", with("nearest"));
            assert_eq!(breaches_by_devices(&with("home"), &[promise]), [0, 0], "{:?}", with("home"));
        }
    }
}

#[test]
fn nodes_are_in_two_halves_and_a_command_names_a_node_of_the_right_one() {
    let (site, _) = run::<Site>(&[("centres", "nearest")], "settle");
    assert_eq!(site.state()["nodes"][0]["centre"], "west");
    let centres = |followers: u8| {
        let (site, _) = run::<Site>(&[("centres", "home"), ("followers", &followers.to_string())], "settle");
        site.ids().filter(|node| site.settings.centre(*node) == Some(Centre::East)).count()
    };
    assert_eq!([2, 3, 4].map(centres), [1, 1, 2]);
    // n4 is in the east: a phone is sent there if a command says so, and a laptop to the west all the same.
    let asked = |on: &str| -> Vec<u8> {
        let script = format!("begin reload talk on {on} via n4");
        let (site, _) = run::<Site>(&[("centres", "nearest"), ("followers", "4")], &script);
        let to = site.network().in_flight().map(|envelope| envelope.to);
        to.filter_map(|to| if let Host::Node(node) = to { Some(node.number()) } else { None }).collect()
    };
    assert_eq!(asked("phone"), [4, 4]);
    assert!(asked("laptop").iter().all(|node| [2, 3].contains(node)));
    let parameters = crate::contract::Parameters::new(Site::PARAMETERS, [("centres", "home"), ("followers", "1")]);
    let refused = Site::open(&parameters.expect("each is fine")).map(|_| ()).expect_err("one has none").to_string();
    assert!(refused.ends_with("2 to 4, because each of two data centres needs a follower"), "{refused}");
}
