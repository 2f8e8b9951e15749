//! What happened, and how it is told.

use std::fmt::{self, Display};
use std::rc::Rc;

use stepwise_derive::Event;

use super::claims::{Cancelled, Claim, StandsAgain};
use super::op::Op;
use super::record::{Merged, Stood};
use super::set::Removal;
use crate::cluster::{CallId, Happened, NodeId};
use crate::contract::Refused;
use crate::key::Key;
use crate::sim::Time;
use crate::versions::Dot;
use crate::wording::{count, list, shown};

#[derive(Clone, Event)]
pub enum Event {
    #[told("{} asks {to} to {op}.", call.client)]
    WriteSent { call: CallId, to: NodeId, op: Op },
    #[told("{} asks {to} to read {}.", call.client, shown(key.as_str()))]
    ReadSent { call: CallId, to: NodeId, key: Key },
    #[told("{node} doesn't write that itself: it sends {call} on to {to}, the home of {}.", shown(name.as_str()), when = to == home)]
    #[told("{node} doesn't write that itself: it sends {call} on to {to}, on the way to {home}, the home of {}.", shown(name.as_str()))]
    SentOn { node: NodeId, call: CallId, to: NodeId, home: NodeId, name: Key },
    #[told("{node} passes the answer to {call} on.")]
    PassedOn { node: NodeId, call: CallId },
    #[told("{node} no longer knows who asked for {call}, and drops the answer.")]
    Unasked { node: NodeId, call: CallId },
    #[told(
        "{node} gives {call} the time {}, by its clock, but {it}, and acknowledges all the same.{}",
        Clock(*stamp), lost_by(lost), when = let Some(it) = stood
    )]
    #[told(
        "{node} makes one of the siblings {} by the function: {}. It stores {call} upon that, as {dot}: {} is {now}.{}",
        it.of, it.into, shown(key.as_str()), lost_by(lost), when = let Some(it) = merged
    )]
    #[told("{node} stores {call} with the time {time}: {} is {now}.{}", shown(key.as_str()), lost_by(lost), when = let Some(time) = stamp)]
    #[told("{node} stores {call} as {dot}: {} is {now}.{}", shown(key.as_str()), lost_by(lost))]
    Stored {
        node: NodeId,
        call: CallId,
        key: Key,
        dot: Dot,
        /// Where a clock decides.
        stamp: Option<Time>,
        /// What is kept in its place, where a clock says so.
        stood: Option<Stood>,
        /// The siblings that it builds upon, where they were several.
        merged: Option<Merged>,
        /// What the record is now.
        now: Rc<str>,
        /// The writes that it builds upon, or replaces.
        over: Rc<[Dot]>,
        lost: Rc<[CallId]>,
    },
    #[told("{node} knows of no one who has {claim}, and gives it to {}, with the time {time}.", call.client, when = let Some(time) = stamp)]
    #[told("{node} knows of no one who has {claim}, and gives it to {}.", call.client)]
    Claimed {
        node: NodeId,
        call: CallId,
        claim: Claim,
        /// Where a clock decides.
        stamp: Option<Time>,
    },
    #[told("{node} declines {call}: {why}.")]
    Declined { node: NodeId, call: CallId, why: Rc<str> },
    #[told("{node} has answered {call} before: the same message has come twice. It answers the same again.")]
    CameTwice { node: NodeId, call: CallId },
    #[told("{node} answers {}: {found}.", call.client, when = combined.is_empty())]
    #[told("{node} finds {}; it answers {}.", each(combined), call.client)]
    Answered { node: NodeId, call: CallId, found: Rc<str>, combined: Rc<[Combined]> },
    #[told("{} has the acknowledgement of {call}.{}", call.client, lost_by(lost))]
    Acknowledged { call: CallId, lost: Rc<[CallId]> },
    #[told("{} hears that {call} was declined.", call.client)]
    HeardNo { call: CallId },
    #[told("{} has read {}: {found}.", call.client, shown(key.as_str()))]
    HasRead { call: CallId, key: Key, found: Rc<str> },
    #[told("The answer to {call} comes to {}, which no longer waits for it.", call.client)]
    AnsweredLate { call: CallId },
    #[told("{} has had no answer to {call} for {waited}, and gives up. It can't know whether it was done.", call.client, when = *is_write)]
    #[told("{} has had no answer to {call} for {waited}, and gives up.", call.client)]
    GaveUp { call: CallId, waited: Time, is_write: bool },
    #[told(
        "{node} hears from {from}: {}.{}{}{}{}",
        News(news),
        taken_twice(twice),
        sentences(cancelled),
        sentences(again),
        lost_by(lost)
    )]
    Arrived {
        node: NodeId,
        from: NodeId,
        news: Rc<[Piece]>,
        /// Pairs of claims that it finds to be against each other.
        twice: Rc<[(CallId, CallId)]>,
        cancelled: Rc<[Cancelled]>,
        again: Rc<[StandsAgain]>,
        lost: Rc<[CallId]>,
    },
    #[told("{node} hears that {by} has it, and owes it nothing more.", when = *left == 0)]
    #[told("{node} hears that {by} has it, and still owes it {}.", count(*left, "record"))]
    HasIt { node: NodeId, by: NodeId, left: usize },
    #[told("{node} sends {to} again what {to} hasn't acknowledged: {}.", count(*pieces, "record"))]
    SentAgain { node: NodeId, to: NodeId, pieces: usize },
    #[told("{node} has sent {to} {} again three times and heard nothing. It keeps what it owes, and waits until it hears of {to}.", count(*pieces, "record"))]
    Waits { node: NodeId, to: NodeId, pieces: usize },
    #[told("{node} says to {} that it is back.", list(&**to))]
    Back { node: NodeId, to: Rc<[NodeId]> },
    #[told("{node} hears that {from} is back, and owes it nothing.", when = *pieces == 0)]
    #[told("{node} hears that {from} is back, and sends it what it has missed: {}.", count(*pieces, "record"))]
    HeardBack { node: NodeId, from: NodeId, pieces: usize },
    #[flatten]
    Happened(Happened),
    #[flatten]
    Refused(Refused),
}

