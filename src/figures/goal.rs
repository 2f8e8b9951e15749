//! Goals: exercises that the engine marks. A goal says what is to be brought about, and a predicate over the run says when it
//! is reached; nobody looks at how.
//!
//! ```text
//! own_writes_missed >= 1 and own is minute
//! acknowledged_lost >= 1 and commands <= 3
//! outcome "no answer" and not said "is split" and steps < 40
//! ```
//!
//! A predicate is parts joined by `and`, each of which may be denied by `not`:
//!
//! - `NAME COMPARED NUMBER`: a counter of the figure, `commands` or `steps`, compared by `=`, `!=`, `<`, `<=`, `>`, `>=`;
//! - `NAME is VALUE`: a parameter of the figure;
//! - `said "WORDS"`: the narration of some step has these words;
//! - `outcome "WORDS"`: some command came to that, as in `outcome "refused: no answer"`.
//!
//! It is looked at when a command has ended, and the goal is reached at the first end at which all parts hold, if no more
//! commands were given until then than the goal allows. A command that a range repeats counts once, as it was typed; what
//! stands in `before` does not count.

use std::fmt::{self, Display};

use super::{Run, chart};
use crate::engine::language::{self, BadCommand, Word, Words};
use crate::engine::spell::grouped;
use crate::spec::{BadSpec, GoalSpec};

/// A goal allows no more commands: what needs more is no exercise, but a program.
pub const MOST_COMMANDS: usize = 20;

/// An exercise that the engine marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goal {
    /// What is asked for.
    pub task: String,
    parts: Vec<Part>,
    /// With so many commands, if it says.
    pub commands: Option<usize>,
    /// A nudge, if there is one.
    pub hint: Option<String>,
    /// A script that reaches it.
    pub solution: String,
}

/// A part of a predicate: what must hold, or with `not` what must not.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    denied: bool,
    test: Test,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Test {
    Counter(String, Compared, u64),
    Commands(Compared, u64),
    Steps(Compared, u64),
    Parameter(String, String),
    Said(String),
    Outcome(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compared {
    Equal,
    Other,
    Less,
    AtMost,
    More,
    AtLeast,
}

const COMPARED: [(&str, Compared); 6] = [
    ("=", Compared::Equal),
    ("!=", Compared::Other),
    ("<", Compared::Less),
    ("<=", Compared::AtMost),
    (">", Compared::More),
    (">=", Compared::AtLeast),
];

/// How far a run has come with a goal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The step at which it is reached.
    pub reached: Option<usize>,
    /// The commands that were given until then, or until now.
    pub commands: usize,
    /// Each part as a reader reads it, and whether it holds then.
    pub parts: Vec<(String, bool)>,
}

impl Goal {
    /// Reads a goal for a figure; `None` where the spec has none. The error says which part is wrong, and what is accepted.
    pub fn new(spec: &GoalSpec, run: &Run) -> Result<Option<Goal>, BadSpec> {
        if *spec == GoalSpec::default() {
            return Ok(None);
        }
        let lacks = |what: &str| {
            BadSpec(format!("a goal lacks `{what}`; it has task, reach, solution, and may have commands and hint"))
        };
        if spec.task.is_empty() {
            return Err(lacks("task"));
        }
        if spec.reach.is_empty() {
            return Err(lacks("reach"));
        }
        let parts = parts(&spec.reach, run).map_err(|mistake| BadSpec(format!("in `reach`, {mistake}")))?;
        let commands = match spec.commands.as_str() {
            "" => None,
            text => Some(text.parse().ok().filter(|many| (1..=MOST_COMMANDS).contains(many)).ok_or_else(|| {
                let found = language::shorten(text, 40);
                BadSpec(format!("`commands` cannot be `{found}`; accepted: a whole number from 1 to {MOST_COMMANDS}"))
            })?),
        };
        let hint = Some(spec.hint.clone()).filter(|hint| !hint.is_empty());
        Ok(Some(Goal { task: spec.task.clone(), parts, commands, hint, solution: spec.solution.clone() }))
    }

    /// Whether all parts hold at the end of some command, whatever the number of commands.
    pub fn is_reached_with_any_number(&self, run: &Run) -> bool {
        Goal { commands: None, ..self.clone() }.mark(run).reached.is_some()
    }

    /// How far a run has come.
    pub fn mark(&self, run: &Run) -> Mark {
        let seen: Vec<Option<usize>> = self.parts.iter().map(|part| part.seen(run)).collect();
        let at = |index, commands| {
            let parts = self.parts.iter().zip(&seen);
            parts.map(|(part, seen)| (part.to_string(), part.holds(run, *seen, index, commands))).collect::<Vec<_>>()
        };
        for place in 0..run.len() {
            let (end, commands) = (run.range(place).end - 1, run.typed(place));
            let parts = at(end, commands);
            if self.allows(commands) && parts.iter().all(|(_, holds)| *holds) {
                return Mark { reached: Some(end), commands, parts };
            }
        }
        let commands = run.len().checked_sub(1).map_or(0, |last| run.typed(last));
        Mark { reached: None, commands, parts: at(run.last(), commands) }
    }

    pub fn allows(&self, commands: usize) -> bool {
        self.commands.is_none_or(|most| commands <= most)
    }

    /// Whether it is reached before anything was done.
    pub fn is_reached_by_nothing(&self, run: &Run) -> bool {
        self.parts.iter().all(|part| part.holds(run, None, 0, 0))
    }
}

impl Part {
    /// The first step at which what is looked for in words was there.
    fn seen(&self, run: &Run) -> Option<usize> {
        (1..=run.last()).find(|step| match &self.test {
            Test::Said(words) => run.moment(*step).narration.contains(words.as_str()),
            Test::Outcome(words) => run.moment(*step).outcome.is_some_and(|it| it.to_string().contains(words.as_str())),
            _ => false,
        })
    }

    /// Whether it holds at a step; what is looked for in words was first [seen](Part::seen) at that one.
    fn holds(&self, run: &Run, seen: Option<usize>, index: usize, commands: usize) -> bool {
        let holds = match &self.test {
            Test::Counter(name, compared, number) => {
                let counters = run.counters(index);
                counters.iter().any(|it| it.name == name && compared.holds(it.value, *number))
            }
            Test::Commands(compared, number) => compared.holds(commands as u64, *number),
            Test::Steps(compared, number) => compared.holds(index as u64, *number),
            Test::Parameter(name, value) => run.parameters().iter().any(|it| it == (name.as_str(), value.as_str())),
            Test::Said(_) | Test::Outcome(_) => seen.is_some_and(|step| step <= index),
        };
        holds != self.denied
    }
}

/// As a reader reads it.
impl Display for Part {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let not = if self.denied { "not: " } else { "" };
        match &self.test {
            Test::Counter(name, compared, number) => {
                write!(out, "{not}{} {compared} {}", chart::label(name), grouped(*number))
            }
            Test::Commands(compared, number) => write!(out, "{not}commands {compared} {number}"),
            Test::Steps(compared, number) => write!(out, "{not}steps {compared} {number}"),
            Test::Parameter(name, value) => write!(out, "{not}{name} is {value}"),
            Test::Said(words) => write!(out, "{not}some step says “{words}”"),
            Test::Outcome(words) => write!(out, "{not}some command comes to “{words}”"),
        }
    }
}

