//! The history of a run: every call that a client made, when it began and ended, and what it returned; and the checker,
//! which judges the reads.
//!
//! The history sees everything and everyone, as no node and no client ever can. A write is *over* once it is
//! acknowledged. One that was refused or given up is never over: it may take effect at any later time. Two rules make a
//! read stale:
//! 1. it returned a value that was over before another write began, which was over itself before the read began;
//! 2. it returned a value that was over before another write began, whose value an earlier read had already returned.
//!
//! The first is what w + r > n promises to prevent (a *regular register*: Lamport, *On Interprocess Communication*,
//! 1986). The second is a step from there to linearizability: to go back in time. What is left of it, whether all calls fit
//! into one order, [`register`](super::register) decides. Reads that were found to be wrong are left out of that question, so that one of
//! them does not excuse those after it. A read that keeps both rules and fits into no order is reported, and not counted
//! as stale.
//!
//! A *lost* write is something else. Two writes overlap, both are acknowledged, and the store keeps the one with the larger
//! version: last write wins. The reads that follow are not stale, since one order explains them, in which the lost write
//! was overwritten at once. But its client was told that it is written, and no read has ever returned it. Where a clock is
//! wrong, a write may even lose to one that was over before it began: then what the reads return is stale, too, and always
//! will be. Only stores that give versions to writes ([`History::stamp`]) lose them so: a leader's log keeps both, one after
//! the other.
//!
//! A store that keeps concurrent writes beside each other has no last write, and its reads return several. [`siblings`] judges
//! these, by what each client had really seen.

use std::fmt::{self, Display};
use std::iter;
use std::rc::Rc;

use litemap::LiteMap;
use stepwise_derive::Wire;

use super::host::ClientId;
use crate::key::Key;
use crate::sim::Time;
use crate::versions::History as Past;
use crate::wording::shown;

mod judge;
mod siblings;
mod verdict;

#[cfg(test)]
mod tests;

pub use verdict::{Verdict, Winner};

/// A call of a client, named by the client and its own count: `c1.3` is the third call of `c1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId {
    pub client: ClientId,
    pub number: u32,
}

impl Display for CallId {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{}.{}", self.client, self.number)
    }
}

/// What a client asks for.
#[derive(Clone, Debug, PartialEq, Eq, Wire)]
pub enum Request {
    Write {
        key: Key,
        value: Rc<str>,
    },
    /// A write, too: it leaves no value.
    Delete {
        key: Key,
    },
    Read {
        key: Key,
    },
}

impl Request {
    pub fn key(&self) -> &Key {
        match self {
            Request::Write { key, .. } | Request::Delete { key } | Request::Read { key } => key,
        }
    }
}

impl Display for Request {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Request::Write { key, value } => write!(out, "write {key} = {}", shown(value)),
            Request::Delete { key } => write!(out, "delete {key}"),
            Request::Read { key } => write!(out, "read {key}"),
        }
    }
}

/// What came of a call, as its client was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returned {
    Written,
    /// The value of that write, or its tombstone; `None` where nothing was found of the key.
    Found(Option<CallId>),
    /// Refused, or not answered in time. A refused write may have reached some nodes all the same.
    Nothing,
}

/// A moment of the history. Its order tells apart what happens at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub time: Time,
    order: u32,
}

impl Moment {
    fn is_before(self, other: Moment) -> bool {
        self.order < other.order
    }
}

#[derive(Clone, Debug)]
pub struct Call {
    pub id: CallId,
    pub request: Request,
    pub began: Moment,
    /// `None` while the client still waits.
    pub ended: Option<(Moment, Returned)>,
    /// What the checker says, once a read has returned something.
    pub verdict: Option<Verdict>,
    /// What someone had been told of the key when the call began.
    told: Told,
    /// The time of a write's version, if the store gives one.
    stamp: Option<Time>,
    /// The place of the write that a read has returned.
    found: Option<usize>,
    /// It found nothing of a key that someone has deleted: which write it has returned, no one can tell.
    is_untold: bool,
    /// Whether a read has returned the value of this write.
    seen: bool,
    /// Whether this write is counted as lost unseen.
    lost: bool,
    /// Where siblings are kept: all writes that a read has returned, and all that the client of a call had seen by then, by their
    /// places, its own included; and whether some node has stored this write.
    pub siblings: Vec<CallId>,
    past: Past,
    stored: bool,
}

impl Call {
    /// Its version, if the store has given it one: of two at the same time, that of the later call.
    fn version(&self) -> Option<(Time, CallId)> {
        self.stamp.map(|stamp| (stamp, self.id))
    }

    /// Whether this write was acknowledged before that.
    fn was_over_before(&self, moment: Moment) -> bool {
        self.ended.is_some_and(|(end, returned)| returned == Returned::Written && end.is_before(moment))
    }
}

/// What some client has been told of a key, so that no read that begins later may return less. Calls are given by their
/// places in the history, which is the order in which they were attempted.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    /// Of the writes that were acknowledged the one that was attempted last.
    acknowledged: Option<usize>,
    /// Of the writes whose values were returned by reads the one that was attempted last, and a read that returned it.
    seen: Option<(usize, usize)>,
}

/// All calls in the order in which they began.
#[derive(Clone, Debug, Default)]
pub struct History {
    calls: Rc<Vec<Rc<Call>>>,
    told: Rc<LiteMap<Key, Told>>,
    moments: u32,
    stale: u64,
    lost: u64,
    keeps_siblings: bool,
    has_forgotten: bool,
}

