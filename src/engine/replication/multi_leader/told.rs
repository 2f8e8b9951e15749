//! What is told of a record that has come from another leader.

use std::rc::Rc;

use super::event::Piece as News;
use super::fields::Fields;
use super::kept::distinct;
use super::latest::{self, Latest};
use super::merge::Merge;
use super::record::Record;
use super::value::words;
use crate::key::Key;

/// What came of a record: how it was here, how it came, and how it is now.
pub fn told(key: &Key, before: &Record, came: &Record, after: &Record) -> News {
    let words = |record: &Record| Rc::<str>::from(words(&record.values()));
    let (was, there, now) = (words(before), words(came), words(after));
    let changed = || (was != now).then(|| now.clone());
    if let (Record::Latest(before), Record::Latest(came), Record::Latest(after)) = (before, came, after)
        && let Some(news) = register(latest::name(key, None), before, came, after)
    {
        return news;
    }
    if let (Record::Map(before), Record::Map(came), Record::Map(after)) = (before, came, after) {
        let fields = registers(key, before, came, after);
        if !fields.is_empty() {
            return News::Fields { key: key.clone(), fields: fields.into(), now: changed() };
        }
    }
    let key = key.clone();
    match (before, after) {
        _ if before == after => News::Known { key },
        (Record::Set(old), Record::Set(new)) if !new.removals(old).is_empty() => {
            News::Removed { key, removals: new.removals(old).into(), now: changed() }
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

/// Of a register that was written here and differently there: the value with the later time stays.
fn register(of: Rc<str>, before: &Latest, came: &Latest, after: &Latest) -> Option<News> {
    let ((own, here), (other, there)) = (before.iter().next()?, came.iter().next()?);
    let is_tie = own.time == other.time;
    let (here, there) = (here.value.to_string().into(), there.value.to_string().into());
    match () {
        () if before == came => None,
        () if before == after => Some(News::Older { of, kept: here, came: there, is_tie }),
        () => Some(News::Later { of, now: there, dropped: here, is_tie }),
    }
}

/// The same of each field of a map.
fn registers(key: &Key, before: &Fields, came: &Fields, after: &Fields) -> Vec<News> {
    let told = |(field, came): &(Key, Latest)| {
        register(latest::name(key, Some(field)), before.get(field)?, came, after.get(field)?)
    };
    came.iter().filter_map(told).collect()
}
