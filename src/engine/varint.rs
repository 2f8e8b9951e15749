//! Whole numbers in as few bytes as they need: seven bits a byte, the low ones first, the high bit set on all bytes but
//! the last (LEB128, as in LevelDB and Protocol Buffers). 0 to 127 take one byte, 300 takes two.

/// Appends `number`.
pub fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Takes a number off the front of `bytes`; nothing where they end too early or spell more than 64 bits.
pub fn take(bytes: &mut &[u8]) -> Option<u64> {
    // Most numbers are small.
    if let [byte @ 0..0x80, rest @ ..] = *bytes {
        *bytes = rest;
        return Some(u64::from(*byte));
    }
    let mut number = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let low = u64::from(byte & 0x7f);
        if shift == 63 && low > 1 {
            return None;
        }
        number |= low << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// Takes `len` bytes off the front; nothing where there are fewer.
pub fn take_bytes<'a>(bytes: &mut &'a [u8], len: u64) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(usize::try_from(len).ok()?)?;
    *bytes = rest;
    Some(taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn small_numbers_are_short() {
        for (number, len) in [(0, 1), (127, 1), (128, 2), (300, 2), (u64::MAX, 10)] {
            let mut bytes = Vec::new();
            put(&mut bytes, number);
            assert_eq!(bytes.len(), len, "{number}");
        }
    }

    #[test]
    fn more_than_a_number_is_refused() {
        assert_eq!(take(&mut &[0x80u8; 10][..]), None);
        assert_eq!(take(&mut &[0xffu8; 11][..]), None);
        assert_eq!(take(&mut &[][..]), None);
    }

    proptest! {
        #[test]
        fn a_number_reads_as_it_was_written(number: u64, after: Vec<u8>) {
            let mut bytes = Vec::new();
            put(&mut bytes, number);
            bytes.extend(&after);
            let mut rest = &bytes[..];
            prop_assert_eq!(take(&mut rest), Some(number));
            prop_assert_eq!(rest, &after[..]);
        }
    }
}
