//! The history of a run: every call that a client made, when it began and ended, and what it returned; and the checker,
//! which finds the reads that were stale.
//!
//! The history sees everything and everybody, as no node and no client ever can. Two rules make a read stale:
//! 1. it returned neither the write that was acknowledged last before it began, nor one attempted later than that;
//! 2. it returned a value that was over before another value began that an earlier read had already returned.
//!
//! The first is what w + r > n promises to prevent (a *regular register*: Lamport, *On Interprocess Communication*,
//! 1986). The second is a step from there to linearizability: to go back in time. What is left of it, that all calls fit into
//! one order, [`register`] decides; a read that keeps both rules and fits into none is told as well, and not counted as stale.

use std::fmt::{self, Display};
use std::rc::Rc;

use litemap::LiteMap;

use super::host::ClientId;
use super::register;
use crate::sim::Time;
use crate::storage::Key;
use crate::wording::shown;

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    Write { key: Key, value: Rc<str> },
    Read { key: Key },
}

impl Request {
    pub fn key(&self) -> &Key {
        match self {
            Request::Write { key, .. } | Request::Read { key } => key,
        }
    }
}

impl Display for Request {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Request::Write { key, value } => write!(out, "write {key} = {}", shown(value)),
            Request::Read { key } => write!(out, "read {key}"),
        }
    }
}

/// What came of a call, as its client was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returned {
    Written,
    /// The value of that write; `None` where the key had none.
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
    /// What somebody had been told of the key when the call began.
    told: Told,
}

impl Call {
    fn ended_before(&self, moment: Moment) -> bool {
        self.ended.is_some_and(|(end, _)| end.is_before(moment))
    }
}

/// What some client has been told of a key, so that no read that begins later may return less. Calls are given by their
/// places in the history, which is the order in which they were attempted.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    /// The write that was acknowledged last.
    acknowledged: Option<usize>,
    /// Of the writes whose values were returned by reads the one that was attempted last, and a read that returned it.
    seen: Option<(usize, usize)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Fresh,
    /// This write had been acknowledged before the read began. It is told whether the write that the read returned was
    /// concurrent with it.
    Missed {
        write: CallId,
        concurrent: bool,
    },
    /// This earlier read had already returned a newer value.
    WentBack {
        behind: CallId,
    },
    /// Neither of the two rules is broken, and yet all calls on the key do not fit into one order: not linearizable. This
    /// call stands against the read.
    NoOrder {
        against: CallId,
    },
}

impl Verdict {
    /// The call that stands against the read.
    pub fn against(self) -> Option<CallId> {
        match self {
            Verdict::Fresh => None,
            Verdict::Missed { write: call, .. }
            | Verdict::WentBack { behind: call }
            | Verdict::NoOrder { against: call } => Some(call),
        }
    }

    pub fn is_stale(self) -> bool {
        matches!(self, Verdict::Missed { .. } | Verdict::WentBack { .. })
    }
}

/// As it follows the narration of a read.
impl Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Verdict::Fresh => out.write_str("Fresh: no later write had been acknowledged."),
            Verdict::Missed { write, concurrent: false } => {
                write!(out, "Stale: the write {write} had been acknowledged before this read began.")
            }
            Verdict::Missed { write, concurrent: true } => write!(
                out,
                "Stale: the write {write} had been acknowledged before this read began, and lost against one that was \
                 concurrent with it."
            ),
            Verdict::WentBack { behind } => {
                write!(out, "Stale: the earlier read {behind} had already returned a newer value.")
            }
            Verdict::NoOrder { against } => write!(
                out,
                "Not stale by either rule, but not linearizable: with {against} before it, no single order of all calls \
                 explains what was read."
            ),
        }
    }
}

/// All calls in the order in which they began.
#[derive(Clone, Debug, Default)]
pub struct History {
    calls: Rc<Vec<Rc<Call>>>,
    told: Rc<LiteMap<Key, Told>>,
    moments: u32,
    stale: u64,
}

impl History {
    /// A client has made a call.
    pub fn begin(&mut self, id: CallId, request: Request, time: Time) {
        let began = self.moment(time);
        let told = self.told.get(request.key()).copied().unwrap_or_default();
        let call = Call { id, request, began, ended: None, verdict: None, told };
        Rc::make_mut(&mut self.calls).push(Rc::new(call));
    }

    /// A client has learnt what came of its call; if it is a read, here is whether it was stale.
    pub fn end(&mut self, id: CallId, returned: Returned, time: Time) -> Option<Verdict> {
        let ended = self.moment(time);
        let place = self.place(id).expect("a call ends after it has begun");
        let found = match returned {
            Returned::Found(Some(write)) => self.place(write),
            _ => None,
        };
        let is_answer = matches!(returned, Returned::Found(_));
        let verdict = is_answer.then(|| self.check(&self.calls[place], found));
        let told = Rc::make_mut(&mut self.told).entry(self.calls[place].request.key().clone()).or_default();
        if returned == Returned::Written {
            told.acknowledged = Some(place);
        }
        if let Some(found) = found
            && told.seen.is_none_or(|(seen, _)| seen < found)
        {
            told.seen = Some((found, place));
        }
        Rc::make_mut(&mut Rc::make_mut(&mut self.calls)[place]).ended = Some((ended, returned));
        let unordered = if verdict == Some(Verdict::Fresh) { self.unordered(place) } else { None };
        let verdict = unordered.or(verdict);
        Rc::make_mut(&mut Rc::make_mut(&mut self.calls)[place]).verdict = verdict;
        self.stale += u64::from(verdict.is_some_and(Verdict::is_stale));
        verdict
    }

