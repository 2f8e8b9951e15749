//! What may be asked, and in which words.

use std::rc::Rc;

use stepwise_derive::Command;

use super::functions::{Map, Reduce};
use super::program::Program;
use super::question::{Language, Text};
use super::stages::Stages;
use super::worker::WorkerId;
use crate::table::query::Query;

#[derive(Clone, Debug, Command)]
pub enum Command {
    /// Ask the question in all languages that are shown, or in one: each does one step at a time.
    #[button]
    Ask { language: Option<Language> },
    /// Ask in SQL another way: SELECT … FROM … WHERE … GROUP BY … ORDER BY ….
    #[button]
    Sql {
        #[example("SELECT boat, SUM(kilos) FROM catches GROUP BY boat")]
        query: Text<Query>,
    },
    /// Change the loop: for, if, else, NAME = …, NAME[KEY] += …, emit.
    #[button]
    Loop {
        #[example("for row in catches { total[row.boat] += row.kilos } for boat in total { emit boat, total[boat] }")]
        program: Text<Program>,
    },
    /// Change the map function: for each row it emits keys with values.
    #[button]
    Map {
        #[example("emit boat, kilos")]
        function: Text<Map>,
    },
    /// Change the reduce function: it makes one value of all values of a key.
    #[button]
    Reduce {
        #[example("sum(values)")]
        function: Text<Reduce>,
    },
    /// Change the pipeline: a list of $match, $group, $project, $sort, $unwind, $limit and $lookup.
    #[button]
    Pipeline {
        #[example("[{$group: {_id: '$boat', kilos: {$sum: '$kilos'}}}]")]
        stages: Text<Stages>,
    },
    /// Make an index on a column of the table.
    #[button]
    Index {
        #[example("fish")]
        column: Rc<str>,
    },
    /// Drop the index on a column.
    #[button]
    Drop {
        #[example("fish")]
        column: Rc<str>,
    },
    /// Let a worker die within a job; the others go on.
    #[button]
    Kill {
        #[default(WorkerId::FIRST)]
        worker: WorkerId,
    },
    /// Go on with a question that was cut short by @.
    #[name("go")]
    GoOn,
    /// Add a row: a value for each column.
    Row {
        #[example("fri Bee cod 20")]
        values: Values,
    },
    /// Begin a table of your own, in place of the one that is there: its name, and its columns, each TEXT or INTEGER.
    Table {
        #[example("sales")]
        name: Rc<str>,
        #[example("shop TEXT, sum INTEGER")]
        columns: Columns,
    },
}

pub use super::own::{Columns, Values};
