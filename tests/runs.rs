//! What must hold for the run of any figure, tried on random runs of all of them: commands made from each engine's own
//! forms, forks and crashes at any step, and nonsense.

use proptest::prelude::*;
use proptest::sample::Index;
use stepwise::engine::language::spell;
use stepwise::engine::{ArgumentKind, CommandForm};
use stepwise::figures::{self, Entry, Run, catalogue};
use stepwise::scene::Breadth;
use stepwise::spec::FigureSpec;
use stepwise::timeline::{Full, MAX_STEPS};
use stepwise::transcript;

/// Words that a curious person tries.
const WORDS: &[&str] = &[
    "a",
    "b",
    "c",
    "k",
    "1",
    "2",
    "9",
    "10",
    "n1",
    "n2",
    "n9",
    "c1",
    "c2",
    "m1",
    "m999",
    "",
    "new york",
    "é",
    "🙂🙂",
    "n1>n2",
    "0",
    "18446744073709551615",
    "99999999999999999999",
    "-1",
    "50ms",
    "x;y#z",
    "\"",
    "a\nb",
    "\u{0}",
    "a key of far more than thirty-two bytes",
];

/// One thing that a reader does to a run.
#[derive(Clone, Debug)]
enum Act {
    Extend(String),
    Fork(Index, String),
    CrashHere(Index),
    Undo,
}

/// A command of that form; sometimes a word short or a word long.
fn command_of(form: &CommandForm, picks: &[(Index, bool)]) -> String {
    let mut text = form.name.to_owned();
    for (argument, (pick, leave)) in form.arguments.iter().zip(picks) {
        if argument.optional && *leave {
            break;
        }
        text.push(' ');
        match argument.kind {
            ArgumentKind::Text => text.push_str(&spell(WORDS[pick.index(WORDS.len())])),
            ArgumentKind::Number => text.push_str(&pick.index(6).to_string()),
            ArgumentKind::Choice(choices) => text.push_str(choices[pick.index(choices.len())]),
            ArgumentKind::Keyword => text.push_str(argument.name),
        }
    }
    text
}

fn command(entry: &'static Entry) -> impl Strategy<Value = String> {
    let picks = prop::collection::vec((any::<Index>(), any::<bool>()), 8);
    (any::<Index>(), picks).prop_map(move |(form, picks)| command_of(form.get(entry.commands), &picks))
}

fn act(entry: &'static Entry) -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => command(entry).prop_map(Act::Extend),
        2 => (any::<Index>(), command(entry)).prop_map(|(at, text)| Act::Fork(at, text)),
        2 => any::<Index>().prop_map(Act::CrashHere),
        1 => Just(Act::Undo),
    ]
}

fn open(entry: &Entry, run: &str) -> figures::Opened {
    let spec = FigureSpec { kind: entry.about.kind.into(), run: run.into(), ..FigureSpec::default() };
    figures::open(&spec).expect("the figure is in the catalogue")
}

/// Does it; a command that the engine cannot read is no mistake of the test's, but must leave the run alone.
fn perform(run: &mut Run, act: &Act) {
    let before = (run.script().clone(), run.last());
    let done = match act {
        Act::Extend(text) => run.extend(text),
        Act::Fork(at, text) => run.fork(at.index(run.last() + 1), text),
        Act::CrashHere(at) => run.fork(at.index(run.last() + 1), "crash"),
        Act::Undo => Ok(run.undo().unwrap_or(0)),
    };
    if done.is_err() {
        assert_eq!((run.script().clone(), run.last()), before, "a mistake changed the run");
    }
}

/// The script of a run makes the very same run again: that is what a shared link lives on.
fn assert_reproduced(entry: &Entry, run: &Run) {
    let script = run.script().join("; ");
    let again = open(entry, &script);
    assert_eq!(again.problems, [], "the run's own script is refused: {script}");
    assert_eq!(transcript::text(&again.run), transcript::text(run), "{script}");
    for index in [0, run.last() / 2, run.last()] {
        for breadth in [Breadth::Wide, Breadth::Narrow] {
            assert_eq!(again.run.scene(index, breadth), run.scene(index, breadth), "{script}");
        }
        assert_eq!(again.run.counters(index), run.counters(index), "{script}");
    }
}

