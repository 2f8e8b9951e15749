//! What reads of one key owe their clients, from the definitions: the oracle for `quorum` and `leader`.

use stepwise::engine::replication::history::{History, Request, Returned, Winner};
use stepwise::engine::replication::{CallId, Verdict};

use crate::order::{self, Object, Timed};
use crate::tally::Tally;
use crate::watch::Span;

/// A register that holds the number of the write that was last.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Register(Option<usize>);

pub enum Access {
    Write(usize),
    Read(Option<usize>),
}

impl Object for Register {
    type Call = Access;

    fn after(&self, call: &Access) -> Option<Register> {
        match call {
            Access::Write(number) => Some(Register(Some(*number))),
            Access::Read(found) => (self.0 == *found).then(|| self.clone()),
        }
    }
}

/// A call on a register, as it was seen from outside.
struct Seen {
    id: CallId,
    key: String,
    span: Span,
    is_write: bool,
    deletes: bool,
    /// A write was acknowledged; a read was answered.
    is_answered: bool,
    /// What a read found: the place of a write.
    found: Option<usize>,
}

/// What a read deserves to be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judged {
    Fresh,
    Missed,
    WentBack,
    NoOrder,
    /// The read is right, and an acknowledged write is lost.
    Lost,
}

impl Judged {
    pub const NAMES: [&str; 5] = ["fresh", "missed", "went back", "no order", "lost"];

    pub fn name(self) -> &'static str {
        Judged::NAMES[self as usize]
    }

    /// What the figure says.
    fn of(verdict: Verdict) -> Judged {
        match verdict {
            Verdict::Fresh => Judged::Fresh,
            Verdict::Missed { .. } => Judged::Missed,
            Verdict::WentBack { .. } | Verdict::Lacks { .. } => Judged::WentBack,
            Verdict::NoOrder { .. } => Judged::NoOrder,
            Verdict::Lost { winner: Winner::WasOver, .. } => Judged::Missed,
            Verdict::Lost { .. } => Judged::Lost,
        }
    }
}

/// Judges each answered read of a history anew, and compares; returns what is right, in the order in which they ended.
pub fn compare(history: &History, spans: &[Span], tally: &mut Tally, told: &str) -> Vec<Judged> {
    let seen = seen(history, spans);
    let mut reads: Vec<usize> =
        (0..seen.len()).filter(|place| !seen[*place].is_write && seen[*place].is_answered).collect();
    reads.sort_by_key(|place| seen[*place].span.ended);
    let mut sound: Vec<usize> = Vec::new();
    let mut judged = Vec::new();
    for place in reads {
        let right = judge(&seen, &sound, place);
        let id = seen[place].id;
        let verdict = history.call(id).and_then(|call| call.verdict).expect("an answered read is judged");
        let mut shown = Judged::of(verdict);
        if let Verdict::Lost { write, winner, .. } = verdict {
            tally.hold(may_be_lost(&seen, place, write, winner), || {
                format!("{id}: {write} is shown as lost, and can't be\n{told}")
            });
            tally.add(Judged::Lost.name(), 1);
            if shown == Judged::Lost {
                shown = Judged::Fresh;
            }
        }
        tally.hold(shown == right, || format!("{id} is shown as {shown:?} and is {right:?}\n{told}"));
        if right == Judged::Fresh && deletions(&seen, place).is_empty() {
            sound.push(place);
        }
        judged.push(right);
    }
    judged
}

/// Whether last write wins may have dropped an acknowledged write for the one that a read returned: the other was not over
/// before it, unless a clock is wrong, and no read up to this one has returned the first. Which version is larger cannot be
/// seen from outside.
fn may_be_lost(seen: &[Seen], place: usize, write: CallId, winner: Winner) -> bool {
    let Some(found) = seen[place].found else { return false };
    let lost = seen.iter().position(|call| call.id == write).expect("it was seen");
    let (one, other) = (&seen[lost], &seen[found]);
    let is_so = match winner {
        Winner::Overlapped => !one.span.is_before(other.span) && !other.span.is_before(one.span),
        Winner::Refused => !other.is_answered && other.span.is_before(one.span),
        Winner::WasOver => other.is_answered && other.span.is_before(one.span),
    };
    let was_read = seen.iter().any(|read| read.found == Some(lost) && read.span.ended < seen[place].span.ended);
    one.is_write && one.is_answered && one.key == seen[place].key && is_so && !was_read
}

