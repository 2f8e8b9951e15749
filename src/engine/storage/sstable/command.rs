//! What a reader may ask of sorted tables, and the parameters they are opened with.

use std::fmt::{self, Display};

use crate::contract::{Argument, ArgumentKind, CommandForm, Parameter, ParameterKind, Parameters};
use crate::language::{BadCommand, Words, spell};
use crate::sim::Crash;
use crate::storage::table::TableShape;
use crate::storage::{CRASH, Key, SyncPolicy, parse_crash, parse_key};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    Put { key: Key, value: String },
    Get { key: Key },
    Delete { key: Key },
    Scan { from: Key, to: Key },
    Flush,
    Sync,
    Merge(Which),
    BeginMerge(Which),
    Rot { file: String, offset: u64 },
    Crash(Crash),
}

/// Which tables to merge, by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    All,
    /// Both ends included.
    Range(u32, u32),
}

/// The parameters, as they are used.
#[derive(Clone, Copy)]
pub struct Settings {
    /// The memtable is written out rather than grown beyond this many bytes.
    pub memtable_bytes: u64,
    pub shape: TableShape,
    pub sync: SyncPolicy,
    /// Whether a read asks a table's Bloom filter first.
    pub filter: bool,
    pub disk_bytes: u64,
}

/// What LevelDB's users set most often; about one key in a hundred passes that is not there.
const BLOOM_BITS: usize = 10;

impl Settings {
    pub fn new(parameters: &Parameters) -> Settings {
        Settings {
            memtable_bytes: parameters.integer("memtable"),
            shape: TableShape {
                block_bytes: parameters.integer("block") as usize,
                restart_interval: parameters.integer("restart") as usize,
                bloom_bits: BLOOM_BITS,
            },
            sync: SyncPolicy::of(parameters),
            filter: parameters.switch("filter"),
            disk_bytes: parameters.integer("disk"),
        }
    }
}

pub const PARAMETERS: &[Parameter] = &[
    Parameter {
        name: "memtable",
        label: "Memtable size",
        about: "When the memtable would grow beyond this, it is written out as a table first",
        kind: ParameterKind::Integer { min: 16, max: 1 << 22, unit: "bytes" },
        default: "80",
    },
    Parameter {
        name: "block",
        label: "Block size",
        about: "A block is closed once it has that many bytes; the index has one key for each block",
        kind: ParameterKind::Integer { min: 16, max: 1 << 16, unit: "bytes" },
        default: "48",
    },
    Parameter {
        name: "restart",
        label: "Restart interval",
        about: "Every so many entries a key is written whole, and a search can begin there",
        kind: ParameterKind::Integer { min: 1, max: 64, unit: "entries" },
        default: "4",
    },
    Parameter {
        name: "sync",
        label: "Sync",
        about: "When a log record is synced: written from the page cache to the disk",
        kind: SyncPolicy::CHOICE,
        default: "always",
    },
    Parameter {
        name: "filter",
        label: "Bloom filters",
        about: "Whether a read asks a table's Bloom filter before its index",
        kind: ParameterKind::Switch,
        default: "off",
    },
    Parameter {
        name: "disk",
        label: "Disk size",
        about: "How many bytes there is room for",
        kind: ParameterKind::Integer { min: 64, max: 1 << 24, unit: "bytes" },
        default: "1048576",
    },
];

const TABLE_RANGE: &[Argument] = &[
    Argument { name: "first", kind: ArgumentKind::Number, example: "", optional: true },
    Argument { name: "last", kind: ArgumentKind::Number, example: "", optional: true },
];

pub const COMMANDS: &[CommandForm] = &[
    CommandForm {
        name: "put",
        arguments: &[Argument::text("key", "apple"), Argument::text("value", "1")],
        about: "log the entry, and put it into the memtable",
        button: true,
    },
    CommandForm {
        name: "get",
        arguments: &[Argument::text("key", "apple")],
        about: "look for the key in the memtable, then in table after table, newest first",
        button: true,
    },
    CommandForm {
        name: "delete",
        arguments: &[Argument::text("key", "apple")],
        about: "log a tombstone, and put it into the memtable",
        button: true,
    },
    CommandForm {
        name: "scan",
        arguments: &[Argument::text("from", "a"), Argument::text("to", "m")],
        about: "merge memtable and tables from FROM to TO",
        button: true,
    },
    CommandForm { name: "flush", arguments: &[], about: "write the memtable out as a table", button: true },
    CommandForm { name: "sync", arguments: &[], about: "make what was logged safe from a crash", button: false },
    CommandForm {
        name: "merge",
        arguments: TABLE_RANGE,
        about: "merge the tables, all or those from FIRST to LAST, into one",
        button: true,
    },
    CommandForm {
        name: "begin merge",
        arguments: TABLE_RANGE,
        about: "start a merge that goes on in the background, an entry after each further command",
        button: false,
    },
    CommandForm {
        name: "rot",
        arguments: &[
            Argument::text("file", "1.sst"),
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
        "flush" => Command::Flush,
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
    let last = words.number("last", numbers)?;
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
            Command::Flush => out.write_str("flush"),
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
