//! The checker of sessions: it reads the history of a run, which sees everybody and everything, and finds what a client
//! of lagging followers should never see. A verdict names the two calls that prove it.
//!
//! A history is a list of calls in the order in which they began. A call adds an *item* (a message, say) to something
//! shared, or reads all items that there are. Nothing is ever taken away, so:
//! - **read your own writes**: a read contains every item that its user had been told is written;
//! - **monotonic reads**: a read contains every item that an earlier read of the same user has returned;
//! - **consistent prefix**: whoever reads an item reads all that its writer had seen when writing it;
//! - **nothing lost**: what was acknowledged is there in the end;
//! - **linearizable**, for each item alone: all calls fit into one order in which each takes effect at a single moment
//!   between its begin and its end. Once anybody knows of the item, everybody who asks later does.

/// A place in the history's own order of begins and ends, so that no two are at the same time.
pub type Tick = u32;
/// The number of an item: they are numbered as they are attempted.
pub type Item = u32;

/// A call of some user.
#[derive(Clone)]
pub struct Call {
    pub user: u8,
    /// Which of several shared things it is about; what is asked of one says nothing of another.
    pub page: u8,
    pub began: Tick,
    /// `None` while it is not answered.
    pub ended: Option<Tick>,
    pub what: What,
}

#[derive(Clone)]
pub enum What {
    /// Adds an item, whose writer had seen those.
    Add { item: Item, seen: Vec<Item> },
    /// Reads all items; what it has returned, once it has ended.
    Read { found: Vec<Item> },
}

/// A promise that reads can break.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Promise {
    OwnWrites,
    MonotonicReads,
    ConsistentPrefix,
    Linearizable,
}

/// A broken promise: the read that breaks it, the earlier call that proves it, and the item that the read lacks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Breach {
    pub promise: Promise,
    /// Places in the history.
    pub read: usize,
    pub against: usize,
    pub missing: Item,
}

/// The first breach of each promise by the read at that place.
pub fn check(history: &[Call], place: usize) -> Vec<Breach> {
    let read = &history[place];
    let What::Read { found } = &read.what else { return Vec::new() };
    let mut breaches: Vec<Breach> = Vec::new();
    let mut report = |promise, against: usize, missing: Item| {
        if !breaches.iter().any(|breach| breach.promise == promise) {
            breaches.push(Breach { promise, read: place, against, missing });
        }
    };
    for (other, call) in history.iter().enumerate().filter(|(_, call)| call.page == read.page) {
        let is_over = call.ended.is_some_and(|ended| ended < read.began);
        match &call.what {
            What::Add { item, seen } => {
                if is_over && !found.contains(item) {
                    if call.user == read.user {
                        report(Promise::OwnWrites, other, *item);
                    }
                    report(Promise::Linearizable, other, *item);
                }
                if found.contains(item)
                    && let Some(missing) = seen.iter().find(|cause| !found.contains(cause))
                {
                    report(Promise::ConsistentPrefix, other, *missing);
                }
            }
            What::Read { found: earlier } if is_over => {
                if let Some(missing) = earlier.iter().find(|item| !found.contains(item)) {
                    if call.user == read.user {
                        report(Promise::MonotonicReads, other, *missing);
                    }
                    report(Promise::Linearizable, other, *missing);
                }
            }
            What::Read { .. } => {}
        }
    }
    // What hurts a user comes before what only an observer of everybody can tell.
    if let Some(place) = breaches.iter().position(|breach| breach.promise == Promise::Linearizable) {
        let breach = breaches.remove(place);
        breaches.push(breach);
    }
    breaches
}

