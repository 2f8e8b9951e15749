//! Faults that were reported, each with what has to hold since.

use super::*;
use crate::contract::Outcome;
use crate::testing::{counter, opened, run, told};

type Leaders = Cluster<MultiLeader>;

fn value(text: &str) -> Outcome {
    Outcome::Value(Some(text.to_owned()))
}

/// On a link whose acknowledgements come after the next message has gone out, none of them counted, and one record was sent for
/// ever (as go-raknet did: "packets will be resent forever since it's impossible to receive an ACK in time").
#[test]
fn a_late_acknowledgement_counts_and_a_slow_link_comes_to_rest() {
    for resolution in ["lww", "home", "types", "on-write"] {
        for delay in ["300", "301", "400", "1200", "1201", "5000"] {
            let script = format!("delay n1 n2 {delay}ms; write title B; increment likes as c2; settle; run 60s");
            let parameters = [("resolution", resolution), ("timeout", "60000")];
            let mut leaders = opened::<Leaders>(&parameters);
            let (said, _) = told(&mut leaders, &script);
            assert!(said.matches("nothing is on its way").count() == 1, "{resolution} {delay} {said}");
            assert!(is_delivered(&leaders), "{resolution} {delay} {said}");
            // Three times, and where it then hears of the other before the first acknowledgement has come, four more times.
            assert!(said.matches("again what").count() <= 14, "{resolution} {delay} {said}");
        }
    }
    let near = [("followers", "on"), ("delay", "0")];
    let (leaders, _) = run::<Leaders>(&near, "delay n1 n2 101ms; delay n1 n3 400ms; write title B; settle");
    assert!(is_delivered(&leaders));
}

/// Only a message that told of the record as it is acknowledges it.
#[test]
fn an_old_acknowledgement_is_none_for_what_was_written_since() {
    let mut leaders = opened::<Leaders>(&[]);
    told(&mut leaders, "write title B; run 150ms; begin write title C; run 10ms; drop n1>n2; run 60ms");
    assert_eq!(counter(&leaders, "owed"), 1);
    told(&mut leaders, "run 5s; settle");
    assert!(is_delivered(&leaders) && counter(&leaders, "apart") == 0);
}

/// A leader that had sent three times in vain said that it waits until it hears of the other, heard of it, and sent nothing
/// (as feldera#6784, where only a new connection made a sender go on).
#[test]
fn a_leader_that_has_given_up_goes_on_when_it_hears_of_the_other() {
    let script = "write title B; drop n1>n2; run 650ms; drop n1>n2; run 600ms; drop n1>n2; run 600ms; drop n1>n2; run 700ms; \
                  write other X as c2; settle; read title as c2";
    let mut leaders = opened::<Leaders>(&[]);
    let (said, read) = told(&mut leaders, script);
    assert!(said.contains("waits until it hears of n2"), "{said}");
    assert!(read == value("B") && is_delivered(&leaders), "{said}");
    // By an acknowledgement, too.
    let script = script.replace("write other X as c2; settle", "write third Y; settle");
    let (leaders, outcomes) = run::<Leaders>(&[], &script);
    assert!(outcomes.last() == Some(&value("B")) && is_delivered(&leaders));
    // And where only one direction is open, it comes to rest all the same.
    let mut leaders = opened::<Leaders>(&[]);
    let (said, _) = told(&mut leaders, "cut n1>n2; write title B; run 10s; write other X as c2; settle; run 60s");
    assert!(said.ends_with("nothing is on its way."), "{said}");
}

