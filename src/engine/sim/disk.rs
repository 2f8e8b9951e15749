//! A disk that forgets what was not synced.
//!
//! Files hold bytes; a directory gives them names. A write goes to the page cache and is *issued*; [`Disk::sync`] makes
//! a file's bytes durable, and [`Disk::sync_directory`] the names. Until then a crash may take them:
//! [`Crash::Lost`] takes all that was not synced, [`Crash::Kept`] none of it (the cache happened to be written just in
//! time), and [`Crash::Torn`] some of it, chosen by a seed, with one write cut in the middle. An engine that survives
//! all three after every single operation survives a real disk.
//!
//! Simpler than the real one because:
//! - names become durable in the order in which they changed, as journaling file systems do it, and a rename is atomic;
//! - what was synced stays: no sector rots by itself, only by [`Disk::rot`];
//! - there is one directory, and an operation takes no time: operations and bytes are counted, and can be multiplied.

use std::fmt::{self, Display};
use std::ops::Range;
use std::rc::Rc;

use litemap::LiteMap;

use super::bytes::Bytes;
use super::rng::Rng;

/// A file, whatever its name is by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// Why the disk did not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskError {
    /// There is no room for the bytes. Nothing of them was written.
    Full { capacity: u64 },
    /// The power is off (see [`Disk::cut_power_after`]): nothing happens until the crash is over.
    PowerOff,
}

impl Display for DiskError {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            DiskError::Full { capacity } => write!(out, "the disk is full ({capacity} bytes)"),
            DiskError::PowerOff => out.write_str("the power is off"),
        }
    }
}

impl std::error::Error for DiskError {}

/// What a crash takes of that which was written but not synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crash {
    /// All of it.
    Lost,
    /// Nothing: every issued write reached the disk after all.
    Kept,
    /// Some writes, chosen by the seed; one that is kept is cut in the middle.
    Torn { seed: u64 },
}

/// As it follows the word `crash` in a script.
impl Display for Crash {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Crash::Lost => out.write_str("crash"),
            Crash::Kept => out.write_str("crash kept"),
            Crash::Torn { seed } => write!(out, "crash torn {seed}"),
        }
    }
}

/// What the disk has been asked for since the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub writes: u64,
    pub bytes_written: u64,
    pub reads: u64,
    pub bytes_read: u64,
    pub syncs: u64,
    /// Reads and writes that do not begin where the last one ended: a disk's head has to move for each.
    pub seeks: u64,
}

#[derive(Clone, Debug)]
pub struct Disk {
    files: Rc<Vec<Rc<File>>>,
    /// The names as programs see them.
    names: Rc<LiteMap<String, FileId>>,
    /// The names as a crash would leave them.
    durable_names: Rc<LiteMap<String, FileId>>,
    pending_names: Rc<Vec<NameChange>>,
    pub capacity: u64,
    /// Bytes in files that have a name.
    pub used: u64,
    pub tally: Tally,
    head: (FileId, u64),
    /// How many more changes happen before the power goes; `None` is never.
    fuse: Option<u64>,
}

#[derive(Clone, Debug, Default)]
struct File {
    content: Bytes,
    /// The content at the last sync.
    durable: Bytes,
    /// What was issued since, in order.
    pending: Vec<Change>,
}

#[derive(Clone, Debug)]
enum Change {
    Write { offset: u64, bytes: Rc<[u8]> },
    Truncate { len: u64 },
}

#[derive(Clone, Debug)]
enum NameChange {
    Link { name: String, file: FileId },
    Rename { from: String, to: String },
    Unlink { name: String },
}

impl Disk {
    /// An empty disk with room for `capacity` bytes.
    pub fn new(capacity: u64) -> Disk {
        Disk {
            files: Rc::default(),
            names: Rc::default(),
            durable_names: Rc::default(),
            pending_names: Rc::default(),
            capacity,
            used: 0,
            tally: Tally::default(),
            head: (FileId(0), 0),
            fuse: None,
        }
    }

    /// A new empty file; one that had the name before loses it.
    pub fn create(&mut self, name: &str) -> Result<FileId, DiskError> {
        self.operate()?;
        let file = FileId(self.files.len() as u32);
        Rc::make_mut(&mut self.files).push(Rc::default());
        self.change_names(NameChange::Link { name: name.to_owned(), file });
        Ok(file)
    }

    /// Gives the file `from` the name `to`, atomically; one that had the name `to` before loses it.
    pub fn rename(&mut self, from: &str, to: &str) -> Result<(), DiskError> {
        assert!(self.names.contains_key(from), "rename of a file that isn't there: {from}");
        self.operate()?;
        self.change_names(NameChange::Rename { from: from.to_owned(), to: to.to_owned() });
        Ok(())
    }

