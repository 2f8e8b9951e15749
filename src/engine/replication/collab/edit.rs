//! What a person does to a text.

use std::fmt::{self, Display};

use super::text::{Atom, quoted};
use crate::wording::count;

/// So many letters from a place on go, and others come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub place: usize,
    pub removes: usize,
    pub inserts: Vec<Atom>,
}

/// `c2 inserts “big ” at 4`.
impl Display for Edit {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let Edit { place, removes, inserts } = self;
        match (removes, inserts.is_empty()) {
            (0, _) => write!(out, "inserts {} at {place}", quoted(inserts)),
            (removes, true) => write!(out, "deletes {} at {place}", count(*removes, "character")),
            (removes, false) => {
                write!(out, "replaces {} at {place} with {}", count(*removes, "character"), quoted(inserts))
            }
        }
    }
}
