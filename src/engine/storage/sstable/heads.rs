//! The read heads of a merge, or of a scan: one on each table, and for a scan one on the memtable too.

use std::fmt::{self, Display};
use std::rc::Rc;

use super::{SsTables, TableId};
use crate::contract::Refused;
use crate::key::Key;
use crate::sim::Disk;
use crate::storage::cursor::Cursor;
use crate::storage::merge::{Merge, Taken};
use crate::storage::table::{Corrupt, Table};
use crate::storage::{Entry, Memtable, Sequence};

/// A table whose index is in memory.
#[derive(Clone)]
pub struct OpenTable {
    pub id: TableId,
    pub table: Table,
}

impl OpenTable {
    /// Opens a finished table.
    pub fn open(disk: &mut Disk, id: TableId) -> Result<OpenTable, Damage> {
        let name = id.file();
        let file = disk.open(&name).expect("a table that is opened is there");
        let table = Table::open(disk, file).map_err(|corrupt| Damage { file: name, corrupt })?;
        Ok(OpenTable { id, table })
    }

    pub fn damaged(&self, corrupt: Corrupt) -> Damage {
        Damage { file: self.id.file(), corrupt }
    }
}

/// Bytes on the disk that are not those which were written and synced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    pub file: String,
    pub corrupt: Corrupt,
}

impl From<Damage> for Refused {
    #[track_caller]
    fn from(damage: Damage) -> Refused {
        Refused::new(damage)
    }
}

impl Display for Damage {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{} is corrupt: {}", self.file, self.corrupt)
    }
}

#[derive(Clone)]
pub struct Heads {
    /// Oldest first.
    tables: Vec<(Rc<OpenTable>, Cursor)>,
    /// The newest source; empty for a merge of tables alone.
    memtable: Memtable,
    merge: Merge,
}

impl Heads {
    /// A head on the first entry of each table, or on the first that is not before `from`.
    pub fn new(
        disk: &mut Disk,
        tables: &[Rc<OpenTable>],
        memtable: Memtable,
        from: Option<&Key>,
    ) -> Result<Heads, Damage> {
        let mut heads = Heads { tables: Vec::new(), memtable, merge: Merge::new(tables.len() + 1) };
        for (source, open) in tables.iter().enumerate() {
            let cursor = match from {
                Some(key) => Cursor::seek(&open.table, disk, key, Sequence::MAX),
                None => Cursor::first(&open.table, disk),
            };
            let cursor = cursor.map_err(|corrupt| open.damaged(corrupt))?;
            heads.merge.set(source, cursor.entry().cloned());
            heads.tables.push((open.clone(), cursor));
        }
        let first = match from {
            Some(key) => heads.memtable.from(key, Sequence::MAX).next().cloned(),
            None => heads.memtable.iter().next().cloned(),
        };
        heads.merge.set(tables.len(), first);
        Ok(heads)
    }

    /// Takes the smallest entry, and moves its head on.
    pub fn take(&mut self, disk: &mut Disk) -> Result<Option<Taken>, Damage> {
        let Some(taken) = self.merge.take() else { return Ok(None) };
        let next = match self.tables.get_mut(taken.source) {
            Some((open, cursor)) => {
                cursor.advance(&open.table, disk).map_err(|corrupt| open.damaged(corrupt))?;
                cursor.entry().cloned()
            }
            None => {
                let Entry { key, sequence, .. } = &taken.entry;
                self.memtable.from(key, sequence - 1).next().cloned()
            }
        };
        self.merge.set(taken.source, next);
        Ok(Some(taken))
    }

    /// What will be taken next.
    pub fn next(&self) -> Option<&Entry> {
        self.merge.smallest().and_then(|source| self.merge.heads[source].as_ref())
    }

    /// The table that a source is; none for the memtable.
    pub fn table(&self, source: usize) -> Option<TableId> {
        self.tables.get(source).map(|(open, _)| open.id)
    }

    /// Where each head stands: in which table, or the memtable, and on which entry of which block. Heads that have come
    /// to the end of their source are left out; the flag is for the one that moves next.
    pub fn places(&self) -> Vec<(Option<TableId>, &Entry, bool)> {
        let next = self.merge.smallest();
        let mut places = Vec::new();
        for (source, head) in self.merge.heads.iter().enumerate() {
            if let Some(entry) = head {
                places.push((self.table(source), entry, next == Some(source)));
            }
        }
        places
    }
}

impl SsTables {
    /// Reads the first entry of each table of a merge.
    pub(super) fn heads_on(&mut self, inputs: &[TableId]) -> Result<Heads, Damage> {
        let tables: Vec<_> = self.memory.tables.iter().filter(|open| inputs.contains(&open.id)).cloned().collect();
        Heads::new(&mut self.disk, &tables, Memtable::default(), None)
    }
}