impl Compared {
    fn holds(self, value: u64, number: u64) -> bool {
        match self {
            Compared::Equal => value == number,
            Compared::Other => value != number,
            Compared::Less => value < number,
            Compared::AtMost => value <= number,
            Compared::More => value > number,
            Compared::AtLeast => value >= number,
        }
    }
}

impl Display for Compared {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(match self {
            Compared::Equal => "=",
            Compared::Other => "≠",
            Compared::Less => "<",
            Compared::AtMost => "≤",
            Compared::More => ">",
            Compared::AtLeast => "≥",
        })
    }
}

/// Reads a predicate. Names of counters and parameters are those of the figure.
fn parts(reach: &str, run: &Run) -> Result<Vec<Part>, BadCommand> {
    let statements = language::statements(reach)?;
    if let Some(second) = statements.get(1) {
        let word = &second.words[0];
        return Err(wrong(word, format!("`{}` begins a second predicate", word.quote()), "and".to_owned()));
    }
    let Some(statement) = statements.first() else { return Ok(Vec::new()) };
    let mut words = Words::new(statement);
    let mut parts = vec![part(&mut words, run)?];
    while !words.is_empty() {
        if !words.keyword("and") {
            words.finish()?;
        }
        parts.push(part(&mut words, run)?);
    }
    Ok(parts)
}

fn part(words: &mut Words, run: &Run) -> Result<Part, BadCommand> {
    let denied = words.keyword("not");
    let word = words.required("what must hold")?;
    let test = match word.text.as_str() {
        "said" => Test::Said(words.required("words")?.text.clone()),
        "outcome" => Test::Outcome(words.required("words")?.text.clone()),
        "commands" => Test::Commands(compared(words)?, words.number("number", 0..=u64::MAX)?),
        "steps" => Test::Steps(compared(words)?, words.number("number", 0..=u64::MAX)?),
        name if words.keyword("is") => {
            let value = words.required("value")?;
            let parameter = run.declared().iter().find(|parameter| parameter.name == name);
            let parameter = parameter.ok_or_else(|| {
                let names: Vec<_> = run.declared().iter().map(|parameter| parameter.name).collect();
                wrong(word, format!("`{}` is no parameter of this figure", word.quote()), names.join(", "))
            })?;
            let accepted = crate::engine::Parameters::new(run.declared(), [(parameter.name, value.text.as_str())]);
            accepted.map_err(|mistake| wrong(value, mistake.to_string(), String::new()))?;
            Test::Parameter(name.to_owned(), value.text.clone())
        }
        name => {
            let counters = run.counters(0);
            if !counters.iter().any(|counter| counter.name == name) {
                let names = counters.iter().map(|counter| counter.name);
                let accepted = names.chain(["commands", "steps", "said", "outcome", "a parameter and `is`"]);
                let accepted = accepted.collect::<Vec<_>>().join(", ");
                return Err(wrong(word, format!("`{}` is nothing that can be asked for", word.quote()), accepted));
            }
            Test::Counter(name.to_owned(), compared(words)?, words.number("number", 0..=u64::MAX)?)
        }
    };
    Ok(Part { denied, test })
}

