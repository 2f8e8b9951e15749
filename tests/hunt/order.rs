//! Whether calls fit into one order in which each takes effect at a single moment between its begin and its end: tried
//! out, one order after the other.

use std::collections::HashSet;
use std::hash::Hash;

use crate::watch::Span;

/// An object that calls work on, as it would be on a single machine.
pub trait Object: Clone + Eq + Hash {
    type Call;
    /// What the object is after the call; `None` if the call cannot have returned there what it returned.
    fn after(&self, call: &Self::Call) -> Option<Self>;
}

/// A call, when it was made, and whether it must have happened: one that was never answered may have, at any time.
pub struct Timed<C> {
    pub span: Span,
    pub must: bool,
    pub call: C,
}

/// Whether some order of the calls explains what all of them returned.
pub fn exists<O: Object>(start: O, calls: &[Timed<O::Call>]) -> bool {
    assert!(calls.len() <= 64, "a mask has 64 bits");
    let mut tried = HashSet::new();
    search(start, calls, 0, &mut tried)
}

fn search<O: Object>(now: O, calls: &[Timed<O::Call>], done: u64, tried: &mut HashSet<(u64, O)>) -> bool {
    let left = || (0..calls.len()).filter(|place| done & (1 << place) == 0);
    if left().all(|place| !calls[place].must) {
        return true;
    }
    if !tried.insert((done, now.clone())) {
        return false;
    }
    left().any(|next| {
        // A call that was over before this one began comes before it.
        let is_first = left().all(|other| !calls[other].must || !calls[other].span.is_before(calls[next].span));
        is_first && now.after(&calls[next].call).is_some_and(|then| search(then, calls, done | 1 << next, tried))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::{Access, Register};

    fn timed(began: u32, ended: u32, call: Access) -> Timed<Access> {
        Timed { span: Span { began, ended: Some(ended) }, must: true, call }
    }

    /// The judge itself is judged by histories whose answer is known (Herlihy and Wing, 1990, figure 1).
    #[test]
    fn known_histories_are_judged_as_they_should_be() {
        use Access::{Read, Write};
        let fits = |calls: &[Timed<Access>]| exists(Register::default(), calls);
        assert!(fits(&[timed(1, 2, Write(1)), timed(3, 4, Read(Some(1)))]));
        assert!(!fits(&[timed(1, 2, Write(1)), timed(3, 4, Read(None))]));
        assert!(fits(&[timed(1, 4, Write(1)), timed(2, 3, Read(None)), timed(5, 6, Read(Some(1)))]));
        // Two writes at once may be read in either order, but not in both.
        let both = |one, other| {
            [
                timed(1, 9, Write(1)),
                timed(2, 8, Write(2)),
                timed(10, 11, Read(Some(one))),
                timed(12, 13, Read(Some(other))),
            ]
        };
        assert!(fits(&both(1, 1)) && fits(&both(2, 2)) && !fits(&both(1, 2)) && !fits(&both(2, 1)));
        // What was never answered may have happened, or not, and late.
        let open = |found| {
            [
                Timed { span: Span { began: 1, ended: None }, must: false, call: Write(1) },
                timed(5, 6, Read(None)),
                timed(7, 8, Read(found)),
            ]
        };
        assert!(fits(&open(None)) && fits(&open(Some(1))));
    }
}
