//! What a reader may ask: statements, as they are, and a few words more.

use std::fmt::{self, Display};

use super::CLIENTS;
use super::statement::{self, Statement};
use crate::contract::{Argument, ArgumentKind, CommandForm, Parameter, ParameterKind};
use crate::language::{BadCommand, Place, Word, Words, spell};
use crate::replication::{ClientId, Host, NodeId};
use crate::sim::Time;

/// No command lets more time pass.
const MAX_TIME: Time = Time::from_millis(60_000);

/// One of the two replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    Leader,
    Follower,
}

impl Which {
    pub fn name(self) -> &'static str {
        if self == Which::Leader { "leader" } else { "follower" }
    }

    /// Its name in the network.
    pub fn host(self) -> Host {
        NodeId::new(if self == Which::Leader { 1 } else { 2 }).into()
    }
}

#[derive(Clone)]
pub enum Command {
    Statement(Statement, ClientId),
    Begin(ClientId),
    Commit(ClientId),
    RollBack(ClientId),
    Cut,
    Heal,
    Copy,
    Stop(Which),
    Start(Which),
    Run(Time),
}

pub const PARAMETERS: &[Parameter] = &[
    Parameter {
        name: "method",
        label: "Log of",
        about: "What the leader ships to the follower",
        kind: ParameterKind::Choice(&[
            ("statement", "statements"),
            ("wal", "write-ahead log bytes"),
            ("row", "rows"),
            ("trigger", "changes kept by triggers"),
        ]),
        default: "statement",
    },
    Parameter {
        name: "follower",
        label: "Follower's version",
        about: "Whether the follower runs the leader's version, an older one (no column lot) or a newer one (a column paid)",
        kind: ParameterKind::Choice(&[("same", "the same"), ("older", "older"), ("newer", "newer")]),
        default: "same",
    },
    Parameter {
        name: "fix",
        label: "Fix NOW() and RAND()",
        about: "Whether the leader ships the values that it got in place of the calls",
        kind: ParameterKind::Switch,
        default: "off",
    },
    Parameter {
        name: "skew",
        label: "Follower's clock",
        about: "How much the follower's clock is ahead of the leader's",
        kind: ParameterKind::Integer { min: 0, max: 10_000, unit: "ms" },
        default: "120",
    },
    Parameter {
        name: "seed",
        label: "Seed",
        about: "Decides the random numbers of both, and where the follower puts its rows",
        kind: ParameterKind::Integer { min: 0, max: 9_999, unit: "" },
        default: "1",
    },
];

const CLIENT: &[Argument] = &[Argument::keyword("as"), Argument::optional("client")];

const REPLICA: &[Argument] = &[Argument {
    name: "replica",
    kind: ArgumentKind::Choice(&["leader", "follower"]),
    example: "follower",
    optional: false,
}];

const fn form(name: &'static str, arguments: &'static [Argument], about: &'static str) -> CommandForm {
    CommandForm { name, arguments, about, button: true }
}

pub const COMMANDS: &[CommandForm] = &[
    form(
        "INSERT",
        &[
            Argument::text("statement", "INTO tickets (holder) VALUES ('ann')"),
            Argument::keyword("as"),
            Argument::optional("client"),
        ],
        "insert rows into tickets (id, holder, lot, at)",
    ),
    form(
        "UPDATE",
        &[
            Argument::text("statement", "tickets SET lot = RAND()"),
            Argument::keyword("as"),
            Argument::optional("client"),
        ],
        "change rows: SET column = …, then WHERE, ORDER BY and LIMIT as you like",
    ),
    form(
        "DELETE",
        &[Argument::text("statement", "FROM tickets LIMIT 1"), Argument::keyword("as"), Argument::optional("client")],
        "delete rows, with WHERE, ORDER BY and LIMIT as you like",
    ),
    form("begin", CLIENT, "open a transaction of a client: what it does is shipped when it commits"),
    form("commit", CLIENT, "commit a client's open transaction"),
    form("rollback", CLIENT, "take back what a client's open transaction did"),
    form("cut", &[], "cut the link to the follower: the log waits"),
    form("heal", &[], "open the link again, and ship what waits"),
    form("copy", &[], "make the follower anew, from a copy of the leader"),
    form("stop", REPLICA, "pull the plug of a replica: what is only in its memory is gone"),
    form("start", REPLICA, "let a replica come back, with what is on its disk"),
    form("run", &[Argument::text("time", "1s")], "let time pass"),
];

