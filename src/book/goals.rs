//! Goals of the chapters: read, proved to be possible, and proved to be none that fall into a reader's lap.

use std::collections::BTreeSet;
use std::path::Path;

use mdbook_driver::MDBook;
use serde_json::{Value, json};

use super::fences;
use crate::engine::language::{quoted, shorten};
use crate::engine::sim::Rng;
use crate::engine::wording::count;
use crate::engine::{ArgumentKind, CommandForm};
use crate::figures::{self, Goal, MOST_COMMANDS, Mark, Run};
use crate::spec::{BadSpec, FigureSpec};

/// So many scripts by chance are tried, and more than so many of them must not reach a goal.
const TRIED: usize = 200;
const LUCKY: usize = 1;
/// Of commands by chance most cannot be read; after so many that cannot, a script stays as short as it is.
const ATTEMPTS: usize = 40;
/// What commands by chance are made of, beside the examples of the arguments.
const WORDS: &[&str] =
    &["a", "b", "k", "x", "1", "2", "3", "5", "10", "n1", "n2", "n3", "c1", "c2", "m1", "50ms", "200ms", "1s", "60s"];

/// Whether a goal can be reached as it says, and not by nothing, by the figure's example, or by chance.
pub fn check(spec: &FigureSpec, goal: &Goal) -> Result<(), BadSpec> {
    if !spec.run.is_empty() {
        return Err(BadSpec("a goal begins with nothing; `run` belongs in `before`".to_owned()));
    }
    let length = match solved(spec, goal)? {
        Mark { reached: Some(_), commands, .. } => goal.commands.unwrap_or(commands).min(MOST_COMMANDS),
        Mark { commands, parts, .. } => {
            let missing = parts.into_iter().filter(|(_, holds)| !holds).map(|(part, _)| part).collect::<Vec<_>>();
            let most = goal.commands.map_or(String::new(), |most| format!(" of at most {most}"));
            let why = if missing.is_empty() {
                "it has too many".to_owned()
            } else {
                format!("missing: {}", missing.join("; "))
            };
            let commands = count(commands, "command");
            return Err(BadSpec(format!("the solution doesn't reach the goal with its {commands}{most}; {why}")));
        }
    };
    let mut run = run(spec, "")?;
    if goal.is_reached_by_nothing(&run) {
        return Err(BadSpec("the goal is reached before anything was done".to_owned()));
    }
    let example = run.about().example;
    if run.extend(example).is_ok() && goal.is_reached_with_any_number(&run) {
        return Err(BadSpec(format!("the figure's own example reaches the goal: {example}")));
    }
    let mut rng = Rng::new(1);
    let lucky: Vec<String> = (0..TRIED).filter_map(|_| by_chance(&mut run, goal, length, &mut rng)).collect();
    if lucky.len() > LUCKY {
        let (many, script) = (lucky.len(), &lucky[0]);
        return Err(BadSpec(format!("{many} of {TRIED} scripts by chance reach the goal, as {}", quoted(script))));
    }
    Ok(())
}

/// A goal of the book by its name.
pub struct Named {
    pub name: String,
    spec: FigureSpec,
    goal: Goal,
}

/// All goals of the book of the project at `root`.
pub fn all(root: &Path) -> anyhow::Result<Vec<Named>> {
    let scratch = tempfile::tempdir()?;
    let mut book = MDBook::load_with_config(root, super::config(scratch.path())?)?;
    let placed = fences::take(&mut book.book)?;
    let named = placed.into_iter().filter_map(|it| Some(Named { name: it.id, goal: it.goal?, spec: it.spec }));
    Ok(named.collect())
}

/// Marks a file of answers, one a line: the name of a goal and a script. A goal that is answered twice counts once. The
/// error says which line is none, and names the goals there are.
pub fn marked(file: &str, answers: &str, goals: &[Named]) -> Result<Value, BadSpec> {
    let mut reached = BTreeSet::new();
    let mut marks = Vec::new();
    for (line, answer) in answers.lines().enumerate().filter(|(_, answer)| !answer.trim().is_empty()) {
        let (name, script) = answer.split_once(':').unwrap_or((answer, ""));
        let named = goals.iter().find(|goal| goal.name == name.trim()).ok_or_else(|| {
            let names: Vec<_> = goals.iter().map(|goal| goal.name.as_str()).collect();
            let (line, name) = (line + 1, shorten(name.trim(), 60));
            BadSpec(format!("{file}, line {line}: there is no goal `{name}`; accepted: {}", names.join(", ")))
        })?;
        marks.push(match run(&named.spec, script.trim()) {
            Err(mistake) => json!({ "goal": named.name, "reached": false, "mistake": mistake.0 }),
            Ok(run) => {
                let Mark { reached: at, commands, parts } = named.goal.mark(&run);
                if at.is_some() {
                    reached.insert(&named.name);
                }
                let parts = parts.into_iter().map(|(part, holds)| json!({ "part": part, "holds": holds }));
                let most = named.goal.commands;
                json!({
                    "goal": named.name, "reached": at.is_some(), "commands": commands, "most": most,
                    "parts": parts.collect::<Value>(),
                })
            }
        });
    }
    Ok(json!({ "file": file, "points": reached.len(), "of": goals.len(), "answers": marks }))
}

