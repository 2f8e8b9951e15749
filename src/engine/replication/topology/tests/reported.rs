//! What was reported of real leaders, and of what this figure told of its own.

use super::*;

/// As reported: three servers in a ring, of which the first dies, and the master of the second becomes the third. Its change goes
/// from one to the other for ever (MySQL #25998, #27808).
#[test]
fn two_that_are_left_of_a_ring_of_three_send_a_change_to_and_fro() {
    let script = "begin insert stock 10; run 25ms; stop n1; link n3 n2; settle";
    for (tag, times) in [("nothing", 3), ("origin", 3), ("passed", 1), ("name", 1), ("causes", 1)] {
        let (leaders, _) = run::<Leaders>(&[("leaders", "3"), ("tag", tag)], script);
        assert_eq!(applied(&leaders)[1..], [times; 2], "{tag}");
    }
}

/// Two leaders that send to each other loop without a tag (influxdata/influxdb #24550); the origin is enough to stop two.
#[test]
fn two_ways_between_two_leaders_loop_without_a_tag() {
    let script = "link n1 n2; link n2 n1; settle; insert stock 10; settle; add stock 5; settle";
    for (tag, stock) in [("nothing", 25), ("origin", 15), ("passed", 15), ("name", 15), ("causes", 15)] {
        let mut leaders = opened::<Leaders>(&[("topology", "none"), ("leaders", "3"), ("tag", tag)]);
        let (said, _) = told(&mut leaders, script);
        assert_eq!((number(&leaders, 0), number(&leaders, 1)), (Some(stock), Some(stock)), "{tag}");
        let stops =
            "n2 applies c1.2 from n1: stock is 15. It doesn't pass it on to n1: the tag says that it was made there.";
        assert_eq!(said.contains(stops), tag == "origin", "{said}");
    }
}

/// A name doesn't say where a change has been: the list of leaders that travels with it does.
#[test]
fn what_keeps_a_change_from_a_leader_is_told_by_its_tag() {
    for (tag, why) in [
        ("origin", "the tag says that it was made there"),
        ("passed", "the tag says that it has been there"),
        ("name", "the list that travels with its name says that it has been there"),
    ] {
        let (said, _) = told(&mut opened::<Leaders>(&[("leaders", "3"), ("tag", tag)]), "insert stock 10; settle");
        assert!(said.contains(&format!("It doesn't pass it on to n1: {why}.")), "{said}");
    }
}

/// Without names, what a leader missed while it was off never comes; what is only slow does.
#[test]
fn a_change_that_no_one_sends_again_isnt_awaited() {
    let script = "insert stock 10; settle; stop n2; add stock 5; settle; start n2; add stock 1; settle";
    let (said, _) = told(&mut opened::<Leaders>(&[("tag", "passed")]), script);
    assert!(said.contains("It was made after c1.2, which n2 never got."), "{said}");
    let parameters = [("topology", "all"), ("leaders", "3"), ("tag", "passed"), ("pass", "own")];
    let (said, _) = told(&mut opened::<Leaders>(&parameters), OVERTAKES);
    assert!(said.contains("It was made after c1.1, which n2 doesn't have yet."), "{said}");
}
