//! A version: which tables there are, and on which level each one stands. It never changes; a flush or a compaction makes
//! the next one.
//!
//! Level 0 holds tables as they were flushed, the oldest first; their key ranges overlap. With leveled compaction the
//! tables of each deeper level stand in the order of their keys, and no two hold the same key. With size-tiered
//! compaction every level is like level 0, only that its tables are larger.

use std::rc::Rc;

use super::settings::Policy;
use crate::key::Key;
use crate::sim::FileId;
use crate::storage::Sequence;
use crate::storage::table::Table;

/// No tree is deeper than this; LevelDB has as many levels.
pub const LEVELS: usize = 7;

/// The number in a file's name. A greater one was given out later.
pub type FileNumber = u64;

/// What the manifest knows of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableMeta {
    pub number: FileNumber,
    pub smallest: Key,
    pub largest: Key,
    /// Of the whole file.
    pub bytes: u64,
    pub entries: u64,
}

/// A table that is open for reading.
#[derive(Debug)]
pub struct OpenTable {
    pub meta: TableMeta,
    pub file: FileId,
    pub table: Table,
}

impl TableMeta {
    pub fn covers(&self, key: &Key) -> bool {
        self.smallest <= *key && *key <= self.largest
    }

    pub fn name(&self) -> String {
        table_name(self.number)
    }
}

/// `000007.sst`
pub fn table_name(number: FileNumber) -> String {
    format!("{number:06}.sst")
}

/// `000008.log`
pub fn log_name(number: FileNumber) -> String {
    format!("{number:06}.log")
}

/// The number in the name of a table or a log, and whether it is a table.
pub fn parse_name(name: &str) -> Option<(FileNumber, bool)> {
    let (number, ending) = name.split_once('.')?;
    let is_table = match ending {
        "sst" => true,
        "log" => false,
        _ => return None,
    };
    Some((number.parse().ok()?, is_table))
}

/// What changes from one version to the next, as the manifest records it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edit {
    /// Each with its level.
    pub added: Vec<(usize, TableMeta)>,
    pub removed: Vec<FileNumber>,
    /// Logs below this number are not needed any more.
    pub oldest_log: FileNumber,
    /// No file has this number or a greater one.
    pub next_file: FileNumber,
    /// The newest write that is in a table.
    pub sequence: Sequence,
}

#[derive(Clone, Debug)]
pub struct Version {
    levels: Rc<Vec<Vec<Rc<OpenTable>>>>,
}

impl Default for Version {
    fn default() -> Version {
        Version { levels: Rc::new(vec![Vec::new(); LEVELS]) }
    }
}

impl Version {
    pub fn level(&self, level: usize) -> &[Rc<OpenTable>] {
        &self.levels[level]
    }

    /// All tables, each with its level, from the newest level down.
    pub fn tables(&self) -> impl Iterator<Item = (usize, &Rc<OpenTable>)> {
        self.levels.iter().enumerate().flat_map(|(level, tables)| tables.iter().map(move |table| (level, table)))
    }

    pub fn level_bytes(&self, level: usize) -> u64 {
        self.levels[level].iter().map(|table| table.meta.bytes).sum()
    }

    /// The deepest level that holds a table.
    pub fn deepest(&self) -> Option<usize> {
        (0..LEVELS).rev().find(|level| !self.levels[*level].is_empty())
    }

    /// Takes tables out. Only those: what was flushed meanwhile stays.
    pub fn remove(&mut self, numbers: &[FileNumber]) {
        for tables in Rc::make_mut(&mut self.levels) {
            tables.retain(|table| !numbers.contains(&table.meta.number));
        }
    }

    /// Puts a table on a level: where its keys belong, or, where tables overlap, behind the older ones.
    pub fn add(&mut self, level: usize, table: Rc<OpenTable>, policy: Policy) {
        let tables = &mut Rc::make_mut(&mut self.levels)[level];
        let place = match policy.is_sorted(level) {
            true => tables.partition_point(|other| other.meta.smallest < table.meta.smallest),
            false => tables.partition_point(|other| other.meta.number < table.meta.number),
        };
        tables.insert(place, table);
    }

    /// Whether some table at this level or deeper, none of `inputs`, may hold an older entry of the key.
    pub fn may_hold(&self, key: &Key, level: usize, inputs: &[FileNumber]) -> bool {
        let deeper = self.levels[level..].iter().flatten();
        deeper.into_iter().any(|table| !inputs.contains(&table.meta.number) && table.meta.covers(key))
    }
}