    pub fn delete(&mut self, name: &str) -> Result<(), DiskError> {
        assert!(self.names.contains_key(name), "deletion of a file that isn't there: {name}");
        self.operate()?;
        self.change_names(NameChange::Unlink { name: name.to_owned() });
        Ok(())
    }

    /// The file of that name.
    pub fn open(&self, name: &str) -> Option<FileId> {
        self.names.get(name).copied()
    }

    /// All names with their files, sorted.
    pub fn names(&self) -> impl Iterator<Item = (&str, FileId)> {
        self.names.iter().map(|(name, file)| (name.as_str(), *file))
    }

    /// Writes at the end; returns where the bytes begin.
    pub fn append(&mut self, file: FileId, bytes: &[u8]) -> Result<u64, DiskError> {
        let offset = self.len(file);
        self.write(file, offset, bytes)?;
        Ok(offset)
    }

    /// Writes at `offset`; a gap before it fills with zeros.
    pub fn write(&mut self, file: FileId, offset: u64, bytes: &[u8]) -> Result<(), DiskError> {
        let growth = (offset + bytes.len() as u64).saturating_sub(self.len(file));
        if self.used + growth > self.capacity {
            return Err(DiskError::Full { capacity: self.capacity });
        }
        self.operate()?;
        self.used += growth;
        self.tally.writes += 1;
        self.tally.bytes_written += bytes.len() as u64;
        self.move_head(file, offset, bytes.len());
        let file = self.file_mut(file);
        file.content.write(offset, bytes);
        file.pending.push(Change::Write { offset, bytes: bytes.into() });
        Ok(())
    }

    /// Cuts the file down to `len` bytes.
    pub fn truncate(&mut self, file: FileId, len: u64) -> Result<(), DiskError> {
        let lost = self.len(file).checked_sub(len).expect("a file is cut down, not grown");
        self.operate()?;
        self.used -= lost;
        let file = self.file_mut(file);
        file.content.truncate(len);
        file.pending.push(Change::Truncate { len });
        Ok(())
    }

    /// Makes the bytes of a file durable. Its name is another matter: see [`Disk::sync_directory`].
    pub fn sync(&mut self, file: FileId) -> Result<(), DiskError> {
        self.operate()?;
        self.tally.syncs += 1;
        let file = self.file_mut(file);
        file.durable = file.content.clone();
        file.pending.clear();
        Ok(())
    }

    /// Makes all names durable, change by change: there may be thousands of names. A file that has lost its name for good
    /// gives back its bytes, as no crash can bring it back.
    pub fn sync_directory(&mut self) -> Result<(), DiskError> {
        self.operate()?;
        self.tally.syncs += 1;
        for change in std::mem::take(&mut self.pending_names).iter() {
            if let Some(gone) = change.unnamed_file(&self.durable_names) {
                Rc::make_mut(&mut self.files)[gone.0 as usize] = Rc::default();
            }
            change.apply(Rc::make_mut(&mut self.durable_names));
        }
        Ok(())
    }

    /// Reads and counts; the range is cut off at the end of the file.
    pub fn read(&mut self, file: FileId, range: Range<u64>) -> Vec<u8> {
        let bytes = self.peek(file, range.clone());
        self.move_head(file, range.start, bytes.len());
        self.tally.reads += 1;
        self.tally.bytes_read += bytes.len() as u64;
        bytes
    }
    fn move_head(&mut self, file: FileId, offset: u64, len: usize) {
        let last = std::mem::replace(&mut self.head, (file, offset + len as u64));
        self.tally.seeks += u64::from(last != (file, offset));
    }

    /// Reads without counting: for whoever looks from outside, never for an engine at work.
    pub fn peek(&self, file: FileId, range: Range<u64>) -> Vec<u8> {
        self.file(file).content.read(range)
    }

    /// The length of a file in bytes.
    pub fn len(&self, file: FileId) -> u64 {
        self.file(file).content.len
    }

    /// The ranges of a file that were written and are not synced, as they were issued; they may overlap.
    pub fn unsynced(&self, file: FileId) -> impl Iterator<Item = Range<u64>> {
        self.file(file).pending.iter().filter_map(|change| match change {
            Change::Write { offset, bytes } => Some(*offset..offset + bytes.len() as u64),
            Change::Truncate { .. } => None,
        })
    }

