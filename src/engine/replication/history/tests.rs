//! What each rule catches, and the checker against a search through all orders of small histories.

use proptest::prelude::*;

use super::*;
use crate::replication::register::{self, Op};

/// Calls are written `+w1`, `+d1`, `+r1` for their begin, `-w1` for an acknowledgement, `-r1=w2` or `-r1=` for an answer.
fn verdict(script: &str) -> Verdict {
    let mut history = History::default();
    let id = |text: &str| CallId {
        client: ClientId::new(if text.starts_with('r') { 2 } else { 1 }),
        number: text[1..].parse().unwrap(),
    };
    let mut last = None;
    for word in script.split_whitespace() {
        let key = Key::new("k");
        let (call, found) = word[1..].split_once('=').unwrap_or((&word[1..], ""));
        let request = match &call[..1] {
            "w" => Request::Write { key, value: "v".into() },
            "d" => Request::Delete { key },
            _ => Request::Read { key },
        };
        match (&word[..1], &request) {
            ("+", _) => history.begin(id(call), request, Time::ZERO),
            (_, Request::Write { .. } | Request::Delete { .. }) => {
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

fn write(number: u32) -> CallId {
    CallId { client: ClientId::new(1), number }
}

fn read(number: u32) -> CallId {
    CallId { client: ClientId::new(2), number }
}

#[test]
fn a_read_owes_what_began_and_ended_between_the_returned_write_and_itself() {
    let missed = |number| Verdict::Missed { write: write(number) };
    assert_eq!(verdict("+w1 -w1 +r1 -r1=w1"), Verdict::Fresh);
    assert_eq!(verdict("+w1 -w1 +r1 -r1="), missed(1));
    assert_eq!(verdict("+w1 -w1 +w2 -w2 +r1 -r1=w1"), missed(2));
    assert_eq!(verdict("+w1 +r1 -w1 -r1="), Verdict::Fresh);
    assert_eq!(verdict("+w1 -w1 +w2 +r1 -r1=w2"), Verdict::Fresh);
    // The write acknowledged last is not the one that it owes: that began before the returned one was over.
    assert_eq!(verdict("+w1 +w2 -w2 +w3 -w3 -w1 +r1 -r1=w2"), missed(3));
}

/// FAULTS R4: two writes overlap, and no order of their acknowledgements says which is the last.
#[test]
fn r4_of_two_writes_that_overlap_either_may_be_the_last() {
    assert_eq!(verdict("+w1 +w2 -w1 -w2 +r1 -r1=w1"), Verdict::Fresh);
    assert_eq!(verdict("+w1 +w2 -w2 -w1 +r1 -r1=w1"), Verdict::Fresh);
    assert_eq!(verdict("+w1 +w2 -w1 -w2 +r1 -r1=w2"), Verdict::Fresh);
}

/// FAULTS R14: no one can tell which deletion has left nothing, once its tombstone is forgotten. So a read that finds nothing
/// is judged by what makes it right, and proves nothing against another.
#[test]
fn r14_nothing_may_be_what_any_deletion_has_left() {
    assert_eq!(verdict("+w1 -w1 +d2 -d2 +r1 -r1="), Verdict::Fresh);
    assert_eq!(verdict("+w1 -w1 +d2 -d2 +r1 -r1=d2"), Verdict::Fresh);
    assert_eq!(verdict("+w1 -w1 +d2 +r1 -r1="), Verdict::Fresh);
    assert_eq!(verdict("+w1 -w1 +d2 +r1 -r1= +r2 -r2=w1"), Verdict::Fresh);
    assert_eq!(verdict("+w1 -w1 +d2 +r1 -r1=d2 +r2 -r2=w1"), Verdict::WentBack { behind: read(1) });
    assert_eq!(verdict("+w1 -w1 +d2 -d2 +r1 -r1=w1"), Verdict::Missed { write: write(2) });
    assert_eq!(verdict("+w1 -w1 +d2 -d2 +w3 -w3 +r1 -r1="), Verdict::Missed { write: write(3) });
}

#[test]
fn a_read_does_not_go_back_behind_another() {
    let behind = Verdict::WentBack { behind: read(1) };
    assert_eq!(verdict("+w1 -w1 +w2 +r1 -r1=w2 +r2 -r2=w1"), behind);
    assert_eq!(verdict("+w1 -w1 +w2 +r1 +r2 -r1=w2 -r2=w1"), Verdict::Fresh);
    assert_eq!(verdict("+w2 +r1 -r1=w2 +r2 -r2="), behind);
    // Concurrent writes have no order to go back in.
    assert_eq!(verdict("+w1 +w2 +r1 -r1=w2 +r2 -r2=w1"), Verdict::Fresh);
}

#[test]
fn what_takes_turns_is_not_linearizable() {
    let between = Verdict::NoOrder { against: read(2) };
    assert_eq!(verdict("+w1 +w2 +r1 -r1=w2 +r2 -r2=w1 +r3 -r3=w2"), between);
    // Readers that go on from there have it no worse, once the one that was wrong is left out.
    assert_eq!(verdict("+w1 +w2 +r1 -r1=w2 +r2 -r2=w1 +r3 -r3=w2 +r4 -r4=w1"), Verdict::Fresh);
}

/// FAULTS R5: a read that was wrong does not excuse the next.
#[test]
fn r5_one_anomaly_does_not_hide_the_next() {
    let turns = "+w1 +w2 +r1 -r1=w2 +r2 -r2=w1 +r3 -r3=w2";
    assert_eq!(verdict(&format!("{turns} +r4 -r4=w2")), Verdict::NoOrder { against: read(2) });
    assert_eq!(verdict(&format!("{turns} +w3 -w3 +w4 +r4 -r4=w4 +r5 -r5=w3")), Verdict::WentBack { behind: read(4) });
}

/// A call as the plain model has it; moments are counted from 1.
#[derive(Clone, Copy, Debug)]
struct Plain {
    is_write: bool,
    began: u32,
    /// When it was acknowledged or answered, and, for a read, with which write.
    ended: Option<(u32, Option<usize>)>,
    is_wrong: bool,
    /// It was told that a write is lost, or that it missed the last one for good.
    shows_a_loss: bool,
}

impl Plain {
    /// The places of its call among all, and its number among those of its client.
    fn id(place: usize, calls: &[Plain]) -> CallId {
        let number = calls[..=place].iter().filter(|call| call.is_write == calls[place].is_write).count() as u32;
        if calls[place].is_write { write(number) } else { read(number) }
    }

    fn end(&self) -> u32 {
        self.ended.map_or(u32::MAX, |(end, _)| end)
    }
}

/// The verdict of the rules as they are written, over all calls.
fn by_the_rules(calls: &[Plain], place: usize) -> &'static str {
    let one = calls[place];
    let over = |write: Option<usize>| write.map_or(0, |write| calls[write].end());
    let found = one.ended.expect("it has ended").1;
    let before = || calls.iter().filter(|call| call.end() < one.began);
    if before().any(|call| call.is_write && over(found) < call.began) {
        return "missed";
    }
    let seen = |call: &Plain| call.ended.and_then(|(_, found)| found);
    if before().filter(|call| !call.is_write).filter_map(seen).any(|seen| over(found) < calls[seen].began) {
        return "went back";
    }
    let op = |(number, call): (usize, &Plain)| Op {
        began: call.began,
        ended: call.ended.map(|(end, _)| end),
        value: if call.is_write { number + 1 } else { seen(call).map_or(0, |write| write + 1) },
        is_write: call.is_write,
    };
    let counts = |(_, call): &(usize, &Plain)| call.is_write || call.ended.is_some() && !call.is_wrong;
    let ops: Vec<Op> = calls.iter().enumerate().filter(counts).map(op).collect();
    if register::fits(&ops, 0, 0) { "fresh" } else { "no order" }
}

/// Whether a write is lost unseen, by all calls; the later a write is in `stamps`, the larger its version.
fn is_lost(calls: &[Plain], stamps: &[usize], place: usize) -> bool {
    let answered = || calls.iter().filter(|call| !call.is_write).filter_map(|call| Some((call, call.ended?.1?)));
    let one = calls[place];
    let is_shown = |(reader, found): (&Plain, usize)| {
        one.end() < reader.began
            && one.end() > calls[found].began
            && (!reader.is_wrong || reader.shows_a_loss)
            && stamps[place] < stamps[found]
    };
    one.is_write && answered().all(|(_, found)| found != place) && answered().any(is_shown)
}

/// Whether a read that has missed a write has missed it for good: the last that was attempted of those that it should have
/// seen has a smaller version than what it returned. That is said once.
fn misses_for_good(calls: &[Plain], stamps: &[usize], place: usize) -> bool {
    let one = calls[place];
    let Some(found) = one.ended.and_then(|(_, found)| found) else { return false };
    let acknowledged = |other: &usize| calls[*other].is_write && calls[*other].end() < one.began;
    let last = (0..calls.len()).rev().find(acknowledged);
    let was_seen = |write| calls.iter().any(|call| call.ended.is_some_and(|(_, found)| found == Some(write)));
    last.filter(|last| calls[found].end() < calls[*last].began)
        .is_some_and(|last| stamps[last] < stamps[found] && !was_seen(last) && !is_lost(calls, stamps, last))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// FAULTS R4 and R5: each verdict is that of the rules, whatever was wrong before, and the lost writes are those.
    #[test]
    fn the_checker_says_what_a_search_through_all_orders_says(
        actions in prop::collection::vec((0..8u32, any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..24),
        stamps in Just((0..9usize).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let (mut history, mut calls, mut open) = (History::default(), Vec::<Plain>::new(), Vec::<usize>::new());
        let key = || Key::new("k");
        for (moment, (action, one, two)) in (1..).zip(actions) {
            let is_write = action % 2 == 0;
            if action < 4 && calls.len() < 9 {
                calls.push(Plain { is_write, began: moment, ended: None, is_wrong: false, shows_a_loss: false });
                let place = calls.len() - 1;
                open.push(place);
                let id = Plain::id(place, &calls);
                let request = if is_write { Request::Write { key: key(), value: "v".into() } } else { Request::Read { key: key() } };
                history.begin(id, request, Time::ZERO);
                if is_write {
                    history.stamp(id, Time::from_nanos(stamps[place] as u64));
                }
            } else if !open.is_empty() {
                let place = open.remove(one.index(open.len()));
                let id = Plain::id(place, &calls);
                if action == 7 {
                    history.end(id, Returned::Nothing, Time::ZERO);
                    continue;
                }
                let writes: Vec<usize> = (0..calls.len()).filter(|place| calls[*place].is_write).collect();
                let found = if calls[place].is_write { None } else { two.index(writes.len() + 1).checked_sub(1).map(|number| writes[number]) };
                calls[place].ended = Some((moment, found));
                if calls[place].is_write {
                    history.end(id, Returned::Written, Time::ZERO);
                    continue;
                }
                let returned = Returned::Found(found.map(|write| Plain::id(write, &calls)));
                let verdict = history.end(id, returned, Time::ZERO).expect("a read is judged");
                let name = match verdict {
                    Verdict::Lost { winner: Winner::WasOver, .. } | Verdict::Missed { .. } => "missed",
                    Verdict::Fresh | Verdict::Lost { .. } => "fresh",
                    Verdict::WentBack { .. } | Verdict::Lacks { .. } => "went back",
                    Verdict::NoOrder { .. } => "no order",
                };
                prop_assert_eq!(name, by_the_rules(&calls, place), "{:?}", calls);
                calls[place].is_wrong = name != "fresh";
                calls[place].shows_a_loss = misses_for_good(&calls, &stamps, place);
                let is_for_good = matches!(verdict, Verdict::Lost { winner: Winner::WasOver, .. });
                prop_assert_eq!(is_for_good, calls[place].shows_a_loss, "{:?}", calls);
                let lost = (0..calls.len()).filter(|place| is_lost(&calls, &stamps, *place)).count();
                prop_assert_eq!(history.lost_unseen(), lost as u64, "{:?}", calls);
            }
        }
    }
}
