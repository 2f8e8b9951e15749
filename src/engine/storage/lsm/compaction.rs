//! Compaction policies: each looks at a version and says which tables to merge next, if any. Neither reads a byte.
//!
//! *Leveled* (LevelDB): level 0 is merged into level 1 once it has too many tables, a deeper level into the next once it
//! has too many bytes, one table at a time with all tables of the next level that overlap it. A key stands on each level
//! once, so there is little waste and few tables to search; for that, much is written again and again.
//!
//! *Size-tiered* (Cassandra, and RocksDB's "universal"): once a level has as many tables as its limit, all of them
//! become one table of the next level. Every byte is written once a level; but many tables hold the same keys. The last
//! level has no next, and must not grow without bounds: there, a table is merged with all newer ones once those are as
//! large as it is together. So each table that is left is larger than all newer ones together, and there are few of them,
//! however much is written.

use std::rc::Rc;

use super::settings::{Policy, Settings};
use super::version::{FileNumber, LEVELS, OpenTable, Version};
use crate::contract::{Decision, Way};
use crate::key::Key;
use crate::wording::{count, list};

/// So many ways a reader is offered.
const MOST_WAYS: usize = 6;

/// What to merge, and where to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    pub level: usize,
    /// Of this level, the newest first.
    pub upper: Vec<FileNumber>,
    /// Those of the next level that overlap them.
    pub lower: Vec<FileNumber>,
    pub why: Why,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The level has so many tables, and its limit is that.
    Tables {
        have: u64,
        limit: u64,
    },
    Bytes {
        have: u64,
        limit: u64,
    },
    /// The last level has so many tables, and its limit is that; those are merged that are no larger than all newer ones together.
    Sizes {
        have: u64,
        limit: u64,
    },
    /// The reader asked for it.
    Asked,
}

impl Task {
    pub fn inputs(&self) -> Vec<FileNumber> {
        [&self.upper[..], &self.lower[..]].concat()
    }

    pub fn output_level(&self) -> usize {
        (self.level + 1).min(LEVELS - 1)
    }

    /// A table that there is nothing to merge with moves down as it is.
    pub fn is_move(&self) -> bool {
        self.level > 0 && self.upper.len() == 1 && self.lower.is_empty() && self.output_level() > self.level
    }
}

/// The most urgent task, if there is any.
pub fn pick(version: &Version, settings: &Settings) -> Option<Task> {
    let mut found: Option<(u64, usize, Why)> = None;
    for level in 0..LEVELS - 1 {
        let by_tables = !settings.policy.is_sorted(level);
        let (have, limit) = match by_tables {
            true => (version.level(level).len() as u64, settings.level0_tables),
            false => (version.level_bytes(level), settings.level_bytes(level)),
        };
        let score = have.saturating_mul(100) / limit;
        // A level of bytes may be full; it must not be more than that.
        if (if by_tables { have >= limit } else { have > limit }) && found.is_none_or(|(most, ..)| score > most) {
            found =
                Some((score, level, if by_tables { Why::Tables { have, limit } } else { Why::Bytes { have, limit } }));
        }
    }
    match found {
        Some((_, level, why)) => task(version, settings, level, why),
        None => pick_last(version, settings),
    }
}

/// What could be compacted where `own` is: another table of its level, if the level is sorted, or another level.
pub fn alternatives(version: &Version, settings: &Settings, own: &Task) -> Vec<Task> {
    let mut tasks = vec![own.clone()];
    if settings.policy.is_sorted(own.level) {
        for table in version.level(own.level) {
            let lower = overlapping(version.level(own.level + 1), &table.meta.smallest, &table.meta.largest);
            let lower = lower.iter().map(|table| table.meta.number).collect();
            tasks.push(Task { upper: vec![table.meta.number], lower, ..own.clone() });
        }
    }
    let levels = (0..LEVELS - 1).filter(|level| *level != own.level);
    tasks.extend(levels.filter_map(|level| task(version, settings, level, Why::Asked)));
    let mut ways: Vec<Task> = Vec::new();
    for task in tasks {
        if ways.len() < MOST_WAYS && ways.iter().all(|way| way.upper != task.upper) {
            ways.push(task);
        }
    }
    ways.sort_by_key(|task| (task.level, task.upper.clone()));
    ways
}

