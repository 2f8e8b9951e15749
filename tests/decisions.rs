//! Where an engine could go several ways, it can go each of them: every decision of every golden script is made otherwise,
//! once for each way, and what comes of it is held to what holds of every run.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use stepwise::engine::Outcome;
use stepwise::figures::{self, Run};
use stepwise::scene::Breadth;
use stepwise::spec::FigureSpec;
use stepwise::transcript;

/// Who has anything to decide.
const KINDS: [&str; 6] = ["hash-index", "btree", "lsm", "failover", "quorum", "graph"];
/// Of a longer run, so many decisions are enough.
const MOST: usize = 8;

/// The golden scripts of a kind, with their parameters.
fn specs(kind: &str) -> Vec<FigureSpec> {
    let folder = Path::new("tests/golden").join(kind);
    let mut files: Vec<_> = fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file").path()).collect();
    files.sort();
    let read = files.iter().map(|file| fs::read_to_string(file).expect("a golden file is text"));
    let spec = |golden: String| {
        let (parameters, rest) = golden.split_once("---\n").expect("it has three parts");
        let lines = parameters.lines().filter(|line| !line.starts_with('#'));
        let pairs = lines.filter_map(|line| line.split_once(" = "));
        FigureSpec {
            kind: kind.to_owned(),
            parameters: pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            run: rest.split("\n---\n").next().expect("a script").to_owned(),
            ..FigureSpec::default()
        }
    };
    let mut specs: Vec<FigureSpec> = read.map(spec).collect();
    if kind == "lsm" {
        // Where several levels have several tables.
        let run = "put 1..60 x; put 20..40 y; settle".to_owned();
        specs.push(FigureSpec { kind: kind.to_owned(), run, ..FigureSpec::default() });
    }
    specs
}

fn open(spec: &FigureSpec) -> Run {
    let opened = figures::open(spec).expect("it opens");
    assert!(opened.problems.is_empty(), "{:?}", opened.problems);
    opened.run
}

/// The steps before the decision, and those with it.
fn told(run: &Run, range: std::ops::RangeInclusive<usize>) -> Vec<String> {
    range.map(|index| run.moment(index).narration).collect()
}

#[test]
fn every_way_of_every_decision_can_be_gone() {
    for kind in KINDS {
        let (mut decisions, mut ways) = (0, 0);
        for spec in specs(kind) {
            let run = open(&spec);
            let found: Vec<_> = run.decisions().map(|(index, made)| (index, made.clone())).take(MOST).collect();
            for (index, made) in found {
                decisions += 1;
                let decision = &made.decision;
                let place = format!("{kind}, step {index} of\n{}\n{decision:#?}", spec.run);
                assert!(decision.ways.len() >= 2 && made.taken == decision.own, "{place}");
                let says: BTreeMap<_, _> = decision.ways.iter().map(|way| (&way.says, &way.because)).collect();
                assert_eq!(says.len(), decision.ways.len(), "two ways are called the same: {place}");
                for way in 0..decision.ways.len() {
                    ways += 1;
                    let mut other = open(&spec);
                    let before = other.overrule(index, way).unwrap_or_else(|mistake| panic!("{mistake}: {place}"));
                    assert_eq!(before, index, "{place}");
                    let taken = other.decision(index).expect("it is decided again").taken;
                    assert_eq!(taken, way, "{place}");
                    // What was before is as it was, and the engine's own way leads to its own run.
                    assert_eq!(told(&other, 0..=index), told(&run, 0..=index), "{place}");
                    if way == decision.own {
                        assert_eq!(transcript_of(&other), transcript_of(&run), "{place}");
                    } else {
                        let differs = told(&other, 0..=other.last()) != told(&run, 0..=run.last())
                            || other.state(other.last()) != run.state(run.last());
                        assert!(differs, "way {way} comes to the same: {place}");
                    }
                    // A link with its script leads to it.
                    let script = other.script().join("; ");
                    let again = open(&FigureSpec { run: script.clone(), ..spec.clone() });
                    assert_eq!(transcript_of(&again), transcript_of(&other), "{script}");
                    for at in [index, (index + 1).min(other.last()), other.last()] {
                        assert!(!other.view(Default::default(), at, Breadth::Narrow).shapes.is_empty());
                    }
                }
            }
        }
        assert!(decisions >= 4 && ways >= 2 * decisions, "{kind} decides {decisions} times, between {ways} ways");
    }
}