/// Of two claims of one moment, the one that is cancelled was said to have come later; and of a clock that is wrong, so was the
/// one that came first.
#[test]
fn a_claim_is_cancelled_by_its_time_or_by_the_name_of_its_leader_and_that_is_said() {
    let mut leaders = opened::<Leaders>(&[("twice", "cancel")]);
    let (said, _) = told(&mut leaders, "begin book room1 9 11; begin book room1 10 12 as c2; settle");
    let tie = "c2.1 has the same time as c1.1, 5 ms: the name of its leader decides. c2.1 is cancelled, although it was granted.";
    assert!(said.contains(tie) && !said.contains("later"), "{said}");
    let mut leaders = opened::<Leaders>(&[("twice", "cancel")]);
    let (said, _) = told(
        &mut leaders,
        "skew n1 500ms; run 10ms; begin book room2 9 11; run 50ms; begin book room2 10 12 as c2; settle",
    );
    let later =
        "c1.1 has the later time, 515 ms against 65 ms for c2.1, by the clocks of their leaders. c1.1 is cancelled";
    assert!(said.contains(later), "{said}");
    assert!(
        said.contains("n1 knows of no one who has room2, 9 to 11, and gives it to c1, with the time 515 ms."),
        "{said}"
    );
}

/// That a removal has come was told as "cart is milk now" where another milk stays (the situation of basho/riak_dt#82).
#[test]
fn a_removal_that_comes_is_told_and_what_it_had_not_seen_stays() {
    let types = [("resolution", "types")];
    let mut leaders = opened::<Leaders>(&types);
    let (said, _) =
        told(&mut leaders, "add cart milk; settle; begin add cart milk as c2; begin remove cart milk; settle");
    let stays = "n2 hears from n1: of cart, milk (n1:1) is removed, and milk (n2:1) stays: the removal hadn't seen it.";
    assert!(said.contains(stays), "{said}");
    let mut leaders = opened::<Leaders>(&types);
    let (said, _) = told(&mut leaders, "add cart milk; add cart eggs; settle; remove cart milk; settle");
    assert!(said.contains("n2 hears from n1: of cart, milk (n1:1) is removed; cart is {eggs} now."), "{said}");
    let mut leaders = opened::<Leaders>(&types);
    let (said, _) =
        told(&mut leaders, "add cart milk; settle; cut n1 n2; remove cart milk; add cart milk; run 1s; heal; settle");
    assert!(said.contains("of cart, milk (n1:1) is removed, and milk (n1:3) is added"), "{said}");
}

/// A change of siblings was made upon a value that nobody wrote, and that was not told.
#[test]
fn what_a_change_makes_of_siblings_is_told() {
    let mut leaders = opened::<Leaders>(&[("resolution", "siblings")]);
    let (said, _) = told(
        &mut leaders,
        "set p f v; settle; begin set p f w; begin set p g x as c2; settle; read p; set p h y; settle",
    );
    let upon = "n1 makes one of the siblings {f w} or {f v, g x} by the function: {f v/w, g x}. It stores c1.4 upon that, as n1:3: p is \
                {f v/w, g x, h y}.";
    assert!(said.contains(upon), "{said}");
    // Who writes a value in place of all needs no function.
    let (said, _) =
        told(&mut leaders, "begin write title B; begin write title C as c2; settle; read title; write title D");
    assert!(!said.contains("by the function"), "{said}");
}

/// Two writes of one value looked like one to a reader of siblings (against which Riak's reviewers argue in riak_kv#838).
#[test]
fn siblings_that_are_equal_are_shown_as_two() {
    let script = "increment likes; settle; begin increment likes; begin increment likes as c2; settle; increment likes; \
                  read likes; increment likes; settle";
    let mut leaders = opened::<Leaders>(&[("resolution", "siblings")]);
    let (said, _) = told(&mut leaders, script);
    assert!(said.contains("c1 has read likes: 2 or 2."), "{said}");
    assert!(said.contains("likes has siblings, 2 and 2, and c1 hasn't read them"), "{said}");
    assert!(said.contains("n1 makes one of the siblings 2 or 2 by the function: 2. It stores"), "{said}");
    // Where a function makes one of them, there is nothing to choose.
    for resolution in ["on-write", "on-read"] {
        let (leaders, outcomes) = run::<Leaders>(&[("resolution", resolution)], script);
        assert_eq!((&outcomes[6], counter(&leaders, "merged_by_function")), (&value("3"), 0), "{resolution}");
    }
}

