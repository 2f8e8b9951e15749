use proptest::prelude::*;

use super::*;
use crate::cluster::day::any_day;
use crate::contract::{Outcome, Probe};
use crate::sim::{MessageId, Rng};
use crate::testing::{counter, go_on, opened, run, told};

type Leaders = Cluster<MultiLeader>;

const RESOLUTIONS: [&str; 6] = ["home", "lww", "siblings", "on-write", "on-read", "types"];

fn value(text: &str) -> Outcome {
    Outcome::Value(Some(text.to_owned()))
}

/// What a read of `title` finds at each leader, after both have written it at the same time.
fn title(resolution: &str) -> (Leaders, Vec<Outcome>) {
    let script = "begin write title B; begin write title C as c2; settle; read title; read title as c2";
    let (leaders, outcomes) = run::<Leaders>(&[("resolution", resolution)], script);
    (leaders, outcomes[3..].to_vec())
}

#[test]
fn a_title_that_two_have_written_comes_out_in_each_way() {
    for (resolution, found) in
        [("lww", "C"), ("siblings", "B or C"), ("on-write", "B/C"), ("on-read", "B/C"), ("types", "C")]
    {
        let (leaders, read) = title(resolution);
        assert_eq!(read, [value(found), value(found)], "{resolution}");
        let lost = u64::from(found == "C");
        assert_eq!((counter(&leaders, "writes_lost"), counter(&leaders, "apart")), (lost, 0), "{resolution}");
    }
    let (leaders, read) = title("home");
    assert_eq!((read[0] == read[1], counter(&leaders, "writes_lost")), (true, 0));
}

#[test]
fn what_the_last_write_has_lost_is_named_and_a_slow_clock_loses_a_write_that_saw_the_other() {
    let mut leaders = opened::<Leaders>(&[]);
    let (said, _) = told(&mut leaders, "begin write title B; begin write title C as c2; settle");
    assert!(said.contains("c1.1 is lost"), "{said}");
    let mut leaders = opened::<Leaders>(&[]);
    let (said, read) = told(
        &mut leaders,
        "skew n2 -500ms; run 500ms; write title B; settle; read title as c2; write title C as c2; settle; read title as c2",
    );
    assert!(said.contains("c2.2 is lost"), "{said}");
    assert_eq!(read, value("B"));
}

#[test]
fn likes_are_all_counted_by_a_counter_alone() {
    let likes = "increment likes; settle; begin increment likes; begin increment likes as c2; settle; read likes";
    for (resolution, found) in
        [("home", "3"), ("lww", "2"), ("siblings", "2 or 2"), ("on-write", "2"), ("on-read", "2"), ("types", "3")]
    {
        let (_, outcomes) = run::<Leaders>(&[("resolution", resolution)], likes);
        assert_eq!(outcomes.last(), Some(&value(found)), "{resolution}");
    }
}

#[test]
fn sets_and_maps_keep_what_does_not_touch() {
    let set = "add cart milk; settle; begin remove cart milk; begin add cart eggs as c2; settle; read cart";
    let map = "set car color red; settle; begin set car color blue; begin set car size m as c2; settle; read car";
    for (resolution, items, fields) in [
        ("lww", "{eggs, milk}", "{color red, size m}"),
        ("siblings", "{} or {eggs, milk}", "{color blue} or {color red, size m}"),
        ("on-write", "{eggs, milk}", "{color blue/red, size m}"),
        ("types", "{eggs}", "{color blue, size m}"),
    ] {
        let (_, outcomes) = run::<Leaders>(&[("resolution", resolution)], set);
        assert_eq!(outcomes.last(), Some(&value(items)), "{resolution}");
        let (_, outcomes) = run::<Leaders>(&[("resolution", resolution)], map);
        assert_eq!(outcomes.last(), Some(&value(fields)), "{resolution}");
    }
    // An addition that a removal has not seen stays.
    let again = "add cart milk; settle; begin remove cart milk; begin add cart milk as c2; settle; read cart";
    let (leaders, outcomes) = run::<Leaders>(&[("resolution", "types")], again);
    assert_eq!((outcomes.last(), counter(&leaders, "writes_lost")), (Some(&value("{milk}")), 0));
}

