//! What a broker promises, on thousands of days by chance.

use proptest::prelude::*;

use super::message::{Letter, partition_of};
use super::producer::Known;
use super::settings::Group;
use super::tally::{Tally, broker, producer, store, tally};
use super::*;
use crate::cluster::day::any_day;
use crate::testing::{counter, go_on, run};

type Queues = Cluster<Queue>;

const CALLS: &[&str] = &[
    "begin send a 1",
    "begin send b 2",
    "send c 3 with x",
    "begin send a 4",
    "join c2",
    "join c3",
    "join c4 in g2",
    "kill c2",
    "leave c3",
    "kill c4",
];

/// Days on which the network duplicates nothing, as over TCP.
fn day(parameters: &[(&str, &str)], seed: u64, copies: bool) -> Queues {
    let parameters: Vec<_> = [("consumers", "3"), ("timeout", "100")].iter().chain(parameters).copied().collect();
    let (mut cluster, _) = run::<Queues>(&parameters, "join c2");
    let script = any_day(seed, 40, &cluster, CALLS);
    let lines: Vec<_> = script.lines().filter(|line| copies || !line.starts_with("duplicate")).collect();
    go_on(&mut cluster, &lines.join("\n"), &mut ());
    cluster
}

/// All is well again, for as long as anything takes.
fn mend(cluster: &mut Queues) {
    go_on(cluster, "heal; start n1; start n2; skew n1 0ms; join c2; join c3; join c4 in g2", &mut ());
    for host in ["c1", "c2", "c3", "c4"] {
        go_on(cluster, &format!("delay {host} n1 1ms; delay {host} n2 1ms"), &mut ());
    }
    go_on(cluster, "run 60s", &mut ());
}

fn effects(cluster: &Queues, group: Group) -> Vec<&Letter> {
    store(cluster).rows.iter().filter(|row| row.group == group).map(|row| &row.letter).collect()
}

