//! The checker: holds a read that has just ended against all calls on its key.

use super::{Call, History, Moment, Request, Returned, Verdict, Winner};
use crate::replication::register;

impl History {
    /// What the checker says of the read at `place`, which has ended last and returned the write at the place `found`.
    pub(super) fn judge(&self, place: usize, found: Option<usize>) -> Verdict {
        let wrong = Some(self.judge_alone(place, found)).filter(|verdict| verdict.is_wrong());
        let lost = |among: &dyn Fn(usize) -> bool| found.and_then(|found| self.first_lost_to(place, found, among));
        match wrong {
            // It is missed for good, if it has the smaller version.
            Some(Verdict::Missed { write }) => lost(&|place| self.calls[place].id == write).or(wrong),
            Some(wrong) => Some(wrong),
            None => lost(&|_| true),
        }
        .unwrap_or(Verdict::Fresh)
    }

    /// The same, without what it shows of writes that are lost.
    pub(super) fn judge_alone(&self, place: usize, found: Option<usize>) -> Verdict {
        self.stale_by(&self.calls[place], found).or_else(|| self.unordered(place)).unwrap_or(Verdict::Fresh)
    }

    /// The two rules.
    fn stale_by(&self, read: &Call, found: Option<usize>) -> Option<Verdict> {
        let was_over = |began: Moment| found.is_none_or(|found| self.calls[found].was_over_before(began));
        let began_after = |place: &usize| was_over(self.calls[*place].began);
        if let Some(write) = read.told.acknowledged.filter(began_after) {
            return Some(Verdict::Missed { write: self.calls[write].id });
        }
        let (_, earlier) = read.told.seen.filter(|(seen, _)| began_after(seen))?;
        Some(Verdict::WentBack { behind: self.calls[earlier].id })
    }

    /// Whether all calls on the key fit into one order with the read at `place`, if the reads that are wrong are left out.
    fn unordered(&self, place: usize) -> Option<Verdict> {
        let key = self.calls[place].request.key();
        let (mut ops, mut places, mut own) = (Vec::new(), Vec::new(), 0);
        for (number, call) in self.calls.iter().enumerate().filter(|(_, call)| call.request.key() == key) {
            if call.verdict.is_some_and(Verdict::is_wrong) || call.is_untold && number != place {
                continue;
            }
            let began = call.began.order;
            let op = match (&call.request, call.ended) {
                (Request::Write { .. } | Request::Delete { .. }, Some((end, Returned::Written))) => {
                    register::Op { began, ended: Some(end.order), value: number + 1, is_write: true }
                }
                // Refused or not answered: it may take effect all the same, at any time.
                (Request::Write { .. } | Request::Delete { .. }, _) => {
                    register::Op { began, ended: None, value: number + 1, is_write: true }
                }
                (Request::Read { .. }, Some((end, Returned::Found(_)))) => {
                    let value = call.found.map_or(0, |write| write + 1);
                    register::Op { began, ended: Some(end.order), value, is_write: false }
                }
                (Request::Read { .. }, _) => continue,
            };
            if number == place {
                own = ops.len();
            }
            ops.push(op);
            places.push(number);
        }
        let against = register::conflict(&ops, own)?;
        Some(Verdict::NoOrder { against: self.calls[places[against]].id })
    }

    /// The writes that the read at `place` shows to be lost to the one at `found`, and that were not before: acknowledged
    /// before it began, not over when the other began, of a smaller version, and never seen.
    pub(super) fn lost_to(&self, place: usize, found: usize) -> impl Iterator<Item = usize> {
        let (read, winner) = (&self.calls[place], &self.calls[found]);
        let is_lost = move |write: &Call| {
            write.request.key() == read.request.key()
                && write.was_over_before(read.began)
                && !write.was_over_before(winner.began)
                && write.version() < winner.version()
                && !write.seen
                && !write.lost
        };
        (0..place).filter(move |other| is_lost(&self.calls[*other]))
    }

    /// What is said of the first of them that is `among` those that are asked for.
    fn first_lost_to(&self, place: usize, found: usize, among: &dyn Fn(usize) -> bool) -> Option<Verdict> {
        let (write, to) = (&self.calls[self.lost_to(place, found).find(|lost| among(*lost))?], &self.calls[found]);
        let winner = match to.ended {
            Some((_, Returned::Written)) if to.was_over_before(write.began) => Winner::WasOver,
            Some((end, Returned::Nothing)) if end.is_before(write.began) => Winner::Refused,
            _ => Winner::Overlapped,
        };
        let more = self.lost_to(place, found).count() as u32 - 1;
        Some(Verdict::Lost { write: write.id, to: to.id, more, winner })
    }
}