#[test]
fn siblings_are_replaced_by_a_user_who_has_read_them_and_by_no_other() {
    let (_, outcomes) = run::<Leaders>(
        &[("resolution", "siblings")],
        "begin write title B; begin write title C as c2; settle; write title D; read title; write title D; settle; read title as c2",
    );
    let Outcome::Refused(why) = &outcomes[3] else { panic!("{outcomes:?}") };
    assert!(why.contains("c1 hasn't read them"), "{why}");
    assert_eq!(outcomes[4..], [value("B or C"), Outcome::Done, Outcome::Done, value("D")]);
}

const ROOM: &str = "begin book room1 9 11; begin book room1 10 12 as c2; settle";

#[test]
fn a_room_that_is_booked_twice_is_found_in_every_way_but_one() {
    for resolution in RESOLUTIONS {
        for (twice, found) in [("both", (1, 0)), ("cancel", (0, 1))] {
            let mut leaders = opened::<Leaders>(&[("resolution", resolution), ("twice", twice)]);
            let (said, _) = told(&mut leaders, ROOM);
            let found = if resolution == "home" { (0, 0) } else { found };
            let counted = (counter(&leaders, "taken_twice"), counter(&leaders, "cancelled"));
            assert_eq!(counted, found, "{resolution} {twice}");
            assert_eq!(said.contains("is taken twice: by c1.1 and by c2.1"), found.0 == 1, "{said}");
            assert_eq!(said.contains("c2.1 is cancelled, although it was granted"), found.1 == 1, "{said}");
            assert_eq!(said.contains("n1 declines c2.1"), resolution == "home", "{said}");
        }
    }
    // Hours that touch are no conflict, and neither are a room and a name; a name that is known to be taken is declined.
    let apart = "begin book a 9 10; begin book a 10 11 as c2; settle; take b as c2; settle; take a; take b";
    let (leaders, outcomes) = run::<Leaders>(&[], apart);
    assert_eq!(counter(&leaders, "taken_twice"), 0);
    assert!(matches!(outcomes.last(), Some(Outcome::Refused(why)) if why == "c2.2 has the name b"), "{outcomes:?}");
}

#[test]
fn a_cut_leaves_both_sides_writing_but_not_where_a_record_has_a_home() {
    let cut = "cut n1 n2; write a B; write a C as c2; write b B; write b C as c2";
    for resolution in RESOLUTIONS {
        let (leaders, outcomes) = run::<Leaders>(&[("resolution", resolution)], cut);
        let refused = outcomes.iter().filter(|it| matches!(it, Outcome::Unanswered(Some(_)))).count();
        assert_eq!(refused, if resolution == "home" { 2 } else { 0 }, "{resolution} {outcomes:?}");
        assert!(counter(&leaders, "owed") > 0);
    }
}

/// A device goes on offline, and its changes go all the way when it is back.
#[test]
fn a_device_leads_while_it_is_offline() {
    let parameters = [("resolution", "types"), ("devices", "1"), ("followers", "on")];
    let script = "increment likes as c3; settle; cut n3 n1; increment likes as c3; increment likes as c2; run 5s; \
                  read likes as c3; heal; settle; read likes as c2 via n5; read likes as c3";
    let (leaders, outcomes) = run::<Leaders>(&parameters, script);
    assert_eq!(outcomes[6], value("2"));
    assert_eq!(outcomes[9..], [value("3"), value("3")]);
    assert!(is_delivered(&leaders));
}

#[test]
fn what_was_dropped_is_sent_again_and_a_node_that_was_off_is_told_what_it_missed() {
    for lost in ["drop n1>n2; run 2s", "stop n2; run 5s; start n2; settle", "cut n1 n2; run 5s; heal; settle"] {
        let (leaders, _) = run::<Leaders>(&[], &format!("begin write title B; run 7ms; {lost}"));
        assert!(is_delivered(&leaders) && counter(&leaders, "apart") == 0, "{lost}");
        assert_eq!(leaders.nodes[1].store.records().count(), 1, "{lost}");
    }
}

