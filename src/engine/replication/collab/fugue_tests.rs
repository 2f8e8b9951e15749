//! That all who have the same changes read the same, in whatever order these came; and that runs stay whole.

use proptest::prelude::*;

use super::fugue::{Change, Tree};
use super::text::{Atom, Text, typed};
use crate::cluster::{CallId, ClientId, NodeId};
use crate::wire::is_read_back;

fn atoms(text: &str, by: u8) -> Vec<Atom> {
    typed(text, CallId { client: ClientId::new(by), number: 1 })
}

fn tree(text: &str) -> Tree {
    Tree::start(&Text::start(text))
}

fn read(tree: &Tree) -> String {
    tree.text().to_string()
}

/// What is put into a plain list is what the tree reads.
fn edit(tree: &mut Tree, by: u8, (place, removes, text): (usize, usize, &str)) -> Vec<Change> {
    let mut plain: Vec<Atom> = tree.text().iter().cloned().collect();
    let place = place.min(plain.len());
    let removes = removes.min(plain.len() - place);
    let mut changes = Vec::new();
    if removes > 0 {
        changes.push(tree.delete(place, removes));
    }
    if !text.is_empty() {
        changes.push(tree.insert(NodeId::new(by), place, atoms(text, by)));
    }
    plain.splice(place..place + removes, atoms(text, by));
    assert!(tree.text().iter().eq(plain.iter()));
    assert!(changes.iter().all(is_read_back));
    changes
}

/// Changes in any order: those that lack something are tried again later.
fn deliver(tree: &mut Tree, changes: &[&Change]) {
    let mut left = changes.to_vec();
    while !left.is_empty() {
        let before = left.len();
        left.retain(|change| {
            tree.lacks(change).is_some() || {
                tree.apply(change);
                false
            }
        });
        assert!(left.len() < before, "something waits for ever");
    }
}

/// All orders of so many things.
fn orders(many: usize) -> Vec<Vec<usize>> {
    if many == 0 {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for shorter in orders(many - 1) {
        for place in 0..many {
            let mut order = shorter.clone();
            order.insert(place, many - 1);
            all.push(order);
        }
    }
    all
}

type Typed = (usize, usize, usize, bool);

/// Up to five edits of three people, each of whom may have heard of what was before: in each of the 120 orders in which they can
/// come to somebody, what is read is the same.
fn comes_out_the_same(start: &str, edits: &[Typed]) {
    let mut people = vec![tree(start); 3];
    let mut changes: Vec<Change> = Vec::new();
    for (person, place, removes, hears) in edits {
        if *hears {
            let known: Vec<&Change> = changes.iter().collect();
            deliver(&mut people[*person], &known);
        }
        let text = ["X", "yy", "z"][*person];
        changes.extend(edit(&mut people[*person], *person as u8 + 1, (*place, *removes, text)));
    }
    let all: Vec<&Change> = changes.iter().collect();
    people.iter_mut().for_each(|person| deliver(person, &all));
    let expected = read(&people[0]);
    for person in &people[1..] {
        assert_eq!(read(person), expected);
    }
    if changes.len() <= 5 {
        for order in orders(changes.len()) {
            let mut other = tree(start);
            deliver(&mut other, &order.iter().map(|at| &changes[*at]).collect::<Vec<_>>());
            assert_eq!(read(&other), expected, "{order:?}");
        }
    }
}

proptest! {
    #[test]
    fn in_every_order_it_comes_out_the_same(
        edits in proptest::collection::vec((0..3_usize, 0..8_usize, 0..3_usize, any::<bool>()), 1..6),
    ) {
        comes_out_the_same("abcd", &edits);
    }

    #[test]
    fn long_texts_come_out_the_same(
        edits in proptest::collection::vec((0..3_usize, 0..400_usize, 0..90_usize, any::<bool>()), 6..40),
    ) {
        comes_out_the_same(&"abcdefghij".repeat(30), &edits);
    }

    /// Three people type at the same place, none knowing of the others, each forwards or backwards, letter by letter.
    #[test]
    fn runs_do_not_interleave(
        place in 0..5_usize, backwards in proptest::array::uniform3(any::<bool>()), lens in proptest::array::uniform3(1..6_usize),
        order in 0..6_usize,
    ) {
        let mut changes: Vec<Vec<Change>> = Vec::new();
        for person in 0..3 {
            let mut own = tree("abcd");
            let letter = ["x", "y", "z"][person];
            let at = |nth| if backwards[person] { place } else { place + nth };
            changes.push((0..lens[person]).flat_map(|nth| edit(&mut own, person as u8 + 1, (at(nth), 0, letter))).collect());
        }
        let mut reader = tree("abcd");
        for person in &orders(3)[order] {
            deliver(&mut reader, &changes[*person].iter().collect::<Vec<_>>());
        }
        let text = read(&reader);
        for (person, letter) in ["x", "y", "z"].into_iter().enumerate() {
            prop_assert!(text.contains(&letter.repeat(lens[person])), "{}", text);
        }
    }
}

#[test]
fn a_change_that_overtakes_its_parent_lacks_it() {
    let (mut one, mut two, mut three) = (tree("ab"), tree("ab"), tree("ab"));
    let first = edit(&mut one, 1, (1, 0, "x"));
    deliver(&mut two, &first.iter().collect::<Vec<_>>());
    let second = edit(&mut two, 2, (2, 0, "y"));
    let lacks = three.lacks(&second[0]);
    assert_eq!(lacks.map(|id| id.to_string()).as_deref(), Some("n1:0"));
    let gone = two.delete(1, 1);
    assert!(three.lacks(&gone).is_some());
    deliver(&mut three, &[&gone, &second[0], &first[0]]);
    deliver(&mut one, &[&gone, &second[0]]);
    assert_eq!((read(&one), read(&two), read(&three)), ("ayb".into(), "ayb".into(), "ayb".into()));
    assert_eq!((three.tombstones(), three.len()), (1, 3));
}

#[test]
fn what_comes_twice_changes_nothing() {
    let (mut one, mut two) = (tree("ab"), tree("ab"));
    let changes = edit(&mut one, 1, (1, 1, "xy"));
    deliver(&mut two, &changes.iter().collect::<Vec<_>>());
    assert!(changes.iter().all(|change| two.apply(change)[0].is_empty()));
    assert_eq!(read(&two), "axy");
}