impl History {
    /// A client has made a call.
    pub fn begin(&mut self, id: CallId, request: Request, time: Time) {
        let began = self.moment(time);
        let told = self.told.get(request.key()).copied().unwrap_or_default();
        let call = Call {
            id,
            began,
            ended: None,
            verdict: None,
            told,
            stamp: None,
            found: None,
            is_untold: false,
            seen: false,
            lost: false,
            siblings: Vec::new(),
            past: if self.keeps_siblings { self.past_of(id, &request) } else { Past::default() },
            stored: false,
            request,
        };
        Rc::make_mut(&mut self.calls).push(Rc::new(call));
    }

    /// The store has given a write the version of that time. Of two writes, it keeps that of the larger version.
    pub fn stamp(&mut self, id: CallId, stamp: Time) {
        if let Some(place) = self.place(id) {
            self.call_mut(place).stamp = Some(stamp);
        }
    }

    /// A client has learnt what came of its call; if it is a read, here is what the checker says of it.
    pub fn end(&mut self, id: CallId, returned: Returned, time: Time) -> Option<Verdict> {
        let ended = self.moment(time);
        let place = self.place(id).expect("a call ends after it has begun");
        self.call_mut(place).ended = Some((ended, returned));
        match returned {
            Returned::Nothing => None,
            Returned::Written => {
                let told = self.told_mut(place);
                told.acknowledged = told.acknowledged.max(Some(place));
                None
            }
            Returned::Found(None) if self.deletions(place).next().is_some() => Some(self.end_untold(place)),
            Returned::Found(found) => {
                let found = found.and_then(|write| self.place(write));
                self.call_mut(place).found = found;
                let verdict = self.judge(place, found);
                self.take_note(place, found, verdict);
                Some(verdict)
            }
        }
    }

    /// A read has found nothing, neither a value nor a tombstone, and someone has deleted the key. Its nodes may never have
    /// had a value, or have forgotten one of the tombstones. It is judged by the first of these that makes it right, and no
    /// other read is held against it.
    fn end_untold(&mut self, place: usize) -> Verdict {
        let deletions: Vec<usize> = self.deletions(place).collect();
        self.call_mut(place).is_untold = true;
        let mut verdict = Verdict::Fresh;
        for found in iter::once(None).chain(deletions.into_iter().map(Some)) {
            self.call_mut(place).found = found;
            verdict = self.judge_alone(place, found);
            if !verdict.is_wrong() {
                break;
            }
        }
        self.call_mut(place).verdict = Some(verdict);
        self.stale += u64::from(verdict.is_stale());
        verdict
    }

    /// The places of all deletions of the key of a call.
    fn deletions(&self, place: usize) -> impl Iterator<Item = usize> {
        let key = self.calls[place].request.key();
        let deletes = move |call: &Call| matches!(&call.request, Request::Delete { key: own } if own == key);
        (0..self.calls.len()).filter(move |other| deletes(&self.calls[*other]))
    }

    /// Remembers what a read has returned, and what the checker says of it.
    fn take_note(&mut self, place: usize, found: Option<usize>, verdict: Verdict) {
        self.call_mut(place).verdict = Some(verdict);
        self.stale += u64::from(verdict.is_stale());
        let Some(found) = found else { return };
        let told = self.told_mut(place);
        if told.seen.is_none_or(|(seen, _)| seen < found) {
            told.seen = Some((found, place));
        }
        if matches!(verdict, Verdict::Lost { .. }) {
            for write in self.lost_to(place, found).collect::<Vec<_>>() {
                self.call_mut(write).lost = true;
                self.lost += 1;
            }
        }
        // Where quorums do not overlap, a read may yet find a node that has not heard of the larger version.
        let write = self.call_mut(found);
        let was_lost = std::mem::replace(&mut write.lost, false);
        write.seen = true;
        self.lost -= u64::from(was_lost);
    }

    pub fn calls(&self) -> impl DoubleEndedIterator<Item = &Call> {
        self.calls.iter().map(|call| &**call)
    }

    pub fn call(&self, id: CallId) -> Option<&Call> {
        self.place(id).map(|place| &*self.calls[place])
    }

    /// The place of a call in the order in which they were attempted.
    pub fn place(&self, id: CallId) -> Option<usize> {
        self.calls.iter().rposition(|call| call.id == id)
    }

    /// Whether the client still waits for the call.
    pub fn is_open(&self, id: CallId) -> bool {
        self.call(id).is_some_and(|call| call.ended.is_none())
    }

    /// How many reads were stale.
    pub fn stale(&self) -> u64 {
        self.stale
    }

    /// How many acknowledged writes are lost to ones with larger versions, and no read has returned them.
    pub fn lost_unseen(&self) -> u64 {
        self.lost
    }

    /// The bytes of a copy, beside what it shares with `before`.
    pub fn weight(&self, before: &History) -> u64 {
        let is_shared = Rc::ptr_eq(&self.calls, &before.calls);
        if is_shared { 0 } else { (self.calls.len() * size_of::<Rc<Call>>() + size_of::<Call>()) as u64 }
    }

    fn call_mut(&mut self, place: usize) -> &mut Call {
        Rc::make_mut(&mut Rc::make_mut(&mut self.calls)[place])
    }

    /// What has been told of the key of the call at `place`.
    fn told_mut(&mut self, place: usize) -> &mut Told {
        Rc::make_mut(&mut self.told).entry(self.calls[place].request.key().clone()).or_default()
    }

    fn moment(&mut self, time: Time) -> Moment {
        self.moments += 1;
        Moment { time, order: self.moments }
    }
}
