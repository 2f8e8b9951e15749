//! What a reader may ask, and what the cluster is opened with.

use std::fmt::{self, Display};
use std::rc::Rc;

use super::message::{CLIENTS, CONTROLLER, RowId, STORAGE};
use crate::contract::{Argument, ArgumentKind, BadParameter, CommandForm, Parameter, ParameterKind, Parameters, form};
use crate::language::{BadCommand, Words, spell};
use crate::replication::host::{read_client, read_node};
use crate::replication::replicated_log::Rule;
use crate::replication::{ClientId, Host, NodeId, NodeSet};
use crate::sim::Time;
use crate::sim::network::Conditions;

/// No command lets more time pass, and no link is slower: heartbeats go on all the while.
const MAX_TIME: Time = Time::from_millis(10_000);
/// Names are short, because they are drawn.
const MAX_NAME: usize = 8;
/// A queue is no longer than this.
const MAX_QUERIES: u64 = 1_000;

#[derive(Clone)]
pub enum Command {
    Insert { begin: bool, name: Rc<str>, client: ClientId },
    Read { row: RowId, client: ClientId },
    Load { queries: u32, client: ClientId },
    Pause(NodeId, Time),
    Stop(NodeId),
    Start(NodeId),
    Promote(NodeId),
    Cut(Host, Host),
    Isolate(Host),
    Heal,
    Delay(Host, Host, Time),
    Run(Time),
}

/// Who says which node leads next.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    Vote,
    Controller,
}

/// What the storage service does with tokens.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// There is none.
    Off,
    /// It takes every write.
    Open,
    /// It refuses a write with a token below the highest that it has seen.
    Fenced,
}

#[derive(Clone, Copy)]
pub struct Settings {
    pub nodes: u8,
    pub choice: Choice,
    pub storage: Storage,
    pub heartbeat: Time,
    /// For how long a leader may be silent.
    pub timeout: Time,
    /// How long a client waits for an answer before it asks another node.
    pub patience: Time,
    /// How long one request of a client keeps a node busy.
    pub work: Time,
    pub conditions: Conditions,
    pub seed: u64,
    rule: u8,
}

impl Settings {
    /// # Errors
    /// If the timeout is no longer than the heartbeat: then a leader in the best of health is called dead. And if one follower
    /// is waited for where there is none.
    pub fn new(parameters: &Parameters) -> Result<Settings, BadParameter> {
        let time = |name| Time::from_millis(parameters.integer(name));
        let (heartbeat, timeout) = (time("heartbeat"), time("timeout"));
        if timeout <= heartbeat {
            return Err(BadParameter {
                name: "timeout".to_owned(),
                found: parameters.text("timeout").to_owned(),
                accepted: format!("more than the {heartbeat} between two heartbeats"),
            });
        }
        if parameters.text("acknowledge") == "one" && parameters.integer("nodes") == 1 {
            return Err(BadParameter {
                name: "acknowledge".to_owned(),
                found: "one".to_owned(),
                accepted: "leader, majority or all: a single node has no follower".to_owned(),
            });
        }
        Ok(Settings {
            nodes: parameters.integer("nodes") as u8,
            choice: if parameters.text("choice") == "vote" { Choice::Vote } else { Choice::Controller },
            storage: match parameters.text("storage") {
                "off" => Storage::Off,
                "open" => Storage::Open,
                _ => Storage::Fenced,
            },
            heartbeat,
            timeout,
            patience: time("patience"),
            work: time("work"),
            conditions: Conditions {
                delay: time("delay"),
                jitter: time("jitter"),
                loss_percent: parameters.integer("loss"),
            },
            seed: parameters.integer("seed"),
            rule: RULES.iter().position(|(name, _)| *name == parameters.text("acknowledge")).unwrap_or(0) as u8,
        })
    }

    /// When a leader with these followers tells a client that its row is written.
    pub fn rule(&self, followers: NodeSet) -> Rule {
        match self.rule {
            0 => Rule::Asynchronous,
            1 => Rule::Chosen { all: NodeSet::EMPTY, one: followers },
            2 => Rule::Majority,
            _ => Rule::Chosen { all: followers, one: NodeSet::EMPTY },
        }
    }

