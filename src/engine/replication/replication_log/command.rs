//! What a reader may ask: statements, as they are, and a few words more.

use std::fmt::{self, Display};
use std::rc::Rc;

use stepwise_derive::Command;

use super::tickets::TICKETS;
use super::{CLIENTS, FOLLOWER, LEADER};
use crate::cluster::links::Link;
use crate::cluster::{ClientId, Fate, Power};
use crate::form::{self, Argument, CommandForm, form};
use crate::language::{BadCommand, Place, Word, Words, spell};
use crate::replication::host::read_client;
use crate::table::{self, Statement};

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
    /// Make the follower anew, from a copy of the leader.
    #[button]
    Copy,
    #[flatten]
    Fate(Struck),
}

impl Command {
    /// Who asks it of the leader.
    pub fn client(&self) -> Option<ClientId> {
        match self {
            Command::Statement(asked) => Some(asked.client),
            Command::Begin { client } | Command::Commit { client } | Command::RollBack { client } => Some(*client),
            Command::Copy => Some(ClientId::FIRST),
            Command::Fate(_) => None,
        }
    }

    /// What the leader is asked.
    pub fn asked(&self) -> Option<Rc<str>> {
        Some(match self {
            Command::Statement(asked) => asked.statement.text.clone(),
            Command::Begin { .. } => "BEGIN".into(),
            Command::Commit { .. } => "COMMIT".into(),
            Command::RollBack { .. } => "ROLLBACK".into(),
            Command::Copy => "COPY".into(),
            Command::Fate(_) => return None,
        })
    }
}

/// Fate, also in the words that it had here before it was that of all clusters: `stop leader`, `start follower`, and `cut`
/// alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Struck(pub Fate);

impl form::Command for Struck {
    const FORMS: &'static [CommandForm] = <Fate as form::Command>::FORMS;

    fn read(name: &Word, words: &mut Words) -> Result<Option<Struck>, BadCommand> {
        let replica = words.peek().and_then(|word| match word.text.as_str() {
            "leader" => Some(LEADER),
            "follower" => Some(FOLLOWER),
            _ => None,
        });
        let fate = match (name.text.as_str(), replica) {
            ("cut", None) if words.is_empty() => Some(Fate::Link(Link::Cut { a: LEADER.into(), b: FOLLOWER.into() })),
            ("stop", Some(node)) => {
                words.next();
                let power = if words.keyword("lost") { Power::Lost } else { Power::On };
                Some(Fate::Stop { node, power })
            }
            ("start", Some(node)) => {
                words.next();
                Some(Fate::Start { node })
            }
            _ => <Fate as form::Command>::read(name, words)?,
        };
        Ok(fate.map(Struck))
    }
}

impl Display for Struck {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        self.0.fmt(out)
    }
}

fn client(words: &mut Words, _: &str) -> Result<ClientId, BadCommand> {
    read_client(words, CLIENTS as u8, "c1, c2, c3")
}

/// A statement, and the client that asks it. Its language isn't that of commands: no attribute of a derive reads it.
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