/// Of a read that had no answer it was said that it may have been done, and of all that had none, that they were refused
/// ("a read is deliberately never labelled that way", TemporalStore#196).
#[test]
fn a_read_without_an_answer_leaves_nothing_unknown() {
    let mut leaders = opened::<Leaders>(&[]);
    let (said, outcome) = told(&mut leaders, "stop n1; read title");
    assert!(said.ends_with("c1 has had no answer to c1.1 for 1000 ms, and gives up."), "{said}");
    assert_eq!(outcome.to_string(), "no answer");
    let (said, outcome) = told(&mut leaders, "write title B");
    assert!(said.contains("It can't know whether it was done"), "{said}");
    assert_eq!(outcome.to_string(), "no answer; whether it was done is unknown");
    // In the other figures that have both.
    let ends = |(said, outcome): (String, Outcome), unknown: &str| {
        assert!(said.contains("gives up") && said.contains("can't know") != unknown.is_empty(), "{said}");
        let unknown =
            if unknown.is_empty() { "no answer".to_owned() } else { format!("no answer; {unknown} is unknown") };
        assert_eq!(outcome.to_string(), unknown, "{said}");
    };
    use crate::replication::{topology::Topology, versions::Versions};
    let short = [("timeout", "15")];
    ends(told(&mut opened::<Cluster<Versions>>(&short), "get"), "");
    ends(told(&mut opened::<Cluster<Versions>>(&short), "add milk"), "whether the replica has it");
    ends(told(&mut opened::<Cluster<Topology>>(&short), "get stock"), "");
    ends(told(&mut opened::<Cluster<Topology>>(&short), "insert stock 1"), "whether the leader has done it");
}

/// `leader`, `lag`, `failover` and `quorum` came to "refused" where no one had refused anything.
#[test]
fn no_answer_is_no_refusal_in_any_figure() {
    use crate::replication::{failover::Failover, lag::Lag, leader::Leader, quorum::Quorum};
    fn comes_to<P: Protocol>(parameters: &[(&str, &str)], script: &str, unknown: Option<&str>) {
        let (said, outcome) = told(&mut opened::<Cluster<P>>(parameters), script);
        let right = unknown.map_or("no answer".to_owned(), |it| format!("no answer; {it} is unknown"));
        assert_eq!(outcome.to_string(), right, "{said}");
    }
    comes_to::<Leader>(&[], "stop n1; put k b", Some("whether the write counts"));
    comes_to::<Leader>(&[], "stop n1; get k", None);
    let off = "stop n1; stop n2; stop n3; ";
    comes_to::<Lag>(&[], &format!("{off} post talk hi"), Some("whether the post was stored"));
    comes_to::<Lag>(&[], &format!("{off} reload talk"), None);
    comes_to::<Failover>(&[], &format!("{off} insert ann"), Some("whether the row is inserted"));
    comes_to::<Failover>(&[], &format!("{off} read 1"), None);
    let by_node = [("coordinator", "node")];
    comes_to::<Quorum>(&by_node, &format!("{off} write k a"), Some("whether it was stored"));
    comes_to::<Quorum>(&by_node, &format!("{off} read k"), None);
}

/// That a write was too old by the clock was told without the time that it was measured against.
#[test]
fn a_write_that_is_too_old_is_told_with_the_time_that_stands() {
    for (resolution, first, second, stands) in [
        (
            "lww",
            "write title B",
            "write title C as c2",
            "its title, B, has the time 505 ms, which is later: it keeps B",
        ),
        (
            "types",
            "set car color red",
            "set car color blue as c2",
            "its color of car, red, has the time 505 ms, which is later",
        ),
    ] {
        let mut leaders = opened::<Leaders>(&[("resolution", resolution)]);
        let (said, _) = told(&mut leaders, &format!("skew n2 -500ms; run 500ms; {first}; settle; {second}; settle"));
        assert!(said.contains(&format!("by its clock, but {stands}")), "{said}");
    }
}

