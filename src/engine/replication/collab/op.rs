//! An operation on a text, and how it is transformed: what it has to become, so that it does after another operation what it was
//! meant to do before it.
//!
//! An operation goes through the text from its beginning: it keeps so many letters, puts some in, deletes so many, and leaves
//! the rest as it is. `transform` promises TP1: from one text, `a` and then `b` transformed against it, or `b` and then `a`
//! transformed against that, give the same text. It doesn't promise TP2, by which it would make no difference in which order
//! an operation is transformed against two others; few transformations ever published do.

use std::fmt::{self, Display};

use super::text::{Atom, Text, quoted, read_letters, write_letters, write_number};
use crate::varint;
use crate::wire::{Frame, Wire};
use crate::wording::count;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Keep(usize),
    Insert(Vec<Atom>),
    Delete(usize),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Op {
    pub steps: Vec<Step>,
}

impl Op {
    /// At one place: so many letters are deleted, and these put in.
    pub fn at(place: usize, removes: usize, inserts: Vec<Atom>) -> Op {
        let mut op = Op::default();
        op.keep(place);
        op.insert(inserts);
        op.delete(removes);
        op
    }

    /// Whether it changes nothing.
    pub fn is_nothing(&self) -> bool {
        !self.steps.iter().any(|step| !matches!(step, Step::Keep(_)))
    }

    fn keep(&mut self, many: usize) {
        match self.steps.last_mut() {
            _ if many == 0 => {}
            Some(Step::Keep(before)) => *before += many,
            _ => self.steps.push(Step::Keep(many)),
        }
    }

    fn delete(&mut self, many: usize) {
        match self.steps.last_mut() {
            _ if many == 0 => {}
            Some(Step::Delete(before)) => *before += many,
            _ => self.steps.push(Step::Delete(many)),
        }
    }

    /// At one place what is put in always comes before what is deleted: so each change is written in one way only.
    fn insert(&mut self, atoms: Vec<Atom>) {
        if atoms.is_empty() {
            return;
        }
        let deleted = self.steps.pop_if(|step| matches!(step, Step::Delete(_)));
        match self.steps.last_mut() {
            Some(Step::Insert(before)) => before.extend(atoms),
            _ => self.steps.push(Step::Insert(atoms)),
        }
        self.steps.extend(deleted);
    }

    /// Carries it out on a text that has all the places it names.
    pub fn apply(&self, text: &mut Text) {
        let mut at = 0;
        for step in &self.steps {
            match step {
                Step::Keep(many) => at += many,
                Step::Insert(atoms) => {
                    text.insert(at, atoms.iter().cloned());
                    at += atoms.len();
                }
                Step::Delete(many) => drop(text.remove(at..at + many)),
            }
        }
    }

    /// What this one and then another do, as one.
    pub fn then(&self, next: &Op) -> Op {
        let (mut first, mut second, mut both) = (Walk::new(self), Walk::new(next), Op::default());
        loop {
            match (first.here(), second.here()) {
                (None, None) => return both,
                (Some(Step::Delete(_)), _) => both.delete(first.take_all().1),
                (_, Some(Step::Insert(_))) => both.insert(second.take_all().0),
                _ => {
                    let many = first.left().min(second.left());
                    let (atoms, kept) = first.take(many);
                    match second.take_kind(many) {
                        Kind::Delete if atoms.is_empty() => both.delete(many),
                        Kind::Delete => {}
                        _ if atoms.is_empty() => both.keep(kept),
                        _ => both.insert(atoms),
                    }
                }
            }
        }
    }

    /// What this one becomes after another on the same text. Where both put something in at one place, one goes first, that is
    /// to the left: which, all who transform have to decide alike.
    pub fn after(&self, other: &Op, goes_first: bool) -> Op {
        let (mut own, mut other, mut op) = (Walk::new(self), Walk::new(other), Op::default());
        loop {
            match (own.here(), other.here()) {
                (None, _) => return op,
                (Some(Step::Insert(_)), other) if goes_first || !matches!(other, Some(Step::Insert(_))) => {
                    op.insert(own.take_all().0);
                }
                (_, Some(Step::Insert(_))) => op.keep(other.take_all().1),
                _ => {
                    let many = own.left().min(other.left());
                    let (own, other) = (own.take_kind(many), other.take_kind(many));
                    match (own, other) {
                        // What both delete is gone once.
                        (_, Kind::Delete) => {}
                        (Kind::Delete, _) => op.delete(many),
                        _ => op.keep(many),
                    }
                }
            }
        }
    }