fn models() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("queue"), Just("log")]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever was acknowledged has its effect, whoever falls and whatever is lost, if the broker syncs and consumers
    /// acknowledge after their work.
    #[test]
    fn at_least_once(model in models(), seed: u64, prefetch in 1..4_u32, sequence in prop_oneof![Just("on"), Just("off")]) {
        let prefetch = prefetch.to_string();
        let mut cluster = day(&[("model", model), ("prefetch", &prefetch), ("sequence", sequence), ("deliveries", "10")], seed, true);
        prop_assert_eq!(tally(&cluster).lost, 0, "on the way");
        mend(&mut cluster);
        prop_assert_eq!(tally(&cluster).lost, 0);
        let dead: Vec<_> = broker(&cluster).partitions[0].lane(Group::G1).dead.iter().map(|it| it.letter.call).collect();
        for (letter, known) in producer(&cluster).sent.iter() {
            let had = store(&cluster).has(Group::G1, letter.call) || dead.contains(&letter.call);
            prop_assert!(*known != Known::Acknowledged || had, "{} was acknowledged", letter.call);
        }
        prop_assert!(broker(&cluster).partitions.iter().all(|it| it.lane(Group::G1).leases.is_empty()), "all is quiet");
    }

    /// No message has an effect twice, if no one tries again and consumers acknowledge before their work.
    #[test]
    fn at_most_once(model in models(), seed: u64, attempts in 1..4_u32) {
        let sequence = if attempts > 1 { "on" } else { "off" };
        let attempts = attempts.to_string();
        let mut cluster = day(&[("model", model), ("ack", "before"), ("attempts", &attempts), ("sequence", sequence)], seed, false);
        mend(&mut cluster);
        prop_assert_eq!(counter(&cluster, "effects_twice"), 0);
    }

    /// With an idempotent effect nothing counts twice, whatever else is chosen.
    #[test]
    fn an_idempotent_effect_counts_once(model in models(), seed: u64, ack in prop_oneof![Just("after"), Just("before")]) {
        let mut cluster = day(&[("model", model), ("ack", ack), ("idempotent", "on")], seed, true);
        mend(&mut cluster);
        prop_assert_eq!(counter(&cluster, "effects_twice"), 0);
    }

    /// What is acknowledged is on the disk from then on, until the group has had it: the power may fail at any time.
    #[test]
    fn nothing_acknowledged_is_lost_by_the_power(model in models(), seed: u64) {
        let mut cluster = day(&[("model", model)], seed, true);
        go_on(&mut cluster, "start n1; stop n1 lost; start n1", &mut ());
        prop_assert_eq!(counter(&cluster, "acknowledged_lost"), 0);
    }

    /// Numbered messages stand in a log once each, in the order in which they were sent.
    #[test]
    fn numbered_messages_are_appended_once_and_in_order(seed: u64) {
        let cluster = day(&[("model", "log"), ("sequence", "on")], seed, true);
        for partition in &broker(&cluster).partitions {
            let calls: Vec<_> = partition.entries.iter().map(|entry| entry.letter.call).collect();
            prop_assert!(calls.is_sorted_by(|a, b| a < b), "{calls:?}");
        }
    }

    /// Of each partition, a group has its first effects in the order of the offsets, and none is left out.
    #[test]
    fn a_log_keeps_the_order_of_a_partition(seed: u64) {
        let mut cluster = day(&[("model", "log"), ("partitions", "3")], seed, true);
        mend(&mut cluster);
        for (place, group) in (0..3).flat_map(|place| [(place, Group::G1), (place, Group::G2)]) {
            let mut next = 0;
            for row in store(&cluster).rows.iter().filter(|row| (row.partition, row.group) == (place, group)) {
                prop_assert!(row.offset <= next, "{} before {next}", row.offset);
                next = next.max(row.offset + 1);
            }
            prop_assert_eq!(next, broker(&cluster).partitions[place as usize].next, "to the end");
        }
    }

    /// Where nothing fails, a broker is a list: in the order of the sends, of each partition.
    #[test]
    fn on_a_good_day_it_is_a_list(model in models(), keys in prop::collection::vec(0..5_u8, 1..30), coming in prop::collection::vec(0..8_usize, 0..6)) {
        let acts = ["join c3", "leave c3", "settle", "run 30ms", "join c4 in g2", "leave c4", "stop n1; start n1", "settle"];
        // In a queue two consumers may overtake each other; and who leaves with a message in hand lets it be done again.
        let mut script = vec!["join c2".to_owned(), "settle".to_owned()];
        for (place, key) in keys.iter().enumerate() {
            script.push(format!("send k{key} {place}"));
            if let Some(act) = coming.get(place) {
                let act = if model == "queue" && act % 4 < 2 { "settle" } else { acts[*act] };
                script.push(format!("run 2s; {act}; run 2s"));
            }
        }
        let (cluster, _) = run::<Queues>(&[("model", model), ("consumers", "3")], &(script.join("; ") + "; run 5s"));
        let files = cluster.settings.files();
        for place in 0..files {
            let at_home = |key: &str| partition_of(key, files) == place;
            let list: Vec<_> = keys.iter().enumerate().filter(|(_, key)| at_home(&format!("k{key}"))).map(|(place, _)| place.to_string()).collect();
            let had: Vec<_> = effects(&cluster, Group::G1).iter().filter(|letter| at_home(&letter.key)).map(|letter| letter.body.value().to_owned()).collect();
            prop_assert_eq!(had, list);
        }
    }
}

