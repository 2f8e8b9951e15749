//! What events hold that takes more than a word: a cart that isn't kept, and for which other one; an item that is back.

use std::rc::Rc;

use super::carts::{Later, Mark};
use crate::cluster::CallId;
use crate::key::Key;
use crate::wording::{list, shown};

/// Something that a device had removed, and that is in its cart again.
#[derive(Clone)]
pub struct Back {
    pub item: Key,
    /// The call that had removed it, and those whose carts have it.
    pub removal: CallId,
    pub from: Rc<[CallId]>,
}

pub fn are_back(back: &[Back]) -> String {
    match back {
        [Back { item, .. }] => {
            format!("{} is back, although it was removed: another cart still had it.", shown(item.as_str()))
        }
        _ => format!(
            "{} are back, although they were removed: other carts still had them.",
            list(back.iter().map(|Back { item, .. }| shown(item.as_str())))
        ),
    }
}

/// A cart that has come and isn't taken over, and the one that is kept for it.
#[derive(Clone)]
pub struct Over {
    pub call: CallId,
    pub mark: Rc<Mark>,
    pub kept: CallId,
    pub kept_mark: Rc<Mark>,
}

pub fn keeps(mark: &Mark, Later { call, stamp }: &Later) -> String {
    match mark {
        Mark::Stamped(new) if new.time == stamp.time => {
            format!("Its cart {call} has the same time, and the name of its replica decides: it keeps that.")
        }
        _ => format!("Its cart {call} has the time {}, which is later: it keeps that.", stamp.time),
    }
}

/// Sentences, each after a blank.
pub fn over(all: &[Over]) -> String {
    all.iter().map(one_over).collect()
}

fn one_over(Over { call, mark, kept, kept_mark }: &Over) -> String {
    match (&**mark, &**kept_mark) {
        (Mark::Numbered(new), Mark::Numbered(own)) if new.number == own.number => {
            format!(
                " It takes {call}, version {}, for what it has: its own {kept} is version {}, too.",
                new.number, own.number
            )
        }
        (Mark::Numbered(new), Mark::Numbered(own)) => {
            let (new, own) = (new.number, own.number);
            format!(" It takes {call}, version {new}, for one that it has had: its own {kept} is version {own}.")
        }
        (Mark::Stamped(new), Mark::Stamped(own)) if new.time == own.time => {
            format!(" {call} has the time {}, as its own {kept}, and the name of the replica decides.", new.time)
        }
        (Mark::Stamped(new), Mark::Stamped(own)) => {
            format!(" {call} has the time {}, and its own {kept} the later {}.", new.time, own.time)
        }
        _ => format!(" It keeps {kept} rather than {call}."),
    }
}
