//! What two versions of a text have in common, word by word or line by line (Myers, *An O(ND) Difference Algorithm*, 1986).

use std::ops::Range;

use super::settings::Unit;
use super::text::{Atom, Text};

/// With more differences than that, what is between the common beginning and the common end counts as wholly new.
const MOST_DIFFERENCES: usize = 1_000;

/// A text, cut into words or lines.
pub struct Pieces {
    pub atoms: Vec<Atom>,
    pub pieces: Vec<Range<usize>>,
}

impl Pieces {
    pub fn of(text: &Text, unit: Unit) -> Pieces {
        let atoms: Vec<Atom> = text.iter().cloned().collect();
        let mut pieces: Vec<Range<usize>> = Vec::new();
        let ends = |at: usize| match unit {
            Unit::Lines => atoms[at].letter.ends_line(),
            // A word ends where the spaces begin, and each space stands for itself.
            Unit::Words => atoms[at].letter.is_space() || atoms.get(at + 1).is_some_and(|next| next.letter.is_space()),
        };
        let mut start = 0;
        for at in 0..atoms.len() {
            if ends(at) || at + 1 == atoms.len() {
                pieces.push(start..at + 1);
                start = at + 1;
            }
        }
        Pieces { atoms, pieces }
    }

    pub fn count(&self) -> usize {
        self.pieces.len()
    }

    fn is_same(&self, at: usize, other: &Pieces, there: usize) -> bool {
        let (own, other) = (&self.atoms[self.pieces[at].clone()], &other.atoms[other.pieces[there].clone()]);
        own.len() == other.len() && own.iter().zip(other).all(|(own, other)| own.letter == other.letter)
    }

    /// Whether some pieces of the one are the same as some of the other.
    pub fn are_same(&self, range: Range<usize>, other: &Pieces, there: Range<usize>) -> bool {
        range.len() == there.len() && range.zip(there).all(|(at, there)| self.is_same(at, other, there))
    }

    /// The letters of some pieces.
    pub fn atoms(&self, range: Range<usize>) -> &[Atom] {
        if range.is_empty() {
            return &[];
        }
        &self.atoms[self.pieces[range.start].start..self.pieces[range.end - 1].end]
    }
}

/// For each piece of `old`, the same one of `new`, where there is one; these stand in the same order.
pub fn matches(old: &Pieces, new: &Pieces) -> Vec<Option<usize>> {
    let mut found = vec![None; old.count()];
    let most = old.count().min(new.count());
    let front = (0..most).take_while(|at| old.is_same(*at, new, *at)).count();
    let same_from_end = |back: &usize| old.is_same(old.count() - 1 - back, new, new.count() - 1 - back);
    let back = (0..most - front).take_while(same_from_end).count();
    (0..front).for_each(|at| found[at] = Some(at));
    (0..back).for_each(|back| found[old.count() - 1 - back] = Some(new.count() - 1 - back));
    let (old_end, new_end) = (old.count() - back, new.count() - back);
    for (at, there) in path(front..old_end, front..new_end, |at, there| old.is_same(at, new, there)) {
        found[at] = Some(there);
    }
    found
}

/// The pairs of a shortest way from one list to another by deleting and inserting.
fn path(old: Range<usize>, new: Range<usize>, is_same: impl Fn(usize, usize) -> bool) -> Vec<(usize, usize)> {
    let (n, m) = (old.len() as isize, new.len() as isize);
    let most = (n + m).min(MOST_DIFFERENCES as isize);
    let middle = most + 1;
    // How far each diagonal gets, by the number of differences.
    let mut furthest = vec![0_isize; 2 * middle as usize + 1];
    let mut trace: Vec<Vec<isize>> = Vec::new();
    for d in 0..=most {
        trace.push(furthest[(middle - d - 1) as usize..=(middle + d + 1) as usize].to_vec());
        for k in (-d..=d).step_by(2) {
            let reached = |k: isize| furthest[(middle + k) as usize];
            let before = before(reached, d, k);
            // Down a place of the new list, or on by one of the old.
            let mut x = reached(before) + isize::from(before < k);
            let mut y = x - k;
            while x < n && y < m && is_same(old.start + x as usize, new.start + y as usize) {
                (x, y) = (x + 1, y + 1);
            }
            furthest[(middle + k) as usize] = x;
            if x >= n && y >= m {
                return back(&trace, (n, m), (old.start, new.start));
            }
        }
    }
    Vec::new()
}

/// From which diagonal one comes to another with so many differences: from the one that gets further.
fn before(reached: impl Fn(isize) -> isize, d: isize, k: isize) -> isize {
    if k == -d || (k != d && reached(k - 1) < reached(k + 1)) { k + 1 } else { k - 1 }
}

/// The way back from the end, by what was reached with each number of differences.
fn back(trace: &[Vec<isize>], (mut x, mut y): (isize, isize), (old, new): (usize, usize)) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    for (d, furthest) in trace.iter().enumerate().rev() {
        let d = d as isize;
        let reached = |k: isize| furthest[(k + d + 1) as usize];
        let k = x - y;
        let before = before(reached, d, k);
        let (start_x, start_y) = if d == 0 { (0, 0) } else { (reached(before), reached(before) - before) };
        // The diagonal comes last in a step.
        let (after_x, after_y) = match d {
            0 => (0, 0),
            _ if before == k + 1 => (start_x, start_y + 1),
            _ => (start_x + 1, start_y),
        };
        while x > after_x && y > after_y {
            (x, y) = (x - 1, y - 1);
            pairs.push((old + x as usize, new + y as usize));
        }
        (x, y) = (start_x, start_y);
    }
    pairs.reverse();
    pairs
}
