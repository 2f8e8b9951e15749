//! What a reader may do with the fleet, and what it is opened with.

use std::fmt::{self, Display};

use super::design::Component;
use super::mistake::Mistake;
use super::strategy::Strategy;
use crate::command::{BadCommand, Words};
use crate::contract::{Argument, ArgumentKind, CommandForm, Parameter, ParameterKind, Parameters, form};

pub const MAX_NODES: u64 = 1_000;
/// One bit each, in every photograph.
pub const MAX_USERS: u64 = 1_000_000;
/// A release is watched for four hours: so this is half a million requests, each of which is really made.
pub const MAX_REQUESTS: u64 = 2_000;
pub const MAX_COMPONENTS: u64 = 24;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// By the strategy of the parameters, if none is named.
    Release(Mistake, Option<Strategy>),
    Change(Component),
    Hide(Component),
    Couple(Component, Component),
}

/// How the old version comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rollback {
    /// It is still there, and a switch is thrown: one minute for all nodes.
    Switch,
    /// It is installed again, one node after the other.
    Install,
}

/// The parameters, as they are used.
#[derive(Clone, Copy)]
pub struct Settings {
    pub nodes: u32,
    pub users: u32,
    /// Requests of users in a minute.
    pub requests: u32,
    pub strategy: Strategy,
    pub monitoring: bool,
    /// The share of requests that may fail before the monitor alarms, in percent.
    pub alarm: u32,
    /// How long a stage is watched before the next, in minutes.
    pub watch: u32,
    /// How long it takes people to find out what is wrong, in minutes.
    pub people: u32,
    pub rollback: Rollback,
    /// Requests of the tests in the sandbox.
    pub tests: u32,
    pub components: u32,
    pub interfaces: bool,
    pub seed: u64,
}

impl Settings {
    pub fn new(parameters: &Parameters) -> Settings {
        let integer = |name| parameters.integer(name) as u32;
        Settings {
            nodes: integer("nodes"),
            users: integer("users"),
            requests: integer("requests"),
            strategy: Strategy::named(parameters.text("strategy")).expect("it has been checked"),
            monitoring: parameters.switch("monitoring"),
            alarm: integer("alarm"),
            watch: integer("watch"),
            people: integer("people"),
            rollback: if parameters.text("rollback") == "switch" { Rollback::Switch } else { Rollback::Install },
            tests: integer("tests"),
            components: integer("components"),
            interfaces: parameters.switch("interfaces"),
            seed: parameters.integer("seed"),
        }
    }
}

const fn integer(
    name: &'static str,
    label: &'static str,
    about: &'static str,
    (min, max, unit): (u64, u64, &'static str),
    default: &'static str,
) -> Parameter {
    Parameter { name, label, about, kind: ParameterKind::Integer { min, max, unit }, default }
}

const fn choice(
    name: &'static str,
    label: &'static str,
    about: &'static str,
    kind: ParameterKind,
    default: &'static str,
) -> Parameter {
    Parameter { name, label, about, kind, default }
}

pub const PARAMETERS: &[Parameter] = &[
    choice("strategy", "Roll-out", "How a change goes out", ParameterKind::Choice(&Strategy::ALL), "all"),
    choice(
        "monitoring",
        "Monitoring",
        "Whether errors of the new version are watched, and it is taken back by itself",
        ParameterKind::Switch,
        "on",
    ),
    choice(
        "rollback",
        "Rollback",
        "How the old version comes back",
        ParameterKind::Choice(&[("switch", "throw a switch"), ("install", "install it node by node")]),
        "switch",
    ),
    integer("nodes", "Nodes", "How many nodes the fleet has", (1, MAX_NODES, ""), "12"),
    integer("users", "Users", "How many users there are; each has its node", (1, MAX_USERS, ""), "6000"),
    integer("requests", "Requests", "How many requests users make", (0, MAX_REQUESTS, "a minute"), "600"),
    integer("alarm", "Alarm", "The monitor alarms at this share of failed requests", (1, 100, "%"), "2"),
    integer("watch", "Watch", "How long a stage is watched before the next", (1, 60, "minutes"), "10"),
    integer("people", "People", "How long people take to find out what is wrong", (0, 120, "minutes"), "30"),
    integer("tests", "Tests", "How many requests the tests in the sandbox make", (0, 10_000, ""), "50"),
    integer("components", "Components", "How many components the software has", (1, MAX_COMPONENTS, ""), "8"),
    choice("interfaces", "Interfaces", "Whether components are hidden behind interfaces", ParameterKind::Switch, "off"),
    integer("seed", "Seed", "Another seed is another chance", (0, u64::MAX, ""), "1"),
];

pub const COMMANDS: &[CommandForm] = &[
    form(
        "release",
        &[
            Argument { name: "mistake", kind: ArgumentKind::Choice(Mistake::NAMES), example: "data", optional: false },
            Argument { name: "strategy", kind: ArgumentKind::Choice(Strategy::NAMES), example: "", optional: true },
        ],
        "let a change with a mistake go out to the fleet, and see what comes of it",
        true,
    ),
    form(
        "change",
        &[Argument::text("component", "c3")],
        "change the inside of a component, and all that must follow",
        true,
    ),
    form("hide", &[Argument::text("component", "c1")], "put an interface before a component", true),
    form(
        "couple",
        &[Argument::text("user", "c3"), Argument::text("used", "c4")],
        "let one component use another",
        false,
    ),
];

pub fn parse(words: &mut Words) -> Result<Command, BadCommand> {
    let name = words.required("command")?;
    let command = match name.text.as_str() {
        "release" => release(words)?,
        "change" => Command::Change(component(words, "component")?),
        "hide" => Command::Hide(component(words, "component")?),
        "couple" => Command::Couple(component(words, "user")?, component(words, "used")?),
        _ => return Err(words.unknown(COMMANDS)),
    };
    words.finish()?;
    Ok(command)
}

fn release(words: &mut Words) -> Result<Command, BadCommand> {
    let word = words.required("mistake")?;
    let mistake = Mistake::named(&word.text).ok_or_else(|| {
        words.refuse(word, format!("`{}` is no mistake of this figure", word.quote()), Mistake::NAMES.join(", "))
    })?;
    let Some(word) = words.next() else { return Ok(Command::Release(mistake, None)) };
    let strategy = Strategy::named(&word.text)
        .ok_or_else(|| words.refuse(word, format!("`{}` is no strategy", word.quote()), Strategy::NAMES.join(", ")))?;
    Ok(Command::Release(mistake, Some(strategy)))
}

fn component(words: &mut Words, what: &str) -> Result<Component, BadCommand> {
    let word = words.required(what)?;
    match word.text.strip_prefix('c').unwrap_or(&word.text).parse::<u64>() {
        Ok(number @ 1..=MAX_COMPONENTS) => Ok(Component(number as u32 - 1)),
        _ => Err(words.refuse(
            word,
            format!("`{}` is no component", word.quote()),
            format!("a component as in c1, up to c{MAX_COMPONENTS}"),
        )),
    }
}

impl Display for Command {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Command::Release(mistake, None) => write!(out, "release {}", mistake.name()),
            Command::Release(mistake, Some(strategy)) => write!(out, "release {} {}", mistake.name(), strategy.name()),
            Command::Change(component) => write!(out, "change {component}"),
            Command::Hide(component) => write!(out, "hide {component}"),
            Command::Couple(user, used) => write!(out, "couple {user} {used}"),
        }
    }
}
