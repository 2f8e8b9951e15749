//! The checker of sessions: it reads the history of a run, which sees everyone and everything, and finds what a client
//! of lagging followers should never see. A verdict names the two calls that prove it.
//!
//! A history is a list of calls in the order in which they began. A call adds an *item* (a message, say) to something
//! shared, or reads all items that there are. Nothing is ever taken away, so:
//! - **read your own writes**: a read contains every item that its user had been told is written;
//! - **monotonic reads**: a read contains every item that an earlier read of the same user has returned;
//! - **consistent prefix**: whoever reads an item reads all that its writer had seen when writing it (which is causal
//!   consistency: a prefix in the strict sense would order items, too, whose writers know nothing of each other);
//! - **nothing lost**: what was acknowledged is there in the end;
//! - **linearizable**: all calls fit into one order in which each takes effect at a single moment between its begin and
//!   its end, and each read returns all that stands before it.
//!
//! # Why two calls are enough to refute an order
//!
//! In an order, each read comes after the items that it returned and before all others, and each call comes after those that
//! had ended when it began. There is an order exactly if nothing of that goes round in a circle. Suppose that the calls
//! so far had one, and a read has just ended. What makes a circle goes through that read, from an item that it lacks back
//! to itself. Followed through, all circles come down to four that are short:
//! - the item that it lacks had been acknowledged before the read began;
//! - a read that had ended before it began had returned the item;
//! - another read has the item, and lacks one that this read has: neither of the two can be the earlier one;
//! - the item had been acknowledged before one was added that the read has.
//!
//! Reads that were found to have no place in the order are left out of the third, so that one of them does not condemn those
//! after it.

use std::rc::Rc;

/// A place in the history's own order of begins and ends, so that no two are at the same time.
pub type Tick = u32;
/// The number of an item: they are numbered as they are attempted.
pub type Item = u32;

/// A call of some user.
#[derive(Clone)]
pub struct Call {
    pub user: u8,
    /// Which of several shared things it is about; what is asked of one says nothing of another.
    pub page: u16,
    pub began: Tick,
    /// `None` while it is not answered.
    pub ended: Option<Tick>,
    pub what: What,
}

#[derive(Clone)]
pub enum What {
    /// Adds an item, whose writer had seen those.
    Add { item: Item, seen: Rc<[Item]> },
    /// Reads all items; what it has returned, once it has ended, in ascending order.
    Read { found: Rc<[Item]> },
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
    /// What it has instead, where it is that item without the other that cannot be.
    pub instead: Option<Item>,
}

/// The first breach of each promise by the read at that place, after the `earlier` breaches by others.
pub fn check(history: &[Call], place: usize, earlier: &[Breach]) -> Vec<Breach> {
    let read = &history[place];
    let What::Read { found } = &read.what else { return Vec::new() };
    let mut breaches: Vec<Breach> = Vec::new();
    let mut report = |promise, against: usize, missing: Item| {
        if !breaches.iter().any(|breach| breach.promise == promise) {
            breaches.push(Breach { promise, read: place, against, missing, instead: None });
        }
    };
    for (other, call) in on_page(history, read.page) {
        let is_over = call.ended.is_some_and(|ended| ended < read.began);
        match &call.what {
            What::Add { item, seen } => {
                let has = contains(found, *item);
                if is_over && !has {
                    if call.user == read.user {
                        report(Promise::OwnWrites, other, *item);
                    }
                    report(Promise::Linearizable, other, *item);
                }
                if has && let Some(missing) = seen.iter().find(|cause| !contains(found, **cause)) {
                    report(Promise::ConsistentPrefix, other, *missing);
                }
            }
            What::Read { found: earlier } if is_over => {
                if let Some(missing) = first_only_in(earlier, found) {
                    if call.user == read.user {
                        report(Promise::MonotonicReads, other, missing);
                    }
                    report(Promise::Linearizable, other, missing);
                }
            }
            What::Read { .. } => {}
        }
    }
    // What hurts a user comes before what only an observer of everyone can tell.
    let of_order = breaches.iter().position(|breach| breach.promise == Promise::Linearizable);
    let of_order = of_order.map(|place| breaches.remove(place));
    breaches.extend(of_order.or_else(|| of_the_set(history, place, found, earlier)));
    breaches
}

