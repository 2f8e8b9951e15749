//! What a reader may ask: statements, as they are, and a few words more.

use std::fmt::{self, Display};

use stepwise_derive::{Choice, Command};

use super::CLIENTS;
use super::tickets::TICKETS;
use crate::form::{self, Argument, CommandForm, form};
use crate::language::{BadCommand, Place, Word, Words, spell};
use crate::replication::host::read_client;
use crate::replication::{ClientId, Host, NodeId};
use crate::sim::Time;
use crate::table::{self, Statement};

/// No command lets more time pass.
const MAX_TIME: Time = Time::from_millis(60_000);

#[derive(Clone, Command)]
pub enum Command {
    #[flatten]
    Statement(Asked),
    /// Open a transaction of a client: what it does is shipped when it commits.
    #[button]
    Begin {
        #[word("as")]
        #[default(ClientId::FIRST)]
        #[read(client)]
        client: ClientId,
    },
    /// Commit a client's open transaction.
    #[button]
    Commit {
        #[word("as")]
        #[default(ClientId::FIRST)]
        #[read(client)]
        client: ClientId,
    },
    /// Take back what a client's open transaction did.
    #[button]
    #[name("rollback")]
    RollBack {
        #[word("as")]
        #[default(ClientId::FIRST)]
        #[read(client)]
        client: ClientId,
    },
    /// Cut the link to the follower: the log waits.
    #[button]
    Cut,
    /// Open the link again, and ship what waits.
    #[button]
    Heal,
    /// Make the follower anew, from a copy of the leader.
    #[button]
    Copy,
    /// Pull the plug of a replica: what is only in its memory is gone.
    #[button]
    Stop {
        #[example("follower")]
        replica: Which,
    },
    /// Let a replica come back, with what is on its disk.
    #[button]
    Start {
        #[example("follower")]
        replica: Which,
    },
    /// Let time pass.
    #[button]
    Run {
        #[example("1s")]
        #[most(MAX_TIME)]
        time: Time,
    },
}

/// One of the two replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Which {
    Leader,
    Follower,
}

impl Which {
    /// Its name in the network.
    pub fn host(self) -> Host {
        NodeId::new(if self == Which::Leader { 1 } else { 2 }).into()
    }
}

fn client(words: &mut Words, _: &str) -> Result<ClientId, BadCommand> {
    read_client(words, CLIENTS as u8, "c1, c2, c3")
}

/// A statement, and the client that asks it. Its language is not that of commands: no attribute of a derive reads it.
#[derive(Clone)]
pub struct Asked {
    pub statement: Statement,
    pub client: ClientId,
}

impl form::Command for Asked {
    const FORMS: &'static [CommandForm] = &[
        form(
            "INSERT",
            &[
                Argument::text("statement", "INTO tickets (holder) VALUES ('ann')"),
                Argument::keyword("as"),
                Argument::optional("client"),
            ],
            "insert rows into tickets (id, holder, lot, at)",
            true,
        ),
        form(
            "UPDATE",
            &[
                Argument::text("statement", "tickets SET lot = RAND()"),
                Argument::keyword("as"),
                Argument::optional("client"),
            ],
            "change rows: SET column = …, then WHERE, ORDER BY and LIMIT as you like",
            true,
        ),
        form(
            "DELETE",
            &[
                Argument::text("statement", "FROM tickets LIMIT 1"),
                Argument::keyword("as"),
                Argument::optional("client"),
            ],
            "delete rows, with WHERE, ORDER BY and LIMIT as you like",
            true,
        ),
    ];

    /// The words that follow are a statement, quoted as one word or not at all. `as c2` may end it.
    fn read(name: &Word, words: &mut Words) -> Result<Option<Asked>, BadCommand> {
        if !Asked::FORMS.iter().any(|form| name.text.eq_ignore_ascii_case(form.name)) {
            return Ok(None);
        }
        let mut text = name.text.clone();
        let mut starts = vec![(0, name)];
        let mut who = ClientId::FIRST;
        while !words.is_empty() {
            if words.keyword("as") {
                who = client(words, "client")?;
                words.finish()?;
                break;
            }
            let word = words.required("statement")?;
            text.push(' ');
            starts.push((text.len(), word));
            text.push_str(&word.text);
        }
        match table::parse(&text, &[TICKETS.table]) {
            Ok(statement) => Ok(Some(Asked { statement, client: who })),
            Err(mistake) => {
                // The place in the text is a place within one of the words.
                let within = starts.partition_point(|(start, _)| *start <= mistake.at) - 1;
                let (start, word) = starts[within];
                let chars = text[start..mistake.at.max(start)].chars().count();
                let column = word.place.column + usize::from(word.quoted) + chars;
                let place = Place { line: word.place.line, column };
                Err(BadCommand { place, problem: mistake.problem, accepted: mistake.accepted })
            }
        }
    }
}

impl Display for Asked {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let (name, rest) = self.statement.text.split_once(' ').unwrap_or((&self.statement.text, ""));
        // As it was written where that reads as the same words again, and else as one quoted word.
        let plain = rest.split(' ').all(|word| word != "as" && spell(word) == word);
        write!(out, "{name} {}", if plain { rest.to_owned() } else { spell(rest) })?;
        if self.client == ClientId::FIRST { Ok(()) } else { write!(out, " as {}", self.client) }
    }
}
