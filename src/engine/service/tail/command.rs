//! What a reader may ask.

use std::fmt::{self, Display};

use super::Settings;
use crate::form::{Argument, ArgumentKind, Command as _, CommandForm};
use crate::language::{BadCommand, Words};
use crate::service::command::Setting;

/// One command asks for no more views than this.
const MAX_VIEWS: u64 = 10_000;

#[derive(Clone, Debug)]
pub enum Command {
    /// So many page views, one after the other.
    View(u64),
    Set(Setting<Settings>),
    /// Forgets what was measured.
    Forget,
}

pub const COMMANDS: &[CommandForm] = &[
    CommandForm {
        name: "view",
        arguments: &[Argument { name: "times", kind: ArgumentKind::Number, example: "100", optional: true }],
        about: "view the page, once or so many times",
        button: true,
    },
    CommandForm {
        name: "set",
        arguments: &[Argument::text("parameter", "calls"), Argument::text("value", "100")],
        about: "change a parameter from now on",
        button: true,
    },
    CommandForm { name: "forget", arguments: &[], about: "begin to measure anew", button: true },
];

pub fn parse(words: &mut Words) -> Result<Command, BadCommand> {
    let name = words.required("command")?;
    let command = match name.text.as_str() {
        _ if name.quoted => return Err(words.unknown(COMMANDS)),
        "view" if words.is_empty() => Command::View(1),
        "view" => Command::View(words.number("times", 1..=MAX_VIEWS)?),
        "set" => Command::Set(Setting::read(name, words)?.expect("its name is `set`")),
        "forget" => Command::Forget,
        _ => return Err(words.unknown(COMMANDS)),
    };
    words.finish()?;
    Ok(command)
}

impl Display for Command {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Command::View(1) => out.write_str("view"),
            Command::View(times) => write!(out, "view {times}"),
            Command::Set(setting) => setting.fmt(out),
            Command::Forget => out.write_str("forget"),
        }
    }
}
