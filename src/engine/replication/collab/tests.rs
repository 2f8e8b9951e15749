use proptest::prelude::*;

use super::*;
use crate::cluster::day::any_day;
use crate::sim::Rng;
use crate::testing::{counter, go_on, opened, run, told};

type Texts = Cluster<Collab>;

fn texts(cluster: &Texts, way: Way) -> Vec<String> {
    cluster.nodes.iter().filter_map(|node| node.text(way)).map(|text| text.to_string()).collect()
}

fn all_same(cluster: &Texts, way: Way, text: &str) {
    let found = texts(cluster, way);
    assert!(found.iter().all(|each| each == text), "{}: {found:?}, not {text}", way.name());
    assert!(is_delivered(cluster, way), "{}", way.name());
}

const ALL: [Way; 3] = [Way::Merge, Way::Transform, Way::Sequence];

#[test]
fn what_one_types_comes_to_all() {
    let (cluster, _) =
        run::<Texts>(&[], "insert 4 \"big \" as c2; settle; delete 0 4 as c3; settle; replace 0 3 small; settle");
    for way in ALL {
        all_same(&cluster, way, "small fox jumps.");
        assert_eq!(apart(&cluster, way), 0);
    }
    assert_eq!(counter(&cluster, "edits"), 3);
}

#[test]
fn offline_and_back_all_come_together() {
    let script = "isolate n2; insert 4 \"big \" as c2; insert 13 \" high\" as c1; insert 0 \"See: \" as c3; settle; heal; settle";
    let (cluster, _) = run::<Texts>(&[], script);
    for way in ALL {
        all_same(&cluster, way, "See: The big fox jumps high.");
    }
    assert_eq!(counter(&cluster, "conflicts"), 0);
}

#[test]
fn a_conflict_keeps_both_sides_and_is_told() {
    let mut cluster = opened::<Texts>(&[("way", "merge")]);
    let (said, _) = told(&mut cluster, "replace 4 3 cat; replace 4 3 dog as c2; settle");
    assert!(said.contains("their changes meet, “cat” and “dog”"), "{said}");
    all_same(&cluster, Way::Merge, "The «cat|dog» jumps.");
    assert_eq!(counter(&cluster, "conflicts"), 1);
}

#[test]
fn at_one_place_transformation_and_the_tree_keep_both_whole() {
    let (cluster, _) = run::<Texts>(&[], "insert 4 \"big \"; insert 4 \"red \" as c2; settle");
    for way in [Way::Transform, Way::Sequence] {
        all_same(&cluster, way, "The big red fox jumps.");
        assert_eq!(interleaved(&cluster, way), 0);
    }
}

/// A known example, found by hand: what is between two insertions is deleted.
#[test]
fn without_a_server_texts_stay_apart() {
    let script = "insert 2 x; delete 1 1 as c2; insert 1 y as c3; settle";
    let (cluster, _) = run::<Texts>(&[("way", "peers"), ("begins", "abc")], script);
    assert!(is_delivered(&cluster, Way::Peers));
    let found = texts(&cluster, Way::Peers);
    assert!(counter(&cluster, "peers_apart") > 0, "{found:?}");
    for way in ["transform", "sequence"] {
        let (cluster, _) = run::<Texts>(&[("way", way), ("begins", "abc")], script);
        assert_eq!(counter(&cluster, &format!("{way}_apart")), 0);
        let text = &texts(&cluster, cluster.settings.ways()[0])[0];
        assert!(text == "ayxc" || text == "axyc", "{text}");
    }
}

/// With two it is enough that any two come out the same.
#[test]
fn without_a_server_two_agree() {
    for seed in 0..60 {
        let mut rng = Rng::new(seed);
        let mut script = String::from("isolate n3\n");
        for _ in 0..12 {
            script += &format!("{} as c{}\n", any_edit(&mut rng), rng.below(2) + 1);
            script += ["", "", "run 60ms\n", "cut n1 n2\n", "heal\nisolate n3\n"][rng.below(5) as usize];
        }
        let (cluster, _) =
            run::<Texts>(&[("way", "peers"), ("begins", "abc")], &(script + "heal; isolate n3; run 5000ms"));
        let found = texts(&cluster, Way::Peers);
        assert_eq!(found[0], found[1], "seed {seed}");
    }
}

