//! What transformation promises, by brute force on short texts; and what it doesn't.

use proptest::prelude::*;

use super::op::Op;
use super::ordered;
use super::text::{Atom, Letter, Origin, Text};
use crate::cluster::{CallId, ClientId, NodeId};

fn atom(letter: char, by: u8) -> Atom {
    let call = CallId { client: ClientId::new(by), number: 1 };
    Atom { letter: Letter::One(letter), origin: Origin::Typed { call, nth: 0 } }
}

fn after(text: &Text, ops: &[&Op]) -> String {
    let mut text = text.clone();
    ops.iter().for_each(|op| op.apply(&mut text));
    text.to_string()
}

/// All operations of one place on a text of that length: what is put in is of one letter, or none.
fn all(len: usize, letter: char, by: u8) -> Vec<Op> {
    let mut all = Vec::new();
    for place in 0..=len {
        for removes in 0..=len - place {
            all.push(Op::at(place, removes, Vec::new()));
            all.push(Op::at(place, removes, vec![atom(letter, by)]));
        }
    }
    all
}

#[test]
fn any_two_come_out_the_same_whichever_goes_first() {
    for text in ["", "a", "abc"] {
        let text = Text::start(text);
        for a in all(text.len(), 'x', 1) {
            for b in all(text.len(), 'y', 2) {
                let (a_after, b_after) = a.past_each_other(&b);
                assert_eq!(after(&text, &[&a, &b_after]), after(&text, &[&b, &a_after]), "{a} and {b}");
            }
        }
    }
}

/// A third is past both of two others, in either order. Names decide, as without a server.
fn is_tp2(text: &Text, ops: [&Op; 3]) -> bool {
    let [a, b, c] = ops;
    let (a_after, b_after) = a.past_each_other(b);
    let [c_a, c_b] = [a, b].map(|other| c.after(other, false));
    after(text, &[a, &b_after, &c_a.after(&b_after, false)]) == after(text, &[b, &a_after, &c_b.after(&a_after, false)])
}

#[test]
fn a_third_comes_out_differently() {
    let text = Text::start("abc");
    let mut broken = 0;
    for a in all(3, 'x', 1) {
        for b in all(3, 'y', 2) {
            for c in all(3, 'z', 3) {
                broken += usize::from(!is_tp2(&text, [&a, &b, &c]));
            }
        }
    }
    assert!(broken > 0);
    // The best known: b is deleted between what the two others put in.
    let (x, y) = (Op::at(1, 0, vec![atom('x', 1)]), Op::at(2, 0, vec![atom('y', 3)]));
    let deletes = Op::at(1, 1, Vec::new());
    let [first, second] = [(&x, &deletes, &y), (&y, &deletes, &x)].map(|(a, b, c)| is_tp2(&text, [a, b, c]));
    assert!(!first || !second);
}

/// Of several places, on a text of that length.
fn any_op(len: usize) -> impl Strategy<Value = Op> {
    proptest::collection::vec((0..=len, 0..3_usize, 0..3_usize), 0..4).prop_map(move |parts| {
        let mut op = Op::default();
        let mut now = len;
        for (place, removes, inserts) in parts {
            let place = place.min(now);
            let removes = removes.min(now - place);
            op = op.then(&Op::at(place, removes, vec![atom('+', 1); inserts]));
            now = now - removes + inserts;
        }
        op
    })
}

proptest! {
    #[test]
    fn operations_of_many_places_pass_each_other(a in any_op(8), b in any_op(8)) {
        let text = Text::start("abcdefgh");
        let (a_after, b_after) = a.past_each_other(&b);
        prop_assert_eq!(after(&text, &[&a, &b_after]), after(&text, &[&b, &a_after]));
    }

    #[test]
    fn two_as_one_do_what_both_do(
        text in "[a-z]{6}", parts in proptest::collection::vec((0..7_usize, 0..4_usize, 0..3_usize), 0..6),
    ) {
        let start = Text::start(&text);
        let (mut op, mut now) = (Op::default(), start.clone());
        for (place, removes, inserts) in parts {
            let place = place.min(now.len());
            let next = Op::at(place, removes.min(now.len() - place), vec![atom('+', 1); inserts]);
            next.apply(&mut now);
            op = op.then(&next);
        }
        prop_assert_eq!(after(&start, &[&op]), now.to_string());
    }

    /// Three devices and a server, whose messages come in any order that keeps that of each line.
    #[test]
    fn with_a_server_all_come_out_the_same(happenings in proptest::collection::vec((0..6_usize, 0..9_usize, 0..3_usize), 1..60)) {
        let start = Text::start("abcde");
        let mut server = ordered::Order::new(&start);
        let mut devices = vec![ordered::Copy::new(&start); 3];
        // What is on its way: to the server from each, and from the server to each.
        let mut up: Vec<Vec<(u64, Op)>> = vec![Vec::new(); 3];
        let mut down: Vec<Vec<Option<Op>>> = vec![Vec::new(); 3];
        let settle = (0..200).map(|turn| (turn % 6, 9, 0));
        for (what, place, removes) in happenings.into_iter().chain(settle) {
            let at = what % 3;
            if what < 3 && place < 9 {
                let len = devices[at].text.len();
                let place = place.min(len);
                let letter = char::from(b'x' + at as u8);
                let op = Op::at(place, removes.min(len - place), vec![atom(letter, at as u8 + 1)]);
                up[at].extend(devices[at].edit(op));
            } else if what % 2 == 0 && !up[at].is_empty() {
                let (revision, op) = up[at].remove(0);
                let op = server.take(NodeId::new(at as u8 + 1), revision, &op);
                (0..3).for_each(|to| down[to].push((to != at).then(|| op.clone())));
            } else if !down[at].is_empty() {
                match down[at].remove(0) {
                    Some(op) => drop(devices[at].come(&op)),
                    None => up[at].extend(devices[at].accepted()),
                }
            } else if !up[at].is_empty() {
                let (revision, op) = up[at].remove(0);
                let op = server.take(NodeId::new(at as u8 + 1), revision, &op);
                (0..3).for_each(|to| down[to].push((to != at).then(|| op.clone())));
            }
        }
        for device in &devices {
            prop_assert!(device.outstanding.is_none() && up.iter().all(Vec::is_empty) && down.iter().all(Vec::is_empty));
            prop_assert_eq!(device.text.to_string(), server.text.to_string());
        }
    }
}