/// The days are hard enough: with the wrong choice, each of these promises is broken on some of them.
#[test]
fn each_promise_needs_its_choice() {
    type Choice = [(&'static str, &'static str)];
    let broken = |choice: &Choice, copies: bool, name: &str| {
        (0..300).filter(|seed| counter(&day(choice, *seed, copies), name) > 0).count()
    };
    for model in ["queue", "log"] {
        let broken =
            |choice: (&'static str, &'static str), copies, name| broken(&[("model", model), choice], copies, name);
        assert!(broken(("sync", "off"), false, "acknowledged_lost") > 5, "{model} that doesn't sync");
        assert!(broken(("ack", "before"), false, "acknowledged_lost") > 5, "{model}, acknowledged before the work");
        assert!(broken(("wait", "off"), false, "acknowledged_lost") > 5, "{model}, whose producer doesn't wait");
        assert!(broken(("ack", "after"), false, "effects_twice") > 5, "{model}, acknowledged after the work");
    }
    let is_twice = |cluster: &Queues| {
        let entries = broker(cluster).partitions.iter().flat_map(|it| it.entries.iter());
        let calls: Vec<_> = entries.map(|it| it.letter.call).collect();
        !calls.is_sorted_by(|a, b| a < b)
    };
    let many = (0..300).filter(|seed| is_twice(&day(&[("model", "log"), ("partitions", "1")], *seed, false))).count();
    assert!(many > 5, "{many} logs without sequence numbers are out of order");
}

/// Every millisecond of a short day, the power of the broker fails there, and comes back.
#[test]
fn the_power_may_fail_at_any_time() {
    for model in ["queue", "log"] {
        for (time, prefetch) in (0..200).flat_map(|time| [(time, "1"), (time, "3")]) {
            let script = format!(
                "join c2; join c3; run 20ms; begin send a 1; begin send b 2; begin send a 3; begin send c 4; run {time}ms; \
                 stop n1 lost; start n1; run 10s"
            );
            let (cluster, _) = run::<Queues>(&[("model", model), ("prefetch", prefetch)], &script);
            let Tally { acknowledged, lost, .. } = tally(&cluster);
            assert_eq!((acknowledged, lost), (4, 0), "{model} at {time} ms");
            for (letter, _) in producer(&cluster).sent.iter() {
                assert!(store(&cluster).has(Group::G1, letter.call), "{model} at {time} ms: {}", letter.call);
            }
        }
    }
}

#[test]
fn without_a_sync_the_power_takes_what_was_acknowledged() {
    let (cluster, _) = run::<Queues>(&[("sync", "off")], "send k 1; stop n1 lost");
    assert_eq!(counter(&cluster, "acknowledged_lost"), 1);
}

#[test]
fn a_producer_that_does_not_wait_loses_and_does_not_know() {
    let (cluster, outcomes) = run::<Queues>(&[("wait", "off")], "stop n1; send k 1; settle");
    assert_eq!((&outcomes[1], counter(&cluster, "acknowledged_lost")), (&Outcome::Done, 1));
}

#[test]
fn a_full_queue_holds_the_producer_back_or_drops_the_oldest() {
    let three = "send k 1; send k 2; send k 3";
    let (mut cluster, outcomes) = run::<Queues>(&[("buffer", "2")], three);
    assert!(matches!(outcomes[2], Outcome::Refused(_)), "{:?}", outcomes[2]);
    go_on(&mut cluster, "begin send k 4; run 50ms; join c2; settle", &mut ());
    assert_eq!((counter(&cluster, "effects"), counter(&cluster, "acknowledged_lost")), (3, 0), "1, 2 and 4");
    let (cluster, _) = run::<Queues>(&[("buffer", "2"), ("full", "drop")], three);
    assert_eq!((counter(&cluster, "messages_acknowledged"), counter(&cluster, "acknowledged_lost")), (3, 1));
}

#[test]
fn a_queue_loses_the_order_by_redelivery_and_a_log_keeps_it() {
    let script = "join c2; settle; begin send k 1; run 25ms; kill c2; send k 2; join c3; settle; settle";
    for (model, order) in [("queue", ["2", "1"]), ("log", ["1", "2"])] {
        let (cluster, _) = run::<Queues>(&[("model", model), ("consumers", "2")], script);
        let had: Vec<_> = effects(&cluster, Group::G1).iter().map(|letter| letter.body.value().to_owned()).collect();
        assert_eq!(had, order, "{model}");
    }
}

