//! What a reader may ask of the cluster, and how it is set up.

use std::fmt::{self, Display};

use crate::contract::{Argument, CommandForm, Parameter, ParameterKind, Parameters, form};
use crate::language::{BadCommand, Word, Words, spell};
use crate::replication::history::Request;
use crate::replication::host::{read_client, read_node};
use crate::replication::{ClientId, Host, NodeId};
use crate::sim::Time;
use crate::storage::Key;

/// No command lets more time pass, and no link is slower.
const MAX_TIME: Time = Time::from_millis(60_000);
const MAX_BYTES: usize = 12;
/// Nodes n1 to n5 at most.
pub const MAX_NODES: u8 = 5;
pub const CLIENTS: u8 = 2;

/// Whether the leader waits for a follower before it tells a client that a write is done.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Always for this one.
    Sync,
    /// For one of all those that are semi-synchronous, whichever is first.
    Semi,
    /// Never.
    Async,
}

/// As they are spelt, and as a reader of the page sees them.
const MODES: &[(&str, &str)] = &[("sync", "synchronous"), ("semi", "semi-synchronous"), ("async", "asynchronous")];

impl Mode {
    fn read(text: &str) -> Option<Mode> {
        let place = MODES.iter().position(|(name, _)| *name == text)?;
        Some([Mode::Sync, Mode::Semi, Mode::Async][place])
    }

    pub fn name(self) -> &'static str {
        MODES[self as usize].0
    }
}

impl Display for Mode {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(MODES[*self as usize].1)
    }
}

#[derive(Clone)]
pub enum Command {
    Call {
        begin: bool,
        request: Request,
        client: ClientId,
        /// The node that is asked; the leader where none is named.
        via: Option<NodeId>,
    },
    Stop(NodeId),
    Start(NodeId),
    Add,
    Promote(NodeId),
    Mode(NodeId, Mode),
    Cut(NodeId, NodeId),
    Isolate(NodeId),
    Heal,
    Delay(Host, Host, Time),
    Run(Time),
    Settle,
}

const PUT: &[Argument] = &[
    Argument::text("key", "k"),
    Argument::text("value", "a"),
    Argument::keyword("as"),
    Argument::optional("client"),
    Argument::keyword("via"),
    Argument::optional("node"),
];
const GET: &[Argument] = &[
    Argument::text("key", "k"),
    Argument::keyword("as"),
    Argument::optional("client"),
    Argument::keyword("via"),
    Argument::optional("node"),
];
const PAIR: &[Argument] = &[Argument::text("a", "n1"), Argument::text("b", "n2")];

pub const COMMANDS: &[CommandForm] = &[
    form("put", PUT, "write a value, and wait until the client is told or gives up", true),
    form("get", GET, "read a key, of the leader or of the node named", true),
    form("begin put", PUT, "only send a write, and let it go its way", true),
    form("begin get", GET, "only send a read", false),
    form("stop", &[Argument::text("node", "n1")], "switch a node off: its disk keeps what was synced", true),
    form("start", &[Argument::text("node", "n1")], "switch a stopped node on again", true),
    form("promote", &[Argument::text("node", "n2")], "name a node the new leader, by hand", true),
    form("add", &[], "add a follower: it gets a snapshot, and then the log from there on", true),
    form(
        "mode",
        &[Argument::text("node", "n2"), Argument::text("mode", "sync")],
        "make a follower sync, semi or async",
        true,
    ),
    form("cut", PAIR, "cut the link between two nodes", false),
    form("isolate", &[Argument::text("node", "n1")], "cut all links of a node", true),
    form("heal", &[], "open all links again", true),
    form(
        "delay",
        &[Argument::text("a", "n1"), Argument::text("b", "n2"), Argument::text("time", "200ms")],
        "set how long each message between two takes from now on",
        true,
    ),
    form("run", &[Argument::text("time", "100ms")], "let time pass", true),
    form("settle", &[], "let time pass until nothing is on its way", true),
];

pub fn parse(words: &mut Words) -> Result<Command, BadCommand> {
    let name = words.required("command")?;
    let command = match name.text.as_str() {
        _ if name.quoted => return Err(words.unknown(COMMANDS)),
        "put" => call(words, false, true)?,
        "get" => call(words, false, false)?,
        "begin" if words.keyword("put") => call(words, true, true)?,
        "begin" if words.keyword("get") => call(words, true, false)?,
        "stop" => Command::Stop(node(words, "node")?),
        "start" => Command::Start(node(words, "node")?),
        "promote" => Command::Promote(node(words, "node")?),
        "add" => Command::Add,
        "mode" => {
            let node = node(words, "node")?;
            let word = words.required("mode")?;
            let bad = || words.refuse(word, format!("`{}` is no mode", word.quote()), "sync, semi, async".to_owned());
            Command::Mode(node, Mode::read(&word.text).ok_or_else(bad)?)
        }
        "cut" => Command::Cut(node(words, "a")?, node(words, "b")?),
        "isolate" => Command::Isolate(node(words, "node")?),
        "heal" => Command::Heal,
        "delay" => Command::Delay(host(words, "a")?, host(words, "b")?, words.time("time", MAX_TIME)?),
        "run" => Command::Run(words.time("time", MAX_TIME)?),
        "settle" => Command::Settle,
        _ => return Err(words.unknown(COMMANDS)),
    };
    words.finish()?;
    Ok(command)
}

