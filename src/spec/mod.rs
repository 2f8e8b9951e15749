//! A figure with its parameters, script and step as one value, in three spellings: a fence in a chapter (TOML), the
//! fragment of a link, and the attributes of `<stepwise-figure>`. All three are names and values, and all three are read
//! by [`FigureSpec::from_pairs`], so that they accept the same and complain alike.

pub mod frame;
mod manner;

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use crate::engine::language::shorten;
use crate::timeline::Address;
pub use manner::{Choice, Controls, Fit, Hidden, Manner, Speed, Text, Theme, View};

/// The names that say what a figure shows, whatever its kind.
const OWN_NAMES: [&str; 12] =
    ["kind", "before", "run", "ask", "title", "caption", "step", "task", "reach", "commands", "hint", "solution"];

/// The names that every figure has; any other is taken for a parameter of its engine.
pub fn names() -> impl Iterator<Item = &'static str> + Clone {
    OWN_NAMES.into_iter().chain(manner::NAMES)
}

/// What the page around a frame must allow it, so that a reader can copy from its drawers and look at it full-screen.
pub const FRAME_MAY: &str = "clipboard-write; fullscreen";

/// Everything that decides what a figure shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FigureSpec {
    /// Which figure: `btree`.
    pub kind: String,
    /// The engine's parameters, as far as they are said.
    pub parameters: BTreeMap<String, String>,
    /// A script whose steps are not recorded; the run begins after it.
    pub before: String,
    /// The script.
    pub run: String,
    /// Where the figure opens.
    pub step: Option<Address>,
    /// How it is shown.
    pub manner: Manner,
    /// What the figure asks before it goes on, a question a line; see [`crate::figures::questions`].
    pub ask: String,
    /// What is to be reached, if the figure is an exercise; see [`crate::figures::Goal`].
    pub goal: GoalSpec,
    pub title: Option<String>,
    pub caption: Option<String>,
}

/// An exercise as it is written: all empty where the figure is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GoalSpec {
    /// What is asked for, in words.
    pub task: String,
    /// By what it is known to be reached.
    pub reach: String,
    /// The most commands that it may take.
    pub commands: String,
    pub hint: String,
    /// A script that reaches it.
    pub solution: String,
}

/// A figure that cannot be made as it was asked for: what was wrong, and what is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadSpec(pub String);

impl BadSpec {
    fn value(name: &str, found: &str, accepted: &str) -> BadSpec {
        BadSpec(format!("`{name}` can't be `{}`; accepted: {accepted}", shorten(found, 40)))
    }
}

impl Display for BadSpec {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for BadSpec {}

impl FigureSpec {
    /// Reads names and values. What is wrong with one of them is told in the second part, and that one is left out.
    pub fn from_pairs<N: AsRef<str>, V: AsRef<str>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> (FigureSpec, Vec<BadSpec>) {
        let mut spec = FigureSpec::default();
        let mut bad = Vec::new();
        for (name, value) in pairs {
            let (name, value) = (name.as_ref(), value.as_ref());
            match name {
                "kind" => spec.kind = value.to_owned(),
                "before" => spec.before = value.to_owned(),
                "run" => spec.run = value.to_owned(),
                "ask" => spec.ask = value.to_owned(),
                "task" => spec.goal.task = value.to_owned(),
                "reach" => spec.goal.reach = value.to_owned(),
                "commands" => spec.goal.commands = value.to_owned(),
                "hint" => spec.goal.hint = value.to_owned(),
                "solution" => spec.goal.solution = value.to_owned(),
                "title" => spec.title = Some(value.to_owned()),
                "caption" => spec.caption = Some(value.to_owned()),
                "step" => match value.parse() {
                    Ok(step) => spec.step = Some(step),
                    Err(mistake) => bad.push(BadSpec(mistake.to_string())),
                },
                name if manner::NAMES.contains(&name) => bad.extend(spec.manner.take(name, value).err()),
                _ => {
                    spec.parameters.insert(name.to_owned(), value.to_owned());
                }
            }
        }
        (spec, bad)
    }

    /// The names and values that say this figure, in a settled order; what is as it would be anyway is left out.
    pub fn to_pairs(&self) -> Vec<(String, String)> {
        let mut pairs = vec![("kind".to_owned(), self.kind.clone())];
        pairs.extend(self.parameters.clone());
        let mut add = |name: &str, value: String| pairs.push((name.to_owned(), value));
        if let Some(title) = &self.title {
            add("title", title.clone());
        }
        if let Some(caption) = &self.caption {
            add("caption", caption.clone());
        }
        for (name, value) in self.manner.to_pairs() {
            add(name, value);
        }
        if !self.before.is_empty() {
            add("before", self.before.clone());
        }
        if !self.run.is_empty() {
            add("run", self.run.clone());
        }
        if !self.ask.is_empty() {
            add("ask", self.ask.clone());
        }
        let GoalSpec { task, reach, commands, hint, solution } = &self.goal;
        let goal = [("task", task), ("reach", reach), ("commands", commands), ("hint", hint), ("solution", solution)];
        goal.into_iter().filter(|(_, value)| !value.is_empty()).for_each(|(name, value)| add(name, value.clone()));
        if let Some(step) = self.step {
            add("step", step.to_string());
        }
        pairs
    }

    /// Reads the fragment of a link as it was written, with or without its `#`. `static/link.js` reads those that have come
    /// through mails and other people's pages.
    pub fn from_fragment(fragment: &str) -> (FigureSpec, Vec<BadSpec>) {
        let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
        FigureSpec::from_pairs(form_urlencoded::parse(fragment.as_bytes()))
    }

