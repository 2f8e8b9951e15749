mod plain;

use proptest::prelude::*;

use self::plain::{Act, Plain};
use super::*;
use crate::cluster::day::any_day;
use crate::sim::Rng;
use crate::testing::{counter, go_on, opened, run, told};
use crate::versions::{Relation, Version};

type Shop = Cluster<Versions>;

/// What a node holds, cart by cart.
fn holds(shop: &Shop, node: usize) -> Vec<String> {
    shop.nodes[node].carts.all().iter().map(|cart| cart.items.to_string()).collect()
}

/// The best known example: Kleppmann's, of two clients who fill one cart.
const CART: &str = "add milk; add eggs as c2; add flour; add ham as c2; add bacon";

#[test]
fn a_cart_that_two_devices_fill_has_two_siblings_at_the_end() {
    let (shop, _) = run::<Shop>(&[], CART);
    assert_eq!(holds(&shop, 0), ["eggs, ham, milk", "bacon, eggs, flour, milk"]);
    let (shop, outcomes) = run::<Shop>(&[], &format!("{CART}; get as c2; add jam as c2"));
    assert_eq!(outcomes[5], Outcome::Value(Some("bacon, eggs, flour, ham, milk".to_owned())));
    assert_eq!(holds(&shop, 0), ["bacon, eggs, flour, ham, jam, milk"]);
}

#[test]
fn the_last_write_wins_and_what_it_loses_is_named() {
    let mut shop = opened::<Shop>(&[("clock", "lww")]);
    let (said, _) = told(&mut shop, "add milk; add eggs as c2");
    assert!(said.contains("c1.1 is lost"), "{said}");
    assert_eq!(counter(&shop, "writes_lost"), 1);
    // A clock that is behind loses the newer write.
    let (shop, _) = run::<Shop>(
        &[("clock", "lww"), ("replicas", "2")],
        "skew n2 -200ms; run 300ms; add milk; sync n1 n2; get as c2; add eggs as c2; sync n1 n2",
    );
    assert_eq!((counter(&shop, "writes_lost"), holds(&shop, 0)), (1, vec!["milk".to_owned()]));
}

#[test]
fn a_removed_item_comes_back_unless_it_leaves_a_tombstone() {
    let script = "add milk; get as c2; add eggs; begin remove milk; begin add ham as c2; settle; get; get as c2";
    for (remove, has) in [("delete", true), ("tombstone", false)] {
        let (shop, outcomes) = run::<Shop>(&[("remove", remove)], script);
        let Some(Outcome::Value(Some(items))) = outcomes.last() else { panic!("{outcomes:?}") };
        assert_eq!(items.split(" (").next().unwrap_or_default().contains("milk"), has, "{items}");
        assert_eq!(counter(&shop, "writes_lost"), 0);
    }
}

/// An item is back only if it comes from a cart whose writer still had it: not if someone who had seen the removal put it in anew, nor if
/// someone did who had never seen any of it.
#[test]
fn what_was_put_in_anew_isnt_back() {
    for (parameters, script, is_back) in [
        (&[("clock", "dotted")][..], "add milk; remove milk; get as c2; add milk as c2; get", false),
        (
            &[("clock", "dotted"), ("remove", "tombstone")],
            "add milk; remove milk; get as c2; add milk as c2; get",
            false,
        ),
        (&[("clock", "number")], "add milk; remove milk; add milk as c2; get", false),
        (&[("clock", "number")], "add milk; get as c2; remove milk; add eggs as c2; get", true),
        (&[("clock", "lww")], "add milk; get as c2; begin remove milk; begin add eggs as c2; settle; get", true),
    ] {
        let (said, _) = told(&mut opened::<Shop>(parameters), script);
        assert_eq!(said.contains("milk is back, although it was removed"), is_back, "{parameters:?}: {said}");
    }
}