/// c2 answers c1, and c3 hears of the answer first.
#[test]
fn a_change_that_overtakes_its_parent_waits() {
    let script = "delay n1 n3 900ms; insert 3 \"!\"; run 150ms; insert 4 \"?\" as c2; run 150ms";
    for (way, word) in [("sequence", "hasn't come yet, so it waits"), ("peers", "so n3 holds it")] {
        let mut cluster = opened::<Texts>(&[("way", way), ("begins", "abc")]);
        let (said, _) = told(&mut cluster, script);
        assert!(said.contains(word), "{said}");
        let shown = cluster.settings.ways()[0];
        assert_eq!(texts(&cluster, shown), ["abc!?", "abc!?", "abc"]);
        let (said, _) = told(&mut cluster, "settle");
        all_same(&cluster, shown, "abc!?");
        assert!(said.contains("waited") || said.contains("what it held"), "{said}");
    }
}

#[test]
fn a_place_past_the_end_is_refused_with_the_length() {
    for (script, why) in [
        ("insert 15 x", "the text on n1 has 14 characters, so a place is a number from 0 to 14"),
        ("delete 10 5", "from place 10 on at most 4 can be deleted"),
        ("delete 14 1", "at most 0 can be deleted"),
        ("insert 0 x as c4", "there is no c4"),
        ("stop n2; insert 0 x as c2", "n2 is off"),
    ] {
        let (cluster, outcomes) = run::<Texts>(&[], script);
        let Some(Outcome::Refused(said)) = outcomes.last() else { panic!("{script}: {outcomes:?}") };
        assert!(said.contains(why), "{script}: {said}");
        assert_eq!(counter(&cluster, "edits"), 0);
    }
    let (cluster, _) = run::<Texts>(&[], "insert 14 x; settle");
    all_same(&cluster, Way::Sequence, "The fox jumps.x");
}

/// Where conflicts have made one text longer than another, an edit is cut short in that, and this is told.
#[test]
fn an_edit_is_cut_short_where_a_text_ends_sooner() {
    let mut cluster = opened::<Texts>(&[]);
    go_on(&mut cluster, "replace 11 3 cat; replace 11 3 dog as c2; settle", &mut ());
    let lens: Vec<usize> = ALL.iter().map(|way| cluster.nodes[0].len(*way)).collect();
    assert!(lens[0] > lens[1], "{lens:?}");
    let (said, _) = told(&mut cluster, &format!("insert {} \"!\"; settle", lens[0]));
    assert!(said.contains("this text ends sooner"), "{said}");
    for way in ALL {
        assert!(texts(&cluster, way).iter().all(|text| text.ends_with('!')));
        assert_eq!(apart(&cluster, way), 0);
    }
}

#[test]
fn ten_thousand_characters_at_once() {
    let text = "words and 👩\u{200d}🚀s. ".repeat(10_000 / 15);
    let script = format!("insert 4 \"{text}\"; settle; delete 2 9000 as c2; settle");
    let (cluster, _) = run::<Texts>(&[], &script);
    let len = letters(&text).count() + 14 - 9_000;
    for way in ALL {
        assert_eq!(apart(&cluster, way), 0);
        assert!(is_delivered(&cluster, way));
        assert_eq!(cluster.nodes[2].len(way), len);
    }
    let too_long = format!("insert 0 {}", "x".repeat(10_001));
    let statements = crate::language::statements(&too_long).unwrap();
    let bad = <Texts as crate::contract::Engine>::parse(&mut crate::language::Words::new(&statements[0])).unwrap_err();
    assert!(bad.accepted.contains("1 to 10,000 characters"), "{bad}");
}

/// FAULTS V12: a run whose texts are long comes to an end, and says so.
#[test]
fn v12_merges_come_to_an_end() {
    let mut texts = opened::<Texts>(&[("way", "merge")]);
    texts.witness.merged = super::MOST_MERGED - 1;
    assert!(told(&mut texts, "insert 0 a").1.is_ok());
    let refused = told(&mut texts, "insert 0 b").1.to_string();
    assert!(refused.contains("600,000 letters"), "{refused}");
}

/// A flag, a family, an accent of its own, a line's end of two: one place each, never cut.
#[test]
fn a_character_of_many_code_points_is_one_place() {
    let script = "insert 1 \"🇩🇪👨\u{200d}👩\u{200d}👧e\u{301}\" as c3; settle; insert 3 x; delete 1 1 as c2; settle";
    let (cluster, _) = run::<Texts>(&[("begins", "abc")], script);
    for way in [Way::Transform, Way::Sequence] {
        all_same(&cluster, way, "a👨\u{200d}👩\u{200d}👧xe\u{301}bc");
    }
    // An accent that is typed alone stays a character of its own, and so does what it stands after.
    let (cluster, _) =
        run::<Texts>(&[("begins", "nothing")], "insert 0 e; insert 1 \"\u{301}\"; settle; delete 1 1; settle");
    for way in ALL {
        all_same(&cluster, way, "e");
    }
}

