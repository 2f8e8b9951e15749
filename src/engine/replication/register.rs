//! Whether all calls on one key fit into one order (linearizability): a register whose values can be told apart, because
//! each read says which write it returned.
//!
//! Gather for each write its own call and all reads that returned its value. If one of them was over before another began,
//! the register must have held that value for the whole time from the first end to the last begin: a *forward zone*. If all
//! overlap, the value need only have been there at some moment between the last begin and the first end: a *backward zone*.
//! The calls fit into one order exactly if no two forward zones overlap, and no backward zone lies within a forward one
//! (Gibbons and Korach, *Testing Shared Memories*, 1997).

/// A call on the key. Times are places in the history's own order, from 1 on, so that no two are the same.
#[derive(Clone, Copy, Debug)]
pub struct Op {
    pub began: u32,
    /// `None` for a write of which nobody knows whether and when it takes effect. A read that has not ended is left out.
    pub ended: Option<u32>,
    /// The write whose value it is about, by any name; 0 is the value before all writes.
    pub value: u32,
    pub is_write: bool,
}

/// All calls about one value.
struct Zone {
    value: u32,
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

/// Two calls whose values exclude each other, by their places; `None` if all calls fit into one order.
pub fn conflict(ops: &[Op]) -> Option<(usize, usize)> {
    let mut zones = vec![Zone { value: 0, end: (0, None), begin: (0, None) }];
    for (place, op) in ops.iter().enumerate() {
        let was_read = || ops.iter().any(|other| !other.is_write && other.value == op.value);
        // A write that may not have happened counts once somebody has read its value.
        if op.ended.is_none() && !was_read() {
            continue;
        }
        let ended = op.ended.unwrap_or(u32::MAX);
        match zones.iter_mut().find(|zone| zone.value == op.value) {
            None => zones.push(Zone { value: op.value, end: (ended, Some(place)), begin: (op.began, Some(place)) }),
            Some(zone) => {
                if ended < zone.end.0 {
                    zone.end = (ended, Some(place));
                }
                if op.began > zone.begin.0 {
                    zone.begin = (op.began, Some(place));
                }
            }
        }
    }
    for one in &zones {
        let against = zones.iter().find(|other| other.value != one.value && one.excludes(other));
        if let Some(other) = against {
            return one.begin.1.zip(other.end.1.or(other.begin.1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn write(began: u32, ended: u32, value: u32) -> Op {
        Op { began, ended: Some(ended), value, is_write: true }
    }

    fn read(began: u32, ended: u32, value: u32) -> Op {
        Op { is_write: false, ..write(began, ended, value) }
    }

    #[test]
    fn values_that_take_turns_have_no_order() {
        // Both writes are concurrent with everything; one reader after the other sees 1, 2 and 1 again.
        let writes = [write(1, 20, 1), write(2, 21, 2)];
        let with = |reads: &[Op]| conflict(&[&writes[..], reads].concat());
        assert_eq!(with(&[read(3, 4, 1), read(5, 6, 2)]), None);
        assert_eq!(with(&[read(3, 4, 1), read(5, 6, 2), read(7, 8, 1)]), Some((4, 3)));
        // The one in the middle may have come before or after, if it overlaps.
        assert_eq!(with(&[read(3, 4, 1), read(5, 9, 2), read(7, 8, 1)]), None);
        // What was there at first, after a write that is over.
        assert!(conflict(&[write(1, 2, 1), read(3, 4, 0)]).is_some());
    }

    /// Whether the calls fit into one order, by trying every one (Wing and Gong, 1993). A write without an end may come late
    /// or never.
    fn fits(ops: &[Op], done: u32, value: u32) -> bool {
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
            reads in prop::collection::vec((1..16u32, 1..6u32, 0..4u32), 0..5),
        ) {
            // Times are made unique by the place of their call.
            let mut ops: Vec<Op> = Vec::new();
            let all = writes.iter().map(|(began, len, open)| (*began, *len, *open, None));
            let all = all.chain(reads.iter().map(|(began, len, value)| (*began, *len, false, Some(*value))));
            for (place, (began, len, open, value)) in (0u32..).zip(all) {
                let tick = |time: u32| time * 16 + place;
                let value = value.map_or(place + 1, |value| value % (writes.len() as u32 + 1));
                let is_write = (place as usize) < writes.len();
                ops.push(Op { began: tick(began), ended: (!open).then(|| tick(began + len)), value, is_write });
            }
            // Nobody reads what nobody has begun to write.
            let begun = |op: &Op| op.value == 0 || ops[op.value as usize - 1].began < op.ended.unwrap_or(u32::MAX);
            prop_assume!(ops.iter().all(begun));
            prop_assert_eq!(conflict(&ops).is_none(), fits(&ops, 0, 0), "{:?}", ops);
        }
    }
}