/// What a replica passes over, although it is new, is told with the numbers or times that decide.
#[test]
fn what_is_passed_over_is_told() {
    let two = |clock| [("clock", clock), ("replicas", "2")];
    let script = "add milk; add eggs as c2; add ham as c2; sync n1 n2";
    let (said, _) = told(&mut opened::<Shop>(&two("number")), script);
    let over =
        "n2 takes over nothing from n1. It takes c1.1, version 1, for one that it has had: its own c2.2 is version 2.";
    assert!(said.contains(over), "{said}");
    let (said, _) = told(&mut opened::<Shop>(&two("number")), "add milk; add eggs as c2; sync n1 n2");
    assert!(said.contains("It takes c1.1, version 1, for what it has: its own c2.1 is version 1, too."), "{said}");
    let (said, _) = told(&mut opened::<Shop>(&two("lww")), "add milk; run 50ms; add eggs as c2; sync n1 n2");
    assert!(
        said.contains("n2 takes over nothing from n1. c1.1 has the time 10 ms, and its own c2.1 the later "),
        "{said}"
    );
    let (said, _) = told(&mut opened::<Shop>(&two("dotted")), "add milk; sync n1 n2; sync n1 n2");
    assert!(said.contains("n2 hears nothing new from n1"), "{said}");
    // The time that decides is told as well.
    let skewed = "skew n2 -200ms; run 300ms; add milk; sync n1 n2; get as c2; add eggs as c2";
    let (said, _) = told(&mut opened::<Shop>(&two("lww")), skewed);
    assert!(said.contains("by its clock. Its cart c1.1 has the time 310 ms, which is later: it keeps that."), "{said}");
}

/// Within one moment a replica gives later times to later writes, however many there are.
#[test]
fn of_writes_of_one_moment_the_last_wins() {
    for script in
        ["add a; add b; add c; add d", "begin add x as c2; begin add y as c3; begin add a; settle; add b; add c; add d"]
    {
        let (shop, _) = run::<Shop>(&[("clock", "lww"), ("devices", "3"), ("delay", "0")], script);
        let all = &holds(&shop, 0)[0];
        assert!(all.ends_with("b, c, d"), "{script}: {all}");
        let mut marks: Vec<_> = shop.witness.writes.iter().filter_map(|write| write.mark.clone()).collect();
        assert!(
            marks.len() >= 4 && marks.iter().zip(&marks[1..]).all(|(one, next)| one.compare(next) == Relation::Before)
        );
        marks.dedup();
        assert_eq!(marks.len(), shop.witness.writes.len());
    }
}

/// A number is larger than all that its writer had seen, wherever that was.
#[test]
fn a_writer_that_has_seen_all_replaces_all_by_numbers_of_two_replicas_too() {
    let script = "add a; add b; add c; get as c2 via n1; add d as c2 via n2; sync n1 n2";
    let (shop, _) = run::<Shop>(&[("replicas", "2")], script);
    assert_eq!((holds(&shop, 0), holds(&shop, 1)), (vec!["a, b, c, d".to_owned()], vec!["a, b, c, d".to_owned()]));
}

/// An item is back only if a replica had the cart without it.
#[test]
fn a_removal_that_never_arrived_brings_nothing_back() {
    let mut shop = opened::<Shop>(&[]);
    let (said, _) = told(&mut shop, "add milk; begin remove milk; drop c1>n1; settle; get");
    assert!(!said.contains("is back") && said.contains("one cart: milk"), "{said}");
    let (said, _) = told(&mut shop, "get as c2; begin remove milk; begin add eggs as c2; settle; get");
    assert!(said.contains("milk is back"), "{said}");
}

/// A tombstone wins even against an addition that had seen it, and that is said.
#[test]
fn what_a_tombstone_keeps_out_is_named() {
    let mut shop = opened::<Shop>(&[("remove", "tombstone")]);
    let script = "add milk; remove milk; get as c2; begin add eggs as c2; begin add milk; settle";
    for script in [script, "get; add ham", "get as c2; add tea as c2"] {
        let (said, _) = told(&mut shop, script);
        let many = said.matches("A tombstone keeps milk out.").count();
        assert_eq!(many, usize::from(!script.contains("tea")), "{said}");
    }
}

