//! Keys and values as they stand in a page: slots of a fixed size, so that the n-th is found by counting.
//!
//! A key slot has 34 bytes: one for the kind of key (0 a number, 1 any other), 32 for the key (a number as eight bytes,
//! most significant first), filled up with zeros, and one for how many of these are used. Written like that, keys stand
//! in the order of [`Key`] if their bytes are simply compared: numbers before words, 9 before 10, and `a` before a
//! longer key that goes on with zeros, for the length comes last. A value slot has 33 bytes: its length, and the value. Where
//! a tree is made for other values (in `duel`) it has so many bytes more or fewer, and from 256 on the length takes two.

use std::fmt::{self, Display};

use crate::contract::Refused;
use crate::key::Key;
use crate::wording::shown;

/// A longer key is refused: fixed slots make a page that can be read with the eye, and waste what is not used.
pub const MAX_KEY_BYTES: usize = 32;
/// In the figure, a longer value is refused for the same reason.
pub const MAX_VALUE_BYTES: usize = 32;
pub const KEY_SLOT: usize = MAX_KEY_BYTES + 2;

const NUMBER: u8 = 0;
const TEXT: u8 = 1;

/// A key as it stands in a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeySlot(pub(super) [u8; KEY_SLOT]);

impl KeySlot {
    pub fn new(key: &Key) -> Result<KeySlot, Refused> {
        let mut slot = [0; KEY_SLOT];
        let used = match key.number() {
            Some(number) => {
                slot[1..9].copy_from_slice(&number.to_be_bytes());
                8
            }
            None => {
                let bytes = key.as_str().as_bytes();
                if bytes.len() > MAX_KEY_BYTES {
                    let bytes = bytes.len();
                    return Err(Refused::new(format!(
                        "the key has {bytes} bytes; a slot has room for {MAX_KEY_BYTES}"
                    )));
                }
                slot[0] = TEXT;
                slot[1..=bytes.len()].copy_from_slice(bytes);
                bytes.len()
            }
        };
        slot[KEY_SLOT - 1] = used as u8;
        Ok(KeySlot(slot))
    }

    /// The key as a reader writes it. Bytes that no key is written as (a damaged page can hold any) are shown as signs.
    pub fn text(&self) -> String {
        let used = usize::from(self.0[KEY_SLOT - 1]).min(MAX_KEY_BYTES);
        match self.0[0] {
            NUMBER => {
                let number = <[u8; 8]>::try_from(&self.0[1..9]).expect("eight bytes");
                u64::from_be_bytes(number).to_string()
            }
            _ => String::from_utf8_lossy(&self.0[1..=used]).into_owned(),
        }
    }
}

/// The key as narration shows it.
impl Display for KeySlot {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        shown(&self.text()).fmt(out)
    }
}

/// The size of a slot for values of at most so many bytes.
pub const fn value_slot(most: usize) -> usize {
    most + if most < 256 { 1 } else { 2 }
}

/// How many bytes of a slot say how long the value is.
pub const fn length_bytes(slot: usize) -> usize {
    if slot <= 256 { 1 } else { 2 }
}

/// The value in a slot.
pub(super) fn value_bytes(slot: &[u8]) -> &[u8] {
    let (length, value) = slot.split_at(length_bytes(slot.len()));
    let used = length.iter().rev().fold(0, |used, byte| used << 8 | usize::from(*byte));
    &value[..used.min(value.len())]
}

/// Writes a value into a slot; what it does not fill is zeroed.
pub(super) fn write_value(slot: &mut [u8], value: &[u8]) {
    let (length, room) = slot.split_at_mut(length_bytes(slot.len()));
    length.copy_from_slice(&(value.len() as u16).to_le_bytes()[..length.len()]);
    room[..value.len()].copy_from_slice(value);
    room[value.len()..].fill(0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn slots_stand_in_the_order_of_their_keys(a in "[0-9]{1,21}|[a-c\\x00]{0,5}|\\PC{0,8}", b in "[0-9]{1,21}|[a-c\\x00]{0,5}|\\PC{0,8}") {
            let (a, b) = (Key::new(&a), Key::new(&b));
            let slots = (KeySlot::new(&a).unwrap(), KeySlot::new(&b).unwrap());
            prop_assert_eq!(slots.0.cmp(&slots.1), a.cmp(&b));
            prop_assert_eq!(slots.0.text(), a.as_str());
        }
    }

    #[test]
    fn what_is_too_long_is_refused() {
        let long = "é".repeat(17);
        assert!(KeySlot::new(&Key::new(&long[..32])).is_ok());
        assert!(KeySlot::new(&Key::new(&long)).unwrap_err().reason.contains("34 bytes"));
    }

    #[test]
    fn a_value_stands_in_a_slot_of_any_size() {
        for most in [0, 1, 32, 255, 256, 1_000] {
            let mut slot = vec![0xff; value_slot(most)];
            for used in [0, most / 2, most] {
                let value = vec![b'v'; used];
                write_value(&mut slot, &value);
                assert_eq!(value_bytes(&slot), value);
            }
        }
        assert_eq!(value_bytes(&[200, 1, 2]), [1, 2], "a damaged length leads nowhere else");
    }
}
