//! What all narrations and labels keep, whatever engine speaks: keys and values are in quotes where they would read as
//! words and cut where they are long, and a number agrees with its noun.

use std::collections::BTreeSet;
use std::fs;
use stepwise::engine::{ArgumentKind, CommandForm, ParameterKind};

use stepwise::engine::language::spell;
use stepwise::figures::{self, Entry, Run, catalogue};
use stepwise::scene::Breadth;
use stepwise::spec::FigureSpec;

/// A command of that form whose every text is `word`.
fn command(form: &CommandForm, word: &str) -> String {
    let mut text = form.name.to_owned();
    for argument in form.arguments.iter().filter(|argument| !argument.optional) {
        text.push(' ');
        match argument.kind {
            ArgumentKind::Text => text.push_str(&spell(word)),
            ArgumentKind::Number => text.push('1'),
            ArgumentKind::Choice(choices) => text.push_str(choices[0]),
            ArgumentKind::Keyword => text.push_str(argument.name),
        }
    }
    text
}

/// All that a figure says where every key, value and name is `word`: each form of its commands is tried twice, so that
/// reads find what writes left. What an engine refuses to read is left out.
fn said(entry: &Entry, word: &str) -> Vec<String> {
    let spec = FigureSpec { kind: entry.about.kind.into(), ..FigureSpec::default() };
    let mut run: Run = figures::open(&spec).expect("the figure is in the catalogue").run;
    for form in entry.commands.iter().chain(entry.commands) {
        let _ = run.extend(&command(form, word));
    }
    let mut said = Vec::new();
    for index in 0..=run.last() {
        said.push(run.moment(index).narration.clone());
        said.extend(run.scene(index, Breadth::Wide).shapes.iter().map(|shape| shape.label.clone()));
    }
    said
}

/// Whether what comes next stands within quotes that are open: as a part of a text, say.
fn is_quoted(before: &str) -> bool {
    let many = |sign: char| before.matches(sign).count();
    many('“') > many('”') || many('"') % 2 == 1
}

