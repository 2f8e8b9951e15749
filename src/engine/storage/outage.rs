//! What a crash did to the files of a storage engine: told alike by all of them.

use std::fmt::{self, Display, Formatter};

use crate::command::shorten;
use crate::sim::{Crash, Disk};
use crate::wording::count;

/// So many characters of names are told.
const MOST_NAMES: usize = 80;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outage {
    crash: Crash,
    /// Bytes that had been written and not synced.
    unsynced: u64,
    /// Files whose names were new, and not synced.
    gone: Vec<String>,
    /// Files that had been deleted or renamed, which was not synced either.
    back: Vec<String>,
}

impl Outage {
    /// Pulls the plug: the disk is what `crash` leaves of it.
    pub fn strike(disk: &mut Disk, crash: Crash) -> Outage {
        let files = disk.names().flat_map(|(_, file)| disk.unsynced(file));
        let unsynced = files.map(|range| range.end - range.start).sum();
        let names = |disk: &Disk| disk.names().map(|(name, _)| name.to_owned()).collect::<Vec<_>>();
        let before = names(disk);
        disk.crash(crash);
        let after = names(disk);
        let missing = |some: &[String], from: &[String]| {
            some.iter().filter(|name| !from.contains(name)).cloned().collect::<Vec<_>>()
        };
        Outage { crash, unsynced, gone: missing(&before, &after), back: missing(&after, &before) }
    }
}

impl Display for Outage {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        let (unsynced, bytes) = (self.unsynced, count(self.unsynced, "byte"));
        match self.crash {
            _ if unsynced == 0 && self.gone.is_empty() && self.back.is_empty() => {
                out.write_str("Every byte in the files had been synced, and is still there.")?;
            }
            _ if unsynced == 0 => out.write_str("Every byte in the files had been synced, but not every name.")?,
            Crash::Lost => {
                write!(out, "{} that had not been synced {} lost.", bytes, if unsynced == 1 { "is" } else { "are" })?
            }
            Crash::Kept => write!(out, "{bytes} that had not been synced reached the disk all the same.")?,
            Crash::Torn { .. } => {
                write!(out, "Of {bytes} that had not been synced only a part reached the disk.")?;
            }
        }
        if !self.gone.is_empty() {
            write!(out, " Gone, as its name was not synced: {}.", shorten(&self.gone.join(", "), MOST_NAMES))?;
        }
        if !self.back.is_empty() {
            let names = self.back.join(", ");
            write!(out, " Back, as its new name or its deletion was not synced: {}.", shorten(&names, MOST_NAMES))?;
        }
        Ok(())
    }
}
