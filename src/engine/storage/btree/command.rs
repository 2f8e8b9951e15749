//! What a reader may ask of the tree, and the parameters it is opened with.

use std::fmt::{self, Display};

use super::commit::CHECKPOINT_AFTER;
use super::page::Layout;
use super::slot::MAX_VALUE_BYTES;
use super::{BTree, Settings};
use crate::contract::{Argument, CommandForm, Parameter, ParameterKind, Parameters};
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
    Checkpoint,
    Check,
    Evict,
    Crash(Crash),
}

/// What is done so that a crash finds a whole tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Survival {
    None,
    /// A write-ahead log of page images.
    Log,
    /// Copy-on-write, with one switch of the root.
    Copy,
}

impl Survival {
    /// As it is written in a parameter.
    pub fn name(self) -> &'static str {
        match self {
            Survival::None => "none",
            Survival::Log => "log",
            Survival::Copy => "copy",
        }
    }

    /// How many pages at the beginning of the file are meta pages.
    pub fn meta_pages(self) -> u32 {
        if self == Survival::Copy { 2 } else { 1 }
    }
}

/// More than any run that a page can hold will write.
const DISK_BYTES: u64 = 1 << 30;

pub const PARAMETERS: &[Parameter] = &[
    Parameter {
        name: "order",
        label: "Order",
        about: "How many children an inner page may have; the page size follows from it",
        kind: ParameterKind::Integer { min: 3, max: 64, unit: "children" },
        default: "4",
    },
    Parameter {
        name: "survival",
        label: "Against a crash",
        about: "How a change of several pages is kept whole when the power goes",
        kind: ParameterKind::Choice(&[("none", "nothing"), ("log", "write-ahead log"), ("copy", "copy-on-write")]),
        default: "log",
    },
    Parameter {
        name: "sync",
        label: "Sync",
        about: "When what was written is made safe",
        kind: SyncPolicy::CHOICE,
        default: "always",
    },
    Parameter {
        name: "cache",
        label: "Cache",
        about: "How many pages there is room for in memory; others are read from the disk when they are needed",
        kind: ParameterKind::Integer { min: 1, max: 1024, unit: "pages" },
        default: "4",
    },
];

/// A tree with these parameters, which have been checked one by one and always fit each other.
pub(super) fn open(parameters: &Parameters) -> BTree {
    let survival = match parameters.text("survival") {
        "none" => Survival::None,
        "copy" => Survival::Copy,
        _ => Survival::Log,
    };
    BTree::new(Settings {
        layout: Layout::of_order(parameters.integer("order") as usize, MAX_VALUE_BYTES),
        survival,
        sync: SyncPolicy::of(parameters),
        cache_pages: parameters.integer("cache") as usize,
        checkpoint_images: CHECKPOINT_AFTER,
        disk_bytes: DISK_BYTES,
    })
}

pub const COMMANDS: &[CommandForm] = &[
    CommandForm {
        name: "put",
        arguments: &[Argument::text("key", "7"), Argument::text("value", "x")],
        about: "write a key into its leaf, which may split",
        button: true,
    },
    CommandForm {
        name: "get",
        arguments: &[Argument::text("key", "7")],
        about: "go down from the root to the one leaf that can hold the key",
        button: true,
    },
    CommandForm {
        name: "delete",
        arguments: &[Argument::text("key", "7")],
        about: "take a key out of its leaf, which may borrow or be merged",
        button: true,
    },
    CommandForm {
        name: "scan",
        arguments: &[Argument::text("from", "3"), Argument::text("to", "9")],
        about: "read all keys from FROM to TO in their order",
        button: true,
    },
    CommandForm { name: "sync", arguments: &[], about: "make what was written safe from a crash", button: false },
    CommandForm {
        name: "checkpoint",
        arguments: &[],
        about: "write what only the log has into the page file, and empty the log",
        button: true,
    },
    CommandForm {
        name: "check",
        arguments: &[],
        about: "look the whole tree through for what must always hold",
        button: false,
    },
    CommandForm {
        name: "evict",
        arguments: &[],
        about: "empty the cache: every page that the disk has leaves memory",
        button: true,
    },
    CRASH,
];

pub(super) fn parse(words: &mut Words) -> Result<Command, BadCommand> {
    let name = words.required("command")?;
    let command = match name.text.as_str() {
        "put" => Command::Put { key: parse_key(words, "key")?, value: words.required("value")?.text.clone() },
        "get" => Command::Get { key: parse_key(words, "key")? },
        "delete" => Command::Delete { key: parse_key(words, "key")? },
        "scan" => Command::Scan { from: parse_key(words, "from")?, to: parse_key(words, "to")? },
        "sync" => Command::Sync,
        "checkpoint" => Command::Checkpoint,
        "check" => Command::Check,
        "evict" => Command::Evict,
        "crash" => Command::Crash(parse_crash(words)?),
        _ => return Err(words.unknown(COMMANDS)),
    };
    words.finish()?;
    Ok(command)
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
            Command::Checkpoint => out.write_str("checkpoint"),
            Command::Check => out.write_str("check"),
            Command::Evict => out.write_str("evict"),
            Command::Crash(crash) => crash.fmt(out),
        }
    }
}