/// No message takes longer than none, and no link is slower than the slowest.
#[test]
fn the_shortest_and_the_longest_delay_come_to_the_same() {
    for delay in ["0", "5000"] {
        for resolution in RESOLUTIONS {
            let parameters = [
                ("resolution", resolution),
                ("delay", delay),
                ("timeout", "60000"),
                ("centres", "3"),
                ("devices", "2"),
                ("followers", "on"),
            ];
            let all = "begin write title B; begin write title C as c2; begin write title D as c5; settle; read title as c4; settle";
            let (leaders, outcomes) = run::<Leaders>(&parameters, all);
            assert_eq!(counter(&leaders, "apart"), 0, "{resolution} {delay}");
            assert!(is_delivered(&leaders) && outcomes[4].is_ok(), "{resolution} {delay} {outcomes:?}");
        }
    }
}

// ---- Whatever the order ----

/// What each user does, for as many changes as there are.
const WRITES: [&str; 15] = [
    "write title B",
    "write title C as c2",
    "increment likes",
    "increment likes as c2",
    "add cart milk",
    "add cart milk as c2",
    "remove cart milk",
    "set car color red",
    "set car color blue as c2",
    "set car size m as c2",
    "book room1 9 11",
    "book room1 10 12 as c2",
    "take ada",
    "take ada as c2",
    "write title D",
];

/// The changes that are on their way.
fn changes(leaders: &Leaders) -> Vec<MessageId> {
    let in_flight = leaders.network().in_flight();
    in_flight.filter(|it| matches!(it.payload, Message::Changes { .. })).map(|it| it.id).collect()
}

fn permutations(of: &[MessageId]) -> Vec<Vec<MessageId>> {
    if of.is_empty() {
        return vec![Vec::new()];
    }
    let with_first = |place: usize| {
        let mut rest = of.to_vec();
        let first = rest.remove(place);
        permutations(&rest).into_iter().map(move |rest| [vec![first], rest].concat())
    };
    (0..of.len()).flat_map(with_first).collect()
}

/// All that must hold when all has been delivered.
fn check_end(leaders: &Leaders, day: &str) {
    assert!(is_delivered(leaders), "{day}");
    let first = &leaders.nodes[0].store;
    assert!(leaders.nodes.iter().all(|node| node.store == *first), "apart after {day}");
    check_accounts(leaders, day);
}

/// Each acknowledged write is held, or replaced by one that builds upon it, or counted as lost.
fn check_accounts(leaders: &Leaders, day: &str) {
    let judge = &leaders.witness;
    let held: Vec<_> = leaders.nodes.iter().flat_map(|node| node.store.dots()).collect();
    for (place, write) in judge.writes.iter().enumerate().filter(|(_, write)| write.is_acknowledged) {
        let is_lost = judge.lost.contains(&place);
        assert_ne!(judge.is_seen(place, &held), is_lost, "{:?} after {day}", write.call);
    }
    let by_clock = matches!(leaders.settings.resolution, Resolution::Lww | Resolution::Types);
    assert!(by_clock || judge.lost.is_empty(), "lost after {day}");
    let is_kept = |call: CallId| leaders.nodes.iter().any(|node| node.store.claims.get(call).is_some());
    assert!(judge.granted.iter().all(|(call, _)| is_kept(*call)), "a claim is gone after {day}");
}

/// Every order in which up to five changes can arrive.
#[test]
fn all_are_equal_in_every_order_of_five_messages() {
    for resolution in RESOLUTIONS {
        for (first, twice) in (0..WRITES.len() - 5).zip(["both", "cancel"].into_iter().cycle()) {
            let parameters = [("resolution", resolution), ("twice", twice), ("delay", "5000"), ("timeout", "20000")];
            let mut before = opened::<Leaders>(&parameters);
            for write in &WRITES[first..first + 5] {
                go_on(&mut before, &format!("begin {write}; run 20ms"), &mut ());
            }
            let on_the_way = changes(&before);
            assert!(on_the_way.len() <= 5);
            if resolution != "home" {
                // A removal of what its leader doesn't have is declined, and so is a claim on what is known to be taken.
                assert!(on_the_way.len() >= 4, "{resolution} {first}");
            }
            for order in permutations(&on_the_way) {
                let mut leaders = before.clone();
                let script: String = order.iter().map(|message| format!("deliver {message}; ")).collect();
                go_on(&mut leaders, &format!("{script} settle"), &mut ());
                check_end(&leaders, &format!("{resolution} {first} {script}"));
            }
        }
    }
}