/// How a reader is asked which of them it is to be.
pub fn decision(version: &Version, ways: &[Task], own: usize) -> Decision {
    let bytes = |tables: &[FileNumber]| -> u64 {
        let found = version.tables().filter(|(_, table)| tables.contains(&table.meta.number));
        found.map(|(_, table)| table.meta.bytes).sum()
    };
    let task = &ways[own];
    let names =
        |tables: &[FileNumber]| format!("{} {}", if tables.len() == 1 { "table" } else { "tables" }, list(tables));
    let way = |place: usize, way: &Task| {
        let (level, to) = (way.level, way.output_level());
        let (down, meets) = (bytes(&way.upper), bytes(&way.lower));
        let says = match way.lower.is_empty() {
            true => format!("{} of level {level}; nothing of level {to} overlaps", names(&way.upper)),
            false => format!("{} of level {level}, with {} of level {to}", names(&way.upper), names(&way.lower)),
        };
        let because = match (place == own, way.level == task.level) {
            (true, _) if way.level == 0 || way.upper.len() > 1 => format!(
                "Level {level} is the farthest over its limit, and its tables overlap: of two that hold a key, the older must not \
                 stay above the newer, so all go down together ({}).",
                count(down + meets, "byte")
            ),
            (true, _) => format!(
                "Level {level} is the farthest over its limit, and this table meets the least below it: {} are written for {} \
                 that move down.",
                count(down + meets, "byte"),
                count(down, "byte")
            ),
            (false, true) => format!(
                "It would do, but {} of level {to} lie in its range, and all of them are written anew.",
                count(meets, "byte")
            ),
            (false, false) => {
                format!("Level {level} isn't the one that is farthest over its limit; the other would grow on.")
            }
        };
        Way::new(says, because).about(format!("table {}", way.upper[0]))
    };
    let limit = match task.why {
        Why::Tables { have, limit } => {
            format!("Level {} has {}, and its limit is {}.", task.level, count(have, "table"), limit - 1)
        }
        Why::Bytes { have, limit } => format!("Level {} has {}, of at most {limit}.", task.level, count(have, "byte")),
        Why::Sizes { .. } | Why::Asked => String::new(),
    };
    let asks = format!("{limit} Which tables are compacted?");
    Decision {
        asks: asks.trim().to_owned(),
        ways: ways.iter().enumerate().map(|(place, it)| way(place, it)).collect(),
        own,
    }
}

/// The newest tables of the last level, down to the oldest that is no larger than all newer ones together. To begin with
/// the newest keeps the order of age: a table that is written later stands before those that were written earlier.
fn pick_last(version: &Version, settings: &Settings) -> Option<Task> {
    let level = LEVELS - 1;
    let tables = version.level(level);
    // To merge one table with nothing would never end.
    let limit = settings.level0_tables.max(2);
    if settings.policy.is_sorted(level) || (tables.len() as u64) < limit {
        return None;
    }
    let (mut sum, mut many) = (0, 0);
    for (place, table) in tables.iter().rev().enumerate() {
        if table.meta.bytes <= sum {
            many = place + 1;
        }
        sum += table.meta.bytes;
    }
    let upper: Vec<FileNumber> = tables.iter().rev().take(many).map(|table| table.meta.number).collect();
    let why = Why::Sizes { have: tables.len() as u64, limit };
    (!upper.is_empty()).then_some(Task { level, upper, lower: Vec::new(), why })
}

/// The task that brings something of a level down to the next, or merges all of the last one where tables overlap there;
/// none where there is nothing to bring down or to merge.
pub fn task(version: &Version, settings: &Settings, level: usize, why: Why) -> Option<Task> {
    let tables = version.level(level);
    let is_last = level + 1 == LEVELS;
    if tables.is_empty() || is_last && (settings.policy.is_sorted(level) || tables.len() == 1) {
        return None;
    }
    let upper: Vec<&Rc<OpenTable>> = match settings.policy.is_sorted(level) {
        // What overlaps least with the level below costs least to merge (RocksDB's kMinOverlappingRatio).
        true => tables.iter().min_by_key(|table| overlap(version, level + 1, table)).into_iter().collect(),
        // All: of two tables that hold a key, the older one must not stay above the newer one.
        false => tables.iter().rev().collect(),
    };
    let lower = match settings.policy {
        Policy::Tiered => Vec::new(),
        Policy::Leveled => {
            let (from, to) = range(&upper);
            overlapping(version.level(level + 1), from, to).iter().map(|table| table.meta.number).collect()
        }
    };
    Some(Task { level, upper: upper.iter().map(|table| table.meta.number).collect(), lower, why })
}

/// How many bytes of a level lie in the key range of a table.
fn overlap(version: &Version, level: usize, table: &OpenTable) -> u64 {
    let below = overlapping(version.level(level), &table.meta.smallest, &table.meta.largest);
    below.iter().map(|other| other.meta.bytes).sum()
}

/// The tables of a sorted level that may hold keys between two, which are included.
fn overlapping<'a>(tables: &'a [Rc<OpenTable>], from: &Key, to: &Key) -> &'a [Rc<OpenTable>] {
    let first = tables.partition_point(|table| table.meta.largest < *from);
    let many = tables[first..].partition_point(|table| table.meta.smallest <= *to);
    &tables[first..first + many]
}

/// The smallest and the largest key of some tables, of which there is at least one.
fn range<'a>(tables: &[&'a Rc<OpenTable>]) -> (&'a Key, &'a Key) {
    let (mut from, mut to) = (&tables[0].meta.smallest, &tables[0].meta.largest);
    for table in tables {
        from = from.min(&table.meta.smallest);
        to = to.max(&table.meta.largest);
    }
    (from, to)
}