/// Where several leaders ran the function at once, its results conflicted again, and each made a write of them again (an
/// endless storm of that kind is coherence-incubator#19).
#[test]
fn what_the_function_makes_is_not_written_where_it_is_there_already() {
    let three = "begin write title B; begin write title C as c2; begin write title D as c3; settle; read title";
    let parameters = [("resolution", "on-write"), ("centres", "3"), ("timeout", "60000")];
    let mut leaders = opened::<Leaders>(&parameters);
    let (said, read) = told(&mut leaders, three);
    assert_eq!((read, counter(&leaders, "apart")), (value("B/C/D"), 0), "{said}");
    // Two at each leader: of what the first that comes makes of its own, and of all three.
    assert!(counter(&leaders, "merged_by_function") <= 6, "{said}");
    assert!(said.contains("which needs no new write"), "{said}");
    let five = "begin write title B; begin write title C as c2; begin write title D as c3; begin write title E as c4; \
                begin write title F as c5; settle; read title as c5";
    let mut leaders = opened::<Leaders>(&[&parameters[..], &[("devices", "2")]].concat());
    let (said, read) = told(&mut leaders, five);
    assert_eq!((read, counter(&leaders, "apart")), (value("B/C/D/E/F"), 0), "{said}");
    assert!(counter(&leaders, "merged_by_function") <= 20, "{}", counter(&leaders, "merged_by_function"));
}

/// Hours that are none were said to end before they begin.
#[test]
fn no_room_is_booked_for_no_time() {
    let (_, outcomes) = run::<Leaders>(&[], "book p 3 3");
    let why = "a room can't be booked from 3 to 3: it has to end later than it begins";
    assert_eq!(outcomes, [Outcome::Refused(why.to_owned())]);
}

/// A booking that had to go for another stood again when that one had to go itself, and nothing was said.
#[test]
fn a_claim_that_stands_again_is_told() {
    let mut leaders = opened::<Leaders>(&[("twice", "cancel"), ("centres", "3")]);
    let (said, _) = told(
        &mut leaders,
        "delay n1 n3 500ms; begin book room1 9 10; run 20ms; begin book room1 9 11 as c2; run 20ms; begin book room1 10 11 as c3; \
         settle",
    );
    assert!(said.contains("c3.1 is cancelled, although it was granted."), "{said}");
    let again = "c2.1 is cancelled, although it was granted. c3.1 stands again: c2.1, for which it was cancelled, is cancelled itself.";
    assert!(said.contains(again), "{said}");
    assert_eq!((said.matches("stands again").count(), counter(&leaders, "cancelled")), (1, 1), "{said}");
}

/// Of two records of one name, both in conflict, a reader was answered with what the function makes of each, and one was written.
#[test]
fn all_that_a_reader_has_merged_is_written() {
    let script = "begin write x B; begin write x C as c2; run 20ms; begin add x milk; begin add x eggs as c2; settle; read x; settle";
    let mut leaders = opened::<Leaders>(&[("resolution", "on-read")]);
    let (said, read) = told(&mut leaders, script);
    assert!(said.contains("c1 has read x: B/C; {eggs, milk}."), "{said} {read:?}");
    assert_eq!((counter(&leaders, "merged_by_function"), counter(&leaders, "siblings")), (2, 1), "{said}");
    assert!(said.contains("the function makes {eggs, milk} of them, and it writes that, as n1:4"), "{said}");
    // A follower stores nothing, and answers with the same.
    let (leaders, outcomes) =
        run::<Leaders>(&[("resolution", "on-read"), ("followers", "on")], &script.replace("read x;", "read x via n3;"));
    assert_eq!((&outcomes[6], counter(&leaders, "merged_by_function")), (&value("B/C; {eggs, milk}"), 0));
}

