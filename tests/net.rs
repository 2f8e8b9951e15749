//! The net: all that can be seen of every figure, held against what it was. A change that is meant to change nothing changes
//! nothing here.
//!
//! For every golden script `tests/net/KIND/NAME.txt` has the event and the counters of each step, the final state, and each
//! picture, wide and narrow: keys, classes and texts to the letter, places within [`TOLERANCE`]. A picture is written as its
//! difference from the one before. Beside them stand `catalogue.txt` (all labels, help, examples, kinds and defaults),
//! `mistakes.txt` (a page of mistakes for each figure, and what is said of them), and `sources.txt`: for each event the line of
//! the engine that tells it and the function it is in, as text. That file alone may change when code is moved.
//!
//! `UPDATE_NET=1 cargo test --test net` writes all of it anew; read the difference before you commit it.

mod scripts;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use stepwise::engine::ArgumentKind;
use stepwise::figures::{self, Entry, Run, catalogue};
use stepwise::scene::{Body, Breadth, Mark, Scene, Shape};
use stepwise::spec::FigureSpec;

/// So far, in units of the stage, a place may be from where it was: a change of a gap is no change of a picture.
const TOLERANCE: f32 = 8.0;
/// FAULTS P3: no line tells more kinds of event.
const MOST_KINDS_A_LINE: usize = 2;
/// A path with more numbers than this is kept by how many it has and by its outermost places.
const MANY_NUMBERS: usize = 24;
const NET: &str = "tests/net";

