//! Three-way merge, held against what is plain; and texts of any Unicode.

use proptest::prelude::*;

use super::diff::{Pieces, matches};
use super::diff3::{MARKS, Marker, Merged, merge};
use super::patch::Patch;
use super::settings::Unit;
use super::text::{Atom, Letter, Origin, Text, letters, read_letters, spelt, write_letters};
use crate::wire::{Frame, Wire, bytes};

fn merged(base: &str, theirs: &str, ours: &str, unit: Unit) -> (String, usize) {
    let text = |text: &str| Text::start(text);
    let mut marker = Marker { node: 4, marks: 0 };
    let Merged { atoms, conflicts } = merge(&text(base), &text(theirs), &text(ours), unit, &mut marker);
    (spelt(&atoms), conflicts.len())
}

#[test]
fn what_only_one_has_changed_is_taken() {
    for (base, theirs, ours, both) in [
        ("The fox jumps.", "The big fox jumps.", "The fox jumps high.", "The big fox jumps high."),
        ("The fox jumps.", "The fox.", "The fox jumps.", "The fox."),
        ("a b c", "a b c", "", ""),
        ("", "", "new", "new"),
        ("a b c", "b c", "a b", "b"),
        ("a b c", "a x c", "a x c", "a x c"),
        ("same", "same", "same", "same"),
    ] {
        assert_eq!(merged(base, theirs, ours, Unit::Words), (both.to_owned(), 0), "{base}: {theirs} and {ours}");
    }
    let lines = ("milk\neggs\nbread\n", "2 milk\neggs\nbread\n", "milk\neggs\nrye bread\n");
    assert_eq!(merged(lines.0, lines.1, lines.2, Unit::Lines), ("2 milk\neggs\nrye bread\n".to_owned(), 0));
}

#[test]
fn what_both_have_changed_stays_twice() {
    let conflict = merged("The fox jumps.", "The cat jumps.", "The dog jumps.", Unit::Words);
    assert_eq!(conflict, ("The «cat|dog» jumps.".to_owned(), 1));
    let conflict = merged("The fox jumps.", "The big fox jumps.", "The red fox jumps.", Unit::Words);
    assert_eq!(conflict.1, 1);
    assert!(conflict.0.contains("big") && conflict.0.contains("red"), "{}", conflict.0);
    let conflict = merged("The fox jumps.", "The fox.", "The fox leaps.", Unit::Words);
    assert_eq!(conflict.1, 1);
    // Word by word there is none; the line is the same.
    let sides = ("The big fox jumps.", "The fox jumps high.");
    assert_eq!(merged("The fox jumps.", sides.0, sides.1, Unit::Words).1, 0);
    assert_eq!(merged("The fox jumps.", sides.0, sides.1, Unit::Lines).1, 1);
}

