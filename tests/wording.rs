//! What all narrations and labels keep, whatever engine speaks: keys and values are in quotes where they would read as
//! words and cut where they are long, and a number agrees with its noun.

use std::collections::BTreeSet;
use stepwise::engine::{ArgumentKind, CommandForm};

use stepwise::engine::command::spell;
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

/// FAULTS S8.
#[test]
fn a_key_or_value_that_reads_as_words_stands_in_quotes() {
    let mut wrong = BTreeSet::new();
    for entry in catalogue() {
        for text in said(entry, "zig zag") {
            let bare = |at: usize| !text[..at].ends_with(['"', '`', '\'']);
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