fn entry() -> impl Strategy<Value = &'static Entry> {
    (0..catalogue().len()).prop_map(|place| catalogue()[place])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_run_can_be_shared((entry, acts) in entry().prop_flat_map(|entry| (Just(entry), prop::collection::vec(act(entry), 1..25)))) {
        let mut opened = open(entry, "");
        for act in &acts {
            perform(&mut opened.run, act);
        }
        assert_reproduced(entry, &opened.run);
    }

    #[test]
    fn nonsense_is_told_and_breaks_nothing(entry in entry(), script in "[ -~\\n]{0,60}|\\PC{0,40}", fragment in "\\PC{0,80}") {
        let opened = open(entry, &script);
        assert_reproduced(entry, &opened.run);
        let (spec, _) = FigureSpec::from_fragment(&format!("kind={}&{fragment}", entry.about.kind));
        if let Err(bad) = figures::open(&spec) {
            prop_assert!(bad.0.contains(entry.about.kind), "{bad}");
        }
    }
}

#[test]
fn limits_are_said_and_kept() {
    for entry in catalogue() {
        let kind = entry.about.kind;
        let huge = open(entry, &"x".repeat(2 << 20));
        assert!(huge.problems[0].0.contains("at most"), "{kind}: {:?}", huge.problems);
        let unknown = open(entry, "fly to the moon");
        assert!(unknown.problems[0].0.contains("`fly` is no command"), "{kind}: {:?}", unknown.problems);
        for parameter in entry.parameters {
            for value in ["-1", "1000000000000", "é", ""] {
                let spec = FigureSpec {
                    kind: kind.into(),
                    parameters: [(parameter.name.to_owned(), value.to_owned())].into(),
                    ..FigureSpec::default()
                };
                let opened = figures::open(&spec).expect("a wrong parameter is left out");
                let told =
                    opened.problems.iter().any(|bad| bad.0.contains(parameter.name) && bad.0.contains("accepted"));
                assert!(told || parameter.check(value).is_ok(), "{kind}: {} = {value}", parameter.name);
            }
        }
    }
}

/// FAULTS V12: the worst scripts that we know end before their photographs take up too much, and say what has ended them.
#[test]
fn v12_what_a_run_takes_up_is_bounded() {
    let full = |kind: &str, parameters: &[(&str, &str)], script: &str| {
        let spec = FigureSpec {
            kind: kind.into(),
            parameters: parameters.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect(),
            run: script.into(),
            ..FigureSpec::default()
        };
        let opened = figures::open(&spec).unwrap();
        assert_eq!(opened.problems, [], "{kind}");
        (opened.run.full(), opened.run.last(), transcript::text(&opened.run))
    };
    // A bit for each of a million users, and a new one is hit at almost every step.
    let releases = ["release rare all"; 400].join(";");
    let crowd = [("users", "1000000"), ("requests", "2000"), ("nodes", "1000"), ("rollback", "install")];
    let (what, steps, told) = full("rollout", &crowd, &releases);
    assert!(what == Some(Full::Bytes) && (500..MAX_STEPS).contains(&steps), "{steps}");
    assert!(
        told.ends_with("160 MB, the most that are kept. Nothing after this was run.\n"),
        "{}",
        &told[told.len() - 200..]
    );
    assert_eq!(full("rollout", &crowd, &releases).1, steps, "at the same step each time");
    // Twelve thousand requests wait here at every step; photographs share them.
    let stuck = format!("run 40s; inject kill on db; {}", ["run 120s"; 20].join(";"));
    let (what, ..) = full("faults", &[("load", "1000"), ("apps", "6"), ("retries", "unbounded")], &stuck);
    assert_eq!(what, None);
    // Every call is on its way, and each step has its own list of them all.
    let posts = (0..2_000).map(|number| format!("begin post talk {number}")).collect::<Vec<_>>().join(";");
    let (what, steps, _) = full("lag", &[("followers", "4"), ("lag", "30000")], &posts);
    assert!(what == Some(Full::Bytes) && (1_000..MAX_STEPS).contains(&steps), "{steps}");
    // A range of large values would have to be kept before it is run.
    let large = format!("put 1..2000 {}", "v".repeat(60_000));
    let spec = FigureSpec { kind: "hash-index".into(), run: large, ..FigureSpec::default() };
    assert!(figures::open(&spec).unwrap().problems[0].0.contains("at most 8388608 bytes"));
}

/// A program reads a counter by its name, and so does a question or a goal.
#[test]
fn no_figure_counts_two_things_under_one_name() {
    for entry in catalogue() {
        let counters = open(entry, entry.about.example).run.counters(0);
        let names: std::collections::BTreeSet<_> = counters.iter().map(|counter| counter.name).collect();
        assert_eq!(names.len(), counters.len(), "{}: {counters:?}", entry.about.kind);
    }
}
