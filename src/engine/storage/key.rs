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
        number(self.0.as_bytes())
    }

    /// The order of two keys as they stand in a file, by their bytes.
    pub fn order(one: &[u8], other: &[u8]) -> Ordering {
        match (number(one), number(other)) {
            (Some(one), Some(other)) => one.cmp(&other),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => one.cmp(other),
        }
    }
}

fn number(text: &[u8]) -> Option<u64> {
    let plain = text.len() == 1 || text.first() != Some(&b'0');
    let mut digits = text.iter().map(|each| each.is_ascii_digit().then_some(u64::from(each & 15)));
    let number = digits.try_fold(0u64, |number, digit| number.checked_mul(10)?.checked_add(digit?));
    number.filter(|_| plain && !text.is_empty())
}

impl Ord for Key {
    fn cmp(&self, other: &Key) -> Ordering {
        Key::order(self.0.as_bytes(), other.0.as_bytes())
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