fn compared(words: &mut Words) -> Result<Compared, BadCommand> {
    let word = words.required("comparison")?;
    COMPARED.iter().find(|(sign, _)| *sign == word.text).map(|(_, compared)| *compared).ok_or_else(|| {
        let signs: Vec<_> = COMPARED.iter().map(|(sign, _)| *sign).collect();
        wrong(word, format!("`{}` compares nothing", word.quote()), signs.join(", "))
    })
}

fn wrong(word: &Word, problem: String, accepted: String) -> BadCommand {
    BadCommand { place: word.place, problem, accepted }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures;
    use crate::spec::FigureSpec;

    fn spec(reach: &str, run: &str) -> FigureSpec {
        let goal = GoalSpec { task: "Do it.".into(), reach: reach.into(), commands: "3".into(), ..GoalSpec::default() };
        FigureSpec { kind: "btree".into(), run: run.into(), goal, ..FigureSpec::default() }
    }

    fn marked(reach: &str, run: &str) -> Mark {
        let opened = figures::open(&spec(reach, run)).unwrap();
        assert_eq!(opened.problems, []);
        opened.goal.unwrap().mark(&opened.run)
    }

    #[test]
    fn a_goal_is_reached_where_all_parts_hold_and_says_which_do_not() {
        let mark = marked("height >= 2 and commands <= 2", "put 1..9 a; get 3");
        assert!(mark.reached.is_some() && mark.parts.iter().all(|(_, holds)| *holds), "{mark:?}");
        assert_eq!(mark.commands, 1, "a range is typed once");
        let mark = marked("height >= 2 and outcome \"is not there\" and order is 4", "put 1 a");
        assert_eq!(mark.reached, None);
        let held: Vec<_> = mark.parts.iter().map(|(_, holds)| *holds).collect();
        assert_eq!(held, [false, false, true], "{:?}", mark.parts);
    }

    /// What is reached once stays reached, and more commands than are allowed do not reach it.
    #[test]
    fn it_is_looked_at_after_each_command_and_only_as_many_count_as_are_allowed() {
        let mark = marked("keys = 1", "put 1 a; put 2 a; put 3 a; put 4 a");
        assert_eq!(mark.commands, 1, "{mark:?}");
        let late = marked("keys = 4", "put 1 a; put 2 a; put 3 a; put 4 a");
        assert_eq!((late.reached, late.commands), (None, 4));
        assert!(late.parts[0].1, "what is asked for holds; there are too many commands");
    }

    #[test]
    fn words_are_looked_for_in_all_that_was_said_until_then() {
        let reach = "said \"is split\" and not outcome refused";
        assert!(marked(reach, "put 1..9 a").reached.is_some());
        assert!(marked(reach, "put 1..2 a").reached.is_none());
    }

    #[test]
    fn what_cannot_be_read_is_said_with_its_place_and_what_is_accepted() {
        for (reach, why) in [
            ("hight >= 2", "line 1, column 1: `hight` is nothing that can be asked for; accepted: "),
            ("height => 2", "line 1, column 8: `=>` compares nothing; accepted: =, !=, <, <=, >, >="),
            ("height >= two", "line 1, column 11: `two` is no NUMBER"),
            ("height >= 2 or keys = 1", "line 1, column 13: `or` is more than `height` takes; accepted: and"),
            ("height >= 2 and", "lacks WHAT MUST HOLD"),
            ("height >= 2; keys = 1", "line 1, column 14: `keys` begins a second predicate"),
            ("sorder is 4", "`sorder` is no parameter of this figure; accepted: order"),
            ("order is many", "line 1, column 10: "),
            ("", "a goal lacks `reach`"),
        ] {
            let problems = figures::open(&spec(reach, "")).unwrap().problems;
            assert!(problems.len() == 1 && problems[0].0.contains(why), "{reach}: {problems:?}");
        }
        let mut many = spec("height >= 2", "");
        many.goal.commands = "99".into();
        let problems = figures::open(&many).unwrap().problems;
        assert!(problems[0].0.contains("a whole number from 1 to 20"), "{problems:?}");
    }
}
