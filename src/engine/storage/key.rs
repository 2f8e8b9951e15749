//! Keys, and the order they stand in.

use std::cmp::Ordering;
use std::fmt::{self, Display};
use std::rc::Rc;

/// A key as a reader writes it. Whole numbers come first and in their own order (9 before 10), then all other keys by
/// their bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key(Rc<str>);

impl Key {
    pub fn new(text: &str) -> Key {
        Key(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number that the key spells, if it spells one in the way numbers are written: no sign, no leading zero.
    pub fn number(&self) -> Option<u64> {
        let plain = self.0.len() == 1 || !self.0.starts_with('0');
        (plain && self.0.bytes().all(|each| each.is_ascii_digit())).then(|| self.0.parse().ok()).flatten()
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Key) -> Ordering {
        match (self.number(), other.number()) {
            (Some(mine), Some(theirs)) => mine.cmp(&theirs),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => self.0.as_bytes().cmp(other.0.as_bytes()),
        }
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Key) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Display for Key {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_in_their_own_order_before_words() {
        let mut keys = ["b", "10", "9", "a", "010", "", "18446744073709551616"].map(Key::new);
        keys.sort();
        assert_eq!(keys.each_ref().map(Key::as_str), ["9", "10", "", "010", "18446744073709551616", "a", "b"]);
    }
}