/// Two sets beside each other read like one: `eggs, milk or ham`, and `milk and eggs, which conflict`.
#[test]
fn siblings_that_are_sets_or_maps_are_told_apart() {
    let script = "begin add cart milk; begin add cart eggs as c2; run 20ms; add cart ham; begin set car color red; \
                  begin set car size m as c2; settle; read cart; read car; add cart tea";
    let mut leaders = opened::<Leaders>(&[("resolution", "siblings")]);
    let (said, _) = told(&mut leaders, script);
    for told in [
        "n1 hears from n2: cart has 2 siblings now, {ham, milk} or {eggs}.",
        "c1 has read cart: {ham, milk} or {eggs}.",
        "c1 has read car: {color red} or {size m}.",
        "n1 makes one of the siblings {ham, milk} or {eggs} by the function: {eggs, ham, milk}.",
    ] {
        assert!(said.contains(told), "{told}\n{said}");
    }
    let mut leaders = opened::<Leaders>(&[("resolution", "on-write")]);
    let (said, _) = told(&mut leaders, script);
    assert!(said.contains("cart is {ham, milk} and {eggs}, which conflict"), "{said}");
}

/// Two had written one field of a map: the leader whose value stays said that it had heard nothing new, and the other that the map
/// was another now.
#[test]
fn a_conflict_in_a_map_is_told() {
    let mut leaders = opened::<Leaders>(&[("resolution", "types")]);
    let both = "begin set car color red; begin set car color blue as c2; begin set car size m; settle";
    let (said, _) = told(&mut leaders, &both.replace("; begin set car size m", ""));
    let stays = "n2 hears from n1: color of car is red, of the same time as its own blue, which stays: the name of its leader decides.";
    let drops = "n1 hears from n2: color of car is blue, of the same time as its own red, which it drops: the name of its leader decides; \
                 car is {color blue} now.";
    assert!(said.contains(stays) && said.contains(drops) && !said.contains("nothing new"), "{said}");
    let mut leaders = opened::<Leaders>(&[("resolution", "types")]);
    let (said, _) = told(
        &mut leaders,
        "cut n1 n2; set car color red; set car size m; run 9ms; set car color blue as c2; heal; settle",
    );
    let earlier = "n2 hears from n1: color of car is red, of an earlier time than its own blue, which stays; car is {color blue, size m} now.";
    assert!(said.contains(earlier), "{said}");
    let later = "n1 hears from n2: color of car is blue, of a later time than its own red, which it drops; car is {color blue, size m} now.";
    assert!(said.contains(later), "{said}");
}

/// A record that is owed to two others was counted twice, and one that another has was said to be acknowledged by no other.
#[test]
fn what_a_leader_owes_when_it_stops_is_told_for_each_other() {
    let three = [("centres", "3")];
    let mut leaders = opened::<Leaders>(&three);
    let (said, _) = told(&mut leaders, "cut n1 n2; cut n1 n3; write title B; write other C; stop n1");
    assert!(said.ends_with("It still owes 2 records to n2 and 2 records to n3."), "{said}");
    let mut leaders = opened::<Leaders>(&three);
    let (said, _) = told(&mut leaders, "cut n1 n2; write title B; run 1s; stop n1");
    assert!(said.ends_with("It still owes 1 record to n2."), "{said}");
}

/// "Sends again what it hasn't acknowledged: 0 records" was told where nothing was sent.
#[test]
fn nothing_is_said_to_be_sent_again_where_nothing_is() {
    let calls = [
        "begin write title B",
        "write other X as c2",
        "begin increment likes as c3",
        "book room1 9 11",
        "stop n1; start n1",
        "cut n1>n2; run 3s",
    ];
    for seed in 0..300 {
        let mut leaders = opened::<Leaders>(&[
            ("centres", "3"),
            ("devices", "1"),
            ("followers", "on"),
            ("resolution", ["lww", "on-read", "on-write"][seed as usize % 3]),
        ]);
        let day = crate::cluster::day::any_day(seed, 40, &leaders, &calls);
        let (said, _) = told(&mut leaders, &format!("{day}; heal; settle"));
        assert!(!said.contains(" 0 records"), "{day}\n{said}");
    }
}