/// FAULTS S8.
#[test]
fn a_key_or_value_that_reads_as_words_stands_in_quotes() {
    let mut wrong = BTreeSet::new();
    for entry in catalogue() {
        for text in said(entry, "zig zag") {
            let bare = |at: usize| !text[..at].ends_with(['"', '`', '\'']) && !is_quoted(&text[..at]);
            if text.match_indices("zig zag").any(|(at, _)| bare(at)) {
                wrong.insert(format!("{}: {text}", entry.about.kind));
            }
        }
        for text in said(entry, "") {
            if text.starts_with(' ') || ["  ", " .", " ,"].iter().any(|gap| text.contains(gap)) {
                wrong.insert(format!("{}: {text}", entry.about.kind));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// FAULTS S8.
#[test]
fn a_long_key_or_value_is_cut() {
    for entry in catalogue() {
        // As long as the engine takes: some refuse what does not fit into their pages or records.
        for long in [32, 64, 256, 60_000] {
            for text in said(entry, &"x".repeat(long)) {
                assert!(!text.contains(&"x".repeat(41)), "{}: {:.200}…", entry.about.kind, text);
            }
        }
    }
}

/// Verbs and names that end in s, after a number that is a name: `write 1 is`, `page 1 goes`.
const NO_PLURALS: &[&str] = &["as", "becomes", "comes", "goes", "has", "is", "its", "stands", "this", "was"];
/// The number after one of these is a name, and what follows is no noun that it counts.
const NAMES: &[&str] = &[
    "block",
    "call",
    "client",
    "document",
    "entry",
    "key",
    "level",
    "line",
    "message",
    "node",
    "page",
    "position",
    "post",
    "replica",
    "request",
    "row",
    "snapshot",
    "stage",
    "step",
    "term",
    "token",
    "transaction",
    "version",
    "view",
    "write",
    "of",
    "partition",
    "power",
];

/// The places where a single thing has a noun or a verb for many: `1 keys`, `1 key are`.
fn disagreements(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let bare = |word: &str| word.trim_matches(|sign: char| !sign.is_alphanumeric()).to_lowercase();
    let is_one = |at: usize| {
        words[at].trim_start_matches(['(', '"']) == "1" && !(at > 0 && NAMES.contains(&bare(words[at - 1]).as_str()))
    };
    let ones = (0..words.len()).filter(|at| is_one(*at));
    let mut found = Vec::new();
    for at in ones {
        let noun = words.get(at + 1).map(|word| bare(word)).unwrap_or_default();
        let verb = words.get(at + 2).map(|word| bare(word)).unwrap_or_default();
        let is_plural =
            noun.len() > 2 && noun.ends_with('s') && !noun.ends_with("ss") && !NO_PLURALS.contains(&noun.as_str());
        // `1 posts/s` is a rate, and its unit never changes.
        let is_plural = is_plural && !noun.contains('/');
        let ends_clause = words.get(at + 1).is_some_and(|word| word.ends_with([',', '.', ';', ':']));
        if is_plural || !noun.is_empty() && !ends_clause && ["are", "were", "have"].contains(&verb.as_str()) {
            found.push(words[at.saturating_sub(2)..words.len().min(at + 4)].join(" "));
        }
    }
    found
}

/// FAULTS S11.
#[test]
fn a_number_agrees_with_its_noun() {
    assert_eq!(disagreements("read 1 keys, 1 key that, (1 calls) 1 row are; page 1 borrows, write 1 is").len(), 3);
    let mut wrong = BTreeSet::new();
    let mut check = |kind: &str, text: &str| {
        wrong.extend(disagreements(text).into_iter().map(|found| format!("{kind}: {found}")));
    };
    for entry in catalogue() {
        let kind = entry.about.kind;
        let abouts = entry.parameters.iter().map(|it| it.about).chain(entry.commands.iter().map(|it| it.about));
        abouts.for_each(|text| check(kind, text));
        ["k", ""].iter().flat_map(|word| said(entry, word)).for_each(|text| check(kind, &text));
        // Each number at its smallest, which is one or close to it.
        for parameter in entry.parameters {
            let ParameterKind::Integer { min, .. } = parameter.kind else { continue };
            let parameters = [(parameter.name.to_owned(), min.max(1).to_string())].into_iter().collect();
            let run = entry.about.example.to_owned();
            let spec = FigureSpec { kind: kind.into(), parameters, run, ..FigureSpec::default() };
            let Ok(opened) = figures::open(&spec) else { continue };
            for index in 1..=opened.run.last() {
                check(kind, &opened.run.moment(index).narration);
            }
            for shape in &opened.run.scene(opened.run.last(), Breadth::Wide).shapes {
                check(kind, &shape.label);
            }
        }
    }
    // A torn write may leave one byte, and a merge may take one table.
    for kind in ["hash-index", "sstable", "lsm", "btree"] {
        for seed in 0..60 {
            let run = match kind {
                "sstable" => format!("put \"\" x; flush; merge; put k v; crash torn {seed}"),
                "btree" => format!("put k v; sync @2; crash torn {seed}"),
                _ => format!("put k v; crash torn {seed}"),
            };
            let parameters = [("sync".to_owned(), "command".to_owned())].into();
            let opened = figures::open(&FigureSpec { kind: kind.into(), parameters, run, ..FigureSpec::default() });
            let run = opened.expect("the figure is in the catalogue").run;
            (1..=run.last()).for_each(|index| check(kind, &run.moment(index).narration));
        }
    }
    for folder in fs::read_dir("tests/golden").expect("the golden scripts are beside this file") {
        for file in fs::read_dir(folder.expect("a folder").path()).expect("one folder for each figure") {
            let file = file.expect("a file").path();
            let golden = fs::read_to_string(&file).expect("a golden file is text");
            let steps = golden.lines().filter(|line| line.starts_with(' '));
            steps.for_each(|line| check(&file.display().to_string(), line));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// One thing has one name. What is written here is another name for it.
const OTHER_NAMES: [(&str, &str); 8] = [
    ("datacent", "data centre"),
    ("data center", "data centre"),
    ("timeout", "time-out"),
    ("forced to the disk", "synced"),
    ("is told after", "is acknowledged after"),
    ("is told that", "hears that"),
    ("carried out", "executed"),
    ("done again", "redone"),
];

/// What a reader reads in a chapter: its text, without what stands between grave accents, and in a figure its title, its
/// caption and its questions.
fn read_aloud(chapter: &str) -> String {
    let (mut inside, mut asks) = (false, false);
    let mut text = String::new();
    for line in chapter.lines() {
        asks = line.starts_with("ask = ") || (asks && !line.starts_with("\"\"\""));
        if line.starts_with("```") {
            inside = !inside;
        } else if !inside || line.starts_with("title = ") || line.starts_with("caption = ") || asks {
            let spoken = line.split('`').step_by(2);
            text.extend(spoken.chain(["\n"]));
        }
    }
    text
}

#[test]
fn one_thing_has_one_name() {
    let mut wrong = Vec::new();
    let mut look = |place: &str, text: &str| {
        for (other, name) in OTHER_NAMES.iter().filter(|(other, _)| text.to_lowercase().contains(other)) {
            wrong.push(format!("{place}: {other}, which is called {name}"));
        }
    };
    for file in files("chapters", "md") {
        look(&file, &read_aloud(&fs::read_to_string(&file).expect("the chapter is there")));
    }
    for file in files("tests/golden", "txt") {
        let transcript = fs::read_to_string(&file).expect("the transcript is there");
        let narration: Vec<_> = transcript.lines().filter(|line| line.starts_with("  ")).collect();
        look(&file, &narration.join("\n"));
    }
    for entry in catalogue() {
        for parameter in entry.parameters {
            look(entry.about.kind, parameter.label);
            look(entry.about.kind, parameter.about);
        }
        for form in entry.commands {
            look(entry.about.kind, form.about);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// All files below `folder` that end so.
fn files(folder: &str, ending: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("an entry is there").path();
        let name = path.to_str().expect("names are plain").to_owned();
        if path.is_dir() {
            found.extend(files(&name, ending));
        } else if path.extension().is_some_and(|it| it == ending) {
            found.push(name);
        }
    }
    found
}