    /// Whether a crash now could take something: bytes or names.
    pub fn has_unsynced(&self) -> bool {
        !self.pending_names.is_empty() || self.files.iter().any(|file| !file.pending.is_empty())
    }

    /// Whether the name is durable, that is, names the same file after a crash.
    pub fn is_durable_name(&self, name: &str) -> bool {
        self.names.get(name) == self.durable_names.get(name)
    }

    /// Flips the lowest bit of the byte at `offset`, on the disk as in its cache, as failing hardware does: no operation
    /// of a program, so none is counted.
    pub fn rot(&mut self, file: FileId, offset: u64) {
        assert!(offset < self.len(file), "there is no byte at {offset} to rot");
        let file = self.file_mut(file);
        for bytes in [&mut file.content, &mut file.durable] {
            if let [byte] = bytes.read(offset..offset + 1)[..] {
                bytes.write(offset, &[byte ^ 1]);
            }
        }
    }

    /// For tests: the next `operations` changes (writes, syncs, names) happen, and then the power goes.
    pub fn cut_power_after(&mut self, operations: u64) {
        self.fuse = Some(operations);
    }

    /// Whether the power is off: nothing happens any more until the crash is over.
    pub fn is_off(&self) -> bool {
        self.fuse == Some(0)
    }

    /// The power goes, and comes back: what is on the disk is what `crash` leaves of it, and all of that is durable.
    pub fn crash(&mut self, crash: Crash) {
        self.fuse = None;
        let mut rng = Rng::new(match crash {
            Crash::Torn { seed } => seed,
            Crash::Lost | Crash::Kept => 0,
        });
        let survivors = match crash {
            Crash::Lost => 0,
            Crash::Kept => self.pending_names.len(),
            Crash::Torn { .. } => rng.below(self.pending_names.len() as u64 + 1) as usize,
        };
        let mut names = (*self.durable_names).clone();
        for change in &self.pending_names[..survivors] {
            change.apply(&mut names);
        }
        let named: Vec<FileId> = names.values().copied().collect();
        self.names = Rc::new(names);
        self.durable_names = self.names.clone();
        self.pending_names = Rc::default();
        for (place, file) in Rc::make_mut(&mut self.files).iter_mut().enumerate() {
            let is_named = named.contains(&FileId(place as u32));
            if !is_named {
                *file = Rc::default();
            } else if !file.pending.is_empty() {
                Rc::make_mut(file).crash(crash, &mut rng);
            }
        }
        self.used = named.iter().map(|file| self.len(*file)).sum();
    }

