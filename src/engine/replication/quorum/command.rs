//! What a reader may ask of the cluster.

use std::fmt::{self, Display};
use std::rc::Rc;

use super::record::{MAX_KEY_BYTES, MAX_VALUE_BYTES};
use crate::contract::{Argument, CommandForm, form};
use crate::language::{BadCommand, Word, Words, spell};
use crate::replication::history::Request;
use crate::replication::host::{read_client, read_node};
use crate::replication::{ClientId, Host, NodeId};
use crate::sim::{MessageId, Time};
use crate::storage::Key;

/// No command lets more time pass, and no link is slower: a minute of a cluster is long.
const MAX_TIME: Time = Time::from_millis(60_000);

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Makes a call, and waits for its end unless it is only to `begin`.
    Call {
        begin: bool,
        request: Request,
        client: ClientId,
        via: Option<NodeId>,
    },
    Stop(NodeId),
    Start(NodeId),
    Cut(Host, Host),
    Isolate(Host),
    Heal,
    DelayLink(Host, Host, Time),
    DelayMessage(Chosen, Time),
    Deliver(Chosen),
    Drop(Chosen),
    Run(Time),
    Settle,
    /// Hands off the hints of one node, or of all.
    HandOff(Option<NodeId>),
    /// Anti-entropy between two nodes, or all.
    Repair(Option<(NodeId, NodeId)>),
    Backup(NodeId),
    Restore(NodeId),
}

/// How a reader points at a message in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    ById(MessageId),
    /// The oldest on this way.
    OnTheWay(Host, Host),
}

const WRITE: &[Argument] = &[
    Argument::text("key", "k"),
    Argument::text("value", "a"),
    Argument::keyword("as"),
    Argument::optional("client"),
    Argument::keyword("via"),
    Argument::optional("node"),
];
const READ: &[Argument] = &[
    Argument::text("key", "k"),
    Argument::keyword("as"),
    Argument::optional("client"),
    Argument::keyword("via"),
    Argument::optional("node"),
];

pub const COMMANDS: &[CommandForm] = &[
    form("write", WRITE, "write a value, and wait until it is acknowledged or refused", true),
    form("read", READ, "read a key, and wait until it is answered or refused", true),
    form("begin write", WRITE, "only issue a write, and leave it in flight", true),
    form("begin read", READ, "only issue a read, and leave it in flight", true),
    form("stop", &[Argument::text("node", "n3")], "stop a node: it forgets what was only in memory", true),
    form("start", &[Argument::text("node", "n3")], "start a stopped node from its disk", true),
    form("cut", &[Argument::text("a", "n1"), Argument::text("b", "n2")], "cut the link between two", false),
    form("isolate", &[Argument::text("host", "n1")], "cut all links of a node or a client", true),
    form("heal", &[], "open all links again", true),
    form(
        "delay",
        &[Argument::text("a", "n1"), Argument::text("b", "n2"), Argument::text("time", "50ms")],
        "set how long messages between two take from now on; with one MESSAGE instead, let it take longer",
        false,
    ),
    form("deliver", &[Argument::text("message", "m1")], "deliver a message now, by its name or as in c1>n2", true),
    form("drop", &[Argument::text("message", "m1")], "drop a message, by its name or as in c1>n2", true),
    form("run", &[Argument::text("time", "50ms")], "let time pass", true),
    form("settle", &[], "let time pass until nothing is in flight", true),
    form("handoff", &[Argument::optional("node")], "let a node, or all, hand off the hints they hold", true),
    form(
        "repair",
        &[Argument::optional("a"), Argument::optional("b")],
        "compare two nodes, or all, by their Merkle trees",
        true,
    ),
    form("backup", &[Argument::text("node", "n1")], "copy a node's disk", false),
    form("restore", &[Argument::text("node", "n1")], "replace a node's disk by its backup", false),
];

pub fn parse(words: &mut Words) -> Result<Command, BadCommand> {
    let name = words.required("command")?;
    let command = match name.text.as_str() {
        _ if name.quoted => return Err(words.unknown(COMMANDS)),
        "begin" => begin(words)?,
        "write" => call(words, false, true)?,
        "read" => call(words, false, false)?,
        "stop" => Command::Stop(node(words, "node")?),
        "start" => Command::Start(node(words, "node")?),
        "cut" => Command::Cut(host(words, "a")?, host(words, "b")?),
        "isolate" => Command::Isolate(host(words, "host")?),
        "heal" => Command::Heal,
        "delay" => delay(words)?,
        "deliver" => Command::Deliver(message(words)?),
        "drop" => Command::Drop(message(words)?),
        "run" => Command::Run(words.time("time", MAX_TIME)?),
        "settle" => Command::Settle,
        "handoff" if words.is_empty() => Command::HandOff(None),
        "handoff" => Command::HandOff(Some(node(words, "node")?)),
        "repair" if words.is_empty() => Command::Repair(None),
        "repair" => Command::Repair(Some((node(words, "a")?, node(words, "b")?))),
        "backup" => Command::Backup(node(words, "node")?),
        "restore" => Command::Restore(node(words, "node")?),
        _ => return Err(words.unknown(COMMANDS)),
    };
    words.finish()?;
    Ok(command)
}

