//! What a reader may ask.

use std::fmt::{self, Display};

use super::component::{FAULTS, Fault, Target};
use super::settings::{MAX_LOAD, Settings};
use crate::form::{Argument, ArgumentKind, Command as _, CommandForm, form};
use crate::language::{BadCommand, Words};
use crate::service::arrivals::Rate;
use crate::service::command::Setting;
use crate::sim::Time;

/// Two minutes: with retries without end, a second can bring thousands of calls.
const MAX_RUN: Time = Time::from_millis(120_000);

#[derive(Clone, Debug)]
pub enum Command {
    Run(Time),
    Load(Rate),
    Set(Setting<Settings>),
    /// On no component in particular: chance chooses an app server, or the fault knows where it belongs.
    Inject(Fault, Option<Target>),
    /// Sets one component right again, or all.
    Repair(Option<Target>),
}

const COMPONENTS: &str = "dns, lb, a1 to a6, apps (all of them), cache, db";

pub const COMMANDS: &[CommandForm] = &[
    form("run", &[Argument::text("time", "5s")], "let time pass", true),
    form("load", &[Argument::text("rate", "100/s")], "let so many requests a second come from now on", true),
    form(
        "set",
        &[Argument::text("parameter", "breaker"), Argument::text("value", "on")],
        "turn a tolerance on or off",
        true,
    ),
    form(
        "inject",
        &[
            Argument { name: "fault", kind: ArgumentKind::Choice(FAULTS), example: "kill", optional: false },
            Argument::keyword("on"),
            Argument::optional("component"),
        ],
        "break something: kill (any), slow (any), leak (an app server, or apps), leap-second (all app servers)",
        true,
    ),
    form("repair", &[Argument::optional("component")], "set a component right again, or all", true),
];

pub fn parse(words: &mut Words) -> Result<Command, BadCommand> {
    let name = words.required("command")?;
    let command = match name.text.as_str() {
        _ if name.quoted => return Err(words.unknown(COMMANDS)),
        "run" => Command::Run(words.time("time", MAX_RUN)?),
        "load" => load(words)?,
        "set" => Command::Set(Setting::read(name, words)?.expect("its name is `set`")),
        "inject" => inject(words)?,
        "repair" if words.is_empty() => Command::Repair(None),
        "repair" => Command::Repair(Some(component(words)?)),
        _ => return Err(words.unknown(COMMANDS)),
    };
    words.finish()?;
    Ok(command)
}

fn load(words: &mut Words) -> Result<Command, BadCommand> {
    let word = words.required("rate")?;
    let number = word.text.strip_suffix("/s").and_then(|number| number.parse().ok());
    match number.filter(|number: &u64| *number <= MAX_LOAD) {
        Some(number) => Ok(Command::Load(Rate(number))),
        None => Err(words.refuse(
            word,
            format!("`{}` is no RATE", word.quote()),
            format!("whole requests a second up to {MAX_LOAD}/s, as in 100/s; every one on its way is photographed"),
        )),
    }
}

fn inject(words: &mut Words) -> Result<Command, BadCommand> {
    let word = words.required("fault")?;
    let faults = [Fault::Kill, Fault::Leak, Fault::LeapSecond, Fault::Slow];
    let Some(fault) = faults.into_iter().find(|fault| fault.name() == word.text) else {
        return Err(words.refuse(word, format!("`{}` is no FAULT", word.quote()), FAULTS.join(", ")));
    };
    let on = if words.keyword("on") { Some(component(words)?) } else { None };
    Ok(Command::Inject(fault, on))
}

fn component(words: &mut Words) -> Result<Target, BadCommand> {
    let word = words.required("component")?;
    Target::parse(&word.text)
        .ok_or_else(|| words.refuse(word, format!("`{}` is no COMPONENT", word.quote()), COMPONENTS.to_owned()))
}

impl Display for Command {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Command::Run(time) => write!(out, "run {}", time.spell()),
            Command::Load(rate) => write!(out, "load {rate}"),
            Command::Set(setting) => setting.fmt(out),
            Command::Inject(fault, None) => write!(out, "inject {}", fault.name()),
            Command::Inject(fault, Some(on)) => write!(out, "inject {} on {on}", fault.name()),
            Command::Repair(None) => out.write_str("repair"),
            Command::Repair(Some(on)) => write!(out, "repair {on}"),
        }
    }
}