    /// Judges a read that returned the value of the write at the place `found`.
    fn check(&self, read: &Call, found: Option<usize>) -> Verdict {
        let was_over = |began: Moment| found.is_none_or(|found| self.calls[found].ended_before(began));
        if let Some(last) = read.told.acknowledged
            && found.is_none_or(|found| found < last)
        {
            let last = &self.calls[last];
            return Verdict::Missed { write: last.id, concurrent: !was_over(last.began) };
        }
        match read.told.seen {
            Some((seen, earlier)) if was_over(self.calls[seen].began) => {
                Verdict::WentBack { behind: self.calls[earlier].id }
            }
            _ => Verdict::Fresh,
        }
    }

    /// Whether all calls on the key of the read at `place` fit into one order; the read is the latest that ended.
    fn unordered(&self, place: usize) -> Option<Verdict> {
        let key = self.calls[place].request.key();
        let (mut ops, mut places) = (Vec::new(), Vec::new());
        for (number, call) in self.calls.iter().enumerate().filter(|(_, call)| call.request.key() == key) {
            let ended = call.ended.map(|(end, returned)| (end.order, returned));
            let (ended, value) = match (&call.request, ended) {
                (Request::Write { .. }, Some((end, Returned::Written))) => (Some(end), number as u32 + 1),
                // Refused or not answered: it may take effect all the same, at any time.
                (Request::Write { .. }, _) => (None, number as u32 + 1),
                (Request::Read { .. }, Some((end, Returned::Found(found)))) => {
                    (Some(end), found.and_then(|write| self.place(write)).map_or(0, |write| write as u32 + 1))
                }
                (Request::Read { .. }, _) => continue,
            };
            let is_write = matches!(call.request, Request::Write { .. });
            ops.push(register::Op { began: call.began.order, ended, value, is_write });
            places.push(number);
        }
        let (one, other) = register::conflict(&ops)?;
        // A conflict that was there before this read is not its own.
        let own = places.iter().position(|number| *number == place)?;
        let without: Vec<_> = (0..ops.len()).filter(|number| *number != own).map(|number| ops[number]).collect();
        if register::conflict(&without).is_some() {
            return None;
        }
        let against = if ops[one].value == ops[own].value { other } else { one };
        Some(Verdict::NoOrder { against: self.calls[places[against]].id })
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

    fn moment(&mut self, time: Time) -> Moment {
        self.moments += 1;
        Moment { time, order: self.moments }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Calls are written `+w1`, `+r1` for their begin, `-w1` for an acknowledgement, `-r1=w2` or `-r1=` for an answer.
    fn verdict(script: &str) -> Verdict {
        let mut history = History::default();
        let id = |text: &str| CallId {
            client: ClientId::new(if text.starts_with('w') { 1 } else { 2 }),
            number: text[1..].parse().unwrap(),
        };
        let mut last = None;
        for word in script.split_whitespace() {
            let key = Key::new("k");
            let (call, found) = word[1..].split_once('=').unwrap_or((&word[1..], ""));
            let request = match &call[..1] {
                "w" => Request::Write { key, value: "v".into() },
                _ => Request::Read { key },
            };
            match (&word[..1], &request) {
                ("+", _) => history.begin(id(call), request, Time::ZERO),
                (_, Request::Write { .. }) => {
                    history.end(id(call), Returned::Written, Time::ZERO);
                }
                (_, Request::Read { .. }) => {
                    let found = (!found.is_empty()).then(|| id(found));
                    last = history.end(id(call), Returned::Found(found), Time::ZERO);
                }
            }
        }
        last.expect("the script ends a read")
    }

    #[test]
    fn a_read_owes_the_last_write_acknowledged_before_it() {
        let id = |number| CallId { client: ClientId::new(1), number };
        let missed = |number, concurrent| Verdict::Missed { write: id(number), concurrent };
        assert_eq!(verdict("+w1 -w1 +r1 -r1=w1"), Verdict::Fresh);
        assert_eq!(verdict("+w1 -w1 +r1 -r1="), missed(1, false));
        assert_eq!(verdict("+w1 -w1 +w2 -w2 +r1 -r1=w1"), missed(2, false));
        assert_eq!(verdict("+w1 +r1 -w1 -r1="), Verdict::Fresh);
        assert_eq!(verdict("+w1 -w1 +w2 +r1 -r1=w2"), Verdict::Fresh);
        // Both were acknowledged, the second last, and the first won.
        assert_eq!(verdict("+w1 +w2 -w1 -w2 +r1 -r1=w1"), missed(2, true));
    }

    #[test]
    fn a_read_does_not_go_back_behind_another() {
        let behind = Verdict::WentBack { behind: CallId { client: ClientId::new(2), number: 1 } };
        assert_eq!(verdict("+w1 -w1 +w2 +r1 -r1=w2 +r2 -r2=w1"), behind);
        assert_eq!(verdict("+w1 -w1 +w2 +r1 +r2 -r1=w2 -r2=w1"), Verdict::Fresh);
        assert_eq!(verdict("+w2 +r1 -r1=w2 +r2 -r2="), behind);
        // Concurrent writes have no order to go back in.
        assert_eq!(verdict("+w1 +w2 +r1 -r1=w2 +r2 -r2=w1"), Verdict::Fresh);
    }

    #[test]
    fn what_takes_turns_is_not_linearizable() {
        let between = Verdict::NoOrder { against: CallId { client: ClientId::new(2), number: 2 } };
        assert_eq!(verdict("+w1 +w2 +r1 -r1=w2 +r2 -r2=w1 +r3 -r3=w2"), between);
        // Whoever reads on has it no worse.
        assert_eq!(verdict("+w1 +w2 +r1 -r1=w2 +r2 -r2=w1 +r3 -r3=w2 +r4 -r4=w2"), Verdict::Fresh);
    }
}
