use proptest::prelude::*;

use super::*;
use crate::contract::{Engine, Outcome, Parameters};
use crate::language::{Words, statements};
use crate::replication::checker::Promise;
use crate::sim::Rng;

fn open(given: &[(&str, &str)]) -> Lag {
    Lag::open(&Parameters::new(Lag::PARAMETERS, given.iter().copied()).unwrap()).unwrap()
}

fn run(lag: &mut Lag, script: &str) -> Vec<Outcome> {
    let read = |statement| Lag::parse(&mut Words::new(&statement)).unwrap_or_else(|bad| panic!("{bad}"));
    let commands: Vec<Command> = statements(script).unwrap().into_iter().map(read).collect();
    commands.iter().map(|command| lag.execute(command, &mut ())).collect()
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

/// How many breaches of each promise many days bring, by those rules.
fn breaches(given: &[(&str, &str)], days: u64) -> [usize; 4] {
    breaches_of(given, days, true)
}

fn breaches_of(given: &[(&str, &str)], days: u64, outages: bool) -> [usize; 4] {
    let (mut counts, mut given_up) = ([0; 4], 0);
    for day in 0..days {
        let seed = day.to_string();
        let with_seed: Vec<_> =
            [("seed", seed.as_str()), ("jitter", "30")].into_iter().chain(given.iter().copied()).collect();
        let mut lag = open(&with_seed);
        run(&mut lag, &any_day(day, outages));
        assert!(lag.lost().is_empty(), "what was acknowledged is on the leader's disk, so nothing is lost");
        assert!(lag.calls().all(|(call, record)| call.ended.is_some() || record.gave_up), "every call ends");
        given_up += lag.calls().filter(|(_, record)| record.gave_up).count();
        for node in lag.nodes() {
            for partition in 0..message::PARTITIONS {
                let leader = lag.nodes().next().expect("there is a leader").log(partition);
                assert_eq!(
                    node.log(partition).log(),
                    leader.log(),
                    "day {day}: once all is quiet, followers are equal"
                );
            }
        }
        for (count, promise) in counts.iter_mut().zip(PROMISES) {
            *count += lag.breaches().iter().filter(|breach| breach.promise == promise).count();
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
    let mut lag = open(&[("own", "minute"), ("fixed", "on"), ("lag", "30000")]);
    let script = "post talk hi; run 59s; post talk yo as bob; reload talk; run 1s; reload talk";
    let both = Outcome::Entries(vec![("1".to_owned(), "hi".to_owned()), ("2".to_owned(), "yo".to_owned())]);
    let outcomes = run(&mut lag, script);
    assert_eq!([&outcomes[3], &outcomes[5]], [&both, &both]);
    assert_eq!(lag.costs()[2], 1, "it had to wait");
    // Of another page it has been shown nothing, and does not wait.
    run(&mut lag, "post home x as bob; reload home");
    assert_eq!(lag.costs()[2], 1);
}

/// FAULTS R11: a fixed replica keeps reads monotonic beside each rule for own posts, also when minutes pass.
#[test]
fn r11_a_fixed_replica_keeps_reads_monotonic_beside_every_rule() {
    for own in ["off", "leader", "minute", "position"] {
        let mut reads_after_a_minute = 0;
        for day in 0..DAYS {
            let seed = day.to_string();
            let mut lag = open(&[("own", own), ("fixed", "on"), ("lag", "30000"), ("seed", &seed), ("jitter", "30")]);
            let slow = |line: &str| if line.starts_with("run") { "run 25s".to_owned() } else { line.to_owned() };
            let day: Vec<String> =
                any_day(day, false).lines().filter(|line| !line.starts_with("delay")).map(slow).collect();
            run(&mut lag, &day.join("\n"));
            let back = lag.breaches().iter().filter(|breach| breach.promise == Promise::MonotonicReads).count();
            assert_eq!(back, 0, "{own}, seed {seed}");
            reads_after_a_minute += lag.costs()[2];
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
            let mut lag = open(&[("together", together), ("seed", &seed), ("jitter", "30")]);
            let to = |line: &str| if line.contains("reload") { format!("{line}{via}") } else { line.to_owned() };
            run(&mut lag, &any_day(day, true).lines().map(to).collect::<Vec<_>>().join("\n"));
            lag.breaches().len()
        };
        (0..DAYS).map(broken).sum()
    };
    assert_eq!(not_linearizable(" via n1", "on"), 0);
    assert!(not_linearizable("", "on") > 0);
    // A page on two partitions is read at two moments, even on one node.
    let mut lag = open(&[("jitter", "5000"), ("seed", "15")]);
    run(&mut lag, "begin reload talk as eve via n1; post talk a; post talk b as bob; settle");
    assert_eq!(
        lag.breaches().iter().map(|breach| lag.tell(breach)).collect::<Vec<_>>(),
        ["Not linearizable: call 2 had ended before post 2 was sent, and this page has post 2 without post 1."]
    );
}

/// FAULTS R12: two pages at the same time, each with one of two posts that are on their way: each item alone is in order.
#[test]
fn r12_a_page_that_no_order_explains_is_reported() {
    let mut lag = open(&[("jitter", "2000"), ("lag", "0"), ("seed", "49")]);
    run(
        &mut lag,
        "begin post talk a; begin post talk b as bob; run 900ms; begin reload talk as eve
         begin reload talk as eve on phone; settle",
    );
    assert_eq!(
        lag.breaches().iter().map(|breach| lag.tell(breach)).collect::<Vec<_>>(),
        ["Not linearizable: this page has post 2 without post 1, and call 4 found post 1 without post 2."]
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
    let mut lag = open(&[("own", "minute")]);
    run(&mut lag, "delay n1 n2 120s; post talk hello; reload talk; run 61s; reload talk via n2");
    assert_eq!(lag.breaches().first().map(|breach| breach.promise == Promise::OwnWrites), Some(true));
    assert_eq!(lag.costs()[0], 2, "the first reload was served by the leader, for both partitions");
}

#[test]
fn each_rule_has_its_price() {
    let script = "post talk hello; reload talk; reload talk; reload home as bob; settle";
    let costs = |own: &str| {
        let mut lag = open(&[("own", own), ("together", "on"), ("lag", "500"), ("followers", "1")]);
        run(&mut lag, script);
        lag.costs()
    };
    assert_eq!(costs("off"), [0, 3, 0, 0]);
    assert_eq!(costs("leader"), [2, 1, 0, 0]);
    assert_eq!(costs("minute"), [2, 1, 0, 0]);
    // The entry comes 500 ms after the leader had it; the read waits from 20 ms after that on, and the next need not.
    assert_eq!(costs("position"), [0, 3, 1, 480_000]);
}

#[test]
fn a_verdict_names_the_two_calls() {
    let mut lag = open(&[]);
    run(&mut lag, "post talk hello; reload talk on phone via n3");
    let told: Vec<_> = lag.breaches().iter().map(|breach| lag.tell(breach)).collect();
    assert_eq!(
        told,
        [
            "Read-your-writes is broken by call 2, against call 1: post 1 was acknowledged before, on ann's laptop.",
            "Not linearizable: call 1 already knew of post 1."
        ]
    );
}

#[test]
fn an_answer_without_its_question() {
    let script =
        "post talk why; settle; reload talk as bob via n2; post talk because as bob; run 700ms; reload talk as eve";
    let seen = |together: &str| {
        let mut lag = open(&[("together", together), ("seed", "3")]);
        run(&mut lag, "delay n1 n3 90s");
        // Chance sends eve to either follower, for each partition: many times is once each way.
        let script = script.to_owned() + &"; reload talk as eve".repeat(8);
        run(&mut lag, &script.replace("settle; ", "run 600ms; "));
        lag.breaches().iter().any(|breach| breach.promise == Promise::ConsistentPrefix)
    };
    assert!(seen("off") && !seen("on"));
}

#[test]
fn what_cannot_be_is_refused() {
    let mut lag = open(&[]);
    let outcomes = run(&mut lag, "delay n1 n9 1s; reload talk via n9; reload talk");
    assert_eq!(outcomes[0].to_string(), "refused: there is no node n9; there are n1 to n3");
    assert!(!outcomes[1].is_ok() && outcomes[2] == Outcome::Entries(Vec::new()));
    for page in 0..8 {
        run(&mut lag, &format!("reload p{page}"));
    }
    assert!(run(&mut lag, "reload p9")[0].to_string().contains("8 pages already"));
    let wrong = |script: &str| Lag::parse(&mut Words::new(&statements(script).unwrap()[0])).err().unwrap().to_string();
    assert_eq!(wrong("post talk hi as max"), "line 1, column 17: `max` is no USER; accepted: ann, bob, eve");
    assert_eq!(wrong("post \"\" hi"), "line 1, column 6: the page has 0 characters; accepted: 1 to 8 characters");
    assert!(wrong("begin settle").contains("`settle` cannot be begun; accepted: begin post, begin reload"));
}

#[test]
fn a_node_that_was_off_has_what_it_had_and_then_the_rest() {
    let mut lag = open(&[("together", "on")]);
    run(&mut lag, "post talk one; settle; stop n3; post talk two; settle");
    let posts = |lag: &Lag, place: usize| {
        let node = lag.nodes().nth(place).expect("a node");
        (0..message::PARTITIONS).flat_map(|partition| node.posts(partition)).map(|post| post.item).collect::<Vec<_>>()
    };
    assert_eq!((posts(&lag, 1), posts(&lag, 2)), (vec![1, 2], vec![1]));
    let outcomes = run(&mut lag, "reload talk via n3; stop n3; start n3; settle; start n3");
    assert_eq!(outcomes[0].to_string(), "refused: no answer within a minute");
    assert_eq!(outcomes[1].to_string(), "refused: n3 is off already");
    assert!(outcomes[2].is_ok() && outcomes[4].to_string().contains("n3 is not off"));
    assert_eq!(posts(&lag, 2), [1, 2]);
    // The leader comes back with all that it has acknowledged, and what is posted meanwhile waits in vain.
    let outcomes = run(&mut lag, "stop n1; post talk three; start n1; post talk four; settle");
    assert!(!outcomes[1].is_ok() && outcomes[3].is_ok());
    assert!((0..3).all(|place| posts(&lag, place) == [1, 2, 4]));
    assert!(lag.lost().is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_day_is_the_same_each_time_and_its_commands_read_as_they_are_written(seed in 0..100_000u64) {
        let script = any_day(seed, true);
        let read = |line: &str| Lag::parse(&mut Words::new(&statements(line).unwrap()[0])).ok().unwrap().to_string();
        let again: Vec<String> = script.lines().map(read).collect();
        let [mut one, mut two] = [open(&[("jitter", "40")]), open(&[("jitter", "40")])];
        run(&mut one, &script);
        run(&mut two, &again.join("\n"));
        prop_assert_eq!(one.state(), two.state());
    }
}
