//! What a reader may ask of the graph.

use std::fmt::{self, Display};
use std::rc::Rc;

use stepwise_derive::Command;

use super::language::{Language, Query};
use crate::form::{self, Argument, CommandForm, form};
use crate::language::{BadCommand, Place, Word, Words, quoted};
use crate::table::Mistake;

/// So long may a name be: it has to fit its box.
const MOST_CHARS: usize = 14;

#[derive(Clone, Debug, Command)]
pub enum Command {
    #[flatten]
    Ask(Ask),
    /// Add a vertex, with what it is and what it is called.
    #[button]
    Add {
        #[example("person")]
        #[read(word)]
        label: Rc<str>,
        #[example("Lena")]
        #[read(word)]
        name: Rc<str>,
    },
    /// Add an edge of any kind between any two vertices.
    #[button]
    Connect {
        #[example("Asha")]
        #[read(word)]
        tail: Rc<str>,
        #[example("knows")]
        #[read(kind)]
        kind: Rc<str>,
        #[example("Rui")]
        #[read(word)]
        head: Rc<str>,
    },
    /// Remove an edge.
    Disconnect {
        #[example("Asha")]
        #[read(word)]
        tail: Rc<str>,
        #[example("lives_in")]
        #[read(kind)]
        kind: Rc<str>,
        #[example("Turin")]
        #[read(word)]
        head: Rc<str>,
    },
    /// Remove a vertex, with all edges that touch it.
    Remove {
        #[example("Turin")]
        #[read(word)]
        name: Rc<str>,
    },
}

/// A name that all three languages can spell.
fn word(words: &mut Words, what: &str) -> Result<Rc<str>, BadCommand> {
    let word = words.required(what)?;
    let is_name = word.text.starts_with(char::is_alphabetic)
        && word.text.chars().all(|each| each.is_alphanumeric() || each == '_')
        && word.text.chars().count() <= MOST_CHARS;
    if is_name {
        return Ok(word.text.as_str().into());
    }
    let problem = format!("`{}` can't be a {}", word.quote(), what.to_ascii_uppercase());
    let accepted = format!("a letter, then letters, digits and _, at most {MOST_CHARS}");
    Err(words.refuse(word, problem, accepted))
}

/// In SPARQL a vertex has its name and its class by triples, too: no edge may be called as these are.
fn kind(words: &mut Words, what: &str) -> Result<Rc<str>, BadCommand> {
    let taken = words.peek().filter(|word| matches!(word.text.as_str(), "name" | "a"));
    if let Some(word) = taken {
        let problem = format!("`{}` is how SPARQL says what a vertex is and what it is called", word.quote());
        return Err(words.refuse(word, problem, "another kind of edge".to_owned()));
    }
    word(words, what)
}

/// A question: in which language, and its text, if it is not the one that stands there.
#[derive(Clone, Debug)]
pub struct Ask {
    pub language: Language,
    pub query: Option<Query>,
}

impl form::Command for Ask {
    const FORMS: &'static [CommandForm] = &[
        form("cypher", &[Argument::optional("query")], "ask in Cypher: the query that is shown, or another", true),
        form("sparql", &[Argument::optional("query")], "ask in SPARQL: the query that is shown, or another", true),
        form("sql", &[Argument::optional("query")], "ask in SQL: the query that is shown, or another", true),
    ];

    fn read(name: &Word, words: &mut Words) -> Result<Option<Ask>, BadCommand> {
        let Some(language) = Language::ALL.into_iter().find(|language| language.command() == name.text) else {
            return Ok(None);
        };
        let Some(word) = words.next() else { return Ok(Some(Ask { language, query: None })) };
        if !word.quoted {
            let problem = "a query has several words, and is written in quotes".to_owned();
            let accepted = format!("{} \"…\", with 'single quotes' within", language.command());
            return Err(words.refuse(word, problem, accepted));
        }
        let query = Query::read(language, &word.text).map_err(|mistake| placed(word, mistake))?;
        Ok(Some(Ask { language, query: Some(query) }))
    }
}

impl Display for Ask {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(self.language.command())?;
        self.query.as_ref().map_or(Ok(()), |query| write!(out, " {}", quoted(&query.text)))
    }
}

/// A mistake in a query as one in the script. Within a query of several lines it has a place of its own, for in the script a
/// line may end by a sign.
fn placed(word: &Word, mistake: Mistake) -> BadCommand {
    let (line, column) = mistake.place(&word.text);
    let Mistake { problem, accepted, .. } = mistake;
    if word.text.contains('\n') {
        let problem = format!("line {line}, column {column} of the query: {problem}");
        return BadCommand { place: word.place, problem, accepted };
    }
    let place = Place { line: word.place.line, column: word.place.column + usize::from(word.quoted) + column - 1 };
    BadCommand { place, problem, accepted }
}