#[test]
fn a_device_that_was_off_has_its_text_and_what_it_owes() {
    let script =
        "isolate n1; insert 0 \"A \"; run 50ms; stop n1 lost; heal; insert 0 \"B \" as c2; settle; start n1; settle";
    let (cluster, _) = run::<Texts>(&[], script);
    for way in ALL {
        assert_eq!(apart(&cluster, way), 0);
        assert!(is_delivered(&cluster, way), "{}: {:?}", way.name(), texts(&cluster, way));
        let text = &texts(&cluster, way)[0];
        assert!(text.contains('A') && text.contains('B'), "{text}");
    }
    // The server, too. Without it the tree still grows.
    let mut cluster = opened::<Texts>(&[]);
    go_on(&mut cluster, "stop n4; insert 0 \"A \"; settle", &mut ());
    assert_eq!(texts(&cluster, Way::Sequence)[1], "A The fox jumps.");
    assert_eq!(texts(&cluster, Way::Transform)[1], "The fox jumps.");
    go_on(&mut cluster, "start n4; settle", &mut ());
    ALL.iter().for_each(|way| all_same(&cluster, *way, "A The fox jumps."));
}

/// What is lost is sent again without anybody's doing.
#[test]
fn a_message_that_is_dropped_is_sent_again() {
    let (cluster, _) = run::<Texts>(&[], "insert 0 \"A \"; drop n1>n4; drop n1>n4; drop n1>n2; run 5000ms");
    ALL.iter().for_each(|way| all_same(&cluster, *way, "A The fox jumps."));
}

fn any_edit(rng: &mut Rng) -> String {
    let place = rng.below(6);
    match rng.below(5) {
        0 => format!("delete {place} {}", rng.below(3) + 1),
        1 => format!("replace {place} 1 \"{} \"", ["big", "red", "👩\u{200d}🚀"][rng.below(3) as usize]),
        2 => format!("insert {place} \"e\u{301} \""),
        _ => format!("insert {place} {}", ["x", "yy", "zzz"][rng.below(3) as usize]),
    }
}

const EDITS: &[&str] = &[
    "insert 0 a",
    "insert 3 \"big \" as c2",
    "insert 4 \"red \" as c3",
    "insert 1 b as c2",
    "delete 0 2 as c3",
    "delete 2 1",
    "delete 1 3 as c2",
    "replace 0 1 \"👩\u{200d}🚀 \" as c3",
    "replace 2 3 \"one two\"",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// After any day, and some time with open links, all copies are the same; only without a server they may not be.
    #[test]
    fn after_any_day_all_come_together(
        seed in any::<u64>(), way in 0..5_usize, begins in 0..4_usize, unit in 0..2_usize, delay in 0..3_usize,
    ) {
        let way = ["all", "merge", "transform", "sequence", "peers"][way];
        let begins = ["fox", "abc", "list", "nothing"][begins];
        let (unit, delay) = (["words", "lines"][unit], ["0", "20", "100"][delay]);
        let mut cluster = opened::<Texts>(&[("way", way), ("begins", begins), ("unit", unit), ("delay", delay)]);
        let day = any_day(seed, 40, &cluster, EDITS);
        let nodes = cluster.nodes.len();
        let starts: String = (1..=nodes).map(|node| format!("start n{node}; ")).collect();
        go_on(&mut cluster, &format!("{day}\nheal; {starts}run 10000ms; heal; run 10000ms; settle"), &mut ());
        for way in cluster.settings.ways() {
            let texts = texts(&cluster, *way);
            prop_assert!(is_delivered(&cluster, *way), "{}: {:?}\n{}", way.name(), texts, day);
            if *way != Way::Peers {
                prop_assert_eq!(apart(&cluster, *way), 0, "{}: {:?}\n{}", way.name(), texts, day);
            }
            if *way == Way::Sequence {
                prop_assert_eq!(interleaved(&cluster, *way), 0, "{:?}\n{}", texts, day);
            }
        }
    }
}

/// A receipt that a reader delivers by hand is a step, as all that is delivered, lost or not.
#[test]
fn a_receipt_can_be_delivered_by_hand() {
    let mut texts = opened::<Texts>(&[("way", "sequence")]);
    let (said, _) = told(&mut texts, "insert 4 x; run 150ms; deliver n2>n1");
    assert!(said.ends_with("(receipt) from n2 has come to n1, which does nothing more about it."), "{said}");
}

