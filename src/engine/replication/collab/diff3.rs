//! Three-way merge: what two have made of one text, in one text (as `diff3` does, and Git).
//!
//! What only one of them has changed since the common base is taken over; where both have changed the same, once. Where both
//! have changed the same place differently, no program can know what was meant: both sides stay, with marks around them, and that
//! is a conflict.

use std::ops::Range;
use std::rc::Rc;

use super::diff::{Pieces, matches};
use super::settings::Unit;
use super::text::{Atom, Letter, Origin, Text, quoted};

/// Between these stand the two sides of a conflict.
pub const MARKS: [char; 3] = ['«', '|', '»'];

/// What both sides have at one place, quoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    pub theirs: Rc<str>,
    pub ours: Rc<str>,
}

pub struct Merged {
    pub atoms: Vec<Atom>,
    pub conflicts: Vec<Conflict>,
}

/// Who merges, and how many marks it has put into texts.
#[derive(Clone, Copy, Debug)]
pub struct Marker {
    pub node: u8,
    pub marks: u32,
}

impl Marker {
    fn mark(&mut self, sign: char) -> Atom {
        let nth = self.marks;
        self.marks += 1;
        Atom { letter: Letter::One(sign), origin: Origin::Mark { node: self.node, nth } }
    }
}

/// What `theirs` and `ours` have made of `base`. Of a conflict, their side comes first.
pub fn merge(base: &Text, theirs: &Text, ours: &Text, unit: Unit, marker: &mut Marker) -> Merged {
    let (base, theirs, ours) = (Pieces::of(base, unit), Pieces::of(theirs, unit), Pieces::of(ours, unit));
    let (in_theirs, in_ours) = (matches(&base, &theirs), matches(&base, &ours));
    let mut merged = Merged { atoms: Vec::new(), conflicts: Vec::new() };
    let (mut at, mut theirs_at, mut ours_at) = (0, 0, 0);
    for stable in 0..=base.count() {
        let (their_end, our_end) = match stable == base.count() {
            true => (theirs.count(), ours.count()),
            false => match (in_theirs[stable], in_ours[stable]) {
                (Some(there), Some(here)) => (there, here),
                // Not in all three: it is part of a change.
                _ => continue,
            },
        };
        merged.add((&base, at..stable), (&theirs, theirs_at..their_end), (&ours, ours_at..our_end), marker);
        if stable < base.count() {
            merged.atoms.extend(theirs.atoms(their_end..their_end + 1).iter().cloned());
        }
        (at, theirs_at, ours_at) = (stable + 1, their_end + 1, our_end + 1);
    }
    merged
}

type Part<'a> = (&'a Pieces, Range<usize>);

impl Merged {
    /// What stands between two pieces that are in all three texts.
    fn add(&mut self, base: Part, theirs: Part, ours: Part, marker: &mut Marker) {
        let is_same = |one: &Part, other: &Part| one.0.are_same(one.1.clone(), other.0, other.1.clone());
        let atoms = |part: &Part| part.0.atoms(part.1.clone()).to_vec();
        if is_same(&theirs, &ours) || is_same(&base, &ours) {
            self.atoms.extend(atoms(&theirs));
        } else if is_same(&base, &theirs) {
            self.atoms.extend(atoms(&ours));
        } else {
            let (theirs, ours) = (atoms(&theirs), atoms(&ours));
            self.conflicts.push(Conflict { theirs: quoted(&theirs).into(), ours: quoted(&ours).into() });
            self.atoms.push(marker.mark(MARKS[0]));
            self.atoms.extend(theirs);
            self.atoms.push(marker.mark(MARKS[1]));
            self.atoms.extend(ours);
            self.atoms.push(marker.mark(MARKS[2]));
        }
    }
}
