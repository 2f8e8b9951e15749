//! The forms of commands and parameters: what may be asked of an engine and what it is opened with, as help shows it, a page
//! makes inputs of it, and a script spells it.
//!
//! An engine derives all of it from its own types, by `stepwise-derive`.

use std::fmt::{self, Display};
use std::ops::RangeInclusive;
use std::rc::Rc;

use crate::contract::Engine;
use crate::language::{BadCommand, Word, Words, spell};
use crate::sim::Time;

/// A command as it is written: its name, its arguments, and what it does.
#[derive(Clone, Copy, Debug)]
pub struct CommandForm {
    pub name: &'static str,
    pub arguments: &'static [Argument],
    /// What it does, for a reader who has not used it: one short sentence without a full stop.
    pub about: &'static str,
    /// Whether it is usual enough to have a button of its own.
    pub button: bool,
}

/// A command's form in one line of an engine's list.
pub const fn form(
    name: &'static str,
    arguments: &'static [Argument],
    about: &'static str,
    button: bool,
) -> CommandForm {
    CommandForm { name, arguments, about, button }
}

#[derive(Clone, Copy, Debug)]
pub struct Argument {
    /// In small letters, as in `key`; shown in capitals.
    pub name: &'static str,
    pub kind: ArgumentKind,
    /// What its input holds at first. Empty for an optional one that is left out.
    pub example: &'static str,
    pub optional: bool,
}

impl Argument {
    /// Any text, which the command cannot do without.
    pub const fn text(name: &'static str, example: &'static str) -> Argument {
        Argument { name, kind: ArgumentKind::Text, example, optional: false }
    }

    /// Any text, or nothing.
    pub const fn optional(name: &'static str) -> Argument {
        Argument { name, kind: ArgumentKind::Text, example: "", optional: true }
    }

    /// The word that introduces an optional argument.
    pub const fn keyword(name: &'static str) -> Argument {
        Argument { name, kind: ArgumentKind::Keyword, example: "", optional: true }
    }
}

/// What may stand in the place of an argument, for those who make an input for it.
#[derive(Clone, Copy, Debug)]
pub enum ArgumentKind {
    Text,
    Number,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A word of the language that introduces the next argument, as `as` in `read k as c2`; it stands for itself.
    Keyword,
}

impl CommandForm {
    /// The form as help shows it: `put KEY VALUE`, `crash [torn]`.
    pub fn usage(&self) -> String {
        let mut usage = self.name.to_owned();
        for argument in self.arguments {
            let place = match argument.kind {
                ArgumentKind::Choice(words) => words.join("|"),
                ArgumentKind::Keyword => argument.name.to_owned(),
                ArgumentKind::Text | ArgumentKind::Number => argument.name.to_ascii_uppercase(),
            };
            if argument.optional {
                usage.push_str(&format!(" [{place}]"));
            } else {
                usage.push_str(&format!(" {place}"));
            }
        }
        usage
    }
}

/// A parameter that an engine is opened with.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// As it is written in a fence, a link or an attribute: `order`.
    pub name: &'static str,
    /// As a reader sees it: `Order`.
    pub label: &'static str,
    /// What it decides, in one sentence.
    pub about: &'static str,
    pub kind: ParameterKind,
    /// What it is when no one says.
    pub default: &'static str,
}

#[derive(Clone, Copy, Debug)]
pub enum ParameterKind {
    /// A whole number, both ends included; `unit` may be empty.
    Integer { min: u64, max: u64, unit: &'static str },
    /// One of these, each a value and its label.
    Choice(&'static [(&'static str, &'static str)]),
    /// `on` or `off`.
    Switch,
}

impl Parameter {
    /// Checks one value as it was written.
    pub fn check(&self, value: &str) -> Result<(), BadParameter> {
        let accepted = match self.kind {
            ParameterKind::Integer { min, max, .. } => match value.parse::<u64>() {
                Ok(number) if (min..=max).contains(&number) => return Ok(()),
                _ => format!("a whole number from {min} to {max}"),
            },
            ParameterKind::Choice(choices) => {
                if choices.iter().any(|(name, _)| *name == value) {
                    return Ok(());
                }
                choices.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
            }
            ParameterKind::Switch if value == "on" || value == "off" => return Ok(()),
            ParameterKind::Switch => "on or off".to_owned(),
        };
        Err(BadParameter { name: self.name.to_owned(), found: value.to_owned(), accepted })
    }
}

/// A parameter that was refused: which, what was given, and what is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadParameter {
    pub name: String,
    pub found: String,
    pub accepted: String,
}

impl Display for BadParameter {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let found: String = self.found.chars().take(40).collect();
        write!(out, "parameter `{}` can't be `{found}`; accepted: {}", self.name, self.accepted)
    }
}