    /// The fragment of a link, without its `#`. A blank is `%20`: as `+`, mails and chats would make `%2B` of it, which is a
    /// plus sign.
    pub fn to_fragment(&self) -> String {
        let spelt = form_urlencoded::Serializer::new(String::new()).extend_pairs(self.to_pairs()).finish();
        spelt.replace('+', "%20")
    }

    /// Reads a fence of an exercise, where the task is its `text`.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn goal_from_toml(fence: &str) -> Result<FigureSpec, BadSpec> {
        let mut table = table(fence)?;
        // Elsewhere `text` is how large the letters are.
        let task = table.remove("text").ok_or_else(|| BadSpec("a goal lacks `text`".to_owned()))?;
        table.insert("task".to_owned(), task);
        FigureSpec::from_table(table)
    }

    /// Reads a fence of a chapter.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn from_toml(fence: &str) -> Result<FigureSpec, BadSpec> {
        FigureSpec::from_table(table(fence)?)
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn from_table(table: toml::Table) -> Result<FigureSpec, BadSpec> {
        let pairs = table.into_iter().map(|(name, value)| match value {
            toml::Value::String(text) => Ok((name, text.trim().to_owned())),
            toml::Value::Integer(number) => Ok((name, number.to_string())),
            // As a number the tenth step of a command would be its first.
            toml::Value::Float(_) => Err(BadSpec(format!("`{name}` needs quotation marks, as in {name} = \"3.10\""))),
            toml::Value::Boolean(on) => Ok((name, if on { "on" } else { "off" }.to_owned())),
            other => Err(BadSpec::value(&name, &other.to_string(), "a text, a number, true or false")),
        });
        let (spec, mut bad) = FigureSpec::from_pairs(pairs.collect::<Result<Vec<_>, _>>()?);
        if bad.is_empty() { Ok(spec) } else { Err(bad.remove(0)) }
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn table(fence: &str) -> Result<toml::Table, BadSpec> {
    fence.parse().map_err(|mistake: toml::de::Error| BadSpec(mistake.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::Position;

    fn sample() -> FigureSpec {
        FigureSpec {
            kind: "btree".into(),
            parameters: [("order".to_owned(), "4".to_owned())].into(),
            run: "put 1 a; put \"new york\" \"é&🙂#\"\nget 1".into(),
            step: Some(Position { command: 2, step: 3 }.into()),
            manner: Manner { controls: Controls::Minimal, view: View::Time, ..Manner::default() },
            ask: "1 -> 2.3: Why?\n= So (a & b)\n# Of course.".into(),
            goal: GoalSpec { task: "Do & win".into(), reach: "height >= 2".into(), ..GoalSpec::default() },
            title: Some("A & B".into()),
            ..FigureSpec::default()
        }
    }

    #[test]
    fn a_link_reads_as_it_is_written() {
        assert_eq!(FigureSpec::from_fragment(&sample().to_fragment()), (sample(), vec![]));
        // Links of old have a `+` for a blank.
        let fragment = "#kind=btree&order=4&run=put+1+a%3B+put+2+b&step=7";
        let (spec, bad) = FigureSpec::from_fragment(fragment);
        assert_eq!((spec.run.as_str(), spec.step.unwrap().command(), bad.len()), ("put 1 a; put 2 b", 7, 0));
    }

    /// FAULTS P2: no link of ours has a `+` for a blank, and a plus sign is told from one.
    #[test]
    fn p2_a_blank_is_written_so_that_no_mail_changes_it() {
        let run = "put a+b 1; get \"a b\"".to_owned();
        let spec = FigureSpec { kind: "btree".into(), run, title: Some("One, two".into()), ..FigureSpec::default() };
        let fragment = spec.to_fragment();
        assert!(!fragment.contains('+') && fragment.contains("put%20a%2Bb%201"), "{fragment}");
        assert_eq!(FigureSpec::from_fragment(&fragment), (spec, vec![]));
    }

    #[test]
    fn a_fence_says_the_same() {
        let fence = "kind = \"btree\"\norder = 4\nrun = \"\"\"\nput 1 a\n\"\"\"\nlog = true";
        let spec = FigureSpec::from_toml(fence).unwrap();
        assert_eq!((spec.parameters["order"].as_str(), spec.parameters["log"].as_str()), ("4", "on"));
        assert_eq!(spec.run, "put 1 a");
        assert!(FigureSpec::from_toml("kind = ").is_err());
        assert!(FigureSpec::from_toml("kind = \"x\"\nstep = 3.10").unwrap_err().0.contains("quotation marks"));
        assert!(FigureSpec::from_toml("kind = \"x\"\nstep = -1").unwrap_err().0.contains("accepted: COMMAND.STEP"));
    }

    #[test]
    fn what_is_wrong_is_said_and_left_out() {
        let (spec, bad) = FigureSpec::from_fragment("kind=btree&step=-1&controls=all&view=cube&run=%ff%fe");
        assert_eq!((spec.step, spec.manner), (None, Manner::default()));
        assert_eq!(
            bad[0].0,
            "`-1` is no step; accepted: COMMAND.STEP as in 3.2, a command alone as in 3, or 0 for the opening"
        );
        assert_eq!(bad[1].0, "`controls` can't be `all`; accepted: full, minimal, none");
    }
}