/// The acknowledged items that are not in `kept`, each by the place of the call that added it.
pub fn lost(history: &[Call], kept: &[Item]) -> Vec<usize> {
    let mut places = Vec::new();
    for (place, call) in history.iter().enumerate() {
        if let What::Add { item, .. } = &call.what
            && call.ended.is_some()
            && !kept.contains(item)
        {
            places.push(place);
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn add(user: u8, began: Tick, ended: Tick, item: Item, seen: &[Item]) -> Call {
        Call { user, page: 0, began, ended: Some(ended), what: What::Add { item, seen: seen.to_vec() } }
    }

    fn read(user: u8, began: Tick, ended: Tick, found: &[Item]) -> Call {
        Call { user, page: 0, began, ended: Some(ended), what: What::Read { found: found.to_vec() } }
    }

    fn promises(history: &[Call]) -> Vec<(&'static str, usize, Item)> {
        let found = check(history, history.len() - 1);
        let name = |promise| match promise {
            Promise::OwnWrites => "own",
            Promise::MonotonicReads => "monotonic",
            Promise::ConsistentPrefix => "prefix",
            Promise::Linearizable => "linearizable",
        };
        found.iter().map(|breach| (name(breach.promise), breach.against, breach.missing)).collect()
    }

    #[test]
    fn each_promise_is_broken_by_what_it_forbids_and_by_nothing_else() {
        // One's own write, acknowledged before the read began, is missing.
        assert_eq!(promises(&[add(1, 1, 2, 7, &[]), read(1, 3, 4, &[])]), [("own", 0, 7), ("linearizable", 0, 7)]);
        // Somebody else's may be missing, by these promises; but there is no single order.
        assert_eq!(promises(&[add(2, 1, 2, 7, &[]), read(1, 3, 4, &[])]), [("linearizable", 0, 7)]);
        // A write that was not over may be missing.
        assert_eq!(promises(&[add(1, 1, 4, 7, &[]), read(1, 3, 5, &[])]), []);
        // An earlier read of the same user had the item, and one of another user.
        let one = add(3, 1, 9, 7, &[]);
        assert_eq!(
            promises(&[one.clone(), read(1, 2, 3, &[7]), read(1, 4, 5, &[])]),
            [("monotonic", 1, 7), ("linearizable", 1, 7)]
        );
        assert_eq!(promises(&[one.clone(), read(2, 2, 3, &[7]), read(1, 4, 5, &[])]), [("linearizable", 1, 7)]);
        assert_eq!(promises(&[one, read(1, 2, 4, &[7]), read(1, 3, 5, &[])]), []);
        // An answer without its question.
        let talk = [add(1, 1, 2, 7, &[]), add(2, 3, 4, 8, &[7]), read(3, 1, 9, &[8])];
        assert_eq!(promises(&talk), [("prefix", 1, 7)]);
    }

    #[test]
    fn what_was_acknowledged_and_is_gone_is_lost() {
        let mut history = vec![add(1, 1, 2, 7, &[]), add(1, 3, 4, 8, &[]), add(2, 5, 6, 9, &[])];
        history[2].ended = None;
        assert_eq!(lost(&history, &[7]), [1]);
        assert!(lost(&history, &[7, 8]).is_empty());
    }

    /// Whether the calls on one item fit into one order, found by trying every order (Wing and Gong, 1993).
    fn is_linearizable(calls: &[(Tick, Tick, bool, bool)], done: u32, is_there: bool) -> bool {
        let left = || (0..calls.len()).filter(|place| done & (1 << place) == 0);
        if left().next().is_none() {
            return true;
        }
        left().any(|next| {
            let (began, _, is_add, found) = calls[next];
            let is_first = left().all(|other| calls[other].1 > began);
            is_first && (is_add || found == is_there) && is_linearizable(calls, done | 1 << next, is_there || is_add)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

        /// The rule of thumb of [`check`] says the same as trying every order.
        #[test]
        fn the_verdict_on_linearizability_is_that_of_all_orders(
            spans in prop::collection::vec((0..20u32, 1..8u32, any::<bool>()), 1..7), add in (0..20u32, 1..8u32),
        ) {
            // Ticks are made unique by the place of their call.
            let tick = |time: u32, place: usize| time * 16 + place as u32;
            let mut calls = vec![(tick(add.0, 0), tick(add.0 + add.1, 0), true, false)];
            for (place, (began, len, found)) in spans.iter().enumerate() {
                calls.push((tick(*began, place + 1), tick(began + len, place + 1), false, *found));
            }
            // A read that finds the item before anybody has begun to add it is no history of our engines.
            let begun = calls[0].0;
            prop_assume!(calls.iter().all(|call| !call.3 || call.1 > begun));
            let history: Vec<Call> = calls.iter().map(|(began, ended, is_add, found)| {
                let what = match is_add {
                    true => What::Add { item: 1, seen: Vec::new() },
                    false => What::Read { found: if *found { vec![1] } else { Vec::new() } },
                };
                Call { user: 0, page: 0, began: *began, ended: Some(*ended), what }
            }).collect();
            let breached = (0..history.len())
                .any(|place| check(&history, place).iter().any(|breach| breach.promise == Promise::Linearizable));
            prop_assert_eq!(is_linearizable(&calls, 0, false), !breached);
        }
    }
}
