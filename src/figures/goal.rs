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
//! - `outcome "WORDS"`: some command came to that, as in `outcome "no answer"`.
//!
//! It is looked at when a command has ended, and the goal is reached at the first end at which all parts hold, if no more
//! commands were given until then than the goal allows. A command that a range repeats counts once, as it was typed; what
//! stands in `before` does not count.

mod predicate;

use self::predicate::{Part, parts};
use super::Run;
use crate::engine::language;
use crate::engine::wording::count;
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
                BadSpec(format!("`commands` can't be `{found}`; accepted: a whole number from 1 to {MOST_COMMANDS}"))
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

    /// How far a run has come, in words.
    pub fn stand(&self, mark: &Mark) -> String {
        let given = count(mark.commands, "command");
        match (mark.reached, self.commands) {
            (Some(_), _) => format!("Reached with {given}."),
            (None, Some(most)) if mark.commands > most => format!("{given}, and a solution has at most {most}."),
            (None, Some(most)) => format!("{given} of at most {most}."),
            (None, None) => format!("{given} so far."),
        }
    }

    pub fn allows(&self, commands: usize) -> bool {
        self.commands.is_none_or(|most| commands <= most)
    }

    /// Whether it is reached before anything was done.
    pub fn is_reached_by_nothing(&self, run: &Run) -> bool {
        self.parts.iter().all(|part| part.holds(run, None, 0, 0))
    }
}

/// A text in its parts, each with whether grave accents surround it: a command, which is shown as code. An accent without a
/// second one opens nothing.
pub fn spans(text: &str) -> impl Iterator<Item = (bool, &str)> {
    let last = text.matches('`').count();
    text.split('`').enumerate().map(move |(place, part)| (place % 2 == 1 && place < last, part))
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
        let mark = marked("height >= 2 and outcome \"isn't there\" and order is 4", "put 1 a");
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

    #[test]
    fn commands_in_a_text_are_code() {
        let seen = |text| {
            spans(text).map(|(is_code, part)| format!("{}{part}", if is_code { "*" } else { "" })).collect::<Vec<_>>()
        };
        assert_eq!(seen("Try `get 1`, then wait."), ["Try ", "*get 1", ", then wait."]);
        assert_eq!(seen("`put`"), ["", "*put", ""]);
        assert_eq!(seen("one ` alone"), ["one ", " alone"]);
    }
}