/// What makes a text shorter is never too long, nor is what replaces as much as it brings.
#[test]
fn a_text_that_is_full_can_be_edited() {
    let mut texts = opened::<Texts>(&[("way", "sequence"), ("begins", "nothing")]);
    let long = "x".repeat(10_000);
    for _ in 0..10 {
        assert_eq!(told(&mut texts, &format!("insert 0 {long}")).1, Outcome::Done);
    }
    assert!(told(&mut texts, "insert 0 y").0.contains("has 100,000 characters, and may have 100,000 at most"));
    assert_eq!(told(&mut texts, "replace 0 100 y").1, Outcome::Done);
}

/// The same change by two people is no conflict, and what was taken back at once sends nothing.
#[test]
fn what_is_the_same_is_told_as_that() {
    let of = |script: &str| told(&mut opened::<Texts>(&[("way", "merge")]), script).0;
    let same = of("replace 4 3 wolf; replace 4 3 wolf as c2; settle");
    assert!(same.contains("nothing is in conflict, so version 2 has both: “The wolf jumps.”"), "{same}");
    let none = of("replace 4 3 fox");
    assert!(none.contains("here is nothing new to send"), "{none}");
    let fewer = of("replace 4 3 wolf; replace 4 3 bear as c2; settle; delete 16 6");
    assert!(!fewer.contains("so it is done at 16"), "{fewer}");
}

/// Two delete the same: for the second it is no news.
#[test]
fn a_tombstone_is_told_once() {
    let of = |script: &str| told(&mut opened::<Texts>(&[("way", "sequence")]), script).0;
    let said = of("delete 4 3; delete 5 1 as c2; settle");
    assert!(
        said.contains(
            "n2 takes into its tree what n1 has sent: start:4 and start:6 become tombstones; start:5 is a tombstone already."
        ),
        "{said}"
    );
    assert!(said.contains("n1 takes into its tree what n2 has sent: start:5 is a tombstone already."), "{said}");
    let said = of("delete 4 3; delete 4 3 as c2; settle");
    assert!(
        said.contains("n1 takes into its tree what n2 has sent: start:4 to start:6 are tombstones already."),
        "{said}"
    );
    assert_eq!(said.matches("become tombstones").count(), 3, "{said}");
}

/// What a cut holds up is no quiet; and what was dropped goes out again.
#[test]
fn what_is_owed_is_told_when_time_comes_to_rest() {
    for (script, owed) in [
        ("isolate n2; insert 0 \"A \" as c2; settle", "n2 owes n4 1 message."),
        ("cut n1 n2; insert 0 A; settle", "n1 owes n2 1 message."),
        ("stop n3; insert 0 A; insert 0 B as c2; settle", "n1 owes n3 1 message and n2 owes n3 1 message."),
    ] {
        let way = if script.starts_with("isolate") { "merge" } else { "sequence" };
        let (said, _) = told(&mut opened::<Texts>(&[("way", way)]), script);
        assert!(said.ends_with(&format!("and all is quiet. But {owed}")), "{said}");
    }
    for way in ["merge", "transform", "sequence", "peers"] {
        let mut cluster = opened::<Texts>(&[("way", way)]);
        let to = if cluster.settings.has_server() { "n4" } else { "n2" };
        let (said, _) = told(&mut cluster, &format!("insert 0 \"A \"; drop n1>{to}; settle"));
        assert!(said.ends_with("and all is quiet."), "{way}: {said}");
        assert!(is_delivered(&cluster, cluster.settings.ways()[0]), "{way}: {said}");
    }
    // What follows an answer is owed as well.
    let (said, _) =
        told(&mut opened::<Texts>(&[("way", "merge")]), "isolate n2; insert 0 A as c2; insert 1 B as c2; settle");
    assert!(said.ends_with("But n2 owes n4 2 messages."), "{said}");
}

/// c1 has typed y after x, and deleted x. In the conflicts of that with c3's z, z stands between: as one of the sides.
#[test]
fn sides_of_a_conflict_are_not_mixed() {
    let script = "insert 3 x; insert 4 y; delete 3 1; insert 3 z as c3; settle";
    let (cluster, _) = run::<Texts>(&[("way", "merge"), ("begins", "abc")], script);
    all_same(&cluster, Way::Merge, "««abcx|abcz»|abcy»");
    assert_eq!((counter(&cluster, "conflicts"), interleaved(&cluster, Way::Merge)), (2, 0));
}
