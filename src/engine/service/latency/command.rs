//! What a reader may ask of the service.

use std::fmt::{self, Display};

use super::Settings;
use crate::form::{Argument, ArgumentKind, Command as _, CommandForm, Value, form};
use crate::language::{BadCommand, Words};
use crate::service::arrivals::Rate;
use crate::service::command::{MAX_RUN, Setting};
use crate::sim::Time;

#[derive(Clone, Debug)]
pub enum Command {
    /// Lets time pass.
    Run(Time),
    Load(Rate),
    Set(Setting<Settings>),
    /// A server works at a quarter of its speed, or at its own again; servers count from 0.
    Slow {
        server: usize,
        slow: bool,
    },
    /// Empties the histograms.
    Forget,
}

const SERVER: &[Argument] = &[
    Argument { name: "slow", kind: ArgumentKind::Choice(&["slow"]), example: "slow", optional: false },
    Argument::keyword("on"),
    Argument { name: "server", kind: ArgumentKind::Choice(&["s1", "s2"]), example: "s1", optional: true },
];

pub const COMMANDS: &[CommandForm] = &[
    form("run", &[Argument::text("time", "2s")], "let time pass", true),
    form("load", &[Argument::text("rate", "8/s")], "let so many requests a second come from now on", true),
    form(
        "set",
        &[Argument::text("parameter", "workers"), Argument::text("value", "2")],
        "change a parameter from now on",
        true,
    ),
    form("inject", SERVER, "make a server four times as slow", true),
    form("repair", SERVER, "let a server work at its own speed again", false),
    form("forget", &[], "begin to measure anew", true),
];

pub fn parse(words: &mut Words) -> Result<Command, BadCommand> {
    let name = words.required("command")?;
    let command = match name.text.as_str() {
        _ if name.quoted => return Err(words.unknown(COMMANDS)),
        "run" => Command::Run(words.time("time", MAX_RUN)?),
        "load" => Command::Load(Rate::read(words, "rate")?),
        "set" => Command::Set(Setting::read(name, words)?.expect("its name is `set`")),
        "inject" => slow(words, true)?,
        "repair" => slow(words, false)?,
        "forget" => Command::Forget,
        _ => return Err(words.unknown(COMMANDS)),
    };
    words.finish()?;
    Ok(command)
}

/// `slow [on s2]`
fn slow(words: &mut Words, slow: bool) -> Result<Command, BadCommand> {
    let fault = words.required("fault")?;
    if fault.text != "slow" {
        return Err(words.refuse(fault, format!("`{}` is no fault of this figure", fault.quote()), "slow".to_owned()));
    }
    let mut server = 0;
    if words.keyword("on") {
        let word = words.required("server")?;
        server = ["s1", "s2"]
            .iter()
            .position(|name| *name == word.text)
            .ok_or_else(|| words.refuse(word, format!("`{}` is no SERVER", word.quote()), "s1, s2".to_owned()))?;
    }
    Ok(Command::Slow { server, slow })
}

impl Display for Command {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Command::Run(time) => write!(out, "run {}", Time::spell(*time)),
            Command::Load(rate) => write!(out, "load {rate}"),
            Command::Set(setting) => setting.fmt(out),
            Command::Slow { server, slow } => {
                write!(out, "{} slow on s{}", if *slow { "inject" } else { "repair" }, server + 1)
            }
            Command::Forget => out.write_str("forget"),
        }
    }
}