const DAY: &[&str] = &[
    "begin write title B",
    "begin write title C as c2",
    "write title D as c4",
    "increment likes",
    "begin increment likes as c3",
    "begin increment likes as c4",
    "begin add cart milk",
    "begin add cart eggs as c2",
    "add cart milk as c4",
    "begin remove cart milk as c3",
    "remove cart milk",
    "begin set car color red as c2",
    "begin set car color blue as c4",
    "begin set car size m",
    "begin book room1 9 11",
    "begin book room1 10 12 as c2",
    "book room1 11 13 as c4",
    "begin take ada as c3",
    "begin take ada as c4",
    "read title",
    "begin read title as c2",
    "begin read cart as c4",
    "write title E as c2 via n1",
    "read likes as c3 via n5",
];

/// Three data centres, a device, and a follower in each.
fn world(resolution: &str, seed: u64) -> Leaders {
    let (seed, twice) = (seed.to_string(), if seed.is_multiple_of(2) { "both" } else { "cancel" });
    opened(&[
        ("resolution", resolution),
        ("twice", twice),
        ("centres", "3"),
        ("devices", "1"),
        ("followers", "on"),
        ("seed", &seed),
    ])
}

/// After which all has been delivered.
const END: &str = "heal; start n1; start n2; start n3; start n4; start n5; start n6; start n7; settle; heal; settle";

/// What a counter, a set and the writes of a run must come to, by what was told of it and nothing else.
#[derive(Default)]
struct Ledger {
    asked: Vec<(CallId, Op)>,
    /// The changes that were stored, with the time that a clock gave.
    stored: Vec<(Op, versions_of::Mark, Vec<crate::versions::Dot>)>,
}

mod versions_of {
    /// By which one of two writes of a clock is the later one.
    pub type Mark = (Option<crate::sim::Time>, crate::versions::Dot);
}

impl Probe<Leaders> for Ledger {
    fn step(&mut self, event: impl FnOnce() -> Event, _: &Leaders) {
        match event() {
            Event::WriteSent { call, op, .. } => self.asked.push((call, op)),
            Event::Stored { call, dot, stamp, over, .. } => {
                let (_, op) = self.asked.iter().find(|(asked, _)| *asked == call).expect("nobody writes unasked");
                self.stored.push((op.clone(), (stamp, dot), over.to_vec()));
            }
            _ => {}
        }
    }
}

impl Ledger {
    fn count(&self, key: &str) -> usize {
        self.stored.iter().filter(|(op, ..)| matches!(op, Op::Increment { key: it } if it.as_str() == key)).count()
    }

    /// Items with an addition that no removal had seen.
    fn items(&self, key: &str) -> Vec<String> {
        let gone = |dot| self.stored.iter().any(|(op, _, over)| matches!(op, Op::Remove { .. }) && over.contains(dot));
        let left = self.stored.iter().filter_map(|(op, (_, dot), _)| match op {
            Op::Add { key: it, item } if it.as_str() == key && !gone(dot) => Some(item.to_string()),
            _ => None,
        });
        let mut left: Vec<_> = left.collect();
        left.sort();
        left.dedup();
        left
    }

    /// What was written last, by the clocks of leaders.
    fn latest(&self, key: &str) -> Option<String> {
        let written = self.stored.iter().filter_map(|(op, (time, dot), _)| match op {
            Op::Write { key: it, value } if it.as_str() == key => Some(((*time, *dot), value)),
            _ => None,
        });
        written.max_by_key(|(mark, _)| *mark).map(|(_, value)| value.to_string())
    }
}

