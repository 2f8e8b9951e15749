//! A write-ahead log: records appended to a file, each under a checksum, read back from the first after a crash.
//!
//! ```text
//! record     crc32 of all that follows: u32 LE | payload length: u32 LE | synced: u64 LE | payload
//! ```
//!
//! After a crash the end of a log may be missing, or, since a disk writes in whatever order it likes, a record may be
//! torn while a later one is whole. That is what a crash may do to bytes that no one has synced, and they are cut off:
//! no one was told that they were safe. But a bad record among bytes that *were* synced is corruption, and must be
//! reported, not cut off. Two things tell one from the other:
//! - each record says how much of the log had been synced when it was written, so a whole record that vouches for the
//!   bad bytes proves them corrupt. A sync that no record follows can leave a *mark*: a record without a payload
//!   ([`LogWriter::mark`]);
//! - where every record is synced before the next is written, a crash can only cut the last one short ([`Tail`]).
//!
//! Simpler than the real one because: LevelDB divides its log into blocks of 32 KB, so that a reader that has lost its
//! way finds it again at the next block; here it looks for the next whole record byte by byte. And of a single write, a
//! crash is taken to leave the beginning, where a disk of many sectors could also leave its end.

use crate::sim::{Disk, DiskError, FileId};

/// Bytes of a record before its payload.
pub const HEADER: usize = 16;
/// The search for a later record may check as many bytes as the log has, this many times over.
const MOST_PASSES: usize = 8;

/// The end of a log that is being written.
#[derive(Clone, Debug)]
pub struct LogWriter {
    pub file: FileId,
    synced: u64,
    /// Records that wait in memory for the next sync, if they are to.
    waiting: Option<Vec<u8>>,
}

/// How much of a log a crash may have torn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tail {
    /// Nothing: it was synced before another log was begun.
    Closed,
    /// One record, which was synced before another was written: its beginning may be all that is left.
    OneRecord,
    /// All that no later record vouches for.
    Unsynced,
}

/// What a log was found to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// The payloads, in order, each with the offset of its record. Marks are left out.
    pub records: Vec<(u64, Vec<u8>)>,
    /// Whether the last record is vouched for by a mark: damage to it would be told from a torn write.
    pub is_marked: bool,
    /// Where the last whole record ends: what comes after is a torn tail.
    pub end: u64,
    /// The length of the file, tail included.
    pub len: u64,
}

/// A bad record among bytes that had been synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CorruptLog {
    pub offset: u64,
}

impl LogWriter {
    /// Begins a log in an empty file, or goes on with one of which `synced` bytes are durable.
    pub fn new(file: FileId, synced: u64) -> LogWriter {
        LogWriter { file, synced, waiting: None }
    }

    /// From now on, records are written when they are synced, all at once, and not one by one. What is not synced is lost
    /// in a crash, either way.
    pub fn collect(&mut self) {
        self.waiting.get_or_insert_default();
    }

    /// Appends a record; it is durable after [`LogWriter::sync`]. Returns its offset.
    pub fn append(&mut self, disk: &mut Disk, payload: &[u8]) -> Result<u64, DiskError> {
        let mut record = Vec::with_capacity(HEADER + payload.len());
        record.extend_from_slice(&[0; 4]);
        record.extend_from_slice(&(payload.len() as u32).to_le_bytes());
        record.extend_from_slice(&self.synced.to_le_bytes());
        record.extend_from_slice(payload);
        let checksum = crate::checksum::crc32(&record[4..]);
        record[..4].copy_from_slice(&checksum.to_le_bytes());
        let Some(waiting) = &mut self.waiting else { return disk.append(self.file, &record) };
        let offset = disk.len(self.file) + waiting.len() as u64;
        waiting.extend_from_slice(&record);
        Ok(offset)
    }

    /// How many bytes of records a crash could take.
    pub fn unsynced(&self, disk: &Disk) -> u64 {
        disk.len(self.file) + self.waiting.as_ref().map_or(0, Vec::len) as u64 - self.synced
    }