/// What came of a record or a claim that has arrived from another.
#[derive(Clone)]
pub enum Piece {
    Known {
        key: Key,
    },
    /// Of a register that was written here, too.
    Older {
        of: Rc<str>,
        kept: Rc<str>,
        came: Rc<str>,
        is_tie: bool,
    },
    Later {
        of: Rc<str>,
        now: Rc<str>,
        dropped: Rc<str>,
        is_tie: bool,
    },
    /// A map: of its registers, those that were written here, too; how it is now, if it is another.
    Fields {
        key: Key,
        fields: Rc<[Piece]>,
        now: Option<Rc<str>>,
    },
    /// Another write of the same value.
    Same {
        key: Key,
        now: Rc<str>,
    },
    Now {
        key: Key,
        now: Rc<str>,
    },
    /// Another write, which changes nothing that a reader finds.
    Stays {
        key: Key,
        now: Rc<str>,
    },
    /// A set of which items have been removed; how it is now, if it is another.
    Removed {
        key: Key,
        removals: Rc<[Removal]>,
        now: Option<Rc<str>>,
    },
    /// Of what is here and there, the function makes one that is here or there already.
    Absorbed {
        key: Key,
        there: Rc<str>,
        here: Rc<str>,
        now: Rc<str>,
    },
    Siblings {
        key: Key,
        many: usize,
        now: Rc<str>,
    },
    Combined(Combined),
    Claim(Claim),
}

/// A write that the function has made of several.
#[derive(Clone)]
pub struct Combined {
    pub key: Key,
    pub of: Rc<[Rc<str>]>,
    pub into: Rc<str>,
    pub dot: Dot,
    pub over: Rc<[Dot]>,
}

impl Display for Combined {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let Combined { key, of, into, dot, .. } = self;
        write!(
            out,
            "that {} is {}, which conflict; the function makes {into} of them, and it writes that, as {dot}",
            shown(key.as_str()),
            list(&**of)
        )
    }
}