#[test]
fn every_run_is_what_it_was() {
    let mut wrong = Vec::new();
    for (name, spec) in golden() {
        let run = open(&spec);
        let file = Path::new(NET).join(&name);
        if updates() {
            write(&file, &Record::of(&run).written());
            continue;
        }
        let kept = fs::read_to_string(&file).unwrap_or_default();
        let differences = Record::read(&kept).differences(&Record::of(&run));
        if !differences.is_empty() {
            wrong.push(format!("{}\n{}", file.display(), differences[..differences.len().min(6)].join("\n")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn the_catalogue_is_what_it_was() {
    let mut text = String::new();
    for entry in catalogue() {
        let about = entry.about;
        push(&mut text, format_args!("# {}\n{}\n{}\n", about.kind, about.title, about.summary));
        push(&mut text, format_args!("example: {}\n", about.example.replace('\n', "; ")));
        for parameter in entry.parameters {
            let (name, label, about) = (parameter.name, parameter.label, parameter.about);
            push(
                &mut text,
                format_args!("--param {name}={} \"{label}\" {:?}: {about}\n", parameter.default, parameter.kind),
            );
        }
        for form in entry.commands {
            let button = if form.button { ", a button" } else { "" };
            push(&mut text, format_args!("{}: {}{button}\n", form.usage(), form.about));
            for argument in form.arguments {
                let (name, example, optional) = (argument.name, argument.example, argument.optional);
                push(&mut text, format_args!("    {name} {:?} \"{example}\" {optional}\n", argument.kind));
            }
        }
        text.push('\n');
    }
    compare("catalogue.txt", &text);
}

#[test]
fn mistakes_are_told_as_they_were() {
    let mut text = String::new();
    for entry in catalogue() {
        push(&mut text, format_args!("# {}\n", entry.about.kind));
        for script in mistakes(entry) {
            let spec = FigureSpec { kind: entry.about.kind.into(), run: script.clone(), ..FigureSpec::default() };
            let told: Vec<String> = problems(&spec);
            push(&mut text, format_args!("> {script}\n{}\n", told.join("\n")));
        }
        for parameter in entry.parameters {
            for value in ["", "x", "-1", "99999999999"] {
                let parameters = [(parameter.name.to_owned(), value.to_owned())].into();
                let spec = FigureSpec { kind: entry.about.kind.into(), parameters, ..FigureSpec::default() };
                push(&mut text, format_args!("{}={value}\n{}\n", parameter.name, problems(&spec).join("\n")));
            }
        }
        text.push('\n');
    }
    compare("mistakes.txt", &text);
}

#[test]
fn every_event_is_told_where_it_was() {
    let mut lines: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut sources: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (_, spec) in golden() {
        let run = open(&spec);
        for index in 1..=run.last() {
            let moment = run.moment(index);
            let source = moment.source.expect("a step has a line");
            let read = || fs::read_to_string(source.file).expect("the engine's source is beside this file");
            let file = sources.entry(source.file).or_insert_with(|| read().lines().map(str::to_owned).collect());
            let place = source.line as usize - 1;
            let function = file[..=place].iter().rev().find_map(|line| function_of(line)).unwrap_or("(none)");
            let told = format!("{function}: {}", file[place].trim());
            lines.entry(format!("{} {}", spec.kind, moment.event)).or_default().insert(told);
        }
    }
    // The source panel shows the line that decided a step: one that told of everything would show nothing.
    let mut kinds: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for (event, told) in &lines {
        let (figure, event) = event.split_once(' ').expect("a figure and an event");
        for line in told {
            kinds.entry((figure, line)).or_default().insert(event);
        }
    }
    for ((figure, line), kinds) in kinds {
        assert!(kinds.len() <= MOST_KINDS_A_LINE, "in {figure} one line tells {kinds:?}: {line}");
    }
    let mut text = String::new();
    for (event, told) in lines {
        push(&mut text, format_args!("{event}\n"));
        told.iter().for_each(|line| push(&mut text, format_args!("    {line}\n")));
    }
    compare("sources.txt", &text);
}

/// The name of the function that a line of source begins.
fn function_of(line: &str) -> Option<&str> {
    let (before, after) = line.split_once("fn ")?;
    let words = ["", "pub", "const", "pub(super)", "pub(crate)", "pub const"];
    words.contains(&before.trim()).then(|| after.split(['(', '<']).next().unwrap_or(after))
}

/// Scripts that are wrong in each form of a figure's commands.
fn mistakes(entry: &Entry) -> Vec<String> {
    let mut scripts = vec!["fly".to_owned(), "fly to the moon".to_owned(), "\"".to_owned()];
    for form in entry.commands {
        let right: Vec<&str> = form.arguments.iter().filter(|each| !each.optional).map(|each| each.example).collect();
        scripts.push(form.name.to_owned());
        scripts.push(format!("{} {} and one more word", form.name, right.join(" ")));
        for (place, argument) in form.arguments.iter().enumerate() {
            if !matches!(argument.kind, ArgumentKind::Text) && place < right.len() {
                let mut wrong = right.clone();
                wrong[place] = "nonsense";
                scripts.push(format!("{} {}", form.name, wrong.join(" ")));
            }
        }
    }
    scripts
}

fn problems(spec: &FigureSpec) -> Vec<String> {
    match figures::open(spec) {
        Ok(opened) if opened.problems.is_empty() => vec!["    (accepted)".to_owned()],
        Ok(opened) => opened.problems.iter().map(|problem| format!("    {problem}")).collect(),
        Err(problem) => vec![format!("    {problem}")],
    }
}

/// The golden scripts, each with the name of its file below `tests/golden`.
fn golden() -> Vec<(PathBuf, FigureSpec)> {
    let read = |file: PathBuf| {
        let name = file.strip_prefix("tests/golden").expect("it is below it").to_owned();
        (name, scripts::spec(&file))
    };
    scripts::files().into_iter().map(read).collect()
}

fn open(spec: &FigureSpec) -> Run {
    let opened = figures::open(spec).expect("the figure is in the catalogue");
    assert!(opened.problems.is_empty(), "{}: {:?}", spec.kind, opened.problems);
    opened.run
}

fn updates() -> bool {
    std::env::var_os("UPDATE_NET").is_some()
}

fn write(file: &Path, text: &str) {
    fs::create_dir_all(file.parent().expect("it is in a folder")).expect("a folder can be made");
    fs::write(file, text).expect("a file of the net can be written");
}

/// Holds a text to the one that was kept, line by line.
fn compare(name: &str, text: &str) {
    let file = Path::new(NET).join(name);
    if updates() {
        write(&file, text);
        return;
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    let pairs = kept.lines().zip(text.lines()).enumerate();
    let first = pairs.clone().find(|(_, (was, is))| was != is);
    if let Some((line, (was, is))) = first {
        panic!("{}:{}: was\n    {was}\nand is\n    {is}", file.display(), line + 1);
    }
    assert_eq!(kept.lines().count(), text.lines().count(), "{}: lines were added or taken away", file.display());
}

fn push(text: &mut String, words: std::fmt::Arguments) {
    text.write_fmt(words).expect("writing to a string does not fail");
}

/// A picture: each shape in one line, by its key.
type Picture = BTreeMap<String, String>;

/// All that is kept of a run: of each step its event with its counters, and the pictures, wide and narrow; and its state.
#[derive(Default)]
struct Record {
    steps: Vec<(String, [Picture; 2])>,
    state: String,
}

impl Record {
    fn of(run: &Run) -> Record {
        let step = |index| {
            let counters =
                run.counters(index).into_iter().map(|counter| format!(" {}={}", counter.name, counter.value));
            let moment = run.moment(index);
            let told = format!("{} {}{}", moment.position, moment.event, counters.collect::<String>());
            (told, [Breadth::Wide, Breadth::Narrow].map(|breadth| picture(&run.scene(index, breadth))))
        };
        Record { steps: (0..=run.last()).map(step).collect(), state: run.state(run.last()).to_string() }
    }

    /// As it is kept: `= STEP`, then `w` or `n` with `+` for each shape that is new or another, `-` for each that is gone.
    fn written(&self) -> String {
        let mut text = String::new();
        let mut before = [Picture::new(), Picture::new()];
        for (told, pictures) in &self.steps {
            push(&mut text, format_args!("= {told}\n"));
            for ((letter, now), was) in ['w', 'n'].into_iter().zip(pictures).zip(&before) {
                for (key, line) in now.iter().filter(|(key, line)| was.get(*key) != Some(line)) {
                    push(&mut text, format_args!("{letter}+{key}\t{line}\n"));
                }
                for key in was.keys().filter(|key| !now.contains_key(*key)) {
                    push(&mut text, format_args!("{letter}-{key}\n"));
                }
            }
            before = pictures.clone();
        }
        push(&mut text, format_args!("state {}\n", self.state));
        text
    }

    fn read(text: &str) -> Record {
        let mut record = Record::default();
        let mut now = [Picture::new(), Picture::new()];
        for line in text.lines() {
            if let Some(told) = line.strip_prefix("= ") {
                if let Some((_, pictures)) = record.steps.last_mut() {
                    *pictures = now.clone();
                }
                record.steps.push((told.to_owned(), Default::default()));
            } else if let Some(state) = line.strip_prefix("state ") {
                record.state = state.to_owned();
            } else {
                let picture = &mut now[usize::from(line.starts_with('n'))];
                match (&line[1..2], line[2..].split_once('\t')) {
                    ("+", Some((key, shape))) => drop(picture.insert(key.to_owned(), shape.to_owned())),
                    _ => drop(picture.remove(&line[2..])),
                }
            }
        }
        if let Some((_, pictures)) = record.steps.last_mut() {
            *pictures = now;
        }
        record
    }

    /// What `new` has otherwise, in words.
    fn differences(&self, new: &Record) -> Vec<String> {
        let mut found = Vec::new();
        if self.steps.len() != new.steps.len() {
            found.push(format!("had {} steps, and has {}", self.steps.len(), new.steps.len()));
        }
        for ((was, old), (is, now)) in self.steps.iter().zip(&new.steps) {
            if was != is {
                found.push(format!("was {was}\nand is {is}"));
            }
            for ((breadth, old), now) in ["wide", "narrow"].into_iter().zip(old).zip(now) {
                let keys: BTreeSet<&String> = old.keys().chain(now.keys()).collect();
                for key in keys {
                    let told = match (old.get(key), now.get(key)) {
                        (Some(was), Some(is)) if alike(was, is) => continue,
                        (was, is) => [was, is].map(|line| line.map_or("(nothing)", String::as_str).to_owned()),
                    };
                    found.push(format!("{is}, {breadth}: `{key}` was {}\nand is {}", told[0], told[1]));
                }
            }
        }
        if self.state != new.state {
            found.push(format!("the state was {}\nand is {}", self.state, new.state));
        }
        found
    }
}

fn picture(scene: &Scene) -> Picture {
    let mut picture: Picture = scene.shapes.iter().map(|shape| (one_line(&shape.key), line(shape))).collect();
    picture.insert("the stage".to_owned(), format!("@{} @{}", scene.width, scene.height));
    picture
}

fn one_line(text: &str) -> String {
    text.replace(['\n', '\t'], "\\n")
}

/// A shape in one line. Each number that is a place begins with `@`.
fn line(shape: &Shape) -> String {
    let mut line = format!("@{:.0} @{:.0} .{}", shape.at.x, shape.at.y, shape.class);
    line += if shape.changed { " changed" } else { "" };
    line += if shape.selects { " selects" } else { "" };
    if !shape.label.is_empty() {
        push(&mut line, format_args!(" {:?}", shape.label));
    }
    match &shape.body {
        Body::Arrow { to, bend, class } => {
            push(&mut line, format_args!("; arrow.{class} @{:.0} @{:.0} @{bend:.0}", to.x, to.y))
        }
        Body::Marks(marks) => marks.iter().for_each(|mark| write_mark(&mut line, mark)),
    }
    line
}

fn write_mark(line: &mut String, mark: &Mark) {
    match mark {
        Mark::Rect { x, y, width, height, class, .. } => {
            push(line, format_args!("; rect.{class} @{x:.0} @{y:.0} @{width:.0} @{height:.0}"));
        }
        Mark::Circle { x, y, radius, class } => {
            push(line, format_args!("; circle.{class} @{x:.0} @{y:.0} @{radius:.0}"))
        }
        Mark::Text { x, y, text, anchor, class } => {
            push(line, format_args!("; text.{class} {anchor:?} @{x:.0} @{y:.0} {text:?}"));
        }
        Mark::Path { d, class } => {
            let numbers: Vec<f32> = d
                .split(|each: char| !(each.is_ascii_digit() || each == '.' || each == '-'))
                .filter_map(|number| number.parse().ok())
                .collect();
            push(line, format_args!("; path.{class} {}", numbers.len()));
            if numbers.len() > MANY_NUMBERS {
                let [least, most] = [f32::min, f32::max].map(|of| numbers.iter().copied().reduce(of).unwrap_or(0.0));
                push(line, format_args!(" @{least:.0} @{most:.0}"));
            } else {
                numbers.iter().for_each(|number| push(line, format_args!(" @{number:.0}")));
            }
        }
    }
}

/// The same words, and the same places within the tolerance.
fn alike(one: &str, other: &str) -> bool {
    let place = |word: &str| word.trim_end_matches(';').strip_prefix('@').and_then(|number| number.parse::<f32>().ok());
    let mut words = one.split(' ');
    let mut others = other.split(' ');
    loop {
        let same = match (words.next(), others.next()) {
            (None, None) => return true,
            (Some(one), Some(other)) => match (place(one), place(other)) {
                (Some(one), Some(other)) => (one - other).abs() <= TOLERANCE,
                _ => one == other,
            },
            _ => false,
        };
        if !same {
            return false;
        }
    }
}