/// The network may deliver a message twice, at once or late: it is one write.
#[test]
fn a_message_that_comes_twice_is_one_write() {
    for clock in ["number", "vector", "dotted", "lww"] {
        let script = "begin add milk; duplicate c1>n1; run 15ms; begin add eggs as c2; delay c1 n1 90ms; settle";
        let (shop, _) = run::<Shop>(&[("clock", clock)], script);
        let calls: Vec<_> = shop.nodes[0].carts.calls().iter().map(ToString::to_string).collect();
        assert_eq!(calls, if clock == "lww" { vec!["c2.1"] } else { vec!["c1.1", "c2.1"] }, "{clock}");
    }
}

/// Two devices in turn, each of which writes before it has read what the other wrote.
const IN_TURN: &str = "begin add a; begin add b as c2; settle; begin add c; begin add d as c2; settle; begin add e; begin add f as c2; settle";

#[test]
fn siblings_pile_up_under_one_vector_and_not_with_dots() {
    let many = |clock| {
        let (shop, _) = run::<Shop>(&[("clock", clock)], IN_TURN);
        (counter(&shop, "siblings"), counter(&shop, "false_siblings"), counter(&shop, "writes_lost"))
    };
    assert_eq!(many("dotted"), (2, 0, 0));
    assert_eq!(many("number"), (2, 0, 0));
    let (siblings, is_false, lost) = many("vector");
    assert!(siblings > 2 && is_false > 0 && lost == 0, "{siblings} {is_false} {lost}");
}

#[test]
fn numbers_of_two_replicas_lose_a_write() {
    let (shop, _) = run::<Shop>(&[("replicas", "2")], "add milk; add eggs as c2; add jam as c2; sync n1 n2");
    assert_eq!(counter(&shop, "writes_lost"), 1);
    for clock in ["vector", "dotted"] {
        let (shop, _) =
            run::<Shop>(&[("replicas", "2"), ("clock", clock)], "add milk; add eggs as c2; add jam as c2; sync n1 n2");
        assert_eq!((counter(&shop, "writes_lost"), counter(&shop, "siblings")), (0, 2), "{clock}");
    }
}

const CALLS: &[&str] = &[
    "add milk",
    "begin add eggs as c2",
    "begin add ham",
    "add jam as c2 via n1",
    "remove milk",
    "begin remove eggs as c2",
    "get",
    "get as c2",
    "begin get via n1",
    "sync n1 n2",
    "sync n2 n3",
    "sync n3 n1",
    "begin add tea as c3",
    "get as c3",
];

/// Settings for a day by chance.
fn shop(clock: &str, replicas: u8, remove: &str, seed: u64) -> Shop {
    let (replicas, seed) = (replicas.to_string(), seed.to_string());
    opened(&[("clock", clock), ("replicas", &replicas), ("devices", "3"), ("remove", remove), ("seed", &seed)])
}

/// Whether of any two writes the versions say what their histories say.
fn is_judged_right(shop: &Shop) -> bool {
    let stored: Vec<_> =
        shop.witness.writes.iter().filter_map(|write| Some((write.mark.clone()?, &write.history))).collect();
    let pairs = stored.iter().flat_map(|one| stored.iter().map(move |other| (one, other)));
    pairs.into_iter().all(|((one, seen), (other, by_other))| one.compare(other) == seen.compare(by_other))
}

/// Whether a write has ever vanished, at any step.
struct AtEachStep<'a>(&'a mut Vec<String>);

