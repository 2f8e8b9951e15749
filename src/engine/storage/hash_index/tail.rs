//! Torn or damaged? The active segment ends in bytes that are no record, and start-up must say which of the two it is. A
//! torn record was on its way when the power went, and no one relies on it: it is cut off. A damaged one was synced, and
//! cutting it off would lose a write without a word.
//!
//! Where every write is synced before the next one begins, only the last can be torn, and a crash leaves its beginning.
//! Whatever is followed by another whole record, or is itself as long as it should be, is damaged.
//!
//! Where only `sync` makes writes safe, any number of them may be on their way, and a later one may arrive without an
//! earlier one. So a `sync` leaves a mark behind what it has synced, and syncs that as well: bad bytes before a mark are
//! damaged.

use super::SyncPolicy;
use super::record::{HEADER, Header, Item, MARK};
use crate::log;

/// Whether a crash can leave `rest`, which begins with no whole record, at the end of the active segment.
pub fn may_be_torn(rest: &[u8], sync: SyncPolicy) -> bool {
    match sync {
        SyncPolicy::Always => is_cut_short(rest) && !is_followed(rest, |_| true),
        // A mark is written when all else is synced, so a crash can do no more to it than cut it short.
        SyncPolicy::OnCommand => {
            (rest.len() != HEADER || is_cut_short(rest)) && !is_followed(rest, |header| header.value_size == MARK)
        }
    }
}

/// Whether a whole record or mark of the kind that is `sought` stands somewhere behind the beginning.
fn is_followed(rest: &[u8], sought: impl Fn(&Header) -> bool) -> bool {
    let len_of = |later: usize| {
        let header = Header::decode(&rest[later..]).filter(&sought)?;
        usize::try_from(header.record_len()).ok()
    };
    log::is_followed(rest, 0, len_of, |bytes| Item::decode(bytes).is_ok())
}

/// Whether this is the beginning of a record, and not all of it. A record that is whole but for a size that it states was
/// written to its end, and damaged later: it ends where the bytes do, or a bit of the size has flipped and something else
/// follows.
fn is_cut_short(rest: &[u8]) -> bool {
    let Some(header) = Header::decode(rest) else { return true };
    let (key, value) = (header.key_size, header.value_size);
    let body = rest.len() - HEADER;
    let to_the_end =
        [(key, body.saturating_sub(key.into()) as u32), (body.saturating_sub(value as usize) as u16, value)];
    let flipped_key = (0..u16::BITS).map(|bit| (key ^ 1 << bit, value));
    let flipped_value = (0..u32::BITS).map(|bit| (key, value ^ 1 << bit));
    let mut others = flipped_key.chain(flipped_value).chain(to_the_end);
    header.record_len() > rest.len() as u64 && !others.any(|(key, value)| is_whole_with(rest, key, value))
}

/// Whether `rest` would begin with a whole record if it stated these sizes.
fn is_whole_with(rest: &[u8], key_size: u16, value_size: u32) -> bool {
    let mut mended = rest.to_vec();
    mended[8..10].copy_from_slice(&key_size.to_be_bytes());
    mended[10..HEADER].copy_from_slice(&value_size.to_be_bytes());
    Item::decode(&mended).is_ok()
}

#[cfg(test)]
mod tests {
    use super::super::record::{Record, Timestamp, mark};
    use super::*;
    use crate::key::Key;

    fn record(key: &str, value: Option<&str>) -> Vec<u8> {
        Record { timestamp: Timestamp(7), key: Key::new(key), value: value.map(Into::into) }.encode()
    }

    fn items() -> Vec<Vec<u8>> {
        vec![record("ab", Some("xyz")), record("key", Some("")), record("gone", None), mark(Timestamp(7))]
    }

    /// Every bit of the last record, of one before it, and of a mark.
    #[test]
    fn a_flipped_bit_is_damage() {
        for item in items() {
            for bit in 0..item.len() * 8 {
                let mut damaged = item.clone();
                damaged[bit / 8] ^= 1 << (bit % 8);
                assert!(!may_be_torn(&damaged, SyncPolicy::Always), "bit {bit} of {item:02x?}");
                let followed = [damaged.clone(), record("b", Some("2"))].concat();
                assert!(!may_be_torn(&followed, SyncPolicy::Always), "bit {bit} of {item:02x?}, followed");
                let torn = [damaged.clone(), record("b", Some("2"))[..15].to_vec()].concat();
                assert!(!may_be_torn(&torn, SyncPolicy::Always), "bit {bit} of {item:02x?}, and a torn record");
                let marked = [damaged.clone(), record("b", Some("2")), mark(Timestamp(8))].concat();
                assert!(!may_be_torn(&marked, SyncPolicy::OnCommand), "bit {bit} of {item:02x?}, marked");
                let is_mark = item.len() == HEADER;
                assert_eq!(
                    may_be_torn(&damaged, SyncPolicy::OnCommand),
                    !is_mark,
                    "bit {bit} of {item:02x?}, unmarked"
                );
            }
        }
    }

    #[test]
    fn a_beginning_is_torn_and_so_is_what_was_never_marked() {
        for item in items() {
            for len in 0..item.len() {
                assert!(may_be_torn(&item[..len], SyncPolicy::Always), "{len} bytes of {item:02x?}");
                assert!(may_be_torn(&item[..len], SyncPolicy::OnCommand), "{len} bytes of {item:02x?}");
                let hole = [&item[..len], &vec![0; item.len() - len], &record("later", Some("1"))].concat();
                assert!(may_be_torn(&hole, SyncPolicy::OnCommand), "a hole after {len} bytes of {item:02x?}");
            }
        }
    }
}
