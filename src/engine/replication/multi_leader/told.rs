//! What is told of a record that has come from another leader.

use std::rc::Rc;

use super::event::Piece as News;
use super::kept::distinct;
use super::merge::Merge;
use super::record::Record;
use super::value::words;
use crate::key::Key;

/// What came of a record: how it was here, how it came, and how it is now.
pub fn told(key: &Key, before: &Record, came: &Record, after: &Record) -> News {
    let words = |record: &Record| Rc::<str>::from(words(&record.values()));
    let (key, now) = (key.clone(), words(after));
    let (is_tie, was, there) = (before.time() == came.time(), words(before), words(came));
    match (before, after) {
        (_, Record::Latest(_)) if before == after && before.dots() != came.dots() => {
            News::Older { key, kept: now, came: there, is_tie }
        }
        _ if before == after => News::Known { key },
        (_, Record::Latest(_)) if !before.dots().is_empty() => News::Later { key, now, dropped: was, is_tie },
        (Record::Set(old), Record::Set(new)) if !new.removals(old).is_empty() => {
            News::Removed { key, removals: new.removals(old).into(), now: (was != now).then_some(now) }
        }
        (_, Record::Kept(_) | Record::Siblings(_)) if after.values().len() > 1 => {
            News::Siblings { key, many: after.values().len(), now }
        }
        _ if was == now && there == now => News::Same { key, now },
        (_, Record::Kept(kept)) if !before.dots().is_empty() && distinct(kept).len() > 1 => {
            News::Absorbed { key, there, here: was, now }
        }
        _ if was == now => News::Stays { key, now },
        _ => News::Now { key, now },
    }
}
