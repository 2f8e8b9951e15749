//! Keys, and the order they stand in.

use std::cmp::Ordering;
use std::fmt::{self, Display};
use std::rc::Rc;

use crate::form::{ArgumentKind, Value};
use crate::language::{BadCommand, Words, spell};
use crate::wording::shown;

const MOST_CHARS_OF_SHORT: usize = 12;

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

impl Value for Key {
    const KIND: ArgumentKind = ArgumentKind::Text;

    fn read(words: &mut Words, what: &str) -> Result<Key, BadCommand> {
        Ok(Key::new(&words.required(what)?.text))
    }

    fn spell(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(&spell(&self.text))
    }
}

impl Key {
    pub fn new(text: &str) -> Key {
        Key { head: head(text), text: text.into() }
    }

    /// One that is drawn with all that it names, so it is short; `example` is one.
    pub fn read_short(example: &str, words: &mut Words, what: &str) -> Result<Key, BadCommand> {
        let word = words.required(what)?;
        if (1..=MOST_CHARS_OF_SHORT).contains(&word.text.chars().count()) {
            return Ok(Key::new(&word.text));
        }
        let accepted = format!("1 to {MOST_CHARS_OF_SHORT} characters, as in {example}");
        Err(words.refuse(word, format!("`{}` is no {}", word.quote(), what.to_ascii_uppercase()), accepted))
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// A key with a smaller head is the smaller key; of two with the same head, either may be.
    pub(super) fn head(&self) -> u64 {
        self.head
    }

    /// The number that the key spells, if it spells one in the way numbers are written: no sign, no leading zero.
    pub fn number(&self) -> Option<u64> {
        if is_number(self.text.as_bytes()) { self.text.parse().ok() } else { None }
    }

    /// How a key that stands in a file compares to this one. A search asks that of many keys, and of this one knows all.
    pub fn order_of(&self, found: &[u8]) -> Ordering {
        let own = self.text.as_bytes();
        if self.head < WORDS {
            if !is_number(found) {
                return Ordering::Greater;
            }
            // Neither begins with a zero, so the longer one is the greater.
            return found.len().cmp(&own.len()).then_with(|| found.cmp(own));
        }
        match found.cmp(own) {
            // Where it counts as a number, it is before this one all the more.
            Ordering::Less => Ordering::Less,
            _ if is_number(found) => Ordering::Less,
            order => order,
        }
    }
}

/// The heads of numbers are below it, those of all other keys are not.
const WORDS: u64 = 1 << 63;

/// Numbers stand in the lower half, and all other keys, by their first eight bytes, in the upper one.
fn head(text: &str) -> u64 {
    if is_number(text.as_bytes()) {
        return text.parse::<u64>().unwrap_or(u64::MAX) >> 1;
    }
    let mut first = [0; 8];
    for (to, byte) in first.iter_mut().zip(text.bytes()) {
        *to = byte;
    }
    WORDS | u64::from_be_bytes(first) >> 1
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
        // Where the heads are the same, both keys are numbers or both are not.
        self.head.cmp(&other.head).then_with(|| other.order_of(self.text.as_bytes()))
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Key) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// As narration shows it, which may be cut or in quotes: [`Key::as_str`] is the key itself.
impl Display for Key {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        shown(&self.text).fmt(out)
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

    /// The order as it is meant: numbers by their value, before all other keys by their bytes.
    fn meant(key: &str) -> (bool, Option<u64>, &str) {
        let number = key.parse().ok().filter(|number: &u64| number.to_string() == key);
        (number.is_none(), number, key)
    }

    proptest! {
        #[test]
        fn keys_in_memory_and_in_files_stand_in_the_order_that_is_meant(
            one in "[0-9a-c]{0,12}|[0-9]{17,21}", other in "[0-9a-c]{0,12}|[0-9]{17,21}",
        ) {
            let order = meant(&one).cmp(&meant(&other));
            prop_assert_eq!(Key::new(&one).cmp(&Key::new(&other)), order);
            prop_assert_eq!(Key::new(&other).order_of(one.as_bytes()), order);
        }
    }
}