    pub fn sync(&mut self, disk: &mut Disk) -> Result<(), DiskError> {
        if let Some(waiting) = self.waiting.as_mut().filter(|waiting| !waiting.is_empty()) {
            disk.append(self.file, waiting)?;
            waiting.clear();
        }
        disk.sync(self.file)?;
        self.synced = disk.len(self.file);
        Ok(())
    }

    /// Appends a mark, which vouches for all that was synced before it, and syncs it. Its offset.
    pub fn mark(&mut self, disk: &mut Disk) -> Result<u64, DiskError> {
        let offset = self.append(disk, &[])?;
        self.sync(disk)?;
        Ok(offset)
    }
}

/// Reads a log from its beginning. The caller cuts the file at `end` before it appends again.
pub fn recover(disk: &mut Disk, file: FileId, tail: Tail) -> Result<Recovered, CorruptLog> {
    let bytes = disk.read(file, 0..u64::MAX);
    let (mut records, mut is_marked) = (Vec::new(), true);
    let mut at = 0;
    while let Some(payload) = decode(&bytes[at..]) {
        is_marked = payload.is_empty();
        if !is_marked {
            records.push((at as u64, payload.to_vec()));
        }
        at += HEADER + payload.len();
    }
    if at < bytes.len() && (!may_be_torn(&bytes[at..], tail) || is_vouched_for(&bytes, at)) {
        return Err(CorruptLog { offset: at as u64 });
    }
    Ok(Recovered { records, is_marked, end: at as u64, len: bytes.len() as u64 })
}

/// Whether a crash can leave these bytes at the end of a log, as far as they tell themselves.
fn may_be_torn(rest: &[u8], tail: Tail) -> bool {
    match tail {
        Tail::Closed => false,
        Tail::OneRecord => is_cut_short(rest),
        // A mark is written when all else is synced, so a crash can do no more to it than cut it short.
        Tail::Unsynced => rest.len() != HEADER || is_cut_short(rest),
    }
}

/// Whether this is the beginning of a record, and not all of it. A record that is whole but for the length that it states
/// was written to its end, and damaged later: it ends where the bytes do, or a bit of the length has flipped and something
/// else follows.
fn is_cut_short(rest: &[u8]) -> bool {
    let Some(len) = stated_len(rest) else { return true };
    let left = rest.len() - HEADER;
    let is_whole_with = |len: usize| {
        let mut mended = rest[..HEADER + len].to_vec();
        mended[4..8].copy_from_slice(&(len as u32).to_le_bytes());
        decode(&mended).is_some()
    };
    let mut others = (0..u32::BITS).map(|bit| len ^ 1 << bit).chain([left]).filter(|len| *len <= left);
    left < len && !others.any(is_whole_with)
}

/// How long the payload is, by a header that is there.
fn stated_len(record: &[u8]) -> Option<usize> {
    let header = record.first_chunk::<HEADER>()?;
    Some(u32::from_le_bytes(header[4..8].try_into().expect("four bytes")) as usize)
}

/// Whether a whole record after `bad` says that the bytes there had been synced. Only those are checked whose header makes
/// sense: no record was written after more synced bytes than stand before it.
fn is_vouched_for(bytes: &[u8], bad: usize) -> bool {
    let len_of = |later: usize| {
        let synced = u64::from_le_bytes(bytes.get(later + 8..later + HEADER)?.try_into().expect("eight bytes"));
        let makes_sense = synced > bad as u64 && synced <= later as u64;
        stated_len(&bytes[later..]).filter(|_| makes_sense)?.checked_add(HEADER)
    };
    is_followed(bytes, bad, len_of, |record| decode(record).is_some())
}