fn begin(words: &mut Words) -> Result<Command, BadCommand> {
    let what = words.required("write or read")?;
    match what.text.as_str() {
        "write" => call(words, true, true),
        "read" => call(words, true, false),
        _ => {
            let problem = format!("`{}` cannot be begun", what.quote());
            Err(words.refuse(what, problem, "begin write, begin read".to_owned()))
        }
    }
}

fn call(words: &mut Words, begin: bool, is_write: bool) -> Result<Command, BadCommand> {
    let key = Key::new(&sized(words, "key", MAX_KEY_BYTES)?.text);
    let request = if is_write {
        Request::Write { key, value: Rc::from(sized(words, "value", MAX_VALUE_BYTES)?.text.as_str()) }
    } else {
        Request::Read { key }
    };
    let (mut client, mut via) = (ClientId::new(1), None);
    if words.keyword("as") {
        client = read_client(words, u8::MAX, "c1, c2, …")?;
    }
    if words.keyword("via") {
        via = Some(node(words, "node")?);
    }
    Ok(Command::Call { begin, request, client, via })
}

/// A word of limited length.
fn sized<'a>(words: &mut Words<'a>, what: &str, most: usize) -> Result<&'a Word, BadCommand> {
    let word = words.required(what)?;
    match word.text.len() {
        0 => Err(words.refuse(word, format!("the {what} is empty"), format!("1 to {most} bytes"))),
        len if len <= most => Ok(word),
        len => Err(words.refuse(word, format!("the {what} has {len} bytes"), format!("1 to {most} bytes"))),
    }
}

fn host(words: &mut Words, what: &str) -> Result<Host, BadCommand> {
    let word = words.required(what)?;
    read_host(words, word)
}

fn read_host(words: &Words, word: &Word) -> Result<Host, BadCommand> {
    word.text.parse().map_err(|_| {
        let problem = format!("`{}` is no node and no client", word.quote());
        words.refuse(word, problem, "a node as in n1, or a client as in c1".to_owned())
    })
}

fn node(words: &mut Words, what: &str) -> Result<NodeId, BadCommand> {
    read_node(words, what, NodeId::MOST, "n1, n2, …")
}

fn delay(words: &mut Words) -> Result<Command, BadCommand> {
    let word = words.required("a")?;
    if let Some(message) = read_message(&word.text) {
        return Ok(Command::DelayMessage(message, words.time("time", MAX_TIME)?));
    }
    let a = read_host(words, word)?;
    Ok(Command::DelayLink(a, host(words, "b")?, words.time("time", MAX_TIME)?))
}

fn message(words: &mut Words) -> Result<Chosen, BadCommand> {
    let word = words.required("message")?;
    read_message(&word.text).ok_or_else(|| {
        let problem = format!("`{}` is no message", word.quote());
        words.refuse(word, problem, "a name as in m5, or a way as in c1>n2".to_owned())
    })
}

fn read_message(text: &str) -> Option<Chosen> {
    if let Some((from, to)) = text.split_once('>') {
        return Some(Chosen::OnTheWay(from.parse().ok()?, to.parse().ok()?));
    }
    let digits = text.strip_prefix('m').filter(|digits| digits.bytes().all(|each| each.is_ascii_digit()))?;
    Some(Chosen::ById(MessageId::new(digits.parse().ok()?)))
}

impl Display for Chosen {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Chosen::ById(id) => id.fmt(out),
            Chosen::OnTheWay(from, to) => write!(out, "{from}>{to}"),
        }
    }
}

impl Display for Command {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Command::Call { begin, request, client, via } => {
                out.write_str(if *begin { "begin " } else { "" })?;
                match request {
                    Request::Write { key, value } => write!(out, "write {} {}", spell(key.as_str()), spell(value))?,
                    Request::Read { key } => write!(out, "read {}", spell(key.as_str()))?,
                }
                if *client != ClientId::new(1) {
                    write!(out, " as {client}")?;
                }
                via.map_or(Ok(()), |node| write!(out, " via {node}"))
            }
            Command::Stop(node) => write!(out, "stop {node}"),
            Command::Start(node) => write!(out, "start {node}"),
            Command::Cut(a, b) => write!(out, "cut {a} {b}"),
            Command::Isolate(host) => write!(out, "isolate {host}"),
            Command::Heal => out.write_str("heal"),
            Command::DelayLink(a, b, time) => write!(out, "delay {a} {b} {}", time.spell()),
            Command::DelayMessage(message, time) => write!(out, "delay {message} {}", time.spell()),
            Command::Deliver(message) => write!(out, "deliver {message}"),
            Command::Drop(message) => write!(out, "drop {message}"),
            Command::Run(time) => write!(out, "run {}", time.spell()),
            Command::Settle => out.write_str("settle"),
            Command::HandOff(None) => out.write_str("handoff"),
            Command::HandOff(Some(node)) => write!(out, "handoff {node}"),
            Command::Repair(None) => out.write_str("repair"),
            Command::Repair(Some((a, b))) => write!(out, "repair {a} {b}"),
            Command::Backup(node) => write!(out, "backup {node}"),
            Command::Restore(node) => write!(out, "restore {node}"),
        }
    }
}
