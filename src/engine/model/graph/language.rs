//! The three languages, and a query in one of them.

use std::rc::Rc;

use super::pattern::Pattern;
use super::{cypher, sparql};
use crate::table::{Mistake, query};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    Cypher,
    Sparql,
    Sql,
}

impl Language {
    pub const ALL: [Language; 3] = [Language::Cypher, Language::Sparql, Language::Sql];

    pub fn name(self) -> &'static str {
        ["Cypher", "SPARQL", "SQL"][self as usize]
    }

    /// The command that asks it.
    pub fn command(self) -> &'static str {
        ["cypher", "sparql", "sql"][self as usize]
    }
}

/// A query that has been read.
#[derive(Clone, Debug)]
pub struct Query {
    pub language: Language,
    pub text: Rc<str>,
    pub meaning: Rc<Meaning>,
}

#[derive(Debug)]
pub enum Meaning {
    Pattern(Pattern),
    /// The planner of tables reads the text for itself.
    Statement,
}

impl Query {
    pub fn read(language: Language, text: &str) -> Result<Query, Mistake> {
        let meaning = match language {
            Language::Cypher => Meaning::Pattern(cypher::parse(text)?),
            Language::Sparql => Meaning::Pattern(sparql::parse(text)?),
            Language::Sql => {
                query::parse_query(text)?;
                Meaning::Statement
            }
        };
        Ok(Query { language, text: text.into(), meaning: Rc::new(meaning) })
    }

    /// What the book asks: a test has read it.
    pub(super) fn of_the_book(language: Language, text: &str) -> Query {
        if language == Language::Sql {
            return Query { language, text: text.into(), meaning: Rc::new(Meaning::Statement) };
        }
        Query::read(language, text).expect("a test has read it")
    }

    /// Lines that are not empty.
    pub fn lines(&self) -> usize {
        self.text.lines().filter(|line| !line.trim().is_empty()).count()
    }

    /// All characters but blanks: how a text is indented is no part of its length.
    pub fn characters(&self) -> usize {
        self.text.chars().filter(|each| !each.is_whitespace()).count()
    }
}
