//! The question, as a text in each language.

use std::fmt::{self, Display};
use std::rc::Rc;

use stepwise_derive::Choice;

use super::data::Data;
use super::functions::{Map, Reduce};
use super::program::Program;
use super::stages::Stages;
use crate::form::{ArgumentKind, Value};
use crate::language::{BadCommand, Words, spell};
use crate::table::Mistake;
use crate::table::query::{Query, parse_query};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Language {
    /// SQL
    Sql,
    Loop,
    /// MapReduce
    MapReduce,
    Pipeline,
}

impl Language {
    pub const ALL: [Language; 4] = [Language::Sql, Language::Loop, Language::MapReduce, Language::Pipeline];

    /// As a sentence names it.
    pub fn called(self) -> &'static str {
        match self {
            Language::Sql => "SQL",
            Language::Loop => "the loop",
            Language::MapReduce => "MapReduce",
            Language::Pipeline => "the pipeline",
        }
    }

    /// As a sentence begins with it.
    pub fn begun(self) -> &'static str {
        match self {
            Language::Loop => "The loop",
            Language::Pipeline => "The pipeline",
            other => other.called(),
        }
    }
}

/// A text, and what it means.
#[derive(Debug)]
pub struct Text<T> {
    pub text: Rc<str>,
    pub means: Rc<T>,
}

impl<T> Clone for Text<T> {
    fn clone(&self) -> Text<T> {
        Text { text: self.text.clone(), means: self.means.clone() }
    }
}

/// What a text can be read as.
pub trait Parse: Sized {
    fn parse(text: &str) -> Result<Self, Mistake>;
}

impl Parse for Query {
    fn parse(text: &str) -> Result<Query, Mistake> {
        parse_query(text)
    }
}

impl Parse for Program {
    fn parse(text: &str) -> Result<Program, Mistake> {
        Program::parse(text)
    }
}

impl Parse for Map {
    fn parse(text: &str) -> Result<Map, Mistake> {
        Map::parse(text)
    }
}

impl Parse for Reduce {
    fn parse(text: &str) -> Result<Reduce, Mistake> {
        Reduce::parse(text)
    }
}

impl Parse for Stages {
    fn parse(text: &str) -> Result<Stages, Mistake> {
        Stages::parse(text)
    }
}

impl<T: Parse> Text<T> {
    pub fn new(text: &str) -> Result<Text<T>, Mistake> {
        Ok(Text { text: text.into(), means: Rc::new(T::parse(text)?) })
    }
}

/// All that follows in a command. A mistake stands where it stands in the script.
impl<T: Parse> Value for Text<T> {
    const KIND: ArgumentKind = ArgumentKind::Text;

    fn read(words: &mut Words, what: &str) -> Result<Text<T>, BadCommand> {
        let passage = words.passage(what)?;
        Text::new(&passage.text).map_err(|mistake| BadCommand {
            place: passage.place(mistake.at),
            problem: mistake.problem,
            accepted: mistake.accepted,
        })
    }

    /// As it was written where that reads as the same words again, and else as one quoted word.
    fn spell(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let plain = self.text.split(' ').all(|word| spell(word) == word);
        if plain { out.write_str(&self.text) } else { out.write_str(&spell(&self.text)) }
    }
}

impl<T> Display for Text<T> {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(&self.text)
    }
}

/// The question in all languages; one that has no text is not asked.
#[derive(Clone, Debug, Default)]
pub struct Question {
    pub sql: Option<Text<Query>>,
    pub program: Option<Text<Program>>,
    pub map: Option<Text<Map>>,
    pub reduce: Option<Text<Reduce>>,
    pub pipeline: Option<Text<Stages>>,
}

impl Question {
    /// How much cod was landed on each day?
    pub fn cod() -> Question {
        fn read<T: Parse>(text: &str) -> Option<Text<T>> {
            Some(Text::new(text).unwrap_or_else(|mistake| panic!("{}", mistake.told(text))))
        }
        Question {
            sql: read("SELECT day, SUM(kilos) FROM catches WHERE fish = 'cod' GROUP BY day"),
            program: read(
                "for row in catches\n  if row.fish == 'cod'\n    total[row.day] += row.kilos\nfor day in total\n  emit day, \
                 total[day]",
            ),
            map: read("if fish == 'cod' emit day, kilos"),
            reduce: read("sum(values)"),
            pipeline: read("[{$match: {fish: 'cod'}}, {$group: {_id: '$day', kilos: {$sum: '$kilos'}}}]"),
        }
    }

    pub fn has(&self, language: Language) -> bool {
        match language {
            Language::Sql => self.sql.is_some(),
            Language::Loop => self.program.is_some(),
            Language::MapReduce => self.map.is_some() && self.reduce.is_some(),
            Language::Pipeline => self.pipeline.is_some(),
        }
    }

    /// What is wrong with a text, given the table that it asks, as a reader of it is told.
    pub fn check(&self, language: Language, data: &Data) -> Result<(), String> {
        let told = |what: &str, text: &Rc<str>, checked: Result<(), Mistake>| {
            checked.map_err(|mistake| format!("{what}, {}", mistake.told(text)))
        };
        match language {
            // The planner finds it.
            Language::Sql => {}
            Language::Loop => {
                if let Some(program) = &self.program {
                    told("in the loop", &program.text, program.means.check(data))?;
                }
            }
            Language::MapReduce => {
                if let Some(map) = &self.map {
                    told("in map", &map.text, map.means.check(data))?;
                }
            }
            Language::Pipeline => {
                if let Some(pipeline) = &self.pipeline {
                    told("in the pipeline", &pipeline.text, pipeline.means.check(data))?;
                }
            }
        }
        Ok(())
    }
}