fn on_page(history: &[Call], page: u16) -> impl Iterator<Item = (usize, &Call)> {
    history.iter().enumerate().filter(move |(_, call)| call.page == page)
}

fn contains(found: &[Item], item: Item) -> bool {
    found.binary_search(&item).is_ok()
}

/// The first item of `one` that is not in `other`.
fn first_only_in(one: &[Item], other: &[Item]) -> Option<Item> {
    let mut rest = other.iter().peekable();
    one.iter().copied().find(|item| {
        while rest.next_if(|next| *next < item).is_some() {}
        rest.peek() != Some(&item)
    })
}

/// The two cases in which no item alone refutes the order, and the set that was read does.
fn of_the_set(history: &[Call], place: usize, found: &[Item], earlier: &[Breach]) -> Option<Breach> {
    let breach = |against, missing, instead| Breach {
        promise: Promise::Linearizable,
        read: place,
        against,
        missing,
        instead: Some(instead),
    };
    let has_no_place = |read| earlier.iter().any(|it| it.read == read && it.promise == Promise::Linearizable);
    let mut latest: Option<(Tick, Item)> = None;
    for (other, call) in on_page(history, history[place].page) {
        match &call.what {
            What::Read { found: theirs } if other != place && call.ended.is_some() && !has_no_place(other) => {
                if let (Some(missing), Some(instead)) = (first_only_in(theirs, found), first_only_in(found, theirs)) {
                    return Some(breach(other, missing, instead));
                }
            }
            What::Add { item, .. } if contains(found, *item) => latest = latest.max(Some((call.began, *item))),
            _ => {}
        }
    }
    let (began, instead) = latest?;
    on_page(history, history[place].page).find_map(|(other, call)| match call.what {
        What::Add { item, .. } if call.ended.is_some_and(|ended| ended < began) && !contains(found, item) => {
            Some(breach(other, item, instead))
        }
        _ => None,
    })
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
        Call { user, page: 0, began, ended: Some(ended), what: What::Add { item, seen: seen.into() } }
    }

    fn read(user: u8, began: Tick, ended: Tick, found: &[Item]) -> Call {
        Call { user, page: 0, began, ended: Some(ended), what: What::Read { found: found.into() } }
    }

    fn promises(history: &[Call]) -> Vec<(&'static str, usize, Item)> {
        let found = check(history, history.len() - 1, &[]);
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
        // Someone else's may be missing, by these promises; but there is no single order.
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
        // An answer without its question, by a read that began before both.
        let talk = [add(1, 1, 2, 7, &[]), add(2, 3, 4, 8, &[7]), read(3, 1, 9, &[8])];
        assert_eq!(promises(&talk), [("prefix", 1, 7), ("linearizable", 0, 7)]);
    }

    #[test]
    fn what_was_acknowledged_and_is_gone_is_lost() {
        let mut history = vec![add(1, 1, 2, 7, &[]), add(1, 3, 4, 8, &[]), add(2, 5, 6, 9, &[])];
        history[2].ended = None;
        assert_eq!(lost(&history, &[7]), [1]);
        assert!(lost(&history, &[7, 8]).is_empty());
    }

    /// FAULTS R12: a page that no one order of all calls explains, though each of its items alone is in order.
    #[test]
    fn r12_a_page_is_judged_as_one_set() {
        // Two reads at the same time, each with one of two posts that are on their way.
        let two = [add(1, 1, 20, 7, &[]), add(2, 2, 21, 8, &[]), read(3, 3, 10, &[7])];
        let with = |last: Call| promises(&[&two[..], &[last]].concat());
        assert_eq!(with(read(3, 4, 11, &[8])), [("linearizable", 2, 7)]);
        assert_eq!(with(read(3, 4, 11, &[7, 8])), []);
        // The second post was begun after the first was acknowledged, and the read has only the second.
        let turns = [add(1, 1, 2, 7, &[]), add(2, 3, 4, 8, &[])];
        let early = Call { began: 1, ..read(3, 1, 9, &[8]) };
        assert_eq!(promises(&[&turns[..], &[early]].concat()), [("linearizable", 0, 7)]);
    }

    /// Whether all calls fit into one order, found by trying every one (Wing and Gong, 1993). An addition without an end may
    /// come late or never. Items are numbered below 32.
    fn is_linearizable(calls: &[&Call], done: u32, set: u32) -> bool {
        let left = || (0..calls.len()).filter(|place| done & (1 << place) == 0);
        if left().all(|place| calls[place].ended.is_none()) {
            return true;
        }
        left().any(|next| {
            let is_first = left().all(|other| calls[other].ended.is_none_or(|ended| ended > calls[next].began));
            let after = match &calls[next].what {
                What::Add { item, .. } => Some(set | 1 << item),
                What::Read { found } => (found.iter().fold(0, |found, item| found | 1 << item) == set).then_some(set),
            };
            is_first && after.is_some_and(|set| is_linearizable(calls, done | 1 << next, set))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

        /// FAULTS R12: a read is reported exactly if it has no place in an order of all calls before it, those that had no
        /// place left out; or if someone had known of an item that it lacks before it began.
        #[test]
        fn the_verdict_on_linearizability_is_that_of_all_orders(
            adds in prop::collection::vec((0..16u32, 1..10u32, prop::bool::weighted(0.2)), 1..5),
            reads in prop::collection::vec((0..20u32, 1..8u32, 0..16u32), 0..5),
        ) {
            // Ticks are made unique by the place of their call.
            let tick = |time: u32, place: usize| time * 16 + place as u32;
            let mut history = Vec::new();
            for (place, (began, len, is_open)) in adds.iter().enumerate() {
                let ended = (!is_open).then(|| tick(began + len, place));
                let what = What::Add { item: place as u32, seen: Rc::default() };
                history.push(Call { user: 0, page: 0, began: tick(*began, place), ended, what });
            }
            for (place, (began, len, bits)) in reads.iter().enumerate().map(|(place, it)| (place + adds.len(), it)) {
                let (began, ended) = (tick(*began, place), tick(began + len, place));
                // What no one has begun to add is not found in our engines.
                let is_there = |item: &usize| bits & (1 << item) != 0 && history[*item].began < ended;
                let found = (0..adds.len()).filter(is_there).map(|item| item as u32).collect();
                history.push(Call { user: 1, page: 0, began, ended: Some(ended), what: What::Read { found } });
            }
            let mut order: Vec<usize> = (adds.len()..history.len()).collect();
            order.sort_by_key(|place| history[*place].ended);
            let mut breaches: Vec<Breach> = Vec::new();
            for read in order {
                // The history as it is when this read ends.
                let now = history[read].ended.expect("reads end");
                let so_far: Vec<Call> = history.iter().map(|call| {
                    let mut call = call.clone();
                    call.ended = call.ended.filter(|ended| *ended <= now);
                    match &mut call.what {
                        What::Read { found } if call.ended.is_none() => *found = Rc::default(),
                        _ => {}
                    }
                    call
                }).collect();
                let has_no_place = |place| breaches.iter().any(|it| it.read == place && it.promise == Promise::Linearizable);
                let counts = |(place, call): &(usize, &Call)| {
                    call.began < now && !has_no_place(*place) && (call.ended.is_some() || matches!(call.what, What::Add { .. }))
                };
                let calls: Vec<&Call> = so_far.iter().enumerate().filter(counts).map(|(_, call)| call).collect();
                let one = &so_far[read];
                let What::Read { found: mine } = &one.what else { unreachable!("it reads") };
                let was_known = so_far.iter().filter(|call| call.ended.is_some_and(|ended| ended < one.began)).any(|call| {
                    matches!(&call.what, What::Read { found } if found.iter().any(|item| !mine.contains(item)))
                });
                let found = check(&so_far, read, &breaches);
                let told = found.iter().any(|breach| breach.promise == Promise::Linearizable);
                prop_assert_eq!(told, was_known || !is_linearizable(&calls, 0, 0));
                breaches.extend(found);
            }
        }
    }
}