impl std::error::Error for BadParameter {}

/// The values an engine is opened with, one for each of its parameters, each checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameters {
    values: Vec<(&'static str, String)>,
}

impl Parameters {
    /// Every parameter of `declared`, with its value from `given` or its default. A name that is not declared is an
    /// error that lists those that are.
    pub fn new<'a>(
        declared: &[Parameter],
        given: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Parameters, BadParameter> {
        let mut values: Vec<_> = declared.iter().map(|each| (each.name, each.default.to_owned())).collect();
        for (name, value) in given {
            let Some(place) = declared.iter().position(|each| each.name == name) else {
                let names: Vec<_> = declared.iter().map(|each| each.name).collect();
                let accepted = format!("no parameter of that name; there are: {}", names.join(", "));
                return Err(BadParameter { name: name.to_owned(), found: value.to_owned(), accepted });
            };
            declared[place].check(value)?;
            values[place].1 = value.to_owned();
        }
        Ok(Parameters { values })
    }

    /// The defaults of an engine.
    pub fn default_of<E: Engine>() -> Parameters {
        Parameters::new(E::PARAMETERS, []).expect("defaults are accepted")
    }

    /// All names and values, in the order in which they were declared.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.values.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// The value as it was written. Panics where no such parameter is declared: that is a bug of ours.
    pub fn text(&self, name: &str) -> &str {
        let found = self.values.iter().find(|(each, _)| *each == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_else(|| panic!("parameter {name} is not declared"))
    }

    pub fn integer(&self, name: &str) -> u64 {
        self.text(name).parse().unwrap_or_else(|_| panic!("parameter {name} is not an integer"))
    }

    pub fn switch(&self, name: &str) -> bool {
        self.text(name) == "on"
    }
}

/// What a reader may ask of an engine: derived from an enum with a variant for each command. `Display` spells it so that it
/// reads as itself.
pub trait Command: Clone + Display + 'static {
    /// The forms, in the order in which they are shown.
    const FORMS: &'static [CommandForm];

    /// Reads what follows `name`; nothing, if no command has that name.
    fn read(name: &Word, words: &mut Words) -> Result<Option<Self>, BadCommand>;

    /// Reads one command, and refuses what is too much.
    fn parse(words: &mut Words) -> Result<Self, BadCommand> {
        let name = words.required("command")?;
        let command = if name.quoted { None } else { Self::read(name, words)? };
        let Some(command) = command else { return Err(unknown(name, words, Self::FORMS)) };
        words.finish()?;
        Ok(command)
    }
}

/// That no command is called so; or where it can be begun, that what follows cannot.
fn unknown(name: &Word, words: &mut Words, forms: &'static [CommandForm]) -> BadCommand {
    let begun: Vec<_> = forms.iter().map(|form| form.name).filter(|name| name.starts_with("begin ")).collect();
    if name.text != "begin" || name.quoted || begun.is_empty() {
        return words.unknown(forms);
    }
    let what: Vec<_> = begun.iter().map(|name| &name["begin ".len()..]).collect();
    match words.required(&what.join(" or ")) {
        Ok(word) => words.refuse(word, format!("`{}` can't be begun", word.quote()), begun.join(", ")),
        Err(lacking) => lacking,
    }
}

/// What may stand as an argument of a command.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be an argument of a command",
    note = "it needs `Value`, which `#[derive(Choice)]` brings; or give the field a reader of its own by `#[read(…)]`"
)]
pub trait Value: Sized {
    const KIND: ArgumentKind;

    /// Reads it; `what` is its name in a message.
    fn read(words: &mut Words, what: &str) -> Result<Self, BadCommand>;

    /// Writes it so that it reads as itself.
    fn spell(&self, out: &mut fmt::Formatter) -> fmt::Result;
}

/// An enum whose variants are words: derived.
pub trait Choice: Copy + Sized + 'static {
    const ALL: &'static [Self];
    const NAMES: &'static [&'static str];
    /// Each name with its label, from the doc comment.
    const WORDS: &'static [(&'static str, &'static str)];

    fn place(self) -> usize;

    /// As a script spells it.
    fn name(self) -> &'static str {
        Self::NAMES[self.place()]
    }

    /// As a reader of the page sees it.
    fn label(self) -> &'static str {
        Self::WORDS[self.place()].1
    }

    fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().position(|each| *each == name).map(|place| Self::ALL[place])
    }
}

impl<C: Choice> Value for C {
    const KIND: ArgumentKind = ArgumentKind::Choice(C::NAMES);

    fn read(words: &mut Words, what: &str) -> Result<C, BadCommand> {
        let word = words.required(what)?;
        let problem = || format!("`{}` is no {}", word.quote(), what.to_ascii_uppercase());
        C::named(&word.text).ok_or_else(|| words.refuse(word, problem(), C::NAMES.join(", ")))
    }