proptest! {
    #[test]
    fn the_other_side_comes_out_where_one_has_changed_nothing(base in "[ab \n]{0,12}", other in "[abc \n]{0,12}") {
        for unit in [Unit::Words, Unit::Lines] {
            prop_assert_eq!(merged(&base, &base, &other, unit), (other.clone(), 0));
            prop_assert_eq!(merged(&base, &other, &base, unit), (other.clone(), 0));
            prop_assert_eq!(merged(&base, &other, &other, unit), (other.clone(), 0));
        }
    }

    /// Changes in halves that are apart don't meet.
    #[test]
    fn changes_that_are_apart_both_come_out(one in "([a-c] ){0,5}", other in "([d-f] ){0,5}") {
        let base = "1 2 3 STAYS 4 5 6";
        let (theirs, ours) = (format!("1 {one}3 STAYS 4 5 6"), format!("1 2 3 STAYS 4 {other}6"));
        prop_assert_eq!(merged(base, &theirs, &ours, Unit::Words), (format!("1 {one}3 STAYS 4 {other}6"), 0));
    }

    /// Both sides of a merge find the same conflicts, and nothing that somebody has typed is lost.
    #[test]
    fn nothing_that_was_typed_is_lost(base in "([ab] ){0,6}", theirs in "([abx] ){0,6}", ours in "([aby] ){0,6}") {
        let (text, conflicts) = merged(&base, &theirs, &ours, Unit::Words);
        prop_assert_eq!(merged(&base, &ours, &theirs, Unit::Words).1, conflicts);
        let many = |text: &str, letter: char| text.chars().filter(|each| *each == letter).count();
        prop_assert!(many(&text, 'x') >= many(&theirs, 'x') && many(&text, 'y') >= many(&ours, 'y'));
        prop_assert_eq!(MARKS.map(|mark| many(&text, mark)), [conflicts; 3]);
    }

    #[test]
    fn what_is_common_is_as_long_as_can_be(old in "[ab ]{0,10}", new in "[ab ]{0,10}") {
        let [old, new] = [old, new].map(|text| Pieces::of(&Text::start(&text), Unit::Words));
        let found = matches(&old, &new);
        let there: Vec<usize> = found.iter().flatten().copied().collect();
        prop_assert!(there.windows(2).all(|two| two[0] < two[1]));
        // The plain way: a table.
        let mut table = vec![vec![0; new.count() + 1]; old.count() + 1];
        for at in 0..old.count() {
            for place in 0..new.count() {
                table[at + 1][place + 1] = if old.are_same(at..at + 1, &new, place..place + 1) {
                    table[at][place] + 1
                } else {
                    table[at][place + 1].max(table[at + 1][place])
                };
            }
        }
        prop_assert_eq!(there.len(), table[old.count()][new.count()]);
        prop_assert!(found.iter().enumerate().all(|(at, there)| there.is_none_or(|there| old.are_same(at..at + 1, &new, there..there + 1))));
    }

    #[test]
    fn a_patch_makes_the_one_into_the_other(old in "[ab]{0,8}", new in "[ab]{0,8}") {
        let [old, new] = [old, new].map(|text| Text::start(&text));
        let patch = Patch::between(&old, new.iter(), new.len());
        prop_assert!(patch.applied(&old).is_same(&new));
        prop_assert!(crate::wire::is_read_back(&patch));
    }

    /// Whatever is typed, all of it comes over the wire, and each character as it was typed.
    #[test]
    fn letters_come_over_the_wire(parts in proptest::collection::vec("\\PC{0,3}|👩\u{200d}🚀|e\u{301}|\u{301}|🇩🇪|\r\n", 0..5)) {
        let typed: Vec<Letter> = parts.iter().flat_map(|part| letters(part)).collect();
        let atoms: Vec<Atom> =
            typed.iter().map(|letter| Atom { letter: letter.clone(), origin: Origin::Start { nth: 0 } }).collect();
        struct Letters(Vec<Atom>);
        impl Wire for Letters {
            fn write(&self, _: &str, frame: &mut Frame) {
                write_letters(&self.0, frame);
            }
            fn read(bytes: &mut &[u8]) -> Option<Letters> {
                read_letters(bytes).map(Letters)
            }
        }
        let bytes = bytes(&Letters(atoms));
        let mut rest = &bytes[..];
        let read: Vec<Letter> = read_letters(&mut rest).unwrap().into_iter().map(|atom| atom.letter).collect();
        prop_assert!(rest.is_empty());
        prop_assert_eq!(read, typed);
    }
}

/// As different as can be: it is given up, and no longer than that.
#[test]
fn long_texts_that_have_nothing_in_common_are_merged_soon() {
    let words = |letter: char| (0..2_500).map(|nth| format!("{letter}{nth} ")).collect::<String>();
    let (text, conflicts) = merged(&words('a'), &words('b'), &words('c'), Unit::Words);
    assert_eq!(conflicts, 1);
    assert_eq!(text.chars().count(), words('b').chars().count() * 2 + 2);
}