fn seen(history: &History, spans: &[Span]) -> Vec<Seen> {
    let ids: Vec<CallId> = history.calls().map(|call| call.id).collect();
    let see = |(call, span): (&stepwise::engine::replication::history::Call, &Span)| {
        let returned = call.ended.map(|(_, returned)| returned);
        let found = match returned {
            Some(Returned::Found(Some(write))) => {
                Some(ids.iter().position(|id| *id == write).expect("what is found was written"))
            }
            _ => None,
        };
        Seen {
            id: call.id,
            key: call.request.key().to_string(),
            span: *span,
            is_write: !matches!(call.request, Request::Read { .. }),
            deletes: matches!(call.request, Request::Delete { .. }),
            is_answered: matches!(returned, Some(Returned::Written | Returned::Found(_))),
            found,
        }
    };
    history.calls().zip(spans).map(see).collect()
}

/// Where a read has found neither a value nor a tombstone of a key that was deleted: the deletions that may have been why, as
/// their tombstones may have been forgotten.
fn deletions(seen: &[Seen], place: usize) -> Vec<usize> {
    let read = &seen[place];
    let may_be = |other: &usize| {
        let other = &seen[*other];
        read.found.is_none() && other.deletes && other.key == read.key && Some(other.span.began) < read.span.ended
    };
    (0..seen.len()).filter(may_be).collect()
}

/// A read that has found nothing of a key that was deleted is judged by what makes it right.
fn judge(seen: &[Seen], sound: &[usize], place: usize) -> Judged {
    let deletions = deletions(seen, place);
    let mut right = judge_as(seen, sound, place, seen[place].found);
    for deletion in deletions {
        if right != Judged::Fresh {
            right = judge_as(seen, sound, place, Some(deletion));
        }
    }
    right
}

/// A read is *stale* if a write began after the one it returned had ended, and had ended before the read began (it is missed),
/// or an earlier read had returned such a write already (the reader goes back in time). Otherwise it must fit into one
/// order with all writes and with the reads that were sound.
fn judge_as(seen: &[Seen], sound: &[usize], place: usize, found: Option<usize>) -> Judged {
    let read = &seen[place];
    let of_key = |other: &&Seen| other.key == read.key;
    // What the read returned was over when that write began.
    let was_over = |write: &Seen| match found {
        None => true,
        Some(found) => seen[found].is_answered && seen[found].span.is_before(write.span),
    };
    let writes = || seen.iter().filter(of_key).filter(|other| other.is_write);
    if writes().any(|write| write.is_answered && write.span.is_before(read.span) && was_over(write)) {
        return Judged::Missed;
    }
    let earlier = seen.iter().filter(of_key).filter(|other| !other.is_write && other.is_answered);
    let mut shown = earlier.filter(|other| other.span.is_before(read.span)).filter_map(|other| other.found);
    if shown.any(|write| was_over(&seen[write])) {
        return Judged::WentBack;
    }
    let mut calls = Vec::new();
    for (number, other) in seen.iter().enumerate().filter(|(_, other)| other.key == read.key) {
        // What happens after the read has ended is not known yet.
        let ended = read.span.ended.expect("the read was answered");
        let is_over = other.is_answered && other.span.ended.is_some_and(|end| end <= ended);
        let call = match other.is_write {
            true => Access::Write(number),
            false if number == place => Access::Read(found),
            false if sound.contains(&number) => Access::Read(other.found),
            false => continue,
        };
        let span = Span { ended: other.span.ended.filter(|_| is_over), ..other.span };
        calls.push(Timed { span, must: is_over, call });
    }
    if order::exists(Register::default(), &calls) { Judged::Fresh } else { Judged::NoOrder }
}