    fn spell(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(self.name())
    }
}

impl Value for String {
    const KIND: ArgumentKind = ArgumentKind::Text;

    fn read(words: &mut Words, what: &str) -> Result<String, BadCommand> {
        Ok(words.required(what)?.text.clone())
    }

    fn spell(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(&spell(self))
    }
}

impl Value for Rc<str> {
    const KIND: ArgumentKind = ArgumentKind::Text;

    fn read(words: &mut Words, what: &str) -> Result<Rc<str>, BadCommand> {
        Ok(words.required(what)?.text.as_str().into())
    }

    fn spell(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(&spell(self))
    }
}

impl Value for Time {
    const KIND: ArgumentKind = ArgumentKind::Text;

    fn read(words: &mut Words, what: &str) -> Result<Time, BadCommand> {
        words.time(what, Time::from_nanos(u64::MAX))
    }

    fn spell(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(&Time::spell(*self))
    }
}

/// How many forms there are in all parts.
pub const fn length(parts: &[&[CommandForm]]) -> usize {
    let (mut all, mut part) = (0, 0);
    while part < parts.len() {
        all += parts[part].len();
        part += 1;
    }
    all
}

/// The forms of all parts, one after the other.
pub const fn joined<const N: usize>(parts: &[&[CommandForm]]) -> [CommandForm; N] {
    let mut all = [form("", &[], "", false); N];
    let (mut part, mut place, mut next) = (0, 0, 0);
    while part < parts.len() {
        if place < parts[part].len() {
            all[next] = parts[part][place];
            (next, place) = (next + 1, place + 1);
        } else {
            (part, place) = (part + 1, 0);
        }
    }
    all
}

/// What an engine is opened with: derived from a struct with a field for each parameter.
pub trait Declared: Clone + Sized + 'static {
    const PARAMETERS: &'static [Parameter];

    /// The values, which have been checked one by one.
    fn read(parameters: &Parameters) -> Self;

    /// Gives one parameter another value, which has been checked by its row of the table.
    fn set(&mut self, name: &str, value: &str);

    /// That they fit each other.
    fn check(&self) -> Result<(), BadParameter>;

    /// [`read`](Declared::read), and they fit each other.
    fn new(parameters: &Parameters) -> Result<Self, BadParameter> {
        let settings = Self::read(parameters);
        settings.check()?;
        Ok(settings)
    }
}

/// What a parameter may be.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a parameter",
    note = "a parameter is a whole number, a bool, a Time, or a choice by `#[derive(Choice)]`"
)]
pub trait ParameterValue: Sized {
    const KIND: ParameterKind;

    /// The value as it is written, which has been checked, in `unit`.
    fn of(text: &str, unit: &str) -> Self;
}

/// The kind of a whole number in a range, both ends included.
pub const fn integers(range: RangeInclusive<u64>, unit: &'static str) -> ParameterKind {
    ParameterKind::Integer { min: *range.start(), max: *range.end(), unit }
}

impl<C: Choice> ParameterValue for C {
    const KIND: ParameterKind = ParameterKind::Choice(C::WORDS);

    fn of(text: &str, _: &str) -> C {
        C::named(text).expect("it has been checked")
    }
}

impl ParameterValue for bool {
    const KIND: ParameterKind = ParameterKind::Switch;

    fn of(text: &str, _: &str) -> bool {
        text == "on"
    }
}

macro_rules! whole_numbers {
    ($($number:ty),*) => {$(
        impl ParameterValue for $number {
            const KIND: ParameterKind = integers(0..=<$number>::MAX as u64, "");

            fn of(text: &str, _: &str) -> $number {
                text.parse().expect("it has been checked")
            }
        }

        impl Value for $number {
            const KIND: ArgumentKind = ArgumentKind::Number;

            fn read(words: &mut Words, what: &str) -> Result<$number, BadCommand> {
                Ok(words.number(what, 0..=<$number>::MAX as u64)? as $number)
            }

            fn spell(&self, out: &mut fmt::Formatter) -> fmt::Result {
                self.fmt(out)
            }
        }
    )*};
}

whole_numbers!(u8, u32, u64, usize);

/// A parameter is a time in its unit, which is milliseconds where it says neither `µs` nor `s`.
impl ParameterValue for Time {
    const KIND: ParameterKind = integers(0..=3_600_000, "ms");

    fn of(text: &str, unit: &str) -> Time {
        let number: u64 = text.parse().expect("it has been checked");
        match unit {
            "µs" => Time::from_micros(number),
            "s" => Time::from_millis(1_000 * number),
            _ => Time::from_millis(number),
        }
    }
}
