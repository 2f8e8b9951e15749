//! Whether all calls on one key fit into one order (linearizability): a register whose values can be told apart, because
//! each read says which write it returned.
//!
//! Gather for each write its own call and all reads that returned its value. If one of them was over before another began,
//! the register must have held that value for the whole time from the first end to the last begin: a *forward zone*. If all
//! overlap, the value need only have been there at some moment between the last begin and the first end: a *backward zone*.
//! The calls fit into one order exactly if no two forward zones overlap, and no backward zone lies within a forward one
//! (Gibbons and Korach, *Testing Shared Memories*, 1997).
//!
//! A history is judged read by read, each when it ends. A write that is begun or acknowledged never makes it worse: it can
//! always come last. So only the zone of the call that has ended last need be held against the others.

/// A call on the key. Times are places in the history's own order, from 1 on, so that no two are the same.
#[derive(Clone, Copy, Debug)]
pub struct Op {
    pub began: u32,
    /// `None` for a write of which no one knows whether and when it takes effect. A read that has not ended is left out.
    pub ended: Option<u32>,
    /// The write whose value it is about, by any name; 0 is the value before all writes.
    pub value: usize,
    pub is_write: bool,
}

/// All calls about one value.
struct Zone {
    value: usize,
    /// The first end and the last begin, with the calls that they are of: `None` for what was there at first.
    end: (u32, Option<usize>),
    begin: (u32, Option<usize>),
}

impl Zone {
    fn is_forward(&self) -> bool {
        self.end.0 < self.begin.0
    }

    /// Whether the value of `self` must have been there at a time at which that of `other` must have been there, too.
    fn excludes(&self, other: &Zone) -> bool {
        let (from, to) = (self.end.0, self.begin.0);
        match (self.is_forward(), other.is_forward()) {
            (true, true) => from.max(other.end.0) < to.min(other.begin.0),
            (true, false) => from < other.begin.0 && other.end.0 < to,
            (false, _) => false,
        }
    }
}

/// The call that stands against the one at the place `own`: their values exclude each other. `None` if there is none, and
/// `own` fits into the order of the others, if they had one.
pub fn conflict(ops: &[Op], own: usize) -> Option<usize> {
    let zones = zones(ops);
    let one = zones.iter().find(|zone| zone.value == ops[own].value)?;
    let excludes = |other: &&Zone| other.value != one.value && (one.excludes(other) || other.excludes(one));
    let other = zones.iter().find(excludes)?;
    other.end.1.or(other.begin.1)
}

/// The zones of all values that count.
fn zones(ops: &[Op]) -> Vec<Zone> {
    let values = ops.iter().map(|op| op.value).max().map_or(1, |most| most + 1);
    let mut was_read = vec![false; values];
    for op in ops.iter().filter(|op| !op.is_write) {
        was_read[op.value] = true;
    }
    let mut by_value: Vec<Option<Zone>> = (0..values).map(|_| None).collect();
    by_value[0] = Some(Zone { value: 0, end: (0, None), begin: (0, None) });
    for (place, op) in ops.iter().enumerate() {
        // A write that may not have happened counts once someone has read its value.
        if op.ended.is_none() && !was_read[op.value] {
            continue;
        }
        let ended = op.ended.unwrap_or(u32::MAX);
        let new = Zone { value: op.value, end: (ended, Some(place)), begin: (op.began, Some(place)) };
        let zone = by_value[op.value].get_or_insert(new);
        if ended < zone.end.0 {
            zone.end = (ended, Some(place));
        }
        if op.began > zone.begin.0 {
            zone.begin = (op.began, Some(place));
        }
    }
    by_value.into_iter().flatten().collect()
}

#[cfg(test)]
pub(super) use tests::fits;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn write(began: u32, ended: u32, value: usize) -> Op {
        Op { began, ended: Some(ended), value, is_write: true }
    }

    fn read(began: u32, ended: u32, value: usize) -> Op {
        Op { is_write: false, ..write(began, ended, value) }
    }

    #[test]
    fn values_that_take_turns_have_no_order() {
        // Both writes are concurrent with everything; one reader after the other sees 1, 2 and 1 again.
        let writes = [write(1, 20, 1), write(2, 21, 2)];
        let with = |reads: &[Op]| conflict(&[&writes[..], reads].concat(), 1 + reads.len());
        assert_eq!(with(&[read(3, 4, 1), read(5, 6, 2)]), None);
        assert_eq!(with(&[read(3, 4, 1), read(5, 6, 2), read(7, 8, 1)]), Some(3));
        // The one in the middle may have come before or after, if it overlaps.
        assert_eq!(with(&[read(3, 4, 1), read(5, 9, 2), read(7, 8, 1)]), None);
        // What was there at first, after a write that is over.
        assert_eq!(conflict(&[write(1, 2, 1), read(3, 4, 0)], 1), Some(0));
    }

    /// Whether the calls fit into one order, by trying every one (Wing and Gong, 1993). A write without an end may come late
    /// or never.
    pub(in crate::replication) fn fits(ops: &[Op], done: u32, value: usize) -> bool {
        let left = || (0..ops.len()).filter(|place| done & (1 << place) == 0);
        if left().all(|place| ops[place].ended.is_none()) {
            return true;
        }
        left().any(|next| {
            let is_first = left().all(|other| ops[other].ended.is_none_or(|ended| ended > ops[next].began));
            let goes = ops[next].is_write || ops[next].value == value;
            is_first && goes && fits(ops, done | 1 << next, ops[next].value)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn zones_say_what_all_orders_say(
            writes in prop::collection::vec((1..12u32, 1..8u32, prop::bool::weighted(0.2)), 1..4),
            reads in prop::collection::vec((1..16u32, 1..6u32, 0..4usize), 0..5),
        ) {
            // Times are made unique by the place of their call.
            let mut ops: Vec<Op> = Vec::new();
            let all = writes.iter().map(|(began, len, open)| (*began, *len, *open, None));
            let all = all.chain(reads.iter().map(|(began, len, value)| (*began, *len, false, Some(*value))));
            for (place, (began, len, open, value)) in (0usize..).zip(all) {
                let tick = |time: u32| time * 16 + place as u32;
                let value = value.map_or(place + 1, |value| value % (writes.len() + 1));
                let is_write = place < writes.len();
                ops.push(Op { began: tick(began), ended: (!open).then(|| tick(began + len)), value, is_write });
            }
            // No one reads what no one has begun to write.
            let begun = |op: &Op| op.value == 0 || ops[op.value - 1].began < op.ended.unwrap_or(u32::MAX);
            prop_assume!(ops.iter().all(begun));
            let fits_each = (0..ops.len()).all(|own| conflict(&ops, own).is_none());
            prop_assert_eq!(fits_each, fits(&ops, 0, 0), "{:?}", ops);
        }
    }
}