pub fn parse(words: &mut Words) -> Result<Command, BadCommand> {
    let name = words.required("command")?;
    let is = |what: &str| name.text.eq_ignore_ascii_case(what);
    if is("insert") || is("update") || is("delete") {
        return statement(words, name);
    }
    let command = match name.text.as_str() {
        "begin" => Command::Begin(client(words)?),
        "commit" => Command::Commit(client(words)?),
        "rollback" => Command::RollBack(client(words)?),
        "cut" => Command::Cut,
        "heal" => Command::Heal,
        "copy" => Command::Copy,
        "stop" => Command::Stop(replica(words)?),
        "start" => Command::Start(replica(words)?),
        "run" => Command::Run(words.time("time", MAX_TIME)?),
        _ => return Err(words.unknown(COMMANDS)),
    };
    words.finish()?;
    Ok(command)
}

/// The words that follow are a statement, quoted as one word or not at all. `as c2` may end it.
fn statement(words: &mut Words, name: &Word) -> Result<Command, BadCommand> {
    let mut text = name.text.clone();
    let mut starts = vec![(0, name)];
    let mut who = ClientId::new(1);
    while let Some(word) = words.next() {
        if !word.quoted && word.text == "as" {
            who = client_after(words, word)?;
            words.finish()?;
            break;
        }
        text.push(' ');
        starts.push((text.len(), word));
        text.push_str(&word.text);
    }
    match statement::parse(&text) {
        Ok(statement) => Ok(Command::Statement(statement, who)),
        Err(mistake) => {
            // The place in the text is a place within one of the words.
            let within = starts.partition_point(|(start, _)| *start <= mistake.at) - 1;
            let (start, word) = starts[within];
            let chars = text[start..mistake.at.max(start)].chars().count();
            let column = word.place.column + usize::from(word.quoted) + chars;
            let place = Place { line: word.place.line, column };
            Err(BadCommand { place, problem: mistake.problem, accepted: mistake.accepted.to_owned() })
        }
    }
}

fn replica(words: &mut Words) -> Result<Which, BadCommand> {
    let word = words.required("replica")?;
    let replicas = [Which::Leader, Which::Follower];
    let found = replicas.into_iter().find(|which| which.name() == word.text);
    found.ok_or_else(|| {
        words.refuse(word, format!("`{}` cannot stand here", word.quote()), "leader, follower".to_owned())
    })
}

/// `as c2`, or the first client where nobody is named.
fn client(words: &mut Words) -> Result<ClientId, BadCommand> {
    match words.next() {
        None => Ok(ClientId::new(1)),
        Some(word) if word.text == "as" => client_after(words, word),
        Some(word) => Err(words.refuse(word, format!("`{}` cannot stand here", word.quote()), "as CLIENT".to_owned())),
    }
}

fn client_after(words: &mut Words, before: &Word) -> Result<ClientId, BadCommand> {
    let word = words.next().unwrap_or(before);
    match word.text.parse() {
        Ok(Host::Client(client)) if client.index() < CLIENTS => Ok(client),
        _ => Err(words.refuse(word, format!("`{}` is no client", word.quote()), "as c1, as c2, as c3".to_owned())),
    }
}

impl Display for Command {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let client = match self {
            Command::Statement(statement, client) => {
                let (name, rest) = statement.text.split_once(' ').unwrap_or((&statement.text, ""));
                // As it was written where that reads as the same words again, and else as one quoted word.
                let plain = rest.split(' ').all(|word| word != "as" && spell(word) == word);
                if plain {
                    write!(out, "{name} {rest}")?
                } else {
                    write!(out, "{name} {}", spell(rest))?
                }
                client
            }
            Command::Begin(client) => {
                out.write_str("begin")?;
                client
            }
            Command::Commit(client) => {
                out.write_str("commit")?;
                client
            }
            Command::RollBack(client) => {
                out.write_str("rollback")?;
                client
            }
            Command::Cut => return out.write_str("cut"),
            Command::Heal => return out.write_str("heal"),
            Command::Copy => return out.write_str("copy"),
            Command::Stop(which) => return write!(out, "stop {}", which.name()),
            Command::Start(which) => return write!(out, "start {}", which.name()),
            Command::Run(time) => return write!(out, "run {}", time.spell()),
        };
        if *client == ClientId::new(1) { Ok(()) } else { write!(out, " as {client}") }
    }
}
