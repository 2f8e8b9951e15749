//! What a reader may ask of the tree.

use std::fmt::{self, Display};

use crate::contract::{Argument, ArgumentKind, CommandForm};
use crate::language::{BadCommand, Words, spell};
use crate::sim::{Crash, Time};
use crate::storage::{CRASH, Key, parse_crash, parse_key};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    Put { key: Key, value: String },
    Get { key: Key, at: Option<u64> },
    Delete { key: Key },
    Scan { from: Key, to: Key, at: Option<u64> },
    Snapshot,
    Release { number: u64 },
    Flush,
    Compact { level: Option<u64> },
    Sync,
    Run { time: Time },
    Settle,
    Crash(Crash),
}

/// Nobody watches a device for longer.
const LONGEST: Time = Time::from_millis(1_000_000);

const AT: Argument = Argument::keyword("at");
const SNAPSHOT: Argument = Argument { name: "snapshot", kind: ArgumentKind::Number, example: "", optional: true };

pub const COMMANDS: &[CommandForm] = &[
    CommandForm {
        name: "put",
        arguments: &[Argument::text("key", "d"), Argument::text("value", "1")],
        about: "log the entry, and put it into the memtable",
        button: true,
    },
    CommandForm {
        name: "get",
        arguments: &[Argument::text("key", "d"), AT, SNAPSHOT],
        about: "look for the key in memory, then level by level; now, or as a snapshot saw it",
        button: true,
    },
    CommandForm {
        name: "delete",
        arguments: &[Argument::text("key", "d")],
        about: "log a tombstone, and put it into the memtable",
        button: true,
    },
    CommandForm {
        name: "scan",
        arguments: &[Argument::text("from", "a"), Argument::text("to", "m"), AT, SNAPSHOT],
        about: "merge memory and all tables from FROM to TO",
        button: true,
    },
    CommandForm {
        name: "settle",
        arguments: &[],
        about: "wait until flushes and compactions have caught up",
        button: true,
    },
    CommandForm { name: "flush", arguments: &[], about: "write the memtable out as a table", button: true },
    CommandForm {
        name: "compact",
        arguments: &[Argument { name: "level", kind: ArgumentKind::Number, example: "", optional: true }],
        about: "bring something of LEVEL, or of the newest level that has a table, down to the next",
        button: true,
    },
    CommandForm {
        name: "snapshot",
        arguments: &[],
        about: "keep this moment readable, whatever is written after it",
        button: true,
    },
    CommandForm {
        name: "release",
        arguments: &[Argument { name: "snapshot", kind: ArgumentKind::Number, example: "1", optional: false }],
        about: "give a snapshot up; what only it could read may be dropped from then on",
        button: false,
    },
    CommandForm {
        name: "run",
        arguments: &[Argument::text("time", "5ms")],
        about: "let time pass, and the background work",
        button: false,
    },
    CommandForm { name: "sync", arguments: &[], about: "make what was logged safe from a crash", button: false },
    CRASH,
];

pub fn parse(words: &mut Words) -> Result<Command, BadCommand> {
    let name = words.required("command")?;
    let command = match name.text.as_str() {
        "put" => Command::Put { key: parse_key(words, "key")?, value: words.required("value")?.text.clone() },
        "get" => Command::Get { key: parse_key(words, "key")?, at: snapshot(words)? },
        "delete" => Command::Delete { key: parse_key(words, "key")? },
        "scan" => {
            let (from, to) = (parse_key(words, "from")?, parse_key(words, "to")?);
            Command::Scan { from, to, at: snapshot(words)? }
        }
        "snapshot" => Command::Snapshot,
        "release" => Command::Release { number: words.number("snapshot", 1..=u64::from(u32::MAX))? },
        "flush" => Command::Flush,
        "compact" => {
            let last = super::version::LEVELS as u64 - 1;
            Command::Compact { level: if words.is_empty() { None } else { Some(words.number("level", 0..=last)?) } }
        }
        "sync" => Command::Sync,
        "run" => Command::Run { time: words.time("time", LONGEST)? },
        "settle" => Command::Settle,
        "crash" => Command::Crash(parse_crash(words)?),
        _ => return Err(words.unknown(COMMANDS)),
    };
    words.finish()?;
    Ok(command)
}

/// `at 2`, if it is said.
fn snapshot(words: &mut Words) -> Result<Option<u64>, BadCommand> {
    if !words.keyword("at") {
        return Ok(None);
    }
    words.number("snapshot", 1..=u64::from(u32::MAX)).map(Some)
}

impl Display for Command {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let word = |key: &Key| spell(key.as_str());
        let at = |at: &Option<u64>| at.map_or(String::new(), |at| format!(" at {at}"));
        match self {
            Command::Put { key, value } => write!(out, "put {} {}", word(key), spell(value)),
            Command::Get { key, at: snapshot } => write!(out, "get {}{}", word(key), at(snapshot)),
            Command::Delete { key } => write!(out, "delete {}", word(key)),
            Command::Scan { from, to, at: snapshot } => {
                write!(out, "scan {} {}{}", word(from), word(to), at(snapshot))
            }
            Command::Snapshot => out.write_str("snapshot"),
            Command::Release { number } => write!(out, "release {number}"),
            Command::Flush => out.write_str("flush"),
            Command::Compact { level: None } => out.write_str("compact"),
            Command::Compact { level: Some(level) } => write!(out, "compact {level}"),
            Command::Sync => out.write_str("sync"),
            Command::Run { time } => write!(out, "run {}", time.spell()),
            Command::Settle => out.write_str("settle"),
            Command::Crash(crash) => crash.fmt(out),
        }
    }
}
