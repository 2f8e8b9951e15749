//! What a reader may ask of the hash index, and the parameters it is opened with.

use std::fmt::{self, Display};

use crate::contract::{Argument, ArgumentKind, CommandForm, Parameter, ParameterKind, Parameters};
use crate::language::{BadCommand, Words, spell};
use crate::sim::Crash;
use crate::storage::{CRASH, Key, SyncPolicy, parse_crash, parse_key};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    Put { key: Key, value: String },
    Get { key: Key },
    Delete { key: Key },
    Scan { from: Key, to: Key },
    Sync,
    Merge(Which),
    BeginMerge(Which),
    Rot { file: String, offset: u64 },
    Crash(Crash),
}

/// Which closed segments to merge, by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    All,
    /// Both ends included.
    Range(u32, u32),
}

/// The parameters, as they are used.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// A segment is closed rather than grown beyond this many bytes.
    pub segment_bytes: u64,
    pub sync: SyncPolicy,
    pub hints: bool,
    pub scans: bool,
    pub disk_bytes: u64,
}

impl Settings {
    pub fn new(parameters: &Parameters) -> Settings {
        Settings {
            segment_bytes: parameters.integer("segment"),
            sync: SyncPolicy::of(parameters),
            hints: parameters.switch("hints"),
            scans: parameters.text("scan") == "pay",
            disk_bytes: parameters.integer("disk"),
        }
    }
}

pub const PARAMETERS: &[Parameter] = &[
    Parameter {
        name: "segment",
        label: "Segment size",
        about: "When the active segment would grow beyond this, it is closed and the next one begun",
        kind: ParameterKind::Integer { min: 16, max: 1 << 20, unit: "bytes" },
        default: "96",
    },
    Parameter {
        name: "sync",
        label: "Sync",
        about: "When a record is synced: written from the page cache to the disk",
        kind: SyncPolicy::CHOICE,
        default: "always",
    },
    Parameter {
        name: "hints",
        label: "Hint files",
        about: "Whether a merge writes the keys and positions beside each merged segment, for a quick start-up",
        kind: ParameterKind::Switch,
        default: "on",
    },
    Parameter {
        name: "scan",
        label: "Range queries",
        about: "Whether `scan` is refused, or paid for by looking at every key",
        kind: ParameterKind::Choice(&[("pay", "look at every key"), ("refuse", "refuse")]),
        default: "pay",
    },
    Parameter {
        name: "disk",
        label: "Disk size",
        about: "How many bytes there is room for",
        kind: ParameterKind::Integer { min: 64, max: 1 << 24, unit: "bytes" },
        default: "1048576",
    },
];

const SEGMENT_RANGE: &[Argument] = &[
    Argument { name: "first", kind: ArgumentKind::Number, example: "", optional: true },
    Argument { name: "last", kind: ArgumentKind::Number, example: "", optional: true },
];

pub const COMMANDS: &[CommandForm] = &[
    CommandForm {
        name: "put",
        arguments: &[Argument::text("key", "a"), Argument::text("value", "1")],
        about: "append a record and point the keydir to it",
        button: true,
    },
    CommandForm {
        name: "get",
        arguments: &[Argument::text("key", "a")],
        about: "look the key up in memory and read its record from the disk",
        button: true,
    },
    CommandForm {
        name: "delete",
        arguments: &[Argument::text("key", "a")],
        about: "append a tombstone and forget the key",
        button: true,
    },
    CommandForm {
        name: "scan",
        arguments: &[Argument::text("from", "a"), Argument::text("to", "c")],
        about: "find all keys from FROM to TO, which a hash index is bad at",
        button: true,
    },
    CommandForm { name: "sync", arguments: &[], about: "make what was written safe from a crash", button: true },
    CommandForm {
        name: "merge",
        arguments: SEGMENT_RANGE,
        about: "copy what is alive in the closed segments, all or those from FIRST to LAST, and delete the rest",
        button: true,
    },
    CommandForm {
        name: "begin merge",
        arguments: SEGMENT_RANGE,
        about: "start a merge that goes on in the background, a little after each further command",
        button: false,
    },
    CommandForm {
        name: "rot",
        arguments: &[
            Argument::text("file", "1.data"),
            Argument { name: "offset", kind: ArgumentKind::Number, example: "15", optional: false },
        ],
        about: "flip one bit of a file on the disk, as failing hardware does",
        button: false,
    },
    CRASH,
];

pub fn parse(words: &mut Words) -> Result<Command, BadCommand> {
    let name = words.required("command")?;
    let command = match name.text.as_str() {
        "put" => Command::Put { key: parse_key(words, "key")?, value: words.required("value")?.text.clone() },
        "get" => Command::Get { key: parse_key(words, "key")? },
        "delete" => Command::Delete { key: parse_key(words, "key")? },
        "scan" => Command::Scan { from: parse_key(words, "from")?, to: parse_key(words, "to")? },
        "sync" => Command::Sync,
        "merge" => Command::Merge(which(words)?),
        "begin" if words.keyword("merge") => Command::BeginMerge(which(words)?),
        "rot" => Command::Rot {
            file: words.required("file")?.text.clone(),
            offset: words.number("offset", 0..=u64::from(u32::MAX))?,
        },
        "crash" => Command::Crash(parse_crash(words)?),
        _ => return Err(words.unknown(COMMANDS)),
    };
    words.finish()?;
    Ok(command)
}

fn which(words: &mut Words) -> Result<Which, BadCommand> {
    if words.is_empty() {
        return Ok(Which::All);
    }
    let numbers = 0..=u64::from(u32::MAX);
    let first = words.number("first", numbers.clone())?;
    let last = if words.is_empty() { first } else { words.number("last", numbers)? };
    Ok(Which::Range(first as u32, last as u32))
}

impl Display for Command {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let word = |key: &Key| spell(key.as_str());
        match self {
            Command::Put { key, value } => write!(out, "put {} {}", word(key), spell(value)),
            Command::Get { key } => write!(out, "get {}", word(key)),
            Command::Delete { key } => write!(out, "delete {}", word(key)),
            Command::Scan { from, to } => write!(out, "scan {} {}", word(from), word(to)),
            Command::Sync => out.write_str("sync"),
            Command::Merge(which) => write!(out, "merge{which}"),
            Command::BeginMerge(which) => write!(out, "begin merge{which}"),
            Command::Rot { file, offset } => write!(out, "rot {} {offset}", spell(file)),
            Command::Crash(crash) => crash.fmt(out),
        }
    }
}

/// As it follows the word `merge`, the space before it included.
impl Display for Which {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Which::All => Ok(()),
            Which::Range(first, last) => write!(out, " {first} {last}"),
        }
    }
}