    /// One change: it happens unless the power is off.
    fn operate(&mut self) -> Result<(), DiskError> {
        match &mut self.fuse {
            Some(0) => Err(DiskError::PowerOff),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn change_names(&mut self, change: NameChange) {
        if let Some(loser) = change.unnamed_file(&self.names) {
            self.used -= self.len(loser);
        }
        change.apply(Rc::make_mut(&mut self.names));
        Rc::make_mut(&mut self.pending_names).push(change);
    }

    fn file(&self, file: FileId) -> &File {
        &self.files[file.0 as usize]
    }

    fn file_mut(&mut self, file: FileId) -> &mut File {
        Rc::make_mut(&mut Rc::make_mut(&mut self.files)[file.0 as usize])
    }
}

impl NameChange {
    fn apply(&self, names: &mut LiteMap<String, FileId>) {
        match self {
            NameChange::Link { name, file } => {
                names.insert(name.clone(), *file);
            }
            NameChange::Rename { from, to } => {
                let file = names.remove(from).expect("changes are applied in their order");
                names.insert(to.clone(), file);
            }
            NameChange::Unlink { name } => {
                names.remove(name);
            }
        }
    }

    /// The file that this change leaves without a name.
    fn unnamed_file(&self, names: &LiteMap<String, FileId>) -> Option<FileId> {
        let (NameChange::Link { name, .. } | NameChange::Rename { to: name, .. } | NameChange::Unlink { name }) = self;
        names.get(name).copied()
    }
}

impl File {
    fn crash(&mut self, crash: Crash, rng: &mut Rng) {
        let mut content = self.durable.clone();
        match crash {
            Crash::Lost => {}
            Crash::Kept => content = self.content.clone(),
            Crash::Torn { .. } => {
                let torn = rng.below(self.pending.len() as u64) as usize;
                for (place, change) in self.pending.iter().enumerate() {
                    match change {
                        Change::Write { offset, bytes } if place == torn => {
                            let kept = rng.below(bytes.len().max(1) as u64) as usize;
                            content.write(*offset, &bytes[..kept]);
                        }
                        Change::Write { offset, bytes } if rng.one_in(2) => content.write(*offset, bytes),
                        Change::Truncate { len } if rng.one_in(2) => content.truncate(content.len.min(*len)),
                        Change::Write { .. } | Change::Truncate { .. } => {}
                    }
                }
            }
        }
        self.durable = content.clone();
        self.content = content;
        self.pending.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(disk: &Disk, name: &str) -> Option<Vec<u8>> {
        disk.open(name).map(|file| disk.peek(file, 0..u64::MAX))
    }

    /// A disk with a durable `log` of `abc` and an issued `def` after it.
    fn half_synced() -> Disk {
        let mut disk = Disk::new(1000);
        let log = disk.create("log").unwrap();
        disk.append(log, b"abc").unwrap();
        disk.sync(log).unwrap();
        disk.sync_directory().unwrap();
        disk.append(log, b"def").unwrap();
        disk
    }

    #[test]
    fn a_crash_takes_what_was_not_synced() {
        let mut disk = half_synced();
        assert!(disk.has_unsynced());
        disk.crash(Crash::Lost);
        assert_eq!(all(&disk, "log").unwrap(), b"abc");
        assert!(!disk.has_unsynced());
    }

    #[test]
    fn or_keeps_it_by_luck() {
        let mut disk = half_synced();
        disk.crash(Crash::Kept);
        assert_eq!(all(&disk, "log").unwrap(), b"abcdef");
    }

    #[test]
    fn or_tears_it() {
        for seed in 0..20 {
            let mut disk = half_synced();
            disk.crash(Crash::Torn { seed });
            let left = all(&disk, "log").unwrap();
            assert!(b"abcdef".starts_with(&left) && left.len() >= 3 && left.len() < 6, "{left:?}");
        }
    }

    #[test]
    fn a_name_is_durable_only_with_its_directory() {
        let mut disk = Disk::new(1000);
        let new = disk.create("new").unwrap();
        disk.append(new, b"x").unwrap();
        disk.sync(new).unwrap();
        assert!(!disk.is_durable_name("new"));
        let mut crashed = disk.clone();
        crashed.crash(Crash::Lost);
        assert_eq!(all(&crashed, "new"), None);
        assert_eq!(crashed.used, 0);
        disk.sync_directory().unwrap();
        disk.rename("new", "old").unwrap();
        disk.crash(Crash::Lost);
        assert_eq!(all(&disk, "new").unwrap(), b"x");
    }

    #[test]
    fn a_deleted_file_keeps_its_bytes_until_that_is_durable() {
        let mut disk = half_synced();
        let log = disk.open("log").unwrap();
        disk.delete("log").unwrap();
        let mut crashed = disk.clone();
        crashed.crash(Crash::Lost);
        assert_eq!(all(&crashed, "log").unwrap(), b"abc");
        disk.sync_directory().unwrap();
        assert!(disk.peek(log, 0..6).is_empty() && !disk.has_unsynced());
        disk.crash(Crash::Kept);
        assert_eq!(all(&disk, "log"), None);
    }

    #[test]
    fn a_full_disk_writes_nothing() {
        let mut disk = Disk::new(4);
        let file = disk.create("f").unwrap();
        disk.append(file, b"abc").unwrap();
        assert_eq!(disk.append(file, b"de"), Err(DiskError::Full { capacity: 4 }));
        assert_eq!(all(&disk, "f").unwrap(), b"abc");
        disk.write(file, 0, b"xyz").unwrap();
        disk.delete("f").unwrap();
        assert_eq!(disk.used, 0);
    }

    #[test]
    fn a_bit_rots_under_a_program_that_does_nothing() {
        let mut disk = half_synced();
        let (log, tally) = (disk.open("log").unwrap(), disk.tally);
        disk.rot(log, 1);
        disk.rot(log, 4);
        assert_eq!((all(&disk, "log").unwrap().as_slice(), disk.tally), (&b"accddf"[..], tally));
        disk.crash(Crash::Lost);
        assert_eq!(all(&disk, "log").unwrap(), b"acc");
    }

    #[test]
    fn the_power_goes_after_so_many_operations() {
        let mut disk = half_synced();
        let log = disk.open("log").unwrap();
        disk.cut_power_after(1);
        disk.sync(log).unwrap();
        assert_eq!(disk.append(log, b"g"), Err(DiskError::PowerOff));
        disk.crash(Crash::Kept);
        assert_eq!(all(&disk, "log").unwrap(), b"abcdef");
        disk.append(log, b"g").unwrap();
    }
}