impl Display for Piece {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Piece::Known { key } => write!(out, "nothing new of {}", shown(key.as_str())),
            Piece::Older { of, kept, came, is_tie: true } => write!(
                out,
                "{of} is {came}, of the same time as its own {kept}, which stays: the name of its leader decides"
            ),
            Piece::Later { of, now, dropped, is_tie: true } => write!(
                out,
                "{of} is {now}, of the same time as its own {dropped}, which it drops: the name of its leader decides"
            ),
            Piece::Older { of, kept, came, .. } => {
                write!(out, "{of} is {came}, of an earlier time than its own {kept}, which stays")
            }
            Piece::Later { of, now, dropped, .. } => {
                write!(out, "{of} is {now}, of a later time than its own {dropped}, which it drops")
            }
            Piece::Fields { key, fields, now } => {
                out.write_str(&joined(fields))?;
                now.iter().try_for_each(|now| write!(out, "; {} is {now} now", shown(key.as_str())))
            }
            Piece::Same { key, now } => write!(out, "{} is {now} there, too", shown(key.as_str())),
            Piece::Now { key, now } => write!(out, "{} is {now} now", shown(key.as_str())),
            Piece::Stays { key, now } => write!(out, "{} stays {now}", shown(key.as_str())),
            Piece::Removed { key, removals, now } => {
                let key = shown(key.as_str());
                write!(out, "of {key}, {}", joined(removals))?;
                now.iter().try_for_each(|now| write!(out, "; {key} is {now} now"))
            }
            Piece::Absorbed { key, there, here, now } => {
                let key = shown(key.as_str());
                write!(
                    out,
                    "{key} is {there} there, and {here} here: the function makes {now} of them, which needs no new write"
                )
            }
            Piece::Siblings { key, many, now } => {
                write!(out, "{} has {} now, {now}", shown(key.as_str()), count(*many, "sibling"))
            }
            Piece::Combined(Combined { key, of, into, dot, .. }) => {
                let key = shown(key.as_str());
                write!(
                    out,
                    "{key} is {}, which conflict; the function makes {into} of them, which is a write, {dot}",
                    list(&**of)
                )
            }
            Piece::Claim(claim) => write!(out, "{} has {claim}", claim.call),
        }
    }
}

fn joined(told: &[impl Display]) -> String {
    told.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// A sentence holds no more of them.
const MOST_TOLD: usize = 3;

struct News<'a>(&'a [Piece]);

impl Display for News<'_> {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let told = joined(&self.0[..self.0.len().min(MOST_TOLD)]);
        match self.0.len().saturating_sub(MOST_TOLD) {
            0 => out.write_str(&told),
            more => write!(out, "{told}; and {more} more"),
        }
    }
}

impl Display for Stood {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let Stood { of, value, time, is_tie } = self;
        if *is_tie {
            return write!(
                out,
                "its {of}, {value}, has the same time, and the name of its leader decides: it keeps {value}"
            );
        }
        write!(out, "its {of}, {value}, has the time {time}, which is later: it keeps {value}")
    }
}

impl Display for Removal {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let item = shown(self.item.as_str());
        let named = |dots: &[Dot]| format!("{item} ({})", list(dots));
        write!(out, "{} is removed", named(&self.gone))?;
        match (&self.stays[..], &self.anew[..]) {
            ([], []) => Ok(()),
            ([], anew) => write!(out, ", and {} is added", named(anew)),
            (stays, _) => write!(out, ", and {} stays: the removal hadn't seen it", named(stays)),
        }
    }
}

/// A time that is there.
struct Clock(Option<Time>);

impl Display for Clock {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        self.0.unwrap_or(Time::ZERO).fmt(out)
    }
}

fn taken_twice(pairs: &[(CallId, CallId)]) -> String {
    pairs.iter().map(|(one, other)| format!(" It is taken twice: by {one} and by {other}.")).collect()
}

fn sentences(told: &[impl Display]) -> String {
    told.iter().map(|it| format!(" {it}")).collect()
}

fn lost_by(lost: &[CallId]) -> String {
    match lost {
        [] => String::new(),
        [one] => format!(" {one} is lost: it was acknowledged, and nothing that is left has seen it."),
        _ => format!(" {} are lost: they were acknowledged, and nothing that is left has seen them.", list(lost)),
    }
}

/// What a read has combined, name by name.
fn each(combined: &[Combined]) -> String {
    combined.iter().map(ToString::to_string).collect::<Vec<_>>().join("; and ")
}
