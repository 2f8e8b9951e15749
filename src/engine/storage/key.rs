//! Keys, and the order they stand in.

use std::cmp::Ordering;
use std::fmt::{self, Display};
use std::rc::Rc;

/// The largest number that a key can spell, `u64::MAX`.
const LARGEST: &[u8] = b"18446744073709551615";

/// A key as a reader writes it. Whole numbers come first and in their own order (9 before 10), then all other keys by
/// their bytes.
///
/// Its text is shared by all clones, somewhere in memory, where a comparison would have to fetch it. So the head of the key
/// stands beside the pointer: a number that orders most keys alone, and leaves to the text only those that begin alike.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    head: u64,
    text: Rc<str>,
}

impl Key {
    pub fn new(text: &str) -> Key {
        Key { head: head(text), text: text.into() }
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The number that the key spells, if it spells one in the way numbers are written: no sign, no leading zero.
    pub fn number(&self) -> Option<u64> {
        if is_number(self.text.as_bytes()) { self.text.parse().ok() } else { None }
    }

    /// The order of two keys as they stand in a file, by their bytes.
    pub fn order(one: &[u8], other: &[u8]) -> Ordering {
        match (is_number(one), is_number(other)) {
            // Neither begins with a zero, so the longer one is the greater.
            (true, true) => one.len().cmp(&other.len()).then_with(|| one.cmp(other)),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => one.cmp(other),
        }
    }
}

/// A key with a smaller head is the smaller key; of two with the same head, either may be. Numbers stand in the lower
/// half, and all other keys, by their first eight bytes, in the upper one.
fn head(text: &str) -> u64 {
    if is_number(text.as_bytes()) {
        return text.parse::<u64>().unwrap_or(u64::MAX) >> 1;
    }
    let mut first = [0; 8];
    for (to, byte) in first.iter_mut().zip(text.bytes()) {
        *to = byte;
    }
    1 << 63 | u64::from_be_bytes(first) >> 1
}

/// Whether a key counts as a whole number: digits without a leading zero, at most `u64::MAX`. Told without working the
/// number out, since every comparison of keys asks.
fn is_number(text: &[u8]) -> bool {
    let may_be = match text {
        [b'0'] => true,
        [b'1'..=b'9', rest @ ..] => rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    may_be && (text.len() < LARGEST.len() || text.len() == LARGEST.len() && text <= LARGEST)
}

impl Ord for Key {
    fn cmp(&self, other: &Key) -> Ordering {
        let by_text = || Key::order(self.text.as_bytes(), other.text.as_bytes());
        self.head.cmp(&other.head).then_with(by_text)
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Key) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Display for Key {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_stand_in_their_own_order_before_words() {
        let largest = u64::MAX.to_string();
        let mut keys = ["b", "10", &largest, "9", "a", "010", "", "18446744073709551616"].map(Key::new);
        keys.sort();
        let sorted = ["9", "10", &largest, "", "010", "18446744073709551616", "a", "b"];
        assert_eq!(keys.each_ref().map(Key::as_str), sorted);
        assert_eq!(keys.each_ref().map(Key::number)[..4], [Some(9), Some(10), Some(u64::MAX), None]);
        assert_eq!(Key::new("0").number(), Some(0));
    }

    proptest! {
        #[test]
        fn the_head_agrees_with_the_text(one in "[0-9a-c]{0,12}|[0-9]{17,21}", other in "[0-9a-c]{0,12}|[0-9]{17,21}") {
            prop_assert_eq!(Key::new(&one).cmp(&Key::new(&other)), Key::order(one.as_bytes(), other.as_bytes()));
        }
    }
}