/// How far its own solution comes.
fn solved(spec: &FigureSpec, goal: &Goal) -> Result<Mark, BadSpec> {
    if goal.solution.is_empty() {
        return Err(BadSpec("a goal lacks `solution`: a script that reaches it".to_owned()));
    }
    let run = run(spec, &goal.solution).map_err(|mistake| BadSpec(format!("in `solution`, {mistake}")))?;
    Ok(goal.mark(&run))
}

/// The run of a script in the figure of a goal; whatever cannot be read is an error.
pub fn run(spec: &FigureSpec, script: &str) -> Result<Run, BadSpec> {
    let opened = figures::open(&FigureSpec { run: script.to_owned(), step: None, ..spec.clone() })?;
    match opened.problems.into_iter().next() {
        Some(problem) => Err(problem),
        None => Ok(opened.run),
    }
}

/// A script of so many commands by chance, if it reaches the goal.
fn by_chance(run: &mut Run, goal: &Goal, length: usize, rng: &mut Rng) -> Option<String> {
    let forms = run.forms();
    let mut given = 0;
    for _ in 0..ATTEMPTS {
        let command = command(&forms[rng.below(forms.len() as u64) as usize], rng);
        // The first of them drops what the one before has left.
        let done = if given == 0 { run.fork(0, &command) } else { run.extend(&command) };
        given += usize::from(done.is_ok());
        if given == length {
            break;
        }
    }
    (given > 0 && goal.mark(run).reached.is_some()).then(|| run.script().join("; "))
}

fn command(form: &CommandForm, rng: &mut Rng) -> String {
    let mut text = form.name.to_owned();
    for argument in form.arguments {
        if argument.optional && rng.below(2) == 0 {
            break;
        }
        text.push(' ');
        match argument.kind {
            ArgumentKind::Choice(choices) => text.push_str(choices[rng.below(choices.len() as u64) as usize]),
            ArgumentKind::Keyword => text.push_str(argument.name),
            ArgumentKind::Number => text.push_str(&(rng.below(9) + 1).to_string()),
            ArgumentKind::Text => match rng.below(2 + WORDS.len() as u64) as usize {
                place if place < WORDS.len() => text.push_str(WORDS[place]),
                _ if argument.example.is_empty() => text.push('k'),
                _ => text.push_str(argument.example),
            },
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::fences::Kind;
    use crate::book::figure::Placed;

    fn placed(more: &str) -> Result<Placed, BadSpec> {
        Placed::new(Kind::Goal, &format!("kind = \"btree\"\ntext = \"Grow.\"\n{more}"), "storage/b-trees.html", 1)
    }

    #[test]
    fn a_goal_of_the_book_can_be_reached_and_not_by_nothing_by_the_example_or_by_chance() {
        let good = "order = 4\nreach = \"height >= 3\"\ncommands = 1\nsolution = \"put 1..30 a\"";
        assert_eq!(placed(good).map(|it| it.id).map_err(|mistake| mistake.0), Ok("goal-storage-b-trees-1".to_owned()));
        for (wrong, why) in [
            ("reach = \"height >= 3\"", "a goal lacks `solution`"),
            (
                "reach = \"height >= 3\"\nsolution = \"put 1 a\"",
                "doesn't reach the goal with its 1 command; missing: height ≥ 3",
            ),
            ("reach = \"height >= 3\"\ncommands = 1\nsolution = \"get 1; put 1..90 a\"", "2 commands of at most 1"),
            ("reach = \"height >= 3\"\nsolution = \"punt\"", "in `solution`, line 1, column 1: `punt` is no command"),
            ("reach = \"height <= 1\"\nsolution = \"put 1 a\"", "reached before anything was done"),
            ("reach = \"keys >= 1\"\nsolution = \"put 1 a\"", "example reaches the goal"),
            (
                "reach = \"commands >= 2 and keys < 2\"\nsolution = \"put 1 a; get 1\"",
                "of 200 scripts by chance reach the goal",
            ),
            ("run = \"put 1 a\"\nreach = \"keys >= 30\"\nsolution = \"put 1..30 a\"", "belongs in `before`"),
        ] {
            let mistake = placed(wrong).err().map(|mistake| mistake.0).unwrap_or_default();
            assert!(mistake.contains(why), "{wrong}: {mistake}");
        }
    }

    #[test]
    fn answers_are_marked_with_their_points() {
        let good = "order = 4\nreach = \"height >= 3\"\ncommands = 1\nsolution = \"put 1..30 a\"";
        let Ok(Placed { id: name, spec, goal: Some(goal), .. }) = placed(good) else { panic!("it is a goal") };
        let goals = [Named { name, spec, goal }];
        let answers = "goal-storage-b-trees-1: put 1..40 b\n\ngoal-storage-b-trees-1: put 1 b; get 1\ngoal-storage-b-trees-1: punt";
        let marks = marked("ann.txt", answers, &goals).unwrap();
        assert_eq!((marks["points"].as_u64(), marks["of"].as_u64()), (Some(1), Some(1)), "{marks}");
        let reached: Vec<_> = marks["answers"].as_array().unwrap().iter().map(|it| it["reached"] == true).collect();
        assert_eq!(reached, [true, false, false]);
        assert!(marks["answers"][2]["mistake"].as_str().unwrap().contains("`punt` is no command"));
        let mistake = marked("ann.txt", "goal-9: put 1 a", &goals).unwrap_err();
        assert!(mistake.0.contains("ann.txt, line 1: there is no goal `goal-9`; accepted: goal-storage"), "{mistake}");
    }
}