/// How a record stands at the first node.
fn stands(leaders: &Leaders, key: &str) -> Option<String> {
    let store = &leaders.nodes[0].store;
    store.named(&crate::key::Key::new(key)).next().map(|(_, record)| words(&record.values()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Beyond five, orders by chance, some messages twice, and those that only come about on the way, too.
    #[test]
    fn all_are_equal_in_any_order(seed: u64) {
        for resolution in RESOLUTIONS {
            let mut leaders = world(resolution, seed);
            let mut rng = Rng::new(seed);
            for _ in 0..10 {
                let write = DAY[rng.below(19) as usize];
                let write = if write.starts_with("begin") { write.to_owned() } else { format!("begin {write}") };
                go_on(&mut leaders, &format!("{write}; run 8ms"), &mut ());
            }
            let mut delivered = 0;
            loop {
                let on_the_way = changes(&leaders);
                if on_the_way.is_empty() {
                    break;
                }
                let message = on_the_way[rng.below(on_the_way.len() as u64) as usize];
                let twice = if rng.below(8) == 0 && delivered < 200 { format!("duplicate {message}; ") } else { String::new() };
                go_on(&mut leaders, &format!("{twice}deliver {message}"), &mut ());
                delivered += 1;
            }
            go_on(&mut leaders, "settle", &mut ());
            check_end(&leaders, &format!("{resolution} {seed}"));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// On any day, with stops, cuts, doubled and lost messages and clocks that are wrong: nothing is lost without being counted, and
    /// when all is delivered in the end all are equal.
    #[test]
    fn nothing_is_lost_uncounted_on_any_day(seed: u64) {
        for resolution in RESOLUTIONS {
            let mut leaders = world(resolution, seed);
            let day = any_day(seed, 30, &leaders, DAY);
            go_on(&mut leaders, &day, &mut ());
            check_accounts(&leaders, &day);
            prop_assert_eq!(counter(&leaders, "apart"), 0, "{}", day);
            go_on(&mut leaders, END, &mut ());
            check_end(&leaders, &format!("{resolution} {day}"));
            let siblings = leaders.nodes[0].store.records().map(|(_, record)| record.values().len()).max().unwrap_or(0);
            prop_assert!(siblings <= 1 || matches!(resolution, "siblings" | "on-read"), "{} {}", resolution, day);
            if resolution == "home" {
                prop_assert_eq!((counter(&leaders, "taken_twice"), counter(&leaders, "cancelled")), (0, 0), "{}", day);
            }
            if seed % 2 == 1 {
                prop_assert_eq!(counter(&leaders, "taken_twice"), 0);
            }
        }
    }

    /// Siblings are exactly those writes that no other has seen, by the sets of what each really builds upon.
    #[test]
    fn siblings_are_what_the_histories_say(seed: u64) {
        for resolution in ["siblings", "on-write", "on-read"] {
            let mut leaders = world(resolution, seed);
            let day = any_day(seed, 30, &leaders, DAY);
            go_on(&mut leaders, &day, &mut ());
            go_on(&mut leaders, END, &mut ());
            let writes = &leaders.witness.writes;
            let is_replaced = |place: usize| writes.iter().enumerate().any(|(other, it)| other != place && it.history.contains(place));
            let mut left: Vec<_> = (0..writes.len()).filter(|place| !is_replaced(*place)).map(|place| writes[place].dot).collect();
            let mut held: Vec<_> = leaders.nodes[0].store.dots().collect();
            left.sort();
            held.sort();
            prop_assert_eq!(left, held, "{} {}", resolution, day);
        }
    }

    /// A counter is the number of all that were counted, a set holds what nobody who knew of it removed, and of a register the last
    /// write by the clocks is left: each as the ledger has it.
    #[test]
    fn types_are_what_the_ledger_says(seed: u64) {
        let mut leaders = world("types", seed);
        let day = any_day(seed, 40, &leaders, DAY);
        let mut ledger = Ledger::default();
        go_on(&mut leaders, &day, &mut ledger);
        go_on(&mut leaders, END, &mut ledger);
        let likes = ledger.count("likes");
        prop_assert_eq!(stands(&leaders, "likes"), (likes > 0).then(|| likes.to_string()), "{}", day);
        let items = ledger.items("cart").join(", ");
        if let Some(cart) = stands(&leaders, "cart") {
            prop_assert_eq!(cart, format!("{{{items}}}"), "{}", day);
        }
        prop_assert_eq!(stands(&leaders, "title"), ledger.latest("title"), "{}", day);
    }
}

/// Whenever a leader stops: what it has acknowledged is everywhere in the end.
#[test]
fn a_leader_may_stop_at_any_moment() {
    for resolution in RESOLUTIONS {
        for (stopped, moment) in (0..=260).step_by(5).flat_map(|moment| [("n1", moment), ("n2", moment)]) {
            let script = format!(
                "begin write title B; begin increment likes as c2; run {moment}ms; stop {stopped}; run 300ms; start {stopped}; run 5s; settle"
            );
            let (leaders, _) = run::<Leaders>(&[("resolution", resolution)], &script);
            check_end(&leaders, &format!("{resolution} {script}"));
        }
    }
}
