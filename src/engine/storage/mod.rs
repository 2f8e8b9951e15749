//! Storage engines: how bytes on a disk become keys that can be found again, also after a crash.

pub mod block;
pub mod bloom;
pub mod btree;
pub mod cache;
pub mod cursor;
pub mod duel;
pub mod durable;
pub mod entry;
pub mod hash_index;
pub mod lsm;
pub mod memtable;
pub mod merge;
pub mod outage;
#[cfg(test)]
mod proof;
pub mod sorted;
pub mod sstable;
pub mod table;

pub use durable::{Asked, Durable};
pub use entry::{Entry, Sequence};
pub use memtable::Memtable;

use stepwise_derive::Choice;

use crate::contract::Refused;
use crate::form::{Argument, ArgumentKind, Command, CommandForm};
use crate::language::{BadCommand, Word, Words, shorten, spell};
use crate::log::Tail;
use crate::sim::{Crash, Disk, DiskError};
use crate::wording::count;

/// When writes are made safe: the parameter `sync` of a storage engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum SyncPolicy {
    /// after every write
    ///
    /// Before the command that wrote it is done.
    Always,
    /// on `sync` only
    ///
    /// When the reader says `sync`, or when the engine cannot go on without.
    #[name("command")]
    OnCommand,
}

impl SyncPolicy {
    /// How much of the log that was written to last a crash may have torn.
    pub fn tail(self) -> Tail {
        match self {
            SyncPolicy::Always => Tail::OneRecord,
            SyncPolicy::OnCommand => Tail::Unsynced,
        }
    }
}

/// `crash [kept|torn [SEED]]`, by which a reader pulls the plug; every storage engine takes it. No attribute of a derive can
/// say that the one word may have a number behind it.
impl Command for Crash {
    const FORMS: &'static [CommandForm] = &[CommandForm {
        name: "crash",
        arguments: &[
            Argument { name: "mode", kind: ArgumentKind::Choice(&["kept", "torn"]), example: "", optional: true },
            Argument { name: "seed", kind: ArgumentKind::Number, example: "", optional: true },
        ],
        about: "pull the plug: memory is gone, and what wasn't synced is lost, kept by luck, or torn by a seed",
        button: false,
    }];

    fn read(name: &Word, words: &mut Words) -> Result<Option<Crash>, BadCommand> {
        if name.text != "crash" {
            return Ok(None);
        }
        Ok(Some(if words.keyword("kept") {
            Crash::Kept
        } else if words.keyword("torn") {
            Crash::Torn { seed: if words.is_empty() { 1 } else { words.number("seed", 0..=u64::MAX)? } }
        } else {
            Crash::Lost
        }))
    }
}

/// What the disk cannot do, the engine cannot do.
impl From<DiskError> for Refused {
    #[track_caller]
    fn from(error: DiskError) -> Refused {
        Refused::new(error)
    }
}

/// Flips a bit of a file. Hardware fails so; no engine notices until it reads that byte.
pub fn rot(disk: &mut Disk, name: &str, offset: u64) -> Result<(), Refused> {
    let Some(file) = disk.open(name) else {
        let there: Vec<_> = disk.names().map(|(name, _)| name).collect();
        let (name, there) = (spell(&shorten(name, 40)), shorten(&there.join(", "), 120));
        return Err(Refused::new(format!("there is no file {name}; there are: {there}")));
    };
    match disk.len(file) {
        0 => Err(Refused::new(format!("{name} is empty: it has no byte to flip a bit of"))),
        len if offset >= len => {
            let bytes = count(len, "byte");
            Err(Refused::new(format!("{name} has {bytes}, so none at offset {offset}; accepted: 0 to {}", len - 1)))
        }
        _ => {
            disk.rot(file, offset);
            Ok(())
        }
    }
}
