//! Reads of a store that keeps concurrent writes beside each other, as siblings.
//!
//! No write is the last there. What counts is what the client of each write had really seen when it wrote: what its reads of
//! the key had returned, what the clients of those had seen, and its own writes. A read *covers* a write if it returns it, or
//! one whose client had seen it. Two rules make it stale:
//! 1. it doesn't cover a write that was over before it began;
//! 2. it doesn't cover a write that an earlier read has returned.
//!
//! A write is *lost* if it was acknowledged, no replica has it, and none has stored a write whose client had seen it.
//!
//! Where tombstones are forgotten, no one can tell one that was never there. A read is not held against a deletion that it
//! doesn't cover, nor against what that has deleted, unless it returns some of that.

use super::{Call, CallId, History, Past, Request, Returned, Verdict};
use crate::sim::Time;

impl History {
    /// Of a store that keeps siblings.
    pub fn of_siblings() -> History {
        History { keeps_siblings: true, ..History::default() }
    }

    /// Some node has forgotten a tombstone.
    pub fn forget(&mut self) {
        self.has_forgotten = true;
    }

    /// A client has learnt that a read has found these; what the checker says of it.
    pub fn end_with_siblings(&mut self, id: CallId, found: &[CallId], time: Time) -> Verdict {
        let ended = self.moment(time);
        let place = self.place(id).expect("a call ends after it has begun");
        let places: Vec<usize> = found.iter().filter_map(|write| self.place(*write)).collect();
        let mut covered = Past::default();
        places.iter().for_each(|write| covered.extend(&self.calls[*write].past));
        let verdict = self.judge_siblings(place, &places, &covered);
        for write in places {
            self.call_mut(write).seen = true;
        }
        let call = self.call_mut(place);
        call.ended = Some((ended, Returned::Found(found.last().copied())));
        (call.siblings, call.past, call.verdict) = (found.to_vec(), covered, Some(verdict));
        self.stale += u64::from(verdict.is_stale());
        verdict
    }

    /// Whether the client of a call had seen that write, or is the one that made it.
    pub fn had_seen(&self, call: CallId, write: CallId) -> bool {
        let (Some(call), Some(write)) = (self.place(call), self.place(write)) else { return false };
        self.calls[call].past.contains(write)
    }

    /// These are the writes that some replica has now. Counts those that are lost and that no read has returned.
    pub fn hold(&mut self, held: &[CallId]) {
        for place in held.iter().filter_map(|write| self.place(*write)).collect::<Vec<_>>() {
            if !self.calls[place].stored {
                self.call_mut(place).stored = true;
            }
        }
        let was_written = |call: &Call| matches!(call.ended, Some((_, Returned::Written)));
        let is_lost = |(place, call): &(usize, &Call)| {
            let is_after = |other: &Call| other.stored && other.id != call.id && other.past.contains(*place);
            was_written(call) && !call.seen && !held.contains(&call.id) && !self.calls().any(is_after)
        };
        self.lost = self.calls().enumerate().filter(is_lost).count() as u64;
    }

    /// All that the client of a call has seen of its key, and the call itself if it is a write.
    pub(super) fn past_of(&self, id: CallId, request: &Request) -> Past {
        let mut past = Past::default();
        let is_own = |call: &&Call| call.id.client == id.client && call.request.key() == request.key();
        self.calls().filter(is_own).for_each(|call| past.extend(&call.past));
        if !matches!(request, Request::Read { .. }) {
            past.insert(self.calls.len());
        }
        past
    }

    fn judge_siblings(&self, place: usize, found: &[usize], covered: &Past) -> Verdict {
        let read = &self.calls[place];
        let of_key = |call: &&Call| call.request.key() == read.request.key();
        let before = || self.calls().enumerate().take(place).filter(|(_, call)| of_key(call));
        // Deletions whose tombstones may be forgotten.
        let is_gone = |(at, call): &(usize, &Call)| {
            let has_returned = |write: &usize| call.past.contains(*write);
            matches!(call.request, Request::Delete { .. }) && !covered.contains(*at) && !found.iter().any(has_returned)
        };
        let gone: Vec<&Call> = before().filter(|it| self.has_forgotten && is_gone(it)).map(|(_, call)| call).collect();
        let is_owed = |at: usize| !covered.contains(at) && !gone.iter().any(|call| call.past.contains(at));
        let missed = before().filter(|(at, call)| call.was_over_before(read.began) && is_owed(*at)).last();
        if let Some((_, write)) = missed {
            return Verdict::Missed { write: write.id };
        }
        let ended_before = |call: &Call| call.ended.is_some_and(|(end, _)| end.is_before(read.began));
        let lacks = |call: &Call| call.siblings.iter().filter_map(|write| self.place(*write)).any(is_owed);
        let behind = self.calls().rev().filter(of_key).find(|call| ended_before(call) && lacks(call));
        behind.map_or(Verdict::Fresh, |earlier| Verdict::Lacks { behind: earlier.id })
    }
}