    pub fn all(&self) -> NodeSet {
        (1..=self.nodes).map(NodeId::new).collect()
    }
}

const RULES: [(&str, &str); 4] = [
    ("leader", "when the leader has it"),
    ("one", "when one follower has it, too"),
    ("majority", "when more than half have it"),
    ("all", "when all have it"),
];

type Form = (&'static str, &'static str, &'static str);

const fn integer(
    (name, label, about): Form,
    (min, max, unit): (u64, u64, &'static str),
    default: &'static str,
) -> Parameter {
    Parameter { name, label, about, kind: ParameterKind::Integer { min, max, unit }, default }
}

const fn choice(
    (name, label, about): Form,
    choices: &'static [(&'static str, &'static str)],
    default: &'static str,
) -> Parameter {
    Parameter { name, label, about, kind: ParameterKind::Choice(choices), default }
}

pub const PARAMETERS: &[Parameter] = &[
    choice(
        ("choice", "New leader", "Who says which node leads next"),
        &[("vote", "by vote"), ("controller", "named by a controller")],
        "vote",
    ),
    choice(("acknowledge", "Acknowledge", "When a client is told that its row is written"), &RULES, "leader"),
    choice(
        ("storage", "Storage", "A service outside that each leader writes its rows to"),
        &[("off", "none"), ("open", "takes every write"), ("fenced", "checks fencing tokens")],
        "off",
    ),
    integer(("timeout", "Time-out", "How long a leader may be silent"), (1, 60_000, "ms"), "300"),
    integer(("heartbeat", "Heartbeat", "How often a leader is heard"), (1, 10_000, "ms"), "50"),
    integer(("work", "Work", "How long a request keeps its node busy"), (0, 1_000, "ms"), "10"),
    integer(("nodes", "Nodes", "How many nodes there are"), (1, 7, ""), "3"),
    integer(("patience", "Patience", "How long a client waits before it asks another node"), (1, 10_000, "ms"), "200"),
    integer(("delay", "Delay", "How long a message takes at least"), (0, 10_000, "ms"), "10"),
    integer(("jitter", "Jitter", "How much longer it may take, by chance"), (0, 10_000, "ms"), "0"),
    integer(("loss", "Loss", "How many of a hundred messages are lost, by chance"), (0, 100, "%"), "0"),
    integer(("seed", "Seed", "Another seed is another chance"), (0, u32::MAX as u64, ""), "1"),
];

const WHO: [Argument; 2] = [Argument::keyword("as"), Argument::optional("client")];
const NAME: &[Argument] = &[Argument::text("name", "ann"), WHO[0], WHO[1]];
const LINK: [Argument; 2] = [Argument::text("a", "n1"), Argument::text("b", "n2")];
const NODE: &[Argument] = &[Argument::text("node", "n1")];

const PAUSE: &[Argument] = &[Argument::text("node", "n1"), Argument::text("time", "500ms")];

const fn number(name: &'static str, example: &'static str) -> Argument {
    Argument { name, kind: ArgumentKind::Number, example, optional: false }
}

pub const COMMANDS: &[CommandForm] = &[
    form("insert", NAME, "insert a row, and wait until it is acknowledged or given up", true),
    form("read", &[number("row", "1"), WHO[0], WHO[1]], "read a row: from the cache, or else from the leader", true),
    form("stop", NODE, "stop a node: its disk keeps what was synced", true),
    form("start", NODE, "start a stopped node from its disk", true),
    form(
        "isolate",
        &[Argument::text("host", "n1")],
        "cut all links of a node, a client, `controller` or `storage`",
        true,
    ),
    form("heal", &[], "open all links again", true),
    form("run", &[Argument::text("time", "500ms")], "let time pass", true),
    form(
        "load",
        &[number("queries", "40"), WHO[0], WHO[1]],
        "send many reads at once to the leader, to keep it busy",
        true,
    ),
    form("promote", NODE, "let this node lead next, if those who choose agree", true),
    form("begin insert", NAME, "only send an insert, and leave it on its way", false),
    form("pause", PAUSE, "let a node do nothing for a while, and not know it", false),
    form("cut", &LINK, "cut the link between two", false),
    form(
        "delay",
        &[LINK[0], LINK[1], Argument::text("time", "400ms")],
        "set how long messages between two take from now on",
        false,
    ),
];

pub fn parse(words: &mut Words) -> Result<Command, BadCommand> {
    let name = words.required("command")?;
    let command = match name.text.as_str() {
        "insert" => insert(words, false)?,
        "begin" if words.keyword("insert") => insert(words, true)?,
        "read" => Command::Read { row: words.number("row", 1..=u64::from(u32::MAX))? as u32, client: client(words)? },
        "load" => Command::Load { queries: words.number("queries", 1..=MAX_QUERIES)? as u32, client: client(words)? },
        "pause" => Command::Pause(node(words)?, words.time("time", MAX_TIME)?),
        "stop" => Command::Stop(node(words)?),
        "start" => Command::Start(node(words)?),
        "promote" => Command::Promote(node(words)?),
        "cut" => Command::Cut(host(words, "a")?, host(words, "b")?),
        "isolate" => Command::Isolate(host(words, "host")?),
        "heal" => Command::Heal,
        "delay" => Command::Delay(host(words, "a")?, host(words, "b")?, words.time("time", MAX_TIME)?),
        "run" => Command::Run(words.time("time", MAX_TIME)?),
        _ => return Err(words.unknown(COMMANDS)),
    };
    words.finish()?;
    Ok(command)
}

fn insert(words: &mut Words, begin: bool) -> Result<Command, BadCommand> {
    let word = words.required("name")?;
    let chars = word.text.chars().count();
    if !(1..=MAX_NAME).contains(&chars) {
        let problem = format!("the name has {chars} characters");
        return Err(words.refuse(word, problem, format!("1 to {MAX_NAME} characters")));
    }
    Ok(Command::Insert { begin, name: word.text.as_str().into(), client: client(words)? })
}

/// `as c2`; c1 where nobody is named.
fn client(words: &mut Words) -> Result<ClientId, BadCommand> {
    match words.keyword("as") {
        true => read_client(words, CLIENTS, &format!("c1 to c{CLIENTS}")),
        false => Ok(ClientId::new(1)),
    }
}

fn host(words: &mut Words, what: &str) -> Result<Host, BadCommand> {
    let word = words.required(what)?;
    match (word.text.as_str(), word.text.parse()) {
        ("controller", _) => Ok(CONTROLLER.into()),
        ("storage", _) => Ok(STORAGE.into()),
        (_, Ok(Host::Client(client))) if client.number() <= CLIENTS => Ok(client.into()),
        (_, Ok(Host::Node(node))) => Ok(node.into()),
        _ => Err(words.refuse(
            word,
            format!("there is no `{}`", word.quote()),
            format!("a node as n1, c1 to c{CLIENTS}, controller, storage"),
        )),
    }
}

fn node(words: &mut Words) -> Result<NodeId, BadCommand> {
    read_node(words, "node", NodeId::MOST, "a node as n1")
}

/// A host as a script names it.
fn script_name(host: Host) -> String {
    match host {
        Host::Client(CONTROLLER) => "controller".to_owned(),
        Host::Client(STORAGE) => "storage".to_owned(),
        _ => host.to_string(),
    }
}

impl Display for Command {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Command::Insert { begin, name, client } => {
                write!(out, "{}insert {} as {client}", if *begin { "begin " } else { "" }, spell(name))
            }
            Command::Read { row, client } => write!(out, "read {row} as {client}"),
            Command::Load { queries, client } => write!(out, "load {queries} as {client}"),
            Command::Pause(node, time) => write!(out, "pause {node} {}", time.spell()),
            Command::Stop(node) => write!(out, "stop {node}"),
            Command::Start(node) => write!(out, "start {node}"),
            Command::Promote(node) => write!(out, "promote {node}"),
            Command::Cut(a, b) => write!(out, "cut {} {}", script_name(*a), script_name(*b)),
            Command::Isolate(host) => write!(out, "isolate {}", script_name(*host)),
            Command::Heal => out.write_str("heal"),
            Command::Delay(a, b, time) => {
                write!(out, "delay {} {} {}", script_name(*a), script_name(*b), time.spell())
            }
            Command::Run(time) => write!(out, "run {}", time.spell()),
        }
    }
}
