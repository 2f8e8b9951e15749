//! What a crash did to the files of a storage engine: told alike by all of them.

use std::fmt::{self, Display, Formatter};

use crate::language::shorten;
use crate::sim::{Crash, Disk};
use crate::wording::count;

/// So many characters of names are told.
const MOST_NAMES: usize = 80;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outage {
    /// Bytes that had been written and not synced.
    unsynced: u64,
    fate: Fate,
    /// Bytes that had been cut off a file, which was not synced either.
    uncut: u64,
    /// Files whose names were new, and not synced.
    gone: Vec<String>,
    /// Files that had been deleted or renamed, which was not synced either.
    back: Vec<String>,
}

/// What became of the bytes that were not synced. A crash by a seed may leave all of them, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Lost,
    Kept,
    Partly,
}

impl Outage {
    /// Pulls the plug: the disk is what `crash` leaves of it.
    pub fn strike(disk: &mut Disk, crash: Crash) -> Outage {
        let before = disk.clone();
        disk.crash(crash);
        let files: Vec<_> = before.names().map(|(_, file)| file).collect();
        let after = |crash| {
            let mut other = before.clone();
            other.crash(crash);
            other
        };
        let is_like =
            |other: &Disk| files.iter().all(|file| disk.peek(*file, 0..u64::MAX) == other.peek(*file, 0..u64::MAX));
        let fate = if is_like(&after(Crash::Lost)) {
            Fate::Lost
        } else if is_like(&after(Crash::Kept)) {
            Fate::Kept
        } else {
            Fate::Partly
        };
        let ranges = files.iter().flat_map(|file| before.unsynced(*file));
        let uncut = files.iter().map(|file| disk.len(*file).saturating_sub(before.len(*file))).sum();
        let missing = |some: &Disk, from: &Disk| {
            some.names().filter(|(name, _)| from.open(name).is_none()).map(|(name, _)| name.to_owned()).collect()
        };
        Outage {
            unsynced: ranges.map(|range| range.end - range.start).sum(),
            fate,
            uncut,
            gone: missing(&before, disk),
            back: missing(disk, &before),
        }
    }
}

impl Display for Outage {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        let (unsynced, bytes) = (self.unsynced, count(self.unsynced, "byte"));
        match self.fate {
            _ if unsynced == 0 && self.gone.is_empty() && self.back.is_empty() => {
                out.write_str("Every byte in the files had been synced, and is still there.")?;
            }
            _ if unsynced == 0 => out.write_str("Every byte in the files had been synced, but not every name.")?,
            Fate::Lost => {
                write!(out, "{} that hadn't been synced {} lost.", bytes, if unsynced == 1 { "is" } else { "are" })?
            }
            Fate::Kept => write!(out, "{bytes} that hadn't been synced reached the disk all the same.")?,
            Fate::Partly => write!(out, "Of {bytes} that hadn't been synced only a part reached the disk.")?,
        }
        if self.uncut > 0 {
            let are = if self.uncut == 1 { "is" } else { "are" };
            write!(out, " {} that had been cut off {are} back: the cut wasn't synced.", count(self.uncut, "byte"))?;
        }
        if !self.gone.is_empty() {
            write!(out, " Gone, as its name wasn't synced: {}.", shorten(&self.gone.join(", "), MOST_NAMES))?;
        }
        if !self.back.is_empty() {
            let names = self.back.join(", ");
            write!(out, " Back, as its new name or its deletion wasn't synced: {}.", shorten(&names, MOST_NAMES))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of four synced bytes, and what `change` does to it before the plug is pulled.
    fn told(crash: Crash, change: impl Fn(&mut Disk, crate::sim::FileId)) -> String {
        let mut disk = Disk::new(1 << 10);
        let file = disk.create("file").unwrap();
        disk.append(file, b"safe").unwrap();
        disk.sync(file).unwrap();
        disk.sync_directory().unwrap();
        change(&mut disk, file);
        Outage::strike(&mut disk, crash).to_string()
    }

    /// A crash by a seed may tear a write so that nothing of it is left, or happen when nothing is on its way.
    #[test]
    fn what_is_told_of_a_crash_is_what_it_did() {
        for seed in 0..40 {
            let synced = told(Crash::Torn { seed }, |_, _| {});
            assert_eq!(synced, "Every byte in the files had been synced, and is still there.");
            let mut left = 0;
            let told = {
                let mut disk = Disk::new(1 << 10);
                let file = disk.create("file").unwrap();
                disk.sync_directory().unwrap();
                disk.append(file, b"abc").unwrap();
                let told = Outage::strike(&mut disk, Crash::Torn { seed }).to_string();
                left += disk.len(file);
                told
            };
            assert_eq!(told.contains("only a part"), left > 0, "{left} of 3 bytes: {told}");
            assert_eq!(told.contains("are lost"), left == 0, "{left} of 3 bytes: {told}");
        }
    }

    #[test]
    fn a_cut_that_was_not_synced_is_told_as_undone() {
        let cut = |disk: &mut Disk, file| disk.truncate(file, 1).unwrap();
        assert!(told(Crash::Lost, cut).ends_with("3 bytes that had been cut off are back: the cut wasn't synced."));
        assert!(!told(Crash::Kept, cut).contains("back"));
    }
}