#[test]
fn poison_goes_to_the_dead_letters_of_a_queue_and_stops_a_log() {
    let script = "join c2; send k poison; send k 2; settle";
    let (cluster, _) = run::<Queues>(&[], script);
    assert_eq!((counter(&cluster, "dead_letters"), counter(&cluster, "effects")), (1, 1));
    let (cluster, _) = run::<Queues>(&[("model", "log")], script);
    assert_eq!((counter(&cluster, "dead_letters"), counter(&cluster, "effects")), (0, 0));
}

#[test]
fn a_consumer_slower_than_the_time_out_has_its_effect_and_so_has_another() {
    for model in ["queue", "log"] {
        let parameters = [("model", model), ("work", "400"), ("deliveries", "2")];
        let (cluster, _) = run::<Queues>(&parameters, "join c2; settle; send k 1; join c3; run 450ms");
        assert_eq!(counter(&cluster, "effects"), 1, "{model}: late, and yet it counts");
        let (cluster, _) = run::<Queues>(&parameters, "join c2; settle; send k 1; join c3; run 900ms");
        assert!(counter(&cluster, "effects_twice") > 0, "{model}");
    }
}

#[test]
fn a_second_group_gets_all_of_a_log_and_of_a_queue_what_comes() {
    let script = "join c2; send a 1; settle; join c3 in g2; settle; send b 2; settle";
    for (model, many) in [("queue", 1), ("log", 2)] {
        let (cluster, _) = run::<Queues>(&[("model", model)], script);
        assert_eq!((effects(&cluster, Group::G1).len(), effects(&cluster, Group::G2).len()), (2, many), "{model}");
    }
}

#[test]
fn a_log_can_be_read_again_compacted_and_has_an_end() {
    let (mut cluster, _) =
        run::<Queues>(&[("model", "log"), ("partitions", "1")], "join c2; send a 1; send b 2; send a 3; settle");
    let offsets =
        |cluster: &Queues| broker(cluster).partitions[0].entries.iter().map(|it| it.offset).collect::<Vec<_>>();
    go_on(&mut cluster, "replay 1; settle", &mut ());
    assert_eq!(counter(&cluster, "effects_twice"), 2);
    go_on(&mut cluster, "compact; stop n1 lost; start n1; settle", &mut ());
    assert_eq!(offsets(&cluster), [1, 2]);
    go_on(&mut cluster, "send c 4; settle; replay 0; settle", &mut ());
    assert_eq!((counter(&cluster, "effects"), counter(&cluster, "acknowledged_lost")), (9, 0));
    let (cluster, _) = run::<Queues>(
        &[("model", "log"), ("partitions", "1"), ("buffer", "2")],
        "send a 1; send b 2; send a 3; join c2; settle",
    );
    assert_eq!((offsets(&cluster), counter(&cluster, "acknowledged_lost")), (vec![1, 2], 1));
}

#[test]
fn a_consumer_that_drops_unknown_fields_loses_them() {
    for (unknown, lost) in [("keep", false), ("drop", true)] {
        let (cluster, _) = run::<Queues>(&[("unknown", unknown)], "join c2; send k 10 with EUR; settle");
        assert_eq!(effects(&cluster, Group::G1)[0].body.unknown().is_none(), lost, "{unknown}");
    }
}

#[test]
fn messages_read_back_as_they_were_written() {
    let (mut cluster, _) = run::<Queues>(&[("model", "log")], "begin send k 10 with EUR; join c2");
    let mut seen = 0;
    for _ in 0..200 {
        for envelope in cluster.network().in_flight() {
            let bytes = crate::wire::bytes(&envelope.payload);
            let mut rest = &bytes[..];
            let again: Message = crate::wire::Wire::read(&mut rest).expect("it reads");
            assert!(rest.is_empty() && crate::wire::bytes(&again) == bytes);
            seen += 1;
        }
        go_on(&mut cluster, "run 1ms", &mut ());
    }
    assert!(seen > 20);
}