fn call(words: &mut Words, begin: bool, is_put: bool) -> Result<Command, BadCommand> {
    let key = Key::new(&short(words, "key")?.text);
    let request = if is_put {
        Request::Write { key, value: short(words, "value")?.text.as_str().into() }
    } else {
        Request::Read { key }
    };
    let client = if words.keyword("as") { read_client(words, CLIENTS, "c1, c2")? } else { ClientId::new(1) };
    let via = if words.keyword("via") { Some(node(words, "node")?) } else { None };
    Ok(Command::Call { begin, request, client, via })
}

fn short<'a>(words: &mut Words<'a>, what: &str) -> Result<&'a Word, BadCommand> {
    let word = words.required(what)?;
    match word.text.len() {
        1..=MAX_BYTES => Ok(word),
        len => Err(words.refuse(word, format!("the {what} has {len} bytes"), format!("1 to {MAX_BYTES} bytes"))),
    }
}

fn host(words: &mut Words, what: &str) -> Result<Host, BadCommand> {
    let word = words.required(what)?;
    let known = |host: &Host| match host {
        Host::Node(node) => node.number() <= MAX_NODES,
        Host::Client(client) => client.number() <= CLIENTS,
    };
    word.text.parse().ok().filter(known).ok_or_else(|| {
        let problem = format!("`{}` is no node and no client", word.quote());
        words.refuse(word, problem, format!("n1 to n{MAX_NODES}, c1, c2"))
    })
}

fn node(words: &mut Words, what: &str) -> Result<NodeId, BadCommand> {
    read_node(words, what, MAX_NODES, &format!("n1 to n{MAX_NODES}"))
}

impl Display for Command {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Command::Call { begin, request, client, via } => {
                out.write_str(if *begin { "begin " } else { "" })?;
                match request {
                    Request::Write { key, value } => write!(out, "put {} {}", spell(key.as_str()), spell(value))?,
                    Request::Read { key } => write!(out, "get {}", spell(key.as_str()))?,
                }
                if client.number() > 1 {
                    write!(out, " as {client}")?;
                }
                via.map_or(Ok(()), |node| write!(out, " via {node}"))
            }
            Command::Stop(node) => write!(out, "stop {node}"),
            Command::Start(node) => write!(out, "start {node}"),
            Command::Add => out.write_str("add"),
            Command::Promote(node) => write!(out, "promote {node}"),
            Command::Mode(node, mode) => write!(out, "mode {node} {}", mode.name()),
            Command::Cut(a, b) => write!(out, "cut {a} {b}"),
            Command::Isolate(node) => write!(out, "isolate {node}"),
            Command::Heal => out.write_str("heal"),
            Command::Delay(a, b, time) => write!(out, "delay {a} {b} {}", time.spell()),
            Command::Run(time) => write!(out, "run {}", time.spell()),
            Command::Settle => out.write_str("settle"),
        }
    }
}

const fn millis(
    name: &'static str,
    label: &'static str,
    about: &'static str,
    (min, max): (u64, u64),
    default: &'static str,
) -> Parameter {
    Parameter { name, label, about, kind: ParameterKind::Integer { min, max, unit: "ms" }, default }
}

const fn mode(name: &'static str, label: &'static str, default: &'static str) -> Parameter {
    let about = "Whether the leader waits for this follower, or for one of the semi-synchronous ones, or does not";
    Parameter { name, label, about, kind: ParameterKind::Choice(MODES), default }
}

pub const PARAMETERS: &[Parameter] = &[
    Parameter {
        name: "followers",
        label: "Followers",
        about: "How many nodes follow the leader n1 at first",
        kind: ParameterKind::Integer { min: 1, max: 4, unit: "" },
        default: "2",
    },
    mode("n2", "n2 is", "sync"),
    mode("n3", "n3 is", "async"),
    mode("n4", "n4 is", "async"),
    mode("n5", "n5 is", "async"),
    millis("delay", "Delay", "How long a message takes at least", (1, 5_000), "10"),
    millis("jitter", "Jitter", "Up to how much longer it may take, by chance", (0, 5_000), "0"),
    millis("copy", "Copying", "How much longer a snapshot takes, as it is long", (0, 10_000), "100"),
    millis("timeout", "Time-out", "How long a client waits for an answer", (1, 60_000), "1000"),
    Parameter {
        name: "seed",
        label: "Seed",
        about: "Which chance decides on the jitter",
        kind: ParameterKind::Integer { min: 0, max: 1_000_000, unit: "" },
        default: "1",
    },
];

#[derive(Clone, Copy)]
pub struct Settings {
    pub followers: u8,
    pub delay: Time,
    pub jitter: Time,
    pub copy: Time,
    pub timeout: Time,
    pub seed: u64,
}

impl Settings {
    pub fn new(parameters: &Parameters) -> Settings {
        let time = |name| Time::from_millis(parameters.integer(name));
        Settings {
            followers: parameters.integer("followers") as u8,
            delay: time("delay"),
            jitter: time("jitter"),
            copy: time("copy"),
            timeout: time("timeout"),
            seed: parameters.integer("seed"),
        }
    }
}

/// How n1 to n5 follow. While n1 leads its own mode means nothing; when another leads it takes the place of that one.
pub fn modes(parameters: &Parameters) -> [Mode; MAX_NODES as usize] {
    let of = |name| Mode::read(parameters.text(name)).unwrap_or(Mode::Async);
    [Mode::Async, of("n2"), of("n3"), of("n4"), of("n5")]
}