impl Probe<Shop> for AtEachStep<'_> {
    fn step(&mut self, event: impl FnOnce() -> Event, shop: &Shop) {
        let (lost, is_false) = (counter(shop, "writes_lost"), counter(shop, "false_siblings"));
        if lost + is_false > 0 {
            self.0.push(format!("{}: {lost} lost, {is_false} false", event()));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    /// On any day, with stops, cuts, doubled and lost messages: by dots, and by the numbers of one replica, no acknowledged
    /// write vanishes unless one that is left had seen it, no sibling is false, and any two writes stand as their histories do.
    #[test]
    fn dots_and_the_numbers_of_one_replica_are_exact_on_any_day(seed: u64, replicas in 1..=3_u8, tombstone: bool) {
        let remove = if tombstone { "tombstone" } else { "delete" };
        for (clock, replicas) in [("dotted", replicas), ("number", 1)] {
            let mut shop = shop(clock, replicas, remove, seed);
            let day = any_day(seed, 40, &shop, CALLS);
            let mut wrong = Vec::new();
            go_on(&mut shop, &day, &mut AtEachStep(&mut wrong));
            prop_assert!(wrong.is_empty(), "{}\n{:?}", day, wrong);
            prop_assert!(is_judged_right(&shop), "{clock} {day}");
        }
    }

    /// One vector for all siblings keeps too many, and loses nothing; of two writes it says what is so.
    #[test]
    fn a_vector_loses_nothing_on_any_day(seed: u64, replicas in 1..=3_u8) {
        let mut shop = shop("vector", replicas, "delete", seed);
        let day = any_day(seed, 40, &shop, CALLS);
        go_on(&mut shop, &day, &mut ());
        prop_assert_eq!(counter(&shop, "writes_lost"), 0, "{}", day);
        prop_assert!(is_judged_right(&shop), "{}", day);
    }

    /// Replicas hold what sets of all that was really seen leave of it, and devices have what is in that; also where devices go
    /// from replica to replica, and write at the same moment.
    #[test]
    fn replicas_hold_what_sets_of_all_that_was_seen_leave(seed: u64, replicas in 1..=3_u8, tombstone: bool) {
        const ITEMS: [&str; 4] = ["milk", "eggs", "ham", "tea"];
        let remove = if tombstone { "tombstone" } else { "delete" };
        for (clock, replicas) in [("dotted", replicas), ("vector", replicas), ("lww", replicas), ("number", 1)] {
            let (mut shop, mut plain) = (shop(clock, replicas, remove, seed), Plain::new(clock, replicas, tombstone));
            let (mut rng, mut script) = (Rng::new(seed), Vec::new());
            for _ in 0..25 {
                let (one, other) = (rng.below(replicas.into()) as usize, rng.below(replicas.into()) as usize);
                if rng.below(4) == 0 && one != other {
                    plain.sync(one, other);
                    script.push(format!("sync n{} n{}", one + 1, other + 1));
                } else {
                    let mut acts = Vec::new();
                    for device in 0..3 {
                        let (replica, item) = (rng.below(replicas.into()) as usize, ITEMS[rng.below(4) as usize]);
                        let act = match rng.below(6) {
                            0 | 1 => Act::Add(item),
                            2 if plain.has(device, item) => Act::Remove(item),
                            3 => Act::Get,
                            _ => continue,
                        };
                        let said = match act {
                            Act::Add(item) => format!("add {item}"),
                            Act::Remove(item) => format!("remove {item}"),
                            Act::Get => "get".to_owned(),
                        };
                        script.push(format!("begin {said} as c{} via n{}", device + 1, replica + 1));
                        acts.push((device, replica, act));
                    }
                    plain.round(&acts);
                    script.push("settle".to_owned());
                }
                go_on(&mut shop, &script.join("; "), &mut ());
                script.clear();
                for (place, node) in shop.nodes.iter().enumerate() {
                    let mut held: Vec<_> = node.carts.calls().iter().filter_map(|call| shop.witness.place(*call)).collect();
                    held.sort_unstable();
                    prop_assert_eq!(&held, plain.holds(place), "{} n{}, seed {}", clock, place + 1, seed);
                }
                for (place, device) in shop.clients.iter().enumerate() {
                    let items = device.items.iter().filter(|(_, is_in)| *is_in).map(|(item, _)| item.as_str());
                    prop_assert_eq!(items.collect::<Vec<_>>(), plain.items(place), "{} c{}", clock, place + 1);
                }
            }
        }
    }

    /// Whatever is compared, the other way round it is the other way round, and only what has one name is the same.
    #[test]
    fn versions_agree_with_themselves_on_any_day(seed: u64, replicas in 1..=3_u8) {
        for clock in ["number", "vector", "dotted", "lww"] {
            let mut shop = shop(clock, replicas, "delete", seed);
            let day = any_day(seed, 40, &shop, CALLS);
            go_on(&mut shop, &day, &mut ());
            let marks: Vec<_> = shop.witness.writes.iter().filter_map(|write| write.mark.clone()).collect();
            for (place, one) in marks.iter().enumerate() {
                for (other_place, other) in marks.iter().enumerate() {
                    let (said, turned) = (one.compare(other), other.compare(one));
                    let is_turned = match said {
                        Relation::Before => turned == Relation::After,
                        Relation::After => turned == Relation::Before,
                        same_or_concurrent => turned == same_or_concurrent,
                    };
                    prop_assert!(is_turned, "{clock}: {one:?} {other:?} in {day}");
                    let has_one_name = match (&**one, &**other) {
                        (Mark::Numbered(one), Mark::Numbered(other)) => one.number == other.number,
                        _ => place == other_place,
                    };
                    prop_assert_eq!(said == Relation::Same, has_one_name, "{}: {:?} {:?} in {}", clock, one, other, day);
                }
            }
        }
    }

    /// With last write wins nothing is ever said to be concurrent, and a replica holds one cart at most; each acknowledged
    /// write is held, was seen by one that is held, or is counted as lost.
    #[test]
    fn the_last_write_wins_on_any_day(seed: u64, replicas in 1..=3_u8) {
        let mut shop = shop("lww", replicas, "delete", seed);
        let day = any_day(seed, 40, &shop, CALLS);
        go_on(&mut shop, &day, &mut ());
        prop_assert!(shop.nodes.iter().all(|node| node.carts.all().len() <= 1));
        let marks: Vec<_> = shop.witness.writes.iter().filter_map(|write| write.mark.clone()).collect();
        prop_assert!(marks.iter().all(|one| marks.iter().all(|two| one.compare(two) != Relation::Concurrent)));
        let held: Vec<_> = shop.nodes.iter().flat_map(|node| node.carts.calls()).collect();
        for (place, write) in shop.witness.writes.iter().enumerate().filter(|(_, write)| write.acknowledged) {
            let is_left = held.iter().any(|held| shop.witness.had_seen(*held, write.call));
            prop_assert_eq!(is_left, !shop.witness.lost.contains(&place), "{} in {}", write.call, day);
        }
    }

    /// After all links are open and each two have synced twice, all replicas hold the same carts, but by the numbers of several.
    #[test]
    fn replicas_find_together(seed: u64) {
        for clock in ["vector", "dotted", "lww"] {
            let mut shop = shop(clock, 3, "delete", seed);
            let day = any_day(seed, 30, &shop, CALLS);
            go_on(&mut shop, &day, &mut ());
            go_on(&mut shop, "heal; start n1; start n2; start n3; settle", &mut ());
            go_on(&mut shop, "sync n1 n2; sync n2 n3; sync n1 n2; sync n1 n3; sync n1 n2; sync n2 n3", &mut ());
            let all: Vec<_> = shop.nodes.iter().map(|node| {
                let mut calls = node.carts.calls();
                calls.sort();
                calls
            }).collect();
            prop_assert!(all.iter().all(|one| *one == all[0]), "{} {:?} {}", clock, all, day);
        }
    }

    /// With tombstones an item whose removal was acknowledged stays away, as long as no one adds it again.
    #[test]
    fn a_tombstone_keeps_what_was_removed_away(seed: u64, replicas in 1..=3_u8) {
        let mut shop = shop("dotted", replicas, "tombstone", seed);
        go_on(&mut shop, "add milk; sync n1 n2; sync n1 n3; get as c2; get as c3; remove milk", &mut ());
        prop_assert!(shop.witness.writes[1].acknowledged);
        let calls = ["begin add eggs as c2", "add ham", "get as c2", "add tea as c3", "sync n1 n2", "sync n2 n3", "sync n3 n1", "get"];
        let day = any_day(seed, 30, &shop, &calls);
        go_on(&mut shop, &day, &mut ());
        go_on(&mut shop, "heal; start n1; start n2; start n3; settle; sync n1 n2; sync n2 n3; sync n1 n2; sync n1 n3", &mut ());
        let (shop, outcomes) = { let outcomes = go_on(&mut shop, "get via n1", &mut ()); (shop, outcomes) };
        let milk = crate::key::Key::new("milk");
        prop_assert!(!shop.clients[0].items.has(&milk), "{:?} {}", outcomes, day);
    }
}
