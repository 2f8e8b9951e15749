//! What a reader may ask of the two.

use std::fmt::{self, Display};

use crate::contract::{Argument, ArgumentKind, CommandForm};
use crate::language::{BadCommand, Words};

/// One command asks for no more operations than this: it is carried out in one go.
pub const MAX_OPERATIONS: u64 = 20_000;
/// A sweep runs its operations eleven times.
pub const MAX_SWEPT: u64 = 2_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    Load(u64),
    Run(u64),
    Next,
    Settle,
    Sweep(u64),
    Forget,
}

const fn many(example: &'static str) -> Argument {
    Argument { name: "n", kind: ArgumentKind::Number, example, optional: false }
}

pub const COMMANDS: &[CommandForm] = &[
    CommandForm {
        name: "load",
        arguments: &[const { many("100") }],
        about: "insert so many new records into both",
        button: true,
    },
    CommandForm {
        name: "run",
        arguments: &[const { many("200") }],
        about: "give both the next operations of the workload",
        button: true,
    },
    CommandForm {
        name: "next",
        arguments: &[],
        about: "give both one operation, and see what each does for it",
        button: true,
    },
    CommandForm {
        name: "settle",
        arguments: &[],
        about: "let both finish what they have put off: checkpoint, flushes, compactions",
        button: true,
    },
    CommandForm {
        name: "sweep",
        arguments: &[const { many("200") }],
        about: "on copies of both, run as many operations with 0, 10, 20 … 100 % reads, and find where the winner changes",
        button: true,
    },
    CommandForm { name: "forget", arguments: &[], about: "begin to measure anew", button: true },
];

pub fn parse(words: &mut Words) -> Result<Command, BadCommand> {
    let name = words.required("command")?;
    let command = match name.text.as_str() {
        _ if name.quoted => return Err(words.unknown(COMMANDS)),
        "load" => Command::Load(words.number("n", 1..=MAX_OPERATIONS)?),
        "run" => Command::Run(words.number("n", 1..=MAX_OPERATIONS)?),
        "next" => Command::Next,
        "settle" => Command::Settle,
        "sweep" => Command::Sweep(words.number("n", 1..=MAX_SWEPT)?),
        "forget" => Command::Forget,
        _ => return Err(words.unknown(COMMANDS)),
    };
    words.finish()?;
    Ok(command)
}

impl Display for Command {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Command::Load(many) => write!(out, "load {many}"),
            Command::Run(many) => write!(out, "run {many}"),
            Command::Next => out.write_str("next"),
            Command::Settle => out.write_str("settle"),
            Command::Sweep(many) => write!(out, "sweep {many}"),
            Command::Forget => out.write_str("forget"),
        }
    }
}