    /// Each transformed against the other: `self` goes first where both put something in at one place.
    pub fn past_each_other(&self, other: &Op) -> (Op, Op) {
        (self.after(other, true), other.after(self, false))
    }
}

/// The steps of an operation, from its beginning on, of which a part may be taken. After its last step all is kept.
struct Walk<'a> {
    steps: &'a [Step],
    /// How much of the first one is taken.
    taken: usize,
}

enum Kind {
    Keep,
    Insert,
    Delete,
}

impl Walk<'_> {
    fn new(op: &Op) -> Walk<'_> {
        Walk { steps: &op.steps, taken: 0 }
    }

    fn here(&self) -> Option<&Step> {
        self.steps.first()
    }

    /// How many letters the step at hand is still about.
    fn left(&self) -> usize {
        match self.here() {
            None => usize::MAX,
            Some(Step::Keep(many) | Step::Delete(many)) => many - self.taken,
            Some(Step::Insert(atoms)) => atoms.len() - self.taken,
        }
    }

    /// So many letters of the step at hand: those that it puts in, and how many they are.
    fn take(&mut self, many: usize) -> (Vec<Atom>, usize) {
        let atoms = match self.here() {
            Some(Step::Insert(atoms)) => atoms[self.taken..self.taken + many].to_vec(),
            _ => Vec::new(),
        };
        self.take_kind(many);
        (atoms, many)
    }

    fn take_all(&mut self) -> (Vec<Atom>, usize) {
        self.take(self.left())
    }

    fn take_kind(&mut self, many: usize) -> Kind {
        let kind = match self.here() {
            None => return Kind::Keep,
            Some(Step::Keep(_)) => Kind::Keep,
            Some(Step::Insert(_)) => Kind::Insert,
            Some(Step::Delete(_)) => Kind::Delete,
        };
        if self.left() == many {
            (self.steps, self.taken) = (&self.steps[1..], 0);
        } else {
            self.taken += many;
        }
        kind
    }
}

/// `insert “big ” at 4`, `delete 4 from 4, and insert “dog” at 12`, as places are in the text before it.
impl Display for Op {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        const MOST: usize = 3;
        let (mut at, mut parts) = (0, Vec::new());
        for step in &self.steps {
            match step {
                Step::Keep(many) => at += many,
                Step::Insert(atoms) => parts.push(format!("insert {} at {at}", quoted(atoms))),
                Step::Delete(many) => {
                    parts.push(format!("delete {} from {at}", count(*many, "character")));
                    at += many;
                }
            }
        }
        match parts.len() {
            0 => out.write_str("do nothing"),
            many if many > MOST => write!(out, "{}, and {} more", parts[..MOST].join(", "), many - MOST),
            1 => out.write_str(&parts[0]),
            many => write!(out, "{} and {}", parts[..many - 1].join(", "), parts[many - 1]),
        }
    }
}

/// A number for each step: twice the letters, and one more where they are deleted; 0 where some are put in.
impl Wire for Op {
    fn write(&self, _: &str, frame: &mut Frame) {
        write_number(self.steps.len() as u64, "steps", frame);
        for step in &self.steps {
            match step {
                Step::Keep(many) => write_number(*many as u64 * 2, "keep, doubled", frame),
                Step::Delete(many) => write_number(*many as u64 * 2 + 1, "delete, doubled, and 1", frame),
                Step::Insert(atoms) => {
                    write_number(0, "insert", frame);
                    write_letters(atoms, frame);
                }
            }
        }
    }

    fn read(bytes: &mut &[u8]) -> Option<Op> {
        let steps = varint::take(bytes)?;
        let step = |_| {
            Some(match varint::take(bytes)? {
                0 => Step::Insert(read_letters(bytes)?),
                keep if keep % 2 == 0 => Step::Keep((keep / 2) as usize),
                delete => Step::Delete((delete / 2) as usize),
            })
        };
        Some(Op { steps: (0..steps).map(step).collect::<Option<_>>()? })
    }
}
