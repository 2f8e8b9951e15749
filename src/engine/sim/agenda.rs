//! What is going to happen, in the order of time: the heart of a discrete-event simulation.
//!
//! Nothing happens between two events, so the simulation does not tick: it jumps from each event to the next. What is due
//! at the same moment happens in the order in which it was put down, so that a run is the same every time.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::Time;

/// Things to come, each at its time. `T` is best small: it is moved about as the heap is kept in order.
#[derive(Clone, Debug)]
pub struct Agenda<T> {
    heap: BinaryHeap<Due<T>>,
    /// How many were ever put down: what is due at the same time comes in this order.
    planned: u64,
}

#[derive(Clone, Debug)]
struct Due<T> {
    at: Time,
    number: u64,
    what: T,
}

impl<T> Agenda<T> {
    pub fn new() -> Agenda<T> {
        Agenda { heap: BinaryHeap::new(), planned: 0 }
    }

    /// Puts `what` down for the time `at`.
    pub fn plan(&mut self, at: Time, what: T) {
        self.planned += 1;
        self.heap.push(Due { at, number: self.planned, what });
    }

    /// When the next is due.
    pub fn next_at(&self) -> Option<Time> {
        self.heap.peek().map(|due| due.at)
    }

    /// Takes out the next if it is due at `until` or before.
    pub fn pop_until(&mut self, until: Time) -> Option<(Time, T)> {
        if self.next_at()? > until {
            return None;
        }
        self.heap.pop().map(|due| (due.at, due.what))
    }

    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// The bytes of a copy.
    pub fn weight(&self) -> u64 {
        (self.len() * size_of::<Due<T>>()) as u64
    }

    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }
}

impl<T> Default for Agenda<T> {
    fn default() -> Agenda<T> {
        Agenda::new()
    }
}

// The heap gives its greatest first, and so the earliest must be the greatest.
impl<T> Ord for Due<T> {
    fn cmp(&self, other: &Due<T>) -> Ordering {
        (other.at, other.number).cmp(&(self.at, self.number))
    }
}

impl<T> PartialOrd for Due<T> {
    fn partial_cmp(&self, other: &Due<T>) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> PartialEq for Due<T> {
    fn eq(&self, other: &Due<T>) -> bool {
        self.number == other.number
    }
}

impl<T> Eq for Due<T> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_comes_first_and_of_two_at_once_the_one_put_down_first() {
        let mut agenda = Agenda::new();
        for (at, what) in [(30, 'd'), (10, 'a'), (20, 'b'), (20, 'c')] {
            agenda.plan(Time::from_millis(at), what);
        }
        let mut order = String::new();
        while let Some((_, what)) = agenda.pop_until(Time::from_millis(20)) {
            order.push(what);
        }
        assert_eq!(order, "abc");
        assert_eq!((agenda.len(), agenda.next_at()), (1, Some(Time::from_millis(30))));
    }
}