/// Whether some record after `bad` is whole. Any byte may be where it begins: `len_of` says how long the record would be
/// that begins there, if its header makes sense, and `is_whole` checks it. Bytes made up to look like headers could cost
/// a checksum of all the rest each. A log with many of those was not left behind by a crash, and the answer is yes.
pub fn is_followed(
    bytes: &[u8],
    bad: usize,
    len_of: impl Fn(usize) -> Option<usize>,
    is_whole: impl Fn(&[u8]) -> bool,
) -> bool {
    let mut budget = MOST_PASSES * bytes.len();
    for later in bad + 1..bytes.len() {
        let record = len_of(later).and_then(|len| bytes.get(later..later.checked_add(len)?));
        let Some(record) = record else { continue };
        if is_whole(record) {
            return true;
        }
        match budget.checked_sub(record.len()) {
            Some(left) => budget = left,
            None => return true,
        }
    }
    false
}

/// The payload of the record that `bytes` begin with, if it is whole and its checksum fits.
pub fn decode(bytes: &[u8]) -> Option<&[u8]> {
    let (header, rest) = bytes.split_first_chunk::<HEADER>()?;
    let field = |at: usize| u32::from_le_bytes(header[at..at + 4].try_into().expect("four bytes"));
    let payload = rest.get(..field(4) as usize)?;
    let checked = &bytes[4..HEADER + payload.len()];
    (crate::checksum::crc32(checked) == field(0)).then_some(payload)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Crash;
    use proptest::prelude::*;

    /// A log of which the first `synced` payloads are durable, on a disk that keeps its name.
    fn log(payloads: &[Vec<u8>], synced: usize) -> (Disk, FileId) {
        let mut disk = Disk::new(1 << 20);
        let file = disk.create("log").unwrap();
        disk.sync_directory().unwrap();
        let mut writer = LogWriter::new(file, 0);
        for (place, payload) in payloads.iter().enumerate() {
            writer.append(&mut disk, payload).unwrap();
            if place + 1 == synced {
                writer.sync(&mut disk).unwrap();
            }
        }
        (disk, file)
    }

    fn payloads() -> impl Strategy<Value = Vec<Vec<u8>>> {
        prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 1..12)
    }

    /// Headers by the thousand, each of which could vouch, and none of which does.
    #[test]
    fn the_search_in_a_made_up_log_is_given_up() {
        let header = |len: u32| [&[0; 4][..], &len.to_le_bytes(), &1u64.to_le_bytes()].concat();
        assert!(is_vouched_for(&header(1000).repeat(4000), 0));
        assert!(!is_vouched_for(&header(1000).repeat(10), 0));
    }

    /// FAULTS S2: whatever byte of a synced log is damaged, that is reported, whether a mark vouches for the last record
    /// or each was synced by itself, and in a log that is closed.
    #[test]
    fn no_damage_to_a_synced_log_is_taken_for_a_torn_write() {
        for tail in [Tail::Closed, Tail::OneRecord, Tail::Unsynced] {
            let (mut disk, file) = log(&[], 0);
            let mut writer = LogWriter::new(file, 0);
            for payload in ["one", "two", "three"] {
                writer.append(&mut disk, payload.as_bytes()).unwrap();
                if tail == Tail::OneRecord {
                    writer.sync(&mut disk).unwrap();
                }
            }
            writer.sync(&mut disk).unwrap();
            if tail == Tail::Unsynced {
                writer.mark(&mut disk).unwrap();
            }
            assert_eq!(recover(&mut disk, file, tail).unwrap().records.len(), 3);
            for (offset, bit) in (0..disk.len(file)).flat_map(|offset| (0..8).map(move |bit| (offset, bit))) {
                let mut damaged = disk.clone();
                let byte = damaged.peek(file, offset..offset + 1)[0];
                damaged.write(file, offset, &[byte ^ (1 << bit)]).unwrap();
                assert!(recover(&mut damaged, file, tail).is_err(), "{tail:?}, bit {bit} of byte {offset}");
                // A crash in the next write hides nothing of it.
                if tail == Tail::OneRecord {
                    damaged.append(file, &[7; 20]).unwrap();
                    assert!(
                        recover(&mut damaged, file, tail).is_err(),
                        "bit {bit} of byte {offset}, and a torn record"
                    );
                }
            }
        }
    }

    /// A record that a crash cuts short is no damage, wherever it is cut, nor is a mark.
    #[test]
    fn a_record_that_is_cut_short_is_no_damage() {
        for payload in [&b""[..], b"a payload"] {
            for (tail, seed) in
                [Tail::OneRecord, Tail::Unsynced].into_iter().flat_map(|tail| (0..60).map(move |seed| (tail, seed)))
            {
                let (mut disk, file) = log(&[b"one".to_vec()], 1);
                LogWriter::new(file, disk.len(file)).append(&mut disk, payload).unwrap();
                disk.crash(Crash::Torn { seed });
                assert_eq!(recover(&mut disk, file, tail).unwrap().records.len(), 1, "{tail:?}, seed {seed}");
            }
        }
    }

    proptest! {
        #[test]
        fn what_was_synced_survives_every_crash(payloads in payloads(), synced: prop::sample::Index, mode in 0u64..30) {
            let synced = synced.index(payloads.len() + 1);
            let (mut disk, file) = log(&payloads, synced);
            disk.crash(match mode { 0 => Crash::Lost, 1 => Crash::Kept, seed => Crash::Torn { seed } });
            let found = recover(&mut disk, file, Tail::Unsynced).expect("a crash is no corruption");
            let found: Vec<_> = found.records.into_iter().map(|(_, payload)| payload).collect();
            prop_assert!(found.len() >= synced);
            prop_assert_eq!(&found[..], &payloads[..found.len()]);
        }

        /// Collected records are in the file with the next sync, each where it was said to be, and not before.
        #[test]
        fn collected_records_are_written_by_the_sync(payloads in payloads(), synced: prop::sample::Index) {
            let synced = synced.index(payloads.len() + 1);
            let (mut disk, file) = log(&[], 0);
            let mut writer = LogWriter::new(file, 0);
            writer.collect();
            let mut offsets = Vec::new();
            for payload in &payloads[..synced] {
                offsets.push(writer.append(&mut disk, payload).unwrap());
            }
            prop_assert_eq!(disk.len(file), 0);
            writer.sync(&mut disk).unwrap();
            for payload in &payloads[synced..] {
                writer.append(&mut disk, payload).unwrap();
            }
            disk.crash(Crash::Kept);
            let found = recover(&mut disk, file, Tail::Unsynced).expect("a crash is no corruption").records;
            let written = offsets.into_iter().zip(payloads[..synced].iter().cloned());
            prop_assert_eq!(found, written.collect::<Vec<_>>());
        }

        #[test]
        fn a_damage_to_synced_records_is_reported(payloads in payloads(), place: prop::sample::Index, bit in 0u8..8) {
            let (mut disk, file) = log(&payloads, payloads.len());
            let place = place.index(disk.len(file) as usize) as u64;
            let mut writer = LogWriter::new(file, disk.len(file));
            writer.append(&mut disk, b"after").unwrap();
            let byte = disk.peek(file, place..place + 1)[0];
            disk.write(file, place, &[byte ^ (1 << bit)]).unwrap();
            let found = recover(&mut disk, file, Tail::Unsynced);
            prop_assert!(matches!(found, Err(CorruptLog { offset }) if offset <= place), "{found:?}");
        }

        #[test]
        fn any_bytes_end(bytes: Vec<u8>) {
            let mut disk = Disk::new(1 << 20);
            let file = disk.create("log").unwrap();
            disk.append(file, &bytes).unwrap();
            for tail in [Tail::Closed, Tail::OneRecord, Tail::Unsynced] {
                let _ = recover(&mut disk, file, tail);
            }
        }
    }
}