fn transcript_of(run: &Run) -> String {
    // The command's own words may say how it was decided.
    transcript::text(run).lines().filter(|line| !line.starts_with('>')).collect::<Vec<_>>().join("\n")
}

/// Wherever a page is split, and whoever borrows: a search tree stays one. Keys are found, and nothing else is.
#[test]
fn a_tree_answers_the_same_however_it_is_decided() {
    let mut tried = 0;
    for seed in 0..40u64 {
        let mut random = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut next = |below: u64| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random % below
        };
        let mut keys = BTreeMap::new();
        let mut script = Vec::new();
        for number in 0..60 {
            let key = next(40);
            match next(3) {
                0 => _ = keys.remove(&key),
                _ => _ = keys.insert(key, number),
            }
            let overruled = format!("!1.{} !2.{}", 1 + next(4), 1 + next(4));
            script.push(match keys.get(&key) {
                Some(value) => format!("put {key} v{value} {overruled}"),
                None => format!("delete {key} {overruled}"),
            });
        }
        let order = ["3", "4", "5", "7"][next(4) as usize];
        let spec = FigureSpec {
            kind: "btree".to_owned(),
            parameters: [("order".to_owned(), order.to_owned())].into(),
            before: script.join("; "),
            run: "scan 0 99".to_owned(),
            ..FigureSpec::default()
        };
        let run = open(&spec);
        let outcome = run.commands()[0].outcome.clone();
        let Outcome::Entries(found) = &outcome else { panic!("{outcome}: {}", spec.before) };
        let found: BTreeMap<u64, &str> =
            found.iter().map(|(key, value)| (key.parse().expect("a number"), &**value)).collect();
        let expected: Vec<_> = keys.iter().map(|(key, value)| (*key, format!("v{value}"))).collect();
        assert_eq!(
            found.into_iter().map(|(key, value)| (key, value.to_owned())).collect::<Vec<_>>(),
            expected,
            "{}",
            spec.before
        );
        tried += 1;
    }
    assert_eq!(tried, 40);
}

/// A node that votes twice in one term can make a leader of whoever should not be one.
#[test]
fn a_second_vote_in_a_term_makes_a_leader() {
    let mut leaders = 0;
    for spec in specs("failover") {
        let run = open(&spec);
        let found: Vec<_> = run.decisions().map(|(index, made)| (index, made.clone())).collect();
        for (index, made) in found {
            let refused = made.decision.ways[made.decision.own].because.contains("has one vote in term");
            if !refused {
                continue;
            }
            let mut other = open(&spec);
            other.overrule(index, 0).expect("it votes");
            let told = told(&other, index..=other.last());
            leaders += usize::from(told.iter().any(|narration| narration.contains(" leads term ")));
        }
    }
    assert!(leaders >= 1, "no second vote has made a leader");
}

/// Two records of a key are in the log, and the greater timestamp says which is its value. Whoever lets the other count brings
/// an old value back, and one who takes damage for a torn write starts without a word that something was lost.
#[test]
fn start_up_rests_on_timestamps_and_on_what_it_takes_for_torn() {
    let answer = |run: &str| {
        let spec = FigureSpec { kind: "hash-index".to_owned(), run: run.to_owned(), ..FigureSpec::default() };
        open(&spec).commands().last().expect("a command").outcome.clone()
    };
    let value = |text: &str| Outcome::Value(Some(text.to_owned()));
    assert_eq!(answer("put k old; put k new; crash; get k"), value("new"));
    assert_eq!(answer("put k old; put k new; crash !1.2; get k"), value("old"));
    assert_eq!(answer("put k old; delete k; crash !1.2; get k"), value("old"));
    assert!(matches!(answer("put k old; rot 1.data 3; crash; get k"), Outcome::Refused(_)));
    assert_eq!(answer("put k old; rot 1.data 3; crash !1.1; get k"), Outcome::Value(None));
}
